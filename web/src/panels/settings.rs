//! Every setting of the model under its real name.

use highwater_core::action::Intervention;
use highwater_core::config::{Era, Kind, Scope, Setting, TABLE, Unit, Value};
use highwater_core::error::Refused;
use highwater_core::time::from_ms;
use highwater_lab::timeline::Timeline;
use web_sys::{HtmlInputElement, HtmlSelectElement};
use yew::prelude::*;

use super::name::SettingName;
use crate::i18n::{Text, use_text};
use crate::session::{PanelProps, Session};

#[component]
pub(crate) fn Settings(props: &PanelProps) -> Html {
    let t = use_text();
    let search = use_state(String::new);
    let only_changed = use_state(|| false);

    let wanted = |setting: &Setting, value: Value| {
        matches(setting, &search) && !(*only_changed && value == setting.default_of(Era::V4))
    };
    let scopes: Vec<(Scope, Vec<Row>)> = props.session.read(|timeline| {
        let settings = timeline.cluster().settings();
        let shown = |row: &&Setting| settings.get(row, None).is_some_and(|value| wanted(row, value));
        let groups = TABLE.iter().filter_map(|rows| Some((rows.first()?.scope, *rows)));
        groups.map(|(scope, rows)| (scope, rows.iter().filter(shown).map(Row).collect())).collect()
    });
    let found: usize = scopes.iter().map(|(_, rows)| rows.len()).sum();
    let past = props.session.read(|timeline| timeline.position() < timeline.len());
    let on_search = {
        let search = search.clone();
        Callback::from(move |event: InputEvent| {
            search.set(event.target_unchecked_into::<HtmlInputElement>().value());
        })
    };
    let on_only_changed = {
        let only_changed = only_changed.clone();
        Callback::from(move |_: Event| only_changed.set(!*only_changed))
    };

    html! {
        <div class="panel settings">
            <div class="settings-search" role="search">
                <label for="settings-search">{ t.settings_search() }</label>
                <input id="settings-search" type="search" autocomplete="off" spellcheck="false"
                    value={(*search).clone()} oninput={on_search} />
                <label class="check">
                    <input type="checkbox" checked={*only_changed} onchange={on_only_changed} />
                    { t.only_changed() }
                </label>
                <p class="note" role="status">{ if found == 0 { t.settings_none().to_string() } else { t.settings_found(found) } }</p>
            </div>
            <p class="note">{ if past { t.grows_branch() } else { t.applies_from_now_on() } }</p>
            { for scopes.into_iter().map(|(scope, rows)| html! {
                <Group key={scope.word()} session={props.session.clone()} revision={props.revision} {scope} {rows} />
            }) }
        </div>
    }
}

/// Whether a row has all words of the search, in its name or in what it means.
fn matches(setting: &Setting, search: &str) -> bool {
    let row =
        format!("{} {} {}", setting.qualified_name(), setting.meaning_en, setting.meaning_zh).to_lowercase();
    search.to_lowercase().split_whitespace().all(|word| row.contains(word))
}

/// A row of the table. Rows are statics: the same place is the same row.
#[derive(Clone, Copy)]
struct Row(&'static Setting);

impl PartialEq for Row {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self.0, other.0)
    }
}

#[derive(PartialEq, Properties)]
struct GroupProps {
    session: Session,
    revision: u64,
    scope: Scope,
    rows: Vec<Row>,
}

