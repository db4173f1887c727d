//! Older and newer guests on older and newer hosts. Each pair has the verdict that is documented for it.
#![allow(dead_code)] // Some traits are only compared.

use crate::bad_input::with_section;
use crate::contract::wasm;
use std::fmt::Write;
use tairitsu::schema::{Interface, Role};
use tairitsu::{CallError, Compatibility, Container, Error, Image, Registry};

/// The first version.
mod v1 {
    #[tairitsu::guest(package = "acme:evolution@1.0.0")]
    pub(super) trait Greeter {
        fn greet(&mut self, name: &str) -> u32;
        fn count(&self) -> u32;
    }

    #[tairitsu::host(package = "acme:evolution@1.0.0")]
    pub(super) trait Journal {
        fn record(&mut self, entry: u32);
    }
}

/// A version with more functions. The trait has default bodies for them, for a guest that lacks them.
mod with_defaults {
    #[tairitsu::guest(package = "acme:evolution@1.1.0")]
    pub(super) trait Greeter {
        fn greet(&mut self, name: &str) -> u32;
        fn count(&self) -> u32;
        /// The default body calls functions of the guest.
        fn twice(&mut self, name: &str) -> Result<u32, String> {
            match name {
                "" => Err("nobody".into()),
                name => Ok(self.greet(name) + self.count()),
            }
        }
        /// The default body calls another default body.
        fn four_times(&mut self, name: &str) -> Result<u32, String> {
            Ok(self.twice(name)? + self.twice(name)?)
        }
        /// The default body has no result, and panics.
        fn check(&self) {
            assert!(self.count() != 7, "the count is seven");
        }
    }

    #[tairitsu::host(package = "acme:evolution@1.1.0")]
    pub(super) trait Journal {
        fn record(&mut self, entry: u32);
        fn last(&self) -> u32 {
            0
        }
    }
}

/// A version with one more function, which has no default body.
mod without_defaults {
    #[tairitsu::guest(package = "acme:evolution@1.2.0")]
    pub(super) trait Greeter {
        fn greet(&mut self, name: &str) -> u32;
        fn count(&self) -> u32;
        fn reset(&mut self) -> u32;
    }
}

/// A version with a changed type.
mod changed {
    #[tairitsu::guest(package = "acme:evolution@1.0.1")]
    pub(super) trait Greeter {
        fn greet(&mut self, name: &str, again: bool) -> u32;
        fn count(&self) -> u64;
    }

    #[tairitsu::host(package = "acme:evolution@1.0.1")]
    pub(super) trait Journal {
        fn record(&mut self, entry: u64);
    }
}

/// A version without one of the functions.
mod removed {
    #[tairitsu::guest(package = "acme:evolution@1.0.2")]
    pub(super) trait Greeter {
        fn greet(&mut self, name: &str) -> u32;
    }
}

/// A major version, which is another interface.
mod v2 {
    #[tairitsu::guest(package = "acme:evolution@2.0.0")]
    pub(super) trait Greeter {
        fn greet(&mut self, name: &str) -> u32;
        fn count(&self) -> u32;
    }

    #[tairitsu::host(package = "acme:evolution@2.0.0")]
    pub(super) trait Journal {
        fn record(&mut self, entry: u32);
    }
}

