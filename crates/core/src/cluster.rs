//! The whole virtual world: nodes, network, clock. One action at a time goes in; facts come out.

use crate::action::{Action, Crash, Timer};
use crate::broker::Broker;
use crate::config::Settings;
use crate::connection::{Channel, Connection};
use crate::consumer::Consumer;
use crate::controller::Controller;
use crate::event::{Event, EventKind, LossReason};
use crate::hash::Shared;
use crate::ids::{BrokerId, EventId, GroupId, History, NodeId, PartitionId};
use crate::metadata::MetadataImage;
use crate::network::{Envelope, Network};
use crate::process::{Context, Outbox, Status};
use crate::producer::Producer;
use crate::protocol::{Body, Message};
use crate::roster::Roster;
use crate::time::{Micros, NEVER};
use std::hash::{Hash, Hasher};

/// A Kafka cluster with its clients and the network between them.
///
/// A clone is cheap: it shares everything that neither copy changes afterwards. Equal clusters behave the same
/// for ever; how they came to be (event and message numbers) does not count.
#[derive(Clone, Debug)]
pub struct Cluster {
    pub(crate) roster: Roster,
    pub(crate) now: Micros,
    pub(crate) settings: Shared<Settings>,
    pub(crate) network: Network,
    pub(crate) controller: Shared<Controller>,
    pub(crate) brokers: Vec<Shared<Broker>>,
    pub(crate) producers: Vec<Shared<Producer>>,
    pub(crate) consumers: Vec<Shared<Consumer>>,
    /// What arrived at a paused process and waits in its sockets; by place in the roster.
    inboxes: Vec<Vec<Envelope>>,
    /// Each node's next timer, by place in the roster: derived from the nodes.
    pub(crate) deadlines: Vec<(Micros, Timer)>,
    next_record: u32,
    next_event: u64,
    next_message: u64,
    /// Scratch space.
    outbox: Scratch,
}

/// An [`Outbox`] kept for its capacity; always empty between steps.
#[derive(Debug, Default)]
struct Scratch(Outbox);

impl Clone for Scratch {
    fn clone(&self) -> Self {
        Scratch::default()
    }
}

impl PartialEq for Cluster {
    fn eq(&self, other: &Self) -> bool {
        self.now == other.now
            && self.next_record == other.next_record
            && self.network.same_from(&other.network, self.now)
            && self.controller == other.controller
            && self.brokers == other.brokers
            && self.producers == other.producers
            && self.consumers == other.consumers
            && self.inboxes == other.inboxes
            && self.settings == other.settings
    }
}
impl Eq for Cluster {}
impl Hash for Cluster {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.now.hash(state);
        self.next_record.hash(state);
        self.network.hash(state);
        self.controller.hash(state);
        self.brokers.hash(state);
        self.producers.hash(state);
        self.consumers.hash(state);
        self.inboxes.hash(state);
        self.settings.hash(state);
    }
}

impl Cluster {
    /// Puts a world together from its parts; every process is running and has set its first timers.
    pub(crate) fn assemble(
        roster: Roster,
        settings: Settings,
        network: Network,
        controller: Controller,
        brokers: Vec<Broker>,
        producers: Vec<Producer>,
        consumers: Vec<Consumer>,
    ) -> Self {
        let mut cluster = Cluster {
            roster,
            now: 0,
            settings: Shared::new(settings),
            network,
            controller: Shared::new(controller),
            brokers: brokers.into_iter().map(Shared::new).collect(),
            producers: producers.into_iter().map(Shared::new).collect(),
            consumers: consumers.into_iter().map(Shared::new).collect(),
            inboxes: vec![Vec::new(); roster.len()],
            deadlines: vec![(NEVER, Timer::Heartbeat); roster.len()],
            next_record: 1,
            next_event: 1,
            next_message: 1,
            outbox: Scratch::default(),
        };
        for producer in &cluster.producers {
            let client = NodeId::Producer(producer.number());
            for server in producer.connected().map(NodeId::Broker) {
                cluster.network.establish(Connection { client, server, channel: Channel::Main }, server);
            }
        }
        for node in roster.iter() {
            cluster.refresh_deadline(node);
        }
        cluster
    }

    /// Begins history: the next event gets number 1. (Messages are under way already, and keep theirs.)
    pub(crate) fn forget_history(&mut self) {
        self.next_event = 1;
    }

