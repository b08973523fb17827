//! Questions and challenges, answered by the engine: nobody writes the right answer down.

use crate::error::LabError;
use crate::ledger::{Counts, Entry, Fate, Ledger};
use crate::run;
use crate::scenario::Scenario;
use crate::scenario::packed::packed;
use crate::text::Text;
use crate::timeline::Timeline;
use crate::words::Words;
use highwater_core::action::Intervention;
use highwater_core::config::{self, Setting};
use highwater_core::ids::RecordId;
use std::sync::Arc;

/// A statement about what became of the records: `lost > 0 and acked = 6`, `m5 is lost`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Predicate {
    clauses: Vec<Clause>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Clause {
    Count { name: String, relation: Relation, number: u32 },
    Fate { record: String, is: bool, fate: Fate },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Relation {
    Below,
    AtMost,
    Equal,
    AtLeast,
    Above,
}

impl Relation {
    const ALL: [(Relation, &'static str); 5] = [
        (Relation::Below, "<"),
        (Relation::AtMost, "<="),
        (Relation::Equal, "="),
        (Relation::AtLeast, ">="),
        (Relation::Above, ">"),
    ];

    fn holds(self, a: u32, b: u32) -> bool {
        match self {
            Relation::Below => a < b,
            Relation::AtMost => a <= b,
            Relation::Equal => a == b,
            Relation::AtLeast => a >= b,
            Relation::Above => a > b,
        }
    }
}

packed!(struct Predicate { clauses });
packed!(enum Clause { Count { name, relation, number }, Fate { record, is, fate } });
packed!(
    enum Relation {
        Below,
        AtMost,
        Equal,
        AtLeast,
        Above,
    }
);
packed!(struct Question { ask, choices });
packed!(struct Choice { text, right_if });
packed!(struct Challenge { ask, goal, settings, changes, hint });

/// The most clauses of a predicate.
const MOST_CLAUSES: usize = 8;

impl Predicate {
    /// Reads a predicate.
    ///
    /// # Errors
    /// What is wrong with the words.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut words = Words::of(text)?;
        let mut clauses = vec![Clause::read(&mut words)?];
        while words.take("and") {
            clauses.push(Clause::read(&mut words)?);
        }
        words.end()?;
        if clauses.len() > MOST_CLAUSES {
            return Err(format!("has more than {MOST_CLAUSES} parts"));
        }
        Ok(Predicate { clauses })
    }

    /// Whether it is true now. `record` knows the records by the script's names.
    pub fn holds(&self, ledger: &Ledger, record: impl Fn(&str) -> Option<RecordId>) -> bool {
        self.clauses.iter().all(|clause| match clause {
            Clause::Count { name, relation, number } => {
                ledger.counts().get(name).is_some_and(|count| relation.holds(count, *number))
            }
            Clause::Fate { record: name, is, fate } => {
                let found = record(name).and_then(|id| ledger.record(id)).map(Entry::fate);
                found.is_some_and(|found| (found == *fate) == *is)
            }
        })
    }

    /// The records it speaks of.
    pub(crate) fn records(&self) -> impl Iterator<Item = &str> {
        self.clauses.iter().filter_map(|clause| match clause {
            Clause::Fate { record, .. } => Some(record.as_str()),
            Clause::Count { .. } => None,
        })
    }
}

impl Clause {
    fn read(words: &mut Words) -> Result<Self, String> {
        let subject = words.next("a count or a record")?;
        if Counts::default().get(&subject).is_some() {
            let sign = words.next("`<`, `<=`, `=`, `>=` or `>`")?;
            let relation = Relation::ALL.into_iter().find(|(_, known)| *known == sign);
            let relation =
                relation.ok_or_else(|| format!("expected `<`, `<=`, `=`, `>=` or `>`, not `{sign}`"))?.0;
            return Ok(Clause::Count { name: subject, relation, number: words.number("a number")? });
        }
        words.expect("is").map_err(|_| format!("`{subject}` is neither a count nor followed by `is`"))?;
        let is = !words.take("not");
        let name = words.next("a fate")?;
        let fate = Fate::ALL.into_iter().find(|fate| fate.name() == name);
        let fate = fate.ok_or_else(|| format!("`{name}` is not a fate such as `lost` or `safe`"))?;
        Ok(Clause::Fate { record: subject, is, fate })
    }
}

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

/// For every question of a scenario, which choices are right: found by playing it to the end.
///
/// # Errors
/// The scenario cannot be played.
pub fn right_answers(scenario: &Arc<Scenario>) -> Result<Vec<Vec<bool>>, LabError> {
    let played = run::to_end(scenario.clone(), None, &[])?;
    let right = |choice: &Choice| choice.right_if.holds(played.ledger(), |name| played.record_called(name));
    Ok(scenario.questions.iter().map(|question| question.choices.iter().map(right).collect()).collect())
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
