//! The follower's side of replication (§4.3, §4.7): one fetch under way per leader, append what comes,
//! truncate where the logs part.

use super::{Broker, Disk, Memory, Role, topic_config};
use crate::action::Timer;
use crate::error::ErrorCode;
use crate::event::{EventKind, TruncationRule};
use crate::ids::{BrokerId, NodeId, PartitionId};
use crate::log::Log;
use crate::process::Context;
use crate::protocol::{Body, FetchPartition, FetchRequest, Fetched, FetchedPartition};
use crate::record::Batch;
use crate::time::{Micros, NEVER, from_ms};

/// The thread that copies from one leader.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Fetcher {
    in_flight: Option<InFlight>,
    /// Nothing is asked before this: backing off, or slowed by somebody.
    not_before: Micros,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct InFlight {
    correlation: u32,
    deadline: Micros,
    asked: Vec<FetchPartition>,
}

impl Broker {
    /// Sends a fetch to every leader that has something to give and is not being asked already.
    pub(super) fn fetch_where_due(&mut self, context: &mut Context<'_>) {
        let memory = self.memory();
        memory.timers.set(Timer::ReplicaFetch, NEVER);
        for at in 0..memory.fetchers.len() {
            self.fetch_from(BrokerId::at(at), context);
        }
    }

    /// Lets no fetcher wait for longer than this any more.
    pub(super) fn shorten_fetch_waits(&mut self, longest: Micros, context: &mut Context<'_>) {
        for fetcher in &mut self.memory().fetchers {
            fetcher.not_before = fetcher.not_before.min(context.now + longest);
        }
        self.fetch_where_due(context);
    }

    /// Sends a fetch to a leader if one is due, and sets the timer if one will be.
    pub(super) fn fetch_from(&mut self, leader: BrokerId, context: &mut Context<'_>) {
        let timeout = from_ms(context.settings.broker.replica_socket_timeout_ms);
        let (disk, memory) = self.parts();
        let fetcher = &memory.fetchers[leader.index()];
        if let Some(in_flight) = &fetcher.in_flight {
            if in_flight.deadline <= context.now {
                context.close_connection(NodeId::Broker(leader));
                self.on_fetch_failed(leader, context);
            } else {
                let deadline = in_flight.deadline;
                memory.timers.set_earlier(Timer::ReplicaFetch, deadline);
            }
            return;
        }
        let Some(epoch) = memory.reports.standing.epoch() else { return };
        let (asked, next) = due_partitions(disk, memory, leader, context);
        memory.timers.set_earlier(Timer::ReplicaFetch, next);
        if asked.is_empty() {
            return;
        }
        let config = &context.settings.broker;
        let request = FetchRequest {
            follower: Some(epoch),
            max_wait: from_ms(config.replica_fetch_wait_max_ms),
            min_bytes: u32::try_from(config.replica_fetch_min_bytes).unwrap_or(u32::MAX),
            max_bytes: 10 * 1024 * 1024, // replica.fetch.response.max.bytes
            partitions: asked.clone(),
        };
        let correlation = memory.correlation();
        let deadline = context.now + timeout;
        memory.fetchers[leader.index()].in_flight = Some(InFlight { correlation, deadline, asked });
        memory.timers.set_earlier(Timer::ReplicaFetch, deadline);
        context.send(NodeId::Broker(leader), correlation, Body::FetchRequest(request));
    }

    /// The leader's process is gone, or silent for too long: wait a little, then ask again.
    pub(super) fn on_fetch_failed(&mut self, leader: BrokerId, context: &mut Context<'_>) {
        let backoff = from_ms(context.settings.broker.replica_fetch_backoff_ms);
        let memory = self.memory();
        let fetcher = &mut memory.fetchers[leader.index()];
        if fetcher.in_flight.take().is_some() {
            fetcher.not_before = context.now + backoff;
            memory.timers.set_earlier(Timer::ReplicaFetch, context.now + backoff);
        }
    }

