//! A run that can be walked through in both directions, and branched.
//!
//! A timeline is a scenario, a seed and what people did at which step; all else is derived. Every so many steps it keeps
//! a checkpoint; any position, and any event, is reached by replaying from the nearest one. Acting in the past grows a
//! branch that shares its past with the branch it grew from; no future is deleted.

mod history;
mod marker;
mod moment;

pub use history::Events;
pub use marker::{Marker, MarkerKind};

use crate::director::Director;
use crate::error::LabError;
use crate::hash::EventHash;
use crate::ledger::{Fate, FateChange, Ledger};
use crate::scenario::{Caption, Scenario};
use highwater_core::action::Intervention;
use highwater_core::cluster::Cluster;
use highwater_core::error::Refused;
use highwater_core::event::Event;
use highwater_core::ids::{EventId, RecordId};
use highwater_core::time::Micros;
use history::{Chapter, History};
use moment::Moment;
use std::rc::Rc;
use std::sync::Arc;

/// Steps between two checkpoints: few enough that replaying so many is not noticed (some ten milliseconds in a
/// browser), enough that a long timeline does not fill the memory (a checkpoint takes about 130 kB).
const CHECKPOINT_EVERY: usize = 8192;
/// How far [`Timeline::to_next_marker`] and the like compute ahead.
const FARTHEST: usize = 200_000;

/// Something a person did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Act {
    /// How many steps had been taken before.
    pub step: usize,
    /// What.
    pub what: Intervention,
}

/// A branch, as it is listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BranchInfo {
    /// The branch it grew from.
    pub parent: Option<usize>,
    /// How many steps it shares with its parent.
    pub fork_step: usize,
    /// The intervention that grew it.
    pub label: Option<Intervention>,
    /// Steps known in it.
    pub len: usize,
}

/// What a step came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepResult {
    /// One step forward.
    Stepped,
    /// Nothing can happen any more.
    Idle,
}

#[derive(Clone, Debug)]
struct Branch {
    acts: Vec<Act>,
    history: History,
    checkpoints: Vec<(usize, Arc<Moment>)>,
    markers: Vec<Marker>,
    /// Where it was left.
    position: usize,
}

/// A run that can be walked through, and branched.
#[derive(Clone, Debug)]
pub struct Timeline {
    /// Shared by its clones, and by nobody else.
    identity: Rc<()>,
    scenario: Arc<Scenario>,
    seed: u64,
    overrides: Vec<(String, String)>,
    branches: Vec<Branch>,
    infos: Vec<BranchInfo>,
    current: usize,
    position: usize,
    moment: Moment,
    /// What the last step brought. Scratch space.
    fresh: Vec<Event>,
    changes: Vec<FateChange>,
}

impl Timeline {
    /// A scenario at its first step, with another seed or other settings if they are given.
    ///
    /// # Errors
    /// A setting is not accepted, or the cluster cannot be built.
    pub fn new(
        scenario: Arc<Scenario>,
        seed: Option<u64>,
        overrides: &[(String, String)],
    ) -> Result<Timeline, LabError> {
        let mut setup = scenario.setup.clone();
        setup.seed = seed.unwrap_or(setup.seed);
        for (name, value) in overrides {
            setup.settings.set_text(name, value)?;
        }
        let cluster = Cluster::new(&setup)?;
        let ledger = Ledger::new(&cluster);
        let director = Director::new(&scenario);
        let moment = Moment { cluster, ledger, director };
        let branch = Branch {
            acts: Vec::new(),
            history: History::default(),
            checkpoints: vec![(0, Arc::new(moment.clone()))],
            markers: Vec::new(),
            position: 0,
        };
        Ok(Timeline {
            identity: Rc::new(()),
            scenario,
            seed: setup.seed,
            overrides: overrides.to_vec(),
            branches: vec![branch],
            infos: vec![BranchInfo { parent: None, fork_step: 0, label: None, len: 0 }],
            current: 0,
            position: 0,
            moment,
            fresh: Vec::new(),
            changes: Vec::new(),
        })
    }

