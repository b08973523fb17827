//! The shapes of what moves: as they are drawn, and as a pointer meets them.

use crate::stage::layout::Layout;

/// The unit of text for which shapes are drawn.
pub(super) const DRAWN_FOR: f64 = 13.0;

/// A shape around the origin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// Records to be written, or the answer to them.
    Block,
    /// The same, with room for a longer label.
    WideBlock,
    /// "What comes next?"
    Ring,
    /// Records that were asked for.
    Pill,
    /// News of a high watermark, and nothing else.
    Drop,
    /// Between brokers and the controller.
    Diamond,
    /// Between a consumer and its group's coordinator.
    Hexagon,
    /// Idle chatter.
    Dot,
    /// A good answer's sign.
    Check,
    /// A bad answer's sign, and that of what is lost.
    Cross,
    /// The ground of what is lost.
    Disc,
    /// A record in a log.
    Cell,
}

impl Shape {
    const ALL: [Shape; 12] = [
        Shape::Block,
        Shape::WideBlock,
        Shape::Ring,
        Shape::Pill,
        Shape::Drop,
        Shape::Diamond,
        Shape::Hexagon,
        Shape::Dot,
        Shape::Check,
        Shape::Cross,
        Shape::Disc,
        Shape::Cell,
    ];

    /// The paths of all shapes, a line each, in their order.
    pub(super) fn paths(layout: &Layout) -> String {
        let lines = Shape::ALL.map(|shape| match shape {
            Shape::Cell => cell(layout),
            fixed => fixed.path().to_owned(),
        });
        lines.join("\n")
    }

    /// The path of a shape that no layout changes.
    fn path(self) -> &'static str {
        match self {
            Shape::Block => "M-8-11H8a3 3 0 0 1 3 3V8a3 3 0 0 1-3 3H-8a3 3 0 0 1-3-3V-8a3 3 0 0 1 3-3z",
            Shape::WideBlock => {
                "M-14-11H14a3 3 0 0 1 3 3V8a3 3 0 0 1-3 3H-14a3 3 0 0 1-3-3V-8a3 3 0 0 1 3-3z"
            }
            Shape::Ring => "M-9.5 0a9.5 9.5 0 1 0 19 0a9.5 9.5 0 1 0-19 0z",
            Shape::Pill => "M-6-11H6a11 11 0 0 1 0 22H-6a11 11 0 0 1 0-22z",
            Shape::Drop => "M0-14C5-7.5 9.5-2 9.5 3A9.5 9.5 0 0 1-9.5 3C-9.5-2-5-7.5 0-14z",
            Shape::Diamond => "M0-11.5 11.5 0 0 11.5-11.5 0z",
            Shape::Hexagon => "M-5.5-9.5H5.5L11 0 5.5 9.5H-5.5L-11 0z",
            Shape::Dot => "M-2.5 0a2.5 2.5 0 1 0 5 0a2.5 2.5 0 1 0-5 0z",
            Shape::Check => "M-5 .5-1.5 4 5.5-4",
            Shape::Cross => "M-4.5-4.5 4.5 4.5M4.5-4.5-4.5 4.5",
            Shape::Disc => "M-13 0a13 13 0 1 0 26 0a13 13 0 1 0-26 0z",
            Shape::Cell => "",
        }
    }

    /// How far a pointer meets it from its middle, sideways and up or down: as far as it is drawn, but a small one
    /// somewhat further.
    pub(super) fn reach(self) -> (f64, f64) {
        match self {
            Shape::Block => (11.0, 11.0),
            Shape::WideBlock | Shape::Pill => (17.0, 11.0),
            Shape::Ring => (9.5, 9.5),
            Shape::Drop => (9.5, 13.0),
            Shape::Diamond | Shape::Hexagon => (11.5, 11.5),
            Shape::Disc => (13.0, 13.0),
            Shape::Dot | Shape::Check | Shape::Cross | Shape::Cell => (6.0, 6.0),
        }
    }
}

/// A record's path on this stage, in the measure of the other shapes.
fn cell(layout: &Layout) -> String {
    let scale = DRAWN_FOR / layout.unit;
    let (wide, tall) = (layout.strip.cell * 0.9 * scale / 2.0, layout.strip.lane_height * scale / 2.0);
    format!("M{wide:.1} {tall:.1}H-{wide:.1}V-{tall:.1}H{wide:.1}z")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shape_has_the_number_of_its_path() {
        for (number, shape) in Shape::ALL.into_iter().enumerate() {
            assert_eq!(shape as usize, number, "{shape:?}");
        }
    }
}
