//! Consumer groups: what coordinator and members have in common (§7).

pub mod assignor;
pub(crate) mod classic;

use crate::ids::{GroupId, PartitionId, TopicId};
use crate::time::Micros;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::sync::Arc;

/// A member's id: the client's name and a number that tells its lives apart. Orders as Kafka's strings
/// `consumer-1-…` do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct MemberId {
    /// The consumer, from 1.
    pub client: u8,
    /// Which id of this consumer's, from 1.
    pub number: u32,
}

impl fmt::Display for MemberId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "consumer-{}-{}", self.client, self.number)
    }
}

/// Topics a member wants, ascending.
pub type Subscription = Arc<[TopicId]>;

/// A classic group's state at its coordinator.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum GroupState {
    /// No members.
    #[default]
    Empty,
    /// Waiting for the members to (re)join.
    PreparingRebalance,
    /// Waiting for the leader's assignment.
    CompletingRebalance,
    /// Everybody has partitions.
    Stable,
}

/// Why a member is not in its group any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LeaveReason {
    /// Its application closed it.
    Closed,
    /// It left by itself, because its application did not call `poll()` for `max.poll.interval.ms`.
    NotPolling,
    /// No heartbeat for `session.timeout.ms`.
    SessionExpired,
    /// It did not join again before the rebalance timeout.
    MissedJoin,
    /// It did not ask for its assignment before the rebalance timeout.
    MissedSync,
}

/// Where a group stopped in a partition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct CommittedOffset {
    /// Next offset to read.
    pub offset: i64,
    /// The leader epoch of the last record read: with it the log can be seen to have changed (KIP-320). None if nothing
    /// was read before the commit.
    pub leader_epoch: Option<i32>,
}

/// A row of `__consumer_offsets`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum GroupRecord {
    /// A committed offset.
    Offset {
        /// The group.
        group: GroupId,
        /// The partition.
        partition: PartitionId,
        /// Where.
        committed: CommittedOffset,
    },
    /// A generation and its assignment.
    Generation {
        /// The group.
        group: GroupId,
        /// The generation.
        generation: i32,
        /// The member that assigned, and watches the topics.
        leader: Option<MemberId>,
        /// Who got what.
        members: Arc<[StoredMember]>,
    },
}

/// A member as it is written to `__consumer_offsets`, so that the next coordinator knows it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct StoredMember {
    /// The member.
    pub id: MemberId,
    /// What it subscribes to.
    pub subscription: Subscription,
    /// Gone without a heartbeat for this long.
    pub session_timeout: Micros,
    /// How long a rebalance waits for it.
    pub rebalance_timeout: Micros,
    /// What it was assigned.
    pub partitions: Vec<PartitionId>,
}

impl GroupRecord {
    /// The group the row belongs to.
    pub fn group(&self) -> GroupId {
        match self {
            GroupRecord::Offset { group, .. } | GroupRecord::Generation { group, .. } => *group,
        }
    }

    /// Bytes of the row's value: about what Kafka's schema takes, without names' lengths.
    pub fn encoded_size(&self) -> u32 {
        match self {
            GroupRecord::Offset { .. } => 24,
            GroupRecord::Generation { members, .. } => {
                let members = u32::try_from(members.len()).unwrap_or(u32::MAX);
                32u32.saturating_add(members.saturating_mul(160))
            }
        }
    }
}
