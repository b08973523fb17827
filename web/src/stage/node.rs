//! Brokers, controller, producers and consumers.

use std::rc::Rc;

use highwater_core::ids::NodeId;
use highwater_core::process::Status;
use yew::prelude::*;

use super::layout::{Frame, Layout};
use super::picture::{BrokerPicture, ConsumerPicture, Picture, ProducerPicture, Promise, Sent};
use super::strip::Strip;
use super::{glyph, name, object, px};
use crate::i18n::Text;
use crate::session::Selection;

/// A node as it is to be seen.
#[derive(Clone, PartialEq)]
pub(crate) enum NodePicture {
    Controller(Status),
    Producer(Rc<ProducerPicture>),
    Broker(Rc<BrokerPicture>),
    Consumer(Rc<ConsumerPicture>),
}

impl NodePicture {
    fn node(&self) -> NodeId {
        match self {
            NodePicture::Controller(_) => NodeId::Controller,
            NodePicture::Producer(picture) => NodeId::Producer(picture.number),
            NodePicture::Broker(picture) => NodeId::Broker(picture.id),
            NodePicture::Consumer(picture) => NodeId::Consumer(picture.number),
        }
    }
}

#[derive(Clone, PartialEq, Properties)]
pub(crate) struct NodeProps {
    pub(crate) picture: NodePicture,
    pub(crate) layout: Rc<Layout>,
    pub(crate) selection: Option<Selection>,
    pub(crate) text: Text,
}

impl Picture {
    /// All nodes, with a key for each.
    pub(crate) fn nodes(&self) -> impl Iterator<Item = (String, NodePicture)> {
        let controller = std::iter::once(NodePicture::Controller(self.controller));
        let producers = self.producers.iter().map(|it| NodePicture::Producer(Rc::clone(it)));
        let brokers = self.brokers.iter().map(|it| NodePicture::Broker(Rc::clone(it)));
        let consumers = self.consumers.iter().map(|it| NodePicture::Consumer(Rc::clone(it)));
        controller
            .chain(producers)
            .chain(brokers)
            .chain(consumers)
            .map(|picture| (object::word(Selection::Node(picture.node())).unwrap_or_default(), picture))
    }
}

/// One node.
#[component]
pub(crate) fn Node(props: &NodeProps) -> Html {
    let brush = Brush { layout: &props.layout, selection: props.selection, text: props.text };
    match &props.picture {
        NodePicture::Controller(status) => controller(*status, brush),
        NodePicture::Producer(picture) => producer(picture, brush),
        NodePicture::Broker(picture) => broker(picture, brush),
        NodePicture::Consumer(picture) => consumer(picture, brush),
    }
}

/// What all nodes are drawn with.
#[derive(Clone, Copy)]
struct Brush<'a> {
    layout: &'a Rc<Layout>,
    selection: Option<Selection>,
    text: Text,
}

/// A drawing of its own for one node, in the measures of the stage: the browser paints anew only those that have changed.
fn sheet(class: Classes, frame: Frame, inside: Html) -> Html {
    let Frame { x, y, width, height } = frame;
    html! {
        <svg class={classes!("drawing", class)} style={format!("inset:{y:.1}px auto auto {x:.1}px")}
             width={px(width)} height={px(height)} viewBox={format!("{x:.1} {y:.1} {width:.1} {height:.1}")}>
            { inside }
        </svg>
    }
}

/// A broker and its replicas.
fn broker(picture: &BrokerPicture, brush: Brush<'_>) -> Html {
    let Brush { layout, selection, text } = brush;
    let node = NodeId::Broker(picture.id);
    let frame = layout.frame(node);
    let (plate, unit) = (layout.plate, layout.unit);
    let beside = plate.height >= frame.height;
    let class = classes!("broker", glyph::status_class(picture.status), picture.fenced.then_some("fenced"));
    let middle = if beside { plate.height / 2.0 } else { plate.height / 2.0 + unit * 0.1 };
    let quiet = picture.status == Status::Running && !picture.fenced;
    let word = match picture.status {
        Status::Running if picture.fenced => text.fenced(),
        status => text.status(status),
    };
    let title = text.node_title(node);
    sheet(
        class,
        frame,
        html! {
            <>
                { frame_of(node, frame, plate, picture.status, selection, text, html! {
                    if beside {
                        <text class="title" x={px(plate.width / 2.0)} y={px(middle + if quiet { unit * 0.4 } else { -unit * 0.45 })}>{ title }</text>
                        { status(picture.status, word, quiet, plate.width / 2.0, middle + unit * 1.05, unit) }
                    } else {
                        <text class="title start" x={px(unit * 0.8)} y={px(middle + unit * 0.4)}>{ title }</text>
                        { status(picture.status, word, quiet, plate.width - unit * 4.0, middle, unit) }
                    }
                }) }
                { for picture.strips.iter().enumerate().map(|(place, strip)| html! {
                    <Strip key={strip.partition.0} picture={Rc::clone(strip)} layout={Rc::clone(layout)} {place}
                           selection={selection} text={text} />
                }) }
            </>
        },
    )
}

