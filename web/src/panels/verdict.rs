//! The verdict bar: what producers were promised, and what came of it.

use highwater_lab::ledger::{Counts, Entry, Fate};
use yew::prelude::*;

use super::icon::{Shape, icon};
use crate::i18n::{Text, grouped};
use crate::session::{Command, Dialog, Session};

/// A number of the verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Count {
    /// Acknowledged.
    Promised,
    /// Acknowledged, and below the high watermark.
    Safe,
    /// Acknowledged, and gone.
    Lost,
    /// More than once in the log.
    Duplicated,
    /// Behind a record that was sent later.
    Reordered,
    /// Passed by a committed offset, and not processed.
    Skipped,
    /// Processed more than once.
    Repeated,
    /// Failed, as the producer knows.
    Rejected,
    /// Reported as failed, and in the log.
    Ghost,
    /// Not decided.
    InFlight,
}

impl Count {
    const ALL: [Count; 10] = [
        Count::Promised,
        Count::Safe,
        Count::Lost,
        Count::Duplicated,
        Count::Reordered,
        Count::Skipped,
        Count::Repeated,
        Count::Rejected,
        Count::Ghost,
        Count::InFlight,
    ];

    /// The number itself.
    fn of(self, counts: &Counts) -> u64 {
        u64::from(match self {
            Count::Promised => counts.acked,
            Count::Safe => counts.safe,
            Count::Lost => counts.lost,
            Count::Duplicated => counts.duplicated,
            Count::Reordered => counts.reordered,
            Count::Skipped => counts.skipped,
            Count::Repeated => counts.repeated,
            Count::Rejected => counts.rejected,
            Count::Ghost => counts.ghost,
            Count::InFlight => counts.in_flight,
        })
    }

    /// Whether a record is one of those counted.
    pub(super) fn includes(self, entry: &Entry) -> bool {
        match self {
            Count::Promised => entry.acked().is_some(),
            Count::Safe => entry.fate() == Fate::Safe,
            Count::Lost => entry.fate() == Fate::Lost,
            Count::Duplicated => entry.duplicated().is_some(),
            Count::Reordered => entry.reordered().is_some(),
            Count::Skipped => entry.skipped().is_some(),
            Count::Repeated => entry.repeated().is_some(),
            Count::Rejected => entry.fate() == Fate::Rejected,
            Count::Ghost => entry.fate() == Fate::Ghost,
            Count::InFlight => entry.fate() == Fate::InFlight,
        }
    }

    /// Its stable name, for style sheets and tests.
    fn word(self) -> &'static str {
        match self {
            Count::Promised => "promised",
            Count::Safe => "safe",
            Count::Lost => "lost",
            Count::Duplicated => "duplicated",
            Count::Reordered => "reordered",
            Count::Skipped => "skipped",
            Count::Repeated => "repeated",
            Count::Rejected => "rejected",
            Count::Ghost => "ghost",
            Count::InFlight => "in-flight",
        }
    }

    pub(super) fn name(self, t: Text) -> &'static str {
        match self {
            Count::Promised => t.promised(),
            Count::Safe => t.safe(),
            Count::Lost => t.lost(),
            Count::Duplicated => t.duplicated(),
            Count::Reordered => t.reordered(),
            Count::Skipped => t.skipped(),
            Count::Repeated => t.repeated(),
            Count::Rejected => t.rejected(),
            Count::Ghost => t.ghost(),
            Count::InFlight => t.in_flight(),
        }
    }

    pub(super) fn meaning(self, t: Text) -> &'static str {
        match self {
            Count::Promised => t.promised_means(),
            Count::Safe => t.safe_means(),
            Count::Lost => t.lost_means(),
            Count::Duplicated => t.duplicated_means(),
            Count::Reordered => t.reordered_means(),
            Count::Skipped => t.skipped_means(),
            Count::Repeated => t.repeated_means(),
            Count::Rejected => t.rejected_means(),
            Count::Ghost => t.ghost_means(),
            Count::InFlight => t.in_flight_means(),
        }
    }

    /// Whether a number above zero is nothing to be happy about.
    fn is_bad(self) -> bool {
        !matches!(self, Count::Promised | Count::Safe | Count::InFlight)
    }
}

pub(crate) fn verdict(t: Text, session: &Session) -> Html {
    let counts = session.read(|timeline| timeline.ledger().counts());
    html! {
        <section class="verdict" aria-label={t.verdict()}>
            <ul>
                { for Count::ALL.into_iter().map(|count| {
                    let n = count.of(&counts);
                    let tone = (n > 0 && count.is_bad()).then_some(if count == Count::Lost { "alarm" } else { "bad" });
                    html! {
                        <li key={count.word()}>
                            <button type="button" class={classes!("count", count.word(), tone, (n == 0).then_some("none"))}
                                title={count.meaning(t)} aria-haspopup="dialog" data-count={count.word()} data-n={n.to_string()}
                                onclick={session.callback(move |_: MouseEvent| Command::Show(Some(Dialog::Records(count))))}>
                                if count == Count::Lost && n > 0 {
                                    { icon(Shape::Alarm) }
                                }
                                <strong>{ grouped(n) }</strong>
                                <span>{ count.name(t) }</span>
                            </button>
                        </li>
                    }
                }) }
            </ul>
            <p class="visually-hidden" role="alert">
                { if counts.lost > 0 { t.lost_alarm(&t.records(u64::from(counts.lost))) } else { String::new() } }
            </p>
        </section>
    }
}
