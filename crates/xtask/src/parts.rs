//! Cuts the linked page into what comes at once, and the parts that come when they are looked at.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;

use walrus::{Module, ModuleConfig};
use wasm_split_cli_support::{Options, transform};

use crate::site::Site;
use crate::{Result, command, merge};

/// The script that fetches parts, as the page imports it.
pub(crate) const LOADER: &str = "./parts.js";

/// What the names of their files begin with.
pub(crate) const PREFIX: &str = "part_";
/// What several parts share is a crumb below so many bytes, linked and not compressed.
const CRUMB: usize = 8_000;
/// The file of all crumbs.
const COMMON: &str = "common";

/// The part that no visitor needs.
const MEASURING: &str = "bench";

/// The page in pieces.
pub(crate) struct Pieces {
    /// What comes at once, for wasm-bindgen.
    pub(crate) page: Vec<u8>,
    /// The files of each part, in the order of their names.
    parts: BTreeMap<String, BTreeSet<String>>,
    /// The content of the files.
    files: BTreeMap<String, Vec<u8>>,
}

/// Cuts a linked page, with its relocations, where the page itself says.
pub(crate) fn cut(wasm: &Path, into: &Path) -> Result<Pieces> {
    if into.exists() {
        fs::remove_dir_all(into).map_err(command::text)?;
    }
    let linked = fs::read(wasm).map_err(command::doing(wasm.display()))?;
    let page = into.join("page.wasm");
    let mut options = Options::new(&linked);
    (options.output_dir, options.main_out_path, options.link_name) = (into, &page, LOADER);
    let split = transform(options).map_err(|error| format!("{error:#}"))?;

    // What few parts share is cut finely. The crumbs make one file: each of its own would be a request of its own.
    let mut pieces = BTreeMap::new();
    let mut crumbs = Vec::new();
    for path in &split.split_modules {
        let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let content = fs::read(path).map_err(command::text)?;
        if stem.starts_with("chunk_") && content.len() < CRUMB {
            crumbs.push(content);
        } else {
            pieces.insert(stem, content);
        }
    }
    if !crumbs.is_empty() {
        pieces.insert(COMMON.to_owned(), merge::merge(&crumbs)?);
    }

    let mut names = BTreeMap::new();
    let mut files = BTreeMap::new();
    for (stem, content) in pieces {
        let content = tidy(&content)?;
        let mut hasher = DefaultHasher::new();
        content.hash(&mut hasher);
        let name = format!("{PREFIX}{}.{:016x}.wasm", stem.trim_start_matches("split_"), hasher.finish());
        files.insert(name.clone(), content);
        names.insert(stem, name);
    }
    let file_of = |stem: &String| names.get(stem).or_else(|| names.get(COMMON)).cloned();
    let parts = split.prefetch_map.iter().map(|(part, stems)| {
        let files: BTreeSet<String> = stems.iter().filter_map(file_of).collect();
        (part.clone(), files)
    });
    let parts = parts.collect();
    Ok(Pieces { page: fs::read(&page).map_err(command::text)?, parts, files })
}

/// A module without names, notes and types that it does not use.
fn tidy(wasm: &[u8]) -> Result<Vec<u8>> {
    let mut config = ModuleConfig::new();
    config.generate_name_section(false).generate_producers_section(false);
    let mut module: Module = config.parse(wasm).map_err(|error| format!("{error:#}"))?;
    walrus::passes::gc::run(&mut module);
    Ok(module.emit_wasm())
}

impl Pieces {
    /// Adds the files of the parts to a site, and to the loader where they are.
    pub(crate) fn add_to(self, site: &mut Site) -> Result {
        let export = |(part, files): (&String, &BTreeSet<String>)| {
            let names: Vec<String> = files.iter().map(|file| format!("'./{file}'")).collect();
            format!("export const __wasm_split_load_{part} = part({});\n", names.join(", "))
        };
        let exports: String = self.parts.iter().map(export).collect();
        let visited = self.parts.iter().filter(|(part, _)| *part != MEASURING);
        let ahead: BTreeSet<&String> = visited.flat_map(|(_, files)| files).collect();
        let ahead: Vec<String> = ahead.into_iter().map(|file| format!("'./{file}'")).collect();
        let code = format!("const AHEAD = [{}];\n{exports}", ahead.join(", "));
        site.edit("parts.js", |text| text.replace("/* __PARTS__ */\n", &code))?;
        for (name, content) in self.files {
            site.insert(&name, content);
        }
        Ok(())
    }
}
