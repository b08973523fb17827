//! The file format: what fields there are, and how they become a [`Scenario`].

use super::fields::{Field, Fields, Result};
use super::names::Names;
use super::{Caption, Cue, LONGEST_FILE, Origin, SCHEMA, Scenario, Trigger, toml};
use crate::command::{Command, checked_name};
use crate::condition::Condition;
use crate::error::ScenarioError;
use crate::predicate::Predicate;
use crate::question::{Challenge, Choice, Question};
use crate::words::Words;
use highwater_core::config::{self, Era, Scope, Settings};
use highwater_core::ids::{BrokerId, NodeId};
use highwater_core::setup::{
    CommitOrder, ConsumerSetup, LinkSetup, ProducerSetup, Setup, TopicSetup, Workload,
};
use highwater_core::time::MS;

/// The most entries of any list in a file.
const MOST_ENTRIES: usize = 200;
/// The bytes of a workload's values where nothing is said.
const DEFAULT_VALUE_SIZE: u32 = 100;

/// Reads a scenario.
pub(super) fn read(id: &str, file: &str, text: &str) -> Result<Scenario> {
    let whole =
        |line, reason: String| ScenarioError { file: file.into(), line, field: String::new(), reason };
    if text.len() > LONGEST_FILE {
        return Err(whole(0, format!("the file is longer than {LONGEST_FILE} bytes")));
    }
    let table = toml::parse(text).map_err(|e| whole(e.line, e.reason))?;
    let mut fields = Fields::new(file, String::new(), 0, &table);
    let schema = fields.need("schema")?;
    if schema.number::<i64>()? != SCHEMA {
        let found = schema.number::<i64>()?;
        return Err(schema.error(format!("this program reads version {SCHEMA}, not {found}")));
    }
    let title = fields.need("title")?.both_languages()?;
    let summary = fields.need("summary")?.both_languages()?;
    let setup = read_setup(&fields.need("setup")?)?;
    let mut names = Names::new(&setup);
    let cues = entries(&mut fields, "script")?;
    let script = cues.iter().map(|cue| read_cue(cue, &mut names)).collect::<Result<Vec<Cue>>>()?;
    cues.iter().zip(&script).try_for_each(|(field, cue)| check_cue(field, cue, &names))?;
    let open = fields.take("open").map(|open| find_cue(&open, &script)).transpose()?;
    let captions =
        entries(&mut fields, "captions")?.iter().map(|c| read_caption(c, &names)).collect::<Result<_>>()?;
    let end = read_end(&fields.need("end")?, &names)?;
    let questions =
        entries(&mut fields, "questions")?.iter().map(|q| read_question(q, &names)).collect::<Result<_>>()?;
    let explanation = fields.need("explanation")?.both_languages()?;
    let challenge = fields.take("challenge").map(|field| read_challenge(&field, &names)).transpose()?;
    fields.end()?;
    Ok(Scenario {
        id: id.into(),
        title,
        summary,
        setup,
        script,
        captions,
        open,
        end,
        questions,
        explanation,
        challenge,
        origin: Origin::Text(text.into()),
    })
}

/// The entries of a list, unless there are too many.
fn entries<'a>(fields: &mut Fields<'a>, name: &str) -> Result<Vec<Field<'a>>> {
    let entries = fields.take_list(name)?;
    match entries.get(MOST_ENTRIES) {
        None => Ok(entries),
        Some(one_too_many) => Err(one_too_many.error(format!("at most {MOST_ENTRIES} are read"))),
    }
}