    pub(super) fn on_fetch_response(
        &mut self,
        from: NodeId,
        correlation: u32,
        response: Vec<FetchedPartition>,
        context: &mut Context<'_>,
    ) {
        let NodeId::Broker(leader) = from else { return };
        let delay = self.fetch_delay;
        let fetcher = &mut self.memory().fetchers[leader.index()];
        let Some(in_flight) = fetcher.in_flight.take_if(|f| f.correlation == correlation) else { return };
        fetcher.not_before = context.now + delay;
        for (asked, found) in in_flight.asked.iter().zip(response) {
            if asked.partition == found.partition && self.still_wants(leader, asked) {
                self.take_in(asked.partition, found.outcome, context);
            }
        }
        self.fetch_from(leader, context);
    }

    /// Whether a fetch was meant for the state the replica still is in.
    fn still_wants(&mut self, leader: BrokerId, asked: &FetchPartition) -> bool {
        let (disk, memory) = self.parts();
        match memory.replica(asked.partition).map(|r| &r.role) {
            Some(Role::Follower(f)) => {
                f.leader == leader
                    && f.epoch == asked.current_leader_epoch
                    && disk.end(asked.partition) == asked.offset
            }
            _ => false,
        }
    }

    fn take_in(&mut self, id: PartitionId, outcome: Fetched, context: &mut Context<'_>) {
        match outcome {
            Fetched::Data { high_watermark, log_start, batches } => {
                for batch in batches {
                    self.append_as_follower(id, batch, context);
                }
                // The leader's value, as far as this log reaches: it may fall (§4.3).
                let (disk, memory) = self.parts();
                let told = high_watermark.min(disk.end(id)).max(log_start);
                set_high_watermark(memory, id, told, context);
            }
            Fetched::Diverging { epoch, end_offset } => {
                let (disk, _) = self.parts();
                let Some(log) = disk.log(id) else { return };
                let end = truncation_point(log, epoch, end_offset);
                self.truncate(id, end, TruncationRule::DivergingEpoch, context);
            }
            Fetched::Error { code: ErrorCode::OffsetOutOfRange, log_range: (start, end), .. } => {
                let (disk, memory) = self.parts();
                let my_end = disk.end(id);
                if end < my_end {
                    self.truncate(id, end, TruncationRule::OutOfRange, context);
                } else if start > my_end
                    && let Some(log) = disk.log_mut(id)
                {
                    log.restart_at(start);
                    let rule = TruncationRule::OutOfRange;
                    context.emit(EventKind::Truncated { partition: id, from: start, to: my_end, rule });
                    set_high_watermark(memory, id, start, context);
                } else {
                    self.delay_partition(id, context);
                }
            }
            Fetched::Error { .. } => self.delay_partition(id, context),
        }
    }

    fn append_as_follower(&mut self, id: PartitionId, batch: Batch, context: &mut Context<'_>) {
        let (disk, memory) = self.parts();
        let topic = topic_config(&memory.image, id, context);
        let Some(log) = disk.log_mut(id) else { return };
        if batch.base_offset != log.end() {
            return;
        }
        let (base_offset, epoch, records) = (batch.base_offset, batch.leader_epoch, batch.records.clone());
        let rolled = log.append_as_is(batch, topic.segment_bytes);
        let flushed = log.end() - log.flushed() >= topic.flush_messages;
        if flushed {
            log.flush();
        }
        let end = log.end();
        if rolled {
            context.emit(EventKind::SegmentRolled { partition: id, base_offset });
        }
        context.emit(EventKind::RecordsAppended {
            partition: id,
            base_offset,
            epoch,
            records,
            as_leader: false,
        });
        if flushed {
            context.emit(EventKind::Flushed { partition: id, up_to: end });
        }
    }

