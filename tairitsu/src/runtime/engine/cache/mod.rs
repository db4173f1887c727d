//! Compiled images on disk.

use super::allocator;
use super::artefact::{Flaw, Id, Key};
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

/// The extensions of the cache's files.
const ARTEFACT: &str = "aot";
const TEMPORARY: &str = "tmp";

/// A larger buffer is given back to the system after a load, in bytes.
const MAX_BUFFER: usize = 4 << 20;

/// A directory that keeps compiled images, for [`RegistryBuilder::cache`](crate::RegistryBuilder::cache). Cheap to
/// clone.
///
/// Several registries, threads and processes may use one directory at once. If threads load the same image at once
/// through one `Cache` and its clones, the image is compiled once.
///
/// A compiled image in the directory is called an artefact. It is found by the SHA-256 of the wasm, and by a hash of
/// everything that compiled code depends on: the engine's version and settings, and the processor.
///
/// If an artefact is cut off, changed, of another image or of another engine, it is not used. The image is compiled
/// again, and the artefact is replaced. If the directory cannot be read or written, images still load. The failure is a
/// `tracing` warning, and [`Cache::stats`] counts it.
///
/// # Security
///
/// To load compiled code is to trust it: the code runs in no sandbox, and can do everything that the process can do. So
/// every artefact carries a seal, which is keyed BLAKE3 with a secret key, over all its bytes. The artefact is read
/// into memory first. The seal is checked before anything else in those bytes is read, and the code is loaded from the
/// same bytes.
///
/// - The seal protects from damage. It protects from artefacts that others made or changed, and from the artefact of
///   one image in the place of another. It does so as long as the attacker does not have the key.
/// - The seal does not protect from anyone who has the key. **Anyone who can read the key file can run code** in every
///   process that uses the cache. These are the user who owns the file, the administrator, and everyone who can read
///   backups. The directories above the cache are not checked.
/// - The seal keeps nothing secret. An artefact contains the image's code.
///
/// Grant no container a directory that contains the cache.
///
/// # Size
///
/// An artefact is a few times as large as the wasm, and is read whole. Each image, and each version of this crate, adds
/// an artefact. By default only [`Cache::clear`] removes artefacts.
///
/// [`Cache::max_bytes`] sets a bound. Each `Cache` that has written an artefact then removes the artefacts that were
/// used longest ago, until the rest is within the bound. The modification time of a file says when it was last used. A
/// hit sets that time, if the process has the right to.
///
/// # Example
///
/// ```
/// # fn main() -> Result<(), tairitsu::Error> {
/// use tairitsu::{Cache, Registry};
///
/// # let dir = std::env::temp_dir().join(format!("tairitsu-cache-example-{}", std::process::id()));
/// let registry = Registry::builder().cache(Cache::at(&dir)?.max_bytes(1 << 30)).build()?;
/// registry.load_image(b"\0asm\x0d\0\x01\0")?; // compiled, and kept
/// registry.load_image(b"\0asm\x0d\0\x01\0")?; // found
/// let stats = registry.cache().unwrap().stats();
/// assert_eq!((stats.hits, stats.misses), (1, 1));
/// # std::fs::remove_dir_all(dir).unwrap();
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Cache {
    inner: Arc<Inner>,
    max_bytes: Option<u64>,
}

struct Inner {
    path: PathBuf,
    /// Whether everything in the directory must be this user's.
    owned: bool,
    key: Key,
    counters: Counters,
    /// Where artefacts are read to: the pages of a buffer that was used before need not be asked for again.
    buffer: Mutex<Vec<u8>>,
    /// The artefacts that are being looked up or made.
    claimed: Mutex<HashSet<PathBuf>>,
    released: Condvar,
}

/// The right to look up and to make one artefact. One thread of the process has it at a time.
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

/// Counters of a [`Cache`], since it was made in this process.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct CacheStats {
    /// Images that were loaded from the cache, and not compiled.
    pub hits: u64,
    /// Images that had no usable artefact, and so were compiled. Includes images that failed to compile.
    pub misses: u64,
    /// Misses whose artefact was corrupt, truncated or foreign.
    pub rejected: u64,
    /// Misses whose artefact existed, but could not be read.
    pub failed_reads: u64,
    /// Images that were compiled, but could not be written to the cache.
    pub failed_writes: u64,
    /// Artefacts that were removed to keep within [`Cache::max_bytes`], and artefacts that were not written because
    /// they exceed it alone.
    pub evicted: u64,
}

