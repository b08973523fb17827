//! Producers and consumers as stories (§2, §6, §7).

mod world;

use highwater_core::action::{Crash, Intervention, Send};
use highwater_core::error::ErrorCode;
use highwater_core::event::{EventKind, PositionSource};
use highwater_core::group::{GroupState, LeaveReason};
use highwater_core::ids::{GroupId, MessageId, NodeId, RecordId, TopicId};
use highwater_core::protocol::MessageKind;
use highwater_core::setup::{CommitOrder, Setup, Workload};
use highwater_core::time::{MS, SECOND};
use world::{P0, World, brokers, node, three_brokers};

/// The message of a kind that is on its way.
fn on_its_way(w: &World, kind: MessageKind) -> Option<MessageId> {
    w.cluster.network().in_flight().find(|e| e.message.body.kind() == kind).map(|e| e.id.0)
}

#[test]
fn a_lost_answer_makes_a_duplicate() {
    let mut w = World::new(&three_brokers());
    w.run(SECOND);
    let m1 = w.send();
    w.until(|w| on_its_way(w, MessageKind::ProduceResponse).is_some());
    let answer = on_its_way(&w, MessageKind::ProduceResponse).expect("an answer");
    w.act(Intervention::Drop(answer));
    w.until(|w| w.acked(m1));
    assert_eq!(w.log(1), [m1.0, m1.0], "appended, not answered, sent again");
}

#[test]
fn a_lost_request_makes_none() {
    let mut w = World::new(&three_brokers());
    w.run(SECOND);
    let m1 = w.send();
    let request = on_its_way(&w, MessageKind::ProduceRequest).expect("a request");
    w.act(Intervention::Drop(request));
    w.until(|w| w.acked(m1));
    assert_eq!(w.log(1), [m1.0]);
}

#[test]
fn several_requests_in_flight_can_change_places_and_one_cannot() {
    for (in_flight, log) in [("5", [2, 1]), ("1", [1, 2])] {
        let setup = three_brokers().set("max.in.flight.requests.per.connection", in_flight).expect("valid");
        let mut w = World::new(&setup.set("min.insync.replicas", "2").expect("valid"));
        w.run(SECOND);
        for n in [2, 3] {
            w.crash(n, Crash::Process);
        }
        w.until(|w| w.isr() == brokers(&[1]));
        // m1 is refused for want of replicas, and backs off; m2 finds the limit lowered.
        let m1 = w.send();
        let m2 = w.send();
        w.until(|w| w.saw(|e| matches!(e, EventKind::ProduceRefused { .. })));
        w.set("min.insync.replicas", "1");
        w.until(|w| w.acked(m1) && w.acked(m2));
        assert_eq!(w.log(1), log, "max.in.flight.requests.per.connection={in_flight}");
    }
}

#[test]
fn acks_0_hears_of_nothing() {
    let mut w = World::new(&three_brokers().set("acks", "0").expect("valid"));
    w.run(SECOND);
    let m1 = w.send();
    w.until(|w| w.log(3) == [m1.0]);
    w.crash(1, Crash::Power);
    let m2 = w.send();
    assert!(w.acked(m2), "done as soon as it is handed to the socket");
    w.run(60 * SECOND);
    assert!(!w.failed(m2));
    assert_eq!(w.log(2), [m1.0], "and gone");
}

#[test]
fn a_batch_is_given_up_after_the_delivery_timeout() {
    let mut w = World::new(&three_brokers());
    w.run(SECOND);
    for n in 1..=3 {
        w.crash(n, Crash::Process);
    }
    let m1 = w.send();
    let took = w.until(|w| w.failed(m1));
    assert!((119 * SECOND..=121 * SECOND).contains(&took), "delivery.timeout.ms is 120 s: {took} µs");
}

