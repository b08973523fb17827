//! What nodes say to each other: Kafka's requests and responses, with the fields that the model needs.

use crate::config::Acks;
use crate::connection::{Channel, Connection};
use crate::error::ErrorCode;
use crate::group::{CommittedOffset, LeaveReason, MemberId, Subscription};
use crate::ids::{BrokerId, BrokerSet, GroupId, PartitionId};
use crate::metadata::MetadataImage;
use crate::record::{Batch, Records};
use crate::time::Micros;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// A request or response on a connection.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Message {
    /// The number by which the requester knows the answer; a response repeats its request's.
    pub correlation: u32,
    /// What is said.
    pub body: Body,
}

/// Everything that can be said.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Body {
    /// Client → leader: append these batches.
    ProduceRequest(ProduceRequest),
    /// The outcome, one per batch.
    ProduceResponse(Vec<ProduceResult>),
    /// Follower or consumer → leader: give me what comes next.
    FetchRequest(FetchRequest),
    /// Data, errors, and the high watermark.
    FetchResponse(Vec<FetchedPartition>),
    /// Client → any broker: who leads what?
    MetadataRequest,
    /// The broker's view.
    MetadataResponse(Arc<MetadataImage>),
    /// Consumer → leader: where does this partition start or end?
    ListOffsetsRequest {
        /// The partition.
        partition: PartitionId,
        /// The log start offset instead of the high watermark.
        earliest: bool,
        /// The epoch the client believes in.
        current_leader_epoch: i32,
    },
    /// The offset.
    ListOffsetsResponse {
        /// The partition.
        partition: PartitionId,
        /// The offset.
        offset: Result<i64, ErrorCode>,
    },
    /// Consumer → leader: where does this epoch end in your log (KIP-320)?
    OffsetsForLeaderEpochRequest {
        /// The partition.
        partition: PartitionId,
        /// The epoch of the last record read.
        leader_epoch: i32,
        /// The epoch the client believes in.
        current_leader_epoch: i32,
    },
    /// The largest epoch the leader has that is not above it, and where that ends; none if there is none.
    OffsetsForLeaderEpochResponse {
        /// The partition.
        partition: PartitionId,
        /// The epoch and its end.
        end: Result<Option<(i32, i64)>, ErrorCode>,
    },
    /// Consumer → any broker: who coordinates the group?
    FindCoordinatorRequest(GroupId),
    /// The coordinator.
    FindCoordinatorResponse(Result<BrokerId, ErrorCode>),
    /// Consumer → coordinator: let me in, or let me join again.
    JoinGroupRequest(JoinGroupRequest),
    /// The new generation; the leader also gets everybody's subscription.
    JoinGroupResponse(Result<JoinedGroup, JoinError>),
    /// Consumer → coordinator: the leader's assignment, or just "what is mine?".
    SyncGroupRequest {
        /// The group.
        group: GroupId,
        /// The member.
        member: MemberId,
        /// The generation it joined.
        generation: i32,
        /// From the leader: everybody's partitions. From others: empty.
        assignment: Vec<(MemberId, Vec<PartitionId>)>,
    },
    /// The member's partitions.
    SyncGroupResponse(Result<Vec<PartitionId>, ErrorCode>),
    /// Consumer → coordinator: I live.
    HeartbeatRequest {
        /// The group.
        group: GroupId,
        /// The member.
        member: MemberId,
        /// The generation it believes in.
        generation: i32,
    },
    /// Go on, or rejoin.
    HeartbeatResponse(Result<(), ErrorCode>),
    /// Consumer → coordinator: I go.
    LeaveGroupRequest {
        /// The group.
        group: GroupId,
        /// The member.
        member: MemberId,
        /// Why (KIP-800).
        why: LeaveReason,
    },
    /// Gone.
    LeaveGroupResponse(Result<(), ErrorCode>),
    /// Consumer → coordinator: remember these as next to read.
    OffsetCommitRequest {
        /// The group.
        group: GroupId,
        /// The member.
        member: MemberId,
        /// The generation it believes in.
        generation: i32,
        /// Next offset to read, by partition.
        offsets: Vec<(PartitionId, CommittedOffset)>,
    },
    /// Remembered, or why not.
    OffsetCommitResponse(Result<(), ErrorCode>),
    /// Consumer → coordinator: where did the group stop?
    OffsetFetchRequest {
        /// The group.
        group: GroupId,
        /// The partitions asked for.
        partitions: Vec<PartitionId>,
    },
    /// Committed offsets; none where nothing was committed.
    OffsetFetchResponse(Result<Vec<(PartitionId, Option<CommittedOffset>)>, ErrorCode>),
    /// Broker → controller: a new process with this id wants to join.
    BrokerRegistrationRequest {
        /// Tells this process from earlier ones with the same id.
        incarnation: u32,
    },
    /// The broker epoch.
    BrokerRegistrationResponse(Result<i64, ErrorCode>),
    /// Broker → controller: I live, and have read the metadata log this far.
    BrokerHeartbeatRequest {
        /// The broker epoch.
        broker_epoch: i64,
        /// The version of the metadata the broker has applied.
        metadata_version: u64,
        /// The broker asks for a controlled shutdown.
        want_shutdown: bool,
    },
    /// The broker's standing.
    BrokerHeartbeatResponse(Result<BrokerStanding, ErrorCode>),
    /// Leader → controller: these are in sync now (KIP-497).
    AlterPartitionRequest {
        /// The leader's broker epoch.
        broker_epoch: i64,
        /// The changes asked for.
        changes: Vec<IsrChange>,
    },
    /// The committed state of each partition, or why not.
    AlterPartitionResponse(Result<Vec<IsrOutcome>, ErrorCode>),
    /// Broker → controller: what comes after this version of the metadata?
    MetadataFetchRequest {
        /// The version the broker has.
        version: u64,
    },
    /// The metadata log replayed to its end.
    MetadataFetchResponse(Arc<MetadataImage>),
    /// Client → broker, first thing on a new connection: which requests do you know?
    ApiVersionsRequest,
    /// The connection can be used.
    ApiVersionsResponse,
    /// Not a message of Kafka's: the network stack tells that the peer's end of a connection is gone.
    ConnectionClosed(Connection),
}

