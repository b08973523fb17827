//! What is wrong with a file is said with file, line and field.

use super::{Origin, Scenario};
use crate::lessons;

/// A small sound scenario; tests spoil one line each.
const SOUND: &str = r#"schema = 1
summary = { en = "s", zh = "s" }
title = { en = "t", zh = "t" }
open = "stop"
explanation = { en = "e", zh = "e" }

[setup]
brokers = 3
latency = "1ms"
settings."acks" = "1"

[[setup.topics]]
name = "orders"
partitions = 1
replication_factor = 3

[[setup.producers]]

[[script]]
at = "1s"
do = "send m1: producer 1 to orders key=a"

[[script]]
id = "stop"
when = "acked m1"
after = "1ms"
do = "kill leader of orders-0 as victim; cut victim - broker 2"

[[captions]]
when = "done stop then crashed victim"
en = "c"
zh = "c"

[end]
at = "2s"

[[questions]]
ask = { en = "?", zh = "?" }
[[questions.choices]]
en = "yes"
zh = "yes"
right_if = "m1 is lost and acked = 1"
"#;

fn error_of(from: &str, to: &str) -> String {
    assert!(SOUND.contains(from), "{from}");
    let text = SOUND.replacen(from, to, 1);
    Scenario::parse("small", "small.toml", &text).expect_err("it is spoilt").to_string()
}

#[test]
fn a_sound_file_is_read() {
    let scenario = Scenario::parse("small", "small.toml", SOUND).unwrap_or_else(|e| panic!("{e}"));
    assert_eq!(scenario.open, Some(1));
    assert_eq!(scenario.script[1].commands.len(), 2);
    for lesson in lessons::ALL {
        lesson.scenario().unwrap_or_else(|e| panic!("{e}"));
    }
    lessons::standard_workload().unwrap_or_else(|e| panic!("{e}"));
}

#[test]
fn a_lesson_is_the_same_from_its_file_and_packed() {
    for lesson in lessons::ALL {
        let read = lesson.scenario().unwrap_or_else(|e| panic!("{e}"));
        let bytes = read.pack();
        let unpacked = Scenario::unpack(&bytes).expect("it is whole");
        assert_eq!(format!("{unpacked:#?}"), format!("{read:#?}"));
        assert!(bytes.len() < lesson.source().len(), "{}", lesson.id);
        for end in 0..bytes.len() {
            assert!(Scenario::unpack(&bytes[..end]).is_none(), "{} up to {end}", lesson.id);
        }
    }
    // Every kind of command and condition, and settings that depend on each other.
    let text = SOUND
        .replacen("\"acks\" = \"1\"", "\"acks\" = \"1\"\nsettings.\"session.timeout.ms\" = 3000000\nsettings.\"group.max.session.timeout.ms\" = 4000000\nsettings.\"heartbeat.interval.ms\" = 2000000", 1);
    let read = Scenario::parse("small", "small.toml", &text).unwrap_or_else(|e| panic!("{e}"));
    let read = Scenario { origin: Origin::Lesson, ..read };
    let unpacked = Scenario::unpack(&read.pack()).expect("it is whole");
    assert_eq!(format!("{unpacked:#?}"), format!("{read:#?}"));
}

