//! The share dialog: a link to this moment, and the code to embed it.

use gloo_timers::callback::Timeout;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{HtmlInputElement, HtmlTextAreaElement};
use yew::prelude::*;

use super::dialog::Modal;
use crate::i18n::{Text, grouped, use_text};
use crate::session::{Command, Dialog, PanelProps};
use crate::url;

/// Some mail programs and chats cut links that are longer.
const LONG_LINK: usize = 2000;

/// How the page is to be embedded.
#[derive(Clone, Copy, PartialEq)]
struct Embedding {
    /// This moment; otherwise the lesson from its start.
    moment: bool,
    /// Stage, verdict and transport only.
    small: bool,
    height: u32,
}

impl Default for Embedding {
    fn default() -> Self {
        Embedding { moment: true, small: true, height: 600 }
    }
}

impl Embedding {
    /// The element to paste into a course page.
    fn code(self, address: &str, title: &str) -> String {
        let escaped = |text: &str| text.replace('&', "&amp;").replace('"', "&quot;").replace('<', "&lt;");
        format!(
            "<iframe src=\"{}\" title=\"{}\" width=\"100%\" height=\"{}\" loading=\"lazy\" sandbox=\"allow-scripts\" style=\"border:0\"></iframe>",
            escaped(address),
            escaped(title),
            self.height
        )
    }
}

#[component]
pub(crate) fn Share(props: &PanelProps) -> Html {
    let t = use_text();
    let embedding = use_state(Embedding::default);
    let open = props.session.view().dialog == Some(Dialog::Share);
    let (link, code) = if open {
        let theme = props.session.view().theme;
        props.session.read(|timeline| {
            let title = t.embed_frame_title(timeline.scenario().title.get(t.0));
            let address = url::embed_link(timeline, embedding.moment, embedding.small, t.0, theme);
            (url::share_link(timeline), embedding.code(&address, &title))
        })
    } else {
        (String::new(), String::new())
    };
    let change = |change: fn(&mut Embedding, &HtmlInputElement)| {
        let embedding = embedding.clone();
        Callback::from(move |event: Event| {
            let mut next = *embedding;
            change(&mut next, &event.target_unchecked_into());
            embedding.set(next);
        })
    };
    html! {
        <Modal name="share" title={t.share_title()} {open} on_close={props.session.callback(|()| Command::Show(None))}>
            <p>{ t.share_help() }</p>
            <CopyField id="share-link" label={t.share_link()} text={link.clone()} rows={3} />
            <p class="note" hidden={link.len() <= LONG_LINK}>{ t.share_too_long(&grouped(link.len() as u64)) }</p>
            <h3>{ t.embed() }</h3>
            <p>{ t.embed_help() }</p>
            <fieldset>
                <legend>{ t.embed_what() }</legend>
                <label><input type="radio" name="embed-what" checked={embedding.moment}
                    onchange={change(|e, _| e.moment = true)} />{ t.embed_moment() }</label>
                <label><input type="radio" name="embed-what" checked={!embedding.moment}
                    onchange={change(|e, _| e.moment = false)} />{ t.embed_lesson() }</label>
            </fieldset>
            <fieldset>
                <legend>{ t.embed_mode() }</legend>
                <label><input type="radio" name="embed-mode" checked={embedding.small}
                    onchange={change(|e, _| e.small = true)} />{ t.embed_small() }</label>
                <label><input type="radio" name="embed-mode" checked={!embedding.small}
                    onchange={change(|e, _| e.small = false)} />{ t.embed_full() }</label>
            </fieldset>
            <p class="embed-height">
                <label for="embed-height">{ t.embed_height() }</label>
                <input id="embed-height" type="number" min="240" max="2000" step="20" value={embedding.height.to_string()}
                    onchange={change(|e, input| e.height = input.value().parse().unwrap_or(e.height).clamp(240, 2000))} />
                <span class="unit">{ t.embed_pixels() }</span>
            </p>
            <CopyField id="embed-code" label={t.embed_code()} text={code} rows={4} />
        </Modal>
    }
}

#[derive(PartialEq, Properties)]
struct CopyFieldProps {
    id: &'static str,
    label: &'static str,
    text: String,
    rows: u32,
}

/// A text to be taken along, with a button that does it where the browser lets it.
#[component]
fn CopyField(props: &CopyFieldProps) -> Html {
    let t = use_text();
    let area = use_node_ref();
    let outcome = use_state(|| None::<bool>);
    let copy = {
        let (area, outcome, text) = (area.clone(), outcome.clone(), props.text.clone());
        Callback::from(move |_: MouseEvent| {
            if let Some(area) = area.cast::<HtmlTextAreaElement>() {
                area.select();
            }
            let (outcome, text) = (outcome.clone(), text.clone());
            spawn_local(async move {
                outcome.set(Some(to_clipboard(&text).await));
                Timeout::new(4000, move || outcome.set(None)).forget();
            });
        })
    };
    html! {
        <div class="copy-field">
            <label for={props.id}>{ props.label }</label>
            <textarea id={props.id} ref={area} readonly=true rows={props.rows.to_string()} spellcheck="false" value={props.text.clone()} />
            <button type="button" onclick={copy}>{ t.copy() }</button>
            <span class="note" role="status">{ outcome_words(t, *outcome) }</span>
        </div>
    }
}

fn outcome_words(t: Text, outcome: Option<bool>) -> &'static str {
    match outcome {
        None => "",
        Some(true) => t.copied(),
        Some(false) => t.copy_failed(),
    }
}

/// Whether the text is in the clipboard now. Frames and plain http may have none.
async fn to_clipboard(text: &str) -> bool {
    let navigator = gloo_utils::window().navigator();
    let has = js_sys::Reflect::get(&navigator, &"clipboard".into()).is_ok_and(|it| it.is_object());
    has && JsFuture::from(navigator.clipboard().write_text(text)).await.is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_code_to_embed_cannot_be_broken_out_of() {
        let code = Embedding::default().code("https://example.org/?a=1&b=\"><script>", "A \"title\" <x>");
        assert!(
            !code.contains("<script") && !code.contains("<x>") && code.contains("?a=1&amp;b=&quot;"),
            "{code}"
        );
    }
}
