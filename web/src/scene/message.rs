//! A message on its way over the stage.

use highwater_core::cluster::Cluster;
use highwater_core::network::Envelope;
use web_sys::Element;

use super::list::DisplayList;
use super::look::{Look, Matter};
use super::name::Name;
use super::shape::{DRAWN_FOR, Shape};
use crate::i18n::Text;
use crate::session::Selection;
use crate::stage::curve::{Curve, Point};
use crate::stage::layout::Layout;
use crate::stage::name;

/// How far a cut link lets a message come.
const HELD_AT: f64 = 0.42;
/// Chatter keeps to the middle of its link, talk to the right: there and back do not collide.
const LANE: f64 = 0.55;

/// A message on the stage.
pub(super) struct Message {
    look: Look,
    curve: Curve,
    at: Point,
    stopped: bool,
    /// How it is called, while it stands still.
    name: Option<Name>,
    /// The frame in which it was last on its way.
    pub(super) seen: u32,
}

impl Message {
    /// A message that comes onto the stage, looking as the cluster is when it does.
    pub(super) fn new(cluster: &Cluster, envelope: &Envelope, layout: &Layout) -> Self {
        let look = Look::of(cluster, envelope);
        let curve = layout.link(envelope.from, envelope.to);
        Message { look, curve, at: curve.at(0.0), stopped: false, name: None, seen: 0 }
    }

    /// Moves it to where it is at this time, in virtual µs.
    pub(super) fn move_on(&mut self, cluster: &Cluster, envelope: &Envelope, now: f64, unit: f64) {
        let (held, network) = (envelope.is_held(), cluster.network());
        let time = if held {
            network.latency(envelope.from, envelope.to)
        } else {
            envelope.arrives_at - envelope.sent_at
        };
        let way = ((now - envelope.sent_at as f64) / time.max(1) as f64).min(1.0);
        self.stopped = held && way >= 1.0;
        let lane = if self.says_something() { unit * LANE } else { 0.0 };
        self.at = self.curve.beside(if held { way * HELD_AT } else { way }, lane);
    }

    /// Whether a cut link lets it come no further.
    pub(super) fn is_stopped(&self) -> bool {
        self.stopped
    }

    /// Keeps its name in the document while it stands, and as long as somebody is there with the focus.
    pub(super) fn call(&mut self, host: &Element, envelope: &Envelope, stands: bool, text: Text, unit: f64) {
        if stands && self.name.is_none() && self.says_something() {
            let name = name::message(text, envelope);
            self.name = Name::new(host, Selection::Message(envelope.id.0), &name, envelope.to);
        }
        if let Some(name) = &mut self.name {
            if stands || name.is_focused() {
                name.place(self.at, self.look.shape.reach(), unit);
            } else {
                self.name = None;
            }
        }
    }

    /// Paints it.
    pub(super) fn paint(&self, list: &mut DisplayList, matter: Matter, unit: f64) {
        self.look.paint(list, self.at, matter, unit);
    }

    /// How near its middle a place is, if it is on the message: 0 in the middle, 1 at the edge.
    pub(super) fn meets(&self, place: Point, unit: f64) -> Option<f64> {
        let scale = unit / DRAWN_FOR;
        let (wide, tall) = self.look.shape.reach();
        let near = ((place.x - self.at.x) / (wide * scale))
            .abs()
            .max(((place.y - self.at.y) / (tall * scale)).abs());
        (near <= 1.0).then_some(near)
    }

    /// Where it is.
    pub(super) fn at(&self) -> Point {
        self.at
    }

    /// Whether it is more than idle chatter.
    pub(super) fn says_something(&self) -> bool {
        self.look.shape != Shape::Dot
    }
}
