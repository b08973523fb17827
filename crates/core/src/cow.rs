//! A growing list that is cheap to copy: a clone shares all but what changes afterwards.

use std::sync::Arc;

/// Items per chunk. A copy followed by one push copies at most this many items and a pointer per chunk.
const CHUNK: usize = 32;

/// A list of chunks behind shared pointers. All chunks but the last are full.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct CowList<T> {
    chunks: Vec<Arc<Vec<T>>>,
}

impl<T> Default for CowList<T> {
    fn default() -> Self {
        CowList { chunks: Vec::new() }
    }
}

impl<T: Clone> CowList<T> {
    /// How many items the list holds.
    pub fn len(&self) -> usize {
        self.chunks.last().map_or(0, |last| (self.chunks.len() - 1) * CHUNK + last.len())
    }

    /// Whether the list holds nothing.
    pub fn is_empty(&self) -> bool {
        self.chunks.is_empty()
    }

    /// The item at a place, from 0.
    pub fn get(&self, at: usize) -> Option<&T> {
        self.chunks.get(at / CHUNK)?.get(at % CHUNK)
    }

    /// The item at a place, to be changed; copies its chunk if it is shared.
    pub fn get_mut(&mut self, at: usize) -> Option<&mut T> {
        let chunk = self.chunks.get_mut(at / CHUNK)?;
        if at % CHUNK < chunk.len() { Arc::make_mut(chunk).get_mut(at % CHUNK) } else { None }
    }

    /// The last item.
    pub fn last(&self) -> Option<&T> {
        self.chunks.last()?.last()
    }

    /// Adds an item at the end.
    pub fn push(&mut self, item: T) {
        match self.chunks.last_mut() {
            Some(last) if last.len() < CHUNK => Arc::make_mut(last).push(item),
            _ => {
                let mut chunk = Vec::with_capacity(CHUNK);
                chunk.push(item);
                self.chunks.push(Arc::new(chunk));
            }
        }
    }

    /// Keeps the first `len` items.
    pub fn truncate(&mut self, len: usize) {
        self.chunks.truncate(len.div_ceil(CHUNK));
        if let Some(last) = self.chunks.last_mut() {
            let keep = len - (len - 1) / CHUNK * CHUNK;
            if keep < last.len() {
                Arc::make_mut(last).truncate(keep);
            }
        }
    }

    /// The items in order.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &T> + Clone {
        self.chunks.iter().flat_map(|chunk| chunk.iter())
    }

    /// The items from a place on.
    pub fn iter_from(&self, at: usize) -> impl Iterator<Item = &T> {
        let chunk = at / CHUNK;
        self.chunks.iter().skip(chunk).flat_map(|chunk| chunk.iter()).skip(at - chunk * CHUNK)
    }

    /// The first place whose item fails `pred`, in a list where all that pass come first.
    pub fn partition_point(&self, mut pred: impl FnMut(&T) -> bool) -> usize {
        let chunk = self.chunks.partition_point(|chunk| chunk.last().is_some_and(&mut pred));
        match self.chunks.get(chunk) {
            Some(c) => chunk * CHUNK + c.partition_point(pred),
            None => self.len(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn behaves_as_a_vec(steps in prop::collection::vec(prop_oneof![
            4 => (0..1000u32).prop_map(Some), 1 => Just(None)], 0..300), cut in 0..200usize) {
            let (mut list, mut vec) = (CowList::default(), Vec::new());
            let mut copies = Vec::new();
            for step in steps {
                if let Some(n) = step {
                    list.push(n);
                    vec.push(n);
                } else {
                    copies.push((list.clone(), vec.clone()));
                    let keep = vec.len().saturating_sub(cut);
                    list.truncate(keep);
                    vec.truncate(keep);
                }
                prop_assert_eq!(list.len(), vec.len());
                prop_assert_eq!(list.last(), vec.last());
            }
            copies.push((list, vec));
            for (list, vec) in copies {
                prop_assert!(list.iter().eq(vec.iter()));
                let half = vec.len() / 2;
                prop_assert!(list.iter_from(half).eq(vec[half..].iter()));
                let mut sorted = vec.clone();
                sorted.sort_unstable();
                let mut sorted_list = CowList::default();
                for n in &sorted {
                    sorted_list.push(*n);
                }
                prop_assert_eq!(sorted_list.partition_point(|n| *n < 500), sorted.partition_point(|n| *n < 500));
            }
        }
    }
}
