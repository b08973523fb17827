//! The painter of `static/painter.js`, which paints a display list on a canvas.

use js_sys::{Float32Array, Function, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::Element;

use super::list::{Colour, DisplayList};

/// Paints on an element, until it is dropped.
pub(super) struct Painter {
    shapes: Function,
    show: Function,
    close: Function,
    /// What it shows.
    shown: DisplayList,
}

impl Painter {
    /// A painter for an element; none if its script has not come through.
    pub(super) fn new(host: &Element) -> Option<Self> {
        let function =
            |of: &JsValue, name: &str| Reflect::get(of, &name.into()).ok()?.dyn_into::<Function>().ok();
        let make = function(&gloo_utils::window(), "highwaterPainter")?;
        let painter = make.call2(&JsValue::NULL, host, &Colour::NAMES.into()).ok()?;
        Some(Painter {
            shapes: function(&painter, "shapes")?,
            show: function(&painter, "show")?,
            close: function(&painter, "close")?,
            shown: DisplayList::default(),
        })
    }

    /// Tells the paths of all shapes, a line each.
    pub(super) fn shapes(&self, paths: &str) {
        // What cannot be painted is missing on the screen, and nothing else goes wrong.
        let _ = self.shapes.call1(&JsValue::NULL, &paths.into());
    }

    /// Shows a list, and gives back the one before; nothing is painted where they are the same.
    pub(super) fn show(&mut self, list: &mut DisplayList) {
        if *list == self.shown {
            return;
        }
        std::mem::swap(list, &mut self.shown);
        let sprites = Float32Array::from(&self.shown.sprites[..]);
        let _ = self.show.call2(&JsValue::NULL, &sprites, &self.shown.words.as_str().into());
    }
}

impl Drop for Painter {
    fn drop(&mut self) {
        let _ = self.close.call0(&JsValue::NULL);
    }
}
