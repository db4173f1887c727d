//! Guests without wasm. The same assertions run on native containers and on containers of an image. `calls` does that
//! for every type.

use crate::image;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use tairitsu::core_world::{GuestApi, HostApi};
use tairitsu::{
    CallError, Container, Error, Handle, Image, OnDenied, Policy, Registry, RestartPolicy, SharedContainer, Status,
};
use tairitsu_example_hybrid::{GreetError, Greeter, Greeting, Hello, Journal};
use tairitsu_test_blocks::{Calculator, CalculatorApi, CalculatorError, Clock, Operation};
use tairitsu_test_sensor::{SensorGuest, StationHost};
use tairitsu_test_types::weather::{Observation, Sky, Warnings};
use tairitsu_test_unruly::Unruly;
use tairitsu_test_weather::{Sensor, Station};

fn hybrid() -> Image {
    Registry::new().load_image(tairitsu::include_guest!("tairitsu-example-hybrid")).unwrap()
}

/// A journal that keeps its entries, and panics at one of them.
#[derive(Default)]
struct Log(Vec<String>);

#[tairitsu::host]
impl Journal for Log {
    fn record(&mut self, entry: &str) {
        assert!(!entry.contains("Eve"), "{entry}: who is that?");
        self.0.push(entry.into());
    }

    fn count(&self) -> u64 {
        self.0.len() as u64
    }
}

fn greeters() -> [Container; 2] {
    [
        Container::builder(&hybrid()).provide(Log::default()).build().unwrap(),
        Container::native::<Hello>().provide(Log::default()).build().unwrap(),
    ]
}

fn unrulies() -> [Container; 2] {
    [
        Container::builder(&image("unruly")).name("worker").build().unwrap(),
        Container::native::<tairitsu_test_unruly::Guest>().name("worker").build().unwrap(),
    ]
}

#[test]
fn two_interfaces_on_one_state_and_two_providers() {
    for mut container in greeters() {
        let lines = Arc::<Mutex<Vec<String>>>::default();
        let log = lines.clone();
        container
            .on_execute(|command, payload| Ok(format!("{command} {payload}")))
            .on_log(move |level, message| log.lock().unwrap().push(format!("{level} {message}")));
        container.init().unwrap();
        assert_eq!(*lines.lock().unwrap(), ["info ready"]);
        let mut greeter = container.guest(Greeter).unwrap();
        for visits in 1..=3 {
            assert_eq!(greeter.greet("Ada").unwrap(), Greeting { text: "Hello, Ada!".into(), visits });
        }
        let error = greeter.greet("").unwrap_err();
        assert!(matches!(error, CallError::Guest(GreetError::EmptyName)), "{error}");
        assert_eq!(container.handle_command("visits", "").unwrap(), "3 visits, 3 entries");
        assert_eq!(container.guest(GuestApi).unwrap().handle_command("shout", "x").unwrap(), "uppercase x");
        let error = container.handle_command("sing", "").unwrap_err();
        assert_eq!(error.guest().unwrap(), "expected `visits` or `shout`, found `sing`");
    }
}

#[test]
fn blocks() {
    let image = Registry::new().load_image(tairitsu::include_guest!("tairitsu-test-blocks")).unwrap();
    for mut container in [
        Container::builder(&image).provide(Clock::default()).build().unwrap(),
        Container::native::<Calculator>().provide(Clock::default()).build().unwrap(),
    ] {
        let mut calculator = container.guest(CalculatorApi).unwrap();
        assert_eq!(calculator.run(vec![Operation::Add(6.0), Operation::Divide(4.0)]).unwrap(), 1.5);
        let failed = calculator.run(vec![Operation::Divide(0.0)]);
        assert!(matches!(failed, Err(CallError::Guest(CalculatorError::DivisionByZero))), "{failed:?}");
        let (title, steps) = calculator.history(1, "the last").unwrap();
        assert_eq!((title.as_str(), steps.len(), steps[0].result), ("the last (1) at 2", 1, 1.5));
        calculator.clear().unwrap();
        assert_eq!(calculator.history(9, "none").unwrap().1, []);
    }
}

