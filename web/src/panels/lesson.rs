//! The lesson: what it is about, what to predict, why it came so, what to try.

use std::rc::Rc;

use highwater_lab::judge::{self, Challenge, Standing};
use highwater_lab::lessons;
use highwater_lab::timeline::Timeline;
use yew::prelude::*;

use super::icon::{Icon, Shape};
use crate::i18n::{Text, use_text};
use crate::session::{Command, Dialog, PanelProps, Session};

#[component]
pub(crate) fn Lesson(props: &PanelProps) -> Html {
    let t = use_text();
    let session = &props.session;
    let view = session.view();
    let over = view.seen_end;
    let scenario = session.read(|timeline| timeline.scenario().clone());
    let standing = session.read(judge::challenge).filter(|_| session.read(was_touched));
    // The engine answers: the lesson is played to its end once more, as it was written.
    let right = {
        let scenario = scenario.clone();
        use_memo((scenario.id.clone(), over), move |(_, over)| {
            let played = over.then(|| judge::right_answers(&scenario).ok()).flatten();
            played.map(|answers| answers.into_iter().map(Rc::new).collect::<Vec<_>>())
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
            { for (0..scenario.questions.len()).map(|question| html! {
                <Prediction key={format!("{}-{question}", scenario.id)} session={session.clone()} {question}
                    answer={view.answers.get(&question).copied()}
                    right={right.as_ref().as_ref().and_then(|right| right.get(question)).cloned()} />
            }) }
            <div class="explanation" hidden={!over}>
                <h3>{ t.explanation() }</h3>
                if over {
                    { paragraphs(scenario.explanation.get(t.0)) }
                }
            </div>
            <div class="challenge" hidden={scenario.challenge.is_none() || !over}>
                if let Some(challenge) = &scenario.challenge {
                    { show_challenge(t, challenge, standing.as_ref(), over) }
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

#[derive(PartialEq, Properties)]
struct PredictionProps {
    session: Session,
    /// Which question of the lesson.
    question: usize,
    /// The choice that is locked in.
    answer: Option<usize>,
    /// After the run: which choices are right.
    right: Option<Rc<Vec<bool>>>,
}

/// A question to be answered before the run, and judged after it.
#[component]
fn Prediction(props: &PredictionProps) -> Html {
    let t = use_text();
    let picked = use_state(|| None::<usize>);
    let scenario = props.session.read(|timeline| timeline.scenario().clone());
    let Some(question) = scenario.questions.get(props.question) else {
        return html! { <fieldset hidden=true></fieldset> };
    };
    let number = props.question;
    let locked = props.answer.is_some();
    let is_right = |choice: usize| props.right.as_ref().and_then(|right| right.get(choice).copied());
    let lock = {
        let (session, picked) = (props.session.clone(), picked.clone());
        Callback::from(move |_: MouseEvent| {
            if let Some(choice) = *picked {
                session.dispatch(Command::Answer { question: number, choice });
            }
        })
    };
    let choice = |i: usize, text: &str| {
        let picked = picked.clone();
        let mine = props.answer == Some(i);
        let truth = is_right(i);
        let class = classes!(
            "choice",
            mine.then_some("mine"),
            match truth {
                Some(true) => Some("right"),
                Some(false) => Some("wrong"),
                None => None,
            }
        );
        html! {
            <label key={i} {class}>
                <input type="radio" name={format!("question-{number}")} value={i.to_string()} disabled={locked || truth.is_some()}
                    checked={props.answer.or(*picked) == Some(i)} onchange={Callback::from(move |_: Event| picked.set(Some(i)))} />
                <span>{ text }</span>
                <em hidden={!(locked && mine)}>{ t.your_answer() }</em>
                <em class="truth" hidden={truth != Some(true)}><Icon shape={Shape::Check} />{ t.what_happened() }</em>
            </label>
        }
    };
    let verdict = match (props.answer, &props.right) {
        (Some(answer), Some(_)) if is_right(answer) == Some(true) => t.right(),
        (Some(_), Some(_)) => t.wrong(),
        (Some(_), None) => t.locked_in(),
        (None, _) => "",
    };
    html! {
        <fieldset class="question">
            <legend><strong>{ t.question() }</strong>{ " " }{ question.ask.get(t.0) }</legend>
            { for question.choices.iter().enumerate().map(|(i, it)| choice(i, it.text.get(t.0))) }
            <button type="button" class="primary" hidden={locked || props.right.is_some()} disabled={picked.is_none()} onclick={lock}>
                { t.lock_in() }
            </button>
            <p class="outcome" role="status">{ verdict }</p>
        </fieldset>
    }
}

fn show_challenge(t: Text, challenge: &Challenge, standing: Option<&Standing>, over: bool) -> Html {
    let (class, words) = match standing {
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
                    <Icon shape={Shape::Check} />
                }
                { words }
            </p>
            if let Some(hint) = challenge.hint.as_ref().filter(|_| over) {
                <details>
                    <summary>{ t.show_hint() }</summary>
                    <p>{ hint.get(t.0) }</p>
                </details>
            }
        </>
    }
}
