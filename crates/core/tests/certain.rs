//! Scenarios whose outcome in Kafka is certain. Each names the class that decides it.

mod world;

use highwater_core::action::{Crash, Intervention, Send};
use highwater_core::error::ErrorCode;
use highwater_core::event::{EventKind, LeaveReason};
use highwater_core::group::GroupState;
use highwater_core::ids::{BrokerId, GroupId, NodeId, PartitionId, TopicId};
use highwater_core::protocol::MessageKind;
use highwater_core::setup::{Setup, Workload};
use highwater_core::time::{MS, SECOND};
use world::{P0, World, brokers, node, three_brokers};

const CONSUMER: NodeId = NodeId::Consumer(1);
const GROUP: GroupId = GroupId(0);

fn with(mut setup: Setup, settings: &[(&str, &str)]) -> Setup {
    for (name, value) in settings {
        setup = setup.set(name, value).expect("a valid setting");
    }
    setup
}

/// One topic of so many partitions on three brokers, an idle producer, one consumer that begins at the earliest offset.
fn with_consumer(partitions: u16, settings: &[(&str, &str)]) -> Setup {
    let mut setup = Setup::new(3).topic("orders", partitions, 3).producer(None);
    setup = setup.consumer("billing", &["orders"]);
    setup.jitter = 0;
    with(with(setup, &[("linger.ms", "0"), ("auto.offset.reset", "earliest")]), settings)
}

fn send(w: &mut World, partition: PartitionId, count: usize) {
    for _ in 0..count {
        w.act(Intervention::Send(Send {
            producer: 1,
            topic: TopicId(0),
            partition: Some(partition.0),
            key: None,
            value_size: 10,
        }));
    }
}

fn is_stable(w: &World, members: usize) -> bool {
    let group = w.cluster.metadata().coordinator(GROUP).and_then(|b| w.cluster.broker(b)?.group(GROUP));
    group.is_some_and(|g| g.state() == GroupState::Stable && g.members().len() == members)
}

/// Partitions of the records processed, in order.
fn processed(w: &World) -> Vec<PartitionId> {
    let seen = w.events.iter().filter_map(|e| match e.kind {
        EventKind::Processed { partition, .. } => Some(partition),
        _ => None,
    });
    seen.collect()
}

/// How long each run of equal values is; the last one may not be over.
fn runs<T: PartialEq>(values: &[T]) -> Vec<usize> {
    values.chunk_by(|a, b| a == b).map(<[T]>::len).collect()
}

/// How often something of a kind was delivered between two nodes.
fn delivered(w: &World, wanted: MessageKind, from: NodeId, to: NodeId) -> usize {
    let is = |e: &&highwater_core::event::Event| {
        e.node == to
            && matches!(e.kind, EventKind::Delivered { kind, from: sender, .. } if kind == wanted && sender == from)
    };
    w.events.iter().filter(is).count()
}

/// `BuiltInPartitioner.updatePartitionInfo`, called by `RecordAccumulator.partitionChanged` before an append: when the
/// queue holds no batch that could take more, `batch.size` bytes are enough to move on.
#[test]
fn a_slow_stream_without_keys_changes_partition_after_batch_size_bytes() {
    let load =
        Workload { topic: "orders".into(), keys: 0, value_size: 10, interval: 100 * MS, count: Some(300) };
    let mut setup = Setup::new(3).topic("orders", 6, 3).producer(Some(load));
    setup.jitter = 0;
    let setup = with(setup, &[("linger.ms", "0"), ("batch.size", "1000")]);
    let mut w = World::new(&setup);
    w.run(40 * SECOND);
    let chosen: Vec<PartitionId> = w
        .events
        .iter()
        .filter_map(|e| {
            if let EventKind::PartitionChosen { partition, .. } = e.kind { Some(partition) } else { None }
        })
        .collect();
    assert_eq!(chosen.len(), 300);
    let log = w.cluster.broker(BrokerId(1)).and_then(|b| b.log(chosen[0])).expect("a log");
    let size = log.batches().next().expect("a batch").size as usize;
    let enough = 1000usize.div_ceil(size);
    let mut runs = runs(&chosen);
    runs.pop();
    // The next partition is drawn, and may be the same again.
    assert!(runs.iter().all(|run| run % enough == 0), "{enough} each: {runs:?}");
    assert!(runs.contains(&enough), "{enough} each: {runs:?}");
}

/// `Partition.appendRecordsToLeader`: the size of the ISR is looked at before the records are.
#[test]
fn a_batch_too_large_is_not_judged_while_the_isr_is_too_small() {
    let settings = [("acks", "all"), ("min.insync.replicas", "3"), ("max.message.bytes", "100")];
    let mut w = World::new(&with(three_brokers(), &settings));
    w.run(SECOND);
    w.crash(3, Crash::Process);
    w.until(|w| w.isr() == brokers(&[1, 2]));
    w.act(Intervention::Send(Send {
        producer: 1,
        topic: TopicId(0),
        partition: Some(0),
        key: None,
        value_size: 500,
    }));
    let refused = |error| move |e: &EventKind| matches!(e, EventKind::ProduceRefused { error: why, .. } if *why == error);
    w.until(|w| w.saw(refused(ErrorCode::NotEnoughReplicas)));
    assert!(!w.saw(refused(ErrorCode::MessageTooLarge)));
}

/// KIP-903, `ReplicationControlManager.ineligibleReplicasForIsr`: a leader names the process it has seen caught up, and
/// the controller refuses it when another one has registered since.
#[test]
fn a_process_that_lost_its_log_does_not_enter_the_isr_for_what_its_predecessor_had() {
    let mut w = World::new(&with(three_brokers(), &[("replica.lag.time.max.ms", "2000"), ("acks", "1")]));
    w.run(SECOND);
    w.act(Intervention::SlowFollower { broker: BrokerId(2), by: 60 * SECOND });
    for _ in 0..20 {
        w.send();
        w.run(500 * MS);
    }
    assert_eq!(w.isr(), brokers(&[1, 3]));
    // Just after a heartbeat of broker 1, which comes after broker 2's.
    let beats = delivered(&w, MessageKind::BrokerHeartbeatRequest, node(1), NodeId::Controller);
    w.until(|w| delivered(w, MessageKind::BrokerHeartbeatRequest, node(1), NodeId::Controller) > beats);
    w.act(Intervention::Cut { from: node(1), to: NodeId::Controller, both_ways: true });
    w.act(Intervention::SlowFollower { broker: BrokerId(2), by: 0 });
    let asked =
        |e: &EventKind| matches!(e, EventKind::IsrChangeRequested { isr, .. } if *isr == brokers(&[1, 2, 3]));
    w.until(|w| w.saw(asked));
    w.crash(2, Crash::Power);
    assert!(w.log(2).is_empty());
    w.act(Intervention::SlowFollower { broker: BrokerId(2), by: 60 * SECOND });
    w.restart(2);
    w.set("broker.heartbeat.interval.ms", "100");
    w.until(|w| w.saw(|e| matches!(e, EventKind::BrokerUnfenced { broker } if *broker == BrokerId(2))));
    assert_eq!(w.leader(), Some(1), "its session is not over");
    w.act(Intervention::Heal { from: node(1), to: NodeId::Controller, both_ways: true });
    let refused = |e: &EventKind| {
        matches!(e, EventKind::AlterPartitionRejected { error: ErrorCode::IneligibleReplica, .. })
    };
    w.run(SECOND);
    assert!(w.saw(refused));
    assert_eq!((w.isr(), w.leader()), (brokers(&[1, 3]), Some(1)));
}
