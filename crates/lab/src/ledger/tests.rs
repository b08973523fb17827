//! Every fate, from handmade events.

use super::{Fate, Ledger};
use highwater_core::action::Crash;
use highwater_core::cluster::Cluster;
use highwater_core::error::ErrorCode;
use highwater_core::event::{Event, EventKind, LossReason, PartitionChoice, PositionSource, TruncationRule};
use highwater_core::ids::{BrokerId, EventId, GroupId, MessageId, NodeId, PartitionId, RecordId, TopicId};
use highwater_core::protocol::MessageKind;
use highwater_core::record::{Record, Records, Value};
use highwater_core::setup::Setup;

const P: PartitionId = PartitionId(0);
const GROUP: GroupId = GroupId(0);

fn broker(n: u8) -> NodeId {
    NodeId::Broker(BrokerId(n))
}

/// A ledger and the number of the next event. Broker 1 leads the only partition in epoch 0.
struct Court {
    ledger: Ledger,
    next: u64,
}

impl Court {
    fn new() -> Self {
        let setup = Setup::new(3).topic("orders", 1, 3).producer(None).consumer("billing", &["orders"]);
        let cluster = Cluster::new(&setup).expect("the setup is sound");
        assert_eq!(cluster.metadata().partition(P).and_then(|p| p.leader), Some(BrokerId(1)));
        Court { ledger: Ledger::new(&cluster), next: 1 }
    }

    fn say(&mut self, node: NodeId, kind: EventKind) -> EventId {
        let id = EventId(self.next);
        self.next += 1;
        self.ledger.observe(&Event { id, at: self.next, node, cause: EventId::NONE, kind });
        id
    }

    fn send(&mut self, n: u32) {
        let producer = NodeId::Producer(1);
        self.say(producer, EventKind::RecordCreated { record: RecordId(n), topic: TopicId(0), key: None });
        let how = PartitionChoice::Sticky;
        self.say(producer, EventKind::PartitionChosen { record: RecordId(n), partition: P, how });
        let message = MessageId(u64::from(n));
        let records = records(&[n]);
        self.say(producer, EventKind::BatchSent { message, partition: P, records, attempt: 1 });
    }

    fn append(&mut self, on: u8, base_offset: i64, ids: &[u32], as_leader: bool) -> EventId {
        let kind = EventKind::RecordsAppended {
            partition: P,
            base_offset,
            epoch: 0,
            records: records(ids),
            as_leader,
        };
        self.say(broker(on), kind)
    }

    fn ack(&mut self, base_offset: i64, n: u32) -> EventId {
        self.say(NodeId::Producer(1), EventKind::Acked { partition: P, base_offset, records: records(&[n]) })
    }

    fn fail(&mut self, n: u32) -> EventId {
        let error = ErrorCode::DeliveryTimedOut;
        self.say(NodeId::Producer(1), EventKind::BatchFailed { partition: P, records: records(&[n]), error })
    }

    fn high_watermark(&mut self, from: i64, to: i64) -> EventId {
        self.say(broker(1), EventKind::HighWatermarkChanged { partition: P, from, to, as_leader: true })
    }

    fn lead(&mut self, on: u8, epoch: i32, epoch_start: i64) -> EventId {
        self.say(broker(on), EventKind::BecameLeader { partition: P, epoch, epoch_start })
    }

    fn truncate(&mut self, on: u8, from: i64, to: i64) -> EventId {
        let rule = TruncationRule::DivergingEpoch;
        self.say(broker(on), EventKind::Truncated { partition: P, from, to, rule })
    }

    fn process(&mut self, offset: i64, n: u32) -> EventId {
        let kind = EventKind::Processed { group: GROUP, partition: P, offset, record: RecordId(n) };
        self.say(NodeId::Consumer(1), kind)
    }

    fn commit(&mut self, offset: i64) -> EventId {
        self.say(broker(2), EventKind::OffsetCommitted { group: GROUP, partition: P, offset })
    }

    fn fate(&self, n: u32) -> (Fate, EventId) {
        let entry = self.ledger.record(RecordId(n)).expect("it was sent");
        (entry.fate(), entry.decided_by().unwrap_or(EventId::NONE))
    }

