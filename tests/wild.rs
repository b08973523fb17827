//! Random clusters under random faults and random schedules, watched by the ledger.

use highwater_core::action::{Action, Crash, Intervention, Send};
use highwater_core::cluster::Cluster;
use highwater_core::event::Event;
use highwater_core::ids::{BrokerId, MessageId, NodeId, PartitionId, TopicId};
use highwater_core::process::Status;
use highwater_core::setup::{CommitOrder, Setup, Workload};
use highwater_core::time::MS;
use highwater_lab::ledger::Ledger;
use highwater_lab::properties;
use proptest::prelude::*;

/// What a random cluster looks like.
#[derive(Clone, Debug)]
pub struct Knobs {
    pub brokers: u8,
    pub partitions: u16,
    pub replication_factor: u8,
    pub producers: u8,
    pub consumers: u8,
    pub acks: &'static str,
    pub min_insync_replicas: u8,
    pub unclean: bool,
    pub retries: bool,
    pub in_flight: u8,
    pub auto_commit: bool,
    pub commit: CommitOrder,
    pub jitter: u64,
    pub seed: u64,
}

/// What may go wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Faults {
    /// Nothing.
    None,
    /// Processes are killed, paused and shut down; links are cut; messages are dropped, delayed and overtaken.
    NoPowerLoss,
    /// Machines lose power as well.
    All,
}

const COMMIT_ORDERS: [CommitOrder; 3] =
    [CommitOrder::AfterProcessing, CommitOrder::BeforeProcessing, CommitOrder::Never];

pub fn any_knobs() -> impl Strategy<Value = Knobs> {
    (
        (1..=4u8, 1..=3u16, 1..=4u8, 1..=2u8, 0..=2u8),
        (proptest::sample::select(vec!["0", "1", "all"]), 1..=3u8, any::<bool>(), any::<bool>(), 1..=5u8),
        (proptest::sample::select(vec![0, 300, 5_000u64]), any::<u64>()),
        (any::<bool>(), proptest::sample::select(COMMIT_ORDERS.to_vec())),
    )
        .prop_map(|(shape, settings, (jitter, seed), (auto_commit, commit))| {
            let (brokers, partitions, replicas, producers, consumers) = shape;
            let (acks, min_insync_replicas, unclean, retries, in_flight) = settings;
            let replication_factor = replicas.min(brokers);
            Knobs {
                brokers,
                partitions,
                replication_factor,
                producers,
                consumers,
                acks,
                min_insync_replicas,
                unclean,
                retries,
                in_flight,
                auto_commit,
                commit,
                jitter,
                seed,
            }
        })
}

impl Knobs {
    /// The setup: everything happens faster than by default, so that a thousand steps see elections and rebalances.
    pub fn setup(&self) -> Setup {
        let mut setup = Setup::new(self.brokers).topic("orders", self.partitions, self.replication_factor);
        for _ in 0..self.producers {
            let load =
                Workload { topic: "orders".into(), keys: 4, value_size: 10, interval: 20 * MS, count: None };
            setup = setup.producer(Some(load));
        }
        for _ in 0..self.consumers {
            setup = setup.consumer("billing", &["orders"]);
        }
        for consumer in &mut setup.consumers {
            consumer.commit = self.commit;
        }
        setup.seed = self.seed;
        setup.jitter = self.jitter;
        let text = |n: u8| n.to_string();
        let settings = [
            ("broker.heartbeat.interval.ms", "100".into()),
            ("broker.session.timeout.ms", "400".into()),
            ("replica.lag.time.max.ms", "300".into()),
            ("replica.fetch.wait.max.ms", "100".into()),
            ("group.initial.rebalance.delay.ms", "50".into()),
            ("producer.request.timeout.ms", "200".into()),
            ("delivery.timeout.ms", "1500".into()),
            ("linger.ms", "0".into()),
            ("acks", self.acks.into()),
            ("min.insync.replicas", text(self.min_insync_replicas)),
            ("unclean.leader.election.enable", self.unclean.to_string()),
            ("retries", if self.retries { "1000" } else { "0" }.into()),
            ("max.in.flight.requests.per.connection", text(self.in_flight)),
            ("auto.offset.reset", "earliest".into()),
            ("enable.auto.commit", self.auto_commit.to_string()),
            ("auto.commit.interval.ms", "100".to_string()),
        ];
        for (name, value) in settings {
            setup = setup.set(name, &value).unwrap_or_else(|e| panic!("{e}"));
        }
        setup
    }
}

/// A cluster, its judge, and dice.
pub struct Wild {
    pub cluster: Cluster,
    pub ledger: Ledger,
    faults: Faults,
    dice: u64,
    events: Vec<Event>,
    /// Steps since time last moved on.
    standstill: usize,
}

