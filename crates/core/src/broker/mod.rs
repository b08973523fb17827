//! A broker: replicas on disk and in memory, requests served, fetches sent (§4).

mod coordinator;
mod fetch;
mod fetcher;
mod high_watermark;
mod isr;
mod lifecycle;
mod produce;
mod replica;
mod reports;

pub use coordinator::{GroupView, MemberView};
pub use replica::{Follower, FollowerProgress, Leader, Replica, Role};

use crate::action::Timer;
use crate::config::TopicConfig;
use crate::connection::{Channel, Connection};
use crate::error::ErrorCode;
use crate::event::EventKind;
use crate::hash::Shared;
use crate::ids::{BrokerId, GroupId, NodeId, PartitionId};
use crate::log::Log;
use crate::metadata::MetadataImage;
use crate::process::{Context, Process, Status, Timers};
use crate::protocol::{Body, Message};
use crate::time::{Micros, NEVER};
use std::sync::Arc;

/// A broker.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Broker {
    id: BrokerId,
    disk: Disk,
    process: Process<Memory>,
    /// How long a person makes its fetcher wait before each fetch.
    fetch_delay: Micros,
}

/// What survives the process. Of the logs, what was not flushed does not survive the machine.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Disk {
    /// By partition.
    logs: Vec<Option<Shared<Log>>>,
    /// `replication-offset-checkpoint`: high watermarks as last written; by partition.
    high_watermarks: Vec<i64>,
    /// `.kafka_cleanshutdown`: the last stop was orderly.
    clean_shutdown: bool,
    /// How many processes have run here.
    incarnations: u32,
}

/// What a running process holds.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Memory {
    /// The metadata log as far as this broker has read it.
    image: Arc<MetadataImage>,
    /// By partition.
    replicas: Vec<Option<Shared<Replica>>>,
    /// One per other broker, by broker: each copies all partitions which that broker leads.
    fetchers: Vec<fetcher::Fetcher>,
    parked_fetches: Vec<fetch::ParkedFetch>,
    parked_writes: Vec<produce::ParkedWrite>,
    /// Requests of producers whose earlier request is parked: a broker handles one request per connection at a
    /// time, so these wait in the socket.
    unread: Vec<(NodeId, Message)>,
    isr_changes: isr::IsrChanges,
    groups: Vec<Option<Arc<coordinator::Group>>>,
    reports: reports::Reports,
    metadata_fetch: lifecycle::MetadataFetch,
    next_correlation: u32,
    timers: Timers,
}

impl Memory {
    /// A number for a request of this broker's own.
    fn correlation(&mut self) -> u32 {
        self.next_correlation += 1;
        self.next_correlation
    }

    fn replica(&self, id: PartitionId) -> Option<&Replica> {
        self.replicas.get(id.index())?.as_deref()
    }

    fn replica_mut(&mut self, id: PartitionId) -> Option<&mut Replica> {
        self.replicas.get_mut(id.index())?.as_mut().map(Shared::make_mut)
    }

    fn leader(&self, id: PartitionId) -> Option<&Leader> {
        self.replica(id)?.leader()
    }

    fn leader_mut(&mut self, id: PartitionId) -> Option<&mut Leader> {
        match &mut self.replica_mut(id)?.role {
            Role::Leader(leader) => Some(leader),
            _ => None,
        }
    }

    /// What to tell a client whose request this error refuses: the partition's leader, if that has moved (KIP-951).
    fn leader_after(&self, id: PartitionId, error: ErrorCode) -> Option<(BrokerId, i32)> {
        let moved = matches!(error, ErrorCode::NotLeaderOrFollower | ErrorCode::FencedLeaderEpoch);
        let p = self.image.partition(id).filter(|_| moved)?;
        Some((p.leader?, p.leader_epoch))
    }

    /// Partitions this broker has a replica of.
    fn replica_ids(&self) -> impl Iterator<Item = PartitionId> + use<> {
        let held: Vec<PartitionId> = (0u16..)
            .zip(&self.replicas)
            .filter(|(_, replica)| replica.is_some())
            .map(|(at, _)| PartitionId(at))
            .collect();
        held.into_iter()
    }
}

impl Disk {
    fn log(&self, id: PartitionId) -> Option<&Log> {
        self.logs.get(id.index())?.as_deref()
    }

