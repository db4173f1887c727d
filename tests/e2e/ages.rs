//! Hosts and guests of two versions of one contract. In the newer one, records, variants, an enum and flags have more members.

use crate::asynchronous::block_on;
use std::sync::{Arc, Mutex, OnceLock};
use tairitsu::{CallError, Compatibility, Container, ContainerBuilder, Image, Registry};
use tairitsu_test_newer as newer;
use tairitsu_test_older as older;

fn image(name: &str) -> Image {
    static REGISTRY: OnceLock<Registry> = OnceLock::new();
    let registry = REGISTRY.get_or_init(|| {
        let registry = Registry::new();
        registry.register_image("older", tairitsu::include_guest!("tairitsu-test-older")).unwrap();
        registry.register_image("newer", tairitsu::include_guest!("tairitsu-test-newer")).unwrap();
        registry
    });
    registry.image(name).unwrap()
}

/// What a host was given.
type Kept = Arc<Mutex<Vec<String>>>;

/// The provider, of either version. It gives each value back, and the person of the newer one with more in it.
#[derive(Clone, Default)]
struct Drawer {
    kept: Kept,
    /// Makes the result one that an older guest cannot be given.
    more: bool,
}

#[tairitsu::host]
impl older::Desk for Drawer {
    fn keep(&mut self, person: older::Person) -> Result<older::Person, String> {
        self.kept.lock().unwrap().push(format!("{person:?}"));
        Ok(person)
    }

    fn draw(&mut self, shape: older::Shape) -> older::Shape {
        self.kept.lock().unwrap().push(format!("{shape:?}"));
        shape
    }
}

#[tairitsu::host]
impl newer::Desk for Drawer {
    fn keep(&mut self, mut person: newer::Person) -> Result<newer::Person, String> {
        self.kept.lock().unwrap().push(format!("{person:?}"));
        person.mood = newer::Mood::Angry;
        person.home.zip = self.more.then_some(1);
        Ok(person)
    }

    fn draw(&mut self, shape: newer::Shape) -> newer::Shape {
        self.kept.lock().unwrap().push(format!("{shape:?}"));
        if self.more { newer::Shape::Square(3.0) } else { shape }
    }
}

fn of_older(name: &str) -> (ContainerBuilder, Kept) {
    let drawer = Drawer::default();
    let kept = drawer.kept.clone();
    (Container::builder(&image(name)).provide_as(older::Desk, drawer), kept)
}

fn of_newer(name: &str, more: bool) -> (ContainerBuilder, Kept) {
    let drawer = Drawer { more, ..Drawer::default() };
    let kept = drawer.kept.clone();
    (Container::builder(&image(name)).provide_as(newer::Desk, drawer), kept)
}

fn old_ada() -> older::Person {
    older::Person { name: "Ada".into(), home: older::Home { city: "Paris".into() } }
}

fn new_ada() -> newer::Person {
    newer::Person {
        name: "Ada".into(),
        nickname: None,
        retries: 5,
        mood: newer::Mood::Calm,
        home: newer::Home { city: "Paris".into(), zip: None },
    }
}

const OLD_ADA: &str = r#"Person { name: "Ada", home: Home { city: "Paris" } }"#;
const NEW_ADA: &str =
    r#"Person { name: "Ada", nickname: None, retries: 5, mood: Calm, home: Home { city: "Paris", zip: None } }"#;

/// The text of an error of a value.
#[track_caller]
fn value_error<T: std::fmt::Debug, E: std::fmt::Debug>(result: Result<T, CallError<E>>) -> String {
    match result {
        Err(CallError::Value { error, .. }) => error.to_string(),
        other => panic!("expected an error of a value, found {other:?}"),
    }
}