    /// Tells this timeline from others: what was read from a branch of it stays true, because a branch only grows.
    pub fn identity(&self) -> &Rc<()> {
        &self.identity
    }

    /// The scenario that is played.
    pub fn scenario(&self) -> &Arc<Scenario> {
        &self.scenario
    }

    /// The seed.
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// Settings that were changed before the first step.
    pub fn overrides(&self) -> &[(String, String)] {
        &self.overrides
    }

    /// What people did in this branch, earliest first.
    pub fn acts(&self) -> impl Iterator<Item = &Act> {
        self.here().acts.iter()
    }

    /// The cluster at the position.
    pub fn cluster(&self) -> &Cluster {
        &self.moment.cluster
    }

    /// The ledger at the position.
    pub fn ledger(&self) -> &Ledger {
        &self.moment.ledger
    }

    /// Steps taken in this branch.
    pub fn position(&self) -> usize {
        self.position
    }

    /// Steps known in this branch.
    pub fn len(&self) -> usize {
        self.here().history.steps()
    }

    /// Whether no step is known yet.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Virtual time at the position.
    pub fn now(&self) -> Micros {
        self.moment.cluster.now()
    }

    /// Virtual time at a known position.
    pub fn time_at(&self, step: usize) -> Micros {
        self.events().get(self.events_before(step).wrapping_sub(1)).map_or(0, |event| event.at)
    }

