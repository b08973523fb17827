//! The live region: what just happened, for those who listen. It tells the same lines as the story panel.

use gloo_timers::callback::Timeout;
use highwater_lab::timeline::Timeline;
use yew::prelude::*;

use crate::i18n::{self, Text};
use crate::parts;
use crate::session::PanelProps;

/// While time runs, lines are read out together this often, in milliseconds.
const EVERY: u32 = 2500;
/// The most lines read out at once: the newest.
const MOST: usize = 4;
/// More events than this between two looks are a jump: then only the newest lines are told.
const JUMP: usize = 400;

/// Tells what has happened since it told last.
#[component]
pub(crate) fn Narrator(props: &PanelProps) -> Html {
    let t = props.text();
    let told = use_mut_ref(|| None::<(usize, usize)>);
    let waiting = use_mut_ref(|| None::<Timeout>);
    let words = use_state(String::new);
    {
        let (session, words) = (props.session.clone(), words.clone());
        use_effect_with((props.revision, t), move |(_, t)| {
            let t = *t;
            let tell = {
                let (session, told) = (session.clone(), told.clone());
                move || {
                    let Some(telling) = session.parts().telling.get() else {
                        return parts::want(&session, |parts| &parts.telling);
                    };
                    let (now, lines) = session.read(|timeline| {
                        let now = (timeline.branch(), timeline.events_until_position());
                        (now, (telling.news)(t, timeline, *told.borrow()))
                    });
                    *told.borrow_mut() = Some(now);
                    if !lines.is_empty() {
                        words.set(lines.join(" "));
                    }
                }
            };
            if told.borrow().is_none() {
                // What is on the page at first is read with the page.
                *told.borrow_mut() =
                    Some(session.read(|timeline| (timeline.branch(), timeline.events_until_position())));
            } else if !session.view().playing {
                waiting.borrow_mut().take();
                tell();
            } else if waiting.borrow().is_none() {
                let again = waiting.clone();
                *waiting.borrow_mut() = Some(Timeout::new(EVERY, move || {
                    again.borrow_mut().take();
                    tell();
                }));
            }
        });
    }
    html! { <p class="visually-hidden" role="log" aria-live="polite" aria-label={t.story()}>{ &*words }</p> }
}

/// The newest lines of the story since a branch and a number of events.
pub(crate) fn news(t: Text, timeline: &Timeline, since: Option<(usize, usize)>) -> Vec<String> {
    let end = timeline.events_until_position();
    let start = match since {
        Some((branch, events)) if branch == timeline.branch() && (events..events + JUMP).contains(&end) => {
            events
        }
        _ => end.saturating_sub(JUMP),
    };
    let narrator = i18n::Narrator::new(t, timeline.cluster().metadata());
    let events = timeline.events().iter_from(start).take(end - start);
    let mut lines: Vec<String> = events.filter_map(|event| narrator.story(&event)).collect();
    lines.drain(..lines.len().saturating_sub(MOST));
    lines
}
