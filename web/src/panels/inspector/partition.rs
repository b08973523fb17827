//! A partition, and a broker's replica of it.

use highwater_core::action::Intervention;
use highwater_core::broker::{Leader, Replica, Role};
use highwater_core::cluster::Cluster;
use highwater_core::ids::{BrokerId, PartitionId};
use highwater_core::log::Log;

use super::card::{Card, Deed, Form, Item, broker_item};
use crate::i18n::Text;
use crate::session::Selection;

/// The most segments and epochs that are listed, the newest ones.
const LISTED: usize = 6;

pub(super) fn partition_card(t: Text, cluster: &Cluster, id: PartitionId) -> Option<Card> {
    let metadata = cluster.metadata();
    let partition = metadata.partition(id)?;
    let mut card = Card::new(metadata.partition_name(id), t.is_partition());
    match partition.leader {
        Some(leader) => card.list(t.leader_label(), vec![broker_item(t, leader)]),
        None => card.fact(t.leader_label(), t.no_leader()),
    }
    card.fact(t.leader_epoch(), partition.leader_epoch.to_string());
    card.fact(t.isr_label(), partition.isr.to_string());
    let replicas = partition
        .replicas
        .iter()
        .map(|broker| Item::go(t.broker_named(broker.0), Selection::Replica(*broker, id)));
    card.list(t.replicas_label(), replicas.collect());
    elections(t, cluster, id, &mut card);
    let topic = metadata.topics.get(usize::from(partition.topic.0))?;
    if !topic.internal {
        let now = u16::try_from(topic.partitions.len()).unwrap_or(u16::MAX);
        card.forms.push(Form::AddPartitions(partition.topic, now));
    }
    Some(card)
}

pub(super) fn replica_card(t: Text, cluster: &Cluster, broker_id: BrokerId, id: PartitionId) -> Option<Card> {
    let metadata = cluster.metadata();
    let partition = metadata.partition(id)?;
    let broker = cluster.broker(broker_id)?;
    let log = broker.log(id)?;
    let name = metadata.partition_name(id);
    let replica = broker.replica(id);
    let role = replica.map(Replica::role);
    let sentence = match role {
        Some(Role::Leader(_)) => t.is_leader_replica(),
        Some(Role::Follower(_)) => t.is_follower_replica(),
        Some(Role::Idle) => t.is_idle_replica(),
        None => t.is_down_replica(),
    };
    let mut card = Card::new(t.replica_title(&name, &t.broker_named(broker_id.0)), sentence);
    card.list(t.partition_label(), vec![Item::go(name, Selection::Partition(id)), broker_item(t, broker_id)]);
    if let Some(role) = role {
        card.fact(t.role_label(), t.role(role));
    }
    let in_sync = if partition.isr.contains(broker_id) { t.in_sync() } else { t.out_of_sync() };
    card.fact(t.isr_label(), format!("{} · {in_sync}", partition.isr));
    card.fact(t.leo_label(), log.end().to_string());
    if let Some(replica) = replica {
        card.fact(t.hw_label(), replica.high_watermark().to_string());
    }
    match role {
        Some(Role::Leader(leader)) => as_leader(t, leader, &mut card),
        Some(Role::Follower(follower)) => {
            card.list(t.leader_label(), vec![broker_item(t, follower.leader())]);
            card.fact(t.leader_epoch(), follower.epoch().to_string());
        }
        Some(Role::Idle) | None => {}
    }
    on_disk(t, log, &mut card);
    elections(t, cluster, id, &mut card);
    Some(card)
}

fn as_leader(t: Text, leader: &Leader, card: &mut Card) {
    card.fact(t.leader_epoch(), t.epoch_starts_at(leader.epoch(), leader.epoch_start()));
    if let Some(pending) = leader.pending_isr() {
        card.fact(t.isr_label(), t.isr_pending(&pending.to_string()));
    }
    let progress = leader.followers().iter().map(|follower| {
        let end = follower.log_end.map_or_else(|| t.unknown_end().to_string(), |end| end.to_string());
        Item::text(format!("{}: {end}", t.broker_named(follower.broker.0)))
    });
    card.list(t.follower_ends(), progress.collect());
}

fn on_disk(t: Text, log: &Log, card: &mut Card) {
    card.fact(t.log_range(), t.log_start_to_end(log.start(), log.end()));
    let unflushed = u64::try_from(log.end() - log.flushed()).unwrap_or(0);
    card.fact(
        t.unflushed_label(),
        match unflushed {
            0 => t.unflushed_none().to_string(),
            n => t.unflushed_from(log.flushed(), &t.records(n)),
        },
    );
    let segments = log.segments();
    let skip = segments.len().saturating_sub(LISTED);
    let files = segments
        .skip(skip)
        .map(|segment| Item::text(t.segment_named(segment.base_offset, &t.bytes(segment.size_bytes))));
    card.list(t.segments_label(), files.collect());
    let epochs = log.epochs();
    let newest = epochs.iter().skip(epochs.len().saturating_sub(LISTED));
    card.list(
        t.epochs_label(),
        newest.map(|(epoch, start)| Item::text(t.epoch_starts_at(*epoch, *start))).collect(),
    );
}

fn elections(t: Text, cluster: &Cluster, partition: PartitionId, card: &mut Card) {
    let deed = |label: &'static str, means, unclean| {
        Deed::new(cluster, label, means, Intervention::ElectLeader { partition, unclean })
    };
    card.deeds.push(deed(t.do_elect_preferred(), t.do_elect_preferred_means(), false));
    card.deeds.push(deed(t.do_elect_unclean(), t.do_elect_unclean_means(), true));
}
