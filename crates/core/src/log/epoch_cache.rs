//! Where each leader epoch begins in a log (KIP-101): the memory by which replicas find where they part ways.

/// Pairs of leader epoch and the offset of its first record, both ascending.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct EpochCache {
    entries: Vec<(i32, i64)>,
}

impl EpochCache {
    /// The entries, oldest first.
    pub fn entries(&self) -> &[(i32, i64)] {
        &self.entries
    }

    /// The newest epoch.
    pub fn latest(&self) -> Option<i32> {
        self.entries.last().map(|(epoch, _)| *epoch)
    }

    /// Notes that an epoch begins at an offset. Epochs that would not come before it are forgotten: those that
    /// never got a record, and those of a history that has been overwritten.
    pub fn assign(&mut self, epoch: i32, start: i64) {
        let known = self.entries.last().is_some_and(|(last, begun)| *last == epoch && *begun <= start);
        if !known {
            self.entries.retain(|(other, begun)| *other < epoch && *begun < start);
            self.entries.push((epoch, start));
        }
    }

    /// The largest known epoch not above `epoch`, and where it ends in a log that ends at `log_end` (KIP-279).
    /// None if nothing is known about it.
    pub fn end_offset_for(&self, epoch: i32, log_end: i64) -> Option<(i32, i64)> {
        if self.latest() == Some(epoch) {
            return Some((epoch, log_end));
        }
        let next = self.entries.iter().position(|(e, _)| *e > epoch)?;
        let end = self.entries[next].1;
        Some(match next.checked_sub(1) {
            Some(floor) => (self.entries[floor].0, end),
            None => (epoch, end),
        })
    }

    /// Forgets epochs that begin at or after an offset, because the log ends there now.
    pub fn truncate_to(&mut self, log_end: i64) {
        self.entries.retain(|(_, start)| *start < log_end);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cache() -> EpochCache {
        let mut cache = EpochCache::default();
        cache.assign(0, 0);
        cache.assign(2, 5);
        cache.assign(5, 9);
        cache
    }

    #[test]
    fn an_epoch_ends_where_the_next_begins() {
        let cache = cache();
        assert_eq!(cache.end_offset_for(5, 12), Some((5, 12)), "the latest epoch ends at the log's end");
        assert_eq!(cache.end_offset_for(2, 12), Some((2, 9)));
        assert_eq!(
            cache.end_offset_for(3, 12),
            Some((2, 9)),
            "an unknown epoch is answered with the one below"
        );
        assert_eq!(cache.end_offset_for(6, 12), None, "nothing is known of a newer epoch");
    }

    #[test]
    fn an_epoch_older_than_all_known_ends_where_the_first_begins() {
        let mut cache = EpochCache::default();
        cache.assign(3, 4);
        assert_eq!(cache.end_offset_for(1, 8), Some((1, 4)));
    }

    #[test]
    fn an_epoch_without_records_gives_way() {
        let mut cache = cache();
        cache.assign(6, 12);
        cache.assign(7, 12);
        assert_eq!(cache.entries(), [(0, 0), (2, 5), (5, 9), (7, 12)]);
        cache.assign(7, 20);
        assert_eq!(cache.latest(), Some(7));
        assert_eq!(cache.entries().len(), 4, "an epoch begins once");
        cache.assign(4, 7);
        assert_eq!(
            cache.entries(),
            [(0, 0), (2, 5), (4, 7)],
            "an older epoch here means that history was rewritten"
        );
    }

    #[test]
    fn truncation_forgets_epochs_that_begin_beyond() {
        let mut cache = cache();
        cache.truncate_to(9);
        assert_eq!(cache.entries(), [(0, 0), (2, 5)]);
    }
}
