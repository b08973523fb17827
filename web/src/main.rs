//! The Highwater page: it draws a cluster and listens to a person, and decides nothing about Kafka.

// Pictures are drawn with floats; the numbers that become floats, or come from them, are far from the limits of either.
#![allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss)]

mod app;
mod bench;
mod i18n;
mod keys;
mod lessons;
mod narrator;
mod panels;
mod playback;
mod scene;
mod session;
mod stage;
mod storage;
mod transport;
mod trouble;
mod url;

use app::{App, AppProps};
use session::Session;
use url::Opening;

fn main() {
    trouble::watch();
    url::follow();
    let opening = Opening::from_window();
    let Some(root) = gloo_utils::document().get_element_by_id("app") else { return };
    let measured = opening.bench;
    match Session::open(opening) {
        Ok(session) => {
            if measured {
                bench::expose(&session);
            }
            root.set_inner_html("");
            yew::Renderer::<App>::with_root_and_props(root, AppProps { session }).render();
        }
        Err(error) => trouble::show(&error.to_string()),
    }
}
