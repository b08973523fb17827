//! The ledger: an observer outside the cluster that gives every record a fate.
//!
//! It reads events only, never a replica's mind, so it judges what Kafka did and not what Kafka believes. Records of
//! internal topics do not count.

mod book;
mod entry;
#[cfg(test)]
mod tests;

pub use entry::{Entry, Fate};

use book::{Book, LogCopy, Office};
use entry::GROUPS;
use highwater_core::cluster::Cluster;
use highwater_core::cow::CowList;
use highwater_core::event::{Event, EventKind, PositionSource};
use highwater_core::ids::{BrokerId, EventId, GroupId, MessageId, NodeId, PartitionId, RecordId};
use highwater_core::protocol::MessageKind;
use highwater_core::record::{Record, Records};
use std::sync::Arc;

/// How many records there are of each kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Counts {
    /// Handed to `send()`.
    pub created: u32,
    /// The application was told "written": promised.
    pub acked: u32,
    /// Acked and below the leader's high watermark.
    pub safe: u32,
    /// Acked and gone.
    pub lost: u32,
    /// The application was told "failed", rightly.
    pub rejected: u32,
    /// The application was told "failed", yet the record is in the log.
    pub ghost: u32,
    /// More than once in the leader's log.
    pub duplicated: u32,
    /// Behind a record that was sent later.
    pub reordered: u32,
    /// Processed by at least one group.
    pub consumed: u32,
    /// Passed by a group's committed offset without being processed.
    pub skipped: u32,
    /// Processed more than once by one group.
    pub repeated: u32,
    /// The application has not been told anything yet.
    pub in_flight: u32,
}

impl Counts {
    /// Every count with its stable name, in the order in which they are shown.
    pub fn named(&self) -> [(&'static str, u32); 12] {
        [
            ("created", self.created),
            ("acked", self.acked),
            ("safe", self.safe),
            ("lost", self.lost),
            ("rejected", self.rejected),
            ("ghost", self.ghost),
            ("duplicated", self.duplicated),
            ("reordered", self.reordered),
            ("consumed", self.consumed),
            ("skipped", self.skipped),
            ("repeated", self.repeated),
            ("in_flight", self.in_flight),
        ]
    }

    /// The counts that say how a run ended: all but what was handed over and what is still open.
    pub fn outcome(&self) -> impl Iterator<Item = (&'static str, u32)> {
        self.named().into_iter().filter(|(name, _)| !matches!(*name, "created" | "in_flight"))
    }

    /// The count of this name.
    pub fn get(&self, name: &str) -> Option<u32> {
        self.named().into_iter().find(|(known, _)| *known == name).map(|(_, count)| count)
    }

    /// The counts that a record of this fate is in: a safe or lost one was promised, too.
    fn of_fate(&mut self, fate: Fate) -> [Option<&mut u32>; 2] {
        match fate {
            Fate::InFlight => [Some(&mut self.in_flight), None],
            Fate::Acked => [Some(&mut self.acked), None],
            Fate::Safe => [Some(&mut self.acked), Some(&mut self.safe)],
            Fate::Lost => [Some(&mut self.acked), Some(&mut self.lost)],
            Fate::Rejected => [Some(&mut self.rejected), None],
            Fate::Ghost => [Some(&mut self.ghost), None],
        }
    }
}

/// A record's fate changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FateChange {
    /// Whose.
    pub record: RecordId,
    /// What it is now.
    pub fate: Fate,
    /// The event that decided it.
    pub decided_by: EventId,
}

/// When a rule of Kafka's was first seen broken.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Breaches {
    pub(crate) two_leaders_in_an_epoch: Option<EventId>,
    pub(crate) high_watermark_fell: Option<EventId>,
    pub(crate) leader_lacks_committed: Option<EventId>,
    pub(crate) consumed_content_changed: Option<EventId>,
}

fn note(breach: &mut Option<EventId>, event: EventId) {
    breach.get_or_insert(event);
}

/// Records that a consumer's application holds: polled, not processed yet.
type Polled = Vec<(PartitionId, i64, i64)>;

/// A produce batch on its way.
#[derive(Clone, Debug)]
struct Carried {
    message: MessageId,
    records: Records,
}

