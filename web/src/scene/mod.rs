//! What moves: messages on their links, marks that fade, the clock. Each frame is a list of sprites for a painter, beside
//! and not through Yew, so that a frame never compares a tree.

mod effect;
mod list;
mod look;
mod message;
mod name;
mod painter;
mod readout;
mod shape;

use std::collections::HashMap;
use std::rc::Rc;

use highwater_core::event::EventKind;
use highwater_core::ids::{BrokerId, MessageId};
use highwater_lab::timeline::Timeline;
use web_sys::Element;

use crate::i18n::Text;
use crate::playback::Playback;
use crate::session::Selection;
use crate::stage::curve::Point;
use crate::stage::layout::Layout;
use crate::stage::picture::{Cell, Picture};

use effect::Effects;
use list::DisplayList;
use look::Matter;
use message::Message;
use painter::Painter;
use shape::Shape;

/// Time that runs faster than this many hops a second is too fast to follow idle chatter.
const BLUR: f64 = 40.0;
/// The most steps between two frames of a run; more is a jump.
const RUN: usize = 500;

/// What a frame is drawn with.
#[derive(Clone, Copy)]
pub(crate) struct View<'a> {
    pub(crate) layout: &'a Rc<Layout>,
    pub(crate) selection: Option<Selection>,
    pub(crate) text: Text,
    /// The person wants nothing to move.
    pub(crate) still: bool,
}

/// Everything that moves on the stage.
pub(crate) struct Scene {
    host: Element,
    /// None where its script has not come through: then what moves is not seen, and has its names.
    painter: Option<Painter>,
    list: DisplayList,
    shown: HashMap<MessageId, Message>,
    effects: Effects,
    layout: Option<Rc<Layout>>,
    text: Option<Text>,
    /// Time runs too fast for idle chatter.
    blurred: bool,
    /// Where a pointer is, and what it is on.
    pointer: Option<Point>,
    pointed: Option<MessageId>,
    /// Records that a replica has cut off, until the next frame shows it.
    cut_off: Vec<CutOff>,
    /// Branch, step and events of the last frame.
    before: Option<(usize, usize, usize)>,
    frame: u32,
}

/// A record that a replica has cut off.
struct CutOff {
    broker: BrokerId,
    place: usize,
    window: i64,
    cell: Cell,
}

impl Scene {
    /// A scene in an empty element that lies over the stage.
    pub(crate) fn new(host: Element) -> Self {
        Scene {
            painter: Painter::new(&host),
            host,
            list: DisplayList::default(),
            shown: HashMap::new(),
            effects: Effects::default(),
            layout: None,
            text: None,
            blurred: false,
            pointer: None,
            pointed: None,
            cut_off: Vec::new(),
            before: None,
            frame: 0,
        }
    }

    /// Notes what a new picture lacks that the one before had.
    pub(crate) fn compare(&mut self, before: &Picture, now: &Picture) {
        for (old, new) in before.brokers.iter().zip(&now.brokers) {
            for (place, (old, new)) in old.strips.iter().zip(&new.strips).enumerate() {
                if new.log_end < old.log_end {
                    let gone = old.cells.iter().filter(|cell| cell.offset >= new.log_end);
                    let (broker, window) = (new.broker, old.window);
                    self.cut_off.extend(gone.map(|cell| CutOff { broker, place, window, cell: *cell }));
                }
            }
        }
    }

    /// A pointer has come to a place, or left; returns whether it is on something else than before.
    pub(crate) fn point_at(&mut self, place: Option<Point>) -> bool {
        self.pointer = place;
        let now = place.and_then(|place| self.message_at(place));
        if now == self.pointed {
            return false;
        }
        if now.is_some() != self.pointed.is_some() {
            // The layer is in the way of what is below it only while a pointer is on something that moves.
            let _ = self.host.toggle_attribute_with_force("data-over", now.is_some());
        }
        self.pointed = now;
        true
    }

