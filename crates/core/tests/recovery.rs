//! Whatever was done to a cluster: when every fault is undone, everything works again.

mod world;

use highwater_core::action::{Action, Crash, Intervention};
use highwater_core::cluster::Cluster;
use highwater_core::group::GroupState;
use highwater_core::ids::{BrokerId, GroupId, NodeId, PartitionId};
use highwater_core::process::Status;
use highwater_core::producer::Producer;
use highwater_core::setup::{CommitOrder, Setup, Workload};
use highwater_core::time::{MS, Micros, SECOND};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use world::World;

/// Something done to the cluster after a while. Nodes and messages are numbers, to be taken modulo what is there.
#[derive(Clone, Debug)]
struct Deed {
    after: Micros,
    what: u8,
    node: usize,
    other: usize,
}

fn deeds() -> impl Strategy<Value = Vec<Deed>> {
    let after = prop_oneof![Just(0), 1..5 * MS, 5 * MS..SECOND, SECOND..40 * SECOND];
    let deed = (after, 0..14u8, 0..64usize, 0..64usize);
    prop::collection::vec(
        deed.prop_map(|(after, what, node, other)| Deed { after, what, node, other }),
        1..12,
    )
}

fn intervention(cluster: &Cluster, deed: &Deed) -> Option<Intervention> {
    let nodes: Vec<NodeId> = cluster.roster().iter().collect();
    let (node, other) = (nodes[deed.node % nodes.len()], nodes[deed.other % nodes.len()]);
    let message = || {
        let messages: Vec<_> = cluster.network().in_flight().map(|e| e.id.0).collect();
        messages.get(deed.other % messages.len().max(1)).copied()
    };
    Some(match deed.what {
        0 => Intervention::Crash { node, crash: Crash::Process },
        1 => Intervention::Crash { node, crash: Crash::Power },
        2 | 3 => Intervention::Restart(node),
        4 => Intervention::Pause(node),
        5 => Intervention::Resume(node),
        6 => Intervention::Shutdown(node),
        7 => Intervention::Cut { from: node, to: other, both_ways: true },
        8 => Intervention::Cut { from: node, to: other, both_ways: false },
        9 => Intervention::Heal { from: node, to: other, both_ways: true },
        10 | 11 => Intervention::Drop(message()?),
        12 => Intervention::Delay { message: message()?, by: 2 * SECOND },
        _ => Intervention::SlowFollower { broker: node.broker()?, by: 3 * SECOND },
    })
}

fn undo_everything(w: &mut World) {
    let nodes: Vec<NodeId> = w.cluster.roster().iter().collect();
    for from in &nodes {
        for to in nodes.iter().filter(|to| *to != from) {
            if w.cluster.network().is_cut(*from, *to) {
                w.act(Intervention::Heal { from: *from, to: *to, both_ways: false });
            }
        }
    }
    for node in nodes {
        match w.cluster.status(node) {
            Some(Status::Paused) => w.act(Intervention::Resume(node)),
            Some(Status::Stopped | Status::PoweredOff) => w.act(Intervention::Restart(node)),
            _ => {}
        }
        if let NodeId::Broker(broker) = node {
            w.act(Intervention::SlowFollower { broker, by: 0 });
        }
    }
}

/// What a broker's log holds.
fn content(w: &World, broker: BrokerId, id: PartitionId) -> Vec<(i64, i32, Vec<u32>)> {
    let log = w.cluster.broker(broker).and_then(|b| b.log(id)).expect("a replica has a log");
    log.batches()
        .map(|b| (b.base_offset, b.leader_epoch, b.records.iter().map(|r| r.id.0).collect()))
        .collect()
}

fn assert_all_is_well(w: &mut World) {
    let metadata = w.cluster.metadata().clone();
    for node in w.cluster.roster().iter() {
        assert_eq!(w.cluster.status(node), Some(Status::Running), "{node}");
    }
    assert!(w.cluster.producers().all(Producer::is_idle), "a producer still has something to send");
    for id in metadata.partition_ids() {
        let p = &metadata.partitions[id.index()];
        let name = metadata.partition_name(id);
        assert!(p.leader.is_some(), "{name} has no leader, ISR {}", p.isr);
        assert!(p.replicas.iter().all(|b| p.isr.contains(*b)), "{name} has the ISR {}", p.isr);
        if !metadata.is_internal(id) {
            let first = content(w, p.replicas[0], id);
            assert!(p.replicas.iter().all(|b| content(w, *b, id) == first), "the logs of {name} differ");
        }
    }
    let coordinator = metadata.coordinator(GroupId(0)).and_then(|b| w.cluster.broker(b));
    let group = coordinator.and_then(|b| b.group(GroupId(0))).expect("the group has a coordinator");
    assert_eq!((group.state(), group.members().len()), (GroupState::Stable, 2));
    let mut owned: Vec<PartitionId> =
        w.cluster.consumers().flat_map(|c| c.assigned().collect::<Vec<_>>()).collect();
    owned.sort_unstable();
    assert_eq!(owned, [PartitionId(0), PartitionId(1)]);
    let record = w.send();
    w.until(|w| w.acked(record));
}

fn setup(acks: &str, commit: CommitOrder, unclean: bool) -> Setup {
    let load =
        Workload { topic: "orders".into(), keys: 4, value_size: 10, interval: 300 * MS, count: Some(100) };
    let mut setup = Setup::new(3).topic("orders", 2, 3).producer(Some(load));
    setup = setup.consumer("billing", &["orders"]).consumer("billing", &["orders"]);
    for (name, value) in [
        ("acks", acks),
        ("min.insync.replicas", "2"),
        ("auto.offset.reset", "earliest"),
        ("enable.auto.commit", if commit == CommitOrder::Never { "true" } else { "false" }),
        ("unclean.leader.election.enable", if unclean { "true" } else { "false" }),
    ] {
        setup = setup.set(name, value).expect("valid");
    }
    for consumer in &mut setup.consumers {
        consumer.commit = commit;
    }
    setup
}

/// An ordinary run tries the same histories every time, so that it fails only when something changed.
/// `HIGHWATER_EFFORT=20` hunts twenty times as long, among others each time.
fn config() -> ProptestConfig {
    let effort: Option<u32> = std::env::var("HIGHWATER_EFFORT").ok().and_then(|n| n.parse().ok());
    ProptestConfig {
        cases: effort.unwrap_or(1).saturating_mul(100),
        rng_seed: effort.map_or(RngSeed::Fixed(1), |_| RngSeed::Random),
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn everything_works_again_when_every_fault_is_undone(
        deeds in deeds(),
        acks in prop_oneof![Just("all"), Just("1")],
        commit in prop_oneof![
            Just(CommitOrder::AfterProcessing), Just(CommitOrder::BeforeProcessing), Just(CommitOrder::Never)],
        unclean in any::<bool>(),
    ) {
        let mut w = World::new(&setup(acks, commit, unclean));
        w.run(5 * SECOND);
        for deed in &deeds {
            w.run(deed.after);
            if let Some(what) = intervention(&w.cluster, deed) {
                // What is not possible now is refused, and changes nothing.
                let _ = w.cluster.step(&Action::Do(what), &mut w.events);
            }
        }
        w.run(10 * SECOND);
        undo_everything(&mut w);
        // A shutdown that had begun ends within five minutes.
        w.run(310 * SECOND);
        undo_everything(&mut w);
        w.run(1200 * SECOND);
        w.events.clear();
        assert_all_is_well(&mut w);
    }
}