/// A produce request.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ProduceRequest {
    /// When to answer.
    pub acks: Acks,
    /// How long an acks=all write may wait at the leader.
    pub timeout: Micros,
    /// One batch per partition.
    pub batches: Vec<ProduceBatch>,
}

/// A batch on its way to the leader.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ProduceBatch {
    /// The partition.
    pub partition: PartitionId,
    /// The records.
    pub records: Records,
    /// Encoded size in bytes.
    pub size: u32,
}

/// What became of a batch.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ProduceResult {
    /// The partition.
    pub partition: PartitionId,
    /// The first record's offset, or the error.
    pub outcome: Result<i64, ErrorCode>,
    /// With a leader error: the leader and epoch the broker knows of (KIP-951, since 3.7).
    pub current_leader: Option<(BrokerId, i32)>,
}

/// A fetch request.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct FetchRequest {
    /// A follower's broker epoch; `None` from a consumer.
    pub follower: Option<i64>,
    /// How long the leader may park the request.
    pub max_wait: Micros,
    /// Answer at once with this many bytes.
    pub min_bytes: u32,
    /// The most bytes in all; the first batch comes whole.
    pub max_bytes: u32,
    /// What is asked for.
    pub partitions: Vec<FetchPartition>,
}

/// One partition of a fetch request.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct FetchPartition {
    /// The partition.
    pub partition: PartitionId,
    /// The first offset wanted. From a follower it also says: I have everything before.
    pub offset: i64,
    /// The epoch the requester believes in (KIP-320).
    pub current_leader_epoch: i32,
    /// The epoch of the last batch the requester has (KIP-595): the leader finds divergence with it.
    pub last_fetched_epoch: Option<i32>,
    /// The most bytes of this partition.
    pub max_bytes: u32,
}

