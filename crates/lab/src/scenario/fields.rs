//! Reading tables field by field, so that every error knows its line and its field's full name.

use super::toml::{Node, Table, Value};
use crate::duration;
use crate::error::ScenarioError;
use crate::text::Text;
use highwater_core::time::Micros;

pub(super) type Result<T> = std::result::Result<T, ScenarioError>;

/// A value somewhere in the file.
#[derive(Clone, Debug)]
pub(super) struct Field<'a> {
    file: &'a str,
    path: String,
    node: &'a Node,
}

/// A table whose fields are taken one by one.
pub(super) struct Fields<'a> {
    file: &'a str,
    path: String,
    line: usize,
    left: Vec<&'a (String, Node)>,
}

impl<'a> Field<'a> {
    pub(super) fn error(&self, reason: impl Into<String>) -> ScenarioError {
        ScenarioError {
            file: self.file.into(),
            line: self.node.line,
            field: self.path.clone(),
            reason: reason.into(),
        }
    }

    pub(super) fn text(&self) -> Result<&'a str> {
        match &self.node.value {
            Value::Text(text) => Ok(text),
            _ => Err(self.error("expected a text in quotation marks")),
        }
    }

    /// A text that a parser of its own reads.
    pub(super) fn read<T>(&self, parse: impl FnOnce(&str) -> std::result::Result<T, String>) -> Result<T> {
        parse(self.text()?).map_err(|reason| self.error(reason))
    }

    pub(super) fn duration(&self) -> Result<Micros> {
        self.read(duration::parse)
    }

    pub(super) fn number<T: TryFrom<i64>>(&self) -> Result<T> {
        match self.node.value {
            Value::Integer(n) => T::try_from(n).map_err(|_| self.error(format!("{n} is out of range"))),
            _ => Err(self.error("expected a whole number")),
        }
    }

    /// A setting's value, which may be written with or without quotation marks.
    pub(super) fn plain(&self) -> Result<String> {
        match &self.node.value {
            Value::Text(text) => Ok(text.clone()),
            Value::Integer(n) => Ok(n.to_string()),
            Value::Boolean(b) => Ok(b.to_string()),
            _ => Err(self.error("expected a word, a whole number, true or false")),
        }
    }

    pub(super) fn table(&self) -> Result<Fields<'a>> {
        match &self.node.value {
            Value::Table(table) => Ok(Fields::new(self.file, self.path.clone(), self.node.line, table)),
            _ => Err(self.error("expected a table")),
        }
    }

    pub(super) fn list(&self) -> Result<Vec<Field<'a>>> {
        match &self.node.value {
            Value::List(entries) => Ok(entries
                .iter()
                .enumerate()
                .map(|(i, node)| Field { file: self.file, path: format!("{}[{i}]", self.path), node })
                .collect()),
            _ => Err(self.error("expected a list")),
        }
    }

    /// Both languages of a text.
    pub(super) fn both_languages(&self) -> Result<Text> {
        let mut fields = self.table()?;
        let text = fields.take_text()?;
        fields.end()?;
        Ok(text)
    }
}

impl<'a> Fields<'a> {
    pub(super) fn new(file: &'a str, path: String, line: usize, table: &'a Table) -> Self {
        Fields { file, path, line, left: table.iter().collect() }
    }

    /// An error about the table as a whole.
    pub(super) fn error(&self, reason: impl Into<String>) -> ScenarioError {
        ScenarioError {
            file: self.file.into(),
            line: self.line,
            field: self.path.clone(),
            reason: reason.into(),
        }
    }

    fn inside(&self, name: &str) -> String {
        if self.path.is_empty() { name.into() } else { format!("{}.{name}", self.path) }
    }

    fn field(&self, name: &str, node: &'a Node) -> Field<'a> {
        Field { file: self.file, path: self.inside(name), node }
    }

    /// A field that may be missing.
    pub(super) fn take(&mut self, name: &str) -> Option<Field<'a>> {
        let place = self.left.iter().position(|(known, _)| known == name)?;
        let (_, node) = self.left.remove(place);
        Some(self.field(name, node))
    }

    /// A field that must be there.
    pub(super) fn need(&mut self, name: &str) -> Result<Field<'a>> {
        self.take(name).ok_or_else(|| self.error(format!("`{name}` is missing")))
    }

    pub(super) fn take_duration(&mut self, name: &str, default: Micros) -> Result<Micros> {
        self.take(name).map_or(Ok(default), |field| field.duration())
    }

    /// The entries of a list that may be missing.
    pub(super) fn take_list(&mut self, name: &str) -> Result<Vec<Field<'a>>> {
        self.take(name).map_or(Ok(Vec::new()), |field| field.list())
    }

    /// `en` and `zh`.
    pub(super) fn take_text(&mut self) -> Result<Text> {
        Ok(Text { en: self.need("en")?.text()?.into(), zh: self.need("zh")?.text()?.into() })
    }

    /// Everything that is left, for tables whose names are not known beforehand.
    pub(super) fn rest(mut self) -> Vec<(&'a str, Field<'a>)> {
        let left = std::mem::take(&mut self.left);
        left.into_iter().map(|(name, node)| (name.as_str(), self.field(name, node))).collect()
    }

    /// Nothing else may be there.
    pub(super) fn end(self) -> Result<()> {
        match self.left.first() {
            None => Ok(()),
            Some((name, node)) => Err(self.field(name, node).error("there is no such field")),
        }
    }
}
