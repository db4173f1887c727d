//! Containers in places that are reserved once and handed out again. A place holds nothing of its last container, and
//! there are no more containers than places.

use crate::asynchronous::block_on;
use std::future::Future;
use std::task::Poll;
use tairitsu::{CallError, Container, Error, Image, Limits, Registry, Template};
use tairitsu_test_unruly::Unruly;

/// A guest that writes to everything it has.
#[tairitsu::guest(package = "test:dirty")]
#[allow(dead_code)]
trait Dirty {
    /// Writes to memory, to a table and to a global.
    fn soil(&mut self);
    /// How many of these values differ from those of a new instance.
    fn soiled(&self) -> u32;
    fn trap(&mut self);
    fn hoard(&mut self);
    fn hoard_elements(&mut self);
    fn spin(&mut self);
}

/// A guest whose memory has `pages` pages and then 48 more, which is more than a place keeps resident. Its data
/// begins with `seed`.
fn dirty(registry: &Registry, pages: u32, seed: u32) -> Image {
    let text = format!(
        r#"(component
            (core module $m
                (memory {pages})
                (table $t 8 funcref)
                (table $own 1 3 funcref)
                (global $g (mut i32) (i32.const {seed}))
                (elem (i32.const 1) $f)
                (elem declare func $g)
                (data (i32.const 100) "\{seed:02x}\00\00\00")
                (func $f) (func $g)
                (func (export "soil") (local $at i32)
                    ;; A maximum of its own is its own to handle.
                    (if (i32.ne (table.grow $own (ref.null func) (i32.const 3)) (i32.const -1)) (then unreachable))
                    (if (i32.eq (memory.grow (i32.const 48)) (i32.const -1)) (then unreachable))
                    (loop $pages
                        (i32.store (local.get $at) (i32.const -1))
                        (i32.store offset=65532 (local.get $at) (i32.const -1))
                        (local.set $at (i32.add (local.get $at) (i32.const 65536)))
                        (br_if $pages (i32.lt_u (local.get $at) (i32.mul (memory.size) (i32.const 65536)))))
                    (i32.store (i32.const 100) (i32.const -1))
                    (table.set $t (i32.const 0) (ref.func $f))
                    (table.set $t (i32.const 1) (ref.null func))
                    (table.set $t (table.grow $t (ref.func $g) (i32.const 2000)) (ref.func $f))
                    (global.set $g (i32.const -1)))
                (func (export "soiled") (result i32) (local $at i32) (local $found i32)
                    (local.set $found (i32.add (i32.ne (i32.load (i32.const 100)) (i32.const {seed}))
                                               (i32.ne (global.get $g) (i32.const {seed}))))
                    (local.set $found (i32.add (local.get $found) (i32.ne (table.size $t) (i32.const 8))))
                    (local.set $found (i32.add (local.get $found) (i32.eqz (ref.is_null (table.get $t (i32.const 0))))))
                    (local.set $found (i32.add (local.get $found) (ref.is_null (table.get $t (i32.const 1)))))
                    (local.set $found (i32.add (local.get $found) (i32.ne (memory.size) (i32.const {pages}))))
                    ;; What is grown has to be clean, too.
                    (if (i32.eq (memory.grow (i32.const 48)) (i32.const -1)) (then unreachable))
                    (loop $bytes
                        (if (i32.ne (local.get $at) (i32.const 96))
                            (then (local.set $found (i32.add (local.get $found)
                                (i64.ne (i64.load (local.get $at)) (i64.const 0))))))
                        (local.set $at (i32.add (local.get $at) (i32.const 8)))
                        (br_if $bytes (i32.lt_u (local.get $at) (i32.mul (memory.size) (i32.const 65536)))))
                    (local.get $found))
                (func (export "trap") unreachable)
                (func (export "hoard") (loop (drop (memory.grow (i32.const 1))) (br 0)))
                (func (export "hoard-elements") (loop (drop (table.grow $t (ref.null func) (i32.const 1000))) (br 0)))
                (func (export "spin") (loop (br 0))))
            (core instance $i (instantiate $m))
            (func $soil (canon lift (core func $i "soil")))
            (func $soiled (result u32) (canon lift (core func $i "soiled")))
            (func $trap (canon lift (core func $i "trap")))
            (func $hoard (canon lift (core func $i "hoard")))
            (func $hoard-elements (canon lift (core func $i "hoard-elements")))
            (func $spin (canon lift (core func $i "spin")))
            (instance $dirty
                (export "soil" (func $soil)) (export "soiled" (func $soiled)) (export "trap" (func $trap))
                (export "hoard" (func $hoard)) (export "hoard-elements" (func $hoard-elements))
                (export "spin" (func $spin)))
            (export "test:dirty/dirty" (instance $dirty)))"#
    );
    registry.load_image(wat::parse_str(text).unwrap()).unwrap()
}

