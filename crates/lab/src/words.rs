//! The small language of commands and conditions: words between spaces, quoted where they hold spaces themselves.

use highwater_core::ids::{BrokerId, NodeId};
use std::fmt::Write as _;

/// The longest text that is read.
pub(crate) const LONGEST: usize = 1_000;

/// A word, and whether it was quoted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Word {
    pub(crate) text: String,
    quoted: bool,
}

/// The words of a text, read one after the other.
#[derive(Debug)]
pub(crate) struct Words {
    words: Vec<Word>,
    next: usize,
}

impl Words {
    /// Splits a text. A quoted part may follow other characters, as in `key="a b"`.
    pub(crate) fn of(text: &str) -> Result<Self, String> {
        if text.len() > LONGEST {
            return Err(format!("is longer than {LONGEST} bytes"));
        }
        let mut words = Vec::new();
        let mut word: Option<Word> = None;
        let mut chars = text.chars();
        while let Some(c) = chars.next() {
            if c.is_whitespace() {
                words.extend(word.take());
                continue;
            }
            let word = word.get_or_insert(Word { text: String::new(), quoted: false });
            if c != '"' {
                word.text.push(c);
                continue;
            }
            word.quoted = true;
            loop {
                match chars.next() {
                    Some('"') => break,
                    Some('\\') => match chars.next() {
                        Some(c @ ('"' | '\\')) => word.text.push(c),
                        _ => return Err("after `\\` only `\"` or `\\` may come".into()),
                    },
                    Some(c) => word.text.push(c),
                    None => return Err("a quotation mark is not closed".into()),
                }
            }
        }
        words.extend(word);
        Ok(Words { words, next: 0 })
    }

    pub(crate) fn peek(&self) -> Option<&str> {
        self.words.get(self.next).map(|word| word.text.as_str())
    }

    pub(crate) fn next(&mut self, what: &str) -> Result<String, String> {
        let word = self.words.get(self.next).ok_or_else(|| format!("{what} is missing at the end"))?;
        self.next += 1;
        Ok(word.text.clone())
    }

    /// Takes a word if it is this one.
    pub(crate) fn take(&mut self, word: &str) -> bool {
        let is = self.words.get(self.next).is_some_and(|next| next.text == word && !next.quoted);
        self.next += usize::from(is);
        is
    }

    pub(crate) fn expect(&mut self, word: &str) -> Result<(), String> {
        if self.take(word) {
            return Ok(());
        }
        match self.peek() {
            Some(found) => Err(format!("expected `{word}`, not `{found}`")),
            None => Err(format!("`{word}` is missing at the end")),
        }
    }

    pub(crate) fn number<T: std::str::FromStr>(&mut self, what: &str) -> Result<T, String> {
        let word = self.next(what)?;
        word.parse().map_err(|_| format!("expected {what}, not `{word}`"))
    }

    pub(crate) fn duration(&mut self) -> Result<u64, String> {
        crate::duration::parse(&self.next("a span of time")?)
    }

    /// `broker 1`, `producer 2`, `consumer 3` or `controller`, if the next words are one.
    pub(crate) fn node(&mut self) -> Result<Option<NodeId>, String> {
        let node = match self.peek() {
            Some("controller") => {
                self.next += 1;
                NodeId::Controller
            }
            Some("broker") => {
                self.next += 1;
                NodeId::Broker(BrokerId(self.number("a broker's number")?))
            }
            Some("producer") => {
                self.next += 1;
                NodeId::Producer(self.number("a producer's number")?)
            }
            Some("consumer") => {
                self.next += 1;
                NodeId::Consumer(self.number("a consumer's number")?)
            }
            _ => return Ok(None),
        };
        if node == NodeId::Broker(BrokerId(0)) || matches!(node, NodeId::Producer(0) | NodeId::Consumer(0)) {
            return Err("numbers of nodes start at 1".into());
        }
        Ok(Some(node))
    }

    /// A partition as its directory is called: `orders-0`.
    pub(crate) fn partition(&mut self) -> Result<(String, u16), String> {
        let word = self.next("a partition such as `orders-0`")?;
        let wrong = || format!("expected a partition such as `orders-0`, not `{word}`");
        let (topic, index) = word.rsplit_once('-').ok_or_else(wrong)?;
        Ok((topic.to_string(), index.parse().map_err(|_| wrong())?))
    }

    pub(crate) fn end(&self) -> Result<(), String> {
        match self.peek() {
            Some(word) => Err(format!("does not go on with `{word}`")),
            None => Ok(()),
        }
    }
}

/// A word as it must be written to be read back.
pub(crate) fn quoted(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    if !text.is_empty() && text != "-" && text.chars().all(plain) {
        return text.to_string();
    }
    let mut quoted = String::from("\"");
    for c in text.chars() {
        if matches!(c, '"' | '\\') {
            quoted.push('\\');
        }
        quoted.push(c);
    }
    quoted.push('"');
    quoted
}

/// A node as it is written.
pub(crate) fn node(node: NodeId) -> String {
    let mut text = String::new();
    let _ = match node {
        NodeId::Controller => write!(text, "controller"),
        NodeId::Broker(id) => write!(text, "broker {id}"),
        NodeId::Producer(n) => write!(text, "producer {n}"),
        NodeId::Consumer(n) => write!(text, "consumer {n}"),
    };
    text
}
