//! `docs/settings.md` is the settings table, written down. Set `HIGHWATER_REWRITE=1` to write it anew.

use highwater_core::config::{Era, Kind, TABLE, Unit, Value};
use std::fmt::Write as _;

fn values(kind: Kind) -> String {
    match kind {
        Kind::Bool => "`true`, `false`".into(),
        Kind::Int { min, max } if max >= i64::from(i32::MAX) => format!("from {min}"),
        Kind::Int { min, max } => format!("{min}–{max}"),
        Kind::Word(words) => words.iter().map(|w| format!("`{w}`")).collect::<Vec<_>>().join(", "),
    }
}

fn value(value: Value) -> String {
    match value {
        Value::Int(i64::MAX) => "never".into(),
        other => format!("`{other}`"),
    }
}

fn page() -> String {
    let mut out = String::from(
        "# Settings\n\nThe settings that the model knows, under Kafka's names. Where two scopes have a setting of one name, write the \
         scope\nin front: `producer.request.timeout.ms`. The page's settings panel and the command line's `--set` read the same table.\n",
    );
    for rows in TABLE {
        let _ = writeln!(out, "\n## {}\n", rows[0].scope.word());
        out.push_str("| setting | values | 2.1 | 4.x | meaning | source |\n|---|---|---|---|---|---|\n");
        for row in rows {
            let unit = match row.unit {
                Unit::None => "",
                Unit::Ms => " ms",
                Unit::Bytes => " bytes",
            };
            let docs = row.documentation().expect("every row is documented");
            let (old, new) = (value(row.default_of(Era::V2_1)), value(row.default_of(Era::V4)));
            let _ = writeln!(
                out,
                "| `{}` | {}{unit} | {old} | {new} | {} | {} |",
                row.name,
                values(row.kind),
                docs.meaning_en,
                docs.source
            );
        }
    }
    out
}

#[test]
fn the_documentation_is_the_table() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/settings.md");
    if std::env::var_os("HIGHWATER_REWRITE").is_some() {
        std::fs::write(path, page()).expect("docs/settings.md can be written");
    }
    let written = std::fs::read_to_string(path).expect("docs/settings.md can be read");
    assert!(
        written == page(),
        "docs/settings.md is not the table; run with HIGHWATER_REWRITE=1 and read the diff"
    );
}
