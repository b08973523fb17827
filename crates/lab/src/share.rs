//! A timeline as the part of a web address after `#`: readable, and nothing in it is trusted.
//!
//! ```text
//! v=1&lesson=acks-1-loses-data&seed=7&set=acks:all&do=120:kill+broker+1&at=150
//! ```
//! `v` is the version, `lesson` the scenario's id (or `toml` its whole text), `seed` the seed, `set` a setting that was
//! changed before the first step, `do` an intervention in plain words with the steps taken before it, `at` the position.
//! The branch that is shown travels; its past is written out, so the other branches are not needed.

use crate::command::Command;
use crate::error::LabError;
use crate::lessons;
use crate::scenario::{LONGEST_FILE, Origin, Scenario};
use crate::timeline::Timeline;
use highwater_core::config::{self, ConfigError};
use highwater_core::error::Refused;
use std::fmt;
use std::sync::Arc;

/// The version this program writes, and the newest it reads.
pub const VERSION: u32 = 1;

/// The longest link that is read, in bytes.
pub const LONGEST_LINK: usize = 200_000;
/// The most steps that a link may ask to be computed.
pub const MOST_STEPS: usize = 200_000;
/// The most settings, and the most interventions.
const MOST_PARTS: usize = 500;

/// What a link carries.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shared {
    /// The scenario.
    pub scenario: Source,
    /// The seed, where it is not the scenario's own.
    pub seed: Option<u64>,
    /// Settings changed before the first step.
    pub overrides: Vec<(String, String)>,
    /// What was done after how many steps, in the order of doing.
    pub acts: Vec<(usize, Command)>,
    /// Steps taken.
    pub position: Option<usize>,
}

/// Where the scenario comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// A lesson of this program.
    Lesson(String),
    /// The link itself.
    Text(String),
}

impl Default for Source {
    fn default() -> Self {
        Source::Lesson(lessons::ALL.first().map_or_else(String::new, |lesson| lesson.id.into()))
    }
}

/// A part of a link that was not used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejected {
    /// The part as it was written, shortened.
    pub part: String,
    /// Why.
    pub reason: Reason,
}

/// Why a part of a link is not used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// It is not written as an address may be.
    NotDecodable,
    /// No part has this name.
    Unknown,
    /// There is no such lesson.
    NoSuchLesson,
    /// It is too long.
    TooLong,
    /// It is not a whole number.
    NotANumber,
    /// It goes beyond [`MOST_STEPS`].
    TooManySteps,
    /// There are more of its kind than are read.
    TooMany,
    /// It lacks the colon: `set=name:value`, `do=step:command`.
    NoColon,
    /// Something else is done at this step.
    SameStepTwice,
    /// The command cannot be read: what is wrong with its words, in English.
    Words(String),
    /// The setting is not accepted.
    Config(ConfigError),
    /// What is to be done is not possible at that moment.
    Refused(Refused),
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Reason::NotDecodable => "is not written as an address may be",
            Reason::Unknown => "is not known",
            Reason::NoSuchLesson => "there is no such lesson",
            Reason::TooLong => "is too long",
            Reason::NotANumber => "is not a whole number",
            Reason::TooManySteps => return write!(f, "goes beyond {MOST_STEPS} steps"),
            Reason::TooMany => return write!(f, "more than {MOST_PARTS} are not read"),
            Reason::NoColon => "lacks its colon",
            Reason::SameStepTwice => "something else is done at this step",
            Reason::Words(reason) => reason,
            Reason::Config(error) => return error.fmt(f),
            Reason::Refused(refused) => return refused.fmt(f),
        })
    }
}

impl fmt::Display for Rejected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.part, self.reason)
    }
}

/// A link of which nothing can be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ShareError {
    /// It is too long.
    TooLong,
    /// A newer program wrote it.
    NewerVersion(String),
    /// There is no lesson of this name.
    NoSuchLesson(String),
    /// The scenario in the link cannot be read or played.
    Scenario(LabError),
}

impl fmt::Display for ShareError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ShareError::TooLong => write!(f, "the link is longer than {LONGEST_LINK} bytes"),
            ShareError::NewerVersion(v) => {
                write!(f, "the link is of version {v}; this program reads up to {VERSION}")
            }
            ShareError::NoSuchLesson(id) => write!(f, "there is no lesson {id}"),
            ShareError::Scenario(error) => error.fmt(f),
        }
    }
}
impl std::error::Error for ShareError {}

