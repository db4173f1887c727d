//! What a guest is made of is several crates: two versions of a contract, a library with implementations, another guest, and
//! declarations of one interface in several places.

use tairitsu::core_world::GuestApi;
use tairitsu::schema::Role;
use tairitsu::{Container, Error, Image, Registry};
use tairitsu_test_contract_1 as one;
use tairitsu_test_contract_2 as two;
use tairitsu_test_joined::alike;
use tairitsu_test_strict as strict;

const JOINED: &[u8] = tairitsu::include_guest!("tairitsu-test-joined");
const QUIET: &[u8] = tairitsu::include_guest!("tairitsu-test-quiet");
const STRICT: &[u8] = tairitsu::include_guest!("tairitsu-test-strict");
const EDITION_2021: &[u8] = tairitsu::include_guest!("tairitsu-test-edition-2021");

fn load(wasm: &[u8]) -> Image {
    Registry::new().load_image(wasm).unwrap()
}

fn ids(interfaces: Vec<tairitsu::Interfaces>) -> Vec<String> {
    let mut ids: Vec<_> = interfaces.into_iter().map(|interface| interface.id).collect();
    ids.retain(|id| !id.starts_with("wasi:"));
    ids.sort();
    ids
}

#[derive(Default)]
struct Lines(Vec<String>);

#[tairitsu::host]
impl one::Log for Lines {
    fn line(&mut self, text: &str) -> u32 {
        self.0.push(text.to_string());
        self.0.len() as u32
    }
}

/// The interface that the guest declares twice, in private. This is a third declaration.
#[tairitsu::host(package = "test:twice")]
trait Teller {
    fn tell(&self, text: &str) -> u32;
}

struct Length;

#[tairitsu::host]
impl Teller for Length {
    fn tell(&self, text: &str) -> u32 {
        text.len() as u32
    }
}

/// A linker takes an object file with all of its sections. So the guest has nothing of the crate that declares its interface, where
/// the host's interface is declared too.
#[test]
fn a_guest_that_calls_no_host_has_no_section_of_an_import() {
    let has = |text: &str| QUIET.windows(text.len()).any(|bytes| bytes == text.as_bytes());
    assert!(has("component-type:tairitsu:export:"));
    assert!(!has("component-type:tairitsu:import:"));
    let mut guest = Container::new(&load(QUIET)).unwrap();
    let reply = guest.guest(GuestApi).unwrap().handle_command("say", "nothing").unwrap();
    assert_eq!(reply, "say nothing");
}

/// The guest depends on the crate of another guest, which exports `plotter` and imports `screen`. Two crates of the guest declare
/// `log`, and two of its modules declare `teller`.
#[test]
fn a_guest_exports_what_its_own_crate_says() {
    let image = load(JOINED);
    assert_eq!(
        ids(image.exports()),
        ["test:extra/box@1.0.0", "test:extra/extra@1.0.0", "test:grow/counter@1.0.0", "test:grow/counter@2.0.0"]
    );
    assert_eq!(ids(image.imports()), ["test:log/log@1.0.0", "test:twice/teller"]);
}

#[test]
fn a_guest_of_two_versions_of_a_contract() {
    let lines = std::sync::Arc::new(std::sync::Mutex::new(Lines::default()));
    let mut container =
        Container::builder(&load(JOINED)).provide_shared(lines.clone()).provide(Length).build().unwrap();
    let told = ("first".len() + "second, and longer".len()) as u32;
    assert_eq!(container.guest(one::Counter).unwrap().count(3).unwrap(), told);
    assert_eq!(container.guest(two::Counter).unwrap().count(1 << 40).unwrap(), (1 << 40) + 3);
    let error = container.guest(two::Counter).unwrap().count(u64::MAX).unwrap_err();
    assert_eq!(error.guest().as_deref(), Some("too much"));
    let lines = &lines.lock().unwrap().0;
    assert_eq!(*lines, ["one: 3 Some(Point { x: 1.0 })", "two: 1099511627779"]);
}

/// A library has the implementations, and the guest exports them by a line each.
#[test]
fn an_implementation_of_a_library_is_exported_where_a_guest_says_so() {
    let builder = Container::builder(&load(JOINED)).provide(Lines::default()).provide(Length);
    let mut container = builder.build().unwrap();
    assert_eq!(container.guest(one::Extra).unwrap().extra("a").unwrap(), "a 1");
    assert_eq!(container.guest(one::Extra).unwrap().extra("b").unwrap(), "b 2");
    let large = container.guest(one::Box).unwrap().new(7).unwrap();
    assert_eq!(container.guest(one::Box).unwrap().size(&large).unwrap(), 7);
}

