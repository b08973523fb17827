//! What the page has to tell, until it is dismissed.

use yew::prelude::*;

use super::icon::{Icon, Shape};
use crate::i18n::{Text, use_text};
use crate::session::{Command, Notice, PanelProps};

impl Notice {
    fn words(&self, t: Text) -> String {
        match self {
            Notice::UnknownParameter { name } => t.unknown_parameter(name),
            Notice::BadParameter { name, value } => t.bad_parameter(name, value),
            Notice::BadShareLink { why } => t.bad_share_link(why),
            Notice::Refused { why } => t.refused(&t.refusal(why)),
            Notice::BranchGrown { what } => t.branch_grown(&t.intervention(what)),
        }
    }
}

#[component]
pub(crate) fn Notices(props: &PanelProps) -> Html {
    let t = use_text();
    let notices = props.session.view().notices;
    html! {
        <section class="notices" aria-label={t.notices()} role="status" hidden={notices.is_empty()}>
            <ul>
                { for notices.iter().map(|(id, notice)| {
                    let (id, words) = (*id, notice.words(t));
                    html! {
                        <li key={id.0}>
                            <span>{ &words }</span>
                            <button type="button" class="icon-button" aria-label={t.dismiss(&words)} title={t.dismiss_short()}
                                onclick={props.session.callback(move |_: MouseEvent| Command::DismissNotice(id))}>
                                <Icon shape={Shape::Cross} />
                            </button>
                        </li>
                    }
                }) }
            </ul>
        </section>
    }
}
