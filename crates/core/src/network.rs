//! Links between nodes, and the messages on them.
//!
//! Between two nodes messages keep their order in each direction, as on a TCP connection. A cut link holds them
//! back until it heals.

use crate::ids::{EventId, History, MessageId, NodeId};
use crate::protocol::Message;
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
    /// What it says.
    pub message: Message,
}

impl Envelope {
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
        let link = Link { latency, last_arrival: 0, cut: false };
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

    /// Takes away what cut links hold back between two nodes, both ways.
    pub(crate) fn take_held(&mut self, a: NodeId, b: NodeId) -> Vec<Envelope> {
        self.queue
            .extract_if(.., |_, e| e.is_held() && ((e.from == a && e.to == b) || (e.from == b && e.to == a)))
            .map(|(_, e)| e)
            .collect()
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
        let link = |l: &Link| (l.latency, l.cut, l.last_arrival.max(now));
        self.links.iter().map(link).eq(other.links.iter().map(link))
            && self.jitter == other.jitter
            && self.rng == other.rng
            && self.queue.values().eq(other.queue.values())
    }
}
impl Hash for Network {
    fn hash<H: Hasher>(&self, state: &mut H) {
        for link in &self.links {
            (link.latency, link.cut).hash(state);
        }
        self.rng.hash(state);
        for envelope in self.queue.values() {
            envelope.hash(state);
        }
    }
}
