//! A slider over a few named positions.

use web_sys::HtmlInputElement;
use yew::prelude::*;

use super::name::SettingName;

#[derive(PartialEq, Properties)]
pub(super) struct SliderProps {
    pub(super) id: &'static str,
    /// The setting's real name.
    pub(super) name: &'static str,
    /// What it asks, in plain words.
    pub(super) question: &'static str,
    /// The positions, left to right, and what each means.
    pub(super) positions: Vec<(AttrValue, AttrValue)>,
    /// The position it is at.
    pub(super) at: usize,
    /// A position was chosen.
    pub(super) on_choose: Callback<usize>,
}

fn position(input: &HtmlInputElement) -> usize {
    input.value().parse().unwrap_or(0)
}

/// The setting changes when the handle is let go, not at every position on the way.
#[component]
pub(super) fn Slider(props: &SliderProps) -> Html {
    let held = use_state(|| None);
    let oninput = {
        let held = held.clone();
        Callback::from(move |event: InputEvent| {
            held.set(Some(position(&event.target_unchecked_into())));
        })
    };
    let onchange = {
        let (held, on_choose) = (held.clone(), props.on_choose.clone());
        Callback::from(move |event: Event| {
            held.set(None);
            on_choose.emit(position(&event.target_unchecked_into()));
        })
    };
    let at = held.unwrap_or(props.at);
    let meaning = format!("{}-meaning", props.id);
    let last = props.positions.len().saturating_sub(1);
    let (value, means) = props.positions.get(at).cloned().unwrap_or_default();
    html! {
        <div class="slider" style={format!("--last:{last}")}>
            <label for={props.id}>
                <SettingName name={props.name} />
                <span class="question">{ props.question }</span>
            </label>
            <input id={props.id} type="range" min="0" max={last.to_string()} step="1" value={at.to_string()}
                aria-valuetext={value} aria-describedby={meaning.clone()} {oninput} {onchange} />
            <div class="positions" aria-hidden="true">
                { for props.positions.iter().enumerate().map(|(i, (name, _))| html! {
                    <span key={i} class={classes!((i == at).then_some("at"))}>{ name }</span>
                }) }
            </div>
            <p id={meaning} class="meaning">{ means }</p>
        </div>
    }
}
