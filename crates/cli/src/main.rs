//! Highwater on the command line: lessons, key placement and measurements without a page.

mod bench;
mod lessons;
mod lint;
mod options;
mod run;

use options::{Command, Options};
use std::process::ExitCode;

/// What ends the program with code 2: one line on the standard error output.
struct Failure(String);

impl<E: std::error::Error> From<E> for Failure {
    fn from(error: E) -> Self {
        Failure(error.to_string())
    }
}

fn main() -> ExitCode {
    match options::read().and_then(act) {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure(reason)) => {
            eprintln!("highwater: {}", reason.lines().next().unwrap_or("something is wrong"));
            ExitCode::from(2)
        }
    }
}

fn act(options: Options) -> Result<(), Failure> {
    match options.command {
        Command::Help => print(options::HELP),
        Command::Version => print(concat!("highwater ", env!("CARGO_PKG_VERSION"), "\n")),
        Command::Run(options) => run::run(&options),
        Command::Partition { key, partitions } => {
            print(&format!("{}\n", highwater_core::producer::partition_for_key(key.as_bytes(), partitions)))
        }
        Command::Lessons => lessons::list(),
        Command::Lint(directory) => lint::lint(&directory),
        Command::Bench => bench::bench(),
    }
}

/// Writes to the standard output; whoever closed it has read enough.
fn print(text: &str) -> Result<(), Failure> {
    use std::io::Write as _;
    match std::io::stdout().write_all(text.as_bytes()) {
        Err(e) if e.kind() != std::io::ErrorKind::BrokenPipe => Err(e.into()),
        _ => Ok(()),
    }
}
