//! What the ledger knows of one record.

use crate::packed::packed;
use highwater_core::ids::{BrokerId, BrokerSet, EventId, PartitionId, RecordId, TopicId};
use std::sync::Arc;

/// The most brokers, and so copies of a log.
const BROKERS: usize = 9;
/// The most consumer groups.
pub(super) const GROUPS: usize = 6;

/// What became of a record, seen from its application.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Fate {
    /// The application has not been told anything yet.
    InFlight,
    /// The application was told "written", but the leader's high watermark has not passed the record: a promise that
    /// rests on the leader alone.
    Acked,
    /// Acked, and below the leader's high watermark.
    Safe,
    /// Acked, and gone: a leader took office without it, or no replica holds it any more.
    Lost,
    /// The application was told "failed", and rightly so.
    Rejected,
    /// The application was told "failed", yet the record is in the leader's log.
    Ghost,
}

impl Fate {
    /// Every fate.
    pub const ALL: [Fate; 6] =
        [Fate::InFlight, Fate::Acked, Fate::Safe, Fate::Lost, Fate::Rejected, Fate::Ghost];

    /// A stable name.
    pub fn name(self) -> &'static str {
        match self {
            Fate::InFlight => "in_flight",
            Fate::Acked => "acked",
            Fate::Safe => "safe",
            Fate::Lost => "lost",
            Fate::Rejected => "rejected",
            Fate::Ghost => "ghost",
        }
    }
}

packed!(
    enum Fate {
        InFlight,
        Acked,
        Safe,
        Lost,
        Rejected,
        Ghost,
    }
);

/// A record, and every fact that decides its fate.
#[derive(Clone, Debug)]
pub struct Entry {
    pub(super) record: RecordId,
    pub(super) producer: u8,
    pub(super) topic: TopicId,
    pub(super) key: Option<Arc<[u8]>>,
    pub(super) partition: Option<PartitionId>,
    pub(super) created: EventId,
    pub(super) acked: EventId,
    pub(super) failed: EventId,
    /// A leader took office without the record.
    pub(super) missing: EventId,
    /// The offset it was acknowledged at; −1 for none.
    pub(super) promised: i64,
    /// The last copy disappeared, or with acks=0 the only message that carried the record.
    pub(super) gone: EventId,
    /// Below the high watermark of a leader that had it.
    pub(super) committed: EventId,
    pub(super) duplicated: EventId,
    pub(super) reordered: EventId,
    pub(super) skipped: EventId,
    pub(super) repeated: EventId,
    pub(super) fate: Fate,
    pub(super) decided_by: EventId,
    /// How often the record stands in each broker's log.
    pub(super) copies: [u8; BROKERS],
    /// How often each group processed it.
    pub(super) processed: [u8; GROUPS],
    /// Groups, as bits, whose committed offset passed the record although no member processed it.
    pub(super) passed_by: u8,
}

fn known(event: EventId) -> Option<EventId> {
    event.is_some().then_some(event)
}

impl Entry {
    pub(super) fn new(
        record: RecordId,
        producer: u8,
        topic: TopicId,
        key: Option<Arc<[u8]>>,
        created: EventId,
    ) -> Self {
        let none = EventId::NONE;
        Entry {
            record,
            producer,
            topic,
            key,
            partition: None,
            created,
            acked: none,
            failed: none,
            promised: -1,
            missing: none,
            gone: none,
            committed: none,
            duplicated: none,
            reordered: none,
            skipped: none,
            repeated: none,
            fate: Fate::InFlight,
            decided_by: created,
            copies: [0; BROKERS],
            processed: [0; GROUPS],
            passed_by: 0,
        }
    }

    /// Which record.
    pub fn record(&self) -> RecordId {
        self.record
    }

    /// The producer that sent it, from 1.
    pub fn producer(&self) -> u8 {
        self.producer
    }

    /// The topic it was sent to.
    pub fn topic(&self) -> TopicId {
        self.topic
    }

    /// Its key.
    pub fn key(&self) -> Option<&Arc<[u8]>> {
        self.key.as_ref()
    }

    /// Its partition, once chosen.
    pub fn partition(&self) -> Option<PartitionId> {
        self.partition
    }

    /// When the application called `send()`.
    pub fn created(&self) -> EventId {
        self.created
    }

    /// When the application was told that it is written.
    pub fn acked(&self) -> Option<EventId> {
        known(self.acked)
    }

    /// The offset that the producer was told; with acks=0 it was told none.
    pub fn promised_offset(&self) -> Option<i64> {
        (self.promised >= 0).then_some(self.promised)
    }

    /// When the application was told that it failed.
    pub fn failed(&self) -> Option<EventId> {
        known(self.failed)
    }

    /// What became of it.
    pub fn fate(&self) -> Fate {
        self.fate
    }

    /// The event that made its fate what it is.
    pub fn decided_by(&self) -> Option<EventId> {
        known(self.decided_by)
    }

    /// The brokers that have it in their logs, on disk or in memory.
    pub fn holders(&self) -> BrokerSet {
        (1u8..).zip(self.copies).filter(|(_, copies)| *copies > 0).map(|(id, _)| BrokerId(id)).collect()
    }

    /// It stands in the leader's log more than once, since this event.
    pub fn duplicated(&self) -> Option<EventId> {
        known(self.duplicated)
    }

    /// A record that its producer sent later stands before it in the leader's log, since this event.
    pub fn reordered(&self) -> Option<EventId> {
        known(self.reordered)
    }

    /// A group's committed offset passed it although no member has processed it, since this event.
    pub fn skipped(&self) -> Option<EventId> {
        known(self.skipped)
    }

    /// A group processed it more than once, since this event.
    pub fn repeated(&self) -> Option<EventId> {
        known(self.repeated)
    }

    /// Whether any group has processed it.
    pub fn is_consumed(&self) -> bool {
        self.processed.iter().any(|times| *times > 0)
    }

    pub(super) fn is_on(&self, broker: BrokerId) -> bool {
        self.copies.get(broker.index()).is_some_and(|copies| *copies > 0)
    }

    pub(super) fn is_nowhere(&self) -> bool {
        self.copies == [0; BROKERS]
    }

    /// The fate that the facts add up to, and the event that decided it. `leader` is the newest leader's broker.
    pub(super) fn judge(&self, leader: Option<BrokerId>) -> (Fate, EventId) {
        if self.acked.is_some() {
            match (known(self.missing), known(self.gone)) {
                (Some(missing), Some(gone)) => (Fate::Lost, missing.min(gone)),
                (Some(event), None) | (None, Some(event)) => (Fate::Lost, event),
                (None, None) if self.committed.is_some() => (Fate::Safe, self.committed.max(self.acked)),
                (None, None) => (Fate::Acked, self.acked),
            }
        } else if self.failed.is_some() {
            let ghost = leader.is_some_and(|leader| self.is_on(leader));
            (if ghost { Fate::Ghost } else { Fate::Rejected }, self.failed)
        } else {
            (Fate::InFlight, self.created)
        }
    }
}
