//! Interventions in plain words, as a lesson's script, a share link and a console write them:
//! `kill leader of orders-0`, `cut broker 1 - broker 2`, `send m5: producer 1 to orders key=a`.

use crate::duration;
use crate::packed::packed;
use crate::words::{self, Words};
use highwater_core::action::{Crash, Intervention, Send};
use highwater_core::cluster::Cluster;
use highwater_core::config;
use highwater_core::error::Refused;
use highwater_core::ids::{BrokerId, MessageId, NodeId, PartitionId};
use highwater_core::metadata::MetadataImage;
use highwater_core::protocol::MessageKind;
use highwater_core::time::Micros;
use serde::Deserialize as _;
use serde::de::IntoDeserializer as _;
use serde::de::value::StrDeserializer;
use std::fmt;

/// Who is meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Who {
    /// This node.
    Node(NodeId),
    /// The partition's leader as the controller has it.
    LeaderOf(PartitionName),
    /// The `nth` replica of the partition, from 1, that does not lead it, in the order of the assigned replicas.
    FollowerOf(PartitionName, u8),
    /// The group's coordinator.
    CoordinatorOf(String),
    /// Whoever an earlier command called so with `as`.
    Called(String),
}

/// A partition by topic and index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartitionName {
    /// The topic's name.
    pub topic: String,
    /// The index.
    pub index: u16,
}

impl PartitionName {
    /// The partition's id in a cluster.
    pub fn find(&self, metadata: &MetadataImage) -> Option<PartitionId> {
        metadata.partition_ids().find(|id| {
            metadata.partition(*id).is_some_and(|p| {
                p.index == self.index
                    && metadata.topics.get(usize::from(p.topic.0)).is_some_and(|t| *t.name == *self.topic)
            })
        })
    }

    fn of(id: PartitionId, metadata: &MetadataImage) -> Option<Self> {
        let partition = metadata.partition(id)?;
        let topic = metadata.topics.get(usize::from(partition.topic.0))?.name.to_string();
        Some(PartitionName { topic, index: partition.index })
    }
}

impl fmt::Display for PartitionName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.topic, self.index)
    }
}

impl fmt::Display for Who {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Who::Node(node) => f.write_str(&words::node(*node)),
            Who::LeaderOf(partition) => write!(f, "leader of {partition}"),
            Who::FollowerOf(partition, nth) => write!(f, "follower {nth} of {partition}"),
            Who::CoordinatorOf(group) => write!(f, "coordinator of {}", words::quoted(group)),
            Who::Called(name) => f.write_str(name),
        }
    }
}

/// What is to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Something is done to a process.
    Process {
        /// What.
        verb: Verb,
        /// To whom.
        who: Who,
        /// What to call it from now on.
        name: Option<String>,
    },
    /// A link is cut or healed.
    Link {
        /// Cut; otherwise healed.
        cut: bool,
        /// From here …
        from: Who,
        /// … to there,
        to: Who,
        /// and back.
        both_ways: bool,
    },
    /// A message under way is dropped or delayed.
    Message {
        /// Which.
        which: WhichMessage,
        /// Delayed by so much; otherwise dropped.
        delay: Option<Micros>,
    },
    /// A follower waits before each fetch.
    Slow {
        /// Which.
        who: Who,
        /// How long.
        by: Micros,
    },
    /// A link's latency changes.
    Latency {
        /// One end.
        from: Who,
        /// The other.
        to: Who,
        /// One way.
        latency: Micros,
    },
    /// An application sends a record.
    Send {
        /// What the script calls the record.
        name: Option<String>,
        /// The producer.
        producer: u8,
        /// The topic.
        topic: String,
        /// The key.
        key: Option<String>,
        /// The partition, if the application chooses.
        partition: Option<u16>,
        /// The value's size in bytes.
        size: u32,
    },
    /// A topic gets more partitions.
    AddPartitions {
        /// The topic.
        topic: String,
        /// How many there are then.
        total: u16,
    },
    /// A setting changes.
    Set {
        /// Its name.
        name: String,
        /// The topic or client, from 1; none: all.
        member: Option<u8>,
        /// The value.
        value: String,
    },
    /// An administrator asks for an election.
    Elect {
        /// Any live replica will do.
        unclean: bool,
        /// The partition.
        partition: PartitionName,
    },
}

/// What can be done to a process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verb {
    /// `kill -9`.
    Kill,
    /// The machine loses power.
    PowerLoss,
    /// It starts again.
    Restart,
    /// It stands still.
    Pause,
    /// It goes on.
    Resume,
    /// It stops in an orderly way.
    Shutdown,
}

