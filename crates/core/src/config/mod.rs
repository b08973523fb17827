//! Settings under their real Kafka names: values, ranges, defaults of two eras, documentation.
//!
//! One table ([`TABLE`], written down in `table.rs`) is read by validation, the settings panel, the command line and the docs.

mod table;

pub use table::{Acks, AutoOffsetReset, BrokerConfig, ConsumerConfig, ProducerConfig, TABLE, TopicConfig};

use crate::ids::TopicId;
use serde::{Deserialize, Serialize};
use std::fmt;

/// What a setting belongs to. A name that several scopes have is written with the scope in front:
/// `producer.request.timeout.ms`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Scope {
    /// All brokers and the controller.
    Broker,
    /// A topic (the brokers' setting of the same name is its default, and is not modelled apart).
    Topic,
    /// A producer.
    Producer,
    /// A consumer.
    Consumer,
}

impl Scope {
    /// The word in front of the dot in a qualified name.
    pub fn word(self) -> &'static str {
        match self {
            Scope::Broker => "broker",
            Scope::Topic => "topic",
            Scope::Producer => "producer",
            Scope::Consumer => "consumer",
        }
    }
}

/// A generation of Kafka whose defaults a cluster starts with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Era {
    /// Kafka 2.1 (2018): what most tutorials describe.
    V2_1,
    /// Kafka 4.x.
    #[default]
    V4,
}

/// A setting's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Value {
    /// `true` or `false`.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// One of a few words.
    Word(&'static str),
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Bool(b) => write!(f, "{b}"),
            Value::Int(n) => write!(f, "{n}"),
            Value::Word(w) => f.write_str(w),
        }
    }
}

/// What values a setting takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `true` or `false`.
    Bool,
    /// A whole number from `min` to `max`, both included.
    Int {
        /// The least value.
        min: i64,
        /// The greatest value.
        max: i64,
    },
    /// One of these words; Kafka's first name for each. `acks` also takes `-1` for `all`.
    Word(&'static [&'static str]),
}

/// What a number counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Nothing: a word, a switch, or a count of things the name says.
    None,
    /// Milliseconds.
    Ms,
    /// Bytes.
    Bytes,
}

/// One row of the table.
#[derive(Debug)]
pub struct Setting {
    /// Kafka's name.
    pub name: &'static str,
    /// What it belongs to.
    pub scope: Scope,
    /// The values it takes.
    pub kind: Kind,
    /// What the number counts.
    pub unit: Unit,
    /// The default in Kafka 2.1.
    pub default_2_1: Value,
    /// The default in Kafka 4.x.
    pub default_4: Value,
}

/// What is written about a setting. It stands apart from the table: a program that shows none need not bring it along.
#[derive(Debug)]
pub struct Documentation {
    /// What the setting does, one sentence, in English.
    pub meaning_en: &'static str,
    /// The same in Simplified Chinese.
    pub meaning_zh: &'static str,
    /// Where it is defined in Kafka, and the KIP that changed its default.
    pub source: &'static str,
}

impl Setting {
    /// What is written about it; none for a setting that is not of the [`TABLE`].
    pub fn documentation(&self) -> Option<&'static Documentation> {
        let rows = TABLE.iter().copied().flatten().zip(table::DOCUMENTATION.iter().copied().flatten());
        rows.into_iter()
            .find(|(row, _)| (row.scope, row.name) == (self.scope, self.name))
            .map(|(_, docs)| docs)
    }

    /// The default of an era.
    pub fn default_of(&self, era: Era) -> Value {
        match era {
            Era::V2_1 => self.default_2_1,
            Era::V4 => self.default_4,
        }
    }

    /// The name with the scope in front, always unambiguous.
    pub fn qualified_name(&self) -> String {
        format!("{}.{}", self.scope.word(), self.name)
    }

    /// Reads a value as a person writes it.
    ///
    /// # Errors
    /// The text is not a value of this setting's kind or range.
    pub fn parse(&self, text: &str) -> Result<Value, ConfigError> {
        let bad = |reason| Err(ConfigError { name: self.name.to_string(), reason });
        let text = text.trim();
        match self.kind {
            Kind::Bool => match text {
                "true" => Ok(Value::Bool(true)),
                "false" => Ok(Value::Bool(false)),
                _ => bad(ConfigProblem::NotABool(text.into())),
            },
            Kind::Int { min, max } => match text.parse::<i64>() {
                Ok(n) if (min..=max).contains(&n) => Ok(Value::Int(n)),
                Ok(given) => bad(ConfigProblem::OutOfRange { given, min, max }),
                Err(_) => bad(ConfigProblem::NotANumber { given: text.into(), min, max }),
            },
            Kind::Word(words) => {
                let text = if self.name == "acks" && text == "-1" { "all" } else { text };
                match words.iter().find(|word| **word == text) {
                    Some(word) => Ok(Value::Word(word)),
                    None => bad(ConfigProblem::NotAWord { given: text.into(), words }),
                }
            }
        }
    }
}

