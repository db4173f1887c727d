//! Compiled images on disk. An image that is found there is not compiled again. An artefact that was changed in any
//! way never runs.

use crate::{UNRULY, ZOO};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Barrier;
use std::time::{Duration, Instant, SystemTime};
use tairitsu::{Cache, CacheStats, Container, Error, Image, Limits, Registry};
use tairitsu_test_unruly::Unruly;

const KEY: [u8; 32] = [7; 32];

/// The distance between the bytes that are flipped, in the part that is neither header nor seal.
const STRIDE: usize = 53;

/// The path of a directory that is removed at the end of the test. The directory does not exist yet.
struct Dir(PathBuf);

impl Dir {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("tairitsu-cache-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&path);
        Self(path)
    }

    /// The artefacts' paths.
    fn artefacts(&self) -> Vec<PathBuf> {
        self.files("aot")
    }

    fn files(&self, extension: &str) -> Vec<PathBuf> {
        let paths = std::fs::read_dir(&self.0).unwrap().map(|entry| entry.unwrap().path());
        let mut paths: Vec<_> = paths.filter(|path| path.extension().is_some_and(|found| found == extension)).collect();
        paths.sort();
        paths
    }

    fn artefact(&self) -> PathBuf {
        let [path] = &self.artefacts()[..] else { panic!("{:?}", self.artefacts()) };
        path.clone()
    }
}

impl Drop for Dir {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
        let _ = std::fs::remove_file(&self.0);
    }
}

fn with(cache: &Cache) -> Registry {
    Registry::builder().cache(cache.clone()).build().unwrap()
}

/// A component without imports. Its only function returns this number.
fn small(number: u32) -> Vec<u8> {
    let text = format!(
        r#"(component
            (core module $m (func (export "answer") (result i32) (i32.const {number})))
            (core instance $i (instantiate $m))
            (func $answer (result u32) (canon lift (core func $i "answer")))
            (instance $small (export "answer" (func $answer)))
            (export "test:cached/small" (instance $small)))"#
    );
    wat::parse_str(text).unwrap()
}

#[tairitsu::guest(package = "test:cached")]
#[allow(dead_code)]
trait Small {
    fn answer(&self) -> u32;
}

fn answer(image: &Image) -> u32 {
    Container::new(image).unwrap().guest(Small).unwrap().answer().unwrap()
}

/// The numbers of hits, misses and rejected artefacts.
fn looked_up(stats: CacheStats) -> [u64; 3] {
    assert_eq!((stats.failed_reads, stats.failed_writes), (0, 0), "{stats:?}");
    [stats.hits, stats.misses, stats.rejected]
}

#[test]
fn a_hit_is_the_image_and_is_not_compiled() {
    let dir = Dir::new("hit");
    let load = |wasm: &[u8]| {
        let cache = Cache::at(&dir.0).unwrap();
        let start = Instant::now();
        let image = with(&cache).load_image(wasm).unwrap();
        (image, looked_up(cache.stats()), start.elapsed())
    };

    let both = |name: &str, wasm: &[u8]| {
        let (cold, stats, compiled) = load(wasm);
        assert_eq!(stats, [0, 1, 0]);
        let (hit, stats, found) = load(wasm);
        assert_eq!(stats, [1, 0, 0]);
        println!("{name}, {} KiB: compiled in {compiled:?}, found in {found:?}", wasm.len() >> 10);
        assert!(found < compiled, "{found:?}, and compiled in {compiled:?}");
        assert_eq!(hit.digest(), cold.digest());
        assert_eq!(hit.wit(), cold.wit());
        assert_eq!((hit.imports(), hit.exports()), (cold.imports(), cold.exports()));
        (cold, hit)
    };
    let (cold, hit) = both("unruly", UNRULY);

    // A cached image behaves like a compiled one: calls, traps and backtraces are the same.
    let trap = |image: &Image| {
        let mut container = Container::new(image).unwrap();
        let mut unruly = container.guest(Unruly).unwrap();
        assert_eq!(unruly.ping().unwrap(), 1);
        unruly.trap().unwrap_err().to_string()
    };
    assert_eq!(trap(&hit), trap(&cold));

    both("hybrid", tairitsu::include_guest!("tairitsu-example-hybrid"));
    // The bytes are a component already, so the artefact holds none.
    both("zoo's component", &crate::componentize(ZOO));
    assert_eq!(dir.artefacts().len(), 3);
}

