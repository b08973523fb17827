//! The classic group protocol at the coordinator (§7): join, sync, heartbeat, leave, commit.
//!
//! A group lives in its coordinator's memory. What must outlast it is handed out as [`Write`]s for the log of
//! `__consumer_offsets`.

use super::{CommittedOffset, GroupRecord, GroupState, LeaveReason, MemberId, StoredMember, Subscription};
use crate::error::ErrorCode;
use crate::event::EventKind;
use crate::ids::{GroupId, NodeId, PartitionId};
use crate::process::Context;
use crate::protocol::{Body, JoinError, JoinGroupRequest, JoinedGroup};
use crate::time::{Micros, NEVER, from_ms};
use std::collections::BTreeMap;

/// A group as its coordinator knows it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct ClassicGroup {
    pub(crate) id: GroupId,
    pub(crate) state: GroupState,
    pub(crate) generation: i32,
    pub(crate) leader: Option<MemberId>,
    /// By id.
    pub(crate) members: Vec<Member>,
    /// Ids given out and not used yet (KIP-394), with the time they lapse.
    pending: Vec<(MemberId, Micros)>,
    /// When the present phase of a rebalance ends, whoever is missing.
    phase_deadline: Micros,
    initial: Option<InitialDelay>,
    /// The leader's assignment is being written.
    writing: bool,
    /// Everybody has left, and the log does not say so yet.
    emptied: bool,
    pub(crate) offsets: BTreeMap<PartitionId, CommittedOffset>,
    next_number: u32,
}

/// The first rebalance of an empty group waits for more members.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct InitialDelay {
    /// Somebody has come since the window began.
    grew: bool,
    /// The wait ends here at the latest.
    cap: Micros,
}

/// A member.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Member {
    pub(crate) id: MemberId,
    pub(crate) subscription: Subscription,
    session_timeout: Micros,
    rebalance_timeout: Micros,
    session_deadline: Micros,
    /// An unanswered JoinGroup.
    joining: Option<(NodeId, u32)>,
    /// An unanswered SyncGroup.
    syncing: Option<(NodeId, u32)>,
    pub(crate) partitions: Vec<PartitionId>,
}

impl Member {
    fn touch(&mut self, now: Micros) {
        self.session_deadline = now.saturating_add(self.session_timeout);
    }

    /// Answers a SyncGroup that waits, if one does. With the answer, whatever it says, the member's session starts anew:
    /// while one was owed no heartbeat could be expected.
    fn answer_sync(&mut self, result: Result<Vec<PartitionId>, ErrorCode>, context: &mut Context<'_>) {
        if let Some((to, correlation)) = self.syncing.take() {
            self.touch(context.now);
            context.send(to, correlation, Body::SyncGroupResponse(result));
        }
    }

    /// Whether the coordinator owes it an answer, so that it cannot be expected to send heartbeats.
    fn is_waiting(&self) -> bool {
        self.joining.is_some() || self.syncing.is_some()
    }
}

/// Something for the log, and what to do when it is replicated.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Write {
    /// Committed offsets.
    Offsets {
        /// Who waits for the answer.
        from: NodeId,
        /// For which request.
        correlation: u32,
        /// Next offsets to read.
        offsets: Vec<(PartitionId, CommittedOffset)>,
    },
    /// The assignment of a generation.
    Assignment {
        /// Which.
        generation: i32,
    },
    /// That everybody has left: nobody waits for it.
    Emptied,
}

impl ClassicGroup {
    /// A group nobody has heard of. `first_number` keeps member ids of successive coordinators apart.
    pub(crate) fn new(id: GroupId, first_number: u32) -> Self {
        ClassicGroup {
            id,
            state: GroupState::Empty,
            generation: 0,
            leader: None,
            members: Vec::new(),
            pending: Vec::new(),
            phase_deadline: NEVER,
            initial: None,
            writing: false,
            emptied: false,
            offsets: BTreeMap::new(),
            next_number: first_number,
        }
    }

