//! `highwater lessons`: what there is to run.

use crate::{Failure, print};
use highwater_lab::lessons;

/// Lists all lessons with their titles.
pub(crate) fn list() -> Result<(), Failure> {
    let width = lessons::ALL.iter().map(|lesson| lesson.id.len()).max().unwrap_or(0);
    for lesson in lessons::ALL {
        print(&format!("{:width$}  {}\n", lesson.id, lesson.scenario()?.title.en))?;
    }
    Ok(())
}
