//! Play, step, seek, and choose a branch.

use highwater_lab::timeline::{Marker, MarkerKind, Timeline};
use web_sys::{HtmlInputElement, HtmlSelectElement};
use yew::prelude::*;

use crate::i18n::Text;
use crate::playback::Speed;
use crate::session::{Command, Session};

/// The row of controls below the stage.
pub(crate) fn transport(t: Text, session: &Session) -> Html {
    let view = session.view();
    let (finished, at_start) = session.read(|timeline| (timeline.is_finished(), timeline.position() == 0));
    let play = match (view.playing, finished) {
        (true, _) => (t.pause_playback(), "M4.500 2.500v11M11.500 2.500v11"),
        (false, true) => (t.play_to_end(), "M3.500 8a4.800 4.800 0 1 0 1.600-3.600M5.200 1.500v3.200h3.200"),
        (false, false) => (t.play(), "M4 2.500v11l9.500-5.500z"),
    };
    let button = |name: &'static str, path: &'static str, command: Command, disabled: bool| {
        html! {
            <button key={name} type="button" class="icon-button" aria-label={name} title={name} {disabled}
                onclick={session.callback(move |_: MouseEvent| command.clone())}>{ icon(path) }</button>
        }
    };
    html! {
        <section class="transport" aria-label={t.transport()}>
            <div class="buttons">
                { button(t.previous_marker(), "M3.500 3v10M12.500 3 6 8l6.500 5z", Command::PreviousMarker, at_start) }
                { button(t.step_back(), "M10.500 3 4.500 8l6 5", Command::StepBack, at_start) }
                <button type="button" class={classes!("play", view.playing.then_some("playing"))} aria-label={play.0} title={play.0}
                    onclick={session.callback(|_: MouseEvent| Command::Toggle)}>{ icon(play.1) }</button>
                { button(t.step_forward(), "M5.500 3l6 5-6 5", Command::Step, false) }
                { button(t.exchange_forward(), "M3 3l5 5-5 5M8.500 3l5 5-5 5", Command::Exchange, false) }
                { button(t.next_marker(), "M12.500 3v10M3.500 3 10 8l-6.500 5z", Command::NextMarker, false) }
            </div>
            { scrubber(t, session) }
            <label class="speed">
                <span class="visually-hidden">{ t.speed() }</span>
                <select onchange={session.callback(|event: Event| Command::Speed(chosen(&event, &Speed::ALL)))}>
                    { for Speed::ALL.into_iter().map(|speed| html! {
                        <option key={speed.label()} selected={speed == view.speed}>{ t.speed_times(speed.label()) }</option>
                    }) }
                </select>
            </label>
            { branches(t, session) }
        </section>
    }
}

fn chosen<T: Copy + Default>(event: &Event, choices: &[T]) -> T {
    let index = event.target_unchecked_into::<HtmlSelectElement>().selected_index();
    usize::try_from(index).ok().and_then(|index| choices.get(index)).copied().unwrap_or_default()
}

/// A picture on a button.
pub(crate) fn icon(path: &'static str) -> Html {
    html! {
        <svg class="icon" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" focusable="false">
            <path d={path} fill="none" stroke="currentColor" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round" />
        </svg>
    }
}

/// The known timeline, with its markers.
fn scrubber(t: Text, session: &Session) -> Html {
    let (position, len, now) = session.read(|timeline| (timeline.position(), timeline.len(), timeline.now()));
    let words = t.step_at(position, &t.time(now));
    let oninput = session.callback(|event: InputEvent| {
        let value = event.target_unchecked_into::<HtmlInputElement>().value();
        Command::Seek(value.parse().unwrap_or_default())
    });
    let done = if len == 0 { 0.0 } else { position as f64 / len as f64 };
    html! {
        <div class="scrubber" style={format!("--done:{done:.4}")}>
            <input type="range" min="0" max={len.max(1).to_string()} value={position.to_string()} aria-label={t.timeline()}
                aria-valuetext={words.clone()} {oninput} />
            <div class="markers" aria-hidden="true">{ session.read(|timeline| markers(timeline, t)) }</div>
            <p class="reading"><span class="place">{ t.step_of(position, len) }</span><span class="now">{ t.time(now) }</span></p>
        </div>
    }
}

/// More markers than this cannot be told apart.
const MOST_MARKERS: usize = 120;

fn markers(timeline: &Timeline, t: Text) -> Html {
    let all = timeline.markers();
    // Of too many, the gravest stay.
    let kept = |marker: &&Marker| all.len() <= MOST_MARKERS || gravity(marker.kind) == "grave";
    let len = timeline.len().max(1) as f64;
    let tick = |marker: &Marker| {
        let place = marker.step as f64 / len * 100.0;
        let what = t.marker_at(t.marker(marker.kind), &t.time(marker.at));
        html! {
            <i key={marker.event.0} class={gravity(marker.kind)} style={format!("inset-inline-start:{place:.2}%")} title={what} />
        }
    };
    all.iter().filter(kept).take(MOST_MARKERS).map(tick).collect()
}

fn gravity(kind: MarkerKind) -> &'static str {
    match kind {
        MarkerKind::Loss => "grave",
        MarkerKind::Fault | MarkerKind::Failure => "fault",
        _ => "event",
    }
}

/// The branches, where there is more than one.
fn branches(t: Text, session: &Session) -> Html {
    let names: Vec<String> = session.read(|timeline| {
        let name = |(number, branch): (usize, &highwater_lab::timeline::BranchInfo)| match &branch.label {
            Some(act) => t.branch_named(number, &t.intervention(act)),
            None => t.branch_main().to_owned(),
        };
        timeline.branches().iter().enumerate().map(name).collect()
    });
    let now = session.read(Timeline::branch);
    let onchange = session.callback(|event: Event| {
        let index = event.target_unchecked_into::<HtmlSelectElement>().selected_index();
        Command::SwitchBranch(usize::try_from(index).unwrap_or_default())
    });
    html! {
        <label class="branches" hidden={names.len() < 2}>
            <span class="visually-hidden">{ t.branch() }</span>
            <select {onchange}>
                { for names.into_iter().enumerate().map(|(number, name)| html! {
                    <option key={number} selected={number == now}>{ name }</option>
                }) }
            </select>
        </label>
    }
}