/// One partition of a fetch response.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct FetchedPartition {
    /// The partition.
    pub partition: PartitionId,
    /// What came of it.
    pub outcome: Fetched,
}

/// The outcome of fetching a partition.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Fetched {
    /// Batches, perhaps none.
    Data {
        /// The leader's high watermark when it read.
        high_watermark: i64,
        /// The leader's log start offset.
        log_start: i64,
        /// Whole batches, the first of which contains the offset asked for.
        batches: Vec<Batch>,
    },
    /// The requester's log and the leader's part ways (KIP-595): truncate and ask again.
    Diverging {
        /// The largest epoch the leader has that is not above the one asked about.
        epoch: i32,
        /// Where that epoch ends in the leader's log.
        end_offset: i64,
    },
    /// An error.
    Error {
        /// Which.
        code: ErrorCode,
        /// With [`ErrorCode::OffsetOutOfRange`]: where the leader's log starts and ends.
        log_range: (i64, i64),
        /// With a leader error: the leader and epoch the broker knows of (KIP-951, since 3.7).
        current_leader: Option<(BrokerId, i32)>,
    },
}

/// A join request.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct JoinGroupRequest {
    /// The group.
    pub group: GroupId,
    /// The id the member was given; none at first (KIP-394).
    pub member: Option<MemberId>,
    /// Gone without a heartbeat for this long.
    pub session_timeout: Micros,
    /// How long a rebalance waits for this member.
    pub rebalance_timeout: Micros,
    /// What it subscribes to.
    pub subscription: Subscription,
}

/// A successful join.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct JoinedGroup {
    /// The generation joined.
    pub generation: i32,
    /// The joiner's own id.
    pub member: MemberId,
    /// The member that assigns.
    pub leader: MemberId,
    /// For the leader: everybody. For others: empty.
    pub members: Vec<(MemberId, Subscription)>,
}

/// A refused join.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct JoinError {
    /// Why.
    pub code: ErrorCode,
    /// With [`ErrorCode::MemberIdRequired`]: the id to come back with.
    pub member: Option<MemberId>,
}

/// What a heartbeat tells a broker.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct BrokerStanding {
    /// Whether the broker is fenced.
    pub fenced: bool,
    /// A controlled shutdown may go ahead.
    pub should_shutdown: bool,
}

/// A change of an ISR that a leader asks for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct IsrChange {
    /// The partition.
    pub partition: PartitionId,
    /// The leader's epoch.
    pub leader_epoch: i32,
    /// The state the change builds on.
    pub partition_epoch: i32,
    /// The ISR wanted.
    pub isr: BrokerSet,
    /// Its members' broker epochs, as far as the leader knows them: which process it has seen caught up (KIP-903).
    pub epochs: Vec<(BrokerId, i64)>,
}

/// What became of a change of one partition's ISR.
pub type IsrOutcome = (PartitionId, Result<CommittedIsr, ErrorCode>);

/// An ISR that the controller has written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct CommittedIsr {
    /// The ISR.
    pub isr: BrokerSet,
    /// The leader epoch it belongs to.
    pub leader_epoch: i32,
    /// The partition epoch after the change.
    pub partition_epoch: i32,
}

