//! Compiled images on disk.

use super::artefact::{Flaw, Id, Key, Opened};
use super::error::message;
use super::{Error, pool};
use std::collections::HashSet;
use std::fmt;
use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{self, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use wasmtime::Engine;
use wasmtime::component::Component;

const KEY_FILE: &str = "key";
const ARTEFACT: &str = "aot";
const TEMPORARY: &str = "tmp";
const ABANDONED: Duration = Duration::from_secs(3600);

/// A directory that keeps compiled images, for [`RegistryBuilder::cache`](crate::RegistryBuilder::cache). Cheap to
/// clone. Several registries, threads and processes may use one directory at once. Threads that load the same image at once
/// by one `Cache` and its clones have it compiled once.
///
/// An artefact is found by the SHA-256 of the wasm and by a hash of everything that compiled code depends on: the
/// engine's version and settings, and the processor. What is cut off, changed, of another image or of another engine
/// is compiled anew and replaced. That the directory cannot be read or written fails no image; it is a `tracing`
/// warning, and counted in [`Cache::stats`].
///
/// # Security
///
/// To load compiled code is to trust it: it runs with all that the process may do, in no sandbox. So every artefact is
/// sealed by HMAC-SHA256 with a secret key, over all of it, and nothing of it is looked at before the bytes that are
/// then loaded, in memory, have been found to carry the seal.
///
/// - This protects from damage, from artefacts that others made or changed, and from those of one image in the place of
///   another's, wherever they come from, as long as their maker does not have the key.
/// - It does not protect from those who have the key: **who can read the key file can have code run** by whoever uses
///   the cache. That is this user, who owns the file, the administrator, and who reads backups. The directories above are
///   not checked.
/// - It keeps nothing secret. An artefact holds the image's code.
///
/// Grant no container a directory with the cache in it.
///
/// # Size
///
/// An artefact is a few times as large as the wasm, and is read whole. None is ever removed but by [`Cache::clear`]: each
/// image, and each version of this crate, adds one.
#[derive(Clone)]
pub struct Cache {
    inner: Arc<Inner>,
}

struct Inner {
    path: PathBuf,
    key: Key,
    counters: Counters,
    /// The artefacts that are being looked up or made.
    claimed: Mutex<HashSet<PathBuf>>,
    released: Condvar,
}

/// The right to look an artefact up and to make it, which one thread of the process has at a time.
pub(super) struct Claim<'a> {
    inner: &'a Inner,
    path: PathBuf,
}

#[derive(Default)]
struct Counters {
    hits: AtomicU64,
    misses: AtomicU64,
    rejected: AtomicU64,
    failed_reads: AtomicU64,
    failed_writes: AtomicU64,
}

/// What a [`Cache`] has done since it was made in this process.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct CacheStats {
    /// Images that were loaded and not compiled.
    pub hits: u64,
    /// Images that were not there, or were of no use, and so were compiled; those that failed to compile included.
    pub misses: u64,
    /// Those of the misses for which there was an artefact, and it was corrupt, truncated or foreign.
    pub rejected: u64,
    /// Those of the misses for which there was an artefact that could not be read.
    pub failed_reads: u64,
    /// Images that were compiled and could not be kept.
    pub failed_writes: u64,
}

impl Cache {
    /// The cache in a directory, which is made if it is not there, for this user alone. Its key is in it: 32 random
    /// bytes in the file `key`, made on first use, which only its owner may read.
    ///
    /// # Errors
    ///
    /// [`Error::Cache`] if the directory or the key can be neither read nor made, and on Unix if others can write to the
    /// directory or have any access to the key. Elsewhere that is for the directory's own access list to see to.
    pub fn at(path: impl Into<PathBuf>) -> Result<Self, Error> {
        let path = path.into();
        match make_dir(&path).and_then(|()| check_dir(&path)).and_then(|()| key_of(&path)) {
            Ok(key) => Ok(Self::new(path, &key)),
            Err(error) => Err(fail(&path, &error)),
        }
    }

