//! Installs what is missing, and names in one line what only a person can install.

use std::path::Path;
use std::process::Command;

use crate::{Result, command, project};

/// The target of the page.
pub(crate) const WASM: &str = "wasm32-unknown-unknown";

/// The standard library of the page's target.
pub(crate) fn wasm_target() -> Result {
    if has_wasm_target() {
        return Ok(());
    }
    println!("Adding the {WASM} target …");
    command::run(Command::new("rustup").current_dir(project::root()).args(["target", "add", WASM]))
        .map_err(|error| format!("rustup is needed to add the {WASM} target (see rustup.rs): {error}"))
}

fn has_wasm_target() -> bool {
    Command::new("rustc")
        .current_dir(project::root())
        .args(["--print", "target-libdir", "--target", WASM])
        .output()
        .is_ok_and(|output| Path::new(String::from_utf8_lossy(&output.stdout).trim()).is_dir())
}

/// Node, and the npm packages of the browser tests as their lockfile has them.
pub(crate) fn npm_packages() -> Result {
    node()?;
    let browser = project::browser();
    let modified = |path: &str| browser.join(path).metadata().and_then(|file| file.modified()).ok();
    let installed = modified("node_modules/.package-lock.json");
    if installed.is_some() && installed >= modified("package-lock.json") {
        return Ok(());
    }
    println!("Installing the npm packages of the browser tests …");
    command::run(&mut command::npm("npm", ["ci", "--no-audit", "--no-fund"]))
}

fn node() -> Result {
    const MISSING: &str = "Node 20 or newer, with npm, is needed for the browser tests (see nodejs.org)";
    let version = |program| command::output(&mut command::npm(program, ["--version"]));
    let node = version("node").map_err(|_| MISSING.to_owned())?;
    version("npm").map_err(|_| MISSING.to_owned())?;
    let major = node.trim().trim_start_matches('v').split('.').next().and_then(|major| major.parse().ok());
    match major {
        Some(20..=u32::MAX) => Ok(()),
        _ => Err(format!("{MISSING}; here is {}", node.trim())),
    }
}
