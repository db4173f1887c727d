// Functions with the names of methods that generated code could mean, and traits in scope that have them too.

#![deny(warnings)]

use tairitsu::{Container, Own};

/// Every type has these functions, by value.
#[allow(dead_code)]
pub trait Everything: Sized {
    fn has(self) {}
    fn call(self) {}
    fn value(self) {}
    fn ready(self) {}
    fn is_native(self) {}
    fn call_native(self) {}
}

impl<T> Everything for T {}

/// Calls the macro with a list of these functions.
macro_rules! with_functions {
    ($with:ident) => {
        $with!(into from clone borrow as_ref value has call as_deref write lent);
    };
}

macro_rules! traits {
    ($($name:ident)*) => {
        #[tairitsu::guest(package = "acme:names@1.0.0")]
        pub trait Guest {
            $(fn $name(&self, a: &str, b: Option<&str>) -> u32;)*
            fn defaulted(&self) -> u32 {
                0 $(+ Guest::$name(self, "", None))*
            }
        }

        #[tairitsu::host(package = "acme:names@1.0.0")]
        pub trait Host {
            $(fn $name(&self, a: &[&str]) -> u32;)*
        }

        #[tairitsu::host(package = "acme:names@1.0.0")]
        pub trait AsyncHost {
            $(async fn $name(&self, a: &str) -> u32;)*
        }

        #[tairitsu::host(package = "acme:names@1.0.0")]
        pub trait OtherAsyncHost {
            $(async fn $name(&self, a: &str) -> u32;)*
        }

        #[tairitsu::resource(guest, package = "acme:names@1.0.0")]
        pub trait GuestThing {
            $(fn $name(&self, a: &str) -> u32;)*
        }

        #[tairitsu::resource(host, package = "acme:names@1.0.0")]
        pub trait HostThing {
            fn new(a: Option<&str>) -> Self;
            $(fn $name(&self, a: &str) -> u32;)*
        }

        #[derive(Default)]
        pub struct State;

        #[tairitsu::guest]
        impl Guest for State {
            $(fn $name(&self, _: &str, _: Option<&str>) -> u32 { 1 })*
        }

        pub struct Provider;

        #[tairitsu::host]
        impl Host for Provider {
            $(fn $name(&self, _: &[&str]) -> u32 { 1 })*
        }

        #[tairitsu::host]
        impl AsyncHost for Provider {
            $(async fn $name(&self, _: &str) -> u32 { 1 })*
        }

        #[tairitsu::host]
        impl OtherAsyncHost for Provider {
            $(async fn $name(&self, _: &str) -> u32 { 1 })*
        }

        pub struct Thing;

        #[tairitsu::resource]
        impl GuestThing for Thing {
            $(fn $name(&self, _: &str) -> u32 { 1 })*
        }

        pub struct OtherThing;

        #[tairitsu::resource]
        impl HostThing for OtherThing {
            fn new(_: Option<&str>) -> Self { OtherThing }
            $(fn $name(&self, _: &str) -> u32 { 1 })*
        }

        #[derive(Default)]
        pub struct Block;

        #[tairitsu::guest(package = "acme:names@1.0.0")]
        impl Block {
            $(pub fn $name(&self, _a: &str) -> u32 { 1 })*
        }

        pub struct HostBlock;

        #[tairitsu::host(package = "acme:names@1.0.0")]
        impl HostBlock {
            $(pub async fn $name(&self, _a: &str) -> u32 { 1 })*
        }

        fn check() {
            let mut container = Container::native::<State>().build().unwrap();
            let mut client = container.guest(Guest).unwrap();
            $(assert_eq!(GuestClient::$name(&mut client, "", None).unwrap(), 1);)*
            assert_eq!(client.defaulted().unwrap(), 11);
            let thing: Own<dyn HostThing> = std::convert::From::from(OtherThing);
            $(assert_eq!(HostThing::$name(&thing, ""), 1);)*
            let mut container = Container::native::<Block>().build().unwrap();
            let mut client = container.guest(BlockApi).unwrap();
            $(assert_eq!(BlockClient::$name(&mut client, "").unwrap(), 1);)*
        }
    };
}

with_functions!(traits);

fn main() {
    check();
}
