//! The page as a static site: cargo, then wasm-bindgen as a library, then everything around them.

use std::fmt;
use std::fs;
use std::path::Path;
use std::process::Command;

use wasm_bindgen_cli_support::Bindgen;

use crate::site::{Site, Sizes};
use crate::{Result, command, glue, parts, project, setup};

/// What `index.html` calls this build, so that a browser never mixes two.
const BUILD: &str = "__BUILD__";

/// Where the first picture stands in `index.html`.
const FIRST: &str = "__FIRST__";

/// Builds the release bundle into `dist/`, compressed, and returns its sizes.
pub(crate) fn release() -> Result<Report> {
    let site = build("page")?;
    site.publish(&project::dist(), true)?;
    Ok(Report(site.sizes(&project::dist())?))
}

/// Builds the page with a cargo profile.
pub(crate) fn build(profile: &str) -> Result<Site> {
    setup::wasm_target()?;
    let args = ["--profile", profile, "--target", setup::WASM, "--package", "highwater-web"];
    let wasm = command::build("highwater-web", &args)?;
    let pieces = parts::cut(&wasm, &wasm.with_file_name("highwater-parts"))
        .map_err(command::doing(format_args!("{} cannot be cut into parts", wasm.display())))?;
    let bound = wasm.with_file_name("highwater-glue");
    bind(&pieces.page, &bound, profile == "page")
        .map_err(command::doing("wasm-bindgen cannot read the page"))?;

    let mut site = Site::default();
    site.add(&bound)?;
    if profile == "page" {
        let read = |name| fs::read(bound.join(name)).map_err(command::doing(name));
        let script = String::from_utf8(read("highwater.js")?).map_err(command::text)?;
        let (wasm, script) = glue::shorten(&read("highwater_bg.wasm")?, &script)?;
        site.insert("highwater_bg.wasm", wasm);
        site.insert("highwater.js", script.into_bytes());
    }
    site.add(&project::root().join("static"))?;
    pieces.add_to(&mut site)?;
    let shell = project::root().join("index.html");
    site.insert("index.html", fs::read(&shell).map_err(|error| format!("{}: {error}", shell.display()))?);

    // Drawn for those who visit; for those who change the page it would only cost time.
    let first = if profile == "page" { first_picture()? } else { String::new() };
    site.edit("index.html", |text| text.replace(FIRST, &first))?;

    let build = site.fingerprint();
    // The glue and the loader import each other: by the name that the page has them by, or either would start twice.
    let import = |mark: &str| format!("from \"{}{mark}\"", parts::LOADER);
    site.edit("highwater.js", |text| text.replace(&import(""), &import(&format!("?v={BUILD}"))))?;
    for script in ["index.html", "highwater.js", "parts.js"] {
        site.edit(script, |text| text.replace(BUILD, &build))?;
    }
    Ok(site)
}

/// What a first visit shows, as the page itself draws it: it does so where it runs outside of a browser.
fn first_picture() -> Result<String> {
    let page = command::build("highwater-web", &["--package", "highwater-web"])?;
    command::output(&mut Command::new(page)).map(|html| html.trim_end().to_owned())
}

/// Writes `highwater.js` and `highwater_bg.wasm`.
fn bind(wasm: &[u8], into: &Path, small: bool) -> Result {
    if into.exists() {
        fs::remove_dir_all(into).map_err(command::text)?;
    }
    let mut bindgen = Bindgen::new();
    bindgen
        .web(true)
        .map_err(command::text)?
        .input_bytes("highwater", wasm.to_vec())
        .out_name("highwater")
        // The parts link to the page by what the linker exports.
        .keep_lld_exports(true)
        .typescript(false)
        .omit_default_module_path(true)
        .remove_name_section(small)
        .remove_producers_section(small);
    bindgen.generate(into).map_err(|error| format!("{error:#}"))
}

/// When a file comes to a visitor.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Coming {
    /// Before the page can be used.
    First,
    /// When it is looked at, or while the browser is idle.
    Later,
    /// Never: it is for those who read it.
    Never,
}

impl Coming {
    fn of(name: &str) -> Self {
        match name {
            _ if name.starts_with(parts::PREFIX) => Coming::Later,
            _ if name.starts_with("lessons/") => Coming::Never,
            _ => Coming::First,
        }
    }
}

/// The sizes of a bundle, as a table.
pub(crate) struct Report(Vec<(String, Sizes)>);

impl fmt::Display for Report {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let groups = [
            (Coming::First, "first load"),
            (Coming::Later, "parts, when they are looked at"),
            (Coming::Never, "to be read"),
        ];
        for (coming, title) in groups {
            let mut sum = Sizes::default();
            writeln!(out, "{title:<56} {:>10} {:>10} {:>10}", "raw", "gzip", "brotli")?;
            for (name, sizes) in self.0.iter().filter(|(name, _)| Coming::of(name) == coming) {
                writeln!(out, "  {name:<54} {:>10} {:>10} {:>10}", sizes.raw, sizes.gzip, sizes.brotli)?;
                sum += *sizes;
            }
            writeln!(out, "  {:<54} {:>10} {:>10} {:>10}\n", "in all", sum.raw, sum.gzip, sum.brotli)?;
        }
        Ok(())
    }
}
