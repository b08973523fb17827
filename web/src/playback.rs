//! Cinematic playback: how virtual time passes on the screen.
//!
//! A hop takes a millisecond and a timeout half a minute. A hop that says something gets enough screen time to be
//! followed; where only idle chatter is under way, time runs faster and faster until something happens.

mod talk;

use highwater_core::action::Action;
use highwater_core::time::{MS, Micros};
use highwater_lab::timeline::Timeline;

pub(crate) use talk::{is_news, is_talk};

/// The screen time of one hop at speed 1, in seconds.
const HOP: f64 = 0.7;
/// How long the screen rests at a marker, in seconds at speed 1, so that its picture is seen.
const DWELL: f64 = 0.45;
/// How long it rests when an acknowledged record is lost.
const LOSS_DWELL: f64 = 1.8;
/// Idle time runs ten times faster after this much screen time.
const TENFOLD: f64 = 0.22;
/// The fastest that idle time runs at speed 1, in virtual µs a second.
const FASTEST: f64 = 30e6;
/// An idle stretch below this is not worth a word.
const WORTH_TELLING: Micros = 50 * MS;
/// How long the word stays, in seconds.
const TOLD: f64 = 2.5;
/// The most steps taken in one frame, so that no frame is late.
const STEPS_PER_FRAME: usize = 400;
/// The longest frame that is believed: a tab that slept goes on where it was.
const LONGEST_FRAME: f64 = 0.05;

/// How fast time runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Speed {
    /// A quarter.
    Quarter,
    /// Half.
    Half,
    /// A hop takes a moment.
    #[default]
    Normal,
    /// Twice.
    Double,
    /// Four times.
    Quadruple,
}

impl Speed {
    /// All speeds, the slowest first.
    pub(crate) const ALL: [Speed; 5] =
        [Speed::Quarter, Speed::Half, Speed::Normal, Speed::Double, Speed::Quadruple];

    /// The factor.
    pub(crate) fn factor(self) -> f64 {
        match self {
            Speed::Quarter => 0.25,
            Speed::Half => 0.5,
            Speed::Normal => 1.0,
            Speed::Double => 2.0,
            Speed::Quadruple => 4.0,
        }
    }

    /// The factor as a person reads it.
    pub(crate) fn label(self) -> &'static str {
        match self {
            Speed::Quarter => "0.25",
            Speed::Half => "0.5",
            Speed::Normal => "1",
            Speed::Double => "2",
            Speed::Quadruple => "4",
        }
    }
}

/// How far time is to run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Goal {
    /// Until somebody stops it, or the scenario ends.
    None,
    /// For one step.
    Step,
    /// To the end of an exchange that says something.
    Exchange,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Motion {
    /// Time stands still.
    Rest,
    /// Time runs.
    Forward(Goal),
    /// The picture glides back to the timeline's time, from where it was a step later.
    Back {
        /// Virtual µs a second.
        rate: f64,
    },
}

/// The place of the screen in virtual time, and how it moves on.
#[derive(Clone, Debug)]
pub(crate) struct Playback {
    motion: Motion,
    /// The virtual time on the screen, in µs: between the last step's and the next one's.
    shown: f64,
    /// Virtual µs a second at speed 1 while something is said; grows while nothing is.
    rate: f64,
    /// The virtual time at which the last thing of note happened.
    news: Micros,
    /// Screen time still to rest, in seconds at speed 1.
    dwell: f64,
    /// The idle stretch that has just been skipped, and for how many seconds that is still worth telling.
    skipped: Option<(Micros, f64)>,
    /// A marker was passed since somebody asked.
    marked: bool,
}

impl Playback {
    /// At rest at a virtual time.
    pub(crate) fn at(now: Micros) -> Self {
        Playback {
            motion: Motion::Rest,
            shown: now as f64,
            rate: 0.0,
            news: now,
            dwell: 0.0,
            skipped: None,
            marked: false,
        }
    }

    /// The virtual time on the screen.
    pub(crate) fn shown(&self) -> f64 {
        self.shown
    }

