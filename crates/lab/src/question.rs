//! What a lesson asks: predictions and challenges. The engine answers ([`crate::judge`]).

use crate::packed::packed;
use crate::predicate::Predicate;
use crate::text::Text;
use highwater_core::config::Setting;

/// A prediction to make.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// What is asked.
    pub ask: Text,
    /// What may be answered.
    pub choices: Vec<Choice>,
}

/// A possible answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// What it says.
    pub text: Text,
    /// It is right if this holds at the end of the lesson as it was written.
    pub right_if: Predicate,
}

/// Something to achieve by changing settings.
#[derive(Clone, Debug)]
pub struct Challenge {
    /// What is asked.
    pub ask: Text,
    /// What must hold at the end.
    pub goal: Predicate,
    /// The settings that may be changed; empty: any.
    pub settings: Vec<&'static Setting>,
    /// How many of them at most.
    pub changes: u8,
    /// A hint.
    pub hint: Option<Text>,
}

packed!(struct Question { ask, choices });
packed!(struct Choice { text, right_if });
packed!(struct Challenge { ask, goal, settings, changes, hint });
