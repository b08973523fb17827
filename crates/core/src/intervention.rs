//! What people and adversaries do: whether it is possible now, and doing it.

use crate::action::{Crash, Intervention, Send};
use crate::cluster::{Cluster, NodeMut};
use crate::config;
use crate::error::Refused;
use crate::event::{Event, EventKind, LossReason};
use crate::ids::{EventId, MessageId, NodeId, PartitionId, TopicId};
use crate::process::{Context, Status};
use crate::setup::{LONGEST, MAX_KEY_BYTES, MAX_PARTITIONS, MAX_VALUE_SIZE};
use crate::time::Micros;

/// Whether something could be done now, and if not, why.
pub(crate) fn check(cluster: &Cluster, what: &Intervention) -> Result<(), Refused> {
    let status = |node: NodeId| cluster.status(node).ok_or(Refused::NoSuchNode(node));
    match what {
        Intervention::Crash { node, crash } => match (status(*node)?, crash) {
            (Status::PoweredOff, _) => Err(Refused::NoPower(*node)),
            (Status::Stopped, Crash::Process) => Err(Refused::NotRunning(*node)),
            _ => Ok(()),
        },
        Intervention::Restart(node) => match status(*node)? {
            Status::Running | Status::Paused => Err(Refused::IsRunning(*node)),
            Status::Stopped | Status::PoweredOff => Ok(()),
        },
        Intervention::Shutdown(NodeId::Controller) => Err(Refused::ControllerShutdown),
        Intervention::Pause(node) | Intervention::Shutdown(node) => check_running(cluster, *node),
        Intervention::Resume(node) => match status(*node)? {
            Status::Paused => Ok(()),
            _ => Err(Refused::NotPaused(*node)),
        },
        Intervention::Cut { from, to, both_ways } => {
            check_link(cluster, *from, *to)?;
            let all_cut = directions(*from, *to, *both_ways).all(|(a, b)| cluster.network.is_cut(a, b));
            if all_cut { Err(Refused::AlreadyCut { from: *from, to: *to }) } else { Ok(()) }
        }
        Intervention::Heal { from, to, both_ways } => {
            check_link(cluster, *from, *to)?;
            let any_cut = directions(*from, *to, *both_ways).any(|(a, b)| cluster.network.is_cut(a, b));
            if any_cut { Ok(()) } else { Err(Refused::NotCut { from: *from, to: *to }) }
        }
        Intervention::Drop(message) => match cluster.network.find(*message) {
            // The network's own notice is no message of Kafka's, and would be sent again.
            Some(envelope) if !envelope.is_notice() => Ok(()),
            _ => Err(Refused::NotUnderWay),
        },
        Intervention::Delay { message, by } => match cluster.network.find(*message) {
            None => Err(Refused::NotUnderWay),
            Some(envelope) if envelope.is_held() => Err(Refused::HeldBack),
            Some(_) => check_time(1, *by),
        },
        Intervention::SlowFollower { broker, by } => {
            status(NodeId::Broker(*broker))?;
            check_time(0, *by)
        }
        Intervention::SetLatency { from, to, latency } => {
            check_link(cluster, *from, *to)?;
            check_time(1, *latency)
        }
        Intervention::Send(send) => check_send(cluster, send),
        Intervention::AddPartitions { topic, total } => check_add_partitions(cluster, *topic, *total),
        Intervention::SetConfig { name, member, value } => {
            let setting = config::find(name)?;
            let value = setting.parse(value)?;
            let mut next = (*cluster.settings).clone();
            next.set(setting, member.map(usize::from), value).map_err(Refused::from)
        }
        Intervention::ElectLeader { partition, unclean } => check_election(cluster, *partition, *unclean),
    }
}

fn check_running(cluster: &Cluster, node: NodeId) -> Result<(), Refused> {
    match cluster.status(node) {
        None => Err(Refused::NoSuchNode(node)),
        Some(Status::Running) => Ok(()),
        Some(Status::Paused) => Err(Refused::IsPaused(node)),
        Some(Status::Stopped | Status::PoweredOff) => Err(Refused::NotRunning(node)),
    }
}

fn check_link(cluster: &Cluster, from: NodeId, to: NodeId) -> Result<(), Refused> {
    if from == to {
        return Err(Refused::SameNode);
    }
    match [from, to].into_iter().find(|node| !cluster.roster.contains(*node)) {
        Some(missing) => Err(Refused::NoSuchNode(missing)),
        None => Ok(()),
    }
}

fn check_time(least: Micros, time: Micros) -> Result<(), Refused> {
    if (least..=LONGEST).contains(&time) { Ok(()) } else { Err(Refused::TimeOutOfRange) }
}

