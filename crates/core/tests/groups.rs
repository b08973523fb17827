//! Groups and positions where it matters what comes first (kafka-semantics §D; `ConsumerCoordinator`, `GroupMetadata`,
//! `SubscriptionState`).

mod world;

use highwater_core::action::{Crash, Intervention};
use highwater_core::error::ErrorCode;
use highwater_core::event::{EventKind, PositionSource};
use highwater_core::group::{GroupState, LeaveReason};
use highwater_core::ids::{GroupId, NodeId};
use highwater_core::process::Status;
use highwater_core::protocol::MessageKind;
use highwater_core::setup::{Setup, Workload};
use highwater_core::time::{MS, Micros, SECOND};
use world::{P0, World, brokers, node, three_brokers};

const CONSUMER: NodeId = NodeId::Consumer(1);
const GROUP: GroupId = GroupId(0);

/// A producer of 50 records a second, and a group.
fn with_consumers(consumers: usize, processing: Micros) -> Setup {
    let workload =
        Workload { topic: "orders".into(), keys: 0, value_size: 10, interval: 20 * MS, count: None };
    let mut setup = Setup::new(3).topic("orders", 3, 3).producer(Some(workload));
    for _ in 0..consumers {
        setup = setup.consumer("billing", &["orders"]);
    }
    for consumer in &mut setup.consumers {
        consumer.processing = processing;
    }
    setup.jitter = 0;
    setup.set("auto.offset.reset", "earliest").expect("valid")
}

fn processed(w: &World) -> Vec<(u16, i64)> {
    let seen = w.events.iter().filter_map(|e| match e.kind {
        EventKind::Processed { partition, offset, .. } => Some((partition.0, offset)),
        _ => None,
    });
    seen.collect()
}

fn state(w: &World) -> Option<(GroupState, usize)> {
    let coordinator = w.cluster.metadata().coordinator(GROUP)?;
    let group = w.cluster.broker(coordinator)?.group(GROUP)?;
    Some((group.state(), group.members().len()))
}

fn is_stable(w: &World, members: usize) -> bool {
    state(w) == Some((GroupState::Stable, members))
}

fn is_busy(w: &World) -> bool {
    w.cluster.consumers().next().is_some_and(|c| c.processing().is_some())
}

#[test]
fn a_consumer_that_is_closed_finishes_its_batch_first() {
    for auto_commit in ["true", "false"] {
        let setup = with_consumers(1, 10 * MS).set("enable.auto.commit", auto_commit).expect("valid");
        let mut w = World::new(&setup);
        w.run(4 * SECOND);
        w.until(is_busy);
        w.act(Intervention::Shutdown(CONSUMER));
        assert_eq!(w.cluster.status(CONSUMER), Some(Status::Running), "in the middle of a batch");
        w.until(|w| w.cluster.status(CONSUMER) == Some(Status::Stopped));
        w.run(SECOND);
        let done = processed(&w);
        for partition in w.cluster.metadata().partition_ids().filter(|id| id.0 < 3) {
            let read = i64::try_from(done.iter().filter(|(id, _)| *id == partition.0).count()).expect("few");
            assert_eq!(w.cluster.committed(GROUP, partition).unwrap_or(0), read, "auto.commit={auto_commit}");
        }
        assert!(w.saw(|e| matches!(e, EventKind::MemberLeft { why: LeaveReason::Closed, .. })));
    }
}

#[test]
fn a_consumer_that_waits_in_poll_is_woken_up_and_closes_at_once() {
    let mut setup = three_brokers().consumer("billing", &["orders"]);
    setup.jitter = 0;
    let mut w = World::new(&setup);
    w.until(|w| is_stable(w, 1));
    w.run(10 * MS);
    w.act(Intervention::Shutdown(CONSUMER));
    let took = w.until(|w| w.cluster.status(CONSUMER) == Some(Status::Stopped));
    assert!(took < 50 * MS, "{took} µs");
}

#[test]
fn close_tries_to_commit_for_half_a_minute() {
    let mut w = World::new(&with_consumers(1, MS));
    w.until(|w| processed(w).len() > 20);
    for n in 1..=3 {
        w.act(Intervention::Pause(node(n)));
    }
    w.act(Intervention::Shutdown(CONSUMER));
    let took = w.until(|w| w.cluster.status(CONSUMER) == Some(Status::Stopped));
    assert!((30 * SECOND..31 * SECOND).contains(&took), "{took} µs");
}

