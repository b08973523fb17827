//! The stage: the cluster as it is at this moment.
//!
//! Yew owns what stands: nodes, links, strips. It is drawn again where a new [`Picture`](picture::Picture) differs from
//! the one before. What moves is the [`scene`](crate::scene)'s, on the same drawing.

pub(crate) mod curve;
mod glyph;
mod keys;
pub(crate) mod layout;
mod link;
pub(crate) mod name;
mod node;
pub(crate) mod object;
pub(crate) mod picture;
mod strip;

use std::rc::Rc;

use gloo_render::{AnimationFrame, request_animation_frame};
use highwater_core::ids::MessageId;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{Element, MediaQueryList, ResizeObserver};
use yew::prelude::*;

use crate::i18n::Text;
use crate::in_browser;
use crate::scene::{self, Scene};
use crate::session::{Command, Selection, Session};

use curve::Point;
use curve::point;
use layout::Layout;
use node::Node;
use picture::Picture;
use picture::Turn;

#[derive(Clone, PartialEq, Properties)]
pub(crate) struct StageProps {
    /// The session.
    pub(crate) session: Session,
    /// The page's language.
    pub(crate) text: Text,
    /// What is selected.
    pub(crate) selection: Option<Selection>,
    /// The room it has at first, where it is known.
    pub(crate) room: Option<(f64, f64)>,
}

pub(crate) enum Msg {
    /// The stage has this size now.
    Resized(f64, f64),
    /// The cluster may look different.
    Look,
    /// An animation frame, at this time in milliseconds.
    Frame(f64),
    /// A pointer has come to a place on the screen, or has left.
    Pointed(Option<Point>),
    /// A pointer was pressed at a place on the screen, or turns out to do something else than click.
    Pressed(Option<Point>),
    /// A click came to this.
    Clicked(Option<Selection>),
}

/// The stage.
pub(crate) struct Stage {
    container: NodeRef,
    moving: NodeRef,
    layout: Option<Rc<Layout>>,
    picture: Option<Rc<Picture>>,
    scene: Option<Scene>,
    /// The message that a pointer was pressed on: when the click comes, it has moved on.
    pressed: Option<MessageId>,
    resize: Option<Resize>,
    frame: Option<AnimationFrame>,
    /// The time of the last frame, while they follow each other.
    last_frame: Option<f64>,
    /// Whose turn it is to be drawn anew.
    turn: Turn,
    /// Frames since the first picture was in the document, until it has been painted.
    unpainted: Option<u8>,
    /// Whether the person wants nothing to move.
    still: Option<MediaQueryList>,
}

/// The mark in the browser's own timing that says when the stage was seen first.
const PAINTED: &str = "highwater:stage";

/// Watches the size of the stage for as long as it is kept.
struct Resize {
    observer: ResizeObserver,
    _callback: Closure<dyn FnMut()>,
}

impl Drop for Resize {
    fn drop(&mut self) {
        self.observer.disconnect();
    }
}

impl Component for Stage {
    type Message = Msg;
    type Properties = StageProps;

    fn create(ctx: &Context<Self>) -> Self {
        let StageProps { session, room, .. } = ctx.props();
        session.on_stage(ctx.link().callback(|()| Msg::Look));
        let layout = room.map(|(width, height)| {
            Rc::new(Layout::new(width, height, session.read(|timeline| picture::cast(timeline.cluster()))))
        });
        let picture = layout.as_ref().map(|layout| {
            let mut turn = Turn::default();
            turn.begin(true);
            Rc::new(session.read(|timeline| Picture::take(timeline, &layout.strip, None, &mut turn)))
        });
        Stage {
            container: NodeRef::default(),
            moving: NodeRef::default(),
            layout,
            picture,
            scene: None,
            pressed: None,
            resize: None,
            frame: None,
            last_frame: None,
            turn: Turn::default(),
            unpainted: Some(0),
            still: in_browser()
                .then(|| gloo_utils::window().match_media("(prefers-reduced-motion: reduce)").ok().flatten())
                .flatten(),
        }
    }

    fn changed(&mut self, ctx: &Context<Self>, _: &StageProps) -> bool {
        self.ask_for_frame(ctx);
        true
    }

