//! Writes (§2 "acks", §4.4): append at the leader, answer when `acks` says so.

use super::{Broker, Memory, topic_config};
use crate::action::Timer;
use crate::config::Acks;
use crate::error::ErrorCode;
use crate::event::EventKind;
use crate::ids::{GroupId, NodeId, PartitionId};
use crate::process::Context;
use crate::protocol::{Body, ProduceBatch, ProduceRequest, ProduceResult};
use crate::record::Records;
use crate::time::{Micros, NEVER};

/// An acks=all write that waits for the high watermark.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct ParkedWrite {
    waiter: Waiter,
    deadline: Micros,
    /// What became of each batch so far.
    batches: Vec<ParkedBatch>,
}

/// Who waits.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Waiter {
    /// A producer.
    Producer {
        /// Whose request.
        from: NodeId,
        /// Which request.
        correlation: u32,
    },
    /// The group coordinator on this broker, which has written to `__consumer_offsets`.
    Group(GroupId, super::coordinator::GroupWrite),
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct ParkedBatch {
    partition: PartitionId,
    outcome: Outcome,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Outcome {
    /// In the log, and waiting for the high watermark to reach `required`.
    Waiting { base_offset: i64, required: i64 },
    /// Decided.
    Done(Result<i64, ErrorCode>),
}

impl Broker {
    pub(super) fn produce(
        &mut self,
        from: NodeId,
        correlation: u32,
        request: ProduceRequest,
        context: &mut Context<'_>,
    ) {
        let ProduceRequest { acks, timeout, batches } = request;
        let mut outcomes = Vec::with_capacity(batches.len());
        for ProduceBatch { partition, records, size } in batches {
            let outcome = match self.append(partition, acks, &records, size, context) {
                Ok((base_offset, required)) if acks == Acks::All => {
                    Outcome::Waiting { base_offset, required }
                }
                Ok((base_offset, _)) => Outcome::Done(Ok(base_offset)),
                Err(error) => {
                    context.emit(EventKind::ProduceRefused { partition, error, records });
                    Outcome::Done(Err(error))
                }
            };
            outcomes.push(ParkedBatch { partition, outcome });
        }
        if acks == Acks::Zero {
            // There is no answer. After an error the broker closes the connection, which is all it can say.
            if outcomes.iter().any(|b| matches!(b.outcome, Outcome::Done(Err(_)))) {
                context.hang_up_on(from);
            }
        } else {
            let waiter = Waiter::Producer { from, correlation };
            self.park_or_answer(
                ParkedWrite { waiter, deadline: context.now + timeout, batches: outcomes },
                context,
            );
        }
    }

    /// Writes the coordinator's records to its partition of `__consumer_offsets`, as with acks=all.
    ///
    /// # Errors
    /// Nothing was written.
    pub(super) fn append_for_group(
        &mut self,
        partition: PartitionId,
        records: &Records,
        (group, write): (GroupId, super::coordinator::GroupWrite),
        timeout: Micros,
        context: &mut Context<'_>,
    ) -> Result<(), ErrorCode> {
        let size = crate::record::batch_size(records);
        let (base_offset, required) = self.append(partition, Acks::All, records, size, context)?;
        let batches = vec![ParkedBatch { partition, outcome: Outcome::Waiting { base_offset, required } }];
        let waiter = Waiter::Group(group, write);
        self.park_or_answer(ParkedWrite { waiter, deadline: context.now + timeout, batches }, context);
        Ok(())
    }

    /// Appends a batch as leader. Returns its first offset and the high watermark that means "everywhere".
    fn append(
        &mut self,
        id: PartitionId,
        acks: Acks,
        records: &Records,
        size: u32,
        context: &mut Context<'_>,
    ) -> Result<(i64, i64), ErrorCode> {
        let (disk, memory) = self.parts();
        let Some(leader) = memory.leader(id) else {
            let known = memory.image.partition(id).is_some();
            return Err(if known {
                ErrorCode::NotLeaderOrFollower
            } else {
                ErrorCode::UnknownTopicOrPartition
            });
        };
        let topic = topic_config(&memory.image, id, context);
        if acks == Acks::All && leader.isr.len() < leader.effective_min_isr(topic.min_insync_replicas) {
            return Err(ErrorCode::NotEnoughReplicas);
        }
        if i64::from(size) > topic.max_message_bytes {
            return Err(ErrorCode::MessageTooLarge);
        }
        let epoch = leader.epoch;
        let Some(log) = disk.log_mut(id) else { return Err(ErrorCode::NotLeaderOrFollower) };
        let (batch, rolled) = log.append(epoch, records.clone(), size, topic.segment_bytes);
        let flushed = log.end() - log.flushed() >= topic.flush_messages;
        if flushed {
            log.flush();
        }
        let required = batch.next_offset();
        let base_offset = batch.base_offset;
        if rolled {
            context.emit(EventKind::SegmentRolled { partition: id, base_offset });
        }
        let fact = EventKind::RecordsAppended {
            partition: id,
            base_offset,
            epoch,
            records: batch.records,
            as_leader: true,
        };
        context.emit_then(fact, |context| {
            if flushed {
                context.emit(EventKind::Flushed { partition: id, up_to: required });
            }
            self.maybe_advance_high_watermark(id, context);
            self.complete_follower_fetches(id, context);
        });
        Ok((base_offset, required))
    }

    fn park_or_answer(&mut self, mut write: ParkedWrite, context: &mut Context<'_>) {
        let memory = self.memory();
        for batch in &mut write.batches {
            settle(memory, batch, context);
        }
        if write.is_decided() {
            self.answer_write(write, context);
            return;
        }
        memory.timers.set_earlier(Timer::Purgatory, write.deadline);
        for batch in &write.batches {
            if let Outcome::Waiting { required, .. } = batch.outcome {
                context.emit(EventKind::ProduceParked { partition: batch.partition, required });
            }
        }
        memory.parked_writes.push(write);
    }

    /// The high watermark of a partition rose, or this broker stopped leading it: answers what that decides.
    pub(super) fn complete_writes(&mut self, id: PartitionId, context: &mut Context<'_>) {
        let memory = self.memory();
        if memory.parked_writes.is_empty() {
            return;
        }
        let mut parked = std::mem::take(&mut memory.parked_writes);
        for batch in parked.iter_mut().flat_map(|w| &mut w.batches).filter(|b| b.partition == id) {
            settle(memory, batch, context);
        }
        self.answer_decided(parked, context);
    }

    /// Answers writes that have waited for the producer's `request.timeout.ms`. Their records stay in the log.
    pub(super) fn expire_writes(&mut self, context: &mut Context<'_>) {
        let mut parked = std::mem::take(&mut self.memory().parked_writes);
        let now = context.now;
        for write in parked.iter_mut().filter(|w| w.deadline <= now) {
            for batch in &mut write.batches {
                if let Outcome::Waiting { required, .. } = batch.outcome {
                    abandon(batch, required, ErrorCode::RequestTimedOut, context);
                }
            }
        }
        self.answer_decided(parked, context);
        let memory = self.memory();
        let next = memory.parked_writes.iter().map(|w| w.deadline).min().unwrap_or(NEVER);
        memory.timers.set_earlier(Timer::Purgatory, next);
    }

    fn answer_decided(&mut self, parked: Vec<ParkedWrite>, context: &mut Context<'_>) {
        let (decided, waiting): (Vec<_>, Vec<_>) = parked.into_iter().partition(ParkedWrite::is_decided);
        self.memory().parked_writes = waiting;
        for write in decided {
            self.answer_write(write, context);
        }
    }

    fn answer_write(&mut self, write: ParkedWrite, context: &mut Context<'_>) {
        match write.waiter {
            Waiter::Producer { from, correlation } => {
                let memory = self.memory();
                let results = write.batches.iter().map(|batch| result(memory, batch)).collect();
                context.send(from, correlation, Body::ProduceResponse(results));
            }
            Waiter::Group(group, done) => {
                let failed = write.batches.iter().find_map(|b| match b.outcome {
                    Outcome::Done(Err(error)) => Some(error),
                    _ => None,
                });
                self.on_group_write(group, done, failed, context);
            }
        }
    }
}

impl ParkedWrite {
    /// Whether a producer waits for it.
    pub(super) fn is_from(&self, node: NodeId) -> bool {
        matches!(self.waiter, Waiter::Producer { from, .. } if from == node)
    }

    fn is_decided(&self) -> bool {
        self.batches.iter().all(|b| matches!(b.outcome, Outcome::Done(_)))
    }
}

/// Decides a waiting batch if the high watermark, or the loss of leadership, does.
fn settle(memory: &Memory, batch: &mut ParkedBatch, context: &mut Context<'_>) {
    let Outcome::Waiting { base_offset, required } = batch.outcome else { return };
    let id = batch.partition;
    let Some((replica, leader)) = memory.replica(id).and_then(|r| Some((r, r.leader()?))) else {
        abandon(batch, required, ErrorCode::NotLeaderOrFollower, context);
        return;
    };
    if replica.high_watermark >= required {
        let min_isr = leader.effective_min_isr(topic_config(&memory.image, id, context).min_insync_replicas);
        if leader.maximal_isr().len() >= min_isr {
            batch.outcome = Outcome::Done(Ok(base_offset));
        } else {
            abandon(batch, required, ErrorCode::NotEnoughReplicasAfterAppend, context);
        }
    }
}

fn abandon(batch: &mut ParkedBatch, required: i64, error: ErrorCode, context: &mut Context<'_>) {
    context.emit(EventKind::ProduceAbandoned { partition: batch.partition, required, error });
    batch.outcome = Outcome::Done(Err(error));
}

fn result(memory: &Memory, batch: &ParkedBatch) -> ProduceResult {
    let outcome = match batch.outcome {
        Outcome::Done(outcome) => outcome,
        Outcome::Waiting { .. } => Err(ErrorCode::RequestTimedOut),
    };
    let current_leader = outcome.err().and_then(|error| memory.leader_after(batch.partition, error));
    ProduceResult { partition: batch.partition, outcome, current_leader }
}
