//! Names for everything that can be named: nodes, partitions, records, messages, events.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::hash::{Hash, Hasher};

/// A broker's `node.id`, 1 to 9.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct BrokerId(pub u8);

impl BrokerId {
    /// The broker's place in an array of brokers, from 0.
    pub fn index(self) -> usize {
        usize::from(self.0) - 1
    }

    /// The broker at a place in an array of brokers.
    #[allow(clippy::cast_possible_truncation)] // At most nine brokers.
    pub fn at(index: usize) -> Self {
        BrokerId(index as u8 + 1)
    }
}

impl fmt::Display for BrokerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// Anything that sends and receives messages. Numbers start at 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum NodeId {
    /// The active `KRaft` controller.
    Controller,
    /// A broker.
    Broker(BrokerId),
    /// A producer client, 1 to 4.
    Producer(u8),
    /// A consumer client, 1 to 6.
    Consumer(u8),
}

impl NodeId {
    /// The broker, if this node is one.
    pub fn broker(self) -> Option<BrokerId> {
        match self {
            NodeId::Broker(id) => Some(id),
            _ => None,
        }
    }
}

impl From<BrokerId> for NodeId {
    fn from(id: BrokerId) -> Self {
        NodeId::Broker(id)
    }
}

impl fmt::Display for NodeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NodeId::Controller => write!(f, "controller"),
            NodeId::Broker(id) => write!(f, "broker-{id}"),
            NodeId::Producer(n) => write!(f, "producer-{n}"),
            NodeId::Consumer(n) => write!(f, "consumer-{n}"),
        }
    }
}

/// A set of brokers, such as an ISR.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct BrokerSet(u16);

impl BrokerSet {
    /// No broker.
    pub const EMPTY: BrokerSet = BrokerSet(0);

    /// Whether `id` is in the set.
    pub fn contains(self, id: BrokerId) -> bool {
        self.0 & (1 << id.0) != 0
    }

    /// The set with `id` added.
    #[must_use]
    pub fn with(self, id: BrokerId) -> Self {
        BrokerSet(self.0 | 1 << id.0)
    }

    /// The set with `id` removed.
    #[must_use]
    pub fn without(self, id: BrokerId) -> Self {
        BrokerSet(self.0 & !(1 << id.0))
    }

    /// Members of either set.
    #[must_use]
    pub fn union(self, other: Self) -> Self {
        BrokerSet(self.0 | other.0)
    }

    /// Members of this set that are not in `other`.
    #[must_use]
    pub fn minus(self, other: Self) -> Self {
        BrokerSet(self.0 & !other.0)
    }

    /// How many brokers are in the set.
    pub fn len(self) -> u32 {
        self.0.count_ones()
    }

    /// Whether the set has no member.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The members, ascending.
    pub fn iter(self) -> impl Iterator<Item = BrokerId> {
        (1..=9).map(BrokerId).filter(move |id| self.contains(*id))
    }
}

impl FromIterator<BrokerId> for BrokerSet {
    fn from_iter<I: IntoIterator<Item = BrokerId>>(ids: I) -> Self {
        ids.into_iter().fold(BrokerSet::EMPTY, BrokerSet::with)
    }
}

impl fmt::Display for BrokerSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[")?;
        for (i, id) in self.iter().enumerate() {
            write!(f, "{}{id}", if i == 0 { "" } else { "," })?;
        }
        write!(f, "]")
    }
}

/// A topic's place in the cluster's list of topics.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct TopicId(pub u16);

/// A partition's place in the cluster's list of all partitions of all topics. It never changes: partitions
/// added later get higher numbers. [`MetadataImage`](crate::metadata::MetadataImage) turns it into topic and index.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct PartitionId(pub u16);

impl PartitionId {
    /// The partition's place in an array of all partitions.
    pub fn index(self) -> usize {
        usize::from(self.0)
    }

    /// The partition at a place in an array of all partitions.
    #[allow(clippy::cast_possible_truncation)] // At most eight topics of 24 partitions, and those of groups.
    pub fn at(index: usize) -> Self {
        PartitionId(index as u16)
    }
}

/// A record's identity in the simulation, given when an application calls `send()`; copies of the record in
/// several logs, or twice in one log, share it. Starts at 1 and counts over the whole cluster.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct RecordId(pub u32);

impl fmt::Display for RecordId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "m{}", self.0)
    }
}

/// A consumer group's place in the cluster's list of groups.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct GroupId(pub u8);

/// A message's number in the order of sending, from 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct MessageId(pub u64);

/// An event's number in the order of happening, from 1; 0 stands for "no event".
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct EventId(pub u64);

impl EventId {
    /// The absence of a cause.
    pub const NONE: EventId = EventId(0);

    /// Whether this names an event at all.
    pub fn is_some(self) -> bool {
        self.0 != 0
    }
}

/// A number kept in the state that tells how the state came to be, not what it is: states that differ only in
/// such numbers are equal and hash alike.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub struct History<T>(pub T);

impl<T> PartialEq for History<T> {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}
impl<T> Eq for History<T> {}
impl<T> Hash for History<T> {
    fn hash<H: Hasher>(&self, _: &mut H) {}
}
