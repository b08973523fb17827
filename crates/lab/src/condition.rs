//! Conditions on what has happened: `acked m5`, `appended m5 on leader then crashed broker 1`.
//!
//! A condition is a chain of facts that have to happen one after the other. Each fact is met by an event, never by a
//! setting or a number a learner may change, so a script goes on working whatever is changed.

use crate::command::{PartitionName, Who, checked_name};
use crate::ledger::{Fate, FateChange};
use crate::packed::packed;
use crate::words::Words;
use highwater_core::event::{Event, EventKind};
use highwater_core::ids::{NodeId, PartitionId, RecordId};
use highwater_core::metadata::MetadataImage;
use highwater_core::record::Records;

/// Facts that must happen in this order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Condition {
    facts: Vec<Fact>,
}

/// The most facts in a condition.
const MOST_FACTS: usize = 8;

/// Where a copy of a record is.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Place {
    /// At the leader that appends first.
    Leader,
    /// At any follower.
    Follower,
    /// At this broker.
    At(Who),
}

/// Something that can happen.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Fact {
    Created(String),
    Sent(String),
    Appended(String, Place),
    Acked(String),
    Failed(String),
    Processed(String),
    Became(String, Fate),
    Elected(PartitionName, Option<Who>),
    Offline(PartitionName),
    Isr(PartitionName, u32),
    Truncated(PartitionName),
    HighWatermark(PartitionName, i64),
    Crashed(Who),
    Restarted(Who),
    Fenced(Who),
    Unfenced(Who),
    Assigned(Who),
    Done(String),
}

packed!(struct Condition { facts });
packed!(
    enum Place {
        Leader,
        Follower,
        At(who),
    }
);
packed!(
    enum Fact {
        Created(record),
        Sent(record),
        Appended(record, place),
        Acked(record),
        Failed(record),
        Processed(record),
        Became(record, fate),
        Elected(partition, leader),
        Offline(partition),
        Isr(partition, size),
        Truncated(partition),
        HighWatermark(partition, offset),
        Crashed(who),
        Restarted(who),
        Fenced(who),
        Unfenced(who),
        Assigned(who),
        Done(cue),
    }
);

/// What a condition is held against.
pub(crate) enum Happened<'a> {
    /// An event.
    Event(&'a Event),
    /// The ledger judged.
    Fate(FateChange),
    /// A cue of the script was carried out.
    Done(&'a str),
}

/// What names mean at the moment.
pub(crate) struct Meaning<'a> {
    pub(crate) metadata: &'a MetadataImage,
    pub(crate) record: &'a dyn Fn(&str) -> Option<RecordId>,
    pub(crate) called: &'a dyn Fn(&str) -> Option<NodeId>,
}

impl Condition {
    /// Reads a condition.
    ///
    /// # Errors
    /// What is wrong with the words.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut words = Words::of(text)?;
        let mut facts = vec![Fact::read(&mut words)?];
        while words.take("then") {
            facts.push(Fact::read(&mut words)?);
        }
        words.end()?;
        if facts.len() > MOST_FACTS {
            return Err(format!("has more than {MOST_FACTS} facts"));
        }
        Ok(Condition { facts })
    }

    /// How many facts there are.
    pub(crate) fn len(&self) -> usize {
        self.facts.len()
    }

    /// Whether the fact at `place` is what happened.
    pub(crate) fn is_met(&self, place: usize, happened: &Happened<'_>, meaning: &Meaning<'_>) -> bool {
        self.facts.get(place).is_some_and(|fact| fact.is_met(happened, meaning))
    }

    /// Names of cues, records and nodes that the condition speaks of, for checking that they exist.
    pub(crate) fn names(&self) -> impl Iterator<Item = Name<'_>> {
        self.facts.iter().flat_map(Fact::names)
    }
}

