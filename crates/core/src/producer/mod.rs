//! A producer: the application's `send()`, the accumulator, and the sender that talks to brokers (§2).

mod accumulator;
mod partitioner;
mod sender;

pub use accumulator::ProducerBatch;
pub use partitioner::{java_string_hash, murmur2, partition_for_group, partition_for_key};
pub use sender::InFlight;

use crate::action::{Send, Timer};
use crate::config::ProducerConfig;
use crate::error::ErrorCode;
use crate::event::{EventKind, PartitionChoice};
use crate::ids::{BrokerId, NodeId, PartitionId, TopicId};
use crate::metadata::MetadataImage;
use crate::process::{Context, Process, Status, Timers};
use crate::protocol::{Body, Message};
use crate::record::{BATCH_HEADER_BYTES, Record, Value, record_size_upper_bound};
use crate::rng::{Rng, Stream};
use crate::setup::Workload;
use crate::time::{MS, Micros, NEVER, from_ms};
use accumulator::Accumulator;
use partitioner::{Candidate, Sticky};
use sender::Sender;
use std::collections::VecDeque;
use std::sync::Arc;

/// A producer and the application around it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Producer {
    number: u8,
    seed: u64,
    /// How many processes have run here.
    lives: u32,
    /// The application's stream of records, if it has one.
    workload: Option<Traffic>,
    process: Process<Memory>,
}

/// A workload as it goes on.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Traffic {
    topic: TopicId,
    load: Workload,
    sent: u32,
    rng: Rng,
}

impl Traffic {
    fn has_more(&self) -> bool {
        self.load.count.is_none_or(|count| self.sent < count)
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Memory {
    accumulator: Accumulator,
    /// By topic.
    sticky: Vec<Sticky>,
    /// `send()` calls that wait for metadata or memory, one behind the other.
    blocked: VecDeque<Blocked>,
    sender: Sender,
    rng: Rng,
    closing: bool,
    timers: Timers,
}

/// A `send()` that has not returned.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Blocked {
    record: Record,
    topic: TopicId,
    partition: Option<u16>,
    deadline: Micros,
}

impl Producer {
    /// A producer that has been running and knows the cluster.
    pub(crate) fn new(
        number: u8,
        workload: Option<(TopicId, Workload)>,
        seed: u64,
        image: &Arc<MetadataImage>,
    ) -> Self {
        let workload = workload.map(|(topic, load)| {
            // Keys are drawn from their own stream, so that they do not depend on what the sender draws.
            Traffic { topic, load, sent: 0, rng: Rng::new(seed, Stream::Workload(number)) }
        });
        let mut producer =
            Producer { number, seed, lives: 0, workload, process: Process::Stopped { machine_up: true } };
        producer.start(image, 0);
        producer.memory().sender.view.connect_to_leaders();
        producer
    }

    /// Brokers it has a connection to.
    pub(crate) fn connected(&self) -> impl Iterator<Item = BrokerId> {
        self.process.memory().into_iter().flat_map(|m| m.sender.view.connected())
    }

    /// Its number, from 1.
    pub fn number(&self) -> u8 {
        self.number
    }

    /// How its process is.
    pub fn status(&self) -> Status {
        self.process.status()
    }

    /// Batches that wait to be sent.
    pub fn queued(&self) -> impl Iterator<Item = (PartitionId, &ProducerBatch)> {
        self.process.memory().into_iter().flat_map(|m| m.accumulator.batches())
    }

    /// Requests that wait for an answer.
    pub fn in_flight(&self) -> impl Iterator<Item = (BrokerId, &InFlight)> {
        self.process.memory().into_iter().flat_map(|m| m.sender.in_flight())
    }

    /// How many `send()` calls wait for metadata or memory.
    pub fn blocked(&self) -> usize {
        self.process.memory().map_or(0, |m| m.blocked.len())
    }

    /// The version of the metadata it knows.
    pub fn metadata_version(&self) -> u64 {
        self.process.memory().map_or(0, |m| m.sender.view.image().version)
    }

    /// Whether everything handed over has been decided.
    pub fn is_idle(&self) -> bool {
        self.process.memory().is_none_or(Memory::is_drained)
    }

