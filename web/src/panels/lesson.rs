//! The lesson: what it is about, what to predict, why it came so, what to try.

use std::sync::Arc;

use highwater_lab::judge::{self, Standing};
use highwater_lab::lessons;
use highwater_lab::question::Question;
use highwater_lab::scenario::Scenario;
use highwater_lab::timeline::Timeline;
use yew::prelude::*;

use super::icon::{Shape, icon};
use crate::i18n::Text;
use crate::parts;
use crate::session::{Command, Dialog, PanelProps, Session};

#[component]
pub(crate) fn Lesson(props: &PanelProps) -> Html {
    let t = props.text();
    let picked = use_state(|| None::<Picked>);
    let session = &props.session;
    let view = session.view();
    let over = view.seen_end;
    let scenario = session.read(|timeline| timeline.scenario().clone());
    // The engine answers: the lesson is played to its end once more, as it was written.
    let right = {
        let (scenario, judging) = (scenario.clone(), session.parts().judging.get().filter(|_| over));
        use_memo((scenario.id.clone(), judging.is_some()), move |_| {
            judging.and_then(|judging| (judging.right)(&scenario))
        })
    };
    let place = lessons::ALL.iter().position(|lesson| lesson.id == scenario.id);
    let next = place.and_then(|place| lessons::ALL.get(place + 1)).map(|lesson| lesson.id);

    html! {
        <div class="panel lesson">
            <header>
                <p class="note" hidden={place.is_none()}>
                    { place.map(|place| t.lesson_number(place + 1, lessons::ALL.len())).unwrap_or_default() }
                </p>
                <h2>{ scenario.title.get(t.0) }</h2>
                <p>{ scenario.summary.get(t.0) }</p>
            </header>
            { for scenario.questions.iter().enumerate().map(|(number, question)| {
                let right = right.as_ref().as_ref().and_then(|right| right.get(number)).map(Vec::as_slice);
                let answer = view.answers.get(&number).copied();
                show_question(t, session, (&scenario.id, number), question, answer, right, &picked)
            }) }
            <div class="explanation" hidden={!over}>
                <h3>{ t.explanation() }</h3>
                if over {
                    { paragraphs(scenario.explanation.get(t.0)) }
                }
            </div>
            <div class="challenge" hidden={!over}>
                if over {
                    { parts::show(t, session, |parts| &parts.judging, |judging| (judging.challenge)(t, session)) }
                }
            </div>
            <footer>
                <button type="button" onclick={session.callback(|_: MouseEvent| Command::Restart)}>{ t.restart_lesson() }</button>
                <button type="button" onclick={session.callback(|_: MouseEvent| Command::Show(Some(Dialog::Lessons)))}>
                    { t.all_lessons() }
                </button>
                if let Some(next) = next {
                    <button type="button" class={classes!(over.then_some("primary"))}
                        onclick={session.callback(move |_: MouseEvent| Command::LoadLesson(next.to_string()))}>
                        { t.next_lesson() }
                    </button>
                }
            </footer>
        </div>
    }
}

/// Whether somebody has done anything in this branch: the lesson as it was written is no attempt at its challenge.
fn was_touched(timeline: &Timeline) -> bool {
    !timeline.overrides().is_empty() || timeline.acts().next().is_some()
}

/// A text of several paragraphs, with an empty line between two.
fn paragraphs(text: &str) -> Html {
    text.split("\n\n")
        .enumerate()
        .map(|(i, paragraph)| html! { <p key={i}>{ paragraph.trim() }</p> })
        .collect()
}

/// A choice that is not locked in yet: of which lesson's which question, and which.
type Picked = (String, usize, usize);

