//! The session: a timeline, and how it is being looked at. Everything the page shows is read from here, and everything
//! it can do is a [`Command`].

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

use highwater_core::action::Intervention;
use highwater_core::error::Refused;
use highwater_core::ids::{BrokerId, EventId, GroupId, MessageId, NodeId, PartitionId, RecordId};
use highwater_lab::error::LabError;
use highwater_lab::share::{Rejected, ShareError};
use highwater_lab::text::Lang;
use highwater_lab::timeline::Timeline;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

use crate::lessons::Trouble;
use crate::panels::verdict::Count;
use crate::parts::Parts;
use crate::playback::{Goal, Playback, Speed};
use crate::url::{Opening, Theme};
use crate::{in_browser, lessons, storage, url};

/// What is selected on the stage or in a panel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Selection {
    /// A process.
    Node(NodeId),
    /// The connection between two nodes, both ways; the lesser node first.
    Link(NodeId, NodeId),
    /// A partition, wherever its replicas are.
    Partition(PartitionId),
    /// A broker's copy of a partition.
    Replica(BrokerId, PartitionId),
    /// A record, wherever its copies are.
    Record(RecordId),
    /// A message under way.
    Message(MessageId),
    /// A consumer group.
    Group(GroupId),
    /// Something that happened.
    Event(EventId),
}

impl Selection {
    /// The link between two nodes, whichever is named first.
    pub(crate) fn link(a: NodeId, b: NodeId) -> Self {
        Selection::Link(a.min(b), a.max(b))
    }
}

/// The side panel's tabs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Tab {
    /// What the lesson says, asks and demands.
    #[default]
    Lesson,
    /// What is selected, and what can be done to it.
    Inspector,
    /// What happened, in plain words.
    Story,
    /// Why an event happened.
    Why,
    /// Offsets over time.
    Chart,
    /// Every setting.
    Settings,
}

impl Tab {
    /// All tabs, in their order.
    pub(crate) const ALL: [Tab; 6] =
        [Tab::Lesson, Tab::Inspector, Tab::Story, Tab::Why, Tab::Chart, Tab::Settings];
}

/// A dialog over the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dialog {
    /// Keys and symbols.
    Help,
    /// All lessons.
    Lessons,
    /// The share link and the code to embed the page.
    Share,
    /// The records behind a number of the verdict.
    Records(Count),
}

impl Dialog {
    /// Its stable name, for style sheets.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Dialog::Help => "help",
            Dialog::Lessons => "lessons",
            Dialog::Share => "share",
            Dialog::Records(_) => "records",
        }
    }
}

/// Something the page has to tell, until it is dismissed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Notice {
    /// A parameter of the address that does not exist.
    UnknownParameter {
        /// Its name.
        name: String,
    },
    /// A parameter with a value it cannot have.
    BadParameter {
        /// Its name.
        name: String,
        /// The value.
        value: String,
    },
    /// A part of the share link was rejected.
    BadLinkPart(Rejected),
    /// Nothing of the share link can be used.
    BadLink(ShareError),
    /// A lesson could not be loaded.
    LessonAway,
    /// An intervention is not possible now.
    Refused {
        /// Why.
        why: Refused,
    },
    /// Acting in the past began a new branch.
    BranchGrown {
        /// What was done there.
        what: Intervention,
    },
}

/// A notice's number, by which it is dismissed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NoticeId(pub(crate) u32);

/// Everything a person can do on the page.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Command {
    /// Let time run.
    Play,
    /// Play or pause.
    Toggle,
    /// One action forward.
    Step,
    /// One action back.
    StepBack,
    /// Forward to the end of the next exchange that is more than idle chatter.
    Exchange,
    /// Forward to the next marker.
    NextMarker,
    /// Back to the previous marker.
    PreviousMarker,
    /// To a step of this branch.
    Seek(usize),
    /// To the step in which an event happened.
    GoTo(EventId),
    /// How fast time runs.
    Speed(Speed),
    /// Do something to the cluster, now.
    Act(Intervention),
    /// Look at another branch.
    SwitchBranch(usize),
    /// Select something, or nothing.
    Select(Option<Selection>),
    /// Select something and open the panel that tells about it.
    Inspect(Selection),
    /// Select something and open the panel that tells why it is as it is.
    Explain(Selection),
    /// Open a tab of the side panel.
    Open(Tab),
    /// Open a dialog, or close the one that is open.
    Show(Option<Dialog>),
    /// Start a lesson.
    LoadLesson(String),
    /// Start this lesson over, all branches gone.
    Restart,
    /// Change the page's language.
    SetLang(Lang),
    /// Change the page's colours; none: as the system has them.
    SetTheme(Option<Theme>),
    /// Predict: lock in a choice for one of the lesson's questions.
    Answer {
        /// Which question.
        question: usize,
        /// Which choice.
        choice: usize,
    },
    /// Open the share dialog.
    Share,
    /// Take a notice away.
    DismissNotice(NoticeId),
}