/// A component of this core module, without exports.
fn plain(registry: &Registry, module: &str) -> Result<Image, Error> {
    let text = format!("(component (core module $m {module}) (core instance $i (instantiate $m)))");
    registry.load_image(wat::parse_str(text).unwrap())
}

fn pool(containers: u32) -> Registry {
    Registry::builder().pooling(containers).build().unwrap()
}

fn template(image: &Image) -> Template {
    Container::builder(image).prepare().unwrap()
}

#[test]
fn a_place_is_clean_when_it_is_handed_out_again() {
    let registry = pool(1);
    // Images of other sizes and with other data use the one place, in turns and twice in a row.
    let templates = [(1, 7), (1, 8), (40, 9), (3, 10)].map(|(pages, seed)| template(&dirty(&registry, pages, seed)));
    for i in [0, 0, 1, 0, 2, 2, 3, 1, 2, 0, 3, 3] {
        let mut container = templates[i].spawn().unwrap();
        assert_eq!(container.guest(Dirty).unwrap().soiled().unwrap(), 0, "image {i}");
        container.restart().unwrap();
        let mut guest = container.guest(Dirty).unwrap();
        guest.soil().unwrap();
        assert!(guest.soiled().unwrap() > 100, "image {i}: the test sees what was written");
        // A container that has trapped leaves its place just as clean.
        if i % 2 == 1 {
            guest.trap().unwrap_err();
        }
    }
}

#[test]
fn no_more_than_there_are_places() {
    let registry = pool(3);
    assert_eq!((registry.pool(), Registry::new().pool()), (Some(3), None));
    let (one, other) = (template(&dirty(&registry, 1, 1)), template(&dirty(&registry, 2, 2)));
    let mut containers = vec![one.spawn().unwrap(), other.spawn().unwrap(), one.spawn().unwrap()];
    for _ in 0..3 {
        for template in [&one, &other] {
            let error = template.spawn().unwrap_err();
            assert!(matches!(error, Error::PoolFull { containers: 3, .. }), "{error}");
            let text = error.to_string();
            assert!(text.contains("3 containers") && text.contains("RegistryBuilder::pooling"), "{text}");
        }
        assert_eq!(registry.containers().len(), 3, "those that were not made are in no list");
    }

    // A container keeps its place over a restart, by hand or after a trap.
    containers[0].restart().unwrap();
    containers[1].guest(Dirty).unwrap().trap().unwrap_err();
    assert!(one.spawn().is_err(), "what has trapped can still be looked at");
    containers[1].restart().unwrap();
    assert_eq!(containers[1].guest(Dirty).unwrap().soiled().unwrap(), 0);

    // A container that is stopped or dropped gives up its place. A stopped container has no claim to a place when it
    // restarts.
    containers[2].stop();
    let mut instead = other.spawn().unwrap();
    let error = containers[2].restart().unwrap_err();
    assert!(matches!(error, Error::PoolFull { .. }), "{error}");
    assert_eq!(instead.guest(Dirty).unwrap().soiled().unwrap(), 0);
    drop(instead);
    containers[2].restart().unwrap();
    drop(containers);
    let again: Vec<_> = (0..3).map(|_| other.spawn().unwrap()).collect();
    assert_eq!(again.len(), 3);
}

