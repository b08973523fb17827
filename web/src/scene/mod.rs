//! What moves: messages on their links, and marks that fade. Pooled SVG groups whose place is set once a frame, beside
//! and not through Yew, so that a frame never compares a tree.

mod effect;
mod look;
mod readout;
mod sprite;

use std::collections::HashMap;
use std::rc::Rc;

use highwater_core::event::EventKind;
use highwater_core::ids::{BrokerId, MessageId};
use highwater_core::time::NEVER;
use highwater_lab::timeline::Timeline;
use web_sys::Element;

use crate::i18n::Text;
use crate::playback::Playback;
use crate::stage::{Cell, Layout, Picture, Point};

use effect::Effects;
use look::Look;
use readout::Readout;
use sprite::{Sprite, Sprites};

/// Time that runs faster than this many hops a second is too fast to follow idle chatter.
const BLUR: f64 = 40.0;
/// The most steps between two frames of a run; more is a jump.
const RUN: usize = 500;

/// Everything that moves on the stage.
pub(crate) struct Scene {
    layer: Element,
    sprites: Sprites,
    shown: HashMap<MessageId, Sprite>,
    effects: Effects,
    readout: Readout,
    layout: Option<Rc<Layout>>,
    text: Option<Text>,
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
    /// A scene in an empty SVG group.
    pub(crate) fn new(layer: Element) -> Self {
        Scene {
            sprites: Sprites::new(&layer),
            effects: Effects::new(&layer),
            readout: Readout::new(&layer),
            layer,
            shown: HashMap::new(),
            layout: None,
            text: None,
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

    /// Draws one frame; returns whether something has not come to rest.
    pub(crate) fn draw(
        &mut self,
        timeline: &Timeline,
        playback: &Playback,
        layout: &Rc<Layout>,
        text: Text,
        seconds: f64,
    ) -> bool {
        self.frame = self.frame.wrapping_add(1);
        let moved =
            !self.layout.as_ref().is_some_and(|old| Rc::ptr_eq(old, layout)) || self.text != Some(text);
        if moved {
            // Everything finds its new place, and its name in the new language.
            self.layout = Some(Rc::clone(layout));
            self.text = Some(text);
            self.retire_all();
            self.sprites.resize(layout.unit);
            self.readout.place(layout);
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
        self.place_messages(timeline, playback, layout, text);
        self.readout.show(playback, text);
        self.effects.age(seconds)
    }

    fn place_messages(&mut self, timeline: &Timeline, playback: &Playback, layout: &Layout, text: Text) {
        let cluster = timeline.cluster();
        let shown_time = playback.shown();
        let hop = timeline.scenario().setup.latency.max(1) as f64;
        self.sprites.blur(playback.pace() > hop * BLUR);
        for envelope in cluster.network().in_flight() {
            let sent = envelope.sent_at as f64;
            if sent > shown_time {
                continue;
            }
            let sprite = self.shown.entry(envelope.id.0).or_insert_with(|| {
                let look = Look::of(cluster, envelope);
                self.sprites.take(envelope, &look, layout.link(envelope.from, envelope.to), text)
            });
            sprite.seen = self.frame;
            let way = if envelope.arrives_at == NEVER {
                let latency = cluster.network().latency(envelope.from, envelope.to).max(1) as f64;
                // A cut link lets nothing pass its middle.
                ((shown_time - sent) / latency).min(1.0) * sprite::HELD_AT
            } else {
                ((shown_time - sent) / (envelope.arrives_at - envelope.sent_at).max(1) as f64).min(1.0)
            };
            sprite.hold(envelope.arrives_at == NEVER);
            sprite.move_to(way, layout.unit);
        }
        let frame = self.frame;
        let gone: Vec<MessageId> =
            self.shown.iter().filter(|(_, sprite)| sprite.seen != frame).map(|(id, _)| *id).collect();
        for id in gone {
            if let Some(sprite) = self.shown.remove(&id) {
                self.sprites.give_back(sprite);
            }
        }
    }

    fn retire_all(&mut self) {
        for (_, sprite) in self.shown.drain() {
            self.sprites.give_back(sprite);
        }
    }

    /// Marks messages that got lost since the last frame, and records that were cut off.
    fn mark_losses(&mut self, timeline: &Timeline, layout: &Layout) {
        let Some((_, _, seen)) = self.before else { return };
        let news =
            timeline.events().iter_from(seen).take(timeline.events_until_position().saturating_sub(seen));
        for event in news {
            if let EventKind::MessageLost { message, .. } = &event.kind
                && let Some(sprite) = self.shown.get(message)
                && sprite.says_something()
            {
                self.effects.lose(sprite.at(), layout.unit);
            }
        }
        for CutOff { broker, place, window, cell } in self.cut_off.drain(..) {
            let corner = layout.strip_corner(broker, place);
            let x = corner.x + layout.strip.label + (cell.offset - window) as f64 * layout.strip.cell;
            let at = Point { x, y: corner.y + layout.strip.lane_y };
            self.effects.cut_off(at, &cell, layout);
        }
    }
}

impl Drop for Scene {
    fn drop(&mut self) {
        self.layer.set_text_content(None);
    }
}