/// Bytes that are no image are not kept.
#[test]
fn what_fails_is_not_kept() {
    let dir = Dir::new("fails");
    let cache = Cache::at(&dir.0).unwrap();
    let registry = with(&cache);
    let truncated = &UNRULY[..UNRULY.len() / 2];
    for _ in 0..2 {
        assert!(matches!(registry.load_image(truncated), Err(Error::Invalid { .. })));
        assert!(matches!(registry.load_image(b"\0asm\x01\0\0\0"), Err(Error::NoComponentType)));
    }
    assert_eq!(looked_up(cache.stats()), [0, 4, 0]);
    assert_eq!(dir.artefacts(), Vec::<PathBuf>::new());
}

/// Writes each variant in the place of the artefact. No variant is loaded: the image is compiled, and the artefact is
/// a good one again.
fn rejected(dir: &Dir, variants: impl Iterator<Item = Vec<u8>>) {
    let cache = Cache::with_key(&dir.0, &KEY).unwrap();
    let registry = with(&cache);
    let wasm = small(42);
    let path = dir.artefact();
    let mut tried = 0;
    for variant in variants {
        std::fs::write(&path, variant).unwrap();
        tried += 1;
        assert_eq!(answer(&registry.load_image(&wasm).unwrap()), 42);
        assert_eq!(looked_up(cache.stats()), [0, tried, tried], "variant {tried}");
    }
    assert!(tried > 0);
    assert_eq!(answer(&registry.load_image(&wasm).unwrap()), 42);
    assert_eq!(looked_up(cache.stats()), [1, tried, tried]);
}

/// A directory with one artefact, and its bytes.
fn one(name: &str) -> (Dir, Vec<u8>) {
    let dir = Dir::new(name);
    with(&Cache::with_key(&dir.0, &KEY).unwrap()).load_image(small(42)).unwrap();
    let bytes = std::fs::read(dir.artefact()).unwrap();
    (dir, bytes)
}

/// Flips bytes of the header, of the seal and of a sample of the code. To compile for each byte of the code would
/// take too long. The unit test `not_one_byte_can_be_changed` of `cache` opens an artefact with each of its bytes
/// changed.
#[test]
fn a_flipped_byte_is_never_executed() {
    let (dir, bytes) = one("flipped");
    let start = Instant::now();
    let len = bytes.len();
    let sample = (0..len).filter(|i| *i < 128 || *i >= len - 64 || i % STRIDE == 0);
    let mut count = 0;
    rejected(
        &dir,
        sample.map(|i| {
            count += 1;
            let mut bytes = bytes.clone();
            bytes[i] ^= [0x01, 0x80, 0xff][i % 3];
            bytes
        }),
    );
    println!("{count} of {len} bytes flipped in {:?}", start.elapsed());
}

#[test]
fn a_truncated_artefact_is_never_executed() {
    let (dir, bytes) = one("truncated");
    let len = bytes.len();
    let lengths = [0, 1, 16, 31, 32, 33, 88, 119, 120, 121, 128].into_iter().chain((len / 16..len).step_by(len / 16));
    let shorter = lengths.chain([len - 33, len - 32, len - 1]).map(|len| bytes[..len].to_vec());
    let longer = [[&bytes[..], &[0]].concat(), [&bytes[..], &bytes[..]].concat()];
    rejected(&dir, shorter.chain(longer));
}

/// Files that are no artefacts: noise, the wasm itself, and code without a seal, which wasmtime would load.
#[test]
fn what_wasmtime_would_load_is_not_loaded() {
    let (dir, bytes) = one("foreign");
    let elf = bytes.windows(4).position(|window| window == b"\x7fELF").unwrap();
    let code = bytes[elf..bytes.len() - 32].to_vec();
    rejected(&dir, [code, small(42), vec![0xaa; 4096]].into_iter());
}

#[test]
fn another_image_s_artefact_is_not_this_one_s() {
    let (dir, _) = one("other-image");
    let mine = dir.artefact();
    let cache = Cache::with_key(&dir.0, &KEY).unwrap();
    let registry = with(&cache);
    assert_eq!(answer(&registry.load_image(small(666)).unwrap()), 666);
    let theirs = dir.artefacts().into_iter().find(|path| *path != mine).unwrap();
    std::fs::copy(theirs, mine).unwrap();
    assert_eq!(answer(&registry.load_image(small(42)).unwrap()), 42);
    assert_eq!(looked_up(cache.stats()), [0, 2, 1]);
}

