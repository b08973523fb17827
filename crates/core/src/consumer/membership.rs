//! The member's side of the classic group protocol (§7): find the coordinator, join, sync, heartbeat, leave.
//! Eager: everything is given up before joining.

use super::fetching::Position;
use super::requests::{CommitKind, Purpose};
use super::{App, Memory, config, retry_time};
use crate::action::Timer;
use crate::error::ErrorCode;
use crate::event::EventKind;
use crate::group::assignor::range;
use crate::group::{LeaveReason, MemberId};
use crate::ids::{BrokerId, PartitionId, TopicId};
use crate::metadata::MetadataImage;
use crate::process::Context;
use crate::protocol::{Body, JoinError, JoinGroupRequest, JoinedGroup};
use crate::time::{Micros, NEVER, SECOND, from_ms};
use std::sync::Arc;

/// How long after the rebalance timeout a JoinGroup may still be answered.
const JOIN_GRACE: Micros = 5 * SECOND;

/// Where the member stands.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Membership {
    coordinator: Option<BrokerId>,
    id: Option<MemberId>,
    generation: i32,
    phase: Phase,
    /// The coordinator, or the leader's own look at the topics, asks for a rebalance.
    rejoin: bool,
    /// The membership is gone; what was owned is lost and not committed.
    lost: bool,
    /// No request to join or find before this.
    not_before: Micros,
    /// When the next heartbeat is due.
    next_beat: Micros,
    /// As leader of the group: partitions per topic that the assignment was made for.
    assigned_for: Vec<u16>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
enum Phase {
    /// Not in the group, or about to join again.
    #[default]
    Out,
    /// Giving up partitions before joining, after a commit if that is automatic.
    Preparing {
        /// The commit is not tried again after this.
        until: Micros,
        /// It succeeded, or failed for good.
        committed: bool,
    },
    /// JoinGroup under way.
    Joining,
    /// SyncGroup under way.
    Syncing,
    /// In the group, with an assignment.
    Stable,
}

impl Membership {
    /// Id and generation, while it has an assignment.
    pub(super) fn current(&self) -> Option<(MemberId, i32)> {
        let assigned = matches!(self.phase, Phase::Stable | Phase::Preparing { .. });
        assigned.then_some((self.id?, self.generation))
    }

    /// Whose heartbeats to send: from the answer to JoinGroup on.
    fn beats_as(&self) -> Option<(MemberId, i32)> {
        self.current().or_else(|| (self.phase == Phase::Syncing).then_some((self.id?, self.generation)))
    }

    /// The commit before giving up partitions is done with.
    pub(super) fn committed_before_join(&mut self) {
        if let Phase::Preparing { committed, .. } = &mut self.phase {
            *committed = true;
        }
    }

    pub(super) fn owns_partitions(&self) -> bool {
        self.phase == Phase::Stable
    }

    pub(super) fn coordinator(&self) -> Option<BrokerId> {
        self.coordinator
    }

    /// When something that failed may be tried again.
    pub(super) fn retry_at(&self, now: Micros) -> Micros {
        if self.not_before > now { self.not_before } else { NEVER }
    }
}

impl Memory {
    /// One round of membership work, from within `poll()`.
    pub(super) fn drive_membership(&mut self, context: &mut Context<'_>) {
        if self.membership.lost {
            self.membership.lost = false;
            self.revoke(true, context);
        }
        if self.membership.not_before > context.now || !self.find_coordinator(context) {
            return;
        }
        match self.membership.phase {
            Phase::Stable if self.membership.rejoin => self.prepare_to_join(context),
            Phase::Preparing { until, committed } if !self.is_committing_before_join() => {
                let give_up = committed || until <= context.now;
                if give_up || !self.commit(CommitKind::BeforeJoin, context) {
                    self.revoke(false, context);
                    self.send_join(context);
                }
            }
            Phase::Out => self.send_join(context),
            _ => {}
        }
    }

