//! The file format: TOML as it is written, and how it becomes a [`Scenario`].

use super::{Caption, Cue, LONGEST_FILE, SCHEMA, Scenario, Trigger};
use crate::command::{Command, PartitionName, Who, checked_name};
use crate::condition::{Condition, Name};
use crate::duration;
use crate::error::ScenarioError;
use crate::judge::{Challenge, Choice, Predicate, Question};
use crate::text::Text;
use crate::words::Words;
use highwater_core::config::{self, Era, Scope, Settings};
use highwater_core::ids::{BrokerId, NodeId};
use highwater_core::setup::{
    CommitOrder, ConsumerSetup, LinkSetup, ProducerSetup, Setup, TopicSetup, Workload,
};
use highwater_core::time::{MS, Micros};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::ops::Range;
use toml::Spanned;

/// The most cues, captions or questions of a file.
const MOST_ENTRIES: usize = 200;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    schema: Spanned<i64>,
    title: Text,
    summary: Text,
    setup: Spanned<SetupTable>,
    #[serde(default)]
    script: Vec<CueTable>,
    #[serde(default)]
    captions: Vec<CaptionTable>,
    open: Option<Spanned<String>>,
    end: Spanned<TriggerTable>,
    #[serde(default)]
    questions: Vec<QuestionTable>,
    explanation: Text,
    challenge: Option<ChallengeTable>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SetupTable {
    brokers: u8,
    #[serde(default)]
    era: Option<Spanned<String>>,
    #[serde(default)]
    seed: Option<u64>,
    latency: Option<Spanned<String>>,
    jitter: Option<Spanned<String>>,
    #[serde(default)]
    settings: SettingsTable,
    #[serde(default)]
    topics: Vec<Spanned<TopicTable>>,
    #[serde(default)]
    producers: Vec<Spanned<ProducerTable>>,
    #[serde(default)]
    consumers: Vec<Spanned<ConsumerTable>>,
    #[serde(default)]
    links: Vec<LinkTable>,
}

