//! What a cluster starts as.

use crate::config::{ConfigError, Era, Settings};
use crate::ids::{BrokerId, NodeId};
use crate::time::{MS, Micros, SECOND};
use serde::{Deserialize, Serialize};
use std::fmt;

/// A cluster before its first step: who is there, and with which settings. Brokers are registered, topics
/// created and leaders elected; no record has been sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setup {
    /// The seed of all randomness.
    pub seed: u64,
    /// How many brokers, 1–9.
    pub brokers: u8,
    /// Topics.
    pub topics: Vec<TopicSetup>,
    /// Producers, at most 4.
    pub producers: Vec<ProducerSetup>,
    /// Consumers, at most 6.
    pub consumers: Vec<ConsumerSetup>,
    /// How long a message takes, one way.
    pub latency: Micros,
    /// At most so much is added to each message's time, at random.
    pub jitter: Micros,
    /// Links that are slower or faster than the rest, both ways.
    pub links: Vec<LinkSetup>,
    /// Settings; one topic, producer and consumer entry for each above.
    pub settings: Settings,
}

/// A topic.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TopicSetup {
    /// Its name: letters, digits, `.`, `_`, `-`, at most 249.
    pub name: String,
    /// How many partitions, 1–24.
    pub partitions: u16,
    /// How many replicas of each, 1–5, at most one a broker.
    pub replication_factor: u8,
}

/// A producer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProducerSetup {
    /// Records it sends by itself.
    pub workload: Option<Workload>,
}

/// A steady stream of records.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Workload {
    /// The topic's name.
    pub topic: String,
    /// How many different keys, drawn at random; 0: no key.
    pub keys: u32,
    /// Bytes of each value.
    pub value_size: u32,
    /// Time between two records.
    pub interval: Micros,
    /// How many records; none: without end.
    pub count: Option<u32>,
}

/// A consumer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConsumerSetup {
    /// `group.id`.
    pub group: String,
    /// Names of the topics it subscribes to.
    pub topics: Vec<String>,
    /// How long the application works on one record.
    pub processing: Micros,
    /// How long the application waits after a `poll()` that returned nothing.
    pub poll_interval: Micros,
    /// With `enable.auto.commit=false`: when the application calls `commitSync()`.
    pub commit: CommitOrder,
}

/// When an application without auto-commit commits what a `poll()` returned.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum CommitOrder {
    /// After processing: a crash in between repeats records (at least once).
    #[default]
    AfterProcessing,
    /// Before processing: a crash in between skips records (at most once).
    BeforeProcessing,
    /// Not at all.
    Never,
}

/// A link of unusual speed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkSetup {
    /// One end.
    pub a: NodeId,
    /// The other.
    pub b: NodeId,
    /// One way.
    pub latency: Micros,
}

/// The longest latency, delay or interval that is accepted.
pub const LONGEST: Micros = 3_600 * SECOND;

/// A setup that cannot be built.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SetupError {
    /// The field, such as `topics[0].partitions`.
    pub field: String,
    /// What is wrong, without a full stop.
    pub reason: String,
}

impl fmt::Display for SetupError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.field, self.reason)
    }
}
impl std::error::Error for SetupError {}

impl Setup {
    /// A cluster of so many brokers and nobody else, with the defaults of Kafka 4.x.
    pub fn new(brokers: u8) -> Self {
        Setup {
            seed: 1,
            brokers,
            topics: Vec::new(),
            producers: Vec::new(),
            consumers: Vec::new(),
            latency: MS,
            jitter: 200,
            links: Vec::new(),
            settings: Settings::defaults(Era::V4, 0, 0, 0),
        }
    }

    /// Adds a topic with default settings.
    #[must_use]
    pub fn topic(mut self, name: &str, partitions: u16, replication_factor: u8) -> Self {
        self.topics.push(TopicSetup { name: name.into(), partitions, replication_factor });
        self.resize_settings();
        self
    }

    /// Adds a producer with default settings.
    #[must_use]
    pub fn producer(mut self, workload: Option<Workload>) -> Self {
        self.producers.push(ProducerSetup { workload });
        self.resize_settings();
        self
    }

    /// Adds a consumer with default settings.
    #[must_use]
    pub fn consumer(mut self, group: &str, topics: &[&str]) -> Self {
        self.consumers.push(ConsumerSetup {
            group: group.into(),
            topics: topics.iter().map(ToString::to_string).collect(),
            processing: MS,
            poll_interval: 100 * MS,
            commit: CommitOrder::default(),
        });
        self.resize_settings();
        self
    }

    /// Sets a setting everywhere, by its real name.
    ///
    /// # Errors
    /// The name or the value is not accepted.
    pub fn set(mut self, name: &str, value: &str) -> Result<Self, ConfigError> {
        self.settings.set_text(name, value)?;
        Ok(self)
    }

    /// Gives every topic and client an entry in the settings: an era's defaults for the new ones.
    pub fn resize_settings(&mut self) {
        let fresh =
            Settings::defaults(Era::V4, self.topics.len(), self.producers.len(), self.consumers.len());
        let s = &mut self.settings;
        s.topics.extend_from_slice(fresh.topics.get(s.topics.len()..).unwrap_or_default());
        s.producers.extend_from_slice(fresh.producers.get(s.producers.len()..).unwrap_or_default());
        s.consumers.extend_from_slice(fresh.consumers.get(s.consumers.len()..).unwrap_or_default());
    }

