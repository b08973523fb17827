//! What goes wrong when things go wrong at the wrong moment: answers to the dead, stops without a controller, …

mod world;

use highwater_core::action::{Crash, Intervention, Send};
use highwater_core::error::Refused;
use highwater_core::event::{EventKind, FenceReason};
use highwater_core::group::GroupState;
use highwater_core::ids::{BrokerId, GroupId, MessageId, NodeId, RecordId, TopicId};
use highwater_core::process::Status;
use highwater_core::protocol::MessageKind;
use highwater_core::setup::{CommitOrder, Setup};
use highwater_core::time::{MS, SECOND};
use world::{World, brokers, node, three_brokers};

fn on_its_way(w: &World, kind: MessageKind) -> Option<MessageId> {
    w.cluster.network().in_flight().find(|e| e.message.body.kind() == kind).map(|e| e.id.0)
}

#[test]
fn an_answer_to_a_dead_producer_acknowledges_nothing_of_the_next() {
    let mut w = World::new(&three_brokers().set("acks", "1").expect("valid"));
    w.run(SECOND);
    let producer = NodeId::Producer(1);
    w.send();
    w.until(|w| on_its_way(w, MessageKind::ProduceResponse).is_some());
    w.act(Intervention::Crash { node: producer, crash: Crash::Process });
    w.act(Intervention::Restart(producer));
    let m2 = w.send();
    w.act(Intervention::Cut { from: producer, to: node(1), both_ways: false });
    w.run(5 * SECOND);
    assert!(!w.acked(m2), "no broker has it");
}

#[test]
fn a_registration_meant_for_a_dead_process_does_not_bar_the_next() {
    let mut w = World::new(&three_brokers());
    w.run(SECOND);
    w.crash(2, Crash::Process);
    w.run(20 * SECOND);
    w.restart(2);
    w.until(|w| on_its_way(w, MessageKind::BrokerRegistrationResponse).is_some());
    w.crash(2, Crash::Process);
    w.restart(2);
    w.until(|w| w.isr() == brokers(&[1, 2, 3]));
}

#[test]
fn a_restarted_broker_does_not_lead_by_what_its_former_process_asked() {
    let mut w = World::new(&three_brokers());
    w.run(SECOND);
    let m1 = w.send();
    w.until(|w| w.acked(m1));
    w.until(|w| on_its_way(w, MessageKind::MetadataFetchResponse).is_some());
    // Metadata changes while the question of the process that dies now is open: its answer reaches the next one.
    w.crash(1, Crash::Power);
    w.act(Intervention::AddPartitions { topic: TopicId(0), total: 2 });
    w.restart(1);
    w.run(5 * SECOND);
    assert!(w.leader_state(1).is_none(), "it has lost its log, and is not even registered");
    w.run(60 * SECOND);
    assert_eq!((w.isr(), w.log(1)), (brokers(&[1, 2, 3]), vec![m1.0]));
}

#[test]
fn a_leader_counts_whoever_the_controller_may_have_let_into_the_isr() {
    let setup = three_brokers().set("replica.lag.time.max.ms", "1000").expect("valid");
    let mut w = World::new(&setup.set("broker.session.timeout.ms", "300000").expect("valid"));
    w.run(SECOND);
    w.act(Intervention::Pause(node(3)));
    w.send();
    w.until(|w| w.isr() == brokers(&[1, 2]));
    w.act(Intervention::Resume(node(3)));
    w.until(|w| w.isr() == brokers(&[1, 2, 3]));
    // The leader learns neither from the answer nor from the metadata that its request was granted.
    for kind in [MessageKind::AlterPartitionResponse, MessageKind::MetadataFetchResponse] {
        let lost = w.cluster.network().in_flight().find(|e| e.message.body.kind() == kind && e.to == node(1));
        let lost = lost.map(|e| e.id.0).expect("it is under way");
        w.act(Intervention::Drop(lost));
    }
    w.until(|w| {
        let leader = w.leader_state(1).expect("broker 1 leads");
        assert!(w.isr().minus(leader.maximal_isr()).is_empty(), "{} is not counted", w.isr());
        leader.isr() == brokers(&[1, 2, 3])
    });
    assert!(
        w.saw(|e| matches!(e, EventKind::AlterPartitionRejected { .. })),
        "it asked again, and was refused"
    );
}