/// A name in a condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Name<'a> {
    Record(&'a str),
    Partition(&'a PartitionName),
    Who(&'a Who),
    Cue(&'a str),
}

impl Fact {
    fn read(words: &mut Words) -> Result<Self, String> {
        let verb = words.next("a condition")?;
        let record = |words: &mut Words| checked_name(words.next("a record such as `m1`")?);
        Ok(match verb.as_str() {
            "created" => Fact::Created(record(words)?),
            "sent" => Fact::Sent(record(words)?),
            "appended" => {
                let record = record(words)?;
                words.expect("on")?;
                let place = if words.take("leader") {
                    Place::Leader
                } else if words.take("follower") {
                    Place::Follower
                } else {
                    Place::At(Who::read(words)?)
                };
                Fact::Appended(record, place)
            }
            "acked" => Fact::Acked(record(words)?),
            "failed" => Fact::Failed(record(words)?),
            "processed" => Fact::Processed(record(words)?),
            "safe" => Fact::Became(record(words)?, Fate::Safe),
            "lost" => Fact::Became(record(words)?, Fate::Lost),
            "elected" => {
                let partition = PartitionName::read(words)?;
                let leader = if words.take("is") { Some(Who::read(words)?) } else { None };
                Fact::Elected(partition, leader)
            }
            "offline" => Fact::Offline(PartitionName::read(words)?),
            "isr" => {
                let partition = PartitionName::read(words)?;
                words.expect("has")?;
                Fact::Isr(partition, words.number("how many members the ISR has")?)
            }
            "truncated" => Fact::Truncated(PartitionName::read(words)?),
            "high-watermark" => {
                let partition = PartitionName::read(words)?;
                words.expect("reaches")?;
                Fact::HighWatermark(partition, words.number("an offset")?)
            }
            "crashed" => Fact::Crashed(Who::read(words)?),
            "restarted" => Fact::Restarted(Who::read(words)?),
            "fenced" => Fact::Fenced(Who::read(words)?),
            "unfenced" => Fact::Unfenced(Who::read(words)?),
            "assigned" => Fact::Assigned(Who::read(words)?),
            "done" => Fact::Done(checked_name(words.next("a cue's id")?)?),
            other => return Err(format!("`{other}` is not something that can happen")),
        })
    }

    fn names(&self) -> Vec<Name<'_>> {
        match self {
            Fact::Created(r)
            | Fact::Sent(r)
            | Fact::Acked(r)
            | Fact::Failed(r)
            | Fact::Processed(r)
            | Fact::Became(r, _)
            | Fact::Appended(r, Place::Leader | Place::Follower) => vec![Name::Record(r)],
            Fact::Appended(r, Place::At(who)) => vec![Name::Record(r), Name::Who(who)],
            Fact::Elected(p, Some(who)) => vec![Name::Partition(p), Name::Who(who)],
            Fact::Elected(p, None)
            | Fact::Offline(p)
            | Fact::Isr(p, _)
            | Fact::Truncated(p)
            | Fact::HighWatermark(p, _) => vec![Name::Partition(p)],
            Fact::Crashed(who)
            | Fact::Restarted(who)
            | Fact::Fenced(who)
            | Fact::Unfenced(who)
            | Fact::Assigned(who) => vec![Name::Who(who)],
            Fact::Done(cue) => vec![Name::Cue(cue)],
        }
    }

    fn is_met(&self, happened: &Happened<'_>, meaning: &Meaning<'_>) -> bool {
        match (self, happened) {
            (Fact::Done(cue), Happened::Done(done)) => cue == done,
            (Fact::Became(record, fate), Happened::Fate(change)) => {
                change.fate == *fate && (meaning.record)(record) == Some(change.record)
            }
            (_, Happened::Event(event)) => self.is_event(event, meaning),
            _ => false,
        }
    }

    fn is_event(&self, event: &Event, meaning: &Meaning<'_>) -> bool {
        use EventKind as E;
        let record = |name: &str, id: RecordId| (meaning.record)(name) == Some(id);
        let among = |name: &str, records: &Records| {
            (meaning.record)(name).is_some_and(|id| records.iter().any(|r| r.id == id))
        };
        let partition = |name: &PartitionName, id: PartitionId| name.find(meaning.metadata) == Some(id);
        let who = |who: &Who, node: NodeId| match who {
            Who::Node(named) => *named == node,
            Who::Called(name) => (meaning.called)(name) == Some(node),
            Who::LeaderOf(_) | Who::FollowerOf(..) | Who::CoordinatorOf(_) => false,
        };
        match (self, &event.kind) {
            (Fact::Created(name), E::RecordCreated { record: id, .. })
            | (Fact::Failed(name), E::RecordFailed { record: id, .. })
            | (Fact::Processed(name), E::Processed { record: id, .. }) => record(name, *id),
            (Fact::Sent(name), E::BatchSent { records, .. })
            | (Fact::Acked(name), E::Acked { records, .. })
            | (Fact::Failed(name), E::BatchFailed { records, .. }) => among(name, records),
            (Fact::Appended(name, place), E::RecordsAppended { records, as_leader, .. }) => {
                among(name, records)
                    && match place {
                        Place::Leader => *as_leader,
                        Place::Follower => !as_leader,
                        Place::At(broker) => who(broker, event.node),
                    }
            }
            (Fact::Elected(name, leader), E::LeaderElected { partition: id, leader: broker, .. }) => {
                partition(name, *id) && leader.as_ref().is_none_or(|w| who(w, NodeId::Broker(*broker)))
            }
            (Fact::Offline(name), E::PartitionOffline { partition: id, .. })
            | (Fact::Truncated(name), E::Truncated { partition: id, .. }) => partition(name, *id),
            (
                Fact::Isr(name, size),
                E::IsrShrunk { partition: id, isr, .. }
                | E::IsrExpanded { partition: id, isr, .. }
                | E::LeaderElected { partition: id, isr, .. },
            ) => isr.len() == *size && partition(name, *id),
            (
                Fact::HighWatermark(name, offset),
                E::HighWatermarkChanged { partition: id, to, as_leader: true, .. },
            ) => to >= offset && partition(name, *id),
            (Fact::Crashed(node), E::Crashed(_))
            | (Fact::Restarted(node), E::Restarted)
            | (Fact::Assigned(node), E::PartitionsAssigned { .. }) => who(node, event.node),
            (Fact::Fenced(node), E::BrokerFenced { broker, .. })
            | (Fact::Unfenced(node), E::BrokerUnfenced { broker }) => who(node, NodeId::Broker(*broker)),
            _ => false,
        }
    }
}
