//! A consumer: an application that polls, processes and commits; group membership; fetching (§6, §7).

mod commit;
mod fetching;
mod membership;
mod requests;

use crate::action::Timer;
use crate::client::{ClientConfig, ClusterView};
use crate::config::ConsumerConfig;
use crate::error::ErrorCode;
use crate::event::EventKind;
use crate::group::{LeaveReason, MemberId, Subscription};
use crate::ids::{GroupId, NodeId, PartitionId, RecordId};
use crate::metadata::MetadataImage;
use crate::process::{Context, Process, Status, Timers};
use crate::protocol::Message;
use crate::setup::CommitOrder;
use crate::time::{Micros, NEVER, from_ms};
use fetching::Position;
use membership::Membership;
use requests::Requests;
use std::collections::VecDeque;
use std::sync::Arc;

/// `retry.backoff.max.ms`.
const RETRY_BACKOFF_MAX_MS: i64 = 1000;

/// A consumer and the application around it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Consumer {
    number: u8,
    plan: Plan,
    /// How many processes have run here.
    lives: u32,
    process: Process<Memory>,
}

/// What the application does, whatever happens to its process.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Plan {
    pub(crate) group: GroupId,
    pub(crate) subscription: Subscription,
    pub(crate) processing: Micros,
    pub(crate) poll_interval: Micros,
    pub(crate) commit: CommitOrder,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Memory {
    plan: Plan,
    view: ClusterView,
    requests: Requests,
    membership: Membership,
    /// Partitions the member owns, and where it is in each.
    positions: Vec<Position>,
    /// Partitions with something fetched and not returned, in the order in which it came.
    fetched: VecDeque<PartitionId>,
    app: App,
    /// `close()` is what comes after the batch at hand.
    closing: bool,
    /// When `poll()` last returned records.
    returned_at: Micros,
    /// When auto-commit is due.
    next_auto_commit: Micros,
    timers: Timers,
}

/// A record on its way to the application.
type Polled = (PartitionId, i64, RecordId);

/// What the application is doing.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum App {
    /// In `poll()`, waiting for records.
    Polling,
    /// Working on the first of these.
    Processing(VecDeque<Polled>),
    /// In `commitSync()`, or in the commit of `close()`.
    Committing {
        /// What comes afterwards.
        then: AfterCommit,
        /// `commitSync()` throws then.
        deadline: Micros,
    },
}

/// What an application does when it has committed.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum AfterCommit {
    /// It calls `poll()`.
    Poll,
    /// It processes these, if they could be committed.
    Process(VecDeque<Polled>),
    /// It leaves the group and ends.
    Leave,
}

impl Consumer {
    /// A consumer that has just been started and knows the cluster.
    pub(crate) fn new(number: u8, plan: Plan, image: &Arc<MetadataImage>) -> Self {
        let mut consumer =
            Consumer { number, plan, lives: 0, process: Process::Stopped { machine_up: true } };
        consumer.start(image, 0);
        consumer
    }

    /// Its number, from 1.
    pub fn number(&self) -> u8 {
        self.number
    }

    /// Its group.
    pub fn group(&self) -> GroupId {
        self.plan.group
    }

    /// How its process is.
    pub fn status(&self) -> Status {
        self.process.status()
    }

    /// Its id and generation, while it is in the group.
    pub fn member(&self) -> Option<(MemberId, i32)> {
        self.process.memory()?.membership.current()
    }

    /// Partitions it owns.
    pub fn assigned(&self) -> impl Iterator<Item = PartitionId> {
        self.process.memory().into_iter().flat_map(|m| m.positions.iter().map(|p| p.partition))
    }

    /// The next offset `poll()` will return of a partition it owns.
    pub fn position(&self, id: PartitionId) -> Option<i64> {
        self.process.memory()?.position(id)?.next_offset()
    }