/// Writes a timeline's branch and position.
pub fn encode(timeline: &Timeline) -> String {
    Shared::of(timeline).encode()
}

/// Reads a link. Parts that cannot be used are listed beside what can.
///
/// # Errors
/// Nothing can be used.
pub fn decode(link: &str) -> Result<(Shared, Vec<Rejected>), ShareError> {
    if link.len() > LONGEST_LINK {
        return Err(ShareError::TooLong);
    }
    let mut shared = Shared::default();
    let mut rejected = Vec::new();
    for part in link.trim_start_matches('#').split('&').filter(|part| !part.is_empty()) {
        let (name, value) = part.split_once('=').unwrap_or((part, ""));
        let outcome = match unescape(value) {
            Some(value) => shared.read(name, &value)?,
            None => Err(Reason::NotDecodable),
        };
        if let Err(reason) = outcome {
            rejected.push(Rejected { part: shorten(part), reason });
        }
    }
    if shared.acts.windows(2).any(|pair| pair[0].0 >= pair[1].0) {
        shared.acts.sort_by_key(|(step, _)| *step);
        let mut taken = None;
        shared.acts.retain(|(step, command)| {
            let free = taken != Some(*step);
            taken = Some(*step);
            if !free {
                let part = shorten(&format!("do={step}:{command}"));
                rejected.push(Rejected { part, reason: Reason::SameStepTwice });
            }
            free
        });
    }
    Ok((shared, rejected))
}

impl Shared {
    /// What has to be known to get back to a timeline's position.
    pub fn of(timeline: &Timeline) -> Self {
        let scenario = timeline.scenario();
        let metadata = timeline.cluster().metadata();
        Shared {
            scenario: match &scenario.origin {
                Origin::Lesson => Source::Lesson(scenario.id.clone()),
                Origin::Text(text) => Source::Text(text.to_string()),
            },
            seed: Some(timeline.seed()).filter(|seed| *seed != scenario.setup.seed),
            overrides: timeline.overrides().to_vec(),
            acts: timeline
                .acts()
                .filter(|act| act.step < timeline.position())
                .filter_map(|act| Some((act.step, Command::of(&act.what, metadata)?)))
                .collect(),
            position: Some(timeline.position()),
        }
    }

    /// Writes the link.
    pub fn encode(&self) -> String {
        let mut link = format!("v={VERSION}");
        let mut part = |name: &str, value: &str| {
            link.push('&');
            link.push_str(name);
            link.push('=');
            escape(value, &mut link);
        };
        match &self.scenario {
            Source::Lesson(id) => part("lesson", id),
            Source::Text(text) => part("toml", text),
        }
        if let Some(seed) = self.seed {
            part("seed", &seed.to_string());
        }
        for (name, value) in &self.overrides {
            part("set", &format!("{name}:{value}"));
        }
        for (step, command) in &self.acts {
            part("do", &format!("{step}:{command}"));
        }
        if let Some(position) = self.position {
            part("at", &position.to_string());
        }
        link
    }

    /// The scenario that is meant.
    ///
    /// # Errors
    /// There is no such lesson, or the text is not a scenario.
    pub fn load(&self) -> Result<Arc<Scenario>, ShareError> {
        let scenario = match &self.scenario {
            Source::Lesson(id) => {
                lessons::find(id).ok_or_else(|| ShareError::NoSuchLesson(shorten(id)))?.scenario()
            }
            Source::Text(text) => return read(text),
        };
        scenario.map(Arc::new).map_err(|e| ShareError::Scenario(e.into()))
    }

    /// Reads the scenario that is meant, and plays it.
    ///
    /// # Errors
    /// It cannot be read, or not be played.
    pub fn open(&self) -> Result<(Timeline, Vec<Rejected>), ShareError> {
        self.play(&self.load()?)
    }

