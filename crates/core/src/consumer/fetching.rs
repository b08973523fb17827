//! Positions and fetches (§6): where the consumer is in each partition, and getting what comes next.

use super::requests::Purpose;
use super::{Memory, Polled, config, retry_time};
use crate::config::AutoOffsetReset;
use crate::error::ErrorCode;
use crate::event::{EventKind, PositionSource};
use crate::group::CommittedOffset;
use crate::ids::{BrokerId, PartitionId, RecordId};
use crate::process::Context;
use crate::protocol::{Body, FetchPartition, FetchRequest, Fetched, FetchedPartition};
use crate::record::Batch;
use crate::time::{Micros, NEVER, from_ms};
use std::collections::VecDeque;

/// Where the consumer is in a partition it owns.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Position {
    pub(super) partition: PartitionId,
    state: State,
    /// Fetched, and not returned by `poll()` yet.
    buffer: VecDeque<Buffered>,
    /// Not asked for before this.
    not_before: Micros,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Buffered {
    offset: i64,
    leader_epoch: i32,
    record: RecordId,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum State {
    /// The committed offset is not known yet.
    Unknown,
    /// There is none, or it is of no use: `auto.offset.reset` decides.
    Reset(PositionSource),
    /// In the log.
    At(Place),
}

/// A place in a log (`SubscriptionState.FetchPosition`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Place {
    /// The next offset that `poll()` returns, and the leader epoch of the record before it, if that was read.
    next: CommittedOffset,
    /// The next offset to fetch.
    fetch: i64,
    /// The leader, by its epoch, whose log the place belongs to; none until a leader is known.
    leader: Option<i32>,
    /// That leader's log may have parted from what was read: it has to be asked first.
    unsure: bool,
}

impl Place {
    fn new(next: CommittedOffset) -> Self {
        Place { next, fetch: next.offset, leader: None, unsure: next.leader_epoch.is_some() }
    }
}

impl Position {
    pub(super) fn unknown(partition: PartitionId) -> Self {
        Position { partition, state: State::Unknown, buffer: VecDeque::new(), not_before: 0 }
    }

    fn place(&self) -> Option<&Place> {
        if let State::At(place) = &self.state { Some(place) } else { None }
    }

    /// The next offset that `poll()` returns.
    pub(super) fn next_offset(&self) -> Option<i64> {
        self.place().map(|place| place.next.offset)
    }

    /// What to commit: nothing while the leader has yet to say whether it has what was read
    /// (`SubscriptionState.allConsumed`).
    pub(super) fn to_commit(&self) -> Option<CommittedOffset> {
        self.place().filter(|place| !place.unsure).map(|place| place.next)
    }

    pub(super) fn buffered(&self) -> usize {
        self.buffer.len()
    }

    /// Moves up to `room` records from the buffer to the application, and the position with them.
    pub(super) fn take_records(&mut self, room: usize, out: &mut VecDeque<Polled>) {
        let State::At(place) = &mut self.state else { return };
        let count = room.min(self.buffer.len());
        for Buffered { offset, leader_epoch, record } in self.buffer.drain(..count) {
            out.push_back((self.partition, offset, record));
            place.next = CommittedOffset { offset: offset + 1, leader_epoch: Some(leader_epoch) };
        }
    }

    fn take_in(&mut self, asked: i64, batches: &[Batch]) {
        let State::At(place) = &mut self.state else { return };
        if place.unsure || place.fetch != asked {
            return;
        }
        for batch in batches {
            // A batch comes whole; what lies before the offset asked for is dropped here.
            let leader_epoch = batch.leader_epoch;
            let wanted = batch.iter().filter(|(offset, _)| *offset >= asked);
            self.buffer.extend(wanted.map(|(offset, r)| Buffered { offset, leader_epoch, record: r.id }));
            place.fetch = batch.next_offset();
        }
    }

    /// A leader of another epoch than before has to be asked whether its log holds what was read. What is buffered is
    /// not returned any more.
    fn note_leader(&mut self, epoch: i32) {
        let State::At(place) = &mut self.state else { return };
        if place.leader != Some(epoch) {
            place.leader = Some(epoch);
            if place.next.leader_epoch.is_some() {
                place.unsure = true;
                place.fetch = place.next.offset;
                self.buffer.clear();
            }
        }
    }
}

impl Memory {
    /// Asks for committed offsets, and for the ends of partitions that have none.
    pub(super) fn find_positions(&mut self, context: &mut Context<'_>) {
        let now = context.now;
        let due = |p: &&Position| p.not_before <= now;
        let unknown: Vec<PartitionId> = self
            .positions
            .iter()
            .filter(due)
            .filter(|p| p.state == State::Unknown)
            .map(|p| p.partition)
            .collect();
        if !unknown.is_empty()
            && !self.requests.any(|p| matches!(p, Purpose::OffsetFetch))
            && let Some(broker) = self.membership.coordinator()
        {
            let body = Body::OffsetFetchRequest { group: self.plan.group, partitions: unknown };
            self.ask_shortly(broker, body, Purpose::OffsetFetch, context);
        }
        let resets: Vec<(PartitionId, PositionSource)> = self
            .positions
            .iter()
            .filter(due)
            .filter_map(|p| if let State::Reset(why) = p.state { Some((p.partition, why)) } else { None })
            .collect();
        if !resets.is_empty() && config(context).auto_offset_reset == AutoOffsetReset::None {
            return self.fail(ErrorCode::NoOffsetForPartition, context);
        }
        for (id, why) in resets {
            self.reset(id, why, context);
        }
        self.validate_positions(context);
    }

