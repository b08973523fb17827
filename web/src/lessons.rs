//! How a timeline begins: with a share link, a lesson, or the first lesson. The first lesson comes with the page, the
//! others are parts of it: until one is opened the page knows its name and what it is about.

use std::sync::Arc;

use highwater_lab::error::LabError;
use highwater_lab::lessons;
use highwater_lab::scenario::Scenario;
use highwater_lab::share::{ShareError, Source};
use highwater_lab::text::Lang;
use highwater_lab::timeline::Timeline;
use wasm_split_helpers::SplitLoaderError;

use crate::parts;
use crate::session::Notice;
use crate::url::Opening;

/// What is known of a lesson before it is here.
pub(crate) struct Entry {
    pub(crate) id: &'static str,
    pub(crate) title: Words,
    pub(crate) summary: Words,
}

/// A text in both languages.
pub(crate) struct Words {
    en: &'static str,
    zh: &'static str,
}

impl Words {
    pub(crate) fn get(&self, lang: Lang) -> &'static str {
        match lang {
            Lang::En => self.en,
            Lang::Zh => self.zh,
        }
    }
}

/// Takes the lessons apart: the first comes with the page, each other one is a part of its own.
macro_rules! lessons {
    ($first:ident $first_id:literal, $($part:ident $id:literal,)*) => {
        static FIRST: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/", $first_id, ".lesson"));

        async fn packed(id: &str) -> Result<&'static [u8], SplitLoaderError> {
            match id {
                $($id => cuts::$part().await,)*
                _ => Ok(FIRST),
            }
        }

        /// Where the lessons are cut off.
        mod cuts {
            // What is cut off is declared as a foreign function.
            #![allow(unsafe_code, clippy::unnecessary_wraps)]

            use wasm_split_helpers::{SplitLoaderError, wasm_split};

            $(#[wasm_split($part, fallible)]
            pub(super) fn $part() -> Result<&'static [u8], SplitLoaderError> {
                Ok(include_bytes!(concat!(env!("OUT_DIR"), "/", $id, ".lesson")))
            })*
        }
    };
}
include!(concat!(env!("OUT_DIR"), "/lessons.rs"));

/// Why a timeline cannot begin.
#[derive(Debug)]
pub(crate) enum Trouble {
    /// A part of the page that it needs did not come, or is not of this page.
    Away,
    /// It cannot be played.
    Lab(LabError),
}

impl From<SplitLoaderError> for Trouble {
    fn from(_: SplitLoaderError) -> Self {
        Trouble::Away
    }
}

/// Whether there is a lesson of this name.
pub(crate) fn exists(id: &str) -> bool {
    lessons::find(id).is_some()
}

/// A lesson; an unknown name means the first one.
async fn scenario(id: &str) -> Result<Arc<Scenario>, Trouble> {
    Scenario::unpack(packed(id).await?).map(Arc::new).ok_or(Trouble::Away)
}

/// A lesson, right before the moment it is about; an unknown name means the first one.
pub(crate) async fn start(id: &str) -> Result<Timeline, Trouble> {
    begin(scenario(id).await?)
}

/// The first lesson, which is always here.
#[cfg(not(target_family = "wasm"))]
pub(crate) fn first() -> Result<Timeline, Trouble> {
    begin(Scenario::unpack(FIRST).map(Arc::new).ok_or(Trouble::Away)?)
}

fn begin(scenario: Arc<Scenario>) -> Result<Timeline, Trouble> {
    let mut timeline = Timeline::new(scenario, None, &[]).map_err(Trouble::Lab)?;
    timeline.to_opening();
    Ok(timeline)
}

/// The same scenario from its opening, with nothing done to it.
pub(crate) fn restart(timeline: &Timeline) -> Result<Timeline, LabError> {
    let mut fresh =
        Timeline::new(Arc::clone(timeline.scenario()), Some(timeline.seed()), timeline.overrides())?;
    fresh.to_opening();
    Ok(fresh)
}

/// Back to the opening, in the same branch.
pub(crate) fn to_opening(timeline: &mut Timeline) {
    timeline.seek(0);
    timeline.to_opening();
}

/// What the page's address asks for, and what of it could not be had.
pub(crate) async fn open(opening: &Opening) -> Result<(Timeline, Vec<Notice>), Trouble> {
    let mut problems = Vec::new();
    if let Some(link) = &opening.share {
        match follow(link).await? {
            Ok((timeline, refused)) => return Ok((timeline, refused)),
            Err(error) => problems.push(Notice::BadLink(error)),
        }
    }
    let timeline = start(opening.lesson.as_deref().unwrap_or_default()).await?;
    Ok((timeline, problems))
}

/// Where a share link leads, and what of it could not be had.
async fn follow(link: &str) -> Result<Result<(Timeline, Vec<Notice>), ShareError>, Trouble> {
    let links = parts::links().await?;
    let (shared, rejected) = match (links.decode)(link) {
        Ok(decoded) => decoded,
        Err(error) => return Ok(Err(error)),
    };
    let read = match &shared.scenario {
        Source::Lesson(id) => Ok(scenario(id).await?),
        Source::Text(text) => (links.read)(text),
    };
    Ok(read.and_then(|scenario| (links.play)(&shared, &scenario)).map(|(timeline, refused)| {
        (timeline, rejected.into_iter().chain(refused).map(Notice::BadLinkPart).collect())
    }))
}
