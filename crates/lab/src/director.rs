//! The director follows a scenario's script: which cue is due when, what is said, whether it is over.
//!
//! Its state is a function of what has happened, so it needs no recording: replaying the steps brings it back.

use crate::command::Command;
use crate::condition::{Condition, Happened, Meaning};
use crate::scenario::{Scenario, Trigger};
use highwater_core::action::Intervention;
use highwater_core::cluster::Cluster;
use highwater_core::error::Refused;
use highwater_core::event::EventKind;
use highwater_core::ids::{NodeId, RecordId};
use highwater_core::time::{Micros, NEVER};

/// How far a condition is fulfilled.
#[derive(Clone, Copy, Debug)]
struct Watch {
    /// How many of its facts have happened.
    met: usize,
    /// When what waits for it is due.
    due: Micros,
}

impl Watch {
    fn of(trigger: &Trigger) -> Self {
        Watch { met: 0, due: trigger.at.unwrap_or(NEVER) }
    }

    /// Takes note of what happened. Gives true when that fulfils the condition.
    fn see(&mut self, condition: &Condition, happened: &Happened<'_>, meaning: &Meaning<'_>) -> bool {
        if self.met >= condition.len() || !condition.is_met(self.met, happened, meaning) {
            return false;
        }
        self.met += 1;
        self.met == condition.len()
    }
}

/// Where the script stands.
#[derive(Clone, Debug)]
pub(crate) struct Director {
    cues: Vec<Watch>,
    /// How many commands of each cue are done.
    done: Vec<usize>,
    captions: Vec<usize>,
    end: Watch,
    /// The caption that is shown.
    caption: Option<usize>,
    /// Records by the script's names.
    records: Vec<(String, RecordId)>,
    /// Nodes by the script's names.
    called: Vec<(String, NodeId)>,
    /// A record's name, until the record is created.
    expected: Option<String>,
    finished: bool,
    /// Commands that were not possible, by cue and place in the cue.
    refused: Vec<(usize, usize, Refused)>,
}

/// A command that is due.
#[derive(Clone, Debug)]
pub(crate) struct Due {
    pub(crate) at: Micros,
    cue: usize,
}

impl Director {
    pub(crate) fn new(scenario: &Scenario) -> Self {
        Director {
            cues: scenario.script.iter().map(|cue| Watch::of(&cue.trigger)).collect(),
            done: vec![0; scenario.script.len()],
            captions: vec![0; scenario.captions.len()],
            end: Watch::of(&scenario.end),
            caption: scenario.captions.iter().rposition(|caption| caption.when.is_none()),
            records: Vec::new(),
            called: Vec::new(),
            expected: None,
            finished: false,
            refused: Vec::new(),
        }
    }

    /// The command that comes next, once time gets there.
    pub(crate) fn next(&self, scenario: &Scenario) -> Option<Due> {
        let open =
            self.cues.iter().enumerate().filter(|(i, _)| self.done[*i] < scenario.script[*i].commands.len());
        let (cue, watch) = open.min_by_key(|(_, watch)| watch.due)?;
        (watch.due != NEVER).then_some(Due { at: watch.due, cue })
    }

    /// Whether the next command to come is the first of this cue.
    pub(crate) fn is_next(&self, due: &Due, cue: usize) -> bool {
        due.cue == cue && self.done[cue] == 0
    }

    /// What the command that is due means now. From then on it counts as done, even if it is refused.
    pub(crate) fn take(&mut self, scenario: &Scenario, due: &Due, cluster: &Cluster) -> Option<Intervention> {
        let place = self.done[due.cue];
        let command = &scenario.script[due.cue].commands[place];
        self.done[due.cue] += 1;
        let what = command.resolve(cluster, &|name| self.node_called(name));
        let what = match what.and_then(|what| cluster.check(&what).map(|()| what)) {
            Ok(what) => what,
            Err(refused) => {
                self.refused.push((due.cue, place, refused));
                return None;
            }
        };
        match (command, &what) {
            (Command::Send { name, .. }, _) => self.expected.clone_from(name),
            (
                Command::Process { name: Some(name), .. },
                Intervention::Crash { node, .. }
                | Intervention::Restart(node)
                | Intervention::Pause(node)
                | Intervention::Resume(node)
                | Intervention::Shutdown(node),
            ) => {
                self.called.retain(|(known, _)| known != name);
                self.called.push((name.clone(), *node));
            }
            _ => {}
        }
        Some(what)
    }