    /// Whether the application has called `close()`.
    pub fn is_closing(&self) -> bool {
        self.process.memory().is_some_and(|m| m.closing)
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

    /// Starts the application (again), with the metadata it would get from its bootstrap servers.
    pub(crate) fn start(&mut self, image: &Arc<MetadataImage>, now: Micros) {
        self.lives += 1;
        let mut timers = Timers::default();
        if let Some(stream) = self.workload.as_ref().filter(|s| s.has_more()) {
            timers.set(Timer::Workload, now + stream.load.interval);
        }
        self.process = Process::Running(Memory {
            accumulator: Accumulator::default(),
            sticky: vec![Sticky::default(); image.topics.len()],
            blocked: VecDeque::new(),
            sender: Sender::new(image, now, self.lives),
            rng: Rng::new(self.seed, Stream::Producer(self.number)),
            closing: false,
            timers,
        });
    }

    fn memory(&mut self) -> &mut Memory {
        self.process.reacting()
    }

    /// `close()`: sends what is left, then ends.
    pub(crate) fn close(&mut self, context: &mut Context<'_>) {
        let memory = self.memory();
        memory.closing = true;
        memory.timers.set(Timer::Workload, NEVER);
        memory.run_sender(context);
    }

    /// A setting changed: what waits may be due now.
    pub(crate) fn on_config_changed(&mut self, context: &mut Context<'_>) {
        self.memory().run_sender(context);
    }

    /// The application sends a record.
    pub(crate) fn send(&mut self, what: &Send, context: &mut Context<'_>) {
        let key = what.key.as_ref().map(|k| Arc::from(k.as_bytes()));
        self.memory().send(what.topic, what.partition, key, what.value_size, context);
    }

    pub(crate) fn on_message(&mut self, from: NodeId, message: Message, context: &mut Context<'_>) {
        let NodeId::Broker(broker) = from else { return };
        let memory = self.memory();
        match message.body {
            Body::ProduceResponse(results) => {
                memory.on_response(broker, message.correlation, &results, context);
            }
            Body::MetadataResponse(image) => {
                let config = sender::client_config(config(context));
                memory.sender.view.on_metadata(message.correlation, image, config, context.now);
            }
            Body::ApiVersionsResponse => memory.sender.view.on_answer(broker),
            Body::ConnectionClosed(_) => {
                memory.on_disconnect(broker, ErrorCode::NetworkException, context);
            }
            _ => {}
        }
        memory.run_sender(context);
    }

    pub(crate) fn on_timer(&mut self, timer: Timer, context: &mut Context<'_>) {
        match timer {
            Timer::Workload => self.send_next(context),
            Timer::Sender => self.memory().run_sender(context),
            _ => {}
        }
    }

    /// The application's next record.
    fn send_next(&mut self, context: &mut Context<'_>) {
        let Some(stream) = &mut self.workload else { return };
        stream.sent += 1;
        let next = if stream.has_more() { context.now + stream.load.interval } else { NEVER };
        let key = (stream.load.keys > 0).then(|| {
            let number = stream.rng.below(stream.load.keys);
            Arc::from(format!("key-{number}").as_bytes())
        });
        let (topic, size) = (stream.topic, stream.load.value_size);
        let memory = self.memory();
        memory.timers.set(Timer::Workload, next);
        memory.send(topic, None, key, size, context);
    }
}

impl Memory {
    fn send(
        &mut self,
        topic: TopicId,
        partition: Option<u16>,
        key: Option<Arc<[u8]>>,
        size: u32,
        context: &mut Context<'_>,
    ) {
        let record = Record {
            id: context.new_record_id(),
            timestamp_ms: i64::try_from(context.now / MS).unwrap_or(i64::MAX),
            key: key.clone(),
            value: Value::User { size },
        };
        let id = record.id;
        let config = config(context);
        context.emit_then(EventKind::RecordCreated { record: id, topic, key }, |context| {
            let bytes = i64::from(BATCH_HEADER_BYTES) + i64::from(record_size_upper_bound(&record));
            // A batch takes `batch.size` bytes at least; what exceeds all memory would wait in vain.
            let room = bytes.max(config.batch_size);
            if bytes > config.max_request_size || room > config.buffer_memory {
                context.emit(EventKind::RecordFailed { record: id, error: ErrorCode::RecordTooLarge });
                return;
            }
            let deadline = context.now.saturating_add(from_ms(config.max_block_ms));
            self.blocked.push_back(Blocked { record, topic, partition, deadline });
            self.run_sender(context);
        });
    }