    /// The cache in a directory with a key from elsewhere: 32 random bytes that are secret and used for nothing else. The
    /// directory is made if it is not there, and may be one that others write to; without the key they can make the
    /// process compile, and no more.
    ///
    /// # Errors
    ///
    /// [`Error::Cache`] if the directory is not there and cannot be made.
    pub fn with_key(path: impl Into<PathBuf>, key: &[u8; 32]) -> Result<Self, Error> {
        let path = path.into();
        match make_dir(&path) {
            Ok(()) => Ok(Self::new(path, key)),
            Err(error) => Err(fail(&path, &error)),
        }
    }

    fn new(path: PathBuf, key: &[u8; 32]) -> Self {
        let (claimed, released) = (Mutex::default(), Condvar::new());
        let inner = Inner { path, key: Key::new(key), counters: Counters::default(), claimed, released };
        Self { inner: Arc::new(inner) }
    }

    /// The directory.
    pub fn path(&self) -> &Path {
        &self.inner.path
    }

    /// What it has done so far. `rejected` is worth an alarm: somebody, or a disk, has changed an artefact.
    pub fn stats(&self) -> CacheStats {
        let Counters { hits, misses, rejected, failed_reads, failed_writes } = &self.inner.counters;
        let get = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        CacheStats {
            hits: get(hits),
            misses: get(misses),
            rejected: get(rejected),
            failed_reads: get(failed_reads),
            failed_writes: get(failed_writes),
        }
    }

    /// Removes every artefact, and what writers that were killed more than an hour ago have left behind. It does no harm
    /// to who uses the cache: what is loaded stays loaded. The key stays; for another one, remove the directory.
    ///
    /// # Errors
    ///
    /// [`Error::Cache`] if the directory cannot be read, or a file in it not be removed.
    pub fn clear(&self) -> Result<(), Error> {
        let remove = || -> io::Result<()> {
            for entry in std::fs::read_dir(self.path())? {
                let path = entry?.path();
                let is = |extension| path.extension().is_some_and(|found| found == extension);
                if is(ARTEFACT) || is(TEMPORARY) && is_old(&path) {
                    gone(std::fs::remove_file(path))?;
                }
            }
            Ok(())
        };
        remove().map_err(|error| fail(self.path(), &error))
    }

    /// Waits until nobody else in this process is at the artefact: an image that several want at once is compiled by the
    /// first, and found by the others.
    pub(super) fn claim(&self, id: Id<'_>) -> Claim<'_> {
        let (inner, path) = (&*self.inner, self.file(id));
        let mut claimed = inner.claimed();
        while !claimed.insert(path.clone()) {
            claimed = inner.released.wait(claimed).unwrap_or_else(PoisonError::into_inner);
        }
        drop(claimed);
        Claim { inner, path }
    }

    /// The compiled component, and the bytes that it came in.
    pub(super) fn load(&self, engine: &Engine, id: Id<'_>) -> Option<(Component, Opened)> {
        let loaded = self.try_load(engine, id);
        let counters = &self.inner.counters;
        count(if loaded.is_some() { &counters.hits } else { &counters.misses });
        tracing::debug!(target: "tairitsu::cache", digest = %id.digest, hit = loaded.is_some(), "image looked up");
        loaded
    }

    fn try_load(&self, engine: &Engine, id: Id<'_>) -> Option<(Component, Opened)> {
        let path = self.file(id);
        let reject = |reason: &dyn fmt::Display| {
            count(&self.inner.counters.rejected);
            tracing::warn!(
                target: "tairitsu::cache",
                digest = %id.digest,
                path = %path.display(),
                "a cached artefact is not used: {reason}"
            );
        };
        let bytes = match std::fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) => {
                if error.kind() != ErrorKind::NotFound {
                    count(&self.inner.counters.failed_reads);
                    tracing::warn!(
                        target: "tairitsu::cache",
                        digest = %id.digest,
                        path = %path.display(),
                        "a cached artefact cannot be read: {error}"
                    );
                }
                return None;
            }
        };
        let opened = self.inner.key.open(id, bytes).inspect_err(|flaw: &Flaw| reject(flaw)).ok()?;
        // SAFETY: the code has to be what `Component::serialize` returned, unchanged. `Opened` exists only where the
        // bytes, the same ones in the same memory, that nobody else can reach, carry the seal of a key that only `store`
        // seals with, and it seals nothing else. The seal covers the engine's compatibility hash too, so the code is for
        // this engine, which looks at its own version and settings again. That only trusted programs have the key is
        // the contract of `Cache`.
        let component = unsafe { Component::deserialize(engine, opened.code()) };
        match component {
            Ok(component) => Some((component, opened)),
            Err(error) => {
                let message = message(&error);
                // What does not fit this registry's pool is not the artefact's fault.
                if !pool::is_too_small(&message) {
                    reject(&message);
                }
                None
            }
        }
    }

    /// Keeps a compiled component, if that can be done.
    pub(super) fn store(&self, id: Id<'_>, componentized: &[u8], component: &Component) {
        let write = || -> io::Result<()> {
            let code = component.serialize().map_err(|error| io::Error::other(message(&error)))?;
            let temporary = Temporary::write(self.path(), &self.inner.key.seal(id, componentized, &code))?;
            // Readers see the old artefact or the new one, whole.
            std::fs::rename(&temporary.0, self.file(id))
        };
        if let Err(error) = write() {
            count(&self.inner.counters.failed_writes);
            tracing::warn!(
                target: "tairitsu::cache",
                digest = %id.digest,
                path = %self.path().display(),
                "a compiled image cannot be cached: {error}"
            );
        }
    }

    fn file(&self, id: Id<'_>) -> PathBuf {
        self.path().join(format!("{}-{}.{ARTEFACT}", id.digest.hex(), id.engine.short()))
    }
}

