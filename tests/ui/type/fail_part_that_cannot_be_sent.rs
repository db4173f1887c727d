use std::rc::Rc;

/// A type that crosses as a string, and that only one thread may use.
#[tairitsu::wit(as = String, to = |name| name.0.to_string(), from = |text| text.parse().map(|name: String| Shared(name.into())))]
pub struct Shared(Rc<str>);

#[tairitsu::wit]
pub struct Person {
    #[wit(as = String, to = |name| name.to_string(), from = |text| text.parse().map(|name: String| name.into()))]
    pub name: Rc<str>,
    pub age: u32,
}

#[tairitsu::guest]
pub trait People {
    fn find(&self, name: Shared) -> Person;
}

fn main() {}
