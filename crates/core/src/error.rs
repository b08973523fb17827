//! Kafka's error codes, as far as the model answers with them, and the errors the model gives its callers.

use crate::config::ConfigError;
use crate::ids::NodeId;
use serde::{Deserialize, Serialize};
use std::fmt;

/// An error that a request can be answered with, or that a client makes up itself when no answer comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ErrorCode {
    /// The broker is not this partition's leader (any more).
    NotLeaderOrFollower,
    /// The broker does not know the partition.
    UnknownTopicOrPartition,
    /// acks=all, and the ISR was below `min.insync.replicas` before the append: nothing was written.
    NotEnoughReplicas,
    /// acks=all, and the ISR fell below `min.insync.replicas` after the append: the records are in the log.
    NotEnoughReplicasAfterAppend,
    /// The request was not fulfilled in its time.
    RequestTimedOut,
    /// The connection closed before the answer came.
    NetworkException,
    /// The request carries an older leader epoch than the broker has.
    FencedLeaderEpoch,
    /// The request carries a newer leader epoch than the broker has.
    UnknownLeaderEpoch,
    /// The offset is outside the log.
    OffsetOutOfRange,
    /// The high watermark has not reached the start of the leader's epoch yet (KIP-207).
    OffsetNotAvailable,
    /// The batch is larger than `max.message.bytes`.
    MessageTooLarge,
    /// A record is larger than `max.request.size` or `buffer.memory`: refused by the producer itself.
    RecordTooLarge,
    /// The batch was older than `delivery.timeout.ms`; whether it is in the log is not known.
    DeliveryTimedOut,
    /// `send()` waited `max.block.ms` for memory or for metadata.
    BlockedTooLong,
    /// The group's coordinator is not known or not ready.
    CoordinatorNotAvailable,
    /// The broker is not this group's coordinator.
    NotCoordinator,
    /// The request carries another generation than the group's.
    IllegalGeneration,
    /// The coordinator does not know the member.
    UnknownMemberId,
    /// First join without an id: join again with the id in the answer (KIP-394).
    MemberIdRequired,
    /// The group is rebalancing: rejoin.
    RebalanceInProgress,
    /// AlterPartition with an old partition epoch.
    InvalidUpdateVersion,
    /// AlterPartition that names a fenced, stopping or restarted replica.
    IneligibleReplica,
    /// The broker epoch is not the current one.
    StaleBrokerEpoch,
    /// The request makes no sense in this state.
    InvalidRequest,
    /// A broker with this id is registered and its session has not expired.
    DuplicateBrokerRegistration,
    /// A consumer with `auto.offset.reset=none` has no position.
    NoOffsetForPartition,
    /// A consumer with `auto.offset.reset=none` has read what the leader's log no longer holds (KIP-320).
    LogTruncation,
}

impl ErrorCode {
    /// Whether a producer tries the batch again (§2, "Error handling").
    pub fn is_retriable(self) -> bool {
        use ErrorCode as E;
        matches!(
            self,
            E::NotLeaderOrFollower
                | E::UnknownTopicOrPartition
                | E::NotEnoughReplicas
                | E::NotEnoughReplicasAfterAppend
                | E::RequestTimedOut
                | E::NetworkException
                | E::FencedLeaderEpoch
                | E::UnknownLeaderEpoch
                | E::OffsetNotAvailable
                | E::CoordinatorNotAvailable
                | E::NotCoordinator
        )
    }

    /// Whether the error says that the client's view of the leaders is old, so that it asks for metadata again.
    pub fn invalidates_metadata(self) -> bool {
        use ErrorCode as E;
        matches!(
            self,
            E::NotLeaderOrFollower
                | E::UnknownTopicOrPartition
                | E::FencedLeaderEpoch
                | E::UnknownLeaderEpoch
                | E::NetworkException
        )
    }