#[test]
fn each_registry_has_its_own() {
    let (a, b) = (pool(1), pool(1));
    let (one, other) = (template(&dirty(&a, 1, 1)), template(&dirty(&b, 1, 1)));
    let (mut x, mut y) = (one.spawn().unwrap(), other.spawn().unwrap());
    assert!(one.spawn().is_err() && other.spawn().is_err());
    x.guest(Dirty).unwrap().soil().unwrap();
    assert_eq!(y.guest(Dirty).unwrap().soiled().unwrap(), 0);
    drop(x);
    one.spawn().unwrap();
    assert!(other.spawn().is_err());
}

#[test]
fn limits_hold() {
    let registry = pool(1);
    let image = dirty(&registry, 1, 1);
    let limits = Limits::new().memory_bytes(100 << 16).deadline(std::time::Duration::from_millis(500));
    let template = Container::builder(&image).limits(limits.clone()).prepare().unwrap();
    for _ in 0..2 {
        let call = |call: fn(&mut DirtyClient<'_>) -> Result<(), CallError>| {
            let mut container = template.spawn().unwrap();
            call(&mut container.guest(Dirty).unwrap()).unwrap_err()
        };
        let error = call(|guest| guest.hoard());
        assert!(matches!(error, CallError::Memory { limit: 6_553_600, .. }), "{error}");
        let error = call(|guest| guest.hoard_elements());
        assert!(matches!(error, CallError::Table { limit: 100_000, .. }), "{error}");
        let error = call(|guest| guest.spin());
        assert!(matches!(error, CallError::Deadline { .. }), "{error}");
    }
    let error = Container::builder(&image).limits(limits.memory_bytes(65_535)).prepare().unwrap_err();
    assert!(matches!(error, Error::TooLarge { .. }), "{error}");
}

/// Each memory takes a place. An image or a limit that fits no place is an error before there is a container.
#[test]
fn images_and_limits_that_do_not_fit() {
    let registry = pool(3);
    let two = template(&plain(&registry, "(memory 1) (memory 2) (table 1 funcref) (table 99999 funcref)").unwrap());
    let one = template(&plain(&registry, "(memory 1)").unwrap());
    let first = two.spawn().unwrap();
    let error = two.spawn().unwrap_err();
    assert!(matches!(error, Error::PoolFull { containers: 3, .. }), "{error}");
    // The first memory of the failed container has given back its place.
    let second = one.spawn().unwrap();
    assert!(one.spawn().is_err());
    drop((first, second));
    two.spawn().unwrap();

    let error = plain(&registry, "(table 100001 funcref)").unwrap_err();
    assert!(matches!(&error, Error::PoolPlace { message, .. } if message.contains("100001")), "{error}");
    plain(&Registry::new(), "(table 100001 funcref)").unwrap();
    let error = plain(&registry, "(func i32.const 0)").unwrap_err();
    assert!(matches!(error, Error::Invalid { .. }), "{error}");

    let image = plain(&registry, "(memory 1)").unwrap();
    let more = || Limits::new().table_elements(100_001);
    let error = Container::builder(&image).limits(more()).prepare().unwrap_err();
    assert!(matches!(&error, Error::PoolPlace { message, .. } if message.contains("100001")), "{error}");
    let elsewhere = plain(&Registry::new(), "(memory 1)").unwrap();
    Container::builder(&elsewhere).limits(more()).prepare().unwrap();
}

/// An artefact of a registry without a pool may not fit the places of a registry with a pool. It is not counted as
/// corrupt.
#[test]
fn an_artefact_that_does_not_fit() {
    let dir = std::env::temp_dir().join(format!("tairitsu-pooling-{}", std::process::id()));
    let cache = tairitsu::Cache::at(&dir).unwrap();
    let registry = || Registry::builder().cache(cache.clone());
    let module = |elements: u32| format!("(table {elements} funcref)");
    plain(&registry().build().unwrap(), &module(100_001)).unwrap();
    plain(&registry().build().unwrap(), &module(100_000)).unwrap();

    let pool = registry().pooling(1).build().unwrap();
    let error = plain(&pool, &module(100_001)).unwrap_err();
    assert!(matches!(error, Error::PoolPlace { .. }), "{error}");
    template(&plain(&pool, &module(100_000)).unwrap()).spawn().unwrap();
    let stats = cache.stats();
    assert_eq!((stats.hits, stats.misses, stats.rejected), (1, 3, 0), "{stats:?}");
    std::fs::remove_dir_all(dir).unwrap();
}

