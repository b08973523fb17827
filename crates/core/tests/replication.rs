//! Replication as a story: who learns what when, who is in sync, who leads, what survives (§4, §5).

mod world;

use highwater_core::action::{Crash, Intervention};
use highwater_core::error::ErrorCode;
use highwater_core::event::{ElectionRule, EventKind, FenceReason, ShrinkReason};
use highwater_core::ids::{BrokerId, NodeId};
use highwater_core::process::Status;
use highwater_core::protocol::MessageKind;
use highwater_core::setup::Setup;
use highwater_core::time::{MS, SECOND};
use world::{P0, World, brokers, node, three_brokers};

fn with(setup: Setup, settings: &[(&str, &str)]) -> Setup {
    settings.iter().fold(setup, |setup, (name, value)| setup.set(name, value).expect("a valid setting"))
}

#[test]
fn followers_learn_the_high_watermark_one_fetch_later() {
    let mut w = World::new(&three_brokers());
    w.run(SECOND);
    let m1 = w.send();
    w.until(|w| w.high_watermark(1) == 1);
    assert_eq!((w.high_watermark(2), w.high_watermark(3)), (0, 0), "the answer carried the old value");
    let later = w.until(|w| w.high_watermark(2) == 1 && w.high_watermark(3) == 1);
    assert!(
        later > 400 * MS && later <= 510 * MS,
        "an idle follower is told after its long poll: {later} µs"
    );
    assert!(w.acked(m1));
}

#[test]
fn acks_all_waits_for_every_follower_and_acks_1_for_none() {
    for (acks, followers_have_it) in [("all", true), ("1", false)] {
        let mut w = World::new(&with(three_brokers(), &[("acks", acks)]));
        for follower in [2, 3] {
            w.act(Intervention::SetLatency { from: node(1), to: node(follower), latency: 20 * MS });
        }
        w.run(SECOND);
        let m1 = w.send();
        w.until(|w| w.acked(m1));
        assert_eq!(w.log(1), [1]);
        assert_eq!(w.log(2) == [1] && w.log(3) == [1], followers_have_it, "acks={acks}");
    }
}

#[test]
fn a_paused_follower_is_dropped_after_the_limit_and_comes_back_when_it_has_caught_up() {
    let mut w = World::new(&with(three_brokers(), &[("broker.session.timeout.ms", "300000")]));
    w.run(SECOND);
    w.act(Intervention::Pause(node(3)));
    let m1 = w.send();
    let shrink = w.until(|w| w.isr() == brokers(&[1, 2]));
    // replica.lag.time.max.ms is 30 s, checked every 15 s.
    assert!((30 * SECOND..=46 * SECOND).contains(&shrink), "dropped after {shrink} µs");
    assert!(w.saw(|e| matches!(e, EventKind::IsrShrunk { why: ShrinkReason::Lagging, .. })));
    w.until(|w| w.acked(m1));
    w.act(Intervention::Resume(node(3)));
    let expand = w.until(|w| w.isr() == brokers(&[1, 2, 3]));
    assert!(expand < 2 * SECOND, "back after {expand} µs");
    assert_eq!(w.log(3), w.log(1));
    assert_eq!(
        w.log(1),
        [1, 1],
        "request.timeout.ms passed before the ISR shrank, and the retry wrote m1 again"
    );
}

#[test]
fn an_idle_partition_keeps_a_dead_follower_until_the_session_expires() {
    let mut w = World::new(&three_brokers());
    w.run(SECOND);
    w.crash(3, Crash::Process);
    let shrink = w.until(|w| w.isr() == brokers(&[1, 2]));
    assert!((7 * SECOND..=10_200 * MS).contains(&shrink), "dropped after {shrink} µs");
    assert!(w.saw(|e| matches!(e, EventKind::IsrShrunk { why: ShrinkReason::Fenced, .. })));
}

#[test]
fn a_silent_broker_is_fenced_at_the_next_look_after_its_session() {
    for after in [1000, 1300, 1700, 2100, 2500, 2900] {
        let mut w = World::new(&three_brokers());
        w.run(after * MS);
        w.crash(3, Crash::Process);
        let is_heartbeat = |kind: &EventKind| {
            let from = node(3);
            matches!(kind, EventKind::Delivered { kind: MessageKind::BrokerHeartbeatRequest, from: f, .. } if *f == from)
        };
        w.until(|w| w.saw(|e| matches!(e, EventKind::BrokerFenced { why: FenceReason::SessionExpired, .. })));
        let last = w.events.iter().rev().find(|e| is_heartbeat(&e.kind)).map_or(0, |e| e.at);
        let silent = w.cluster.now() - last;
        assert!((9 * SECOND..=10_126 * MS).contains(&silent), "fenced {silent} µs after its last heartbeat");
    }
}

