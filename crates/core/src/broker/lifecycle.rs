//! How a broker comes to know what it is: log recovery at its start, and the metadata log, which says what it leads
//! and what it follows.

use super::isr::IsrChanges;
use super::replica::{Follower, Leader, Replica, Role};
use super::reports::{Reports, Standing};
use super::{Broker, Disk, Memory, fetcher};
use crate::action::Timer;
use crate::client::first_correlation;
use crate::event::EventKind;
use crate::hash::Shared;
use crate::ids::{BrokerId, NodeId, PartitionId};
use crate::log::Log;
use crate::metadata::MetadataImage;
use crate::process::{Context, Process, Timers};
use crate::protocol::Body;
use crate::time::{MS, Micros, from_ms};
use std::sync::Arc;

/// Before a broker reads on after a metadata fetch that was lost.
const RETRY: Micros = 500 * MS;
/// How long a metadata fetch may go unanswered: the controller's wait of 500 ms and some.
const METADATA_FETCH_TIMEOUT: Micros = 2000 * MS;

/// The metadata fetch under way and when it is given up, or when to send the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum MetadataFetch {
    InFlight { correlation: u32, deadline: Micros },
    Due(Micros),
}

impl Broker {
    /// A broker that has long been running: registered, with empty logs, about to fetch.
    pub(crate) fn new(id: BrokerId, image: &Arc<MetadataImage>) -> Self {
        let holds = |p: &crate::metadata::Partition| p.replicas.contains(&id);
        let logs: Vec<_> =
            image.partitions.iter().map(|p| holds(p).then(|| Shared::new(Log::default()))).collect();
        let disk =
            Disk { high_watermarks: vec![0; logs.len()], logs, clean_shutdown: false, incarnations: 0 };
        Broker { id, disk, process: Process::Stopped { machine_up: true }, fetch_delay: 0 }
    }

    /// First start, in a cluster that has been there before time began: already registered and unfenced.
    pub(crate) fn start_registered(&mut self, image: &Arc<MetadataImage>, context: &mut Context<'_>) {
        self.begin_process(image.brokers.len(), context);
        let epoch = image.broker(self.id).epoch;
        self.memory().reports.standing = Standing::Registered { epoch };
        self.apply_metadata(image, context);
        // Brokers do not beat in step.
        let interval = from_ms(context.settings.broker.broker_heartbeat_interval_ms);
        let stagger = interval * Micros::from(self.id.0) / image.brokers.len() as Micros / MS * MS;
        self.memory().timers.set(Timer::Heartbeat, context.now + stagger);
        self.fetch_metadata(context);
    }

    /// A new process reads its logs and asks to be registered.
    pub(crate) fn start(&mut self, brokers: usize, context: &mut Context<'_>) {
        self.begin_process(brokers, context);
        let clean = std::mem::take(&mut self.disk.clean_shutdown);
        let (disk, memory) = self.parts();
        for id in memory.replica_ids() {
            let (Some(log), Some(replica)) = (disk.log(id), memory.replica(id)) else { continue };
            context.emit(EventKind::LogRecovered {
                partition: id,
                high_watermark: replica.high_watermark,
                log_end: log.end(),
                clean,
            });
        }
        self.report_soon(context);
    }

    fn begin_process(&mut self, brokers: usize, context: &mut Context<'_>) {
        self.disk.incarnations += 1;
        let config = &context.settings.broker;
        let mut timers = Timers::default();
        timers.set(Timer::IsrShrink, context.now + from_ms(config.replica_lag_time_max_ms) / 2);
        timers.set(
            Timer::HighWatermarkCheckpoint,
            context.now + from_ms(config.replica_high_watermark_checkpoint_interval_ms),
        );
        let recover = |(log, checkpoint): (&Option<Shared<Log>>, &i64)| {
            let log = log.as_ref()?;
            Some(Shared::new(Replica::with_high_watermark((*checkpoint).clamp(log.start(), log.end()))))
        };
        let replicas = self.disk.logs.iter().zip(&self.disk.high_watermarks).map(recover).collect();
        self.process = Process::Running(Memory {
            image: Arc::new(MetadataImage::nothing(brokers)),
            replicas,
            fetchers: vec![fetcher::Fetcher::default(); brokers],
            parked_fetches: Vec::new(),
            parked_writes: Vec::new(),
            unread: Vec::new(),
            isr_changes: IsrChanges::default(),
            groups: Vec::new(),
            reports: Reports::new(self.disk.incarnations),
            metadata_fetch: MetadataFetch::Due(context.now),
            next_correlation: first_correlation(self.disk.incarnations),
            timers,
        });
    }

