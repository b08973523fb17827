//! One action: a message arrives, a timer goes off, or somebody does something.

use crate::action::{Action, Intervention};
use crate::cluster::Cluster;
use crate::error::Refused;
use crate::event::{Event, EventKind};
use crate::ids::EventId;
use crate::intervention;
use crate::time::NEVER;

impl Cluster {
    /// Whether somebody could do this now.
    ///
    /// # Errors
    /// Why not.
    pub fn check(&self, what: &Intervention) -> Result<(), Refused> {
        intervention::check(self, what)
    }

    /// Does one thing. Time moves to when it was due; what happened is added to `events`.
    ///
    /// # Errors
    /// The action is not possible now; nothing has changed.
    pub fn step(&mut self, action: &Action, events: &mut Vec<Event>) -> Result<(), Refused> {
        match action {
            Action::Deliver(id) => {
                let envelope = match self.network.next_arrival() {
                    Some((_, first)) if first == *id => self.network.take(*id),
                    _ => {
                        let Some(found) = self.network.find(*id) else {
                            return Err(Refused::NotUnderWay);
                        };
                        if found.is_held() {
                            return Err(Refused::HeldBack);
                        }
                        if self.network.is_behind_another(found) {
                            return Err(Refused::BehindAnother);
                        }
                        self.network.take(*id)
                    }
                };
                let Some(envelope) = envelope else {
                    return Err(Refused::NotUnderWay);
                };
                self.now = self.now.max(envelope.arrives_at);
                self.arrive(envelope, events);
            }
            Action::Fire(node, timer) => {
                if !self.roster.contains(*node) {
                    return Err(Refused::NoSuchNode(*node));
                }
                let (at, next) = self.deadlines[self.roster.index(*node)];
                if at == NEVER || next != *timer {
                    return Err(Refused::NotNextTimer);
                }
                self.now = self.now.max(at);
                self.react(
                    *node,
                    EventKind::TimerFired(*timer),
                    EventId::NONE,
                    events,
                    |cluster, context| {
                        cluster.on_timer(*timer, context);
                    },
                );
            }
            Action::Do(what) => {
                intervention::check(self, what)?;
                intervention::apply(self, what, events);
            }
        }
        Ok(())
    }
}
