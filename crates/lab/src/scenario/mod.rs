//! Lessons and other prepared scenes: a cluster, a script, and what is said about it.
//!
//! A scenario is a text file that a person writes; `docs/authoring.md` describes it. [`Scenario::parse`] is the only
//! parser there is: command line, tests and the build of the page all read lessons through it.

mod fields;
mod file;
mod names;
#[cfg(test)]
mod tests;
mod toml;

use crate::command::Command;
use crate::condition::Condition;
use crate::error::ScenarioError;
use crate::packed::{Packed, packed};
use crate::question::{Challenge, Question};
use crate::text::Text;
use highwater_core::setup::Setup;
use highwater_core::time::Micros;
use std::sync::Arc;

/// The version of the file format that this parser reads.
pub const SCHEMA: i64 = 1;

/// The longest scenario file that is read, in bytes.
pub const LONGEST_FILE: usize = 64 * 1024;

/// A cluster, a script, and what is said about it.
#[derive(Clone, Debug)]
pub struct Scenario {
    /// Its directory's name.
    pub id: String,
    /// Its title.
    pub title: Text,
    /// What it is about, in a sentence or two.
    pub summary: Text,
    /// The cluster.
    pub setup: Setup,
    /// What the script does, in the order of the file.
    pub script: Vec<Cue>,
    /// What is said while it runs.
    pub captions: Vec<Caption>,
    /// The cue before which the page opens it, by its place in the script.
    pub open: Option<usize>,
    /// When it is over.
    pub end: Trigger,
    /// Predictions to make before the run.
    pub questions: Vec<Question>,
    /// What has happened and why.
    pub explanation: Text,
    /// What to try afterwards.
    pub challenge: Option<Challenge>,
    /// Where it comes from.
    pub origin: Origin,
}

/// Where a scenario comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// It is the lesson of its name.
    Lesson,
    /// This text.
    Text(Arc<str>),
}

/// When something is to happen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trigger {
    /// When this has happened …
    pub condition: Option<Condition>,
    /// … and so much time has passed since,
    pub after: Micros,
    /// but at this time at the latest; without a condition, exactly then.
    pub at: Option<Micros>,
}

/// A step of the script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cue {
    /// Its name in conditions.
    pub id: Option<String>,
    /// When.
    pub trigger: Trigger,
    /// What is done, one command a step.
    pub commands: Vec<Command>,
}

/// A line said when something has happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caption {
    /// When; at once where there is no condition.
    pub when: Option<Condition>,
    /// What.
    pub text: Text,
}

impl Scenario {
    /// Reads a scenario file. `file` is its name in errors.
    ///
    /// # Errors
    /// The first thing that is wrong, with file, line and field.
    pub fn parse(id: &str, file: &str, text: &str) -> Result<Self, ScenarioError> {
        file::read(id, file, text)
    }

    /// A lesson in the form that [`unpack`](Self::unpack) reads: a program brings it along instead of the file.
    pub fn pack(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        Packed::pack(self, &mut bytes);
        bytes
    }

    /// Reads what [`pack`](Self::pack) wrote, in a program of the same build; none if it did not.
    pub fn unpack(mut bytes: &[u8]) -> Option<Self> {
        Packed::unpack(&mut bytes)
    }
}

packed!(struct Trigger { condition, after, at });
packed!(struct Cue { id, trigger, commands });
packed!(struct Caption { when, text });
packed!(struct Scenario {
    id, title, summary, setup, script, captions, open, end, questions, explanation, challenge, origin
});

/// A packed scenario is a lesson of the program: it has no text.
impl Packed for Origin {
    fn pack(&self, _: &mut Vec<u8>) {}

    fn unpack(_: &mut &[u8]) -> Option<Self> {
        Some(Origin::Lesson)
    }
}