    /// Replays a row of the log, as a new coordinator does.
    pub(crate) fn replay(&mut self, row: &GroupRecord, now: Micros) {
        match row {
            GroupRecord::Offset { partition, committed, .. } => {
                self.offsets.insert(*partition, *committed);
            }
            GroupRecord::Generation { generation, leader, members, .. } => {
                self.generation = *generation;
                self.state = if members.is_empty() { GroupState::Empty } else { GroupState::Stable };
                self.leader = *leader;
                self.members = members
                    .iter()
                    .map(|stored| Member {
                        id: stored.id,
                        subscription: stored.subscription.clone(),
                        session_timeout: stored.session_timeout,
                        rebalance_timeout: stored.rebalance_timeout,
                        session_deadline: now.saturating_add(stored.session_timeout),
                        joining: None,
                        syncing: None,
                        partitions: stored.partitions.clone(),
                    })
                    .collect();
            }
        }
    }

    fn member_mut(&mut self, id: MemberId) -> Result<&mut Member, ErrorCode> {
        self.members.iter_mut().find(|m| m.id == id).ok_or(ErrorCode::UnknownMemberId)
    }

    fn enter(&mut self, to: GroupState, context: &mut Context<'_>) {
        let from = std::mem::replace(&mut self.state, to);
        if from != to {
            context.emit(EventKind::GroupStateChanged {
                group: self.id,
                from,
                to,
                generation: self.generation,
            });
        }
    }

