//! The active KRaft controller: who is alive, who leads what (§4.5, §4.6).
//!
//! The quorum behind it is not modelled: what the controller writes down is committed at once and survives it.

mod election;
mod isr;
mod sessions;

use crate::action::Timer;
use crate::connection::Channel;
use crate::event::EventKind;
use crate::ids::{BrokerId, NodeId, PartitionId, TopicId};
use crate::metadata::{MetadataImage, Partition};
use crate::process::{Context, Process, Status, Timers};
use crate::protocol::{Body, Message};
use crate::time::{MS, Micros, SECOND, from_ms};
use std::sync::Arc;

/// How long a broker's question for newer metadata may stay open (`controller.quorum.*`: 500 ms).
const METADATA_FETCH_WAIT: Micros = 500 * MS;
/// How often leaderless partitions are looked at where unclean election is allowed
/// (`unclean.leader.election.interval.ms`).
const UNCLEAN_ELECTION_INTERVAL: Micros = 300 * SECOND;

/// The controller.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Controller {
    /// The metadata log, replayed.
    image: Arc<MetadataImage>,
    /// What it remembers of each broker beyond the image.
    registered: Vec<Registered>,
    next_broker_epoch: i64,
    process: Process<Memory>,
}

/// The durable rest of a broker's registration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Registered {
    incarnation: u32,
    /// The metadata version that has the registration: a broker is unfenced once it has read so far.
    version: u64,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Memory {
    /// By broker, from 0.
    sessions: Vec<sessions::Session>,
    parked: Vec<ParkedFetch>,
    timers: Timers,
    /// The image changed and has not been published yet.
    dirty: bool,
}

/// A broker's open question for newer metadata.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct ParkedFetch {
    from: NodeId,
    correlation: u32,
    deadline: Micros,
}

impl Memory {
    fn at(now: Micros, image: &MetadataImage, settings: &crate::config::Settings) -> Self {
        let mut timers = Timers::default();
        let stale_check = sessions::stale_check_interval(settings.broker.broker_session_timeout_ms);
        timers.set(Timer::Session, now + stale_check);
        timers
            .set(Timer::PreferredElection, now + from_ms(settings.broker.leader_imbalance_check_interval_ms));
        timers.set(Timer::UncleanElection, now + UNCLEAN_ELECTION_INTERVAL);
        Memory {
            sessions: image.brokers.iter().map(|b| sessions::Session::found(b.fenced, now)).collect(),
            parked: Vec::new(),
            timers,
            dirty: false,
        }
    }
}

impl Controller {
    /// A controller with this image, in which every broker is registered and active.
    pub(crate) fn new(image: Arc<MetadataImage>, settings: &crate::config::Settings) -> Self {
        let brokers = image.brokers.len();
        let next_broker_epoch = image.brokers.iter().map(|b| b.epoch).max().unwrap_or(0) + 1;
        Controller {
            registered: vec![Registered { incarnation: 1, version: image.version }; brokers],
            next_broker_epoch,
            process: Process::Running(Memory::at(0, &image, settings)),
            image,
        }
    }

    /// The newest metadata.
    pub fn metadata(&self) -> &MetadataImage {
        &self.image
    }

    /// The newest metadata, to be shared.
    pub(crate) fn image(&self) -> Arc<MetadataImage> {
        Arc::clone(&self.image)
    }

    /// How the process is.
    pub fn status(&self) -> Status {
        self.process.status()
    }

    pub(crate) fn timers(&self) -> Option<&Timers> {
        self.process.memory().map(|m| &m.timers)
    }

    pub(crate) fn stop(&mut self, machine_up: bool) {
        self.process = Process::Stopped { machine_up };
    }

    pub(crate) fn process_mut(&mut self) -> &mut Process<impl Sized> {
        &mut self.process
    }

    /// Starts again from the metadata log. Sessions begin anew: a new controller gives every broker its time.
    pub(crate) fn start(&mut self, context: &mut Context<'_>) {
        let memory = Memory::at(context.now, &self.image, context.settings);
        self.process = Process::Running(memory);
    }

    /// The memory of a process that reacts, and so runs.
    fn memory(&mut self) -> &mut Memory {
        self.process.reacting()
    }

    pub(crate) fn on_message(&mut self, from: NodeId, message: Message, context: &mut Context<'_>) {
        let Message { correlation, body } = message;
        if let NodeId::Broker(broker) = from {
            let answer = match body {
                Body::BrokerRegistrationRequest { incarnation } => {
                    Some(Body::BrokerRegistrationResponse(self.register(broker, incarnation, context)))
                }
                Body::BrokerHeartbeatRequest { broker_epoch, metadata_version, want_shutdown } => {
                    let standing =
                        self.heartbeat(broker, broker_epoch, metadata_version, want_shutdown, context);
                    Some(Body::BrokerHeartbeatResponse(standing))
                }
                Body::AlterPartitionRequest { broker_epoch, changes } => Some(Body::AlterPartitionResponse(
                    self.alter_partitions(broker, broker_epoch, &changes, context),
                )),
                Body::MetadataFetchRequest { version } => {
                    self.fetch_metadata(from, correlation, version, context);
                    None
                }
                Body::ConnectionClosed(connection) if connection.channel == Channel::Main => {
                    self.memory().parked.retain(|fetch| fetch.from != from);
                    None
                }
                _ => None,
            };
            if let Some(body) = answer {
                context.send(from, correlation, body);
            }
        }
        self.publish(context);
    }

