//! A link between two nodes, both ways.

use highwater_core::action::Intervention;
use highwater_core::cluster::Cluster;
use highwater_core::ids::NodeId;

use super::card::{Card, Deed, Form, Item};
use crate::i18n::Text;
use crate::session::Selection;

pub(super) fn card(t: Text, cluster: &Cluster, a: NodeId, b: NodeId) -> Option<Card> {
    let roster = cluster.roster();
    if !roster.contains(a) || !roster.contains(b) {
        return None;
    }
    let network = cluster.network();
    let (one, other) = (t.node(a), t.node(b));
    let mut card = Card::new(t.link_title(&one, &other), t.is_link());
    card.fact(
        t.link_state_label(),
        match (network.is_cut(a, b), network.is_cut(b, a)) {
            (false, false) => t.link_open().to_string(),
            (true, true) => t.link_cut_both().to_string(),
            (true, false) => t.link_cut_from(&one, &other),
            (false, true) => t.link_cut_from(&other, &one),
        },
    );
    card.fact(t.latency_label(), t.span(network.latency(a, b)));
    let here = network.in_flight().filter(|m| (m.from == a && m.to == b) || (m.from == b && m.to == a));
    let messages = here.map(|m| {
        let name = t.message_from_to(m.message.body.kind().name(), &t.node(m.from), &t.node(m.to));
        Item::go(name, Selection::Message(m.id.0))
    });
    card.list(t.in_flight_label(), messages.collect());

    let deed = |label: String, means, what| Deed::new(cluster, label, means, what);
    let cut = |from, to, both_ways| Intervention::Cut { from, to, both_ways };
    let heal = |from, to, both_ways| Intervention::Heal { from, to, both_ways };
    card.deeds = vec![
        deed(t.do_cut().into(), t.do_cut_means(), cut(a, b, true)),
        deed(t.do_cut_one(&one, &other), "", cut(a, b, false)),
        deed(t.do_cut_one(&other, &one), "", cut(b, a, false)),
        deed(t.do_heal().into(), "", heal(a, b, true)),
        deed(t.do_heal_one(&one, &other), "", heal(a, b, false)),
        deed(t.do_heal_one(&other, &one), "", heal(b, a, false)),
    ];
    card.forms.push(Form::Latency(a, b, network.latency(a, b)));
    Some(card)
}
