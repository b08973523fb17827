//! A setting's name, which may break after its dots and nowhere else.

use yew::prelude::*;

#[derive(PartialEq, Properties)]
pub(super) struct NameProps {
    pub(super) name: &'static str,
}

#[component]
pub(super) fn SettingName(props: &NameProps) -> Html {
    let parts = props.name.split_inclusive('.');
    html! { <code class="setting-name">{ for parts.map(|part| html! { <>{ part }<wbr /></> }) }</code> }
}
