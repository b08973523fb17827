//! Which nodes a cluster has, and each one's place in an array of all of them.

use crate::ids::{BrokerId, NodeId};

/// How many nodes of each kind there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Roster {
    /// Brokers, 1–9.
    pub brokers: u8,
    /// Producers, 0–4.
    pub producers: u8,
    /// Consumers, 0–6.
    pub consumers: u8,
}

impl Roster {
    /// How many nodes there are, the controller included.
    pub fn len(self) -> usize {
        1 + usize::from(self.brokers) + usize::from(self.producers) + usize::from(self.consumers)
    }

    /// Never: there is always a controller.
    pub fn is_empty(self) -> bool {
        false
    }

    /// Whether the node exists.
    pub fn contains(self, node: NodeId) -> bool {
        match node {
            NodeId::Controller => true,
            NodeId::Broker(BrokerId(n)) => (1..=self.brokers).contains(&n),
            NodeId::Producer(n) => (1..=self.producers).contains(&n),
            NodeId::Consumer(n) => (1..=self.consumers).contains(&n),
        }
    }

    /// A node's place.
    pub fn index(self, node: NodeId) -> usize {
        match node {
            NodeId::Controller => 0,
            NodeId::Broker(BrokerId(n)) => usize::from(n),
            NodeId::Producer(n) => usize::from(self.brokers) + usize::from(n),
            NodeId::Consumer(n) => usize::from(self.brokers) + usize::from(self.producers) + usize::from(n),
        }
    }

    /// The node at a place.
    ///
    /// # Panics
    /// The place is not below [`Roster::len`].
    pub(crate) fn node(self, place: usize) -> NodeId {
        let mut rest = place;
        let counts = [1, usize::from(self.brokers), usize::from(self.producers), usize::from(self.consumers)];
        for (kind, count) in counts.into_iter().enumerate() {
            if rest < count {
                let number = u8::try_from(rest).map_or(u8::MAX, |n| n + 1);
                return match kind {
                    0 => NodeId::Controller,
                    1 => NodeId::Broker(BrokerId(number)),
                    2 => NodeId::Producer(number),
                    _ => NodeId::Consumer(number),
                };
            }
            rest -= count;
        }
        unreachable!("place {place} is outside the roster")
    }

    /// All nodes, in the order of their places.
    pub fn iter(self) -> impl Iterator<Item = NodeId> {
        std::iter::once(NodeId::Controller)
            .chain((1..=self.brokers).map(|n| NodeId::Broker(BrokerId(n))))
            .chain((1..=self.producers).map(NodeId::Producer))
            .chain((1..=self.consumers).map(NodeId::Consumer))
    }

    /// All brokers.
    pub fn broker_ids(self) -> impl Iterator<Item = BrokerId> {
        (1..=self.brokers).map(BrokerId)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_node_has_its_own_place() {
        let roster = Roster { brokers: 3, producers: 2, consumers: 1 };
        let places: Vec<usize> = roster.iter().map(|node| roster.index(node)).collect();
        assert_eq!(places, (0..roster.len()).collect::<Vec<_>>());
        assert!(roster.iter().enumerate().all(|(place, node)| roster.node(place) == node));
        assert!(!roster.contains(NodeId::Broker(BrokerId(0))));
        assert!(!roster.contains(NodeId::Consumer(2)));
    }
}
