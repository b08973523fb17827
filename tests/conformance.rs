//! The model against what real Kafka's own classes answered (`tests/vectors/`).

use highwater_core::config::{Kind, Scope, TABLE, Unit, Value as Setting};
use highwater_core::group::Subscription;
use highwater_core::group::assignor::range;
use highwater_core::ids::{RecordId, TopicId};
use highwater_core::log::EpochCache;
use highwater_core::producer::{murmur2, partition_for_group, partition_for_key};
use highwater_core::record::{Record, Value, batch_size};
use serde_json::Value as Json;
use std::collections::BTreeMap;
use std::sync::Arc;

fn cases(family: &str) -> Vec<Json> {
    let path = format!("{}/vectors/{family}.json", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{path}: {e}"));
    let mut file: Json = serde_json::from_str(&text).unwrap_or_else(|e| panic!("{path}: {e}"));
    serde_json::from_value(file["cases"].take()).unwrap_or_else(|e| panic!("{path}: {e}"))
}

fn bytes(hex: &Json) -> Option<Vec<u8>> {
    let hex = hex.as_str()?;
    Some((0..hex.len()).step_by(2).map(|i| u8::from_str_radix(&hex[i..i + 2], 16).expect("hex")).collect())
}

fn int<T: TryFrom<i64>>(value: &Json) -> T {
    let n = value.as_i64().unwrap_or_else(|| panic!("{value} is not a number"));
    T::try_from(n).ok().unwrap_or_else(|| panic!("{n} does not fit"))
}

#[test]
fn keys_hash_and_go_where_kafka_sends_them() {
    let mut partitions_checked = 0;
    for case in cases("murmur2") {
        let key = bytes(&case["key"]).expect("a key");
        assert_eq!(murmur2(&key), int::<i32>(&case["hash"]), "{case}");
        if let Some(all) = case["partition_of_1_to_100"].as_array() {
            for (count, partition) in (1u16..).zip(all) {
                assert_eq!(partition_for_key(&key, count), int::<u16>(partition), "{count}: {case}");
                partitions_checked += 1;
            }
        } else {
            let count = int(&case["partitions"]);
            assert_eq!(partition_for_key(&key, count), int::<u16>(&case["partition"]), "{case}");
            partitions_checked += 1;
        }
    }
    assert!(partitions_checked > 2_000, "only {partitions_checked} partitions compared");
}

#[test]
fn groups_live_where_kafka_keeps_them() {
    for case in cases("group_partition") {
        let group = case["group"].as_str().expect("a group");
        assert_eq!(
            partition_for_group(group, int(&case["partitions"])),
            int::<u16>(&case["partition"]),
            "{case}"
        );
    }
}

/// Settings that differ from Kafka's definitions on purpose: name, and why.
const DIFFERENT_SETTINGS: &[(&str, &str)] = &[
    ("leader.imbalance.check.interval.ms", "in Kafka it counts seconds, under another name"),
    ("segment.bytes", "small segments make a roll visible; Kafka asks for at least 1 MiB"),
];

#[test]
fn settings_have_kafkas_names_types_ranges_and_defaults() {
    let definitions = cases("config_defs");
    for row in TABLE.iter().copied().flatten() {
        let scope = match row.scope {
            Scope::Broker => "broker",
            Scope::Topic => "topic",
            Scope::Producer => "producer",
            Scope::Consumer => "consumer",
        };
        let name = row.qualified_name();
        let expected_to_differ = DIFFERENT_SETTINGS.iter().any(|(other, _)| *other == row.name);
        let Some(definition) = definitions.iter().find(|d| d["scope"] == scope && d["name"] == row.name)
        else {
            assert!(expected_to_differ, "{name} is not in Kafka");
            continue;
        };
        let default = match row.default_4 {
            Setting::Bool(b) => Json::from(b),
            Setting::Int(n) => Json::from(n),
            Setting::Word(w) => Json::from(w),
        };
        assert_eq!(default, definition["default"], "{name}: the default");
        let valid = definition["valid"].as_str().unwrap_or("");
        if let (Kind::Int { min, .. }, Some(range)) = (row.kind, valid.strip_prefix('[')) {
            let least: String = range.chars().take_while(|c| c.is_ascii_digit() || *c == '-').collect();
            let differs = least.parse() != Ok(min);
            assert_eq!(differs, expected_to_differ, "{name}: from {min} here, {valid} in Kafka");
        }
        if row.unit == Unit::Ms {
            assert_eq!(row.name.rsplit('.').next(), Some("ms"), "{name} counts milliseconds");
        }
    }
}

#[test]
fn batches_are_as_large_as_kafkas() {
    let mut compared = 0;
    for case in cases("record_batch") {
        let records = case["records"].as_array().expect("records");
        let plain =
            ["plain", "idempotent", "transactional"].contains(&case["kind"].as_str().expect("a kind"));
        if !plain || records.iter().any(|r| r["headers"].as_array().is_some_and(|h| !h.is_empty())) {
            continue; // The model's records have no headers, and its batches no markers or gaps.
        }
        if records.iter().any(|r| r["value"].is_null()) {
            continue; // Nor has it tombstones.
        }
        let records: Vec<Record> = records
            .iter()
            .map(|r| Record {
                id: RecordId(1),
                timestamp_ms: int(&r["timestamp"]),
                key: bytes(&r["key"]).map(Arc::from),
                value: Value::User {
                    size: u32::try_from(bytes(&r["value"]).expect("a value").len()).expect("a size"),
                },
            })
            .collect();
        assert_eq!(batch_size(&records), int::<u32>(&case["size"]), "{case}");
        compared += 1;
    }
    assert!(compared >= 20, "only {compared} batches compared");
}

#[test]
fn epoch_caches_answer_as_kafkas() {
    let mut compared = 0;
    'cases: for case in cases("leader_epoch") {
        let mut cache = EpochCache::default();
        for step in case["steps"].as_array().expect("steps") {
            match step["op"].as_str() {
                Some("assign") => cache.assign(int(&step["epoch"]), int(&step["offset"])),
                Some("truncate_from_end") => cache.truncate_to(int(&step["offset"])),
                // The model's logs do not lose their beginning yet.
                _ => continue 'cases,
            }
            let expected: Vec<(i32, i64)> = serde_json::from_value(step["entries"].clone()).expect("entries");
            assert_eq!(cache.entries(), expected, "{case}");
        }
        let log_end = int(&case["log_end_offset"]);
        for answer in case["end_offset_for"].as_array().expect("answers") {
            let (asked, epoch, end): (i32, i32, i64) =
                serde_json::from_value(answer.clone()).expect("an answer");
            if asked >= 0 {
                let expected = (epoch >= 0).then_some((epoch, end));
                assert_eq!(cache.end_offset_for(asked, log_end), expected, "epoch {asked} of {case}");
            }
        }
        compared += 1;
    }
    assert!(compared >= 200, "only {compared} caches compared");
}