/// How the timeline is being looked at. Cheap to clone.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct View {
    /// The page's language.
    pub(crate) lang: Lang,
    /// The chosen theme; none: as the system has it.
    pub(crate) theme: Option<Theme>,
    /// Stage, verdict and transport only.
    pub(crate) embed: bool,
    /// Whether time runs.
    pub(crate) playing: bool,
    /// How fast.
    pub(crate) speed: Speed,
    /// What is selected.
    pub(crate) selection: Option<Selection>,
    /// The open tab.
    pub(crate) tab: Tab,
    /// The open dialog.
    pub(crate) dialog: Option<Dialog>,
    /// The choices that are locked in, by question.
    pub(crate) answers: Rc<BTreeMap<usize, usize>>,
    /// The scenario has been seen to its end.
    pub(crate) seen_end: bool,
    /// What the page has to tell, oldest first.
    pub(crate) notices: Rc<Vec<(NoticeId, Notice)>>,
}

struct State {
    timeline: Timeline,
    playback: Playback,
    view: View,
    next_notice: u32,
    /// Screen time since panels have looked, if there is anything new for them.
    unseen: Option<f64>,
}

struct Inner {
    state: RefCell<State>,
    parts: Parts,
    /// Grows whenever what panels show may have changed.
    revision: Cell<u64>,
    /// Told of every change of what panels show.
    on_change: RefCell<Option<Callback<u64>>>,
    /// Told when the stage has to look again: at every change and, while time runs, at every frame with a step in it.
    on_stage: RefCell<Option<Callback<()>>>,
}

/// While time runs, panels look again at every marker and after this much screen time, in seconds; the stage at every
/// step.
const PANELS_EVERY: f64 = 0.4;

/// A handle on the one session of the page; clones are the same session.
#[derive(Clone)]
pub(crate) struct Session(Rc<Inner>);

impl PartialEq for Session {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

/// What every panel gets. It is drawn again when the revision grows.
#[derive(Clone, PartialEq, Properties)]
pub(crate) struct PanelProps {
    /// The session.
    pub(crate) session: Session,
    /// The state of the session this is drawn from.
    pub(crate) revision: u64,
}

impl Session {
    /// Opens the page's session with a timeline, and with what of its address could not be had.
    pub(crate) fn open(opening: Opening, timeline: Timeline, problems: Vec<Notice>) -> Self {
        let mut state = State {
            playback: Playback::at(timeline.now()),
            timeline,
            view: View {
                lang: opening.lang,
                theme: opening.theme,
                embed: opening.embed,
                playing: false,
                speed: Speed::default(),
                selection: None,
                tab: Tab::default(),
                dialog: None,
                answers: Rc::default(),
                seen_end: false,
                notices: Rc::default(),
            },
            next_notice: 1,
            unseen: None,
        };
        for notice in opening.problems.into_iter().chain(problems) {
            state.notify(notice);
        }
        let session = Session(Rc::new(Inner {
            state: RefCell::new(state),
            parts: Parts::new(),
            revision: Cell::new(0),
            on_change: RefCell::default(),
            on_stage: RefCell::default(),
        }));
        session.remember();
        session
    }

    /// Reads the timeline.
    pub(crate) fn read<T>(&self, look: impl FnOnce(&Timeline) -> T) -> T {
        look(&self.0.state.borrow().timeline)
    }

    /// How the timeline is being looked at.
    pub(crate) fn view(&self) -> View {
        self.0.state.borrow().view.clone()
    }

    /// Reads the timeline together with the screen's place in it.
    pub(crate) fn watch<T>(&self, look: impl FnOnce(&Timeline, &Playback) -> T) -> T {
        let state = self.0.state.borrow();
        look(&state.timeline, &state.playback)
    }

