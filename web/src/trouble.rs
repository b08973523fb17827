//! When the engine fails: the page says so, keeps the share link of what led there, and offers to start over.

use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Document, Element, HtmlElement};

use crate::i18n::{Lang, Text};
use crate::url;

/// Shows the message instead of the page if anything panics. After a panic nothing else of this instance can be
/// trusted, so that the message is built here and now, from what the document itself remembers.
pub(crate) fn watch() {
    // Yew would otherwise put its own hook in place of ours.
    yew::set_custom_panic_hook(Box::new(|info| {
        web_error(&info.to_string());
        show(&info.to_string());
    }));
}

/// Shows the message.
pub(crate) fn show(reason: &str) {
    // Whatever the document refuses, the reason is in the console.
    let _ = build(reason);
}

/// Has `boot.js` say that the page cannot start, and why.
pub(crate) fn cannot_start(reason: &str) {
    let window = gloo_utils::window();
    let fail = js_sys::Reflect::get(&window, &"highwaterFailed".into()).ok();
    if let Some(fail) = fail.and_then(|fail| fail.dyn_into::<js_sys::Function>().ok()) {
        // It only writes into the document.
        let _ = fail.call1(&window, &reason.into());
    }
}

fn web_error(text: &str) {
    gloo_console::error!(text);
}

fn build(reason: &str) -> Result<(), JsValue> {
    let document = gloo_utils::document();
    let body = gloo_utils::body();
    body.set_inner_html("");
    let page = element(&document, "main", "trouble")?;
    page.set_attribute("role", "alert")?;
    for text in [Text(Lang::En), Text(Lang::Zh)] {
        let part = element(&document, "section", "")?;
        part.set_attribute("lang", text.tag())?;
        part.append_child(&*worded(&document, "h1", text.crashed_title())?)?;
        part.append_child(&*worded(&document, "p", text.crashed_body())?)?;
        page.append_child(&part)?;
    }
    let link = js_sys::Reflect::get(&gloo_utils::window(), &JsValue::from_str(url::SHARE))?;
    if let Some(fragment) = link.as_string() {
        let paragraph = element(&document, "p", "")?;
        let anchor = worded(&document, "a", Text(Lang::En).crashed_link())?;
        anchor.set_attribute("href", &format!("#{fragment}"))?;
        paragraph.append_child(&anchor)?;
        page.append_child(&paragraph)?;
    }
    page.append_child(&*worded(&document, "pre", reason)?)?;
    let label = format!("{} · {}", Text(Lang::En).reload(), Text(Lang::Zh).reload());
    let button = worded(&document, "button", &label)?;
    button.set_attribute("type", "button")?;
    let reload = Closure::<dyn FnMut()>::new(|| drop(gloo_utils::window().location().reload()));
    if let Some(button) = button.dyn_ref::<HtmlElement>() {
        button.set_onclick(Some(reload.as_ref().unchecked_ref()));
    }
    // It has to outlive this instance.
    reload.forget();
    page.append_child(&button)?;
    body.append_child(&page)?;
    Ok(())
}

fn element(document: &Document, tag: &str, class: &str) -> Result<Element, JsValue> {
    let element = document.create_element(tag)?;
    element.set_class_name(class);
    Ok(element)
}

fn worded(document: &Document, tag: &str, words: &str) -> Result<Element, JsValue> {
    let element = document.create_element(tag)?;
    element.set_text_content(Some(words));
    Ok(element)
}