/// A question to be answered before the run, and judged after it.
fn show_question(
    t: Text,
    session: &Session,
    (lesson, number): (&str, usize),
    question: &Question,
    answer: Option<usize>,
    right: Option<&[bool]>,
    picked: &UseStateHandle<Option<Picked>>,
) -> Html {
    let is_right = |choice: usize| right.and_then(|right| right.get(choice).copied());
    let mine = picked.as_ref().filter(|(in_lesson, of, _)| in_lesson == lesson && *of == number);
    let chosen = answer.or(mine.map(|(_, _, choice)| *choice));
    let choice = |i: usize, text: &str| {
        let truth = is_right(i);
        let class = classes!(
            "choice",
            (answer == Some(i)).then_some("mine"),
            truth.map(|right| if right { "right" } else { "wrong" })
        );
        let onchange = {
            let (picked, lesson) = (picked.clone(), lesson.to_string());
            Callback::from(move |_: Event| picked.set(Some((lesson.clone(), number, i))))
        };
        html! {
            <label key={i} {class}>
                <input type="radio" name={format!("question-{number}")} value={i.to_string()} {onchange}
                    disabled={answer.is_some() || truth.is_some()} checked={chosen == Some(i)} />
                <span>{ text }</span>
                <em hidden={answer != Some(i)}>{ t.your_answer() }</em>
                <em class="truth" hidden={truth != Some(true)}>{ icon(Shape::Check) }{ t.what_happened() }</em>
            </label>
        }
    };
    let lock = {
        let session = session.clone();
        Callback::from(move |_: MouseEvent| {
            if let Some(choice) = chosen {
                session.dispatch(Command::Answer { question: number, choice });
            }
        })
    };
    let outcome = match (answer, right) {
        (Some(answer), Some(_)) if is_right(answer) == Some(true) => t.right(),
        (Some(_), Some(_)) => t.wrong(),
        (Some(_), None) => t.locked_in(),
        (None, _) => "",
    };
    html! {
        <fieldset class="question" key={format!("{lesson}-{number}")}>
            <legend><strong>{ t.question() }</strong>{ " " }{ question.ask.get(t.0) }</legend>
            { for question.choices.iter().enumerate().map(|(i, it)| choice(i, it.text.get(t.0))) }
            <button type="button" class="primary" hidden={answer.is_some() || right.is_some()} disabled={chosen.is_none()}
                onclick={lock}>{ t.lock_in() }</button>
            <p class="outcome" role="status">{ outcome }</p>
        </fieldset>
    }
}

/// Which choices of each question are right; none where the lesson cannot be played.
pub(crate) fn right_answers(scenario: &Arc<Scenario>) -> Option<Vec<Vec<bool>>> {
    judge::right_answers(scenario).ok()
}

/// What to try, once the lesson is over, and how that stands.
pub(crate) fn challenge(t: Text, session: &Session) -> Html {
    let scenario = session.read(|timeline| timeline.scenario().clone());
    let Some(challenge) = &scenario.challenge else { return html! { <p hidden=true /> } };
    let standing = session.read(judge::challenge).filter(|_| session.read(was_touched));
    let (class, words) = match &standing {
        Some(Standing::Won) => ("won", t.challenge_solved().to_string()),
        Some(Standing::Missed) => ("missed", t.challenge_missed().to_string()),
        Some(Standing::TooManyChanges { changed }) => {
            ("missed", t.challenge_too_many(*changed, challenge.changes))
        }
        Some(Standing::NotAllowed { setting }) => ("missed", t.challenge_not_allowed(setting)),
        Some(Standing::Meddled) => ("missed", t.challenge_meddled().to_string()),
        Some(Standing::Running) | None => ("running", t.challenge_open().to_string()),
    };
    html! {
        <>
            <h3>{ t.challenge() }</h3>
            <p>{ challenge.ask.get(t.0) }</p>
            <p class={classes!("standing", class)} role="status">
                if class == "won" {
                    { icon(Shape::Check) }
                }
                { words }
            </p>
            if let Some(hint) = &challenge.hint {
                <details>
                    <summary>{ t.show_hint() }</summary>
                    <p>{ hint.get(t.0) }</p>
                </details>
            }
        </>
    }
}
