//! The ledger's page for one partition: every broker's log as the events tell it, and who leads.

use super::entry::GROUPS;
use highwater_core::cow::CowList;
use highwater_core::ids::{BrokerId, EventId, RecordId};

/// A leader that took office, the newest there was.
#[derive(Clone, Copy, Debug)]
pub(super) struct Office {
    pub(super) broker: BrokerId,
    pub(super) epoch: i32,
    pub(super) since: EventId,
}

/// One broker's log: which record stands at which offset.
#[derive(Clone, Debug, Default)]
pub(super) struct LogCopy {
    start: i64,
    records: CowList<RecordId>,
}

impl LogCopy {
    pub(super) fn end(&self) -> i64 {
        self.start + i64::try_from(self.records.len()).unwrap_or(i64::MAX)
    }

    fn place(&self, offset: i64) -> Option<usize> {
        usize::try_from(offset.checked_sub(self.start)?).ok()
    }

    pub(super) fn get(&self, offset: i64) -> Option<RecordId> {
        self.records.get(self.place(offset)?).copied()
    }

    /// Adds a record at the end; a log that does not continue where it ended begins anew.
    pub(super) fn push(&mut self, offset: i64, record: RecordId) {
        if self.records.is_empty() {
            self.start = offset;
        }
        self.records.push(record);
    }

    pub(super) fn pop_to(&mut self, end: i64) {
        let keep = self.place(end).unwrap_or(0);
        if keep < self.records.len() {
            self.records.truncate(keep);
        }
    }

    pub(super) fn range(&self, from: i64, to: i64) -> impl Iterator<Item = (i64, RecordId)> {
        let first = from.max(self.start);
        let count = usize::try_from(to.min(self.end()).saturating_sub(first)).unwrap_or(0);
        let place = self.place(first).unwrap_or(0);
        (first..).zip(self.records.iter_from(place).take(count).copied())
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (i64, RecordId)> {
        (self.start..).zip(self.records.iter().copied())
    }
}

/// Everything about one partition.
#[derive(Clone, Debug, Default)]
pub(super) struct Book {
    pub(super) office: Option<Office>,
    /// By broker.
    pub(super) logs: Vec<LogCopy>,
    /// All records that were sent to the partition, in the order of partitioning.
    pub(super) members: CowList<RecordId>,
    /// Each producer's latest record in the leader's log.
    pub(super) latest: [Option<RecordId>; 4],
    /// Where each group began to read, having committed nothing: what stands before is not its business.
    pub(super) begun: [i64; GROUPS],
    /// Each group's committed offset.
    pub(super) committed: [i64; GROUPS],
    /// What was first processed at each offset; `RecordId(0)` where nothing was.
    pub(super) consumed: CowList<RecordId>,
    /// The leader's high watermark in this epoch.
    pub(super) high_watermark: i64,
}

impl Book {
    pub(super) fn leader(&self) -> Option<BrokerId> {
        self.office.map(|office| office.broker)
    }

    pub(super) fn log(&self, broker: BrokerId) -> Option<&LogCopy> {
        self.logs.get(broker.index())
    }

    pub(super) fn log_mut(&mut self, broker: BrokerId) -> &mut LogCopy {
        let place = broker.index();
        if self.logs.len() <= place {
            self.logs.resize_with(place + 1, LogCopy::default);
        }
        &mut self.logs[place]
    }

    pub(super) fn leader_log(&self) -> Option<&LogCopy> {
        self.log(self.leader()?)
    }

    /// The groups, as bits, that should have read an offset, since their committed offset is beyond it.
    pub(super) fn groups_past(&self, offset: i64) -> u8 {
        let passed = |group: &usize| (self.begun[*group]..self.committed[*group]).contains(&offset);
        (0..GROUPS).filter(passed).fold(0, |bits, group| bits | 1 << group)
    }

    /// Notes what was processed at an offset; gives what was processed there first, if that was another record.
    pub(super) fn consume(&mut self, offset: i64, record: RecordId) -> Option<RecordId> {
        let place = usize::try_from(offset).ok()?;
        while self.consumed.len() <= place {
            self.consumed.push(RecordId(0));
        }
        let first = self.consumed.get_mut(place)?;
        if *first == RecordId(0) {
            *first = record;
        }
        (*first != record).then_some(*first)
    }

    /// What was processed at an offset, if it was another record than this.
    pub(super) fn consumed_other(&self, offset: i64, record: RecordId) -> bool {
        let place = usize::try_from(offset).unwrap_or(usize::MAX);
        self.consumed.get(place).is_some_and(|first| *first != RecordId(0) && *first != record)
    }
}
