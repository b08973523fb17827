//! What a frame shows: a list of sprites, as the numbers and words that a painter can be sent.

use super::shape::{DRAWN_FOR, Shape};
use crate::stage::curve::Point;
use crate::stage::picture::Tone;

/// A colour of the theme.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Colour(u8);

impl Colour {
    pub(super) const CARD: Colour = Colour(0);
    pub(super) const RAISED: Colour = Colour(1);
    pub(super) const INK: Colour = Colour(2);
    pub(super) const INK_2: Colour = Colour(3);
    pub(super) const EDGE: Colour = Colour(4);
    pub(super) const ACCENT: Colour = Colour(5);
    pub(super) const FOCUS: Colour = Colour(6);
    pub(super) const WATER: Colour = Colour(7);
    pub(super) const ON_WATER: Colour = Colour(8);
    pub(super) const ALARM: Colour = Colour(9);
    pub(super) const ALARM_SOFT: Colour = Colour(10);
    pub(super) const GOOD: Colour = Colour(11);
    pub(super) const ON_TONE: Colour = Colour(12);
    const TONE: Colour = Colour(13);

    /// The custom properties of the style sheet that hold them, in their order.
    pub(super) const NAMES: &str = "--card --raised --ink --ink-2 --edge --accent --focus --water --on-water --alarm \
        --alarm-soft --good --on-tone --tone --tone-0 --tone-1 --tone-2 --tone-3 --tone-4 --tone-5 --tone-6 --tone-7";

    /// The colour of a record.
    pub(super) fn of(tone: Tone) -> Self {
        match tone {
            Tone::Plain => Colour::TONE,
            Tone::Key(key) => Colour(Colour::TONE.0 + 1 + key.min(7)),
        }
    }
}

/// A word on a sprite, or by itself.
#[derive(Clone, Copy, Debug)]
pub(super) struct Word<'a> {
    pub(super) text: &'a str,
    pub(super) ink: Colour,
    /// Its size where the base text is [`DRAWN_FOR`] high.
    pub(super) size: f64,
}

/// A line around a shape.
#[derive(Clone, Copy, Debug)]
pub(super) struct Line {
    pub(super) colour: Colour,
    pub(super) width: f64,
    pub(super) dashed: bool,
}

/// Something to be painted.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sprite<'a> {
    /// Its middle; where a word by itself begins.
    pub(super) at: Point,
    pub(super) scale: f64,
    /// In radians, clockwise.
    pub(super) turn: f64,
    pub(super) alpha: f64,
    /// None: a word by itself.
    pub(super) shape: Option<Shape>,
    pub(super) fill: Option<Colour>,
    pub(super) line: Option<Line>,
    pub(super) word: Option<Word<'a>>,
}

impl<'a> Sprite<'a> {
    /// A shape without a colour yet.
    pub(super) fn shape(at: Point, shape: Shape) -> Self {
        let shape = Some(shape);
        Sprite { at, scale: 1.0, turn: 0.0, alpha: 1.0, shape, fill: None, line: None, word: None }
    }

    /// A word by itself.
    pub(super) fn word(at: Point, word: Word<'a>) -> Self {
        Sprite { shape: None, word: Some(word), ..Sprite::shape(at, Shape::Dot) }
    }
}

/// All sprites of a frame, from the lowest to the topmost.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct DisplayList {
    /// Twelve numbers a sprite.
    pub(super) sprites: Vec<f32>,
    /// The words of the sprites that have one, a line each.
    pub(super) words: String,
}

impl DisplayList {
    /// Takes everything off.
    pub(super) fn clear(&mut self) {
        self.sprites.clear();
        self.words.clear();
    }

    /// Puts a sprite on top. `unit` is the size of the base text.
    pub(super) fn put(&mut self, sprite: &Sprite<'_>, unit: f64) {
        let number = |colour: Option<Colour>| colour.map_or(-1.0, |colour| f64::from(colour.0));
        let Sprite { at, scale, turn, alpha, shape, fill, line, word } = *sprite;
        let numbers = [
            // Between two tenths of a pixel nobody sees a difference.
            (at.x * 10.0).round() / 10.0,
            (at.y * 10.0).round() / 10.0,
            scale * unit / DRAWN_FOR,
            turn,
            alpha,
            shape.map_or(-1.0, |shape| f64::from(shape as u8)),
            number(fill),
            number(line.map(|line| line.colour)),
            line.map_or(0.0, |line| line.width),
            line.map_or(0.0, |line| f64::from(u8::from(line.dashed))),
            number(word.map(|word| word.ink)),
            word.map_or(0.0, |word| word.size),
        ];
        self.sprites.extend(numbers.map(|number| number as f32));
        if let Some(word) = word {
            self.words.push_str(word.text);
            self.words.push('\n');
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_colour_has_a_name() {
        let names: Vec<&str> = Colour::NAMES.split(' ').collect();
        let name = |colour: Colour| names[usize::from(colour.0)];
        assert_eq!(name(Colour::CARD), "--card");
        assert_eq!(name(Colour::ON_TONE), "--on-tone");
        assert_eq!(name(Colour::of(Tone::Plain)), "--tone");
        assert_eq!(name(Colour::of(Tone::Key(0))), "--tone-0");
        assert_eq!(name(Colour::of(Tone::Key(7))), "--tone-7");
        assert_eq!(names.len(), 22);
    }
}