/// The fate of every record, and the event that decided it.
#[derive(Clone, Debug)]
pub struct Ledger {
    entries: CowList<Entry>,
    books: Vec<Arc<Book>>,
    /// Each consumer's group.
    groups: Vec<GroupId>,
    polled: Vec<Polled>,
    carried: Vec<Carried>,
    counts: Counts,
    breaches: Breaches,
    changes: Vec<FateChange>,
}

impl Ledger {
    /// The ledger of a cluster that has not taken a step yet: who leads is given, all else comes from events.
    pub fn new(cluster: &Cluster) -> Self {
        let book = |(broker, epoch)| Book {
            office: Some(Office { broker, epoch, since: EventId::NONE }),
            ..Book::default()
        };
        let partitions = &cluster.metadata().partitions;
        Ledger {
            entries: CowList::default(),
            books: partitions
                .iter()
                .map(|p| Arc::new(p.leader.map(|id| (id, p.leader_epoch)).map(book).unwrap_or_default()))
                .collect(),
            groups: cluster.consumers().map(highwater_core::consumer::Consumer::group).collect(),
            polled: cluster.consumers().map(|_| Polled::new()).collect(),
            carried: Vec::new(),
            counts: Counts::default(),
            breaches: Breaches::default(),
            changes: Vec::new(),
        }
    }

    /// A record.
    pub fn record(&self, id: RecordId) -> Option<&Entry> {
        self.entries.get((id.0 as usize).checked_sub(1)?)
    }

    /// All records, in the order of sending.
    pub fn entries(&self) -> impl DoubleEndedIterator<Item = &Entry> + Clone {
        self.entries.iter()
    }

    /// How many records there are of each kind.
    pub fn counts(&self) -> Counts {
        self.counts
    }

    /// The broker that took office last as a partition's leader, whether or not it lives.
    pub fn leader(&self, partition: PartitionId) -> Option<BrokerId> {
        self.books.get(partition.index())?.leader()
    }

    /// Where a record stands in the log of the newest leader: nowhere, once, or more often.
    pub fn offsets(&self, id: RecordId) -> Vec<i64> {
        let log = self
            .record(id)
            .and_then(Entry::partition)
            .and_then(|p| self.books.get(p.index()))
            .and_then(|book| book.leader_log());
        log.into_iter()
            .flat_map(LogCopy::iter)
            .filter(|(_, other)| *other == id)
            .map(|(offset, _)| offset)
            .collect()
    }

    /// The record at an offset of a broker's log, as the events tell it.
    pub fn record_at(&self, partition: PartitionId, broker: BrokerId, offset: i64) -> Option<RecordId> {
        self.books.get(partition.index())?.log(broker)?.get(offset)
    }

    pub(crate) fn breaches(&self) -> &Breaches {
        &self.breaches
    }

    /// Whether the logs of two brokers hold the same records below an offset, as far as both reach.
    pub(crate) fn logs_match(&self, partition: PartitionId, a: BrokerId, b: BrokerId, below: i64) -> bool {
        let Some(book) = self.books.get(partition.index()) else { return true };
        match (book.log(a), book.log(b)) {
            (Some(a), Some(b)) => {
                let end = below.min(a.end()).min(b.end());
                a.range(0, end).zip(b.range(0, end)).all(|(a, b)| a == b)
            }
            _ => true,
        }
    }

