//! The panels' own small pictures; those who cannot see them miss nothing.

use yew::Html;

/// What an icon shows.
#[derive(Clone, Copy)]
pub(super) enum Shape {
    Alarm,
    Check,
    Cross,
    Play,
    Question,
}

pub(super) fn icon(shape: Shape) -> Html {
    crate::transport::icon(match shape {
        Shape::Alarm => "M8 1.5 15.2 14.5H.8ZM8 6v4.2M8 12v.8",
        Shape::Check => "M2.5 8.5l3.5 3.8 7.5-8.6",
        Shape::Cross => "M3 3l10 10M13 3L3 13",
        Shape::Play => "M4 2.5v11l9.5-5.5Z",
        Shape::Question => "M5 5.6a3 3 0 1 1 4.2 2.9C8.3 9 8 9.5 8 10.4M8 12.6v.9",
    })
}