    /// The counts always add up.
    fn add_up(&self) {
        let c = self.ledger.counts();
        assert!(c.safe + c.lost <= c.acked, "{c:?}");
        assert_eq!(c.acked + c.rejected + c.ghost + c.in_flight, c.created, "{c:?}");
    }
}

fn records(ids: &[u32]) -> Records {
    ids.iter()
        .map(|n| Record { id: RecordId(*n), timestamp_ms: 0, key: None, value: Value::User { size: 1 } })
        .collect()
}

#[test]
fn an_acked_record_is_safe_below_the_high_watermark() {
    let mut court = Court::new();
    court.send(1);
    assert_eq!(court.fate(1).0, Fate::InFlight);
    court.append(1, 0, &[1], true);
    let acked = court.ack(0, 1);
    assert_eq!(court.fate(1), (Fate::Acked, acked));
    let passed = court.high_watermark(0, 1);
    assert_eq!(court.fate(1), (Fate::Safe, passed));
    assert_eq!((court.ledger.counts().acked, court.ledger.counts().safe), (1, 1));
    court.add_up();
}

#[test]
fn an_acked_record_is_lost_when_a_leader_takes_office_without_it_and_comes_back_with_a_later_one() {
    let mut court = Court::new();
    court.send(1);
    court.append(1, 0, &[1], true);
    court.ack(0, 1);
    let office = court.lead(2, 1, 0);
    assert_eq!(court.fate(1), (Fate::Lost, office));
    court.add_up();
    court.lead(1, 2, 1);
    assert_eq!(court.fate(1).0, Fate::Acked);
    assert_eq!(court.ledger.counts().lost, 0);
    court.add_up();
}

#[test]
fn a_record_that_a_deposed_leader_wrote_is_lost_when_it_is_acked() {
    let mut court = Court::new();
    court.send(1);
    let office = court.lead(2, 1, 0);
    court.append(1, 0, &[1], true);
    assert_eq!(court.fate(1).0, Fate::InFlight);
    court.ack(0, 1);
    assert_eq!(court.fate(1), (Fate::Lost, office));
    court.add_up();
}

#[test]
fn the_last_copy_decides() {
    let mut court = Court::new();
    court.send(1);
    court.append(1, 0, &[1], true);
    court.append(2, 0, &[1], false);
    court.ack(0, 1);
    court.high_watermark(0, 1);
    court.say(broker(1), EventKind::UnflushedLost { partition: P, from: 0, to: 1 });
    assert_eq!(court.fate(1).0, Fate::Safe, "broker 2 has it");
    let last = court.say(broker(2), EventKind::UnflushedLost { partition: P, from: 0, to: 1 });
    assert_eq!(court.fate(1), (Fate::Lost, last));
    court.add_up();
}

#[test]
fn acks_0_is_a_promise_that_a_lost_message_or_a_refusal_breaks() {
    let mut court = Court::new();
    for n in 1..=3 {
        court.send(n);
        court.ack(-1, n);
        assert_eq!(court.fate(n).0, Fate::Acked);
    }
    let (message, kind, from) = (MessageId(1), MessageKind::ProduceRequest, NodeId::Producer(1));
    let lost = court.say(broker(1), EventKind::MessageLost { message, kind, from, why: LossReason::Dropped });
    assert_eq!(court.fate(1), (Fate::Lost, lost));
    let error = ErrorCode::NotLeaderOrFollower;
    let refused =
        court.say(broker(1), EventKind::ProduceRefused { partition: P, error, records: records(&[2]) });
    assert_eq!(court.fate(2), (Fate::Lost, refused));
    // A new leader does not lose what has not been written yet.
    court.lead(2, 1, 0);
    assert_eq!(court.fate(3).0, Fate::Acked);
    court.add_up();
}

#[test]
fn a_failed_record_in_the_log_is_a_ghost_until_it_is_cut_off() {
    let mut court = Court::new();
    court.send(1);
    court.append(1, 0, &[1], true);
    let failed = court.fail(1);
    assert_eq!(court.fate(1), (Fate::Ghost, failed));
    court.lead(2, 1, 0);
    court.truncate(1, 0, 1);
    assert_eq!(court.fate(1), (Fate::Rejected, failed));
    court.add_up();
}

