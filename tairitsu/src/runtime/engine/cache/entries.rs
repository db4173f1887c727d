//! The artefacts in the directory, and how old artefacts are removed.

use super::ARTEFACT;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// Removes the artefacts that were used longest ago, until the rest is within the bound. `newest` stays. Other
/// processes may do the same at the same time. They choose the same artefacts, and each artefact is removed once.
pub(super) fn evict(dir: &Path, bound: u64, newest: &Path, evicted: impl Fn()) -> io::Result<()> {
    let mut artefacts = artefacts(dir)?;
    artefacts.sort();
    let mut sum = artefacts.iter().fold(0u64, |sum, artefact| sum.saturating_add(artefact.bytes));
    let mut failed = None;
    for Artefact { path, bytes, .. } in artefacts.iter().filter(|artefact| artefact.path != newest) {
        if sum <= bound {
            break;
        }
        match std::fs::remove_file(path) {
            Ok(()) => {
                evicted();
                tracing::debug!(target: "tairitsu::cache", path = %path.display(), "artefact evicted");
            }
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            // The file still counts, so other artefacts must be removed to make room.
            Err(error) => {
                failed = Some(error);
                continue;
            }
        }
        sum = sum.saturating_sub(*bytes);
    }
    failed.map_or(Ok(()), Err)
}

/// An artefact in the directory. The order puts artefacts that were used longest ago first.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Artefact {
    used: SystemTime,
    pub(super) path: PathBuf,
    bytes: u64,
}

pub(super) fn artefacts(dir: &Path) -> io::Result<Vec<Artefact>> {
    let mut artefacts = Vec::new();
    for entry in std::fs::read_dir(dir)? {
        let entry = entry?;
        let path = entry.path();
        if !is_artefact(&path) {
            continue;
        }
        // Another process may have removed the file in the meantime. Then there is no metadata, and the file is
        // skipped.
        if let Ok(metadata) = entry.metadata()
            && metadata.is_file()
        {
            let used = metadata.modified().unwrap_or(SystemTime::UNIX_EPOCH);
            artefacts.push(Artefact { used, path, bytes: metadata.len() });
        }
    }
    Ok(artefacts)
}

/// Whether `Cache::file` makes names like this. A file with another name may belong to another program.
pub(super) fn is_artefact(path: &Path) -> bool {
    let is_hex = |text: &str| text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let parts = name.strip_suffix(ARTEFACT).and_then(|name| name.strip_suffix('.')?.split_once('-'));
    parts.is_some_and(|(digest, engine)| digest.len() == 64 && engine.len() == 16 && is_hex(digest) && is_hex(engine))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_an_artefact_is_told_by_its_whole_name() {
        let name = |digest: &str, engine: &str, end: &str| PathBuf::from(format!("cache/{digest}-{engine}{end}"));
        let (digest, engine) = (&"0a".repeat(32)[..], &"f9".repeat(8)[..]);
        assert!(is_artefact(&name(digest, engine, ".aot")));
        for (digest, engine, end) in [
            (digest, engine, ""),
            (digest, engine, "aot"),
            (digest, engine, ".aot.tmp"),
            (&digest[1..], engine, ".aot"),
            (digest, &engine[1..], ".aot"),
            (&digest.to_uppercase()[..], engine, ".aot"),
        ] {
            assert!(!is_artefact(&name(digest, engine, end)), "{digest}-{engine}{end}");
        }
        for other in ["key", "notes.aot", ".aot", "-.aot", ""] {
            assert!(!is_artefact(Path::new(other)), "{other}");
        }
    }
}