#[test]
fn a_sync_phase_that_is_broken_off_expels_nobody() {
    // A member joins while the others wait for an assignment that is being written.
    let mut setup = with_consumers(3, MS);
    for (name, value) in [("session.timeout.ms", "6000"), ("heartbeat.interval.ms", "2000")] {
        setup = setup.set(name, value).expect("valid");
    }
    let mut w = World::new(&setup);
    w.until(|w| is_stable(w, 3));
    let coordinator = w.cluster.metadata().coordinator(GROUP).expect("a coordinator");
    let others: Vec<u8> = (1..=3).filter(|n| *n != coordinator.0).collect();
    w.act(Intervention::Crash { node: NodeId::Consumer(3), crash: Crash::Process });
    w.until(|w| state(w).is_some_and(|(state, _)| state == GroupState::PreparingRebalance));
    for n in &others {
        w.act(Intervention::Pause(node(*n)));
    }
    w.until(|w| {
        state(w).is_some_and(|(state, members)| state == GroupState::CompletingRebalance && members == 2)
    });
    // What the leader assigned is not replicated for longer than a session.
    w.run(7 * SECOND);
    w.act(Intervention::Restart(NodeId::Consumer(3)));
    w.run(SECOND);
    for n in &others {
        w.act(Intervention::Resume(node(*n)));
    }
    let from = w.events.len();
    w.until(|w| is_stable(w, 3));
    let expelled = w.events[from..].iter().any(|e| matches!(e.kind, EventKind::MemberLeft { .. }));
    assert!(!expelled, "everybody was alive");
}

#[test]
fn a_member_whose_sync_was_broken_off_joins_again_at_once() {
    let mut setup = with_consumers(2, MS);
    setup = setup.set("group.initial.rebalance.delay.ms", "0").expect("valid");
    let mut w = World::new(&setup);
    w.until(|w| w.saw(|e| matches!(e, EventKind::Delivered { kind: MessageKind::SyncGroupResponse, .. })));
    w.until(|w| is_stable(w, 2));
    // The first member was alone, and met the second while it synced or later; nobody ever waits for a back-off.
    let deliveries = |kind: MessageKind| {
        w.events.iter().filter_map(move |e| match e.kind {
            EventKind::Delivered { kind: delivered, .. } if delivered == kind => Some((e.at, e.node)),
            _ => None,
        })
    };
    let refused: Vec<Micros> = w
        .events
        .iter()
        .filter(|e| matches!(e.kind, EventKind::PartitionsRevoked { .. }))
        .map(|e| e.at)
        .collect();
    for at in refused {
        let joined = deliveries(MessageKind::JoinGroupRequest).map(|(at, _)| at).find(|joined| *joined >= at);
        assert!(joined.is_some_and(|joined| joined <= at + 2 * MS), "revoked at {at}, joined at {joined:?}");
    }
}

#[test]
fn a_sync_without_an_answer_is_given_up_after_request_timeout() {
    let setup = with_consumers(2, MS);
    let mut w = World::new(&setup);
    w.until(|w| {
        w.cluster.network().in_flight().any(|e| e.message.body.kind() == MessageKind::SyncGroupRequest)
    });
    let coordinator = w.cluster.metadata().coordinator(GROUP).expect("a coordinator");
    w.act(Intervention::Pause(node(coordinator.0)));
    let given_up = w.until(|w| {
        w.cluster
            .network()
            .in_flight()
            .any(|e| e.is_notice() && matches!(e.from, NodeId::Consumer(_)) && e.to == node(coordinator.0))
    });
    assert!(given_up <= 31 * SECOND, "not after max.poll.interval.ms and five seconds: {given_up} µs");
}

#[test]
fn heartbeats_begin_with_the_answer_to_the_join() {
    let setup = with_consumers(1, MS).set("heartbeat.interval.ms", "1000").expect("valid");
    let mut w = World::new(&setup);
    w.until(|w| w.saw(|e| matches!(e, EventKind::Delivered { kind: MessageKind::JoinGroupRequest, .. })));
    let coordinator = w.cluster.metadata().coordinator(GROUP).expect("a coordinator");
    for n in (1..=3).filter(|n| *n != coordinator.0) {
        w.act(Intervention::Pause(node(n)));
    }
    w.until(|w| state(w).is_some_and(|(state, _)| state == GroupState::CompletingRebalance));
    let heartbeats = |w: &World| {
        w.count(|e| matches!(e, EventKind::Delivered { kind: MessageKind::HeartbeatRequest, .. }))
    };
    let before = heartbeats(&w);
    w.run(2500 * MS);
    assert_eq!(state(&w).map(|(state, _)| state), Some(GroupState::CompletingRebalance));
    assert_eq!(heartbeats(&w) - before, 2);
}

#[test]
fn the_commit_before_a_rejoin_is_tried_again() {
    let mut w = World::new(&with_consumers(1, MS));
    w.until(|w| is_stable(w, 1) && processed(w).len() > 20);
    let coordinator = w.cluster.metadata().coordinator(GROUP).expect("a coordinator");
    // The commit is appended and not replicated: it fails retriably, until the others go on.
    let others: Vec<u8> = (1..=3).filter(|n| *n != coordinator.0).collect();
    w.set("auto.commit.interval.ms", "600000");
    w.run(10 * SECOND);
    for n in &others {
        w.act(Intervention::Pause(node(*n)));
    }
    w.act(Intervention::AddPartitions { topic: highwater_core::ids::TopicId(0), total: 4 });
    w.set("consumer.metadata.max.age.ms", "1000");
    w.run(8 * SECOND);
    for n in &others {
        w.act(Intervention::Resume(node(*n)));
    }
    w.until(|w| w.cluster.consumers().next().is_some_and(|c| c.assigned().count() == 4));
    w.run(5 * SECOND);
    let mut done = processed(&w);
    let all = done.len();
    done.sort_unstable();
    done.dedup();
    assert_eq!(
        done.len(),
        all,
        "nothing is processed twice, because the commit came through before the rejoin"
    );
}

