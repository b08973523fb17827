//! Why something happened: its causes as a list and as a space–time diagram.

mod diagram;

use highwater_core::event::Event;
use highwater_core::ids::EventId;
use highwater_lab::cause;
use highwater_lab::ledger::Fate;
use highwater_lab::timeline::Timeline;
use yew::prelude::*;

use crate::i18n::Narrator;
use crate::session::{Command, PanelProps, Selection};
use diagram::diagram;

/// The chain that explains what is selected, oldest first; without a selection, the first loss.
fn chain(timeline: &Timeline, selection: Option<Selection>) -> Vec<EventId> {
    let ledger = timeline.ledger();
    match selection {
        Some(Selection::Event(id)) => cause::chain(timeline, id),
        Some(Selection::Record(record)) => {
            ledger.record(record).map(|entry| cause::of_fate(timeline, entry)).unwrap_or_default()
        }
        _ if ledger.counts().lost > 0 => {
            let lost = ledger.entries().find(|entry| entry.fate() == Fate::Lost);
            lost.map(|entry| cause::of_fate(timeline, entry)).unwrap_or_default()
        }
        _ => Vec::new(),
    }
}

/// What is being explained, kept while its causes are looked at: going back to a cause goes back to before the
/// record's fate was decided, and the chain must not change then.
struct Kept {
    selection: Option<Selection>,
    branch: usize,
    chain: Vec<EventId>,
}

#[component]
pub(crate) fn Why(props: &PanelProps) -> Html {
    let t = props.text();
    let kept = use_mut_ref(|| None::<Kept>);
    let selection = props.session.view().selection;
    let chain: Vec<Cause> = props.session.read(|timeline| {
        let (branch, now) = (timeline.branch(), chain(timeline, selection));
        let mut kept = kept.borrow_mut();
        let same = kept.take().filter(|kept| kept.selection == selection && kept.branch == branch);
        let chain = match same {
            Some(kept) if kept.chain.last() > now.last() => kept.chain,
            _ => now,
        };
        let narrator = Narrator::new(t, timeline.cluster().metadata());
        let events = chain.iter().filter_map(|id| timeline.event(*id));
        let causes = events.map(|event| Cause { words: narrator.any(&event), event }).collect();
        *kept = Some(Kept { selection, branch, chain });
        causes
    });
    let Some(last) = chain.last() else {
        return html! { <div class="panel why"><p class="note">{ t.why_help() }</p></div> };
    };
    let title = match selection {
        Some(Selection::Record(record)) => props.session.read(|timeline| {
            let fate = timeline.ledger().record(record).map(|entry| t.fate(entry.fate()));
            t.why_record(&record.to_string(), fate.unwrap_or_default())
        }),
        _ => t.why_title(&last.words),
    };
    let here = props.session.read(Timeline::events_until_position) as u64;
    html! {
        <div class="panel why">
            <h2>{ title }</h2>
            { diagram(t, &chain.iter().map(|cause| &cause.event).collect::<Vec<_>>()) }
            <h3>{ t.why_chain() }</h3>
            <ol class="chain">
                { for chain.iter().enumerate().map(|(i, cause)| {
                    let id = cause.event.id;
                    let gap = i.checked_sub(1).map(|before| cause.event.at - chain[before].event.at).filter(|gap| *gap >= LONG);
                    let decided = i + 1 == chain.len();
                    let class = classes!(decided.then_some("decided"), (id.0 > here).then_some("ahead"));
                    html! {
                        <li key={id.0} {class}>
                            <span class="gap" hidden={gap.is_none()}>{ gap.map(|gap| t.why_later(&t.span(gap))) }</span>
                            <button type="button" class="line" title={t.go_there()}
                                onclick={props.session.callback(move |_: MouseEvent| Command::GoTo(id))}>
                                <span class="number">{ i + 1 }</span>
                                <time>{ t.time(cause.event.at) }</time>
                                <span>{ &cause.words }</span>
                                <em hidden={!decided}>{ t.why_decided() }</em>
                            </button>
                        </li>
                    }
                }) }
            </ol>
        </div>
    }
}

/// A gap in time that is worth a word, in microseconds.
const LONG: u64 = 500_000;

/// An event of the chain, in words.
struct Cause {
    event: Event,
    words: String,
}