#[test]
fn another_key_s_artefact_is_not_loaded() {
    let (dir, _) = one("other-key");
    for (key, stats) in [([8; 32], [0, 1, 1]), ([8; 32], [1, 0, 0]), (KEY, [0, 1, 1]), (KEY, [1, 0, 0])] {
        let cache = Cache::with_key(&dir.0, &key).unwrap();
        assert_eq!(answer(&with(&cache).load_image(small(42)).unwrap()), 42);
        assert_eq!(looked_up(cache.stats()), stats);
    }
    // Each directory has a random key of its own.
    let [one, two] = ["own-key", "own-key-too"].map(Dir::new);
    let [a, b] = [&one, &two].map(|dir| {
        let cache = Cache::at(&dir.0).unwrap();
        assert_eq!(answer(&with(&cache).load_image(small(42)).unwrap()), 42);
        std::fs::read(dir.0.join("key")).unwrap()
    });
    assert!(a.len() == 32 && b.len() == 32 && a != b);
    std::fs::copy(one.artefact(), two.artefact()).unwrap();
    let cache = Cache::at(&two.0).unwrap();
    assert_eq!(answer(&with(&cache).load_image(small(42)).unwrap()), 42);
    assert_eq!(looked_up(cache.stats()), [0, 1, 1]);
}

#[test]
fn another_engine_s_artefact_is_not_loaded() {
    let (dir, _) = one("other-engine");
    let mine = dir.artefact();
    let load = |fuel: bool| {
        let cache = Cache::with_key(&dir.0, &KEY).unwrap();
        let registry = Registry::builder().fuel(fuel).cache(cache.clone()).build().unwrap();
        let image = registry.load_image(small(42)).unwrap();
        assert_eq!(answer(&image), 42);
        let fueled = Container::builder(&image).limits(Limits::new().fuel(1 << 20)).build();
        assert_eq!(fueled.is_ok(), fuel);
        looked_up(cache.stats())
    };
    assert_eq!(load(true), [0, 1, 0]);
    let theirs = dir.artefacts().into_iter().find(|path| *path != mine).unwrap();
    assert_eq!([load(true), load(false)], [[1, 0, 0]; 2]);
    // The artefact of one directory, copied to the place of the other's.
    std::fs::copy(&mine, &theirs).unwrap();
    assert_eq!([load(true), load(true), load(false)], [[0, 1, 1], [1, 0, 0], [1, 0, 0]]);
}

/// Eight threads in each of three processes, which also make the key. A thread reads the whole artefact that another
/// one has written.
#[test]
fn threads_and_processes_at_once() {
    let dir = Dir::new("at-once");
    let [hits, misses, evicted] = processes(&dir, None);
    assert!(hits > 0 && misses > 0 && evicted == 0, "{hits} hits, {misses} misses, {evicted} evicted");
    let cache = Cache::at(&dir.0).unwrap();
    with(&cache).load_image(small(0)).unwrap();
    assert_eq!(cache.stats().rejected, 0);
}

/// The cache has room for two of the four images that the threads load. An artefact that is evicted under a reader is
/// a miss, and no error.
#[test]
fn threads_and_processes_evict_at_once() {
    let dir = Dir::new("evict-at-once");
    let bound = 5 * size("evict-at-once-size") / 2;
    let [hits, misses, evicted] = processes(&dir, Some(bound));
    assert!(hits > 0 && misses > 0 && evicted > 0, "{hits} hits, {misses} misses, {evicted} evicted");
    assert!(sum(&dir) <= bound, "{}", sum(&dir));
}

fn processes(dir: &Dir, bound: Option<u64>) -> [u64; 3] {
    let children: Vec<_> = (0..2)
        .map(|_| {
            Command::new(std::env::current_exe().unwrap())
                .args(["--exact", "cache::eight_threads", "--ignored", "--nocapture", "--test-threads=1"])
                .env("TAIRITSU_TEST_CACHE", &dir.0)
                .env("TAIRITSU_TEST_CACHE_BOUND", bound.map(|bound| bound.to_string()).unwrap_or_default())
                .stdout(std::process::Stdio::piped())
                .stderr(std::process::Stdio::piped())
                .spawn()
                .unwrap()
        })
        .collect();
    let counts = crowd(&dir.0, bound);
    for child in children {
        let output = child.wait_with_output().unwrap();
        let text = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success() && text.contains("1 passed"), "{text}");
    }
    assert_eq!(dir.files("tmp"), Vec::<PathBuf>::new());
    counts
}

#[test]
#[ignore = "run by `processes`, in a process of its own"]
fn eight_threads() {
    let dir = std::env::var_os("TAIRITSU_TEST_CACHE").expect("the directory");
    let bound = std::env::var("TAIRITSU_TEST_CACHE_BOUND").expect("the bound, or nothing");
    crowd(Path::new(&dir), (!bound.is_empty()).then(|| bound.parse().unwrap()));
}

