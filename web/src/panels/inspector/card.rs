//! What is told of a selected thing, whatever it is.

use highwater_core::action::Intervention;
use highwater_core::cluster::Cluster;
use highwater_core::error::Refused;
use highwater_core::ids::{BrokerId, NodeId, PartitionId, TopicId};
use highwater_core::time::Micros;

use crate::i18n::Text;
use crate::session::Selection;

/// A selected thing explains itself.
pub(super) struct Card {
    /// Its name.
    pub(super) title: String,
    /// What it is, in one sentence.
    pub(super) sentence: String,
    /// Its state.
    pub(super) facts: Vec<Fact>,
    /// What can be done to it.
    pub(super) deeds: Vec<Deed>,
    /// What can be done to it that needs a number or words.
    pub(super) forms: Vec<Form>,
}

impl Card {
    pub(super) fn new(title: String, sentence: impl Into<String>) -> Self {
        Card { title, sentence: sentence.into(), facts: Vec::new(), deeds: Vec::new(), forms: Vec::new() }
    }

    /// States something in one text.
    pub(super) fn fact(&mut self, label: &'static str, value: impl Into<String>) {
        self.facts.push(Fact { label, items: vec![Item { text: value.into(), go: None }] });
    }

    /// States something in a list, some of which can be selected.
    pub(super) fn list(&mut self, label: &'static str, items: Vec<Item>) {
        if !items.is_empty() {
            self.facts.push(Fact { label, items });
        }
    }
}

/// A part of the state.
pub(super) struct Fact {
    pub(super) label: &'static str,
    pub(super) items: Vec<Item>,
}

/// A piece of a fact, and what selecting it selects.
pub(super) struct Item {
    pub(super) text: String,
    pub(super) go: Option<Selection>,
}

impl Item {
    pub(super) fn text(text: impl Into<String>) -> Self {
        Item { text: text.into(), go: None }
    }

    pub(super) fn go(text: impl Into<String>, to: Selection) -> Self {
        Item { text: text.into(), go: Some(to) }
    }
}

/// Something to do at the press of a button.
pub(super) struct Deed {
    pub(super) label: String,
    /// What it does.
    pub(super) means: &'static str,
    /// One after the other.
    pub(super) steps: Vec<Intervention>,
    /// Why it is not possible now.
    pub(super) refusal: Option<Refused>,
}

impl Deed {
    /// A deed of one intervention.
    pub(super) fn new(
        cluster: &Cluster,
        label: impl Into<String>,
        means: &'static str,
        what: Intervention,
    ) -> Self {
        Deed { label: label.into(), means, refusal: cluster.check(&what).err(), steps: vec![what] }
    }

    /// A deed of all those that are possible; if none is, the first one says why.
    pub(super) fn all(
        cluster: &Cluster,
        label: &'static str,
        means: &'static str,
        of: Vec<Intervention>,
    ) -> Option<Self> {
        let first = of.first()?.clone();
        let steps: Vec<Intervention> = of.into_iter().filter(|what| cluster.check(what).is_ok()).collect();
        if steps.is_empty() {
            return Some(Deed::new(cluster, label, means, first));
        }
        Some(Deed { label: label.to_string(), means, steps, refusal: None })
    }
}

/// Something to do that asks for more than a press.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Form {
    /// How long a broker waits before each of its fetches.
    Slow(BrokerId, Micros),
    /// How long a message takes between two nodes.
    Latency(NodeId, NodeId, Micros),
    /// How many partitions a topic has.
    AddPartitions(TopicId, u16),
    /// A record for this producer to send.
    Send(u8),
}

/// A partition's name, to be selected.
pub(super) fn partition_item(cluster: &Cluster, id: PartitionId) -> Item {
    Item::go(cluster.metadata().partition_name(id), Selection::Partition(id))
}

/// A broker's name, to be selected.
pub(super) fn broker_item(t: Text, id: BrokerId) -> Item {
    Item::go(t.broker_named(id.0), Selection::Node(id.into()))
}
