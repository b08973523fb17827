//! What a broker remembers of a partition it holds a replica of (§4.1, §4.2). The records are in the
//! [`Log`](crate::log::Log); this is gone when the process is.

use crate::ids::{BrokerId, BrokerSet};
use crate::metadata::{MetadataImage, Partition};
use crate::time::Micros;

/// A replica in memory.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Replica {
    pub(super) high_watermark: i64,
    pub(super) role: Role,
}

/// What a replica is to its partition.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// It answers producers and consumers.
    Leader(Leader),
    /// It copies the leader.
    Follower(Follower),
    /// The partition has no leader that this broker knows of.
    Idle,
}

/// What only a leader knows.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Leader {
    pub(super) epoch: i32,
    pub(super) epoch_start: i64,
    pub(super) partition_epoch: i32,
    pub(super) replication_factor: u32,
    /// The ISR the controller has written down.
    pub(super) isr: BrokerSet,
    /// The ISR asked for and not answered yet.
    pub(super) pending_isr: Option<BrokerSet>,
    pub(super) followers: Vec<FollowerProgress>,
}

/// What a leader knows of a follower from its fetches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct FollowerProgress {
    /// The follower.
    pub broker: BrokerId,
    /// Its log end offset: the offset of its last fetch in this epoch. None until it fetches.
    pub log_end: Option<i64>,
    /// The broker epoch of the process that fetched.
    pub(super) broker_epoch: Option<i64>,
    /// The leader's log end offset at that fetch.
    pub(super) leader_end_at_fetch: Option<i64>,
    /// When that fetch came.
    pub(super) last_fetch: Option<Micros>,
    /// When it last had everything the leader had; never, as far as this leader knows, for one outside the ISR.
    pub last_caught_up: Option<Micros>,
}

/// What only a follower knows.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Follower {
    pub(super) leader: BrokerId,
    pub(super) epoch: i32,
    /// Not fetched before this: backing off after an error.
    pub(super) delayed_until: Micros,
}

impl Replica {
    pub(super) fn with_high_watermark(high_watermark: i64) -> Self {
        Replica { high_watermark, role: Role::Idle }
    }

    /// The high watermark as this replica knows it: the leader's own, a follower's as it was told.
    pub fn high_watermark(&self) -> i64 {
        self.high_watermark
    }

    /// What the replica is to its partition.
    pub fn role(&self) -> &Role {
        &self.role
    }

    /// The leader's knowledge, if this replica leads.
    pub fn leader(&self) -> Option<&Leader> {
        if let Role::Leader(leader) = &self.role { Some(leader) } else { None }
    }
}

impl FollowerProgress {
    /// Whether it may enter the ISR: registered, unfenced, not stopping (KIP-841), and the process that fetched is
    /// the one that is registered (KIP-903).
    pub(super) fn is_eligible(&self, image: &MetadataImage) -> bool {
        image.is_active(self.broker) && self.broker_epoch == Some(image.broker(self.broker).epoch)
    }
}

impl Leader {
    /// A leader that has just taken office: it knows of no follower's progress, unless it led before.
    pub(super) fn new(
        me: BrokerId,
        p: &Partition,
        epoch_start: i64,
        now: Micros,
        before: Option<&Leader>,
    ) -> Self {
        let progress = |broker: BrokerId| {
            let known = before.and_then(|leader| leader.followers.iter().find(|f| f.broker == broker));
            // Whatever was known, the clocks start anew with the epoch (`Replica.resetReplicaState`).
            let in_sync_since = p.isr.contains(broker).then_some(now);
            FollowerProgress {
                broker,
                log_end: known.and_then(|f| f.log_end),
                broker_epoch: known.and_then(|f| f.broker_epoch),
                leader_end_at_fetch: known.map(|_| epoch_start),
                last_fetch: known.and(in_sync_since),
                last_caught_up: in_sync_since,
            }
        };
        Leader {
            epoch: p.leader_epoch,
            epoch_start,
            partition_epoch: p.partition_epoch,
            replication_factor: u32::try_from(p.replicas.len()).unwrap_or(u32::MAX),
            isr: p.isr,
            pending_isr: None,
            followers: p.replicas.iter().copied().filter(|b| *b != me).map(progress).collect(),
        }
    }

    /// The leader epoch.
    pub fn epoch(&self) -> i32 {
        self.epoch
    }

    /// The log end offset when the epoch began.
    pub fn epoch_start(&self) -> i64 {
        self.epoch_start
    }

    /// The ISR that the controller has written down.
    pub fn isr(&self) -> BrokerSet {
        self.isr
    }

    /// The ISR the leader has asked for and not heard about yet.
    pub fn pending_isr(&self) -> Option<BrokerSet> {
        self.pending_isr
    }

    /// The followers as the leader knows them.
    pub fn followers(&self) -> &[FollowerProgress] {
        &self.followers
    }

    /// A follower's log end offset as the leader knows it.
    pub fn follower_end(&self, broker: BrokerId) -> Option<i64> {
        self.followers.iter().find(|f| f.broker == broker)?.log_end
    }

    /// The ISR with a pending addition, and still with a pending removal: whoever might be counted as in sync
    /// by anybody (KIP-497).
    pub fn maximal_isr(&self) -> BrokerSet {
        self.isr.union(self.pending_isr.unwrap_or_default())
    }

    /// `min.insync.replicas`, which counts for no more than the replication factor (since 3.7, KAFKA-15583).
    pub(super) fn effective_min_isr(&self, min_insync_replicas: i64) -> u32 {
        u32::try_from(min_insync_replicas).unwrap_or(u32::MAX).min(self.replication_factor)
    }
}

impl Follower {
    /// The leader it copies.
    pub fn leader(&self) -> BrokerId {
        self.leader
    }

    /// The leader's epoch.
    pub fn epoch(&self) -> i32 {
        self.epoch
    }
}
