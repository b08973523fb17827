//! The names of messages, for those who do not see them: buttons in the document, where the picture has messages.

use highwater_core::ids::NodeId;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

use super::shape::DRAWN_FOR;
use crate::session::Selection;
use crate::stage::curve::Point;
use crate::stage::object;

/// A message's name, in the document for as long as it is kept.
pub(super) struct Name {
    button: Element,
    at: Point,
    /// Where the focus goes when the message has come there.
    to: NodeId,
}

impl Name {
    /// A button in an element; none if the document makes none.
    pub(super) fn new(host: &Element, message: Selection, name: &str, to: NodeId) -> Option<Self> {
        let button = gloo_utils::document().create_element("button").ok()?;
        for (attribute, value) in [("type", "button"), ("tabindex", "-1"), ("aria-label", name)] {
            set(&button, attribute, value);
        }
        set(&button, object::ATTRIBUTE, &object::word(message)?);
        host.append_child(&button).ok()?;
        Some(Name { button, at: Point { x: f64::NAN, y: f64::NAN }, to })
    }

    /// Sets it where the message is, as large as the message.
    pub(super) fn place(&mut self, at: Point, reach: (f64, f64), unit: f64) {
        if self.at != at {
            self.at = at;
            let scale = unit / DRAWN_FOR;
            let (wide, tall) = (reach.0 * scale, reach.1 * scale);
            let (left, top) = (at.x - wide, at.y - tall);
            let style = format!(
                "transform:translate({left:.1}px,{top:.1}px);width:{:.1}px;height:{:.1}px",
                wide * 2.0,
                tall * 2.0
            );
            set(&self.button, "style", &style);
        }
    }

    /// Whether it has the focus.
    pub(super) fn is_focused(&self) -> bool {
        gloo_utils::document().active_element().is_some_and(|now| now.is_same_node(Some(&self.button)))
    }
}

impl Drop for Name {
    fn drop(&mut self) {
        let plate = if self.is_focused() {
            let word = object::word(Selection::Node(self.to)).unwrap_or_default();
            let plate = format!(".plate[{}='{word}']", object::ATTRIBUTE);
            gloo_utils::document().query_selector(&plate).ok().flatten()
        } else {
            None
        };
        self.button.remove();
        // The focus is not lost with the message: it goes where the message went.
        if let Some(plate) = plate {
            // SVG elements take the focus as HTML elements do.
            let _ = plate.unchecked_ref::<HtmlElement>().focus();
        }
    }
}

/// Sets an attribute; a name that is one is never refused.
fn set(element: &Element, name: &str, value: &str) {
    let _ = element.set_attribute(name, value);
}