    /// A command has been carried out or refused, and everything it caused at once has been seen.
    pub(crate) fn carried_out(&mut self, scenario: &Scenario, due: &Due, cluster: &Cluster) {
        self.expected = None;
        let cue = &scenario.script[due.cue];
        if self.done[due.cue] == cue.commands.len()
            && let Some(id) = &cue.id
        {
            self.see(scenario, &Happened::Done(id), cluster);
        }
    }

    /// Takes note of what happened.
    pub(crate) fn see(&mut self, scenario: &Scenario, happened: &Happened<'_>, cluster: &Cluster) {
        if let Happened::Event(event) = happened {
            match &event.kind {
                // The bulk of all events, of which no condition speaks.
                EventKind::Delivered { .. } | EventKind::TimerFired(_) => return,
                EventKind::RecordCreated { record, .. } => {
                    if let Some(name) = self.expected.take() {
                        self.records.push((name, *record));
                    }
                }
                _ => {}
            }
        }
        let (now, metadata) = (cluster.now(), cluster.metadata());
        let Director { cues, captions, end, records, called, .. } = self;
        let meaning = Meaning {
            metadata,
            record: &|name| record_called(records, scenario, name),
            called: &|name| called.iter().find(|(known, _)| known == name).map(|(_, node)| *node),
        };
        for (watch, cue) in cues.iter_mut().zip(&scenario.script) {
            if let Some(condition) = &cue.trigger.condition
                && watch.see(condition, happened, &meaning)
            {
                watch.due = watch.due.min(now.saturating_add(cue.trigger.after));
            }
        }
        if let Some(condition) = &scenario.end.condition
            && end.see(condition, happened, &meaning)
        {
            end.due = end.due.min(now.saturating_add(scenario.end.after));
        }
        for (i, (met, caption)) in captions.iter_mut().zip(&scenario.captions).enumerate() {
            let Some(condition) = &caption.when else { continue };
            let mut watch = Watch { met: *met, due: NEVER };
            if watch.see(condition, happened, &meaning) {
                self.caption = Some(i);
            }
            *met = watch.met;
        }
    }

    /// Time has come to `now`, and the next step will not be before `next`.
    pub(crate) fn end_of_step(&mut self, now: Micros, next: Option<Micros>) {
        self.finished |= self.end.due <= now || next.is_none_or(|next| self.end.due < next);
    }

    pub(crate) fn is_finished(&self) -> bool {
        self.finished
    }

    pub(crate) fn caption(&self) -> Option<usize> {
        self.caption
    }

    /// Commands that were not possible when they were due, in their own words, and why.
    pub(crate) fn refused(&self, scenario: &Scenario) -> impl Iterator<Item = (String, &Refused)> {
        let command = |cue: usize, place: usize| scenario.script[cue].commands[place].to_string();
        self.refused.iter().map(move |(cue, place, why)| (command(*cue, *place), why))
    }

    pub(crate) fn record_called(&self, scenario: &Scenario, name: &str) -> Option<RecordId> {
        record_called(&self.records, scenario, name)
    }

    fn node_called(&self, name: &str) -> Option<NodeId> {
        self.called.iter().find(|(known, _)| known == name).map(|(_, node)| *node)
    }
}

/// The record of this name: one that the script sends, otherwise `m7` is the seventh record there was.
fn record_called(records: &[(String, RecordId)], scenario: &Scenario, name: &str) -> Option<RecordId> {
    if let Some((_, id)) = records.iter().find(|(known, _)| known == name) {
        return Some(*id);
    }
    let sent_by_script =
        scenario.script.iter().flat_map(|cue| &cue.commands).any(|command| command.sends() == Some(name));
    if sent_by_script { None } else { name.strip_prefix('m')?.parse().ok().map(RecordId) }
}
