//! The name by which the document knows a thing on the stage, so that one listener serves them all.

use highwater_core::ids::{BrokerId, MessageId, NodeId, PartitionId, RecordId};

use crate::session::Selection;

/// The attribute that holds it.
pub(crate) const ATTRIBUTE: &str = "data-object";

/// The word for a selection, if it is on the stage.
pub(crate) fn word(selection: Selection) -> Option<String> {
    Some(match selection {
        Selection::Node(node) => format!("node {}", node_word(node)),
        Selection::Link(a, b) => format!("link {} {}", node_word(a), node_word(b)),
        Selection::Replica(broker, partition) => format!("replica {broker} {}", partition.0),
        Selection::Record(record) => format!("record {}", record.0),
        Selection::Message(message) => format!("message {}", message.0),
        // Not things on the stage.
        Selection::Partition(_) | Selection::Group(_) | Selection::Event(_) => return None,
    })
}

/// The selection that a word stands for.
pub(crate) fn selection(word: &str) -> Option<Selection> {
    let mut parts = word.split(' ');
    let (kind, first, second) = (parts.next()?, parts.next()?, parts.next());
    Some(match kind {
        "node" => Selection::Node(node(first)?),
        "link" => Selection::link(node(first)?, node(second?)?),
        "replica" => Selection::Replica(BrokerId(first.parse().ok()?), PartitionId(second?.parse().ok()?)),
        "record" => Selection::Record(RecordId(first.parse().ok()?)),
        "message" => Selection::Message(MessageId(first.parse().ok()?)),
        _ => return None,
    })
}

fn node_word(node: NodeId) -> String {
    match node {
        NodeId::Controller => "controller".to_owned(),
        NodeId::Broker(id) => format!("b{id}"),
        NodeId::Producer(n) => format!("p{n}"),
        NodeId::Consumer(n) => format!("c{n}"),
    }
}

fn node(word: &str) -> Option<NodeId> {
    if word == "controller" {
        return Some(NodeId::Controller);
    }
    let number = word.get(1..)?.parse().ok()?;
    Some(match word.as_bytes().first()? {
        b'b' => NodeId::Broker(BrokerId(number)),
        b'p' => NodeId::Producer(number),
        b'c' => NodeId::Consumer(number),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_leads_back_to_what_it_names() {
        for thing in [
            Selection::Node(NodeId::Controller),
            Selection::Node(NodeId::Consumer(6)),
            Selection::link(NodeId::Producer(2), NodeId::Broker(BrokerId(3))),
            Selection::Replica(BrokerId(9), PartitionId(23)),
            Selection::Record(RecordId(5)),
            Selection::Message(MessageId(1 << 40)),
        ] {
            assert_eq!(word(thing).as_deref().and_then(selection), Some(thing));
        }
        for bad in ["", "node", "node x1", "link b1", "replica 1", "record -1", "nothing 1"] {
            assert_eq!(selection(bad), None, "{bad}");
        }
    }
}
