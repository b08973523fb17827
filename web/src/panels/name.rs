//! A setting's name, which may break after its dots and nowhere else.

use yew::prelude::*;

pub(super) fn setting_name(name: &'static str) -> Html {
    let parts = name.split_inclusive('.');
    html! { <code class="setting-name">{ for parts.map(|part| html! { <>{ part }<wbr /></> }) }</code> }
}
