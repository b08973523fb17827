//! Messages as SVG groups that are used again and again.

use highwater_core::network::Envelope;
use wasm_bindgen::JsCast;
use web_sys::{Element, SvgGraphicsElement, SvgTransform, SvgsvgElement};

use super::look::{Look, Sign};
use crate::i18n::Text;
use crate::session::Selection;
use crate::stage::{self, Curve, Point};

/// How far a cut link lets a message come.
pub(super) const HELD_AT: f64 = 0.42;
/// The unit of text for which shapes are drawn.
const DRAWN_FOR: f64 = 13.0;
/// Chatter keeps to the middle of its link, talk to the right: there and back do not collide.
const LANE: f64 = 0.55;

/// A message on the stage.
pub(super) struct Sprite {
    body: Body,
    curve: Curve,
    talk: bool,
    held: bool,
    at: Point,
    /// The frame in which it was last on its way.
    pub(super) seen: u32,
}

/// The elements of a sprite.
struct Body {
    group: Element,
    transform: SvgTransform,
    shape: Element,
    label: Element,
    sign: Element,
}

impl Sprite {
    /// Sets the message to this part of its way.
    pub(super) fn move_to(&mut self, way: f64, unit: f64) {
        let at = self.curve.beside(way, if self.talk { unit * LANE } else { 0.0 });
        if (at.x - self.at.x).abs() + (at.y - self.at.y).abs() > 0.1 {
            self.at = at;
            let scale = DRAWN_FOR / unit;
            // The transform belongs to the sprite's own element and is not read-only.
            let _ = self.body.transform.set_translate((at.x * scale) as f32, (at.y * scale) as f32);
        }
    }

    /// Marks the message as held back by a cut link, or not.
    pub(super) fn hold(&mut self, held: bool) {
        if self.held != held {
            self.held = held;
            set(&self.body.group, "data-held", if held { "true" } else { "false" });
        }
    }

    /// Where it is.
    pub(super) fn at(&self) -> Point {
        self.at
    }

    /// Whether it is more than idle chatter.
    pub(super) fn says_something(&self) -> bool {
        self.talk
    }
}

/// All sprites, in use and spare.
pub(super) struct Sprites {
    layer: Element,
    spare: Vec<Body>,
    blurred: bool,
}

impl Sprites {
    pub(super) fn new(parent: &Element) -> Self {
        Sprites { layer: svg(parent, "g", "messages"), spare: Vec::new(), blurred: false }
    }

    /// Sets the size of everything.
    pub(super) fn resize(&self, unit: f64) {
        set(&self.layer, "transform", &format!("scale({:.4})", unit / DRAWN_FOR));
    }

    /// Hides idle chatter while time runs too fast for it.
    pub(super) fn blur(&mut self, blurred: bool) {
        if self.blurred != blurred {
            self.blurred = blurred;
            set(&self.layer, "class", if blurred { "messages blurred" } else { "messages" });
        }
    }

    /// Brings a message on the stage.
    pub(super) fn take(&mut self, envelope: &Envelope, look: &Look, curve: Curve, text: Text) -> Sprite {
        let body = self.spare.pop().unwrap_or_else(|| Body::new(&self.layer));
        let talk = look.shape != super::look::Shape::Dot;
        let tone = look.tone.map_or("", crate::stage::Tone::class);
        set(&body.group, "class", &format!("message {} {tone}", look.shape.class()));
        set(&body.shape, "d", look.shape.path());
        body.label.set_text_content(Some(&look.label));
        set(&body.label, "class", if look.label.chars().count() > 4 { "label long" } else { "label" });
        set(
            &body.sign,
            "class",
            match look.sign {
                None => "sign none",
                Some(Sign::Good) => "sign good",
                Some(Sign::Bad) => "sign bad",
            },
        );
        set(
            &body.sign,
            "d",
            match look.sign {
                None => "",
                Some(Sign::Good) => "M-5 .5-1.500 4 5.500-4",
                Some(Sign::Bad) => "M-4.500-4.500 4.500 4.500M4.500-4.500-4.500 4.500",
            },
        );
        if let Some(word) = stage::object_word(Selection::Message(envelope.id.0)) {
            set(&body.group, stage::ATTRIBUTE, &word);
        }
        if talk {
            set(&body.group, "tabindex", "-1");
            set(&body.group, "role", "button");
            set(&body.group, "aria-label", &stage::message_name(text, envelope));
            drop(body.group.remove_attribute("aria-hidden"));
        } else {
            set(&body.group, "aria-hidden", "true");
            for name in ["tabindex", "role", "aria-label"] {
                drop(body.group.remove_attribute(name));
            }
        }
        // Nowhere, so that the first place is set.
        let at = Point { x: -1e6, y: -1e6 };
        Sprite { body, curve, talk, held: false, at, seen: 0 }
    }

    /// Takes a message off the stage.
    pub(super) fn give_back(&mut self, sprite: Sprite) {
        set(&sprite.body.group, "class", "message spare");
        self.spare.push(sprite.body);
    }
}

impl Body {
    fn new(layer: &Element) -> Self {
        let group = svg(layer, "g", "message");
        let shape = svg(&group, "path", "shape");
        let label = svg(&group, "text", "label");
        let sign = svg(&group, "path", "sign");
        set(&label, "y", "4");
        let transform = transform_of(&group);
        Body { group, transform, shape, label, sign }
    }
}

/// The one transform of an SVG element, to be set without text.
fn transform_of(group: &Element) -> SvgTransform {
    let group: &SvgGraphicsElement = group.unchecked_ref();
    let drawing: SvgsvgElement = group.owner_svg_element().unwrap_or_else(|| group.clone().unchecked_into());
    let transform = drawing.create_svg_transform();
    group.transform().base_val().initialize(&transform).unwrap_or(transform)
}

/// A new SVG element at the end of another.
pub(super) fn svg(parent: &Element, tag: &str, class: &str) -> Element {
    const SVG: &str = "http://www.w3.org/2000/svg";
    // Only a tag that is no name would be refused.
    let element = gloo_utils::document().create_element_ns(Some(SVG), tag).unwrap_or_else(|_| parent.clone());
    set(&element, "class", class);
    let _ = parent.append_child(&element);
    element
}

/// Sets an attribute; a name that is one is never refused.
pub(super) fn set(element: &Element, name: &str, value: &str) {
    let _ = element.set_attribute(name, value);
}
