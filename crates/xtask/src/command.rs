//! Running other programs, and saying in one line why one failed.

use std::ffi::OsStr;
use std::fmt::Display;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::{Result, project};

/// Any error as its message.
pub(crate) fn text(error: impl Display) -> String {
    error.to_string()
}

/// Adds what was being done to an error's message.
pub(crate) fn doing<E: Display>(what: impl Display) -> impl Fn(E) -> String {
    move |error| format!("{what}: {error}")
}

/// The cargo that runs this task, in the root of the workspace.
pub(crate) fn cargo<S: AsRef<OsStr>>(args: impl IntoIterator<Item = S>) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(project::root()).args(args);
    command
}

/// A program of the npm package under `tests/browser`.
pub(crate) fn npm<S: AsRef<OsStr>>(program: &str, args: impl IntoIterator<Item = S>) -> Command {
    let script = cfg!(windows) && program != "node";
    let mut command = Command::new(if script { format!("{program}.cmd") } else { program.to_owned() });
    command.current_dir(project::browser()).args(args);
    command
}

/// Runs a command to its end, its output going where ours goes.
pub(crate) fn run(command: &mut Command) -> Result {
    let status = command.status().map_err(|error| failed_to_start(command, &error))?;
    if status.success() { Ok(()) } else { Err(format!("`{}` failed ({status})", name(command))) }
}

/// Runs a command to its end and returns what it printed.
pub(crate) fn output(command: &mut Command) -> Result<String> {
    let output =
        command.stderr(Stdio::inherit()).output().map_err(|error| failed_to_start(command, &error))?;
    if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    } else {
        Err(format!("`{}` failed ({})", name(command), output.status))
    }
}

/// Runs `cargo build` with these arguments and returns the file it made of binary `bin`.
pub(crate) fn build(bin: &str, args: &[&str]) -> Result<PathBuf> {
    let messages =
        output(cargo(["build", "--message-format=json-render-diagnostics", "--bin", bin]).args(args))?;
    messages
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .filter(|message| message["reason"] == "compiler-artifact" && message["target"]["name"] == bin)
        .find_map(|message| message["executable"].as_str().map(PathBuf::from))
        .ok_or_else(|| format!("cargo did not say where it put {bin}"))
}

fn failed_to_start(command: &Command, error: &std::io::Error) -> String {
    format!("`{}` could not be started: {error}", name(command))
}

fn name(command: &Command) -> String {
    let program = PathBuf::from(command.get_program());
    let mut words = vec![program.file_stem().unwrap_or_default().to_string_lossy().into_owned()];
    words.extend(command.get_args().map(|arg| arg.to_string_lossy().into_owned()));
    words.join(" ")
}