#[test]
fn records_linger_into_one_batch_and_a_full_batch_goes_at_once() {
    let setup = three_brokers().set("linger.ms", "50").expect("valid");
    let mut w = World::new(&setup);
    w.run(SECOND);
    w.send();
    w.send();
    assert_eq!(w.count(|e| matches!(e, EventKind::BatchSent { .. })), 0);
    w.run(51 * MS);
    assert!(w.saw(|e| matches!(e, EventKind::BatchSent { records, .. } if records.len() == 2)));
    let send = Send { producer: 1, topic: TopicId(0), partition: Some(0), key: None, value_size: 10_000 };
    w.act(Intervention::Send(send.clone()));
    assert_eq!(w.count(|e| matches!(e, EventKind::BatchSent { .. })), 1);
    w.act(Intervention::Send(send));
    let requests = w.count(|e| matches!(e, EventKind::BatchSent { .. }));
    assert_eq!(requests, 2, "the batch has no room for the second record, so it goes; the second lingers");
}

#[test]
fn a_record_that_fits_no_request_fails_at_once() {
    let mut w = World::new(&three_brokers());
    w.act(Intervention::Send(Send {
        producer: 1,
        topic: TopicId(0),
        partition: None,
        key: None,
        value_size: 2_000_000,
    }));
    assert!(w.saw(|e| matches!(e, EventKind::RecordFailed { error: ErrorCode::RecordTooLarge, .. })));
}

#[test]
fn a_batch_too_large_for_the_topic_is_split_and_a_single_record_fails() {
    let setup =
        three_brokers().set("linger.ms", "20").expect("valid").set("batch.size", "400").expect("valid");
    let mut w = World::new(&setup.set("max.message.bytes", "190").expect("valid"));
    w.run(SECOND);
    for _ in 0..8 {
        w.send();
    }
    // With a smaller batch.size the parts are small enough.
    w.set("batch.size", "150"); // two records
    w.until(|w| (1..=8).all(|id| w.acked(RecordId(id))));
    assert!(w.saw(|e| matches!(e, EventKind::BatchSplit { .. })));
    assert_eq!(w.log(1), [1, 2, 3, 4, 5, 6, 7, 8]);
    w.act(Intervention::Send(Send {
        producer: 1,
        topic: TopicId(0),
        partition: None,
        key: None,
        value_size: 300,
    }));
    w.until(|w| w.failed(RecordId(9)));
}

fn with_consumers(consumers: usize, partitions: u16) -> Setup {
    let mut setup = Setup::new(3).topic("orders", partitions, 3).producer(Some(Workload {
        topic: "orders".into(),
        keys: 10,
        value_size: 10,
        interval: 20 * MS,
        count: None,
    }));
    for _ in 0..consumers {
        setup = setup.consumer("billing", &["orders"]);
    }
    setup.jitter = 0;
    setup.set("auto.offset.reset", "earliest").expect("valid")
}

fn assigned(w: &World) -> Vec<usize> {
    w.cluster.consumers().map(|c| c.assigned().count()).collect()
}

fn group_state(w: &World) -> Option<GroupState> {
    let coordinator = w.cluster.metadata().coordinator(GroupId(0))?;
    Some(w.cluster.broker(coordinator)?.group(GroupId(0))?.state())
}

fn processed(w: &World, record: u32) -> usize {
    w.count(|e| matches!(e, EventKind::Processed { record: r, .. } if r.0 == record))
}

#[test]
fn a_group_shares_a_topic_by_range() {
    let mut w = World::new(&with_consumers(2, 3));
    let first = w.until(|w| assigned(w) == [2, 1]);
    // group.initial.rebalance.delay.ms is 3 s, and the second member's coming makes it wait once more.
    assert!((6 * SECOND..7 * SECOND).contains(&first), "{first} µs");
    w.run(5 * SECOND);
    assert!((1..=200).all(|record| processed(&w, record) == 1), "every record once");
}

