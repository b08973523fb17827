//! The lessons that come with Highwater, so that they are there wherever the program is.

use crate::error::ScenarioError;
use crate::scenario::Scenario;

/// A lesson's file.
#[derive(Clone, Copy, Debug)]
pub struct Lesson {
    /// Its directory's name.
    pub id: &'static str,
    /// The text of `lesson.toml`.
    pub source: &'static str,
}

macro_rules! lessons {
    ($($id:literal),*) => {
        &[$(Lesson { id: $id, source: include_str!(concat!("../../../static/lessons/", $id, "/lesson.toml")) }),*]
    };
}

/// All lessons, in the order in which they are taught; the first is what a first visit shows.
pub static ALL: &[Lesson] = lessons!["acks-1-loses-data", "acks-all-survives", "unclean-election"];

/// The lesson of this name.
pub fn find(id: &str) -> Option<&'static Lesson> {
    ALL.iter().find(|lesson| lesson.id == id)
}

impl Lesson {
    /// Reads the lesson.
    ///
    /// # Errors
    /// What is wrong with its file.
    pub fn scenario(&self) -> Result<Scenario, ScenarioError> {
        Scenario::parse(self.id, &format!("static/lessons/{}/lesson.toml", self.id), self.source)
    }
}

/// The workload that speed is measured with: 5 brokers, 12 partitions, 3 replicas, acks=all, steady produce and consume.
///
/// # Errors
/// Its file is wrong.
pub fn standard_workload() -> Result<Scenario, ScenarioError> {
    Scenario::parse("standard", "standard.toml", include_str!("standard.toml"))
}