    /// The message in a place.
    pub(crate) fn message_at(&self, place: Point) -> Option<MessageId> {
        let unit = self.layout.as_ref()?.unit;
        let seen = self.shown.iter().filter(|(_, message)| message.says_something() || !self.blurred);
        let met = seen.filter_map(|(id, message)| Some((message.meets(place, unit)?, *id)));
        met.min_by(|(a, _), (b, _)| a.total_cmp(b)).map(|(_, id)| id)
    }

    /// Draws one frame; returns whether something has not come to rest.
    pub(crate) fn draw(
        &mut self,
        timeline: &Timeline,
        playback: &Playback,
        view: View<'_>,
        seconds: f64,
    ) -> bool {
        let View { layout, text, still, .. } = view;
        self.frame = self.frame.wrapping_add(1);
        let moved =
            !self.layout.as_ref().is_some_and(|old| Rc::ptr_eq(old, layout)) || self.text != Some(text);
        if moved {
            // Everything finds its new place, and its name in the new language.
            self.layout = Some(Rc::clone(layout));
            self.text = Some(text);
            self.shown.clear();
            if let Some(painter) = &self.painter {
                painter.shapes(&Shape::paths(layout));
            }
        }
        let now = (timeline.branch(), timeline.position(), timeline.events_until_position());
        let ran = self
            .before
            .is_some_and(|(branch, step, _)| branch == now.0 && step < now.1 && now.1 - step <= RUN);
        if ran {
            self.mark_losses(timeline, layout);
        } else {
            self.cut_off.clear();
        }
        self.before = Some(now);
        self.list.clear();
        self.place_messages(timeline, playback, view);
        let unsettled = self.effects.age(seconds);
        self.effects.paint(&mut self.list, layout, still);
        readout::paint(&mut self.list, layout, playback, text);
        if let Some(painter) = &mut self.painter {
            painter.show(&mut self.list);
        }
        unsettled
    }

    fn place_messages(&mut self, timeline: &Timeline, playback: &Playback, view: View<'_>) {
        let cluster = timeline.cluster();
        let (now, unit) = (playback.shown(), view.layout.unit);
        let hop = timeline.scenario().setup.latency.max(1) as f64;
        self.blurred = playback.pace() > hop * BLUR;
        // What moves under a resting pointer is pointed at as well.
        self.point_at(self.pointer);
        for envelope in cluster.network().in_flight().filter(|envelope| envelope.sent_at as f64 <= now) {
            let id = envelope.id.0;
            let message =
                self.shown.entry(id).or_insert_with(|| Message::new(cluster, envelope, view.layout));
            message.seen = self.frame;
            message.move_on(cluster, envelope, now, unit);
            let stands = !playback.is_moving() || message.is_stopped();
            message.call(&self.host, envelope, stands, view.text, unit);
            let marked = self.pointed == Some(id) || view.selection == Some(Selection::Message(id));
            if message.says_something() || !self.blurred {
                message.paint(&mut self.list, Matter { held: envelope.is_held(), marked }, unit);
            }
        }
        let frame = self.frame;
        self.shown.retain(|_, message| message.seen == frame);
    }

    /// Marks messages that got lost since the last frame, and records that were cut off.
    fn mark_losses(&mut self, timeline: &Timeline, layout: &Layout) {
        let Some((_, _, seen)) = self.before else { return };
        let news =
            timeline.events().iter_from(seen).take(timeline.events_until_position().saturating_sub(seen));
        for event in news {
            if let EventKind::MessageLost { message, .. } = &event.kind
                && let Some(message) = self.shown.get(message)
                && message.says_something()
            {
                self.effects.lose(message.at());
            }
        }
        for CutOff { broker, place, window, cell } in self.cut_off.drain(..) {
            let corner = layout.strip_corner(broker, place);
            let x = corner.x + layout.strip.label + (cell.offset - window) as f64 * layout.strip.cell;
            self.effects.cut_off(Point { x, y: corner.y + layout.strip.lane_y }, cell, layout);
        }
    }
}
