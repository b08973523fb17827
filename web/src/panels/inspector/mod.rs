//! What is selected explains itself, shows its state, and lists what can be done to it.

mod card;
mod forms;
mod group;
mod link;
mod message;
mod node;
mod partition;
mod record;

use highwater_core::ids::EventId;
use highwater_lab::timeline::Timeline;
use yew::prelude::*;

use crate::i18n::{Narrator, Text};
use crate::session::{Command, Selection, Session};
use card::{Card, Deed, Fact, Item};
use forms::show_form;

pub(crate) fn inspector(t: Text, session: &Session) -> Html {
    let selection = session.view().selection;
    let card = selection.map(|selection| session.read(|timeline| card_of(t, timeline, selection)));
    let body = match card {
        None => html! { <p class="note">{ t.inspector_empty() }</p> },
        Some(None) => html! { <p class="note">{ t.inspector_gone() }</p> },
        Some(Some(card)) => show(t, session, &card, selection),
    };
    html! { <div class="panel inspector">{ body }</div> }
}

fn card_of(t: Text, timeline: &Timeline, selection: Selection) -> Option<Card> {
    let cluster = timeline.cluster();
    match selection {
        Selection::Node(node) => node::card(t, cluster, node),
        Selection::Link(a, b) => link::card(t, cluster, a, b),
        Selection::Replica(broker, partition) => partition::replica_card(t, cluster, broker, partition),
        Selection::Partition(partition) => partition::partition_card(t, cluster, partition),
        Selection::Record(record) => record::card(t, timeline, record),
        Selection::Message(message) => message::card(t, cluster, message),
        Selection::Group(group) => group::card(t, cluster, group),
        Selection::Event(event) => event_card(t, timeline, event),
    }
}

fn show(t: Text, session: &Session, card: &Card, selection: Option<Selection>) -> Html {
    let explainable = selection.filter(|s| matches!(s, Selection::Record(_) | Selection::Event(_)));
    html! {
        <>
            <header>
                <h2>{ &card.title }</h2>
                <button type="button" class="quiet" onclick={session.callback(|_: MouseEvent| Command::Select(None))}>
                    { t.unselect() }
                </button>
            </header>
            <p>{ &card.sentence }</p>
            if let Some(selection) = explainable {
                <button type="button" class="why-button" onclick={session.callback(move |_: MouseEvent| Command::Explain(selection))}>
                    { t.ask_why() }
                </button>
            }
            <dl class="facts" aria-label={t.state()}>{ for card.facts.iter().map(|fact| show_fact(session, fact)) }</dl>
            <div class="deeds" hidden={card.deeds.is_empty() && card.forms.is_empty()}>
                <h3>{ t.actions() }</h3>
                <ul>{ for card.deeds.iter().map(|deed| show_deed(t, session, deed)) }</ul>
                { for card.forms.iter().map(|form| show_form(t, session, *form)) }
            </div>
        </>
    }
}

fn show_fact(session: &Session, fact: &Fact) -> Html {
    let item = |item: &Item| match item.go {
        None => html! { <span>{ &item.text }</span> },
        Some(to) => html! {
            <button type="button" class="link" onclick={session.callback(move |_: MouseEvent| Command::Select(Some(to)))}>
                { &item.text }
            </button>
        },
    };
    html! {
        <div key={fact.label}>
            <dt>{ fact.label }</dt>
            { for fact.items.iter().map(|i| html! { <dd>{ item(i) }</dd> }) }
        </div>
    }
}

fn show_deed(t: Text, session: &Session, deed: &Deed) -> Html {
    let refusal = deed.refusal.as_ref().map(|why| t.not_now(&t.refusal(why)));
    let onclick = {
        let (session, steps) = (session.clone(), deed.steps.clone());
        Callback::from(move |_: MouseEvent| {
            for step in &steps {
                session.dispatch(Command::Act(step.clone()));
            }
        })
    };
    let hint = refusal.clone().unwrap_or_else(|| deed.means.to_string());
    html! {
        <li key={deed.label.clone()}>
            <button type="button" {onclick} disabled={refusal.is_some()} title={hint.clone()}>{ &deed.label }</button>
            <span class={if refusal.is_some() { "refusal" } else { "note" }}>{ hint }</span>
        </li>
    }
}

fn event_card(t: Text, timeline: &Timeline, id: EventId) -> Option<Card> {
    let event = timeline.event(id)?;
    let mut card =
        Card::new(t.event_title(id.0), Narrator::new(t, timeline.cluster().metadata()).any(&event));
    card.fact(t.happened_at(), t.time(event.at));
    card.list(t.happened_on(), vec![Item::go(t.node(event.node), Selection::Node(event.node))]);
    Some(card)
}
