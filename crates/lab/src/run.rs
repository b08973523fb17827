//! Playing a scenario to its end at once.

use crate::error::LabError;
use crate::scenario::Scenario;
use crate::timeline::Timeline;
use std::sync::Arc;

/// A scenario played to its end, with another seed or other settings if they are given.
///
/// # Errors
/// A setting is not accepted, or the cluster cannot be built.
pub fn to_end(
    scenario: Arc<Scenario>,
    seed: Option<u64>,
    overrides: &[(String, String)],
) -> Result<Timeline, LabError> {
    let mut timeline = Timeline::new(scenario, seed, overrides)?;
    timeline.to_end();
    Ok(timeline)
}
