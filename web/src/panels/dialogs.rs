//! What is in each dialog.

use yew::prelude::*;

use super::dialog::DialogContent;
use super::share::Share;
use super::{help, lessons, records};
use crate::session::{Dialog, PanelProps};

/// Draws what is in a dialog.
pub(crate) fn dialog_content(props: &PanelProps, dialog: Dialog) -> DialogContent {
    let (t, session) = (props.text(), &props.session);
    match dialog {
        Dialog::Help => DialogContent { title: t.help_open().into(), body: help::content(t) },
        Dialog::Lessons => DialogContent { title: t.lessons().into(), body: lessons::content(t, session) },
        Dialog::Share => {
            DialogContent { title: t.share_title().into(), body: html! { <Share ..props.clone() /> } }
        }
        Dialog::Records(count) => records::content(t, session, count),
    }
}
