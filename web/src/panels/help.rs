//! The help dialog: what this is, every key, what the picture shows.

use yew::prelude::*;

use crate::i18n::Text;

/// Keys that do the same, and what they do.
type Row = (Vec<&'static str>, &'static str);

fn keys(t: Text) -> [Row; 11] {
    [
        (vec![t.key_space()], t.key_play()),
        (vec!["←", "→", ",", "."], t.key_steps()),
        (vec!["Shift ←", "Shift →", "[", "]"], t.key_markers()),
        (vec!["X"], t.key_exchange()),
        (vec![t.key_home(), t.key_end()], t.key_ends()),
        (vec!["1 … 5", "−", "+"], t.key_speed()),
        (vec![t.key_tab()], t.key_tab_does()),
        (vec![t.key_arrows(), t.key_enter()], t.key_select()),
        (vec!["K"], t.key_kill()),
        (vec![t.key_escape()], t.key_close()),
        (vec!["?"], t.key_help()),
    ]
}

pub(super) fn content(t: Text) -> Html {
    let legend = [t.legend_strip(), t.legend_hw(), t.legend_leo(), t.legend_crown(), t.legend_message()];
    html! {
        <>
            <p>{ t.help_intro() }</p>
            <h3>{ t.keys() }</h3>
            <dl class="keys">
                { for keys(t).into_iter().map(|(names, what)| html! {
                    <div key={what}>
                        <dt>{ for names.into_iter().map(|name| html! { <kbd key={name}>{ name }</kbd> }) }</dt>
                        <dd>{ what }</dd>
                    </div>
                }) }
            </dl>
            <p class="note">{ t.keys_note() }</p>
            <h3>{ t.legend() }</h3>
            <ul>{ for legend.into_iter().map(|line| html! { <li key={line}>{ line }</li> }) }</ul>
            <h3>{ t.about() }</h3>
            <p>{ t.about_independent() }{ t.pick(" ", "") }{ t.about_model() }</p>
            <p class="note">{ t.about_version(env!("CARGO_PKG_VERSION")) }</p>
        </>
    }
}