    /// Plays the scenario, which is the one that is meant, up to the position. Parts that turn out not to be possible
    /// are listed.
    ///
    /// # Errors
    /// The scenario cannot be played.
    pub fn play(&self, scenario: &Arc<Scenario>) -> Result<(Timeline, Vec<Rejected>), ShareError> {
        let mut rejected = Vec::new();
        let mut overrides: Vec<(String, String)> = Vec::new();
        let mut timeline = Timeline::new(scenario.clone(), self.seed, &[]).map_err(ShareError::Scenario)?;
        for (name, value) in &self.overrides {
            overrides.push((name.clone(), value.clone()));
            match Timeline::new(scenario.clone(), self.seed, &overrides) {
                Ok(with) => timeline = with,
                Err(LabError::Config(error)) => {
                    overrides.pop();
                    let part = shorten(&format!("set={name}:{value}"));
                    rejected.push(Rejected { part, reason: Reason::Config(error) });
                }
                Err(error) => return Err(ShareError::Scenario(error)),
            }
        }
        for (step, command) in &self.acts {
            timeline.run_to(*step);
            let what = command.resolve(timeline.cluster(), &|_| None);
            if let Err(refused) = what.and_then(|what| timeline.act(what)) {
                let part = shorten(&format!("do={step}:{command}"));
                rejected.push(Rejected { part, reason: Reason::Refused(refused) });
            }
        }
        match self.position {
            Some(position) => timeline.run_to(position),
            None => timeline.to_opening(),
        }
        Ok((timeline, rejected))
    }

    /// Takes up one part. The inner error rejects the part, the outer one the link.
    fn read(&mut self, name: &str, value: &str) -> Result<Result<(), Reason>, ShareError> {
        Ok(match name {
            "v" => match value.parse::<u32>() {
                Ok(1..=VERSION) => Ok(()),
                _ => return Err(ShareError::NewerVersion(shorten(value))),
            },
            "lesson" if lessons::find(value).is_some() => {
                self.scenario = Source::Lesson(value.into());
                Ok(())
            }
            "lesson" => Err(Reason::NoSuchLesson),
            "toml" if value.len() > LONGEST_FILE => Err(Reason::TooLong),
            "toml" => {
                self.scenario = Source::Text(value.into());
                Ok(())
            }
            "seed" => value.parse().map(|seed| self.seed = Some(seed)).map_err(|_| Reason::NotANumber),
            "at" => read_step(value).map(|step| self.position = Some(step)),
            "set" => self.read_setting(value),
            "do" => self.read_act(value),
            _ => Err(Reason::Unknown),
        })
    }

    fn read_setting(&mut self, text: &str) -> Result<(), Reason> {
        let (name, value) = text.split_once(':').ok_or(Reason::NoColon)?;
        if self.overrides.len() >= MOST_PARTS {
            return Err(Reason::TooMany);
        }
        let setting = config::find(name).map_err(Reason::Config)?;
        setting.parse(value).map_err(Reason::Config)?;
        self.overrides.push((name.into(), value.into()));
        Ok(())
    }

    fn read_act(&mut self, text: &str) -> Result<(), Reason> {
        let (step, command) = text.split_once(':').ok_or(Reason::NoColon)?;
        if self.acts.len() >= MOST_PARTS {
            return Err(Reason::TooMany);
        }
        let step = read_step(step)?;
        self.acts.push((step, Command::parse(command).map_err(Reason::Words)?));
        Ok(())
    }
}

/// Reads the scenario whose text a link carries.
///
/// # Errors
/// What is wrong with the text.
pub fn read(text: &str) -> Result<Arc<Scenario>, ShareError> {
    Scenario::parse("shared", "link", text).map(Arc::new).map_err(|e| ShareError::Scenario(e.into()))
}

fn read_step(text: &str) -> Result<usize, Reason> {
    match text.parse::<usize>() {
        Ok(step) if step <= MOST_STEPS => Ok(step),
        Ok(_) => Err(Reason::TooManySteps),
        Err(_) => Err(Reason::NotANumber),
    }
}

/// Characters that may stand in an address as they are, and do not separate parts.
fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-_.~:,;/!*'()@=".contains(&byte)
}

fn escape(text: &str, link: &mut String) {
    for byte in text.bytes() {
        match byte {
            b' ' => link.push('+'),
            _ if is_plain(byte) => link.push(char::from(byte)),
            _ => {
                const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
                link.push('%');
                link.push(char::from(DIGITS[usize::from(byte >> 4)]));
                link.push(char::from(DIGITS[usize::from(byte & 15)]));
            }
        }
    }
}

fn unescape(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let mut digit = || char::from(rest.next()?).to_digit(16);
                u8::try_from(digit()? * 16 + digit()?).ok()?
            }
            _ => byte,
        });
    }
    String::from_utf8(bytes).ok()
}

/// Enough of a text to recognise it.
fn shorten(text: &str) -> String {
    const KEPT: usize = 60;
    match text.char_indices().nth(KEPT) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_string(),
    }
}