    /// Asks leaders that are new to this consumer whether their logs still hold what it has read (KIP-320,
    /// `SubscriptionState.maybeValidatePosition`).
    fn validate_positions(&mut self, context: &mut Context<'_>) {
        for position in &mut self.positions {
            if let Some((_, epoch)) = self.view.leader(position.partition) {
                position.note_leader(epoch);
            }
        }
        let unsure: Vec<(PartitionId, i32)> = self
            .positions
            .iter()
            .filter(|p| p.not_before <= context.now)
            .filter_map(|p| Some((p.partition, p.place().filter(|place| place.unsure)?.next.leader_epoch?)))
            .collect();
        for (id, leader_epoch) in unsure {
            if self.requests.any(|p| matches!(p, Purpose::Validate(other, _) if *other == id)) {
                continue;
            }
            let Some((broker, current_leader_epoch)) = self.reachable_leader(id, context) else {
                self.ask_again_later(id, context);
                continue;
            };
            let body =
                Body::OffsetsForLeaderEpochRequest { partition: id, leader_epoch, current_leader_epoch };
            self.ask_shortly(broker, body, Purpose::Validate(id, current_leader_epoch), context);
        }
    }

    fn reachable_leader(&self, id: PartitionId, context: &Context<'_>) -> Option<(BrokerId, i32)> {
        self.view.leader(id).filter(|(broker, _)| self.view.reachable_at(*broker) <= context.now)
    }

    /// The leader of `asked_epoch` says where the epoch of the last record read ends in its log. The position moves back
    /// to that place if it is beyond, and never forward (`SubscriptionState.maybeCompleteValidation`).
    pub(super) fn on_validated(
        &mut self,
        id: PartitionId,
        asked_epoch: i32,
        end: Result<Option<(i32, i64)>, ErrorCode>,
        context: &mut Context<'_>,
    ) {
        let Ok(end) = end else { return self.ask_again_later(id, context) };
        let reset = config(context).auto_offset_reset != AutoOffsetReset::None;
        let Some(position) = self.position_mut(id) else { return };
        let State::At(place) = &mut position.state else { return };
        if !place.unsure || place.leader != Some(asked_epoch) {
            return;
        }
        match end {
            Some((_, offset)) if offset >= place.next.offset => place.unsure = false,
            _ if !reset => self.fail(ErrorCode::LogTruncation, context),
            Some((epoch, offset)) => {
                let next = CommittedOffset { offset, leader_epoch: Some(epoch) };
                let moved = Place { next, fetch: offset, leader: place.leader, unsure: false };
                position.state = State::At(moved);
                context.emit(EventKind::PositionSet {
                    partition: id,
                    offset,
                    why: PositionSource::Truncation,
                });
            }
            None => position.state = State::Reset(PositionSource::OutOfRange),
        }
    }

    /// `auto.offset.reset`.
    fn reset(&mut self, id: PartitionId, why: PositionSource, context: &mut Context<'_>) {
        let earliest = config(context).auto_offset_reset == AutoOffsetReset::Earliest;
        if self.requests.any(|p| matches!(p, Purpose::ListOffset(other, _) if *other == id)) {
            return;
        }
        let Some((broker, epoch)) = self.reachable_leader(id, context) else {
            return self.ask_again_later(id, context);
        };
        let body = Body::ListOffsetsRequest { partition: id, earliest, current_leader_epoch: epoch };
        self.ask_shortly(broker, body, Purpose::ListOffset(id, why), context);
    }

    fn ask_again_later(&mut self, id: PartitionId, context: &mut Context<'_>) {
        self.view.want_metadata();
        let at = retry_time(context);
        if let Some(position) = self.position_mut(id) {
            position.not_before = at;
        }
    }

    pub(super) fn on_committed_offsets(
        &mut self,
        result: Result<Vec<(PartitionId, Option<CommittedOffset>)>, ErrorCode>,
        context: &mut Context<'_>,
    ) {
        match result {
            Ok(offsets) => {
                for (id, committed) in offsets {
                    match committed {
                        Some(place) => self.set_position(id, place, PositionSource::Committed, context),
                        None => {
                            if let Some(p) = self.position_mut(id).filter(|p| p.state == State::Unknown) {
                                p.state = State::Reset(PositionSource::Reset);
                            }
                        }
                    }
                }
            }
            Err(error) => {
                let at = retry_time(context);
                for position in self.positions.iter_mut().filter(|p| p.state == State::Unknown) {
                    position.not_before = at;
                }
                if matches!(error, ErrorCode::NotCoordinator | ErrorCode::CoordinatorNotAvailable) {
                    self.forget_coordinator(context);
                }
            }
        }
    }