#[test]
fn a_panic_ends_it_until_it_is_restarted() {
    for mut container in unrulies() {
        let handle = container.handle();
        assert_eq!((container.name(), container.status()), ("worker", Status::Created));
        assert_eq!(container.guest(Unruly).unwrap().count().unwrap(), 1);
        assert_eq!(container.guest(Unruly).unwrap().count().unwrap(), 2);
        assert_eq!(handle.status(), Status::Running);
        let error = container.guest(Unruly).unwrap().panic("at the\ndisco").unwrap_err();
        let CallError::Trap(trap) = &error else { panic!("{error:?}") };
        assert_eq!(trap.function(), "test:unruly/unruly#panic");
        assert!(trap.panic().unwrap().ends_with("at the\ndisco"), "{:?}", trap.panic());
        let text = error.to_string();
        assert!(text.starts_with("`test:unruly/unruly#panic` failed: the guest panicked"), "{text}");
        assert!(text.ends_with(": at the disco"), "{text}");

        assert_eq!(container.status(), Status::Trapped);
        assert_eq!(container.first_trap().unwrap().function(), "test:unruly/unruly#panic");
        let error = container.guest(Unruly).unwrap().ping().unwrap_err();
        assert!(matches!(&error, CallError::Trapped { function, .. } if function.ends_with("#ping")), "{error}");

        container.restart().unwrap();
        assert_eq!(container.status(), Status::Created);
        assert_eq!(container.guest(Unruly).unwrap().count().unwrap(), 1, "a fresh state");
        let info = handle.info();
        assert_eq!((info.calls, info.traps, info.restarts), (4, 1, 1));

        container.stop();
        assert_eq!(handle.status(), Status::Stopped);
        assert!(matches!(container.guest(Unruly), Err(Error::Stopped { container, .. }) if container == "worker"));
        container.restart().unwrap();
        assert_eq!(container.guest(Unruly).unwrap().count().unwrap(), 1);
        let mut unruly = container.guest(Unruly).unwrap();
        handle.stop();
        assert!(matches!(unruly.ping(), Err(CallError::Stopped { .. })), "a client that is held sees it too");
        drop(container);
        assert_eq!(handle.status(), Status::Stopped);
    }
}

#[test]
fn a_policy_restarts_it() {
    let restart = RestartPolicy::on_trap();
    for mut container in [
        Container::builder(&image("unruly")).restart(restart).build().unwrap(),
        Container::native::<tairitsu_test_unruly::Guest>().restart(restart).build().unwrap(),
    ] {
        container.guest(Unruly).unwrap().count().unwrap();
        container.guest(Unruly).unwrap().panic("once").unwrap_err();
        assert_eq!(container.guest(Unruly).unwrap().count().unwrap(), 1);
    }
}

#[test]
fn a_provider_that_panics_is_an_error_of_that_call() {
    for mut container in greeters() {
        let error = container.guest(Greeter).unwrap().greet("Eve").unwrap_err();
        let CallError::Provider { function, message, trap, .. } = &error else { panic!("{error:?}") };
        assert!(function.ends_with("/journal@0.1.0#record"), "{function}");
        assert_eq!(message, "greeted Eve: who is that?");
        assert!(trap.function().ends_with("/greeter@0.1.0#greet"), "{}", trap.function());
        assert!(error.to_string().contains("panicked: greeted Eve"), "{error}");
        assert_eq!(container.status(), Status::Trapped);
        // The provider was given by value, so it stays as it is.
        container.restart().unwrap();
        container.guest(Greeter).unwrap().greet("Ada").unwrap();
        assert_eq!(container.handle_command("visits", "").unwrap(), "1 visits, 1 entries");
    }
}

#[test]
fn what_is_denied_is_an_error_of_the_call() {
    let policy = || Policy::allow_all().deny("*:*/journal#record").unwrap().on_denied(OnDenied::Trap);
    for mut container in [
        Container::builder(&hybrid()).provide(Log::default()).policy(policy()).build().unwrap(),
        Container::native::<Hello>().provide(Log::default()).policy(policy()).build().unwrap(),
    ] {
        assert_eq!(container.handle_command("visits", "").unwrap(), "0 visits, 0 entries", "`count` is not denied");
        let error = container.guest(Greeter).unwrap().greet("Ada").unwrap_err();
        let CallError::Denied { function, .. } = &error else { panic!("{error:?}") };
        assert!(function.ends_with("/journal@0.1.0#record"), "{function}");
    }
}