    /// Whether time runs forward.
    pub(crate) fn is_running(&self) -> bool {
        matches!(self.motion, Motion::Forward(_))
    }

    /// Whether the picture moves.
    pub(crate) fn is_moving(&self) -> bool {
        self.motion != Motion::Rest
    }

    /// How much virtual time passes in a second of screen time now, at speed 1; 0 at rest.
    pub(crate) fn pace(&self) -> f64 {
        if self.is_moving() { self.rate } else { 0.0 }
    }

    /// An idle stretch that is being skipped, or was when the last thing of note happened.
    pub(crate) fn skipped(&self) -> Option<Micros> {
        self.skipped.map(|(span, _)| span)
    }

    /// Whether a marker was passed since this was last asked.
    pub(crate) fn take_marked(&mut self) -> bool {
        std::mem::take(&mut self.marked)
    }

    /// Stands still, where the picture is.
    pub(crate) fn rest(&mut self) {
        self.motion = Motion::Rest;
    }

    /// Starts to run. A step that is on its way is finished first.
    pub(crate) fn run(&mut self, timeline: &mut Timeline, goal: Goal) {
        if let (Motion::Forward(Goal::Step), Goal::Step) = (self.motion, goal) {
            timeline.step();
            self.shown = timeline.now() as f64;
        }
        self.motion = Motion::Forward(goal);
        self.news = timeline.now();
        self.skipped = None;
        self.dwell = 0.0;
        self.shown = self.shown.max(timeline.now() as f64);
        self.rate = talk_rate(timeline).unwrap_or_else(|| hop_rate(timeline));
    }

    /// Takes a step back, and lets the picture follow.
    pub(crate) fn step_back(&mut self, timeline: &mut Timeline) {
        self.shown = timeline.now() as f64;
        self.skipped = None;
        if timeline.step_back() {
            let span = self.shown - timeline.now() as f64;
            self.motion = Motion::Back { rate: span / glide_seconds(timeline, span) };
        }
    }

    /// Somebody acted: the timeline may have moved on or branched.
    pub(crate) fn acted(&mut self, timeline: &Timeline) {
        self.shown = timeline.now() as f64;
        self.news = timeline.now();
        self.skipped = None;
        if let Motion::Back { .. } = self.motion {
            self.motion = Motion::Rest;
        }
    }

    /// Lets screen time pass.
    pub(crate) fn advance(
        &mut self,
        timeline: &mut Timeline,
        seconds: f64,
        speed: Speed,
        reduced_motion: bool,
    ) {
        let seconds = seconds.clamp(0.0, LONGEST_FRAME);
        if self.is_moving() {
            self.skipped =
                self.skipped.and_then(|(span, left)| (left > seconds).then_some((span, left - seconds)));
        }
        let seconds = seconds * speed.factor();
        match self.motion {
            Motion::Rest => {}
            Motion::Back { rate } => {
                let target = timeline.now() as f64;
                self.shown = (self.shown - rate * seconds).max(target);
                if reduced_motion || self.shown <= target {
                    self.shown = target;
                    self.motion = Motion::Rest;
                }
            }
            Motion::Forward(Goal::Step) if reduced_motion => self.finish_step(timeline),
            Motion::Forward(goal) if reduced_motion => self.advance_in_steps(timeline, goal, seconds),
            Motion::Forward(Goal::Step) => self.advance_one_step(timeline, seconds),
            Motion::Forward(goal) => self.advance_smoothly(timeline, goal, seconds),
        }
    }

    fn finish_step(&mut self, timeline: &mut Timeline) {
        timeline.step();
        *self = Playback::at(timeline.now());
    }

    fn advance_one_step(&mut self, timeline: &mut Timeline, seconds: f64) {
        let Some(next) = timeline.next_time() else { return self.rest() };
        let span = next as f64 - timeline.now() as f64;
        self.shown += span / glide_seconds(timeline, span) * seconds;
        if self.shown >= next as f64 {
            self.finish_step(timeline);
        }
    }

