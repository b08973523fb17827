//! A modal dialog: the browser's own, which keeps the focus inside, closes on Escape and gives the focus back.

use web_sys::HtmlDialogElement;
use yew::prelude::*;

use crate::i18n::Text;
use crate::panels::icon::{Shape, icon};
use crate::session::{Command, Dialog, Session};

#[derive(PartialEq, Properties)]
struct ModalProps {
    t: Text,
    /// Names it in ids and classes.
    name: &'static str,
    title: AttrValue,
    open: bool,
    /// It was closed by the person in front of it.
    on_close: Callback<()>,
    children: Html,
}

/// A dialog that is there while the session shows it; its content is made only then.
pub(super) fn modal(
    t: Text,
    session: &Session,
    name: &'static str,
    open: impl Fn(Dialog) -> bool,
    title: impl Into<AttrValue>,
    children: impl FnOnce() -> Html,
) -> Html {
    let open = session.view().dialog.is_some_and(open);
    let content = if open { children() } else { Html::default() };
    html! {
        <Modal {t} {name} title={title.into()} {open} on_close={session.callback(|()| Command::Show(None))}>{ content }</Modal>
    }
}

/// A dialog that is always mounted and shows its content while it is open.
#[component]
fn Modal(props: &ModalProps) -> Html {
    let t = props.t;
    let node = use_node_ref();
    {
        let node = node.clone();
        use_effect_with(props.open, move |open| {
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
        let (open, on_close) = (props.open, props.on_close.clone());
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
    let heading = format!("dialog-{}", props.name);
    html! {
        <dialog ref={node} class={classes!("dialog", props.name)} aria-labelledby={heading.clone()} {onclose} {onclick}>
            <div class="dialog-content">
                <header>
                    <h2 id={heading}>{ &props.title }</h2>
                    <button type="button" class="icon-button" aria-label={t.close()} title={t.close()}
                        onclick={props.on_close.reform(|_: MouseEvent| ())}>
                        { icon(Shape::Cross) }
                    </button>
                </header>
                if props.open {
                    { props.children.clone() }
                }
            </div>
        </dialog>
    }
}