/// The kind of a message: enough to name it, draw it and tell a question from an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[allow(missing_docs)] // The names are Kafka's, each documented at `Body`.
pub enum MessageKind {
    ProduceRequest,
    ProduceResponse,
    FetchRequest,
    FetchResponse,
    MetadataRequest,
    MetadataResponse,
    ListOffsetsRequest,
    ListOffsetsResponse,
    OffsetsForLeaderEpochRequest,
    OffsetsForLeaderEpochResponse,
    FindCoordinatorRequest,
    FindCoordinatorResponse,
    JoinGroupRequest,
    JoinGroupResponse,
    SyncGroupRequest,
    SyncGroupResponse,
    HeartbeatRequest,
    HeartbeatResponse,
    LeaveGroupRequest,
    LeaveGroupResponse,
    OffsetCommitRequest,
    OffsetCommitResponse,
    OffsetFetchRequest,
    OffsetFetchResponse,
    BrokerRegistrationRequest,
    BrokerRegistrationResponse,
    BrokerHeartbeatRequest,
    BrokerHeartbeatResponse,
    AlterPartitionRequest,
    AlterPartitionResponse,
    MetadataFetchRequest,
    MetadataFetchResponse,
    ApiVersionsRequest,
    ApiVersionsResponse,
    ConnectionClosed,
}

impl MessageKind {
    /// Whether this is an answer.
    pub fn is_response(self) -> bool {
        use MessageKind as K;
        matches!(
            self,
            K::ProduceResponse
                | K::FetchResponse
                | K::MetadataResponse
                | K::ListOffsetsResponse
                | K::OffsetsForLeaderEpochResponse
                | K::FindCoordinatorResponse
                | K::JoinGroupResponse
                | K::SyncGroupResponse
                | K::HeartbeatResponse
                | K::LeaveGroupResponse
                | K::OffsetCommitResponse
                | K::OffsetFetchResponse
                | K::BrokerRegistrationResponse
                | K::BrokerHeartbeatResponse
                | K::AlterPartitionResponse
                | K::MetadataFetchResponse
                | K::ApiVersionsResponse
        )
    }

    /// The channel it takes between its two nodes.
    pub(crate) fn channel(self) -> Channel {
        use MessageKind as K;
        match self {
            K::BrokerRegistrationRequest
            | K::BrokerRegistrationResponse
            | K::BrokerHeartbeatRequest
            | K::BrokerHeartbeatResponse => Channel::Heartbeats,
            K::AlterPartitionRequest | K::AlterPartitionResponse => Channel::AlterPartition,
            _ => Channel::Main,
        }
    }

    /// The name, such as `FetchRequest`.
    pub fn name(self) -> &'static str {
        use MessageKind as K;
        match self {
            K::ProduceRequest => "ProduceRequest",
            K::ProduceResponse => "ProduceResponse",
            K::FetchRequest => "FetchRequest",
            K::FetchResponse => "FetchResponse",
            K::MetadataRequest => "MetadataRequest",
            K::MetadataResponse => "MetadataResponse",
            K::ListOffsetsRequest => "ListOffsetsRequest",
            K::ListOffsetsResponse => "ListOffsetsResponse",
            K::OffsetsForLeaderEpochRequest => "OffsetsForLeaderEpochRequest",
            K::OffsetsForLeaderEpochResponse => "OffsetsForLeaderEpochResponse",
            K::FindCoordinatorRequest => "FindCoordinatorRequest",
            K::FindCoordinatorResponse => "FindCoordinatorResponse",
            K::JoinGroupRequest => "JoinGroupRequest",
            K::JoinGroupResponse => "JoinGroupResponse",
            K::SyncGroupRequest => "SyncGroupRequest",
            K::SyncGroupResponse => "SyncGroupResponse",
            K::HeartbeatRequest => "HeartbeatRequest",
            K::HeartbeatResponse => "HeartbeatResponse",
            K::LeaveGroupRequest => "LeaveGroupRequest",
            K::LeaveGroupResponse => "LeaveGroupResponse",
            K::OffsetCommitRequest => "OffsetCommitRequest",
            K::OffsetCommitResponse => "OffsetCommitResponse",
            K::OffsetFetchRequest => "OffsetFetchRequest",
            K::OffsetFetchResponse => "OffsetFetchResponse",
            K::BrokerRegistrationRequest => "BrokerRegistrationRequest",
            K::BrokerRegistrationResponse => "BrokerRegistrationResponse",
            K::BrokerHeartbeatRequest => "BrokerHeartbeatRequest",
            K::BrokerHeartbeatResponse => "BrokerHeartbeatResponse",
            K::AlterPartitionRequest => "AlterPartitionRequest",
            K::AlterPartitionResponse => "AlterPartitionResponse",
            K::MetadataFetchRequest => "MetadataFetchRequest",
            K::MetadataFetchResponse => "MetadataFetchResponse",
            K::ApiVersionsRequest => "ApiVersionsRequest",
            K::ApiVersionsResponse => "ApiVersionsResponse",
            K::ConnectionClosed => "ConnectionClosed",
        }
    }
}

