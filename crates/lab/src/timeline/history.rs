//! What happened in a branch. Events are many and can be had again by replaying, so only some of them are at hand: the
//! newest, and those that were looked at last. Moments worth jumping to are few, and always there.

use super::{CHECKPOINT_EVERY, Timeline};
use highwater_core::cow::CowList;
use highwater_core::event::Event;
use std::cell::RefCell;
use std::rc::Rc;

/// How many chapters that are not the newest are at hand: where the reader is, and what was looked up elsewhere.
const AT_HAND: usize = 3;

/// The events of consecutive steps.
#[derive(Clone, Debug, Default)]
pub(super) struct Chapter {
    first_step: usize,
    first_event: usize,
    events: CowList<Event>,
    /// How many events of the branch there are after each step.
    ends: CowList<u32>,
}

impl Chapter {
    fn starting_at(first_step: usize, first_event: usize) -> Self {
        Chapter { first_step, first_event, events: CowList::default(), ends: CowList::default() }
    }

    fn add_step(&mut self, events: impl IntoIterator<Item = Event>) {
        for event in events {
            self.events.push(event);
        }
        self.ends.push(u32::try_from(self.event_end()).unwrap_or(u32::MAX));
    }

    fn step_end(&self) -> usize {
        self.first_step + self.ends.len()
    }

    fn event_end(&self) -> usize {
        self.first_event + self.events.len()
    }

    fn event(&self, place: usize) -> Option<&Event> {
        self.events.get(place.checked_sub(self.first_event)?)
    }

    /// How many events of the branch there are after one of these steps.
    pub(super) fn events_until(&self, step: usize) -> usize {
        let end = step.checked_sub(self.first_step).and_then(|at| self.ends.get(at));
        end.map_or(self.first_event, |end| *end as usize)
    }

    /// The position after the step in which an event of this chapter happened.
    pub(super) fn step_of(&self, event: usize) -> usize {
        self.first_step + self.ends.partition_point(|end| *end as usize <= event) + 1
    }

    /// Keeps what is before a position.
    fn truncate(&mut self, step: usize) {
        let events = self.events_until(step.wrapping_sub(1)) - self.first_event;
        self.ends.truncate(step - self.first_step);
        self.events.truncate(events);
    }
}

/// All chapters of a branch, each [`CHECKPOINT_EVERY`] steps long; the newest one grows.
#[derive(Clone, Debug, Default)]
pub(super) struct History {
    /// Where each chapter begins that is complete: first step, first event.
    complete: Vec<(usize, usize)>,
    newest: Chapter,
    /// Complete chapters at hand, the one looked at last in front.
    at_hand: RefCell<Vec<(usize, Rc<Chapter>)>>,
}

impl History {
    /// How many steps there are.
    pub(super) fn steps(&self) -> usize {
        self.newest.step_end()
    }

    /// How many events there are.
    fn events(&self) -> usize {
        self.newest.event_end()
    }

    /// Adds a step.
    pub(super) fn write_down(&mut self, events: &mut Vec<Event>) {
        self.newest.add_step(events.drain(..));
    }

    /// Begins a new chapter.
    pub(super) fn turn_over(&mut self) {
        let next = Chapter::starting_at(self.newest.step_end(), self.newest.event_end());
        let full = std::mem::replace(&mut self.newest, next);
        self.complete.push((full.first_step, full.first_event));
        self.keep(self.complete.len() - 1, Rc::new(full));
    }

    /// The chapter with a step of this number, from 0.
    pub(super) fn chapter_of_step(&self, step: usize) -> usize {
        (step / CHECKPOINT_EVERY).min(self.complete.len())
    }

    /// The chapter with the event at a place.
    pub(super) fn chapter_of_event(&self, place: usize) -> usize {
        if place >= self.newest.first_event {
            return self.complete.len();
        }
        self.complete.partition_point(|(_, first)| *first <= place).saturating_sub(1)
    }

    /// Looks into a chapter; one that is not at hand is replayed from step to step.
    pub(super) fn look<T>(
        &self,
        chapter: usize,
        replay: impl FnOnce(usize, usize) -> Vec<Vec<Event>>,
        look: impl FnOnce(&Chapter) -> T,
    ) -> T {
        let Some((first_step, first_event)) = self.complete.get(chapter).copied() else {
            return look(&self.newest);
        };
        let found =
            self.at_hand.borrow().iter().find(|(number, _)| *number == chapter).map(|(_, c)| Rc::clone(c));
        let found = found.unwrap_or_else(|| {
            let mut again = Chapter::starting_at(first_step, first_event);
            for events in replay(first_step, first_step + CHECKPOINT_EVERY) {
                again.add_step(events);
            }
            Rc::new(again)
        });
        self.keep(chapter, Rc::clone(&found));
        look(&found)
    }

    fn keep(&self, number: usize, chapter: Rc<Chapter>) {
        let mut at_hand = self.at_hand.borrow_mut();
        if at_hand.first().is_some_and(|(first, _)| *first == number) {
            return;
        }
        at_hand.retain(|(other, _)| *other != number);
        at_hand.insert(0, (number, chapter));
        at_hand.truncate(AT_HAND);
    }

    /// Forgets what is after a position, which is in this chapter or at its end.
    pub(super) fn fork(&mut self, chapter: &Chapter, step: usize) {
        let mut newest = chapter.clone();
        newest.truncate(step);
        self.complete.retain(|(first_step, _)| *first_step < newest.first_step);
        let complete = self.complete.len();
        self.at_hand.get_mut().retain(|(number, _)| *number < complete);
        self.newest = newest;
        if self.newest.ends.len() == CHECKPOINT_EVERY {
            self.turn_over();
        }
    }
}

/// The events of a branch, each of which can be had.
#[derive(Clone, Copy)]
pub struct Events<'a>(pub(super) &'a Timeline);

impl<'a> Events<'a> {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.here().history.events()
    }

    /// Whether nothing has happened yet.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The event at a place, from 0.
    pub fn get(&self, place: usize) -> Option<Event> {
        let chapter = self.0.here().history.chapter_of_event(place);
        self.0.in_chapter(chapter, |chapter| chapter.event(place).cloned())
    }

    /// The events from a place on.
    pub fn iter_from(self, place: usize) -> impl Iterator<Item = Event> + use<'a> {
        (place..self.len()).map_while(move |place| self.get(place))
    }
}
