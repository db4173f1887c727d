//! The core world: the interfaces of the macros, compared with `wit/world.wit`, and a guest of that world.

use std::sync::{Arc, Mutex};
use tairitsu::core_world::{GuestApi, HostApi};
use tairitsu::{CallError, Container, Registry};
use wit_parser::Resolve;

/// Every interface of the file equals the one that the trait declares, function for function, docs included.
#[test]
fn the_file_is_the_traits() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../wit/world.wit");
    let mut resolve = Resolve::default();
    let package = resolve.push_str(file, &std::fs::read_to_string(file).unwrap()).unwrap();
    let name = resolve.packages[package].name.to_string();

    let interfaces = &resolve.packages[package].interfaces;
    assert_eq!(interfaces.keys().collect::<Vec<_>>(), ["guest-api", "host-api"]);
    for (descriptor, wit) in [(GuestApi.interface(), GuestApi.wit()), (HostApi.interface(), HostApi.wit())] {
        let id = interfaces[descriptor.name()];
        assert_eq!(descriptor.id, resolve.id_of(id).unwrap());
        assert!(wit.starts_with(&format!("package {name};\n")), "{wit}");

        let mut ours = Resolve::default();
        let package = ours.push_str("ours.wit", &wit).unwrap();
        let our_id = ours.packages[package].interfaces[descriptor.name()];
        assert_eq!(describe(&resolve, id), describe(&ours, our_id));
    }

    let world = &resolve.worlds[resolve.packages[package].worlds["guest"]];
    let names = |items: &wit_parser::IndexMap<wit_parser::WorldKey, wit_parser::WorldItem>| -> Vec<String> {
        items.keys().map(|key| resolve.name_world_key(key)).collect()
    };
    assert_eq!(names(&world.imports), [HostApi.id()]);
    assert_eq!(names(&world.exports), [GuestApi.id()]);
}

/// A guest that uses nothing of the core world imports nothing of it: no code with such imports is linked.
#[test]
fn a_guest_of_another_world_says_nothing_of_this_one() {
    let core = b"tairitsu:core/";
    assert!(!crate::WEATHER.windows(core.len()).any(|bytes| bytes == core));
}

/// An interface with its docs, as text to compare.
fn describe(resolve: &Resolve, id: wit_parser::InterfaceId) -> String {
    let interface = &resolve.interfaces[id];
    let mut printer = wit_component::WitPrinter::default();
    let package = interface.package.unwrap();
    printer.print_interface(resolve, id).unwrap();
    let text = printer.output.to_string();
    format!("{} {:?}\n{text}", resolve.packages[package].name, interface.docs.contents)
}

/// The hybrid example's guest speaks the core world. This test does not link the contract of that example.
fn container() -> Container {
    let image = Registry::new().load_image(tairitsu::include_guest!("tairitsu-example-hybrid")).unwrap();
    Container::builder(&image).provide(Quiet).build().unwrap()
}

struct Quiet;

#[tairitsu::host]
impl tairitsu_example_hybrid::Journal for Quiet {
    fn record(&mut self, _: &str) {}

    fn count(&self) -> u64 {
        7
    }
}

#[test]
fn commands_both_ways() {
    let log = Arc::new(Mutex::new(Vec::new()));
    let mut container = container();
    let lines = log.clone();
    container
        .on_execute(|command, payload| Ok(format!("host did {command} with {payload}")))
        .on_log(move |level, message| lines.lock().unwrap().push(format!("{level}: {message}")));
    container.init().unwrap();
    assert_eq!(*log.lock().unwrap(), ["info: ready"]);
    assert_eq!(container.handle_command("shout", "hey").unwrap(), "host did uppercase with hey");
    assert_eq!(container.handle_command("visits", "").unwrap(), "0 visits, 7 entries");
    let error = container.handle_command("nonsense", "").unwrap_err();
    assert!(matches!(&error, CallError::Guest(why) if why.contains("found `nonsense`")), "{error}");
}

#[test]
fn without_handlers() {
    let mut container = container();
    container.init().unwrap();
    let error = container.handle_command("shout", "hey").unwrap_err().guest().unwrap();
    assert_eq!(error, "the host carries out no commands, `uppercase` neither");
}

#[test]
fn an_image_without_the_core_world() {
    let mut container = Container::new(&crate::image("unruly")).unwrap();
    let error = container.init().unwrap_err();
    assert!(matches!(error, CallError::Interface(_)));
    assert_eq!(
        error.to_string(),
        "expected an image that exports `tairitsu:core/guest-api@0.1.0`, found `test:unruly/unruly`"
    );
}

/// A provider in place of the two closures.
#[test]
fn another_host() {
    struct Loud;

    #[tairitsu::host]
    impl HostApi for Loud {
        fn execute(&mut self, command: &str, _: &str) -> Result<String, String> {
            Ok(command.to_uppercase())
        }

        fn log(&mut self, _: &str, _: &str) {}
    }

    let image = Registry::new().load_image(tairitsu::include_guest!("tairitsu-example-hybrid")).unwrap();
    let mut container = Container::builder(&image).provide(Quiet).provide(Loud).build().unwrap();
    assert_eq!(container.handle_command("shout", "hey").unwrap(), "UPPERCASE");
}
