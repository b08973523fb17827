//! The lesson picker.

use highwater_lab::lessons;
use yew::prelude::*;

use super::dialog::modal;
use super::icon::{Shape, icon};
use crate::i18n::Text;
use crate::session::{Command, Dialog, Session};

pub(crate) fn lesson_picker(t: Text, session: &Session) -> Html {
    modal(t, session, "lessons", |dialog| dialog == Dialog::Lessons, t.lessons(), || content(t, session))
}

fn content(t: Text, session: &Session) -> Html {
    let current = session.read(|timeline| timeline.scenario().id.clone());
    // Read again at each opening: a few short files.
    let scenarios = lessons::ALL.iter().filter_map(|lesson| lesson.scenario().ok());
    let entry = |scenario: highwater_lab::scenario::Scenario| {
        let here = scenario.id == current;
        let id = scenario.id.clone();
        html! {
            <li key={scenario.id.clone()}>
                <button type="button" aria-current={here.then_some("true")}
                    onclick={session.callback(move |_: MouseEvent| Command::LoadLesson(id.clone()))}>
                    { icon(Shape::Play) }
                    <strong>{ scenario.title.get(t.0) }</strong>
                    <em hidden={!here}>{ t.lesson_current() }</em>
                    <span>{ scenario.summary.get(t.0) }</span>
                </button>
            </li>
        }
    };
    html! {
        <>
            <p>{ t.lessons_help() }</p>
            <ol class="lesson-list">{ for scenarios.map(entry) }</ol>
        </>
    }
}
