//! What the controller knows of the cluster, and every broker and client an older or equal copy of (§4.1).

use crate::ids::{BrokerId, BrokerSet, GroupId, PartitionId, TopicId};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// The cluster's metadata at one point of the controller's log. Views of different age are only older or newer,
/// never contradictory: everybody replays one ordered log.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct MetadataImage {
    /// How many changes the image contains.
    pub version: u64,
    /// All topics, internal ones last.
    pub topics: Vec<Topic>,
    /// All partitions of all topics.
    pub partitions: Vec<Partition>,
    /// All registered brokers, broker 1 first.
    pub brokers: Vec<Registration>,
    /// All groups that consumers were set up with.
    pub groups: Vec<Group>,
}

/// A topic.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Topic {
    /// Its name.
    pub name: Arc<str>,
    /// Whether it is `__consumer_offsets`.
    pub internal: bool,
    /// Its partitions in the order of their index.
    pub partitions: Vec<PartitionId>,
}

/// A consumer group and where its offsets are kept.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Group {
    /// `group.id`.
    pub name: Arc<str>,
    /// Its partition of `__consumer_offsets`; that partition's leader is the coordinator.
    pub offsets_partition: PartitionId,
}

/// A partition as the controller registered it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Partition {
    /// The topic.
    pub topic: TopicId,
    /// Its index in the topic. In `__consumer_offsets` only partitions that hold a group exist in the model, so
    /// indexes there may have gaps.
    pub index: u16,
    /// Assigned replicas; the first is the preferred leader.
    pub replicas: Arc<[BrokerId]>,
    /// In-sync replicas.
    pub isr: BrokerSet,
    /// The leader, or none: offline.
    pub leader: Option<BrokerId>,
    /// Grows with every change of leader, also to none.
    pub leader_epoch: i32,
    /// Grows with every change of the partition.
    pub partition_epoch: i32,
}

/// A broker as the controller registered it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Registration {
    /// The broker epoch: one per incarnation of the process.
    pub epoch: i64,
    /// Fenced brokers lead nothing and are in no ISR but as its last member.
    pub fenced: bool,
    /// In controlled shutdown: leads nothing, is in no ISR.
    pub shutting_down: bool,
}

impl MetadataImage {
    /// A partition's state.
    pub fn partition(&self, id: PartitionId) -> Option<&Partition> {
        self.partitions.get(id.index())
    }

    /// The id of a topic's partition.
    pub fn partition_id(&self, topic: TopicId, index: u16) -> Option<PartitionId> {
        self.topics.get(usize::from(topic.0))?.partitions.get(usize::from(index)).copied()
    }

    /// The topic of this name.
    pub fn topic_id(&self, name: &str) -> Option<TopicId> {
        let at = self.topics.iter().position(|t| &*t.name == name)?;
        Some(TopicId(u16::try_from(at).ok()?))
    }

    /// `topic-index`, as the partition's directory is called.
    pub fn partition_name(&self, id: PartitionId) -> String {
        match self.partition(id) {
            Some(p) => format!("{}-{}", self.topics[usize::from(p.topic.0)].name, p.index),
            None => format!("partition {}", id.0),
        }
    }

    /// Whether a partition belongs to an internal topic.
    pub fn is_internal(&self, id: PartitionId) -> bool {
        self.partition(id).is_some_and(|p| self.topics[usize::from(p.topic.0)].internal)
    }

    /// A broker's registration.
    pub fn broker(&self, id: BrokerId) -> &Registration {
        &self.brokers[id.index()]
    }

    /// Whether a broker is registered, unfenced and not shutting down: it may lead and be in an ISR.
    pub fn is_active(&self, id: BrokerId) -> bool {
        let broker = self.broker(id);
        !broker.fenced && !broker.shutting_down
    }

    /// The broker that coordinates a group, if its offsets partition has a leader.
    pub fn coordinator(&self, group: GroupId) -> Option<BrokerId> {
        self.partition(self.groups.get(usize::from(group.0))?.offsets_partition)?.leader
    }

    /// Ids of all partitions, in order.
    pub fn partition_ids(&self) -> impl Iterator<Item = PartitionId> + use<> {
        (0..u16::try_from(self.partitions.len()).unwrap_or(u16::MAX)).map(PartitionId)
    }
}
