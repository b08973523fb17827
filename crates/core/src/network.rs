//! Links between nodes, the messages on them, and the connections these belong to.
//!
//! Between two nodes messages keep their order in each direction, as on a TCP connection. A cut link holds them
//! back until it heals. A connection ends as a whole: what one end still sends when the other end is gone is lost.

use crate::connection::{Channel, Connection, End, Standing};
use crate::ids::{EventId, History, MessageId, NodeId};
use crate::protocol::{Body, Message};
use crate::rng::Rng;
use crate::roster::Roster;
use crate::time::{Micros, NEVER};
use std::collections::BTreeMap;
use std::hash::{Hash, Hasher};

/// A message on its way.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Envelope {
    /// Its number.
    pub id: History<MessageId>,
    /// The sender.
    pub from: NodeId,
    /// The receiver.
    pub to: NodeId,
    /// When it was sent.
    pub sent_at: Micros,
    /// When it arrives; [`NEVER`] while a cut link holds it back.
    pub arrives_at: Micros,
    /// The event that made the sender send it.
    pub cause: History<EventId>,
    /// The far end of its connection is gone: it will be lost on arrival.
    pub doomed: bool,
    /// What it says.
    pub message: Message,
}

impl Envelope {
    /// The connection it travels on.
    pub fn connection(&self) -> Connection {
        let body = &self.message.body;
        if let Body::ConnectionClosed(connection) = body {
            return *connection;
        }
        let (client, server) =
            if body.kind().is_response() { (self.to, self.from) } else { (self.from, self.to) };
        Connection { client, server, channel: body.kind().channel() }
    }

    /// Whether it only tells that a connection is gone.
    pub fn is_notice(&self) -> bool {
        matches!(self.message.body, Body::ConnectionClosed(_))
    }

    /// Whether a cut link holds the message back.
    pub fn is_held(&self) -> bool {
        self.arrives_at == NEVER
    }
}

/// One direction between two nodes.
#[derive(Clone, Debug)]
struct Link {
    latency: Micros,
    /// Arrival of the last message sent: a later one does not overtake it.
    last_arrival: Micros,
    cut: bool,
    /// The connections which the sending node has opened to the receiving one, by channel.
    opened: [Standing; Channel::COUNT],
}

/// All links and all messages on them.
#[derive(Clone, Debug)]
pub struct Network {
    roster: Roster,
    /// By sender, then receiver.
    links: Vec<Link>,
    jitter: Micros,
    rng: Rng,
    /// By arrival and, at the same instant, in the order of sending.
    queue: BTreeMap<(Micros, MessageId), Envelope>,
}

impl Network {
    /// Links of one latency between all nodes, and nothing on them.
    pub(crate) fn new(roster: Roster, latency: Micros, jitter: Micros, rng: Rng) -> Self {
        let link = Link { latency, last_arrival: 0, cut: false, opened: Default::default() };
        let links = vec![link; roster.len() * roster.len()];
        Network { roster, links, jitter, rng, queue: BTreeMap::new() }
    }

    fn link(&self, from: NodeId, to: NodeId) -> &Link {
        &self.links[self.roster.index(from) * self.roster.len() + self.roster.index(to)]
    }

    fn link_mut(&mut self, from: NodeId, to: NodeId) -> &mut Link {
        &mut self.links[self.roster.index(from) * self.roster.len() + self.roster.index(to)]
    }

    /// Whether the link from one node to another is cut.
    pub fn is_cut(&self, from: NodeId, to: NodeId) -> bool {
        self.link(from, to).cut
    }

    /// How long a message takes from one node to another, without jitter.
    pub fn latency(&self, from: NodeId, to: NodeId) -> Micros {
        self.link(from, to).latency
    }

    /// Messages under way, the next to arrive first and held ones last.
    pub fn in_flight(&self) -> impl Iterator<Item = &Envelope> {
        self.queue.values()
    }

