//! Traits that are private, in modules, of one name, and inside a function.
#![deny(warnings)]
#![allow(dead_code)]

mod one {
    #[tairitsu::guest(package = "test:one")]
    pub trait Greeter {
        fn greet(&mut self, name: &str) -> String;
    }

    pub mod inner {
        #[tairitsu::host(package = "test:one")]
        pub(super) trait Secret {
            fn tell(&self) -> u32;
        }

        #[tairitsu::host(package = "test:one")]
        pub(crate) trait Open {
            fn tell(&self) -> u32;
        }
    }

    struct Provider;

    #[tairitsu::host]
    impl inner::Secret for Provider {
        fn tell(&self) -> u32 {
            1
        }
    }

    #[tairitsu::host]
    impl self::inner::Open for Provider {
        fn tell(&self) -> u32 {
            1
        }
    }
}

mod two {
    #[tairitsu::guest(package = "test:two")]
    pub trait Greeter {
        fn greet(&mut self, name: &str) -> String;
    }
}

#[derive(Default)]
struct Hello;

#[tairitsu::guest]
impl one::Greeter for Hello {
    fn greet(&mut self, name: &str) -> String {
        name.into()
    }
}

#[tairitsu::guest]
impl crate::two::Greeter for Hello {
    fn greet(&mut self, name: &str) -> String {
        name.into()
    }
}

fn main() {
    use two::*;

    #[tairitsu::wit]
    struct Local {
        number: u32,
    }

    #[tairitsu::host]
    trait Here {
        fn here(&self, local: Local) -> Vec<Local>;
    }

    struct Provider;

    #[tairitsu::host]
    impl Here for Provider {
        fn here(&self, local: Local) -> Vec<Local> {
            vec![local]
        }
    }

    assert_eq!(Greeter.id(), "test:two/greeter");
    assert_eq!(one::Greeter.id(), "test:one/greeter");
    assert_eq!(Here.interface().functions[0].name, "here");
}
