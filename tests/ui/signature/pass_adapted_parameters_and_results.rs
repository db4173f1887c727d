// Parameters and results that cross as other types, on both sides.

#![deny(warnings)]

use std::num::NonZeroU16;
use tairitsu::Container;

#[derive(Clone, Debug, PartialEq)]
pub struct Port(pub NonZeroU16);

impl From<Port> for u16 {
    fn from(port: Port) -> u16 {
        port.0.get()
    }
}

impl TryFrom<u16> for Port {
    type Error = String;

    fn try_from(port: u16) -> Result<Self, String> {
        NonZeroU16::new(port).map(Port).ok_or_else(|| "no port is 0".into())
    }
}

/// A type that cannot be cloned.
#[derive(Debug, PartialEq)]
pub struct Name(String);

#[tairitsu::guest(package = "acme:ports@1.0.0")]
pub trait Ports {
    #[wit(rename = "next-of", result_as = u16)]
    fn next(&self, #[wit(as = u16, rename = "of")] port: Port) -> Port;

    #[wit(result_as = String, result_to = |name| name.0.clone(), result_from = |text| Ok::<_, String>(Name(text)))]
    fn named(&self, #[wit(as = u16)] port: &Port, text: String) -> Result<Name, String>;

    fn plain(&mut self, #[wit(as = String, to = |name| name.0.clone(), from = |text| Ok::<_, String>(Name(text)))] name: &Name);

    #[wit(result_as = u16)]
    fn twice(&self, #[wit(as = u16)] port: Port) -> Port {
        self.next(self.next(port))
    }
}

#[derive(Default)]
pub struct Guest;

#[tairitsu::guest]
impl Ports for Guest {
    fn next(&self, port: Port) -> Port {
        tairitsu::Host.see(&port);
        Port(port.0.checked_add(1).unwrap_or(NonZeroU16::MIN))
    }

    fn named(&self, port: &Port, text: String) -> Result<Name, String> {
        if text.is_empty() { Err(text) } else { Ok(Name(format!("{text}{}", port.0))) }
    }

    fn plain(&mut self, name: &Name) {
        assert_eq!(*name, Name("name".into()));
    }
}

#[tairitsu::host(package = "acme:ports@1.0.0")]
pub trait Seen {
    #[wit(result_as = u16)]
    fn see(&self, #[wit(as = u16)] port: &Port) -> Port;

    #[wit(result_as = u16)]
    async fn later(&self, #[wit(as = u16)] port: &Port, #[wit(as = u16)] other: Port) -> Result<Port, String>;
}

pub struct Log;

#[tairitsu::host]
impl Seen for Log {
    fn see(&self, port: &Port) -> Port {
        port.clone()
    }

    async fn later(&self, _: &Port, other: Port) -> Result<Port, String> {
        Ok(other)
    }
}

#[tairitsu::resource(guest, package = "acme:ports@1.0.0")]
pub trait Socket {
    fn new(#[wit(as = u16)] port: Port) -> Self;

    #[wit(result_as = u16)]
    fn port(&self, #[wit(as = u16)] or: &Port) -> Port;
}

#[tairitsu::resource(host, package = "acme:ports@1.0.0")]
pub trait HostSocket {
    fn new(#[wit(as = u16)] port: Port) -> Self;

    #[wit(result_as = u16)]
    fn port(&self, #[wit(as = u16)] or: &Port) -> Port;
}

#[derive(Default)]
pub struct Block;

#[tairitsu::guest(package = "acme:ports@1.0.0")]
impl Block {
    #[wit(result_as = u16)]
    pub fn same(&self, #[wit(as = u16)] port: Port) -> Port {
        port
    }
}

fn main() {
    for line in [
        "next-of: func(of: u16) -> u16;",
        "named: func(port: u16, text: string) -> result<string, string>;",
        "plain: func(name: string);",
        "twice: func(port: u16) -> u16;",
    ] {
        assert!(Ports.wit().contains(line), "{}", Ports.wit());
    }
    let port = |port| Port(NonZeroU16::new(port).unwrap());
    let mut container = Container::native::<Guest>().provide(Log).build().unwrap();
    let mut ports = container.guest(Ports).unwrap();
    assert_eq!(ports.next(port(1)).unwrap(), port(2));
    assert_eq!(ports.named(&port(1), "a".into()).unwrap(), Name("a1".into()));
    assert!(ports.named(&port(1), String::new()).is_err());
    ports.plain(&Name("name".into())).unwrap();
    assert_eq!(ports.twice(port(1)).unwrap(), port(3));
    let mut container = Container::native::<Block>().build().unwrap();
    assert_eq!(container.guest(BlockApi).unwrap().same(port(1)).unwrap(), port(1));
}
