//! Builds a running cluster from a setup.

use crate::broker::Broker;
use crate::cluster::Cluster;
use crate::config::Settings;
use crate::consumer::{Consumer, Plan};
use crate::controller::{Controller, place_replicas};
use crate::event::EventKind;
use crate::ids::{BrokerId, BrokerSet, EventId, GroupId, NodeId, PartitionId, TopicId};
use crate::metadata::{Group, MetadataImage, Partition, Registration, Topic};
use crate::network::Network;
use crate::producer::{Producer, partition_for_group};
use crate::rng::{Rng, Stream};
use crate::roster::Roster;
use crate::setup::{Setup, SetupError};
use std::sync::Arc;

impl Cluster {
    /// Builds a cluster that has been running: brokers are registered, topics created, leaders elected, and
    /// followers are about to send their first fetch.
    ///
    /// # Errors
    /// The setup is not valid.
    pub fn new(setup: &Setup) -> Result<Cluster, SetupError> {
        setup.validate()?;
        let image = Arc::new(first_image(setup));
        let roster = Roster {
            brokers: setup.brokers,
            producers: count(setup.producers.len()),
            consumers: count(setup.consumers.len()),
        };
        let mut network =
            Network::new(roster, setup.latency, setup.jitter, Rng::new(setup.seed, Stream::Network));
        for link in &setup.links {
            network.set_latency(link.a, link.b, link.latency);
            network.set_latency(link.b, link.a, link.latency);
        }
        let settings: Settings = setup.settings.clone();
        let controller = Controller::new(Arc::clone(&image), &settings);
        let brokers = roster.broker_ids().map(|id| Broker::new(id, &image)).collect();
        let producers = (1u8..)
            .zip(&setup.producers)
            .map(|(n, producer)| {
                let load = producer
                    .workload
                    .as_ref()
                    .and_then(|load| Some((image.topic_id(&load.topic)?, load.clone())));
                Producer::new(n, load, setup.seed, &image)
            })
            .collect();
        let consumers =
            (1u8..).zip(plans(setup, &image)).map(|(n, plan)| Consumer::new(n, plan, &image)).collect();
        let mut cluster =
            Cluster::assemble(roster, settings, network, controller, brokers, producers, consumers);
        // What brokers do as time begins is nobody's news.
        let mut unheard = Vec::new();
        for id in roster.broker_ids() {
            cluster.react(
                NodeId::Broker(id),
                EventKind::Restarted,
                EventId::NONE,
                &mut unheard,
                |node, context| {
                    node.broker().start_registered(&image, context);
                },
            );
        }
        cluster.forget_history();
        Ok(cluster)
    }
}

fn first_image(setup: &Setup) -> MetadataImage {
    let brokers = usize::from(setup.brokers);
    let mut image = MetadataImage {
        version: 1,
        topics: Vec::new(),
        partitions: Vec::new(),
        brokers: (1..=i64::from(setup.brokers))
            .map(|epoch| Registration { epoch, fenced: false, shutting_down: false })
            .collect(),
        groups: Vec::new(),
    };
    for topic in &setup.topics {
        let id = add_topic(&mut image, &topic.name, false);
        for index in 0..topic.partitions {
            let replicas = place_replicas(usize::from(index), usize::from(topic.replication_factor), brokers);
            add_partition(&mut image, id, index, replicas);
        }
    }
    if !setup.consumers.is_empty() {
        add_groups(&mut image, setup);
    }
    image
}

/// `__consumer_offsets`, of which only the partitions that hold a group exist.
fn add_groups(image: &mut MetadataImage, setup: &Setup) {
    let config = &setup.settings.broker;
    let partitions = u16::try_from(config.offsets_topic_num_partitions).unwrap_or(50);
    let replication_factor =
        usize::try_from(config.offsets_topic_replication_factor).unwrap_or(1).min(usize::from(setup.brokers));
    let topic = add_topic(image, "__consumer_offsets", true);
    let mut holders: Vec<(u16, PartitionId)> = Vec::new();
    for consumer in &setup.consumers {
        if image.groups.iter().any(|g| *g.name == *consumer.group) {
            continue;
        }
        let index = partition_for_group(&consumer.group, partitions);
        let known = holders.iter().find(|(other, _)| *other == index).map(|(_, id)| *id);
        let id = known.unwrap_or_else(|| {
            let brokers = usize::from(setup.brokers);
            let id = add_partition(
                image,
                topic,
                index,
                place_replicas(usize::from(index), replication_factor, brokers),
            );
            holders.push((index, id));
            id
        });
        image.groups.push(Group { name: consumer.group.as_str().into(), offsets_partition: id });
    }
}

fn add_topic(image: &mut MetadataImage, name: &str, internal: bool) -> TopicId {
    image.topics.push(Topic { name: name.into(), internal, partitions: Vec::new() });
    TopicId(u16::from(count(image.topics.len())) - 1)
}

fn add_partition(
    image: &mut MetadataImage,
    topic: TopicId,
    index: u16,
    replicas: Arc<[BrokerId]>,
) -> PartitionId {
    let id = PartitionId::at(image.partitions.len());
    image.topics[usize::from(topic.0)].partitions.push(id);
    image.partitions.push(Partition {
        topic,
        index,
        isr: replicas.iter().copied().collect::<BrokerSet>(),
        leader: replicas.first().copied(),
        leader_epoch: 0,
        partition_epoch: 0,
        replicas,
    });
    id
}

/// A number of things of which a valid setup has only a few.
fn count(n: usize) -> u8 {
    u8::try_from(n).unwrap_or(u8::MAX)
}

fn plans<'a>(setup: &'a Setup, image: &'a MetadataImage) -> impl Iterator<Item = Plan> + 'a {
    setup.consumers.iter().map(|consumer| {
        let wanted = |topic: &TopicId| {
            let name = &*image.topics[usize::from(topic.0)].name;
            consumer.topics.iter().any(|other| other == name)
        };
        let all = (0..u16::from(count(image.topics.len()))).map(TopicId);
        let topics: Vec<TopicId> = all.filter(wanted).collect();
        let group = image.groups.iter().position(|g| *g.name == *consumer.group).unwrap_or(0);
        Plan {
            group: GroupId(count(group)),
            subscription: topics.into(),
            processing: consumer.processing,
            poll_interval: consumer.poll_interval,
            commit: consumer.commit,
        }
    })
}
