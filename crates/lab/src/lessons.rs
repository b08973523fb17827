//! The lessons that come with Highwater, so that they are there wherever the program is.

use crate::error::ScenarioError;
use crate::scenario::{Origin, Scenario};

/// A lesson.
#[derive(Clone, Copy, Debug)]
pub struct Lesson {
    /// Its directory's name.
    pub id: &'static str,
}

/// Names and texts stand apart: a program that has no use for the texts does not bring them along.
macro_rules! lessons {
    ($($id:literal),*) => {
        /// All lessons, in the order in which they are taught; the first is what a first visit shows.
        pub static ALL: &[Lesson] = &[$(Lesson { id: $id }),*];

        fn source(id: &str) -> &'static str {
            match id {
                $($id => include_str!(concat!("../../../static/lessons/", $id, "/lesson.toml")),)*
                _ => "",
            }
        }
    };
}

lessons!["acks-1-loses-data", "acks-all-survives", "unclean-election"];

/// The lesson of this name.
pub fn find(id: &str) -> Option<&'static Lesson> {
    ALL.iter().find(|lesson| lesson.id == id)
}

impl Lesson {
    /// The text of `lesson.toml`.
    pub fn source(&self) -> &'static str {
        source(self.id)
    }

    /// Reads the lesson.
    ///
    /// # Errors
    /// What is wrong with its file.
    pub fn scenario(&self) -> Result<Scenario, ScenarioError> {
        let file = format!("static/lessons/{}/lesson.toml", self.id);
        let scenario = Scenario::parse(self.id, &file, self.source())?;
        Ok(Scenario { origin: Origin::Lesson, ..scenario })
    }
}

/// The text of [`standard_workload`].
pub(crate) const STANDARD: &str = include_str!("standard.toml");

/// The workload that speed is measured with: 5 brokers, 12 partitions, 3 replicas, acks=all, steady produce and consume.
///
/// # Errors
/// Its file is wrong.
pub fn standard_workload() -> Result<Scenario, ScenarioError> {
    Scenario::parse("standard", "standard.toml", STANDARD)
}
