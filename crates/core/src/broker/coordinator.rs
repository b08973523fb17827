//! The broker as coordinator of the groups whose partition of `__consumer_offsets` it leads (§6, §7).

use super::Broker;
use crate::action::Timer;
use crate::error::ErrorCode;
use crate::event::EventKind;
use crate::group::classic::{ClassicGroup, Member, Write, coordinator_error};
use crate::group::{GroupRecord, GroupState, MemberId};
use crate::ids::{BrokerId, GroupId, NodeId, PartitionId, RecordId};
use crate::process::Context;
use crate::protocol::{Body, JoinError};
use crate::record::{Record, Records, Value};
use crate::time::{MS, NEVER, from_ms};
use std::sync::Arc;

pub(super) type Group = ClassicGroup;
pub(super) type GroupWrite = Write;

/// A group as somebody looks at it.
#[derive(Clone, Copy, Debug)]
pub struct GroupView<'a>(&'a Group);

/// A member as somebody looks at it.
#[derive(Clone, Copy, Debug)]
pub struct MemberView<'a>(&'a Member);

impl<'a> GroupView<'a> {
    pub(super) fn new(group: &'a Group) -> Self {
        GroupView(group)
    }

    /// The group's state.
    pub fn state(&self) -> GroupState {
        self.0.state
    }

    /// The generation: how often the group has been assigned.
    pub fn generation(&self) -> i32 {
        self.0.generation
    }

    /// The member that assigns.
    pub fn leader(&self) -> Option<MemberId> {
        self.0.leader
    }

    /// The members, by id.
    pub fn members(&self) -> impl ExactSizeIterator<Item = MemberView<'a>> + use<'a> {
        self.0.members.iter().map(MemberView)
    }

    /// The committed offset of a partition: the next one to read.
    pub fn committed(&self, partition: PartitionId) -> Option<i64> {
        self.0.offsets.get(&partition).map(|committed| committed.offset)
    }
}

impl<'a> MemberView<'a> {
    /// The member's id.
    pub fn id(&self) -> MemberId {
        self.0.id
    }

    /// What it is assigned in the current generation.
    pub fn partitions(&self) -> &'a [PartitionId] {
        &self.0.partitions
    }
}

/// Ids of members given out by successive coordinators of a partition do not collide: each leader epoch has its
/// own range.
fn first_member_number(leader_epoch: i32) -> u32 {
    u32::try_from(leader_epoch).unwrap_or(0).saturating_mul(1000) + 1
}

impl Broker {
    /// Who coordinates a group, as far as this broker knows.
    pub(super) fn find_coordinator(&mut self, group: GroupId) -> Result<BrokerId, ErrorCode> {
        self.memory().image.coordinator(group).ok_or(ErrorCode::CoordinatorNotAvailable)
    }

    /// This broker leads a partition now: if groups live there, it reads their rows.
    pub(super) fn take_coordination(&mut self, id: PartitionId, context: &mut Context<'_>) {
        for group in self.groups_in(id) {
            let (disk, memory) = self.parts();
            let epoch = memory.leader(id).map_or(0, super::Leader::epoch);
            let mut loaded = Group::new(group, first_member_number(epoch));
            let rows =
                disk.log(id).into_iter().flat_map(crate::log::Log::batches).flat_map(|b| b.records.iter());
            for record in rows {
                if let Value::Group(row) = &record.value
                    && row.group() == group
                {
                    loaded.replay(row, context.now);
                }
            }
            memory.groups[usize::from(group.0)] = Some(Arc::new(loaded));
            context.emit(EventKind::CoordinatorLoaded { group });
            self.set_group_timer();
        }
    }

    /// This broker leads a partition no more: it forgets its groups.
    pub(super) fn drop_coordination(&mut self, id: PartitionId, context: &mut Context<'_>) {
        for group in self.groups_in(id) {
            if let Some(mut dismissed) = self.memory().groups[usize::from(group.0)].take() {
                Arc::make_mut(&mut dismissed).dismiss(context);
            }
        }
    }

    fn groups_in(&mut self, id: PartitionId) -> Vec<GroupId> {
        let groups = &self.memory().image.groups;
        (0u8..).zip(groups).filter(|(_, g)| g.offsets_partition == id).map(|(at, _)| GroupId(at)).collect()
    }

    fn group_mut(&mut self, id: GroupId) -> Result<&mut Group, ErrorCode> {
        let slot = self.memory().groups.get_mut(usize::from(id.0)).and_then(Option::as_mut);
        slot.map(Arc::make_mut).ok_or(ErrorCode::NotCoordinator)
    }