impl Body {
    /// The kind of this message.
    pub fn kind(&self) -> MessageKind {
        match self {
            Body::ProduceRequest(_) => MessageKind::ProduceRequest,
            Body::ProduceResponse(_) => MessageKind::ProduceResponse,
            Body::FetchRequest(_) => MessageKind::FetchRequest,
            Body::FetchResponse(_) => MessageKind::FetchResponse,
            Body::MetadataRequest => MessageKind::MetadataRequest,
            Body::MetadataResponse(_) => MessageKind::MetadataResponse,
            Body::ListOffsetsRequest { .. } => MessageKind::ListOffsetsRequest,
            Body::ListOffsetsResponse { .. } => MessageKind::ListOffsetsResponse,
            Body::OffsetsForLeaderEpochRequest { .. } => MessageKind::OffsetsForLeaderEpochRequest,
            Body::OffsetsForLeaderEpochResponse { .. } => MessageKind::OffsetsForLeaderEpochResponse,
            Body::FindCoordinatorRequest(_) => MessageKind::FindCoordinatorRequest,
            Body::FindCoordinatorResponse(_) => MessageKind::FindCoordinatorResponse,
            Body::JoinGroupRequest(_) => MessageKind::JoinGroupRequest,
            Body::JoinGroupResponse(_) => MessageKind::JoinGroupResponse,
            Body::SyncGroupRequest { .. } => MessageKind::SyncGroupRequest,
            Body::SyncGroupResponse(_) => MessageKind::SyncGroupResponse,
            Body::HeartbeatRequest { .. } => MessageKind::HeartbeatRequest,
            Body::HeartbeatResponse(_) => MessageKind::HeartbeatResponse,
            Body::LeaveGroupRequest { .. } => MessageKind::LeaveGroupRequest,
            Body::LeaveGroupResponse(_) => MessageKind::LeaveGroupResponse,
            Body::OffsetCommitRequest { .. } => MessageKind::OffsetCommitRequest,
            Body::OffsetCommitResponse(_) => MessageKind::OffsetCommitResponse,
            Body::OffsetFetchRequest { .. } => MessageKind::OffsetFetchRequest,
            Body::OffsetFetchResponse(_) => MessageKind::OffsetFetchResponse,
            Body::BrokerRegistrationRequest { .. } => MessageKind::BrokerRegistrationRequest,
            Body::BrokerRegistrationResponse(_) => MessageKind::BrokerRegistrationResponse,
            Body::BrokerHeartbeatRequest { .. } => MessageKind::BrokerHeartbeatRequest,
            Body::BrokerHeartbeatResponse(_) => MessageKind::BrokerHeartbeatResponse,
            Body::AlterPartitionRequest { .. } => MessageKind::AlterPartitionRequest,
            Body::AlterPartitionResponse(_) => MessageKind::AlterPartitionResponse,
            Body::MetadataFetchRequest { .. } => MessageKind::MetadataFetchRequest,
            Body::MetadataFetchResponse(_) => MessageKind::MetadataFetchResponse,
            Body::ApiVersionsRequest => MessageKind::ApiVersionsRequest,
            Body::ApiVersionsResponse => MessageKind::ApiVersionsResponse,
            Body::ConnectionClosed(_) => MessageKind::ConnectionClosed,
        }
    }
}
