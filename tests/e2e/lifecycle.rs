//! Templates, and containers from their first call to their last.

use crate::image;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tairitsu::{CallError, Container, Error, Image, Limits, Registry, RestartPolicy, Status, Template};
use tairitsu_example_hybrid::{Greeter, Journal};
use tairitsu_test_unruly::Unruly;

fn hybrid() -> Image {
    use std::sync::OnceLock;
    static IMAGE: OnceLock<Image> = OnceLock::new();
    let load = || Registry::new().register_image("hybrid:v1", tairitsu::include_guest!("tairitsu-example-hybrid"));
    IMAGE.get_or_init(|| load().unwrap()).clone()
}

/// A journal that keeps its entries, and panics at one of them.
#[derive(Default)]
struct Log(Vec<String>);

#[tairitsu::host]
impl Journal for Log {
    fn record(&mut self, entry: &str) {
        if entry.contains("Eve") {
            panic!("{entry}: who is that?");
        }
        self.0.push(entry.into());
    }

    fn count(&self) -> u64 {
        self.0.len() as u64
    }
}

fn entries(container: &mut Container) -> String {
    container.handle_command("visits", "").unwrap()
}

#[test]
fn a_template_makes_containers_of_their_own() {
    let template = Container::builder(&hybrid()).provide_with(Log::default).prepare().unwrap();
    let (mut one, mut other) = (template.spawn().unwrap(), template.clone().spawn().unwrap());
    one.guest(Greeter).unwrap().greet("Ada").unwrap();
    one.guest(Greeter).unwrap().greet("Ada").unwrap();
    other.guest(Greeter).unwrap().greet("Bob").unwrap();
    assert_eq!(entries(&mut one), "2 visits, 2 entries");
    assert_eq!(entries(&mut other), "1 visits, 1 entries");
}

#[test]
fn a_shared_provider_is_one() {
    let log = Arc::new(Mutex::new(Log::default()));
    let template = Container::builder(&hybrid()).provide_shared(log.clone()).prepare().unwrap();
    let (mut one, mut other) = (template.spawn().unwrap(), template.spawn().unwrap());
    one.guest(Greeter).unwrap().greet("Ada").unwrap();
    other.guest(Greeter).unwrap().greet("Bob").unwrap();
    assert_eq!(log.lock().unwrap().0, ["greeted Ada", "greeted Bob"]);
    assert_eq!(entries(&mut one), "1 visits, 2 entries");

    // After a panic in the shared provider, the other containers go on, and the provider works again.
    let error = one.guest(Greeter).unwrap().greet("Eve").unwrap_err();
    assert!(matches!(error, CallError::Provider { .. }), "{error}");
    other.guest(Greeter).unwrap().greet("Bob").unwrap();
    assert_eq!(entries(&mut other), "2 visits, 3 entries");
}

#[test]
fn a_provider_by_value_is_one_containers() {
    let error = Container::builder(&hybrid()).provide(Log::default()).prepare().unwrap_err();
    assert!(
        matches!(&error, Error::ProvidedByValue { interface, .. } if interface.ends_with("/journal@0.1.0")),
        "{error}"
    );
    assert!(error.to_string().contains("provide_with"), "{error}");
}

/// `prepare` finds every fault, before any container is spawned.
#[test]
fn prepare_reports_everything() {
    let error = Container::builder(&hybrid()).prepare().unwrap_err();
    assert!(matches!(&error, Error::Imports { report, .. } if report.missing.len() == 2), "{error}");
}

#[test]
fn a_provider_that_panics_is_an_error_of_that_call() {
    let mut container = Container::builder(&hybrid()).provide(Log::default()).build().unwrap();
    let mut neighbour = Container::builder(&hybrid()).provide(Log::default()).build().unwrap();
    let error = container.guest(Greeter).unwrap().greet("Eve").unwrap_err();
    let CallError::Provider { function, message, trap, .. } = &error else { panic!("{error}") };
    assert!(function.ends_with("/journal@0.1.0#record"), "{function}");
    assert_eq!(message, "greeted Eve: who is that?");
    assert!(trap.function().ends_with("/greeter@0.1.0#greet"), "{}", trap.function());
    assert!(error.to_string().contains("panicked: greeted Eve"), "{error}");
    assert!(matches!(container.guest(Greeter).unwrap().greet("Ada"), Err(CallError::Trapped { .. })));
    neighbour.guest(Greeter).unwrap().greet("Ada").unwrap();
}

