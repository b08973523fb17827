//! The committed vectors from real Kafka say where they come from and are as many as promised.
//!
//! What the model makes of them is tested beside the model; this test guards the evidence itself.

use serde_json::Value;
use std::{fs, path::PathBuf};

/// Every family with the least number of cases it must hold.
const FAMILIES: &[(&str, usize)] = &[
    ("murmur2", 2_000),
    ("config_defs", 500),
    ("record_batch", 300),
    ("leader_epoch", 500),
    ("group_partition", 500),
    ("partitioners", 300),
    ("assignors_range", 500),
    ("assignors_roundrobin", 500),
    ("assignors_sticky", 500),
    ("assignors_cooperative_sticky", 500),
    ("assignors_uniform", 400),
    ("assignors_server_range", 400),
    ("producer_state", 300),
    ("segment", 60),
    ("retention", 60),
    ("compaction", 60),
    ("live", 19),
];

/// No file may grow past this: they are read by people too, and travel with every clone.
const LARGEST_FILE: usize = 2_000_000;

fn directory() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("vectors")
}

fn read(family: &str) -> Value {
    let path = directory().join(format!("{family}.json"));
    let text = fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    assert!(text.len() < LARGEST_FILE, "{family}: {} bytes", text.len());
    serde_json::from_str(&text).unwrap_or_else(|e| panic!("{family}: {e}"))
}

fn assert_provenance(family: &str, file: &Value) {
    let version = file["kafka_version"].as_str().unwrap_or_default();
    assert!(
        version.split('.').count() == 3 && version.split('.').all(|part| part.parse::<u32>().is_ok()),
        "{family}: kafka_version {version:?} is not a release"
    );
    let source = file["source"].as_str().unwrap_or_default();
    assert!(source.contains("kafka"), "{family}: source {source:?} names no Kafka class");
    assert!(file["seed"].is_u64(), "{family}: no seed");
}

#[test]
fn every_family_names_its_origin_and_is_large_enough() {
    for &(family, least) in FAMILIES {
        let file = read(family);
        assert_provenance(family, &file);
        let cases = file["cases"].as_array().unwrap_or_else(|| panic!("{family}: no cases"));
        assert!(cases.len() >= least, "{family}: {} cases, {least} promised", cases.len());
        assert!(cases.iter().all(Value::is_object), "{family}: a case is not an object");
    }
}

#[test]
fn all_families_come_from_one_kafka_version() {
    let mut versions: Vec<_> =
        FAMILIES.iter().map(|(family, _)| read(family)["kafka_version"].to_string()).collect();
    versions.dedup();
    assert_eq!(versions.len(), 1, "{versions:?}");
}

#[test]
fn no_vector_file_is_unknown() {
    for entry in fs::read_dir(directory()).expect("tests/vectors") {
        let name = entry.expect("a directory entry").file_name().into_string().expect("a UTF-8 name");
        let family = name.strip_suffix(".json").unwrap_or_else(|| panic!("{name} is not a vector file"));
        assert!(FAMILIES.iter().any(|(known, _)| *known == family), "{name} is in no list");
    }
}

/// An observation is what happened: each says what was done and seen, and whether that was expected.
#[test]
fn every_observation_is_complete() {
    for case in read("live")["cases"].as_array().expect("cases") {
        let name = case["experiment"].as_str().expect("a name");
        let status = case["status"].as_str().expect("a status");
        assert!(["pass", "fail", "could not run"].contains(&status), "{name}: {status}");
        assert!(!case["expected"].as_str().unwrap_or_default().is_empty(), "{name}: expected");
        if status != "could not run" {
            assert!(!case["steps"].as_array().expect("steps").is_empty(), "{name}: steps");
            assert!(!case["observed"].as_object().expect("observed").is_empty(), "{name}: observed");
        }
    }
}