fn read_setup(field: &Field<'_>) -> Result<Setup> {
    let mut fields = field.table()?;
    let mut setup = Setup::new(fields.need("brokers")?.number()?);
    let era = fields.take("era").map_or(Ok(Era::V4), |era| era.read(read_era))?;
    if let Some(seed) = fields.take("seed") {
        setup.seed = seed.number()?;
    }
    setup.latency = fields.take_duration("latency", setup.latency)?;
    setup.jitter = fields.take_duration("jitter", setup.jitter)?;
    let mut wanted = Vec::new();
    let mut want = |fields: &mut Fields<'_>, member: Option<(Scope, usize)>| -> Result<()> {
        let Some(settings) = fields.take("settings") else { return Ok(()) };
        for (name, value) in settings.table()?.rest() {
            wanted.push(Wanted { member, name: name.into(), value: value.plain()?, error: value.error("") });
        }
        Ok(())
    };
    want(&mut fields, None)?;
    let (topics, producers) = (entries(&mut fields, "topics")?, entries(&mut fields, "producers")?);
    let (consumers, links) = (entries(&mut fields, "consumers")?, entries(&mut fields, "links")?);
    for (i, topic) in topics.iter().enumerate() {
        let mut fields = topic.table()?;
        setup.topics.push(TopicSetup {
            name: fields.need("name")?.text()?.into(),
            partitions: fields.need("partitions")?.number()?,
            replication_factor: fields.need("replication_factor")?.number()?,
        });
        want(&mut fields, Some((Scope::Topic, i)))?;
        fields.end()?;
    }
    for (i, producer) in producers.iter().enumerate() {
        let mut fields = producer.table()?;
        let workload = fields.take("workload").map(|load| read_workload(&load)).transpose()?;
        setup.producers.push(ProducerSetup { workload });
        want(&mut fields, Some((Scope::Producer, i)))?;
        fields.end()?;
    }
    for (i, consumer) in consumers.iter().enumerate() {
        let mut fields = consumer.table()?;
        want(&mut fields, Some((Scope::Consumer, i)))?;
        setup.consumers.push(read_consumer(fields)?);
    }
    for link in &links {
        let mut fields = link.table()?;
        let brokers = setup.brokers;
        let ends = fields.need("between")?.read(|text| read_ends(text, brokers))?;
        let latency = fields.need("latency")?.duration()?;
        fields.end()?;
        setup.links.extend(ends.into_iter().map(|(a, b)| LinkSetup { a, b, latency }));
    }
    setup.settings = Settings::defaults(era, topics.len(), producers.len(), consumers.len());
    apply_settings(&mut setup.settings, wanted)?;
    setup.validate().map_err(|e| {
        let entry = |list: &str, entries: &[Field<'_>]| {
            let index = e.field.strip_prefix(list)?.strip_prefix('[')?.split(']').next()?;
            Some(entries.get(index.parse::<usize>().ok()?)?.error(""))
        };
        let at = entry("topics", &topics)
            .or_else(|| entry("producers", &producers))
            .or_else(|| entry("consumers", &consumers));
        let field = format!("setup.{}", e.field);
        ScenarioError { field, reason: e.reason, ..at.unwrap_or_else(|| fields.error("")) }
    })?;
    fields.end()?;
    Ok(setup)
}

fn read_era(text: &str) -> std::result::Result<Era, String> {
    match text {
        "2.1" => Ok(Era::V2_1),
        "4.x" => Ok(Era::V4),
        other => Err(format!("expected `2.1` or `4.x`, not `{other}`")),
    }
}

fn read_workload(field: &Field<'_>) -> Result<Workload> {
    let mut fields = field.table()?;
    let load = Workload {
        topic: fields.need("topic")?.text()?.into(),
        keys: fields.take("keys").map_or(Ok(0), |keys| keys.number())?,
        value_size: fields.take("value_size").map_or(Ok(DEFAULT_VALUE_SIZE), |size| size.number())?,
        interval: fields.need("every")?.duration()?,
        count: fields.take("count").map(|count| count.number()).transpose()?,
    };
    fields.end()?;
    Ok(load)
}

fn read_consumer(mut fields: Fields<'_>) -> Result<ConsumerSetup> {
    let commit = |order: &str| match order {
        "after-processing" => Ok(CommitOrder::AfterProcessing),
        "before-processing" => Ok(CommitOrder::BeforeProcessing),
        "never" => Ok(CommitOrder::Never),
        other => Err(format!("expected `after-processing`, `before-processing` or `never`, not `{other}`")),
    };
    let topics = fields.need("topics")?.list()?;
    let consumer = ConsumerSetup {
        group: fields.need("group")?.text()?.into(),
        topics: topics.iter().map(|topic| topic.text().map(Into::into)).collect::<Result<_>>()?,
        processing: fields.take_duration("processing", MS)?,
        poll_interval: fields.take_duration("poll_interval", 100 * MS)?,
        commit: fields.take("commit").map_or(Ok(CommitOrder::default()), |order| order.read(commit))?,
    };
    fields.end()?;
    Ok(consumer)
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
struct Wanted {
    member: Option<(Scope, usize)>,
    name: String,
    value: String,
    /// The error it would be, but for the reason.
    error: ScenarioError,
}

/// Sets settings in whatever order satisfies the rules between them: the file's order must not matter.
fn apply_settings(settings: &mut Settings, mut wanted: Vec<Wanted>) -> Result<()> {
    while !wanted.is_empty() {
        let before = wanted.len();
        let mut first_error = None;
        wanted.retain(|want| match apply_setting(settings, want) {
            Ok(()) => false,
            Err(reason) => {
                first_error.get_or_insert_with(|| ScenarioError { reason, ..want.error.clone() });
                true
            }
        });
        if let Some(error) = first_error.filter(|_| wanted.len() == before) {
            return Err(error);
        }
    }
    Ok(())
}

fn apply_setting(settings: &mut Settings, want: &Wanted) -> std::result::Result<(), String> {
    let Wanted { member, name, value, .. } = want;
    // Inside a topic or client the scope is known, so `request.timeout.ms` needs no prefix.
    let found = match member {
        Some((scope, _)) => config::find(&format!("{}.{name}", scope.word())).or_else(|_| config::find(name)),
        None => config::find(name),
    };
    let reason = |e: config::ConfigError| e.reason.to_string();
    let setting = found.map_err(reason)?;
    if let Some((scope, _)) = member
        && setting.scope != *scope
    {
        return Err(format!("is a {} setting, not a {} one", setting.scope.word(), scope.word()));
    }
    let value = setting.parse(value).map_err(reason)?;
    settings.set(setting, member.map(|(_, at)| at), value).map_err(reason)
}

/// The fields that say when something is to happen.
fn read_trigger(fields: &mut Fields<'_>) -> Result<Trigger> {
    let (at, when) = (fields.take("at"), fields.take("when"));
    let (after, or_at) = (fields.take("after"), fields.take("or_at"));
    match (at, when) {
        (Some(at), None) if after.is_none() && or_at.is_none() => {
            Ok(Trigger { condition: None, after: 0, at: Some(at.duration()?) })
        }
        (None, Some(when)) => Ok(Trigger {
            condition: Some(when.read(Condition::parse)?),
            after: after.map_or(Ok(0), |after| after.duration())?,
            at: or_at.map(|or_at| or_at.duration()).transpose()?,
        }),
        _ => Err(fields.error("needs either `at`, or `when` with or without `after` and `or_at`")),
    }
}

fn read_end(field: &Field<'_>, names: &Names) -> Result<Trigger> {
    let mut fields = field.table()?;
    let end = read_trigger(&mut fields)?;
    fields.end()?;
    if let Some(condition) = &end.condition {
        names.check_condition(condition).map_err(|reason| inner(field, "when").error(reason))?;
    }
    if end.at.is_none() {
        return Err(field.error("needs `at` or `or_at`, so that it is sure to come"));
    }
    Ok(end)
}

/// A field of a table, to blame it; the table itself where it has no such field.
fn inner<'a>(table: &Field<'a>, name: &str) -> Field<'a> {
    table.table().ok().and_then(|mut fields| fields.take(name)).unwrap_or_else(|| table.clone())
}

