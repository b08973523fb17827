//! What producers and consumers have in common: a view of the cluster, kept fresh by metadata requests, and
//! pauses before calling a broker again that did not answer.

use crate::ids::{BrokerId, NodeId, PartitionId};
use crate::metadata::MetadataImage;
use crate::process::Context;
use crate::protocol::Body;
use crate::time::{MS, Micros, NEVER, SECOND, from_ms};
use std::sync::Arc;

/// `reconnect.backoff.ms` and `reconnect.backoff.max.ms`.
const RECONNECT_BACKOFF: (Micros, Micros) = (50 * MS, 1000 * MS);
/// `socket.connection.setup.timeout.ms`: how long a broker may leave a client waiting for a connection (KIP-601).
const CONNECTION_SETUP_TIMEOUT: Micros = 10 * SECOND;

/// Answers without news are counted up to here: the pause does not get any longer.
const MANY_ANSWERS: u32 = 20;

/// Settings that both kinds of client have.
#[derive(Clone, Copy, Debug)]
#[allow(clippy::struct_field_names)] // Kafka's names.
pub(crate) struct ClientConfig {
    pub(crate) request_timeout_ms: i64,
    pub(crate) retry_backoff_ms: i64,
    pub(crate) retry_backoff_max_ms: i64,
    pub(crate) metadata_max_age_ms: i64,
}

impl ClientConfig {
    /// The pause after so many metadata answers in a row without news (`Metadata.timeToAllowUpdate`, KIP-580).
    fn metadata_backoff(self, without_news: u32) -> Micros {
        let first = from_ms(self.retry_backoff_ms);
        let longest = from_ms(self.retry_backoff_max_ms).max(first);
        first.saturating_mul(1 << without_news.saturating_sub(1)).min(longest)
    }
}

/// How the client stands with one broker.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
struct Connection {
    /// Failures since the last answer.
    failures: u32,
    /// No request before this.
    not_before: Micros,
    state: State,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
enum State {
    #[default]
    Closed,
    /// Being set up: the broker has not answered yet.
    Connecting {
        deadline: Micros,
    },
    Open,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct MetadataRequest {
    broker: BrokerId,
    correlation: u32,
    deadline: Micros,
}

/// Where the numbers of a process's requests begin, so that no two lives of a node share any.
pub(crate) fn first_correlation(life: u32) -> u32 {
    life << 20
}

/// A client's view of the cluster.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct ClusterView {
    image: Arc<MetadataImage>,
    /// Leaders that brokers named in errors, newer than the metadata (KIP-951).
    newer_leaders: Vec<(PartitionId, BrokerId, i32)>,
    connections: Vec<Connection>,
    wanted: bool,
    request: Option<MetadataRequest>,
    fetched_at: Micros,
    /// No metadata request before this.
    not_before: Micros,
    /// Metadata answers since the last one that named a newer leader.
    without_news: u32,
    next_correlation: u32,
}

impl ClusterView {
    /// The view of a process that knows this much, and has no connections yet. `life` counts the processes that have
    /// run here: an answer meant for an earlier one must not be taken for one of this one's.
    pub(crate) fn new(image: &Arc<MetadataImage>, now: Micros, life: u32) -> Self {
        ClusterView {
            image: Arc::clone(image),
            newer_leaders: Vec::new(),
            connections: vec![Connection::default(); image.brokers.len()],
            wanted: false,
            request: None,
            fetched_at: now,
            not_before: 0,
            without_news: 0,
            next_correlation: first_correlation(life),
        }
    }

    /// Takes it that the client has long been connected to every leader of a topic.
    pub(crate) fn connect_to_leaders(&mut self) {
        let image = Arc::clone(&self.image);
        let clients_partitions =
            image.topics.iter().filter(|t| !t.internal).flat_map(|t| t.partitions.iter());
        for leader in clients_partitions.filter_map(|id| image.partition(*id)?.leader) {
            self.connections[leader.index()].state = State::Open;
        }
    }

    /// The metadata it has.
    pub(crate) fn image(&self) -> &Arc<MetadataImage> {
        &self.image
    }

    /// A number for a request.
    pub(crate) fn correlation(&mut self) -> u32 {
        self.next_correlation += 1;
        self.next_correlation
    }

    /// The leader of a partition and its epoch, as far as this client knows.
    pub(crate) fn leader(&self, id: PartitionId) -> Option<(BrokerId, i32)> {
        let p = self.image.partition(id)?;
        match self.newer_leaders.iter().find(|(other, _, epoch)| *other == id && *epoch > p.leader_epoch) {
            Some((_, broker, epoch)) => Some((*broker, *epoch)),
            None => Some((p.leader?, p.leader_epoch)),
        }
    }

    /// Takes note of a leader named in an error. Whether that is news.
    pub(crate) fn learn_leader(&mut self, id: PartitionId, leader: BrokerId, epoch: i32) -> bool {
        let known = self.image.partition(id).map_or(-1, |p| p.leader_epoch);
        let newer = &mut self.newer_leaders;
        if epoch <= known || newer.iter().any(|(other, _, e)| *other == id && *e >= epoch) {
            return false;
        }
        newer.retain(|(other, ..)| *other != id);
        newer.push((id, leader, epoch));
        true
    }

    /// When a broker may be called again.
    pub(crate) fn reachable_at(&self, broker: BrokerId) -> Micros {
        self.connections[broker.index()].not_before
    }

    /// Whether there is a broker that may not be called yet.
    pub(crate) fn is_pausing(&self, now: Micros) -> bool {
        self.connections.iter().any(|connection| connection.not_before > now)
    }

    /// A broker answered.
    pub(crate) fn on_answer(&mut self, broker: BrokerId) {
        self.connections[broker.index()] = Connection { state: State::Open, ..Connection::default() };
    }