    /// A message under way.
    pub fn find(&self, id: MessageId) -> Option<&Envelope> {
        self.queue.values().find(|e| e.id.0 == id)
    }

    /// Whether an earlier message on the same link has to arrive first.
    pub(crate) fn is_behind_another(&self, envelope: &Envelope) -> bool {
        self.queue.values().any(|e| e.from == envelope.from && e.to == envelope.to && e.id.0 < envelope.id.0)
    }

    /// The next arrival.
    pub(crate) fn next_arrival(&self) -> Option<(Micros, MessageId)> {
        self.queue.keys().next().copied().filter(|(at, _)| *at != NEVER)
    }

    /// Puts a message on its link.
    pub(crate) fn send(&mut self, now: Micros, mut envelope: Envelope) {
        let jitter = if self.jitter == 0 {
            0
        } else {
            Micros::from(self.rng.below(u32::try_from(self.jitter).unwrap_or(u32::MAX)))
        };
        envelope.doomed =
            !envelope.is_notice() && *self.end_mut(envelope.connection(), envelope.to) != End::AsKnown;
        let link = self.link_mut(envelope.from, envelope.to);
        envelope.sent_at = now;
        envelope.arrives_at = if link.cut {
            NEVER
        } else {
            link.last_arrival = link.last_arrival.max(now.saturating_add(link.latency + jitter));
            link.last_arrival
        };
        self.queue.insert((envelope.arrives_at, envelope.id.0), envelope);
    }

    /// Takes a message off its link.
    pub(crate) fn take(&mut self, id: MessageId) -> Option<Envelope> {
        if let Some(first) = self.queue.first_entry()
            && first.key().1 == id
        {
            return Some(first.remove());
        }
        let key = *self.queue.keys().find(|(_, other)| *other == id)?;
        self.queue.remove(&key)
    }

    /// Lets a message, and all behind it on its link, arrive later. A held message stays held.
    pub(crate) fn delay(&mut self, id: MessageId, by: Micros) {
        let Some(target) = self.find(id) else { return };
        let (from, to, arrives_at) = (target.from, target.to, target.arrives_at.saturating_add(by));
        self.reschedule(from, to, |e| if e.id.0 >= id { e.arrives_at.max(arrives_at) } else { e.arrives_at });
    }

    /// Stops a link.
    pub(crate) fn cut(&mut self, from: NodeId, to: NodeId) {
        self.link_mut(from, to).cut = true;
        self.reschedule(from, to, |_| NEVER);
    }

    /// Starts a link again; what it held back goes out now.
    pub(crate) fn heal(&mut self, now: Micros, from: NodeId, to: NodeId) {
        let link = self.link_mut(from, to);
        link.cut = false;
        link.last_arrival = now.saturating_add(link.latency);
        let arrival = link.last_arrival;
        self.reschedule(from, to, |_| arrival);
    }

    fn reschedule(&mut self, from: NodeId, to: NodeId, arrival: impl Fn(&Envelope) -> Micros) {
        let on_link = self.queue.extract_if(.., |_, e| e.from == from && e.to == to);
        let moved: Vec<Envelope> = on_link.map(|(_, e)| e).collect();
        for mut envelope in moved {
            envelope.arrives_at = arrival(&envelope);
            if envelope.arrives_at != NEVER {
                let link = self.link_mut(from, to);
                link.last_arrival = link.last_arrival.max(envelope.arrives_at);
            }
            self.queue.insert((envelope.arrives_at, envelope.id.0), envelope);
        }
    }

    /// Takes away what cut links hold back on a connection, both ways. Notices stay.
    pub(crate) fn take_held(&mut self, connection: Connection) -> Vec<Envelope> {
        let lost = |e: &Envelope| e.is_held() && !e.is_notice() && e.connection() == connection;
        self.queue.extract_if(.., |_, e| lost(e)).map(|(_, e)| e).collect()
    }