    /// Lets blocked `send()` calls go on, in order, as far as metadata and memory allow; ends those that have
    /// waited for `max.block.ms`.
    fn unblock(&mut self, context: &mut Context<'_>) {
        while let Some(first) = self.blocked.pop_front() {
            if let Err(still_blocked) = self.accept(first, context) {
                if still_blocked.deadline <= context.now {
                    let record = still_blocked.record.id;
                    context.emit(EventKind::RecordFailed { record, error: ErrorCode::BlockedTooLong });
                    continue;
                }
                self.blocked.push_front(still_blocked);
                return;
            }
        }
    }

    /// Chooses a record's partition and puts it into the accumulator.
    fn accept(&mut self, blocked: Blocked, context: &mut Context<'_>) -> Result<(), Blocked> {
        let config = config(context);
        let Some((id, how)) = self.choose_partition(&blocked, config) else {
            self.sender.view.want_metadata();
            return Err(blocked);
        };
        let Blocked { record, topic, partition, deadline } = blocked;
        let number = record.id;
        match self.accumulator.append(id, record, config, context.now) {
            Ok(appended) => {
                if how == PartitionChoice::Sticky {
                    let sticky = &mut self.sticky[usize::from(topic.0)];
                    sticky.appended(appended.bytes, sticky_size(config), appended.batch_full);
                }
                context.emit(EventKind::PartitionChosen { record: number, partition: id, how });
                Ok(())
            }
            Err(record) => Err(Blocked { record, topic, partition, deadline }),
        }
    }

    fn choose_partition(
        &mut self,
        what: &Blocked,
        config: &ProducerConfig,
    ) -> Option<(PartitionId, PartitionChoice)> {
        let image = Arc::clone(self.sender.view.image());
        let partitions = &image.topics.get(usize::from(what.topic.0))?.partitions;
        if let Some(index) = what.partition {
            return Some((*partitions.get(usize::from(index))?, PartitionChoice::Explicit));
        }
        if let Some(key) = what.record.key.as_deref().filter(|_| !config.partitioner_ignore_keys) {
            let count = u16::try_from(partitions.len()).unwrap_or(u16::MAX);
            let index = partition_for_key(key, count);
            return Some((*partitions.get(usize::from(index))?, PartitionChoice::Key));
        }
        let candidates: Vec<Candidate> = partitions
            .iter()
            .map(|id| Candidate {
                id: *id,
                queued: u32::try_from(self.accumulator.queued(*id)).unwrap_or(u32::MAX),
                has_leader: self.sender.leader(*id).is_some(),
            })
            .collect();
        let adaptive = config.partitioner_adaptive_partitioning_enable;
        let sticky = self.sticky.get_mut(usize::from(what.topic.0))?;
        let takes_more = |id| self.accumulator.takes_more(id);
        let id = sticky.current(&candidates, sticky_size(config), takes_more, adaptive, &mut self.rng)?;
        Some((id, PartitionChoice::Sticky))
    }

    fn is_drained(&self) -> bool {
        self.blocked.is_empty() && self.accumulator.partitions().next().is_none() && self.sender.is_idle()
    }
}

/// After how many bytes the sticky partition changes.
fn sticky_size(config: &ProducerConfig) -> u64 {
    u64::try_from(config.batch_size).unwrap_or(0).max(1)
}

/// This producer's settings.
fn config<'a>(context: &Context<'a>) -> &'a ProducerConfig {
    match context.me {
        NodeId::Producer(n) => &context.settings.producers[usize::from(n) - 1],
        other => unreachable!("{other} is not a producer"),
    }
}