    /// The parts of the page that come later.
    pub(crate) fn parts(&self) -> &Parts {
        &self.0.parts
    }

    /// The number of the current state of what panels show.
    pub(crate) fn revision(&self) -> u64 {
        self.0.revision.get()
    }

    /// Calls back whenever what panels show has changed.
    pub(crate) fn on_change(&self, callback: Callback<u64>) {
        *self.0.on_change.borrow_mut() = Some(callback);
    }

    /// Calls back whenever the stage has to look again.
    pub(crate) fn on_stage(&self, callback: Callback<()>) {
        *self.0.on_stage.borrow_mut() = Some(callback);
    }

    /// A callback that does something with the session.
    pub(crate) fn reform<E>(&self, act: impl Fn(&Session) + 'static) -> Callback<E> {
        let session = self.clone();
        Callback::from(move |_| act(&session))
    }

    /// A callback that dispatches a command.
    pub(crate) fn callback<E>(&self, command: impl Fn(E) -> Command + 'static) -> Callback<E> {
        let session = self.clone();
        Callback::from(move |event| session.dispatch(command(event)))
    }
}

/// Commands.
impl Session {
    /// Does what a person asks for.
    pub(crate) fn dispatch(&self, command: Command) {
        if let Command::LoadLesson(id) = command {
            return self.load_lesson(id);
        }
        self.0.state.borrow_mut().dispatch(command);
        self.remember();
        self.changed();
    }

    /// Starts a lesson, once it is here.
    fn load_lesson(&self, id: String) {
        let session = self.clone();
        spawn_local(async move {
            let loaded = lessons::start(&id).await;
            let mut state = session.0.state.borrow_mut();
            match loaded {
                Ok(timeline) => state.load(Ok(timeline)),
                Err(Trouble::Away) => state.notify(Notice::LessonAway),
                Err(Trouble::Lab(error)) => state.load(Err(error)),
            }
            drop(state);
            session.remember();
            session.changed();
        });
    }

    /// Does something to the cluster, now, and says why not where the person asked.
    ///
    /// # Errors
    /// It is not possible now; nothing has changed.
    pub(crate) fn act(&self, what: Intervention) -> Result<(), Refused> {
        let done = self.0.state.borrow_mut().act(what);
        self.remember();
        self.changed();
        done
    }

    /// Puts a timeline on the stage and plays it.
    pub(crate) fn play_at_once(&self, timeline: Timeline) {
        self.0.state.borrow_mut().load(Ok(timeline));
        self.dispatch(Command::Play);
    }

    /// Lets so much screen time pass; returns whether anything on the stage moves on.
    pub(crate) fn frame(&self, seconds: f64, reduced_motion: bool) -> bool {
        let mut state = self.0.state.borrow_mut();
        let State { timeline, playback, view, unseen, .. } = &mut *state;
        let before = timeline.position();
        playback.advance(timeline, seconds, view.speed, reduced_motion);
        let moving = playback.is_moving();
        let stopped = view.playing && !playback.is_running();
        view.playing &= !stopped;
        let moved_on = timeline.position() != before;
        view.seen_end |= moved_on && timeline.is_finished();
        if moved_on {
            unseen.get_or_insert(0.0);
        }
        let waited = unseen.as_mut().map_or(0.0, |waited| {
            *waited += seconds;
            *waited
        });
        let marked = playback.take_marked();
        let due = stopped || (unseen.is_some() && (!moving || marked || waited > PANELS_EVERY));
        if due {
            *unseen = None;
        }
        drop(state);
        if due {
            self.remember();
            self.changed();
        } else if moved_on {
            self.look();
        }
        moving
    }

    /// The stage looks again.
    fn look(&self) {
        let stage = self.0.on_stage.borrow().clone();
        if let Some(callback) = stage {
            callback.emit(());
        }
    }

    /// The stage and all panels look again.
    pub(crate) fn changed(&self) {
        self.0.revision.set(self.0.revision.get() + 1);
        self.look();
        let panels = self.0.on_change.borrow().clone();
        if let Some(callback) = panels {
            callback.emit(self.0.revision.get());
        }
    }

