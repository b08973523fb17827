//! A consumer group, as its coordinator knows it.

use highwater_core::cluster::Cluster;
use highwater_core::group::GroupState;
use highwater_core::ids::{GroupId, NodeId};

use super::card::{Card, Item, broker_item};
use crate::i18n::Text;
use crate::session::Selection;

pub(super) fn card(t: Text, cluster: &Cluster, id: GroupId) -> Option<Card> {
    let metadata = cluster.metadata();
    let registered = metadata.groups.get(usize::from(id.0))?;
    let mut card = Card::new(t.group_title(&registered.name), t.is_group());
    let coordinator = metadata.coordinator(id);
    match coordinator {
        Some(broker) => card.list(t.coordinator_label(), vec![broker_item(t, broker)]),
        None => card.fact(t.coordinator_label(), t.not_known()),
    }
    let Some(group) = coordinator.and_then(|broker| cluster.broker(broker)?.group(id)) else {
        return Some(card);
    };
    card.fact(t.group_state_label(), t.group_state(group.state()));
    card.fact(t.generation_label(), group.generation().to_string());
    let members = group.members().map(|member| {
        let partitions = t.list(member.partitions().iter().map(|id| metadata.partition_name(*id)));
        let leads = if group.leader() == Some(member.id()) { t.group_leader() } else { "" };
        let text = format!(
            "{}{leads}: {}",
            member.id(),
            if partitions.is_empty() { t.none_of_them() } else { &partitions }
        );
        Item::go(text, Selection::Node(NodeId::Consumer(member.id().client)))
    });
    card.list(t.members_label(), members.collect());
    let offsets = metadata.partition_ids().filter_map(|partition| {
        let offset = group.committed(partition)?;
        Some(Item::go(
            format!("{}: {offset}", metadata.partition_name(partition)),
            Selection::Partition(partition),
        ))
    });
    card.list(t.committed_label(), offsets.collect());
    Some(card)
}

impl Text {
    fn group_state(self, state: GroupState) -> String {
        let (name, means) = match state {
            GroupState::Empty => ("Empty", self.group_empty()),
            GroupState::PreparingRebalance => ("PreparingRebalance", self.group_preparing()),
            GroupState::CompletingRebalance => ("CompletingRebalance", self.group_completing()),
            GroupState::Stable => ("Stable", self.group_stable()),
        };
        format!("{name} · {means}")
    }
}
