//! The panels' own small pictures, drawn with the text's colour.

use yew::prelude::*;

/// What an icon shows.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    Alarm,
    Check,
    Cross,
    Play,
    Question,
}

#[derive(PartialEq, Properties)]
pub(super) struct IconProps {
    pub(super) shape: Shape,
}

/// A picture beside words; those who cannot see it miss nothing.
#[component]
pub(super) fn Icon(props: &IconProps) -> Html {
    let path = match props.shape {
        Shape::Alarm => "M8 1.5 15.2 14.5H.8ZM8 6v4.2M8 12v.8",
        Shape::Check => "M2.5 8.5l3.5 3.8 7.5-8.6",
        Shape::Cross => "M3 3l10 10M13 3L3 13",
        Shape::Play => "M4 2.5v11l9.5-5.5Z",
        Shape::Question => "M5 5.6a3 3 0 1 1 4.2 2.9C8.3 9 8 9.5 8 10.4M8 12.6v.9",
    };
    html! {
        <svg class="icon" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" focusable="false">
            <path d={path} fill="none" stroke="currentColor" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round" />
        </svg>
    }
}
