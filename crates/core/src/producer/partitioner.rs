//! Which partition a record goes to (§1).

use crate::ids::PartitionId;
use crate::rng::Rng;

/// Kafka's murmur2 of a key: 32 bits, little-endian words (`Utils.murmur2`).
#[allow(clippy::cast_possible_truncation)] // Kafka's lengths have 32 bits.
pub fn murmur2(key: &[u8]) -> i32 {
    const SEED: u32 = 0x9747_b28c;
    const M: u32 = 0x5bd1_e995;
    const R: u32 = 24;
    let mut h = SEED ^ key.len() as u32;
    let mut words = key.chunks_exact(4);
    for word in &mut words {
        let mut k = u32::from_le_bytes([word[0], word[1], word[2], word[3]]).wrapping_mul(M);
        k = (k ^ (k >> R)).wrapping_mul(M);
        h = h.wrapping_mul(M) ^ k;
    }
    let rest = words.remainder();
    if !rest.is_empty() {
        for (i, byte) in rest.iter().enumerate() {
            h ^= u32::from(*byte) << (8 * i);
        }
        h = h.wrapping_mul(M);
    }
    h = (h ^ (h >> 13)).wrapping_mul(M);
    (h ^ (h >> 15)).cast_signed()
}

/// The partition, from 0, of a record with this key among so many partitions: murmur2 with the sign bit masked
/// away (not `abs`), modulo the number.
pub fn partition_for_key(key: &[u8], partitions: u16) -> u16 {
    let positive = murmur2(key).cast_unsigned() & 0x7fff_ffff;
    remainder(positive, partitions)
}

#[allow(clippy::cast_possible_truncation)] // Below `partitions`, so it fits.
fn remainder(positive: u32, partitions: u16) -> u16 {
    (positive % u32::from(partitions.max(1))) as u16
}

/// Java's `String.hashCode`.
pub fn java_string_hash(text: &str) -> i32 {
    text.encode_utf16().fold(0i32, |h, unit| h.wrapping_mul(31).wrapping_add(i32::from(unit)))
}

/// The partition of `__consumer_offsets` that holds a group: `abs`, not the mask, of the name's hash (§6).
pub fn partition_for_group(group: &str, partitions: u16) -> u16 {
    let hash = java_string_hash(group);
    let positive = if hash == i32::MIN { 0 } else { hash.unsigned_abs() };
    remainder(positive, partitions)
}

/// The sticky partition of one topic: records without a key stay on it until about a batch is full (KIP-794).
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Sticky {
    current: Option<PartitionId>,
    /// Bytes appended to it since it was chosen.
    bytes: u64,
}

/// A partition that could be chosen, and how many batches wait for it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Candidate {
    pub(super) id: PartitionId,
    pub(super) queued: u32,
    pub(super) has_leader: bool,
}

impl Sticky {
    /// The partition for the next record. `takes_more` tells whether a partition has a batch that is not full.
    pub(super) fn current(
        &mut self,
        candidates: &[Candidate],
        batch_size: u64,
        takes_more: impl Fn(PartitionId) -> bool,
        adaptive: bool,
        rng: &mut Rng,
    ) -> Option<PartitionId> {
        // It was kept for the sake of a batch that has been filled or sent since.
        if self.current.is_some_and(|id| !takes_more(id)) {
            self.appended(0, batch_size, true);
        }
        if self.current.is_none() {
            self.current = choose(candidates, adaptive, rng);
            self.bytes = 0;
        }
        self.current
    }

    /// Takes note of an append to the current partition, and lets go of it when enough has gone there.
    pub(super) fn appended(&mut self, bytes: u32, batch_size: u64, last_batch_full: bool) {
        self.bytes += u64::from(bytes);
        if (self.bytes >= batch_size && last_batch_full) || self.bytes >= 2 * batch_size {
            self.current = None;
        }
    }
}