    /// Fates that changed since this was last called.
    pub(crate) fn take_changes(&mut self) -> std::vec::Drain<'_, FateChange> {
        self.changes.drain(..)
    }

    /// Takes note of what happened.
    pub fn observe(&mut self, event: &Event) {
        use EventKind as E;
        let id = event.id;
        match &event.kind {
            E::RecordCreated { record, topic, key } => {
                let NodeId::Producer(producer) = event.node else { return };
                self.entries.push(Entry::new(*record, producer, *topic, key.clone(), id));
                self.counts.created += 1;
                self.counts.in_flight += 1;
            }
            E::PartitionChosen { record, partition, .. } => {
                let Some(entry) = self.entry_mut(*record) else { return };
                entry.partition = Some(*partition);
                self.book_mut(*partition).members.push(*record);
            }
            E::BatchSent { message, records, .. } => {
                self.carried.push(Carried { message: *message, records: records.clone() });
            }
            E::Delivered { message, kind: MessageKind::ProduceRequest, .. } => {
                self.carried.retain(|carried| carried.message != *message);
            }
            E::MessageLost { message, kind: MessageKind::ProduceRequest, .. } => {
                self.message_lost(*message, id);
            }
            E::ProduceRefused { records, .. } => self.unwritten(records, id),
            E::RecordsAppended { partition, base_offset, records, as_leader, .. } => {
                if let Some(broker) = event.node.broker()
                    && records.first().is_some_and(|r| r.id != RecordId(0))
                {
                    self.appended(*partition, broker, *base_offset, records, *as_leader, id);
                }
            }
            E::Truncated { partition, from, .. } | E::UnflushedLost { partition, from, .. } => {
                if let Some(broker) = event.node.broker() {
                    self.cut(*partition, broker, *from, id);
                }
            }
            E::BecameLeader { partition, epoch, .. } => {
                if let Some(broker) = event.node.broker() {
                    self.took_office(*partition, Office { broker, epoch: *epoch, since: id });
                }
            }
            E::HighWatermarkChanged { partition, from, to, as_leader: true } => {
                self.high_watermark(*partition, event.node, *from, *to, id);
            }
            E::Acked { base_offset, records, .. } => {
                for (offset, record) in (*base_offset..).zip(records.iter()).filter(|_| *base_offset >= 0) {
                    if let Some(entry) = self.entry_mut(record.id) {
                        entry.promised = offset;
                    }
                }
                self.told(records, id, |entry| &mut entry.acked);
            }
            E::BatchFailed { records, .. } => self.told(records, id, |entry| &mut entry.failed),
            E::RecordFailed { record, .. } => {
                if let Some(entry) = self.entry_mut(*record) {
                    entry.failed = id;
                }
                self.judge(*record);
            }
            E::PositionSet { partition, offset, why: PositionSource::Reset } => {
                if let Some(group) = self.group_of(event.node) {
                    self.begins(group, *partition, *offset);
                }
            }
            E::Polled { partition, from, to } => {
                if let Some(polled) = self.polled_by(event.node) {
                    polled.push((*partition, *from, *to));
                }
            }
            E::Processed { group, partition, offset, record } => {
                if let Some(polled) = self.polled_by(event.node) {
                    for range in polled.iter_mut().filter(|(p, ..)| p == partition) {
                        if (range.1..range.2).contains(offset) {
                            range.1 = offset + 1;
                        }
                    }
                    polled.retain(|(_, from, to)| from < to);
                }
                self.processed(*group, *partition, *offset, *record, id);
            }
            E::OffsetCommitted { group, partition, offset } => {
                self.committed(*group, *partition, *offset, id);
            }
            E::Crashed(_) | E::ShutdownCompleted | E::ConsumerFailed { .. } => {
                self.application_gone(event.node, id);
            }
            _ => {}
        }
    }

    fn entry_mut(&mut self, id: RecordId) -> Option<&mut Entry> {
        self.entries.get_mut((id.0 as usize).checked_sub(1)?)
    }

    fn book_mut(&mut self, partition: PartitionId) -> &mut Book {
        let place = partition.index();
        if self.books.len() <= place {
            self.books.resize_with(place + 1, Arc::default);
        }
        Arc::make_mut(&mut self.books[place])
    }

    fn group_of(&self, node: NodeId) -> Option<GroupId> {
        let NodeId::Consumer(n) = node else { return None };
        self.groups.get(usize::from(n).checked_sub(1)?).copied()
    }

    fn polled_by(&mut self, node: NodeId) -> Option<&mut Polled> {
        let NodeId::Consumer(n) = node else { return None };
        self.polled.get_mut(usize::from(n).checked_sub(1)?)
    }

    /// Adds up a record's facts again and keeps the counts.
    fn judge(&mut self, id: RecordId) {
        let Some(entry) = self.record(id) else { return };
        let leader = entry.partition.and_then(|p| self.leader(p));
        let (fate, decided_by) = entry.judge(leader);
        let before = entry.fate;
        let place = id.0 as usize - 1;
        if let Some(entry) = self.entries.get_mut(place) {
            (entry.fate, entry.decided_by) = (fate, decided_by);
        }
        if fate == before {
            return;
        }
        self.counts.of_fate(before).into_iter().flatten().for_each(|count| *count -= 1);
        self.counts.of_fate(fate).into_iter().flatten().for_each(|count| *count += 1);
        self.changes.push(FateChange { record: id, fate, decided_by });
    }

    /// The application is told of a batch's outcome.
    fn told(&mut self, records: &[Record], event: EventId, answer: impl Fn(&mut Entry) -> &mut EventId) {
        for record in records {
            if let Some(entry) = self.entry_mut(record.id) {
                *answer(entry) = event;
            }
            self.judge(record.id);
        }
    }

    fn message_lost(&mut self, message: MessageId, event: EventId) {
        if let Some(place) = self.carried.iter().position(|carried| carried.message == message) {
            let records = self.carried.swap_remove(place).records;
            self.unwritten(&records, event);
        }
    }

    /// A batch did not get into any log. That decides only promises that nobody will try to keep again: acks=0.
    fn unwritten(&mut self, records: &[Record], event: EventId) {
        for record in records {
            let Some(entry) = self.entry_mut(record.id) else { continue };
            if entry.acked.is_some() && entry.is_nowhere() && !entry.gone.is_some() {
                entry.gone = event;
                self.judge(record.id);
            }
        }
    }

    fn appended(
        &mut self,
        partition: PartitionId,
        broker: BrokerId,
        base_offset: i64,
        records: &[Record],
        as_leader: bool,
        event: EventId,
    ) {
        if self.book_mut(partition).log_mut(broker).end() > base_offset {
            self.cut(partition, broker, base_offset, event);
        }
        for (offset, record) in (base_offset..).zip(records) {
            let id = record.id;
            let book = self.book_mut(partition);
            book.log_mut(broker).push(offset, id);
            let (leader, since) = book.office.map_or((None, EventId::NONE), |o| (Some(o.broker), o.since));
            let passed = as_leader && leader == Some(broker);
            let groups = if passed { book.groups_past(offset) } else { 0 };
            let changed = passed && book.consumed_other(offset, id);
            let Some(entry) = self.entry_mut(id) else { continue };
            let first_copy_here = !entry.is_on(broker);
            if let Some(copies) = entry.copies.get_mut(broker.index()) {
                *copies = copies.saturating_add(1);
            }
            entry.gone = EventId::NONE;
            if leader == Some(broker) {
                entry.missing = EventId::NONE;
                let producer = entry.producer;
                self.stands_in_leader_log(partition, id, producer, first_copy_here, event);
            } else if as_leader && leader.is_some_and(|leader| !entry.is_on(leader)) {
                // Written by a leader that does not know yet that another took office.
                entry.missing = since;
            }
            if changed {
                note(&mut self.breaches.consumed_content_changed, event);
            }
            self.pass(id, groups, event);
            self.judge(id);
        }
    }

    /// Updates what depends on a record's place in the leader's log, which is at its end.
    fn stands_in_leader_log(
        &mut self,
        partition: PartitionId,
        id: RecordId,
        producer: u8,
        first_copy: bool,
        event: EventId,
    ) {
        let latest = self.book_mut(partition).latest.get_mut(usize::from(producer).wrapping_sub(1));
        let late = first_copy && latest.as_ref().is_some_and(|latest| Some(id) < **latest);
        if let Some(latest) = latest {
            *latest = (*latest).max(Some(id));
        }
        let Some(entry) = self.entry_mut(id) else { return };
        let mut counts = Counts::default();
        if !first_copy && !entry.duplicated.is_some() {
            entry.duplicated = event;
            counts.duplicated = 1;
        }
        if late && !entry.reordered.is_some() {
            entry.reordered = event;
            counts.reordered = 1;
        }
        self.counts.duplicated += counts.duplicated;
        self.counts.reordered += counts.reordered;
    }

    /// A broker's log ends earlier now.
    fn cut(&mut self, partition: PartitionId, broker: BrokerId, end: i64, event: EventId) {
        let book = self.book_mut(partition);
        let log = book.log_mut(broker);
        let removed: Vec<RecordId> = log.range(end, log.end()).map(|(_, id)| id).collect();
        log.pop_to(end);
        let was_leader = book.leader() == Some(broker);
        for id in &removed {
            let Some(entry) = self.entry_mut(*id) else { continue };
            if let Some(copies) = entry.copies.get_mut(broker.index()) {
                *copies = copies.saturating_sub(1);
            }
            if entry.is_nowhere() && !entry.gone.is_some() {
                entry.gone = event;
            }
        }
        if was_leader {
            self.reread_leader_log(partition, event);
        }
        for id in removed {
            self.judge(id);
        }
    }

    /// A leader takes office: whoever is not in its log is missing from now on.
    fn took_office(&mut self, partition: PartitionId, office: Office) {
        let book = self.book_mut(partition);
        match book.office {
            Some(newest) if newest.epoch > office.epoch => return,
            Some(newest) if newest.epoch == office.epoch && newest.broker != office.broker => {
                note(&mut self.breaches.two_leaders_in_an_epoch, office.since);
                return;
            }
            _ => {}
        }
        book.office = Some(office);
        book.high_watermark = 0;
        let members = book.members.clone();
        for id in members.iter() {
            let Some(entry) = self.entry_mut(*id) else { continue };
            if entry.is_on(office.broker) {
                entry.missing = EventId::NONE;
            } else if !entry.is_nowhere() || entry.gone.is_some() {
                if !entry.missing.is_some() {
                    entry.missing = office.since;
                }
                if entry.committed.is_some() {
                    note(&mut self.breaches.leader_lacks_committed, office.since);
                }
            }
        }
        self.reread_leader_log(partition, office.since);
        for id in members.iter() {
            self.judge(*id);
        }
    }

    /// Finds duplicates and late records in a log that became the leader's, or lost its end.
    fn reread_leader_log(&mut self, partition: PartitionId, event: EventId) {
        let book = self.book_mut(partition);
        book.latest = Default::default();
        let log = book.leader_log().cloned().unwrap_or_default();
        let members = book.members.clone();
        let before: Vec<(EventId, EventId)> = members
            .iter()
            .map(|id| {
                let Some(entry) = self.entry_mut(*id) else { return Default::default() };
                let before = (entry.duplicated, entry.reordered);
                (entry.duplicated, entry.reordered) = (EventId::NONE, EventId::NONE);
                self.counts.duplicated -= u32::from(before.0.is_some());
                self.counts.reordered -= u32::from(before.1.is_some());
                before
            })
            .collect();
        let mut seen = std::collections::BTreeSet::new();
        for (offset, id) in log.iter() {
            let Some(producer) = self.record(id).map(Entry::producer) else { continue };
            self.stands_in_leader_log(partition, id, producer, seen.insert(id), event);
            if self.books[partition.index()].consumed_other(offset, id) {
                note(&mut self.breaches.consumed_content_changed, event);
            }
            let groups = self.books[partition.index()].groups_past(offset);
            self.pass(id, groups, event);
        }
        for (id, (duplicated, reordered)) in members.iter().zip(before) {
            let Some(entry) = self.entry_mut(*id) else { continue };
            // What was so before keeps its first cause.
            if entry.duplicated.is_some() && duplicated.is_some() {
                entry.duplicated = duplicated;
            }
            if entry.reordered.is_some() && reordered.is_some() {
                entry.reordered = reordered;
            }
        }
    }

    fn high_watermark(&mut self, partition: PartitionId, node: NodeId, from: i64, to: i64, event: EventId) {
        let book = self.book_mut(partition);
        if book.leader().map(NodeId::Broker) != Some(node) {
            return;
        }
        if to < book.high_watermark.max(from) {
            note(&mut self.breaches.high_watermark_fell, event);
        }
        let book = self.book_mut(partition);
        book.high_watermark = to;
        let passed: Vec<RecordId> =
            book.leader_log().into_iter().flat_map(|log| log.range(from, to)).map(|(_, id)| id).collect();
        for id in passed {
            let Some(entry) = self.entry_mut(id) else { continue };
            if !entry.committed.is_some() {
                entry.committed = event;
                self.judge(id);
            }
        }
    }

    fn processed(
        &mut self,
        group: GroupId,
        partition: PartitionId,
        offset: i64,
        id: RecordId,
        event: EventId,
    ) {
        if self.book_mut(partition).consume(offset, id).is_some() {
            note(&mut self.breaches.consumed_content_changed, event);
        }
        let Some(entry) = self.entry_mut(id) else { return };
        let first_ever = !entry.is_consumed();
        let Some(times) = entry.processed.get_mut(usize::from(group.0)) else { return };
        *times = times.saturating_add(1);
        let repeated = *times > 1 && !entry.repeated.is_some();
        if repeated {
            entry.repeated = event;
        }
        let was_passed = entry.passed_by != 0;
        entry.passed_by &= !(1 << group.0);
        let made_good = was_passed && entry.passed_by == 0;
        if made_good {
            entry.skipped = EventId::NONE;
        }
        self.counts.consumed += u32::from(first_ever);
        self.counts.repeated += u32::from(repeated);
        self.counts.skipped -= u32::from(made_good);
    }

    /// A group without a committed offset begins here: `auto.offset.reset=latest` is a choice, and skips nothing.
    fn begins(&mut self, group: GroupId, partition: PartitionId, offset: i64) {
        let book = self.book_mut(partition);
        let group = usize::from(group.0);
        if book.committed.get(group) == Some(&0) {
            book.begun[group] = offset;
        }
    }

    fn committed(&mut self, group: GroupId, partition: PartitionId, offset: i64, event: EventId) {
        let book = self.book_mut(partition);
        let Some(committed) = book.committed.get_mut(usize::from(group.0)) else { return };
        let before = std::mem::replace(committed, offset);
        let begun = book.begun.get(usize::from(group.0)).copied().unwrap_or(0);
        self.passed(group, partition, before.max(begun), offset, event);
    }

    /// A group's committed offset stands behind these offsets of the leader's log.
    fn passed(&mut self, group: GroupId, partition: PartitionId, from: i64, to: i64, event: EventId) {
        let Some(log) = self.books.get(partition.index()).and_then(|book| book.leader_log()) else { return };
        let passed: Vec<RecordId> = log
            .range(from, to)
            .filter(|(offset, _)| !self.is_held(group, partition, *offset))
            .map(|(_, id)| id)
            .collect();
        for id in passed {
            self.pass(id, 1 << group.0, event);
        }
    }

    /// Whether a member of the group has polled an offset and may still process it.
    fn is_held(&self, group: GroupId, partition: PartitionId, offset: i64) -> bool {
        self.polled.iter().zip(&self.groups).filter(|(_, of)| **of == group).any(|(polled, _)| {
            polled.iter().any(|(p, from, to)| *p == partition && (*from..*to).contains(&offset))
        })
    }

    /// The committed offsets of these groups, as bits, stand behind a record.
    fn pass(&mut self, id: RecordId, groups: u8, event: EventId) {
        if groups == 0 {
            return;
        }
        let Some(entry) = self.entry_mut(id) else { return };
        for group in 0..GROUPS {
            if groups & (1 << group) != 0 && entry.processed[group] == 0 {
                entry.passed_by |= 1 << group;
            }
        }
        if entry.passed_by != 0 && !entry.skipped.is_some() {
            entry.skipped = event;
            self.counts.skipped += 1;
        }
    }

    /// A consumer's application ended: what it had polled it will not process.
    fn application_gone(&mut self, node: NodeId, event: EventId) {
        let Some(polled) = self.polled_by(node).map(std::mem::take) else { return };
        let Some(group) = self.group_of(node) else { return };
        for (partition, from, to) in polled {
            let Some(book) = self.books.get(partition.index()) else { continue };
            let committed = book.committed.get(usize::from(group.0)).copied().unwrap_or(0);
            self.passed(group, partition, from, to.min(committed), event);
        }
    }
}