    /// The connection to a broker is gone: pause, the longer the more often it happens, and look for news.
    pub(crate) fn on_failure(&mut self, broker: BrokerId, now: Micros) {
        let connection = &mut self.connections[broker.index()];
        let (first, longest) = RECONNECT_BACKOFF;
        connection.not_before = now + first.saturating_mul(1 << connection.failures.min(8)).min(longest);
        connection.failures += 1;
        connection.state = State::Closed;
        self.wanted = true;
        if self.request.take_if(|m| m.broker == broker).is_some() {
            self.without_news = 0;
        }
    }

    /// Asks for metadata at the next opportunity.
    pub(crate) fn want_metadata(&mut self) {
        self.wanted = true;
    }

    /// A reachable broker for requests that any broker can answer: one that has not failed lately and has the
    /// least to do.
    pub(crate) fn least_loaded(&self, now: Micros, load: impl Fn(BrokerId) -> usize) -> Option<BrokerId> {
        (1u8..)
            .zip(&self.connections)
            .filter(|(_, c)| c.not_before <= now)
            .map(|(n, c)| (c.failures > 0, load(BrokerId(n)), n))
            .min()
            .map(|(.., n)| BrokerId(n))
    }

    /// Whether there is a connection to a broker.
    pub(crate) fn is_connected(&self, broker: BrokerId) -> bool {
        self.connections[broker.index()].state == State::Open
    }

    /// Brokers there is a connection to.
    pub(crate) fn connected(&self) -> impl Iterator<Item = BrokerId> {
        (1u8..).zip(&self.connections).filter(|(_, c)| c.state == State::Open).map(|(n, _)| BrokerId(n))
    }

    /// Opens a connection to a broker, unless there is one, one is being set up, or the client pauses.
    pub(crate) fn connect(&mut self, broker: BrokerId, context: &mut Context<'_>) {
        let connection = &self.connections[broker.index()];
        if connection.state == State::Closed && connection.not_before <= context.now {
            let deadline = context.now + CONNECTION_SETUP_TIMEOUT;
            self.connections[broker.index()].state = State::Connecting { deadline };
            let correlation = self.correlation();
            context.send(NodeId::Broker(broker), correlation, Body::ApiVersionsRequest);
        }
    }

    /// Sends a metadata request if one is wanted or due, and none is under way: to whoever has the least to do.
    pub(crate) fn refresh(
        &mut self,
        config: ClientConfig,
        load: impl Fn(BrokerId) -> usize,
        context: &mut Context<'_>,
    ) {
        if context.now >= self.stale_at(config) {
            self.wanted = true;
            self.without_news = 0;
        }
        if !self.wanted || self.request.is_some() || self.not_before > context.now {
            return;
        }
        let Some(broker) = self.least_loaded(context.now, load) else { return };
        let correlation = self.correlation();
        let deadline = context.now.saturating_add(from_ms(config.request_timeout_ms));
        self.wanted = false;
        self.request = Some(MetadataRequest { broker, correlation, deadline });
        context.send(NodeId::Broker(broker), correlation, Body::MetadataRequest);
    }

    /// Takes in an answer. Whether it was the one waited for and brings anything new.
    pub(crate) fn on_metadata(
        &mut self,
        correlation: u32,
        image: Arc<MetadataImage>,
        config: ClientConfig,
        now: Micros,
    ) -> bool {
        let Some(request) = self.request.take_if(|m| m.correlation == correlation) else { return false };
        self.on_answer(request.broker);
        self.fetched_at = now;
        let known = &self.image.partitions;
        let is_news =
            image.partitions.iter().zip(known).any(|(new, old)| new.leader_epoch > old.leader_epoch)
                || image.partitions.len() > known.len();
        self.without_news = if is_news { 0 } else { (self.without_news + 1).min(MANY_ANSWERS) };
        self.not_before = now.saturating_add(config.metadata_backoff(self.without_news));
        // A broker that is behind may know less than this client has already learned. Whoever still lacks a
        // leader asks again.
        if image.version <= self.image.version {
            return false;
        }
        self.newer_leaders
            .retain(|(id, _, epoch)| image.partition(*id).is_some_and(|p| p.leader_epoch < *epoch));
        self.image = image;
        true
    }

    /// A broker that has left a metadata request, or the wish for a connection, unanswered for too long.
    pub(crate) fn silent_broker(&self, now: Micros) -> Option<BrokerId> {
        let request = self.request.map(|m| (m.deadline, m.broker));
        request.into_iter().chain(self.connecting()).find(|(deadline, _)| *deadline <= now).map(|(_, b)| b)
    }

    /// Brokers a connection is being set up to, and when the client gives up.
    fn connecting(&self) -> impl Iterator<Item = (Micros, BrokerId)> {
        (1u8..).zip(&self.connections).filter_map(|(n, c)| match c.state {
            State::Connecting { deadline } => Some((deadline, BrokerId(n))),
            _ => None,
        })
    }

    fn stale_at(&self, config: ClientConfig) -> Micros {
        self.fetched_at.saturating_add(from_ms(config.metadata_max_age_ms))
    }

    /// When there is something to do next about metadata and connections.
    pub(crate) fn next_deadline(&self, config: ClientConfig, now: Micros) -> Micros {
        let connecting = self.connecting().map(|(deadline, _)| deadline).min().unwrap_or(NEVER);
        let metadata = match self.request {
            Some(request) => request.deadline,
            None if self.wanted => {
                let reachable = self.connections.iter().map(|c| c.not_before).min().unwrap_or(now);
                self.not_before.max(reachable).max(now + 1)
            }
            None => self.stale_at(config),
        };
        metadata.min(connecting)
    }
}