    fn truncate(&mut self, id: PartitionId, end: i64, rule: TruncationRule, context: &mut Context<'_>) {
        let (disk, memory) = self.parts();
        let Some(log) = disk.log_mut(id) else { return };
        let before = log.end();
        let after = log.truncate_to(end);
        if after < before {
            context.emit(EventKind::Truncated { partition: id, from: after, to: before, rule });
        }
        let lowered = memory.replica(id).map_or(0, |r| r.high_watermark.min(after));
        set_high_watermark(memory, id, lowered, context);
    }

    fn delay_partition(&mut self, id: PartitionId, context: &mut Context<'_>) {
        let until = context.now + from_ms(context.settings.broker.replica_fetch_backoff_ms);
        if let Some(replica) = self.memory().replica_mut(id)
            && let Role::Follower(follower) = &mut replica.role
        {
            follower.delayed_until = until;
        }
    }
}

/// What to ask a leader for now, and when there will be more to ask.
fn due_partitions(
    disk: &Disk,
    memory: &Memory,
    leader: BrokerId,
    context: &Context<'_>,
) -> (Vec<FetchPartition>, Micros) {
    let max_bytes = u32::try_from(context.settings.broker.replica_fetch_max_bytes).unwrap_or(u32::MAX);
    let not_before = memory.fetchers[leader.index()].not_before;
    let mut next = NEVER;
    let mut asked = Vec::new();
    for (at, replica) in (0u16..).zip(&memory.replicas) {
        let Some(Role::Follower(follower)) = replica.as_deref().map(|r| &r.role) else { continue };
        if follower.leader != leader {
            continue;
        }
        let due = follower.delayed_until.max(not_before);
        if due > context.now {
            next = next.min(due);
            continue;
        }
        let id = PartitionId(at);
        let log = disk.log(id);
        asked.push(FetchPartition {
            partition: id,
            offset: log.map_or(0, Log::end),
            current_leader_epoch: follower.epoch,
            last_fetched_epoch: log.and_then(Log::last_epoch),
            max_bytes,
        });
    }
    (asked, next)
}

/// Where to cut, given the largest epoch the leader has that is not above this log's last one, and its end
/// there (KIP-279).
fn truncation_point(log: &Log, epoch: i32, leader_end: i64) -> i64 {
    match log.epoch_cache().end_offset_for(epoch, log.end()) {
        Some((mine, end)) if mine == epoch => end.min(leader_end).min(log.end()),
        // This log lacks the leader's epoch: go back to the one before, and ask again.
        Some((_, end)) => end.min(log.end()),
        None => leader_end.min(log.end()),
    }
}

fn set_high_watermark(memory: &mut Memory, id: PartitionId, to: i64, context: &mut Context<'_>) {
    let Some(from) = memory.replica(id).map(|r| r.high_watermark) else { return };
    if from != to
        && let Some(replica) = memory.replica_mut(id)
    {
        replica.high_watermark = to;
        context.emit(EventKind::HighWatermarkChanged { partition: id, from, to, as_leader: false });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::RecordId;
    use crate::record::{Record, Value, batch_size};

    fn log(epochs: &[i32]) -> Log {
        let mut log = Log::default();
        for epoch in epochs {
            let record =
                Record { id: RecordId(1), timestamp_ms: 0, key: None, value: Value::User { size: 1 } };
            let size = batch_size(std::slice::from_ref(&record));
            log.append(*epoch, vec![record].into(), size, i64::MAX);
        }
        log
    }

    #[test]
    fn cuts_at_the_shorter_end_of_a_common_epoch() {
        let mine = log(&[0, 0, 1, 1, 1]);
        assert_eq!(truncation_point(&mine, 1, 4), 4);
        assert_eq!(truncation_point(&mine, 0, 1), 1);
    }

    #[test]
    fn goes_back_an_epoch_that_the_leader_has_and_this_log_lacks() {
        let mine = log(&[0, 0, 2, 2]);
        assert_eq!(truncation_point(&mine, 1, 3), 2, "epoch 0 ends at 2 here");
    }
}
