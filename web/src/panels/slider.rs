//! A slider over a few named positions.

use web_sys::HtmlInputElement;
use yew::prelude::*;

use super::name::setting_name;

/// A slider as it is drawn.
pub(super) struct Slider {
    pub(super) id: &'static str,
    /// The setting's real name.
    pub(super) name: &'static str,
    /// What it asks, in plain words.
    pub(super) question: &'static str,
    /// The positions, left to right, and what each means.
    pub(super) positions: Vec<(String, String)>,
    /// The position it is at.
    pub(super) at: usize,
}

/// The slider that is being dragged, and where its handle is.
pub(super) type Held = Option<(&'static str, usize)>;

/// The setting changes when the handle is let go, not at every position on the way.
pub(super) fn slider(slider: &Slider, held: &UseStateHandle<Held>, on_choose: Callback<usize>) -> Html {
    let id = slider.id;
    let position = |input: &HtmlInputElement| input.value().parse().unwrap_or(0);
    let oninput = {
        let held = held.clone();
        Callback::from(move |event: InputEvent| {
            held.set(Some((id, position(&event.target_unchecked_into()))));
        })
    };
    let onchange = {
        let held = held.clone();
        Callback::from(move |event: Event| {
            held.set(None);
            on_choose.emit(position(&event.target_unchecked_into()));
        })
    };
    let at = held.filter(|(which, _)| *which == id).map_or(slider.at, |(_, at)| at);
    let meaning = format!("{id}-meaning");
    let last = slider.positions.len().saturating_sub(1);
    let (value, means) = slider.positions.get(at).cloned().unwrap_or_default();
    html! {
        <div class="slider">
            <label for={id}>
                { setting_name(slider.name) }
                <span class="question">{ slider.question }</span>
            </label>
            <input {id} type="range" min="0" max={last.to_string()} step="1" value={at.to_string()}
                aria-valuetext={value} aria-describedby={meaning.clone()} {oninput} {onchange} />
            <div class="positions" aria-hidden="true">
                { for slider.positions.iter().enumerate().map(|(i, (name, _))| html! {
                    <span key={i} class={classes!((i == at).then_some("at"))}>{ name }</span>
                }) }
            </div>
            <p id={meaning} class="meaning">{ means }</p>
        </div>
    }
}