/// Eight threads load the same images, and now and then remove all artefacts. Returns hits, misses and evictions.
fn crowd(dir: &Path, bound: Option<u64>) -> [u64; 3] {
    let stats = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8)
            .map(|thread| {
                scope.spawn(move || {
                    let mut cache = Cache::at(dir).unwrap();
                    if let Some(bound) = bound {
                        cache = cache.max_bytes(bound);
                    }
                    let registry = with(&cache);
                    for round in 0..40 {
                        let number = (thread + round) % 4;
                        assert_eq!(answer(&registry.load_image(small(number)).unwrap()), number);
                        if (thread, round % 10) == (0, 9) {
                            cache.clear().unwrap();
                        }
                    }
                    cache.stats()
                })
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect::<Vec<_>>()
    });
    stats.into_iter().fold([0; 3], |[hits, misses, evicted], stats| {
        // No thread ever reads half of an artefact.
        let [hit, missed, rejected] = looked_up(stats);
        assert_eq!(rejected, 0);
        [hits + hit, misses + missed, evicted + stats.evicted]
    })
}

/// Threads that load the same image at once, by one cache, compile it once. They may use one registry or several.
#[test]
fn many_at_once_compile_once() {
    let dir = Dir::new("once");
    let cache = Cache::at(&dir.0).unwrap();
    let registries = [with(&cache), with(&cache)];
    let start = Barrier::new(8);
    std::thread::scope(|scope| {
        for i in 0..8 {
            let (registries, start) = (&registries, &start);
            scope.spawn(move || {
                start.wait();
                let image = registries[i % 2].load_image(UNRULY).unwrap();
                assert_eq!(Container::new(&image).unwrap().guest(Unruly).unwrap().ping().unwrap(), 1);
            });
        }
    });
    assert_eq!(looked_up(cache.stats()), [7, 1, 0]);
    // An image that fails does not block the other threads.
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| assert!(registries[0].load_image(&UNRULY[..UNRULY.len() / 2]).is_err()));
        }
    });
    assert_eq!(looked_up(cache.stats()), [7, 5, 0]);
}

/// A cache whose directory is gone, or cannot be written to, fails no image.
#[test]
fn a_directory_that_is_of_no_use() {
    let dir = Dir::new("of-no-use");
    let cache = Cache::at(&dir.0).unwrap();
    let registry = with(&cache);
    std::fs::remove_dir_all(&dir.0).unwrap();
    assert_eq!(answer(&registry.load_image(small(1)).unwrap()), 1);
    let stats = cache.stats();
    assert_eq!((stats.misses, stats.failed_reads, stats.failed_writes), (1, 0, 1));

    std::fs::write(&dir.0, "a file").unwrap();
    assert_eq!(answer(&registry.load_image(small(1)).unwrap()), 1);
    let stats = cache.stats();
    assert_eq!((stats.hits, stats.misses, stats.failed_writes), (0, 2, 2));

    for path in [dir.0.clone(), dir.0.join("below")] {
        let error = Cache::at(&path).unwrap_err();
        assert!(matches!(&error, Error::Cache { .. }), "{error:?}");
        assert!(error.to_string().starts_with(&format!("the cache at `{}` cannot be used: ", path.display())));
        Cache::with_key(&path, &KEY).unwrap_err();
    }
}

#[test]
fn clear() {
    let dir = Dir::new("clear");
    let cache = Cache::at(&dir.0).unwrap();
    let registry = with(&cache);
    let image = registry.load_image(small(1)).unwrap();
    for name in ["mine.txt", "being-written.tmp", "left-behind.tmp"] {
        std::fs::write(dir.0.join(name), "").unwrap();
    }
    let left_behind = std::fs::File::options().write(true).open(dir.0.join("left-behind.tmp")).unwrap();
    left_behind.set_modified(SystemTime::now() - Duration::from_secs(7200)).unwrap();
    assert_eq!(registry.cache().unwrap().path(), dir.0);
    cache.clear().unwrap();
    let mut left: Vec<_> = std::fs::read_dir(&dir.0).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    left.sort();
    assert_eq!(left, ["being-written.tmp", "key", "mine.txt"]);
    assert_eq!(answer(&image), 1);
    assert_eq!(answer(&registry.load_image(small(1)).unwrap()), 1);
    assert_eq!(looked_up(cache.stats()), [0, 2, 0]);
    assert!(!format!("{:?}", Cache::with_key(&dir.0, &KEY).unwrap()).contains("[7, 7"));
}

/// A cache with a bound on its bytes, and a registry that uses the cache.
fn bounded(dir: &Dir, bytes: u64) -> (Cache, Registry) {
    let cache = Cache::with_key(&dir.0, &KEY).unwrap().max_bytes(bytes);
    let registry = with(&cache);
    (cache, registry)
}