    fn update(&mut self, ctx: &Context<Self>, message: Msg) -> bool {
        match message {
            Msg::Resized(width, height) => {
                let cast = ctx.props().session.read(|timeline| picture::cast(timeline.cluster()));
                self.lay_out(Layout::new(width, height, cast));
                self.look(ctx)
            }
            Msg::Look => self.look(ctx),
            Msg::Frame(now) => {
                self.frame = None;
                let seconds = self.last_frame.map_or(0.0, |last| (now - last) / 1000.0);
                let moving = ctx.props().session.frame(seconds, self.still());
                self.last_frame = Some(now);
                let unsettled = self.draw(ctx, seconds) | self.mark_painted();
                if moving || unsettled {
                    self.ask_for_frame(ctx);
                } else {
                    self.last_frame = None;
                }
                self.turn.is_waiting() && self.look(ctx)
            }
            Msg::Pointed(place) => {
                let place = place.and_then(|place| self.on_stage(place));
                if self.scene.as_mut().is_some_and(|scene| scene.point_at(place)) {
                    self.ask_for_frame(ctx);
                }
                false
            }
            Msg::Pressed(place) => {
                let place = place.and_then(|place| self.on_stage(place));
                self.pressed = place.and_then(|place| self.scene.as_ref()?.message_at(place));
                false
            }
            Msg::Clicked(object) => {
                let hit = self.pressed.take().map(Selection::Message).or(object);
                ctx.props().session.dispatch(hit.map_or(Command::Select(None), Command::Inspect));
                false
            }
        }
    }

    fn view(&self, ctx: &Context<Self>) -> Html {
        let StageProps { session, text, .. } = ctx.props();
        let link = ctx.link();
        let onclick = link.callback(|event: MouseEvent| {
            Msg::Clicked(event.target_dyn_into::<Element>().and_then(|element| keys::object_at(&element)))
        });
        let place = |event: &PointerEvent| point(f64::from(event.client_x()), f64::from(event.client_y()));
        let onpointerdown = link.callback(move |event: PointerEvent| Msg::Pressed(Some(place(&event))));
        let onpointercancel = link.callback(|_: PointerEvent| Msg::Pressed(None));
        // A finger points only where it presses.
        let onpointermove = link.batch_callback(move |event: PointerEvent| {
            (event.pointer_type() != "touch").then(|| Msg::Pointed(Some(place(&event))))
        });
        let onpointerleave = link.callback(|_: PointerEvent| Msg::Pointed(None));
        let onkeydown = {
            let (session, container) = (session.clone(), self.container.clone());
            Callback::from(move |event: KeyboardEvent| keys::on_key(&session, &container, &event))
        };
        let onfocusin = {
            let container = self.container.clone();
            Callback::from(move |event: FocusEvent| keys::on_focus(&container, &event))
        };
        let style = self.layout.as_ref().map(|layout| format!("--u:{:.2}px", layout.unit));
        html! {
            <section class="stage" ref={&self.container} aria-label={text.stage()} data-testid="stage" {style}
                     {onclick} {onpointerdown} {onpointercancel} {onpointermove} {onpointerleave} {onkeydown} {onfocusin}>
                { self.drawing(ctx.props()) }
            </section>
        }
    }

    fn rendered(&mut self, ctx: &Context<Self>, first: bool) {
        if first {
            self.watch_size(ctx);
        }
        keys::keep_one_stop(&self.container);
    }
}

impl Stage {
    fn watch_size(&mut self, ctx: &Context<Self>) {
        let Some(element) = self.container.cast::<Element>() else { return };
        let (link, measured) = (ctx.link().clone(), element.clone());
        let callback = Closure::<dyn FnMut()>::new(move || {
            let frame = measured.get_bounding_client_rect();
            link.send_message(Msg::Resized(frame.width(), frame.height()));
        });
        if let Ok(observer) = ResizeObserver::new(callback.as_ref().unchecked_ref()) {
            observer.observe(&element);
            self.resize = Some(Resize { observer, _callback: callback });
        }
        // The observer reports after the next layout; the first picture need not wait for it.
        let frame = element.get_bounding_client_rect();
        ctx.link().send_message(Msg::Resized(frame.width(), frame.height()));
    }

    fn lay_out(&mut self, layout: Layout) {
        if self.layout.as_deref() != Some(&layout) {
            self.layout = Some(Rc::new(layout));
            self.picture = None;
        }
    }