fn check_send(cluster: &Cluster, send: &Send) -> Result<(), Refused> {
    let producer = NodeId::Producer(send.producer);
    check_running(cluster, producer)?;
    if cluster.producers[usize::from(send.producer) - 1].is_closing() {
        return Err(Refused::NotRunning(producer));
    }
    match cluster.metadata().topics.get(usize::from(send.topic.0)) {
        None => Err(Refused::NoSuchTopic),
        Some(topic) if topic.internal => Err(Refused::InternalTopic),
        Some(_) if send.value_size > MAX_VALUE_SIZE => Err(Refused::ValueTooLarge),
        Some(_) if send.key.as_ref().is_some_and(|key| key.len() > MAX_KEY_BYTES) => Err(Refused::KeyTooLong),
        Some(_) => Ok(()),
    }
}

fn check_add_partitions(cluster: &Cluster, topic: TopicId, total: u16) -> Result<(), Refused> {
    check_running(cluster, NodeId::Controller)?;
    match cluster.metadata().topics.get(usize::from(topic.0)) {
        None => Err(Refused::NoSuchTopic),
        Some(topic) if topic.internal => Err(Refused::InternalTopic),
        Some(topic) if usize::from(total) <= topic.partitions.len() => {
            Err(Refused::PartitionsAreNeverRemoved(topic.partitions.len()))
        }
        Some(_) if total > MAX_PARTITIONS => Err(Refused::TooManyPartitions),
        Some(_) => Ok(()),
    }
}

fn check_election(cluster: &Cluster, id: PartitionId, unclean: bool) -> Result<(), Refused> {
    check_running(cluster, NodeId::Controller)?;
    let metadata = cluster.metadata();
    let p = metadata.partition(id).ok_or(Refused::NoSuchPartition)?;
    if unclean {
        if p.leader.is_some() {
            return Err(Refused::HasLeader);
        }
        let any_alive = p.replicas.iter().any(|b| metadata.is_active(*b));
        return if any_alive { Ok(()) } else { Err(Refused::NoReplicaAlive) };
    }
    let preferred = p.replicas[0];
    if p.leader == Some(preferred) {
        return Err(Refused::PreferredReplicaLeads);
    }
    if metadata.is_active(preferred) && p.isr.contains(preferred) {
        Ok(())
    } else {
        Err(Refused::PreferredReplicaNotAvailable)
    }
}

/// Does something that [`check`] has allowed.
pub(crate) fn apply(cluster: &mut Cluster, what: &Intervention, events: &mut Vec<Event>) {
    match what {
        Intervention::Crash { node, crash } => crash_node(cluster, *node, *crash, events),
        Intervention::Restart(node) => restart(cluster, *node, events),
        Intervention::Pause(node) => {
            cluster.react(*node, EventKind::Paused, EventId::NONE, events, |node, _| node.pause());
        }
        Intervention::Resume(node) => {
            cluster.react(*node, EventKind::Resumed, EventId::NONE, events, |node, _| node.resume());
            cluster.deliver_inbox(*node, events);
        }
        Intervention::Shutdown(node) => {
            cluster.react(
                *node,
                EventKind::ShutdownStarted,
                EventId::NONE,
                events,
                |node, context| match node {
                    NodeMut::Broker(broker) => broker.begin_shutdown(context),
                    NodeMut::Producer(producer) => producer.close(context),
                    NodeMut::Consumer(consumer) => consumer.close(context),
                    NodeMut::Controller(_) => {}
                },
            );
        }
        Intervention::Cut { from, to, both_ways } => {
            for (a, b) in directions(*from, *to, *both_ways) {
                if !cluster.network.is_cut(a, b) {
                    cluster.network.cut(a, b);
                    cluster.state_fact(a, EventId::NONE, EventKind::LinkCut { to: b }, events);
                }
            }
        }
        Intervention::Heal { from, to, both_ways } => {
            for (a, b) in directions(*from, *to, *both_ways) {
                if cluster.network.is_cut(a, b) {
                    cluster.network.heal(cluster.now, a, b);
                    cluster.state_fact(a, EventId::NONE, EventKind::LinkHealed { to: b }, events);
                }
            }
        }
        Intervention::Drop(message) => drop_message(cluster, *message, events),
        Intervention::Delay { message, by } => {
            let Some(envelope) = cluster.network.find(*message) else { return };
            let (node, kind) = (envelope.to, envelope.message.body.kind());
            let fact = EventKind::MessageDelayed { message: *message, kind, by: *by };
            cluster.network.delay(*message, *by);
            cluster.state_fact(node, EventId::NONE, fact, events);
        }
        Intervention::SlowFollower { broker, by } => {
            let fact = EventKind::FollowerSlowed { by: *by };
            cluster.react(NodeId::Broker(*broker), fact, EventId::NONE, events, |node, context| {
                node.broker().set_fetch_delay(*by, context);
            });
        }
        Intervention::SetLatency { from, to, latency } => {
            cluster.network.set_latency(*from, *to, *latency);
            cluster.network.set_latency(*to, *from, *latency);
            let fact = EventKind::LatencyChanged { to: *to, latency: *latency };
            cluster.state_fact(*from, EventId::NONE, fact, events);
        }
        Intervention::Send(send) => {
            let node = NodeId::Producer(send.producer);
            cluster.react_silently(node, events, |node, context| {
                if let NodeMut::Producer(producer) = node {
                    producer.send(send, context);
                }
            });
        }
        Intervention::AddPartitions { topic, total } => {
            cluster.react_silently(NodeId::Controller, events, |node, context| {
                if let NodeMut::Controller(controller) = node {
                    controller.add_partitions(*topic, *total, context);
                }
            });
        }
        Intervention::SetConfig { name, member, value } => set_config(cluster, name, *member, value, events),
        Intervention::ElectLeader { partition, unclean } => {
            cluster.react_silently(NodeId::Controller, events, |node, context| {
                if let NodeMut::Controller(controller) = node {
                    controller.elect(*partition, *unclean, context);
                }
            });
        }
    }
}