/// The size of a small image's artefact, in bytes. All small images have artefacts of this size.
fn size(name: &str) -> u64 {
    let (_dir, bytes) = one(name);
    bytes.len() as u64
}

fn sum(dir: &Dir) -> u64 {
    dir.artefacts().iter().map(|path| std::fs::metadata(path).unwrap().len()).sum()
}

/// The numbers of hits, misses and evictions.
fn evicted(cache: &Cache) -> [u64; 3] {
    let stats = cache.stats();
    let [hits, misses, rejected] = looked_up(stats);
    assert_eq!(rejected, 0);
    [hits, misses, stats.evicted]
}

#[test]
fn what_was_used_longest_ago_goes_first() {
    let dir = Dir::new("longest-ago");
    let size = size("longest-ago-size");
    // The bound is one byte below the size of four artefacts, so three fit.
    let (cache, registry) = bounded(&dir, 4 * size - 1);
    let load = |number| assert_eq!(answer(&registry.load_image(small(number)).unwrap()), number);
    (0..3).for_each(load);
    assert_eq!((evicted(&cache), sum(&dir)), ([0, 3, 0], 3 * size));
    // A hit counts as a use. So artefact 1 is the oldest now, and is evicted.
    load(0);
    load(3);
    assert_eq!((evicted(&cache), sum(&dir)), ([1, 4, 1], 3 * size));
    [0, 2, 3].into_iter().for_each(load);
    assert_eq!(evicted(&cache), [4, 4, 1]);
    // Artefact 1 comes back, and artefact 0 is evicted.
    load(1);
    [1, 2, 3].into_iter().for_each(load);
    assert_eq!(evicted(&cache), [7, 5, 2]);
    load(0);
    assert_eq!((evicted(&cache), sum(&dir)), ([7, 6, 3], 3 * size));

    // A use by another process counts too. So do artefacts that it wrote without a bound.
    let unbounded = with(&Cache::with_key(&dir.0, &KEY).unwrap());
    for number in [4, 5, 6, 7, 2] {
        assert_eq!(answer(&unbounded.load_image(small(number)).unwrap()), number);
    }
    assert_eq!(sum(&dir), 7 * size);
    load(8);
    assert_eq!((evicted(&cache), sum(&dir)), ([7, 7, 8], 3 * size));
    [2, 7, 8].into_iter().for_each(load);
    assert_eq!(evicted(&cache), [10, 7, 8]);
}

#[test]
fn without_a_bound_nothing_is_evicted() {
    let dir = Dir::new("no-bound");
    let cache = Cache::with_key(&dir.0, &KEY).unwrap();
    let registry = with(&cache);
    (0..20).for_each(|number| assert_eq!(answer(&registry.load_image(small(number)).unwrap()), number));
    assert_eq!(evicted(&cache), [0, 20, 0]);
    assert_eq!(dir.artefacts().len(), 20);
}

#[test]
fn what_exceeds_the_bound_by_itself_is_not_kept() {
    let (dir, bytes) = one("too-large");
    let size = bytes.len() as u64;
    let theirs = dir.artefact();
    // An artefact that is there already does not get in the way.
    let (cache, registry) = bounded(&dir, size - 1);
    for i in 1..=2 {
        assert_eq!(answer(&registry.load_image(small(1)).unwrap()), 1);
        assert_eq!(evicted(&cache), [0, i, i]);
        assert_eq!(dir.artefact(), theirs);
    }
    // A useless artefact in the image's own place is removed, though the new one does not fit.
    std::fs::write(&theirs, &bytes[1..]).unwrap();
    assert_eq!(answer(&registry.load_image(small(42)).unwrap()), 42);
    assert_eq!(looked_up(cache.stats()), [0, 3, 1]);
    assert_eq!(dir.artefacts(), Vec::<PathBuf>::new());

    // An artefact that just fits is kept, as the only one.
    let (cache, registry) = bounded(&dir, size);
    for number in 1..=2 {
        assert_eq!(answer(&registry.load_image(small(number)).unwrap()), number);
        assert_eq!(sum(&dir), size);
    }
    assert_eq!(answer(&registry.load_image(small(2)).unwrap()), 2);
    assert_eq!(evicted(&cache), [1, 2, 1]);
    // The artefact that was just written stays, even if another one has a time of use in the future.
    let theirs = std::fs::File::options().write(true).open(dir.artefact()).unwrap();
    theirs.set_modified(SystemTime::now() + Duration::from_secs(7200)).unwrap();
    assert_eq!(answer(&registry.load_image(small(3)).unwrap()), 3);
    assert_eq!(answer(&registry.load_image(small(3)).unwrap()), 3);
    assert_eq!(evicted(&cache), [2, 3, 2]);
}