#[test]
fn below_min_isr_nothing_is_written_with_acks_all_and_the_high_watermark_is_frozen() {
    let mut w = World::new(&with(three_brokers(), &[("min.insync.replicas", "2")]));
    w.run(SECOND);
    w.crash(2, Crash::Process);
    w.crash(3, Crash::Process);
    w.until(|w| w.isr() == brokers(&[1]));
    w.run(SECOND);
    let m1 = w.send();
    w.until(|w| {
        w.saw(|e| matches!(e, EventKind::ProduceRefused { error: ErrorCode::NotEnoughReplicas, .. }))
    });
    assert!(w.log(1).is_empty());
    w.set("acks", "1");
    let m2 = w.send();
    w.until(|w| w.acked(m2));
    w.run(SECOND);
    assert!(w.log(1).contains(&m2.0), "acks=1 does not ask for min.insync.replicas");
    assert_eq!(w.high_watermark(1), 0, "but readers do not see the record (since 3.7)");
    assert!(!w.acked(m1) || w.log(1).contains(&m1.0));
    w.restart(2);
    w.until(|w| w.high_watermark(1) > 0);
    assert!(w.isr().len() >= 2);
}

#[test]
fn a_write_caught_by_a_shrinking_isr_times_out_and_stays_in_the_log() {
    let mut w = World::new(&with(
        three_brokers(),
        &[("min.insync.replicas", "2"), ("retries", "0"), ("broker.session.timeout.ms", "300000")],
    ));
    w.run(SECOND);
    w.act(Intervention::Pause(node(2)));
    w.act(Intervention::Pause(node(3)));
    let m1 = w.send();
    w.until(|w| w.failed(m1));
    assert!(w.saw(|e| matches!(e, EventKind::ProduceAbandoned { error: ErrorCode::RequestTimedOut, .. })
        || matches!(e, EventKind::BatchFailed { error: ErrorCode::RequestTimedOut, .. })));
    assert_eq!(w.log(1), [m1.0], "reported failed, and persisted all the same");
}

#[test]
fn acks_1_loses_what_only_a_dead_leader_had() {
    let mut w = World::new(&with(three_brokers(), &[("acks", "1")]));
    w.run(SECOND);
    w.act(Intervention::Pause(node(2)));
    w.act(Intervention::Pause(node(3)));
    let m1 = w.send();
    w.until(|w| w.acked(m1));
    let m2 = w.send();
    w.until(|w| w.acked(m2));
    w.crash(1, Crash::Process);
    w.act(Intervention::Resume(node(2)));
    w.act(Intervention::Resume(node(3)));
    w.until(|w| w.leader() == Some(2));
    w.run(SECOND);
    // The fetch that was parked at the leader was answered with m1, and the answer waited in their sockets.
    assert_eq!((w.log(2), w.log(3)), (vec![m1.0], vec![m1.0]));
    let m3 = w.send();
    w.until(|w| w.acked(m3));
    w.restart(1);
    w.until(|w| w.isr() == brokers(&[1, 2, 3]));
    assert_eq!(w.log(1), [m1.0, m3.0], "the old leader cut m2 off and copied m3 in its place");
    assert!(w.saw(|e| matches!(e, EventKind::Truncated { from: 1, to: 2, .. })));
}

#[test]
fn an_acknowledged_record_survives_any_single_crash_with_acks_all() {
    for crash in [Crash::Process, Crash::Power] {
        for victim in 1..=3 {
            let mut w = World::new(&with(three_brokers(), &[("min.insync.replicas", "2")]));
            w.run(SECOND);
            let m1 = w.send();
            w.until(|w| w.acked(m1));
            w.crash(victim, crash);
            w.run(20 * SECOND);
            w.restart(victim);
            w.until(|w| w.isr() == brokers(&[1, 2, 3]));
            w.run(SECOND);
            for n in 1..=3 {
                assert_eq!(w.log(n), [m1.0], "{crash:?} of broker {victim}: broker {n}");
            }
        }
    }
}

#[test]
fn a_process_crash_keeps_the_page_cache_and_a_power_loss_does_not() {
    for (crash, left) in [(Crash::Process, vec![1]), (Crash::Power, vec![])] {
        let mut w = World::new(&three_brokers());
        w.run(SECOND);
        let m1 = w.send();
        w.until(|w| w.acked(m1));
        w.crash(3, crash);
        assert_eq!(w.log(3), left, "{crash:?}");
    }
    let mut w = World::new(&with(three_brokers(), &[("flush.messages", "1")]));
    w.run(SECOND);
    let m1 = w.send();
    w.until(|w| w.acked(m1));
    w.crash(3, Crash::Power);
    assert_eq!(w.log(3), [m1.0], "what was forced to disk is there");
}

