//! What happened, in plain words, up to the position.

use std::collections::BTreeSet;

use highwater_core::ids::EventId;
use highwater_lab::timeline::{MarkerKind, Timeline};
use web_sys::Element;
use yew::prelude::*;

use super::icon::{Shape, icon};
use crate::i18n::{Narrator, Text};
use crate::session::{Command, PanelProps, Selection, Session};

/// How many lines are told at first, and how many more at each asking.
const PAGE: usize = 60;

/// A line of the story.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Line {
    /// An event, and the words for it.
    Told(EventId, String),
    /// So many routine events, the first of which is this.
    Routine(usize, EventId),
}

/// The last lines of the story so far, oldest first, and whether there are earlier ones.
fn lines(t: Text, timeline: &Timeline, most: usize, unfolded: bool) -> (Vec<Line>, bool) {
    let narrator = Narrator::new(t, timeline.cluster().metadata());
    let mut lines: Vec<Line> = Vec::new();
    let mut left = timeline.events_until_position();
    while left > 0 && lines.len() < most {
        let Some(event) = timeline.events().get(left - 1) else { break };
        left -= 1;
        let words = if unfolded { Some(narrator.any(&event)) } else { narrator.story(&event) };
        match (words, lines.last_mut()) {
            (Some(words), _) => lines.push(Line::Told(event.id, words)),
            (None, Some(Line::Routine(n, first))) => (*n, *first) = (*n + 1, event.id),
            (None, _) => lines.push(Line::Routine(1, event.id)),
        }
    }
    lines.reverse();
    (lines, left > 0)
}

/// Events by which an acknowledged record was lost.
fn losses(timeline: &Timeline) -> BTreeSet<EventId> {
    timeline
        .markers()
        .iter()
        .filter(|marker| marker.kind == MarkerKind::Loss)
        .map(|marker| marker.event)
        .collect()
}

#[component]
pub(crate) fn Story(props: &PanelProps) -> Html {
    let t = props.text();
    let most = use_state(|| PAGE);
    let unfolded = use_state(|| false);
    let list = use_node_ref();

    let selected = match props.session.view().selection {
        Some(Selection::Event(id)) => Some(id),
        _ => None,
    };
    let (told, earlier, end) = props.session.read(|timeline| {
        let (lines, earlier) = lines(t, timeline, *most, *unfolded);
        let losses = losses(timeline);
        let told: Vec<Html> =
            lines.iter().map(|line| show(t, &props.session, timeline, line, &losses, selected)).collect();
        (told, earlier, timeline.events_until_position())
    });
    // The newest line stays in sight.
    {
        let list = list.clone();
        use_effect_with((end, *unfolded), move |_| {
            if let Some(list) = list.cast::<Element>() {
                list.set_scroll_top(list.scroll_height());
            }
        });
    }
    let more = {
        let most = most.clone();
        Callback::from(move |_: MouseEvent| most.set(*most + 4 * PAGE))
    };
    let unfold = {
        let unfolded = unfolded.clone();
        Callback::from(move |_: Event| unfolded.set(!*unfolded))
    };
    let empty = told.is_empty();
    html! {
        <div class="panel story">
            <label class="check">
                <input type="checkbox" checked={*unfolded} onchange={unfold} />
                { t.story_unfold() }
            </label>
            <p class="note">{ if empty { t.story_empty() } else { t.story_help() } }</p>
            <div class="lines" ref={list} tabindex="0" role="region" aria-label={t.story()}>
                <button type="button" class="quiet" hidden={!earlier} onclick={more}>{ t.story_earlier(4 * PAGE) }</button>
                <ol>{ for told }</ol>
            </div>
        </div>
    }
}

fn show(
    t: Text,
    session: &Session,
    timeline: &Timeline,
    line: &Line,
    losses: &BTreeSet<EventId>,
    selected: Option<EventId>,
) -> Html {
    let (id, words, routine) = match line {
        Line::Told(id, words) => (*id, words.clone(), false),
        Line::Routine(1, id) => (*id, t.story_quiet_one().to_string(), true),
        Line::Routine(n, id) => (*id, t.story_quiet(*n), true),
    };
    let (at, marker) = timeline.event(id).map_or((0, false), |event| (event.at, event.kind.is_marker()));
    let lost = losses.contains(&id);
    let class = classes!(routine.then_some("routine"), marker.then_some("marker"), lost.then_some("loss"));
    html! {
        <li key={id.0} {class}>
            <button type="button" class="line" aria-current={(selected == Some(id)).then_some("true")} title={t.go_there()}
                onclick={session.callback(move |_: MouseEvent| Command::GoTo(id))}>
                <time>{ t.time(at) }</time>
                <span>{ &words }</span>
                if lost {
                    <strong class="loss-mark">{ icon(Shape::Alarm) }{ t.loss_marker() }</strong>
                }
            </button>
            <button type="button" class="icon-button" hidden={routine} aria-label={t.ask_why_of(&words)} title={t.ask_why()}
                onclick={session.callback(move |_: MouseEvent| Command::Explain(Selection::Event(id)))}>
                { icon(Shape::Question) }
            </button>
        </li>
    }
}
