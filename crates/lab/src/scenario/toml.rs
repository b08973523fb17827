//! The part of TOML that scenario files are written in, with the line of everything.
//!
//! The `toml` crate would add 38 kB (compressed) to the page's first load, serde's code for the file's structure another
//! 100; this adds a few. A test holds every lesson against that crate, so the files are TOML that any tool can read. Not
//! read are floats, dates, and strings over several lines.

/// A value and the line it stands on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Node {
    pub(super) line: usize,
    pub(super) value: Value,
}

/// A value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Value {
    Text(String),
    Integer(i64),
    Boolean(bool),
    List(Vec<Node>),
    Table(Table),
}

/// Keys and values in the order of the file.
pub(super) type Table = Vec<(String, Node)>;

/// What is wrong, and on which line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Malformed {
    pub(super) line: usize,
    pub(super) reason: String,
}

type Result<T> = std::result::Result<T, Malformed>;

/// How deep lists and tables may stand in each other.
const DEEPEST: usize = 16;

/// Reads a whole file.
pub(super) fn parse(text: &str) -> Result<Table> {
    let mut reader = Reader { rest: text.strip_prefix('\u{feff}').unwrap_or(text), line: 1 };
    let mut root = Table::new();
    let mut path: Vec<String> = Vec::new();
    loop {
        reader.skip_lines();
        if reader.rest.is_empty() {
            return Ok(root);
        }
        let line = reader.line;
        if reader.take("[[") {
            path = reader.keys()?;
            reader.expect("]]")?;
            append_table(&mut root, &path, line)?;
        } else if reader.take("[") {
            path = reader.keys()?;
            reader.expect("]")?;
            open_table(&mut root, &path, line)?;
        } else {
            let keys = reader.keys()?;
            reader.expect("=")?;
            let node = reader.value(0)?;
            let table = descend(&mut root, &path, line)?;
            insert(table, &keys, node)?;
        }
        reader.end_of_line()?;
    }
}

/// The table at a path, its last list entries meant where lists are on the way.
fn descend<'a>(root: &'a mut Table, path: &[String], line: usize) -> Result<&'a mut Table> {
    let mut table = root;
    for key in path {
        let place = table.iter().position(|(known, _)| known == key).unwrap_or(table.len());
        if place == table.len() {
            table.push((key.clone(), Node { line, value: Value::Table(Table::new()) }));
        }
        let node = &mut table[place].1;
        let inner = match &mut node.value {
            Value::List(entries) => entries.last_mut().map(|entry| &mut entry.value),
            value => Some(value),
        };
        match inner {
            Some(Value::Table(inner)) => table = inner,
            _ => return Err(Malformed { line, reason: format!("`{key}` is not a table") }),
        }
    }
    Ok(table)
}

fn open_table(root: &mut Table, path: &[String], line: usize) -> Result<()> {
    let table = descend(root, path, line)?;
    if table.is_empty() {
        return Ok(());
    }
    // Tables may be opened again only to hold what came first: other tables.
    let only_tables = table.iter().all(|(_, node)| matches!(node.value, Value::Table(_) | Value::List(_)));
    if only_tables {
        Ok(())
    } else {
        Err(Malformed { line, reason: format!("[{}] is there twice", path.join(".")) })
    }
}

fn append_table(root: &mut Table, path: &[String], line: usize) -> Result<()> {
    let Some((last, parents)) = path.split_last() else { return Ok(()) };
    let table = descend(root, parents, line)?;
    let entry = Node { line, value: Value::Table(Table::new()) };
    match table.iter_mut().find(|(known, _)| known == last) {
        None => table.push((last.clone(), Node { line, value: Value::List(vec![entry]) })),
        Some((_, Node { value: Value::List(entries), .. })) => entries.push(entry),
        Some(_) => return Err(Malformed { line, reason: format!("`{last}` is not a list of tables") }),
    }
    Ok(())
}

fn insert(table: &mut Table, keys: &[String], node: Node) -> Result<()> {
    let Some((last, parents)) = keys.split_last() else { return Ok(()) };
    let line = node.line;
    let table = descend(table, parents, line)?;
    if table.iter().any(|(known, _)| known == last) {
        return Err(Malformed { line, reason: format!("`{last}` is there twice") });
    }
    table.push((last.clone(), node));
    Ok(())
}

