//! Where things are.

use std::path::PathBuf;

/// The root of the workspace.
pub(crate) fn root() -> PathBuf {
    let here = std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
    let mut root = PathBuf::from(here);
    root.pop();
    root.pop();
    root
}

/// The static site that the bundle is.
pub(crate) fn dist() -> PathBuf {
    root().join("dist")
}

/// The npm package of the browser tests and measurements.
pub(crate) fn browser() -> PathBuf {
    root().join("tests/browser")
}