#[test]
fn what_is_no_artefact_is_not_evicted() {
    let dir = Dir::new("not-mine");
    let (cache, registry) = bounded(&dir, size("not-mine-size"));
    let others = ["key", "mine.txt", "notes.aot", "0123-4567.aot", "being-written.tmp"];
    let directory = format!("{}-{}.aot", "0".repeat(64), "0".repeat(16));
    for name in others {
        std::fs::write(dir.0.join(name), vec![0; 1 << 20]).unwrap();
        let file = std::fs::File::options().write(true).open(dir.0.join(name)).unwrap();
        file.set_modified(SystemTime::now() - Duration::from_secs(7200)).unwrap();
    }
    std::fs::create_dir(dir.0.join(&directory)).unwrap();
    (0..3).for_each(|number| assert_eq!(answer(&registry.load_image(small(number)).unwrap()), number));
    assert_eq!(answer(&registry.load_image(small(2)).unwrap()), 2);
    assert_eq!(evicted(&cache), [1, 3, 2]);
    for name in others {
        assert_eq!(std::fs::metadata(dir.0.join(name)).unwrap().len(), 1 << 20, "{name}");
    }
    std::fs::remove_dir(dir.0.join(&directory)).unwrap();
}

#[cfg(unix)]
mod unix {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    fn mode(path: &Path) -> u32 {
        std::fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    fn chmod(path: &Path, mode: u32) {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    }

    fn refused(dir: &Dir) -> String {
        match Cache::at(&dir.0).unwrap_err() {
            Error::Cache { message, .. } => message,
            error => panic!("{error:?}"),
        }
    }

    #[test]
    fn what_is_made_is_for_its_owner_alone() {
        let dir = Dir::new("modes");
        with(&Cache::at(&dir.0).unwrap()).load_image(small(1)).unwrap();
        assert_eq!([mode(&dir.0), mode(&dir.0.join("key")), mode(&dir.artefact())], [0o700, 0o600, 0o600]);
    }

    #[test]
    fn what_others_may_know_or_change_is_refused() {
        let dir = Dir::new("refused");
        Cache::at(&dir.0).unwrap();
        for open in [0o720, 0o702, 0o777] {
            chmod(&dir.0, open);
            let found = format!("expected a directory that only its owner can write to, found mode {open:o}: ");
            assert!(refused(&dir).starts_with(&found), "{}", refused(&dir));
            // With a key from elsewhere, other users may write to the directory.
            Cache::with_key(&dir.0, &KEY).unwrap();
        }
        chmod(&dir.0, 0o755);
        Cache::at(&dir.0).unwrap();

        let key = dir.0.join("key");
        for open in [0o640, 0o604, 0o602] {
            chmod(&key, open);
            let found = format!("expected a key that only its owner has access to, found mode {open:o}: ");
            assert!(refused(&dir).starts_with(&found), "{}", refused(&dir));
        }
        chmod(&key, 0o600);
        for (len, found) in [(0, "0"), (31, "31"), (33, "more"), (4096, "more")] {
            std::fs::write(&key, vec![1; len]).unwrap();
            assert_eq!(refused(&dir), format!("expected a key of 32 bytes, found {found}: remove the directory"));
        }
    }

