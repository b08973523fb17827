//! Statements about what became of the records, which a ledger makes true or false.

use crate::ledger::{Counts, Entry, Fate, Ledger};
use crate::packed::packed;
use crate::words::Words;
use highwater_core::ids::RecordId;

/// A statement about what became of the records: `lost > 0 and acked = 6`, `m5 is lost`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Predicate {
    clauses: Vec<Clause>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Clause {
    Count { name: String, relation: Relation, number: u32 },
    Fate { record: String, is: bool, fate: Fate },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Relation {
    Below,
    AtMost,
    Equal,
    AtLeast,
    Above,
}

impl Relation {
    const ALL: [(Relation, &'static str); 5] = [
        (Relation::Below, "<"),
        (Relation::AtMost, "<="),
        (Relation::Equal, "="),
        (Relation::AtLeast, ">="),
        (Relation::Above, ">"),
    ];

    fn holds(self, a: u32, b: u32) -> bool {
        match self {
            Relation::Below => a < b,
            Relation::AtMost => a <= b,
            Relation::Equal => a == b,
            Relation::AtLeast => a >= b,
            Relation::Above => a > b,
        }
    }
}

packed!(struct Predicate { clauses });
packed!(enum Clause { Count { name, relation, number }, Fate { record, is, fate } });
packed!(
    enum Relation {
        Below,
        AtMost,
        Equal,
        AtLeast,
        Above,
    }
);

/// The most clauses of a predicate.
const MOST_CLAUSES: usize = 8;

impl Predicate {
    /// Reads a predicate.
    ///
    /// # Errors
    /// What is wrong with the words.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut words = Words::of(text)?;
        let mut clauses = vec![Clause::read(&mut words)?];
        while words.take("and") {
            clauses.push(Clause::read(&mut words)?);
        }
        words.end()?;
        if clauses.len() > MOST_CLAUSES {
            return Err(format!("has more than {MOST_CLAUSES} parts"));
        }
        Ok(Predicate { clauses })
    }

    /// Whether it is true now. `record` knows the records by the script's names.
    pub fn holds(&self, ledger: &Ledger, record: impl Fn(&str) -> Option<RecordId>) -> bool {
        self.clauses.iter().all(|clause| match clause {
            Clause::Count { name, relation, number } => {
                ledger.counts().get(name).is_some_and(|count| relation.holds(count, *number))
            }
            Clause::Fate { record: name, is, fate } => {
                let found = record(name).and_then(|id| ledger.record(id)).map(Entry::fate);
                found.is_some_and(|found| (found == *fate) == *is)
            }
        })
    }

    /// The records it speaks of.
    pub(crate) fn records(&self) -> impl Iterator<Item = &str> {
        self.clauses.iter().filter_map(|clause| match clause {
            Clause::Fate { record, .. } => Some(record.as_str()),
            Clause::Count { .. } => None,
        })
    }
}

impl Clause {
    fn read(words: &mut Words) -> Result<Self, String> {
        let subject = words.next("a count or a record")?;
        if Counts::default().get(&subject).is_some() {
            let sign = words.next("`<`, `<=`, `=`, `>=` or `>`")?;
            let relation = Relation::ALL.into_iter().find(|(_, known)| *known == sign);
            let relation =
                relation.ok_or_else(|| format!("expected `<`, `<=`, `=`, `>=` or `>`, not `{sign}`"))?.0;
            return Ok(Clause::Count { name: subject, relation, number: words.number("a number")? });
        }
        words.expect("is").map_err(|_| format!("`{subject}` is neither a count nor followed by `is`"))?;
        let is = !words.take("not");
        let name = words.next("a fate")?;
        let fate = Fate::ALL.into_iter().find(|fate| fate.name() == name);
        let fate = fate.ok_or_else(|| format!("`{name}` is not a fate such as `lost` or `safe`"))?;
        Ok(Clause::Fate { record: subject, is, fate })
    }
}