#[test]
fn copies_and_latecomers_are_counted_in_the_leaders_log_only() {
    let mut court = Court::new();
    court.send(1);
    court.send(2);
    court.append(1, 0, &[2], true);
    let late = court.append(1, 1, &[1], true);
    let twice = court.append(1, 2, &[1], true);
    let entry = court.ledger.record(RecordId(1)).unwrap();
    assert_eq!((entry.reordered(), entry.duplicated()), (Some(late), Some(twice)));
    assert_eq!(court.ledger.offsets(RecordId(1)), [1, 2]);
    assert_eq!((court.ledger.counts().reordered, court.ledger.counts().duplicated), (1, 1));
    // Broker 2 got the first of each only.
    court.append(2, 0, &[2, 1], false);
    court.lead(2, 1, 2);
    assert_eq!((court.ledger.counts().reordered, court.ledger.counts().duplicated), (1, 0));
    let entry = court.ledger.record(RecordId(1)).unwrap();
    assert_eq!((entry.reordered(), entry.duplicated()), (Some(late), None));
    court.add_up();
}

#[test]
fn skipped_means_passed_and_never_to_be_processed() {
    let mut court = Court::new();
    for n in 1..=2 {
        court.send(n);
        court.append(1, i64::from(n) - 1, &[n], true);
    }
    let consumer = NodeId::Consumer(1);
    court.say(consumer, EventKind::Polled { partition: P, from: 0, to: 2 });
    court.commit(2);
    assert_eq!(court.ledger.counts().skipped, 0, "the application still has them");
    court.process(0, 1);
    let crash = court.say(consumer, EventKind::Crashed(Crash::Process));
    assert_eq!(court.ledger.counts().skipped, 1);
    assert_eq!(court.ledger.record(RecordId(2)).unwrap().skipped(), Some(crash));
    // Somebody reads it after all.
    court.process(1, 2);
    assert_eq!((court.ledger.counts().skipped, court.ledger.counts().consumed), (0, 2));
    let again = court.process(1, 2);
    assert_eq!(court.ledger.record(RecordId(2)).unwrap().repeated(), Some(again));
    assert_eq!(court.ledger.counts().repeated, 1);
}

#[test]
fn a_group_that_begins_at_the_end_skips_nothing() {
    let mut court = Court::new();
    for n in 1..=2 {
        court.send(n);
        court.append(1, i64::from(n) - 1, &[n], true);
    }
    let why = PositionSource::Reset;
    court.say(NodeId::Consumer(1), EventKind::PositionSet { partition: P, offset: 1, why });
    court.process(1, 2);
    court.commit(2);
    court.append(2, 0, &[1, 2], false);
    court.lead(2, 1, 2);
    assert_eq!(court.ledger.counts().skipped, 0);
}

#[test]
fn a_record_that_takes_a_consumed_offset_is_noticed_and_skipped() {
    let mut court = Court::new();
    court.send(1);
    court.send(2);
    court.append(1, 0, &[1], true);
    court.process(0, 1);
    court.commit(1);
    court.lead(2, 1, 0);
    let replaced = court.append(2, 0, &[2], true);
    assert_eq!(court.ledger.breaches().consumed_content_changed, Some(replaced));
    assert_eq!(court.ledger.record(RecordId(2)).unwrap().skipped(), Some(replaced));
}

#[test]
fn two_leaders_of_one_epoch_and_a_falling_high_watermark_are_noticed() {
    let mut court = Court::new();
    court.high_watermark(0, 3);
    assert_eq!(court.ledger.breaches().high_watermark_fell, None);
    let fell = court.high_watermark(3, 2);
    assert_eq!(court.ledger.breaches().high_watermark_fell, Some(fell));
    court.lead(2, 1, 0);
    assert_eq!(court.ledger.breaches().two_leaders_in_an_epoch, None);
    let second = court.lead(3, 1, 0);
    assert_eq!(court.ledger.breaches().two_leaders_in_an_epoch, Some(second));
    assert_eq!(court.ledger.leader(P), Some(BrokerId(2)));
}
