//! `cargo xtask kafka vectors|live`: asks real Kafka, and writes down what it answers under `tests/vectors/`.

use std::{
    env, fs, io,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

/// Runs the subcommand: `vectors [family...]` or `live [experiment...]`.
pub(crate) fn run(args: &[String]) -> Result<(), String> {
    match args.first().map(String::as_str) {
        Some("vectors" | "live") => {
            for tool in ["javac", "mvn"] {
                require(tool)?;
            }
            let project = project();
            build(&project)?;
            ask(&project, args)
        }
        _ => Err("usage: cargo xtask kafka vectors [family...] | live [experiment...]".into()),
    }
}

fn project() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/kafka")
}

fn require(tool: &str) -> Result<(), String> {
    let started = Command::new(tool).arg("-version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    match started {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            Err(format!("cargo xtask kafka needs a JDK (17 or newer) and Maven; `{tool}` was not found"))
        }
        Err(error) => Err(format!("{tool}: {error}")),
        Ok(_) => Ok(()),
    }
}

fn build(project: &Path) -> Result<(), String> {
    let mut maven = Command::new("mvn");
    maven.args(["--quiet", "--batch-mode", "process-classes"]).current_dir(project);
    succeed(maven, "mvn")
}

/// Maven leaves the class path in a file: Java is started without Maven, which would hold a second heap all the while.
fn ask(project: &Path, args: &[String]) -> Result<(), String> {
    let class_path = project.join("target/classpath");
    let libraries = fs::read_to_string(&class_path).map_err(|e| format!("{}: {e}", class_path.display()))?;
    let class_path = env::join_paths(
        [project.join("target/classes")].into_iter().chain(env::split_paths(libraries.trim())),
    )
    .map_err(|e| e.to_string())?;
    let mut java = Command::new("java");
    java.arg("-ea")
        .arg("-cp")
        .arg(class_path)
        .arg("highwater.Main")
        .arg(&args[0])
        .arg("../vectors")
        .args(&args[1..]);
    java.current_dir(project);
    succeed(java, "java")
}

fn succeed(mut command: Command, name: &str) -> Result<(), String> {
    let status = command.status().map_err(|e| format!("{name}: {e}"))?;
    if status.success() { Ok(()) } else { Err(format!("{name} ended with {status}")) }
}
