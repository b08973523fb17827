//! Several modules of WASM as one, for pieces of a page that was cut.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::fmt::Display;

use wasm_encoder::reencode::{Error, Reencode};
use wasm_encoder::{CodeSection, DataSection, ElementSection, EntityType, FunctionSection, ImportSection};
use wasm_encoder::{Module, Section, TypeSection};
use wasmparser::{Parser, Payload};

use crate::Result;

/// Makes one module of several. Pieces of one page have the same types, import at most its memory, its table of
/// functions and its stack pointer, and call each other through the table: so only the numbers of functions change.
pub(crate) fn merge(modules: &[Vec<u8>]) -> Result<Vec<u8>> {
    let mut merged = Merged::default();
    for wasm in modules {
        merged.add(wasm).map_err(|error| format!("pieces of the page cannot be merged: {error}"))?;
    }
    Ok(merged.emit())
}

#[derive(Default)]
struct Merged {
    types: Option<TypeSection>,
    /// By kind: there is one of each.
    imports: BTreeMap<&'static str, (String, String, EntityType)>,
    functions: FunctionSection,
    elements: ElementSection,
    code: CodeSection,
    data: DataSection,
}

/// Functions get their numbers after so many others.
struct After(u32);

impl Reencode for After {
    type Error = Infallible;

    fn function_index(&mut self, function: u32) -> std::result::Result<u32, Error<Infallible>> {
        Ok(function + self.0)
    }
}

impl Merged {
    fn add(&mut self, wasm: &[u8]) -> Result {
        let mut after = After(self.functions.len());
        for payload in Parser::new(0).parse_all(wasm) {
            match payload.map_err(text)? {
                Payload::TypeSection(types) => {
                    let mut encoded = TypeSection::new();
                    after.parse_type_section(&mut encoded, types).map_err(text)?;
                    let types = self.types.get_or_insert_with(|| encoded.clone());
                    if bytes(types) != bytes(&encoded) {
                        return Err("their types differ".into());
                    }
                }
                Payload::ImportSection(imports) => {
                    for import in imports.into_imports() {
                        self.import(&mut after, import.map_err(text)?)?;
                    }
                }
                Payload::FunctionSection(section) => {
                    after.parse_function_section(&mut self.functions, section).map_err(text)?;
                }
                Payload::ElementSection(section) => {
                    after.parse_element_section(&mut self.elements, section).map_err(text)?;
                }
                Payload::CodeSectionEntry(body) => {
                    after.parse_function_body(&mut self.code, body).map_err(text)?;
                }
                Payload::DataSection(section) => {
                    after.parse_data_section(&mut self.data, section).map_err(text)?;
                }
                Payload::ExportSection(exports) if exports.count() == 0 => {}
                Payload::Version { .. }
                | Payload::DataCountSection { .. }
                | Payload::CodeSectionStart { .. }
                | Payload::CustomSection(_)
                | Payload::End(_) => {}
                other => return Err(format!("there is an unexpected {other:?}")),
            }
        }
        Ok(())
    }

    fn import(&mut self, after: &mut After, import: wasmparser::Import<'_>) -> Result {
        let ty = after.entity_type(import.ty).map_err(text)?;
        let kind = match ty {
            EntityType::Memory(_) => "memory",
            EntityType::Table(_) => "table",
            EntityType::Global(_) => "global",
            _ => return Err(format!("they import {}", import.name)),
        };
        let wanted = (import.module.to_owned(), import.name.to_owned(), ty);
        let known = self.imports.entry(kind).or_insert_with(|| wanted.clone());
        if *known == wanted { Ok(()) } else { Err(format!("they import more than one {kind}")) }
    }

    fn emit(self) -> Vec<u8> {
        let mut imports = ImportSection::new();
        for (module, name, ty) in self.imports.values() {
            imports.import(module, name, *ty);
        }
        let mut merged = Module::new();
        merged.section(&self.types.unwrap_or_default()).section(&imports);
        merged.section(&self.functions);
        merged.section(&self.elements);
        merged.section(&self.code);
        merged.section(&self.data);
        merged.finish()
    }
}

/// A section's content.
fn bytes(section: &impl Section) -> Vec<u8> {
    let mut bytes = Vec::new();
    section.encode(&mut bytes);
    bytes
}

fn text(error: impl Display) -> String {
    error.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasm_encoder::{ConstExpr, Elements, Function, Instruction, MemoryType};
    use wasmparser::{ElementItems, Operator};

    /// A module with a function that calls the one before it, at a place of the table and with a byte of data.
    fn piece(place: i32, memory: &str) -> Vec<u8> {
        let (mut types, mut imports) = (TypeSection::new(), ImportSection::new());
        types.ty().function([], []);
        let memory_type =
            MemoryType { minimum: 1, maximum: None, memory64: false, shared: false, page_size_log2: None };
        imports.import("page", memory, memory_type);
        let (mut functions, mut elements) = (FunctionSection::new(), ElementSection::new());
        functions.function(0).function(0);
        elements.active(None, &ConstExpr::i32_const(place), Elements::Functions([1].as_slice().into()));
        let mut code = CodeSection::new();
        let mut empty = Function::new([]);
        empty.instruction(&Instruction::End);
        let mut call = Function::new([]);
        call.instruction(&Instruction::Call(0)).instruction(&Instruction::End);
        code.function(&empty).function(&call);
        let mut data = DataSection::new();
        data.active(0, &ConstExpr::i32_const(place), [7]);
        let mut module = Module::new();
        module.section(&types).section(&imports).section(&functions).section(&elements).section(&code);
        module.section(&data);
        module.finish()
    }

    #[test]
    fn functions_are_numbered_anew_and_everything_stays_where_it_belongs() {
        let merged = merge(&[piece(3, "memory"), piece(8, "memory")]).unwrap();
        let (mut calls, mut listed) = (Vec::new(), Vec::new());
        for payload in Parser::new(0).parse_all(&merged) {
            match payload.unwrap() {
                Payload::CodeSectionEntry(body) => {
                    let operators = body.get_operators_reader().unwrap().into_iter();
                    calls.push(operators.map(|operator| operator.unwrap()).find_map(
                        |operator| match operator {
                            Operator::Call { function_index } => Some(function_index),
                            _ => None,
                        },
                    ));
                }
                Payload::ElementSection(section) => {
                    for element in section {
                        let ElementItems::Functions(functions) = element.unwrap().items else { continue };
                        listed.extend(functions.into_iter().map(|function| function.unwrap()));
                    }
                }
                _ => {}
            }
        }
        assert_eq!(calls, [None, Some(0), None, Some(2)]);
        assert_eq!(listed, [1, 3]);
    }

    #[test]
    fn pieces_of_two_pages_are_refused() {
        assert!(
            merge(&[piece(3, "memory"), piece(8, "other")])
                .is_err_and(|e| e.contains("more than one memory"))
        );
    }
}
