//! How a timeline begins: with a share link, a lesson, or the first lesson.

use std::sync::Arc;

use highwater_lab::error::LabError;
use highwater_lab::lessons;
use highwater_lab::share;
use highwater_lab::timeline::Timeline;

use crate::session::Notice;
use crate::url::Opening;

/// Whether there is a lesson of this name.
pub(crate) fn exists(id: &str) -> bool {
    lessons::find(id).is_some()
}

/// A lesson, right before the moment it is about; an unknown name means the first lesson.
pub(crate) fn start(id: &str) -> Result<Timeline, LabError> {
    let lesson = lessons::find(id).unwrap_or(&lessons::ALL[0]);
    let scenario = lesson.scenario().map_err(LabError::Scenario)?;
    let mut timeline = Timeline::new(Arc::new(scenario), None, &[])?;
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
pub(crate) fn open(opening: &Opening) -> Result<(Timeline, Vec<Notice>), LabError> {
    let mut problems = Vec::new();
    if let Some(link) = &opening.share {
        match share::decode(link).and_then(|(shared, rejected)| Ok((shared.open()?, rejected))) {
            Ok(((timeline, refused), rejected)) => {
                problems.extend(rejected.into_iter().chain(refused).map(Notice::BadLinkPart));
                return Ok((timeline, problems));
            }
            Err(error) => problems.push(Notice::BadLink(error)),
        }
    }
    let timeline = start(opening.lesson.as_deref().unwrap_or_default())?;
    Ok((timeline, problems))
}