    fn log_mut(&mut self, id: PartitionId) -> Option<&mut Log> {
        self.logs.get_mut(id.index())?.as_mut().map(Shared::make_mut)
    }

    /// The log's end, or 0 where there is no log.
    fn end(&self, id: PartitionId) -> i64 {
        self.log(id).map_or(0, Log::end)
    }
}

fn topic_config<'a>(image: &MetadataImage, id: PartitionId, context: &Context<'a>) -> &'a TopicConfig {
    let topic = image.partition(id).map_or(crate::ids::TopicId(u16::MAX), |p| p.topic);
    context.settings.topic(topic)
}

impl Broker {
    /// Its `node.id`.
    pub fn id(&self) -> BrokerId {
        self.id
    }

    /// How its process is.
    pub fn status(&self) -> Status {
        self.process.status()
    }

    /// A partition's log on this broker's disk; visible also while the process is down.
    pub fn log(&self, id: PartitionId) -> Option<&Log> {
        self.disk.log(id)
    }

    /// The high watermark on disk, from which the broker starts after a crash.
    pub fn checkpointed_high_watermark(&self, id: PartitionId) -> i64 {
        self.disk.high_watermarks.get(id.index()).copied().unwrap_or(0)
    }

    /// What the process remembers of a partition; none while it is down.
    pub fn replica(&self, id: PartitionId) -> Option<&Replica> {
        self.process.memory()?.replica(id)
    }

    /// The metadata as far as this broker has read it.
    pub fn metadata(&self) -> Option<&Arc<MetadataImage>> {
        self.process.memory().map(|m| &m.image)
    }

    /// How long its fetcher waits before each fetch.
    pub fn fetch_delay(&self) -> Micros {
        self.fetch_delay
    }

    /// How many produce requests with acks=all wait here.
    pub fn parked_writes(&self) -> usize {
        self.process.memory().map_or(0, |m| m.parked_writes.len())
    }

