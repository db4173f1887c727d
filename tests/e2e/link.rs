//! Guests that call guests: the weather station's sensor is another container.

use crate::asynchronous::as_task;
use crate::image;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tairitsu::{CallError, Container, Error, Limits, OnDenied, Policy, SharedAsyncContainer, SharedContainer, Status};
use tairitsu_test_sensor::{SensorGuest, StationHost};
use tairitsu_test_types::weather::{Sky, Warnings};
use tairitsu_test_weather::Station;

/// Stands for the station, when the sensor calls the station.
#[derive(Default)]
struct Echo {
    /// The station itself, which this provider calls back.
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

fn sensor() -> SharedContainer {
    SharedContainer::new(Container::builder(&image("sensor")).provide(Echo::default()).build().unwrap())
}

fn station(sensor: &SharedContainer) -> Container {
    Container::builder(&image("weather")).link(SensorGuest, sensor).build().unwrap()
}

fn see(station: &mut Container, places: &[&str]) -> Result<Vec<Sky>, CallError> {
    let places: Vec<_> = places.iter().map(ToString::to_string).collect();
    let page = station.guest(Station).unwrap().forecast(&places)?;
    Ok(page.items.iter().map(|outlook| outlook.now.sky).collect())
}

#[test]
fn a_guest_calls_a_guest() {
    let sensor = sensor();
    let mut first = station(&sensor);
    assert_eq!(see(&mut first, &["Kyoto", "", "Oslo"]).unwrap(), [Sky::Clouds(1), Sky::Clouds(3)]);
    // All guests and the host call the same sensor, with the same state.
    assert_eq!(see(&mut station(&sensor), &["ring"]).unwrap(), [Sky::Clear]);
    let seen = sensor.lock().guest(SensorGuest).unwrap().observe("here").unwrap();
    assert_eq!(seen.sky, Sky::Clouds(5));
}

#[test]
fn from_a_template_and_on_threads() {
    let sensor = sensor();
    let template = Container::builder(&image("weather")).link(SensorGuest, &sensor).prepare().unwrap();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                let mut station = template.spawn().unwrap();
                for _ in 0..10 {
                    assert_eq!(see(&mut station, &["a", "b"]).unwrap().len(), 2);
                }
            });
        }
    });
    let seen = sensor.lock().guest(SensorGuest).unwrap().observe("here").unwrap();
    assert_eq!(seen.sky, Sky::Clouds(81));
}

#[test]
fn a_guest_that_fails_is_an_error_of_its_callers_call() {
    let sensor = sensor();
    let mut caller = station(&sensor);
    let error = see(&mut caller, &["broken"]).unwrap_err();
    let CallError::Linked { function, message, .. } = &error else { panic!("{error:?}") };
    assert_eq!(function, "test:weather/sensor@1.2.0#observe");
    assert!(message.contains("the sensor is broken"), "{message}");
    assert!(error.to_string().contains("the container behind `test:weather/sensor@1.2.0#observe` failed"), "{error}");

    // The next caller gets the error that the sensor has trapped. After a restart the sensor works again.
    let error = see(&mut station(&sensor), &["a"]).unwrap_err();
    assert!(matches!(&error, CallError::Linked { message, .. } if message.contains("had trapped")), "{error:?}");
    sensor.lock().restart().unwrap();
    assert_eq!(see(&mut station(&sensor), &["a"]).unwrap(), [Sky::Clouds(1)]);
}

#[test]
fn a_ring_is_refused() {
    let back = Arc::<Mutex<Option<SharedContainer>>>::default();
    let sensor = Container::builder(&image("sensor")).provide(Echo { back: back.clone() }).build().unwrap();
    let caller = SharedContainer::new(station(&SharedContainer::new(sensor)));
    *back.lock().unwrap() = Some(caller.clone());
    let error = see(&mut caller.lock(), &["ring"]).unwrap_err();
    let text = error.to_string();
    assert!(text.contains("it is in a call that has led here: container `"), "{text}");
    assert!(text.matches(" -> container `").count() >= 2, "{text}");
    back.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).take();
}

#[test]
fn nobody_waits_longer_than_his_deadline() {
    let sensor = sensor();
    let limits = Limits::new().deadline(Duration::from_millis(200));
    let mut caller = Container::builder(&image("weather")).link(SensorGuest, &sensor).limits(limits).build().unwrap();
    let start = Instant::now();
    let held = sensor.lock();
    // The call comes from another thread, because this thread holds the sensor.
    let error = std::thread::scope(|scope| scope.spawn(|| see(&mut caller, &["a"]).unwrap_err()).join().unwrap());
    drop(held);
    assert!(matches!(&error, CallError::Linked { message, .. } if message.contains("in other calls")), "{error:?}");
    assert!(start.elapsed() < Duration::from_secs(2), "{:?}", start.elapsed());
}

