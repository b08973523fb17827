//! What people and adversaries do: whether it is possible now, and doing it.

use crate::action::{Crash, Intervention, Send};
use crate::cluster::{Cluster, NodeMut};
use crate::config;
use crate::error::Refused;
use crate::event::{Event, EventKind, LossReason};
use crate::ids::{EventId, MessageId, NodeId, PartitionId, TopicId};
use crate::process::Status;
use crate::protocol::Body;
use crate::setup::{LONGEST, MAX_VALUE_SIZE};
use std::sync::Arc;

fn refuse(reason: impl Into<String>) -> Result<(), Refused> {
    Err(Refused::because(reason))
}

/// Whether something could be done now, and if not, why.
pub(crate) fn check(cluster: &Cluster, what: &Intervention) -> Result<(), Refused> {
    let status = |node: NodeId| {
        cluster.status(node).ok_or_else(|| Refused::because(format!("there is no {node} in this cluster")))
    };
    match what {
        Intervention::Crash { node, crash } => match (status(*node)?, crash) {
            (Status::PoweredOff, _) => refuse(format!("{node} has no power")),
            (Status::Stopped, Crash::Process) => refuse(format!("{node} is not running")),
            _ => Ok(()),
        },
        Intervention::Restart(node) => match status(*node)? {
            Status::Running | Status::Paused => refuse(format!("{node} is running")),
            Status::Stopped | Status::PoweredOff => Ok(()),
        },
        Intervention::Pause(node) | Intervention::Shutdown(node) => match status(*node)? {
            Status::Running if *node == NodeId::Controller && matches!(what, Intervention::Shutdown(_)) => {
                refuse("the controller cannot be shut down here; kill it instead")
            }
            Status::Running => Ok(()),
            Status::Paused => refuse(format!("{node} is paused")),
            Status::Stopped | Status::PoweredOff => refuse(format!("{node} is not running")),
        },
        Intervention::Resume(node) => match status(*node)? {
            Status::Paused => Ok(()),
            _ => refuse(format!("{node} is not paused")),
        },
        Intervention::Cut { from, to, both_ways } | Intervention::Heal { from, to, both_ways } => {
            check_link(cluster, *from, *to)?;
            let cut = |a, b| cluster.network.is_cut(a, b);
            let cutting = matches!(what, Intervention::Cut { .. });
            let already = |a, b| cut(a, b) == cutting;
            if already(*from, *to) && (!both_ways || already(*to, *from)) {
                return refuse(format!(
                    "the link from {from} to {to} is {} cut",
                    if cutting { "already" } else { "not" }
                ));
            }
            Ok(())
        }
        Intervention::Drop(message) => check_message(cluster, *message),
        Intervention::Delay { message, by } => {
            check_message(cluster, *message)?;
            if !(1..=LONGEST).contains(by) {
                return refuse("a delay must be 1 µs to 1 h");
            }
            match cluster.network.find(*message) {
                Some(envelope) if envelope.is_held() => refuse("a cut link holds this message back already"),
                _ => Ok(()),
            }
        }
        Intervention::SlowFollower { broker, by } => {
            status(NodeId::Broker(*broker))?;
            if *by > LONGEST { refuse("the wait must be at most 1 h") } else { Ok(()) }
        }
        Intervention::SetLatency { from, to, latency } => {
            check_link(cluster, *from, *to)?;
            if (1..=LONGEST).contains(latency) { Ok(()) } else { refuse("a latency must be 1 µs to 1 h") }
        }
        Intervention::Send(send) => check_send(cluster, send),
        Intervention::AddPartitions { topic, total } => check_add_partitions(cluster, *topic, *total),
        Intervention::SetConfig { name, member, value } => {
            let setting = config::find(name).map_err(|e| Refused::because(e.to_string()))?;
            let value = setting.parse(value).map_err(|e| Refused::because(e.to_string()))?;
            let mut next = (*cluster.settings).clone();
            next.set(setting, member.map(usize::from), value).map_err(|e| Refused::because(e.to_string()))
        }
        Intervention::ElectLeader { partition, unclean } => check_election(cluster, *partition, *unclean),
    }
}

fn check_link(cluster: &Cluster, from: NodeId, to: NodeId) -> Result<(), Refused> {
    if from == to {
        return refuse("a link joins two different nodes");
    }
    for node in [from, to] {
        if !cluster.roster.contains(node) {
            return refuse(format!("there is no {node} in this cluster"));
        }
    }
    Ok(())
}

fn check_message(cluster: &Cluster, message: MessageId) -> Result<(), Refused> {
    if cluster.network.find(message).is_some() { Ok(()) } else { refuse("this message is not under way") }
}

