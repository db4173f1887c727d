//! One of two impls is exported, and the other says that it is not. Natively both are guests.
#![deny(warnings)]

#[tairitsu::guest]
pub trait Greeter {
    fn greet(&mut self, name: &str) -> String;
}

#[derive(Default)]
pub struct Hello;

#[tairitsu::guest]
impl Greeter for Hello {
    fn greet(&mut self, name: &str) -> String {
        format!("hello, {name}")
    }
}

#[derive(Default)]
pub struct Goodbye;

#[tairitsu::guest(export = false)]
impl Greeter for Goodbye {
    fn greet(&mut self, name: &str) -> String {
        format!("goodbye, {name}")
    }
}

#[tairitsu::resource(guest)]
pub trait Document {
    fn text(&self) -> String;
}

pub struct Draft;

#[tairitsu::resource]
impl Document for Draft {
    fn text(&self) -> String {
        "draft".into()
    }
}

pub struct Letter;

#[tairitsu::resource(export = false)]
impl Document for Letter {
    fn text(&self) -> String {
        "letter".into()
    }
}

#[derive(Default)]
pub struct Calculator;

#[tairitsu::guest(export = false)]
impl Calculator {
    pub fn add(&mut self, number: u32) -> u32 {
        number
    }
}

fn main() {
    let mut hello = tairitsu::Container::native::<Hello>().build().unwrap();
    assert_eq!(hello.guest(Greeter).unwrap().greet("Ada").unwrap(), "hello, Ada");
    let mut goodbye = tairitsu::Container::native::<Goodbye>().build().unwrap();
    assert_eq!(goodbye.guest(Greeter).unwrap().greet("Ada").unwrap(), "goodbye, Ada");
    let letter: tairitsu::Own<dyn Document> = Letter.into();
    assert_eq!(letter.value().text(), "letter");
}
