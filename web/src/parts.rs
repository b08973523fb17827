//! The parts of the page that come when they are looked at. Each is a file beside the page's own, cut off where a
//! function of [`cuts`] hands over what the part is for: what only that function leads to is in the file.

use std::cell::Cell;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use highwater_lab::scenario::Scenario;
use highwater_lab::share::{Rejected, ShareError, Shared};
use highwater_lab::timeline::Timeline;
use wasm_bindgen_futures::spawn_local;
use wasm_split_helpers::SplitLoaderError;
use yew::prelude::*;

use crate::i18n::Text;
use crate::panels::DialogContent;
use crate::session::{Dialog, PanelProps, Session};

/// Draws a panel.
pub(crate) type Panel = fn(&PanelProps) -> Html;

/// A branch, and how many of its events have been told.
pub(crate) type Told = (usize, usize);

/// What tells events in words.
#[derive(Clone, Copy)]
pub(crate) struct Telling {
    /// What happened.
    pub(crate) story: Panel,
    /// Why it happened.
    pub(crate) why: Panel,
    /// The newest lines since a branch and a number of events.
    pub(crate) news: fn(Text, &Timeline, Option<Told>) -> Vec<String>,
}

/// What says how a lesson came out.
#[derive(Clone, Copy)]
pub(crate) struct Judging {
    /// Which choices of each question are right.
    pub(crate) right: fn(&Arc<Scenario>) -> Option<Vec<Vec<bool>>>,
    /// The challenge, and how it stands.
    pub(crate) challenge: fn(Text, &Session) -> Html,
}

/// What came of a link, and the parts of it that were not used.
type Followed<T> = Result<(T, Vec<Rejected>), ShareError>;

/// What reads share links.
#[derive(Clone, Copy)]
pub(crate) struct Links {
    /// Reads a link, and lists the parts of it that cannot be used.
    pub(crate) decode: fn(&str) -> Followed<Shared>,
    /// Reads a scenario whose text a link carries.
    pub(crate) read: fn(&str) -> Result<Arc<Scenario>, ShareError>,
    /// Plays what a link carries.
    pub(crate) play: fn(&Shared, &Arc<Scenario>) -> Followed<Timeline>,
}

pub(crate) use cuts::{bench, links};

/// All parts that are kept, as far as they are here.
pub(crate) struct Parts {
    pub(crate) inspector: Part<Panel>,
    pub(crate) telling: Part<Telling>,
    pub(crate) judging: Part<Judging>,
    pub(crate) chart: Part<Panel>,
    pub(crate) settings: Part<Panel>,
    pub(crate) dialogs: Part<fn(&PanelProps, Dialog) -> DialogContent>,
}

impl Parts {
    /// None is here yet.
    pub(crate) fn new() -> Self {
        Parts {
            inspector: Part::new(|| Box::pin(cuts::inspector())),
            telling: Part::new(|| Box::pin(cuts::telling())),
            judging: Part::new(|| Box::pin(cuts::judging())),
            chart: Part::new(|| Box::pin(cuts::chart())),
            settings: Part::new(|| Box::pin(cuts::settings())),
            dialogs: Part::new(|| Box::pin(cuts::dialogs())),
        }
    }
}

/// Something that comes later.
pub(crate) struct Part<T> {
    state: Cell<State<T>>,
    /// Somebody has looked where it belongs since it was last asked for.
    awaited: Cell<bool>,
    fetch: fn() -> Coming<T>,
}

type Coming<T> = Pin<Box<dyn Future<Output = Result<T, SplitLoaderError>>>>;

#[derive(Clone, Copy)]
enum State<T> {
    Away,
    Coming,
    Here(T),
    Failed,
}

/// One of the parts.
pub(crate) type Which<T> = fn(&Parts) -> &Part<T>;

impl<T: Copy + 'static> Part<T> {
    fn new(fetch: fn() -> Coming<T>) -> Self {
        Part { state: Cell::new(State::Away), awaited: Cell::new(false), fetch }
    }

    /// What it is for, once it is here.
    pub(crate) fn get(&self) -> Option<T> {
        match self.state.get() {
            State::Here(it) => Some(it),
            _ => None,
        }
    }
}