/// What is left of the text, and the line it begins on.
struct Reader<'a> {
    rest: &'a str,
    line: usize,
}

impl Reader<'_> {
    fn error<T>(&self, reason: impl Into<String>) -> Result<T> {
        Err(Malformed { line: self.line, reason: reason.into() })
    }

    fn peek(&self) -> Option<char> {
        self.rest.chars().next()
    }

    fn next(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.rest = &self.rest[c.len_utf8()..];
        self.line += usize::from(c == '\n');
        Some(c)
    }

    fn skip_spaces(&mut self) {
        self.rest = self.rest.trim_start_matches([' ', '\t']);
    }

    /// Skips spaces, comments and ends of lines.
    fn skip_lines(&mut self) {
        loop {
            self.skip_spaces();
            match self.peek() {
                Some('#') => self.rest = self.rest.find('\n').map_or("", |end| &self.rest[end..]),
                Some('\n' | '\r') => {
                    self.next();
                }
                _ => return,
            }
        }
    }

    fn take(&mut self, token: &str) -> bool {
        self.skip_spaces();
        match self.rest.strip_prefix(token) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn expect(&mut self, token: &str) -> Result<()> {
        if self.take(token) { Ok(()) } else { self.error(format!("expected `{token}`")) }
    }

    fn end_of_line(&mut self) -> Result<()> {
        self.skip_spaces();
        match self.peek() {
            None | Some('\n' | '\r' | '#') => Ok(()),
            Some(c) => self.error(format!("expected the end of the line, not `{c}`")),
        }
    }

    /// `a."b.c".d`.
    fn keys(&mut self) -> Result<Vec<String>> {
        let mut keys = vec![self.key()?];
        while self.take(".") {
            keys.push(self.key()?);
        }
        if keys.len() > DEEPEST { self.error("too many names in a row") } else { Ok(keys) }
    }

    fn key(&mut self) -> Result<String> {
        self.skip_spaces();
        if matches!(self.peek(), Some('"' | '\'')) {
            return self.text();
        }
        let legal = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
        let end = self.rest.find(|c| !legal(c)).unwrap_or(self.rest.len());
        let (key, rest) = self.rest.split_at(end);
        if key.is_empty() {
            return self.error("expected a name");
        }
        self.rest = rest;
        Ok(key.to_string())
    }

    fn text(&mut self) -> Result<String> {
        if self.rest.starts_with("\"\"\"") || self.rest.starts_with("'''") {
            return self.error("strings over several lines are not read");
        }
        let quote = self.next();
        let mut text = String::new();
        loop {
            match self.next() {
                None | Some('\n') => return self.error("a quotation mark is not closed"),
                c if c == quote => return Ok(text),
                Some('\\') if quote == Some('"') => text.push(self.escape()?),
                Some(c) => text.push(c),
            }
        }
    }

    fn escape(&mut self) -> Result<char> {
        Ok(match self.next() {
            Some(c @ ('"' | '\\')) => c,
            Some('n') => '\n',
            Some('t') => '\t',
            Some(c @ ('u' | 'U')) => {
                let length = if c == 'u' { 4 } else { 8 };
                let code = self.rest.get(..length).and_then(|digits| u32::from_str_radix(digits, 16).ok());
                match code.and_then(char::from_u32) {
                    Some(c) => {
                        self.rest = &self.rest[length..];
                        c
                    }
                    None => return self.error("this is not a character's number"),
                }
            }
            _ => return self.error("after `\\` only `\"`, `\\`, `n`, `t`, `u` or `U` may come"),
        })
    }

    fn value(&mut self, depth: usize) -> Result<Node> {
        self.skip_spaces();
        let line = self.line;
        if depth > DEEPEST {
            return self.error("lists and tables stand too deep in each other");
        }
        let value = match self.peek() {
            Some('"' | '\'') => Value::Text(self.text()?),
            Some('[') => self.list(depth)?,
            Some('{') => self.inline_table(depth)?,
            _ => self.word()?,
        };
        Ok(Node { line, value })
    }

    fn word(&mut self) -> Result<Value> {
        let end = self.rest.find(|c: char| c.is_whitespace() || matches!(c, ',' | ']' | '}' | '#'));
        let (word, rest) = self.rest.split_at(end.unwrap_or(self.rest.len()));
        let value = match word {
            "true" => Value::Boolean(true),
            "false" => Value::Boolean(false),
            _ => match word.replace('_', "").parse() {
                Ok(number) => Value::Integer(number),
                Err(_) if word.is_empty() => return self.error("expected a value"),
                Err(_) => {
                    return self.error(format!("`{word}` is not a value: texts stand in quotation marks"));
                }
            },
        };
        self.rest = rest;
        Ok(value)
    }

    fn list(&mut self, depth: usize) -> Result<Value> {
        self.expect("[")?;
        let mut entries = Vec::new();
        loop {
            self.skip_lines();
            if self.take("]") {
                return Ok(Value::List(entries));
            }
            entries.push(self.value(depth + 1)?);
            self.skip_lines();
            if !self.take(",") {
                self.expect("]")?;
                return Ok(Value::List(entries));
            }
        }
    }

    fn inline_table(&mut self, depth: usize) -> Result<Value> {
        self.expect("{")?;
        let mut table = Table::new();
        loop {
            self.skip_lines();
            if self.take("}") {
                return Ok(Value::Table(table));
            }
            let keys = self.keys()?;
            self.expect("=")?;
            let node = self.value(depth + 1)?;
            insert(&mut table, &keys, node)?;
            self.skip_lines();
            if !self.take(",") {
                self.expect("}")?;
                return Ok(Value::Table(table));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lessons;
    use proptest::prelude::*;

    /// The same value as the `toml` crate reads it.
    fn reference(value: &Value) -> ::toml::Value {
        match value {
            Value::Text(text) => ::toml::Value::String(text.clone()),
            Value::Integer(n) => ::toml::Value::Integer(*n),
            Value::Boolean(b) => ::toml::Value::Boolean(*b),
            Value::List(entries) => {
                ::toml::Value::Array(entries.iter().map(|e| reference(&e.value)).collect())
            }
            Value::Table(table) => ::toml::Value::Table(reference_table(table)),
        }
    }

    fn reference_table(table: &Table) -> ::toml::Table {
        table.iter().map(|(key, node)| (key.clone(), reference(&node.value))).collect()
    }

    #[test]
    fn every_lesson_is_toml_and_means_the_same_to_the_toml_crate() {
        for text in lessons::ALL.iter().map(lessons::Lesson::source).chain([lessons::STANDARD]) {
            let ours = parse(text).unwrap_or_else(|e| panic!("line {}: {}", e.line, e.reason));
            let theirs: ::toml::Table = text.parse().unwrap_or_else(|e| panic!("{e}"));
            assert_eq!(reference_table(&ours), theirs);
        }
    }

    #[test]
    fn everything_knows_its_line() {
        let table = parse(
            "a = 1\n# nothing\n[b]\nc = [\n 'x', # first\n \"y\\u00e9\\n\",\n]\n[[d]]\n\n[[d]]\ne.f = true\n",
        );
        let table = table.expect("it is sound");
        assert_eq!(table.iter().map(|(_, node)| node.line).collect::<Vec<_>>(), [1, 3, 8]);
        let Value::Table(b) = &table[1].1.value else { panic!() };
        let Value::List(c) = &b[0].1.value else { panic!() };
        assert_eq!(c.iter().map(|node| node.line).collect::<Vec<_>>(), [5, 6]);
        assert_eq!(c[1].value, Value::Text("yé\n".into()));
    }

    #[test]
    fn what_is_malformed_is_said_with_its_line() {
        for (text, line) in [
            ("a = 1\na = 2", 2),
            ("a", 1),
            ("\n= 1", 2),
            ("a = \"x", 1),
            ("a = 'x\n'", 2),
            ("a = x", 1),
            ("a = 1.5", 1),
            ("a = [1\nb = 2", 2),
            ("a = 1 b = 2", 1),
            ("a = 1\n[a]", 2),
            ("[a]\nb = 1\n[a]", 3),
            ("[[a]]\n[a", 2),
            ("a = \"\\q\"", 1),
            ("a = \"\"\"x\"\"\"", 1),
            ("a = 99999999999999999999", 1),
        ] {
            assert_eq!(parse(text).map_err(|e| e.line), Err(line), "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "[\\[\\]{}=.,#\"'\\\\a-c0-9é \n]{0,60}") {
            // What both accept means the same to both.
            if let (Ok(ours), Ok(theirs)) = (parse(&text), text.parse::<::toml::Table>()) {
                prop_assert_eq!(reference_table(&ours), theirs);
            }
        }
    }
}