#[test]
fn the_last_isr_member_waits_for_itself_unless_unclean_election_is_allowed() {
    for unclean in [false, true] {
        let mut w = World::new(&with(three_brokers(), &[("acks", "1")]));
        w.run(SECOND);
        w.crash(2, Crash::Process);
        w.crash(3, Crash::Process);
        w.until(|w| w.isr() == brokers(&[1]));
        let m1 = w.send();
        w.until(|w| w.acked(m1));
        w.set("unclean.leader.election.enable", if unclean { "true" } else { "false" });
        w.crash(1, Crash::Process);
        w.until(|w| w.leader().is_none());
        assert_eq!(w.isr(), brokers(&[1]), "the last member stays in the ISR though it is dead");
        w.restart(2);
        w.run(30 * SECOND);
        if unclean {
            assert_eq!(w.leader(), Some(2));
            assert_eq!(w.isr(), brokers(&[2]));
            assert!(w.saw(|e| matches!(e, EventKind::LeaderElected { rule: ElectionRule::Unclean, .. })));
            w.restart(1);
            w.until(|w| w.isr().contains(highwater_core::ids::BrokerId(1)));
            assert!(w.log(1).is_empty(), "the record is gone everywhere");
        } else {
            assert_eq!(w.leader(), None, "no clean leader: the partition stays offline");
            w.restart(1);
            w.until(|w| w.leader() == Some(1));
            assert_eq!(w.log(1), [m1.0]);
        }
    }
}

#[test]
fn a_cut_off_leader_goes_on_alone_and_its_writes_are_lost() {
    let mut w = World::new(&with(three_brokers(), &[("acks", "1")]));
    w.run(SECOND);
    for other in [node(2), node(3), NodeId::Controller] {
        w.act(Intervention::Cut { from: node(1), to: other, both_ways: true });
    }
    w.until(|w| w.leader() == Some(2));
    assert!(w.leader_state(1).is_some() && w.leader_state(2).is_none(), "broker 2 does not know yet");
    let zombie_write = w.send();
    w.until(|w| w.acked(zombie_write));
    w.until(|w| w.leader_state(2).is_some());
    assert!(w.leader_state(1).is_some(), "two brokers believe they lead, in different epochs");
    assert_ne!(
        w.leader_state(1).map(highwater_core::broker::Leader::epoch),
        w.leader_state(2).map(highwater_core::broker::Leader::epoch)
    );
    for other in [node(2), node(3), NodeId::Controller] {
        w.act(Intervention::Heal { from: node(1), to: other, both_ways: true });
    }
    w.until(|w| w.follows(1) == Some(2));
    w.until(|w| w.isr() == brokers(&[1, 2, 3]));
    assert!(w.log(1).is_empty(), "the zombie's write is cut off");
}

#[test]
fn a_controlled_shutdown_moves_leadership_at_once_and_flushes() {
    let mut w = World::new(&three_brokers());
    w.run(SECOND);
    let m1 = w.send();
    w.until(|w| w.acked(m1));
    w.act(Intervention::Shutdown(node(1)));
    let moved = w.until(|w| w.leader() == Some(2));
    assert!(moved < 100 * MS, "moved after {moved} µs");
    assert_eq!(w.isr(), brokers(&[2, 3]));
    let ended = w.until(|w| w.saw(|e| matches!(e, EventKind::ShutdownCompleted)));
    assert!(ended < 10 * SECOND, "ended after {ended} µs");
    w.crash(1, Crash::Power);
    assert_eq!(w.log(1), [m1.0], "everything had been flushed");
    w.restart(1);
    let refused = w.until(|w| w.saw(|e| matches!(e, EventKind::BrokerRegistered { .. })));
    assert!(
        (7 * SECOND..=11 * SECOND).contains(&refused),
        "its session outlives it: registered after {refused} µs"
    );
    w.until(|w| w.isr() == brokers(&[1, 2, 3]));
    assert!(w.saw(|e| matches!(e, EventKind::BrokerFenced { why: FenceReason::ShutDown, .. })));
    assert!(w.saw(|e| matches!(e, EventKind::LogRecovered { clean: true, .. })));
    w.act(Intervention::ElectLeader { partition: P0, unclean: false });
    assert_eq!(w.leader(), Some(1));
}

#[test]
fn a_broker_that_leads_nothing_is_let_go_at_once() {
    let mut w = World::new(&three_brokers());
    w.run(SECOND);
    w.act(Intervention::Shutdown(node(3)));
    let ended = w.until(|w| w.saw(|e| matches!(e, EventKind::ShutdownCompleted)));
    assert!(ended < 10 * MS, "ended after {ended} µs");
    assert_eq!(w.isr(), brokers(&[1, 2]));
    assert!(w.saw(|e| matches!(e, EventKind::IsrShrunk { why: ShrinkReason::ShuttingDown, .. })));
}