/// Sides of one age are compatible, and those of two ages say what is between them.
#[test]
fn verdicts() {
    assert_eq!(image("older").compatibility(older::Ages), Compatibility::Compatible);
    assert_eq!(image("newer").compatibility(newer::Ages), Compatibility::Compatible);
    assert_eq!(image("older").compatibility(older::Desk), Compatibility::Compatible);
    assert_eq!(image("newer").compatibility(newer::Desk), Compatibility::Compatible);
    for (verdict, lacks) in [
        (image("older").compatibility(newer::Ages), vec!["later"]),
        (image("newer").compatibility(older::Ages), vec![]),
        (image("older").compatibility(newer::Desk), vec![]),
        (image("newer").compatibility(older::Desk), vec![]),
        (image("older").compatibility(newer::Badge), vec![]),
        (image("newer").compatibility(older::Badge), vec![]),
    ] {
        assert!(verdict.is_compatible(), "{verdict}");
        let Compatibility::Bridged { functions, bridges, .. } = &verdict else { panic!("{verdict}") };
        assert_eq!(functions, &lacks);
        assert!(!bridges.is_empty());
    }
    let verdict = image("older").compatibility(newer::Ages).to_string();
    for line in [
        "compatible, with one side older than the other, and with the trait's default for `later`:",
        "`seen(person) person.nickname`, which the guest does not have because it is older than 1.1.0: `none`, and any other value is an error",
        "`seen(person) person.retries`, which the guest does not have because it is older than 1.1.0: `5`, and any other value is an error",
        "`seen(person) person.mood`, which the guest does not have because it is older than 1.1.0: `calm`, and any other value is left out",
        "`seen(person) person.home home.zip`, which the guest does not have because it is older than 1.1.0: `none`, and any other value is an error",
        "`same-shape(shape) shape.square`, which the guest does not have because it is older than 1.1.0: `unknown` in its place",
        "`same-color(color) color.blue`, which the guest does not have because it is older than 1.1.0: it is an error",
        "`same-rights(rights) rights.own`, which the guest does not have because it is older than 1.1.0: it is an error",
        "`same-rights(rights) rights.look`, which the guest does not have because it is older than 1.1.0: it is left out",
    ] {
        assert!(verdict.lines().any(|found| found.trim() == line), "expected {line}, found {verdict}");
    }
    let verdict = image("newer").compatibility(older::Ages).to_string();
    assert!(verdict.contains("which the host does not have because it is older than 1.1.0"), "{verdict}");
}

/// Declares the interface that the older guest exports as `test:ages/ages@1.0.0`, in a later version, with another record.
macro_rules! changed {
    ($($name:ident = $version:literal { $($fields:tt)* })*) => {$(
        mod $name {
            #[tairitsu::wit]
            pub(super) struct Home {
                city: String,
            }

            #[tairitsu::wit]
            pub(super) struct Person {
                $($fields)*
            }

            #[tairitsu::guest(package = $version, rename = "ages")]
            #[allow(dead_code)]
            pub(super) trait Changed {
                fn seen(&mut self, person: Person) -> String;
                fn make(&mut self, number: u32) -> Person;
            }
        }
    )*};
}