#[test]
fn errors_name_file_line_and_field() {
    let cases = [
        ("schema = 1", "schema = 2", "small.toml:1: schema: this program reads version 1, not 2"),
        ("open = \"stop\"", "open = \"go\"", "small.toml:4: open: no cue of the script has this id"),
        ("latency = \"1ms\"", "latency = \"1\"", "small.toml:9: setup.latency: expected a span"),
        ("brokers = 3", "brokers = 0", "small.toml:7: setup.brokers: must be 1 to 9"),
        ("\"acks\" = \"1\"", "\"acks\" = \"7\"", "small.toml:10: setup.settings.acks: expected one of"),
        ("\"acks\" = \"1\"", "\"ack\" = \"1\"", "small.toml:10: setup.settings.ack: no such setting"),
        ("partitions = 1", "partitions = 99", "small.toml:12: setup.topics[0].partitions: must be 1 to 24"),
        ("at = \"1s\"", "at = \"soon\"", "small.toml:20: script[0].at: expected a span"),
        ("send m1:", "sent m1:", "small.toml:21: script[0].do: `sent` is not a command"),
        ("to orders key", "to order key", "small.toml:21: script[0].do: there is no topic order"),
        ("producer 1 to", "producer 2 to", "small.toml:21: script[0].do: there is no producer-2"),
        ("acked m1", "acked m2", "small.toml:25: script[1].when: no command sends a record called m2"),
        ("acked m1", "eaten m1", "small.toml:25: script[1].when: `eaten` is not something that can happen"),
        ("cut victim -", "cut culprit -", "small.toml:27: script[1].do: nothing is called culprit"),
        ("done stop", "done stopp", "small.toml:30: captions[0].when: no cue has the id stopp"),
        ("[end]\nat = \"2s\"", "[end]\nwhen = \"acked m1\"", "small.toml:34: end: needs `at` or `or_at`"),
        ("m1 is lost", "m1 is gone", "small.toml:42: questions[0].choices[0].right_if: `gone` is not a fate"),
        ("acked = 1", "acke = 1", "small.toml:42: questions[0].choices[0].right_if: `acke` is neither"),
        ("zh = \"yes\"", "", "small.toml:39"),
        ("schema = 1", "schema = 1\nscheme = 2", "small.toml:2: scheme: there is no such field"),
        ("schema = 1", "schema 1", "small.toml:1: "),
    ];
    for (from, to, expected) in cases {
        let error = error_of(from, to);
        assert!(error.starts_with(expected), "{to}:\n  is   {error}\n  want {expected}");
        assert!(!error.contains('\n'), "{error}");
    }
}

#[test]
fn the_order_of_settings_does_not_matter() {
    // Either of the two contradicts the other's default.
    let settings = "settings.\"delivery.timeout.ms\" = 500\nsettings.\"producer.request.timeout.ms\" = 300";
    let text = SOUND.replacen("settings.\"acks\" = \"1\"", settings, 1);
    let scenario = Scenario::parse("small", "small.toml", &text).unwrap_or_else(|e| panic!("{e}"));
    assert_eq!(scenario.setup.settings.producers[0].delivery_timeout_ms, 500);
}

#[test]
fn a_member_has_settings_of_its_own() {
    let own = "[[setup.producers]]\nsettings.\"request.timeout.ms\" = 100\nsettings.\"acks\" = \"0\"";
    let text = SOUND.replacen("[[setup.producers]]", own, 1);
    let scenario = Scenario::parse("small", "small.toml", &text).unwrap_or_else(|e| panic!("{e}"));
    assert_eq!(scenario.setup.settings.producers[0].request_timeout_ms, 100);
    let wrong = "[[setup.producers]]\nsettings.\"min.insync.replicas\" = 2";
    let error = error_of("[[setup.producers]]", wrong);
    assert!(error.contains("is a topic setting, not a producer one"), "{error}");
}

#[test]
fn monsters_are_refused() {
    let long = format!("{SOUND}# {}", "x".repeat(super::LONGEST_FILE));
    assert!(Scenario::parse("small", "small.toml", &long).is_err());
    let deep = format!("a = {}1{}", "[".repeat(20_000), "]".repeat(20_000));
    assert!(Scenario::parse("small", "small.toml", &deep).is_err());
    let many = "[[captions]]\nen = \"a\"\nzh = \"a\"\n".repeat(300);
    let text = SOUND.replacen("[end]", &format!("{many}\n[end]"), 1);
    assert!(Scenario::parse("small", "small.toml", &text).unwrap_err().to_string().contains("at most 200"));
}
