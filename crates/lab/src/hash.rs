//! A small hash that is the same on every platform.

use highwater_core::event::Event;
use std::borrow::Borrow;
use std::fmt;
use std::hash::{Hash, Hasher};

/// A 64-bit hash for comparing runs across platforms: numbers count as little-endian, `usize` and `isize` as 64 bits,
/// so that native code and 32-bit WebAssembly agree. Not meant to withstand an adversary.
#[derive(Clone, Debug)]
pub struct StableHasher(u64);

impl Default for StableHasher {
    fn default() -> Self {
        StableHasher(0x9E37_79B9_7F4A_7C15)
    }
}

impl StableHasher {
    fn mix(&mut self, word: u64) {
        let product = u128::from(self.0 ^ word) * 0xD6E8_FEB8_6659_FD93_u128;
        // Both halves of the product carry information: fold them.
        let (low, high) = (product & u128::from(u64::MAX), product >> 64);
        self.0 = u64::try_from(low ^ high).unwrap_or(0).wrapping_add(0xA076_1D64_78BD_642F);
    }
}

impl Hasher for StableHasher {
    fn write(&mut self, bytes: &[u8]) {
        for chunk in bytes.chunks(8) {
            let mut word = [0; 8];
            word[..chunk.len()].copy_from_slice(chunk);
            self.mix(u64::from_le_bytes(word));
        }
    }
    fn write_u8(&mut self, n: u8) {
        self.mix(u64::from(n));
    }
    fn write_u16(&mut self, n: u16) {
        self.mix(u64::from(n));
    }
    fn write_u32(&mut self, n: u32) {
        self.mix(u64::from(n));
    }
    fn write_u64(&mut self, n: u64) {
        self.mix(n);
    }
    fn write_usize(&mut self, n: usize) {
        self.mix(n as u64);
    }
    fn write_i8(&mut self, n: i8) {
        self.mix(i64::from(n).cast_unsigned());
    }
    fn write_i16(&mut self, n: i16) {
        self.mix(i64::from(n).cast_unsigned());
    }
    fn write_i32(&mut self, n: i32) {
        self.mix(i64::from(n).cast_unsigned());
    }
    fn write_i64(&mut self, n: i64) {
        self.mix(n.cast_unsigned());
    }
    fn write_isize(&mut self, n: isize) {
        self.mix((n as i64).cast_unsigned());
    }
    fn finish(&self) -> u64 {
        let mut last = self.clone();
        last.mix(0);
        last.0
    }
}

/// What identifies a sequence of events: equal on every platform for the same setup, seed and actions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct EventHash(pub u64);

impl EventHash {
    /// The hash of events in their order.
    pub fn of(events: impl IntoIterator<Item = impl Borrow<Event>>) -> Self {
        let mut hasher = StableHasher::default();
        for event in events {
            event.borrow().hash(&mut hasher);
        }
        EventHash(hasher.finish())
    }
}

impl fmt::Display for EventHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

/// The stable hash of anything, such as a cluster.
pub fn stable_hash(what: &impl Hash) -> u64 {
    let mut hasher = StableHasher::default();
    what.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_width_of_usize_does_not_matter() {
        assert_eq!(stable_hash(&7usize), stable_hash(&7u64));
        assert_eq!(stable_hash(&-7isize), stable_hash(&-7i64));
    }

    #[test]
    fn the_hash_never_changes() {
        assert_eq!(stable_hash(&(1u8, -1i64, "highwater", [1u16, 2])), 12_615_953_582_570_806_427);
    }
}
