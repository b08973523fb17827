//! A small hash that is the same on every platform.

use highwater_core::event::Event;
pub use highwater_core::hash::{StableHasher, stable_hash};
use std::borrow::Borrow;
use std::fmt;
use std::hash::{Hash, Hasher};

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