impl Verb {
    const ALL: [(Verb, &'static str); 6] = [
        (Verb::Kill, "kill"),
        (Verb::PowerLoss, "power-loss"),
        (Verb::Restart, "restart"),
        (Verb::Pause, "pause"),
        (Verb::Resume, "resume"),
        (Verb::Shutdown, "shutdown"),
    ];

    fn word(self) -> &'static str {
        Self::ALL.iter().find(|(verb, _)| *verb == self).map_or("", |(_, word)| word)
    }
}

/// Which message is meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WhichMessage {
    /// The one with this number.
    Number(MessageId),
    /// The first under way of this kind on this link.
    First {
        /// Its kind.
        kind: MessageKind,
        /// The sender.
        from: Who,
        /// The receiver.
        to: Who,
    },
}

packed!(struct PartitionName { topic, index });
packed!(
    enum Who {
        Node(node),
        LeaderOf(partition),
        FollowerOf(partition, nth),
        CoordinatorOf(group),
        Called(name),
    }
);
packed!(
    enum Verb {
        Kill,
        PowerLoss,
        Restart,
        Pause,
        Resume,
        Shutdown,
    }
);
packed!(enum WhichMessage { Number(id), First { kind, from, to } });
packed!(enum Command {
    Process { verb, who, name }, Link { cut, from, to, both_ways }, Message { which, delay }, Slow { who, by },
    Latency { from, to, latency }, Send { name, producer, topic, key, partition, size },
    AddPartitions { topic, total }, Set { name, member, value }, Elect { unclean, partition }
});

/// The value size of a record for which none is given.
const DEFAULT_SIZE: u32 = 100;

