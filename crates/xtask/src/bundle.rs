//! The page as a static site: cargo, then wasm-bindgen as a library, then everything around them.

use std::fmt;
use std::fs;
use std::path::Path;

use wasm_bindgen_cli_support::Bindgen;

use crate::site::{Site, Sizes};
use crate::{Result, command, project, setup};

/// What `index.html` calls this build, so that a browser never mixes two.
const BUILD: &str = "__BUILD__";

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
    let glue = wasm.with_file_name("highwater-glue");
    bind(&wasm, &glue, profile == "page")
        .map_err(|error| format!("wasm-bindgen cannot read {}: {error}", wasm.display()))?;

    let mut site = Site::default();
    site.add(&glue)?;
    site.add(&project::root().join("static"))?;
    let shell = project::root().join("index.html");
    site.insert("index.html", fs::read(&shell).map_err(|error| format!("{}: {error}", shell.display()))?);

    let build = site.fingerprint();
    site.edit("index.html", |text| text.replace(BUILD, &build))?;
    Ok(site)
}

/// Writes `highwater.js` and `highwater_bg.wasm`.
fn bind(wasm: &Path, into: &Path, small: bool) -> Result {
    if into.exists() {
        fs::remove_dir_all(into).map_err(command::text)?;
    }
    let mut bindgen = Bindgen::new();
    bindgen
        .web(true)
        .map_err(command::text)?
        .input_path(wasm)
        .out_name("highwater")
        .typescript(false)
        .omit_default_module_path(true)
        .remove_name_section(small)
        .remove_producers_section(small);
    bindgen.generate(into).map_err(|error| format!("{error:#}"))
}

/// The sizes of a bundle, as a table.
pub(crate) struct Report(Vec<(String, Sizes)>);

impl fmt::Display for Report {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut sum = Sizes::default();
        writeln!(out, "{:<36} {:>10} {:>10} {:>10}", "bytes in dist/", "raw", "gzip", "brotli")?;
        for (name, sizes) in &self.0 {
            writeln!(out, "{name:<36} {:>10} {:>10} {:>10}", sizes.raw, sizes.gzip, sizes.brotli)?;
            sum += *sizes;
        }
        writeln!(out, "{:<36} {:>10} {:>10} {:>10}", "in all", sum.raw, sum.gzip, sum.brotli)
    }
}
