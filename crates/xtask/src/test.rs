//! `cargo xtask test`: every test there is, in stages, and what came of each.

use std::time::{Duration, Instant};

use crate::{Result, bundle, chromium, command, project, server, setup};

/// A stage by its name, and what runs it with the arguments that follow `--`.
type Stage = (&'static str, fn(&[String]) -> Result);

const STAGES: [Stage; 5] =
    [("fmt", fmt), ("clippy", clippy), ("rust", rust), ("wasm", wasm), ("browser", browser)];

/// Runs every stage, or the one that is named; one that fails does not stop the next.
pub(crate) fn run(args: &[String]) -> Result {
    let (stages, rest) = choose(args)?;
    if args.is_empty() {
        // What only a person can install is named before anything long has run.
        setup::wasm_target()?;
        setup::npm_packages()?;
        chromium::ensure()?;
    }
    let mut results: Vec<(&str, Result, Duration)> = Vec::new();
    for (name, stage) in stages {
        println!("\n━━ {name} ━━");
        let start = Instant::now();
        let result = stage(rest);
        if let Err(error) = &result {
            eprintln!("{name}: {error}");
        }
        results.push((name, result, start.elapsed()));
    }

    println!("\n━━ summary ━━");
    for (name, result, time) in &results {
        let outcome = result.as_ref().map_or_else(|error| format!("FAILED: {error}"), |()| "passed".into());
        println!("{name:<8} {:>4} s  {outcome}", time.as_secs());
    }
    let failed = results.iter().filter(|(_, result, _)| result.is_err()).count();
    println!("stages: {} passed, {failed} failed", results.len() - failed);
    if failed == 0 { Ok(()) } else { Err("not every stage passed".into()) }
}

/// The stages that the arguments ask for, and the arguments meant for the stage.
fn choose(args: &[String]) -> Result<(Vec<Stage>, &[String])> {
    let names = || STAGES.map(|(name, _)| name).join(", ");
    let (chosen, rest) = match args {
        [] => return Ok((STAGES.to_vec(), &[])),
        [name] => (name, &[][..]),
        [name, dashes, rest @ ..] if dashes == "--" => (name, rest),
        _ => return Err(format!("one stage can be named ({}), then `--` and its arguments", names())),
    };
    let stage = STAGES.into_iter().find(|(name, _)| name == chosen);
    let stage = stage.ok_or_else(|| format!("there is no stage `{chosen}`, only {}", names()))?;
    Ok((vec![stage], rest))
}

fn fmt(_: &[String]) -> Result {
    command::run(&mut command::cargo(["fmt", "--all", "--check"]))
}

/// The profiles are those that the stages after this one build with, so that they share what they can.
fn clippy(_: &[String]) -> Result {
    setup::wasm_target()?;
    let engine = ["--workspace", "--exclude", "highwater-web", "--exclude", "xtask", "--all-targets"];
    let page = ["--package", "highwater-web", "--profile", "page", "--target", setup::WASM];
    let tasks = ["--package", "xtask", "--profile", "xtask", "--all-targets"];
    for args in [&engine[..], &page, &tasks] {
        command::run(command::cargo(["clippy"]).args(args).args(["--", "-D", "warnings"]))?;
    }
    Ok(())
}

fn rust(args: &[String]) -> Result {
    let all_but_tasks = ["test", "--workspace", "--exclude", "xtask"];
    command::run(command::cargo(all_but_tasks).args(args))?;
    command::run(command::cargo(["test", "--package", "xtask", "--profile", "xtask"]).args(args))
}

fn wasm(_: &[String]) -> Result {
    print!("{}", bundle::release()?);
    Ok(())
}

/// Playwright, on the release bundle, beside the command line as the tests above have built it.
fn browser(args: &[String]) -> Result {
    setup::npm_packages()?;
    let chromium = chromium::ensure()?;
    bundle::release()?;
    let native = command::build("highwater", &["--profile", "test", "--package", "highwater-cli"])?;
    let server = server::start(&project::dist(), 0, server::Encoding::Best)?;
    command::run(
        command::npm("npx", ["playwright", "test"])
            .args(args)
            .env("HIGHWATER_URL", server.url())
            .env("HIGHWATER_CHROMIUM", chromium)
            .env("HIGHWATER_NATIVE", native),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(args: &[&str]) -> Result<(Vec<&'static str>, usize)> {
        let args: Vec<String> = args.iter().map(ToString::to_string).collect();
        let (stages, rest) = choose(&args)?;
        Ok((stages.iter().map(|(name, _)| *name).collect(), rest.len()))
    }

    #[test]
    fn one_stage_can_be_chosen_with_arguments_of_its_own() {
        assert_eq!(chosen(&[]), Ok((vec!["fmt", "clippy", "rust", "wasm", "browser"], 0)));
        assert_eq!(chosen(&["rust"]), Ok((vec!["rust"], 0)));
        assert_eq!(chosen(&["browser", "--", "-g", "lesson"]), Ok((vec!["browser"], 2)));
        assert!(chosen(&["browsers"]).is_err_and(|error| error.contains("fmt, clippy")));
        assert!(chosen(&["rust", "wasm"]).is_err());
    }
}