    /// The offset a group has committed for a partition, as its coordinator knows it: the next one to read.
    pub fn committed(&self, group: GroupId, partition: PartitionId) -> Option<i64> {
        let coordinator = self.metadata().coordinator(group)?;
        self.broker(coordinator)?.group(group)?.committed(partition)
    }

    /// Virtual time.
    pub fn now(&self) -> Micros {
        self.now
    }

    /// Which nodes there are.
    pub fn roster(&self) -> Roster {
        self.roster
    }

    /// Everybody's settings.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The network and what is on it.
    pub fn network(&self) -> &Network {
        &self.network
    }

    /// The controller.
    pub fn controller(&self) -> &Controller {
        &self.controller
    }

    /// The cluster's metadata as the controller has it: the newest there is.
    pub fn metadata(&self) -> &MetadataImage {
        self.controller.metadata()
    }

    /// All brokers, broker 1 first.
    pub fn brokers(&self) -> impl ExactSizeIterator<Item = &Broker> {
        self.brokers.iter().map(|node| &**node)
    }

    /// A broker of this cluster.
    pub fn broker(&self, id: BrokerId) -> Option<&Broker> {
        self.brokers.get(usize::from(id.0).checked_sub(1)?).map(|node| &**node)
    }

    /// All producers, producer 1 first.
    pub fn producers(&self) -> impl ExactSizeIterator<Item = &Producer> {
        self.producers.iter().map(|node| &**node)
    }

    /// All consumers, consumer 1 first.
    pub fn consumers(&self) -> impl ExactSizeIterator<Item = &Consumer> {
        self.consumers.iter().map(|node| &**node)
    }

    /// How a node's process is; none where there is no such node.
    pub fn status(&self, node: NodeId) -> Option<Status> {
        Some(match node {
            NodeId::Controller => self.controller.status(),
            NodeId::Broker(id) => self.broker(id)?.status(),
            NodeId::Producer(n) => self.producers.get(usize::from(n).checked_sub(1)?)?.status(),
            NodeId::Consumer(n) => self.consumers.get(usize::from(n).checked_sub(1)?)?.status(),
        })
    }

    /// Messages that arrived at a paused process and wait for it to go on.
    pub fn inbox(&self, node: NodeId) -> &[Envelope] {
        if self.roster.contains(node) { &self.inboxes[self.roster.index(node)] } else { &[] }
    }

    /// How many records have been created so far.
    pub fn records_created(&self) -> u32 {
        self.next_record - 1
    }

    /// What happens next if nobody interferes, and when: the earliest message or timer. At the same instant
    /// messages come before timers, and both in a fixed order.
    pub fn next_action(&self) -> Option<(Micros, Action)> {
        let (mut at, mut action) = match self.network.next_arrival() {
            Some((at, id)) => (at, Some(Action::Deliver(id))),
            None => (NEVER, None),
        };
        for (place, (deadline, timer)) in self.deadlines.iter().enumerate() {
            if *deadline < at {
                at = *deadline;
                action = Some(Action::Fire(self.roster.node(place), *timer));
            }
        }
        action.map(|action| (at.max(self.now), action))
    }

    /// Lets time pass without anything happening: to `at`, but not beyond the next action, and never back.
    pub fn wait_until(&mut self, at: Micros) {
        let next = self.next_action().map_or(NEVER, |(due, _)| due);
        self.now = self.now.max(at.min(next));
    }

    /// A message reaches its receiver's machine.
    pub(crate) fn arrive(&mut self, envelope: Envelope, events: &mut Vec<Event>) {
        let connection = envelope.connection();
        let (to, from) = (envelope.to, envelope.from);
        let place = self.roster.index(to);
        let status = self.status(to);
        if envelope.doomed {
            let cause = self.lose(&envelope, LossReason::ConnectionClosed, events);
            if status != Some(Status::PoweredOff) && self.network.must_tell(from, connection) {
                self.send_connection_closed(connection, from, cause);
            }
            return;
        }
        if envelope.is_notice() {
            // A process that stands still learns of it when it reads on; whoever is not there has forgotten anyway.
            if status != Some(Status::Paused) {
                self.network.learn(to, connection);
            }
        } else if matches!(status, Some(Status::Running | Status::Paused)) {
            self.network.establish(connection, to);
        }
        match status {
            Some(Status::Running) => self.deliver(envelope, events),
            Some(Status::Paused) => self.inboxes[place].push(envelope),
            Some(Status::Stopped) => {
                let cause = self.lose(&envelope, LossReason::NobodyListens, events);
                if !envelope.is_notice() {
                    self.send_connection_closed(connection, from, cause);
                }
            }
            Some(Status::PoweredOff) | None => {
                self.lose(&envelope, LossReason::NobodyListens, events);
            }
        }
    }

