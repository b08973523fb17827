//! Deeds that ask for a number or for words. Fields show the present value until something is typed into them.

use highwater_core::action::{Intervention, Send};
use highwater_core::ids::TopicId;
use highwater_core::time::MS;
use web_sys::{FormData, HtmlFormElement};
use yew::prelude::*;

use super::card::Form;
use crate::i18n::Text;
use crate::session::{Command, Session};

/// What was filled in.
struct Filled(Option<FormData>);

impl Filled {
    fn text(&self, name: &str) -> String {
        self.0.as_ref().and_then(|data| data.get(name).as_string()).unwrap_or_default().trim().to_string()
    }

    fn number(&self, name: &str) -> Option<u64> {
        self.text(name).parse().ok()
    }
}

/// Does what the filled-in form asks for, if it asks for something.
fn on_submit(
    session: &Session,
    act: impl Fn(&Filled) -> Option<Intervention> + 'static,
) -> Callback<SubmitEvent> {
    let session = session.clone();
    Callback::from(move |event: SubmitEvent| {
        event.prevent_default();
        let form: HtmlFormElement = event.target_unchecked_into();
        if let Some(what) = act(&Filled(FormData::new_with_form(&form).ok())) {
            session.dispatch(Command::Act(what));
            form.reset();
        }
    })
}

pub(super) fn show_form(t: Text, session: &Session, form: Form) -> Html {
    match form {
        Form::Slow(broker, by) => {
            let submit = on_submit(session, move |filled| {
                Some(Intervention::SlowFollower { broker, by: filled.number("slow")?.saturating_mul(MS) })
            });
            number_form(
                "slow",
                [t.do_slow(), t.unit_ms(), t.do_slow_set(), t.do_slow_means()],
                by / MS,
                submit,
            )
        }
        Form::Latency(from, to, latency) => {
            let submit = on_submit(session, move |filled| {
                let latency = filled.number("latency")?.saturating_mul(MS);
                Some(Intervention::SetLatency { from, to, latency })
            });
            number_form(
                "latency",
                [t.latency_label(), t.unit_ms(), t.do_slow_set(), ""],
                latency / MS,
                submit,
            )
        }
        Form::AddPartitions(topic, now) => {
            let submit = on_submit(session, move |filled| {
                let total = u16::try_from(filled.number("partitions")?).unwrap_or(u16::MAX);
                Some(Intervention::AddPartitions { topic, total })
            });
            let words = [t.add_partitions_total(), "", t.do_slow_set(), t.do_add_partitions_means()];
            number_form("partitions", words, u64::from(now), submit)
        }
        Form::Send(producer) => send_form(t, session, producer),
    }
}

/// A number and a button. The words: label, unit, button, explanation.
fn number_form(
    name: &'static str,
    words: [&'static str; 4],
    now: u64,
    onsubmit: Callback<SubmitEvent>,
) -> Html {
    let id = format!("form-{name}");
    let [label, unit, button, means] = words;
    html! {
        <form key={name} class="deed-form" {onsubmit}>
            <label for={id.clone()}>{ label }</label>
            <input {id} {name} type="text" inputmode="numeric" pattern="[0-9]+" autocomplete="off" required=true
                placeholder={now.to_string()} />
            <span class="unit">{ unit }</span>
            <button type="submit">{ button }</button>
            <p class="note" hidden={means.is_empty()}>{ means }</p>
        </form>
    }
}

/// A record by hand.
fn send_form(t: Text, session: &Session, producer: u8) -> Html {
    let topics: Vec<String> = session.read(|timeline| {
        let topics = timeline.cluster().metadata().topics.iter().filter(|topic| !topic.internal);
        topics.map(|topic| topic.name.to_string()).collect()
    });
    let onsubmit = on_submit(session, move |filled| {
        Some(Intervention::Send(Send {
            producer,
            topic: TopicId(u16::try_from(filled.number("topic")?).ok()?),
            partition: filled.number("partition").and_then(|n| u16::try_from(n).ok()),
            key: Some(filled.text("key")).filter(|key| !key.is_empty()),
            value_size: filled.number("size").and_then(|n| u32::try_from(n).ok()).unwrap_or(100),
        }))
    });
    let field = |name: &'static str, label: String, placeholder: &'static str, inputmode: &'static str| {
        let id = format!("send-{name}");
        html! {
            <>
                <label for={id.clone()}>{ label }</label>
                <input {id} {name} type="text" {inputmode} autocomplete="off" spellcheck="false" maxlength="64" {placeholder} />
            </>
        }
    };
    html! {
        <form key="send" class="deed-form send" {onsubmit}>
            <h4>{ t.do_send() }</h4>
            <label for="send-topic">{ t.send_topic() }</label>
            <select id="send-topic" name="topic">
                { for topics.iter().enumerate().map(|(i, name)| html! { <option key={i} value={i.to_string()}>{ name }</option> }) }
            </select>
            { field("key", t.send_key().into(), t.send_key_help(), "text") }
            { field("partition", t.send_partition().into(), t.send_partition_auto(), "numeric") }
            { field("size", format!("{} ({})", t.send_size(), t.unit_bytes()), "100", "numeric") }
            <button type="submit">{ t.send_now() }</button>
        </form>
    }
}