    /// How many records of a partition are fetched and not returned yet.
    pub fn buffered(&self, id: PartitionId) -> usize {
        self.process.memory().and_then(|m| m.position(id)).map_or(0, Position::buffered)
    }

    /// The record the application works on.
    pub fn processing(&self) -> Option<(PartitionId, i64)> {
        match &self.process.memory()?.app {
            App::Processing(records) => records.front().map(|(id, offset, _)| (*id, *offset)),
            _ => None,
        }
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

    /// Starts the application (again), with the metadata it would get from its bootstrap servers.
    pub(crate) fn start(&mut self, image: &Arc<MetadataImage>, now: Micros) {
        self.lives += 1;
        let mut timers = Timers::default();
        timers.set(Timer::Poll, now);
        self.process = Process::Running(Memory {
            plan: self.plan.clone(),
            view: ClusterView::new(image, now, self.lives),
            requests: Requests::default(),
            membership: Membership::default(),
            positions: Vec::new(),
            fetched: VecDeque::new(),
            app: App::Polling,
            closing: false,
            returned_at: now,
            next_auto_commit: now,
            timers,
        });
    }

    fn memory(&mut self) -> &mut Memory {
        self.process.reacting()
    }

    /// The application is to end. `close()` runs in the thread that polls: after `wakeup()` if that waits in `poll()`,
    /// else when it has finished its batch.
    pub(crate) fn close(&mut self, context: &mut Context<'_>) {
        let memory = self.memory();
        memory.closing = true;
        if memory.app == App::Polling {
            memory.close(context);
        }
    }

    /// A setting changed: the next heartbeat comes no later than the new interval asks for.
    pub(crate) fn on_config_changed(&mut self, context: &mut Context<'_>) {
        let memory = self.memory();
        memory.beat_by_the_new_interval(context);
        memory.go_on(context);
    }

    pub(crate) fn on_message(&mut self, from: NodeId, message: Message, context: &mut Context<'_>) {
        let NodeId::Broker(broker) = from else { return };
        let memory = self.memory();
        memory.on_answer(broker, message, context);
        memory.go_on(context);
    }

    pub(crate) fn on_timer(&mut self, timer: Timer, context: &mut Context<'_>) {
        let memory = self.memory();
        match timer {
            Timer::Poll => memory.on_poll_timer(context),
            Timer::GroupHeartbeat => memory.heartbeat_thread(context),
            _ => {}
        }
        memory.go_on(context);
    }
}

impl Memory {
    fn position(&self, id: PartitionId) -> Option<&Position> {
        self.positions.iter().find(|p| p.partition == id)
    }

    fn position_mut(&mut self, id: PartitionId) -> Option<&mut Position> {
        self.positions.iter_mut().find(|p| p.partition == id)
    }

    /// The application's next step: a record is processed, or `poll()` has waited long enough and is called again.
    fn on_poll_timer(&mut self, context: &mut Context<'_>) {
        self.timers.set(Timer::Poll, NEVER);
        if let App::Processing(records) = &mut self.app {
            if let Some((partition, offset, record)) = records.pop_front() {
                let group = self.plan.group;
                context.emit(EventKind::Processed { group, partition, offset, record });
            }
            if records.is_empty() {
                let manual = !config(context).enable_auto_commit;
                if manual && self.plan.commit == CommitOrder::AfterProcessing {
                    self.begin_commit_sync(AfterCommit::Poll, context);
                    return;
                }
                self.call_poll(context);
            } else {
                self.timers.set(Timer::Poll, context.now + self.plan.processing);
            }
        } else if self.app == App::Polling {
            self.call_poll(context);
        }
    }

    /// The application calls `poll()`.
    fn call_poll(&mut self, context: &mut Context<'_>) {
        if self.closing {
            return self.close(context);
        }
        self.app = App::Polling;
        self.timers.set(Timer::Poll, context.now + self.plan.poll_interval);
        self.auto_commit_if_due(context);
    }

