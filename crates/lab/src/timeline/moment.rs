//! Everything at one position, and the step to the next.

use crate::condition::Happened;
use crate::director::Director;
use crate::ledger::{FateChange, Ledger};
use crate::scenario::Scenario;
use highwater_core::action::{Action, Intervention};
use highwater_core::cluster::Cluster;
use highwater_core::event::Event;
use highwater_core::time::Micros;

/// Everything at one position.
#[derive(Clone, Debug)]
pub(super) struct Moment {
    pub(super) cluster: Cluster,
    pub(super) ledger: Ledger,
    pub(super) director: Director,
}

impl Moment {
    pub(super) fn next_time(&self, scenario: &Scenario) -> Option<Micros> {
        let next = self.cluster.next_action().map(|(at, _)| at);
        let due = self.director.next(scenario).map(|due| due.at.max(self.cluster.now()));
        match (next, due) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        }
    }

    pub(super) fn is_before_cue(&self, scenario: &Scenario, cue: usize) -> bool {
        let Some(due) = self.director.next(scenario) else { return false };
        self.director.is_next(&due, cue) && self.cluster.next_action().is_none_or(|(at, _)| due.at <= at)
    }

    /// Takes one step: what a person does, or else what the script or the cluster does next.
    pub(super) fn advance(
        &mut self,
        scenario: &Scenario,
        act: Option<&Intervention>,
        events: &mut Vec<Event>,
        changes: &mut Vec<FateChange>,
    ) -> bool {
        let next = self.cluster.next_action();
        let due = self.director.next(scenario);
        let due = due.filter(|due| act.is_none() && next.as_ref().is_none_or(|(at, _)| due.at <= *at));
        match (act, &due, next) {
            (Some(what), ..) => {
                // It was checked when it was done; should it be refused all the same, nothing happens in this step.
                let _ = self.cluster.step(&Action::Do(what.clone()), events);
            }
            (None, Some(due), _) => {
                self.cluster.wait_until(due.at);
                if let Some(what) = self.director.take(scenario, due, &self.cluster) {
                    let _ = self.cluster.step(&Action::Do(what), events);
                }
            }
            (None, None, Some((_, action))) => {
                let _ = self.cluster.step(&action, events);
            }
            (None, None, None) => return false,
        }
        let Moment { cluster, ledger, director } = self;
        for event in events.iter() {
            ledger.observe(event);
            director.see(scenario, &Happened::Event(event), cluster);
            for change in ledger.take_changes() {
                director.see(scenario, &Happened::Fate(change), cluster);
                changes.push(change);
            }
        }
        if let Some(due) = due {
            director.carried_out(scenario, &due, cluster);
        }
        let next = self.next_time(scenario);
        self.director.end_of_step(self.cluster.now(), next);
        true
    }
}
