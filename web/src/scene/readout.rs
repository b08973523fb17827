//! The clock of virtual time, and the words for a stretch that was skipped.

use highwater_core::time::Micros;

use super::list::{Colour, DisplayList, Sprite, Word};
use super::shape::DRAWN_FOR;
use crate::i18n::Text;
use crate::playback::Playback;
use crate::stage::curve::Point;
use crate::stage::layout::Layout;

/// Paints both.
pub(super) fn paint(list: &mut DisplayList, layout: &Layout, playback: &Playback, text: Text) {
    let Some(first) = layout.brokers.first() else { return };
    let unit = layout.unit;
    let y = if layout.narrow { first.y - unit * 0.6 } else { layout.controller.center().y + unit * 0.45 };
    let clock_room = unit * if layout.narrow { 6.5 } else { 7.0 };
    let mut write = |x: f64, text: &str, ink: Colour, size: f64| {
        list.put(&Sprite::word(Point { x, y }, Word { text, ink, size: DRAWN_FOR * size }), unit);
    };
    // Between two steps, virtual time is a fraction of a microsecond at best.
    write(first.x, &text.time(playback.shown() as Micros), Colour::INK, 1.15);
    if let Some(span) = playback.skipped() {
        write(first.x + clock_room, &text.later(&text.span(rounded(span))), Colour::WATER, 0.95);
    }
}

/// Two digits are enough for how long nothing happened.
fn rounded(span: Micros) -> Micros {
    let digits = span.max(1).ilog10().saturating_sub(1);
    let unit = 10u64.pow(digits);
    span / unit * unit
}
