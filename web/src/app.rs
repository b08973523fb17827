//! The page's frame.

use yew::prelude::*;

use crate::i18n::Text;
use crate::session::Session;

/// What the page starts with.
#[derive(Clone, PartialEq, Properties)]
pub(crate) struct AppProps {
    /// The session.
    pub(crate) session: Session,
}

/// The whole page.
#[component]
pub(crate) fn App(props: &AppProps) -> Html {
    let revision = use_state(|| props.session.revision());
    {
        let revision = revision.setter();
        use_effect_with(props.session.clone(), move |session| {
            session.on_change(Callback::from(move |now| revision.set(now)));
        });
    }
    let text = Text(props.session.view().lang);
    html! { <ContextProvider<Text> context={text}><main>{ text.tagline() }</main></ContextProvider<Text>> }
}
