//! `highwater lint`: whether a lesson's directory is fit to be published.

use crate::run::{outcome, read};
use crate::{Failure, print};
use highwater_lab::judge;
use highwater_lab::run;
use highwater_lab::scenario::Scenario;
use highwater_lab::text::{Lang, Text};
use highwater_lab::timeline::Timeline;
use highwater_lab::trace;
use std::path::Path;
use std::sync::Arc;

/// Checks a lesson: it can be read and played, it ends, every command of its script is possible, every text is there in
/// both languages, every question has exactly one right answer, and outcome and trace are those beside it.
pub(crate) fn lint(directory: &str) -> Result<(), Failure> {
    let directory = Path::new(directory);
    let scenario = Arc::new(read(directory)?);
    let mut found: Vec<String> = missing_texts(&scenario);
    let played = run::to_end(scenario.clone(), None, &[])?;
    found.extend(flaws_of_run(&scenario, &played));
    for (i, right) in judge::right_answers(&scenario)?.iter().enumerate() {
        let count = right.iter().filter(|right| **right).count();
        if count != 1 {
            found.push(format!("questions[{i}]: {count} choices are right; exactly one should be"));
        }
    }
    found.extend(differences(directory, &played)?);
    if found.is_empty() {
        return print(&format!("{}: all is well\n", directory.display()));
    }
    for flaw in &found {
        print(&format!("{flaw}\n"))?;
    }
    Err(Failure(format!("{}: {} to mend", directory.display(), found.len())))
}

fn missing_texts(scenario: &Scenario) -> Vec<String> {
    let mut texts: Vec<(String, &Text)> = vec![
        ("title".into(), &scenario.title),
        ("summary".into(), &scenario.summary),
        ("explanation".into(), &scenario.explanation),
    ];
    texts.extend(scenario.captions.iter().enumerate().map(|(i, c)| (format!("captions[{i}]"), &c.text)));
    for (i, question) in scenario.questions.iter().enumerate() {
        texts.push((format!("questions[{i}].ask"), &question.ask));
        texts.extend(
            question
                .choices
                .iter()
                .enumerate()
                .map(|(j, c)| (format!("questions[{i}].choices[{j}]"), &c.text)),
        );
    }
    if let Some(challenge) = &scenario.challenge {
        texts.push(("challenge.ask".into(), &challenge.ask));
        texts.extend(challenge.hint.iter().map(|hint| ("challenge.hint".into(), hint)));
    }
    texts
        .into_iter()
        .flat_map(|(field, text)| [(field.clone(), "en", text.en.as_str()), (field, "zh", text.zh.as_str())])
        .filter(|(_, _, text)| text.trim().is_empty())
        .map(|(field, lang, _)| format!("{field}.{lang}: is empty"))
        .collect()
}

fn flaws_of_run(scenario: &Scenario, played: &Timeline) -> Vec<String> {
    let mut found = Vec::new();
    if !played.is_finished() {
        found.push("end: the lesson does not end within a bounded number of steps".into());
    }
    found.extend(played.refused().map(|(command, why)| format!("`{command}` is not possible: {why}")));
    let unsaid = scenario.script.iter().flat_map(|cue| &cue.commands).filter_map(|command| command.sends());
    found.extend(
        unsaid
            .filter(|name| played.record_called(name).is_none())
            .map(|name| format!("{name} is never sent")),
    );
    let misnamed = scenario.script.iter().flat_map(|cue| &cue.commands).filter_map(|command| command.sends());
    for name in misnamed {
        if let Some(id) = played.record_called(name)
            && id.to_string() != name
        {
            found.push(format!("{name} is shown as {id}: name records m1, m2, … in the order of sending"));
        }
    }
    found
}

/// What `expect.json` and `trace.txt` say otherwise than the run.
fn differences(directory: &Path, played: &Timeline) -> Result<Vec<String>, Failure> {
    let mut found = Vec::new();
    let file = |name: &str| std::fs::read_to_string(directory.join(name)).ok();
    match file("expect.json") {
        None => found.push("expect.json: is missing".into()),
        Some(text) => {
            let expected: serde_json::Value = serde_json::from_str(&text)?;
            if expected != outcome(played) {
                found.push("expect.json: the outcome is another one now".into());
            }
        }
    }
    match file("trace.txt") {
        None => found.push("trace.txt: is missing".into()),
        Some(text) if text != trace::write(played, Lang::En) => {
            found.push("trace.txt: the story is another one now".into());
        }
        Some(_) => {}
    }
    Ok(found)
}