    /// A group that this broker coordinates.
    pub fn group(&self, id: GroupId) -> Option<GroupView<'_>> {
        let group = self.process.memory()?.groups.get(usize::from(id.0))?.as_deref()?;
        Some(GroupView::new(group))
    }

    pub(crate) fn timers(&self) -> Option<&Timers> {
        self.process.memory().map(|m| &m.timers)
    }

    pub(crate) fn stop(&mut self, machine_up: bool) {
        self.process = Process::Stopped { machine_up };
    }

    pub(crate) fn process_mut(&mut self) -> &mut Process<impl Sized> {
        &mut self.process
    }

    /// Makes its fetcher wait before each fetch. A shorter wait than before counts at once.
    pub(crate) fn set_fetch_delay(&mut self, by: Micros, context: &mut Context<'_>) {
        self.fetch_delay = by;
        if self.process.running().is_some() {
            self.shorten_fetch_waits(by, context);
        }
    }

    /// The machine lost power: what was only in the page cache is gone.
    pub(crate) fn lose_page_cache(&mut self, context: &mut Context<'_>) {
        for (at, slot) in (0u16..).zip(&mut self.disk.logs) {
            let Some(log) = slot else { continue };
            if log.flushed() < log.end() {
                let log = log.make_mut();
                if let Some(before) = log.lose_unflushed() {
                    let partition = PartitionId(at);
                    context.emit(EventKind::UnflushedLost { partition, from: log.end(), to: before });
                }
            }
        }
    }

    /// The disk and the memory of a process that reacts, and so runs.
    fn parts(&mut self) -> (&mut Disk, &mut Memory) {
        (&mut self.disk, self.process.reacting())
    }

    fn memory(&mut self) -> &mut Memory {
        self.parts().1
    }

    pub(crate) fn on_message(&mut self, from: NodeId, message: Message, context: &mut Context<'_>) {
        if self.is_muted(from) && !matches!(message.body, Body::ConnectionClosed(_)) {
            self.memory().unread.push((from, message));
        } else {
            self.handle(from, message, context);
            self.read_on(context);
        }
    }

    /// Whether an earlier request on a producer's connection has not been answered.
    fn is_muted(&mut self, from: NodeId) -> bool {
        matches!(from, NodeId::Producer(_)) && self.memory().parked_writes.iter().any(|w| w.is_from(from))
    }

    /// Handles what waited for an answer that has been given.
    fn read_on(&mut self, context: &mut Context<'_>) {
        while let Some(at) = (0..self.memory().unread.len()).find(|at| {
            let from = self.memory().unread[*at].0;
            !self.is_muted(from)
        }) {
            let (from, message) = self.memory().unread.remove(at);
            self.handle(from, message, context);
        }
    }

    fn handle(&mut self, from: NodeId, message: Message, context: &mut Context<'_>) {
        let Message { correlation, body } = message;
        match body {
            Body::ProduceRequest(request) => self.produce(from, correlation, request, context),
            Body::FetchRequest(request) => self.fetch(from, correlation, request, context),
            Body::FetchResponse(response) => self.on_fetch_response(from, correlation, response, context),
            Body::MetadataRequest => {
                let image = Arc::clone(&self.memory().image);
                context.send(from, correlation, Body::MetadataResponse(image));
            }
            Body::ListOffsetsRequest { partition, earliest, current_leader_epoch } => {
                let offset = self.list_offset(partition, earliest, current_leader_epoch);
                context.send(from, correlation, Body::ListOffsetsResponse { partition, offset });
            }
            Body::OffsetsForLeaderEpochRequest { partition, leader_epoch, current_leader_epoch } => {
                let end = self.end_of_epoch(partition, leader_epoch, current_leader_epoch);
                context.send(from, correlation, Body::OffsetsForLeaderEpochResponse { partition, end });
            }
            Body::FindCoordinatorRequest(group) => {
                let coordinator = self.find_coordinator(group);
                context.send(from, correlation, Body::FindCoordinatorResponse(coordinator));
            }
            Body::JoinGroupRequest(_)
            | Body::SyncGroupRequest { .. }
            | Body::HeartbeatRequest { .. }
            | Body::LeaveGroupRequest { .. }
            | Body::OffsetCommitRequest { .. }
            | Body::OffsetFetchRequest { .. } => self.on_group_request(from, correlation, body, context),
            Body::BrokerRegistrationResponse(result) => self.on_registered(correlation, result, context),
            Body::BrokerHeartbeatResponse(result) => self.on_heartbeat_answer(correlation, result, context),
            Body::AlterPartitionResponse(result) => {
                self.on_alter_partition_response(correlation, result, context);
            }
            Body::MetadataFetchResponse(image) => self.on_metadata(correlation, &image, context),
            Body::ApiVersionsRequest => {
                context.send(from, correlation, Body::ApiVersionsResponse);
            }
            Body::ConnectionClosed(connection) => self.on_connection_closed(connection, context),
            _ => {}
        }
    }

    pub(crate) fn on_timer(&mut self, timer: Timer, context: &mut Context<'_>) {
        match timer {
            Timer::ReplicaFetch => self.fetch_where_due(context),
            Timer::IsrShrink => self.shrink_isrs(context),
            Timer::Heartbeat => self.on_report_timer(context),
            Timer::HighWatermarkCheckpoint => self.checkpoint_high_watermarks(context),
            Timer::Purgatory => self.expire(context),
            Timer::Group => self.expire_groups(context),
            _ => {}
        }
        self.read_on(context);
    }

    /// Something that waits here has run out of time.
    fn expire(&mut self, context: &mut Context<'_>) {
        self.memory().timers.set(Timer::Purgatory, NEVER);
        self.expire_writes(context);
        self.expire_fetches(context);
        self.retry_controller_requests(context);
    }

    /// A connection with a peer is gone: what the peer asked needs no answer, or what it was asked will get none.
    fn on_connection_closed(&mut self, connection: Connection, context: &mut Context<'_>) {
        let Connection { client, server, channel } = connection;
        if server == context.me {
            let memory = self.memory();
            memory.parked_fetches.retain(|fetch| fetch.from != client);
            memory.parked_writes.retain(|write| !write.is_from(client));
            memory.unread.retain(|(from, _)| *from != client);
            return;
        }
        match (server, channel) {
            (NodeId::Broker(leader), _) => self.on_fetch_failed(leader, context),
            (NodeId::Controller, Channel::Main) => self.on_metadata_fetch_lost(context),
            (NodeId::Controller, Channel::AlterPartition) => self.retry_isr_changes(true, context),
            (NodeId::Controller, Channel::Heartbeats) => self.on_report_lost(context),
            _ => {}
        }
    }
}