#[test]
fn a_slow_follower_that_is_released_fetches_at_once() {
    let mut w = World::new(&three_brokers());
    w.run(SECOND);
    w.act(Intervention::SlowFollower { broker: BrokerId(2), by: 3000 * SECOND });
    w.run(2 * SECOND);
    w.act(Intervention::SlowFollower { broker: BrokerId(2), by: 0 });
    let m1 = w.send();
    w.run(SECOND);
    assert_eq!(w.log(2), [m1.0]);
}

#[test]
fn no_pause_is_too_long_to_reckon_with() {
    let setup = three_brokers().consumer("billing", &["orders"]);
    let longest = i64::MAX.to_string();
    let setup = setup.set("consumer.retry.backoff.ms", &longest).expect("valid");
    let mut w = World::new(&setup.set("producer.retry.backoff.ms", &longest).expect("valid"));
    w.run(SECOND);
    w.send();
    for n in 1..=3 {
        w.crash(n, Crash::Process);
    }
    w.run(60 * SECOND);
}

#[test]
fn acks_0_needs_a_connection_to_hand_the_record_to() {
    let mut setup = Setup::new(1).topic("orders", 1, 1).producer(None);
    setup.jitter = 0;
    let setup = setup.set("acks", "0").expect("valid").set("linger.ms", "0").expect("valid");
    let mut w = World::new(&setup);
    w.run(SECOND);
    w.crash(1, Crash::Process);
    w.run(SECOND);
    let m1 = w.send();
    w.run(10 * SECOND);
    assert!(!w.acked(m1), "the client saw its connection end");
    w.restart(1);
    w.until(|w| w.log(1) == [m1.0]);
    assert!(w.acked(m1), "sent once there was a connection again");
}

#[test]
fn asking_twice_for_a_shutdown_does_not_hurry_it() {
    let mut w = World::new(&three_brokers());
    w.run(SECOND);
    w.act(Intervention::Shutdown(node(1)));
    w.act(Intervention::Shutdown(node(1)));
    assert_eq!(w.cluster.status(node(1)), Some(Status::Running));
    w.until(|w| w.cluster.status(node(1)) == Some(Status::Stopped));
    assert_eq!(w.leader(), Some(2));
}

#[test]
fn a_shutdown_ends_without_a_controller() {
    let mut w = World::new(&three_brokers());
    w.run(SECOND);
    w.act(Intervention::Crash { node: NodeId::Controller, crash: Crash::Process });
    w.act(Intervention::Shutdown(node(1)));
    let took = w.until(|w| w.cluster.status(node(1)) == Some(Status::Stopped));
    assert!((299 * SECOND..=301 * SECOND).contains(&took), "five minutes: {took} µs");
}

#[test]
fn a_new_controller_goes_on_with_a_shutdown() {
    let mut w = World::new(&three_brokers());
    w.run(SECOND);
    w.act(Intervention::Pause(node(3)));
    w.act(Intervention::Shutdown(node(1)));
    w.run(600 * MS);
    w.act(Intervention::Crash { node: NodeId::Controller, crash: Crash::Process });
    w.act(Intervention::Restart(NodeId::Controller));
    w.run(SECOND);
    assert_eq!(w.cluster.status(node(1)), Some(Status::Running), "broker 3 has not seen the change yet");
    w.act(Intervention::Resume(node(3)));
    w.until(|w| w.cluster.status(node(1)) == Some(Status::Stopped));
    assert!(w.saw(|e| matches!(e, EventKind::BrokerFenced { why: FenceReason::ShutDown, .. })));
}