impl Wild {
    pub fn new(setup: &Setup, faults: Faults) -> Self {
        let cluster = Cluster::new(setup).unwrap_or_else(|e| panic!("{e}"));
        let ledger = Ledger::new(&cluster);
        Wild { cluster, ledger, faults, dice: setup.seed | 1, events: Vec::new(), standstill: 0 }
    }

    fn below(&mut self, n: usize) -> usize {
        self.dice = self.dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (usize::try_from(self.dice >> 33).unwrap_or(0)) % n.max(1)
    }

    /// One step, sometimes of an adversary's choosing.
    pub fn step(&mut self) {
        self.events.clear();
        let before = self.cluster.now();
        let faults = self.faults != Faults::None;
        if faults && self.below(30) == 0 {
            if let Some(what) = self.misfortune() {
                // What is not possible now is simply not done.
                let _ = self.cluster.step(&Action::Do(what), &mut self.events);
            }
        } else if faults && self.below(8) == 0 {
            self.any_enabled();
        } else if let Some((_, action)) = self.cluster.next_action() {
            self.cluster.step(&action, &mut self.events).unwrap_or_else(|e| panic!("{action:?}: {e}"));
        }
        for event in &self.events {
            self.ledger.observe(event);
        }
        self.standstill = if self.cluster.now() > before { 0 } else { self.standstill + 1 };
        assert!(self.standstill < 500, "time stands still: {:?}", self.cluster.next_action());
    }

    /// What the last step brought.
    pub fn last_events(&self) -> &[Event] {
        &self.events
    }

    /// A message out of its turn.
    fn any_enabled(&mut self) {
        let count = self.cluster.network().in_flight().count();
        let pick = self.below(count);
        let Some(id) = self.cluster.network().in_flight().nth(pick).map(|e| e.id.0) else { return };
        let _ = self.cluster.step(&Action::Deliver(id), &mut self.events);
    }

    fn node(&mut self) -> NodeId {
        let roster = self.cluster.roster();
        let pick = self.below(roster.len());
        roster.iter().nth(pick).unwrap_or(NodeId::Controller)
    }

    /// Something breaks, or something broken is repaired: about as often, so that the world does not fall apart.
    fn misfortune(&mut self) -> Option<Intervention> {
        if self.below(2) == 0 {
            let repairs = self.repairs();
            let pick = self.below(repairs.len());
            return repairs.into_iter().nth(pick);
        }
        // The controller fails less often than the rest: without it nothing moves on.
        let node = match self.node() {
            NodeId::Controller if self.below(4) > 0 => NodeId::Broker(BrokerId(1)),
            node => node,
        };
        Some(match self.below(10) {
            0 | 1 => Intervention::Crash { node, crash: Crash::Process },
            2 | 3 if self.faults == Faults::All => Intervention::Crash { node, crash: Crash::Power },
            4 => Intervention::Pause(node),
            5 => Intervention::Shutdown(node),
            6 => {
                let (to, both_ways) = (self.node(), self.below(2) == 0);
                Intervention::Cut { from: node, to, both_ways }
            }
            7 => Intervention::Drop(self.message()?),
            8 => Intervention::Delay { message: self.message()?, by: 50 * MS },
            9 => self.administration(),
            _ => return None,
        })
    }

    fn message(&mut self) -> Option<MessageId> {
        let count = self.cluster.network().in_flight().count();
        let pick = self.below(count);
        Some(self.cluster.network().in_flight().nth(pick)?.id.0)
    }

    fn administration(&mut self) -> Intervention {
        let broker = BrokerId(1 + u8::try_from(self.below(4)).unwrap_or(0));
        match self.below(5) {
            0 => Intervention::SlowFollower { broker, by: 30 * MS },
            1 => Intervention::SlowFollower { broker, by: 0 },
            2 => Intervention::ElectLeader { partition: PartitionId(0), unclean: false },
            3 => Intervention::AddPartitions { topic: TopicId(0), total: 4 },
            _ => Intervention::Send(Send {
                producer: 1,
                topic: TopicId(0),
                partition: None,
                key: None,
                value_size: 10,
            }),
        }
    }

    /// Everything that can be put right.
    fn repairs(&self) -> Vec<Intervention> {
        let roster = self.cluster.roster();
        let mut repairs = Vec::new();
        for node in roster.iter() {
            match self.cluster.status(node) {
                Some(Status::Paused) => repairs.push(Intervention::Resume(node)),
                Some(Status::Stopped | Status::PoweredOff) => repairs.push(Intervention::Restart(node)),
                _ => {}
            }
            for to in roster.iter().filter(|to| self.cluster.network().is_cut(node, *to)) {
                repairs.push(Intervention::Heal { from: node, to, both_ways: false });
            }
        }
        repairs
    }

    /// The first of these properties that is broken now.
    pub fn broken(&self, names: &[&'static str]) -> Option<&'static str> {
        names.iter().copied().find(|name| {
            let property = properties::find(name).unwrap_or_else(|| panic!("there is no property {name}"));
            property.violation(&self.cluster, &self.ledger).is_some()
        })
    }
}