impl Cache {
    /// Opens the cache in a directory, with the key that is in the directory.
    ///
    /// If the directory does not exist, it is made for this user alone. The key is 32 random bytes in the file `key`.
    /// It is made on first use, and only its owner may read it.
    ///
    /// # Errors
    ///
    /// [`Error::Cache`]:
    ///
    /// - if the directory or the key can be neither read nor made;
    /// - on Unix, if the directory or the key is another user's, if others can write to the directory, or if others have
    ///   any access to the key. Elsewhere this is not checked: the access list of the directory must forbid it.
    ///
    /// On Unix an artefact that is another user's, or that others can write to, is not used: the image is compiled anew.
    pub fn at(path: impl Into<PathBuf>) -> Result<Self, Error> {
        let path = path.into();
        match make_dir(&path).and_then(|()| check_dir(&path)).and_then(|()| key_of(&path)) {
            Ok(key) => Ok(Self::new(path, true, &key)),
            Err(error) => Err(fail(&path, &error)),
        }
    }

    /// Opens the cache in a directory, with a key from elsewhere: 32 random bytes that are secret and used for nothing
    /// else.
    ///
    /// If the directory does not exist, it is made. Others may write to the directory. Without the key, they can only
    /// make this process compile images again.
    ///
    /// # Errors
    ///
    /// - [`Error::Cache`] if the directory does not exist and cannot be made.
    pub fn with_key(path: impl Into<PathBuf>, key: &[u8; 32]) -> Result<Self, Error> {
        let path = path.into();
        match make_dir(&path) {
            Ok(()) => Ok(Self::new(path, false, key)),
            Err(error) => Err(fail(&path, &error)),
        }
    }

    fn new(path: PathBuf, owned: bool, key: &[u8; 32]) -> Self {
        let (claimed, released) = (Mutex::default(), Condvar::new());
        let (counters, buffer) = (Counters::default(), Mutex::default());
        let inner = Inner { path, owned, key: Key::new(key), counters, buffer, claimed, released };
        Self { inner: Arc::new(inner), max_bytes: None }
    }

    /// Limits the bytes of all artefacts in the directory together, no matter which process wrote them. By default
    /// there is no limit. Set the limit before you clone the cache.
    ///
    /// The limit is enforced after an artefact is written, so until then there is one artefact too many. The artefact
    /// just written stays. An artefact that exceeds the limit alone is not written.
    ///
    /// Processes that share a directory do not harm each other, even with different limits. An artefact that another
    /// process has removed is a miss, and a loaded image stays loaded. Files that are not artefacts are neither counted
    /// nor removed.
    #[must_use]
    pub fn max_bytes(mut self, bytes: u64) -> Self {
        self.max_bytes = Some(bytes);
        self
    }

    /// The directory.
    pub fn path(&self) -> &Path {
        &self.inner.path
    }

    /// The counters so far. Raise an alarm if `rejected` grows: somebody, or a disk, has changed an artefact.
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

    /// Removes every artefact, and every temporary file of a writer that was killed more than an hour ago.
    ///
    /// This does no harm while the cache is in use: a loaded image stays loaded. The key stays. To get another key,
    /// remove the directory.
    ///
    /// # Errors
    ///
    /// - [`Error::Cache`] if the directory cannot be read, or if a file in it cannot be removed.
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

