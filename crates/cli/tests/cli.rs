//! The command line as somebody at a terminal meets it.

use std::process::{Command, Output};

fn highwater(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_highwater")).args(arguments).output().expect("the program starts")
}

fn printed(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn json(arguments: &[&str]) -> serde_json::Value {
    let output = highwater(arguments);
    assert_eq!(output.status.code(), Some(0), "{arguments:?}");
    serde_json::from_slice(&output.stdout).expect("one object")
}

#[test]
fn a_run_prints_one_object() {
    let outcome = json(&["run", "acks-1-loses-data", "--json"]);
    let fields = [
        "acked",
        "safe",
        "lost",
        "rejected",
        "ghost",
        "duplicated",
        "reordered",
        "consumed",
        "skipped",
        "repeated",
        "steps",
    ];
    for field in fields {
        assert!(outcome[field].is_u64(), "{field}");
    }
    assert_eq!(outcome["event_hash"].as_str().map(str::len), Some(16));
    assert_eq!((outcome["acked"].as_u64(), outcome["lost"].as_u64()), (Some(6), Some(1)));
}

#[test]
fn settings_and_seeds_are_heeded() {
    let run = ["run", "acks-1-loses-data", "--json"];
    assert_eq!(json(&[&run[..], &["--set", "acks=all"]].concat())["lost"], 0);
    // Nothing in this lesson is random but where a producer or consumer draws; the hash is the same for the same seed.
    let seeded = [&run[..], &["--seed", "7"]].concat();
    assert_eq!(json(&seeded), json(&seeded));
}

#[test]
fn a_trace_tells_the_story_in_both_languages() {
    let english = printed(&highwater(&["run", "acks-1-loses-data", "--trace"]));
    assert!(english.contains("m5 is lost, although it was acknowledged."), "{english}");
    let chinese = printed(&highwater(&["run", "acks-1-loses-data", "--trace", "--lang", "zh"]));
    assert!(chinese.contains("m5 丢失了"), "{chinese}");
}

#[test]
fn a_key_is_placed_as_kafka_places_it() {
    for (key, partitions, expected) in [("a", "3", "1"), ("user-1", "4", "0"), ("foobar", "3", "0")] {
        let output = highwater(&["partition", "--key", key, "--partitions", partitions]);
        assert_eq!(printed(&output).trim(), expected, "{key} of {partitions}");
    }
}

#[test]
fn lessons_are_listed_and_sound() {
    let listed = printed(&highwater(&["lessons"]));
    for line in listed.lines() {
        let id = line.split_whitespace().next().expect("a name");
        let directory = format!("{}/../../static/lessons/{id}", env!("CARGO_MANIFEST_DIR"));
        let lint = highwater(&["lint", &directory]);
        assert_eq!(lint.status.code(), Some(0), "{}", printed(&lint));
        // A directory or a file is as good as a name.
        assert_eq!(json(&["run", &directory, "--json"]), json(&["run", id, "--json"]));
    }
    assert_eq!(listed.lines().count(), 3);
}

#[test]
fn bad_input_is_one_line_and_code_2() {
    let cases: [&[&str]; 16] = [
        &["run"],
        &["run", "no-such-lesson"],
        &["run", "acks-1-loses-data", "--set", "acks"],
        &["run", "acks-1-loses-data", "--set", "acks=7"],
        &["run", "acks-1-loses-data", "--set", "nonsense=7"],
        &["run", "acks-1-loses-data", "--seed", "x"],
        &["run", "acks-1-loses-data", "--json", "--trace"],
        &["run", "acks-1-loses-data", "extra"],
        &["run", "acks-1-loses-data", "--lang", "fr"],
        &["run", env!("CARGO_MANIFEST_PATH")],
        &["partition", "--key", "a"],
        &["partition", "--key", "a", "--partitions", "0"],
        &["partition", "--key", "a", "--partitions", "many"],
        &["lint", "/nowhere"],
        &["fly"],
        &["--fast"],
    ];
    for arguments in cases {
        let output = highwater(arguments);
        let error = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {error}");
        assert_eq!(error.lines().count(), 1, "{arguments:?}: {error}");
        assert!(output.stdout.is_empty(), "{arguments:?}");
    }
}

#[test]
fn help_is_there() {
    for arguments in [&[][..], &["--help"], &["help"]] {
        let output = highwater(arguments);
        assert_eq!(output.status.code(), Some(0));
        assert!(printed(&output).contains("highwater run LESSON|FILE"));
    }
}