impl Inner {
    fn claimed(&self) -> MutexGuard<'_, HashSet<PathBuf>> {
        // Nothing that could panic happens under it.
        self.claimed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Claim<'_> {
    fn drop(&mut self) {
        self.inner.claimed().remove(&self.path);
        self.inner.released.notify_all();
    }
}

impl fmt::Debug for Cache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The key is nobody's business.
        f.debug_struct("Cache").field("path", &self.path()).field("stats", &self.stats()).finish_non_exhaustive()
    }
}

/// A file of a name that no one else has, gone at the end unless it was renamed.
struct Temporary(PathBuf);

impl Temporary {
    fn write(dir: &Path, bytes: &[u8]) -> io::Result<Self> {
        let name = u128::from_ne_bytes(random()?);
        let path = dir.join(format!("{name:032x}.{TEMPORARY}"));
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&path)?;
        let this = Self(path);
        file.write_all(bytes)?;
        Ok(this)
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

fn make_dir(path: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// Who can write to the directory can put a key of their own there.
fn check_dir(path: &Path) -> io::Result<()> {
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

/// The key in the directory, made if there is none.
fn key_of(dir: &Path) -> io::Result<[u8; 32]> {
    let path = dir.join(KEY_FILE);
    if let Some(key) = read_key(&path)? {
        return Ok(key);
    }
    let temporary = Temporary::write(dir, &random::<32>()?)?;
    // A key that a crash of the machine left empty would be an error for good.
    File::open(&temporary.0)?.sync_all()?;
    // A link replaces nothing: of several processes, one makes the key.
    match std::fs::hard_link(&temporary.0, &path) {
        Ok(()) => {}
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
        // Where there are no links, two that come at once may each have a key: what the one seals, the other rejects.
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

/// Whether nobody can be writing to it still.
fn is_old(path: &Path) -> bool {
    let modified = std::fs::metadata(path).and_then(|metadata| metadata.modified());
    modified.is_ok_and(|modified| modified.elapsed().is_ok_and(|age| age > ABANDONED))
}

/// What another process has removed is removed.
fn gone(result: io::Result<()>) -> io::Result<()> {
    result.or_else(|error| if error.kind() == ErrorKind::NotFound { Ok(()) } else { Err(error) })
}

fn fail(path: &Path, error: &io::Error) -> Error {
    Error::Cache { path: path.display().to_string(), message: error.to_string() }
}

fn count(counter: &AtomicU64) {
    counter.fetch_add(1, Ordering::Relaxed);
}
