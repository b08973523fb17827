//! A replica's log: segments of record batches, on disk and in the page cache (§3).

mod epoch_cache;
mod segment;

pub use epoch_cache::EpochCache;
pub use segment::Segment;

use crate::record::{Batch, Records};
use std::sync::Arc;

/// A replica's log. It survives the process; what lies beyond [`Log::flushed`] is only in the page cache and
/// does not survive the machine.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Log {
    /// The last one is active.
    segments: Vec<Arc<Segment>>,
    epochs: EpochCache,
    start: i64,
    end: i64,
    flushed: i64,
}

impl Default for Log {
    fn default() -> Self {
        Log::starting_at(0)
    }
}

impl Log {
    fn starting_at(offset: i64) -> Self {
        Log {
            segments: vec![Arc::new(Segment::new(offset))],
            epochs: EpochCache::default(),
            start: offset,
            end: offset,
            flushed: offset,
        }
    }

    /// The log start offset: the first offset that can be read.
    pub fn start(&self) -> i64 {
        self.start
    }

    /// The log end offset (LEO): the offset the next record gets.
    pub fn end(&self) -> i64 {
        self.end
    }

    /// Everything before this offset has been forced to disk.
    pub fn flushed(&self) -> i64 {
        self.flushed
    }

    /// Where each leader epoch begins.
    pub fn epoch_cache(&self) -> &EpochCache {
        &self.epochs
    }

    /// Leader epochs and the offsets of their first records.
    pub fn epochs(&self) -> &[(i32, i64)] {
        self.epochs.entries()
    }

    /// The epoch of the last batch.
    pub fn last_epoch(&self) -> Option<i32> {
        self.epochs.latest()
    }

    /// The segments, oldest first.
    pub fn segments(&self) -> impl ExactSizeIterator<Item = &Segment> {
        self.segments.iter().map(AsRef::as_ref)
    }

    /// All batches, oldest first.
    pub fn batches(&self) -> impl DoubleEndedIterator<Item = &Batch> {
        self.segments.iter().flat_map(|segment| segment.batches())
    }

    /// The batches from the one that holds `offset` on.
    pub fn batches_from(&self, offset: i64) -> impl Iterator<Item = &Batch> {
        let segment = self.segments.partition_point(|s| s.base_offset <= offset).saturating_sub(1);
        let first = self.segments[segment].batches.partition_point(|b| b.next_offset() <= offset);
        self.segments[segment]
            .batches
            .iter_from(first)
            .chain(self.segments[segment + 1..].iter().flat_map(|s| s.batches()))
    }

    /// Whole batches from `offset` up to (not including) `limit`, as many as fit in `max_bytes` but at least
    /// one if `at_least_one` (§3 "Lookup"). The first may begin before `offset`.
    pub(crate) fn read(&self, offset: i64, limit: i64, max_bytes: u32, at_least_one: bool) -> Vec<Batch> {
        let mut out = Vec::new();
        if offset >= limit {
            return out;
        }
        let mut bytes = 0u64;
        for batch in self.batches_from(offset) {
            let fits = bytes + u64::from(batch.size) <= u64::from(max_bytes);
            if batch.next_offset() > limit || !(fits || (at_least_one && out.is_empty())) {
                break;
            }
            bytes += u64::from(batch.size);
            out.push(batch.clone());
        }
        out
    }

    /// Appends records as their leader: gives them offsets and the epoch. Returns the batch, and whether a
    /// segment was rolled for it.
    pub(crate) fn append(
        &mut self,
        epoch: i32,
        records: Records,
        size: u32,
        segment_bytes: i64,
    ) -> (Batch, bool) {
        let batch = Batch { base_offset: self.end, leader_epoch: epoch, size, records };
        let rolled = self.append_as_is(batch.clone(), segment_bytes);
        (batch, rolled)
    }

    /// Appends a batch that its leader has stamped. Returns whether a segment was rolled for it. Rolling forces
    /// the closed segment to disk.
    pub(crate) fn append_as_is(&mut self, batch: Batch, segment_bytes: i64) -> bool {
        self.epochs.assign(batch.leader_epoch, batch.base_offset);
        let next = batch.next_offset();
        let full = self.segments.last().is_none_or(|active| active.is_full_for(batch.size, segment_bytes));
        if full {
            self.flushed = self.end;
            self.segments.push(Arc::new(Segment::new(batch.base_offset)));
        }
        if let Some(active) = self.segments.last_mut() {
            Arc::make_mut(active).push(batch);
        }
        self.end = next;
        full
    }

    /// Notes that a leader epoch begins at the log's end.
    pub(crate) fn begin_epoch(&mut self, epoch: i32) {
        self.epochs.assign(epoch, self.end);
    }

