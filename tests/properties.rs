//! Named properties hold wherever the reference says they must, under random settings, faults and schedules, and are
//! broken where it says they can be (§12.1 of the project's Kafka reference).

#[allow(dead_code, missing_docs, unreachable_pub)]
mod wild;

use highwater_core::event::EventKind;
use highwater_core::setup::CommitOrder;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use wild::{Faults, Knobs, Wild, any_knobs};

const STEPS: usize = 2_000;

/// What holds whatever happens.
const ALWAYS: &[&str] = &["one-leader-per-epoch", "high-watermark-never-falls"];

/// What holds with clean elections while no machine loses what it wrote (P1, P3, P4, P7).
const CLEAN: &[&str] = &[
    "one-leader-per-epoch",
    "high-watermark-never-falls",
    "leader-has-all-committed",
    "log-matching",
    "high-watermark-within-isr",
    "consumed-content-never-changes",
];

fn run(knobs: &Knobs, faults: Faults, names: &[&'static str]) -> Result<(), TestCaseError> {
    let mut wild = Wild::new(&knobs.setup(), faults);
    for step in 0..STEPS {
        wild.step();
        if let Some(name) = wild.broken(names) {
            return Err(TestCaseError::fail(format!("{name} is broken at step {step}")));
        }
    }
    Ok(())
}

/// An ordinary run tries the same cases every time, so that it fails only when something changed.
/// `HIGHWATER_EFFORT=20` hunts twenty times as long, among others each time.
fn config(cases: u32) -> ProptestConfig {
    let effort: Option<u32> = std::env::var("HIGHWATER_EFFORT").ok().and_then(|n| n.parse().ok());
    ProptestConfig {
        cases: cases.saturating_mul(effort.unwrap_or(1)),
        rng_seed: effort.map_or(RngSeed::Fixed(1), |_| RngSeed::Random),
        failure_persistence: None,
        max_shrink_iters: 200,
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(config(250))]

    #[test]
    fn some_things_hold_whatever_happens(knobs in any_knobs()) {
        run(&knobs, Faults::All, ALWAYS)?;
    }

    #[test]
    fn with_clean_elections_and_no_power_loss_committed_records_stay(knobs in any_knobs()) {
        run(&Knobs { unclean: false, ..knobs }, Faults::NoPowerLoss, CLEAN)?;
    }

    #[test]
    fn with_acks_all_and_clean_elections_no_acked_record_is_lost(knobs in any_knobs()) {
        let knobs = Knobs { unclean: false, acks: "all", ..knobs };
        run(&knobs, Faults::NoPowerLoss, &["no-acked-record-lost"])?;
    }

    #[test]
    fn without_retries_no_record_is_written_twice(knobs in any_knobs()) {
        run(&Knobs { retries: false, ..knobs }, Faults::All, &["no-duplicates"])?;
    }

    #[test]
    fn without_faults_nothing_at_all_goes_wrong(knobs in any_knobs()) {
        let names: Vec<&str> = highwater_lab::properties::ALL.iter().map(|property| property.name).collect();
        run(&Knobs { jitter: knobs.jitter.min(300), ..knobs }, Faults::None, &names)?;
    }
}

/// The runs above mean something only if much happens in them.
#[test]
fn random_runs_are_eventful() {
    let mut elections = 0;
    let (mut acked, mut truncations, mut rebalances) = (0, 0, 0);
    for seed in 0..100 {
        let mut wild = Wild::new(&usual(seed * 2 + 1).setup(), Faults::All);
        for _ in 0..STEPS {
            wild.step();
            for event in wild.last_events() {
                match event.kind {
                    EventKind::LeaderElected { .. } => elections += 1,
                    EventKind::Truncated { .. } => truncations += 1,
                    EventKind::PartitionsAssigned { .. } => rebalances += 1,
                    _ => {}
                }
            }
        }
        acked += wild.ledger.counts().acked;
    }
    println!(
        "100 runs: {elections} elections, {truncations} truncations, {rebalances} rebalances, {acked} acked"
    );
    assert!(elections > 200 && truncations > 50 && rebalances > 100 && acked > 500);
}

/// Whether any of a few hundred random runs breaks the property.
fn is_broken_somewhere(name: &'static str, faults: Faults, knobs: impl Fn(u64) -> Knobs) -> bool {
    (0..400).any(|seed| {
        let mut wild = Wild::new(&knobs(seed * 2 + 1).setup(), faults);
        (0..STEPS).any(|_| {
            wild.step();
            wild.broken(&[name]).is_some()
        })
    })
}

/// Three brokers as most people run them.
fn usual(seed: u64) -> Knobs {
    Knobs {
        brokers: 3,
        partitions: 1,
        replication_factor: 3,
        producers: 1,
        consumers: 1,
        acks: "all",
        min_insync_replicas: 2,
        unclean: false,
        retries: true,
        in_flight: 5,
        auto_commit: true,
        commit: CommitOrder::default(),
        jitter: 300,
        seed,
    }
}

#[test]
fn acks_1_loses_records() {
    let knobs = |seed| Knobs { acks: "1", ..usual(seed) };
    assert!(is_broken_somewhere("no-acked-record-lost", Faults::NoPowerLoss, knobs));
}

#[test]
fn acks_0_loses_records() {
    let knobs = |seed| Knobs { acks: "0", ..usual(seed) };
    assert!(is_broken_somewhere("no-acked-record-lost", Faults::NoPowerLoss, knobs));
}

#[test]
fn unclean_election_loses_acked_records_and_changes_what_was_consumed() {
    let knobs = |seed| Knobs { unclean: true, min_insync_replicas: 1, ..usual(seed) };
    assert!(is_broken_somewhere("no-acked-record-lost", Faults::NoPowerLoss, knobs));
    assert!(is_broken_somewhere("leader-has-all-committed", Faults::NoPowerLoss, knobs));
    assert!(is_broken_somewhere("consumed-content-never-changes", Faults::NoPowerLoss, knobs));
}

#[test]
fn power_loss_of_the_last_in_sync_replica_loses_acked_records() {
    assert!(is_broken_somewhere("no-acked-record-lost", Faults::All, usual), "last replica standing (§4.9)");
    let single = |seed| Knobs { brokers: 1, replication_factor: 1, min_insync_replicas: 1, ..usual(seed) };
    assert!(is_broken_somewhere("no-acked-record-lost", Faults::All, single));
}

#[test]
fn retries_duplicate_and_reorder() {
    assert!(is_broken_somewhere("no-duplicates", Faults::NoPowerLoss, usual));
    assert!(is_broken_somewhere("order-kept", Faults::NoPowerLoss, usual));
}

#[test]
fn committing_before_processing_skips_records() {
    let knobs = |seed| Knobs { auto_commit: false, commit: CommitOrder::BeforeProcessing, ..usual(seed) };
    assert!(is_broken_somewhere("no-record-skipped", Faults::NoPowerLoss, knobs));
}

#[test]
fn a_crashed_consumer_repeats_records() {
    assert!(is_broken_somewhere("no-record-repeated", Faults::NoPowerLoss, usual));
}
