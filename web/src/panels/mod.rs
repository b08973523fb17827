//! What surrounds the stage: verdict, settings, story, reasons, chart, lesson, inspector, dialogs. A panel reads the
//! session and dispatches commands; it decides nothing about Kafka.

mod chart;
mod dialog;
mod dialogs;
mod help;
mod icon;
mod inspector;
mod lesson;
mod lessons;
mod name;
mod notices;
mod records;
mod settings;
mod share;
mod slider;
mod sliders;
mod story;
mod switches;
pub(crate) mod verdict;
mod why;

pub(crate) use chart::Chart;
pub(crate) use dialog::{DialogContent, dialog};
pub(crate) use dialogs::dialog_content;
pub(crate) use inspector::inspector;
pub(crate) use lesson::{Lesson, challenge, right_answers};
pub(crate) use notices::notices;
pub(crate) use settings::Settings;
pub(crate) use sliders::Sliders;
pub(crate) use story::Story;
pub(crate) use switches::{language_switch, theme_switch};
pub(crate) use verdict::verdict;
pub(crate) use why::Why;