/// Static members come before dynamic ones, each in the order of their ids.
type MemberOrder = (bool, String);

#[test]
fn the_range_assignor_assigns_as_kafkas() {
    let mut compared = 0;
    for case in cases("assignors_range") {
        for round in case["rounds"].as_array().expect("rounds") {
            let members = round["members"].as_array().expect("members");
            if members.iter().any(|m| !m["rack"].is_null()) {
                continue; // The model has no racks.
            }
            let sizes: BTreeMap<String, u16> =
                serde_json::from_value(round["topics"].clone()).expect("topics");
            let names: Vec<&String> = sizes.keys().collect();
            let topic = |name: &Json| names.iter().position(|n| name == n.as_str());
            let mut order: BTreeMap<MemberOrder, String> = BTreeMap::new();
            let mut joined: Vec<(MemberOrder, Subscription)> = Vec::new();
            for member in members {
                let id = member["id"].as_str().expect("an id").to_string();
                let key = match member["instance"].as_str() {
                    Some(instance) => (false, instance.to_string()),
                    None => (true, id.clone()),
                };
                let subscription = member["topics"].as_array().expect("topics").iter().filter_map(topic);
                joined.push((
                    key.clone(),
                    subscription.map(|at| TopicId(u16::try_from(at).expect("small"))).collect(),
                ));
                order.insert(key, id);
            }
            let assigned = range::assign(&joined, |t| sizes[names[usize::from(t.0)]]);
            let mut found: BTreeMap<&str, BTreeMap<&str, Vec<u16>>> = BTreeMap::new();
            for (key, partitions) in &assigned {
                let mine = found.entry(&order[key]).or_default();
                for (topic, index) in partitions {
                    mine.entry(names[usize::from(topic.0)]).or_default().push(*index);
                }
            }
            assert_eq!(serde_json::to_value(&found).expect("json"), round["assignment"], "{round}");
            compared += 1;
        }
    }
    assert!(compared >= 500, "only {compared} rounds compared");
}
