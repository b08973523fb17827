//! A cluster under test: run it, do things to it, ask what happened.

#![allow(dead_code, unreachable_pub, missing_docs)] // Each test file uses its own part.

use highwater_core::action::{Action, Crash, Intervention, Send};
use highwater_core::broker::{Leader, Role};
use highwater_core::cluster::Cluster;
use highwater_core::event::{Event, EventKind};
use highwater_core::ids::{BrokerId, BrokerSet, NodeId, PartitionId, RecordId, TopicId};
use highwater_core::setup::Setup;
use highwater_core::time::{Micros, SECOND};

/// The first partition of the first topic.
pub const P0: PartitionId = PartitionId(0);

pub struct World {
    pub cluster: Cluster,
    pub events: Vec<Event>,
}

/// One topic of one partition on three brokers, one producer, no jitter.
pub fn three_brokers() -> Setup {
    let mut setup = Setup::new(3).topic("orders", 1, 3).producer(None);
    setup.jitter = 0;
    setup.set("linger.ms", "0").expect("a valid setting")
}

pub fn node(n: u8) -> NodeId {
    NodeId::Broker(BrokerId(n))
}

pub fn brokers(ids: &[u8]) -> BrokerSet {
    ids.iter().map(|n| BrokerId(*n)).collect()
}

impl World {
    pub fn new(setup: &Setup) -> Self {
        World { cluster: Cluster::new(setup).expect("a valid setup"), events: Vec::new() }
    }

    pub fn act(&mut self, what: Intervention) {
        self.cluster.step(&Action::Do(what), &mut self.events).expect("possible");
    }

    pub fn crash(&mut self, n: u8, crash: Crash) {
        self.act(Intervention::Crash { node: node(n), crash });
    }

    pub fn restart(&mut self, n: u8) {
        self.act(Intervention::Restart(node(n)));
    }

    pub fn set(&mut self, name: &str, value: &str) {
        self.act(Intervention::SetConfig { name: name.into(), member: None, value: value.into() });
    }

    /// Sends a record to the first partition and returns its id.
    pub fn send(&mut self) -> RecordId {
        self.act(Intervention::Send(Send {
            producer: 1,
            topic: TopicId(0),
            partition: Some(0),
            key: None,
            value_size: 10,
        }));
        RecordId(self.cluster.records_created())
    }

    /// Runs for a span of virtual time.
    pub fn run(&mut self, span: Micros) {
        let end = self.cluster.now() + span;
        while let Some((at, action)) = self.cluster.next_action() {
            if at > end {
                break;
            }
            self.cluster.step(&action, &mut self.events).expect("the scheduler's choice is possible");
        }
        self.cluster.wait_until(end);
    }

    /// Runs until something is the case, at most ten virtual minutes. Returns how long it took.
    pub fn until(&mut self, mut holds: impl FnMut(&World) -> bool) -> Micros {
        let start = self.cluster.now();
        while !holds(self) {
            let (at, action) = self.cluster.next_action().expect("something goes on");
            assert!(at < start + 600 * SECOND, "it did not come about within ten minutes");
            self.cluster.step(&action, &mut self.events).expect("the scheduler's choice is possible");
        }
        self.cluster.now() - start
    }

    pub fn saw(&self, is: impl Fn(&EventKind) -> bool) -> bool {
        self.events.iter().any(|e| is(&e.kind))
    }

    pub fn count(&self, is: impl Fn(&EventKind) -> bool) -> usize {
        self.events.iter().filter(|e| is(&e.kind)).count()
    }

    pub fn acked(&self, record: RecordId) -> bool {
        self.saw(|e| matches!(e, EventKind::Acked { records, .. } if records.iter().any(|r| r.id == record)))
    }

    pub fn failed(&self, record: RecordId) -> bool {
        self.saw(
            |e| matches!(e, EventKind::BatchFailed { records, .. } if records.iter().any(|r| r.id == record)),
        )
    }

    /// Ids of the records in a broker's log of the first partition.
    pub fn log(&self, n: u8) -> Vec<u32> {
        let log = self.cluster.broker(BrokerId(n)).and_then(|b| b.log(P0)).expect("a log");
        log.batches().flat_map(|b| b.records.iter().map(|r| r.id.0)).collect()
    }

    pub fn high_watermark(&self, n: u8) -> i64 {
        let broker = self.cluster.broker(BrokerId(n)).expect("a broker");
        broker.replica(P0).expect("a running replica").high_watermark()
    }

    pub fn isr(&self) -> BrokerSet {
        self.cluster.metadata().partitions[0].isr
    }

    pub fn leader(&self) -> Option<u8> {
        self.cluster.metadata().partitions[0].leader.map(|b| b.0)
    }

    /// What the leader of the first partition knows.
    pub fn leader_state(&self, n: u8) -> Option<&Leader> {
        self.cluster.broker(BrokerId(n))?.replica(P0)?.leader()
    }

    pub fn follows(&self, n: u8) -> Option<u8> {
        match self.cluster.broker(BrokerId(n))?.replica(P0)?.role() {
            Role::Follower(follower) => Some(follower.leader().0),
            _ => None,
        }
    }
}
