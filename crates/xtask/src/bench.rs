//! `cargo xtask bench`: what is measured, beside what is aimed at.

use std::collections::BTreeMap;
use std::hint::black_box;
use std::time::Instant;

use serde_json::Value;

use crate::{Result, bundle, chromium, command, project, server, setup};

/// What is measured in the browser, each by the script of that name in `tests/browser/bench`.
const SCRIPTS: [&str; 5] = ["engine", "load", "frame", "memory", "lighthouse"];

/// One figure and its aim.
struct Figure {
    key: &'static str,
    name: &'static str,
    aim: Aim,
}

enum Aim {
    AtLeast(f64),
    AtMost(f64),
    /// At most this, or the measurement fails: what is added is not paid for by everybody's first visit.
    Budget(f64),
    /// Told because it explains another.
    None,
}

use Aim::{AtLeast, AtMost, Budget};

const fn figure(key: &'static str, name: &'static str, aim: Aim) -> Figure {
    Figure { key, name, aim }
}

/// The most bytes of a first visit.
const FIRST_LOAD: f64 = 250_000.0;

impl Figure {
    /// What is to be said where a budget does not hold.
    fn overrun(&self, measured: &Measured) -> Option<String> {
        let Budget(budget) = self.aim else { return None };
        let (value, _) = *measured.get(self.key).filter(|(value, _)| *value > budget)?;
        Some(format!("{}: {}, {} over the budget", self.name, number(value), number(value - budget)))
    }
}

const FIGURES: [Figure; 31] = [
    figure("actions_per_s", "native: actions per second", AtLeast(1_000_000.0)),
    figure("bytes_per_checkpoint", "native: bytes per checkpoint", Aim::None),
    figure("seek_ms", "native: ms for a seek among 100,000 actions", Aim::None),
    figure("wasm_actions_per_s", "browser: actions per second", AtLeast(500_000.0)),
    figure("seek_ms_p50", "browser: ms for a seek among 100,000 actions, p50", Aim::None),
    figure("seek_ms_max", "browser: ms for a seek among 100,000 actions, longest", AtMost(50.0)),
    figure("standard_script_ms_p50", "stage 5 × 12: ms of script per frame, p50", Aim::None),
    figure("standard_script_ms_p90", "stage 5 × 12: ms of script per frame, p90", Aim::None),
    figure("standard_script_ms_p95", "stage 5 × 12: ms of script per frame, p95", AtMost(2.5)),
    figure("standard_script_ms_p99", "stage 5 × 12: ms of script per frame, p99", Aim::None),
    figure(
        "standard_frames_per_s_throttled",
        "stage 5 × 12: frames per second, CPU 4 times slower",
        AtLeast(60.0),
    ),
    figure("wide_script_ms_p50", "stage 9 × 24: ms of script per frame, p50", Aim::None),
    figure("wide_script_ms_p90", "stage 9 × 24: ms of script per frame, p90", Aim::None),
    figure("wide_script_ms_p95", "stage 9 × 24: ms of script per frame, p95", AtMost(2.5)),
    figure("wide_script_ms_p99", "stage 9 × 24: ms of script per frame, p99", Aim::None),
    figure(
        "wide_frames_per_s_throttled",
        "stage 9 × 24: frames per second, CPU 4 times slower",
        AtLeast(60.0),
    ),
    figure("first_load_bytes", "load: bytes before the page can be used, brotli", Budget(FIRST_LOAD)),
    figure("later_bytes", "load: bytes of the parts that come later", Aim::None),
    figure("stage_ms", "load: ms until the stage is seen, gzip", AtMost(150.0)),
    figure("stage_ms_throttled", "load: the same, CPU 4 times slower", AtMost(450.0)),
    figure("usable_ms", "load: ms until the page can be used, gzip", Aim::None),
    figure("usable_ms_throttled", "load: the same, CPU 4 times slower", Aim::None),
    figure("lcp_ms", "load: ms until the largest text is seen, gzip", Aim::None),
    figure("lcp_ms_throttled", "load: the same, CPU 4 times slower", Aim::None),
    figure("layout_shift", "load: cumulative layout shift", AtMost(0.0)),
    figure("script_mb", "memory: MB of JavaScript and DOM after 60 s of play", Aim::None),
    figure("wasm_mb", "memory: MB of WASM after 60 s of play", Aim::None),
    figure("memory_mb", "memory: MB in all after 60 s of play", AtMost(20.0)),
    figure("lighthouse_performance", "Lighthouse: performance", AtLeast(100.0)),
    figure("lighthouse_accessibility", "Lighthouse: accessibility", AtLeast(100.0)),
    figure("lighthouse_best_practices", "Lighthouse: best practices", AtLeast(100.0)),
];

/// Measures everything, or what is named, and prints it. A missed aim is no failure; a missing figure or a budget that
/// does not hold is.
pub(crate) fn run(args: &[String]) -> Result {
    if let Some(unknown) = args.iter().find(|arg| *arg != "native" && !SCRIPTS.contains(&arg.as_str())) {
        return Err(format!("`{unknown}` is not measured, only native, {}", SCRIPTS.join(", ")));
    }
    let wanted = |name: &&str| args.is_empty() || args.iter().any(|arg| arg == name);
    let mut measured = BTreeMap::new();
    let mut failures = Vec::new();
    if wanted(&"native") {
        note(timed(native), &mut measured, &mut failures);
    }
    let scripts: Vec<&str> = SCRIPTS.into_iter().filter(wanted).collect();
    if !scripts.is_empty() {
        let bench = Browser::start()?;
        for script in scripts {
            note(timed(|| bench.measure(script)), &mut measured, &mut failures);
        }
    }
    print!("\n{}", table(&measured));
    failures.extend(FIGURES.iter().filter_map(|figure| figure.overrun(&measured)));
    if failures.is_empty() { Ok(()) } else { Err(failures.join("\n")) }
}

