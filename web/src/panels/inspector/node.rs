//! A process: controller, broker, producer, consumer.

use highwater_core::action::{Crash, Intervention};
use highwater_core::cluster::Cluster;
use highwater_core::ids::{BrokerId, GroupId, NodeId, PartitionId};
use highwater_core::metadata::Registration;

use super::card::{Card, Deed, Form, Item};
use super::message::acks_word;
use crate::i18n::Text;
use crate::session::Selection;

pub(super) fn card(t: Text, cluster: &Cluster, node: NodeId) -> Option<Card> {
    let status = cluster.status(node)?;
    let sentence = match node {
        NodeId::Controller => t.is_controller(),
        NodeId::Broker(_) => t.is_broker(),
        NodeId::Producer(_) => t.is_producer(),
        NodeId::Consumer(_) => t.is_consumer(),
    };
    let mut card = Card::new(t.node_title(node), sentence);
    card.fact(t.status_label(), t.status(status));
    match node {
        NodeId::Controller => controller(t, cluster, &mut card),
        NodeId::Broker(id) => broker(t, cluster, id, &mut card),
        NodeId::Producer(n) => producer(t, cluster, n, &mut card),
        NodeId::Consumer(n) => consumer(t, cluster, n, &mut card),
    }
    let waiting = cluster.inbox(node).len();
    if waiting > 0 {
        card.fact(t.waiting_in_inbox(), waiting.to_string());
    }
    card.deeds = deeds(t, cluster, node);
    Some(card)
}

fn controller(t: Text, cluster: &Cluster, card: &mut Card) {
    let metadata = cluster.metadata();
    card.fact(t.metadata_version(), metadata.version.to_string());
    let registered = (1..).map(BrokerId).zip(&metadata.brokers).map(|(id, registration)| {
        Item::go(
            format!("{}: {}", t.broker_named(id.0), standing(t, registration)),
            Selection::Node(id.into()),
        )
    });
    card.list(t.brokers(), registered.collect());
}

/// A broker as the controller sees it.
fn standing(t: Text, registration: &Registration) -> &'static str {
    if registration.fenced {
        t.fenced()
    } else if registration.shutting_down {
        t.shutting_down()
    } else {
        t.active()
    }
}

fn broker(t: Text, cluster: &Cluster, id: BrokerId, card: &mut Card) {
    let Some(broker) = cluster.broker(id) else { return };
    let metadata = cluster.metadata();
    let registration = metadata.broker(id);
    card.fact(t.registration(), standing(t, registration));
    card.fact(t.broker_epoch(), registration.epoch.to_string());
    if let Some(mine) = broker.metadata() {
        let version = if mine.version == metadata.version {
            mine.version.to_string()
        } else {
            t.metadata_behind(mine.version, metadata.version)
        };
        card.fact(t.metadata_version(), version);
    }
    let replicas = |leading: bool| -> Vec<Item> {
        let ids = metadata.partition_ids().filter(|partition| {
            metadata
                .partition(*partition)
                .is_some_and(|p| p.replicas.contains(&id) && (p.leader == Some(id)) == leading)
        });
        ids.map(|partition| Item::go(metadata.partition_name(partition), Selection::Replica(id, partition)))
            .collect()
    };
    card.list(t.leads(), or_none(t, replicas(true)));
    card.list(t.follows_list(), or_none(t, replicas(false)));
    if broker.parked_writes() > 0 {
        card.fact(t.parked_writes(), broker.parked_writes().to_string());
    }
    card.forms.push(Form::Slow(id, broker.fetch_delay()));
}

fn or_none(t: Text, items: Vec<Item>) -> Vec<Item> {
    if items.is_empty() { vec![Item::text(t.none_of_them())] } else { items }
}