    /// JoinGroup. The answer may come much later.
    pub(crate) fn join(
        &mut self,
        from: NodeId,
        correlation: u32,
        request: JoinGroupRequest,
        context: &mut Context<'_>,
    ) {
        let refuse = |code, member, context: &mut Context<'_>| {
            context.send(from, correlation, Body::JoinGroupResponse(Err(JoinError { code, member })));
        };
        let Some(id) = request.member else {
            let client = if let NodeId::Consumer(n) = from { n } else { 0 };
            let id = MemberId { client, number: self.next_number };
            self.next_number += 1;
            self.pending.push((id, context.now.saturating_add(request.session_timeout)));
            return refuse(ErrorCode::MemberIdRequired, Some(id), context);
        };
        let was_pending = self.pending.iter().any(|(pending, _)| *pending == id);
        self.pending.retain(|(pending, _)| *pending != id);
        if was_pending {
            let member = Member {
                id,
                subscription: request.subscription,
                session_timeout: request.session_timeout,
                rebalance_timeout: request.rebalance_timeout,
                session_deadline: context.now.saturating_add(request.session_timeout),
                joining: Some((from, correlation)),
                syncing: None,
                partitions: Vec::new(),
            };
            let at = self.members.partition_point(|m| m.id < id);
            self.members.insert(at, member);
            if let Some(initial) = &mut self.initial {
                initial.grew = true;
            }
            let group = self.id;
            return context.emit_then(EventKind::MemberJoined { group, member: id }, |context| {
                self.rebalance(context);
            });
        }
        let (state, leader) = (self.state, self.leader);
        let Ok(member) = self.member_mut(id) else {
            return refuse(ErrorCode::UnknownMemberId, None, context);
        };
        let changed = member.subscription != request.subscription;
        member.touch(context.now);
        member.subscription = request.subscription;
        member.session_timeout = request.session_timeout;
        member.rebalance_timeout = request.rebalance_timeout;
        let same_generation = match state {
            GroupState::CompletingRebalance => !changed,
            GroupState::Stable => !changed && leader != Some(id),
            GroupState::PreparingRebalance | GroupState::Empty => false,
        };
        member.joining = Some((from, correlation));
        if same_generation {
            self.answer_join(id, context);
        } else {
            self.rebalance(context);
        }
    }

    /// Waits for everybody to join (again), or completes the wait if everybody has.
    fn rebalance(&mut self, context: &mut Context<'_>) {
        match self.state {
            GroupState::PreparingRebalance => {}
            GroupState::Empty => {
                let delay = from_ms(context.settings.broker.group_initial_rebalance_delay_ms);
                let cap = context.now.saturating_add(self.longest_rebalance_timeout());
                self.phase_deadline = context.now.saturating_add(delay).min(cap);
                self.initial = (delay > 0).then_some(InitialDelay { grew: false, cap });
                self.enter(GroupState::PreparingRebalance, context);
            }
            GroupState::CompletingRebalance | GroupState::Stable => {
                self.writing = false;
                for member in &mut self.members {
                    member.answer_sync(Err(ErrorCode::RebalanceInProgress), context);
                }
                self.phase_deadline = context.now.saturating_add(self.longest_rebalance_timeout());
                self.enter(GroupState::PreparingRebalance, context);
            }
        }
        self.maybe_complete_join(context);
    }

    fn longest_rebalance_timeout(&self) -> Micros {
        self.members.iter().map(|m| m.rebalance_timeout).max().unwrap_or(0)
    }

    fn maybe_complete_join(&mut self, context: &mut Context<'_>) {
        let everybody = self.pending.is_empty() && self.members.iter().all(|m| m.joining.is_some());
        if self.state == GroupState::PreparingRebalance && self.initial.is_none() && everybody {
            self.complete_join(context);
        }
    }

    /// Begins a generation with those who have joined.
    fn complete_join(&mut self, context: &mut Context<'_>) {
        let group = self.id;
        self.initial = None;
        self.members.retain(|member| {
            if member.joining.is_none() {
                let why = LeaveReason::MissedJoin;
                context.emit(EventKind::MemberLeft { group, member: member.id, why });
            }
            member.joining.is_some()
        });
        self.generation += 1;
        if self.members.is_empty() {
            self.phase_deadline = NEVER;
            self.leader = None;
            self.emptied = true;
            self.enter(GroupState::Empty, context);
            return;
        }
        if !self.members.iter().any(|m| Some(m.id) == self.leader) {
            self.leader = self.members.first().map(|m| m.id);
        }
        self.phase_deadline = context.now.saturating_add(self.longest_rebalance_timeout());
        self.enter(GroupState::CompletingRebalance, context);
        let ids: Vec<MemberId> = self.members.iter().map(|m| m.id).collect();
        for id in ids {
            self.answer_join(id, context);
        }
    }

    fn answer_join(&mut self, id: MemberId, context: &mut Context<'_>) {
        let everybody: Vec<_> = self.members.iter().map(|m| (m.id, m.subscription.clone())).collect();
        let (generation, leader) = (self.generation, self.leader.unwrap_or(id));
        let Ok(member) = self.member_mut(id) else { return };
        member.touch(context.now);
        let Some((to, correlation)) = member.joining.take() else { return };
        let members = if leader == id { everybody } else { Vec::new() };
        let joined = JoinedGroup { generation, member: id, leader, members };
        context.send(to, correlation, Body::JoinGroupResponse(Ok(joined)));
    }

    fn check(&mut self, id: MemberId, generation: i32, now: Micros) -> Result<(), ErrorCode> {
        let current = self.generation;
        let member = self.member_mut(id)?;
        if generation != current {
            return Err(ErrorCode::IllegalGeneration);
        }
        member.touch(now);
        Ok(())
    }

    /// SyncGroup. The leader's brings an assignment to be written; the answer comes when it is.
    pub(crate) fn sync(
        &mut self,
        (from, correlation): (NodeId, u32),
        (id, generation): (MemberId, i32),
        assignment: &[(MemberId, Vec<PartitionId>)],
        context: &mut Context<'_>,
    ) -> Option<(Vec<GroupRecord>, Write)> {
        let answer = |result, context: &mut Context<'_>| {
            context.send(from, correlation, Body::SyncGroupResponse(result));
        };
        if let Err(error) = self.check(id, generation, context.now) {
            answer(Err(error), context);
            return None;
        }
        match self.state {
            GroupState::Empty => answer(Err(ErrorCode::UnknownMemberId), context),
            GroupState::PreparingRebalance => answer(Err(ErrorCode::RebalanceInProgress), context),
            GroupState::Stable => {
                let mine = self.member_mut(id).map(|m| m.partitions.clone());
                answer(mine, context);
            }
            GroupState::CompletingRebalance => {
                if let Ok(member) = self.member_mut(id) {
                    member.syncing = Some((from, correlation));
                }
                if self.leader == Some(id) && !self.writing {
                    self.writing = true;
                    for member in &mut self.members {
                        let given = assignment.iter().find(|(to, _)| *to == member.id);
                        member.partitions = given.map(|(_, p)| p.clone()).unwrap_or_default();
                    }
                    return Some((vec![self.stored()], Write::Assignment { generation }));
                }
            }
        }
        None
    }

    /// What the log has to say once everybody has left, so that the next coordinator does not wait for the dead.
    pub(crate) fn take_emptied(&mut self) -> Option<(Vec<GroupRecord>, Write)> {
        std::mem::take(&mut self.emptied).then(|| (vec![self.stored()], Write::Emptied))
    }

    fn stored(&self) -> GroupRecord {
        let store = |m: &Member| StoredMember {
            id: m.id,
            subscription: m.subscription.clone(),
            session_timeout: m.session_timeout,
            rebalance_timeout: m.rebalance_timeout,
            partitions: m.partitions.clone(),
        };
        GroupRecord::Generation {
            group: self.id,
            generation: self.generation,
            leader: self.leader,
            members: self.members.iter().map(store).collect(),
        }
    }

    /// A write is replicated everywhere, or has failed.
    pub(crate) fn on_written(&mut self, write: Write, failed: Option<ErrorCode>, context: &mut Context<'_>) {
        match write {
            Write::Emptied => {}
            Write::Offsets { from, correlation, offsets } => {
                let result = match failed {
                    None => {
                        for (partition, committed) in offsets {
                            self.offsets.insert(partition, committed);
                            let offset = committed.offset;
                            context.emit(EventKind::OffsetCommitted { group: self.id, partition, offset });
                        }
                        Ok(())
                    }
                    Some(error) => Err(coordinator_error(error)),
                };
                context.send(from, correlation, Body::OffsetCommitResponse(result));
            }
            Write::Assignment { generation } => {
                if !self.writing || generation != self.generation {
                    return; // The group has moved on.
                }
                self.writing = false;
                if failed.is_none() {
                    self.phase_deadline = NEVER;
                    self.enter(GroupState::Stable, context);
                }
                for member in &mut self.members {
                    let result = match failed {
                        None => Ok(member.partitions.clone()),
                        Some(error) => Err(coordinator_error(error)),
                    };
                    member.answer_sync(result, context);
                }
                if failed.is_some() {
                    self.rebalance(context);
                }
            }
        }
    }

    /// Heartbeat.
    pub(crate) fn heartbeat(&mut self, id: MemberId, generation: i32, now: Micros) -> Result<(), ErrorCode> {
        self.check(id, generation, now)?;
        match self.state {
            GroupState::PreparingRebalance => Err(ErrorCode::RebalanceInProgress),
            // Since 2.7 a member that waits for its assignment is left in peace.
            _ => Ok(()),
        }
    }

    /// LeaveGroup.
    pub(crate) fn leave(
        &mut self,
        id: MemberId,
        why: LeaveReason,
        context: &mut Context<'_>,
    ) -> Result<(), ErrorCode> {
        if self.pending.iter().any(|(pending, _)| *pending == id) {
            self.pending.retain(|(pending, _)| *pending != id);
            self.maybe_complete_join(context);
            return Ok(());
        }
        self.member_mut(id)?;
        self.remove(id, why, context);
        Ok(())
    }

    fn remove(&mut self, id: MemberId, why: LeaveReason, context: &mut Context<'_>) {
        self.members.retain(|m| m.id != id);
        let group = self.id;
        context.emit_then(EventKind::MemberLeft { group, member: id, why }, |context| {
            self.rebalance(context);
        });
    }

    /// OffsetCommit: allowed to members of this generation, also while they give up partitions.
    pub(crate) fn commit(
        &mut self,
        (from, correlation): (NodeId, u32),
        (id, generation): (MemberId, i32),
        offsets: Vec<(PartitionId, CommittedOffset)>,
        context: &mut Context<'_>,
    ) -> Option<(Vec<GroupRecord>, Write)> {
        let mut allowed = self.check(id, generation, context.now);
        if self.state == GroupState::CompletingRebalance {
            allowed = allowed.and(Err(ErrorCode::RebalanceInProgress));
        }
        if let Err(error) = allowed {
            context.send(from, correlation, Body::OffsetCommitResponse(Err(error)));
            return None;
        }
        let group = self.id;
        let row = |(partition, committed): &(PartitionId, CommittedOffset)| GroupRecord::Offset {
            group,
            partition: *partition,
            committed: *committed,
        };
        Some((offsets.iter().map(row).collect(), Write::Offsets { from, correlation, offsets }))
    }

    /// Removes whom time has run out for, and ends a phase that has lasted long enough.
    pub(crate) fn expire(&mut self, context: &mut Context<'_>) {
        self.pending.retain(|(_, deadline)| *deadline > context.now);
        let dead: Vec<MemberId> = self
            .members
            .iter()
            .filter(|m| !m.is_waiting() && m.session_deadline <= context.now)
            .map(|m| m.id)
            .collect();
        for id in dead {
            self.remove(id, LeaveReason::SessionExpired, context);
        }
        if self.phase_deadline <= context.now {
            self.end_phase(context);
        }
        self.maybe_complete_join(context);
    }

    fn end_phase(&mut self, context: &mut Context<'_>) {
        match (self.state, self.initial) {
            (GroupState::PreparingRebalance, Some(initial)) if initial.grew && context.now < initial.cap => {
                // Each window in which somebody came is followed by another, up to the cap.
                let delay = from_ms(context.settings.broker.group_initial_rebalance_delay_ms);
                self.phase_deadline = context.now.saturating_add(delay).min(initial.cap);
                self.initial = Some(InitialDelay { grew: false, ..initial });
            }
            (GroupState::PreparingRebalance, _) => self.complete_join(context),
            (GroupState::CompletingRebalance, _) => {
                // Members that did not sync in time are removed (since 3.0, KAFKA-12890).
                self.phase_deadline = NEVER;
                let silent: Vec<MemberId> =
                    self.members.iter().filter(|m| m.syncing.is_none()).map(|m| m.id).collect();
                for id in silent {
                    self.remove(id, LeaveReason::MissedSync, context);
                }
            }
            _ => self.phase_deadline = NEVER,
        }
    }

    /// When [`ClassicGroup::expire`] has something to do next.
    pub(crate) fn next_deadline(&self) -> Micros {
        let sessions = self.members.iter().filter(|m| !m.is_waiting()).map(|m| m.session_deadline);
        let pending = self.pending.iter().map(|(_, deadline)| *deadline);
        sessions.chain(pending).fold(self.phase_deadline, Micros::min)
    }

    /// The coordinator resigns: whoever waits is told to look for another.
    pub(crate) fn dismiss(&mut self, context: &mut Context<'_>) {
        let code = ErrorCode::NotCoordinator;
        for member in &mut self.members {
            if let Some((to, correlation)) = member.joining.take() {
                context.send(to, correlation, Body::JoinGroupResponse(Err(JoinError { code, member: None })));
            }
            member.answer_sync(Err(code), context);
        }
    }
}

/// What a client is told when the coordinator could not write.
pub(crate) fn coordinator_error(error: ErrorCode) -> ErrorCode {
    match error {
        ErrorCode::NotLeaderOrFollower => ErrorCode::NotCoordinator,
        ErrorCode::NotEnoughReplicas
        | ErrorCode::NotEnoughReplicasAfterAppend
        | ErrorCode::RequestTimedOut
        | ErrorCode::UnknownTopicOrPartition => ErrorCode::CoordinatorNotAvailable,
        other => other,
    }
}
