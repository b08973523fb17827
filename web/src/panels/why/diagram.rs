//! A causal chain as a space–time diagram: a lifeline for each node, time running down, messages slanted.

use highwater_core::event::{Event, EventKind};
use highwater_core::ids::NodeId;
use yew::prelude::*;

use crate::i18n::Text;

/// Pixels between lifelines, between events, and around everything.
const COLUMN: usize = 84;
const ROW: usize = 26;
const MARGIN: usize = 44;
const HEAD: usize = 34;

/// What is drawn: each node has a lifeline, each event a row on one of them.
#[derive(Debug, PartialEq, Eq)]
struct Picture {
    /// In the order of their first event, clients first.
    lifelines: Vec<NodeId>,
    /// The lifeline of each event.
    events: Vec<usize>,
    /// From which event to which, both by their place in the chain.
    arrows: Vec<(usize, usize)>,
}

fn picture(chain: &[&Event]) -> Picture {
    let mut lifelines: Vec<NodeId> = chain.iter().map(|event| event.node).collect();
    lifelines.sort_unstable_by_key(|node| order(*node));
    lifelines.dedup();
    let lifeline = |node: NodeId| lifelines.iter().position(|other| *other == node).unwrap_or(0);
    let events = chain.iter().map(|event| lifeline(event.node)).collect();
    let arrows = chain.iter().enumerate().filter_map(|(i, event)| {
        let cause = chain[..i].iter().rposition(|earlier| earlier.id == event.cause);
        Some((cause.or(i.checked_sub(1))?, i))
    });
    Picture { events, arrows: arrows.collect(), lifelines }
}

/// Producers stand left, then brokers and their controller, consumers right, as on the stage.
fn order(node: NodeId) -> (u8, u8) {
    match node {
        NodeId::Producer(n) => (0, n),
        NodeId::Broker(id) => (1, id.0),
        NodeId::Controller => (2, 0),
        NodeId::Consumer(n) => (3, n),
    }
}

fn short(t: Text, node: NodeId) -> String {
    match node {
        NodeId::Producer(n) => t.pick(format!("producer {n}"), format!("生产者 {n}")),
        NodeId::Consumer(n) => t.pick(format!("consumer {n}"), format!("消费者 {n}")),
        _ => t.node(node),
    }
}

/// The chain, oldest first, as a picture.
pub(super) fn diagram(t: Text, chain: &[&Event]) -> Html {
    let picture = picture(chain);
    let x = |lifeline: usize| MARGIN + lifeline * COLUMN;
    let y = |row: usize| HEAD + ROW / 2 + row * ROW;
    let width = 2 * MARGIN + picture.lifelines.len().saturating_sub(1) * COLUMN;
    let height = HEAD + chain.len() * ROW + 8;
    let names = t.list(picture.lifelines.iter().map(|node| t.node(*node)));
    let label = format!("{}: {}", t.why_diagram(), t.why_diagram_desc(chain.len(), &names));
    html! {
        <svg class="space-time" role="img" aria-label={label} viewBox={format!("0 0 {width} {height}")}
            style={format!("max-width:{width}px")} width={width.to_string()} height={height.to_string()}>
            { for picture.lifelines.iter().enumerate().map(|(i, node)| html! {
                <g key={node.to_string()} class="lifeline">
                    <text x={x(i).to_string()} y="16" text-anchor="middle">{ short(t, *node) }</text>
                    <line x1={x(i).to_string()} x2={x(i).to_string()} y1="24" y2={(height - 4).to_string()} />
                </g>
            }) }
            { for picture.arrows.iter().map(|(from, to)| {
                let (left, right) = (picture.events[*from], picture.events[*to]);
                let lost = matches!(chain[*to].kind, EventKind::MessageLost { .. });
                let class = classes!("arrow", (left != right).then_some("message"), lost.then_some("lost"));
                html! {
                    <line key={format!("{from}-{to}")} {class} x1={x(left).to_string()} y1={y(*from).to_string()}
                        x2={x(right).to_string()} y2={y(*to).to_string()} />
                }
            }) }
            { for picture.events.iter().enumerate().map(|(i, lifeline)| html! {
                <g key={i} class={classes!("point", (i + 1 == chain.len()).then_some("decided"))}>
                    <circle cx={x(*lifeline).to_string()} cy={y(i).to_string()} r="9" />
                    <text x={x(*lifeline).to_string()} y={(y(i) + 4).to_string()} text-anchor="middle">{ i + 1 }</text>
                </g>
            }) }
        </svg>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use highwater_core::ids::{BrokerId, EventId};

    #[test]
    fn lifelines_stand_as_on_the_stage_and_arrows_follow_causes() {
        let event = |id: u64, cause: u64, node| Event {
            id: EventId(id),
            at: id,
            node,
            cause: EventId(cause),
            kind: EventKind::Restarted,
        };
        let broker = NodeId::Broker(BrokerId(2));
        let chain = [event(1, 0, NodeId::Controller), event(5, 1, broker), event(7, 1, NodeId::Producer(1))];
        let picture = picture(&chain.each_ref());
        assert_eq!(picture.lifelines, [NodeId::Producer(1), broker, NodeId::Controller]);
        assert_eq!(picture.events, [2, 1, 0]);
        assert_eq!(picture.arrows, [(0, 1), (0, 2)]);
    }
}