impl Command {
    /// Reads a command.
    ///
    /// # Errors
    /// What is wrong with the words.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut words = Words::of(text)?;
        let verb = words.next("a command")?;
        let command = Self::after_verb(&verb, &mut words)?;
        words.end()?;
        Ok(command)
    }

    fn after_verb(verb: &str, words: &mut Words) -> Result<Self, String> {
        if let Some((verb, _)) = Verb::ALL.iter().find(|(_, word)| *word == verb) {
            let who = Who::read(words)?;
            let name = if words.take("as") { Some(name(words)?) } else { None };
            return Ok(Command::Process { verb: *verb, who, name });
        }
        Ok(match verb {
            "cut" | "heal" => {
                let (from, to, both_ways) = link(words)?;
                Command::Link { cut: verb == "cut", from, to, both_ways }
            }
            "drop" => Command::Message { which: WhichMessage::read(words)?, delay: None },
            "delay" => {
                let which = WhichMessage::read(words)?;
                words.expect("by")?;
                Command::Message { which, delay: Some(words.duration()?) }
            }
            "slow" => {
                let who = Who::read(words)?;
                words.expect("by")?;
                Command::Slow { who, by: words.duration()? }
            }
            "latency" => {
                let (from, to, both_ways) = link(words)?;
                if !both_ways {
                    return Err("a latency holds both ways: write ` - `".into());
                }
                Command::Latency { from, to, latency: words.duration()? }
            }
            "send" => Self::read_send(words)?,
            "add" => {
                words.expect("partitions")?;
                words.expect("to")?;
                let topic = words.next("a topic")?;
                words.expect("total")?;
                Command::AddPartitions { topic, total: words.number("how many partitions there are then")? }
            }
            "set" => Self::read_set(words)?,
            "elect" => {
                let unclean = words.take("unclean");
                if !unclean {
                    words.expect("preferred")?;
                }
                words.expect("leader")?;
                words.expect("of")?;
                Command::Elect { unclean, partition: PartitionName::read(words)? }
            }
            other => return Err(format!("`{other}` is not a command")),
        })
    }

    fn read_send(words: &mut Words) -> Result<Self, String> {
        let name = match words.peek().and_then(|word| word.strip_suffix(':')) {
            Some(name) => {
                let name = name.to_string();
                words.next("a name")?;
                Some(checked_name(name)?)
            }
            None => None,
        };
        words.expect("producer")?;
        let producer = words.number("a producer's number")?;
        words.expect("to")?;
        let topic = words.next("a topic")?;
        let (mut key, mut partition, mut size) = (None, None, DEFAULT_SIZE);
        while let Some(word) = words.peek() {
            let word = word.to_string();
            words.next("a field")?;
            match word.split_once('=') {
                Some(("key", text)) => key = Some(text.to_string()),
                Some(("partition", n)) => {
                    partition = Some(n.parse().map_err(|_| format!("`{n}` is not a partition's index"))?);
                }
                Some(("size", n)) => {
                    size = n.parse().map_err(|_| format!("`{n}` is not a number of bytes"))?;
                }
                _ => return Err(format!("expected `key=`, `partition=` or `size=`, not `{word}`")),
            }
        }
        Ok(Command::Send { name, producer, topic, key, partition, size })
    }

    fn read_set(words: &mut Words) -> Result<Self, String> {
        let name = words.next("a setting")?;
        config::find(&name).map_err(|e| e.to_string())?;
        let member = if words.take("of") { Some(words.number("a number from 1")?) } else { None };
        if member == Some(0) {
            return Err("topics and clients are numbered from 1".into());
        }
        words.expect("to")?;
        Ok(Command::Set { name, member, value: words.next("a value")? })
    }

    /// The record this command sends, as the script calls it.
    pub fn sends(&self) -> Option<&str> {
        if let Command::Send { name, .. } = self { name.as_deref() } else { None }
    }

    /// The nodes this command speaks of.
    pub(crate) fn whos(&self) -> Vec<&Who> {
        match self {
            Command::Process { who, .. } | Command::Slow { who, .. } => vec![who],
            Command::Link { from, to, .. }
            | Command::Latency { from, to, .. }
            | Command::Message { which: WhichMessage::First { from, to, .. }, .. } => vec![from, to],
            _ => Vec::new(),
        }
    }

    /// What a cluster is to do. `called` knows the names given with `as`.
    ///
    /// # Errors
    /// Who or what is meant does not exist at the moment.
    pub fn resolve(
        &self,
        cluster: &Cluster,
        called: &dyn Fn(&str) -> Option<NodeId>,
    ) -> Result<Intervention, Refused> {
        let who = |who: &Who| who.find(cluster, called);
        let topic = |name: &str| cluster.metadata().topic_id(name).ok_or(Refused::NoSuchTopic);
        Ok(match self {
            Command::Process { verb, who: node, .. } => {
                let node = who(node)?;
                match verb {
                    Verb::Kill => Intervention::Crash { node, crash: Crash::Process },
                    Verb::PowerLoss => Intervention::Crash { node, crash: Crash::Power },
                    Verb::Restart => Intervention::Restart(node),
                    Verb::Pause => Intervention::Pause(node),
                    Verb::Resume => Intervention::Resume(node),
                    Verb::Shutdown => Intervention::Shutdown(node),
                }
            }
            Command::Link { cut, from, to, both_ways } => {
                let (from, to, both_ways) = (who(from)?, who(to)?, *both_ways);
                if *cut {
                    Intervention::Cut { from, to, both_ways }
                } else {
                    Intervention::Heal { from, to, both_ways }
                }
            }
            Command::Message { which, delay } => {
                let message = which.find(cluster, called)?;
                match delay {
                    None => Intervention::Drop(message),
                    Some(by) => Intervention::Delay { message, by: *by },
                }
            }
            Command::Slow { who: node, by } => {
                let node = who(node)?;
                let broker =
                    node.broker().ok_or_else(|| Refused::because("only a broker can be a slow follower"))?;
                Intervention::SlowFollower { broker, by: *by }
            }
            Command::Latency { from, to, latency } => {
                Intervention::SetLatency { from: who(from)?, to: who(to)?, latency: *latency }
            }
            Command::Send { producer, topic: name, key, partition, size, .. } => Intervention::Send(Send {
                producer: *producer,
                topic: topic(name)?,
                partition: *partition,
                key: key.clone(),
                value_size: *size,
            }),
            Command::AddPartitions { topic: name, total } => {
                Intervention::AddPartitions { topic: topic(name)?, total: *total }
            }
            Command::Set { name, member, value } => Intervention::SetConfig {
                name: name.clone(),
                member: member.map(|n| n - 1),
                value: value.clone(),
            },
            Command::Elect { unclean, partition } => {
                let id = partition.find(cluster.metadata()).ok_or(Refused::NoSuchPartition)?;
                Intervention::ElectLeader { partition: id, unclean: *unclean }
            }
        })
    }

    /// The words for an intervention; none where it names a topic or partition the cluster does not have.
    pub fn of(what: &Intervention, metadata: &MetadataImage) -> Option<Self> {
        let process = |verb, node: &NodeId| Command::Process { verb, who: Who::Node(*node), name: None };
        let topic = |id: highwater_core::ids::TopicId| {
            metadata.topics.get(usize::from(id.0)).map(|topic| topic.name.to_string())
        };
        Some(match what {
            Intervention::Crash { node, crash: Crash::Process } => process(Verb::Kill, node),
            Intervention::Crash { node, crash: Crash::Power } => process(Verb::PowerLoss, node),
            Intervention::Restart(node) => process(Verb::Restart, node),
            Intervention::Pause(node) => process(Verb::Pause, node),
            Intervention::Resume(node) => process(Verb::Resume, node),
            Intervention::Shutdown(node) => process(Verb::Shutdown, node),
            Intervention::Cut { from, to, both_ways } | Intervention::Heal { from, to, both_ways } => {
                Command::Link {
                    cut: matches!(what, Intervention::Cut { .. }),
                    from: Who::Node(*from),
                    to: Who::Node(*to),
                    both_ways: *both_ways,
                }
            }
            Intervention::Drop(message) => {
                Command::Message { which: WhichMessage::Number(*message), delay: None }
            }
            Intervention::Delay { message, by } => {
                Command::Message { which: WhichMessage::Number(*message), delay: Some(*by) }
            }
            Intervention::SlowFollower { broker, by } => {
                Command::Slow { who: Who::Node(NodeId::Broker(*broker)), by: *by }
            }
            Intervention::SetLatency { from, to, latency } => {
                Command::Latency { from: Who::Node(*from), to: Who::Node(*to), latency: *latency }
            }
            Intervention::Send(send) => Command::Send {
                name: None,
                producer: send.producer,
                topic: topic(send.topic)?,
                key: send.key.clone(),
                partition: send.partition,
                size: send.value_size,
            },
            Intervention::AddPartitions { topic: id, total } => {
                Command::AddPartitions { topic: topic(*id)?, total: *total }
            }
            Intervention::SetConfig { name, member, value } => Command::Set {
                name: name.clone(),
                member: member.map(|n| n.saturating_add(1)),
                value: value.clone(),
            },
            Intervention::ElectLeader { partition, unclean } => {
                Command::Elect { unclean: *unclean, partition: PartitionName::of(*partition, metadata)? }
            }
        })
    }
}