    /// Whatever can be done now is done: time-outs, and inside `poll()` membership, positions, fetches, and
    /// returning records.
    fn go_on(&mut self, context: &mut Context<'_>) {
        self.expire_requests(context);
        self.retry_commit_sync(context);
        if context.outbox.exit {
            return; // It has just left, for good.
        }
        if self.app == App::Polling {
            self.drive_membership(context);
            if self.membership.owns_partitions() {
                self.find_positions(context);
                if context.outbox.exit {
                    return;
                }
                self.return_records(context);
                self.send_fetches(context);
            }
        }
        let Memory { view, requests, .. } = self;
        view.refresh(client_config(config(context)), |broker| requests.load(broker), context);
        self.set_client_timer(context);
    }

    /// Returns buffered records from `poll()`, at most `max.poll.records`: what came first is returned first, so that no
    /// partition waits for another's backlog (`FetchCollector`).
    fn return_records(&mut self, context: &mut Context<'_>) {
        let mut room = usize::try_from(config(context).max_poll_records).unwrap_or(usize::MAX);
        let mut polled = VecDeque::new();
        while room > 0
            && let Some(partition) = self.fetched.front().copied()
        {
            if let Some(position) = self.position_mut(partition) {
                let from = position.next_offset();
                let before = polled.len();
                position.take_records(room, &mut polled);
                let taken = polled.len() - before;
                room -= taken;
                if let (true, Some(from), Some(to)) = (taken > 0, from, position.next_offset()) {
                    context.emit(EventKind::Polled { partition, from, to });
                }
            }
            if self.position(partition).is_none_or(|position| position.buffered() == 0) {
                self.fetched.pop_front();
            }
        }
        if polled.is_empty() {
            return;
        }
        self.send_fetches(context);
        self.returned_at = context.now;
        let manual = !config(context).enable_auto_commit;
        if manual && self.plan.commit == CommitOrder::BeforeProcessing {
            self.begin_commit_sync(AfterCommit::Process(polled), context);
        } else {
            self.process(polled, context);
        }
        self.wake_heartbeat_thread(context);
    }

    fn process(&mut self, records: VecDeque<Polled>, context: &mut Context<'_>) {
        self.app = App::Processing(records);
        self.timers.set(Timer::Poll, context.now + self.plan.processing);
    }

    /// The application gets an exception it does not handle: it leaves and ends.
    fn fail(&mut self, error: ErrorCode, context: &mut Context<'_>) {
        context.emit_then(EventKind::ConsumerFailed { error }, |context| {
            self.leave_group(LeaveReason::Closed, context);
        });
        context.outbox.exit = true;
    }

    fn set_client_timer(&mut self, context: &Context<'_>) {
        let config = config(context);
        let next = self
            .view
            .next_deadline(client_config(config), context.now)
            .min(self.requests.next_deadline())
            .min(self.membership.retry_at(context.now))
            .min(self.commit_deadline())
            .min(self.next_position_retry(context.now));
        self.timers.set(Timer::Client, next);
    }
}

/// This consumer's settings.
fn config<'a>(context: &Context<'a>) -> &'a ConsumerConfig {
    match context.me {
        NodeId::Consumer(n) => &context.settings.consumers[usize::from(n) - 1],
        other => unreachable!("{other} is not a consumer"),
    }
}

/// The settings that concern metadata.
fn client_config(config: &ConsumerConfig) -> ClientConfig {
    ClientConfig {
        request_timeout_ms: config.request_timeout_ms,
        retry_backoff_ms: config.retry_backoff_ms,
        retry_backoff_max_ms: RETRY_BACKOFF_MAX_MS,
        metadata_max_age_ms: config.metadata_max_age_ms,
    }
}

/// When a failed request is tried again.
fn retry_time(context: &Context<'_>) -> Micros {
    context.now.saturating_add(from_ms(config(context).retry_backoff_ms).max(1))
}
