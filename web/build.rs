//! Packs the lessons, and has the linker keep the relocations by which `cargo xtask` cuts the page into parts.

use std::error::Error;
use std::fmt::Write as _;
use std::path::PathBuf;
use std::{env, fs};

use highwater_lab::lessons;
use highwater_lab::text::Text;

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=build.rs");
    // Not as a flag of the compiler: an environment's `RUSTFLAGS` would replace it.
    if env::var("CARGO_CFG_TARGET_FAMILY").is_ok_and(|family| family == "wasm") {
        println!("cargo::rustc-link-arg-bins=--emit-relocs");
    }
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or("cargo names no OUT_DIR")?);
    let mut index = String::new();
    let mut cuts = String::new();
    for lesson in lessons::ALL {
        let scenario = lesson.scenario()?;
        fs::write(out.join(format!("{}.lesson", lesson.id)), scenario.pack())?;
        let words = |text: &Text| format!("Words {{ en: {:?}, zh: {:?} }}", text.en, text.zh);
        let (title, summary) = (words(&scenario.title), words(&scenario.summary));
        writeln!(index, "Entry {{ id: {:?}, title: {title}, summary: {summary} }},", lesson.id)?;
        write!(cuts, "lesson_{} {:?},", lesson.id.replace('-', "_"), lesson.id)?;
    }
    let code = format!(
        "/// In the order in which they are taught.\npub(crate) static INDEX: &[Entry] = &[\n{index}];\nlessons! {{ {cuts} }}\n"
    );
    Ok(fs::write(out.join("lessons.rs"), code)?)
}
