//! Compiled images on disk.

use super::allocator;
use super::artefact::{Flaw, Id, Key, Opened};
use crate::runtime::base::load_error::Error;
use crate::runtime::base::trap::message;
use entries::{evict, is_artefact};
use files::{Temporary, check_dir, gone, is_old, key_of, make_dir, mark, read};
use std::collections::HashSet;
use std::fmt;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use wasmtime::Engine;
use wasmtime::component::Component;

mod entries;
mod files;

/// How a file of the cache ends, by its kind.
const ARTEFACT: &str = "aot";
const TEMPORARY: &str = "tmp";

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
/// sealed by keyed BLAKE3 with a secret key, over all of it, and nothing of it is looked at before the bytes that are
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
/// An artefact is a few times as large as the wasm, and is read whole. Each image, and each version of this crate, adds
/// one, and none is removed but by [`Cache::clear`], unless there is a bound: with [`Cache::max_bytes`], whoever has
/// written one removes those that were used longest ago, until the rest is within it. A file's time of modification is
/// when it was used last; a hit sets it, where it may.
#[derive(Clone)]
pub struct Cache {
    inner: Arc<Inner>,
    max_bytes: Option<u64>,
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
pub(crate) struct Claim<'a> {
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
    evicted: AtomicU64,
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
    /// Artefacts that were removed for [`Cache::max_bytes`], or that were too large for it and so were not written.
    pub evicted: u64,
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
        Self { inner: Arc::new(inner), max_bytes: None }
    }

    /// The bytes that all artefacts in the directory may have together, whoever wrote them. There is no bound unless
    /// one is given, here, before the cache is cloned.
    ///
    /// It is seen to after an artefact was written: until then there is one more. The one just written stays; one that
    /// exceeds the bound by itself is not written. Processes that share a directory do each other no harm, whatever
    /// their bounds are: what another has removed is a miss, and what is loaded stays loaded. Files that are no
    /// artefacts are neither counted nor removed.
    #[must_use]
    pub fn max_bytes(mut self, bytes: u64) -> Self {
        self.max_bytes = Some(bytes);
        self
    }

    /// The directory.
    pub fn path(&self) -> &Path {
        &self.inner.path
    }

    /// What it has done so far. `rejected` is worth an alarm: somebody, or a disk, has changed an artefact.
    pub fn stats(&self) -> CacheStats {
        let Counters { hits, misses, rejected, failed_reads, failed_writes, evicted } = &self.inner.counters;
        let get = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        CacheStats {
            hits: get(hits),
            misses: get(misses),
            rejected: get(rejected),
            failed_reads: get(failed_reads),
            failed_writes: get(failed_writes),
            evicted: get(evicted),
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
                let is_temporary = path.extension().is_some_and(|found| found == TEMPORARY);
                if is_artefact(&path) || is_temporary && is_old(&path) {
                    gone(std::fs::remove_file(path))?;
                }
            }
            Ok(())
        };
        remove().map_err(|error| fail(self.path(), &error))
    }

    /// Waits until nobody else in this process is at the artefact: an image that several want at once is compiled by the
    /// first, and found by the others.
    pub(crate) fn claim(&self, id: Id<'_>) -> Claim<'_> {
        let (inner, path) = (&*self.inner, self.file(id));
        let mut claimed = inner.claimed();
        while !claimed.insert(path.clone()) {
            claimed = inner.released.wait(claimed).unwrap_or_else(PoisonError::into_inner);
        }
        drop(claimed);
        Claim { inner, path }
    }

    /// The compiled component, and the bytes that it came in.
    pub(crate) fn load(&self, engine: &Engine, id: Id<'_>) -> Option<(Component, Opened)> {
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
        let (file, bytes) = match read(&path) {
            Ok(read) => read,
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
            Ok(component) => {
                mark(&file, &path);
                Some((component, opened))
            }
            Err(error) => {
                let message = message(&error);
                // What does not fit this registry's pool is not the artefact's fault.
                if !allocator::is_too_small(&message) {
                    reject(&message);
                }
                None
            }
        }
    }

    /// Keeps a compiled component, if that can be done.
    pub(crate) fn store(&self, id: Id<'_>, componentized: &[u8], component: &Component) {
        let write = || -> io::Result<()> {
            let code = component.serialize().map_err(|error| io::Error::other(message(&error)))?;
            let (path, bytes) = (self.file(id), self.inner.key.seal(id, componentized, &code));
            if self.max_bytes.is_some_and(|bound| bytes.len() as u64 > bound) {
                count(&self.inner.counters.evicted);
                tracing::debug!(target: "tairitsu::cache", digest = %id.digest, "artefact larger than the bound");
                // One that was there was of no use.
                return gone(std::fs::remove_file(path));
            }
            let temporary = Temporary::write(self.path(), &bytes)?;
            // Readers see the old artefact or the new one, whole.
            std::fs::rename(&temporary.0, &path)?;
            if let Some(bound) = self.max_bytes {
                self.evict(bound, &path);
            }
            Ok(())
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

    /// Keeps the directory within the bound.
    fn evict(&self, bound: u64, newest: &Path) {
        if let Err(error) = evict(self.path(), bound, newest, || count(&self.inner.counters.evicted)) {
            tracing::warn!(
                target: "tairitsu::cache",
                path = %self.path().display(),
                "the cache cannot be kept within {bound} bytes: {error}"
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

fn fail(path: &Path, error: &io::Error) -> Error {
    Error::Cache { path: path.display().to_string(), message: error.to_string() }
}

fn count(counter: &AtomicU64) {
    counter.fetch_add(1, Ordering::Relaxed);
}

#[cfg(test)]
mod tests {
    use super::entries::artefacts;
    use super::*;
    use crate::runtime::Registry;
    use crate::runtime::base::reference::Digest;

    const KEY: [u8; 32] = [7; 32];

    /// A component with one core module, whose one function does nothing.
    const SMALL: &[u8] =
        b"\0asm\x0d\0\x01\0\x01\x18\0asm\x01\0\0\0\x01\x04\x01\x60\0\0\x03\x02\x01\0\x0a\x04\x01\x02\0\x0b";

    /// Every byte of a real image's artefact, one bit of it and all of them, through what a registry opens it with.
    /// That a registry runs nothing but what was opened, `a_flipped_byte_is_never_executed` shows end to end, on a
    /// sample of the bytes, since the image is then compiled each time. Every bit of a shorter one, and every length,
    /// is the matter of `what_was_changed_is_not_opened`.
    #[test]
    fn not_one_byte_can_be_changed() {
        let dir = std::env::temp_dir().join(format!("tairitsu-every-byte-{}", std::process::id()));
        let cache = Cache::with_key(&dir, &KEY).unwrap();
        let registry = Registry::builder().cache(cache.clone()).build().unwrap();
        let image = registry.load_image(SMALL).unwrap();
        let paths: Vec<_> = artefacts(&dir).unwrap().into_iter().map(|artefact| artefact.path).collect();
        let [path] = &paths[..] else { panic!("{paths:?}") };
        let bytes = std::fs::read(path).unwrap();
        std::fs::remove_dir_all(&dir).unwrap();

        let (_, engine) = image.machine().cache.as_ref().unwrap();
        let digest = Digest::of(SMALL);
        let id = Id { digest: &digest, engine };
        assert!(cache.inner.key.open(id, bytes.clone()).is_ok());
        let start = std::time::Instant::now();
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        std::thread::scope(|scope| {
            for thread in 0..threads {
                let (bytes, key) = (&bytes, &cache.inner.key);
                scope.spawn(move || {
                    for i in (thread..bytes.len()).step_by(threads) {
                        for mask in [1 << (i % 8), 0xff] {
                            let mut changed = bytes.clone();
                            changed[i] ^= mask;
                            assert_eq!(key.open(id, changed).err(), Some(Flaw::Seal), "byte {i}, mask {mask:#x}");
                        }
                    }
                });
            }
        });
        println!("each of {} bytes, in {:?}", bytes.len(), start.elapsed());
    }
}