    /// Events of the whole known branch; event n is at place n − 1.
    pub fn events(&self) -> Events<'_> {
        Events(self)
    }

    /// How many of the events have happened at the position.
    pub fn events_until_position(&self) -> usize {
        self.events_before(self.position)
    }

    /// The events of the last step before the position.
    pub fn last_events(&self) -> impl Iterator<Item = Event> {
        let from = self.events_before(self.position.saturating_sub(1));
        self.events().iter_from(from).take(self.events_before(self.position) - from)
    }

    /// Fates that changed in the step that was taken last.
    pub fn last_changes(&self) -> &[FateChange] {
        &self.changes
    }

    /// An event of this branch.
    pub fn event(&self, id: EventId) -> Option<Event> {
        self.events().get(usize::try_from(id.0).ok()?.checked_sub(1)?)
    }

    /// The position right after an event happened.
    pub fn step_of(&self, id: EventId) -> usize {
        let place = usize::try_from(id.0).unwrap_or(usize::MAX).saturating_sub(1);
        let chapter = self.here().history.chapter_of_event(place);
        self.in_chapter(chapter, |chapter| chapter.step_of(place)).min(self.len())
    }

    /// When the next step happens.
    pub fn next_time(&self) -> Option<Micros> {
        if self.here().act_at(self.position).is_some() {
            return Some(self.now());
        }
        self.moment.next_time(&self.scenario)
    }

    /// Whether the scenario is over at the position.
    pub fn is_finished(&self) -> bool {
        self.moment.director.is_finished()
    }

    /// What is said at the position.
    pub fn caption(&self) -> Option<&Caption> {
        self.scenario.captions.get(self.moment.director.caption()?)
    }

    /// The record that the script calls so.
    pub fn record_called(&self, name: &str) -> Option<RecordId> {
        self.moment.director.record_called(&self.scenario, name)
    }

    /// Commands of the script that were not possible when they were due, with the reason.
    pub fn refused(&self) -> impl Iterator<Item = (String, &Refused)> {
        self.moment.director.refused(&self.scenario)
    }

    /// One step forward: along what is known, or into the unknown.
    pub fn step(&mut self) -> StepResult {
        let known = self.position < self.len();
        let act = self.here().act_at(self.position).cloned();
        self.fresh.clear();
        self.changes.clear();
        let advanced = self.moment.advance(&self.scenario, act.as_ref(), &mut self.fresh, &mut self.changes);
        if !advanced {
            return StepResult::Idle;
        }
        self.position += 1;
        if !known {
            self.write_down();
        }
        StepResult::Stepped
    }

    /// One step back; false at the first.
    pub fn step_back(&mut self) -> bool {
        match self.position.checked_sub(1) {
            Some(step) => {
                self.seek(step);
                true
            }
            None => false,
        }
    }

    /// Goes to a known position, or to the last one there is.
    pub fn seek(&mut self, step: usize) {
        let step = step.min(self.len());
        let (at, moment) = self.here().checkpoint_before(step);
        if self.position > step || self.position < at {
            (self.position, self.moment) = (at, moment);
        }
        while self.position < step {
            self.step();
        }
    }

    /// Goes to the next marker, computing ahead where needed; false if none comes.
    pub fn to_next_marker(&mut self) -> bool {
        let from = self.position;
        let markers = &self.here().markers;
        if let Some(marker) = markers.get(markers.partition_point(|m| m.step <= from)) {
            let step = marker.step;
            self.seek(step);
            return true;
        }
        self.seek(self.len());
        let known = self.here().markers.len();
        for _ in 0..FARTHEST {
            if self.is_finished() || self.step() == StepResult::Idle {
                break;
            }
            if self.here().markers.len() > known {
                return true;
            }
        }
        false
    }

    /// Goes to the marker before; false if there is none.
    pub fn to_previous_marker(&mut self) -> bool {
        let markers = &self.here().markers;
        let before = markers.partition_point(|m| m.step < self.position);
        let Some(marker) = before.checked_sub(1).and_then(|i| markers.get(i)) else { return false };
        let step = marker.step;
        self.seek(step);
        true
    }

    /// Goes to where the scenario wants to be opened: right before the cue it names. Without one, stays.
    pub fn to_opening(&mut self) {
        let Some(cue) = self.scenario.open else { return };
        for _ in 0..FARTHEST {
            if self.moment.is_before_cue(&self.scenario, cue) || self.is_finished() {
                return;
            }
            if self.step() == StepResult::Idle {
                return;
            }
        }
    }

    /// Goes to where the scenario is over; false if it does not end within a bounded number of steps.
    pub fn to_end(&mut self) -> bool {
        for _ in 0..FARTHEST {
            if self.is_finished() || self.step() == StepResult::Idle {
                return true;
            }
        }
        self.is_finished()
    }

    /// Computes ahead to a position, as far as anything happens.
    pub(crate) fn run_to(&mut self, step: usize) {
        self.seek(step);
        while self.position < step && self.step() == StepResult::Stepped {}
    }

    /// Moments worth jumping to in the known branch, earliest first.
    pub fn markers(&self) -> &[Marker] {
        &self.here().markers
    }

    /// Does something now. Where a future is known already, a branch grows.
    ///
    /// # Errors
    /// It is not possible now; nothing has changed.
    pub fn act(&mut self, what: Intervention) -> Result<(), Refused> {
        self.moment.cluster.check(&what)?;
        if self.position < self.len() {
            self.fork(what.clone());
        }
        let act = Act { step: self.position, what };
        self.branches[self.current].acts.push(act);
        self.step();
        Ok(())
    }

    /// All branches; the first is the scenario as it began.
    pub fn branches(&self) -> &[BranchInfo] {
        &self.infos
    }

    /// The branch the position is in.
    pub fn branch(&self) -> usize {
        self.current
    }

    /// Goes to another branch, to where it was left.
    ///
    /// # Errors
    /// There is no such branch.
    pub fn switch_branch(&mut self, branch: usize) -> Result<(), LabError> {
        if branch >= self.branches.len() {
            return Err(LabError::NoSuchBranch(branch));
        }
        if branch == self.current {
            return Ok(());
        }
        self.branches[self.current].position = self.position;
        self.current = branch;
        let target = self.here().position;
        (self.position, self.moment) = (0, Moment::clone(&self.here().checkpoints[0].1));
        self.seek(target);
        Ok(())
    }

    /// The hash of all events of the known branch: the same on every platform.
    pub fn event_hash(&self) -> EventHash {
        EventHash::of(self.events().iter_from(0))
    }

    /// How many checkpoints this branch keeps.
    pub fn checkpoints(&self) -> usize {
        self.here().checkpoints.len()
    }

    /// Drops all checkpoints but the first: saves memory, and makes going back slow.
    pub fn forget_checkpoints(&mut self) {
        self.branches[self.current].checkpoints.truncate(1);
    }

    /// How many events there are before a position of this branch.
    fn events_before(&self, step: usize) -> usize {
        let Some(last) = step.checked_sub(1) else { return 0 };
        self.in_chapter(self.here().history.chapter_of_step(last), |chapter| chapter.events_until(last))
    }

    /// Looks into a chapter of this branch; one that is not at hand is replayed.
    fn in_chapter<T>(&self, chapter: usize, look: impl FnOnce(&Chapter) -> T) -> T {
        self.here().history.look(chapter, |from, to| self.replay(from, to), look)
    }

    /// What happened between two known positions: each step's events.
    fn replay(&self, from: usize, to: usize) -> Vec<Vec<Event>> {
        let branch = self.here();
        let (mut at, mut moment) = branch.checkpoint_before(from);
        let (mut steps, mut changes) = (Vec::new(), Vec::new());
        while at < to {
            let mut events = Vec::new();
            moment.advance(&self.scenario, branch.act_at(at), &mut events, &mut changes);
            changes.clear();
            if at >= from {
                steps.push(events);
            }
            at += 1;
        }
        steps
    }

    fn here(&self) -> &Branch {
        &self.branches[self.current]
    }

    /// Adds what just happened to the branch.
    fn write_down(&mut self) {
        let branch = &mut self.branches[self.current];
        for event in &self.fresh {
            if let Some(kind) = MarkerKind::of(&event.kind) {
                branch.markers.push(Marker { step: self.position, at: event.at, event: event.id, kind });
            }
        }
        branch.history.write_down(&mut self.fresh);
        let lost = self.changes.iter().filter(|change| change.fate == Fate::Lost);
        let mut deciding: Vec<EventId> = lost.map(|change| change.decided_by).collect();
        deciding.sort_unstable();
        deciding.dedup();
        for event in deciding {
            let at = self.moment.cluster.now();
            branch.markers.push(Marker { step: self.position, at, event, kind: MarkerKind::Loss });
        }
        if self.position.is_multiple_of(CHECKPOINT_EVERY) {
            branch.history.turn_over();
            branch.checkpoints.push((self.position, Arc::new(self.moment.clone())));
        }
        self.infos[self.current].len = self.position;
    }

    /// Grows a branch at the position and goes there.
    fn fork(&mut self, label: Intervention) {
        let step = self.position;
        self.branches[self.current].position = step;
        let mut branch = self.here().clone();
        let chapter = branch.history.chapter_of_step(step.saturating_sub(1));
        self.in_chapter(chapter, |chapter| branch.history.fork(chapter, step));
        branch.acts.retain(|act| act.step < step);
        branch.checkpoints.retain(|(at, _)| *at <= step);
        branch.markers.retain(|marker| marker.step <= step);
        self.branches.push(branch);
        let info = BranchInfo { parent: Some(self.current), fork_step: step, label: Some(label), len: step };
        self.infos.push(info);
        self.current = self.branches.len() - 1;
    }
}