/// Ids that differ in their punctuation only are two interfaces, in a crate that exports both macros.
#[test]
fn ids_that_look_alike() {
    assert_eq!((alike::one::D.id(), alike::two::D.id()), ("a-b:c/d", "a:b-c/d"));
}

#[allow(dead_code)]
mod torn {
    //! The interface `log` as it is declared elsewhere, and differently.

    #[tairitsu::host(package = "test:log@1.0.0")]
    pub(super) trait Log {
        fn line(&mut self, text: &str, level: u8) -> u32;
    }

    pub(super) mod records {
        #[tairitsu::wit]
        pub(crate) struct Entry {
            pub text: String,
        }

        #[tairitsu::host(package = "test:records@1.0.0")]
        pub(crate) trait Book {
            fn write(&mut self, entry: Entry);
        }
    }

    pub(super) mod other_records {
        #[tairitsu::wit]
        pub(crate) struct Entry {
            pub text: String,
            pub level: u8,
        }

        #[tairitsu::host(package = "test:records@1.0.0")]
        pub(crate) trait Book {
            fn write(&mut self, entry: Entry);
        }
    }
}

/// Adds a section to a core module, as a linker does with another crate's.
fn with_section(wasm: &[u8], author: &str, data: &[u8]) -> Vec<u8> {
    use wasm_encoder::Encode;
    let name = format!("component-type:tairitsu:import:{author}");
    let mut section = Vec::new();
    name.as_str().encode(&mut section);
    section.extend_from_slice(data);
    let mut wasm = wasm.to_vec();
    wasm.push(0);
    section.as_slice().encode(&mut wasm);
    wasm
}

