//! A static site in memory, and how it is written: only what changed, each file beside its compressed forms.

use std::collections::BTreeMap;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::Write;
use std::ops::AddAssign;
use std::path::{Path, PathBuf};

use brotli::enc::BrotliEncoderParams;
use flate2::{Compression, write::GzEncoder};

use crate::{Result, command};

/// File endings of the compressed forms, as web servers know them.
const FORMS: [&str; 2] = ["gz", "br"];

/// Files by their path from the root of the site, `/` between names.
#[derive(Default)]
pub(crate) struct Site(BTreeMap<String, Vec<u8>>);

impl Site {
    /// Adds one file.
    pub(crate) fn insert(&mut self, name: &str, content: Vec<u8>) {
        self.0.insert(name.to_owned(), content);
    }

    /// Adds every file of a folder, by its path from that folder.
    pub(crate) fn add(&mut self, folder: &Path) -> Result {
        for path in files(folder)? {
            let content = fs::read(&path).map_err(at(&path))?;
            self.0.insert(name_in(folder, &path), content);
        }
        Ok(())
    }

    /// Changes the text of one file.
    pub(crate) fn edit(&mut self, name: &str, change: impl FnOnce(&str) -> String) -> Result {
        let content = self.0.get_mut(name).ok_or_else(|| format!("the page has no {name}"))?;
        let text = std::str::from_utf8(content).map_err(|error| format!("{name}: {error}"))?;
        *content = change(text).into_bytes();
        Ok(())
    }

    /// A name for exactly this content.
    pub(crate) fn fingerprint(&self) -> String {
        let mut hasher = DefaultHasher::new();
        self.0.hash(&mut hasher);
        format!("{:016x}", hasher.finish())
    }

    /// Makes `dist` hold this site and nothing else.
    pub(crate) fn publish(&self, dist: &Path, compress: bool) -> Result {
        fs::create_dir_all(dist).map_err(at(dist))?;
        for path in files(dist)? {
            let name = name_in(dist, &path);
            let form = FORMS.iter().find_map(|form| name.strip_suffix(form)?.strip_suffix('.'));
            let kept =
                self.0.contains_key(&name) || (compress && form.is_some_and(|of| self.0.contains_key(of)));
            if !kept {
                fs::remove_file(&path).map_err(at(&path))?;
            }
        }
        for (name, content) in &self.0 {
            let path = dist.join(name);
            let done =
                !compress || !compressible(name) || FORMS.iter().all(|form| beside(&path, form).exists());
            if done && fs::read(&path).is_ok_and(|old| old == *content) {
                continue;
            }
            if let Some(folder) = path.parent() {
                fs::create_dir_all(folder).map_err(at(folder))?;
            }
            fs::write(&path, content).map_err(at(&path))?;
            if compress && compressible(name) {
                write_forms(&path, content).map_err(at(&path))?;
            }
        }
        Ok(())
    }

    /// What each file costs, as published in `dist`.
    pub(crate) fn sizes(&self, dist: &Path) -> Result<Vec<(String, Sizes)>> {
        let measure = |(name, content): (&String, &Vec<u8>)| {
            let path = dist.join(name);
            let form = |form| beside(&path, form).metadata().map_or(content.len() as u64, |file| file.len());
            let sizes = Sizes { raw: content.len() as u64, gzip: form("gz"), brotli: form("br") };
            Ok((name.clone(), sizes))
        };
        self.0.iter().map(measure).collect()
    }
}

/// The bytes of a file as they are, and in each compressed form.
#[derive(Clone, Copy, Default)]
pub(crate) struct Sizes {
    pub(crate) raw: u64,
    pub(crate) gzip: u64,
    pub(crate) brotli: u64,
}

impl AddAssign for Sizes {
    fn add_assign(&mut self, other: Self) {
        self.raw += other.raw;
        self.gzip += other.gzip;
        self.brotli += other.brotli;
    }
}

/// Every file under a folder, in a fixed order; none if there is no such folder.
pub(crate) fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop().filter(|folder| folder.is_dir()) {
        for entry in fs::read_dir(&folder).map_err(at(&folder))? {
            let path = entry.map_err(command::text)?.path();
            if path.is_dir() { folders.push(path) } else { found.push(path) }
        }
    }
    found.sort();
    Ok(found)
}

fn write_forms(path: &Path, content: &[u8]) -> std::io::Result<()> {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::best());
    gzip.write_all(content)?;
    fs::write(beside(path, "gz"), gzip.finish()?)?;
    let mut brotli = Vec::new();
    let best = BrotliEncoderParams { quality: 11, lgwin: 22, ..BrotliEncoderParams::default() };
    brotli::BrotliCompress(&mut &content[..], &mut brotli, &best)?;
    fs::write(beside(path, "br"), brotli)
}

/// Whether compressing a file is worth it: not what is compressed already.
fn compressible(name: &str) -> bool {
    let extension = Path::new(name).extension().and_then(|extension| extension.to_str());
    !matches!(extension, Some("png" | "jpg" | "webp" | "woff2" | "gz" | "br"))
}

fn beside(path: &Path, form: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(form);
    name.into()
}

fn name_in(folder: &Path, path: &Path) -> String {
    let relative = path.strip_prefix(folder).unwrap_or(path);
    relative.to_string_lossy().replace('\\', "/")
}

fn at(path: &Path) -> impl Fn(std::io::Error) -> String {
    move |error| format!("{}: {error}", path.display())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn publishing_leaves_the_site_and_nothing_else() -> Result {
        let dist = std::env::temp_dir().join(format!("highwater-site-{}", std::process::id()));
        let mut site = Site::default();
        site.insert("a/page.html", b"a page, a page, a page, a page, a page".to_vec());
        site.insert("old.css", b"old".to_vec());
        site.publish(&dist, true)?;
        assert_eq!(files(&dist)?.len(), 6);

        site.0.remove("old.css");
        site.edit("a/page.html", |text| text.replace("page", "leaf"))?;
        site.publish(&dist, true)?;
        let names: Vec<_> = files(&dist)?.iter().map(|path| name_in(&dist, path)).collect();
        assert_eq!(names, ["a/page.html", "a/page.html.br", "a/page.html.gz"]);
        let sizes = site.sizes(&dist)?[0].1;
        assert!(sizes.raw == 38 && sizes.brotli < sizes.raw, "{} {}", sizes.raw, sizes.brotli);

        site.publish(&dist, false)?;
        assert_eq!(files(&dist)?.len(), 1);
        fs::remove_dir_all(&dist).map_err(command::text)
    }
}
