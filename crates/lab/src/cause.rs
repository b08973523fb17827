//! Why something happened: the chain of events that led to it.

use crate::ledger::Entry;
use highwater_core::action::Timer;
use highwater_core::cow::CowList;
use highwater_core::event::{Event, EventKind};
use highwater_core::ids::{BrokerId, EventId, NodeId, RecordId};
use std::collections::BTreeSet;

/// The longest chain that is followed.
const LONGEST: usize = 500;

fn find(events: &CowList<Event>, id: EventId) -> Option<&Event> {
    events.get(usize::try_from(id.0).ok()?.checked_sub(1)?)
}

/// What led to an event, oldest first; the event itself comes last.
///
/// A timer has no cause of its own. Where the controller fences a broker because its session ran out, the chain goes on
/// with what silenced the broker.
pub fn chain(events: &CowList<Event>, id: EventId) -> Vec<EventId> {
    let mut chain = Vec::new();
    let mut next = find(events, id);
    let mut fenced = None;
    while let Some(event) = next.filter(|_| chain.len() < LONGEST) {
        chain.push(event.id);
        if let EventKind::BrokerFenced { broker } = event.kind {
            fenced = Some(broker);
        }
        next = match (event.cause.is_some(), &event.kind) {
            (true, _) => find(events, event.cause),
            (false, EventKind::TimerFired(Timer::Session)) => {
                fenced.take().and_then(|broker| silenced_by(events, broker, event.id))
            }
            _ => None,
        };
    }
    chain.reverse();
    chain
}

/// The last fault before an event that kept a broker from reporting to the controller.
fn silenced_by(events: &CowList<Event>, broker: BrokerId, before: EventId) -> Option<&Event> {
    let broker = NodeId::Broker(broker);
    let end = usize::try_from(before.0).ok()?.saturating_sub(1);
    let past = (0..end).rev().filter_map(|place| events.get(place));
    past.take_while(|event| {
        !(event.node == broker && matches!(event.kind, EventKind::Restarted | EventKind::Resumed))
    })
    .find(|event| match event.kind {
        EventKind::Crashed(_) | EventKind::Paused | EventKind::ShutdownCompleted => event.node == broker,
        EventKind::LinkCut { to } => {
            event.node == broker && to == NodeId::Controller
                || event.node == NodeId::Controller && to == broker
        }
        _ => false,
    })
}

/// What decided a record's fate: the milestones of its life and what led to the deciding event, oldest first.
pub fn of_fate(events: &CowList<Event>, entry: &Entry) -> Vec<EventId> {
    let decided = entry.decided_by().unwrap_or(entry.created());
    let mut told: BTreeSet<EventId> = chain(events, decided).into_iter().collect();
    told.extend(milestones(events, entry.record(), decided));
    told.into_iter().collect()
}

/// The events that touched a record: sent, appended, acknowledged, truncated, processed.
pub fn story_of(events: &CowList<Event>, entry: &Entry) -> Vec<EventId> {
    let last = EventId(u64::try_from(events.len()).unwrap_or(u64::MAX));
    milestones(events, entry.record(), last)
}

fn milestones(events: &CowList<Event>, record: RecordId, last: EventId) -> Vec<EventId> {
    use EventKind as E;
    let mut holders: Vec<(NodeId, i64)> = Vec::new();
    let mut milestones = Vec::new();
    for event in events.iter().take_while(|event| event.id <= last) {
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