impl Branch {
    /// The last checkpoint that is not after a position. (There is one at 0.)
    fn checkpoint_before(&self, step: usize) -> (usize, Moment) {
        let after = self.checkpoints.partition_point(|(at, _)| *at <= step);
        let (at, moment) = &self.checkpoints[after - 1];
        (*at, Moment::clone(moment))
    }

    fn act_at(&self, step: usize) -> Option<&Intervention> {
        let place = self.acts.binary_search_by_key(&step, |act| act.step).ok()?;
        Some(&self.acts[place].what)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lessons;
    use highwater_core::action::Crash;
    use highwater_core::event::EventKind;
    use highwater_core::ids::{BrokerId, NodeId};
    use proptest::prelude::*;

    fn lesson(id: &str) -> Timeline {
        let scenario = lessons::find(id).expect("it exists").scenario().expect("it can be read");
        Timeline::new(Arc::new(scenario), None, &[]).expect("it can be built")
    }

    fn kill(n: u8) -> Intervention {
        Intervention::Crash { node: NodeId::Broker(BrokerId(n)), crash: Crash::Process }
    }

    /// What can be seen of a position.
    fn picture(t: &Timeline) -> (Cluster, crate::ledger::Counts, Option<Caption>, Option<Micros>, bool) {
        (t.cluster().clone(), t.ledger().counts(), t.caption().cloned(), t.next_time(), t.is_finished())
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn a_position_is_the_same_however_it_is_reached(places in proptest::collection::vec(0..3_000usize, 1..8)) {
            let mut walked = lesson("unclean-election");
            let mut jumped = lesson("unclean-election");
            jumped.to_end();
            jumped.run_to(3_000);
            for place in places {
                jumped.seek(place);
                walked = if walked.position() > place { lesson("unclean-election") } else { walked };
                while walked.position() < place {
                    walked.step();
                }
                prop_assert_eq!(walked.position(), jumped.position());
                prop_assert!(picture(&walked) == picture(&jumped), "at {}", place);
            }
        }
    }

    /// Chapters enough that most are not at hand.
    const MANY: usize = 7 * CHECKPOINT_EVERY + 100;

    #[test]
    fn an_event_is_the_same_whether_it_is_at_hand_or_replayed() {
        let standard = Arc::new(lessons::standard_workload().expect("it can be read"));
        let mut t = Timeline::new(standard, None, &[]).expect("it can be built");
        let (mut seen, mut ends) = (Vec::new(), Vec::new());
        for step in 0..MANY {
            if step == 2 * CHECKPOINT_EVERY {
                t.act(kill(2)).expect("it is alive");
            } else {
                t.step();
            }
            seen.extend(t.last_events());
            ends.push(seen.len());
        }
        assert_eq!(t.events().len(), seen.len());
        for place in (0..seen.len()).step_by(997).chain([0, seen.len() - 1]).rev() {
            assert_eq!(t.events().get(place).as_ref(), Some(&seen[place]));
            let step = t.step_of(seen[place].id);
            assert!(step > 0 && ends[step - 1] > place && (step == 1 || ends[step - 2] <= place));
        }
        assert_eq!(t.events().get(seen.len()), None);
        assert!(t.events().iter_from(0).eq(seen.iter().cloned()));
        assert_eq!(t.time_at(CHECKPOINT_EVERY), seen[ends[CHECKPOINT_EVERY - 1] - 1].at);
    }

    #[test]
    fn a_branch_may_grow_from_any_chapter() {
        for at in [0, 1, CHECKPOINT_EVERY - 1, CHECKPOINT_EVERY, CHECKPOINT_EVERY + 1, 6 * CHECKPOINT_EVERY] {
            let standard = Arc::new(lessons::standard_workload().expect("it can be read"));
            let mut t = Timeline::new(standard, None, &[]).expect("it can be built");
            t.run_to(MANY);
            t.seek(at);
            let before: Vec<Event> = t.events().iter_from(0).take(t.events_until_position()).collect();
            t.act(kill(1)).expect("it is alive");
            assert_eq!((t.position(), t.len()), (at + 1, at + 1));
            t.run_to(at + 2 * CHECKPOINT_EVERY);
            assert!(t.events().iter_from(0).take(before.len()).eq(before), "forked at {at}");
            assert!(t.last_events().next().is_some());
            t.switch_branch(0).expect("the first");
            assert_eq!(t.len(), MANY);
        }
    }

    #[test]
    fn stepping_back_undoes_a_step() {
        let mut t = lesson("acks-1-loses-data");
        t.to_opening();
        for _ in 0..20 {
            let before = (t.position(), picture(&t));
            t.step();
            assert!(t.step_back());
            assert!((t.position(), picture(&t)) == before);
            t.step();
        }
        t.seek(0);
        assert!(!t.step_back());
    }

    #[test]
    fn acting_in_the_past_grows_a_branch_and_keeps_the_future() {
        let mut t = lesson("acks-1-loses-data");
        t.to_opening();
        let opening = t.position();
        t.to_end();
        let (end, hash) = (t.len(), t.event_hash());
        assert_eq!(t.ledger().counts().lost, 1);
        t.seek(opening - 50);
        let acks = Intervention::SetConfig { name: "acks".into(), member: None, value: "all".into() };
        t.act(acks.clone()).unwrap();
        assert_eq!((t.branch(), t.branches().len()), (1, 2));
        let info = &t.branches()[1];
        assert_eq!((info.parent, info.fork_step, &info.label), (Some(0), opening - 50, &Some(acks)));
        assert!(t.markers().iter().all(|marker| marker.step <= t.position()));
        t.to_end();
        assert_eq!((t.ledger().counts().lost, t.refused().count()), (0, 0));
        t.switch_branch(0).unwrap();
        assert_eq!((t.position(), t.len(), t.event_hash()), (opening - 50, end, hash));
        t.seek(end);
        assert_eq!(t.ledger().counts().lost, 1);
        assert_eq!(t.switch_branch(7), Err(LabError::NoSuchBranch(7)));
    }

    #[test]
    fn acting_at_the_end_of_what_is_known_goes_on_in_the_same_branch() {
        let mut t = lesson("acks-1-loses-data");
        t.to_opening();
        t.act(kill(3)).unwrap();
        assert_eq!(t.branches().len(), 1);
        assert_eq!(t.act(kill(3)).unwrap_err(), t.cluster().check(&kill(3)).unwrap_err());
        assert_eq!(t.acts().count(), 1);
    }

    #[test]
    fn markers_are_walked_in_both_directions() {
        let mut there = lesson("acks-1-loses-data");
        let mut places = Vec::new();
        while there.to_next_marker() {
            places.push(there.position());
        }
        assert!(places.len() > 5 && places.is_sorted_by(|a, b| a < b), "{places:?}");
        assert!(there.markers().iter().any(|marker| marker.kind == MarkerKind::Loss));
        let mut back = Vec::new();
        there.seek(there.len());
        while there.to_previous_marker() {
            back.push(there.position());
        }
        back.reverse();
        assert_eq!(back, places);
    }

    #[test]
    fn why_leads_from_the_loss_back_to_the_crash() {
        let mut t = lesson("acks-1-loses-data");
        t.to_end();
        let m5 = t.record_called("m5").unwrap();
        let told = crate::cause::of_fate(&t, t.ledger().record(m5).unwrap());
        let kinds: Vec<EventKind> =
            told.iter().filter_map(|id| t.event(*id)).map(|event| event.kind).collect();
        let place = |wanted: fn(&EventKind) -> bool| kinds.iter().position(wanted);
        let created = place(|kind| matches!(kind, EventKind::RecordCreated { .. }));
        let appended = place(|kind| matches!(kind, EventKind::RecordsAppended { .. }));
        let acked = place(|kind| matches!(kind, EventKind::Acked { .. }));
        let crashed = place(|kind| matches!(kind, EventKind::Crashed(_)));
        let fenced = place(|kind| matches!(kind, EventKind::BrokerFenced { .. }));
        let office = place(|kind| matches!(kind, EventKind::BecameLeader { .. }));
        let story = [created, appended, acked, crashed, fenced, office];
        assert!(story.iter().all(Option::is_some) && story.is_sorted(), "{story:?}");
        let decided = t.ledger().record(m5).and_then(crate::ledger::Entry::decided_by).unwrap();
        assert_eq!(told.last(), Some(&decided));
        assert!(t.step_of(decided) <= t.len());
        t.seek(t.step_of(decided));
        assert!(t.last_events().any(|event| event.id == decided));
        assert_eq!(t.ledger().counts().lost, 1);
    }

    #[test]
    fn a_setting_can_be_changed_before_the_first_step_and_bad_ones_are_named() {
        let scenario = Arc::new(lessons::ALL[0].scenario().unwrap());
        let with = |name: &str, value: &str| {
            Timeline::new(scenario.clone(), Some(3), &[(name.into(), value.into())]).map(|t| t.seed())
        };
        assert_eq!(with("acks", "all"), Ok(3));
        assert!(with("acks", "some").unwrap_err().to_string().starts_with("acks: "));
        assert!(with("ack", "all").unwrap_err().to_string().starts_with("ack: "));
    }
}
