//! The files of the directory: how they are read and written, and which access is safe.

use super::TEMPORARY;
use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{self, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

const KEY_FILE: &str = "key";

/// A temporary file that is older than this has no writer any more.
const ABANDONED: Duration = Duration::from_secs(3600);

/// Reads a file into a buffer that is empty. Returns the open file, because the path may refer to another file later.
pub(super) fn read(path: &Path, buffer: &mut Vec<u8>) -> io::Result<File> {
    let mut file = File::open(path)?;
    buffer.reserve(file.metadata().map_or(0, |metadata| metadata.len() as usize));
    file.read_to_end(buffer)?;
    Ok(file)
}

/// Marks an artefact as used now. If this fails, the artefact is only evicted earlier.
pub(super) fn mark(file: &File, path: &Path) {
    let now = SystemTime::now();
    let marked = file.set_modified(now);
    // On Windows, setting the time needs a file handle with write access. Elsewhere it needs a right of the user.
    if marked.is_err() && cfg!(windows) {
        let _ = OpenOptions::new().write(true).open(path).and_then(|file| file.set_modified(now));
    }
}

/// A file with a random name. It is removed when this value is dropped, unless the file was renamed before.
pub(super) struct Temporary(pub(super) PathBuf);

impl Temporary {
    pub(super) fn write(dir: &Path, bytes: &[u8]) -> io::Result<Self> {
        let name = u128::from_ne_bytes(random()?);
        let path = dir.join(format!("{name:032x}.{TEMPORARY}"));
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&path)?;
        let this = Self(path);
        file.write_all(bytes)?;
        // Uses the same clock as `mark`. The file system's own clock may be coarser.
        let _ = file.set_modified(SystemTime::now());
        Ok(this)
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

pub(super) fn make_dir(path: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// Rejects a directory that others can write to. They could put a key of their own there.
pub(super) fn check_dir(path: &Path) -> io::Result<()> {
    #[cfg(unix)]
    {
        let mode = mode(&std::fs::metadata(path)?);
        if mode & 0o022 != 0 {
            return Err(io::Error::other(format!(
                "expected a directory that only its owner can write to, found mode {mode:03o}: `chmod 700` it once \
                 you know what is in it, or take another"
            )));
        }
    }
    let _ = path;
    Ok(())
}

/// The key in the directory. Makes a key if there is none.
pub(super) fn key_of(dir: &Path) -> io::Result<[u8; 32]> {
    let path = dir.join(KEY_FILE);
    if let Some(key) = read_key(&path)? {
        return Ok(key);
    }
    let temporary = Temporary::write(dir, &random::<32>()?)?;
    // Without this, a crash of the machine could leave an empty key, and every later start would fail.
    File::open(&temporary.0)?.sync_all()?;
    // A hard link replaces no file. So if several processes come at once, only one of them makes the key.
    match std::fs::hard_link(&temporary.0, &path) {
        Ok(()) => {}
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
        // Without hard links, two processes that come at once may use different keys. Then each rejects the artefacts
        // that the other has sealed.
        Err(_) => std::fs::rename(&temporary.0, &path)?,
    }
    read_key(&path)?.ok_or_else(|| io::Error::other("expected the key just made, found none"))
}

fn read_key(path: &Path) -> io::Result<Option<[u8; 32]>> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(io::Error::new(error.kind(), format!("its key cannot be read: {error}"))),
    };
    #[cfg(unix)]
    {
        let mode = mode(&file.metadata()?);
        if mode & 0o077 != 0 {
            return Err(io::Error::other(format!(
                "expected a key that only its owner has access to, found mode {mode:03o}: others may know it, so \
                 remove the directory"
            )));
        }
    }
    let mut key = Vec::with_capacity(33);
    file.take(33).read_to_end(&mut key)?;
    let found = key.len();
    let of_32 = |_| {
        let found = if found > 32 { "more".into() } else { found.to_string() };
        io::Error::other(format!("expected a key of 32 bytes, found {found}: remove the directory"))
    };
    <[u8; 32]>::try_from(key).map(Some).map_err(of_32)
}

#[cfg(unix)]
fn mode(metadata: &std::fs::Metadata) -> u32 {
    std::os::unix::fs::PermissionsExt::mode(&metadata.permissions()) & 0o777
}

fn random<const N: usize>() -> io::Result<[u8; N]> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|error| io::Error::other(format!("no random numbers: {error}")))?;
    Ok(bytes)
}

/// Whether the file is so old that no process can still be writing to it.
pub(super) fn is_old(path: &Path) -> bool {
    let modified = std::fs::metadata(path).and_then(|metadata| metadata.modified());
    modified.is_ok_and(|modified| modified.elapsed().is_ok_and(|age| age > ABANDONED))
}

/// Ignores that a file does not exist: another process may have removed it.
pub(super) fn gone(result: io::Result<()>) -> io::Result<()> {
    result.or_else(|error| if error.kind() == ErrorKind::NotFound { Ok(()) } else { Err(error) })
}