impl fmt::Display for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Command::Process { verb, who, name } => {
                write!(f, "{} {who}", verb.word())?;
                name.iter().try_for_each(|name| write!(f, " as {name}"))
            }
            Command::Link { cut, from, to, both_ways } => {
                let verb = if *cut { "cut" } else { "heal" };
                write!(f, "{verb} {from} {} {to}", if *both_ways { "-" } else { "->" })
            }
            Command::Message { which, delay } => {
                write!(f, "{} {which}", if delay.is_some() { "delay" } else { "drop" })?;
                delay.iter().try_for_each(|by| write!(f, " by {}", duration::format(*by)))
            }
            Command::Slow { who, by } => write!(f, "slow {who} by {}", duration::format(*by)),
            Command::Latency { from, to, latency } => {
                write!(f, "latency {from} - {to} {}", duration::format(*latency))
            }
            Command::Send { name, producer, topic, key, partition, size } => {
                write!(f, "send ")?;
                name.iter().try_for_each(|name| write!(f, "{name}: "))?;
                write!(f, "producer {producer} to {topic}")?;
                key.iter().try_for_each(|key| write!(f, " key={}", words::quoted(key)))?;
                partition.iter().try_for_each(|index| write!(f, " partition={index}"))?;
                if *size == DEFAULT_SIZE { Ok(()) } else { write!(f, " size={size}") }
            }
            Command::AddPartitions { topic, total } => write!(f, "add partitions to {topic} total {total}"),
            Command::Set { name, member, value } => {
                write!(f, "set {name}")?;
                member.iter().try_for_each(|n| write!(f, " of {n}"))?;
                write!(f, " to {}", words::quoted(value))
            }
            Command::Elect { unclean, partition } => {
                write!(f, "elect {} leader of {partition}", if *unclean { "unclean" } else { "preferred" })
            }
        }
    }
}

impl PartitionName {
    pub(crate) fn read(words: &mut Words) -> Result<Self, String> {
        let (topic, index) = words.partition()?;
        Ok(PartitionName { topic, index })
    }
}

impl Who {
    pub(crate) fn read(words: &mut Words) -> Result<Self, String> {
        if let Some(node) = words.node()? {
            return Ok(Who::Node(node));
        }
        if words.take("leader") {
            words.expect("of")?;
            return Ok(Who::LeaderOf(PartitionName::read(words)?));
        }
        if words.take("follower") {
            let nth = words.number("a number from 1")?;
            words.expect("of")?;
            return Ok(Who::FollowerOf(PartitionName::read(words)?, nth));
        }
        if words.take("coordinator") {
            words.expect("of")?;
            return Ok(Who::CoordinatorOf(words.next("a group")?));
        }
        Ok(Who::Called(name(words)?))
    }

