//! The records behind a number of the verdict.

use highwater_lab::ledger::Entry;
use highwater_lab::timeline::Timeline;
use yew::prelude::*;

use super::dialog::DialogContent;
use super::verdict::Count;
use crate::i18n::{Text, grouped};
use crate::session::{Command, Selection, Session};

/// The most records that are listed; the newest ones.
const LISTED: usize = 200;

/// A record as the list tells it.
struct Row {
    entry: Entry,
    key: Option<String>,
    partition: Option<String>,
    /// Where it stands in the leader's log: more than once if it was duplicated.
    offsets: Vec<i64>,
}

impl Row {
    fn of(timeline: &Timeline, entry: &Entry) -> Self {
        let metadata = timeline.cluster().metadata();
        Row {
            key: entry.key().map(|key| String::from_utf8_lossy(key).into_owned()),
            partition: entry.partition().map(|id| metadata.partition_name(id)),
            offsets: timeline.ledger().offsets(entry.record()),
            entry: entry.clone(),
        }
    }
}

pub(super) fn content(t: Text, session: &Session, count: Count) -> DialogContent {
    let (total, rows) = session.read(|timeline| rows(timeline, count));
    DialogContent {
        title: t.records_title(count.name(t), &grouped(total)).into(),
        body: list(t, session, count, total, &rows),
    }
}

/// How many records there are, and the newest of them.
fn rows(timeline: &Timeline, count: Count) -> (u64, Vec<Row>) {
    let all = timeline.ledger().entries().rev().filter(|entry| count.includes(entry));
    let rows = all.clone().take(LISTED).map(|entry| Row::of(timeline, entry)).collect();
    (all.count() as u64, rows)
}

fn list(t: Text, session: &Session, count: Count, total: u64, rows: &[Row]) -> Html {
    if total == 0 {
        return html! { <><p>{ count.meaning(t) }</p><p class="note">{ t.records_none() }</p></> };
    }
    let columns = [
        t.column_record(),
        t.column_key(),
        t.column_partition(),
        t.column_offset(),
        t.column_fate(),
        t.column_copies(),
    ];
    let more = total - rows.len() as u64;
    html! {
        <>
            <p>{ count.meaning(t) }</p>
            <p class="note">{ t.records_help() }</p>
            <div class="table-scroll" tabindex="0" role="region" aria-label={count.name(t)}>
                <table>
                    <thead>
                        <tr>{ for columns.into_iter().map(|name| html! { <th key={name} scope="col">{ name }</th> }) }</tr>
                    </thead>
                    <tbody>{ for rows.iter().map(|row| line(t, session, row)) }</tbody>
                </table>
            </div>
            <p class="note" hidden={more == 0}>{ t.records_more(&grouped(more)) }</p>
        </>
    }
}

fn line(t: Text, session: &Session, row: &Row) -> Html {
    let (record, fate, holders) = (row.entry.record(), row.entry.fate(), row.entry.holders());
    let why = session.callback(move |_: MouseEvent| Command::Explain(Selection::Record(record)));
    let offsets = if row.offsets.is_empty() { "–".to_string() } else { t.list(&row.offsets) };
    let copies = t.list(holders.iter().map(|id| t.broker_named(id.0)));
    html! {
        <tr key={record.0}>
            <th scope="row">
                <button type="button" class="link" onclick={why}>
                    { record.to_string() }{ " · " }{ t.why_this() }
                </button>
            </th>
            <td>{ row.key.as_deref().unwrap_or(t.no_key()) }</td>
            <td>{ row.partition.as_deref().unwrap_or(t.no_partition_yet()) }</td>
            <td>{ offsets }</td>
            <td><span class={classes!("fate", fate.name())}>{ t.fate(fate) }</span></td>
            <td>{ if holders.is_empty() { t.no_copies() } else { &copies } }</td>
        </tr>
    }
}