    /// Forces everything to disk.
    pub(crate) fn flush(&mut self) {
        self.flushed = self.end;
    }

    /// Cuts the log so that it ends at or, as batches go whole, before `end`. Returns where it ends then.
    pub(crate) fn truncate_to(&mut self, end: i64) -> i64 {
        let end = end.max(self.start);
        if end >= self.end {
            // A leader that never appended may have left an epoch that begins at the end: forget it, or the
            // same divergence is found again and again.
            self.epochs.truncate_to(self.end);
            return self.end;
        }
        let keep = self.segments.partition_point(|s| s.base_offset < end).max(1);
        self.segments.truncate(keep);
        if let Some(active) = self.segments.last_mut() {
            let active = Arc::make_mut(active);
            active.truncate_to(end);
            self.end = active.batches.last().map_or(active.base_offset, Batch::next_offset);
        }
        self.flushed = self.flushed.min(self.end);
        self.epochs.truncate_to(self.end);
        self.end
    }

    /// Drops everything and starts at `offset`: the leader's log begins beyond this one's end.
    pub(crate) fn restart_at(&mut self, offset: i64) {
        *self = Log::starting_at(offset);
    }

    /// The machine lost power: only what was forced to disk is left. This is the worst that can happen; a real
    /// operating system may have written back more. Returns the log end offset before, if anything is gone.
    pub(crate) fn lose_unflushed(&mut self) -> Option<i64> {
        let before = self.end;
        (self.truncate_to(self.flushed) < before).then_some(before)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::RecordId;
    use crate::record::{Record, Value, batch_size};

    fn records(ids: std::ops::Range<u32>) -> (Records, u32) {
        let list: Vec<Record> = ids
            .map(|id| Record {
                id: RecordId(id),
                timestamp_ms: 0,
                key: None,
                value: Value::User { size: 10 },
            })
            .collect();
        let size = batch_size(&list);
        (list.into(), size)
    }

    fn log(batches: &[(i32, std::ops::Range<u32>)], segment_bytes: i64) -> Log {
        let mut log = Log::default();
        for (epoch, ids) in batches {
            let (records, size) = records(ids.clone());
            log.append(*epoch, records, size, segment_bytes);
        }
        log
    }

    #[test]
    fn segments_are_named_by_their_first_offset() {
        let log = log(&[(0, 0..2), (0, 2..4), (0, 4..6)], 100);
        let names: Vec<String> = log.segments().map(Segment::file_name).collect();
        assert_eq!(
            names,
            ["00000000000000000000.log", "00000000000000000002.log", "00000000000000000004.log"]
        );
        assert_eq!(log.flushed(), 4, "rolling forces the closed segments to disk");
    }

    #[test]
    fn a_read_returns_whole_batches_from_the_one_that_holds_the_offset() {
        let log = log(&[(0, 0..2), (0, 2..4), (1, 4..6)], 100);
        let bases = |batches: Vec<Batch>| batches.iter().map(|b| b.base_offset).collect::<Vec<_>>();
        assert_eq!(bases(log.read(3, 6, 10_000, true)), [2, 4]);
        assert_eq!(bases(log.read(3, 5, 10_000, true)), [2], "nothing beyond the limit");
        assert_eq!(bases(log.read(0, 6, 1, true)), [0], "the first batch comes whole, however large");
        assert_eq!(bases(log.read(0, 6, 1, false)), [0; 0]);
        assert_eq!(bases(log.read(6, 6, 10_000, true)), [0; 0], "a read at the end is empty, not an error");
    }

    #[test]
    fn truncation_cuts_whole_batches_and_epochs() {
        let mut log = log(&[(0, 0..2), (0, 2..4), (1, 4..6)], 100);
        assert_eq!(log.truncate_to(5), 4);
        assert_eq!((log.end(), log.epochs()), (4, &[(0, 0)][..]));
        assert_eq!(log.truncate_to(9), 4, "there is nothing beyond the end to cut");
        let (more, size) = records(7..8);
        log.append(2, more, size, 100);
        assert_eq!((log.end(), log.epochs()), (5, &[(0, 0), (2, 4)][..]));
    }

    #[test]
    fn power_loss_takes_what_was_not_forced_to_disk() {
        let mut log = log(&[(0, 0..2), (0, 2..4)], 1_000_000);
        log.flush();
        let (more, size) = records(4..5);
        log.append(0, more, size, 1_000_000);
        assert_eq!(log.lose_unflushed(), Some(5));
        assert_eq!(log.end(), 4);
        assert_eq!(log.lose_unflushed(), None);
    }
}