/// A node's frame. All of it can be clicked; its name plate is the button that keyboards and screen readers meet, so
/// that what stands on the frame is not inside a button.
fn frame_of(
    node: NodeId,
    frame: Frame,
    plate: Frame,
    status: Status,
    selection: Option<Selection>,
    text: Text,
    inside: Html,
) -> Html {
    let this = Selection::Node(node);
    let word = object::word(this);
    let selected = (selection == Some(this)).then_some("selected");
    html! {
        <g class={classes!("node", selected)} transform={format!("translate({:.1} {:.1})", frame.x, frame.y)}>
            <g data-object={word.clone()}>
                <rect class="body" width={px(frame.width)} height={px(frame.height)} rx="10" />
                <rect class="veil" width={px(frame.width)} height={px(frame.height)} rx="10" />
            </g>
            <g class="plate" data-object={word} role="button" tabindex="-1" aria-label={name::node(text, node, status)}>
                <rect width={px(plate.width)} height={px(plate.height)} rx="10" />
                { inside }
            </g>
        </g>
    }
}

/// How a process is, as a sign and a word on a pill; invisible while it simply runs.
fn status(how: Status, word: &str, quiet: bool, x: f64, y: f64, unit: f64) -> Html {
    if quiet {
        return html! { <g class="status" /> };
    }
    let sign = glyph::status(how).unwrap_or(glyph::BROKEN_RING);
    let letters: f64 = word.chars().map(|letter| if letter.is_ascii() { 0.57 } else { 0.95 }).sum();
    let (wide, tall) = (unit * (2.5 + letters), unit * 1.6);
    html! {
        <g class="status" transform={format!("translate({x:.1} {y:.1})")}>
            <rect x={px(-wide / 2.0)} y={px(-tall / 2.0)} width={px(wide)} height={px(tall)} rx={px(tall / 2.0)} />
            <path d={sign} transform={format!("translate({:.1} 0) scale({:.3})", -wide / 2.0 + unit, unit * 0.058)} />
            <text x={px(-wide / 2.0 + unit * 1.9)} y={px(unit * 0.33)}>{ word }</text>
        </g>
    }
}

/// The controller.
fn controller(how: Status, brush: Brush<'_>) -> Html {
    let Brush { layout, selection, text } = brush;
    let frame = layout.controller;
    let unit = layout.unit;
    let (x, y) = (frame.width / 2.0, frame.height / 2.0);
    let quiet = how == Status::Running;
    let inside = html! {
        <>
            <text class="title" x={px(x)} y={px(y + if quiet { unit * 0.35 } else { -unit * 0.3 })}>
                { text.node_title(NodeId::Controller) }
            </text>
            { status(how, text.status(how), quiet, x, y + unit * 0.9, unit * 0.85) }
        </>
    };
    let class = classes!("controller", glyph::status_class(how));
    sheet(class, frame, frame_of(NodeId::Controller, frame, frame, how, selection, text, inside))
}