#[test]
fn a_member_that_closes_is_replaced_at_once_and_one_that_dies_after_its_session() {
    for (close, least, most) in [(true, 0, 5 * SECOND), (false, 40 * SECOND, 52 * SECOND)] {
        let mut w = World::new(&with_consumers(2, 2));
        w.until(|w| assigned(w) == [1, 1]);
        w.run(SECOND);
        let node = NodeId::Consumer(2);
        w.act(if close {
            Intervention::Shutdown(node)
        } else {
            Intervention::Crash { node, crash: Crash::Process }
        });
        let took = w.until(|w| assigned(w) == [2, 0]);
        assert!((least..=most).contains(&took), "close={close}: {took} µs");
    }
}

#[test]
fn a_crash_between_processing_and_commit_repeats_records() {
    let mut w = World::new(&with_consumers(1, 1));
    w.until(|w| processed(w, 20) == 1);
    w.act(Intervention::Crash { node: NodeId::Consumer(1), crash: Crash::Process });
    w.act(Intervention::Restart(NodeId::Consumer(1)));
    w.until(|w| processed(w, 100) == 1);
    assert!((1..=20).any(|record| processed(&w, record) == 2), "auto-commit had not come round");
}

#[test]
fn commit_before_processing_skips_records_in_a_crash() {
    let mut setup = with_consumers(1, 1).set("enable.auto.commit", "false").expect("valid");
    setup.consumers[0].commit = CommitOrder::BeforeProcessing;
    setup.consumers[0].processing = 30 * MS;
    let mut w = World::new(&setup);
    w.until(|w| processed(w, 30) == 1);
    w.until(|w| w.cluster.consumers().next().is_some_and(|c| c.processing().is_some()));
    let (_, working_on) =
        w.cluster.consumers().next().and_then(highwater_core::consumer::Consumer::processing).expect("busy");
    w.act(Intervention::Crash { node: NodeId::Consumer(1), crash: Crash::Process });
    w.act(Intervention::Restart(NodeId::Consumer(1)));
    w.run(60 * SECOND);
    let skipped = u32::try_from(working_on + 1).expect("small");
    assert_eq!(processed(&w, skipped), 0, "committed, and never processed");
}

#[test]
fn committed_offsets_outlive_their_coordinator() {
    let mut w = World::new(&with_consumers(1, 1));
    w.until(|w| w.cluster.committed(GroupId(0), P0).is_some());
    let coordinator = w.cluster.metadata().coordinator(GroupId(0)).expect("a coordinator");
    let committed = w.cluster.committed(GroupId(0), P0);
    w.crash(coordinator.0, Crash::Power);
    w.until(|w| w.cluster.metadata().coordinator(GroupId(0)).is_some_and(|b| b != coordinator));
    w.until(|w| w.cluster.committed(GroupId(0), P0).is_some());
    assert!(w.cluster.committed(GroupId(0), P0) >= committed);
    w.until(|w| group_state(w) == Some(GroupState::Stable));
    let now = w.cluster.records_created();
    w.until(|w| processed(w, now + 50) >= 1);
}

#[test]
fn added_partitions_reach_producers_and_the_group() {
    let setup = with_consumers(2, 2);
    let setup = setup.set("producer.metadata.max.age.ms", "5000").expect("valid");
    let setup = setup.set("consumer.metadata.max.age.ms", "5000").expect("valid");
    let mut w = World::new(&setup);
    w.until(|w| assigned(w) == [1, 1]);
    w.act(Intervention::AddPartitions { topic: TopicId(0), total: 4 });
    w.until(|w| assigned(w) == [2, 2]);
    w.until(|w| {
        let metadata = w.cluster.metadata();
        let last = metadata.partition_id(TopicId(0), 3).expect("four partitions");
        w.cluster.brokers().any(|b| b.log(last).is_some_and(|log| log.end() > 0))
    });
}