    /// A setting changed: what is done from time to time is done no later than the new period asks for.
    pub(crate) fn on_config_changed(&mut self, context: &mut Context<'_>) {
        let config = &context.settings.broker;
        let timers = &mut self.memory().timers;
        for (timer, period) in [
            (Timer::IsrShrink, from_ms(config.replica_lag_time_max_ms) / 2),
            (Timer::Heartbeat, from_ms(config.broker_heartbeat_interval_ms)),
            (Timer::HighWatermarkCheckpoint, from_ms(config.replica_high_watermark_checkpoint_interval_ms)),
        ] {
            timers.set_earlier(timer, context.now + period);
        }
    }

    /// Asks the controller for what comes after the metadata this broker has.
    pub(super) fn fetch_metadata(&mut self, context: &mut Context<'_>) {
        let memory = self.memory();
        let correlation = memory.correlation();
        let version = memory.image.version;
        let deadline = context.now + METADATA_FETCH_TIMEOUT;
        memory.metadata_fetch = MetadataFetch::InFlight { correlation, deadline };
        memory.timers.set_earlier(Timer::Purgatory, deadline);
        context.send(NodeId::Controller, correlation, Body::MetadataFetchRequest { version });
    }

    pub(super) fn on_metadata(
        &mut self,
        correlation: u32,
        image: &Arc<MetadataImage>,
        context: &mut Context<'_>,
    ) {
        // Metadata only grows, so even a late answer is good news; but until it holds this process's registration, it
        // describes the process before, whose leaderships are not this one's.
        let me = self.id;
        let memory = self.memory();
        let holds_me = memory.reports.standing.epoch() == Some(image.broker(me).epoch);
        if holds_me && image.version > memory.image.version {
            let was_fenced = memory.image.broker(me).fenced;
            self.apply_metadata(image, context);
            if was_fenced {
                // The sooner the controller hears how far this broker has read, the sooner it is unfenced.
                self.report_soon(context);
            }
        }
        let awaited = matches!(
            self.memory().metadata_fetch,
            MetadataFetch::InFlight { correlation: sent, .. } if sent == correlation
        );
        if awaited {
            self.fetch_metadata(context);
        }
    }

    /// Requests to the controller that went unanswered are sent again.
    pub(super) fn retry_controller_requests(&mut self, context: &mut Context<'_>) {
        self.retry_isr_changes(false, context);
        let memory = self.memory();
        let due = match memory.metadata_fetch {
            MetadataFetch::InFlight { deadline, .. } if deadline <= context.now => {
                context.close_connection(NodeId::Controller);
                context.now
            }
            MetadataFetch::InFlight { deadline, .. } => {
                memory.timers.set_earlier(Timer::Purgatory, deadline);
                return;
            }
            MetadataFetch::Due(at) => at,
        };
        if due <= context.now {
            if memory.reports.standing.epoch().is_some() {
                self.fetch_metadata(context);
            }
        } else {
            memory.timers.set_earlier(Timer::Purgatory, due);
        }
    }

    /// A metadata fetch gets no answer: ask again in a while.
    pub(super) fn on_metadata_fetch_lost(&mut self, context: &mut Context<'_>) {
        let memory = self.memory();
        let retry = context.now + RETRY;
        memory.metadata_fetch = MetadataFetch::Due(retry);
        memory.timers.set_earlier(Timer::Purgatory, retry);
    }