    /// A running process reads a message.
    fn deliver(&mut self, envelope: Envelope, events: &mut Vec<Event>) {
        let Envelope { id, from, to, sent_at, cause, message, .. } = envelope;
        let fact = EventKind::Delivered { message: id.0, kind: message.body.kind(), from, sent_at };
        self.react(to, fact, cause.0, events, |node, context| node.on_message(from, message, context));
    }

    /// States that a message is lost.
    pub(crate) fn lose(&mut self, envelope: &Envelope, why: LossReason, events: &mut Vec<Event>) -> EventId {
        self.state_fact(
            envelope.to,
            envelope.cause.0,
            EventKind::MessageLost {
                message: envelope.id.0,
                kind: envelope.message.body.kind(),
                from: envelope.from,
                why,
            },
            events,
        )
    }

    /// One end of a connection is told that the other end is gone.
    pub(crate) fn send_connection_closed(&mut self, connection: Connection, to: NodeId, cause: EventId) {
        let id = crate::ids::MessageId(self.next_message);
        self.next_message += 1;
        let envelope = Envelope {
            id: History(id),
            from: connection.opposite(to),
            to,
            sent_at: self.now,
            arrives_at: NEVER,
            cause: History(cause),
            doomed: false,
            message: Message { correlation: 0, body: Body::ConnectionClosed(connection) },
        };
        self.network.send(self.now, envelope);
    }

    /// States a fact outside any node's reaction.
    pub(crate) fn state_fact(
        &mut self,
        node: NodeId,
        cause: EventId,
        kind: EventKind,
        events: &mut Vec<Event>,
    ) -> EventId {
        let id = EventId(self.next_event);
        self.next_event += 1;
        events.push(Event { id, at: self.now, node, cause, kind });
        id
    }

    /// Lets a node react to a fact.
    pub(crate) fn react(
        &mut self,
        node: NodeId,
        fact: EventKind,
        cause: EventId,
        events: &mut Vec<Event>,
        reaction: impl FnOnce(&mut NodeMut<'_>, &mut Context<'_>),
    ) {
        let cause = self.state_fact(node, cause, fact, events);
        self.react_because(node, cause, events, reaction);
    }

    /// Lets a node react to what somebody outside does; the node itself states the facts.
    pub(crate) fn react_silently(
        &mut self,
        node: NodeId,
        events: &mut Vec<Event>,
        reaction: impl FnOnce(&mut NodeMut<'_>, &mut Context<'_>),
    ) {
        self.react_because(node, EventId::NONE, events, reaction);
    }

    /// Lets a node react because of an event that has been stated.
    pub(crate) fn react_because(
        &mut self,
        node: NodeId,
        cause: EventId,
        events: &mut Vec<Event>,
        reaction: impl FnOnce(&mut NodeMut<'_>, &mut Context<'_>),
    ) {
        let mut reaction = Some(reaction);
        self.carry_out(node, cause, events, &mut |node, context| {
            if let Some(reaction) = reaction.take() {
                reaction(node, context);
            }
        });
    }

    /// Runs a node's reaction, then carries out what it put into its outbox. Compiled once for all reactions.
    fn carry_out(
        &mut self,
        node: NodeId,
        cause: EventId,
        events: &mut Vec<Event>,
        reaction: &mut dyn FnMut(&mut NodeMut<'_>, &mut Context<'_>),
    ) {
        let mut outbox = std::mem::take(&mut self.outbox.0);
        let mut context = Context {
            now: self.now,
            me: node,
            settings: &self.settings,
            cause,
            events,
            outbox: &mut outbox,
            next_event: &mut self.next_event,
            next_message: &mut self.next_message,
            next_record: &mut self.next_record,
        };
        let mut target = match node {
            NodeId::Controller => NodeMut::Controller(self.controller.make_mut()),
            NodeId::Broker(id) => NodeMut::Broker(self.brokers[id.index()].make_mut()),
            NodeId::Producer(n) => NodeMut::Producer(self.producers[usize::from(n) - 1].make_mut()),
            NodeId::Consumer(n) => NodeMut::Consumer(self.consumers[usize::from(n) - 1].make_mut()),
        };
        reaction(&mut target, &mut context);
        for connection in outbox.closed.drain(..) {
            self.close_connection(connection, node, cause, events);
        }
        for envelope in outbox.messages.drain(..) {
            self.network.send(self.now, envelope);
        }
        let exit = std::mem::take(&mut outbox.exit);
        self.outbox.0 = outbox;
        if exit {
            let cause = self.state_fact(node, cause, EventKind::ShutdownCompleted, events);
            self.stop(node, Crash::Process, cause, events);
        }
        self.refresh_deadline(node);
    }

