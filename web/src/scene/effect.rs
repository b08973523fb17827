//! Marks that say what is gone, and fade.

use super::list::{Colour, DisplayList, Line, Sprite, Word};
use super::shape::{DRAWN_FOR, Shape};
use crate::stage::curve::Point;
use crate::stage::layout::{Detail, Layout};
use crate::stage::picture::Cell;

/// How long a lost message's mark stays, in seconds of screen time.
const LOST_STAYS: f64 = 1.8;
/// How long a record falls that was cut off.
const FALLS: f64 = 1.4;

enum Kind {
    /// A message that is lost.
    Lost,
    /// A record that is cut off.
    CutOff(Cell),
}

struct Effect {
    kind: Kind,
    at: Point,
    age: f64,
}

impl Effect {
    fn is_over(&self) -> bool {
        self.age > if let Kind::Lost = self.kind { LOST_STAYS } else { FALLS }
    }
}

/// All marks.
#[derive(Default)]
pub(super) struct Effects(Vec<Effect>);

impl Effects {
    /// A message is lost here.
    pub(super) fn lose(&mut self, at: Point) {
        self.0.push(Effect { kind: Kind::Lost, at, age: 0.0 });
    }

    /// The record in this place is cut off.
    pub(super) fn cut_off(&mut self, corner: Point, cell: Cell, layout: &Layout) {
        let (x, y) = (layout.strip.cell * 0.45, layout.strip.lane_height / 2.0);
        let at = Point { x: corner.x + x, y: corner.y + y };
        self.0.push(Effect { kind: Kind::CutOff(cell), at, age: 0.0 });
    }

    /// Lets time pass; returns whether any mark is left.
    pub(super) fn age(&mut self, seconds: f64) -> bool {
        for effect in &mut self.0 {
            effect.age += seconds;
        }
        self.0.retain(|effect| !effect.is_over());
        !self.0.is_empty()
    }

    /// Paints them as old as they are; where nothing is to move, as they are when they are seen best.
    pub(super) fn paint(&self, list: &mut DisplayList, layout: &Layout, still: bool) {
        for Effect { kind, at, age } in &self.0 {
            match kind {
                Kind::Lost => lost(list, *at, if still { 0.5 } else { age / LOST_STAYS }, layout.unit),
                Kind::CutOff(cell) => {
                    cut_off(list, *at, cell, if still { 0.0 } else { age / FALLS }, layout);
                }
            }
        }
    }
}

/// It springs up, stays, and fades.
fn lost(list: &mut DisplayList, at: Point, age: f64, unit: f64) {
    let scale = match age {
        early if early < 0.15 => 0.4 + 0.85 * early / 0.15,
        early if early < 0.3 => 1.25 - 0.25 * (early - 0.15) / 0.15,
        _ => 1.0,
    };
    let alpha = ((1.0 - age) / 0.3).clamp(0.0, 1.0);
    let line = |width: f64| Some(Line { colour: Colour::ALARM, width, dashed: false });
    let disc = Sprite {
        scale,
        alpha,
        fill: Some(Colour::ALARM_SOFT),
        line: line(2.0),
        ..Sprite::shape(at, Shape::Disc)
    };
    list.put(&disc, unit);
    let cross = Sprite { scale: scale * 1.25, alpha, line: line(3.9), ..Sprite::shape(at, Shape::Cross) };
    list.put(&cross, unit);
}

/// It breaks away and falls.
fn cut_off(list: &mut DisplayList, at: Point, cell: &Cell, age: f64, layout: &Layout) {
    let fall = ((age - 0.25) / 0.75).clamp(0.0, 1.0).powi(2);
    let label = cell.record.to_string();
    let word = Word { text: &label, ink: Colour::ON_TONE, size: DRAWN_FOR };
    let sprite = Sprite {
        turn: fall * 0.14,
        alpha: 1.0 - fall,
        fill: Some(Colour::of(cell.tone)),
        word: (layout.strip.detail == Detail::Full).then_some(word),
        ..Sprite::shape(Point { x: at.x, y: at.y + fall * layout.unit * 3.0 }, Shape::Cell)
    };
    list.put(&sprite, layout.unit);
}
