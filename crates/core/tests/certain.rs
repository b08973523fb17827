//! Scenarios whose outcome in Kafka is certain. Each names the class that decides it.

mod world;

use highwater_core::action::{Crash, Intervention, Send};
use highwater_core::error::ErrorCode;
use highwater_core::event::EventKind;
use highwater_core::group::GroupState;
use highwater_core::group::LeaveReason;
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

/// `FetchCollector`: what was fetched first is returned first, and a partition goes to the end of the queue with what is
/// fetched next.
#[test]
fn no_partition_waits_while_another_has_more_than_poll_returns() {
    let mut w = World::new(&with_consumer(1, &[]));
    send(&mut w, P0, 1);
    w.run(SECOND);
    let size = w.cluster.broker(BrokerId(1)).and_then(|b| b.log(P0)?.batches().next().map(|b| b.size));
    let a_dozen = (12 * size.expect("a batch")).to_string();
    let setup = with_consumer(
        4,
        &[("max.partition.fetch.bytes", &a_dozen), ("max.poll.records", "4"), ("batch.size", "1")],
    );
    let mut w = World::new(&setup);
    // Partitions 0 and 3 have the same leader.
    for id in [P0, PartitionId(3)] {
        send(&mut w, id, 120);
    }
    w.until(|w| processed(w).len() == 200);
    let mut ahead = 0i32;
    for id in processed(&w) {
        ahead += if id == P0 { 1 } else { -1 };
        assert!(ahead.abs() <= 24, "no further ahead than by about a fetch: {ahead}");
    }
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

/// `SubscriptionState.allConsumed`: a position that awaits validation is not valid, and not committed.
#[test]
fn a_position_that_is_being_validated_is_not_committed() {
    let mut w = World::new(&with_consumer(3, &[]));
    w.until(|w| is_stable(w, 1));
    let coordinator = w.cluster.metadata().coordinator(GROUP).expect("a coordinator");
    // A partition that moves between the two brokers that do not coordinate the group.
    let is_elsewhere = |id: &PartitionId| {
        let replicas = &w.cluster.metadata().partitions[id.index()].replicas;
        replicas[2] == coordinator
    };
    let id = (0..3).map(PartitionId).find(is_elsewhere).expect("one of three");
    send(&mut w, id, 5);
    w.until(|w| w.cluster.committed(GROUP, id) == Some(5));
    send(&mut w, id, 3);
    w.until(|w| processed(w).len() == 8);
    let leader = w.cluster.metadata().partitions[id.index()].leader.expect("a leader");
    w.act(Intervention::Shutdown(NodeId::Broker(leader)));
    let asking = |w: &World| {
        let mut way = w.cluster.network().in_flight();
        way.find(|e| e.message.body.kind() == MessageKind::OffsetsForLeaderEpochRequest).map(|e| e.to)
    };
    w.until(|w| asking(w).is_some());
    let successor = asking(&w).expect("a question under way");
    w.act(Intervention::Cut { from: CONSUMER, to: successor, both_ways: true });
    w.run(20 * SECOND);
    assert_eq!(w.cluster.committed(GROUP, id), Some(5), "auto-commit has been due meanwhile");
    w.act(Intervention::Heal { from: CONSUMER, to: successor, both_ways: true });
    w.until(|w| w.cluster.committed(GROUP, id) == Some(8));
}

/// `AbstractCoordinator.HeartbeatThread`: it looks every `retry.backoff.ms`, not only when a heartbeat is due.
#[test]
fn a_busy_application_leaves_its_group_as_soon_as_max_poll_interval_has_passed() {
    let mut setup = with_consumer(1, &[("max.poll.interval.ms", "10000"), ("session.timeout.ms", "45000")]);
    setup = with(setup, &[("heartbeat.interval.ms", "7000")]);
    setup.consumers[0].processing = 60 * SECOND;
    let mut w = World::new(&setup);
    w.until(|w| is_stable(w, 1));
    w.run(SECOND);
    send(&mut w, P0, 1);
    w.until(|w| w.saw(|e| matches!(e, EventKind::Polled { .. })));
    let left = |e: &EventKind| matches!(e, EventKind::MemberLeft { why: LeaveReason::NotPolling, .. });
    let took = w.until(|w| w.saw(left));
    assert!((9500 * MS..10200 * MS).contains(&took), "{took} µs after the last poll");
}

/// `ConsumerCoordinator.poll`: without a coordinator it does not come to the commit, whose timer stays expired.
#[test]
fn an_auto_commit_that_finds_no_coordinator_comes_as_soon_as_there_is_one() {
    let mut w = World::new(&with_consumer(3, &[("auto.commit.interval.ms", "60000")]));
    w.until(|w| is_stable(w, 1));
    let coordinator = w.cluster.metadata().coordinator(GROUP).expect("a coordinator");
    let leads = |id: &PartitionId| w.cluster.metadata().partitions[id.index()].leader == Some(coordinator);
    let id = (0..3).map(PartitionId).find(|id| !leads(id)).expect("one of three");
    w.run(55 * SECOND);
    send(&mut w, id, 2);
    w.run(3 * SECOND);
    w.act(Intervention::Crash { node: NodeId::Broker(coordinator), crash: Crash::Process });
    let took = w.until(|w| w.cluster.committed(GROUP, id) == Some(2));
    assert!(took < 20 * SECOND, "{took} µs, and the next one is due in a minute");
}

/// KIP-951, `AbstractFetch.handleFetchSuccess`: since 3.7 the refusal of a fetch names the new leader too.
#[test]
fn a_consumer_learns_the_new_leader_from_the_old_one() {
    let mut w = World::new(&with_consumer(1, &[]));
    w.until(|w| is_stable(w, 1));
    w.act(Intervention::Shutdown(node(1)));
    w.until(|w| w.saw(|e| matches!(e, EventKind::ShutdownCompleted)));
    w.restart(1);
    w.until(|w| w.isr() == brokers(&[1, 2, 3]));
    send(&mut w, P0, 1);
    w.until(|w| processed(w).len() == 1);
    w.run(SECOND);
    w.events.clear();
    w.act(Intervention::ElectLeader { partition: P0, unclean: false });
    let took = w.until(|w| delivered(w, MessageKind::FetchRequest, CONSUMER, node(1)) > 0);
    assert!(took < 20 * MS, "{took} µs");
}

/// `Metadata.timeToAllowUpdate` (3.7): answers without news double the pause, from `retry.backoff.ms` to its maximum.
#[test]
fn a_client_asks_for_metadata_less_and_less_while_nothing_changes() {
    let setup = Setup::new(3).topic("orders", 1, 1).producer(None);
    let mut w = World::new(&with(setup, &[("linger.ms", "0")]));
    w.run(SECOND);
    w.crash(1, Crash::Process);
    w.until(|w| w.leader().is_none());
    send(&mut w, P0, 1);
    w.run(SECOND);
    w.events.clear();
    w.run(20 * SECOND);
    let producer = NodeId::Producer(1);
    let asked: usize = (1..=3).map(|n| delivered(&w, MessageKind::MetadataRequest, producer, node(n))).sum();
    assert!((15..=30).contains(&asked), "asked {asked} times in 20 s");
    w.restart(1);
    w.until(|w| w.leader() == Some(1));
    let took = w.until(|w| !w.log(1).is_empty());
    assert!(took < 1500 * MS, "{took} µs");
}

/// `AbstractFetch.nodesWithPendingFetchRequests`: a rebalance does not take a fetch back.
#[test]
fn a_consumer_has_one_fetch_at_a_broker_also_after_a_rebalance() {
    let setup = with_consumer(6, &[("fetch.max.wait.ms", "20000")]).consumer("billing", &["orders"]);
    let mut w = World::new(&setup);
    w.until(|w| is_stable(w, 2));
    w.run(100 * MS);
    w.act(Intervention::Crash { node: NodeId::Consumer(2), crash: Crash::Process });
    w.until(|w| is_stable(w, 1));
    w.run(SECOND);
    for n in 1..=3 {
        let asked = delivered(&w, MessageKind::FetchRequest, CONSUMER, node(n));
        let answered = delivered(&w, MessageKind::FetchResponse, node(n), CONSUMER);
        assert!(asked <= answered + 1, "broker {n}: {asked} fetches, {answered} answers");
    }
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

/// `ClassicKafkaConsumer.poll`: while it waits for records it goes round often enough for `max.poll.interval.ms`.
#[test]
fn waiting_in_poll_is_not_being_stuck() {
    let mut setup = with_consumer(1, &[("max.poll.interval.ms", "10000")]);
    setup.consumers[0].poll_interval = 60 * SECOND;
    let mut w = World::new(&setup);
    w.until(|w| is_stable(w, 1));
    w.run(100 * SECOND);
    assert!(!w.saw(|e| matches!(e, EventKind::MemberLeft { .. })));
}

/// `ConsumerCoordinator.close`: it comes right after the last round of `poll()`, however long that had nothing to return.
#[test]
fn a_consumer_that_closes_after_a_long_wait_is_not_stuck_either() {
    let mut w = World::new(&with_consumer(1, &[("max.poll.interval.ms", "10000")]));
    w.until(|w| is_stable(w, 1));
    send(&mut w, P0, 1);
    w.run(60 * SECOND);
    for n in 1..=3 {
        w.act(Intervention::Pause(node(n)));
    }
    w.act(Intervention::Shutdown(CONSUMER));
    w.run(8 * SECOND);
    for n in 1..=3 {
        w.act(Intervention::Resume(node(n)));
    }
    w.until(|w| w.saw(|e| matches!(e, EventKind::MemberLeft { .. })));
    assert!(w.saw(|e| matches!(e, EventKind::MemberLeft { why: LeaveReason::Closed, .. })));
}
