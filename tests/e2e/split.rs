//! A trait in one crate, its types in a second crate, and the guest in a third. Also type aliases, two interfaces on
//! one state, and every target.

use crate::image;
use tairitsu::schema::Role;
use tairitsu::{CallError, Container, Image, Registry};
use tairitsu_test_api::inner::Till;
use tairitsu_test_api::{Exchange, Mixed, Rates};
use tairitsu_test_types::{Currency, Money};

struct Fixed;

#[tairitsu::host]
impl Rates for Fixed {
    fn rate(&self, from: Currency, to: Currency) -> Option<f64> {
        (from == Currency::Eur && to == Currency::Jpy).then_some(160.5)
    }
}

fn eur(units: i64) -> Money {
    Money { units, currency: Currency::Eur }
}

fn converse(image: &Image) {
    let mut container = Container::builder(image).provide(Fixed).build().unwrap();
    let mut till = container.guest(Till).unwrap();
    assert_eq!(till.sum(&[eur(1), eur(2)]).unwrap(), eur(3));
    assert_eq!(till.sum(&[]).unwrap(), eur(0));
    let error = till.sum(&[eur(1), Money { units: 1, currency: Currency::Jpy }]).unwrap_err();
    assert_eq!(error.guest(), Some(Mixed { first: Currency::Eur, other: Currency::Jpy }));
    assert_eq!(till.all().unwrap(), [eur(1), eur(2)]);

    let mut exchange = container.guest(Exchange).unwrap();
    assert_eq!(exchange.count().unwrap(), 2, "both interfaces have one state");
    let yen = Money { units: 1605, currency: Currency::Jpy };
    assert_eq!(exchange.change(&eur(10), Currency::Jpy).unwrap(), Some(yen.clone()));
    assert_eq!(exchange.change(&yen, Currency::Eur).unwrap(), None);

    let mut other = Container::builder(image).provide(Fixed).build().unwrap();
    assert_eq!(other.guest(Exchange).unwrap().count().unwrap(), 0, "each container has its own state");
}

#[test]
fn wasm32_wasip1() {
    converse(&image("split"));
}

/// Runs the guest at this path. The build script leaves the path empty if the target is not installed.
fn on_target(target: &str, path: &str) {
    if path.is_empty() {
        assert!(
            std::env::var_os("TAIRITSU_ALL_TARGETS").is_none(),
            "{target} is not installed: run `rustup target add {target}`"
        );
        eprintln!("not run: {target} is not installed");
        return;
    }
    let image = Registry::new().load_image(std::fs::read(path).unwrap()).unwrap();
    converse(&image);
}

#[test]
fn wasm32_wasip2() {
    on_target("wasm32-wasip2", env!("SPLIT_wasm32_wasip2"));
}

#[test]
fn wasm32_unknown_unknown() {
    on_target("wasm32-unknown-unknown", env!("SPLIT_wasm32_unknown_unknown"));
}

/// A component made by the stock tools works like a component made here.
#[test]
fn a_component_made_elsewhere() {
    let component = crate::componentize(crate::SPLIT);
    converse(&Registry::new().load_image(component).unwrap());
}

#[test]
fn what_an_image_has() {
    let image = image("split");
    let exports = image.exports();
    let names: Vec<_> = exports.iter().map(|e| (e.id.as_str(), e.functions.join(" "))).collect();
    assert!(names.contains(&("test:split/till@1.2.3", "sum all".into())), "{names:?}");
    assert!(names.contains(&("test:split/exchange@1.2.3", "change count".into())), "{names:?}");
    let imports = image.imports();
    assert!(imports.iter().any(|i| i.id == "test:split/rates@1.2.3" && i.functions == ["rate"]), "{imports:?}");
}

/// The WIT parses. Its world has the imports and the exports of the image.
#[test]
fn the_wit_of_an_image() {
    let wit = image("split").wit();
    let mut resolve = wit_parser::Resolve::default();
    let package = resolve.push_str("image.wit", &wit).unwrap();
    let world = &resolve.worlds[*resolve.packages[package].worlds.values().next().unwrap()];
    let exports: Vec<_> = world.exports.keys().map(|key| resolve.name_world_key(key)).collect();
    assert!(exports.contains(&"test:split/till@1.2.3".into()), "{exports:?}");
    assert!(wit.contains("sum: func(amounts: list<money>) -> result<money, mixed>;"), "{wit}");
    assert!(wit.contains("rate: func(%from: currency, to: currency) -> option<f64>;"), "{wit}");
}

/// A guest's doc comments are in its `component-type` section, and the image prints them.
#[test]
fn the_doc_comments_of_an_image() {
    let bytes = tairitsu::include_guest!("tairitsu-test-renamed");
    let wit = Registry::new().load_image(bytes).unwrap().wit();
    let lines = wit.lines().map(str::trim).collect::<Vec<_>>().join("\n");
    for documented in [
        "/// Plots.\ninterface plotter {",
        "/// A point.\nrecord point {\n/// From the left.\nx: f32,",
        "/// Has the host draw a point, and returns the next one.\nplot: func(",
        "/// Draws.\ninterface screen {",
        "/// Draws a point.\ndraw: func(",
    ] {
        assert!(lines.contains(documented), "{documented}\nin\n{wit}");
    }
}

