//! The Highwater page: it draws a cluster and listens to a person, and decides nothing about Kafka.

// Pictures are drawn with floats; the numbers that become floats, or come from them, are far from the limits of either.
#![allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss)]

mod app;
mod bench;
#[cfg(not(target_family = "wasm"))]
mod first;
mod i18n;
mod keys;
mod lessons;
mod narrator;
mod panels;
mod parts;
mod playback;
mod scene;
mod session;
mod stage;
mod storage;
mod transport;
mod trouble;
mod url;

use app::{App, AppProps};
use lessons::Trouble;
use session::Session;
use url::Opening;

/// In a browser, starts the page; anywhere else, prints what stands there until then.
#[cfg_attr(not(target_family = "wasm"), allow(unreachable_code))]
fn main() {
    #[cfg(not(target_family = "wasm"))]
    return first::print();
    trouble::watch();
    url::follow();
    wasm_bindgen_futures::spawn_local(start());
}

/// Whether this runs in a browser, and not while the page is built.
fn in_browser() -> bool {
    cfg!(target_family = "wasm")
}

/// Opens what the address asks for, and shows it.
async fn start() {
    let document = gloo_utils::document();
    let (Some(root), Some(app)) = (document.document_element(), document.get_element_by_id("app")) else {
        return;
    };
    let opening = Opening::from_window();
    let (timeline, problems) = match lessons::open(&opening).await {
        Ok(opened) => opened,
        Err(Trouble::Away) => return trouble::cannot_start("a part of the page could not be loaded"),
        Err(Trouble::Lab(error)) => return trouble::show(&error.to_string()),
    };
    let measured = opening.bench;
    let session = Session::open(opening, timeline, problems);
    if measured && let Ok(expose) = parts::bench().await {
        expose(&session);
    }
    let stage = room(&app);
    app.set_inner_html("");
    yew::Renderer::<App>::with_root_and_props(app, AppProps { session, stage }).render();
    // An attribute of this name can always be set.
    let _ = root.set_attribute("data-highwater", "started");
}

/// The room that the stage has in the first picture: where that is shown, the page needs no layout to find it out.
fn room(app: &web_sys::Element) -> Option<(f64, f64)> {
    let stage = app.query_selector(".first .stage").ok().flatten()?.get_bounding_client_rect();
    (stage.width() > 0.0).then(|| (stage.width(), stage.height()))
}