    /// The node that is meant now.
    pub(crate) fn find(
        &self,
        cluster: &Cluster,
        called: &dyn Fn(&str) -> Option<NodeId>,
    ) -> Result<NodeId, Refused> {
        let metadata = cluster.metadata();
        let partition = |name: &PartitionName| {
            name.find(metadata).and_then(|id| metadata.partition(id)).ok_or(Refused::NoSuchPartition)
        };
        match self {
            Who::Node(node) => Ok(*node),
            Who::LeaderOf(name) => {
                let leader = partition(name)?.leader;
                leader
                    .map(NodeId::Broker)
                    .ok_or_else(|| Refused::because(format!("{name} has no leader now")))
            }
            Who::FollowerOf(name, nth) => {
                let partition = partition(name)?;
                let mut followers = partition.replicas.iter().filter(|id| Some(**id) != partition.leader);
                usize::from(*nth)
                    .checked_sub(1)
                    .and_then(|skip| followers.nth(skip))
                    .map(|id| NodeId::Broker(*id))
                    .ok_or_else(|| Refused::because(format!("{name} has no follower {nth} now")))
            }
            Who::CoordinatorOf(group) => {
                let place = metadata.groups.iter().position(|g| *g.name == **group);
                place
                    .and_then(|place| {
                        metadata.coordinator(highwater_core::ids::GroupId(u8::try_from(place).ok()?))
                    })
                    .map(|id: BrokerId| NodeId::Broker(id))
                    .ok_or_else(|| Refused::because(format!("group {group} has no coordinator now")))
            }
            Who::Called(name) => {
                called(name).ok_or_else(|| Refused::because(format!("nothing has been called {name} so far")))
            }
        }
    }
}

impl WhichMessage {
    fn read(words: &mut Words) -> Result<Self, String> {
        if words.take("message") {
            return Ok(WhichMessage::Number(MessageId(words.number("a message's number")?)));
        }
        let word = words.next("a kind of message")?;
        let name: StrDeserializer<'_, serde::de::value::Error> = word.as_str().into_deserializer();
        let kind = MessageKind::deserialize(name)
            .map_err(|_| format!("`{word}` is not a kind of message such as `FetchResponse`"))?;
        let (from, to, both_ways) = link(words)?;
        if both_ways {
            return Err("a message goes one way: write ` -> `".into());
        }
        Ok(WhichMessage::First { kind, from, to })
    }

    fn find(&self, cluster: &Cluster, called: &dyn Fn(&str) -> Option<NodeId>) -> Result<MessageId, Refused> {
        match self {
            WhichMessage::Number(id) => Ok(*id),
            WhichMessage::First { kind, from, to } => {
                let (from, to) = (from.find(cluster, called)?, to.find(cluster, called)?);
                cluster
                    .network()
                    .in_flight()
                    .find(|e| e.from == from && e.to == to && e.message.body.kind() == *kind)
                    .map(|e| e.id.0)
                    .ok_or_else(|| {
                        Refused::because(format!("no {} is on its way from {from} to {to}", kind.name()))
                    })
            }
        }
    }
}

impl fmt::Display for WhichMessage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            WhichMessage::Number(id) => write!(f, "message {}", id.0),
            WhichMessage::First { kind, from, to } => write!(f, "{} {from} -> {to}", kind.name()),
        }
    }
}

fn link(words: &mut Words) -> Result<(Who, Who, bool), String> {
    let from = Who::read(words)?;
    let both_ways = words.take("-");
    if !both_ways && !words.take("->") {
        return Err("between the two ends of a link stands ` - ` (both ways) or ` -> ` (one way)".into());
    }
    Ok((from, Who::read(words)?, both_ways))
}

fn name(words: &mut Words) -> Result<String, String> {
    checked_name(words.next("a name")?)
}

/// Names that a script gives: letters and digits, and no word of the language.
pub(crate) fn checked_name(name: String) -> Result<String, String> {
    const TAKEN: [&str; 9] =
        ["broker", "producer", "consumer", "controller", "leader", "follower", "coordinator", "then", "on"];
    let legal = !name.is_empty()
        && name.len() <= 40
        && name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
        && !TAKEN.contains(&&*name);
    if legal {
        Ok(name)
    } else {
        Err(format!("`{name}` is not a name: small letters, digits and `-`, a letter first"))
    }
}