/// Draws a partition: uniformly, or with `adaptive` so that shorter queues get more.
fn choose(candidates: &[Candidate], adaptive: bool, rng: &mut Rng) -> Option<PartitionId> {
    let with_leader: Vec<&Candidate> = candidates.iter().filter(|c| c.has_leader).collect();
    let pool = if with_leader.is_empty() { candidates.iter().collect() } else { with_leader };
    let longest = pool.iter().map(|c| c.queued).max()?;
    let uneven = pool.iter().any(|c| c.queued != longest);
    if !(adaptive && uneven) {
        return pool.get(rng.place(pool.len())).map(|c| c.id);
    }
    // Weight: longest queue + 1 − own queue.
    let weight = |c: &Candidate| longest + 1 - c.queued;
    let total: u32 = pool.iter().map(|c| weight(c)).sum();
    let mut draw = rng.below(total);
    for candidate in pool {
        if draw < weight(candidate) {
            return Some(candidate.id);
        }
        draw -= weight(candidate);
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Stream;

    #[test]
    fn murmur2_is_kafkas() {
        for (key, hash) in [
            (&b""[..], 275_646_681),
            (b"21", -973_932_308),
            (b"foobar", -790_332_482),
            (b"a-little-bit-long-string", -985_981_536),
            (b"a-little-bit-longer-string", -1_486_304_829),
            (b"lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58_897_971),
            (b"abc", 479_470_107),
        ] {
            assert_eq!(murmur2(key), hash, "{}", String::from_utf8_lossy(key));
        }
    }

    #[test]
    fn keys_go_where_kafka_puts_them() {
        for (key, of_3, of_4, of_6) in
            [("a", 1, 0, 4), ("user-1", 2, 0, 2), ("user-3", 2, 3, 5), ("foobar", 0, 2, 0)]
        {
            let at = |n| partition_for_key(key.as_bytes(), n);
            assert_eq!((at(3), at(4), at(6)), (of_3, of_4, of_6), "{key}");
        }
    }

    #[test]
    fn groups_live_where_kafka_puts_them() {
        for (group, partition) in [("my-group", 12), ("test-group", 12), ("payments", 13), ("group1", 40)] {
            assert_eq!(partition_for_group(group, 50), partition, "{group}");
        }
    }

    #[test]
    fn the_sticky_partition_changes_when_a_batch_is_full() {
        let candidates: Vec<Candidate> =
            (0..4).map(|i| Candidate { id: PartitionId(i), queued: 0, has_leader: true }).collect();
        let mut rng = Rng::new(1, Stream::Producer(1));
        let mut sticky = Sticky::default();
        let mut next =
            |sticky: &mut Sticky, open: bool| sticky.current(&candidates, 100, |_| open, true, &mut rng);
        let first = next(&mut sticky, false);
        sticky.appended(90, 100, true);
        assert_eq!(next(&mut sticky, false), first);
        sticky.appended(20, 100, false);
        assert_eq!(next(&mut sticky, true), first, "over the size, but the batch still takes records");
        assert_eq!(sticky.bytes, 110);
        sticky.appended(20, 100, true);
        assert!(sticky.current.is_none());
        next(&mut sticky, false);
        sticky.appended(110, 100, false);
        next(&mut sticky, false);
        assert_eq!(sticky.bytes, 0, "the batch has been sent meanwhile: drawn anew");
    }

    #[test]
    fn shorter_queues_get_more_records() {
        let queues = [0, 3, 1];
        let candidates: Vec<Candidate> = (0u16..)
            .zip(queues)
            .map(|(i, queued)| Candidate { id: PartitionId(i), queued, has_leader: true })
            .collect();
        let mut rng = Rng::new(3, Stream::Producer(1));
        let mut drawn = [0u32; 3];
        for _ in 0..8000 {
            if let Some(id) = choose(&candidates, true, &mut rng) {
                drawn[id.index()] += 1;
            }
        }
        // Weights 4, 1, 3 of 8.
        assert!((3800..4200).contains(&drawn[0]) && (850..1150).contains(&drawn[1]), "{drawn:?}");
    }

    #[test]
    fn partitions_without_a_leader_are_avoided() {
        let candidates: Vec<Candidate> =
            (0..2).map(|i| Candidate { id: PartitionId(i), queued: 0, has_leader: i == 1 }).collect();
        let mut rng = Rng::new(1, Stream::Producer(1));
        assert!((0..20).all(|_| choose(&candidates, true, &mut rng) == Some(PartitionId(1))));
    }
}