fn directions(from: NodeId, to: NodeId, both_ways: bool) -> impl Iterator<Item = (NodeId, NodeId)> {
    std::iter::once((from, to)).chain(both_ways.then_some((to, from)))
}

fn crash_node(cluster: &mut Cluster, node: NodeId, crash: Crash, events: &mut Vec<Event>) {
    let cause = cluster.state_fact(node, EventId::NONE, EventKind::Crashed(crash), events);
    cluster.stop(node, crash, cause, events);
    if let (NodeId::Broker(_), Crash::Power) = (node, crash) {
        cluster.react_because(node, cause, events, |node, context| node.broker().lose_page_cache(context));
    }
}

fn restart(cluster: &mut Cluster, node: NodeId, events: &mut Vec<Event>) {
    let brokers = usize::from(cluster.roster.brokers);
    let image = cluster.controller.image();
    cluster.react(node, EventKind::Restarted, EventId::NONE, events, |node, context| match node {
        NodeMut::Controller(controller) => controller.start(context),
        NodeMut::Broker(broker) => broker.start(brokers, context),
        NodeMut::Producer(producer) => producer.start(&image, context.now),
        NodeMut::Consumer(consumer) => consumer.start(&image, context.now),
    });
}

/// Loses a message, and with it its connection: what is behind it on the way never arrives, as with TCP, and both ends
/// notice one hop later.
fn drop_message(cluster: &mut Cluster, message: MessageId, events: &mut Vec<Event>) {
    let Some(envelope) = cluster.network.take(message) else { return };
    let cause = cluster.lose(&envelope, LossReason::Dropped, events);
    for behind in cluster.network.take_behind(&envelope) {
        cluster.lose(&behind, LossReason::ConnectionClosed, events);
    }
    let connection = envelope.connection();
    for end in [connection.client, connection.server] {
        cluster.network.break_off(connection, connection.opposite(end), true);
        cluster.send_connection_closed(connection, end, cause);
    }
}

fn set_config(cluster: &mut Cluster, name: &str, member: Option<u8>, value: &str, events: &mut Vec<Event>) {
    let Ok(setting) = config::find(name) else { return };
    let Ok(parsed) = setting.parse(value) else { return };
    if cluster.settings.make_mut().set(setting, member.map(usize::from), parsed).is_err() {
        return;
    }
    let fact = EventKind::ConfigChanged { name: setting.name, member, value: parsed.to_string().into() };
    let cause = cluster.state_fact(NodeId::Controller, EventId::NONE, fact, events);
    for node in cluster
        .roster
        .iter()
        .filter(|node| cluster.status(*node) == Some(Status::Running))
        .collect::<Vec<_>>()
    {
        cluster.react_because(node, cause, events, |node, context| {
            node.on_config_changed(context);
        });
    }
}

impl NodeMut<'_> {
    /// The broker that this node is known to be.
    pub(crate) fn broker(&mut self) -> &mut crate::broker::Broker {
        match self {
            NodeMut::Broker(broker) => broker,
            _ => unreachable!("only brokers are asked to do what brokers do"),
        }
    }

    fn on_config_changed(&mut self, context: &mut Context<'_>) {
        match self {
            NodeMut::Controller(node) => node.on_config_changed(context),
            NodeMut::Broker(node) => node.on_config_changed(context),
            NodeMut::Producer(node) => node.on_config_changed(context),
            NodeMut::Consumer(node) => node.on_config_changed(context),
        }
    }

    fn pause(&mut self) {
        match self {
            NodeMut::Controller(node) => node.process_mut().pause(),
            NodeMut::Broker(node) => node.process_mut().pause(),
            NodeMut::Producer(node) => node.process_mut().pause(),
            NodeMut::Consumer(node) => node.process_mut().pause(),
        }
    }

    fn resume(&mut self) {
        match self {
            NodeMut::Controller(node) => node.process_mut().resume(),
            NodeMut::Broker(node) => node.process_mut().resume(),
            NodeMut::Producer(node) => node.process_mut().resume(),
            NodeMut::Consumer(node) => node.process_mut().resume(),
        }
    }
}
