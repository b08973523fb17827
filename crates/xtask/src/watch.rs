//! `--watch`: rebuild when a source changes, and have the open page reload itself.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use crate::{Result, bundle, project, site};

/// What the page is made of.
const SOURCES: [&str; 5] = ["crates/core", "crates/lab", "web", "static", "index.html"];

/// Asks for the name of the build, and reloads when it is another.
const RELOAD: &str = "\
const name = async () => (await fetch('build.txt', { cache: 'no-store' })).text();
const first = name();
setInterval(async () => { if (await name() !== await first) location.reload(); }, 700);
";

/// Builds the page quickly, with the script that reloads it.
pub(crate) fn build() -> Result {
    let mut site = bundle::build("watch")?;
    site.edit("index.html", |text| {
        text.replace("</head>", "<script type=\"module\" src=\"reload.js\"></script></head>")
    })?;
    site.insert("reload.js", RELOAD.into());
    site.insert("build.txt", site.fingerprint().into());
    site.publish(&project::dist(), false)
}

/// Rebuilds at every change, until the program is interrupted.
pub(crate) fn forever() -> Result {
    let mut built = sources()?;
    loop {
        std::thread::sleep(Duration::from_millis(300));
        let now = sources()?;
        if now != built {
            built = now;
            match build() {
                Ok(()) => println!("Rebuilt."),
                Err(error) => eprintln!("{error}"),
            }
        }
    }
}

/// Every source with the time of its last change.
fn sources() -> Result<BTreeMap<PathBuf, Option<SystemTime>>> {
    let mut found = BTreeMap::new();
    for source in SOURCES {
        let source = project::root().join(source);
        let files = if source.is_file() { vec![source] } else { site::files(&source)? };
        for file in files {
            let changed = file.metadata().and_then(|file| file.modified()).ok();
            found.insert(file, changed);
        }
    }
    Ok(found)
}
