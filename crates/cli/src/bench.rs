//! `highwater bench`: how fast the engine is on the standard workload.

use crate::{Failure, print};
use highwater_core::cluster::Cluster;
use highwater_core::hash::stable_hash;
use highwater_lab::lessons;
use highwater_lab::timeline::Timeline;
use peak_alloc::PeakAlloc;
use serde_json::json;
use std::sync::Arc;
use std::time::Instant;

/// Counts bytes, so that a checkpoint's can be told.
#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

/// Actions of the first measurement.
const ACTIONS: u32 = 2_000_000;
/// States of the second: each a copy of the one before, one action on, and hashed.
const STATES: u32 = 300_000;
/// Actions of the timeline that is searched.
const TIMELINE: u32 = 100_000;
/// Seeks.
const SEEKS: u32 = 200;

/// Measures and prints one object.
pub(crate) fn bench() -> Result<(), Failure> {
    let scenario = Arc::new(lessons::standard_workload()?);
    let seconds = run_cluster(&scenario.setup)?;
    let searching = search_states()?;
    let mut timeline = Timeline::new(scenario, None, &[])?;
    let start = Instant::now();
    for _ in 0..TIMELINE {
        timeline.step();
    }
    let filling = start.elapsed().as_secs_f64();
    let with_checkpoints = MEMORY.current_usage();
    let checkpoints = timeline.checkpoints();
    let seek_ms = seek(&mut timeline);
    timeline.seek(timeline.len());
    timeline.forget_checkpoints();
    let without = MEMORY.current_usage();
    print(&format!(
        "{}\n",
        json!({
            "actions": ACTIONS,
            "seconds": seconds,
            "actions_per_s": (f64::from(ACTIONS) / seconds).round(),
            "states_per_s": (f64::from(STATES) / searching).round(),
            "timeline_actions_per_s": (f64::from(TIMELINE) / filling).round(),
            "bytes_per_checkpoint": with_checkpoints.saturating_sub(without) / checkpoints.max(1),
            "seek_ms": seek_ms,
        })
    ))
}

/// Seconds that the actions take on the cluster alone.
fn run_cluster(setup: &highwater_core::setup::Setup) -> Result<f64, Failure> {
    let mut cluster = Cluster::new(setup)?;
    let mut events = Vec::new();
    let start = Instant::now();
    for _ in 0..ACTIONS {
        let Some((_, action)) = cluster.next_action() else { break };
        cluster.step(&action, &mut events)?;
        events.clear();
    }
    Ok(start.elapsed().as_secs_f64())
}

/// Seconds that a search takes for its states, in the first lesson's cluster: copy, step, hash.
fn search_states() -> Result<f64, Failure> {
    let scenario = lessons::ALL[0].scenario()?;
    let mut cluster = Cluster::new(&scenario.setup)?;
    let (mut events, mut seen) = (Vec::new(), 0);
    let start = Instant::now();
    for _ in 0..STATES {
        let mut next = cluster.clone();
        let Some((_, action)) = next.next_action() else { break };
        next.step(&action, &mut events)?;
        events.clear();
        seen ^= stable_hash(&next);
        cluster = next;
    }
    std::hint::black_box(seen);
    Ok(start.elapsed().as_secs_f64())
}

/// The mean time of a seek to a random place, in milliseconds.
fn seek(timeline: &mut Timeline) -> f64 {
    let mut place: u64 = 1;
    let start = Instant::now();
    for _ in 0..SEEKS {
        place = place.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        timeline.seek(usize::try_from(place >> 33).unwrap_or(0) % timeline.len());
    }
    start.elapsed().as_secs_f64() * 1000.0 / f64::from(SEEKS)
}
