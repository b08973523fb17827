//! The Chromium or Chrome that the browser tests drive.

use std::path::PathBuf;
use std::process::Command;

use crate::{Result, command};

/// Debian's packages: the browser, and a font that has Chinese.
const BROWSER: &str = "chromium";
const CHINESE: &str = "fonts-noto-cjk";

/// The browser that `HIGHWATER_CHROMIUM` names, else one that is here, else Debian's if it can be installed.
pub(crate) fn ensure() -> Result<PathBuf> {
    if let Some(named) = std::env::var_os("HIGHWATER_CHROMIUM").map(PathBuf::from) {
        let missing = || format!("HIGHWATER_CHROMIUM names {}, which is not there", named.display());
        return if named.is_file() { Ok(named) } else { Err(missing()) };
    }
    let found = find();
    let browser = found.is_none().then_some(BROWSER);
    let font = (!has_chinese_font()).then_some(CHINESE);
    let missing: Vec<&str> = browser.into_iter().chain(font).collect();
    if !missing.is_empty() && can_install() {
        install(&missing)?;
    }
    found.or_else(find).ok_or_else(|| {
        "no Chromium or Chrome was found: install one, or name it in the variable HIGHWATER_CHROMIUM".into()
    })
}

fn find() -> Option<PathBuf> {
    let names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome.exe"];
    let folders = std::env::var_os("PATH").unwrap_or_default();
    let on_path = std::env::split_paths(&folders).flat_map(|folder| names.map(|name| folder.join(name)));
    let elsewhere = [
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
        "/Applications/Chromium.app/Contents/MacOS/Chromium",
        r"C:\Program Files\Google\Chrome\Application\chrome.exe",
        r"C:\Program Files (x86)\Google\Chrome\Application\chrome.exe",
    ];
    on_path.chain(elsewhere.map(PathBuf::from)).find(|path| path.is_file())
}

/// Only Linux without desktop fonts lacks one.
fn has_chinese_font() -> bool {
    !cfg!(target_os = "linux")
        || Command::new("fc-list").arg(":lang=zh").output().is_ok_and(|output| !output.stdout.is_empty())
}

/// Whether this is Debian or a relative of it, and we are root.
fn can_install() -> bool {
    let root = || Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout == b"0\n");
    cfg!(target_os = "linux") && Command::new("apt-get").arg("--version").output().is_ok() && root()
}

fn install(packages: &[&str]) -> Result {
    println!("Installing {} …", packages.join(" and "));
    let apt = |args: &[&str]| {
        command::run(
            Command::new("apt-get").env("DEBIAN_FRONTEND", "noninteractive").arg("--quiet").args(args),
        )
    };
    apt(&["update"])?;
    apt(&[&["install", "--yes", "--no-install-recommends", "fontconfig"], packages].concat())
}