    /// Whether the coordinator is known; if not, asks for it.
    pub(super) fn find_coordinator(&mut self, context: &mut Context<'_>) -> bool {
        if self.membership.coordinator.is_some() {
            return true;
        }
        let under_way = self.requests.any(|p| *p == Purpose::FindCoordinator);
        if !under_way && self.membership.not_before <= context.now {
            let load = |broker| self.requests.load(broker);
            if let Some(broker) = self.view.least_loaded(context.now, load) {
                let body = Body::FindCoordinatorRequest(self.plan.group);
                self.ask_shortly(broker, body, Purpose::FindCoordinator, context);
            } else {
                self.retry_later(context);
            }
        }
        false
    }

    pub(super) fn retry_later(&mut self, context: &Context<'_>) {
        self.membership.not_before = retry_time(context);
    }

    pub(super) fn on_coordinator(&mut self, result: Result<BrokerId, ErrorCode>, context: &mut Context<'_>) {
        match result {
            Ok(broker) if self.view.reachable_at(broker) <= context.now => {
                self.membership.coordinator = Some(broker);
            }
            _ => self.retry_later(context),
        }
    }

    /// A broker is unreachable: if it was the coordinator, there may be another by now.
    pub(super) fn forget_coordinator_at(&mut self, broker: BrokerId) {
        if self.membership.coordinator == Some(broker) {
            self.membership.coordinator = None;
        }
    }

    pub(super) fn forget_coordinator(&mut self, context: &Context<'_>) {
        self.membership.coordinator = None;
        self.retry_later(context);
    }

    /// A rebalance: commit if that is automatic, then give everything up and join. The commit is tried for as long as the
    /// group waits for this member (`ConsumerCoordinator.onJoinPrepare`).
    fn prepare_to_join(&mut self, context: &mut Context<'_>) {
        let until = context.now.saturating_add(from_ms(config(context).max_poll_interval_ms));
        let committed = !config(context).enable_auto_commit;
        self.membership.phase = Phase::Preparing { until, committed };
        self.drive_membership(context);
    }

    fn is_committing_before_join(&self) -> bool {
        self.requests.any(|p| *p == Purpose::Commit(CommitKind::BeforeJoin))
    }

    fn revoke(&mut self, lost: bool, context: &mut Context<'_>) {
        // A fetch under way stays so: the broker is asked again when it has answered.
        self.requests
            .forget(|p| matches!(p, Purpose::OffsetFetch | Purpose::ListOffset(..) | Purpose::Validate(..)));
        self.fetched.clear();
        let partitions: Arc<[PartitionId]> = self.positions.drain(..).map(|p| p.partition).collect();
        if !partitions.is_empty() {
            context.emit(EventKind::PartitionsRevoked { partitions, lost });
        }
    }

    fn send_join(&mut self, context: &mut Context<'_>) {
        let Some(broker) = self.membership.coordinator else { return };
        let rebalance_timeout = from_ms(config(context).max_poll_interval_ms);
        let request = JoinGroupRequest {
            group: self.plan.group,
            member: self.membership.id,
            session_timeout: from_ms(config(context).session_timeout_ms),
            rebalance_timeout,
            subscription: self.plan.subscription.clone(),
        };
        self.membership.phase = Phase::Joining;
        self.membership.rejoin = false;
        self.requests.forget(|p| matches!(p, Purpose::Heartbeat));
        self.timers.set(Timer::GroupHeartbeat, NEVER);
        let timeout =
            rebalance_timeout.saturating_add(JOIN_GRACE).max(from_ms(config(context).request_timeout_ms));
        self.ask(broker, Body::JoinGroupRequest(request), Purpose::Join, timeout, context);
    }

    pub(super) fn on_join_lost(&mut self, context: &mut Context<'_>) {
        self.membership.phase = Phase::Out;
        self.retry_later(context);
    }

