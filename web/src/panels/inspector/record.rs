//! A record, wherever its copies are.

use highwater_core::ids::{NodeId, RecordId};
use highwater_lab::timeline::Timeline;

use super::card::{Card, Item, broker_item, partition_item};
use crate::i18n::Text;
use crate::panels::verdict::Count;
use crate::session::Selection;

pub(super) fn card(t: Text, timeline: &Timeline, id: RecordId) -> Option<Card> {
    let cluster = timeline.cluster();
    let entry = timeline.ledger().record(id)?;
    let mut card = Card::new(t.record_title(&id.to_string()), t.is_record());
    card.fact(t.fate_label(), t.fate(entry.fate()));
    let producer = NodeId::Producer(entry.producer());
    card.list(t.sent_by(), vec![Item::go(t.node(producer), Selection::Node(producer))]);
    let key = entry.key().map(|key| String::from_utf8_lossy(key).into_owned());
    card.fact(t.key_label(), key.unwrap_or_else(|| t.no_key().to_string()));
    match entry.partition() {
        Some(partition) => card.list(t.partition_label(), vec![partition_item(cluster, partition)]),
        None => card.fact(t.partition_label(), t.no_partition_yet()),
    }
    let offsets = timeline.ledger().offsets(id);
    if !offsets.is_empty() {
        card.fact(t.offset_label(), t.list(offsets));
    }
    card.fact(t.acked_label(), if entry.acked().is_some() { t.yes() } else { t.no() });
    let holders: Vec<Item> = entry.holders().iter().map(|broker| broker_item(t, broker)).collect();
    if holders.is_empty() {
        card.fact(t.holders_label(), t.no_copies());
    }
    card.list(t.holders_label(), holders);
    let flags = [Count::Duplicated, Count::Reordered, Count::Skipped, Count::Repeated].into_iter();
    let flags = flags.filter(|count| count.includes(entry)).map(|count| Item::text(count.name(t)));
    card.list(t.flags_label(), flags.collect());
    Some(card)
}
