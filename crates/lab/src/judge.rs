//! Questions and challenges, answered by the engine: nobody writes the right answer down.

use crate::error::LabError;
use crate::question::Choice;
use crate::run;
use crate::scenario::Scenario;
use crate::timeline::Timeline;
use highwater_core::action::Intervention;
use highwater_core::config;
use std::sync::Arc;

/// For every question of a scenario, which choices are right: found by playing it to the end.
///
/// # Errors
/// The scenario cannot be played.
pub fn right_answers(scenario: &Arc<Scenario>) -> Result<Vec<Vec<bool>>, LabError> {
    let played = run::to_end(scenario.clone(), None, &[])?;
    let right = |choice: &Choice| choice.right_if.holds(played.ledger(), |name| played.record_called(name));
    Ok(scenario.questions.iter().map(|question| question.choices.iter().map(right).collect()).collect())
}

/// How an attempt at a challenge stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// The scenario is not over yet in this branch.
    Running,
    /// Done.
    Won,
    /// Over, and the goal does not hold.
    Missed,
    /// The goal may hold, but more was changed than the challenge allows.
    TooManyChanges {
        /// How many settings were changed.
        changed: usize,
    },
    /// A setting was changed that the challenge does not allow.
    NotAllowed {
        /// Which.
        setting: String,
    },
    /// Something other than a setting was touched.
    Meddled,
}

/// How the timeline's branch, at its position, stands against the scenario's challenge; none where there is none.
pub fn challenge(timeline: &Timeline) -> Option<Standing> {
    let challenge = timeline.scenario().challenge.as_ref()?;
    let mut changed: Vec<&'static str> = Vec::new();
    let mut change = |name: &str| -> Option<Standing> {
        let Ok(setting) = config::find(name) else {
            return Some(Standing::NotAllowed { setting: name.into() });
        };
        let allowed = challenge.settings.is_empty()
            || challenge.settings.iter().any(|s| (s.scope, s.name) == (setting.scope, setting.name));
        if !allowed {
            return Some(Standing::NotAllowed { setting: setting.name.into() });
        }
        if !changed.contains(&setting.name) {
            changed.push(setting.name);
        }
        None
    };
    for (name, _) in timeline.overrides() {
        if let Some(foul) = change(name) {
            return Some(foul);
        }
    }
    for act in timeline.acts().filter(|act| act.step < timeline.position()) {
        let foul = match &act.what {
            Intervention::SetConfig { name, .. } => change(name),
            _ => Some(Standing::Meddled),
        };
        if foul.is_some() {
            return foul;
        }
    }
    if changed.len() > usize::from(challenge.changes) {
        return Some(Standing::TooManyChanges { changed: changed.len() });
    }
    if !timeline.is_finished() {
        return Some(Standing::Running);
    }
    let holds = challenge.goal.holds(timeline.ledger(), |name| timeline.record_called(name));
    Some(if holds { Standing::Won } else { Standing::Missed })
}
