//! The files of the directory: how they are read and written, and which access is safe.

use super::TEMPORARY;
use std::fs::{DirBuilder, File, Metadata, OpenOptions};
use std::io::{self, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

const KEY_FILE: &str = "key";

/// A temporary file that is older than this has no writer any more.
const ABANDONED: Duration = Duration::from_secs(3600);

/// An artefact is no larger, in bytes. A file that is may be sparse, and take no room until it is read.
const MAX_ARTEFACT: u64 = 1 << 30;

/// Reads an artefact into a buffer that is empty. Returns the open file, because the path may refer to another file later.
/// `owned` says that the artefact must be this user's.
pub(super) fn read(path: &Path, owned: bool, buffer: &mut Vec<u8>) -> io::Result<File> {
    let file = open(path)?;
    let metadata = file.metadata()?;
    check_file(&metadata, MAX_ARTEFACT)?;
    if owned {
        check_access(&metadata, 0o022, "an artefact that only its owner can write to", "it is compiled anew")?;
    }
    buffer.try_reserve(metadata.len() as usize).map_err(|_| ErrorKind::OutOfMemory)?;
    // The file may grow meanwhile.
    (&file).take(metadata.len()).read_to_end(buffer)?;
    Ok(file)
}

/// Opens a file to be read, and neither follows a link nor waits for the other end of a pipe.
fn open(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    {
        use rustix::fs::OFlags;
        use std::os::unix::fs::OpenOptionsExt;
        options.custom_flags((OFlags::NOFOLLOW | OFlags::NONBLOCK).bits() as i32);
    }
    options.open(path)
}

/// Rejects everything but a regular file of a plausible size.
fn check_file(metadata: &Metadata, max: u64) -> io::Result<()> {
    if !metadata.is_file() {
        return Err(io::Error::other("expected a regular file, found something else"));
    }
    if metadata.len() > max {
        return Err(io::Error::other(format!("expected at most {max} bytes, found {}", metadata.len())));
    }
    Ok(())
}

/// Rejects a file or directory of another user, and one to which others have access by any of the bits `others`.
fn check_access(metadata: &Metadata, others: u32, expected: &str, advice: &str) -> io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::{MetadataExt, PermissionsExt};
        let (me, owner) = (rustix::process::geteuid().as_raw(), metadata.uid());
        if owner != me {
            return Err(io::Error::other(format!(
                "expected {expected}, and that is user {me}, found that its owner is user {owner}: {advice}"
            )));
        }
        let mode = metadata.permissions().mode() & 0o777;
        if mode & others != 0 {
            return Err(io::Error::other(format!("expected {expected}, found mode {mode:03o}: {advice}")));
        }
    }
    let _ = (metadata, others, expected, advice);
    Ok(())
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

/// Rejects a directory of another user, or one that others can write to. They could put a key of their own there.
pub(super) fn check_dir(path: &Path) -> io::Result<()> {
    let expected = "a directory that only its owner can write to";
    let advice = "`chmod 700` it once you know what is in it, or take another";
    check_access(&std::fs::metadata(path)?, 0o022, expected, advice)
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
    let file = match open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(io::Error::new(error.kind(), format!("its key cannot be read: {error}"))),
    };
    let metadata = file.metadata()?;
    check_file(&metadata, u64::MAX)?;
    let advice = "others may know it, so remove the directory";
    check_access(&metadata, 0o077, "a key that only its owner has access to", advice)?;
    let mut key = Vec::with_capacity(33);
    file.take(33).read_to_end(&mut key)?;
    let found = key.len();
    let of_32 = |_| {
        let found = if found > 32 { "more".into() } else { found.to_string() };
        io::Error::other(format!("expected a key of 32 bytes, found {found}: remove the directory"))
    };
    <[u8; 32]>::try_from(key).map(Some).map_err(of_32)
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
