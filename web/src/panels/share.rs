//! The share dialog: a link to this moment, and the code to embed it.

use wasm_bindgen::JsCast;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{HtmlInputElement, HtmlTextAreaElement};
use yew::prelude::*;

use crate::i18n::{Text, grouped};
use crate::session::{PanelProps, Session};
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

/// A field whose copy button was pressed, and whether its text is in the clipboard.
type Copied = Option<(&'static str, bool)>;

#[component]
pub(super) fn Share(props: &PanelProps) -> Html {
    let t = props.text();
    let embedding = use_state(Embedding::default);
    let copied = use_state(|| None);
    content(t, &props.session, &embedding, &copied)
}

fn content(
    t: Text,
    session: &Session,
    embedding: &UseStateHandle<Embedding>,
    copied: &UseStateHandle<Copied>,
) -> Html {
    let theme = session.view().theme;
    let (link, code) = session.read(|timeline| {
        let title = t.embed_frame_title(timeline.scenario().title.get(t.0));
        let address = url::embed_link(timeline, embedding.moment, embedding.small, t.0, theme);
        (url::share_link(timeline), embedding.code(&address, &title))
    });
    let change = |change: fn(&mut Embedding, &HtmlInputElement)| {
        let embedding = embedding.clone();
        Callback::from(move |event: Event| {
            let mut next = *embedding;
            change(&mut next, &event.target_unchecked_into());
            embedding.set(next);
        })
    };
    let radio = |name: &'static str,
                 words: &'static str,
                 checked: bool,
                 set: fn(&mut Embedding, &HtmlInputElement)| {
        html! { <label><input type="radio" {name} {checked} onchange={change(set)} />{ words }</label> }
    };
    html! {
        <>
            <p>{ t.share_help() }</p>
            { copy_field(t, "share-link", t.share_link(), &link, copied) }
            <p class="note" hidden={link.len() <= LONG_LINK}>{ t.share_too_long(&grouped(link.len() as u64)) }</p>
            <h3>{ t.embed() }</h3>
            <p>{ t.embed_help() }</p>
            <fieldset>
                <legend>{ t.embed_what() }</legend>
                { radio("embed-what", t.embed_moment(), embedding.moment, |e, _| e.moment = true) }
                { radio("embed-what", t.embed_lesson(), !embedding.moment, |e, _| e.moment = false) }
            </fieldset>
            <fieldset>
                <legend>{ t.embed_mode() }</legend>
                { radio("embed-mode", t.embed_small(), embedding.small, |e, _| e.small = true) }
                { radio("embed-mode", t.embed_full(), !embedding.small, |e, _| e.small = false) }
            </fieldset>
            <p class="embed-height">
                <label for="embed-height">{ t.embed_height() }</label>
                <input id="embed-height" type="number" min="240" max="2000" step="20" value={embedding.height.to_string()}
                    onchange={change(|e, input| e.height = input.value().parse().unwrap_or(e.height).clamp(240, 2000))} />
                <span class="unit">{ t.embed_pixels() }</span>
            </p>
            { copy_field(t, "embed-code", t.embed_code(), &code, copied) }
        </>
    }
}

/// A text to be taken along, with a button that does it where the browser lets it.
fn copy_field(
    t: Text,
    id: &'static str,
    label: &'static str,
    text: &str,
    copied: &UseStateHandle<Copied>,
) -> Html {
    let copy = {
        let (copied, text) = (copied.clone(), text.to_string());
        Callback::from(move |_: MouseEvent| {
            // Selected, too: where the clipboard is out of reach, the keyboard still copies.
            let area = gloo_utils::document().get_element_by_id(id);
            if let Some(area) = area.and_then(|area| area.dyn_into::<HtmlTextAreaElement>().ok()) {
                area.select();
            }
            let (copied, text) = (copied.clone(), text.clone());
            spawn_local(async move { copied.set(Some((id, to_clipboard(&text).await))) });
        })
    };
    let outcome = copied.filter(|(which, _)| *which == id).map(|(_, done)| done);
    html! {
        <div class="copy-field">
            <label for={id}>{ label }</label>
            <textarea {id} readonly=true rows="4" spellcheck="false" value={text.to_string()} />
            <button type="button" onclick={copy}>{ t.copy() }</button>
            <span class="note" role="status">{ outcome_words(t, outcome) }</span>
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