fn producer(t: Text, cluster: &Cluster, n: u8, card: &mut Card) {
    let Some(producer) = cluster.producers().nth(usize::from(n).saturating_sub(1)) else { return };
    if let Some(config) = cluster.settings().producers.get(usize::from(n).saturating_sub(1)) {
        card.fact("acks", acks_word(config.acks));
    }
    let batch = |partition: PartitionId, records: usize, attempt: u32| {
        let records = t.records(u64::try_from(records).unwrap_or(u64::MAX));
        t.batch_of(&cluster.metadata().partition_name(partition), &records, attempt)
    };
    let queued = producer.queued().map(|(partition, waiting)| {
        Item::text(batch(partition, waiting.records.len(), waiting.attempts + 1))
    });
    card.list(t.queued_label(), or_none(t, queued.collect()));
    let under_way = producer.in_flight().map(|(broker, request)| {
        let batches = request.batches.iter().map(|(id, sent)| batch(*id, sent.records.len(), sent.attempts));
        Item::text(format!("→ {}: {}", t.broker_named(broker.0), t.list(batches)))
    });
    card.list(t.producer_in_flight(), or_none(t, under_way.collect()));
    card.forms.push(Form::Send(n));
}

fn consumer(t: Text, cluster: &Cluster, n: u8, card: &mut Card) {
    let Some(consumer) = cluster.consumers().nth(usize::from(n).saturating_sub(1)) else { return };
    let metadata = cluster.metadata();
    let group = consumer.group();
    card.list(t.group_label(), vec![group_item(cluster, group)]);
    card.fact(
        t.member_label(),
        match consumer.member() {
            Some((member, generation)) => t.member_in_generation(&member.to_string(), generation),
            None => t.not_a_member().to_string(),
        },
    );
    let positions = consumer.assigned().map(|id| {
        let number = |n: Option<i64>| n.map_or_else(|| t.not_known().to_string(), |n| n.to_string());
        let (position, committed) = (consumer.position(id), cluster.committed(group, id));
        let lag = position.zip(log_end(cluster, id)).map(|(position, end)| end - position);
        let text =
            t.position_of(&metadata.partition_name(id), &number(position), &number(committed), &number(lag));
        Item::go(text, Selection::Partition(id))
    });
    card.list(t.assigned_label(), or_none(t, positions.collect()));
    if let Some((partition, offset)) = consumer.processing() {
        card.fact(t.processing_label(), t.record_at(&metadata.partition_name(partition), offset));
    }
}

/// The log end offset of a partition's leader.
pub(super) fn log_end(cluster: &Cluster, id: PartitionId) -> Option<i64> {
    let leader = cluster.metadata().partition(id)?.leader?;
    Some(cluster.broker(leader)?.log(id)?.end())
}

/// A group's name, to be selected.
pub(super) fn group_item(cluster: &Cluster, id: GroupId) -> Item {
    let name = cluster
        .metadata()
        .groups
        .get(usize::from(id.0))
        .map_or_else(String::new, |group| group.name.to_string());
    Item::go(name, Selection::Group(id))
}

fn deeds(t: Text, cluster: &Cluster, node: NodeId) -> Vec<Deed> {
    let deed = |label: &'static str, means, what| Deed::new(cluster, label, means, what);
    let others = || cluster.roster().iter().filter(move |other| *other != node);
    let cut = others().map(|to| Intervention::Cut { from: node, to, both_ways: true }).collect();
    let heal = others().map(|to| Intervention::Heal { from: node, to, both_ways: true }).collect();
    let mut deeds = vec![
        deed(t.do_kill(), t.do_kill_means(), Intervention::Crash { node, crash: Crash::Process }),
        deed(t.do_power(), t.do_power_means(), Intervention::Crash { node, crash: Crash::Power }),
        deed(t.do_restart(), t.do_restart_means(), Intervention::Restart(node)),
        deed(t.do_pause(), t.do_pause_means(), Intervention::Pause(node)),
        deed(t.do_resume(), t.do_resume_means(), Intervention::Resume(node)),
        match node {
            NodeId::Broker(_) | NodeId::Controller => {
                deed(t.do_shutdown(), t.do_shutdown_means(), Intervention::Shutdown(node))
            }
            NodeId::Producer(_) | NodeId::Consumer(_) => {
                deed(t.do_close(), t.do_close_means(), Intervention::Shutdown(node))
            }
        },
    ];
    deeds.extend(Deed::all(cluster, t.do_isolate(), t.do_isolate_means(), cut));
    deeds.extend(Deed::all(cluster, t.do_rejoin(), t.do_rejoin_means(), heal));
    deeds
}