    pub(super) fn on_offset_listed(
        &mut self,
        id: PartitionId,
        why: PositionSource,
        offset: Result<i64, ErrorCode>,
        context: &mut Context<'_>,
    ) {
        match offset {
            Ok(offset) => {
                self.set_position(id, CommittedOffset { offset, leader_epoch: None }, why, context);
            }
            Err(_) => self.ask_again_later(id, context),
        }
    }

    fn set_position(
        &mut self,
        id: PartitionId,
        next: CommittedOffset,
        why: PositionSource,
        context: &mut Context<'_>,
    ) {
        let Some(position) = self.position_mut(id) else { return };
        position.state = State::At(Place::new(next));
        position.buffer.clear();
        context.emit(EventKind::PositionSet { partition: id, offset: next.offset, why });
    }

    /// Sends a fetch to each leader that is not being asked already, for partitions with nothing buffered.
    pub(super) fn send_fetches(&mut self, context: &mut Context<'_>) {
        let mut wanted: Vec<(BrokerId, FetchPartition)> = Vec::new();
        let asked_already = self.requests.fetching_from();
        let max_bytes = u32::try_from(config(context).max_partition_fetch_bytes).unwrap_or(u32::MAX);
        for position in &self.positions {
            let Some(place) = position.place().filter(|place| !place.unsure) else { continue };
            if !position.buffer.is_empty() || position.not_before > context.now {
                continue;
            }
            let Some((broker, epoch)) = self.view.leader(position.partition) else {
                self.view.want_metadata();
                continue;
            };
            if asked_already.contains(broker) || self.view.reachable_at(broker) > context.now {
                continue;
            }
            let asked = FetchPartition {
                partition: position.partition,
                offset: place.fetch,
                current_leader_epoch: epoch,
                last_fetched_epoch: None,
                max_bytes,
            };
            wanted.push((broker, asked));
        }
        while let Some((broker, _)) = wanted.first() {
            let broker = *broker;
            let partitions: Vec<FetchPartition> =
                wanted.extract_if(.., |(other, _)| *other == broker).map(|(_, p)| p).collect();
            let config = config(context);
            let request = FetchRequest {
                follower: None,
                max_wait: from_ms(config.fetch_max_wait_ms),
                min_bytes: u32::try_from(config.fetch_min_bytes).unwrap_or(u32::MAX),
                max_bytes: u32::try_from(config.fetch_max_bytes).unwrap_or(u32::MAX),
                partitions: partitions.clone(),
            };
            self.ask_shortly(broker, Body::FetchRequest(request), Purpose::Fetch(partitions), context);
        }
    }

    pub(super) fn on_fetched(
        &mut self,
        asked: &[FetchPartition],
        response: Vec<FetchedPartition>,
        context: &mut Context<'_>,
    ) {
        for (asked, found) in asked.iter().zip(response) {
            let id = asked.partition;
            let Some(position) = self.position_mut(id) else { continue };
            match found.outcome {
                Fetched::Data { batches, .. } => {
                    position.take_in(asked.offset, &batches);
                    if position.buffered() > 0 {
                        self.fetched.retain(|other| *other != id);
                        self.fetched.push_back(id);
                    }
                }
                Fetched::Error { code: ErrorCode::OffsetOutOfRange, .. } => {
                    if position.place().is_some_and(|place| !place.unsure && place.fetch == asked.offset) {
                        position.state = State::Reset(PositionSource::OutOfRange);
                    }
                }
                Fetched::Error { current_leader: Some((leader, epoch)), .. }
                    if self.view.learn_leader(id, leader, epoch) =>
                {
                    self.view.want_metadata();
                }
                // Followers alone tell the epoch of what they have, and so are answered with the end of it.
                Fetched::Diverging { .. } | Fetched::Error { .. } => self.ask_again_later(id, context),
            }
        }
    }

    pub(super) fn on_fetch_lost(&mut self, asked: &[FetchPartition], context: &mut Context<'_>) {
        for partition in asked {
            self.ask_again_later(partition.partition, context);
        }
    }

    /// When a partition that could not be asked for may be tried again.
    pub(super) fn next_position_retry(&self, now: Micros) -> Micros {
        let pauses = self.view.is_pausing(now);
        let reachable = |p: &Position| self.view.leader(p.partition).map(|(b, _)| self.view.reachable_at(b));
        let retry = |p: &Position| {
            let reachable = if pauses { reachable(p) } else { None };
            [Some(p.not_before), reachable].into_iter().flatten().filter(|at| *at > now).min()
        };
        self.positions.iter().filter_map(retry).min().unwrap_or(NEVER)
    }
}
