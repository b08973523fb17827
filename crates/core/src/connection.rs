//! Connections: who asks whom, on which of the channels between the two, and what each end knows of the other.

use crate::ids::NodeId;
use serde::{Deserialize, Serialize};

/// Which of several connections from one node to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Channel {
    /// The only one, in most cases; of a broker's to the controller the one that reads the metadata log.
    Main,
    /// A broker's registration and heartbeats.
    Heartbeats,
    /// A leader's changes of an ISR.
    AlterPartition,
}

impl Channel {
    /// How many there can be.
    pub(crate) const COUNT: usize = 3;
    /// All of them.
    pub(crate) const ALL: [Channel; Channel::COUNT] =
        [Channel::Main, Channel::Heartbeats, Channel::AlterPartition];
}

/// A connection: one node asks, the other answers. Two brokers can have one each way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Connection {
    /// Who opened it, and asks.
    pub client: NodeId,
    /// Who answers.
    pub server: NodeId,
    /// Which one of several.
    pub channel: Channel,
}

impl Connection {
    /// The other end than this one.
    pub fn opposite(self, end: NodeId) -> NodeId {
        if end == self.client { self.server } else { self.client }
    }
}

/// What became of an end of a connection, as long as the other end does not know.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) enum End {
    /// Nothing that the other end does not know.
    #[default]
    AsKnown,
    /// It is gone: what is sent to it is lost.
    Gone {
        /// A notice is on its way to the other end.
        told: bool,
    },
}

/// How a connection stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Standing {
    /// Something has arrived on it, so each machine knows of the other end.
    pub(crate) established: bool,
    pub(crate) client: End,
    pub(crate) server: End,
}

impl Standing {
    /// The end at `node`.
    pub(crate) fn end_mut(&mut self, connection: Connection, node: NodeId) -> &mut End {
        if node == connection.client { &mut self.client } else { &mut self.server }
    }
}