/// What a component says about its doc comments may be anything. It changes nothing then.
#[test]
fn doc_comments_that_are_none() {
    #[tairitsu::guest(package = "test:docs@1.0.0")]
    trait Elsewhere {
        /// Of an interface that the image does not have.
        fn get(&self) -> u32;
    }

    let section = Elsewhere.interface().section(Role::Export);
    let empty = b"\0asm\x0d\0\x01\0";
    let wit = Registry::new().load_image(empty).unwrap().wit();
    for docs in [&b"nothing of the kind"[..], empty, &section[..section.len() - 1], &section] {
        let name = b"\x0dtairitsu:docs";
        let len = name.len() + docs.len();
        let head = [0, len as u8 | 0x80, (len >> 7) as u8];
        let bytes = [empty, &head[..], name, docs].concat();
        assert_eq!(Registry::new().load_image(&bytes).unwrap().wit(), wit, "{docs:?}");
    }
}

/// The stock decoder reads the doc comments of a section. A contract without any has no section for them.
#[test]
fn the_doc_comments_of_a_section() {
    /// Every sign that JSON escapes: "quotes", a back\slash, a	tab.
    ///
    /// And ünïcode, 日本.
    #[tairitsu::guest(package = "test:docs@1.0.0")]
    trait Documented {
        /// Returns "it".
        fn get(&self, kind: Kind) -> Rights;
        fn plain(&self, shape: Shape);
    }

    #[tairitsu::wit]
    enum Kind {
        /// Not large.
        Small,
        Large,
    }

    /// A shape.
    #[tairitsu::wit]
    enum Shape {
        /// Round.
        Circle(f64),
        Nothing,
    }

    tairitsu::flags! {
        /// Rights.
        pub(crate) struct Rights {
            const READ;
            /// Also to create.
            const WRITE;
        }
    }

    #[tairitsu::guest(package = "test:docs@1.0.0")]
    trait Bare {
        fn get(&self) -> u32;
    }

    let section = Documented.interface().section(Role::Export);
    let decoded = wit_component::decode(&section).unwrap();
    let mut printer = wit_component::WitPrinter::default();
    printer.print(decoded.resolve(), decoded.package(), &[]).unwrap();
    let wit = printer.output.to_string();
    let docs = |wit: &str| {
        wit.lines().map(str::trim).filter(|line| line.starts_with("///")).map(String::from).collect::<Vec<_>>()
    };
    assert_eq!(docs(&wit), docs(&Documented.wit()), "{wit}");
    assert_eq!(docs(&wit).len(), 9, "{wit}");
    assert!(wit.contains("/// Every sign that JSON escapes: \"quotes\", a back\\slash, a\ttab."), "{wit}");

    let has_docs = |section: &[u8]| section.windows(12).any(|bytes| bytes == b"package-docs");
    assert!(has_docs(&section));
    assert!(!has_docs(&Bare.interface().section(Role::Export)));
}

#[test]
fn a_call_error_is_an_error() {
    fn call() -> anyhow::Result<Money> {
        let mut container = Container::builder(&image("split")).provide(Fixed).build()?;
        Ok(container.guest(Till)?.sum(&[eur(1), Money { units: 1, currency: Currency::Jpy }])?)
    }
    let error = call().unwrap_err();
    assert!(error.to_string().starts_with("the guest returned an error: Mixed"), "{error}");
    assert!(error.is::<CallError<Mixed>>());
}

/// A guest that names the `tairitsu` crate differently.
#[test]
fn the_crate_by_another_name() {
    use std::sync::{Arc, Mutex};
    use tairitsu_test_renamed::{Plotter, Point, Screen};

    struct Paper(Arc<Mutex<Vec<Point>>>);

    #[tairitsu::host]
    impl Screen for Paper {
        fn draw(&mut self, point: Point) {
            self.0.lock().unwrap().push(point);
        }
    }

    // By the manifest of the contract's crate.
    assert_eq!((Plotter.id(), Screen.id()), ("acme:plots/plotter@1.2.0", "acme:plots/screen@1.2.0"));
    let points = Arc::default();
    let image = Registry::new().load_image(tairitsu::include_guest!("tairitsu-test-renamed")).unwrap();
    let mut container = Container::builder(&image).provide(Paper(Arc::clone(&points))).build().unwrap();
    assert_eq!(container.guest(Plotter).unwrap().plot(&Point { x: 1.5 }).unwrap(), Some(Point { x: 2.5 }));
    assert_eq!(*points.lock().unwrap(), [Point { x: 1.5 }]);
}
