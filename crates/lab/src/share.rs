//! A timeline as the part of a web address after `#`: readable, and nothing in it is trusted.
//!
//! ```text
//! v=1&lesson=acks-1-loses-data&seed=7&set=acks:all&do=120:kill+broker+1&at=150
//! ```
//! `v` is the version, `lesson` the scenario's id (or `toml` its whole text), `seed` the seed, `set` a setting that was
//! changed before the first step, `do` an intervention in plain words with the steps taken before it, `at` the position.
//! The branch that is shown travels; its past is written out, so the other branches are not needed.

use crate::command::Command;
use crate::lessons;
use crate::scenario::{LONGEST_FILE, Scenario};
use crate::timeline::Timeline;
use highwater_core::config;
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
    /// Why, without a full stop.
    pub reason: String,
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
    /// It names neither a lesson nor a text that can be read.
    NoScenario(String),
}

impl fmt::Display for ShareError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ShareError::TooLong => write!(f, "the link is longer than {LONGEST_LINK} bytes"),
            ShareError::NewerVersion(v) => {
                write!(f, "the link is of version {v}; this program reads up to {VERSION}")
            }
            ShareError::NoScenario(why) => f.write_str(why),
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
            None => Err("is not written as an address may be".to_string()),
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
                let reason = "something else is done at this step".to_string();
                rejected.push(Rejected { part: format!("do={step}:{command}"), reason });
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
        let known = lessons::find(&scenario.id).is_some_and(|lesson| *lesson.source == *scenario.source);
        let metadata = timeline.cluster().metadata();
        Shared {
            scenario: if known {
                Source::Lesson(scenario.id.clone())
            } else {
                Source::Text(scenario.source.to_string())
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
        match &self.scenario {
            Source::Lesson(id) => {
                let lesson = lessons::find(id)
                    .ok_or_else(|| ShareError::NoScenario(format!("there is no lesson {}", shorten(id))))?;
                lesson.scenario()
            }
            Source::Text(text) => Scenario::parse("shared", "link", text),
        }
        .map(Arc::new)
        .map_err(|e| ShareError::NoScenario(e.to_string()))
    }

    /// Plays the scenario up to the position. Parts that turn out not to be possible are listed.
    ///
    /// # Errors
    /// The scenario cannot be played.
    pub fn open(&self) -> Result<(Timeline, Vec<Rejected>), ShareError> {
        let scenario = self.load()?;
        let mut rejected = Vec::new();
        let mut overrides: Vec<(String, String)> = Vec::new();
        let no = |e: crate::error::LabError| ShareError::NoScenario(e.to_string());
        let mut timeline = Timeline::new(scenario.clone(), self.seed, &overrides).map_err(no)?;
        for (name, value) in &self.overrides {
            overrides.push((name.clone(), value.clone()));
            match Timeline::new(scenario.clone(), self.seed, &overrides) {
                Ok(with) => timeline = with,
                Err(e) => {
                    overrides.pop();
                    rejected.push(Rejected {
                        part: shorten(&format!("set={name}:{value}")),
                        reason: e.to_string(),
                    });
                }
            }
        }
        for (step, command) in &self.acts {
            timeline.run_to(*step);
            let what = command.resolve(timeline.cluster(), &|_| None);
            if let Err(refused) = what.and_then(|what| timeline.act(what)) {
                let part = shorten(&format!("do={step}:{command}"));
                rejected.push(Rejected { part, reason: refused.to_string() });
            }
        }
        match self.position {
            Some(position) => timeline.run_to(position),
            None => timeline.to_opening(),
        }
        Ok((timeline, rejected))
    }

    /// Takes up one part. The inner error rejects the part, the outer one the link.
    fn read(&mut self, name: &str, value: &str) -> Result<Result<(), String>, ShareError> {
        let step = |text: &str| match text.parse::<usize>() {
            Ok(step) if step <= MOST_STEPS => Ok(step),
            Ok(_) => Err(format!("goes beyond {MOST_STEPS} steps")),
            Err(_) => Err("is not a number of steps".to_string()),
        };
        Ok(match name {
            "v" => match value.parse::<u32>() {
                Ok(1..=VERSION) => Ok(()),
                _ => return Err(ShareError::NewerVersion(shorten(value))),
            },
            "lesson" if lessons::find(value).is_some() => {
                self.scenario = Source::Lesson(value.into());
                Ok(())
            }
            "lesson" => Err("there is no such lesson".into()),
            "toml" if value.len() > LONGEST_FILE => Err("is too long".into()),
            "toml" => {
                self.scenario = Source::Text(value.into());
                Ok(())
            }
            "seed" => value.parse().map(|seed| self.seed = Some(seed)).map_err(|_| "is not a seed".into()),
            "at" => step(value).map(|step| self.position = Some(step)),
            "set" => self.read_setting(value),
            "do" => match value.split_once(':') {
                None => Err("is not written as `step:command`".into()),
                Some(_) if self.acts.len() >= MOST_PARTS => {
                    Err(format!("more than {MOST_PARTS} are not read"))
                }
                Some((at, text)) => step(at).and_then(|step| {
                    let command = Command::parse(text)?;
                    self.acts.push((step, command));
                    Ok(())
                }),
            },
            _ => Err("is not known".into()),
        })
    }

    fn read_setting(&mut self, text: &str) -> Result<(), String> {
        let (name, value) = text.split_once(':').ok_or("is not written as `name:value`")?;
        if self.overrides.len() >= MOST_PARTS {
            return Err(format!("more than {MOST_PARTS} are not read"));
        }
        let setting = config::find(name).map_err(|e| e.reason.to_string())?;
        setting.parse(value).map_err(|e| e.reason.to_string())?;
        self.overrides.push((name.into(), value.into()));
        Ok(())
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
