//! Newtypes, cases with fields, recursive types, references inside parameters and adapted parameters, in a crate without a
//! prelude that forbids unsafe code. Fields and parameters have the names of locals that generated code might use.
#![no_implicit_prelude]
#![forbid(unsafe_code)]
#![deny(warnings)]
#![allow(dead_code)]

#[::tairitsu::wit]
pub struct Port(pub u16);

#[::tairitsu::wit]
pub struct Pair<T>(pub T, #[wit(as = u64, to = |size| size.0, from = |size| ::std::result::Result::<_, ::std::fmt::Error>::Ok(Size(size)))] pub Size);

pub struct Size(u64);

#[::tairitsu::wit]
pub enum Shape<T> {
    Nothing,
    Line(u8, T),
    Circle { memory: u32, address: u32, at: u32, out: u32, flat: u32, value0: T },
}

#[::tairitsu::wit]
pub enum Tree<T> {
    Leaf { memory: T, children: u32, address: u8 },
    Branch { children: ::std::vec::Vec<Tree<T>>, at: u32, value0: ::std::boxed::Box<Tree<T>> },
    Twig(::std::option::Option<::std::boxed::Box<Self>>, T),
}

#[::tairitsu::wit]
pub struct Chain(pub Port, pub ::std::option::Option<::std::boxed::Box<Chain>>);

fn gate(number: u16) -> ::std::result::Result<Gate, ::std::fmt::Error> {
    ::std::result::Result::Ok(Gate(number))
}

pub struct Gate(u16);

#[::tairitsu::guest(package = "test:data")]
pub trait Data: ::core::marker::Send + ::std::marker::Sync + 'static {
    fn all(&mut self, value: Port, error: &Pair<u8>, memory: Shape<u8>, at: &Tree<u8>, flat: Chain) -> Tree<Port>;
    fn references(&self, value: ::std::option::Option<&str>, error: &[&str], fault: &[&Port]) -> u32;
    #[wit(result_as = u16, result_to = |gate| gate.0, result_from = gate)]
    fn adapted(
        &self,
        #[wit(as = u16, to = |gate| gate.0, from = gate)] value: Gate,
        #[wit(as = u16, to = |gate| gate.0, from = gate)] error: &Gate,
    ) -> ::std::result::Result<Gate, u8>;
    fn defaulted(&mut self, value: ::std::option::Option<&str>, error: &[&str]) -> u32 {
        self.references(value, error, &[])
    }
}

#[::tairitsu::host(package = "test:data")]
pub trait HostData {
    fn references(&self, value: ::std::option::Option<&str>, error: &[&str]) -> u32;
    #[wit(result_as = u16, result_to = |gate| gate.0, result_from = gate)]
    async fn adapted(
        &self,
        #[wit(as = u16, to = |gate| gate.0, from = gate)] value: &Gate,
        error: ::std::option::Option<&str>,
        fault: &[&str],
    ) -> Gate;
}

pub struct Provider;

#[::tairitsu::host]
impl HostData for Provider {
    fn references(&self, _: ::std::option::Option<&str>, _: &[&str]) -> u32 {
        0
    }

    async fn adapted(&self, value: &Gate, _: ::std::option::Option<&str>, _: &[&str]) -> Gate {
        Gate(value.0)
    }
}

fn main() {}