/// A pool has the size that was asked for, or it is an error.
#[test]
fn pools_that_cannot_be() {
    for containers in [0, u32::MAX, 40_000_000] {
        let error = Registry::builder().pooling(containers).build().unwrap_err();
        assert!(matches!(error, Error::Pool { containers: found, .. } if found == containers), "{error}");
    }
    // A setting that is wrong without a pool too is not blamed on the pool.
    let error = Registry::builder().stack_bytes(0).pooling(1).build().unwrap_err();
    assert!(matches!(error, Error::Engine { .. }), "{error}");
}

/// There are as many threads as places. Each thread always finds a place.
#[test]
fn a_place_for_each_thread() {
    let registry = pool(4);
    let templates = &[template(&dirty(&registry, 1, 1)), template(&dirty(&registry, 2, 2))];
    std::thread::scope(|scope| {
        for thread in 0..4 {
            scope.spawn(move || {
                for i in 0..50 {
                    let mut container = templates[(i + thread) % 2].spawn().unwrap();
                    let mut guest = container.guest(Dirty).unwrap();
                    match i % 3 {
                        0 => assert_eq!(guest.soiled().unwrap(), 0),
                        1 => guest.soil().unwrap(),
                        _ => drop(guest.trap().unwrap_err()),
                    }
                }
            });
        }
    });
    assert!(registry.containers().is_empty());
}

/// A guest with the standard library and the adapter has one memory, and two core modules with one table each.
#[test]
fn a_guest_of_rust() {
    use tairitsu_test_unruly::Unruly;
    let registry = pool(2);
    let template = template(&registry.load_image(crate::UNRULY).unwrap());
    for _ in 0..3 {
        let (mut one, mut other) = (template.spawn().unwrap(), template.spawn().unwrap());
        assert!(matches!(template.spawn().unwrap_err(), Error::PoolFull { containers: 2, .. }));
        assert_eq!(one.guest(Unruly).unwrap().count().unwrap(), 1);
        assert_eq!(one.guest(Unruly).unwrap().count().unwrap(), 2);
        assert_eq!(other.guest(Unruly).unwrap().count().unwrap(), 1);
        let error = other.guest(Unruly).unwrap().panic("at the disco").unwrap_err();
        assert!(error.trap().unwrap().panic().unwrap().contains("disco"), "{error}");
        let error = one.guest(Unruly).unwrap().hoard().unwrap_err();
        assert!(matches!(error, CallError::Memory { .. }), "{error}");
    }
}

/// Calls that are futures have a place and a stack each, and both are handed out again.
#[test]
fn calls_that_are_futures() {
    let registry = pool(2);
    let image = registry.load_image(crate::UNRULY).unwrap();
    let template = Container::builder(&image).prepare_async().unwrap();
    block_on(async {
        for _ in 0..20 {
            let mut first = template.spawn().await.unwrap();
            let mut second = template.spawn().await.unwrap();
            let error = template.spawn().await.unwrap_err();
            assert!(matches!(error, Error::PoolFull { containers: 2, .. }), "{error}");
            // Both wait at once, and each has its stack meanwhile.
            let (mut one, mut two) = (first.guest(Unruly).unwrap(), second.guest(Unruly).unwrap());
            let (mut one, mut two) = (Box::pin(one.sleep(5)), Box::pin(two.sleep(5)));
            let mut done = [false; 2];
            std::future::poll_fn(|cx| {
                done[0] = done[0] || one.as_mut().poll(cx).map(Result::unwrap).is_ready();
                done[1] = done[1] || two.as_mut().poll(cx).map(Result::unwrap).is_ready();
                if done == [true; 2] { Poll::Ready(()) } else { Poll::Pending }
            })
            .await;
            drop((one, two));
            assert_eq!(first.guest(Unruly).unwrap().count().await.unwrap(), 1);
            second.guest(Unruly).unwrap().trap().await.unwrap_err();
            second.restart().await.unwrap();
            assert_eq!(second.guest(Unruly).unwrap().count().await.unwrap(), 1);
        }
    });
}