fn refusal(wasm: &[u8]) -> String {
    match Registry::new().load_image(wasm) {
        Err(error @ Error::Componentize { .. }) => error.to_string(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn two_declarations_that_differ_are_an_error_that_names_both() {
    let again = one::Log.interface().section(Role::Import);
    load(&with_section(JOINED, "other@1.0.0:src/lib.rs:9:1", &again));

    let torn = torn::Log.interface().section(Role::Import);
    let error = refusal(&with_section(JOINED, "other@1.0.0:src/lib.rs:9:1", &torn));
    assert!(
        error.contains("found two that differ in `line`: `func(text: string) -> u32` in tairitsu-test-contract-")
            && error.contains(":src/lib.rs:")
            && error.contains("and `func(text: string, level: u8) -> u32` in other@1.0.0:src/lib.rs:9:1"),
        "{error}"
    );

    // The tools for components compare no types.
    let [first, second] = [torn::records::Book.interface(), torn::other_records::Book.interface()]
        .map(|interface| interface.section(Role::Import));
    let module = with_section(JOINED, "a@1.0.0:src/lib.rs:1:1", &first);
    load(&module);
    let error = refusal(&with_section(&module, "b@2.0.0:src/lib.rs:2:2", &second));
    assert!(
        error.contains("`record entry { text: string }` in a@1.0.0:src/lib.rs:1:1")
            && error.contains("`record entry { text: string, level: u8 }` in b@2.0.0:src/lib.rs:2:2"),
        "{error}"
    );
}

/// The attribute is on a trait, and was forgotten on its impl. `observe` asks whether a warning says so.
pub(crate) fn without_exports() -> Image {
    let imports = one::Log.interface().section(Role::Import);
    load(&with_section(b"\0asm\x01\0\0\0", "a@1.0.0:src/lib.rs:1:1", &imports))
}

#[test]
fn a_guest_that_exports_nothing() {
    let error = Container::new(&without_exports()).unwrap().guest(one::Counter).unwrap_err().to_string();
    assert!(error.contains("found one that exports nothing: put `#[tairitsu::guest]` on the impl"), "{error}");
}

struct Paper(u32);

#[tairitsu::resource]
#[allow(deprecated)]
impl strict::Paper for Paper {
    fn size(&self) -> u32 {
        self.0
    }

    fn area(&self) -> u32 {
        self.0 * self.0
    }
}

#[derive(Default)]
struct Journal(u32);

#[tairitsu::host]
#[allow(deprecated)]
impl strict::Journal for Journal {
    fn record(&mut self, _: &str) -> u32 {
        self.0 += 1;
        self.0
    }

    fn note(&mut self, _: String) {}

    fn always(&self) -> u32 {
        4
    }

    async fn later(&mut self, goods: strict::goods::Item) -> Result<strict::goods::Item, String> {
        Ok(goods)
    }

    fn draw(&mut self, paper: &tairitsu::Own<dyn strict::Paper>) -> u32 {
        paper.value().size()
    }
}

/// The crate forbids unsafe code and denies every warning. Its trait uses deprecated parts, and names that generated code might
/// take.
#[test]
#[allow(deprecated)]
fn a_crate_that_allows_nothing() {
    let image = load(STRICT);
    let mut container =
        Container::builder(&image).provide(Journal::default()).provide(Glass).resource::<Paper>().build().unwrap();
    let item = strict::goods::Item { count: 3, number: None, note: "a".into() };
    let mut shop = container.guest(strict::Shop).unwrap();
    assert_eq!(shop.put(vec![item.clone(), item.clone()]).unwrap(), 6);
    assert_eq!(shop.take(4).unwrap(), Some(strict::goods::Choice::New));
    assert_eq!(shop.take(5).unwrap(), None);
    assert_eq!(shop.old().unwrap(), "old");
    assert_eq!(shop.old_with_body().unwrap(), 1);
    assert_eq!(shop.with_body(strict::goods::Marks::ONE).unwrap(), strict::goods::Marks::ONE);
    let pen = container.guest(strict::Pen).unwrap().new(9).unwrap();
    assert_eq!(container.guest(strict::Shop).unwrap().write(&pen).unwrap(), 9);
    assert_eq!(container.guest(strict::CounterApi).unwrap().count(item).unwrap(), 3);

    let wit = strict::Journal.wit();
    assert!(wit.contains("/// Text from a file."), "{wit}");
    assert!(
        wit.contains("///  - It has \"quotes\"") || wit.contains("/// - It has \"quotes\" and a \\ in it."),
        "{wit}"
    );
    assert_eq!(strict::goods::INTERFACE.name(), "goods");
}

struct Glass;

#[tairitsu::host]
impl strict::names::Mirror for Glass {
    fn mirror(
        &mut self,
        string: strict::names::String,
        list: strict::names::Vec<u8>,
        char: strict::names::char,
    ) -> strict::names::Vec<u8> {
        let name = format!("{} {} {} {}", string.text, string.number, list.name, char.text);
        strict::names::Vec { items: list.items, name }
    }

    fn character(&self, char: strict::names::char) -> strict::names::char {
        char
    }
}

/// The types have the names of a string, a list and a character, and are others. A result that looks like one number and is none is
/// freed at the next call.
#[test]
fn types_with_the_names_of_others() {
    use strict::names::{Names, String, Vec, char};
    let image = load(STRICT);
    let builder = Container::builder(&image).provide(Journal::default()).provide(Glass).resource::<Paper>();
    let mut container = builder.build().unwrap();
    let mut names = container.guest(Names).unwrap();
    let (string, list) = (String { text: "a".into(), number: 1 << 40 }, Vec { items: vec![1, 2], name: "b".into() });
    let made = names.names(string, list, char { text: "c".into() }).unwrap();
    assert_eq!(made, Vec { items: vec![1, 2], name: "a 1099511627776 b c".into() });
    assert_eq!(names.text(b"text".to_vec()).unwrap(), String { text: "text".into(), number: 4 });

    let long = "long".repeat(10_000);
    let letter = |container: &mut Container| {
        let letter = container.guest(Names).unwrap().letter(char { text: long.clone() }).unwrap();
        assert_eq!(letter.text, long);
        container.handle().info().memory
    };
    for _ in 0..10 {
        letter(&mut container);
    }
    let before = letter(&mut container);
    for _ in 0..200 {
        assert_eq!(letter(&mut container), before, "each result is freed");
    }
}

struct Shelf(Vec<String>);

#[tairitsu::host]
impl tairitsu_test_edition_2021::Store for Shelf {
    fn keep(&mut self, thing: &tairitsu_test_edition_2021::Thing) -> Result<u32, String> {
        self.0.push(thing.name.clone());
        if thing.name == "no" { Err("not kept".into()) } else { Ok(self.0.len() as u32) }
    }

    async fn later(&mut self, _: &str) -> Option<tairitsu_test_edition_2021::Thing> {
        None
    }
}

#[test]
fn a_crate_of_the_edition_2021() {
    let image = load(EDITION_2021);
    let mut container = Container::builder(&image).provide(Shelf(Vec::new())).build().unwrap();
    let mut maker = container.guest(tairitsu_test_edition_2021::Maker).unwrap();
    assert_eq!(maker.make("a").unwrap().parts, [(1, None)]);
    assert_eq!(maker.make("no").unwrap_err().guest().as_deref(), Some("not kept"));
    assert_eq!(maker.both("b").unwrap(), (2, "b".into()));
}
