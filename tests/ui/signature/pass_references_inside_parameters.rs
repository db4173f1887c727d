// `Option<&T>` and `&[&T]`, in every kind of interface, and types that arrive through a macro.

#![deny(warnings)]

use std::sync::Mutex;
use tairitsu::{Container, Own};

#[tairitsu::wit]
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    pub name: String,
}

#[tairitsu::guest(package = "acme:refs@1.0.0")]
pub trait Names {
    fn greet(&mut self, name: Option<&str>, all: &[&str]) -> String;
    fn items(&self, item: Option<&Item>, items: &[&Item], numbers: Option<&[u32]>, lists: &[&[u8]]) -> u64;
    fn twice(&mut self, name: Option<&str>, all: &[&str]) -> String {
        self.greet(name, all) + &self.greet(None, &[]) + &self.greet(name, &["x"])
    }
}

#[derive(Default)]
pub struct Guest;

#[tairitsu::guest]
impl Names for Guest {
    fn greet(&mut self, name: Option<&str>, all: &[&str]) -> String {
        tairitsu::Host.note(name, all);
        format!("{}:{};", name.unwrap_or("-"), all.join("+"))
    }

    fn items(&self, item: Option<&Item>, items: &[&Item], numbers: Option<&[u32]>, lists: &[&[u8]]) -> u64 {
        let names = item.into_iter().chain(items.iter().copied()).map(|item| item.name.len() as u64).sum::<u64>();
        names + numbers.map_or(0, |numbers| numbers.len() as u64) + lists.iter().map(|list| list.len() as u64).sum::<u64>()
    }
}

#[tairitsu::host(package = "acme:refs@1.0.0")]
pub trait Notes {
    fn note(&self, name: Option<&str>, all: &[&str]);
    async fn later(&mut self, name: Option<&str>, all: &[&str], items: &[&Item]) -> u32;
    async fn plain(&self, name: Option<&str>) -> u32;
}

pub struct Log(Mutex<Vec<String>>);

#[tairitsu::host]
impl Notes for Log {
    fn note(&self, name: Option<&str>, all: &[&str]) {
        self.0.lock().unwrap().push(format!("{name:?} {all:?}"));
    }

    async fn later(&mut self, name: Option<&str>, all: &[&str], items: &[&Item]) -> u32 {
        std::future::ready(()).await;
        name.map_or(0, |name| name.len() as u32) + (all.len() + items.len()) as u32
    }

    fn plain(&self, _: Option<&str>) -> u32 {
        0
    }
}

#[tairitsu::resource(host, package = "acme:refs@1.0.0")]
pub trait Document {
    fn new(title: Option<&str>, lines: &[&str]) -> Self;
    fn append(&self, lines: &[&str], end: Option<&str>) -> u32;
}

#[tairitsu::resource(guest, package = "acme:refs@1.0.0")]
pub trait Draft {
    fn new(title: Option<&str>, lines: &[&str]) -> Self;
    fn append(&self, lines: &[&str], end: Option<&str>) -> u32;
}

#[tairitsu::guest(package = "acme:refs@1.0.0", uses = Document)]
pub trait Reader {
    fn read(&self, document: Option<&Own<dyn Document>>, all: &[&Own<dyn Document>]) -> u32;
}

#[derive(Default)]
pub struct Block;

#[tairitsu::guest(package = "acme:refs@1.0.0")]
impl Block {
    pub fn join(&self, name: Option<&str>, all: &[&str]) -> String {
        format!("{name:?}{all:?}")
    }
}

macro_rules! with_type {
    ($name:ident, $ty:ty, $result:ty) => {
        #[tairitsu::guest(package = "acme:refs@1.0.0")]
        pub trait $name {
            fn call(&self, value: $ty, some: Option<$ty>) -> $result;
        }
    };
}

with_type!(OfText, &str, Result<String, String>);
with_type!(OfNumber, u8, ());

#[derive(Default)]
pub struct Plain;

#[tairitsu::guest]
impl OfText for Plain {
    fn call(&self, value: &str, some: Option<&str>) -> Result<String, String> {
        some.map(|some| some.to_owned() + value).ok_or(value.into())
    }
}

fn main() {
    for text in [
        "greet: func(name: option<string>, all: list<string>) -> string;",
        "items: func(item: option<item>, items: list<item>, numbers: option<list<u32>>, lists: list<list<u8>>) -> u64;",
    ] {
        assert!(Names.wit().contains(text), "{}", Names.wit());
    }
    let read = "read: func(document: option<borrow<document>>, all: list<borrow<document>>) -> u32;";
    assert!(Reader.wit().contains(read), "{}", Reader.wit());

    let mut container = Container::native::<Guest>().provide(Log(Mutex::default())).build().unwrap();
    let mut names = container.guest(Names).unwrap();
    assert_eq!(names.greet(Some("a"), &["b", "c"]).unwrap(), "a:b+c;");
    assert_eq!(names.greet_with(None, &[], |text| text.len()).unwrap(), 3);
    assert_eq!(names.twice(Some("a"), &["b"]).unwrap(), "a:b;-:;a:x;");
    let item = Item { name: "four".into() };
    assert_eq!(names.items(Some(&item), &[&item, &item], Some(&[1, 2]), &[&[1], &[]]).unwrap(), 15);

    let mut container = Container::native::<Block>().build().unwrap();
    assert_eq!(container.guest(BlockApi).unwrap().join(Some("a"), &["b"]).unwrap(), r#"Some("a")["b"]"#);
    let mut container = Container::native::<Plain>().build().unwrap();
    assert_eq!(container.guest(OfText).unwrap().call("b", Some("a")).unwrap(), "ab");
    assert!(OfNumber.wit().contains("call: func(value: u8, some: option<u8>);"));
}