fn check_send(cluster: &Cluster, send: &Send) -> Result<(), Refused> {
    let node = NodeId::Producer(send.producer);
    match cluster.status(node) {
        Some(Status::Running) => {}
        Some(_) => return refuse(format!("{node} is not running")),
        None => return refuse(format!("there is no {node} in this cluster")),
    }
    match cluster.metadata().topics.get(usize::from(send.topic.0)) {
        None => return refuse("there is no such topic"),
        Some(topic) if topic.internal => return refuse("applications do not write to an internal topic"),
        Some(_) => {}
    }
    if send.value_size > MAX_VALUE_SIZE {
        return refuse("a value must be at most 100 MB");
    }
    if send.key.as_ref().is_some_and(|key| key.len() > 1000) {
        return refuse("a key must be at most 1000 bytes here");
    }
    Ok(())
}

fn check_add_partitions(cluster: &Cluster, topic: TopicId, total: u16) -> Result<(), Refused> {
    if cluster.controller.status() != Status::Running {
        return refuse("the controller is not running");
    }
    match cluster.metadata().topics.get(usize::from(topic.0)) {
        None => refuse("there is no such topic"),
        Some(topic) if topic.internal => refuse("this topic is Kafka's own"),
        Some(topic) if usize::from(total) <= topic.partitions.len() => refuse(format!(
            "the topic has {} partitions already; they are never removed",
            topic.partitions.len()
        )),
        Some(_) if total > 24 => refuse("a topic has at most 24 partitions here"),
        Some(_) => Ok(()),
    }
}

fn check_election(cluster: &Cluster, id: PartitionId, unclean: bool) -> Result<(), Refused> {
    if cluster.controller.status() != Status::Running {
        return refuse("the controller is not running");
    }
    let metadata = cluster.metadata();
    let Some(p) = metadata.partition(id) else { return refuse("there is no such partition") };
    if unclean {
        if p.leader.is_some() {
            return refuse("ELECTION_NOT_NEEDED: the partition has a leader");
        }
        if !p.replicas.iter().any(|b| metadata.is_active(*b)) {
            return refuse("ELIGIBLE_LEADERS_NOT_AVAILABLE: no replica is alive");
        }
        return Ok(());
    }
    let preferred = p.replicas[0];
    if p.leader == Some(preferred) {
        return refuse("ELECTION_NOT_NEEDED: the preferred replica leads");
    }
    if !metadata.is_active(preferred) || !p.isr.contains(preferred) {
        return refuse("PREFERRED_LEADER_NOT_AVAILABLE: the preferred replica is not alive and in sync");
    }
    Ok(())
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
            cluster.react(NodeId::Broker(*broker), fact, EventId::NONE, events, |node, _| {
                node.broker().set_fetch_delay(*by);
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
    cluster.stop(node, crash, cause);
    if let (NodeId::Broker(_), Crash::Power) = (node, crash) {
        cluster.react_because(node, cause, events, |node, context| node.broker().lose_page_cache(context));
    }
}

fn restart(cluster: &mut Cluster, node: NodeId, events: &mut Vec<Event>) {
    let brokers = usize::from(cluster.roster.brokers);
    let image = Arc::new(cluster.metadata().clone());
    cluster.react(node, EventKind::Restarted, EventId::NONE, events, |node, context| match node {
        NodeMut::Controller(controller) => controller.start(context),
        NodeMut::Broker(broker) => broker.start(brokers, context),
        NodeMut::Producer(producer) => producer.start(&image, context.now),
        NodeMut::Consumer(consumer) => consumer.start(&image, context.now),
    });
}

/// Loses a message, and with it its connection: the requester notices at once.
fn drop_message(cluster: &mut Cluster, message: MessageId, events: &mut Vec<Event>) {
    let Some(envelope) = cluster.network.take(message) else { return };
    let cause = cluster.lose(&envelope, LossReason::Dropped, events);
    let body = &envelope.message.body;
    if *body != Body::ConnectionClosed {
        let (requester, peer) = if body.kind().is_response() {
            (envelope.to, envelope.from)
        } else {
            (envelope.from, envelope.to)
        };
        cluster.send_connection_closed(peer, requester, cause);
    }
}

fn set_config(cluster: &mut Cluster, name: &str, member: Option<u8>, value: &str, events: &mut Vec<Event>) {
    let Ok(setting) = config::find(name) else { return };
    let Ok(parsed) = setting.parse(value) else { return };
    if Arc::make_mut(&mut cluster.settings).set(setting, member.map(usize::from), parsed).is_ok() {
        let fact = EventKind::ConfigChanged { name: setting.name, member, value: parsed.to_string().into() };
        cluster.state_fact(NodeId::Controller, EventId::NONE, fact, events);
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
