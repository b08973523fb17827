//! Connections that end, and what was on them (kafka-semantics §A.1; `NetworkClient`, `RecordAccumulator`).

mod world;

use highwater_core::action::{Crash, Intervention, Send};
use highwater_core::event::{EventKind, LossReason};
use highwater_core::ids::{MessageId, NodeId, RecordId, TopicId};
use highwater_core::network::Envelope;
use highwater_core::protocol::MessageKind;
use highwater_core::setup::Setup;
use highwater_core::time::{MS, SECOND};
use world::{World, node, three_brokers};

const PRODUCER: NodeId = NodeId::Producer(1);

/// Messages of a kind that are on their way, the first to arrive first.
fn on_their_way(w: &World, kind: MessageKind) -> Vec<MessageId> {
    w.cluster.network().in_flight().filter(|e| e.message.body.kind() == kind).map(|e| e.id.0).collect()
}

fn delivered(w: &World, kind: MessageKind) -> usize {
    w.count(|e| matches!(e, EventKind::Delivered { kind: delivered, .. } if *delivered == kind))
}

/// A world in which m1 is safe and m2 to m6 are on their way, a request each.
fn five_in_flight(acks: &str) -> World {
    let mut w = World::new(&three_brokers().set("acks", acks).expect("valid"));
    w.run(SECOND);
    let m1 = w.send();
    w.until(|w| w.acked(m1));
    w.run(SECOND);
    for _ in 0..5 {
        w.send();
    }
    assert_eq!(on_their_way(&w, MessageKind::ProduceRequest).len(), 5);
    w
}

#[test]
fn what_was_in_flight_when_a_leader_died_comes_back_newest_first() {
    let mut w = five_in_flight("all");
    w.crash(1, Crash::Process);
    w.until(|w| w.log(2).len() == 6);
    assert_eq!(w.log(2), [1, 6, 5, 4, 3, 2]);
}

#[test]
fn a_refused_connection_changes_no_order() {
    for down in 1..=6 {
        let mut setup = Setup::new(1).topic("orders", 1, 1).producer(None);
        setup.jitter = 0;
        let mut w = World::new(&setup.set("linger.ms", "0").expect("valid"));
        w.run(SECOND);
        w.send();
        w.send();
        w.crash(1, Crash::Process);
        w.run(down * 700 * MS);
        assert!(w.saw(|e| matches!(e, EventKind::MessageLost { why: LossReason::NobodyListens, .. })));
        let producer = w.cluster.producers().next().expect("a producer");
        let queued: Vec<u32> = producer.queued().map(|(_, batch)| batch.records[0].id.0).collect();
        assert_eq!(queued, [2, 1], "turned round once, by the connection that was lost");
        let sent = w.count(|e| matches!(e, EventKind::BatchSent { .. }));
        assert_eq!(sent, 2, "nothing is sent where there is no connection");
        w.restart(1);
        w.until(|w| w.acked(RecordId(1)) && w.acked(RecordId(2)));
    }
}

#[test]
fn a_dropped_request_takes_along_what_is_behind_it() {
    let mut w = five_in_flight("all");
    let first = on_their_way(&w, MessageKind::ProduceRequest)[0];
    w.act(Intervention::Drop(first));
    assert!(on_their_way(&w, MessageKind::ProduceRequest).is_empty());
    w.until(|w| w.log(1).len() == 6);
    w.run(SECOND);
    assert_eq!(w.log(1), [1, 6, 5, 4, 3, 2], "each once");
}

#[test]
fn what_is_sent_before_the_sender_notices_is_lost_too() {
    let mut w = World::new(&three_brokers());
    w.run(SECOND);
    let m1 = w.send();
    let request = on_their_way(&w, MessageKind::ProduceRequest)[0];
    w.act(Intervention::Drop(request));
    let m2 = w.send();
    w.until(|w| w.acked(m1) && w.acked(m2));
    assert_eq!(w.log(1), [m2.0, m1.0], "m2 was in flight on the broken connection, and is tried again first");
    let lost = |e: &EventKind| {
        matches!(
            e,
            EventKind::MessageLost {
                why: LossReason::ConnectionClosed,
                kind: MessageKind::ProduceRequest,
                ..
            }
        )
    };
    assert_eq!(w.count(lost), 1);
}

