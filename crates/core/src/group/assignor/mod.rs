//! Who gets which partition (§8).

pub mod range;