    pub(super) fn on_joined(&mut self, result: Result<JoinedGroup, JoinError>, context: &mut Context<'_>) {
        match result {
            Ok(joined) => {
                self.membership.id = Some(joined.member);
                self.membership.generation = joined.generation;
                self.membership.phase = Phase::Syncing;
                self.beat_later(context);
                self.send_sync(&joined, context);
            }
            Err(JoinError { code: ErrorCode::MemberIdRequired, member }) => {
                self.membership.id = member;
                self.send_join(context);
            }
            Err(JoinError { code, .. }) => self.on_group_error(code, context),
        }
    }

    fn send_sync(&mut self, joined: &JoinedGroup, context: &mut Context<'_>) {
        let Some(broker) = self.membership.coordinator else { return self.on_join_lost(context) };
        let image = self.view.image();
        let assignment = if joined.leader == joined.member {
            self.membership.assigned_for = partition_counts(image);
            let counts = &self.membership.assigned_for;
            let count = |topic: TopicId| counts.get(usize::from(topic.0)).copied().unwrap_or(0);
            let id_of = |(topic, index): (TopicId, u16)| image.partition_id(topic, index);
            range::assign(&joined.members, count)
                .into_iter()
                .map(|(member, partitions)| (member, partitions.into_iter().filter_map(id_of).collect()))
                .collect()
        } else {
            self.membership.assigned_for.clear();
            Vec::new()
        };
        let body = Body::SyncGroupRequest {
            group: self.plan.group,
            member: joined.member,
            generation: joined.generation,
            assignment,
        };
        self.ask_shortly(broker, body, Purpose::Sync, context);
    }

    pub(super) fn on_synced(
        &mut self,
        result: Result<Vec<PartitionId>, ErrorCode>,
        context: &mut Context<'_>,
    ) {
        let partitions = match result {
            Ok(partitions) => partitions,
            Err(error) => return self.on_group_error(error, context),
        };
        self.membership.phase = Phase::Stable;
        self.positions = partitions.iter().map(|id| Position::unknown(*id)).collect();
        self.next_auto_commit = context.now + from_ms(config(context).auto_commit_interval_ms);
        let generation = self.membership.generation;
        context.emit(EventKind::PartitionsAssigned { generation, partitions: partitions.into() });
        // Topics may have grown while the group was rebalancing.
        self.on_new_metadata();
    }

    /// What to do about an error in joining, syncing, or a heartbeat.
    pub(super) fn on_group_error(&mut self, error: ErrorCode, context: &mut Context<'_>) {
        match error {
            ErrorCode::RebalanceInProgress if self.membership.phase == Phase::Stable => {
                self.membership.rejoin = true;
            }
            // The sync phase was broken off: joins again at once.
            ErrorCode::RebalanceInProgress => self.stop_joining(),
            ErrorCode::UnknownMemberId | ErrorCode::IllegalGeneration => {
                if error == ErrorCode::UnknownMemberId {
                    self.membership.id = None;
                }
                self.membership.lost |= self.membership.phase == Phase::Stable;
                self.membership.phase = Phase::Out;
                self.timers.set(Timer::GroupHeartbeat, NEVER);
            }
            ErrorCode::NotCoordinator | ErrorCode::CoordinatorNotAvailable | ErrorCode::NetworkException => {
                self.forget_coordinator(context);
                self.stop_joining();
            }
            _ => {
                self.stop_joining();
                self.retry_later(context);
            }
        }
    }

    /// JoinGroup or SyncGroup has failed: begins anew.
    fn stop_joining(&mut self) {
        if matches!(self.membership.phase, Phase::Joining | Phase::Syncing) {
            self.membership.phase = Phase::Out;
        }
    }

    /// The next heartbeat is due in an interval.
    fn beat_later(&mut self, context: &Context<'_>) {
        self.membership.next_beat = context.now + from_ms(config(context).heartbeat_interval_ms);
        self.wake_heartbeat_thread(context);
    }

