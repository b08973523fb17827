//! Language and theme.

use web_sys::HtmlSelectElement;
use yew::prelude::*;

use crate::i18n::{Lang, Text};
use crate::session::{Command, Session};
use crate::url::Theme;

/// Between English and Chinese; each is named in its own language.
pub(crate) fn language_switch(t: Text, session: &Session) -> Html {
    let button = |lang: Lang, tag: &'static str, name: &'static str| {
        html! {
            <button key={tag} type="button" lang={tag} aria-pressed={(t.0 == lang).to_string()}
                onclick={session.callback(move |_: MouseEvent| Command::SetLang(lang))}>{ name }</button>
        }
    };
    html! {
        <div class="language-switch" role="group" aria-label={t.language()}>
            { button(Lang::En, "en", t.language_english()) }
            { button(Lang::Zh, "zh-Hans", t.language_chinese()) }
        </div>
    }
}

/// The system's choice, light, dark, or for a projector.
pub(crate) fn theme_switch(t: Text, session: &Session) -> Html {
    let now = session.view().theme;
    let themes = [
        (None, t.theme_system()),
        (Some(Theme::Light), t.theme_light()),
        (Some(Theme::Dark), t.theme_dark()),
        (Some(Theme::Projector), t.theme_projector()),
    ];
    let onchange = session.callback(move |event: Event| {
        let chosen = event.target_unchecked_into::<HtmlSelectElement>().selected_index();
        let theme = usize::try_from(chosen).ok().and_then(|at| themes.get(at)).and_then(|(theme, _)| *theme);
        Command::SetTheme(theme)
    });
    html! {
        <label class="theme-switch">
            <span>{ t.theme() }</span>
            <select {onchange}>
                { for themes.into_iter().map(|(theme, name)| html! {
                    <option key={name} selected={theme == now}>{ name }</option>
                }) }
            </select>
        </label>
    }
}