#[test]
fn a_shorter_limit_counts_from_now_on() {
    let mut w = World::new(&three_brokers());
    w.run(SECOND);
    w.set("replica.lag.time.max.ms", "1000");
    w.act(Intervention::Pause(node(2)));
    w.send();
    let took = w.until(|w| w.isr() == brokers(&[1, 3]));
    assert!(took < 2 * SECOND, "{took} µs");
}

#[test]
fn a_consumer_without_a_position_or_a_policy_fails_once() {
    let mut setup = Setup::new(3).topic("orders", 3, 3).producer(None).consumer("billing", &["orders"]);
    setup.jitter = 0;
    let mut w = World::new(&setup.set("auto.offset.reset", "none").expect("valid"));
    w.run(20 * SECOND);
    assert_eq!(w.count(|e| matches!(e, EventKind::ConsumerFailed { .. })), 1);
    assert_eq!(w.cluster.status(NodeId::Consumer(1)), Some(Status::Stopped));
}

#[test]
fn whoever_waits_for_a_paused_process_is_told_when_it_is_killed() {
    let mut setup = Setup::new(3).topic("orders", 3, 3).producer(None);
    setup.jitter = 0;
    let mut w = World::new(&setup);
    w.run(SECOND);
    w.act(Intervention::Pause(node(2)));
    w.act(Intervention::Send(Send {
        producer: 1,
        topic: TopicId(0),
        partition: Some(1),
        key: None,
        value_size: 10,
    }));
    w.run(100 * MS);
    let m1 = RecordId(w.cluster.records_created());
    w.crash(2, Crash::Process);
    let took = w.until(|w| w.acked(m1) || w.saw(|e| matches!(e, EventKind::BatchRetried { .. })));
    assert!(took < SECOND, "noticed after {took} µs");
}

#[test]
fn both_ends_see_a_connection_end() {
    let setup = three_brokers().set("min.insync.replicas", "3").expect("valid");
    let mut w = World::new(&setup);
    w.run(SECOND);
    w.act(Intervention::Pause(node(2)));
    let m1 = w.send();
    w.run(100 * MS);
    let m2 = w.send();
    let request = on_its_way(&w, MessageKind::ProduceRequest).expect("a request");
    w.act(Intervention::Drop(request));
    w.run(5 * SECOND);
    assert_eq!(w.log(1), [m1.0, m2.0], "m2 on a new connection, which nothing holds up; m1 waits behind it");
}

#[test]
fn only_messages_of_kafka_can_be_dropped() {
    let mut w = World::new(&three_brokers());
    w.run(SECOND);
    let m1 = w.send();
    w.until(|w| w.acked(m1));
    w.crash(1, Crash::Process);
    let notice = on_its_way(&w, MessageKind::ConnectionClosed).expect("a notice");
    assert_eq!(w.cluster.check(&Intervention::Drop(notice)), Err(Refused::NotUnderWay));
}

#[test]
fn the_preferred_leader_check_makes_no_unclean_elections() {
    let mut w =
        World::new(&three_brokers().set("leader.imbalance.check.interval.ms", "1000").expect("valid"));
    w.run(SECOND);
    w.crash(2, Crash::Process);
    w.crash(3, Crash::Process);
    w.until(|w| w.isr() == brokers(&[1]));
    w.crash(1, Crash::Process);
    w.until(|w| w.leader().is_none());
    w.restart(2);
    w.run(30 * SECOND);
    w.set("unclean.leader.election.enable", "true");
    w.run(10 * SECOND);
    assert_eq!(w.leader(), None);
    w.until(|w| w.leader() == Some(2));
}

#[test]
fn a_slow_link_to_the_controller_slows_isr_changes_and_stops_nothing() {
    let mut w = World::new(&three_brokers());
    w.run(SECOND);
    w.act(Intervention::SetLatency { from: node(1), to: NodeId::Controller, latency: 700 * MS });
    w.run(5 * SECOND);
    w.crash(3, Crash::Process);
    w.until(|w| w.leader_state(1).is_some_and(|leader| leader.isr() == brokers(&[1, 2])));
    w.restart(3);
    w.until(|w| w.leader_state(1).is_some_and(|leader| leader.isr() == brokers(&[1, 2, 3])));
    let m1 = w.send();
    w.until(|w| w.acked(m1));
}

