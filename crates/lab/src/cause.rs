//! Why something happened: the chain of events that led to it.

use crate::ledger::Entry;
use crate::timeline::{MarkerKind, Timeline};
use highwater_core::action::Timer;
use highwater_core::event::{Event, EventKind};
use highwater_core::ids::{BrokerId, EventId, NodeId, PartitionId};
use highwater_core::protocol::MessageKind;
use std::collections::BTreeSet;

/// The longest chain that is followed.
const LONGEST: usize = 500;

/// What led to an event, oldest first; the event itself comes last.
///
/// Two links are made where the events themselves name a broader cause: a broker takes office because the controller
/// elected it, which the metadata only carried; and a session that ran out has no cause of its own, so the chain goes on
/// with what silenced the broker.
pub fn chain(timeline: &Timeline, id: EventId) -> Vec<EventId> {
    let mut chain = Vec::new();
    let mut next = timeline.event(id);
    let (mut office, mut fenced) = (None, None);
    while let Some(event) = next.filter(|_| chain.len() < LONGEST) {
        chain.push(event.id);
        match event.kind {
            EventKind::BecameLeader { partition, epoch, .. }
            | EventKind::BecameFollower { partition, epoch, .. } => {
                office = Some((partition, epoch));
            }
            EventKind::BrokerFenced { broker, .. } => fenced = Some(broker),
            _ => {}
        }
        let named = timeline.event(event.cause);
        next = match event.kind {
            EventKind::Delivered { kind: MessageKind::MetadataFetchResponse, .. } => {
                office.take().and_then(|office| elected(timeline, office, event.id)).or(named)
            }
            EventKind::TimerFired(Timer::Session) => {
                fenced.take().and_then(|broker| silenced_by(timeline, broker, event.id))
            }
            _ => named,
        };
    }
    chain.reverse();
    chain
}

/// Moments of these kinds before an event, the latest first.
fn moments_before<'a>(
    timeline: &'a Timeline,
    id: EventId,
    kinds: &'a [MarkerKind],
) -> impl Iterator<Item = Event> + 'a {
    let earlier = timeline.markers().iter().rev().filter(move |m| m.event < id && kinds.contains(&m.kind));
    earlier.filter_map(|marker| timeline.event(marker.event))
}

/// The election that made a partition's leader of an epoch.
fn elected(timeline: &Timeline, office: (PartitionId, i32), by: EventId) -> Option<Event> {
    moments_before(timeline, by, &[MarkerKind::Election]).find(|event| {
        matches!(event.kind, EventKind::LeaderElected { partition, epoch, .. } if (partition, epoch) == office)
    })
}

/// The last fault before an event that kept a broker from reporting to the controller.
fn silenced_by(timeline: &Timeline, broker: BrokerId, by: EventId) -> Option<Event> {
    let broker = NodeId::Broker(broker);
    let is_repair = |kind: &EventKind| matches!(kind, EventKind::Restarted | EventKind::Resumed);
    moments_before(timeline, by, &[MarkerKind::Fault, MarkerKind::Repair])
        .take_while(|event| event.node != broker || !is_repair(&event.kind))
        .find(|event| match event.kind {
            EventKind::Crashed(_) | EventKind::Paused | EventKind::ShutdownCompleted => event.node == broker,
            EventKind::LinkCut { to } => {
                (event.node, to) == (broker, NodeId::Controller)
                    || (event.node, to) == (NodeId::Controller, broker)
            }
            _ => false,
        })
}

/// What decided a record's fate: the milestones of its life and what led to the deciding event, oldest first.
pub fn of_fate(timeline: &Timeline, entry: &Entry) -> Vec<EventId> {
    let decided = entry.decided_by().unwrap_or(entry.created());
    let mut told: BTreeSet<EventId> = chain(timeline, decided).into_iter().collect();
    told.extend(milestones(timeline, entry, decided));
    told.into_iter().collect()
}

/// The events that touched a record, up to one: sent, appended, acknowledged, truncated, processed.
fn milestones(timeline: &Timeline, entry: &Entry, last: EventId) -> Vec<EventId> {
    use EventKind as E;
    let mut holders: Vec<(NodeId, i64)> = Vec::new();
    let mut milestones = Vec::new();
    let record = entry.record();
    let born = usize::try_from(entry.created().0).unwrap_or(usize::MAX).saturating_sub(1);
    for event in timeline.events().iter_from(born).take_while(|event| event.id <= last) {
        let touched = match &event.kind {
            E::RecordCreated { record: id, .. }
            | E::PartitionChosen { record: id, .. }
            | E::RecordFailed { record: id, .. }
            | E::Processed { record: id, .. } => *id == record,
            E::BatchSent { records, .. }
            | E::Acked { records, .. }
            | E::BatchRetried { records, .. }
            | E::BatchFailed { records, .. }
            | E::ProduceRefused { records, .. } => records.iter().any(|r| r.id == record),
            E::RecordsAppended { base_offset, records, .. } => {
                let offset =
                    (*base_offset..).zip(records.iter()).find(|(_, r)| r.id == record).map(|(o, _)| o);
                holders.extend(offset.map(|offset| (event.node, offset)));
                offset.is_some()
            }
            E::Truncated { from, .. } | E::UnflushedLost { from, .. } => {
                let before = holders.len();
                holders.retain(|(node, offset)| *node != event.node || offset < from);
                holders.len() < before
            }
            _ => false,
        };
        if touched {
            milestones.push(event.id);
        }
    }
    milestones
}