    /// Waits until no other thread of this process works on the artefact. So if several threads load an image at once,
    /// the first compiles it, and the others find it in the cache.
    pub(crate) fn claim(&self, id: Id<'_>) -> Claim<'_> {
        let (inner, path) = (&*self.inner, self.file(id));
        let mut claimed = inner.claimed();
        while !claimed.insert(path.clone()) {
            claimed = inner.released.wait(claimed).unwrap_or_else(PoisonError::into_inner);
        }
        drop(claimed);
        Claim { inner, path }
    }

    /// Loads a compiled component. Also returns the component that was made from a core module.
    pub(crate) fn load(&self, engine: &Engine, id: Id<'_>) -> Option<(Component, Option<Vec<u8>>)> {
        let mut buffer = std::mem::take(&mut *self.inner.buffer());
        let loaded = self.try_load(engine, id, &mut buffer);
        if buffer.capacity() <= MAX_BUFFER {
            buffer.clear();
            *self.inner.buffer() = buffer;
        }
        let counters = &self.inner.counters;
        count(if loaded.is_some() { &counters.hits } else { &counters.misses });
        tracing::debug!(target: "tairitsu::cache", digest = %id.digest, hit = loaded.is_some(), "image looked up");
        loaded
    }

    fn try_load(&self, engine: &Engine, id: Id<'_>, buffer: &mut Vec<u8>) -> Option<(Component, Option<Vec<u8>>)> {
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
        let file = match read(&path, self.inner.owned, buffer) {
            Ok(file) => file,
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
        let opened = self.inner.key.open(id, buffer).inspect_err(|flaw: &Flaw| reject(flaw)).ok()?;
        // SAFETY: the code has to be what `Component::serialize` returned, unchanged.
        // - `Opened` exists only if its bytes carry the seal of the key. Only `store` seals with this key, and `store`
        //   seals nothing else.
        // - The code is loaded from the bytes that were checked, in the same memory. Nothing else can reach that
        //   memory.
        // - The seal covers the engine's compatibility hash too, so the code is for this engine. The engine checks its
        //   own version and settings again.
        // - That only trusted programs have the key is the contract of `Cache`.
        let component = unsafe { Component::deserialize(engine, opened.code()) };
        match component {
            Ok(component) => {
                mark(&file, &path);
                Some((component, opened.component().map(<[u8]>::to_vec)))
            }
            Err(error) => {
                let message = message(&error);
                // An artefact that does not fit this registry's pool has no flaw, so it is not rejected.
                if !allocator::is_too_small(&message) {
                    reject(&message);
                }
                None
            }
        }
    }

    /// Writes a compiled component to the cache. If that fails, warns and counts the failure.
    pub(crate) fn store(&self, id: Id<'_>, componentized: &[u8], component: &Component) {
        let write = || -> io::Result<()> {
            let code = component.serialize().map_err(|error| io::Error::other(message(&error)))?;
            let (path, bytes) = (self.file(id), self.inner.key.seal(id, componentized, &code));
            if self.max_bytes.is_some_and(|bound| bytes.len() as u64 > bound) {
                count(&self.inner.counters.evicted);
                tracing::debug!(target: "tairitsu::cache", digest = %id.digest, "artefact larger than the bound");
                // An older artefact of this image could not be used, so it is removed.
                return gone(std::fs::remove_file(path));
            }
            let temporary = Temporary::write(self.path(), &bytes)?;
            // Readers see the whole old artefact or the whole new artefact.
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

    /// Removes old artefacts, to keep the directory within the bound.
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
    fn buffer(&self) -> MutexGuard<'_, Vec<u8>> {
        // Nothing that could panic happens under it.
        self.buffer.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn claimed(&self) -> MutexGuard<'_, HashSet<PathBuf>> {
        // Nothing that could panic runs while this lock is held.
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
        // The key is secret, so it is left out.
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

    /// A component with one core module. The core module has one function, which does nothing.
    const SMALL: &[u8] =
        b"\0asm\x0d\0\x01\0\x01\x18\0asm\x01\0\0\0\x01\x04\x01\x60\0\0\x03\x02\x01\0\x0a\x04\x01\x02\0\x0b";

    /// Changes every byte of a real image's artefact, one bit of it and all its bits, and opens it as a registry does.
    ///
    /// Two other tests cover the rest. `a_flipped_byte_is_never_executed` shows end to end that a registry runs only
    /// code that was opened; it samples the bytes, because each sample compiles the image.
    /// `what_was_changed_is_not_opened` changes every bit of a shorter artefact, and tries every length.
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
        assert!(cache.inner.key.open(id, &bytes).is_ok());
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
                            assert_eq!(key.open(id, &changed).err(), Some(Flaw::Seal), "byte {i}, mask {mask:#x}");
                        }
                    }
                });
            }
        });
        println!("each of {} bytes, in {:?}", bytes.len(), start.elapsed());
    }
}