    /// Whether `node` exists in this setup.
    pub fn has(&self, node: NodeId) -> bool {
        match node {
            NodeId::Controller => true,
            NodeId::Broker(BrokerId(n)) => (1..=self.brokers).contains(&n),
            NodeId::Producer(n) => (1..=self.producers.len()).contains(&usize::from(n)),
            NodeId::Consumer(n) => (1..=self.consumers.len()).contains(&usize::from(n)),
        }
    }

    /// Checks every field.
    ///
    /// # Errors
    /// The first field that cannot be built, and why.
    pub fn validate(&self) -> Result<(), SetupError> {
        let fail = |field: String, reason: &str| Err(SetupError { field, reason: reason.into() });
        if !(1..=9).contains(&self.brokers) {
            return fail("brokers".into(), "must be 1 to 9");
        }
        if self.topics.is_empty() || self.topics.len() > 8 {
            return fail("topics".into(), "must be 1 to 8 topics");
        }
        if self.producers.len() > 4 {
            return fail("producers".into(), "must be at most 4");
        }
        if self.consumers.len() > 6 {
            return fail("consumers".into(), "must be at most 6");
        }
        for (i, topic) in self.topics.iter().enumerate() {
            let legal = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
            if topic.name.is_empty() || topic.name.len() > 249 || !topic.name.chars().all(legal) {
                return fail(
                    format!("topics[{i}].name"),
                    "must be 1 to 249 letters, digits, `.`, `_` or `-`",
                );
            }
            if topic.name.starts_with("__") {
                return fail(format!("topics[{i}].name"), "names that begin with `__` are Kafka's own");
            }
            if self.topics[..i].iter().any(|other| other.name == topic.name) {
                return fail(format!("topics[{i}].name"), "is used twice");
            }
            if !(1..=MAX_PARTITIONS).contains(&topic.partitions) {
                return fail(format!("topics[{i}].partitions"), "must be 1 to 24");
            }
            if !(1..=5).contains(&topic.replication_factor) || topic.replication_factor > self.brokers {
                return fail(
                    format!("topics[{i}].replication_factor"),
                    "must be 1 to 5 and at most the number of brokers",
                );
            }
        }
        let known = |name: &String| self.topics.iter().any(|t| t.name == *name);
        for (i, producer) in self.producers.iter().enumerate() {
            let Some(load) = &producer.workload else { continue };
            if !known(&load.topic) {
                return fail(format!("producers[{i}].workload.topic"), "there is no such topic");
            }
            if !(1..=LONGEST).contains(&load.interval) {
                return fail(format!("producers[{i}].workload.interval"), "must be 1 µs to 1 h");
            }
            if load.value_size > MAX_VALUE_SIZE {
                return fail(format!("producers[{i}].workload.value_size"), "must be at most 100 MB");
            }
            if load.keys > MAX_KEYS {
                return fail(format!("producers[{i}].workload.keys"), "must be at most 1,000,000");
            }
        }
        for (i, consumer) in self.consumers.iter().enumerate() {
            if consumer.group.is_empty() || consumer.group.len() > 249 {
                return fail(format!("consumers[{i}].group"), "must be 1 to 249 bytes");
            }
            if consumer.topics.is_empty() || !consumer.topics.iter().all(known) {
                return fail(format!("consumers[{i}].topics"), "must name topics of this cluster");
            }
            if consumer.processing > LONGEST {
                return fail(format!("consumers[{i}].processing"), "must be at most 1 h");
            }
            if !(MS..=LONGEST).contains(&consumer.poll_interval) {
                return fail(format!("consumers[{i}].poll_interval"), "must be 1 ms to 1 h");
            }
        }
        if !(1..=LONGEST).contains(&self.latency) {
            return fail("latency".into(), "must be 1 µs to 1 h");
        }
        if self.jitter > LONGEST {
            return fail("jitter".into(), "must be at most 1 h");
        }
        for (i, link) in self.links.iter().enumerate() {
            if !self.has(link.a) || !self.has(link.b) || link.a == link.b {
                return fail(format!("links[{i}]"), "must join two different nodes of this cluster");
            }
            if !(1..=LONGEST).contains(&link.latency) {
                return fail(format!("links[{i}].latency"), "must be 1 µs to 1 h");
            }
        }
        let s = &self.settings;
        if (s.topics.len(), s.producers.len(), s.consumers.len())
            != (self.topics.len(), self.producers.len(), self.consumers.len())
        {
            return fail("settings".into(), "must have one entry for each topic and client");
        }
        Ok(())
    }
}

/// The largest value a record may have here, in bytes.
pub const MAX_VALUE_SIZE: u32 = 100_000_000;
/// The longest key a record may have here, in bytes.
pub const MAX_KEY_BYTES: usize = 1000;
/// The most partitions a topic may have here.
pub const MAX_PARTITIONS: u16 = 24;
/// The most different keys of a workload.
const MAX_KEYS: u32 = 1_000_000;