#[test]
fn a_consumer_goes_on_where_logs_part_after_an_unclean_election() {
    let mut setup = three_brokers().consumer("billing", &["orders"]);
    setup.jitter = 0;
    for (name, value) in
        [("auto.offset.reset", "earliest"), ("unclean.leader.election.enable", "true"), ("acks", "1")]
    {
        setup = setup.set(name, value).expect("valid");
    }
    let mut w = World::new(&setup);
    w.run(4 * SECOND);
    w.crash(2, Crash::Process);
    w.crash(3, Crash::Process);
    w.until(|w| w.isr() == brokers(&[1]));
    let m1 = w.send();
    w.until(|w| processed(w, m1.0) == 1);
    w.crash(1, Crash::Process);
    w.restart(2);
    w.until(|w| w.leader() == Some(2));
    let m2 = w.send();
    w.until(|w| w.acked(m2));
    w.until(|w| processed(w, m2.0) == 1);
    assert!(w.saw(|e| matches!(
        e,
        EventKind::PositionSet { why: PositionSource::Truncation | PositionSource::OutOfRange, .. }
    )));
}

#[test]
fn a_busy_application_is_thrown_out_after_max_poll_interval() {
    let mut setup = with_consumers(2, 2).set("max.poll.interval.ms", "10000").expect("valid");
    setup.consumers[1].processing = 60 * SECOND;
    let mut w = World::new(&setup);
    w.until(|w| assigned(w) == [1, 1]);
    w.until(|w| assigned(w)[0] == 2);
    let left = |e: &EventKind| matches!(e, EventKind::MemberLeft { why: LeaveReason::NotPolling, .. });
    assert!(w.saw(left), "it leaves by itself: its heartbeat thread notices");
}

#[test]
fn a_dead_node_cannot_be_asked_anything() {
    let mut w = World::new(&three_brokers());
    w.crash(1, Crash::Process);
    let refused = w.cluster.check(&Intervention::Pause(node(1))).expect_err("it is dead");
    assert_eq!(refused.to_string(), "broker-1 is not running");
}

#[test]
fn commit_sync_waits_for_a_coordinator() {
    let mut setup = with_consumers(1, 1).set("enable.auto.commit", "false").expect("valid");
    setup.consumers[0].commit = CommitOrder::AfterProcessing;
    let mut w = World::new(&setup);
    w.until(|w| w.cluster.committed(GroupId(0), P0).is_some_and(|offset| offset > 20));
    let coordinator = w.cluster.metadata().coordinator(GroupId(0)).expect("a coordinator");
    w.crash(coordinator.0, Crash::Process);
    let steps = w.events.len();
    w.run(30 * SECOND);
    assert!(w.events.len() - steps < 100_000, "{} events in 30 s", w.events.len() - steps);
    let now = w.cluster.records_created();
    w.until(|w| processed(w, now) >= 1);
    w.until(|w| w.cluster.committed(GroupId(0), P0).is_some_and(|offset| offset > i64::from(now)));
}

#[test]
fn the_next_coordinator_knows_who_leads_the_group() {
    let setup = with_consumers(3, 3).set("consumer.metadata.max.age.ms", "5000").expect("valid");
    let mut w = World::new(&setup);
    w.until(|w| assigned(w) == [1, 1, 1]);
    // A member other than the first comes to lead: the first leaves and joins again.
    w.act(Intervention::Shutdown(NodeId::Consumer(1)));
    w.until(|w| assigned(w)[1..] == [2, 1]);
    w.act(Intervention::Restart(NodeId::Consumer(1)));
    w.until(|w| assigned(w) == [1, 1, 1]);
    let coordinator = w.cluster.metadata().coordinator(GroupId(0)).expect("a coordinator");
    w.act(Intervention::Shutdown(node(coordinator.0)));
    w.until(|w| w.cluster.metadata().coordinator(GroupId(0)).is_some_and(|b| b != coordinator));
    w.run(10 * SECOND);
    w.act(Intervention::AddPartitions { topic: TopicId(0), total: 6 });
    w.until(|w| assigned(w) == [2, 2, 2]);
}