    /// Takes away what follows a message on its connection, in its direction.
    pub(crate) fn take_behind(&mut self, first: &Envelope) -> Vec<Envelope> {
        let connection = first.connection();
        let behind = |e: &Envelope| {
            e.from == first.from && e.id.0 > first.id.0 && !e.is_notice() && e.connection() == connection
        };
        self.queue.extract_if(.., |_, e| behind(e)).map(|(_, e)| e).collect()
    }

    fn standing_mut(&mut self, connection: Connection) -> &mut Standing {
        &mut self.link_mut(connection.client, connection.server).opened[connection.channel as usize]
    }

    fn end_mut(&mut self, connection: Connection, node: NodeId) -> &mut End {
        self.standing_mut(connection).end_mut(connection, node)
    }

    /// Something has arrived on a connection. From a client that vanished without a notice it came over a new one: so
    /// the client is there.
    pub(crate) fn establish(&mut self, connection: Connection, receiver: NodeId) {
        let standing = self.standing_mut(connection);
        standing.established = true;
        if receiver == connection.server && standing.client == (End::Gone { told: false }) {
            standing.client = End::AsKnown;
        }
    }

    /// Connections that have a node at one end and are established.
    pub(crate) fn connections_of(&self, node: NodeId) -> Vec<Connection> {
        let peers = self.roster.iter().filter(|peer| *peer != node);
        let both = peers.flat_map(|peer| [(node, peer), (peer, node)]);
        both.flat_map(|(client, server)| {
            Channel::ALL
                .map(|channel| Connection { client, server, channel })
                .into_iter()
                .filter(|c| self.link(c.client, c.server).opened[c.channel as usize].established)
        })
        .collect()
    }

    /// A node's end of a connection is not there any more: what is under way to it is lost, and so is what the other
    /// end sends until it learns of it. `told`: it will, by a notice.
    pub(crate) fn end(&mut self, connection: Connection, node: NodeId, told: bool) {
        for envelope in self.queue.values_mut() {
            if envelope.to == node && !envelope.is_notice() && envelope.connection() == connection {
                envelope.doomed = true;
            }
        }
        self.break_off(connection, node, told);
    }

    /// Whatever is sent to a node on a connection from now on is lost, until the sender learns of it.
    pub(crate) fn break_off(&mut self, connection: Connection, node: NodeId, told: bool) {
        *self.end_mut(connection, node) = End::Gone { told };
    }

    /// A node knows that a connection is gone: what it sends from now on goes over a new one.
    pub(crate) fn learn(&mut self, node: NodeId, connection: Connection) {
        let standing = self.standing_mut(connection);
        standing.established = false;
        *standing.end_mut(connection, connection.opposite(node)) = End::AsKnown;
    }

    /// Whether a node has to be told that the other end of a connection is gone: nobody has yet.
    pub(crate) fn must_tell(&mut self, node: NodeId, connection: Connection) -> bool {
        let other = self.end_mut(connection, connection.opposite(node));
        let must = *other == End::Gone { told: false };
        if must {
            *other = End::Gone { told: true };
        }
        must
    }

    /// Changes the latency of a link.
    pub(crate) fn set_latency(&mut self, from: NodeId, to: NodeId, latency: Micros) {
        self.link_mut(from, to).latency = latency;
    }
}

impl Network {
    /// Whether two networks behave the same from an instant on. Message numbers are history, and so is when the
    /// last message of an idle link arrived.
    pub(crate) fn same_from(&self, other: &Self, now: Micros) -> bool {
        let link = |l: &Link| (l.latency, l.cut, l.opened, l.last_arrival.max(now));
        self.links.iter().map(link).eq(other.links.iter().map(link))
            && self.jitter == other.jitter
            && self.rng == other.rng
            && self.queue.values().eq(other.queue.values())
    }
}
impl Hash for Network {
    fn hash<H: Hasher>(&self, state: &mut H) {
        for link in &self.links {
            (link.latency, link.cut, link.opened).hash(state);
        }
        self.rng.hash(state);
        for envelope in self.queue.values() {
            envelope.hash(state);
        }
    }
}