    /// The next heartbeat is due no later than in an interval, which is another one now.
    pub(super) fn beat_by_the_new_interval(&mut self, context: &Context<'_>) {
        let at = context.now + from_ms(config(context).heartbeat_interval_ms);
        self.membership.next_beat = self.membership.next_beat.min(at);
        self.wake_heartbeat_thread(context);
    }

    /// The heartbeat thread has something to do when a heartbeat is due, and when the application has not called `poll()`
    /// for too long.
    pub(super) fn wake_heartbeat_thread(&mut self, context: &Context<'_>) {
        if self.membership.beats_as().is_some() {
            let at = self.membership.next_beat.min(self.poll_deadline(context)).max(context.now);
            self.timers.set(Timer::GroupHeartbeat, at);
        }
    }

    /// When the application is thought to be stuck: not while it waits in `poll()`.
    fn poll_deadline(&self, context: &Context<'_>) -> Micros {
        if self.app == App::Polling {
            return NEVER;
        }
        self.returned_at.saturating_add(from_ms(config(context).max_poll_interval_ms))
    }

    /// The heartbeat thread: it goes on while the application is busy, and notices when that takes too long.
    pub(super) fn heartbeat_thread(&mut self, context: &mut Context<'_>) {
        let Some((member, generation)) = self.membership.beats_as() else {
            return self.timers.set(Timer::GroupHeartbeat, NEVER);
        };
        if self.poll_deadline(context) <= context.now {
            self.leave_group(LeaveReason::NotPolling, context);
            self.membership.lost = true;
            return;
        }
        if context.now < self.membership.next_beat {
            return self.wake_heartbeat_thread(context);
        }
        self.beat_later(context);
        if let Some(broker) = self.membership.coordinator
            && !self.requests.any(|p| matches!(p, Purpose::Heartbeat))
        {
            let body = Body::HeartbeatRequest { group: self.plan.group, member, generation };
            // No answer for a whole session means the coordinator is gone.
            let timeout = from_ms(config(context).session_timeout_ms.min(config(context).request_timeout_ms));
            self.ask(broker, body, Purpose::Heartbeat, timeout, context);
        } else if self.membership.coordinator.is_none() {
            self.find_coordinator(context);
        }
    }

    pub(super) fn on_heartbeat(&mut self, result: Result<(), ErrorCode>, context: &mut Context<'_>) {
        let Err(error) = result else { return };
        match self.membership.phase {
            Phase::Stable => self.on_group_error(error, context),
            // While it waits for its assignment, a rebalance is no news.
            Phase::Syncing if error != ErrorCode::RebalanceInProgress => self.on_group_error(error, context),
            _ => {}
        }
    }

    pub(super) fn leave_group(&mut self, why: LeaveReason, context: &mut Context<'_>) {
        if let (Some(member), Some(broker)) = (self.membership.id.take(), self.membership.coordinator) {
            let body = Body::LeaveGroupRequest { group: self.plan.group, member, why };
            self.ask_shortly(broker, body, Purpose::Leave, context);
        }
        self.membership.phase = Phase::Out;
        self.timers.set(Timer::GroupHeartbeat, NEVER);
    }

    /// The group's leader compares the topics with what it assigned, and asks for a rebalance if they differ.
    pub(super) fn on_new_metadata(&mut self) {
        let membership = &mut self.membership;
        if membership.phase == Phase::Stable && !membership.assigned_for.is_empty() {
            let now = partition_counts(self.view.image());
            let differs =
                |t: &TopicId| now.get(usize::from(t.0)) != membership.assigned_for.get(usize::from(t.0));
            membership.rejoin |= self.plan.subscription.iter().any(differs);
        }
    }
}

fn partition_counts(image: &MetadataImage) -> Vec<u16> {
    image.topics.iter().map(|t| u16::try_from(t.partitions.len()).unwrap_or(u16::MAX)).collect()
}