    pub(crate) fn on_timer(&mut self, timer: Timer, context: &mut Context<'_>) {
        match timer {
            Timer::Session => self.fence_stale_brokers(context),
            Timer::PreferredElection => {
                let interval = from_ms(context.settings.broker.leader_imbalance_check_interval_ms);
                self.memory().timers.set(Timer::PreferredElection, context.now + interval);
                if context.settings.broker.auto_leader_rebalance_enable {
                    self.elect_all_preferred(context);
                }
            }
            Timer::UncleanElection => {
                self.memory().timers.set(Timer::UncleanElection, context.now + UNCLEAN_ELECTION_INTERVAL);
                self.elect_leaderless(context);
            }
            Timer::MetadataWait => self.answer_idle_fetches(context),
            _ => {}
        }
        self.publish(context);
    }

    /// A setting changed: sessions and periodic work follow the new times.
    pub(crate) fn on_config_changed(&mut self, context: &mut Context<'_>) {
        let interval = from_ms(context.settings.broker.leader_imbalance_check_interval_ms);
        self.memory().timers.set_earlier(Timer::PreferredElection, context.now + interval);
        self.fence_stale_brokers(context);
        self.publish(context);
    }

    /// Adds partitions to a topic, each with its preferred leader if that is alive.
    pub(crate) fn add_partitions(&mut self, topic: TopicId, total: u16, context: &mut Context<'_>) {
        let image = self.image_mut();
        let at = usize::from(topic.0);
        let replication_factor =
            image.topics[at].partitions.first().map_or(1, |p| image.partitions[p.index()].replicas.len());
        let brokers = image.brokers.len();
        let mut added = Vec::new();
        for index in image.topics[at].partitions.len()..usize::from(total) {
            let id = PartitionId::at(image.partitions.len());
            image.topics[at].partitions.push(id);
            image.partitions.push(Partition {
                topic,
                index: u16::try_from(index).unwrap_or(u16::MAX),
                replicas: place_replicas(index, replication_factor, brokers),
                isr: crate::ids::BrokerSet::EMPTY,
                leader: None,
                leader_epoch: -1,
                partition_epoch: -1,
            });
            added.push(id);
        }
        context.emit(EventKind::PartitionsAdded { topic, total });
        for id in added {
            self.elect_first_leader(id, context);
        }
        self.publish(context);
    }

    fn image_mut(&mut self) -> &mut MetadataImage {
        self.memory().dirty = true;
        Arc::make_mut(&mut self.image)
    }

    /// Gives a change its version and answers everybody who waits for it.
    fn publish(&mut self, context: &mut Context<'_>) {
        if !std::mem::take(&mut self.memory().dirty) {
            return;
        }
        Arc::make_mut(&mut self.image).version += 1;
        for fetch in std::mem::take(&mut self.memory().parked) {
            context.send(fetch.from, fetch.correlation, Body::MetadataFetchResponse(Arc::clone(&self.image)));
        }
    }

    fn fetch_metadata(&mut self, from: NodeId, correlation: u32, version: u64, context: &mut Context<'_>) {
        if version < self.image.version {
            context.send(from, correlation, Body::MetadataFetchResponse(Arc::clone(&self.image)));
            return;
        }
        let deadline = context.now + METADATA_FETCH_WAIT;
        let memory = self.memory();
        memory.parked.retain(|fetch| fetch.from != from);
        memory.parked.push(ParkedFetch { from, correlation, deadline });
        memory.timers.set_earlier(Timer::MetadataWait, deadline);
    }

    fn answer_idle_fetches(&mut self, context: &mut Context<'_>) {
        let image = Arc::clone(&self.image);
        let memory = self.memory();
        let mut next = crate::time::NEVER;
        memory.parked.retain(|fetch| {
            if fetch.deadline <= context.now {
                context.send(fetch.from, fetch.correlation, Body::MetadataFetchResponse(Arc::clone(&image)));
                return false;
            }
            next = next.min(fetch.deadline);
            true
        });
        memory.timers.set(Timer::MetadataWait, next);
    }
}

/// Replicas of a partition: consecutive brokers, the first one shifted by the partition's index. (Kafka also
/// draws where to begin; here partition 0 is led by broker 1, which is easier to follow.)
pub(crate) fn place_replicas(index: usize, replication_factor: usize, brokers: usize) -> Arc<[BrokerId]> {
    (0..replication_factor).map(|i| BrokerId::at((index + i) % brokers)).collect()
}