#[test]
fn a_link_slower_than_the_metadata_timeout_brings_no_metadata_and_still_carries_heartbeats() {
    let mut w = World::new(&three_brokers());
    w.run(SECOND);
    w.act(Intervention::SetLatency { from: node(1), to: NodeId::Controller, latency: 1200 * MS });
    w.run(5 * SECOND);
    w.crash(3, Crash::Process);
    w.run(60 * SECOND);
    assert_eq!(w.isr(), brokers(&[1, 2]), "the controller fenced broker 3, and not broker 1");
    let leader = w.leader_state(1).expect("broker 1 leads");
    assert_eq!(
        leader.isr(),
        brokers(&[1, 2, 3]),
        "an answer that comes after 2 s finds its connection closed"
    );
}

#[test]
fn the_high_watermark_does_not_wait_for_a_brokers_former_process() {
    let mut setup = three_brokers();
    for (name, value) in [("broker.heartbeat.interval.ms", "500"), ("broker.session.timeout.ms", "2000")] {
        setup = setup.set(name, value).expect("valid");
    }
    let mut w = World::new(&setup);
    w.run(SECOND);
    w.act(Intervention::Cut { from: node(3), to: node(1), both_ways: true });
    w.crash(3, Crash::Process);
    w.run(4 * SECOND);
    w.restart(3);
    w.until(|w| !w.cluster.metadata().broker(BrokerId(3)).fenced);
    w.run(100 * MS);
    let m1 = w.send();
    w.run(SECOND);
    assert!(w.acked(m1), "the ISR is {}", w.isr());
}

#[test]
fn a_producer_that_closes_takes_no_more_records() {
    let mut w = World::new(&three_brokers().set("min.insync.replicas", "3").expect("valid"));
    w.run(SECOND);
    w.act(Intervention::Pause(node(2)));
    w.send();
    w.act(Intervention::Shutdown(NodeId::Producer(1)));
    let send = Send { producer: 1, topic: TopicId(0), partition: None, key: None, value_size: 1 };
    assert_eq!(w.cluster.check(&Intervention::Send(send)), Err(Refused::NotRunning(NodeId::Producer(1))));
}

#[test]
fn a_cut_and_a_heal_of_an_idle_link_are_nothing() {
    let mut w = World::new(&three_brokers().producer(None));
    w.run(10 * SECOND);
    let mut other = World { cluster: w.cluster.clone(), events: Vec::new() };
    let (from, to) = (NodeId::Producer(1), NodeId::Producer(2));
    w.act(Intervention::Cut { from, to, both_ways: false });
    w.act(Intervention::Heal { from, to, both_ways: false });
    w.run(10 * SECOND);
    other.run(10 * SECOND);
    assert!(other.cluster == w.cluster);
}

#[test]
fn a_shorter_linger_lets_go_of_what_lingers() {
    let mut setup = three_brokers();
    for (name, value) in [("delivery.timeout.ms", "1000000"), ("linger.ms", "600000")] {
        setup = setup.set(name, value).expect("valid");
    }
    let mut w = World::new(&setup);
    w.run(SECOND);
    let m1 = w.send();
    w.set("linger.ms", "0");
    w.run(SECOND);
    assert!(w.acked(m1));
}

#[test]
fn a_batch_that_exceeds_all_memory_fails_at_once() {
    let mut w = World::new(&three_brokers().set("batch.size", "40000000").expect("valid"));
    w.send();
    assert!(w.saw(|e| matches!(e, EventKind::RecordFailed { .. })));
}

