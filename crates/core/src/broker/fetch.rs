//! Reads (§4.3, §3 "Lookup"): what a leader answers to followers and consumers, and when it lets them wait.

use super::{Broker, Disk, Leader, Memory, Replica};
use crate::action::Timer;
use crate::error::ErrorCode;
use crate::ids::{NodeId, PartitionId};
use crate::process::Context;
use crate::protocol::{Body, FetchPartition, FetchRequest, Fetched, FetchedPartition};
use crate::time::{Micros, NEVER};

/// A fetch that found too little and waits for more.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct ParkedFetch {
    pub(super) from: NodeId,
    correlation: u32,
    request: FetchRequest,
    deadline: Micros,
}

impl Broker {
    pub(super) fn fetch(
        &mut self,
        from: NodeId,
        correlation: u32,
        request: FetchRequest,
        context: &mut Context<'_>,
    ) {
        let (disk, memory) = self.parts();
        // The answer carries the high watermark from before this fetch counts as progress (§4.3).
        let answer = read_all(disk, memory, &request);
        if let (NodeId::Broker(follower), Some(epoch)) = (from, request.follower) {
            for (asked, found) in request.partitions.iter().zip(&answer) {
                if matches!(found.outcome, Fetched::Data { .. }) {
                    self.note_follower_progress(asked.partition, follower, epoch, asked.offset, context);
                }
            }
        }
        if is_worth_answering(&answer, &request) || request.max_wait == 0 {
            context.send(from, correlation, Body::FetchResponse(answer));
            return;
        }
        let deadline = context.now + request.max_wait;
        let memory = self.memory();
        memory.timers.set_earlier(Timer::Purgatory, deadline);
        memory.parked_fetches.push(ParkedFetch { from, correlation, request, deadline });
    }

    /// New records: followers that wait for them get them. (A higher watermark alone wakes nobody up, KAFKA-9952.)
    pub(super) fn complete_follower_fetches(&mut self, id: PartitionId, context: &mut Context<'_>) {
        self.complete_fetches(context, |fetch| fetch.request.follower.is_some() && fetch.asks_for(id));
    }

    /// A higher watermark: consumers can read more.
    pub(super) fn complete_consumer_fetches(&mut self, id: PartitionId, context: &mut Context<'_>) {
        self.complete_fetches(context, |fetch| fetch.request.follower.is_none() && fetch.asks_for(id));
    }

    /// Leadership changed: whoever asked for the partition is told.
    pub(super) fn complete_all_fetches(&mut self, id: PartitionId, context: &mut Context<'_>) {
        self.complete_fetches(context, |fetch| fetch.asks_for(id));
    }

    /// Answers fetches that have waited long enough, with what there is.
    pub(super) fn expire_fetches(&mut self, context: &mut Context<'_>) {
        let (disk, memory) = self.parts();
        let mut next = NEVER;
        let mut due = Vec::new();
        memory.parked_fetches.retain(|fetch| {
            let waits = fetch.deadline > context.now;
            if waits {
                next = next.min(fetch.deadline);
            } else {
                due.push(fetch.clone());
            }
            waits
        });
        memory.timers.set_earlier(Timer::Purgatory, next);
        for fetch in due {
            let answer = read_all(disk, memory, &fetch.request);
            context.send(fetch.from, fetch.correlation, Body::FetchResponse(answer));
        }
    }

    fn complete_fetches(&mut self, context: &mut Context<'_>, concerns: impl Fn(&ParkedFetch) -> bool) {
        let (disk, memory) = self.parts();
        let mut at = 0;
        while at < memory.parked_fetches.len() {
            let fetch = &memory.parked_fetches[at];
            if concerns(fetch) {
                let answer = read_all(disk, memory, &fetch.request);
                if is_worth_answering(&answer, &fetch.request) {
                    let fetch = memory.parked_fetches.remove(at);
                    context.send(fetch.from, fetch.correlation, Body::FetchResponse(answer));
                    continue;
                }
            }
            at += 1;
        }
    }

    /// Where a partition starts or ends for consumers.
    pub(super) fn list_offset(
        &mut self,
        id: PartitionId,
        earliest: bool,
        current_leader_epoch: i32,
    ) -> Result<i64, ErrorCode> {
        let (disk, memory) = self.parts();
        let (replica, leader) = leading(memory, id, current_leader_epoch)?;
        if earliest {
            return Ok(disk.log(id).map_or(0, crate::log::Log::start));
        }
        // A new leader's high watermark may be stale: no answer until it has reached the epoch's start (KIP-207).
        if replica.high_watermark < leader.epoch_start {
            return Err(ErrorCode::OffsetNotAvailable);
        }
        Ok(replica.high_watermark)
    }

