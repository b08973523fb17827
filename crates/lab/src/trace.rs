//! A run written down for reading: captions, what happened, and verdicts, one plain line each.

use crate::ledger::Fate;
use crate::story::{self, Names};
use crate::text::Lang;
use crate::timeline::Timeline;
use highwater_core::time::{Micros, SECOND};
use std::fmt::Write as _;

/// The story of a timeline's branch up to the position.
pub fn write(timeline: &Timeline, lang: Lang) -> String {
    let names = Names::of(timeline.cluster().metadata());
    let mut text = String::new();
    let mut line = |at: Micros, mark: &str, words: &str| {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{:>4}.{:06} {mark} {words}", at / SECOND, at % SECOND);
    };
    let mut replay = timeline.clone();
    replay.seek(0);
    let mut said = None;
    loop {
        let caption = replay.caption().map(|caption| caption.text.get(lang));
        if caption != said
            && let Some(words) = caption
        {
            line(replay.now(), "#", words);
        }
        said =
            timeline.scenario().captions.iter().map(|c| c.text.get(lang)).find(|text| Some(*text) == caption);
        if replay.position() >= timeline.position() {
            return text;
        }
        replay.step();
        for event in replay.last_events() {
            if let Some(words) = story::sentence(&event, &names, lang) {
                line(event.at, " ", &words);
            }
        }
        for change in replay.last_changes() {
            if matches!(change.fate, Fate::Lost | Fate::Ghost) {
                line(replay.now(), "!", &story::fate(change.record, change.fate, lang));
            }
        }
    }
}