changed! {
    grown = "test:ages@1.1.0" { name: String, #[wit(since = "1.1.0")] nickname: Option<String>, home: Home, }
    grown_at_the_end = "test:ages@1.1.0" { name: String, home: Home, #[wit(since = "1.1.0", default = true)] last: bool, }
    without_since = "test:ages@1.1.0" { name: String, nickname: Option<String>, home: Home, }
    since_long_ago = "test:ages@1.1.0" { name: String, #[wit(since = "1.0.0")] nickname: Option<String>, home: Home, }
    renamed = "test:ages@1.1.0" { name: String, house: Home, }
    renamed_since = "test:ages@1.1.0" { name: String, #[wit(since = "1.1.0")] house: Option<Home>, }
    removed = "test:ages@1.1.0" { name: String, }
    reordered = "test:ages@1.1.0" { home: Home, name: String, }
    retyped = "test:ages@1.1.0" { name: u32, home: Home, }
    long_default = "test:ages@1.1.0" {
        name: String,
        #[doc = concat!("Since 1.1.0. Default: `\"", include_str!("ages.rs"), "\"`.")]
        text: String,
        home: Home,
    }
    default_with_items = "test:ages@1.1.0" {
        name: String,
        #[doc = "Since 1.1.0. Default: `[1, 2]`."]
        numbers: Vec<u32>,
        home: Home,
    }
    default_of_another_type = "test:ages@1.1.0" {
        name: String,
        #[doc = "Since 1.1.0. Default: `true`."]
        number: u32,
        home: Home,
    }
    another_major = "test:ages@2.0.0" { name: String, #[wit(since = "2.0.0")] nickname: Option<String>, home: Home, }
}

/// Which changes of a record an older guest goes with.
#[test]
fn changes_of_a_record() {
    use Compatibility::{Absent, Bridged, Incompatible};

    let older = image("older");
    for (name, verdict) in [
        ("grown", older.compatibility(grown::Changed)),
        ("grown at the end", older.compatibility(grown_at_the_end::Changed)),
    ] {
        assert!(matches!(verdict, Bridged { .. }), "{name}: {verdict}");
    }
    for (name, verdict) in [
        ("without since", older.compatibility(without_since::Changed)),
        ("since long ago", older.compatibility(since_long_ago::Changed)),
        ("renamed", older.compatibility(renamed::Changed)),
        ("renamed since", older.compatibility(renamed_since::Changed)),
        ("removed", older.compatibility(removed::Changed)),
        ("reordered", older.compatibility(reordered::Changed)),
        ("retyped", older.compatibility(retyped::Changed)),
        ("long default", older.compatibility(long_default::Changed)),
        ("default with items", older.compatibility(default_with_items::Changed)),
        ("default of another type", older.compatibility(default_of_another_type::Changed)),
    ] {
        assert!(matches!(verdict, Incompatible { .. }), "{name}: {verdict}");
        assert!(verdict.to_string().contains("seen(person)"), "{name}: {verdict}");
        assert!(verdict.to_string().len() < 1000, "{name}: {verdict}");
    }
    assert!(matches!(older.compatibility(another_major::Changed), Absent { .. }));
    let verdict = older.compatibility(default_of_another_type::Changed).to_string();
    let line = "`seen(person) person.number`: expected `option, or short default of type u32`, found `true`";
    assert!(verdict.contains(line), "{verdict}");
    // What is refused is refused when a client is asked for, too.
    let mut container = of_older("older").0.build().unwrap();
    assert!(container.guest(reordered::Changed).is_err());
    assert!(container.guest(grown::Changed).is_ok());
}

/// A newer host calls an older guest.
#[test]
fn a_newer_host_calls_an_older_guest() {
    use newer::{Color, Mood, Person, Rights, Shape};

    let mut container = of_newer("older", false).0.build().unwrap();
    let mut guest = container.guest(newer::Ages).unwrap();
    assert_eq!(guest.seen(new_ada()).unwrap(), OLD_ADA);
    assert_eq!(guest.echo(&new_ada()).unwrap(), new_ada());
    // What may get lost is left out, and is the default when it comes back.
    assert_eq!(guest.echo(&Person { mood: Mood::Angry, ..new_ada() }).unwrap(), new_ada());
    // Other values are errors before the call.
    let error = value_error(guest.seen(Person { nickname: Some("A".into()), ..new_ada() }));
    assert_eq!(error, "person.nickname: expected none, because the guest is older than 1.1.0, found some");
    let error = value_error(guest.seen(Person { retries: 6, ..new_ada() }));
    assert_eq!(error, "person.retries: expected 5, because the guest is older than 1.1.0, found 6");
    let mut nested = new_ada();
    nested.home.zip = Some(1);
    let error = value_error(guest.seen(nested.clone()));
    assert_eq!(error, "person.home.zip: expected none, because the guest is older than 1.1.0, found some");
    let error = value_error(guest.deep(vec![None, Some(nested.clone())], (1, Err("no".into()))));
    assert_eq!(error, "people[1].home.zip: expected none, because the guest is older than 1.1.0, found some");
    let error = value_error(guest.deep(Vec::new(), (1, Ok(nested))));
    assert_eq!(error, "more[1].ok.home.zip: expected none, because the guest is older than 1.1.0, found some");

    // In lists, options, results and tuples.
    let people = vec![Some(new_ada()), None, Some(new_ada())];
    assert_eq!(guest.deep(people, (1, Ok(new_ada()))).unwrap(), vec![new_ada(); 3]);
    let own = guest.deep(Vec::new(), (0, Ok(new_ada()))).unwrap_err();
    assert_eq!(own.guest(), Some(new_ada()));
    assert_eq!(guest.make(1).unwrap(), new_ada());

    // Cases: the other one, or an error.
    assert_eq!(guest.same_shape(Shape::Circle(2.0)).unwrap(), Shape::Circle(2.0));
    assert_eq!(guest.same_shape(Shape::Own(new_ada())).unwrap(), Shape::Own(new_ada()));
    assert_eq!(guest.same_shape(Shape::Square(2.0)).unwrap(), Shape::Unknown("square".into()));
    assert_eq!(guest.same_color(Color::Green).unwrap(), Color::Green);
    let error = value_error(guest.same_color(Color::Blue));
    assert_eq!(error, "color: expected an older case, because the guest is older than 1.1.0, found `blue`");
    let all = Rights::READ | Rights::WRITE | Rights::LOOK;
    assert_eq!(guest.same_rights(all).unwrap(), Rights::READ | Rights::WRITE);
    let error = value_error(guest.same_rights(Rights::OWN));
    assert_eq!(error, "rights: expected older flags, because the guest is older than 1.1.0, found `own`");

    // A function that the guest does not have, by its body here; and one that has not grown.
    assert_eq!(guest.later(new_ada()).unwrap(), new_ada());
    assert_eq!(guest.plain("text").unwrap(), "text");

    // The result where it is.
    assert_eq!(guest.seen_with(new_ada(), str::len).unwrap(), OLD_ADA.len());
}

/// An older host calls a newer guest.
#[test]
fn an_older_host_calls_a_newer_guest() {
    use older::{Color, Rights, Shape};

    let mut container = of_older("newer").0.build().unwrap();
    let mut guest = container.guest(older::Ages).unwrap();
    assert_eq!(guest.seen(old_ada()).unwrap(), NEW_ADA);
    assert_eq!(guest.echo(&old_ada()).unwrap(), old_ada());
    assert_eq!(guest.deep(vec![Some(old_ada()), None], (1, Ok(old_ada()))).unwrap(), vec![old_ada(); 2]);
    assert_eq!(guest.make(0).unwrap(), old_ada());
    assert_eq!(guest.make(3).unwrap(), old_ada());
    for (number, expected) in [
        (1, "the result.nickname: expected none, because the host is older than 1.1.0, found some"),
        (2, "the result.retries: expected 5, because the host is older than 1.1.0, found 6"),
        (4, "the result.home.zip: expected none, because the host is older than 1.1.0, found some"),
    ] {
        assert_eq!(value_error(guest.make(number)), expected);
    }
    // The guest goes on after that.
    assert_eq!(guest.same_shape(Shape::Own(old_ada())).unwrap(), Shape::Own(old_ada()));
    assert_eq!(guest.make_shape(1).unwrap(), Shape::Unknown("square".into()));
    assert_eq!(guest.make_color(0).unwrap(), Color::Green);
    let error = value_error(guest.make_color(1));
    assert_eq!(error, "the result: expected an older case, because the host is older than 1.1.0, found `blue`");
    assert_eq!(guest.same_rights(Rights::READ).unwrap(), Rights::READ);
    assert_eq!(guest.plain("text").unwrap(), "text");
}

/// An older guest calls a newer host.
#[test]
fn an_older_guest_calls_a_newer_host() {
    let (builder, kept) = of_newer("older", false);
    let mut container = builder.build().unwrap();
    let mut guest = container.guest(older::Ages).unwrap();
    assert_eq!(guest.tell(0).unwrap(), old_ada());
    assert_eq!(guest.draw(0).unwrap(), older::Shape::Circle(1.0));
    assert_eq!(*kept.lock().unwrap(), [NEW_ADA, "Circle(1.0)"]);

    // The result has more than the guest can be given. The guest is in the middle of a call, which ends.
    let (builder, _) = of_newer("older", true);
    let mut container = builder.build().unwrap();
    let error = container.guest(older::Ages).unwrap().tell(0).unwrap_err();
    let CallError::Provider { message, .. } = &error else { panic!("{error:?}") };
    assert_eq!(message, "the result.ok.home.zip: expected none, because the guest is older than 1.1.0, found some");
    let (builder, _) = of_newer("older", true);
    let mut container = builder.build().unwrap();
    assert_eq!(container.guest(older::Ages).unwrap().draw(0).unwrap(), older::Shape::Unknown("square".into()));
}

/// A newer guest calls an older host.
#[test]
fn a_newer_guest_calls_an_older_host() {
    let (builder, kept) = of_older("newer");
    let mut container = builder.build().unwrap();
    let mut guest = container.guest(newer::Ages).unwrap();
    assert_eq!(guest.tell(0).unwrap(), new_ada());
    assert_eq!(guest.tell(3).unwrap(), new_ada());
    assert_eq!(guest.draw(1).unwrap(), newer::Shape::Unknown("square".into()));
    assert_eq!(*kept.lock().unwrap(), [OLD_ADA, OLD_ADA, "Unknown(\"square\")"]);
    let error = guest.tell(1).unwrap_err();
    let CallError::Provider { message, function, .. } = &error else { panic!("{error:?}") };
    assert_eq!(message, "person.nickname: expected none, because the host is older than 1.1.0, found some");
    assert_eq!(function, "test:ages/desk@1.1.0#keep");
}

/// Handles go through a bridge.
#[test]
fn resources_of_another_age() {
    let mut container = of_newer("older", false).0.build().unwrap();
    let badge = container.guest(newer::Badge).unwrap().new(new_ada()).unwrap();
    let other = container.guest(newer::Ages).unwrap().renew(&badge, new_ada()).unwrap();
    let mut badges = container.guest(newer::Badge).unwrap();
    assert_eq!(badges.whose(&badge).unwrap(), new_ada());
    assert_eq!(badges.whose(&other).unwrap(), new_ada());
    let error = value_error(badges.new(newer::Person { retries: 1, ..new_ada() }));
    assert_eq!(error, "person.retries: expected 5, because the guest is older than 1.1.0, found 1");
    drop((badge, other));

    // A handle of another container is refused, as without a bridge.
    let mut another = of_newer("older", false).0.build().unwrap();
    let badge = another.guest(newer::Badge).unwrap().new(new_ada()).unwrap();
    let error = container.guest(newer::Ages).unwrap().renew(&badge, new_ada()).unwrap_err();
    assert!(matches!(error, CallError::Handle { .. }), "{error:?}");
}

/// Containers whose calls are futures have the same bridges.
#[test]
fn futures() {
    block_on(async {
        let mut container = of_newer("older", false).0.build_async().await.unwrap();
        let mut guest = container.guest(newer::Ages).unwrap();
        assert_eq!(guest.echo(&new_ada()).await.unwrap(), new_ada());
        assert_eq!(guest.tell(0).await.unwrap(), new_ada());
        let error = value_error(guest.seen(newer::Person { retries: 6, ..new_ada() }).await);
        assert_eq!(error, "person.retries: expected 5, because the guest is older than 1.1.0, found 6");

        let mut container = of_older("newer").0.build_async().await.unwrap();
        let mut guest = container.guest(older::Ages).unwrap();
        assert_eq!(guest.tell(0).await.unwrap(), old_ada());
        value_error(guest.make(1).await);
    });
}
