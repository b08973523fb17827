//! What goes wrong when things go wrong at the wrong moment: answers to the dead, stops without a controller, …

mod world;

use highwater_core::action::{Crash, Intervention, Send};
use highwater_core::event::EventKind;
use highwater_core::ids::{BrokerId, MessageId, NodeId, RecordId, TopicId};
use highwater_core::process::Status;
use highwater_core::protocol::MessageKind;
use highwater_core::setup::Setup;
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
    w.restart(1);
    let took = w.until(|w| w.saw(|e| matches!(e, EventKind::BrokerRegistered { broker: BrokerId(1), .. })));
    assert!(took < SECOND, "it was fenced in an orderly way: registered after {took} µs");
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