/// One broker's log ends before the others': broker 1 alone has what comes after `common` records, and a group has read
/// it all. Then broker 2 leads.
fn after_an_unclean_election(common: u32, only_on_1: u32, close: bool) -> World {
    let mut setup = three_brokers().consumer("billing", &["orders"]);
    setup.jitter = 0;
    let settings = [
        ("auto.offset.reset", "earliest"),
        ("unclean.leader.election.enable", "true"),
        ("acks", "1"),
        ("auto.commit.interval.ms", "1000"),
    ];
    for (name, value) in settings {
        setup = setup.set(name, value).expect("valid");
    }
    let mut w = World::new(&setup);
    w.run(4 * SECOND);
    for _ in 0..common {
        w.send();
    }
    w.run(2 * SECOND);
    for n in [2, 3] {
        w.act(Intervention::Cut { from: node(1), to: node(n), both_ways: true });
    }
    for _ in 0..only_on_1 {
        w.send();
    }
    w.until(|w| w.isr() == brokers(&[1]));
    let all = usize::try_from(common + only_on_1).expect("few");
    w.until(|w| processed(w).len() == all);
    w.run(3 * SECOND);
    if close {
        w.act(Intervention::Shutdown(CONSUMER));
        w.until(|w| w.cluster.status(CONSUMER) == Some(Status::Stopped));
    }
    w.crash(1, Crash::Process);
    w.until(|w| w.leader().is_some_and(|n| n != 1));
    w
}

#[test]
fn a_position_beyond_what_the_new_leader_has_moves_back_to_where_the_logs_part() {
    let mut w = after_an_unclean_election(3, 4, false);
    let at = w.events.len();
    for _ in 0..2 {
        w.send();
    }
    w.until(|w| processed(w).len() == 9);
    let moved = w.events[at..].iter().find_map(|e| match e.kind {
        EventKind::PositionSet { partition: P0, offset, why: PositionSource::Truncation } => Some(offset),
        _ => None,
    });
    assert_eq!(moved, Some(3), "and not to the beginning, as auto.offset.reset=earliest would have it");
    assert_eq!(processed(&w)[7..], [(0, 3), (0, 4)]);
}

#[test]
fn a_committed_offset_knows_the_epoch_it_was_read_in() {
    let mut w = after_an_unclean_election(3, 4, true);
    // The new leader's log grows beyond the committed offset before the group comes back.
    for _ in 0..6 {
        w.send();
    }
    w.run(2 * SECOND);
    w.restart(1); // It has the committed offsets.
    w.act(Intervention::Restart(CONSUMER));
    w.until(|w| processed(w).len() >= 7 + 6);
    assert_eq!(w.cluster.committed(GROUP, P0).map(|offset| offset >= 3), Some(true));
    let seen: Vec<i64> = processed(&w)[7..].iter().map(|(_, offset)| *offset).collect();
    assert_eq!(seen, [3, 4, 5, 6, 7, 8], "nothing of the new history is skipped");
}

#[test]
fn a_position_never_moves_forward() {
    // Only the first of three is read when the leader changes; the epoch ends later than that.
    let mut setup = three_brokers().consumer("billing", &["orders"]);
    setup.jitter = 0;
    setup.consumers[0].processing = 4 * SECOND;
    let setup = setup.set("auto.offset.reset", "earliest").expect("valid");
    let setup = setup.set("max.poll.records", "1").expect("valid");
    let mut w = World::new(&setup);
    w.run(4 * SECOND);
    for _ in 0..3 {
        w.send();
    }
    w.until(|w| processed(w).len() == 1);
    w.act(Intervention::Shutdown(node(1)));
    w.until(|w| w.leader() == Some(2));
    w.until(|w| processed(w).len() == 3);
    assert_eq!(processed(&w), [(0, 0), (0, 1), (0, 2)]);
    assert!(!w.saw(|e| matches!(e, EventKind::PositionSet { why: PositionSource::Truncation, .. })));
    let asked = |e: &EventKind| {
        matches!(e, EventKind::Delivered { kind: MessageKind::OffsetsForLeaderEpochResponse, .. })
    };
    assert!(w.saw(asked), "the new leader was asked");
}

#[test]
fn without_a_reset_policy_a_truncated_position_is_the_applications_problem() {
    let mut w = after_an_unclean_election(3, 4, false);
    w.set("auto.offset.reset", "none");
    w.until(|w| w.saw(|e| matches!(e, EventKind::ConsumerFailed { error: ErrorCode::LogTruncation })));
}