    pub(super) fn on_group_request(
        &mut self,
        from: NodeId,
        correlation: u32,
        body: Body,
        context: &mut Context<'_>,
    ) {
        let reply = (from, correlation);
        match body {
            Body::JoinGroupRequest(request) => match self.group_mut(request.group) {
                Ok(group) => group.join(from, correlation, request, context),
                Err(code) => {
                    let refused = JoinError { code, member: None };
                    context.send(from, correlation, Body::JoinGroupResponse(Err(refused)));
                }
            },
            Body::SyncGroupRequest { group, member, generation, assignment } => match self.group_mut(group) {
                Ok(found) => {
                    let write = found.sync(reply, (member, generation), &assignment, context);
                    self.write(group, write, context);
                }
                Err(error) => {
                    context.send(from, correlation, Body::SyncGroupResponse(Err(error)));
                }
            },
            Body::HeartbeatRequest { group, member, generation } => {
                let now = context.now;
                let result = self.group_mut(group).and_then(|g| g.heartbeat(member, generation, now));
                context.send(from, correlation, Body::HeartbeatResponse(result));
            }
            Body::LeaveGroupRequest { group, member, why } => {
                let result = self.group_mut(group).and_then(|g| g.leave(member, why, context));
                context.send(from, correlation, Body::LeaveGroupResponse(result));
            }
            Body::OffsetCommitRequest { group, member, generation, offsets } => match self.group_mut(group) {
                Ok(found) => {
                    let write = found.commit(reply, (member, generation), offsets, context);
                    self.write(group, write, context);
                }
                Err(error) => {
                    context.send(from, correlation, Body::OffsetCommitResponse(Err(error)));
                }
            },
            Body::OffsetFetchRequest { group, partitions } => {
                let result = self
                    .group_mut(group)
                    .map(|g| partitions.iter().map(|p| (*p, g.offsets.get(p).copied())).collect());
                context.send(from, correlation, Body::OffsetFetchResponse(result));
            }
            _ => {}
        }
        self.write_emptied(context);
        self.set_group_timer();
    }

    /// Writes down that groups have lost their last member.
    fn write_emptied(&mut self, context: &mut Context<'_>) {
        for at in 0..self.memory().groups.len() {
            if let Some(group) = self.memory().groups[at].as_mut()
                && let Some(write) = Arc::make_mut(group).take_emptied()
            {
                let id = group.id;
                self.write(id, Some(write), context);
            }
        }
    }

    fn write(&mut self, group: GroupId, write: Option<(Vec<GroupRecord>, Write)>, context: &mut Context<'_>) {
        let Some((rows, write)) = write else { return };
        let timestamp_ms = i64::try_from(context.now / MS).unwrap_or(i64::MAX);
        let record = |row| Record { id: RecordId(0), timestamp_ms, key: None, value: Value::Group(row) };
        let records: Records = rows.into_iter().map(record).collect();
        let Some(partition) =
            self.memory().image.groups.get(usize::from(group.0)).map(|g| g.offsets_partition)
        else {
            return;
        };
        let timeout = from_ms(context.settings.broker.offsets_commit_timeout_ms);
        let written = self.append_for_group(partition, &records, (group, write.clone()), timeout, context);
        if let Err(error) = written {
            self.on_group_write(group, write, Some(error), context);
        }
    }

    /// What the coordinator wrote is replicated, or failed.
    pub(super) fn on_group_write(
        &mut self,
        group: GroupId,
        write: GroupWrite,
        failed: Option<ErrorCode>,
        context: &mut Context<'_>,
    ) {
        match self.group_mut(group) {
            Ok(group) => group.on_written(write, failed, context),
            // The coordinator has resigned meanwhile: the member has to look for the new one.
            Err(resigned) => {
                if let Write::Offsets { from, correlation, .. } = write {
                    let error = failed.map_or(resigned, coordinator_error);
                    context.send(from, correlation, Body::OffsetCommitResponse(Err(error)));
                }
            }
        }
        self.set_group_timer();
    }

    pub(super) fn expire_groups(&mut self, context: &mut Context<'_>) {
        for slot in self.memory().groups.iter_mut().flatten() {
            if slot.next_deadline() <= context.now {
                Arc::make_mut(slot).expire(context);
            }
        }
        self.write_emptied(context);
        self.set_group_timer();
    }

    fn set_group_timer(&mut self) {
        let memory = self.memory();
        let next = memory.groups.iter().flatten().map(|g| g.next_deadline()).min().unwrap_or(NEVER);
        memory.timers.set(Timer::Group, next);
    }
}