    /// Where an epoch ends in this leader's log, or the largest one before it; none if the log begins later.
    pub(super) fn end_of_epoch(
        &mut self,
        id: PartitionId,
        leader_epoch: i32,
        current_leader_epoch: i32,
    ) -> Result<Option<(i32, i64)>, ErrorCode> {
        let (disk, memory) = self.parts();
        leading(memory, id, current_leader_epoch)?;
        Ok(disk.log(id).and_then(|log| log.epoch_cache().end_offset_for(leader_epoch, log.end())))
    }
}

/// The replica of a partition that this broker leads, for a requester that believes in this epoch.
fn leading(memory: &Memory, id: PartitionId, epoch: i32) -> Result<(&Replica, &Leader), ErrorCode> {
    let replica = memory.replica(id).ok_or(ErrorCode::UnknownTopicOrPartition)?;
    let leader = replica.leader().ok_or(ErrorCode::NotLeaderOrFollower)?;
    check_epoch(epoch, leader.epoch)?;
    Ok((replica, leader))
}

impl ParkedFetch {
    fn asks_for(&self, id: PartitionId) -> bool {
        self.request.partitions.iter().any(|p| p.partition == id)
    }
}

/// Whether to answer now rather than wait: enough bytes, or news that cannot wait.
fn is_worth_answering(answer: &[FetchedPartition], request: &FetchRequest) -> bool {
    let mut bytes = 0u64;
    for part in answer {
        match &part.outcome {
            Fetched::Data { batches, .. } => bytes += batches.iter().map(|b| u64::from(b.size)).sum::<u64>(),
            Fetched::Diverging { .. } | Fetched::Error { .. } => return true,
        }
    }
    bytes >= u64::from(request.min_bytes)
}

fn read_all(disk: &Disk, memory: &Memory, request: &FetchRequest) -> Vec<FetchedPartition> {
    let mut room = request.max_bytes;
    let mut empty = true;
    let mut answer = Vec::with_capacity(request.partitions.len());
    for asked in &request.partitions {
        let outcome = read(disk, memory, asked, request.follower.is_some(), room, empty);
        if let Fetched::Data { batches, .. } = &outcome {
            empty &= batches.is_empty();
            room = batches.iter().fold(room, |room, b| room.saturating_sub(b.size));
        }
        answer.push(FetchedPartition { partition: asked.partition, outcome });
    }
    answer
}

/// Reads one partition as its leader. The first partition that has anything returns a batch whatever its size.
fn read(
    disk: &Disk,
    memory: &Memory,
    asked: &FetchPartition,
    by_follower: bool,
    room: u32,
    at_least_one: bool,
) -> Fetched {
    let id = asked.partition;
    let error = |code| {
        let current_leader = memory.leader_after(id, code);
        Fetched::Error { code, log_range: (0, 0), current_leader }
    };
    let replica = match leading(memory, id, asked.current_leader_epoch) {
        Ok((replica, _)) => replica,
        Err(code) => return error(code),
    };
    let Some(log) = disk.log(id) else { return error(ErrorCode::UnknownTopicOrPartition) };
    let out_of_range = Fetched::Error {
        code: ErrorCode::OffsetOutOfRange,
        log_range: (log.start(), log.end()),
        current_leader: None,
    };
    if let Some(last_fetched) = asked.last_fetched_epoch {
        match log.epoch_cache().end_offset_for(last_fetched, log.end()) {
            None => return out_of_range,
            Some((epoch, end_offset)) if epoch < last_fetched || end_offset < asked.offset => {
                return Fetched::Diverging { epoch, end_offset };
            }
            Some(_) => {}
        }
    }
    if asked.offset < log.start() || asked.offset > log.end() {
        return out_of_range;
    }
    let limit = if by_follower { log.end() } else { replica.high_watermark };
    let batches = log.read(asked.offset, limit, asked.max_bytes.min(room), at_least_one);
    Fetched::Data { high_watermark: replica.high_watermark, log_start: log.start(), batches }
}

/// Fences a requester that believes in another leader epoch (KIP-320).
fn check_epoch(requester: i32, leader: i32) -> Result<(), ErrorCode> {
    match requester.cmp(&leader) {
        std::cmp::Ordering::Less => Err(ErrorCode::FencedLeaderEpoch),
        std::cmp::Ordering::Greater => Err(ErrorCode::UnknownLeaderEpoch),
        std::cmp::Ordering::Equal => Ok(()),
    }
}