type SettingsTable = BTreeMap<Spanned<String>, Spanned<toml::Value>>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TopicTable {
    name: String,
    partitions: u16,
    replication_factor: u8,
    #[serde(default)]
    settings: SettingsTable,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ProducerTable {
    workload: Option<WorkloadTable>,
    #[serde(default)]
    settings: SettingsTable,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WorkloadTable {
    topic: String,
    #[serde(default)]
    keys: u32,
    value_size: Option<u32>,
    every: Spanned<String>,
    count: Option<u32>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ConsumerTable {
    group: String,
    topics: Vec<String>,
    processing: Option<Spanned<String>>,
    poll_interval: Option<Spanned<String>>,
    commit: Option<Spanned<String>>,
    #[serde(default)]
    settings: SettingsTable,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LinkTable {
    between: Spanned<String>,
    latency: Spanned<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TriggerTable {
    at: Option<Spanned<String>>,
    when: Option<Spanned<String>>,
    after: Option<Spanned<String>>,
    or_at: Option<Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CueTable {
    id: Option<Spanned<String>>,
    at: Option<Spanned<String>>,
    when: Option<Spanned<String>>,
    after: Option<Spanned<String>>,
    or_at: Option<Spanned<String>>,
    #[serde(rename = "do")]
    commands: Spanned<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CaptionTable {
    when: Option<Spanned<String>>,
    en: String,
    zh: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct QuestionTable {
    ask: Text,
    choices: Vec<ChoiceTable>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ChoiceTable {
    en: String,
    zh: String,
    right_if: Spanned<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ChallengeTable {
    ask: Text,
    goal: Spanned<String>,
    settings: Vec<Spanned<String>>,
    #[serde(default = "one")]
    changes: u8,
    hint: Option<Text>,
}

fn one() -> u8 {
    1
}

/// Turns byte ranges of the text into lines of the file.
struct Source<'a> {
    file: &'a str,
    text: &'a str,
}

type Result<T> = std::result::Result<T, ScenarioError>;

impl Source<'_> {
    fn error(&self, span: Option<Range<usize>>, field: &str, reason: impl Into<String>) -> ScenarioError {
        let line = span.map_or(0, |span| {
            let end = span.start.min(self.text.len());
            1 + self.text.get(..end).unwrap_or(self.text).matches('\n').count()
        });
        ScenarioError { file: self.file.into(), line, field: field.into(), reason: reason.into() }
    }

    /// Reads a spanned text with a parser of its own.
    fn read<T>(
        &self,
        field: &str,
        text: &Spanned<String>,
        parse: impl FnOnce(&str) -> std::result::Result<T, String>,
    ) -> Result<T> {
        parse(text.get_ref()).map_err(|reason| self.error(Some(text.span()), field, reason))
    }

    fn duration(&self, field: &str, text: Option<&Spanned<String>>, default: Micros) -> Result<Micros> {
        text.map_or(Ok(default), |text| self.read(field, text, duration::parse))
    }

    fn limit(&self, field: &str, count: usize) -> Result<()> {
        if count <= MOST_ENTRIES {
            return Ok(());
        }
        Err(self.error(None, field, format!("there are {count}; at most {MOST_ENTRIES} are read")))
    }
}

/// Reads a scenario.
pub(super) fn read(id: &str, file: &str, text: &str) -> Result<Scenario> {
    let source = Source { file, text };
    if text.len() > LONGEST_FILE {
        return Err(source.error(None, "", format!("the file is longer than {LONGEST_FILE} bytes")));
    }
    let parsed: File = toml::from_str(text).map_err(|e| source.error(e.span(), "", e.message()))?;
    if *parsed.schema.get_ref() != SCHEMA {
        let found = parsed.schema.get_ref();
        let reason = format!("this program reads version {SCHEMA}, not {found}");
        return Err(source.error(Some(parsed.schema.span()), "schema", reason));
    }
    source.limit("script", parsed.script.len())?;
    source.limit("captions", parsed.captions.len())?;
    source.limit("questions", parsed.questions.len())?;
    let setup = read_setup(&source, &parsed.setup)?;
    let mut script = Vec::new();
    for (i, cue) in parsed.script.iter().enumerate() {
        script.push(read_cue(&source, &format!("script[{i}]"), cue)?);
    }
    let names = Names::of(&source, &setup, &script, &parsed.script)?;
    for (i, (cue, table)) in script.iter().zip(&parsed.script).enumerate() {
        names.check_trigger(&source, &format!("script[{i}].when"), &cue.trigger, table.when.as_ref())?;
        for command in &cue.commands {
            names.check_command(command).map_err(|reason| {
                source.error(Some(table.commands.span()), &format!("script[{i}].do"), reason)
            })?;
        }
    }
    let mut captions = Vec::new();
    for (i, table) in parsed.captions.into_iter().enumerate() {
        let field = format!("captions[{i}].when");
        let when = table.when.as_ref().map(|when| source.read(&field, when, Condition::parse)).transpose()?;
        if let (Some(condition), Some(when)) = (&when, &table.when) {
            names
                .check_condition(condition)
                .map_err(|reason| source.error(Some(when.span()), &field, reason))?;
        }
        captions.push(Caption { when, text: Text { en: table.en, zh: table.zh } });
    }
    let end_trigger = TriggerFields::of_end(&parsed.end).read(&source, "end")?;
    names.check_trigger(&source, "end.when", &end_trigger, parsed.end.get_ref().when.as_ref())?;
    if end_trigger.at.is_none() {
        return Err(source.error(
            Some(parsed.end.span()),
            "end",
            "needs `at` or `or_at`, so that it is sure to come",
        ));
    }
    let open = match &parsed.open {
        None => None,
        Some(open) => {
            let place = script.iter().position(|cue| cue.id.as_deref() == Some(open.get_ref().as_str()));
            let missing = || source.error(Some(open.span()), "open", "no cue of the script has this id");
            Some(place.ok_or_else(missing)?)
        }
    };
    let questions = read_questions(&source, &names, parsed.questions)?;
    let challenge = parsed.challenge.map(|table| read_challenge(&source, &names, table)).transpose()?;
    Ok(Scenario {
        id: id.into(),
        title: parsed.title,
        summary: parsed.summary,
        setup,
        script,
        captions,
        open,
        end: end_trigger,
        questions,
        explanation: parsed.explanation,
        challenge,
        source: text.into(),
    })
}

fn read_setup(source: &Source<'_>, table: &Spanned<SetupTable>) -> Result<Setup> {
    let (span, table) = (table.span(), table.get_ref());
    let era = match &table.era {
        None => Era::V4,
        Some(era) => source.read("setup.era", era, |era| match era {
            "2.1" => Ok(Era::V2_1),
            "4.x" => Ok(Era::V4),
            other => Err(format!("expected `2.1` or `4.x`, not `{other}`")),
        })?,
    };
    let mut setup = Setup::new(table.brokers);
    setup.seed = table.seed.unwrap_or(setup.seed);
    setup.latency = source.duration("setup.latency", table.latency.as_ref(), setup.latency)?;
    setup.jitter = source.duration("setup.jitter", table.jitter.as_ref(), setup.jitter)?;
    for topic in table.topics.iter().map(Spanned::get_ref) {
        setup.topics.push(TopicSetup {
            name: topic.name.clone(),
            partitions: topic.partitions,
            replication_factor: topic.replication_factor,
        });
    }
    for (i, producer) in table.producers.iter().map(Spanned::get_ref).enumerate() {
        let field = format!("setup.producers[{i}].workload.every");
        let workload = match &producer.workload {
            None => None,
            Some(load) => Some(Workload {
                topic: load.topic.clone(),
                keys: load.keys,
                value_size: load.value_size.unwrap_or(100),
                interval: source.read(&field, &load.every, duration::parse)?,
                count: load.count,
            }),
        };
        setup.producers.push(ProducerSetup { workload });
    }
    for (i, consumer) in table.consumers.iter().map(Spanned::get_ref).enumerate() {
        setup.consumers.push(read_consumer(source, i, consumer)?);
    }
    for (i, link) in table.links.iter().enumerate() {
        let latency = source.read(&format!("setup.links[{i}].latency"), &link.latency, duration::parse)?;
        let ends = source.read(&format!("setup.links[{i}].between"), &link.between, |text| {
            read_ends(text, table.brokers)
        })?;
        setup.links.extend(ends.into_iter().map(|(a, b)| LinkSetup { a, b, latency }));
    }
    setup.settings =
        Settings::defaults(era, table.topics.len(), table.producers.len(), table.consumers.len());
    let mut wanted = Vec::new();
    let all = [(None, &table.settings)];
    let topics =
        table.topics.iter().enumerate().map(|(i, t)| (Some((Scope::Topic, i)), &t.get_ref().settings));
    let producers =
        table.producers.iter().enumerate().map(|(i, p)| (Some((Scope::Producer, i)), &p.get_ref().settings));
    let consumers =
        table.consumers.iter().enumerate().map(|(i, c)| (Some((Scope::Consumer, i)), &c.get_ref().settings));
    for (member, settings) in all.into_iter().chain(topics).chain(producers).chain(consumers) {
        wanted.extend(settings.iter().map(|(name, value)| Wanted { member, name, value }));
    }
    apply_settings(source, &mut setup.settings, wanted)?;
    setup.validate().map_err(|e| {
        let entry = |list: &str| -> Option<usize> {
            e.field.strip_prefix(list)?.strip_prefix('[')?.split(']').next()?.parse().ok()
        };
        let at = entry("topics")
            .and_then(|i| table.topics.get(i).map(Spanned::span))
            .or_else(|| entry("producers").and_then(|i| table.producers.get(i).map(Spanned::span)))
            .or_else(|| entry("consumers").and_then(|i| table.consumers.get(i).map(Spanned::span)));
        source.error(Some(at.unwrap_or(span)), &format!("setup.{}", e.field), e.reason)
    })?;
    Ok(setup)
}

fn read_consumer(source: &Source<'_>, i: usize, consumer: &ConsumerTable) -> Result<ConsumerSetup> {
    let field = |name: &str| format!("setup.consumers[{i}].{name}");
    let commit = match &consumer.commit {
        None => CommitOrder::default(),
        Some(order) => source.read(&field("commit"), order, |order| match order {
            "after-processing" => Ok(CommitOrder::AfterProcessing),
            "before-processing" => Ok(CommitOrder::BeforeProcessing),
            "never" => Ok(CommitOrder::Never),
            other => {
                Err(format!("expected `after-processing`, `before-processing` or `never`, not `{other}`"))
            }
        })?,
    };
    Ok(ConsumerSetup {
        group: consumer.group.clone(),
        topics: consumer.topics.clone(),
        processing: source.duration(&field("processing"), consumer.processing.as_ref(), MS)?,
        poll_interval: source.duration(&field("poll_interval"), consumer.poll_interval.as_ref(), 100 * MS)?,
        commit,
    })
}

/// The links that `brokers` (every two of them) or `broker 1 - producer 1` stands for.
fn read_ends(text: &str, brokers: u8) -> std::result::Result<Vec<(NodeId, NodeId)>, String> {
    if text == "brokers" {
        let broker = |n| NodeId::Broker(BrokerId(n));
        return Ok((1..=brokers.min(9))
            .flat_map(|a| (a + 1..=brokers.min(9)).map(move |b| (broker(a), broker(b))))
            .collect());
    }
    let mut words = Words::of(text)?;
    let missing = "expected two nodes such as `broker 1 - broker 2`, or `brokers` for every two of them";
    let a = words.node()?.ok_or(missing)?;
    words.expect("-")?;
    let b = words.node()?.ok_or(missing)?;
    words.end()?;
    Ok(vec![(a, b)])
}

/// A setting that the file gives a value.
struct Wanted<'a> {
    member: Option<(Scope, usize)>,
    name: &'a Spanned<String>,
    value: &'a Spanned<toml::Value>,
}

/// Sets settings in whatever order satisfies the rules between them: the file's order must not matter.
fn apply_settings(source: &Source<'_>, settings: &mut Settings, mut wanted: Vec<Wanted<'_>>) -> Result<()> {
    while !wanted.is_empty() {
        let before = wanted.len();
        let mut first_error = None;
        wanted.retain(|want| match apply_setting(source, settings, want) {
            Ok(()) => false,
            Err(e) => {
                first_error.get_or_insert(e);
                true
            }
        });
        if let Some(error) = first_error.filter(|_| wanted.len() == before) {
            return Err(error);
        }
    }
    Ok(())
}

fn apply_setting(source: &Source<'_>, settings: &mut Settings, want: &Wanted<'_>) -> Result<()> {
    let name = want.name.get_ref().as_str();
    let error =
        |span, reason: String| source.error(Some(span), &format!("setup.settings.\"{name}\""), reason);
    let text = match want.value.get_ref() {
        toml::Value::String(text) => text.clone(),
        toml::Value::Integer(n) => n.to_string(),
        toml::Value::Boolean(b) => b.to_string(),
        _ => return Err(error(want.value.span(), "expected a word, a whole number, true or false".into())),
    };
    // Inside a topic or client the scope is known, so `request.timeout.ms` needs no prefix.
    let found = match want.member {
        Some((scope, _)) => config::find(&format!("{}.{name}", scope.word())).or_else(|_| config::find(name)),
        None => config::find(name),
    };
    let setting = found.map_err(|e| error(want.name.span(), e.reason.to_string()))?;
    if let Some((scope, _)) = want.member
        && setting.scope != scope
    {
        let reason = format!("is a {} setting, not a {} one", setting.scope.word(), scope.word());
        return Err(error(want.name.span(), reason));
    }
    let value = setting.parse(&text).map_err(|e| error(want.value.span(), e.reason.to_string()))?;
    settings
        .set(setting, want.member.map(|(_, at)| at), value)
        .map_err(|e| error(want.name.span(), e.reason.to_string()))
}

/// The fields that say when something is to happen.
struct TriggerFields<'a> {
    at: Option<&'a Spanned<String>>,
    when: Option<&'a Spanned<String>>,
    after: Option<&'a Spanned<String>>,
    or_at: Option<&'a Spanned<String>>,
    /// Where to point if they do not fit together.
    span: Range<usize>,
}

impl<'a> TriggerFields<'a> {
    fn of_end(table: &'a Spanned<TriggerTable>) -> Self {
        let TriggerTable { at, when, after, or_at } = table.get_ref();
        let span = table.span();
        TriggerFields {
            at: at.as_ref(),
            when: when.as_ref(),
            after: after.as_ref(),
            or_at: or_at.as_ref(),
            span,
        }
    }

    fn of_cue(table: &'a CueTable) -> Self {
        TriggerFields {
            at: table.at.as_ref(),
            when: table.when.as_ref(),
            after: table.after.as_ref(),
            or_at: table.or_at.as_ref(),
            span: table.commands.span(),
        }
    }

    fn read(self, source: &Source<'_>, field: &str) -> Result<Trigger> {
        let time = |name: &str, text| source.read(&format!("{field}.{name}"), text, duration::parse);
        match (self.at, self.when) {
            (Some(at), None) if self.after.is_none() && self.or_at.is_none() => {
                Ok(Trigger { condition: None, after: 0, at: Some(time("at", at)?) })
            }
            (None, Some(when)) => Ok(Trigger {
                condition: Some(source.read(&format!("{field}.when"), when, Condition::parse)?),
                after: self.after.map_or(Ok(0), |after| time("after", after))?,
                at: self.or_at.map(|or_at| time("or_at", or_at)).transpose()?,
            }),
            _ => {
                let reason = "needs either `at`, or `when` with or without `after` and `or_at`";
                Err(source.error(Some(self.span), field, reason))
            }
        }
    }
}

fn read_cue(source: &Source<'_>, field: &str, table: &CueTable) -> Result<Cue> {
    let id = match &table.id {
        Some(id) => Some(source.read(&format!("{field}.id"), id, |id| checked_name(id.into()))?),
        None => None,
    };
    let trigger = TriggerFields::of_cue(table).read(source, field)?;
    let commands = source.read(&format!("{field}.do"), &table.commands, |text| {
        text.split(';').map(Command::parse).collect::<std::result::Result<Vec<_>, _>>()
    })?;
    Ok(Cue { id, trigger, commands })
}

fn read_questions(source: &Source<'_>, names: &Names, tables: Vec<QuestionTable>) -> Result<Vec<Question>> {
    let mut questions = Vec::new();
    for (i, table) in tables.into_iter().enumerate() {
        let mut choices = Vec::new();
        for (j, choice) in table.choices.into_iter().enumerate() {
            let field = format!("questions[{i}].choices[{j}].right_if");
            let right_if = read_predicate(source, names, &field, &choice.right_if)?;
            choices.push(Choice { text: Text { en: choice.en, zh: choice.zh }, right_if });
        }
        questions.push(Question { ask: table.ask, choices });
    }
    Ok(questions)
}

fn read_challenge(source: &Source<'_>, names: &Names, table: ChallengeTable) -> Result<Challenge> {
    let goal = read_predicate(source, names, "challenge.goal", &table.goal)?;
    let mut settings = Vec::new();
    for name in &table.settings {
        settings.push(
            source.read("challenge.settings", name, |name| {
                config::find(name).map_err(|e| e.reason.to_string())
            })?,
        );
    }
    Ok(Challenge { ask: table.ask, goal, settings, changes: table.changes, hint: table.hint })
}

fn read_predicate(
    source: &Source<'_>,
    names: &Names,
    field: &str,
    text: &Spanned<String>,
) -> Result<Predicate> {
    source.read(field, text, |text| {
        let predicate = Predicate::parse(text)?;
        predicate.records().try_for_each(|record| names.check_record(record))?;
        Ok(predicate)
    })
}

/// Every name that a script may use.
struct Names {
    setup: Setup,
    records: Vec<String>,
    called: Vec<String>,
    cues: Vec<String>,
}

impl Names {
    fn of(source: &Source<'_>, setup: &Setup, script: &[Cue], tables: &[CueTable]) -> Result<Self> {
        let mut names =
            Names { setup: setup.clone(), records: Vec::new(), called: Vec::new(), cues: Vec::new() };
        for (cue, table) in script.iter().zip(tables) {
            let twice =
                |span, name: &str| Err(source.error(Some(span), "script", format!("`{name}` is used twice")));
            if let (Some(id), Some(text)) = (&cue.id, &table.id) {
                if names.cues.contains(id) {
                    return twice(text.span(), id);
                }
                names.cues.push(id.clone());
            }
            for command in &cue.commands {
                if let Some(name) = command.sends() {
                    if names.records.iter().any(|known| known == name) {
                        return twice(table.commands.span(), name);
                    }
                    names.records.push(name.into());
                }
                if let Command::Process { name: Some(name), .. } = command {
                    names.called.push(name.clone());
                }
            }
        }
        Ok(names)
    }

    fn check_record(&self, name: &str) -> std::result::Result<(), String> {
        let of_workload = || {
            self.setup.producers.iter().any(|p| p.workload.is_some())
                && name.strip_prefix('m').is_some_and(|n| n.parse::<u32>().is_ok())
        };
        if self.records.iter().any(|known| known == name) || of_workload() {
            return Ok(());
        }
        Err(format!("no command sends a record called {name}"))
    }

    fn check_partition(&self, name: &PartitionName) -> std::result::Result<(), String> {
        if self.setup.topics.iter().any(|topic| topic.name == name.topic) {
            return Ok(());
        }
        Err(format!("there is no topic {}", name.topic))
    }

    fn check_who(&self, who: &Who) -> std::result::Result<(), String> {
        match who {
            Who::Node(node) if self.setup.has(*node) => Ok(()),
            Who::Node(node) => Err(format!("there is no {node}")),
            Who::LeaderOf(partition) | Who::FollowerOf(partition, _) => self.check_partition(partition),
            Who::CoordinatorOf(group) => {
                if self.setup.consumers.iter().any(|c| c.group == *group) {
                    return Ok(());
                }
                Err(format!("there is no group {group}"))
            }
            Who::Called(name) if self.called.contains(name) => Ok(()),
            Who::Called(name) => Err(format!("nothing is called {name}")),
        }
    }

    fn check_condition(&self, condition: &Condition) -> std::result::Result<(), String> {
        condition.names().try_for_each(|name| match name {
            Name::Record(record) => self.check_record(record),
            Name::Partition(partition) => self.check_partition(partition),
            Name::Who(who) => self.check_who(who),
            Name::Cue(id) if self.cues.iter().any(|known| known == id) => Ok(()),
            Name::Cue(id) => Err(format!("no cue has the id {id}")),
        })
    }

    fn check_trigger(
        &self,
        source: &Source<'_>,
        field: &str,
        trigger: &Trigger,
        text: Option<&Spanned<String>>,
    ) -> Result<()> {
        match &trigger.condition {
            Some(condition) => self
                .check_condition(condition)
                .map_err(|reason| source.error(text.map(Spanned::span), field, reason)),
            None => Ok(()),
        }
    }

    fn check_command(&self, command: &Command) -> std::result::Result<(), String> {
        let topic = |name: &str| {
            if self.setup.topics.iter().any(|topic| topic.name == name) {
                return Ok(());
            }
            Err(format!("there is no topic {name}"))
        };
        match command {
            Command::Send { producer, topic: name, .. } => {
                self.check_who(&Who::Node(NodeId::Producer(*producer)))?;
                topic(name)
            }
            Command::AddPartitions { topic: name, .. } => topic(name),
            Command::Elect { partition, .. } => self.check_partition(partition),
            Command::Set { name, value, .. } => config::find(name)
                .and_then(|setting| setting.parse(value))
                .map(|_| ())
                .map_err(|e| e.to_string()),
            other => other.whos().into_iter().try_for_each(|who| self.check_who(who)),
        }
    }
}
