//! Moments worth jumping to.

use highwater_core::event::EventKind;
use highwater_core::ids::EventId;
use highwater_core::time::Micros;

/// A moment worth jumping to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Marker {
    /// The position right after it happened.
    pub step: usize,
    /// When it happened.
    pub at: Micros,
    /// The event.
    pub event: EventId,
    /// What kind of moment it is.
    pub kind: MarkerKind,
}

/// Kinds of moments.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MarkerKind {
    /// Something broke: a crash, a pause, a cut link, a dropped message.
    Fault,
    /// Something works again.
    Repair,
    /// The controller counts a broker out or in, or a partition is offline.
    Cluster,
    /// An ISR changed.
    Isr,
    /// A leader was elected.
    Election,
    /// A log was cut.
    Truncation,
    /// An acknowledged record was lost.
    Loss,
    /// An application was told that something failed.
    Failure,
    /// A group's partitions were assigned.
    Rebalance,
    /// A setting or topic changed.
    Change,
}

impl MarkerKind {
    pub(super) fn of(event: &EventKind) -> Option<Self> {
        use EventKind as E;
        if !event.is_marker() {
            return None;
        }
        Some(match event {
            E::Crashed(_)
            | E::Paused
            | E::ShutdownStarted
            | E::ShutdownCompleted
            | E::LinkCut { .. }
            | E::MessageLost { .. } => MarkerKind::Fault,
            E::Restarted | E::Resumed | E::LinkHealed { .. } => MarkerKind::Repair,
            E::LeaderElected { .. } => MarkerKind::Election,
            E::IsrShrunk { .. } | E::IsrExpanded { .. } => MarkerKind::Isr,
            E::Truncated { .. } | E::UnflushedLost { .. } => MarkerKind::Truncation,
            E::BatchFailed { .. } | E::RecordFailed { .. } | E::ConsumerFailed { .. } => MarkerKind::Failure,
            E::PartitionsAssigned { .. } => MarkerKind::Rebalance,
            E::ConfigChanged { .. } | E::PartitionsAdded { .. } => MarkerKind::Change,
            _ => MarkerKind::Cluster,
        })
    }
}
