//! What the program is asked to do.

use crate::Failure;
use lexopt::prelude::*;

/// How the program is used.
pub(crate) const HELP: &str = "\
Highwater: a Kafka cluster to look into

highwater run LESSON|FILE [--seed N] [--set name=value …] [--json | --trace] [--lang en|zh]
    play a lesson to its end; --json prints one object, --trace prints the story
highwater partition --key K --partitions N
    print the partition that a key goes to
highwater lessons
    list the lessons
highwater lint DIR
    check a lesson's directory
highwater bench
    run the standard workload and print how fast it was
";

/// The whole command line.
pub(crate) struct Options {
    pub(crate) command: Command,
}

/// What is to be done.
pub(crate) enum Command {
    Help,
    Version,
    Run(Run),
    Partition { key: String, partitions: u16 },
    Lessons,
    Lint(String),
    Bench,
}

/// What is printed of a run.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Output {
    Summary,
    Json,
    Trace,
}

/// A run.
pub(crate) struct Run {
    /// A lesson's name or a file's.
    pub(crate) lesson: String,
    pub(crate) seed: Option<u64>,
    pub(crate) settings: Vec<(String, String)>,
    pub(crate) output: Output,
    pub(crate) lang: highwater_lab::text::Lang,
}

/// Reads the command line.
pub(crate) fn read() -> Result<Options, Failure> {
    let mut parser = lexopt::Parser::from_env();
    let command = match parser.next()? {
        None | Some(Long("help") | Short('h')) => Command::Help,
        Some(Long("version") | Short('V')) => Command::Version,
        Some(Value(word)) => match word.string()?.as_str() {
            "help" => Command::Help,
            "run" => Command::Run(read_run(&mut parser)?),
            "partition" => read_partition(&mut parser)?,
            "lessons" => Command::Lessons,
            "lint" => Command::Lint(one_word(&mut parser, "lint needs a lesson's directory")?),
            "bench" => Command::Bench,
            other => return Err(Failure(format!("there is no command {other}; see highwater help"))),
        },
        Some(other) => return Err(other.unexpected().into()),
    };
    match parser.next()? {
        None => Ok(Options { command }),
        Some(other) => Err(other.unexpected().into()),
    }
}

fn one_word(parser: &mut lexopt::Parser, missing: &str) -> Result<String, Failure> {
    match parser.next()? {
        Some(Value(word)) => Ok(word.string()?),
        Some(other) => Err(other.unexpected().into()),
        None => Err(Failure(missing.into())),
    }
}

fn read_run(parser: &mut lexopt::Parser) -> Result<Run, Failure> {
    let mut lesson = None;
    let mut run = Run {
        lesson: String::new(),
        seed: None,
        settings: Vec::new(),
        output: Output::Summary,
        lang: highwater_lab::text::Lang::En,
    };
    let only_one = |run: &Run| match run.output {
        Output::Summary => Ok(()),
        _ => Err(Failure("--json and --trace exclude each other".into())),
    };
    while let Some(argument) = parser.next()? {
        match argument {
            Long("seed") => run.seed = Some(number(parser.value()?, "--seed")?),
            Long("set") => {
                let text = parser.value()?.string()?;
                let (name, value) = text
                    .split_once('=')
                    .ok_or_else(|| Failure(format!("--set {text}: expected name=value")))?;
                run.settings.push((name.into(), value.into()));
            }
            Long("json") => {
                only_one(&run)?;
                run.output = Output::Json;
            }
            Long("trace") => {
                only_one(&run)?;
                run.output = Output::Trace;
            }
            Long("lang") => {
                run.lang = match parser.value()?.string()?.as_str() {
                    "en" => highwater_lab::text::Lang::En,
                    "zh" => highwater_lab::text::Lang::Zh,
                    other => return Err(Failure(format!("--lang {other}: expected en or zh"))),
                }
            }
            Value(word) if lesson.is_none() => lesson = Some(word.string()?),
            other => return Err(other.unexpected().into()),
        }
    }
    run.lesson = lesson.ok_or_else(|| Failure("run needs a lesson's name or file".into()))?;
    Ok(run)
}

fn read_partition(parser: &mut lexopt::Parser) -> Result<Command, Failure> {
    let (mut key, mut partitions) = (None, None);
    while let Some(argument) = parser.next()? {
        match argument {
            Long("key") => key = Some(parser.value()?.string()?),
            Long("partitions") => partitions = Some(number::<u16>(parser.value()?, "--partitions")?),
            other => return Err(other.unexpected().into()),
        }
    }
    match (key, partitions) {
        (_, Some(0)) => Err(Failure("--partitions: must be at least 1".into())),
        (Some(key), Some(partitions)) => Ok(Command::Partition { key, partitions }),
        _ => Err(Failure("partition needs --key and --partitions".into())),
    }
}

fn number<T: std::str::FromStr>(value: std::ffi::OsString, option: &str) -> Result<T, Failure> {
    let text = value.string()?;
    text.parse().map_err(|_| Failure(format!("{option} {text}: not a number this option takes")))
}