/// Reads a cue and takes note of the names it gives.
fn read_cue(field: &Field<'_>, names: &mut Names) -> Result<Cue> {
    let mut fields = field.table()?;
    let id =
        fields.take("id").map(|id| id.read(|text| names.add_cue(checked_name(text.into())?))).transpose()?;
    let trigger = read_trigger(&mut fields)?;
    let commands = fields.need("do")?.read(|text| {
        let commands = text.split(';').map(Command::parse).collect::<std::result::Result<Vec<_>, _>>()?;
        commands.iter().try_for_each(|command| names.add_names_of(command))?;
        Ok(commands)
    })?;
    fields.end()?;
    Ok(Cue { id, trigger, commands })
}

/// Checks that everything a cue speaks of exists.
fn check_cue(field: &Field<'_>, cue: &Cue, names: &Names) -> Result<()> {
    if let Some(condition) = &cue.trigger.condition {
        names.check_condition(condition).map_err(|reason| inner(field, "when").error(reason))?;
    }
    let check = |command| names.check_command(command);
    cue.commands.iter().try_for_each(check).map_err(|reason| inner(field, "do").error(reason))
}

fn find_cue(open: &Field<'_>, script: &[Cue]) -> Result<usize> {
    let id = open.text()?;
    let place = script.iter().position(|cue| cue.id.as_deref() == Some(id));
    place.ok_or_else(|| open.error("no cue of the script has this id"))
}

fn read_caption(field: &Field<'_>, names: &Names) -> Result<Caption> {
    let mut fields = field.table()?;
    let when = fields.take("when").map(|when| {
        when.read(|text| {
            let condition = Condition::parse(text)?;
            names.check_condition(&condition)?;
            Ok(condition)
        })
    });
    let caption = Caption { when: when.transpose()?, text: fields.take_text()? };
    fields.end()?;
    Ok(caption)
}

fn read_question(field: &Field<'_>, names: &Names) -> Result<Question> {
    let mut fields = field.table()?;
    let ask = fields.need("ask")?.both_languages()?;
    let mut choices = Vec::new();
    for choice in entries(&mut fields, "choices")? {
        let mut fields = choice.table()?;
        let text = fields.take_text()?;
        let right_if = read_predicate(&fields.need("right_if")?, names)?;
        fields.end()?;
        choices.push(Choice { text, right_if });
    }
    fields.end()?;
    Ok(Question { ask, choices })
}

fn read_challenge(field: &Field<'_>, names: &Names) -> Result<Challenge> {
    let mut fields = field.table()?;
    let find = |name: &str| config::find(name).map_err(|e| e.reason.to_string());
    let settings = entries(&mut fields, "settings")?;
    let challenge = Challenge {
        ask: fields.need("ask")?.both_languages()?,
        goal: read_predicate(&fields.need("goal")?, names)?,
        settings: settings.iter().map(|name| name.read(find)).collect::<Result<_>>()?,
        changes: fields.take("changes").map_or(Ok(1), |changes| changes.number())?,
        hint: fields.take("hint").map(|hint| hint.both_languages()).transpose()?,
    };
    fields.end()?;
    Ok(challenge)
}

fn read_predicate(field: &Field<'_>, names: &Names) -> Result<Predicate> {
    field.read(|text| {
        let predicate = Predicate::parse(text)?;
        predicate.records().try_for_each(|record| names.check_record(record))?;
        Ok(predicate)
    })
}
