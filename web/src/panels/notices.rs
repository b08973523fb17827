//! What the page has to tell, until it is dismissed.

use yew::prelude::*;

use super::icon::{Shape, icon};
use crate::i18n::Text;
use crate::parts;
use crate::session::{Command, Notice, Session};

impl Notice {
    fn words(&self, t: Text) -> String {
        match self {
            Notice::UnknownParameter { name } => t.unknown_parameter(name),
            Notice::BadParameter { name, value } => t.bad_parameter(name, value),
            Notice::BadLinkPart(rejected) => t.bad_share_link(&t.rejected_part(rejected)),
            Notice::BadLink(error) => t.bad_share_link(&t.share_error(error)),
            Notice::LessonAway if parts::is_replaced() => t.lesson_replaced().to_owned(),
            Notice::LessonAway => t.lesson_away().to_owned(),
            Notice::Refused { why } => t.refused(&t.refusal(why)),
            Notice::BranchGrown { what } => t.branch_grown(&t.intervention(what)),
        }
    }
}

pub(crate) fn notices(t: Text, session: &Session) -> Html {
    let notices = session.view().notices;
    html! {
        <section class="notices" aria-label={t.notices()} role="status" hidden={notices.is_empty()}>
            <ul>
                { for notices.iter().map(|(id, notice)| {
                    let (id, words) = (*id, notice.words(t));
                    html! {
                        <li key={id.0}>
                            <span>{ &words }</span>
                            <button type="button" class="icon-button" aria-label={t.dismiss(&words)} title={t.dismiss_short()}
                                onclick={session.callback(move |_: MouseEvent| Command::DismissNotice(id))}>
                                { icon(Shape::Cross) }
                            </button>
                        </li>
                    }
                }) }
            </ul>
        </section>
    }
}
