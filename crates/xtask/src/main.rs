//! Builds, serves, tests and measures Highwater: `cargo xtask help`.

mod bench;
mod bundle;
mod chromium;
mod command;
mod glue;
mod kafka;
mod merge;
mod parts;
mod project;
mod server;
mod setup;
mod site;
mod test;
mod watch;

use std::process::ExitCode;

use lexopt::prelude::*;

/// What every task returns: nothing, or one line that says what is wrong and what to do.
type Result<T = ()> = std::result::Result<T, String>;

const HELP: &str = "\
cargo xtask serve [--port N] [--watch] [--no-open] [--no-build]
                              build the page, serve it on loopback and open it
cargo xtask test [fmt|clippy|rust|wasm|browser] [-- ARGS]
                              every test there is, or one stage of them
                              (ARGS go to `cargo test` or to Playwright)
cargo xtask dist              build the page as a static site in dist/
cargo xtask bench [NAME …]    every figure, or those of native, engine, load, frame, memory
                              or lighthouse, beside its aim
cargo xtask kafka …           compare with a real Apache Kafka";

fn main() -> ExitCode {
    let mut args = std::env::args().skip(1);
    let task = args.next().unwrap_or_default();
    let rest: Vec<String> = args.collect();
    let outcome = match task.as_str() {
        "serve" => serve(&rest),
        "test" => test::run(&rest),
        "dist" => bundle::release().map(|sizes| print!("{sizes}")),
        "bench" => bench::run(&rest),
        "kafka" => kafka::run(&rest),
        "" | "help" | "-h" | "--help" => {
            println!("{HELP}");
            Ok(())
        }
        other => Err(format!("there is no task `{other}`\n{HELP}")),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("xtask: {message}");
            ExitCode::FAILURE
        }
    }
}

/// `cargo xtask serve`: build, serve, open, and with `--watch` keep up with the sources.
fn serve(args: &[String]) -> Result {
    let (mut port, mut watch, mut open, mut build) = (8080, false, true, true);
    let mut parser = lexopt::Parser::from_args(args);
    while let Some(arg) = parser.next().map_err(command::text)? {
        match arg {
            Long("port") => {
                port = parser.value().and_then(|value| value.parse()).map_err(command::text)?;
            }
            Long("watch") => watch = true,
            Long("no-open") => open = false,
            Long("no-build") => build = false,
            other => return Err(other.unexpected().to_string()),
        }
    }
    if watch {
        watch::build()?;
    } else if build {
        print!("{}", bundle::release()?);
    } else if !project::dist().join("index.html").exists() {
        return Err("dist/ holds no page yet: leave out --no-build".into());
    }
    let server = server::start(&project::dist(), port, server::Encoding::Best)?;
    println!("\nHighwater is at {}   (Ctrl+C stops it)", server.url());
    if open && has_desktop() && open::that_detached(server.url()).is_err() {
        println!("Open that address in a browser.");
    }
    if watch { watch::forever() } else { server.wait() }
}

/// Whether a browser window could appear here at all.
fn has_desktop() -> bool {
    cfg!(any(windows, target_os = "macos"))
        || ["DISPLAY", "WAYLAND_DISPLAY"].iter().any(|name| std::env::var_os(name).is_some())
}
