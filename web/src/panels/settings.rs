//! Every setting of the model under its real name.

use highwater_core::action::Intervention;
use highwater_core::config::{Era, Kind, Scope, Setting, TABLE, Unit, Value};
use highwater_core::error::Refused;
use highwater_core::time::from_ms;
use highwater_lab::timeline::Timeline;
use web_sys::{HtmlInputElement, HtmlSelectElement};
use yew::prelude::*;

use super::name::setting_name;
use crate::i18n::Text;
use crate::session::{PanelProps, Session};

/// What a person has typed and chosen here.
#[derive(Clone, Default)]
struct Desk {
    search: String,
    only_changed: bool,
    /// For each scope, whose settings are shown: a topic or client from 0; none: everybody's.
    members: [Option<u8>; TABLE.len()],
    /// A number being typed.
    draft: Option<(&'static Setting, String)>,
    /// A change that was refused.
    refused: Option<(&'static Setting, Refused)>,
}

impl Desk {
    fn draft_of(&self, setting: &Setting) -> Option<&str> {
        self.draft.as_ref().filter(|(which, _)| std::ptr::eq(*which, setting)).map(|(_, text)| text.as_str())
    }

    fn refusal_of(&self, setting: &Setting) -> Option<&Refused> {
        self.refused.as_ref().filter(|(which, _)| std::ptr::eq(*which, setting)).map(|(_, why)| why)
    }
}

/// A callback that changes something on the desk.
fn on<E: 'static>(desk: &UseStateHandle<Desk>, change: impl Fn(&mut Desk, E) + 'static) -> Callback<E> {
    let desk = desk.clone();
    Callback::from(move |event| {
        let mut next = (*desk).clone();
        change(&mut next, event);
        desk.set(next);
    })
}

#[component]
pub(crate) fn Settings(props: &PanelProps) -> Html {
    let t = props.text();
    let session = &props.session;
    let desk = use_state(Desk::default);

    let (scopes, past) = session.read(|timeline| {
        let settings = timeline.cluster().settings();
        let wanted = |(row, value): &(&Setting, Value)| {
            matches(row, &desk.search) && !(desk.only_changed && *value == row.default_of(Era::V4))
        };
        let scopes = TABLE.iter().zip(desk.members).filter_map(|(rows, member)| {
            let value = |row: &'static Setting| Some((row, settings.get(row, member.map(usize::from))?));
            let scope = rows.first()?.scope;
            let shown: Vec<(&'static Setting, Value)> =
                rows.iter().filter_map(value).filter(wanted).collect();
            Some((scope, members(t, scope, timeline), shown))
        });
        (scopes.collect::<Vec<_>>(), timeline.position() < timeline.len())
    });
    let found: usize = scopes.iter().map(|(_, _, rows)| rows.len()).sum();
    let on_search = on(&desk, |desk, event: InputEvent| {
        desk.search = event.target_unchecked_into::<HtmlInputElement>().value();
    });
    let on_only_changed = on(&desk, |desk, _: Event| desk.only_changed = !desk.only_changed);

    html! {
        <div class="panel settings">
            <div class="settings-search" role="search">
                <label for="settings-search">{ t.settings_search() }</label>
                <input id="settings-search" type="search" autocomplete="off" spellcheck="false"
                    value={desk.search.clone()} oninput={on_search} />
                <label class="check">
                    <input type="checkbox" checked={desk.only_changed} onchange={on_only_changed} />
                    { t.only_changed() }
                </label>
                <p class="note" role="status">{ if found == 0 { t.settings_none().to_string() } else { t.settings_found(found) } }</p>
            </div>
            <p class="note">{ if past { t.grows_branch() } else { t.applies_from_now_on() } }</p>
            { for scopes.into_iter().enumerate().map(|(place, (scope, members, rows))| html! {
                <details key={scope.word()} class="scope" open={true} hidden={rows.is_empty()}>
                    <summary><h2>{ title(t, scope) }</h2></summary>
                    { whose(t, &desk, place, scope, &members) }
                    <ul>{ for rows.into_iter().map(|(row, value)| {
                        show_row(t, session, &desk, row, value, desk.members[place])
                    }) }</ul>
                </details>
            }) }
        </div>
    }
}

fn title(t: Text, scope: Scope) -> &'static str {
    match scope {
        Scope::Broker => t.scope_broker(),
        Scope::Topic => t.scope_topic(),
        Scope::Producer => t.scope_producer(),
        Scope::Consumer => t.scope_consumer(),
    }
}

/// Whether a row has all words of the search, in its name or in what it means.
fn matches(setting: &Setting, search: &str) -> bool {
    let meanings = setting.documentation().map(|docs| [docs.meaning_en, docs.meaning_zh].join(" "));
    let row = format!("{} {}", setting.qualified_name(), meanings.unwrap_or_default()).to_ascii_lowercase();
    search.to_ascii_lowercase().split_whitespace().all(|word| row.contains(word))
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

/// The choice of whose settings are shown, where there is one.
fn whose(t: Text, desk: &UseStateHandle<Desk>, place: usize, scope: Scope, members: &[String]) -> Html {
    let id = format!("settings-of-{}", scope.word());
    let chosen = desk.members[place];
    let onchange = on(desk, move |desk, event: Event| {
        let at = event.target_unchecked_into::<HtmlSelectElement>().selected_index();
        // The first option is "all".
        desk.members[place] = u8::try_from(at - 1).ok();
        (desk.draft, desk.refused) = (None, None);
    });
    html! {
        <div class="whose" hidden={members.len() < 2}>
            <label for={id.clone()}>{ t.for_which() }</label>
            <select {id} {onchange}>
                <option selected={chosen.is_none()}>{ t.for_all() }</option>
                { for (0u8..).zip(members).map(|(at, name)| html! {
                    <option key={at} selected={chosen == Some(at)}>{ name }</option>
                }) }
            </select>
        </div>
    }
}

/// A setting: its name, its value to change, what it means, and where it comes from.
fn show_row(
    t: Text,
    session: &Session,
    desk: &UseStateHandle<Desk>,
    setting: &'static Setting,
    value: Value,
    member: Option<u8>,
) -> Html {
    let apply = {
        let session = session.clone();
        on(desk, move |desk, text: String| {
            let change = setting.parse(&text).map_err(Refused::from).and_then(|value| {
                let name = setting.qualified_name();
                session.act(Intervention::SetConfig { name, member, value: value.to_string() })
            });
            if change.is_ok() {
                desk.draft = None;
            }
            desk.refused = change.err().map(|why| (setting, why));
        })
    };
    let id = format!("setting-{}", setting.qualified_name().replace('.', "-"));
    let about = format!("{id}-about");
    let wrong = format!("{id}-wrong");
    let described = format!("{wrong} {about}");
    let refusal = desk.refusal_of(setting);
    let changed = value != setting.default_of(Era::V4);
    let now = value.to_string();
    let editor = match setting.kind {
        Kind::Bool => choice(&["true", "false"], &now, &id, &described, &apply),
        Kind::Word(words) => choice(words, &now, &id, &described, &apply),
        Kind::Int { .. } => {
            let draft = desk.draft_of(setting);
            let text = draft.unwrap_or(&now).to_string();
            let oninput = on(desk, move |desk, event: InputEvent| {
                desk.draft = Some((setting, event.target_unchecked_into::<HtmlInputElement>().value()));
            });
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
                        aria-invalid={refusal.is_some().to_string()} aria-describedby={described} />
                    <span class="unit">{ t.unit(setting.unit) }</span>
                    <button type="submit" disabled={draft.is_none()} aria-label={t.apply_name(setting.name)}>{ t.apply() }</button>
                </form>
            }
        }
    };
    html! {
        <li key={setting.name} class={classes!("setting", changed.then_some("changed"))}>
            <label for={id}>{ setting_name(setting.name) }</label>
            <div class="editor">
                { editor }
                <span class="note">{ t.in_words(setting, value) }</span>
            </div>
            <p id={wrong} class="field-error" role="alert" hidden={refusal.is_none()}>
                { refusal.map(|why| t.refused_setting(&t.refusal(why))).unwrap_or_default() }
            </p>
            <div id={about} class="about">
                <p>{ setting.documentation().map(|docs| t.pick(docs.meaning_en, docs.meaning_zh)) }</p>
                <p class="note">{ t.about_setting(setting) }</p>
            </div>
        </li>
    }
}

/// A choice between words.
fn choice(
    words: &'static [&'static str],
    now: &str,
    id: &str,
    described: &str,
    apply: &Callback<String>,
) -> Html {
    let apply = apply.clone();
    let onchange = Callback::from(move |event: Event| {
        let at = event.target_unchecked_into::<HtmlSelectElement>().selected_index();
        if let Some(word) = usize::try_from(at).ok().and_then(|at| words.get(at)) {
            apply.emit((*word).to_string());
        }
    });
    html! {
        <select id={id.to_string()} {onchange} aria-describedby={described.to_string()}>
            { for words.iter().map(|word| html! { <option key={*word} selected={*word == now}>{ *word }</option> }) }
        </select>
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
        parts.extend(setting.documentation().map(|docs| self.source(docs.source)));
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