/// A name or value that is not accepted. Nothing has changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigError {
    /// The setting's name as it was given.
    pub name: String,
    /// What is wrong.
    pub reason: ConfigProblem,
}

/// What is wrong with a setting's name or value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ConfigProblem {
    /// The model has no such setting.
    Unknown,
    /// Two scopes have a setting of this name: these are their full names.
    Ambiguous(String, String),
    /// Not `true` or `false`.
    NotABool(String),
    /// Not a whole number.
    NotANumber {
        /// What was given.
        given: String,
        /// The least value.
        min: i64,
        /// The greatest value.
        max: i64,
    },
    /// A number outside the range.
    OutOfRange {
        /// What was given.
        given: i64,
        /// The least value.
        min: i64,
        /// The greatest value.
        max: i64,
    },
    /// Not one of these words.
    NotAWord {
        /// What was given.
        given: String,
        /// What is accepted.
        words: &'static [&'static str],
    },
    /// There is no topic or client with that number.
    NoSuchMember(Scope),
    /// It contradicts another setting.
    Breaks(Rule),
}

/// A rule between settings that Kafka itself checks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// `delivery.timeout.ms` ≥ `linger.ms` + `request.timeout.ms`.
    DeliveryTimeout,
    /// `heartbeat.interval.ms` < `session.timeout.ms`.
    HeartbeatInterval,
    /// `session.timeout.ms` within what the brokers allow.
    SessionTimeout,
    /// `broker.heartbeat.interval.ms` < `broker.session.timeout.ms`.
    BrokerHeartbeatInterval,
}

impl fmt::Display for ConfigProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use ConfigProblem as P;
        match self {
            P::Unknown => f.write_str("no such setting in this model"),
            P::Ambiguous(one, two) => write!(f, "two settings have this name; write {one} or {two}"),
            P::NotABool(given) => write!(f, "expected true or false, not `{given}`"),
            P::NotANumber { given, min, max } => {
                write!(f, "expected a whole number from {min} to {max}, not `{given}`")
            }
            P::OutOfRange { given, min, max } => write!(f, "{given} is outside {min}..{max}"),
            P::NotAWord { given, words } => write!(f, "expected one of {}, not `{given}`", words.join(", ")),
            P::NoSuchMember(scope) => write!(f, "there is no {} with that number", scope.word()),
            P::Breaks(rule) => f.write_str(match rule {
                Rule::DeliveryTimeout => "delivery.timeout.ms must be at least linger.ms + request.timeout.ms",
                Rule::HeartbeatInterval => "heartbeat.interval.ms must be below session.timeout.ms",
                Rule::SessionTimeout => {
                    "session.timeout.ms must lie within group.min.session.timeout.ms and group.max.session.timeout.ms"
                }
                Rule::BrokerHeartbeatInterval => {
                    "broker.heartbeat.interval.ms must be below broker.session.timeout.ms"
                }
            }),
        }
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.name, self.reason)
    }
}
impl std::error::Error for ConfigError {}

/// Finds a setting by its name, with or without the scope in front.
///
/// # Errors
/// No setting has this name, or several scopes have it and none was given.
pub fn find(name: &str) -> Result<&'static Setting, ConfigError> {
    let error = |reason| ConfigError { name: name.to_string(), reason };
    let mut hits = TABLE.iter().copied().flatten().filter(|s| {
        s.name == name || name.strip_prefix(s.scope.word()).and_then(|n| n.strip_prefix('.')) == Some(s.name)
    });
    match (hits.next(), hits.next()) {
        (Some(one), None) => Ok(one),
        (Some(one), Some(two)) => {
            Err(error(ConfigProblem::Ambiguous(one.qualified_name(), two.qualified_name())))
        }
        (None, _) => Err(error(ConfigProblem::Unknown)),
    }
}

/// Every setting of every topic and client of a cluster.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Settings {
    /// The brokers' and the controller's.
    pub broker: BrokerConfig,
    /// Each topic's, in the order of [`TopicId`].
    pub topics: Vec<TopicConfig>,
    /// What `__consumer_offsets` has.
    offsets_topic: TopicConfig,
    /// Each producer's.
    pub producers: Vec<ProducerConfig>,
    /// Each consumer's.
    pub consumers: Vec<ConsumerConfig>,
}

impl Settings {
    /// The defaults of an era for so many topics and clients.
    pub fn defaults(era: Era, topics: usize, producers: usize, consumers: usize) -> Self {
        Settings {
            broker: BrokerConfig::defaults(era),
            topics: vec![TopicConfig::defaults(era); topics],
            offsets_topic: TopicConfig::defaults(era),
            producers: vec![ProducerConfig::defaults(era); producers],
            consumers: vec![ConsumerConfig::defaults(era); consumers],
        }
    }

    /// A topic's settings; beyond the topics of the setup, those of `__consumer_offsets`.
    pub fn topic(&self, topic: TopicId) -> &TopicConfig {
        self.topics.get(usize::from(topic.0)).unwrap_or(&self.offsets_topic)
    }

