//! The stage by keyboard: one tab stop, arrow keys from object to object, Enter opens.

use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};
use yew::prelude::*;

use super::object;
use crate::session::{Command, Selection, Session};

/// What an element of the stage stands for.
pub(crate) fn object_at(element: &Element) -> Option<Selection> {
    let holder = element.closest(&format!("[{}]", object::ATTRIBUTE)).ok().flatten()?;
    object::selection(&holder.get_attribute(object::ATTRIBUTE)?)
}

/// Answers a key on the stage; other keys are the page's.
pub(crate) fn on_key(session: &Session, container: &NodeRef, event: &KeyboardEvent) {
    if event.ctrl_key() || event.alt_key() || event.meta_key() || event.shift_key() {
        return;
    }
    let Some(now) = event.target_dyn_into::<Element>() else { return };
    let handled = match event.key().as_str() {
        "Enter" => object_at(&now).map(|selection| session.dispatch(Command::Inspect(selection))),
        "ArrowLeft" => go(container, &now, (-1.0, 0.0)),
        "ArrowRight" => go(container, &now, (1.0, 0.0)),
        "ArrowUp" => go(container, &now, (0.0, -1.0)),
        "ArrowDown" => go(container, &now, (0.0, 1.0)),
        _ => None,
    };
    if handled.is_some() {
        event.prevent_default();
        event.stop_propagation();
    }
}

/// Focus has come to an object: it becomes the stage's tab stop.
pub(crate) fn on_focus(container: &NodeRef, event: &FocusEvent) {
    if let Some(element) = event.target_dyn_into::<Element>()
        && element.has_attribute(object::ATTRIBUTE)
    {
        make_stop(container, &element);
    }
}

/// Sees to it that exactly one object can be reached with Tab: the one that was before, while it is there.
pub(crate) fn keep_one_stop(container: &NodeRef) {
    let Some(stage) = container.cast::<Element>() else { return };
    if stage.query_selector("[data-object][tabindex='0']").ok().flatten().is_none()
        && let Ok(Some(first)) = stage.query_selector(".broker .plate")
    {
        make_stop(container, &first);
    }
}

// Yew sets `tabindex` once and does not look at it again, so that this does not meet its own changes.
fn make_stop(container: &NodeRef, element: &Element) {
    if let Some(stage) = container.cast::<Element>()
        && let Ok(Some(old)) = stage.query_selector("[data-object][tabindex='0']")
    {
        let _ = old.set_attribute("tabindex", "-1");
    }
    // An attribute of this name can always be set.
    let _ = element.set_attribute("tabindex", "0");
}

/// Moves the focus to the nearest object in a direction.
fn go(container: &NodeRef, from: &Element, (right, down): (f64, f64)) -> Option<()> {
    let stage = container.cast::<Element>()?;
    let here = center(from);
    let objects = stage.query_selector_all("[data-object][tabindex]").ok()?;
    // SVG elements take the focus as HTML elements do.
    let objects =
        (0..objects.length()).filter_map(|i| objects.get(i).map(JsCast::unchecked_into::<HtmlElement>));
    let nearest = objects
        .filter(|object| !object.is_same_node(Some(from)))
        .filter_map(|object| {
            let there = center(&object);
            let (x, y) = (there.0 - here.0, there.1 - here.1);
            let (ahead, aside) = (x * right + y * down, (x * down).abs() + (y * right).abs());
            // Straight ahead comes before what is nearer but aside.
            (ahead > 1.0 && aside < ahead * 2.5).then_some((ahead + aside * 2.0, object))
        })
        .min_by(|(a, _), (b, _)| a.total_cmp(b));
    if let Some((_, object)) = nearest {
        // The element is in the document, so it can be focused.
        let _ = object.focus();
    }
    Some(())
}

fn center(element: &Element) -> (f64, f64) {
    let frame = element.get_bounding_client_rect();
    (frame.x() + frame.width() / 2.0, frame.y() + frame.height() / 2.0)
}