/// A missing import of a native guest shows only when the guest calls it.
#[test]
fn what_nobody_provides_is_an_error_of_the_call() {
    let mut container = Container::native::<Hello>().build().unwrap();
    assert!(matches!(container.guest(Greeter).unwrap().greet(""), Err(CallError::Guest(GreetError::EmptyName))));
    let error = container.guest(Greeter).unwrap().greet("Ada").unwrap_err();
    let CallError::Missing { function, trap, .. } = &error else { panic!("{error:?}") };
    assert!(function.ends_with("/journal@0.1.0#record"), "{function}");
    assert!(trap.panic().is_none());
    let text = error.to_string();
    assert!(text.contains("#greet` failed: it called `") && text.contains("#record`, which nobody provides"), "{text}");
    assert!(matches!(container.guest(Greeter).unwrap().greet("Ada"), Err(CallError::Trapped { .. })));
}

#[test]
fn what_cannot_be_built_or_is_not_exported() {
    let error = Container::native::<Log>().build().unwrap_err();
    assert!(matches!(&error, Error::NoGuest { ty, .. } if ty.ends_with("native::Log")), "{error}");
    let twice = Container::native::<Hello>().provide(Log::default()).provide(Log::default()).build();
    assert!(matches!(twice, Err(Error::ProvidedTwice { .. })), "{twice:?}");
    let factory = Container::native::<Hello>().provide_with(|| -> Log { panic!("no more logs") }).build();
    assert!(matches!(factory, Err(Error::Factory { .. })), "{factory:?}");

    for mut container in greeters() {
        let error = container.guest(Unruly).unwrap_err();
        let Error::NoExport { interface, found, .. } = &error else { panic!("{error:?}") };
        assert_eq!(interface, "test:unruly/unruly");
        assert!(found.contains(&Greeter.id().to_string()) && found.contains(&GuestApi.id().to_string()), "{found:?}");
    }
    let error = Container::native::<Calculator>().build().unwrap().init().unwrap_err();
    assert!(matches!(&error, CallError::Interface(error) if matches!(**error, Error::NoExport { .. })), "{error:?}");
}

#[test]
fn each_has_its_own_providers() {
    let shared = Arc::new(Mutex::new(Log::default()));
    let native = || Container::native::<Hello>();
    let mut containers = [
        native().provide(Log::default()).build().unwrap(),
        native().provide_with(|| Log(vec!["made".into()])).build().unwrap(),
        native().provide_shared(shared.clone()).build().unwrap(),
        native().provide_shared(shared.clone()).build().unwrap(),
        native().provide_as((Journal, HostApi), Both::default()).build().unwrap(),
    ];
    // Calls come from this thread and from others. The container's host is on the thread of the caller.
    let greet = |container: &mut Container| drop(container.guest(Greeter).unwrap().greet("Ada").unwrap());
    for _ in 0..2 {
        containers.iter_mut().for_each(greet);
        std::thread::scope(|scope| {
            for container in &mut containers {
                scope.spawn(move || greet(container));
            }
        });
    }
    let counts = containers.each_mut().map(|container| container.handle_command("visits", "").unwrap());
    let counts = counts.each_ref().map(String::as_str);
    assert_eq!(
        counts[..4],
        ["4 visits, 4 entries", "4 visits, 5 entries", "4 visits, 8 entries", "4 visits, 8 entries"]
    );
    assert_eq!(counts[4], "4 visits, 4 entries");
    assert_eq!(containers[4].handle_command("shout", "x").unwrap(), "both did uppercase");
    assert_eq!(shared.lock().unwrap().0.len(), 8);
    containers[1].restart().unwrap();
    assert_eq!(containers[1].handle_command("visits", "").unwrap(), "0 visits, 1 entries");
}

/// One object provides two interfaces.
#[derive(Default)]
struct Both(u64);