/// Has a part come, unless it is here or on its way. Panels look again when it has, or when it did not for somebody who
/// waits for it.
pub(crate) fn want<T: Copy + 'static>(session: &Session, which: Which<T>) {
    let part = which(session.parts());
    if matches!(part.state.get(), State::Here(_) | State::Coming) {
        return;
    }
    part.state.set(State::Coming);
    let (coming, session) = ((part.fetch)(), session.clone());
    spawn_local(async move {
        let came = coming.await;
        let part = which(session.parts());
        let awaited = part.awaited.take();
        part.state.set(match came {
            Ok(it) => State::Here(it),
            Err(_) if awaited => State::Failed,
            Err(_) => State::Away,
        });
        if awaited || part.get().is_some() {
            session.changed();
        }
    });
}

/// Shows what a part draws; until it is here, that it is on its way, or why not and what to do.
pub(crate) fn show<T: Copy + 'static>(
    t: Text,
    session: &Session,
    which: Which<T>,
    draw: impl FnOnce(T) -> Html,
) -> Html {
    match which(session.parts()).state.get() {
        State::Here(it) => draw(it),
        State::Failed => trouble(t, session, which),
        State::Away | State::Coming => {
            which(session.parts()).awaited.set(true);
            want(session, which);
            html! { <div class="panel part" aria-busy="true"><p class="note" role="status">{ t.part_coming() }</p></div> }
        }
    }
}

fn trouble<T: Copy + 'static>(t: Text, session: &Session, which: Which<T>) -> Html {
    let (words, offer, onclick) = if is_replaced() {
        let reload = session.reform(crate::url::reload_here);
        (t.part_replaced(), t.reload(), reload)
    } else {
        let again = session.reform(move |session| {
            which(session.parts()).awaited.set(true);
            want(session, which);
            session.changed();
        });
        (t.part_failed(), t.part_again(), again)
    };
    html! {
        <div class="panel part" role="alert">
            <p>{ words }</p>
            <button type="button" class="primary" {onclick}>{ offer }</button>
        </div>
    }
}

/// Whether the page was published anew since it was opened, as `parts.js` found when a part was not there.
pub(crate) fn is_replaced() -> bool {
    let found = js_sys::Reflect::get(&gloo_utils::window(), &"highwaterReplaced".into());
    found.is_ok_and(|found| found.is_truthy())
}

/// Where the page is cut.
mod cuts {
    // What is cut off is declared as a foreign function.
    #![allow(unsafe_code, clippy::unnecessary_wraps)]

    use highwater_lab::share::{self, Shared};
    use wasm_split_helpers::{SplitLoaderError, wasm_split};
    use yew::prelude::*;

    use super::{Judging, Links, Panel, Telling};
    use crate::panels::{self, Chart, DialogContent, Settings, Story, Why};
    use crate::session::{Dialog, PanelProps, Session};
    use crate::{bench, narrator};

    #[wasm_split(inspector, fallible)]
    pub(super) fn inspector() -> Result<Panel, SplitLoaderError> {
        Ok(|props| panels::inspector(props.text(), &props.session))
    }

    #[wasm_split(telling, fallible)]
    pub(super) fn telling() -> Result<Telling, SplitLoaderError> {
        Ok(Telling {
            story: |props| html! { <Story ..props.clone() /> },
            why: |props| html! { <Why ..props.clone() /> },
            news: narrator::news,
        })
    }

    #[wasm_split(judging, fallible)]
    pub(super) fn judging() -> Result<Judging, SplitLoaderError> {
        Ok(Judging { right: panels::right_answers, challenge: panels::challenge })
    }

    #[wasm_split(chart, fallible)]
    pub(super) fn chart() -> Result<Panel, SplitLoaderError> {
        Ok(|props| html! { <Chart ..props.clone() /> })
    }

    #[wasm_split(settings, fallible)]
    pub(super) fn settings() -> Result<Panel, SplitLoaderError> {
        Ok(|props| html! { <Settings ..props.clone() /> })
    }

    #[wasm_split(dialogs, fallible)]
    pub(super) fn dialogs() -> Result<fn(&PanelProps, Dialog) -> DialogContent, SplitLoaderError> {
        Ok(panels::dialog_content)
    }

    #[wasm_split(links, fallible)]
    pub(crate) fn links() -> Result<Links, SplitLoaderError> {
        Ok(Links { decode: share::decode, read: share::read, play: Shared::play })
    }

    #[wasm_split(bench, fallible)]
    pub(crate) fn bench() -> Result<fn(&Session), SplitLoaderError> {
        Ok(bench::expose)
    }
}
