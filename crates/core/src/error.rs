//! Kafka's error codes, as far as the model answers with them, and the errors the model gives its callers.

use serde::{Deserialize, Serialize};
use std::fmt;

/// An error that a request can be answered with, or that a client makes up itself when no answer comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ErrorCode {
    /// The broker is not this partition's leader (any more).
    NotLeaderOrFollower,
    /// The partition has no leader at the moment.
    LeaderNotAvailable,
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
    /// The producer was closed or died with the record in its memory.
    ProducerClosed,
    /// The group's coordinator is not known or not ready.
    CoordinatorNotAvailable,
    /// The coordinator is still reading its part of `__consumer_offsets`.
    CoordinatorLoadInProgress,
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
}

impl ErrorCode {
    /// Whether a producer tries the batch again (§2, "Error handling").
    pub fn is_retriable(self) -> bool {
        use ErrorCode as E;
        matches!(
            self,
            E::NotLeaderOrFollower
                | E::LeaderNotAvailable
                | E::UnknownTopicOrPartition
                | E::NotEnoughReplicas
                | E::NotEnoughReplicasAfterAppend
                | E::RequestTimedOut
                | E::NetworkException
                | E::FencedLeaderEpoch
                | E::UnknownLeaderEpoch
                | E::OffsetNotAvailable
                | E::CoordinatorNotAvailable
                | E::CoordinatorLoadInProgress
                | E::NotCoordinator
        )
    }

    /// Whether the error says that the client's view of the leaders is old, so that it asks for metadata again.
    pub fn invalidates_metadata(self) -> bool {
        use ErrorCode as E;
        matches!(
            self,
            E::NotLeaderOrFollower
                | E::LeaderNotAvailable
                | E::UnknownTopicOrPartition
                | E::FencedLeaderEpoch
                | E::UnknownLeaderEpoch
                | E::NetworkException
                | E::RequestTimedOut
        )
    }

    /// Kafka's name for the error.
    pub fn name(self) -> &'static str {
        use ErrorCode as E;
        match self {
            E::NotLeaderOrFollower => "NOT_LEADER_OR_FOLLOWER",
            E::LeaderNotAvailable => "LEADER_NOT_AVAILABLE",
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
            E::ProducerClosed => "ProducerClosedException",
            E::CoordinatorNotAvailable => "COORDINATOR_NOT_AVAILABLE",
            E::CoordinatorLoadInProgress => "COORDINATOR_LOAD_IN_PROGRESS",
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
pub struct Refused {
    /// The reason, in one sentence without a full stop.
    pub reason: String,
}

impl Refused {
    /// A refusal with this reason.
    pub fn because(reason: impl Into<String>) -> Self {
        Refused { reason: reason.into() }
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.reason)
    }
}
impl std::error::Error for Refused {}