#[tairitsu::host]
impl Journal for Both {
    fn record(&mut self, _: &str) {
        self.0 += 1;
    }

    fn count(&self) -> u64 {
        self.0
    }
}

#[tairitsu::host]
impl HostApi for Both {
    fn execute(&mut self, command: &str, _: &str) -> Result<String, String> {
        Ok(format!("both did {command}"))
    }

    fn log(&mut self, _: &str, _: &str) {}
}

/// A sensor that is another native container.
struct Remote(SharedContainer);

#[tairitsu::host]
impl Sensor for Remote {
    fn observe(&mut self, place: &str) -> Result<Observation, Sky> {
        match self.0.lock().guest(SensorGuest).unwrap().observe(place) {
            Err(CallError::Guest(sky)) => Err(sky),
            observed => Ok(observed.unwrap()),
        }
    }
}

/// Stands for the station, when the sensor calls the station.
#[derive(Default)]
struct Echo {
    back: Arc<Mutex<Option<SharedContainer>>>,
}

#[tairitsu::host]
impl StationHost for Echo {
    fn all_of(&self, all: Vec<Warnings>) -> Warnings {
        match &*self.back.lock().unwrap() {
            Some(station) => station.lock().guest(Station).unwrap().all_of(all).unwrap(),
            None => all.into_iter().collect(),
        }
    }
}

fn sensor(echo: Echo) -> SharedContainer {
    SharedContainer::new(Container::native::<tairitsu_test_sensor::Guest>().provide(echo).build().unwrap())
}

fn see(station: &mut Container, places: &[&str]) -> Result<Vec<Sky>, CallError> {
    let places: Vec<_> = places.iter().map(ToString::to_string).collect();
    let page = station.guest(Station).unwrap().forecast(&places)?;
    Ok(page.items.iter().map(|outlook| outlook.now.sky).collect())
}

/// The provider of one guest calls another guest. Each has its own host before and after. Or an image is linked to a
/// native container.
#[test]
fn one_calls_another() {
    let sensors = [sensor(Echo::default()), sensor(Echo::default())];
    let native = Container::native::<tairitsu_test_weather::Guest>().provide(Remote(sensors[0].clone())).build();
    let linked = Container::builder(&image("weather")).link(SensorGuest, &sensors[1]).build();
    for (mut station, sensor) in [native, linked].into_iter().zip(&sensors) {
        let station = station.as_mut().unwrap();
        assert!(sensor.image().is_none());
        assert_eq!(see(station, &["Kyoto", "", "ring", "Oslo"]).unwrap(), [Sky::Clouds(1), Sky::Clear, Sky::Clouds(4)]);
        let error = see(station, &["broken"]).unwrap_err();
        assert!(error.to_string().contains("the sensor is broken"), "{error}");
        assert_eq!(sensor.lock().status(), Status::Trapped);
        sensor.lock().restart().unwrap();
        station.restart().unwrap();
        assert_eq!(see(station, &["a"]).unwrap(), [Sky::Clouds(1)]);
    }
    let unruly = SharedContainer::new(Container::native::<tairitsu_test_unruly::Guest>().build().unwrap());
    let error = Container::builder(&image("weather")).link(SensorGuest, &unruly).build().unwrap_err();
    assert!(matches!(&error, Error::NoExport { interface, .. } if interface.ends_with("sensor@1.2.0")), "{error:?}");
}

#[test]
fn it_is_not_entered_while_it_is_in_a_call() {
    let back = Arc::<Mutex<Option<SharedContainer>>>::default();
    let sensor = sensor(Echo { back: back.clone() });
    let station = Container::native::<tairitsu_test_weather::Guest>().provide(Remote(sensor)).build().unwrap();
    let station = SharedContainer::new(station);
    *back.lock().unwrap() = Some(station.clone());
    let error = see(&mut station.lock(), &["ring"]).unwrap_err();
    assert!(error.to_string().contains("it is in a call that has led here"), "{error}");
    back.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).take();
}

fn panic_of(code: impl FnOnce() + Send + 'static) -> String {
    *std::thread::spawn(code).join().unwrap_err().downcast().unwrap()
}

