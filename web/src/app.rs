//! The page's frame: what stands where, and the keys of the whole page.

use web_sys::{Element, HtmlElement};
use yew::prelude::*;

use crate::i18n::Text;
use crate::narrator::Narrator;
use crate::panels::{Lesson, Sliders, dialog, language_switch, notices, theme_switch, verdict};
use crate::parts::{self, Panel, Which};
use crate::session::{Command, Dialog, PanelProps, Session, Tab, View};
use crate::stage::Stage;
use crate::transport::{icon, transport};
use crate::{keys, url};

/// What the page starts with.
#[derive(Clone, PartialEq, Properties)]
pub(crate) struct AppProps {
    /// The session.
    pub(crate) session: Session,
    /// The room that the stage has at first, where it is known.
    pub(crate) stage: Option<(f64, f64)>,
}

/// The whole page.
#[component]
pub(crate) fn App(props: &AppProps) -> Html {
    let session = &props.session;
    let revision = use_state_eq(|| session.revision());
    {
        let revision = revision.setter();
        use_effect_with(session.clone(), move |session| {
            session.on_change(Callback::from(move |now| revision.set(now)));
        });
    }
    let view = session.view();
    let text = Text(view.lang);
    let title = session.read(|timeline| text.page_title(timeline.scenario().title.get(view.lang)));
    use_effect_with((view.lang, view.theme, title), move |(lang, theme, title)| {
        dress(Text(*lang), *theme, title);
    });

    let panel = PanelProps { session: session.clone(), revision: *revision };
    let onkeydown = {
        let session = session.clone();
        Callback::from(move |event: KeyboardEvent| keys::on_key(&session, &event))
    };
    html! {
            <div class={classes!("app", view.embed.then_some("embed"))} {onkeydown}>
                { header(text, session) }
                { verdict(text, session) }
                <main>
                    <Stage session={session.clone()} {text} selection={view.selection} room={props.stage} />
                    { caption(text, session) }
                    { transport(text, session) }
                    if view.embed {
                        <span hidden=true />
                    } else {
                        <Sliders ..panel.clone() />
                    }
                </main>
                if view.embed {
                    <span hidden=true />
                } else {
                    { side(text, &panel) }
                }
                { notices(text, session) }
                { dialog(text, &panel) }
                <Narrator ..panel />
            </div>
    }
}

/// Tells the document the language, the colours and the title.
fn dress(text: Text, theme: Option<url::Theme>, title: &str) {
    let document = gloo_utils::document();
    document.set_title(title);
    let Some(root) = document.document_element() else { return };
    // Attributes of these names can always be set.
    let _ = root.set_attribute("lang", text.tag());
    let _ = match theme {
        Some(theme) => root.set_attribute("data-theme", theme.word()),
        None => root.remove_attribute("data-theme"),
    };
}

fn header(t: Text, session: &Session) -> Html {
    let View { embed, .. } = session.view();
    let to_stage = Callback::from(|_: MouseEvent| focus_stage());
    let open = |name: &'static str, path: &'static str, command: Command| {
        html! {
            <button type="button" class="icon-button" aria-label={name} title={name} aria-haspopup="dialog"
                onclick={session.callback(move |_: MouseEvent| command.clone())}>{ icon(path) }</button>
        }
    };
    if embed {
        return html! { <h1 class="visually-hidden">{ "Highwater" }</h1> };
    }
    html! {
        <header class="top">
            <button type="button" class="skip" onclick={to_stage}>{ t.skip_to_stage() }</button>
            <h1>
                <svg class="logo" viewBox="0 0 32 32" width="28" height="28" aria-hidden="true" focusable="false">
                    <rect width="32" height="32" rx="7" class="night" />
                    <path class="sea" d="M0 20c4-4 8-4 12 0s8 4 12 0 6-3.600 8-3v8a7 7 0 0 1-7 7H7a7 7 0 0 1-7-7z" />
                    <path class="mark" d="M5 10.500h22" />
                </svg>
                { "Highwater" }
            </h1>
            <p class="tagline">{ t.tagline() }</p>
            <button type="button" class="lesson-button" aria-haspopup="dialog"
                onclick={session.callback(|_: MouseEvent| Command::Show(Some(Dialog::Lessons)))}>
                <span class="note">{ t.lesson() }</span>
                <strong>{ session.read(|timeline| timeline.scenario().title.get(t.0).to_owned()) }</strong>
                { icon("M3.500 6l4.500 4.500L12.500 6") }
            </button>
            <div class="switches">
                { language_switch(t, session) }
                { theme_switch(t, session) }
                { open(t.share(), "M11.500 5.500a2 2 0 1 0-2-2M4.500 10a2 2 0 1 0 0-4 2 2 0 0 0 0 4zM6.300 7l3.600-2.200M6.300 9l3.600 2.200M11.500 10.500a2 2 0 1 1-1.900 1.500", Command::Share) }
                { open(t.help_open(), "M5 5.600a3 3 0 1 1 4.200 2.900C8.300 9 8 9.500 8 10.400M8 12.600v.9", Command::Show(Some(Dialog::Help))) }
            </div>
        </header>
    }
}

