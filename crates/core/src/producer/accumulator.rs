//! Where records wait to be sent: a queue of batches per partition (§2 "Accumulator").

use crate::config::ProducerConfig;
use crate::ids::PartitionId;
use crate::record::{BATCH_HEADER_BYTES, Record, batch_size, record_size, record_size_upper_bound};
use crate::time::{Micros, from_ms};
use std::collections::VecDeque;

/// Records that travel together.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ProducerBatch {
    /// The records.
    pub records: Vec<Record>,
    /// Encoded size in bytes.
    pub size: u32,
    /// When the first record came.
    pub created_at: Micros,
    /// How often it has been sent.
    pub attempts: u32,
    /// Not sent before this: backing off.
    pub(super) not_before: Micros,
    /// The epoch of the leader it was last sent to.
    pub(super) leader_epoch: i32,
    /// Bytes of memory it occupies: `batch.size`, or what its first record needs.
    room: u32,
    /// Takes no more records.
    closed: bool,
}

impl ProducerBatch {
    fn new(record: Record, config: &ProducerConfig, now: Micros) -> Self {
        let least = u32::try_from(config.batch_size).unwrap_or(u32::MAX);
        let room = least.max(BATCH_HEADER_BYTES.saturating_add(record_size_upper_bound(&record)));
        let records = vec![record];
        let size = batch_size(&records);
        ProducerBatch {
            records,
            size,
            created_at: now,
            attempts: 0,
            not_before: 0,
            leader_epoch: -1,
            room,
            closed: false,
        }
    }

    fn try_append(&mut self, record: Record) -> Result<(), Record> {
        let base = self.records.first().map_or(record.timestamp_ms, |r| r.timestamp_ms);
        let delta = i64::try_from(self.records.len()).unwrap_or(i64::MAX);
        let added = record_size(&record, delta, record.timestamp_ms - base);
        if self.closed || self.size.saturating_add(added) > self.room {
            self.closed = true;
            return Err(record);
        }
        self.size += added;
        self.records.push(record);
        Ok(())
    }

    /// Whether it takes no more records.
    pub fn is_full(&self) -> bool {
        self.closed || self.size >= self.room
    }

    /// When it is given up.
    pub(super) fn deadline(&self, config: &ProducerConfig) -> Micros {
        self.created_at.saturating_add(from_ms(config.delivery_timeout_ms))
    }

    /// Cuts a batch that is too large for the broker into batches of at most `batch.size` (KIP-126).
    pub(super) fn split(self, config: &ProducerConfig) -> Vec<ProducerBatch> {
        let limit = u32::try_from(config.batch_size).unwrap_or(u32::MAX);
        let mut parts: Vec<ProducerBatch> = Vec::new();
        for record in self.records {
            let record = match parts.last_mut() {
                Some(last) => match last.try_append(record) {
                    Ok(()) => continue,
                    Err(record) => record,
                },
                None => record,
            };
            let mut part = ProducerBatch::new(record, config, self.created_at);
            part.room = part.room.min(limit.max(part.size));
            parts.push(part);
        }
        for part in &mut parts {
            part.closed = true;
        }
        parts
    }
}

/// What an append did.
pub(super) struct Appended {
    /// Bytes added.
    pub(super) bytes: u32,
    /// The batch takes no more records.
    pub(super) batch_full: bool,
}

/// All queues and the memory they take.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Accumulator {
    /// By partition.
    queues: Vec<VecDeque<ProducerBatch>>,
    /// Bytes of memory in use, by queued batches and those under way.
    used: u64,
}

impl Accumulator {
    /// Adds a record at the end of a partition's queue.
    ///
    /// # Errors
    /// There is no memory for another batch; the record comes back.
    pub(super) fn append(
        &mut self,
        id: PartitionId,
        record: Record,
        config: &ProducerConfig,
        now: Micros,
    ) -> Result<Appended, Record> {
        if self.queues.len() <= id.index() {
            self.queues.resize(id.index() + 1, VecDeque::new());
        }
        let queue = &mut self.queues[id.index()];
        let record = match queue.back_mut() {
            // A batch that has been sent before takes no more records.
            Some(last) if last.attempts == 0 => {
                let before = last.size;
                match last.try_append(record) {
                    Ok(()) => return Ok(Appended { bytes: last.size - before, batch_full: last.is_full() }),
                    Err(record) => record,
                }
            }
            _ => record,
        };
        let batch = ProducerBatch::new(record, config, now);
        if self.used + u64::from(batch.room) > u64::try_from(config.buffer_memory).unwrap_or(0) {
            return match batch.records.into_iter().next() {
                Some(record) => Err(record),
                None => unreachable!("a new batch holds its first record"),
            };
        }
        self.used += u64::from(batch.room);
        let appended = Appended { bytes: batch.size, batch_full: batch.is_full() };
        queue.push_back(batch);
        Ok(appended)
    }

    /// Puts a batch back in front, to be tried again.
    pub(super) fn requeue(&mut self, id: PartitionId, mut batch: ProducerBatch) {
        batch.closed = true;
        self.queues[id.index()].push_front(batch);
    }

    /// Puts the parts of a split batch in front. The parts take the whole batch's memory between them.
    pub(super) fn requeue_split(&mut self, id: PartitionId, whole: ProducerBatch, config: &ProducerConfig) {
        self.free(&whole);
        for part in whole.split(config).into_iter().rev() {
            self.used += u64::from(part.room);
            self.queues[id.index()].push_front(part);
        }
    }

    /// Gives a finished batch's memory back.
    pub(super) fn free(&mut self, batch: &ProducerBatch) {
        self.used = self.used.saturating_sub(u64::from(batch.room));
    }

    /// The batch at the head of a partition's queue.
    pub(super) fn head(&self, id: PartitionId) -> Option<&ProducerBatch> {
        self.queues.get(id.index())?.front()
    }

    /// Takes the batch at the head.
    pub(super) fn pop(&mut self, id: PartitionId) -> Option<ProducerBatch> {
        self.queues.get_mut(id.index())?.pop_front()
    }

    /// Whether the last batch that waits for a partition is not full.
    pub(super) fn takes_more(&self, id: PartitionId) -> bool {
        self.queues.get(id.index()).and_then(VecDeque::back).is_some_and(|last| !last.is_full())
    }

    /// How many batches wait for a partition.
    pub(super) fn queued(&self, id: PartitionId) -> usize {
        self.queues.get(id.index()).map_or(0, VecDeque::len)
    }

    /// Partitions that have something to send.
    pub(super) fn partitions(&self) -> impl Iterator<Item = PartitionId> {
        (0u16..).zip(&self.queues).filter(|(_, q)| !q.is_empty()).map(|(at, _)| PartitionId(at))
    }

    /// Every queued batch.
    pub(super) fn batches(&self) -> impl Iterator<Item = (PartitionId, &ProducerBatch)> {
        (0u16..).zip(&self.queues).flat_map(|(at, q)| q.iter().map(move |b| (PartitionId(at), b)))
    }

    /// Takes out every batch that is older than `delivery.timeout.ms`.
    pub(super) fn take_expired(
        &mut self,
        config: &ProducerConfig,
        now: Micros,
    ) -> Vec<(PartitionId, ProducerBatch)> {
        let mut expired = Vec::new();
        for (at, queue) in (0u16..).zip(&mut self.queues) {
            while queue.front().is_some_and(|head| head.deadline(config) <= now) {
                expired.extend(queue.pop_front().map(|batch| (PartitionId(at), batch)));
            }
        }
        expired
    }
}