#[test]
fn a_factory_that_panics() {
    let template = Container::builder(&hybrid()).provide_with(|| -> Log { panic!("no more logs") }).prepare().unwrap();
    let error = template.spawn().unwrap_err();
    assert!(matches!(&error, Error::Factory { message, .. } if message == "no more logs"), "{error}");
}

#[test]
fn from_created_to_stopped() {
    let mut container = Container::builder(&image("unruly")).name("worker").build().unwrap();
    let handle = container.handle();
    assert_eq!((container.name(), container.status()), ("worker", Status::Created));
    assert_eq!(container.guest(Unruly).unwrap().count().unwrap(), 1);
    assert_eq!(container.status(), Status::Running);
    container.guest(Unruly).unwrap().trap().unwrap_err();
    assert_eq!(container.status(), Status::Trapped);
    assert_eq!(container.first_trap().unwrap().function(), "test:unruly/unruly#trap");

    container.restart().unwrap();
    assert_eq!(container.status(), Status::Created);
    assert!(container.first_trap().is_none());
    assert_eq!(container.guest(Unruly).unwrap().count().unwrap(), 1, "a fresh instance");
    let info = handle.info();
    assert_eq!((info.calls, info.traps, info.restarts), (3, 1, 1));
    assert!(info.memory >= 65_536, "{info:?}");

    container.stop();
    assert_eq!(handle.status(), Status::Stopped);
    assert_eq!(handle.info().memory, 0);
    let error = container.guest(Unruly).unwrap_err();
    assert!(matches!(&error, Error::Stopped { container, .. } if container == "worker"), "{error}");
    assert!(matches!(container.init().unwrap_err(), CallError::Stopped { .. }));
    container.restart().unwrap();
    assert_eq!(container.guest(Unruly).unwrap().count().unwrap(), 1);
    drop(container);
    assert_eq!(handle.status(), Status::Stopped);
}

/// Over a restart, a provider given by value stays, a factory makes a new provider, and handlers stay.
#[test]
fn providers_over_a_restart() {
    let mut container = Container::builder(&hybrid()).provide(Log::default()).build().unwrap();
    container.on_execute(|command, _| Ok(command.to_uppercase()));
    container.guest(Greeter).unwrap().greet("Ada").unwrap();
    container.stop();
    container.restart().unwrap();
    assert_eq!(entries(&mut container), "0 visits, 1 entries");
    assert_eq!(container.handle_command("shout", "").unwrap(), "UPPERCASE");

    let template = Container::builder(&hybrid()).provide_with(Log::default).prepare().unwrap();
    let mut container = template.spawn().unwrap();
    container.on_execute(|command, _| Ok(command.to_uppercase()));
    container.guest(Greeter).unwrap().greet("Ada").unwrap();
    container.restart().unwrap();
    assert_eq!(entries(&mut container), "0 visits, 0 entries");
    assert_eq!(container.handle_command("shout", "").unwrap(), "UPPERCASE");
}

