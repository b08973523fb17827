//! Positions and fetches (§6): where the consumer is in each partition, and getting what comes next.

use super::requests::Purpose;
use super::{Memory, Polled, config, retry_time};
use crate::config::AutoOffsetReset;
use crate::error::ErrorCode;
use crate::event::{EventKind, PositionSource};
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
    /// The epoch of the last batch fetched: with it a leader notices that its log has parted from what was read.
    last_epoch: Option<i32>,
    /// Fetched, and not returned by `poll()` yet.
    buffer: VecDeque<(i64, RecordId)>,
    /// Not asked for before this.
    not_before: Micros,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum State {
    /// The committed offset is not known yet.
    Unknown,
    /// There is none, or it is of no use: `auto.offset.reset` decides.
    Reset(PositionSource),
    /// The next offset that `poll()` returns, and the next to fetch.
    At { next: i64, fetch: i64 },
}

impl Position {
    pub(super) fn unknown(partition: PartitionId) -> Self {
        Position {
            partition,
            state: State::Unknown,
            last_epoch: None,
            buffer: VecDeque::new(),
            not_before: 0,
        }
    }

    /// The next offset that `poll()` returns.
    pub(super) fn next_offset(&self) -> Option<i64> {
        if let State::At { next, .. } = self.state { Some(next) } else { None }
    }

    pub(super) fn buffered(&self) -> usize {
        self.buffer.len()
    }

    /// Moves up to `room` records from the buffer to the application, and the position with them.
    pub(super) fn take_records(&mut self, room: usize, out: &mut VecDeque<Polled>) {
        let count = room.min(self.buffer.len());
        for (offset, record) in self.buffer.drain(..count) {
            out.push_back((self.partition, offset, record));
            if let State::At { next, .. } = &mut self.state {
                *next = offset + 1;
            }
        }
    }

    fn take_in(&mut self, asked: i64, batches: &[Batch]) {
        let State::At { fetch, .. } = &mut self.state else { return };
        if *fetch != asked {
            return;
        }
        for batch in batches {
            // A batch comes whole; what lies before the offset asked for is dropped here.
            self.buffer.extend(batch.iter().filter(|(o, _)| *o >= asked).map(|(o, r)| (o, r.id)));
            *fetch = batch.next_offset();
            self.last_epoch = Some(batch.leader_epoch);
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
    }

    /// `auto.offset.reset`.
    fn reset(&mut self, id: PartitionId, why: PositionSource, context: &mut Context<'_>) {
        let earliest = config(context).auto_offset_reset == AutoOffsetReset::Earliest;
        if self.requests.any(|p| matches!(p, Purpose::ListOffset(other, _) if *other == id)) {
            return;
        }
        let Some((broker, epoch)) =
            self.view.leader(id).filter(|(b, _)| self.view.reachable_at(*b) <= context.now)
        else {
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
        result: Result<Vec<(PartitionId, Option<i64>)>, ErrorCode>,
        context: &mut Context<'_>,
    ) {
        match result {
            Ok(offsets) => {
                for (id, committed) in offsets {
                    match committed {
                        Some(offset) => self.set_position(id, offset, PositionSource::Committed, context),
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
            Ok(offset) => self.set_position(id, offset, why, context),
            Err(_) => self.ask_again_later(id, context),
        }
    }

    fn set_position(&mut self, id: PartitionId, offset: i64, why: PositionSource, context: &mut Context<'_>) {
        let Some(position) = self.position_mut(id) else { return };
        position.state = State::At { next: offset, fetch: offset };
        position.buffer.clear();
        position.last_epoch = None;
        context.emit(EventKind::PositionSet { partition: id, offset, why });
    }

    /// Sends a fetch to each leader that is not being asked already, for partitions with nothing buffered.
    pub(super) fn send_fetches(&mut self, context: &mut Context<'_>) {
        let mut wanted: Vec<(BrokerId, FetchPartition)> = Vec::new();
        let max_bytes = u32::try_from(config(context).max_partition_fetch_bytes).unwrap_or(u32::MAX);
        for position in &self.positions {
            let State::At { fetch, .. } = position.state else { continue };
            if !position.buffer.is_empty() || position.not_before > context.now {
                continue;
            }
            let Some((broker, epoch)) = self.view.leader(position.partition) else {
                self.view.want_metadata();
                continue;
            };
            if self.requests.fetching_from(broker) || self.view.reachable_at(broker) > context.now {
                continue;
            }
            let asked = FetchPartition {
                partition: position.partition,
                offset: fetch,
                current_leader_epoch: epoch,
                last_fetched_epoch: position.last_epoch,
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
                Fetched::Data { batches, .. } => position.take_in(asked.offset, &batches),
                // What was read is no longer in the leader's log: go on where the logs part (KIP-320).
                Fetched::Diverging { end_offset, .. } => {
                    self.set_position(id, end_offset, PositionSource::Truncation, context);
                }
                Fetched::Error { code: ErrorCode::OffsetOutOfRange, .. } => {
                    position.state = State::Reset(PositionSource::OutOfRange);
                    position.last_epoch = None;
                }
                Fetched::Error { .. } => self.ask_again_later(id, context),
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
        let delayed = self.positions.iter().map(|p| p.not_before).filter(|at| *at > now);
        let reachable = self
            .positions
            .iter()
            .filter_map(|p| self.view.leader(p.partition))
            .map(|(broker, _)| self.view.reachable_at(broker))
            .filter(|at| *at > now);
        delayed.chain(reachable).min().unwrap_or(NEVER)
    }
}