    /// Keeps the share link where it outlives the engine.
    fn remember(&self) {
        if in_browser() {
            self.read(url::remember);
        }
    }
}

impl State {
    fn notify(&mut self, notice: Notice) {
        let id = NoticeId(self.next_notice);
        self.next_notice += 1;
        Rc::make_mut(&mut self.view.notices).push((id, notice));
    }

    fn dispatch(&mut self, command: Command) {
        match command {
            Command::Exchange => self.play(Goal::Exchange),
            Command::Step => self.play(Goal::Step),
            Command::Toggle if self.view.playing => self.rest(),
            Command::Play | Command::Toggle => self.play(Goal::None),
            Command::StepBack => {
                self.rest();
                self.playback.step_back(&mut self.timeline);
            }
            Command::NextMarker => self.jump(Timeline::to_next_marker),
            Command::PreviousMarker => self.jump(Timeline::to_previous_marker),
            Command::Seek(step) => self.jump(|timeline| timeline.seek(step)),
            Command::GoTo(event) => self.jump(|timeline| {
                if timeline.event(event).is_some() {
                    timeline.seek(timeline.step_of(event));
                }
            }),
            Command::Speed(speed) => self.view.speed = speed,
            Command::Act(what) => {
                if let Err(refused) = self.act(what) {
                    self.notify(Notice::Refused { why: refused });
                }
            }
            Command::SwitchBranch(branch) => {
                self.jump(|timeline| {
                    // A branch that is not there is none that a person could have chosen.
                    let _ = timeline.switch_branch(branch);
                });
            }
            Command::Select(selection) => self.view.selection = selection,
            Command::Inspect(selection) => {
                self.view.selection = Some(selection);
                self.view.tab = if let Selection::Event(_) = selection { Tab::Why } else { Tab::Inspector };
            }
            Command::Explain(selection) => {
                self.view.selection = Some(selection);
                self.view.tab = Tab::Why;
                self.view.dialog = None;
            }
            Command::Open(tab) => self.view.tab = tab,
            Command::Show(dialog) => self.view.dialog = dialog,
            Command::Share => {
                self.rest();
                self.view.dialog = Some(Dialog::Share);
            }
            Command::Answer { question, choice } => {
                Rc::make_mut(&mut self.view.answers).insert(question, choice);
            }
            // What comes later is the session's to wait for.
            Command::LoadLesson(_) => {}
            Command::Restart => self.load(lessons::restart(&self.timeline)),
            Command::SetLang(lang) => {
                self.view.lang = lang;
                storage::set("lang", crate::url::lang_word(lang));
            }
            Command::SetTheme(theme) => {
                self.view.theme = theme;
                storage::set("theme", theme.map_or("", Theme::word));
            }
            Command::DismissNotice(id) => {
                Rc::make_mut(&mut self.view.notices).retain(|(other, _)| *other != id);
            }
        }
    }

    fn play(&mut self, goal: Goal) {
        if goal == Goal::None && self.timeline.is_finished() {
            self.jump(lessons::to_opening);
        }
        self.playback.run(&mut self.timeline, goal);
        self.view.playing = goal == Goal::None && self.playback.is_running();
    }

    fn rest(&mut self) {
        self.view.playing = false;
        self.playback.rest();
    }

    fn jump<T>(&mut self, jump: impl FnOnce(&mut Timeline) -> T) {
        self.view.playing = false;
        jump(&mut self.timeline);
        self.playback = Playback::at(self.timeline.now());
        self.view.seen_end |= self.timeline.is_finished();
    }

    fn act(&mut self, what: Intervention) -> Result<(), Refused> {
        let branch = self.timeline.branch();
        self.timeline.act(what.clone())?;
        if self.timeline.branch() != branch {
            self.notify(Notice::BranchGrown { what });
        }
        self.playback.acted(&self.timeline);
        Ok(())
    }

    /// Starts a timeline. A lesson of this program that cannot be played is a fault of the program: its tests play
    /// them all, and the page stays where it is.
    fn load(&mut self, loaded: Result<Timeline, LabError>) {
        let Ok(timeline) = loaded else { return };
        self.jump(|now| *now = timeline);
        let view = &mut self.view;
        (view.selection, view.tab, view.dialog) = (None, Tab::Lesson, None);
        view.answers = Rc::default();
        view.seen_end = false;
    }
}
