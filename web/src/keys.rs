//! The keys of the whole page. They come only while the focus is inside of it.

use highwater_core::action::{Crash, Intervention};
use web_sys::Element;
use yew::prelude::*;

use crate::playback::Speed;
use crate::session::{Command, Dialog, Selection, Session};

/// Elements that need these keys themselves.
const KEEPS_KEYS: &str = "input, select, textarea, dialog, [contenteditable]";
/// Elements that Space activates.
const KEEPS_SPACE: &str = "button, a, summary, [role=button]:not(.stage *)";

/// Answers a key.
pub(crate) fn on_key(session: &Session, event: &KeyboardEvent) {
    if event.default_prevented() || event.ctrl_key() || event.alt_key() || event.meta_key() {
        return;
    }
    let Some(target) = event.target_dyn_into::<Element>() else { return };
    let inside = |selector: &str| target.closest(selector).ok().flatten().is_some();
    if inside(KEEPS_KEYS) || (event.key() == " " && inside(KEEPS_SPACE)) {
        return;
    }
    if let Some(command) = command(session, &event.key(), event.shift_key()) {
        event.prevent_default();
        session.dispatch(command);
    }
}

fn command(session: &Session, key: &str, shift: bool) -> Option<Command> {
    let view = session.view();
    let faster = |by: isize| {
        let place = Speed::ALL.iter().position(|speed| *speed == view.speed)?;
        Speed::ALL.get(place.checked_add_signed(by)?).map(|speed| Command::Speed(*speed))
    };
    Some(match key {
        " " => Command::Toggle,
        "ArrowRight" if shift => Command::NextMarker,
        "ArrowLeft" if shift => Command::PreviousMarker,
        "ArrowRight" | "." => Command::Step,
        "ArrowLeft" | "," => Command::StepBack,
        "]" => Command::NextMarker,
        "[" => Command::PreviousMarker,
        "x" | "X" => Command::Exchange,
        "Home" => Command::Seek(0),
        "End" => Command::Seek(session.read(highwater_lab::timeline::Timeline::len)),
        "+" | "=" => faster(1)?,
        "-" | "−" => faster(-1)?,
        "1" => Command::Speed(Speed::Quarter),
        "2" => Command::Speed(Speed::Half),
        "3" => Command::Speed(Speed::Normal),
        "4" => Command::Speed(Speed::Double),
        "5" => Command::Speed(Speed::Quadruple),
        "k" | "K" => match view.selection? {
            Selection::Node(node) => Command::Act(Intervention::Crash { node, crash: Crash::Process }),
            _ => return None,
        },
        "Escape" if view.selection.is_some() => Command::Select(None),
        "?" => Command::Show(Some(Dialog::Help)),
        _ => return None,
    })
}