/// The settings of one scope, and whose they are.
#[component]
fn Group(props: &GroupProps) -> Html {
    let t = use_text();
    let member = use_state(|| None::<u8>);
    let title = match props.scope {
        Scope::Broker => t.scope_broker(),
        Scope::Topic => t.scope_topic(),
        Scope::Producer => t.scope_producer(),
        Scope::Consumer => t.scope_consumer(),
    };
    let members = props.session.read(|timeline| members(t, props.scope, timeline));
    let values: Vec<(Row, Value)> = props.session.read(|timeline| {
        let settings = timeline.cluster().settings();
        let value = |row: &Row| Some((*row, settings.get(row.0, member.map(usize::from))?));
        props.rows.iter().filter_map(value).collect()
    });
    let on_member = {
        let member = member.clone();
        Callback::from(move |event: Event| {
            let chosen = event.target_unchecked_into::<HtmlSelectElement>().selected_index();
            // The first option is "all".
            member.set(u8::try_from(chosen - 1).ok());
        })
    };
    let whose = format!("settings-of-{}", props.scope.word());
    html! {
        <details class="scope" open={true} hidden={props.rows.is_empty()}>
            <summary><h2>{ title }</h2></summary>
            <div class="whose" hidden={members.len() < 2}>
                <label for={whose.clone()}>{ t.for_which() }</label>
                <select id={whose} onchange={on_member}>
                    <option selected={member.is_none()}>{ t.for_all() }</option>
                    { for (0u8..).zip(&members).map(|(at, name)| html! {
                        <option key={at} selected={*member == Some(at)}>{ name }</option>
                    }) }
                </select>
            </div>
            <ul>
                { for values.into_iter().map(|(row, value)| html! {
                    <SettingRow key={row.0.name} session={props.session.clone()} {row} {value} member={*member} />
                }) }
            </ul>
        </details>
    }
}

/// The topics or clients that have settings of their own.
fn members(t: Text, scope: Scope, timeline: &Timeline) -> Vec<String> {
    let cluster = timeline.cluster();
    let roster = cluster.roster();
    match scope {
        Scope::Broker => Vec::new(),
        Scope::Topic => {
            let topics = cluster.metadata().topics.iter().filter(|topic| !topic.internal);
            topics.map(|topic| topic.name.to_string()).collect()
        }
        Scope::Producer => (1..=roster.producers).map(|n| t.producer_named(n)).collect(),
        Scope::Consumer => (1..=roster.consumers).map(|n| t.consumer_named(n)).collect(),
    }
}

#[derive(PartialEq, Properties)]
struct SettingRowProps {
    session: Session,
    row: Row,
    value: Value,
    /// The topic or client it is set for; none: all.
    member: Option<u8>,
}

/// A setting: its name, its value to change, what it means, and where it comes from.
#[component]
fn SettingRow(props: &SettingRowProps) -> Html {
    let t = use_text();
    let setting = props.row.0;
    let draft = use_state(|| None::<String>);
    let problem = use_state(|| None::<Refused>);

    let apply = {
        let (session, draft, problem, member) =
            (props.session.clone(), draft.clone(), problem.clone(), props.member);
        Callback::from(move |text: String| match setting.parse(&text) {
            Err(error) => problem.set(Some(error.into())),
            Ok(value) => {
                let change = Intervention::SetConfig {
                    name: setting.qualified_name(),
                    member,
                    value: value.to_string(),
                };
                match session.act(change) {
                    Ok(()) => {
                        draft.set(None);
                        problem.set(None);
                    }
                    Err(refused) => problem.set(Some(refused)),
                }
            }
        })
    };

    let id = format!("setting-{}", setting.qualified_name().replace('.', "-"));
    let about = format!("{id}-about");
    let wrong = format!("{id}-wrong");
    let described = format!("{wrong} {about}");
    let now = props.value.to_string();
    let choice = |words: Vec<&'static str>| {
        let apply = apply.clone();
        let choices = words.clone();
        let onchange = Callback::from(move |event: Event| {
            let at = event.target_unchecked_into::<HtmlSelectElement>().selected_index();
            if let Some(word) = usize::try_from(at).ok().and_then(|at| choices.get(at)) {
                apply.emit((*word).to_string());
            }
        });
        html! {
            <select id={id.clone()} {onchange} aria-describedby={described.clone()}>
                { for words.into_iter().map(|word| html! { <option key={word} selected={word == now}>{ word }</option> }) }
            </select>
        }
    };
    let editor = match setting.kind {
        Kind::Bool => choice(vec!["true", "false"]),
        Kind::Word(words) => choice(words.to_vec()),
        Kind::Int { .. } => {
            let text = draft.as_ref().unwrap_or(&now).clone();
            let oninput = {
                let draft = draft.clone();
                Callback::from(move |event: InputEvent| {
                    draft.set(Some(event.target_unchecked_into::<HtmlInputElement>().value()));
                })
            };
            let onsubmit = {
                let (apply, text) = (apply.clone(), text.clone());
                Callback::from(move |event: SubmitEvent| {
                    event.prevent_default();
                    apply.emit(text.clone());
                })
            };
            html! {
                <form {onsubmit}>
                    <input id={id.clone()} type="text" inputmode="numeric" autocomplete="off" value={text} {oninput}
                        aria-invalid={problem.is_some().to_string()} aria-describedby={described.clone()} />
                    <span class="unit">{ t.unit(setting.unit) }</span>
                    <button type="submit" disabled={draft.is_none()} aria-label={t.apply_name(setting.name)}>{ t.apply() }</button>
                </form>
            }
        }
    };
    let changed = props.value != setting.default_of(Era::V4);
    html! {
        <li class={classes!("setting", changed.then_some("changed"))}>
            <label for={id}><SettingName name={setting.name} /></label>
            <div class="editor">
                { editor }
                <span class="note">{ t.in_words(setting, props.value) }</span>
            </div>
            <p id={wrong} class="field-error" role="alert" hidden={problem.is_none()}>
                { problem.as_ref().map(|why| t.refused_setting(&t.refusal(why))).unwrap_or_default() }
            </p>
            <div id={about} class="about">
                <p>{ t.pick(setting.meaning_en, setting.meaning_zh) }</p>
                <p class="note">{ t.about_setting(setting) }</p>
            </div>
        </li>
    }
}

