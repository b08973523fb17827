//! The lesson picker.

use yew::prelude::*;

use super::icon::{Shape, icon};
use crate::i18n::Text;
use crate::lessons::{Entry, INDEX};
use crate::session::{Command, Session};

pub(super) fn content(t: Text, session: &Session) -> Html {
    let current = session.read(|timeline| timeline.scenario().id.clone());
    let entry = |lesson: &'static Entry| {
        let here = lesson.id == current;
        html! {
            <li key={lesson.id}>
                <button type="button" aria-current={here.then_some("true")}
                    onclick={session.callback(move |_: MouseEvent| Command::LoadLesson(lesson.id.to_owned()))}>
                    { icon(Shape::Play) }
                    <strong>{ lesson.title.get(t.0) }</strong>
                    <em hidden={!here}>{ t.lesson_current() }</em>
                    <span>{ lesson.summary.get(t.0) }</span>
                </button>
            </li>
        }
    };
    html! {
        <>
            <p>{ t.lessons_help() }</p>
            <ol class="lesson-list">{ for INDEX.iter().map(entry) }</ol>
        </>
    }
}