/// A stop from another thread ends guest code, and a guest that waits, within a few ticks.
#[test]
fn stopped_from_outside() {
    type Call = fn(&mut Container) -> Result<(), CallError>;
    let calls: [Call; 2] = [|c| c.guest(Unruly).unwrap().spin(), |c| c.guest(Unruly).unwrap().sleep(60_000)];
    for call in calls {
        let mut container = Container::builder(&image("unruly")).limits(Limits::new().deadline(None)).build().unwrap();
        let handle = container.handle();
        let stopper = std::thread::spawn(move || {
            while handle.status() != Status::Running {
                std::thread::yield_now();
            }
            std::thread::sleep(Duration::from_millis(50));
            handle.stop();
            Instant::now()
        });
        let error = call(&mut container).unwrap_err();
        let end = Instant::now();
        assert!(matches!(error, CallError::Stopped { .. }), "{error}");
        let time = end.saturating_duration_since(stopper.join().unwrap());
        assert!(time < Duration::from_millis(500), "{time:?}");
        assert!(matches!(container.guest(Unruly), Err(Error::Stopped { .. })));
        container.restart().unwrap();
        assert_eq!(container.guest(Unruly).unwrap().ping().unwrap(), 1);
    }
}

/// A client that was made before the stop sees the stop too.
#[test]
fn stopped_between_two_calls() {
    let mut container = Container::new(&image("unruly")).unwrap();
    let handle = container.handle();
    let mut unruly = container.guest(Unruly).unwrap();
    unruly.ping().unwrap();
    handle.stop();
    let error = unruly.ping().unwrap_err();
    assert!(matches!(&error, CallError::Stopped { function, .. } if function == "test:unruly/unruly#ping"), "{error}");
}

#[test]
fn restarted_by_policy() {
    let policy =
        RestartPolicy::OnTrap { attempts: 2, first: Duration::from_millis(200), longest: Duration::from_secs(10) };
    let mut container = Container::builder(&image("unruly")).restart(policy).build().unwrap();
    for attempt in 0..2 {
        assert_eq!(container.guest(Unruly).unwrap().count().unwrap(), 1, "{attempt}");
        container.guest(Unruly).unwrap().trap().unwrap_err();
        let wait = container.restarts_in().unwrap();
        assert!(wait > Duration::ZERO && wait <= Duration::from_millis(200 << attempt), "{attempt}: {wait:?}");
        // The restart is not due yet.
        let error = container.guest(Unruly).unwrap().ping().unwrap_err();
        assert!(matches!(error, CallError::Trapped { .. }), "{error}");
        std::thread::sleep(wait);
    }
    assert_eq!(container.guest(Unruly).unwrap().count().unwrap(), 1);
    container.guest(Unruly).unwrap().trap().unwrap_err();
    assert_eq!(container.restarts_in(), None, "its attempts are used up");
    assert_eq!(container.handle().info().restarts, 2);
    container.restart().unwrap();
    container.guest(Unruly).unwrap().trap().unwrap_err();
    assert!(container.restarts_in().is_some(), "a restart by hand begins a new row");
}

#[test]
fn containers_in_a_list() {
    let registry = Registry::new();
    let image = registry.register_image("unruly:v1", crate::UNRULY).unwrap();
    assert_eq!(image.name(), Some("unruly:v1"));
    let template = Container::builder(&image).prepare().unwrap();
    let mut one = template.spawn().unwrap();
    let other = template.spawn_named("other").unwrap();
    let unnamed = Container::new(&registry.load_image(crate::SPLIT).unwrap());
    assert!(unnamed.is_err(), "it wants a provider");
    one.guest(Unruly).unwrap().ping().unwrap();
    let list = registry.containers();
    let names: Vec<_> = list.iter().map(|info| (&*info.name, info.image.as_deref(), info.status, info.calls)).collect();
    assert_eq!(
        names,
        [("unruly:v1#0", Some("unruly:v1"), Status::Running, 1), ("other", Some("unruly:v1"), Status::Created, 0)]
    );
    assert!(list[0].id < list[1].id && list[0].age >= list[1].age);
    // Containers keep an image that was removed from the registry.
    registry.remove_image("unruly:v1").unwrap();
    drop((one, template));
    assert_eq!(registry.containers().len(), 1);
    drop(other);
    assert!(registry.containers().is_empty());
}

#[test]
fn what_goes_between_threads() {
    fn both<T: Send + Sync>() {}
    both::<Template>();
    both::<tairitsu::Handle>();
    both::<tairitsu::Trap>();
}