impl Text {
    fn unit(self, unit: Unit) -> &'static str {
        match unit {
            Unit::None => "",
            Unit::Ms => self.unit_ms(),
            Unit::Bytes => self.unit_bytes(),
        }
    }

    /// A large number as a person would say it; empty where that adds nothing.
    fn in_words(self, setting: &Setting, value: Value) -> String {
        match (setting.unit, value) {
            (_, Value::Int(i64::MAX)) => self.same_as(self.max_of_kind()),
            (Unit::Ms, Value::Int(n)) if n >= 1000 => self.same_as(&self.span(from_ms(n))),
            (Unit::Bytes, Value::Int(n)) if n >= 1024 => self.same_as(&self.bytes(n.unsigned_abs())),
            _ => String::new(),
        }
    }

    /// Values it takes, its defaults and its source, in a line.
    fn about_setting(self, setting: &Setting) -> String {
        let mut parts = Vec::new();
        if let Kind::Int { min, max } = setting.kind {
            parts.push(self.range(min, max));
        }
        if setting.default_2_1 == setting.default_4 {
            parts.push(self.default_same(&setting.default_4.to_string()));
        } else {
            parts.push(self.default_old(&setting.default_2_1.to_string()));
            parts.push(self.default_new(&setting.default_4.to_string()));
        }
        parts.push(self.source(setting.source));
        parts.join(self.pick("; ", "；"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::i18n::Lang;
    use highwater_core::config::find;

    const EN: Text = Text(Lang::En);

    #[test]
    fn a_setting_is_found_by_words_of_its_name_and_meaning() {
        let acks = find("acks").unwrap();
        assert!(matches(acks, "") && matches(acks, "ACKS") && matches(acks, "producer told"));
        assert!(matches(acks, "同步副本") && !matches(acks, "acks linger"));
    }

    #[test]
    fn a_setting_tells_its_range_and_its_defaults() {
        let lag = find("replica.lag.time.max.ms").unwrap();
        let about = EN.about_setting(lag);
        assert!(
            about.contains("1 or more") && about.contains("2.1: 10000") && about.contains("4.x: 30000"),
            "{about}"
        );
        assert_eq!(EN.in_words(lag, Value::Int(30_000)), "= 30 s");
        let problem = |text: &str| EN.config_problem(&lag.parse(text).unwrap_err().reason);
        assert!(problem("0").contains("out of range") && problem("x").contains("whole number"));
    }
}
