//! A segment: one file of a log.

use crate::cow::CowList;
use crate::record::Batch;

/// One file of a log, named by the smallest offset it may hold.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Segment {
    /// The file's name: the smallest offset it may hold.
    pub base_offset: i64,
    /// Bytes of all batches.
    pub size_bytes: u64,
    /// The batches, by offset.
    pub(super) batches: CowList<Batch>,
}

impl Segment {
    pub(super) fn new(base_offset: i64) -> Self {
        Segment { base_offset, size_bytes: 0, batches: CowList::default() }
    }

    /// The batches, by offset.
    pub fn batches(&self) -> impl DoubleEndedIterator<Item = &Batch> {
        self.batches.iter()
    }

    /// The file's name.
    pub fn file_name(&self) -> String {
        format!("{:020}.log", self.base_offset)
    }

    /// Whether a batch of this size no longer fits (§3 "Roll").
    pub(super) fn is_full_for(&self, size: u32, segment_bytes: i64) -> bool {
        let room = u64::try_from(segment_bytes).unwrap_or(0).saturating_sub(u64::from(size));
        self.size_bytes > 0 && self.size_bytes > room
    }

    pub(super) fn push(&mut self, batch: Batch) {
        self.size_bytes += u64::from(batch.size);
        self.batches.push(batch);
    }

    /// Drops every batch that holds an offset at or beyond `end`.
    pub(super) fn truncate_to(&mut self, end: i64) {
        let keep = self.batches.partition_point(|batch| batch.next_offset() <= end);
        for batch in self.batches.iter_from(keep) {
            self.size_bytes -= u64::from(batch.size);
        }
        self.batches.truncate(keep);
    }
}