    /// Kafka's name for the error.
    pub fn name(self) -> &'static str {
        use ErrorCode as E;
        match self {
            E::NotLeaderOrFollower => "NOT_LEADER_OR_FOLLOWER",
            E::UnknownTopicOrPartition => "UNKNOWN_TOPIC_OR_PARTITION",
            E::NotEnoughReplicas => "NOT_ENOUGH_REPLICAS",
            E::NotEnoughReplicasAfterAppend => "NOT_ENOUGH_REPLICAS_AFTER_APPEND",
            E::RequestTimedOut => "REQUEST_TIMED_OUT",
            E::NetworkException => "NETWORK_EXCEPTION",
            E::FencedLeaderEpoch => "FENCED_LEADER_EPOCH",
            E::UnknownLeaderEpoch => "UNKNOWN_LEADER_EPOCH",
            E::OffsetOutOfRange => "OFFSET_OUT_OF_RANGE",
            E::OffsetNotAvailable => "OFFSET_NOT_AVAILABLE",
            E::MessageTooLarge => "MESSAGE_TOO_LARGE",
            E::RecordTooLarge => "RecordTooLargeException",
            E::DeliveryTimedOut | E::BlockedTooLong => "TimeoutException",
            E::CoordinatorNotAvailable => "COORDINATOR_NOT_AVAILABLE",
            E::NotCoordinator => "NOT_COORDINATOR",
            E::IllegalGeneration => "ILLEGAL_GENERATION",
            E::UnknownMemberId => "UNKNOWN_MEMBER_ID",
            E::MemberIdRequired => "MEMBER_ID_REQUIRED",
            E::RebalanceInProgress => "REBALANCE_IN_PROGRESS",
            E::InvalidUpdateVersion => "INVALID_UPDATE_VERSION",
            E::IneligibleReplica => "INELIGIBLE_REPLICA",
            E::StaleBrokerEpoch => "STALE_BROKER_EPOCH",
            E::InvalidRequest => "INVALID_REQUEST",
            E::DuplicateBrokerRegistration => "DUPLICATE_BROKER_REGISTRATION",
            E::NoOffsetForPartition => "NoOffsetForPartitionException",
            E::LogTruncation => "LogTruncationException",
        }
    }
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Why an action cannot be done now. Nothing has changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refused {
    /// The cluster has no such node.
    NoSuchNode(NodeId),
    /// The node's machine has no power.
    NoPower(NodeId),
    /// The node's process is not there.
    NotRunning(NodeId),
    /// The node's process is there already.
    IsRunning(NodeId),
    /// The node's process stands still.
    IsPaused(NodeId),
    /// The node's process does not stand still.
    NotPaused(NodeId),
    /// The controller has no orderly stop in this model.
    ControllerShutdown,
    /// A link joins two different nodes.
    SameNode,
    /// The link is cut already.
    AlreadyCut {
        /// From here …
        from: NodeId,
        /// … to there.
        to: NodeId,
    },
    /// The link is not cut.
    NotCut {
        /// From here …
        from: NodeId,
        /// … to there.
        to: NodeId,
    },
    /// There is no such message on any link.
    NotUnderWay,
    /// A cut link holds the message back.
    HeldBack,
    /// An earlier message on the same connection comes first.
    BehindAnother,
    /// The timer is not the node's next one.
    NotNextTimer,
    /// A time is outside what is accepted: 1 µs (for a wait: 0) to 1 h.
    TimeOutOfRange,
    /// The cluster has no such topic.
    NoSuchTopic,
    /// The topic is Kafka's own.
    InternalTopic,
    /// The cluster has no such partition.
    NoSuchPartition,
    /// A value is larger than the model's 100 MB.
    ValueTooLarge,
    /// A key is longer than the model's 1000 bytes.
    KeyTooLong,
    /// The topic has this many partitions already, and partitions are never removed.
    PartitionsAreNeverRemoved(usize),
    /// A topic has at most 24 partitions in this model.
    TooManyPartitions,
    /// `ELECTION_NOT_NEEDED`: the preferred replica leads already.
    PreferredReplicaLeads,
    /// `ELECTION_NOT_NEEDED`: the partition has a leader.
    HasLeader,
    /// `PREFERRED_LEADER_NOT_AVAILABLE`: the preferred replica is not alive and in sync.
    PreferredReplicaNotAvailable,
    /// `ELIGIBLE_LEADERS_NOT_AVAILABLE`: no replica is alive.
    NoReplicaAlive,
    /// The setting does not accept this.
    Config(ConfigError),
    /// A reason from outside the model, such as a script that names something that is not there.
    Other(String),
}

impl Refused {
    /// A reason from outside the model: one sentence without a full stop.
    pub fn because(reason: impl Into<String>) -> Self {
        Refused::Other(reason.into())
    }
}

impl From<ConfigError> for Refused {
    fn from(error: ConfigError) -> Self {
        Refused::Config(error)
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use Refused as R;
        match self {
            R::NoSuchNode(node) => write!(f, "there is no {node} in this cluster"),
            R::NoPower(node) => write!(f, "{node} has no power"),
            R::NotRunning(node) => write!(f, "{node} is not running"),
            R::IsRunning(node) => write!(f, "{node} is running"),
            R::IsPaused(node) => write!(f, "{node} is paused"),
            R::NotPaused(node) => write!(f, "{node} is not paused"),
            R::ControllerShutdown => f.write_str("the controller cannot be shut down here; kill it instead"),
            R::SameNode => f.write_str("a link joins two different nodes"),
            R::AlreadyCut { from, to } => write!(f, "the link from {from} to {to} is already cut"),
            R::NotCut { from, to } => write!(f, "the link from {from} to {to} is not cut"),
            R::NotUnderWay => f.write_str("this message is not under way"),
            R::HeldBack => f.write_str("a cut link holds this message back"),
            R::BehindAnother => f.write_str("an earlier message on this connection comes first"),
            R::NotNextTimer => f.write_str("this timer is not the node's next one"),
            R::TimeOutOfRange => f.write_str("the time must be at least 1 µs and at most 1 h"),
            R::NoSuchTopic => f.write_str("there is no such topic"),
            R::InternalTopic => f.write_str("this topic is Kafka's own"),
            R::NoSuchPartition => f.write_str("there is no such partition"),
            R::ValueTooLarge => f.write_str("a value must be at most 100 MB"),
            R::KeyTooLong => f.write_str("a key must be at most 1000 bytes here"),
            R::PartitionsAreNeverRemoved(count) => {
                write!(f, "the topic has {count} partitions already; partitions are never removed")
            }
            R::TooManyPartitions => f.write_str("a topic has at most 24 partitions here"),
            R::PreferredReplicaLeads => f.write_str("ELECTION_NOT_NEEDED: the preferred replica leads"),
            R::HasLeader => f.write_str("ELECTION_NOT_NEEDED: the partition has a leader"),
            R::PreferredReplicaNotAvailable => {
                f.write_str("PREFERRED_LEADER_NOT_AVAILABLE: the preferred replica is not alive and in sync")
            }
            R::NoReplicaAlive => f.write_str("ELIGIBLE_LEADERS_NOT_AVAILABLE: no replica is alive"),
            R::Config(error) => error.fmt(f),
            R::Other(reason) => f.write_str(reason),
        }
    }
}
impl std::error::Error for Refused {}
