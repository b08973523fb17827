//! Marks that say what is gone, and fade. Their motion is the style sheet's; here is only when they come and go.

use web_sys::Element;

use super::sprite::{set, svg};
use crate::stage::{CROSS, Cell, Layout, Point};

/// How long a mark stays, in seconds of screen time.
const STAYS: f64 = 1.8;

struct Effect {
    element: Element,
    age: f64,
}

/// All marks.
pub(super) struct Effects {
    layer: Element,
    marks: Vec<Effect>,
}

impl Effects {
    pub(super) fn new(parent: &Element) -> Self {
        let layer = svg(parent, "g", "effects");
        set(&layer, "aria-hidden", "true");
        Effects { layer, marks: Vec::new() }
    }

    /// A message is lost here.
    pub(super) fn lose(&mut self, at: Point, unit: f64) {
        let place = svg(&self.layer, "g", "place");
        set(&place, "transform", &format!("translate({:.1} {:.1}) scale({:.3})", at.x, at.y, unit / 13.0));
        let mark = svg(&place, "g", "lost-message");
        set(&svg(&mark, "circle", ""), "r", "13");
        set(&svg(&mark, "path", ""), "d", CROSS);
        self.marks.push(Effect { element: place, age: 0.0 });
    }

    /// A record is cut off here.
    pub(super) fn cut_off(&mut self, at: Point, cell: &Cell, layout: &Layout) {
        let place = svg(&self.layer, "g", "place");
        set(&place, "transform", &format!("translate({:.1} {:.1})", at.x, at.y));
        let mark = svg(&place, "g", &format!("cut-off {}", cell.tone.class()));
        let body = svg(&mark, "rect", "");
        set(&body, "width", &format!("{:.1}", layout.strip.cell * 0.9));
        set(&body, "height", &format!("{:.1}", layout.strip.lane_height));
        set(&body, "rx", "4");
        if layout.strip.detail == crate::stage::Detail::Full {
            let label = svg(&mark, "text", "id");
            set(&label, "x", &format!("{:.1}", layout.strip.cell * 0.45));
            set(&label, "y", &format!("{:.1}", layout.strip.lane_height / 2.0 + layout.unit * 0.38));
            label.set_text_content(Some(&cell.record.to_string()));
        }
        self.marks.push(Effect { element: place, age: 0.0 });
    }

    /// Lets time pass; returns whether any mark is left.
    pub(super) fn age(&mut self, seconds: f64) -> bool {
        self.marks.retain_mut(|mark| {
            mark.age += seconds;
            if mark.age > STAYS {
                mark.element.remove();
            }
            mark.age <= STAYS
        });
        !self.marks.is_empty()
    }
}