/// A factory is called once for each container.
#[test]
fn one_provider_each() {
    let made = Arc::new(AtomicU32::new(0));
    let count = made.clone();
    let template = Container::builder(&hybrid())
        .provide_with(move || {
            count.fetch_add(1, Ordering::Relaxed);
            Log::default()
        })
        .prepare()
        .unwrap();
    assert_eq!(made.load(Ordering::Relaxed), 0);
    let containers: Vec<_> = (0..3).map(|_| template.spawn().unwrap()).collect();
    assert_eq!((containers.len(), made.load(Ordering::Relaxed)), (3, 3));
}

/// A name stands for its old image or for its new one. Containers of the old image go on with it.
#[test]
fn images_replaced_under_load() {
    let registry = Registry::new();
    let one = registry.register_image("guest:v1", small(1)).unwrap();
    let mut old = Container::new(&one).unwrap();
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                let mut last = 1;
                while last < 20 {
                    let mut container = Container::new(&registry.get_image("guest:v1").unwrap()).unwrap();
                    let answer = container.guest(Answer).unwrap().answer().unwrap();
                    assert!(answer >= last, "{answer} after {last}");
                    last = answer;
                }
            });
        }
        for n in 2..=20 {
            let (new, before) = registry.replace_image("guest:v1", small(n)).unwrap();
            let before = before.unwrap();
            assert_ne!(new.digest(), before.digest());
            assert_eq!(new.name(), Some("guest:v1"));
        }
    });
    assert_eq!(old.guest(Answer).unwrap().answer().unwrap(), 1);
    old.restart().unwrap();
    assert_eq!(old.guest(Answer).unwrap().answer().unwrap(), 1, "its template has the old image");
    assert!(registry.replace_image("guest:v1", b"nonsense").is_err());
    assert!(registry.get_image("guest:v1").is_some());
    assert_eq!(registry.replace_image("guest:v2", small(1)).unwrap().1.map(|_| ()), None);
}

#[test]
fn images_by_digest() {
    let registry = Registry::new();
    let (one, two) = (small(1), small(2));
    let digest = registry.load_image(&one).unwrap().digest();
    assert!(digest.starts_with("sha256:") && digest.len() == 71, "{digest}");
    let by_digest = format!("guest@{digest}");
    assert!(registry.get_image(&by_digest).is_none());
    let error = registry.register_image(&by_digest, &two).unwrap_err();
    assert!(matches!(&error, Error::Digest { found, .. } if *found != digest), "{error}");
    assert!(registry.image_names().is_empty());

    registry.register_image(&format!("guest:v1@{digest}"), &one).unwrap();
    registry.register_image("guest:v2", &two).unwrap();
    registry.register_image("other:v1", &one).unwrap();
    assert_eq!(registry.get_image(&by_digest).unwrap().name(), Some("guest:v1"));
    assert_eq!(registry.get_image(&format!("guest:v1@{digest}")).unwrap().digest(), digest);
    assert!(registry.get_image(&format!("guest:v2@{digest}")).is_none());
    assert!(registry.get_image("guest").is_none(), "that is `guest:latest`");
    assert!(registry.remove_image(&format!("guest:v2@{digest}")).is_none());
    assert!(registry.remove_image(&format!("guest:v1@{digest}")).is_some());
    assert!(registry.get_image(&by_digest).is_none());
    assert_eq!(registry.image_names(), ["guest:v2", "other:v1"]);
}

#[tairitsu::guest(package = "test:answer")]
#[allow(dead_code)]
trait Answer {
    fn answer(&mut self) -> u32;
}

/// A guest whose function returns this number.
fn small(n: u32) -> Vec<u8> {
    wat::parse_str(format!(
        r#"(component
            (core module $m (func (export "answer") (result i32) i32.const {n}))
            (core instance $i (instantiate $m))
            (func $answer (result u32) (canon lift (core func $i "answer")))
            (instance $answers (export "answer" (func $answer)))
            (export "test:answer/answer" (instance $answers)))"#
    ))
    .unwrap()
}