#[test]
fn no_answer_arrives_from_behind_a_dropped_one() {
    let mut w = five_in_flight("1");
    w.until(|w| on_their_way(w, MessageKind::ProduceResponse).len() == 3);
    let before = delivered(&w, MessageKind::ProduceResponse);
    let first = on_their_way(&w, MessageKind::ProduceResponse)[0];
    w.act(Intervention::Drop(first));
    w.until(|w| on_their_way(w, MessageKind::ConnectionClosed).is_empty());
    assert_eq!(delivered(&w, MessageKind::ProduceResponse), before);
    w.until(|w| (2..=6).all(|m| w.acked(RecordId(m))));
    assert_eq!(w.log(1)[..6], [1, 2, 3, 4, 5, 6], "appended the first time");
    assert_eq!(w.log(1).len(), 11, "and all five once more");
}

#[test]
fn a_new_process_gets_nothing_that_was_sent_to_the_old_one() {
    let mut w = five_in_flight("all");
    w.crash(1, Crash::Process);
    w.restart(1);
    w.run(10 * MS);
    assert_eq!(w.log(1), [1]);
}

#[test]
fn a_machine_with_power_again_tells_who_still_believes_in_the_old_connection() {
    let mut setup = Setup::new(1).topic("orders", 1, 1).producer(None);
    setup.jitter = 0;
    let mut w = World::new(&setup.set("linger.ms", "0").expect("valid"));
    w.run(SECOND);
    w.crash(1, Crash::Power);
    w.run(SECOND);
    w.restart(1);
    let m1 = w.send();
    let told = w.until(|w| w.saw(|e| matches!(e, EventKind::BatchRetried { .. })));
    assert!(told < 5 * MS, "not after request.timeout.ms: {told} µs");
    w.until(|w| w.acked(m1));
}

#[test]
fn a_machine_without_power_is_given_up_after_the_connection_setup_timeout() {
    let mut setup = Setup::new(1).topic("orders", 1, 1).producer(None);
    setup.jitter = 0;
    let mut w = World::new(&setup.set("linger.ms", "0").expect("valid"));
    w.run(SECOND);
    w.crash(1, Crash::Process);
    w.run(100 * MS);
    w.crash(1, Crash::Power);
    w.send();
    w.run(9 * SECOND);
    let asked = on_their_way(&w, MessageKind::ApiVersionsRequest).len();
    let lost =
        |e: &EventKind| matches!(e, EventKind::MessageLost { kind: MessageKind::ApiVersionsRequest, .. });
    let tries = w.count(lost) + asked;
    w.run(3 * SECOND);
    assert!(w.count(lost) > tries, "another try after socket.connection.setup.timeout.ms");
}

#[test]
fn of_two_connections_between_brokers_only_one_breaks() {
    let mut setup = Setup::new(2).topic("orders", 2, 2).producer(None);
    setup.jitter = 0;
    let mut w = World::new(&setup.set("linger.ms", "0").expect("valid"));
    w.run(SECOND);
    let fetch = |w: &World| {
        let mut on_their_way = w.cluster.network().in_flight();
        let is = |e: &&Envelope| e.message.body.kind() == MessageKind::FetchRequest && e.from == node(2);
        on_their_way.find(is).map(|e| e.id.0)
    };
    w.until(|w| fetch(w).is_some());
    let fetch = fetch(&w).expect("under way");
    w.act(Intervention::Drop(fetch));
    w.run(10 * MS);
    // Broker 1 still waits at broker 2 for what comes next in partition 1, and gets it at once.
    w.act(Intervention::Send(Send {
        producer: 1,
        topic: TopicId(0),
        partition: Some(1),
        key: None,
        value_size: 10,
    }));
    let took = w.until(|w| w.saw(|e| matches!(e, EventKind::Acked { .. })));
    assert!(took < 10 * MS, "{took} µs");
    assert_eq!(w.cluster.status(PRODUCER), Some(highwater_core::process::Status::Running));
}
