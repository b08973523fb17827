//! The lesson picker.

use highwater_lab::lessons;
use yew::prelude::*;

use super::dialog::Modal;
use super::icon::{Icon, Shape};
use crate::i18n::use_text;
use crate::session::{Command, Dialog, PanelProps};

#[component]
pub(crate) fn LessonPicker(props: &PanelProps) -> Html {
    let t = use_text();
    let open = props.session.view().dialog == Some(Dialog::Lessons);
    let current = props.session.read(|timeline| timeline.scenario().id.clone());
    // Read again at each opening: a few short files.
    let entries = lessons::ALL.iter().filter(|_| open).filter_map(|lesson| lesson.scenario().ok());
    html! {
        <Modal name="lessons" title={t.lessons()} {open} on_close={props.session.callback(|()| Command::Show(None))}>
            <p>{ t.lessons_help() }</p>
            <ol class="lesson-list">
                { for entries.map(|scenario| {
                    let here = scenario.id == current;
                    let id = scenario.id.clone();
                    html! {
                        <li key={scenario.id.clone()}>
                            <button type="button" aria-current={here.then_some("true")}
                                onclick={props.session.callback(move |_: MouseEvent| Command::LoadLesson(id.clone()))}>
                                <Icon shape={Shape::Play} />
                                <strong>{ scenario.title.get(t.0) }</strong>
                                <em hidden={!here}>{ t.lesson_current() }</em>
                                <span>{ scenario.summary.get(t.0) }</span>
                            </button>
                        </li>
                    }
                }) }
            </ol>
        </Modal>
    }
}