    #[test]
    fn a_directory_for_reading_has_hits() {
        let dir = Dir::new("read-only");
        with(&Cache::at(&dir.0).unwrap()).load_image(small(1)).unwrap();
        chmod(&dir.0, 0o500);
        let cache = Cache::at(&dir.0).unwrap();
        let registry = with(&cache);
        assert_eq!(answer(&registry.load_image(small(1)).unwrap()), 1);
        assert_eq!(answer(&registry.load_image(small(2)).unwrap()), 2);
        let stats = cache.stats();
        // The administrator can write to the directory in spite of its mode.
        let writable = std::fs::write(dir.0.join("probe"), "").is_ok();
        chmod(&dir.0, 0o700);
        assert_eq!((stats.hits, stats.misses, stats.failed_writes), (1, 1, u64::from(!writable)));
    }
}

/// Files that are no artefacts, in the place of one: each is a miss, and an artefact is there again afterwards.
#[cfg(unix)]
#[test]
fn what_lies_in_an_artefacts_place() {
    use std::os::unix::fs::{PermissionsExt, chown, symlink};
    use std::process::Command;

    let dir = Dir::new("in-its-place");
    let wasm = small(7);
    let load = || {
        let cache = Cache::at(&dir.0).unwrap();
        let image = with(&cache).load_image(&wasm).unwrap();
        assert_eq!(answer(&image), 7);
        let CacheStats { hits, misses, .. } = cache.stats();
        (hits, misses)
    };
    assert_eq!(load(), (0, 1));
    let path = dir.artefact();
    let elsewhere = dir.0.join("elsewhere");
    std::fs::copy(&path, &elsewhere).unwrap();
    let is_root = std::fs::metadata("/proc/self").is_ok_and(|me| std::os::unix::fs::MetadataExt::uid(&me) == 0);
    let replace: [(&str, &dyn Fn()); 6] = [
        ("a sparse file", &|| std::fs::File::create(&path).unwrap().set_len(14 << 40).unwrap()),
        ("a pipe", &|| assert!(Command::new("mkfifo").arg(&path).status().unwrap().success())),
        ("a link", &|| symlink(&elsewhere, &path).unwrap()),
        ("a link to a device", &|| symlink("/dev/zero", &path).unwrap()),
        ("one that others can write to", &|| {
            std::fs::copy(&elsewhere, &path).unwrap();
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o666)).unwrap();
        }),
        ("another user's", &|| {
            std::fs::copy(&elsewhere, &path).unwrap();
            if is_root {
                chown(&path, Some(65_534), None).unwrap();
            } else {
                std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o620)).unwrap();
            }
        }),
    ];
    for (name, replace) in replace {
        std::fs::remove_file(&path).unwrap();
        replace();
        let start = Instant::now();
        assert_eq!(load(), (0, 1), "{name}");
        assert!(start.elapsed() < std::time::Duration::from_secs(5), "{name}: {:?}", start.elapsed());
        assert_eq!(load(), (1, 0), "{name}: the artefact is there again");
    }

    // A directory or a key of another user is none.
    if is_root {
        for (owned, what) in [(dir.0.join("key"), "key"), (dir.0.clone(), "directory")] {
            chown(&owned, Some(65_534), None).unwrap();
            let error = Cache::at(&dir.0).unwrap_err().to_string();
            assert!(error.contains(what) && error.contains("its owner is user 65534"), "{error}");
            chown(&owned, Some(0), None).unwrap();
        }
    }
}

/// A directory, a key and entries that are links of both kinds, pipes and devices: none runs code, none waits.
#[cfg(unix)]
#[test]
fn links_pipes_and_devices() {
    use std::os::unix::fs::{PermissionsExt, symlink};

    let dir = Dir::new("links");
    let in_time = |name: &str, run: &dyn Fn()| {
        let start = Instant::now();
        run();
        assert!(start.elapsed() < Duration::from_secs(10), "{name}: {:?}", start.elapsed());
    };
    let cache = || Cache::at(&dir.0).unwrap();
    let load = |number: u32| {
        let cache = cache();
        assert_eq!(answer(&with(&cache).load_image(small(number)).unwrap()), number);
        looked_up(cache.stats())
    };
    load(1);
    let one = dir.artefact();
    load(2);
    let two = dir.artefacts().into_iter().find(|path| *path != one).unwrap();

    // The artefact of another image, by a hard link and by a copy.
    in_time("a hard link", &|| {
        std::fs::remove_file(&one).unwrap();
        std::fs::hard_link(&two, &one).unwrap();
        assert_eq!(load(1), [0, 1, 1]);
        assert_eq!(load(1), [1, 0, 0]);
        // To replace one of the two leaves the other as it was.
        assert_eq!(load(2), [1, 0, 0]);
    });
    in_time("a directory", &|| {
        std::fs::remove_file(&one).unwrap();
        std::fs::create_dir(&one).unwrap();
        let cache = cache();
        assert_eq!(answer(&with(&cache).load_image(small(1)).unwrap()), 1);
        let stats = cache.stats();
        assert_eq!((stats.hits, stats.failed_reads, stats.failed_writes), (0, 1, 1));
        std::fs::remove_dir(&one).unwrap();
    });
    in_time("a sparse file of a plausible size", &|| {
        std::fs::File::create(&one).unwrap().set_len(64 << 20).unwrap();
        std::fs::set_permissions(&one, std::fs::Permissions::from_mode(0o600)).unwrap();
        assert_eq!(load(1), [0, 1, 1]);
        assert_eq!(load(1), [1, 0, 0]);
    });
    // What lies there under the names of temporary files and of artefacts is neither waited for nor followed.
    in_time("files beside", &|| {
        let name = format!("{}-{}", "0".repeat(64), "0".repeat(16));
        let pipe = dir.0.join(format!("{name}.aot"));
        assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        symlink("/dev/zero", dir.0.join("x.tmp")).unwrap();
        symlink(&dir.0, dir.0.join("y.tmp")).unwrap();
        let bounded = cache().max_bytes(1);
        assert_eq!(answer(&with(&bounded).load_image(small(3)).unwrap()), 3);
        let _ = cache().clear();
        assert!(dir.artefacts().is_empty(), "{:?}", dir.artefacts());
    });

    let key = dir.0.join("key");
    let elsewhere = dir.0.join("elsewhere");
    std::fs::rename(&key, &elsewhere).unwrap();
    for (name, replace) in [
        ("a link", &(|| symlink(&elsewhere, &key).unwrap()) as &dyn Fn()),
        ("a link that leads nowhere", &|| symlink(dir.0.join("nowhere"), &key).unwrap()),
        ("a device", &|| symlink("/dev/zero", &key).unwrap()),
        ("a pipe", &|| assert!(Command::new("mkfifo").arg(&key).status().unwrap().success())),
        ("a directory", &|| std::fs::create_dir(&key).unwrap()),
        ("a sparse file", &|| {
            std::fs::File::create(&key).unwrap().set_len(14 << 40).unwrap();
            std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o600)).unwrap();
        }),
    ] {
        in_time(name, &|| {
            replace();
            let error = Cache::at(&dir.0).unwrap_err();
            assert!(matches!(error, Error::Cache { .. }), "{name}: {error}");
        });
        let _ = std::fs::remove_file(&key).or_else(|_| std::fs::remove_dir(&key));
    }
}

