//! `highwater run`: a lesson played to its end.

use crate::options::{Output, Run};
use crate::{Failure, print};
use highwater_lab::lessons;
use highwater_lab::run;
use highwater_lab::scenario::{LONGEST_FILE, Scenario};
use highwater_lab::timeline::Timeline;
use highwater_lab::trace;
use serde_json::{Map, Value, json};
use std::fmt::Write as _;
use std::io::Read as _;
use std::path::Path;
use std::sync::Arc;

/// Plays a lesson or a file.
pub(crate) fn run(options: &Run) -> Result<(), Failure> {
    let scenario = match lessons::find(&options.lesson) {
        Some(lesson) => lesson.scenario()?,
        None => read(Path::new(&options.lesson))?,
    };
    let played = run::to_end(Arc::new(scenario), options.seed, &options.settings)?;
    match options.output {
        Output::Json => print(&format!("{}\n", outcome(&played))),
        Output::Trace => print(&trace::write(&played, options.lang)),
        Output::Summary => print(&summary(&played)),
    }
}

/// Reads a lesson file; a directory stands for the `lesson.toml` in it.
pub(crate) fn read(path: &Path) -> Result<Scenario, Failure> {
    let path = if path.is_dir() { path.join("lesson.toml") } else { path.to_path_buf() };
    let name = path.display().to_string();
    let failed = |e: std::io::Error| Failure(format!("{name}: {e}"));
    if !path.exists() {
        return Err(Failure(format!("{name}: neither a lesson nor a file; see highwater lessons")));
    }
    // One byte more than is allowed, so that the parser refuses what is too long.
    let mut text = String::new();
    let longest = u64::try_from(LONGEST_FILE).unwrap_or(u64::MAX);
    std::fs::File::open(&path)
        .map_err(failed)?
        .take(longest + 1)
        .read_to_string(&mut text)
        .map_err(failed)?;
    let id =
        path.parent().and_then(Path::file_name).map_or_else(String::new, |id| id.to_string_lossy().into());
    Ok(Scenario::parse(&id, &name, &text)?)
}

/// What became of all records, as one object.
pub(crate) fn outcome(played: &Timeline) -> Value {
    let counts = played.ledger().counts();
    let mut object: Map<String, Value> =
        counts.outcome().map(|(name, count)| (name.to_string(), json!(count))).collect();
    object.insert("steps".into(), json!(played.len()));
    object.insert("event_hash".into(), json!(played.event_hash().to_string()));
    Value::Object(object)
}

fn summary(played: &Timeline) -> String {
    let mut text = format!("{}\n", played.scenario().title.en);
    for (name, count) in played.ledger().counts().named() {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{count:>8} {}", name.replace('_', " "));
    }
    let _ = writeln!(text, "{:>8} steps", played.len());
    text
}
