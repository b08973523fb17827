//! The records behind a number of the verdict.

use highwater_lab::ledger::{Entry, Fate};
use highwater_lab::timeline::Timeline;
use yew::prelude::*;

use super::dialog::Modal;
use super::verdict::Count;
use crate::i18n::{Text, grouped, use_text};
use crate::session::{Command, Dialog, PanelProps, Selection};

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

#[component]
pub(crate) fn RecordList(props: &PanelProps) -> Html {
    let t = use_text();
    let dialog = props.session.view().dialog;
    let count = if let Some(Dialog::Records(count)) = dialog { Some(count) } else { None };
    let shown = count.unwrap_or(Count::Promised);
    let (rows, total) = props.session.read(|timeline| {
        let mut rows: Vec<Row> = Vec::new();
        let mut total = 0;
        if count.is_some() {
            for entry in timeline.ledger().entries().filter(|entry| shown.includes(entry)) {
                total += 1;
                if rows.len() < LISTED {
                    rows.push(Row::of(timeline, entry));
                }
            }
        }
        (rows, total)
    });
    let more = total - rows.len() as u64;
    html! {
        <Modal name="records" title={t.records_title(shown.name(t), &grouped(total))} open={count.is_some()}
            on_close={props.session.callback(|()| Command::Show(None))}>
            <p>{ shown.meaning(t) }</p>
            if total == 0 {
                <p class="note">{ t.records_none() }</p>
            } else {
                <p class="note">{ t.records_help() }</p>
                <div class="table-scroll" tabindex="0" role="region" aria-label={shown.name(t)}>
                    <table>
                        <thead>
                            <tr>
                                <th scope="col">{ t.column_record() }</th>
                                <th scope="col">{ t.column_key() }</th>
                                <th scope="col">{ t.column_partition() }</th>
                                <th scope="col">{ t.column_offset() }</th>
                                <th scope="col">{ t.column_fate() }</th>
                                <th scope="col">{ t.column_copies() }</th>
                            </tr>
                        </thead>
                        <tbody>{ for rows.iter().map(|row| line(t, props, row)) }</tbody>
                    </table>
                </div>
                <p class="note" hidden={more == 0}>{ t.records_more(&grouped(more)) }</p>
            }
        </Modal>
    }
}

fn line(t: Text, props: &PanelProps, row: &Row) -> Html {
    let record = row.entry.record();
    let why = props.session.callback(move |_: MouseEvent| Command::Explain(Selection::Record(record)));
    let holders = row.entry.holders();
    html! {
        <tr key={record.0}>
            <th scope="row">
                <button type="button" class="link" onclick={why} aria-label={t.ask_why_of(&record.to_string())}>
                    { record.to_string() }{ " · " }{ t.why_this() }
                </button>
            </th>
            <td>{ row.key.as_deref().unwrap_or(t.no_key()) }</td>
            <td>{ row.partition.as_deref().unwrap_or(t.no_partition_yet()) }</td>
            <td>{ if row.offsets.is_empty() { "–".to_string() } else { t.list(&row.offsets) } }</td>
            <td><FateName fate={row.entry.fate()} /></td>
            <td>{ if holders.is_empty() { t.no_copies().to_string() } else { t.list(holders.iter().map(|id| t.broker_named(id.0))) } }</td>
        </tr>
    }
}

#[derive(PartialEq, Properties)]
pub(super) struct FateNameProps {
    pub(super) fate: Fate,
}

/// A fate in a word, with its colour.
#[component]
pub(super) fn FateName(props: &FateNameProps) -> Html {
    let t = use_text();
    html! { <span class={classes!("fate", props.fate.name())}>{ t.fate(props.fate) }</span> }
}
