//! A process and what it holds in memory, and what a node may touch while it reacts.

use crate::action::Timer;
use crate::config::Settings;
use crate::connection::{Channel, Connection};
use crate::event::{Event, EventKind};
use crate::ids::{EventId, History, MessageId, NodeId, RecordId};
use crate::network::Envelope;
use crate::protocol::{Body, Message};
use crate::time::{Micros, NEVER};

/// A process, and its memory while it has one. Whatever must survive a crash lives elsewhere.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Process<Memory> {
    /// It runs.
    Running(Memory),
    /// It stands still, as in a long garbage collection.
    Paused(Memory),
    /// It ended, or crashed.
    Stopped {
        /// Whether its machine is up: then the machine tells whoever calls that nobody listens.
        machine_up: bool,
    },
}

/// How a process is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Status {
    /// It runs.
    Running,
    /// It stands still.
    Paused,
    /// It is not there, but its machine is.
    Stopped,
    /// Its machine has no power.
    PoweredOff,
}

impl<M> Process<M> {
    /// The memory of a running process.
    pub fn running(&self) -> Option<&M> {
        if let Process::Running(memory) = self { Some(memory) } else { None }
    }

    /// The memory of a process that runs or stands still.
    pub fn memory(&self) -> Option<&M> {
        match self {
            Process::Running(memory) | Process::Paused(memory) => Some(memory),
            Process::Stopped { .. } => None,
        }
    }

    /// How it is.
    pub fn status(&self) -> Status {
        match self {
            Process::Running(_) => Status::Running,
            Process::Paused(_) => Status::Paused,
            Process::Stopped { machine_up: true } => Status::Stopped,
            Process::Stopped { machine_up: false } => Status::PoweredOff,
        }
    }

    /// The memory of a process that reacts to something, and so has one: the world asks nothing of stopped ones.
    pub(crate) fn reacting(&mut self) -> &mut M {
        match self {
            Process::Running(memory) | Process::Paused(memory) => memory,
            Process::Stopped { .. } => unreachable!("a stopped process does not react"),
        }
    }

    /// Stands still; only a running process can.
    pub(crate) fn pause(&mut self) {
        if matches!(self, Process::Running(_))
            && let Process::Running(memory) = std::mem::replace(self, Process::Stopped { machine_up: true })
        {
            *self = Process::Paused(memory);
        }
    }

    /// Goes on; only a paused process can.
    pub(crate) fn resume(&mut self) {
        if matches!(self, Process::Paused(_))
            && let Process::Paused(memory) = std::mem::replace(self, Process::Stopped { machine_up: true })
        {
            *self = Process::Running(memory);
        }
    }
}

/// A node's timers: for each kind, when it goes off.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Timers([Micros; Timer::ALL.len()]);

impl Default for Timers {
    fn default() -> Self {
        Timers([NEVER; Timer::ALL.len()])
    }
}

impl Timers {
    /// Sets a timer, in place of what it was set to before.
    pub(crate) fn set(&mut self, timer: Timer, at: Micros) {
        self.0[timer as usize] = at;
    }

    /// Sets a timer if that is earlier than what it is set to.
    pub(crate) fn set_earlier(&mut self, timer: Timer, at: Micros) {
        self.0[timer as usize] = self.0[timer as usize].min(at);
    }

    /// The timer that goes off next, or [`NEVER`].
    pub(crate) fn next(&self) -> (Micros, Timer) {
        // In two passes, of which neither has a branch that depends on the other's: this runs after every reaction.
        let first = self.0.iter().copied().fold(NEVER, Micros::min);
        let at = self.0.iter().position(|at| *at == first).unwrap_or(0);
        (first, Timer::ALL[at])
    }
}

/// What a node puts into the world while it reacts.
#[derive(Debug, Default)]
pub(crate) struct Outbox {
    /// Connections to close, before anything is sent.
    pub(crate) closed: Vec<Connection>,
    /// Messages to send.
    pub(crate) messages: Vec<Envelope>,
    /// The process ends itself, in an orderly way.
    pub(crate) exit: bool,
}

/// What a node may see and touch while it reacts to one message or timer.
pub(crate) struct Context<'a> {
    /// Virtual time.
    pub(crate) now: Micros,
    /// The node itself.
    pub(crate) me: NodeId,
    /// Everybody's settings.
    pub(crate) settings: &'a Settings,
    /// What the node reacts to, or what it has just done that leads to the next thing.
    pub(crate) cause: EventId,
    pub(crate) events: &'a mut Vec<Event>,
    pub(crate) outbox: &'a mut Outbox,
    pub(crate) next_event: &'a mut u64,
    pub(crate) next_message: &'a mut u64,
    pub(crate) next_record: &'a mut u32,
}

impl Context<'_> {
    /// States a fact, caused by [`Context::cause`].
    pub(crate) fn emit(&mut self, kind: EventKind) -> EventId {
        let id = EventId(*self.next_event);
        *self.next_event += 1;
        self.events.push(Event { id, at: self.now, node: self.me, cause: self.cause, kind });
        id
    }

    /// States a fact that causes what follows in `then`.
    pub(crate) fn emit_then<T>(&mut self, kind: EventKind, then: impl FnOnce(&mut Self) -> T) -> T {
        let before = self.cause;
        self.cause = self.emit(kind);
        let result = then(self);
        self.cause = before;
        result
    }

    /// Sends a message.
    pub(crate) fn send(&mut self, to: NodeId, correlation: u32, body: Body) -> MessageId {
        let id = MessageId(*self.next_message);
        *self.next_message += 1;
        self.outbox.messages.push(Envelope {
            id: History(id),
            from: self.me,
            to,
            sent_at: self.now,
            arrives_at: NEVER,
            cause: History(self.cause),
            doomed: false,
            message: Message { correlation, body },
        });
        id
    }

    /// Gives up on a peer that did not answer in time. What cut links hold back on that connection is lost.
    pub(crate) fn close_connection(&mut self, peer: NodeId) {
        self.close_channel(peer, Channel::Main);
    }

    /// [`Context::close_connection`], where there are several.
    pub(crate) fn close_channel(&mut self, peer: NodeId, channel: Channel) {
        self.outbox.closed.push(Connection { client: self.me, server: peer, channel });
    }

    /// Closes the connection on which a peer asks.
    pub(crate) fn hang_up_on(&mut self, peer: NodeId) {
        self.outbox.closed.push(Connection { client: peer, server: self.me, channel: Channel::Main });
    }

    /// A number for a new record.
    pub(crate) fn new_record_id(&mut self) -> RecordId {
        let id = RecordId(*self.next_record);
        *self.next_record += 1;
        id
    }
}
