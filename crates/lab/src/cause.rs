//! Why something happened: the chain of events that led to it.

use crate::ledger::Entry;
use highwater_core::action::Timer;
use highwater_core::cow::CowList;
use highwater_core::event::{Event, EventKind};
use highwater_core::ids::{BrokerId, EventId, NodeId, PartitionId, RecordId};
use highwater_core::protocol::MessageKind;
use std::collections::BTreeSet;

/// The longest chain that is followed.
const LONGEST: usize = 500;

fn find(events: &CowList<Event>, id: EventId) -> Option<&Event> {
    events.get(usize::try_from(id.0).ok()?.checked_sub(1)?)
}

/// What led to an event, oldest first; the event itself comes last.
///
/// Two links are made where the events themselves name a broader cause: a broker takes office because the controller
/// elected it, which the metadata only carried; and a session that ran out has no cause of its own, so the chain goes on
/// with what silenced the broker.
pub fn chain(events: &CowList<Event>, id: EventId) -> Vec<EventId> {
    let mut chain = Vec::new();
    let mut next = find(events, id);
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
        let named = find(events, event.cause);
        next = match event.kind {
            EventKind::Delivered { kind: MessageKind::MetadataFetchResponse, .. } => {
                office.take().and_then(|office| elected(events, office, event.id)).or(named)
            }
            EventKind::TimerFired(Timer::Session) => {
                fenced.take().and_then(|broker| silenced_by(events, broker, event.id))
            }
            _ => named,
        };
    }
    chain.reverse();
    chain
}

/// Events before this one, the latest first.
fn before(events: &CowList<Event>, id: EventId) -> impl Iterator<Item = &Event> {
    let end = usize::try_from(id.0).unwrap_or(usize::MAX).saturating_sub(1).min(events.len());
    (0..end).rev().filter_map(|place| events.get(place))
}

/// The election that made a partition's leader of an epoch.
fn elected(events: &CowList<Event>, (partition, epoch): (PartitionId, i32), by: EventId) -> Option<&Event> {
    before(events, by).find(|event| {
        matches!(event.kind, EventKind::LeaderElected { partition: p, epoch: e, .. } if (p, e) == (partition, epoch))
    })
}

/// The last fault before an event that kept a broker from reporting to the controller.
fn silenced_by(events: &CowList<Event>, broker: BrokerId, by: EventId) -> Option<&Event> {
    let broker = NodeId::Broker(broker);
    let is_repair = |kind: &EventKind| matches!(kind, EventKind::Restarted | EventKind::Resumed);
    before(events, by).take_while(|event| event.node != broker || !is_repair(&event.kind)).find(|event| {
        match event.kind {
            EventKind::Crashed(_) | EventKind::Paused | EventKind::ShutdownCompleted => event.node == broker,
            EventKind::LinkCut { to } => {
                (event.node, to) == (broker, NodeId::Controller)
                    || (event.node, to) == (NodeId::Controller, broker)
            }
            _ => false,
        }
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
