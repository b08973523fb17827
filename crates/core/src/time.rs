//! Virtual time: whole microseconds since the cluster started.

/// An instant or a span, in microseconds.
pub type Micros = u64;

/// One millisecond.
pub const MS: Micros = 1_000;
/// One second.
pub const SECOND: Micros = 1_000_000;
/// A deadline that never comes.
pub const NEVER: Micros = Micros::MAX;

/// A configuration value in milliseconds as a span; negative values count as zero.
pub fn from_ms(ms: i64) -> Micros {
    Micros::try_from(ms).unwrap_or(0).saturating_mul(MS)
}
