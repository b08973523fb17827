//! Hashing: the same on every platform, and done once for what is shared.

use std::hash::{Hash, Hasher};
use std::ops::Deref;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

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

/// The stable hash of anything, such as a cluster.
pub fn stable_hash(what: &(impl Hash + ?Sized)) -> u64 {
    let mut hasher = StableHasher::default();
    what.hash(&mut hasher);
    hasher.finish()
}

/// A value that copies share until one of them changes it, and whose hash is kept until then: a search that hashes one
/// state after another looks only at what has changed.
#[derive(Debug)]
pub struct Shared<T>(Arc<Kept<T>>);

#[derive(Debug)]
struct Kept<T> {
    /// 0 while it is not known.
    hash: AtomicU64,
    value: T,
}

impl<T: Clone> Clone for Kept<T> {
    fn clone(&self) -> Self {
        Kept { hash: AtomicU64::new(0), value: self.value.clone() }
    }
}

impl<T> Shared<T> {
    /// A value that nobody shares yet.
    pub fn new(value: T) -> Self {
        Shared(Arc::new(Kept { hash: AtomicU64::new(0), value }))
    }
}

impl<T: Clone> Shared<T> {
    /// The value, to be changed; copied first if it is shared.
    pub fn make_mut(&mut self) -> &mut T {
        let kept = Arc::make_mut(&mut self.0);
        *kept.hash.get_mut() = 0;
        &mut kept.value
    }
}

impl<T> Clone for Shared<T> {
    fn clone(&self) -> Self {
        Shared(Arc::clone(&self.0))
    }
}

impl<T> Deref for Shared<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0.value
    }
}

impl<T: PartialEq> PartialEq for Shared<T> {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || self.0.value == other.0.value
    }
}
impl<T: Eq> Eq for Shared<T> {}

impl<T: Hash> Hash for Shared<T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let mut hash = self.0.hash.load(Ordering::Relaxed);
        if hash == 0 {
            hash = stable_hash(&self.0.value).max(1);
            self.0.hash.store(hash, Ordering::Relaxed);
        }
        state.write_u64(hash);
    }
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

    #[test]
    fn a_change_is_seen_by_one_copy_and_its_hash() {
        let mut one = Shared::new(vec![1, 2]);
        let other = one.clone();
        assert_eq!(stable_hash(&one), stable_hash(&other));
        one.make_mut().push(3);
        assert_eq!((one.len(), other.len()), (3, 2));
        assert!(one != other && stable_hash(&one) != stable_hash(&other));
        one.make_mut().pop();
        assert!(one == other && stable_hash(&one) == stable_hash(&other));
    }
}