#[test]
fn commit_sync_gives_up_after_a_minute() {
    let mut setup = three_brokers().consumer("c", &["orders"]);
    setup.jitter = 0;
    setup.consumers[0].commit = CommitOrder::AfterProcessing;
    setup.consumers[0].processing = 2 * SECOND;
    for (name, value) in [
        ("enable.auto.commit", "false"),
        ("auto.offset.reset", "earliest"),
        ("offsets.topic.replication.factor", "1"),
    ] {
        setup = setup.set(name, value).expect("valid");
    }
    let mut w = World::new(&setup);
    w.run(20 * SECOND);
    let coordinator = w.cluster.metadata().coordinator(GroupId(0)).expect("a coordinator");
    w.send();
    w.until(|w| w.cluster.consumers().any(|c| c.processing().is_some()));
    w.crash(coordinator.0, Crash::Process);
    w.until(|w| w.saw(|e| matches!(e, EventKind::Processed { .. })));
    let took = w.until(|w| w.saw(|e| matches!(e, EventKind::CommitFailed { .. })));
    assert!((59 * SECOND..=61 * SECOND).contains(&took), "{took} µs");
}

/// State, members and generation of the first group at its coordinator.
fn group(w: &World) -> Option<(GroupState, usize)> {
    let coordinator = w.cluster.metadata().coordinator(GroupId(0))?;
    let group = w.cluster.broker(coordinator)?.group(GroupId(0))?;
    Some((group.state(), group.members().len()))
}

#[test]
fn a_coordinator_re_elected_to_itself_keeps_its_members() {
    let mut setup = Setup::new(1).topic("orders", 3, 1).producer(None);
    for _ in 0..3 {
        setup = setup.consumer("billing", &["orders"]);
    }
    setup.jitter = 0;
    let mut w = World::new(&setup);
    w.act(Intervention::Crash { node: NodeId::Consumer(3), crash: Crash::Process });
    w.run(20 * SECOND);
    // A rebalance waits for the paused member while the broker is fenced and let in again, twice re-elected.
    w.act(Intervention::Pause(NodeId::Consumer(1)));
    w.act(Intervention::Restart(NodeId::Consumer(3)));
    w.run(4 * SECOND);
    w.act(Intervention::Cut { from: node(1), to: NodeId::Controller, both_ways: false });
    w.until(|w| w.cluster.metadata().broker(BrokerId(1)).fenced);
    w.run(1500 * MS);
    w.act(Intervention::Heal { from: node(1), to: NodeId::Controller, both_ways: false });
    w.until(|w| on_its_way(w, MessageKind::MetadataFetchResponse).is_some());
    let response = on_its_way(&w, MessageKind::MetadataFetchResponse).expect("a response");
    w.act(Intervention::Drop(response));
    w.run(3 * SECOND);
    w.act(Intervention::Resume(NodeId::Consumer(1)));
    let took = w.until(|w| w.cluster.consumers().all(|c| c.assigned().count() == 1));
    assert!(took < 60 * SECOND, "{took} µs");
}

#[test]
fn a_group_that_everybody_left_is_empty_at_the_next_coordinator_too() {
    let mut setup = three_brokers().consumer("billing", &["orders"]).consumer("billing", &["orders"]);
    setup.jitter = 0;
    let mut w = World::new(&setup);
    w.run(20 * SECOND);
    for n in [1, 2] {
        w.act(Intervention::Shutdown(NodeId::Consumer(n)));
    }
    w.run(10 * SECOND);
    assert_eq!(group(&w), Some((GroupState::Empty, 0)));
    let coordinator = w.cluster.metadata().coordinator(GroupId(0)).expect("a coordinator");
    w.act(Intervention::Shutdown(node(coordinator.0)));
    w.run(5 * SECOND);
    assert_eq!(group(&w), Some((GroupState::Empty, 0)));
    w.act(Intervention::Restart(NodeId::Consumer(1)));
    let took = w.until(|w| w.cluster.consumers().any(|c| c.member().is_some()));
    assert!(took < 10 * SECOND, "no dead member is waited for: {took} µs");
}
