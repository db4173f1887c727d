//! A registry is shared and a container moves: eight threads use one registry, each with its own containers.

use crate::{SPLIT, UNRULY};
use tairitsu::{Container, ContainerBuilder, Error, Image, Registry};
use tairitsu_test_unruly::Unruly;

#[test]
fn what_goes_between_threads() {
    fn send<T: Send>() {}
    fn sync<T: Sync>() {}
    send::<Container>();
    send::<ContainerBuilder>();
    send::<Registry>();
    sync::<Registry>();
    send::<Image>();
    sync::<Image>();
    send::<Error>();
    sync::<Error>();
}

#[test]
fn one_registry_and_eight_threads() {
    let registry = Registry::new();
    registry.register_image("unruly:v1", UNRULY).unwrap();
    let won: usize = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8)
            .map(|_| {
                let registry = registry.clone();
                scope.spawn(move || {
                    let image = registry.get_image("unruly:v1").unwrap();
                    let mut container = Container::new(&image).unwrap();
                    for _ in 0..100 {
                        assert_eq!(container.guest(Unruly).unwrap().ping().unwrap(), 1);
                    }
                    container.guest(Unruly).unwrap().trap().unwrap_err();
                    // Only one of the threads gets the name.
                    match registry.register_image("split:v1", SPLIT) {
                        Ok(_) => 1,
                        Err(Error::NameTaken { .. }) => 0,
                        Err(error) => panic!("{error}"),
                    }
                })
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).sum()
    });
    assert_eq!(won, 1);
    assert_eq!(registry.image_names(), ["split:v1", "unruly:v1"]);
}