    /// Takes a new picture; returns whether it differs.
    fn look(&mut self, ctx: &Context<Self>) -> bool {
        let Some(layout) = self.layout.clone() else { return false };
        let session = &ctx.props().session;
        let cast = session.read(|timeline| picture::cast(timeline.cluster()));
        if cast != layout.cast {
            self.lay_out(Layout::new(layout.width, layout.height, cast));
        }
        let Some(layout) = self.layout.clone() else { return false };
        self.turn.begin(!session.view().playing);
        let (before, turn) = (self.picture.as_deref(), &mut self.turn);
        let new = session.read(|timeline| Picture::take(timeline, &layout.strip, before, turn));
        self.ask_for_frame(ctx);
        if self.picture.as_deref() == Some(&new) {
            return false;
        }
        let old = self.picture.replace(Rc::new(new));
        if let (Some(scene), Some(old), Some(new)) = (&mut self.scene, old, &self.picture) {
            scene.compare(&old, new);
        }
        true
    }

    /// A place on the screen, as a place on the stage.
    fn on_stage(&self, place: Point) -> Option<Point> {
        let frame = self.container.cast::<Element>()?.get_bounding_client_rect();
        Some(point(place.x - frame.x(), place.y - frame.y()))
    }

    /// Draws what moves; returns whether something has not come to rest.
    fn draw(&mut self, ctx: &Context<Self>, seconds: f64) -> bool {
        let still = self.still();
        let Some(layout) = &self.layout else { return false };
        if self.scene.is_none() {
            self.scene = self.moving.cast::<Element>().map(Scene::new);
        }
        let Some(scene) = &mut self.scene else { return true };
        let StageProps { session, text, selection, .. } = ctx.props();
        let view = scene::View { layout, selection: *selection, text: *text, still };
        session.watch(|timeline, playback| scene.draw(timeline, playback, view, seconds))
    }

    /// Notes the second frame after the first picture: then it has been painted. Returns whether that is still to come.
    fn mark_painted(&mut self) -> bool {
        let Some(frames) = self.unpainted.filter(|_| self.picture.is_some()) else { return false };
        self.unpainted = (frames < 2).then_some(frames + 1);
        if self.unpainted.is_none()
            && let Some(performance) = gloo_utils::window().performance()
        {
            // A mark is only refused for names that the browser uses itself.
            let _ = performance.mark(PAINTED);
        }
        self.unpainted.is_some()
    }

    /// Whether the person wants nothing to move.
    fn still(&self) -> bool {
        self.still.as_ref().is_some_and(MediaQueryList::matches)
    }

    fn ask_for_frame(&mut self, ctx: &Context<Self>) {
        if self.frame.is_none() {
            let link = ctx.link().clone();
            self.frame = Some(request_animation_frame(move |now| link.send_message(Msg::Frame(now))));
        }
    }

    fn drawing(&self, props: &StageProps) -> Html {
        let (Some(layout), Some(picture)) = (&self.layout, &self.picture) else {
            return html! { <><div><svg class="drawing" /></div><div class="moving" /></> };
        };
        let StageProps { text, selection, .. } = props;
        let (selection, text) = (*selection, *text);
        let (width, height) = (layout.width.to_string(), layout.height.to_string());
        let view_box = format!("0 0 {width} {height}");
        let size = format!("width:{width}px;height:{height}px");
        html! {
            <>
            <div role="group" aria-label={text.stage_help()}>
            <svg class="drawing" {width} {height} viewBox={view_box}>
                <defs>
                    <pattern id="hatch" width="7" height="7" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
                        <path class="hatch" d="M0 0v7" />
                    </pattern>
                </defs>
                <link::Links links={Rc::clone(&picture.links)} layout={Rc::clone(layout)} {selection} {text} />
            </svg>
            { for picture.nodes().map(|(key, picture)| html! {
                <Node {key} {picture} layout={Rc::clone(layout)} {selection} {text} />
            }) }
            </div>
            // On a layer of its own: what moves is painted every frame, what stands is not.
            <div class="moving" ref={&self.moving} style={size} />
            </>
        }
    }
}

/// A number of CSS pixels, to a tenth, as attributes take it.
fn px(value: f64) -> String {
    let tenths = (value * 10.0).round() as i64;
    let sign = if tenths < 0 { "-" } else { "" };
    format!("{sign}{}.{}", tenths.abs() / 10, tenths.abs() % 10)
}