#[test]
fn both_policies_hold() {
    let sensor = sensor();
    let denied = || Policy::allow_all().deny("test:weather/sensor#observe").unwrap();
    let builder = || Container::builder(&image("weather")).link(SensorGuest, &sensor);
    let error = builder().policy(denied()).build().unwrap_err();
    assert!(error.to_string().contains("test:weather/sensor@1.2.0#observe"), "{error}");
    let mut caller = builder().policy(denied().on_denied(OnDenied::Trap)).build().unwrap();
    let error = see(&mut caller, &["a"]).unwrap_err();
    assert!(matches!(error, CallError::Denied { .. }), "{error:?}");

    // A denial for the linked container holds for calls from its callers too.
    let policy = Policy::allow_all().deny("test:station/*").unwrap().on_denied(OnDenied::Trap);
    let strict = Container::builder(&image("sensor")).provide(Echo::default()).policy(policy).build().unwrap();
    let error = see(&mut station(&SharedContainer::new(strict)), &["ring"]).unwrap_err();
    assert!(matches!(&error, CallError::Linked { message, .. } if message.contains("denied")), "{error:?}");
}

#[test]
fn what_is_not_exported_cannot_be_linked() {
    let other = SharedContainer::new(Container::new(&image("unruly")).unwrap());
    let error = Container::builder(&image("weather")).link(SensorGuest, &other).build().unwrap_err();
    assert!(matches!(&error, Error::NoExport { interface, .. } if interface.ends_with("sensor@1.2.0")), "{error:?}");
}

/// A stop of the caller ends its wait for a busy container.
#[test]
fn a_stop_ends_the_wait() {
    let sensor = sensor();
    let mut caller = Container::builder(&image("weather"))
        .link(SensorGuest, &sensor)
        .limits(Limits::new().deadline(None))
        .build()
        .unwrap();
    let handle = caller.handle();
    let held = sensor.lock();
    std::thread::scope(|scope| {
        let call = scope.spawn(|| see(&mut caller, &["a"]).unwrap_err());
        std::thread::sleep(Duration::from_millis(100));
        handle.stop();
        let error = call.join().unwrap();
        assert!(matches!(error, CallError::Stopped { .. }), "{error:?}");
    });
    drop(held);
}

#[test]
fn containers_whose_calls_are_futures() {
    as_task(async {
        let sensor = || async {
            let sensor = Container::builder(&image("sensor")).provide(Echo::default()).build_async().await.unwrap();
            SharedAsyncContainer::new(sensor)
        };
        let places = |names: &[&str]| names.iter().map(ToString::to_string).collect::<Vec<_>>();
        let shared = sensor().await;
        let template = Container::builder(&image("weather")).link_async(SensorGuest, &shared).prepare_async().unwrap();
        let mut station = template.spawn().await.unwrap();
        let page = station.guest(Station).unwrap().forecast(&places(&["Kyoto", "", "Oslo"])).await.unwrap();
        let skies: Vec<_> = page.items.iter().map(|outlook| outlook.now.sky).collect();
        assert_eq!(skies, [Sky::Clouds(1), Sky::Clouds(3)]);
        // Tasks that take turns, and the host between them.
        let tasks: Vec<_> = (0..4)
            .map(|_| {
                let (template, places) = (template.clone(), places(&["a", "b"]));
                tokio::spawn(async move {
                    let mut station = template.spawn().await.unwrap();
                    for _ in 0..10 {
                        assert_eq!(station.guest(Station).unwrap().forecast(&places).await.unwrap().items.len(), 2);
                    }
                })
            })
            .collect();
        for task in tasks {
            task.await.unwrap();
        }
        let seen = shared.lock().await.guest(SensorGuest).unwrap().observe("here").await.unwrap();
        assert_eq!(seen.sky, Sky::Clouds(84));

        let error = station.guest(Station).unwrap().forecast(&places(&["broken"])).await.unwrap_err();
        assert!(matches!(&error, CallError::Linked { .. }), "{error:?}");
        assert!(error.to_string().contains("the sensor is broken"), "{error}");
        assert_eq!((station.status(), shared.lock().await.status()), (Status::Trapped, Status::Trapped));

        // The future of a call that is dropped, or the caller's deadline, ends the wait for a container that the host has.
        let shared = sensor().await;
        let held = shared.lock().await;
        let limits = Limits::new().deadline(Duration::from_millis(100));
        let builder = Container::builder(&image("weather")).link_async(SensorGuest, &shared).limits(limits);
        let mut station = builder.build_async().await.unwrap();
        let error = station.guest(Station).unwrap().forecast(&places(&["a"])).await.unwrap_err();
        assert!(matches!(error, CallError::Deadline { .. }), "{error:?}");
        drop(held);
        shared.lock().await.guest(SensorGuest).unwrap().observe("here").await.unwrap();

        // A container whose calls are not futures can be linked as well, but not the other way round.
        let plain = Container::builder(&image("sensor")).provide(Echo::default()).build().unwrap();
        let plain = SharedContainer::new(plain);
        let mut station = Container::builder(&image("weather")).link(SensorGuest, &plain).build_async().await.unwrap();
        assert_eq!(station.guest(Station).unwrap().forecast(&places(&["a"])).await.unwrap().items.len(), 1);
        let error = Container::builder(&image("weather")).link_async(SensorGuest, &shared).prepare().unwrap_err();
        assert!(matches!(&error, Error::LinkedAsync { interface, .. } if interface.contains("sensor")), "{error:?}");
    });
}