#[test]
fn a_leader_goes_when_everybody_knows_its_successor() {
    let mut w = World::new(&three_brokers());
    w.run(SECOND);
    w.act(Intervention::Shutdown(node(1)));
    let ended = w.until(|w| w.saw(|e| matches!(e, EventKind::ShutdownCompleted)));
    // Asked at once, 50 ms later, and an interval after that: by then the others' heartbeats have told how far they have read.
    assert!((2 * SECOND..2200 * MS).contains(&ended), "ended after {ended} µs");
}

#[test]
fn a_broker_that_restarts_quickly_is_let_in_when_its_old_session_has_expired() {
    let mut w = World::new(&three_brokers());
    w.run(SECOND);
    w.crash(3, Crash::Process);
    w.restart(3);
    let registered = w.until(|w| w.saw(|e| matches!(e, EventKind::BrokerRegistered { .. })));
    assert!((7 * SECOND..=10 * SECOND).contains(&registered), "registered after {registered} µs");
    w.until(|w| w.isr() == brokers(&[1, 2, 3]));
}

#[test]
fn a_broker_reads_a_connection_on_only_when_it_has_answered() {
    let mut w = World::new(&three_brokers());
    for follower in [2, 3] {
        w.act(Intervention::SetLatency { from: node(1), to: node(follower), latency: 20 * MS });
    }
    w.run(SECOND);
    let (m1, m2) = (w.send(), w.send());
    w.until(|w| !w.log(1).is_empty());
    w.run(10 * MS);
    assert_eq!(w.log(1), [m1.0], "both requests are in flight, and the second waits in the socket");
    w.until(|w| w.acked(m2));
    assert!(w.acked(m1));
    assert_eq!(w.log(1), [m1.0, m2.0]);
}

#[test]
fn min_isr_above_the_replication_factor_counts_as_the_replication_factor() {
    let mut w = World::new(&with(three_brokers(), &[("min.insync.replicas", "5")]));
    w.run(SECOND);
    let m1 = w.send();
    w.until(|w| w.acked(m1));
}

#[test]
fn the_only_replica_raises_its_high_watermark_alone() {
    let mut setup = Setup::new(1).topic("orders", 1, 1).producer(None);
    setup.jitter = 0;
    let mut w = World::new(&setup);
    let m1 = w.send();
    let took = w.until(|w| w.acked(m1));
    assert!(took < 10 * MS, "{took}");
    assert_eq!(w.high_watermark(1), 1);
}

#[test]
fn nothing_happens_to_a_cluster_that_nobody_disturbs() {
    for count in [1, 5, 9] {
        for (interval, timeout) in [("2000", "9000"), ("100", "400")] {
            let setup = Setup::new(count).topic("orders", 6, 1).producer(None);
            // The interval first where it falls, the timeout first where it rises.
            let setup = setup.set("broker.heartbeat.interval.ms", "100").expect("valid");
            let setup = setup.set("broker.session.timeout.ms", timeout).expect("valid");
            let mut w = World::new(&setup.set("broker.heartbeat.interval.ms", interval).expect("valid"));
            w.run(120 * SECOND);
            assert!(!w.events.iter().any(|e| e.kind.is_marker()), "{count} brokers, {interval}/{timeout} ms");
        }
    }
}

#[test]
fn a_replica_outside_the_isr_holds_up_no_write_from_the_first_second_on() {
    let mut w = World::new(&with(three_brokers(), &[("acks", "all")]));
    w.run(100 * MS);
    w.crash(3, Crash::Process);
    w.until(|w| w.isr() == brokers(&[1, 2]));
    let m1 = w.send();
    w.until(|w| w.acked(m1));
    // The next leader has never seen broker 3 caught up.
    w.act(Intervention::Shutdown(node(1)));
    w.until(|w| w.cluster.status(node(1)) == Some(Status::Stopped));
    w.act(Intervention::SlowFollower { broker: BrokerId(3), by: 10 * SECOND });
    w.restart(3);
    let known = |w: &World| {
        let leader = w.leader_state(2).expect("broker 2 leads");
        leader.followers().iter().find(|f| f.broker == BrokerId(3)).map(|f| (f.log_end, f.last_caught_up))
    };
    let may_join = |w: &World| !w.cluster.metadata().broker(BrokerId(3)).fenced;
    w.until(|w| known(w) == Some((Some(0), None)) && may_join(w));
    assert!(w.cluster.now() < 30 * SECOND, "before replica.lag.time.max.ms has passed since the start");
    assert_eq!(w.cluster.status(node(3)), Some(Status::Running));
    let m2 = w.send();
    let took = w.until(|w| w.acked(m2));
    assert!(took < 100 * MS, "{took} µs");
}