/// Somebody swaps the entry for links, pipes and other images' artefacts while it is loaded: each load is the right image.
#[cfg(unix)]
#[test]
fn an_entry_that_is_swapped_while_it_is_loaded() {
    use std::os::unix::fs::symlink;
    use std::sync::atomic::{AtomicBool, Ordering};

    let dir = Dir::new("swapped");
    let others = Dir::new("swapped-others");
    std::fs::create_dir(&others.0).unwrap();
    with(&Cache::with_key(&dir.0, &KEY).unwrap()).load_image(small(1)).unwrap();
    let path = dir.artefact();
    let good = others.0.join("good");
    std::fs::copy(&path, &good).unwrap();
    with(&Cache::with_key(&others.0, &KEY).unwrap()).load_image(small(2)).unwrap();
    let foreign = others.artefact();
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let staged = others.0.join("staged");
            for step in 0usize.. {
                if done.load(Ordering::Relaxed) {
                    break;
                }
                let _ = std::fs::remove_file(&staged);
                match step % 6 {
                    0 => symlink(&good, &staged).unwrap(),
                    1 => drop(std::fs::copy(&foreign, &staged).unwrap()),
                    2 => std::fs::hard_link(&foreign, &staged).unwrap(),
                    3 => std::fs::File::create(&staged).unwrap().set_len(1 << 40).unwrap(),
                    4 => symlink("/dev/zero", &staged).unwrap(),
                    _ => drop(std::fs::copy(&good, &staged).unwrap()),
                }
                // A load may have a temporary file there at the same time.
                let _ = std::fs::rename(&staged, &path);
            }
        });
        let cache = Cache::with_key(&dir.0, &KEY).unwrap();
        let start = Instant::now();
        for _ in 0..100 {
            assert_eq!(answer(&with(&cache).load_image(small(1)).unwrap()), 1);
        }
        done.store(true, Ordering::Relaxed);
        assert!(start.elapsed() < Duration::from_secs(120), "{:?}", start.elapsed());
        let CacheStats { hits, misses, .. } = cache.stats();
        assert_eq!(hits + misses, 100);
    });
}

/// A link to a directory of somebody who may change it is as good as that directory.
#[cfg(unix)]
#[test]
fn a_directory_that_is_a_link() {
    use std::os::unix::fs::{PermissionsExt, symlink};

    let dir = Dir::new("real");
    let link = Dir::new("link");
    Cache::at(&dir.0).unwrap();
    symlink(&dir.0, &link.0).unwrap();
    assert_eq!(answer(&with(&Cache::at(&link.0).unwrap()).load_image(small(5)).unwrap()), 5);
    std::fs::set_permissions(&dir.0, std::fs::Permissions::from_mode(0o777)).unwrap();
    assert!(matches!(Cache::at(&link.0).unwrap_err(), Error::Cache { .. }));
    std::fs::set_permissions(&dir.0, std::fs::Permissions::from_mode(0o700)).unwrap();
    std::fs::remove_file(&link.0).unwrap();
    symlink("/dev/null", &link.0).unwrap();
    assert!(matches!(Cache::at(&link.0).unwrap_err(), Error::Cache { .. }));
}