fn focus_stage() {
    let stop = gloo_utils::document().query_selector(".stage [tabindex='0']").ok().flatten();
    if let Some(stop) = stop {
        // SVG elements take the focus as HTML elements do.
        let _ = wasm_bindgen::JsCast::unchecked_ref::<HtmlElement>(&stop).focus();
    }
}

/// What the scenario says at this moment.
fn caption(t: Text, session: &Session) -> Html {
    let words = session.read(|timeline| timeline.caption().map(|caption| caption.text.get(t.0).to_owned()));
    html! { <p class="caption" hidden={words.is_none()}>{ words }</p> }
}

/// The panels beside the stage, one at a time.
fn side(t: Text, props: &PanelProps) -> Html {
    let now = props.session.view().tab;
    let name = |tab: Tab| match tab {
        Tab::Lesson => t.lesson(),
        Tab::Inspector => t.inspector(),
        Tab::Story => t.story(),
        Tab::Why => t.why(),
        Tab::Chart => t.chart(),
        Tab::Settings => t.settings(),
    };
    let on_arrow = {
        let session = props.session.clone();
        Callback::from(move |event: KeyboardEvent| {
            let step = match event.key().as_str() {
                "ArrowRight" => 1,
                "ArrowLeft" => Tab::ALL.len() - 1,
                _ => return,
            };
            event.prevent_default();
            event.stop_propagation();
            let place = Tab::ALL.iter().position(|tab| *tab == now).unwrap_or_default();
            let next = (place + step) % Tab::ALL.len();
            session.dispatch(Command::Open(Tab::ALL[next]));
            let tabs = event.current_target().map(wasm_bindgen::JsCast::unchecked_into::<Element>);
            let target = tabs.and_then(|tabs| tabs.children().item(u32::try_from(next).unwrap_or_default()));
            if let Some(target) = target {
                let _ = wasm_bindgen::JsCast::unchecked_ref::<HtmlElement>(&target).focus();
            }
        })
    };
    let drawn = |which: Which<Panel>| parts::show(t, &props.session, which, |draw| draw(props));
    let panel = match now {
        Tab::Lesson => html! { <Lesson ..props.clone() /> },
        Tab::Inspector => drawn(|parts| &parts.inspector),
        Tab::Story => {
            parts::show(t, &props.session, |parts| &parts.telling, |telling| (telling.story)(props))
        }
        Tab::Why => parts::show(t, &props.session, |parts| &parts.telling, |telling| (telling.why)(props)),
        Tab::Chart => drawn(|parts| &parts.chart),
        Tab::Settings => drawn(|parts| &parts.settings),
    };
    html! {
        <aside class="side" aria-label={t.panels()}>
            <div class="tabs" role="tablist" aria-label={t.panels()} onkeydown={on_arrow}>
                { for Tab::ALL.into_iter().map(|tab| html! {
                    <button key={name(tab)} type="button" role="tab" id={format!("tab-{tab:?}")} aria-controls="tab-panel"
                        aria-selected={(tab == now).to_string()} tabindex={if tab == now { "0" } else { "-1" }}
                        onclick={props.session.callback(move |_: MouseEvent| Command::Open(tab))}>{ name(tab) }</button>
                }) }
            </div>
            <div class="tab-panel" id="tab-panel" role="tabpanel" aria-labelledby={format!("tab-{now:?}")} tabindex="0" key={format!("{now:?}")}>
                { panel }
            </div>
        </aside>
    }
}