type Figures = BTreeMap<String, f64>;

/// Every figure, and how long the reference loop took beside it.
type Measured = BTreeMap<String, (f64, f64)>;

fn note(result: Result<Measured>, measured: &mut Measured, failures: &mut Vec<String>) {
    match result {
        Ok(figures) => measured.extend(figures),
        Err(error) => failures.push(error),
    }
}

/// Takes a measurement between two runs of the reference loop, of which the slower one counts.
fn timed(measure: impl FnOnce() -> Result<Figures>) -> Result<Measured> {
    let before = reference();
    let figures = measure()?;
    let reference = before.max(reference());
    Ok(figures.into_iter().map(|(key, value)| (key, (value, reference))).collect())
}

/// Milliseconds that one and the same work takes: it tells how busy the machine was, so that figures of two days can be
/// compared.
fn reference() -> f64 {
    const ROUNDS: u32 = 20_000_000;
    let start = Instant::now();
    let mut noise = 1u32;
    for _ in 0..black_box(ROUNDS) {
        noise ^= noise << 13;
        noise ^= noise >> 17;
        noise ^= noise << 5;
    }
    black_box(noise);
    start.elapsed().as_secs_f64() * 1000.0
}

/// The command line's own measurement.
fn native() -> Result<Figures> {
    println!("Measuring native …");
    let highwater = command::build("highwater", &["--release", "--package", "highwater-cli"])?;
    command::output(std::process::Command::new(highwater).arg("bench")).map(|printed| figures(&printed))
}

/// Everything that the scripts need: the page served twice, and a browser.
struct Browser {
    best: server::Server,
    gzip: server::Server,
    chromium: std::path::PathBuf,
}

impl Browser {
    fn start() -> Result<Self> {
        setup::npm_packages()?;
        let chromium = chromium::ensure()?;
        print!("{}", bundle::release()?);
        let dist = project::dist();
        Ok(Self {
            best: server::start(&dist, 0, server::Encoding::Best)?,
            gzip: server::start(&dist, 0, server::Encoding::Gzip)?,
            chromium,
        })
    }

    fn measure(&self, script: &str) -> Result<Figures> {
        println!("Measuring {script} …");
        let mut node = command::npm("node", [format!("bench/{script}.mjs")]);
        node.env("HIGHWATER_URL", self.best.url())
            .env("HIGHWATER_GZIP_URL", self.gzip.url())
            .env("HIGHWATER_CHROMIUM", &self.chromium);
        command::output(&mut node).map(|printed| figures(&printed))
    }
}

/// Every number in the JSON objects among the printed lines.
fn figures(printed: &str) -> Figures {
    printed
        .lines()
        .filter_map(|line| serde_json::from_str::<BTreeMap<String, Value>>(line).ok())
        .flatten()
        .filter_map(|(key, value)| Some((key, value.as_f64()?)))
        .collect()
}

fn table(measured: &Measured) -> String {
    let mut lines =
        vec![format!("{:<54} {:>12} {:>14} {:>13}\n", "figure", "measured", "aim", "reference ms")];
    for Figure { key, name, aim } in FIGURES {
        let Some(&(value, reference)) = measured.get(key) else { continue };
        let (aim, met) = match aim {
            AtLeast(aim) => (format!("≥ {}", number(aim)), value >= aim),
            AtMost(aim) | Budget(aim) => (format!("≤ {}", number(aim)), value <= aim),
            Aim::None => (String::new(), true),
        };
        let missed = if met { "" } else { "  missed" };
        lines.push(format!("{name:<54} {:>12} {aim:>14} {reference:>13.0}{missed}\n", number(value)));
    }
    lines.concat()
}

/// A number with what precision it deserves: `1,234,567`, `56`, `2.5`.
fn number(value: f64) -> String {
    if value.abs() < 100.0 {
        let text = format!("{value:.1}");
        return text.strip_suffix(".0").map_or(text.clone(), str::to_owned);
    }
    let digits = format!("{value:.0}");
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missed_aim_is_told_beside_the_figure() {
        let printed = "Loading\n{\"actions_per_s\": 2345678.9}\n{\"wide_script_ms_p95\": 2.55}\n";
        let table = table(&timed(|| Ok(figures(printed))).expect("it does not fail"));
        let lines: Vec<&str> = table.lines().collect();
        assert!(lines[1].contains("2,345,679    ≥ 1,000,000 "), "{table}");
        assert!(lines[2].contains("≤ 2.5 ") && lines[2].ends_with("  missed"), "{table}");
    }

    #[test]
    fn a_budget_that_does_not_hold_is_a_failure() {
        let overruns = |printed: &str| -> Vec<String> {
            let measured = timed(|| Ok(figures(printed))).expect("it does not fail");
            FIGURES.iter().filter_map(|figure| figure.overrun(&measured)).collect()
        };
        assert!(overruns("{\"first_load_bytes\": 250000, \"stage_ms\": 9999}").is_empty());
        let [overrun] = &overruns("{\"first_load_bytes\": 250600}")[..] else { panic!("one budget") };
        assert!(overrun.contains("250,600, 600 over"), "{overrun}");
    }

    #[test]
    fn numbers_are_written_to_be_read() {
        assert_eq!(
            [0.25, 60.0, 99.9, 100.4, 1000.0, 250_000.0].map(number),
            ["0.2", "60", "99.9", "100", "1,000", "250,000"]
        );
    }
}
