//! The browser's memory between visits. Where a host page forbids it, the page forgets and works all the same.

use web_sys::Storage;

const PREFIX: &str = "highwater.";

/// Reaching for the storage throws in a sandboxed frame.
fn local() -> Option<Storage> {
    gloo_utils::window().local_storage().ok().flatten()
}

/// What was kept under a name.
pub(crate) fn get(name: &str) -> Option<String> {
    local()?.get_item(&format!("{PREFIX}{name}")).ok().flatten()
}

/// Keeps a word under a name; an empty one is forgotten.
pub(crate) fn set(name: &str, value: &str) {
    let Some(storage) = local() else { return };
    let name = format!("{PREFIX}{name}");
    // Full, or forbidden after all: then it is not kept.
    let _ = if value.is_empty() { storage.remove_item(&name) } else { storage.set_item(&name, value) };
}
