//! Every lesson plays as it says: its trace, its outcome, its right answers, its challenge.
//!
//! `HIGHWATER_REWRITE=1 cargo test -p highwater-tests --test lessons` writes traces and outcomes anew; reviewing them is
//! reading the difference.

use highwater_lab::judge::{self, Standing};
use highwater_lab::lessons::{self, Lesson};
use highwater_lab::scenario::Scenario;
use highwater_lab::text::Lang;
use highwater_lab::timeline::Timeline;
use highwater_lab::{run, trace};
use serde_json::{Value, json};
use std::path::PathBuf;
use std::sync::Arc;

fn scenario(id: &str) -> Arc<Scenario> {
    let lesson = lessons::find(id).expect("the lesson exists");
    Arc::new(lesson.scenario().unwrap_or_else(|e| panic!("{e}")))
}

fn played(id: &str, settings: &[(&str, &str)]) -> Timeline {
    let settings: Vec<(String, String)> =
        settings.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
    run::to_end(scenario(id), None, &settings).unwrap_or_else(|e| panic!("{e}"))
}

fn outcome(played: &Timeline) -> Value {
    let counts = played.ledger().counts();
    let mut object: serde_json::Map<String, Value> =
        counts.outcome().map(|(name, count)| (name.to_string(), json!(count))).collect();
    object.insert("steps".into(), json!(played.len()));
    object.insert("event_hash".into(), json!(played.event_hash().to_string()));
    Value::Object(object)
}

/// Compares a file beside the lesson with what it should be, or writes it.
fn golden(lesson: &Lesson, name: &str, now: &str) {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../static/lessons");
    let path = root.join(lesson.id).join(name);
    if std::env::var_os("HIGHWATER_REWRITE").is_some() {
        std::fs::write(&path, now).expect("the file can be written");
        return;
    }
    let before = std::fs::read_to_string(&path).unwrap_or_default();
    for (i, (before, now)) in before.lines().zip(now.lines()).enumerate() {
        assert_eq!(before, now, "{} line {}", path.display(), i + 1);
    }
    assert_eq!(before.lines().count(), now.lines().count(), "{} has another length", path.display());
}

#[test]
fn every_lesson_plays_as_it_is_written_down() {
    for lesson in lessons::ALL {
        let played = played(lesson.id, &[]);
        assert!(played.is_finished(), "{} does not end", lesson.id);
        let refused: Vec<String> =
            played.refused().map(|(command, why)| format!("{command}: {why}")).collect();
        assert_eq!(refused, Vec::<String>::new(), "{}", lesson.id);
        golden(lesson, "trace.txt", &trace::write(&played, Lang::En));
        golden(lesson, "expect.json", &format!("{:#}\n", outcome(&played)));
    }
}

#[test]
fn every_sentence_is_told_in_both_languages() {
    for lesson in lessons::ALL {
        let played = played(lesson.id, &[]);
        let (en, zh) = (trace::write(&played, Lang::En), trace::write(&played, Lang::Zh));
        assert_eq!(en.lines().count(), zh.lines().count(), "{}", lesson.id);
        let chinese = |c: char| ('\u{4e00}'..='\u{9fff}').contains(&c);
        for (en, zh) in en.lines().zip(zh.lines()) {
            assert!(!en.contains(chinese), "{en}");
            assert!(zh.contains(chinese), "{zh}");
        }
    }
}

#[test]
fn every_question_has_exactly_one_right_answer() {
    for lesson in lessons::ALL {
        let answers = judge::right_answers(&scenario(lesson.id)).unwrap_or_else(|e| panic!("{e}"));
        assert!(!answers.is_empty(), "{} asks nothing", lesson.id);
        for right in answers {
            assert_eq!(right.iter().filter(|right| **right).count(), 1, "{}", lesson.id);
        }
    }
}

#[test]
fn every_lesson_opens_paused_before_its_turn() {
    for lesson in lessons::ALL {
        let mut timeline = Timeline::new(scenario(lesson.id), None, &[]).unwrap_or_else(|e| panic!("{e}"));
        timeline.to_opening();
        assert!(timeline.position() > 0 && !timeline.is_finished(), "{}", lesson.id);
        assert_eq!(timeline.ledger().counts().lost, 0, "{}", lesson.id);
        timeline.step();
        let crashed =
            timeline.last_events().any(|e| matches!(e.kind, highwater_core::event::EventKind::Crashed(_)));
        assert!(crashed, "{} opens one step before the crash", lesson.id);
    }
}

fn standing(id: &str, settings: &[(&str, &str)]) -> Option<Standing> {
    judge::challenge(&played(id, settings))
}

#[test]
fn the_challenge_of_acks_1_is_won_by_acks_all_alone() {
    let id = "acks-1-loses-data";
    assert_eq!(standing(id, &[]), Some(Standing::Missed));
    assert_eq!(standing(id, &[("acks", "all")]), Some(Standing::Won));
    assert_eq!(standing(id, &[("min.insync.replicas", "2")]), Some(Standing::Missed));
    assert_eq!(standing(id, &[("retries", "0")]), Some(Standing::Missed));
    let two = [("acks", "all"), ("min.insync.replicas", "2")];
    assert_eq!(standing(id, &two), Some(Standing::TooManyChanges { changed: 2 }));
    let foul = Standing::NotAllowed { setting: "replica.fetch.wait.max.ms".into() };
    assert_eq!(standing(id, &[("replica.fetch.wait.max.ms", "10")]), Some(foul));
}

#[test]
fn the_challenge_of_acks_all_is_won_by_promising_too_early() {
    let id = "acks-all-survives";
    assert_eq!(standing(id, &[]), Some(Standing::Missed));
    assert_eq!(standing(id, &[("acks", "1")]), Some(Standing::Won));
    assert_eq!(standing(id, &[("min.insync.replicas", "1")]), Some(Standing::Missed));
}

#[test]
fn the_challenge_of_unclean_election_is_won_in_two_ways() {
    let id = "unclean-election";
    assert_eq!(standing(id, &[]), Some(Standing::Missed));
    assert_eq!(standing(id, &[("unclean.leader.election.enable", "false")]), Some(Standing::Won));
    assert_eq!(standing(id, &[("min.insync.replicas", "2")]), Some(Standing::Won));
    assert_eq!(standing(id, &[("acks", "1")]), Some(Standing::Missed));
}

#[test]
fn the_same_faults_hit_both_acks_lessons() {
    assert_eq!(scenario("acks-1-loses-data").script, scenario("acks-all-survives").script);
}

#[test]
fn the_example_for_authors_is_a_lesson_that_works() {
    let page = include_str!("../docs/authoring.md");
    let example =
        page.split("```toml\n").nth(1).and_then(|rest| rest.split("```").next()).expect("an example");
    let scenario = Scenario::parse("example", "docs/authoring.md", example).unwrap_or_else(|e| panic!("{e}"));
    let scenario = Arc::new(scenario);
    let played = run::to_end(scenario.clone(), None, &[]).unwrap_or_else(|e| panic!("{e}"));
    assert!(played.is_finished() && played.refused().next().is_none());
    assert_eq!(judge::right_answers(&scenario).unwrap_or_else(|e| panic!("{e}")), [[false, true]]);
    let all = [("acks".to_string(), "all".to_string())];
    let changed = run::to_end(scenario, None, &all).unwrap_or_else(|e| panic!("{e}"));
    assert_eq!(judge::challenge(&changed), Some(Standing::Won));
}