/// A guest of an interface. Each function returns 7, except the function `trap`, which traps.
pub(crate) fn guest(interface: &Interface, trap: &str) -> Image {
    let mut core = String::from(
        "(module (memory (export \"memory\") 1)
            (func (export \"cabi_realloc\") (param i32 i32 i32 i32) (result i32) i32.const 1024)",
    );
    for function in interface.functions {
        let signature = function.signature();
        let params: Vec<_> = signature.params.iter().map(|core| wasm(*core)).collect();
        let (result, body) = match wasm(signature.result) {
            "" => (String::new(), String::new()),
            result => (format!("(result {result})"), format!("{result}.const 7")),
        };
        let body = if function.name == trap { "unreachable".into() } else { body };
        let (id, name) = (interface.id, function.name);
        write!(core, "(func (export \"{id}#{name}\") (param {}) {result} {body})", params.join(" ")).unwrap();
    }
    core.push(')');
    load(&core, interface, Role::Export)
}

/// A guest that imports every function of an interface.
pub(crate) fn caller(interface: &Interface) -> Image {
    let mut core = String::from("(module (memory (export \"memory\") 1)");
    for function in interface.functions {
        let signature = function.signature();
        let params: Vec<_> = signature.params.iter().map(|core| wasm(*core)).collect();
        let result = match wasm(signature.result) {
            "" => String::new(),
            result => format!("(result {result})"),
        };
        let (id, name) = (interface.id, function.name);
        write!(core, "(import \"{id}\" \"{name}\" (func (param {}) {result}))", params.join(" ")).unwrap();
    }
    core = core.replacen("(memory (export \"memory\") 1)", "", 1) + "(memory (export \"memory\") 1))";
    load(&core, interface, Role::Import)
}

fn load(core: &str, interface: &Interface, role: Role) -> Image {
    let module = wat::parse_str(core).unwrap();
    Registry::new().load_image(with_section(module, &interface.section(role))).unwrap()
}

fn text(report: &Compatibility) -> String {
    assert!(!report.is_compatible());
    report.to_string()
}

#[test]
fn an_older_guest_is_served_by_defaults() {
    let image = guest(v1::Greeter.interface(), "");
    let verdict = image.compatibility(with_defaults::Greeter);
    assert!(verdict.is_compatible());
    assert_eq!(verdict.to_string(), "compatible, with the trait's default for `twice`, `four-times`, `check`");

    let mut container = Container::new(&image).unwrap();
    let mut greeter = container.guest(with_defaults::Greeter).unwrap();
    assert_eq!(greeter.greet("Ada").unwrap(), 7);
    assert_eq!(greeter.twice("Ada").unwrap(), 14);
    assert_eq!(greeter.four_times("Ada").unwrap(), 28);
    assert_eq!(greeter.twice("").unwrap_err().guest(), Some("nobody".into()));
}

#[test]
fn a_trap_below_a_default_is_the_calls() {
    let image = guest(v1::Greeter.interface(), "count");
    let mut container = Container::new(&image).unwrap();
    let mut greeter = container.guest(with_defaults::Greeter).unwrap();
    let error = greeter.four_times("Ada").unwrap_err();
    assert!(matches!(&error, CallError::Trap(trap) if trap.function().ends_with("#count")), "{error}");
    let error = greeter.twice("Ada").unwrap_err();
    assert!(matches!(error, CallError::Trapped { .. }), "{error}");
}

/// A default body is the host's own code, so its panic is the host's panic.
#[test]
#[should_panic(expected = "the count is seven")]
fn a_panic_of_a_default_is_the_hosts() {
    let image = guest(v1::Greeter.interface(), "");
    let _ = Container::new(&image).unwrap().guest(with_defaults::Greeter).unwrap().check();
}

#[test]
fn a_newer_guest_answers_itself() {
    let image = guest(with_defaults::Greeter.interface(), "check");
    assert_eq!(image.compatibility(with_defaults::Greeter), Compatibility::Compatible);
    let mut container = Container::new(&image).unwrap();
    let mut greeter = container.guest(with_defaults::Greeter).unwrap();
    let error = greeter.check().unwrap_err();
    assert!(matches!(error, CallError::Trap(_)), "its own: {error}");

    assert_eq!(image.compatibility(v1::Greeter), Compatibility::Compatible, "an older host does not ask for more");
    let mut container = Container::new(&image).unwrap();
    assert_eq!(container.guest(v1::Greeter).unwrap().count().unwrap(), 7);
}

#[test]
fn an_older_guest_lacks_what_has_no_default() {
    let image = guest(v1::Greeter.interface(), "");
    let verdict = image.compatibility(without_defaults::Greeter);
    assert_eq!(
        text(&verdict),
        "`acme:evolution/greeter@1.2.0` is not the same on both sides:\n  \
         `acme:evolution/greeter@1.2.0#reset`: expected `func() -> u32`, found nothing in `acme:evolution/greeter@1.0.0`"
    );
    let error = Container::new(&image).unwrap().guest(without_defaults::Greeter).unwrap_err();
    let Error::Exports { report, .. } = error else { panic!("{error}") };
    assert_eq!(report.missing[0].found_in.as_deref(), Some("acme:evolution/greeter@1.0.0"));
    assert_eq!(guest(without_defaults::Greeter.interface(), "").compatibility(v1::Greeter), Compatibility::Compatible);
}

#[test]
fn changed_types_are_all_in_one_report() {
    for (guest_of, host) in [
        (v1::Greeter.interface(), guest(v1::Greeter.interface(), "").compatibility(changed::Greeter)),
        (changed::Greeter.interface(), guest(changed::Greeter.interface(), "").compatibility(v1::Greeter)),
    ] {
        let report = text(&host);
        assert_eq!(report.lines().count(), 3, "{}: {report}", guest_of.id);
        assert!(report.contains("at `greet`: expected `func(name: string"), "{report}");
        assert!(report.contains("at `count ->`: expected `u"), "{report}");
    }
}

#[test]
fn a_removed_function_is_missed_by_an_older_host() {
    let image = guest(removed::Greeter.interface(), "");
    assert!(text(&image.compatibility(v1::Greeter)).contains("#count`: expected `func() -> u32`, found nothing"));
    assert_eq!(guest(v1::Greeter.interface(), "").compatibility(removed::Greeter), Compatibility::Compatible);
}

#[test]
fn another_major_version_is_another_interface() {
    for (image, verdict) in [
        (guest(v1::Greeter.interface(), ""), guest(v1::Greeter.interface(), "").compatibility(v2::Greeter)),
        (guest(v2::Greeter.interface(), ""), guest(v2::Greeter.interface(), "").compatibility(v1::Greeter)),
    ] {
        assert!(matches!(&verdict, Compatibility::Absent { found, .. } if found.len() == 1), "{verdict}");
        assert!(text(&verdict).contains(", found `acme:evolution/greeter@"), "{verdict}");
        assert!(image.compatibility(tairitsu::core_world::GuestApi).to_string().ends_with("found none of that name"));
    }
}

#[test]
fn a_newer_guest_is_told_what_an_older_host_lacks() {
    struct Old;

    #[tairitsu::host]
    impl v1::Journal for Old {
        fn record(&mut self, _: u32) {}
    }

    let image = caller(with_defaults::Journal.interface());
    let report = text(&image.compatibility(v1::Journal));
    assert!(report.contains("#last`: expected `func() -> u32`, found nothing"), "{report}");
    let error = Container::builder(&image).provide(Old).build().unwrap_err();
    assert!(matches!(&error, Error::Imports { report, .. } if report.missing.len() == 1), "{error}");
}

#[test]
fn an_older_guest_on_a_newer_host() {
    struct New;

    #[tairitsu::host]
    impl with_defaults::Journal for New {
        fn record(&mut self, _: u32) {}
    }

    let image = caller(v1::Journal.interface());
    assert_eq!(image.compatibility(with_defaults::Journal), Compatibility::Compatible);
    Container::builder(&image).provide(New).build().unwrap();
    // The host also provides the functions that have default bodies.
    let newer = caller(with_defaults::Journal.interface());
    assert_eq!(newer.compatibility(with_defaults::Journal), Compatibility::Compatible);
    Container::builder(&newer).provide(New).build().unwrap();
    // This guest imports nothing, so any host fits.
    let silent = guest(v1::Greeter.interface(), "");
    assert_eq!(silent.compatibility(with_defaults::Journal), Compatibility::Compatible);
}

#[test]
fn imports_of_other_types_and_versions() {
    let image = caller(v1::Journal.interface());
    let report = text(&image.compatibility(changed::Journal));
    assert!(report.contains("at `record(entry)`: expected `u32`, found `u64`"), "{report}");
    let report = text(&image.compatibility(v2::Journal));
    assert!(
        report.contains("`acme:evolution/journal@1.0.0#record`: expected `func(entry: u32)`, found nothing"),
        "{report}"
    );
}