    /// The value of a setting. `member` is the topic's or client's place, from 0; without one, the first.
    /// `None` where the cluster has no such topic or client.
    pub fn get(&self, setting: &Setting, member: Option<usize>) -> Option<Value> {
        let at = member.unwrap_or(0);
        match setting.scope {
            Scope::Broker => self.broker.get(setting.name),
            Scope::Topic => self.topics.get(at)?.get(setting.name),
            Scope::Producer => self.producers.get(at)?.get(setting.name),
            Scope::Consumer => self.consumers.get(at)?.get(setting.name),
        }
    }

    /// Gives a setting a value: for one topic or client, or for all of them. The result is checked as a whole.
    ///
    /// # Errors
    /// There is no such member, or the new value contradicts another setting; nothing has changed then.
    pub fn set(&mut self, setting: &Setting, member: Option<usize>, value: Value) -> Result<(), ConfigError> {
        fn each<T>(list: &mut [T], member: Option<usize>, change: impl Fn(&mut T)) -> Option<()> {
            let chosen = match member {
                None => list,
                Some(at) => list.get_mut(at..=at)?,
            };
            chosen.iter_mut().for_each(change);
            Some(())
        }
        let name = setting.name;
        let mut next = self.clone();
        let found = match setting.scope {
            Scope::Broker => {
                next.broker.set(name, value);
                Some(())
            }
            Scope::Topic => each(&mut next.topics, member, |config| config.set(name, value)),
            Scope::Producer => each(&mut next.producers, member, |config| config.set(name, value)),
            Scope::Consumer => each(&mut next.consumers, member, |config| config.set(name, value)),
        };
        if found.is_none() {
            let reason = ConfigProblem::NoSuchMember(setting.scope);
            return Err(ConfigError { name: name.to_string(), reason });
        }
        next.validate(setting.name)?;
        *self = next;
        Ok(())
    }

    /// Reads `name` and `text` and sets the setting everywhere.
    ///
    /// # Errors
    /// The name or the value is not accepted.
    pub fn set_text(&mut self, name: &str, text: &str) -> Result<(), ConfigError> {
        let setting = find(name)?;
        self.set(setting, None, setting.parse(text)?)
    }

    /// Rules between settings that Kafka itself checks at start.
    fn validate(&self, name: &str) -> Result<(), ConfigError> {
        let broken = |rule| Err(ConfigError { name: name.to_string(), reason: ConfigProblem::Breaks(rule) });
        for p in &self.producers {
            if p.delivery_timeout_ms < p.linger_ms.saturating_add(p.request_timeout_ms) {
                return broken(Rule::DeliveryTimeout);
            }
        }
        for c in &self.consumers {
            if c.heartbeat_interval_ms >= c.session_timeout_ms {
                return broken(Rule::HeartbeatInterval);
            }
            let allowed = self.broker.group_min_session_timeout_ms..=self.broker.group_max_session_timeout_ms;
            if !allowed.contains(&c.session_timeout_ms) {
                return broken(Rule::SessionTimeout);
            }
        }
        if self.broker.broker_heartbeat_interval_ms >= self.broker.broker_session_timeout_ms {
            return broken(Rule::BrokerHeartbeatInterval);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings() -> Settings {
        Settings::defaults(Era::V4, 1, 1, 1)
    }

    #[test]
    fn every_row_reads_back_its_own_defaults() {
        for row in TABLE.iter().copied().flatten() {
            for era in [Era::V2_1, Era::V4] {
                let text = row.default_of(era).to_string();
                assert_eq!(row.parse(&text), Ok(row.default_of(era)), "{}", row.qualified_name());
                let defaults = Settings::defaults(era, 1, 1, 1);
                assert_eq!(defaults.get(row, None), Some(row.default_of(era)), "{}", row.qualified_name());
            }
            let docs = row.documentation().unwrap();
            assert!(docs.meaning_en.ends_with('.') && docs.meaning_zh.ends_with('。'), "{}", row.name);
        }
    }

    #[test]
    fn a_value_is_set_by_its_real_name() {
        let mut s = settings();
        s.set_text("acks", "-1").unwrap();
        assert_eq!(s.producers[0].acks, Acks::All);
        s.set_text("min.insync.replicas", "2").unwrap();
        assert_eq!(s.topics[0].min_insync_replicas, 2);
    }

    #[test]
    fn bad_names_and_values_name_themselves() {
        let mut s = settings();
        let before = s.clone();
        let message = |r: Result<(), ConfigError>| r.unwrap_err().to_string();
        assert_eq!(message(s.set_text("ack", "1")), "ack: no such setting in this model");
        assert_eq!(message(s.set_text("acks", "2")), "acks: expected one of 0, 1, all, not `2`");
        assert!(message(s.set_text("min.insync.replicas", "0")).contains("outside 1.."));
        assert!(message(s.set_text("request.timeout.ms", "9")).contains("producer.request.timeout.ms"));
        assert!(message(s.set_text("delivery.timeout.ms", "10")).contains("at least linger.ms"));
        assert_eq!(s, before, "a refused change changes nothing");
    }
}
