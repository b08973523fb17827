//! The clock of virtual time, and the words for a stretch that was skipped.

use highwater_core::time::Micros;
use web_sys::Element;

use super::sprite::{set, svg};
use crate::i18n::Text;
use crate::playback::Playback;
use crate::stage::Layout;

pub(super) struct Readout {
    clock: Element,
    skipped: Element,
    shown: (String, String),
}

impl Readout {
    pub(super) fn new(parent: &Element) -> Self {
        let clock = svg(parent, "text", "clock");
        let skipped = svg(parent, "text", "skipped");
        Readout { clock, skipped, shown: Default::default() }
    }

    pub(super) fn place(&self, layout: &Layout) {
        let Some(first) = layout.brokers.first() else { return };
        let unit = layout.unit;
        let y = if layout.narrow { first.y - unit * 0.6 } else { layout.controller.center().y + unit * 0.45 };
        let clock_room = unit * if layout.narrow { 6.5 } else { 7.0 };
        for (element, x) in [(&self.clock, first.x), (&self.skipped, first.x + clock_room)] {
            set(element, "x", &format!("{x:.1}"));
            set(element, "y", &format!("{y:.1}"));
        }
    }

    pub(super) fn show(&mut self, playback: &Playback, text: Text) {
        // Between two steps, virtual time is a fraction of a microsecond at best.
        let clock = text.time(playback.shown() as Micros);
        let skipped =
            playback.skipped().map(|span| text.later(&text.span(rounded(span)))).unwrap_or_default();
        if clock != self.shown.0 {
            self.clock.set_text_content(Some(&clock));
            self.shown.0 = clock;
        }
        if skipped != self.shown.1 {
            self.skipped.set_text_content(Some(&skipped));
            set(&self.skipped, "class", if skipped.is_empty() { "skipped none" } else { "skipped" });
            self.shown.1 = skipped;
        }
    }
}

/// Two digits are enough for how long nothing happened.
fn rounded(span: Micros) -> Micros {
    let digits = span.max(1).ilog10().saturating_sub(1);
    let unit = 10u64.pow(digits);
    span / unit * unit
}