/// A producer and the records it has sent last.
fn producer(picture: &ProducerPicture, brush: Brush<'_>) -> Html {
    let Brush { layout, selection, text } = brush;
    let node = NodeId::Producer(picture.number);
    let frame = layout.frame(node);
    let unit = layout.unit;
    let quiet = picture.status == Status::Running;
    let (title_y, rows_y) = client_rows(frame, unit);
    let size = ((frame.width - unit * 0.8) / 4.0).min(unit * 2.5).min((frame.height - rows_y) * 0.64);
    let left = (frame.width - size * 4.0) / 2.0;
    sheet(
        classes!("producer", glyph::status_class(picture.status)),
        frame,
        html! {
            <>
                { frame_of(node, frame, client_plate(frame, unit), picture.status, selection, text, html! {
                    <>
                        <text class="title" x={px(frame.width / 2.0)} y={px(title_y)}>{ text.node_title(node) }</text>
                        { status(picture.status, text.status(picture.status), quiet, frame.width / 2.0, frame.height - unit * 0.2, unit * 0.9) }
                    </>
                }) }
                <g class="sent" transform={format!("translate({:.1} {:.1})", frame.x + left, frame.y + rows_y)}>
                    { for picture.records.iter().enumerate().map(|(place, record)| {
                        sent(record, place as f64 * size, size, unit, selection, text)
                    }) }
                </g>
            </>
        },
    )
}

/// The part of a client's frame that tells its name.
fn client_plate(frame: Frame, unit: f64) -> Frame {
    Frame { x: 0.0, y: 0.0, width: frame.width, height: client_rows(frame, unit).1 }
}

/// Where a client's title and what is below it begin.
fn client_rows(frame: Frame, unit: f64) -> (f64, f64) {
    let title = (frame.height * 0.24).clamp(unit * 1.2, unit * 2.0);
    (title, title + unit * 0.5)
}

fn sent(sent: &Sent, x: f64, size: f64, unit: f64, selection: Option<Selection>, text: Text) -> Html {
    let this = Selection::Record(sent.record);
    let (promise, sign) = match sent.promise {
        Promise::Open => ("open", &[][..]),
        Promise::Kept => ("kept", &glyph::CHECK[..]),
        Promise::Broken => ("broken", &glyph::CROSS[..]),
        Promise::Failed => ("failed", &glyph::CROSS[..]),
    };
    let class =
        classes!("record", sent.tone.class(), promise, (selection == Some(this)).then_some("selected"));
    let inner = size - unit * 0.25;
    let label = sent.record.to_string();
    let tall = inner.min(unit * 1.9);
    let middle = x + inner / 2.0;
    html! {
        <g key={sent.record.0} {class}
           data-object={object::word(this)} role="button" tabindex="-1" aria-label={name::sent(text, sent)}>
            <rect x={px(x)} width={px(inner)} height={px(tall)} rx="4" />
            <text class="id" style={fitted(&label, inner, unit * 0.88)} x={px(middle)} y={px(tall / 2.0 + unit * 0.3)}>{ label }</text>
            <path class="promise" d={glyph::strokes(sign, (middle, tall + unit * 0.75), unit * 0.062)} />
        </g>
    }
}

/// A consumer, its group and what it reads.
fn consumer(picture: &ConsumerPicture, brush: Brush<'_>) -> Html {
    let Brush { layout, selection, text } = brush;
    let node = NodeId::Consumer(picture.number);
    let frame = layout.frame(node);
    let unit = layout.unit;
    let quiet = picture.status == Status::Running;
    let (title_y, rows_y) = client_rows(frame, unit);
    let room = ((frame.height - rows_y) / (unit * 1.25)).floor().max(1.0) as usize;
    let lines =
        std::iter::once(picture.group.to_string()).chain(picture.assigned.iter().map(|(name, position)| {
            match position {
                Some(offset) => format!("{name} @ {offset}"),
                None => name.to_string(),
            }
        }));
    let inside = html! {
        <>
            <text class="title" x={px(frame.width / 2.0)} y={px(title_y)}>{ text.node_title(node) }</text>
            { for lines.take(room).enumerate().map(|(row, line)| html! {
                <text key={row} class={if row == 0 { "detail group" } else { "detail" }} x={px(frame.width / 2.0)}
                      y={px(rows_y + unit * (0.85 + 1.25 * row as f64))}>{ line }</text>
            }) }
            { status(picture.status, text.status(picture.status), quiet, frame.width / 2.0, frame.height - unit * 0.2, unit * 0.9) }
        </>
    };
    let class = classes!("consumer", glyph::status_class(picture.status));
    let plate = client_plate(frame, unit);
    sheet(class, frame, frame_of(node, frame, plate, picture.status, selection, text, inside))
}

/// The size of text that has to fit into so much room, no larger than it should be.
fn fitted(text: &str, room: f64, size: f64) -> String {
    format!("font-size:{:.1}px", size.min(room / (text.len() as f64 * 0.62)))
}