    /// Replays newer metadata: every partition whose state changed is led, followed or left alone accordingly.
    pub(super) fn apply_metadata(&mut self, image: &Arc<MetadataImage>, context: &mut Context<'_>) {
        let me = self.id;
        let (disk, memory) = self.parts();
        memory.image = Arc::clone(image);
        let partitions = image.partitions.len();
        disk.logs.resize(partitions, None);
        disk.high_watermarks.resize(partitions, 0);
        memory.replicas.resize(partitions, None);
        memory.groups.resize(image.groups.len(), None);
        for id in image.partition_ids() {
            let p = &image.partitions[id.index()];
            if !p.replicas.contains(&me) {
                continue;
            }
            let (disk, memory) = self.parts();
            if disk.logs[id.index()].is_none() {
                disk.logs[id.index()] = Some(Shared::new(Log::default()));
                memory.replicas[id.index()] = Some(Shared::new(Replica::with_high_watermark(0)));
            }
            match p.leader {
                Some(leader) if leader == me => self.lead(id, image, context),
                Some(leader) => self.follow(id, leader, p.leader_epoch, context),
                None => self.stand_by(id, context),
            }
        }
        self.fetch_where_due(context);
    }

    /// Becomes leader, or takes note of a newer state of what it leads (§4.2).
    fn lead(&mut self, id: PartitionId, image: &MetadataImage, context: &mut Context<'_>) {
        let me = self.id;
        let p = &image.partitions[id.index()];
        let (disk, memory) = self.parts();
        let before = memory.leader(id);
        if let Some(leader) = before
            && leader.epoch == p.leader_epoch
        {
            if p.partition_epoch > leader.partition_epoch
                && let Some(leader) = memory.leader_mut(id)
            {
                leader.isr = p.isr;
                leader.partition_epoch = p.partition_epoch;
                leader.pending_isr = None;
                self.maybe_advance_high_watermark(id, context);
            }
            return;
        }
        let epoch_start = disk.end(id);
        let led_before = before.is_some();
        let leader = Leader::new(me, p, epoch_start, context.now, before);
        if let Some(log) = disk.log_mut(id) {
            log.begin_epoch(p.leader_epoch);
        }
        if let Some(replica) = memory.replica_mut(id) {
            replica.role = Role::Leader(leader);
        }
        let fact = EventKind::BecameLeader { partition: id, epoch: p.leader_epoch, epoch_start };
        context.emit_then(fact, |context| {
            self.complete_all_fetches(id, context);
            self.maybe_advance_high_watermark(id, context);
            // Re-elected without having followed anybody meanwhile: the groups in memory are still true.
            if !led_before {
                self.take_coordination(id, context);
            }
        });
    }

    /// Becomes follower (§4.2): forgets what only a leader knows, and fetches from the leader.
    fn follow(&mut self, id: PartitionId, leader: BrokerId, epoch: i32, context: &mut Context<'_>) {
        let memory = self.memory();
        let Some(replica) = memory.replica_mut(id) else { return };
        if let Role::Follower(follower) = &replica.role
            && follower.epoch == epoch
        {
            return;
        }
        let led = replica.leader().is_some();
        replica.role = Role::Follower(Follower { leader, epoch, delayed_until: 0 });
        context.emit_then(EventKind::BecameFollower { partition: id, leader, epoch }, |context| {
            if led {
                self.resign(id, context);
            }
        });
    }

    /// The partition has no leader.
    fn stand_by(&mut self, id: PartitionId, context: &mut Context<'_>) {
        let Some(replica) = self.memory().replica_mut(id) else { return };
        let led = replica.leader().is_some();
        replica.role = Role::Idle;
        if led {
            self.resign(id, context);
        }
    }

    /// Whoever waits for this broker as leader is told that it is none any more.
    fn resign(&mut self, id: PartitionId, context: &mut Context<'_>) {
        self.complete_writes(id, context);
        self.complete_all_fetches(id, context);
        self.drop_coordination(id, context);
    }
}

impl MetadataImage {
    /// What a broker knows before it has read anything: that there are brokers, all fenced.
    fn nothing(brokers: usize) -> Self {
        let fenced = crate::metadata::Registration { epoch: 0, fenced: true, shutting_down: false };
        MetadataImage {
            version: 0,
            topics: Vec::new(),
            partitions: Vec::new(),
            brokers: vec![fenced; brokers],
            groups: Vec::new(),
        }
    }
}
