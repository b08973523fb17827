//! The modal dialog: the browser's own, which keeps the focus inside, closes on Escape and gives the focus back.

use web_sys::HtmlDialogElement;
use yew::prelude::*;

use crate::i18n::Text;
use crate::panels::icon::{Shape, icon};
use crate::parts;
use crate::session::{Command, Dialog, PanelProps};

/// What is in an open dialog.
pub(crate) struct DialogContent {
    pub(super) title: AttrValue,
    pub(super) body: Html,
}

/// The dialog that the session shows, if any. What is in it is drawn by a part of the page that comes when first one opens.
pub(crate) fn dialog(t: Text, props: &PanelProps) -> Html {
    let session = &props.session;
    let shown = session.view().dialog;
    let content = shown.map(|shown| {
        let drawn = session.parts().dialogs.get().map(|draw| draw(props, shown));
        drawn.unwrap_or_else(|| DialogContent {
            title: t.part_coming().into(),
            body: parts::show(t, session, |parts| &parts.dialogs, |_| Html::default()),
        })
    });
    let (title, body) = content.map(|content| (content.title, content.body)).unwrap_or_default();
    let name = shown.map(Dialog::word);
    html! {
        <Modal {t} {name} {title} on_close={session.callback(|()| Command::Show(None))}>{ body }</Modal>
    }
}

#[derive(PartialEq, Properties)]
struct ModalProps {
    t: Text,
    /// Which dialog is open, for style sheets.
    name: Option<&'static str>,
    title: AttrValue,
    /// It was closed by the person in front of it.
    on_close: Callback<()>,
    children: Html,
}

/// A dialog that is always mounted and shows its content while it is open.
#[component]
fn Modal(props: &ModalProps) -> Html {
    let t = props.t;
    let open = props.name.is_some();
    let node = use_node_ref();
    {
        let node = node.clone();
        use_effect_with(open, move |open| {
            if let Some(dialog) = node.cast::<HtmlDialogElement>() {
                match (*open, dialog.open()) {
                    // It fails only where the element is not in the page.
                    (true, false) => drop(dialog.show_modal()),
                    (false, true) => dialog.close(),
                    _ => {}
                }
            }
        });
    }
    // `close` also follows our own `close()`; then the session has moved on already.
    let onclose = {
        let on_close = props.on_close.clone();
        Callback::from(move |_: Event| {
            if open {
                on_close.emit(());
            }
        })
    };
    // A click beside the dialog hits the dialog itself: its content covers it.
    let onclick = {
        let on_close = props.on_close.clone();
        Callback::from(move |event: MouseEvent| {
            if event.target_dyn_into::<HtmlDialogElement>().is_some() {
                on_close.emit(());
            }
        })
    };
    html! {
        <dialog ref={node} class={classes!("dialog", props.name)} aria-labelledby="dialog-title" {onclose} {onclick}>
            <div class="dialog-content">
                <header>
                    <h2 id="dialog-title">{ &props.title }</h2>
                    <button type="button" class="icon-button" aria-label={t.close()} title={t.close()}
                        onclick={props.on_close.reform(|_: MouseEvent| ())}>
                        { icon(Shape::Cross) }
                    </button>
                </header>
                { props.children.clone() }
            </div>
        </dialog>
    }
}