    /// Without motion: from one thing of note to the next, with a rest at each.
    fn advance_in_steps(&mut self, timeline: &mut Timeline, goal: Goal, seconds: f64) {
        self.dwell -= seconds;
        if self.dwell > 0.0 {
            return;
        }
        for _ in 0..STEPS_PER_FRAME {
            let step = self.take_step(timeline, goal);
            if step.news || !self.is_running() {
                self.dwell = self.dwell.max(HOP);
                break;
            }
        }
        self.shown = timeline.now() as f64;
    }

    fn advance_smoothly(&mut self, timeline: &mut Timeline, goal: Goal, mut seconds: f64) {
        for _ in 0..STEPS_PER_FRAME {
            if self.dwell > 0.0 {
                let rest = self.dwell.min(seconds);
                self.dwell -= rest;
                seconds -= rest;
            }
            if seconds <= 0.0 || !self.is_running() {
                return;
            }
            let Some(next) = timeline.next_time() else { return self.rest() };
            let talking = talk_rate(timeline);
            match talking {
                Some(rate) => self.rate = rate,
                None => self.rate = (self.rate * 10f64.powf(seconds / TENFOLD)).min(FASTEST),
            }
            let needed = (next as f64 - self.shown).max(0.0) / self.rate;
            if needed > seconds {
                self.shown += self.rate * seconds;
                self.tell_skipped(self.shown as Micros);
                return;
            }
            seconds -= needed;
            self.shown = next as f64;
            self.take_step(timeline, goal);
        }
    }

    fn tell_skipped(&mut self, now: Micros) {
        let idle = now.saturating_sub(self.news);
        if idle > WORTH_TELLING {
            self.skipped = Some((idle, TOLD));
        }
    }

    /// Takes a step and looks at what happened.
    fn take_step(&mut self, timeline: &mut Timeline, goal: Goal) -> Step {
        let position = timeline.position();
        let lost = timeline.ledger().counts().lost;
        let talk = match timeline.cluster().next_action() {
            Some((_, Action::Deliver(id))) => {
                timeline.cluster().network().find(id).is_some_and(|e| is_talk(timeline.cluster(), e))
            }
            _ => false,
        };
        timeline.step();
        let mut step = Step { news: talk, marker: false, answered: false };
        for event in timeline.last_events() {
            step.news |= is_news(timeline.cluster(), &event);
            step.marker |= event.kind.is_marker();
            step.answered |= talk && talk::is_answer(&event);
        }
        if step.news {
            self.tell_skipped(timeline.now());
            self.news = timeline.now();
            self.rate = hop_rate(timeline);
        }
        if step.marker {
            self.dwell = DWELL;
        }
        if timeline.ledger().counts().lost > lost {
            self.dwell = LOSS_DWELL;
            self.marked = true;
        }
        self.marked |= step.marker;
        let over = timeline.is_finished() || timeline.position() == position;
        let reached = goal == Goal::Exchange && (step.answered || step.marker);
        if over || reached {
            self.motion = Motion::Rest;
        }
        step
    }
}

/// What a step brought.
struct Step {
    /// More than idle chatter.
    news: bool,
    /// A moment worth jumping to.
    marker: bool,
    /// The end of an exchange that said something.
    answered: bool,
}

/// The rate at which a hop of usual length takes [`HOP`].
fn hop_rate(timeline: &Timeline) -> f64 {
    timeline.scenario().setup.latency.max(1) as f64 / HOP
}

/// The rate at which the fastest message that says something can be followed; none when nothing is said.
fn talk_rate(timeline: &Timeline) -> Option<f64> {
    let cluster = timeline.cluster();
    let said = cluster.network().in_flight().filter(|e| !e.is_held() && is_talk(cluster, e));
    let shortest = said.map(|e| e.arrives_at.saturating_sub(e.sent_at)).min()?;
    Some(shortest.max(1) as f64 / HOP)
}

/// How long the picture glides over one step.
fn glide_seconds(timeline: &Timeline, span: f64) -> f64 {
    (span / hop_rate(timeline)).clamp(0.12, HOP)
}
