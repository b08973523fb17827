//! Deeds that ask for a number or for words.

use highwater_core::action::{Intervention, Send};
use highwater_core::error::Refused;
use highwater_core::ids::TopicId;
use highwater_core::time::MS;
use web_sys::{HtmlInputElement, HtmlSelectElement};
use yew::prelude::*;

use super::card::Form;
use crate::i18n::use_text;
use crate::session::Session;

#[derive(PartialEq, Properties)]
pub(super) struct FormProps {
    pub(super) session: Session,
    pub(super) form: Form,
}

/// The form, with the refusal beside it.
#[component]
pub(super) fn DeedForm(props: &FormProps) -> Html {
    let t = use_text();
    let refusal = use_state(|| None::<Refused>);
    let act = {
        let (session, refusal) = (props.session.clone(), refusal.clone());
        Callback::from(move |what: Intervention| {
            refusal.set(session.act(what).err());
        })
    };
    let body = match props.form {
        Form::Slow(broker, by) => html! {
            <NumberForm id="slow" label={t.do_slow()} means={t.do_slow_means()} unit={t.unit_ms()} now={by / MS} step={100}
                on_submit={act.reform(move |ms: u64| Intervention::SlowFollower { broker, by: ms.saturating_mul(MS) })} />
        },
        Form::Latency(from, to, latency) => html! {
            <NumberForm id="latency" label={t.latency_label()} means="" unit={t.unit_ms()} now={latency / MS} step={1}
                on_submit={act.reform(move |ms: u64| Intervention::SetLatency { from, to, latency: ms.saturating_mul(MS) })} />
        },
        Form::AddPartitions(topic, now) => html! {
            <NumberForm id="partitions" label={t.add_partitions_total()} means={t.do_add_partitions_means()} unit="" now={u64::from(now)} step={1}
                on_submit={act.reform(move |total: u64| {
                    Intervention::AddPartitions { topic, total: u16::try_from(total).unwrap_or(u16::MAX) }
                })} />
        },
        Form::Send(producer) => {
            html! { <SendForm session={props.session.clone()} {producer} on_submit={act} /> }
        }
    };
    html! {
        <div class="deed-form">
            { body }
            <p class="field-error" role="alert" hidden={refusal.is_none()}>
                { refusal.as_ref().map(|why| t.not_now(&t.refusal(why))).unwrap_or_default() }
            </p>
        </div>
    }
}

#[derive(PartialEq, Properties)]
struct NumberFormProps {
    id: &'static str,
    label: &'static str,
    means: &'static str,
    unit: &'static str,
    now: u64,
    step: u64,
    on_submit: Callback<u64>,
}

#[component]
fn NumberForm(props: &NumberFormProps) -> Html {
    let t = use_text();
    let input = use_node_ref();
    let onsubmit = {
        let (input, on_submit) = (input.clone(), props.on_submit.clone());
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            let number = input.cast::<HtmlInputElement>().and_then(|input| input.value().trim().parse().ok());
            if let Some(number) = number {
                on_submit.emit(number);
            }
        })
    };
    let id = format!("form-{}", props.id);
    html! {
        <form {onsubmit}>
            <label for={id.clone()}>{ props.label }</label>
            // Keyed by the present value: a new one is shown even where another had been typed.
            <input key={props.now} ref={input} {id} type="number" min="0" step={props.step.to_string()} required=true
                value={props.now.to_string()} />
            <span class="unit">{ props.unit }</span>
            <button type="submit">{ t.do_slow_set() }</button>
            <p class="note" hidden={props.means.is_empty()}>{ props.means }</p>
        </form>
    }
}

#[derive(PartialEq, Properties)]
struct SendFormProps {
    session: Session,
    producer: u8,
    on_submit: Callback<Intervention>,
}

/// A record by hand.
#[component]
fn SendForm(props: &SendFormProps) -> Html {
    let t = use_text();
    let (topic, partition, key, size) = (use_node_ref(), use_node_ref(), use_node_ref(), use_node_ref());
    let chosen = use_state(|| 0usize);
    let topics: Vec<(String, usize)> = props.session.read(|timeline| {
        let topics = timeline.cluster().metadata().topics.iter().filter(|topic| !topic.internal);
        topics.map(|topic| (topic.name.to_string(), topic.partitions.len())).collect()
    });
    let selected =
        |node: &NodeRef| node.cast::<HtmlSelectElement>().map_or(-1, |select| select.selected_index());
    let onchange = {
        let (topic, chosen) = (topic.clone(), chosen.clone());
        Callback::from(move |_: Event| chosen.set(usize::try_from(selected(&topic)).unwrap_or(0)))
    };
    let onsubmit = {
        let (topic, partition, key, size) = (topic.clone(), partition.clone(), key.clone(), size.clone());
        let (producer, on_submit) = (props.producer, props.on_submit.clone());
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            let words = |node: &NodeRef| {
                node.cast::<HtmlInputElement>().map(|input| input.value()).unwrap_or_default()
            };
            on_submit.emit(Intervention::Send(Send {
                producer,
                topic: TopicId(u16::try_from(selected(&topic)).unwrap_or(0)),
                // The first choice leaves it to the partitioner.
                partition: u16::try_from(selected(&partition) - 1).ok(),
                key: Some(words(&key)).filter(|key| !key.is_empty()),
                value_size: words(&size).trim().parse().unwrap_or(100),
            }));
        })
    };
    let partitions = topics.get(*chosen).map_or(0, |(_, partitions)| *partitions);
    html! {
        <form class="send" {onsubmit}>
            <h4>{ t.do_send() }</h4>
            <label for="send-topic">{ t.send_topic() }</label>
            <select id="send-topic" ref={topic} {onchange}>
                { for topics.iter().map(|(name, _)| html! { <option key={name.clone()}>{ name }</option> }) }
            </select>
            <label for="send-key">{ t.send_key() }</label>
            <input id="send-key" ref={key} type="text" autocomplete="off" spellcheck="false" maxlength="64" placeholder={t.send_key_help()} />
            <label for="send-partition">{ t.send_partition() }</label>
            <select id="send-partition" ref={partition}>
                <option>{ t.send_partition_auto() }</option>
                { for (0..partitions).map(|n| html! { <option key={n}>{ n }</option> }) }
            </select>
            <label for="send-size">{ t.send_size() }{ " (" }{ t.unit_bytes() }{ ")" }</label>
            <input id="send-size" ref={size} type="number" min="0" max="100000000" value="100" />
            <button type="submit">{ t.send_now() }</button>
        </form>
    }
}