    /// A node closes its end of a connection.
    fn close_connection(
        &mut self,
        connection: Connection,
        node: NodeId,
        cause: EventId,
        events: &mut Vec<Event>,
    ) {
        for envelope in self.network.take_held(connection) {
            self.lose(&envelope, LossReason::ConnectionClosed, events);
        }
        self.network.learn(node, connection);
        self.network.end(connection, node, true);
        self.send_connection_closed(connection, connection.opposite(node), cause);
    }

    /// A process ends; whoever it was connected to learns it from its machine, if that is up.
    pub(crate) fn stop(&mut self, node: NodeId, how: Crash, cause: EventId, events: &mut Vec<Event>) {
        let machine_up = how == Crash::Process;
        match node {
            NodeId::Controller => self.controller.make_mut().stop(machine_up),
            NodeId::Broker(id) => self.brokers[id.index()].make_mut().stop(machine_up),
            NodeId::Producer(n) => self.producers[usize::from(n) - 1].make_mut().stop(machine_up),
            NodeId::Consumer(n) => self.consumers[usize::from(n) - 1].make_mut().stop(machine_up),
        }
        let place = self.roster.index(node);
        for unread in std::mem::take(&mut self.inboxes[place]) {
            self.lose(&unread, LossReason::NobodyListens, events);
        }
        for connection in self.network.connections_of(node) {
            self.network.learn(node, connection);
            self.network.end(connection, node, machine_up);
            if machine_up {
                self.send_connection_closed(connection, connection.opposite(node), cause);
            }
        }
        self.refresh_deadline(node);
    }

    /// Hands a resumed process what waited for it.
    pub(crate) fn deliver_inbox(&mut self, node: NodeId, events: &mut Vec<Event>) {
        let place = self.roster.index(node);
        for envelope in std::mem::take(&mut self.inboxes[place]) {
            self.arrive(envelope, events);
        }
    }

    /// Looks up a node's next timer. A process that does not run has none.
    pub(crate) fn refresh_deadline(&mut self, node: NodeId) {
        let running = self.status(node) == Some(Status::Running);
        let timers = match node {
            NodeId::Controller => self.controller.timers(),
            NodeId::Broker(id) => self.brokers[id.index()].timers(),
            NodeId::Producer(n) => self.producers[usize::from(n) - 1].timers(),
            NodeId::Consumer(n) => self.consumers[usize::from(n) - 1].timers(),
        };
        self.deadlines[self.roster.index(node)] = match timers {
            Some(timers) if running => timers.next(),
            _ => (NEVER, Timer::Heartbeat),
        };
    }
}

/// A node about to react.
pub(crate) enum NodeMut<'a> {
    Controller(&'a mut Controller),
    Broker(&'a mut Broker),
    Producer(&'a mut Producer),
    Consumer(&'a mut Consumer),
}

impl NodeMut<'_> {
    fn on_message(&mut self, from: NodeId, message: Message, context: &mut Context<'_>) {
        match self {
            NodeMut::Controller(node) => node.on_message(from, message, context),
            NodeMut::Broker(node) => node.on_message(from, message, context),
            NodeMut::Producer(node) => node.on_message(from, message, context),
            NodeMut::Consumer(node) => node.on_message(from, message, context),
        }
    }

    pub(crate) fn on_timer(&mut self, timer: Timer, context: &mut Context<'_>) {
        match self {
            NodeMut::Controller(node) => node.on_timer(timer, context),
            NodeMut::Broker(node) => node.on_timer(timer, context),
            NodeMut::Producer(node) => node.on_timer(timer, context),
            NodeMut::Consumer(node) => node.on_timer(timer, context),
        }
    }
}
