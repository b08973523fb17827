//! Short names between the page's WASM and its script: wasm-bindgen's carry a hash each, which no compression makes
//! shorter, and stand in both.

use walrus::ModuleConfig;

use crate::Result;

/// What wasm-bindgen calls the script in the page's imports.
const SCRIPT: &str = "./highwater_bg.js";
/// What the names of its own exports begin with.
const OWN_EXPORT: &str = "wasm_bindgen__";

/// Gives what the two import of each other short names, the same in both.
pub(crate) fn shorten(wasm: &[u8], script: &str) -> Result<(Vec<u8>, String)> {
    let mut config = ModuleConfig::new();
    config.generate_name_section(false).generate_producers_section(false);
    let mut module = config.parse(wasm).map_err(|error| format!("{error:#}"))?;
    let mut script = script.to_owned();
    for (number, import) in module.imports.iter_mut().filter(|import| import.module == SCRIPT).enumerate() {
        let (old, new) = (std::mem::take(&mut import.name), format!("i{number}"));
        script = replaced(&script, &format!(" {old}:"), &format!(" {new}:"))?;
        import.name = new;
    }
    let own = module.exports.iter_mut().filter(|export| export.name.starts_with(OWN_EXPORT));
    for (number, export) in own.enumerate() {
        let (old, new) = (std::mem::take(&mut export.name), format!("e{number}"));
        script = replaced(&script, &format!("wasm.{old}("), &format!("wasm.{new}("))?;
        export.name = new;
    }
    Ok((module.emit_wasm(), script))
}

/// Replaces what stands exactly once.
fn replaced(text: &str, old: &str, new: &str) -> Result<String> {
    match text.matches(old).count() {
        1 => Ok(text.replacen(old, new, 1)),
        times => Err(format!("`{}` stands {times} times in the page's script", old.trim())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasm_encoder::{EntityType, ExportKind, ExportSection, ImportSection, Module, TypeSection};

    #[test]
    fn names_stay_the_same_on_both_sides() {
        let mut types = TypeSection::new();
        types.ty().function([], []);
        let (mut imports, mut exports) = (ImportSection::new(), ExportSection::new());
        imports.import(SCRIPT, "__wbg_now_0123", EntityType::Function(0));
        imports.import("./parts.js", "__wasm_split_load_chart", EntityType::Function(0));
        exports.export("wasm_bindgen__invoke__h4567", ExportKind::Func, 0);
        exports.export("other", ExportKind::Func, 1);
        let mut module = Module::new();
        module.section(&types).section(&imports).section(&exports);
        let script = "{ __wbg_now_0123: function() { wasm.wasm_bindgen__invoke__h4567(1); } }";
        let (wasm, script) = shorten(&module.finish(), script).unwrap();
        assert_eq!(script, "{ i0: function() { wasm.e0(1); } }");
        let module = walrus::Module::from_buffer(&wasm).unwrap();
        let imports: Vec<_> = module.imports.iter().map(|import| import.name.as_str()).collect();
        let exports: Vec<_> = module.exports.iter().map(|export| export.name.as_str()).collect();
        assert_eq!((imports, exports), (vec!["i0", "__wasm_split_load_chart"], vec!["e0", "other"]));
        assert!(shorten(&wasm, "").is_err());
    }
}