#[test]
fn there_is_no_host_outside() {
    let panic = panic_of(|| tairitsu::Host.record("nobody is there"));
    assert!(panic.contains("/journal@0.1.0` outside a container"), "{panic}");

    /// Host code has no `Host`, even if a guest has called it.
    struct Confused;

    #[tairitsu::host]
    impl Journal for Confused {
        fn record(&mut self, entry: &str) {
            tairitsu::Host.record(entry);
        }

        fn count(&self) -> u64 {
            0
        }
    }

    let mut container = Container::native::<Hello>().provide(Confused).build().unwrap();
    let error = container.guest(Greeter).unwrap().greet("Ada").unwrap_err();
    assert!(
        matches!(&error, CallError::Provider { message, .. } if message.contains("outside a container")),
        "{error}"
    );
    // The thread has no host either after a call that has failed like this.
    let panic = panic_of(move || {
        container.guest(Greeter).unwrap().greet("Ada").unwrap_err();
        tairitsu::Host.record("nobody is there");
    });
    assert!(panic.contains("outside a container"), "{panic}");
}

/// Nothing interrupts native code. It ends when it calls the host.
#[test]
fn a_stop_is_seen_when_the_host_is_called() {
    struct Stopper(Arc<Mutex<Option<Handle>>>);

    #[tairitsu::host]
    impl Journal for Stopper {
        fn record(&mut self, _: &str) {
            self.0.lock().unwrap().take().unwrap().stop();
        }

        fn count(&self) -> u64 {
            0
        }
    }

    let handle = Arc::default();
    let mut container = Container::native::<Hello>().provide(Stopper(Arc::clone(&handle))).build().unwrap();
    *handle.lock().unwrap() = Some(container.handle());
    let error = container.guest(Greeter).unwrap().greet("Ada").unwrap_err();
    assert!(matches!(&error, CallError::Stopped { function, .. } if function.ends_with("#greet")), "{error:?}");
    assert!(container.restarts_in().is_none());
    container.restart().unwrap();
    assert_eq!(container.handle_command("visits", "").unwrap(), "0 visits, 0 entries");
}

mod ends {
    use super::*;

    #[tairitsu::guest(package = "test:ends")]
    pub(super) trait Ends {
        fn begin(&mut self);
        /// The guest does not write this function.
        fn sum(&self, numbers: &[u32]) -> u32 {
            numbers.iter().sum()
        }
    }

    #[tairitsu::host(package = "test:ends")]
    pub(super) trait Farewell {
        fn farewell(&mut self, last: bool);
    }

    /// Calls the host when it is dropped, and then panics.
    #[derive(Default)]
    pub(super) struct Guest(bool);

    #[tairitsu::guest]
    impl Ends for Guest {
        fn begin(&mut self) {
            self.0 = true;
            tairitsu::Host.farewell(false);
        }
    }

    impl Drop for Guest {
        fn drop(&mut self) {
            tairitsu::Host.farewell(self.0);
            panic!("and that was that");
        }
    }

    pub(super) struct Count(pub(super) Arc<AtomicU32>);

    #[tairitsu::host]
    impl Farewell for Count {
        fn farewell(&mut self, last: bool) {
            self.0.fetch_add(if last { 100 } else { 1 }, Ordering::Relaxed);
        }
    }
}

/// A guest's destructor is guest code. It has the host, and its panic affects nothing else.
#[test]
fn destructors_run_with_the_host() {
    let count = Arc::<AtomicU32>::default();
    let mut container = Container::native::<ends::Guest>().provide(ends::Count(count.clone())).build().unwrap();
    let mut ends = container.guest(ends::Ends).unwrap();
    ends.begin().unwrap();
    assert_eq!(ends.sum(&[1, 2, 3]).unwrap(), 6);
    container.restart().unwrap();
    assert_eq!(count.load(Ordering::Relaxed), 101);
    container.guest(ends::Ends).unwrap().begin().unwrap();
    container.stop();
    assert_eq!(count.load(Ordering::Relaxed), 202);
    container.restart().unwrap();
    container.guest(ends::Ends).unwrap().begin().unwrap();
    drop(container);
    assert_eq!(count.load(Ordering::Relaxed), 303);
}
