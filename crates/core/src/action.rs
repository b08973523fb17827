//! Everything that can happen next.

use crate::ids::{BrokerId, MessageId, NodeId, PartitionId, TopicId};
use crate::time::Micros;
use serde::{Deserialize, Serialize};

/// Something that can happen next: what the scheduler picks, and what a person or an adversary does.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Action {
    /// A message arrives.
    Deliver(MessageId),
    /// A node's timer goes off.
    Fire(NodeId, Timer),
    /// What somebody outside the cluster does.
    Do(Intervention),
}

/// What a person or an adversary does to the cluster.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Intervention {
    /// A process dies, or its whole machine.
    Crash {
        /// Whose.
        node: NodeId,
        /// How.
        crash: Crash,
    },
    /// A stopped process (and machine) starts again.
    Restart(NodeId),
    /// A process stands still, as in a long garbage collection. Its connections stay open.
    Pause(NodeId),
    /// A paused process goes on; what was sent to it meanwhile arrives now.
    Resume(NodeId),
    /// An orderly stop: controlled shutdown of a broker, `close()` of a client.
    Shutdown(NodeId),
    /// A link stops carrying messages. What is sent is held back, as by TCP, until the link heals or the
    /// requester's timeout closes the connection.
    Cut {
        /// From here …
        from: NodeId,
        /// … to there,
        to: NodeId,
        /// and back.
        both_ways: bool,
    },
    /// A cut link carries messages again.
    Heal {
        /// From here …
        from: NodeId,
        /// … to there,
        to: NodeId,
        /// and back.
        both_ways: bool,
    },
    /// A message under way is lost, and with it its connection.
    Drop(MessageId),
    /// A message under way, and all behind it on its connection, arrive later.
    Delay {
        /// Which.
        message: MessageId,
        /// By how much.
        by: Micros,
    },
    /// A follower waits this long before each fetch (0: not at all): an overloaded disk or network.
    SlowFollower {
        /// Which.
        broker: BrokerId,
        /// How long, at most an hour.
        by: Micros,
    },
    /// Messages between two nodes take this long from now on.
    SetLatency {
        /// One end.
        from: NodeId,
        /// The other.
        to: NodeId,
        /// One way, both directions, at most an hour.
        latency: Micros,
    },
    /// An application calls `producer.send()`.
    Send(Send),
    /// Partitions are added to a topic; never removed.
    AddPartitions {
        /// The topic.
        topic: TopicId,
        /// How many there are then.
        total: u16,
    },
    /// A setting changes, from now on and everywhere it applies.
    SetConfig {
        /// The setting's name, with the scope in front where two scopes have it.
        name: String,
        /// The topic or client, from 0; none: all.
        member: Option<u8>,
        /// The value as a person writes it.
        value: String,
    },
    /// An administrator asks for an election (`kafka-leader-election.sh`).
    ElectLeader {
        /// The partition.
        partition: PartitionId,
        /// Unclean: any live replica will do. Otherwise: the preferred one.
        unclean: bool,
    },
}

/// How a process ends without warning.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Crash {
    /// `kill -9`: the process is gone, the machine and its page cache stay.
    Process,
    /// The machine loses power: what was not flushed is gone as well.
    Power,
}

/// A record to send.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Send {
    /// The producer, from 1.
    pub producer: u8,
    /// The topic.
    pub topic: TopicId,
    /// The partition, if the application chooses it itself.
    pub partition: Option<u16>,
    /// The key.
    pub key: Option<String>,
    /// The value's size in bytes.
    pub value_size: u32,
}

/// The timers a node can have, each at most once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Timer {
    /// Broker: ask every leader for news, where a fetch is due after a back-off or time-out.
    ReplicaFetch,
    /// Broker: look for followers to drop from an ISR.
    IsrShrink,
    /// Broker: report to the controller, or register again.
    Heartbeat,
    /// Broker: write high watermarks to disk.
    HighWatermarkCheckpoint,
    /// Broker: a parked fetch or produce request, or an unanswered one of its own, runs out of time.
    Purgatory,
    /// Broker: a group's member or rebalance runs out of time.
    Group,
    /// Controller: look for brokers whose session has expired.
    Session,
    /// Controller: move leadership to preferred replicas.
    PreferredElection,
    /// Controller: elect for leaderless partitions where unclean election is allowed.
    UncleanElection,
    /// Controller: an idle metadata fetch is answered.
    MetadataWait,
    /// Producer: the application sends the next record of its workload.
    Workload,
    /// Producer: a batch has lingered, backed off or run out of time.
    Sender,
    /// Consumer: the application calls `poll()`, or has processed a record.
    Poll,
    /// Consumer: the heartbeat thread.
    GroupHeartbeat,
    /// Consumer: a request timed out or may be tried again.
    Client,
}

impl Timer {
    /// All kinds, in the order of their numbers.
    pub const ALL: [Timer; 15] = [
        Timer::ReplicaFetch,
        Timer::IsrShrink,
        Timer::Heartbeat,
        Timer::HighWatermarkCheckpoint,
        Timer::Purgatory,
        Timer::Group,
        Timer::Session,
        Timer::PreferredElection,
        Timer::UncleanElection,
        Timer::MetadataWait,
        Timer::Workload,
        Timer::Sender,
        Timer::Poll,
        Timer::GroupHeartbeat,
        Timer::Client,
    ];
}
