//! Traits, types and impls in the shapes that Rust allows.
#![deny(warnings)]
#![allow(dead_code)]

mod contract {
    pub(in crate::contract) mod inner {
        #[tairitsu::wit]
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[repr(u8)]
        #[non_exhaustive]
        pub enum Level {
            #[default]
            Low = 3,
            r#High = 9,
        }
    }

    pub use inner::Level;

    #[derive(Clone, Debug, PartialEq)]
    #[tairitsu::wit]
    #[must_use]
    #[cfg_attr(all(), derive(PartialOrd))]
    #[cfg_attr(any(), derive(Missing))]
    pub struct r#Entry<T = u32>
    where
        T: Clone,
    {
        #[doc = concat!("A ", "value.")]
        pub r#type: T,
        #[cfg_attr(all(), doc = "More.")]
        pub(crate) rest: self::Pair<T>,
    }

    pub type Pair<T> = (T, Option<super::contract::Level>);

    macro_rules! contract {
        ($(#[$meta:meta])* $vis:vis $name:ident { $($function:ident($($param:ident: $ty:ty),*) $(-> $result:ty)?;)* }) => {
            $(#[$meta])*
            #[tairitsu::guest]
            $vis trait $name {
                $(fn $function(&self $(, $param: $ty)*) $(-> $result)?;)*
            }
        };
    }

    contract! {
        /// By a macro.
        #[must_use]
        pub Made {
            text(text: &str, bytes: &[u8]) -> Result<String, ()>;
            entry(r#type: Entry2) -> Entry2;
            nothing();
        }
    }

    #[tairitsu::wit]
    #[derive(Clone, Debug, PartialEq)]
    pub struct Entry2 {
        pub entry: (u8, Level),
    }

    #[tairitsu::host]
    #[rustfmt::skip]
    #[allow(clippy::too_many_arguments, reason = "as many as there are")]
    pub trait r#Sink {
        #[must_use = "it counts"]
        #[track_caller]
        fn r#move(&mut self, r#in: u32, self_: &Entry2, this: Level, result: bool, value: char, client: i64, linker: f32) -> u64;
        fn unit(&self) -> ();
        async fn r#await(&self, provider: &str) -> Option<u8>;
    }
}

#[tairitsu::resource(guest)]
trait r#Box {
    fn r#move(&self, this: u8, r#type: &str) -> u8;
    fn r#new(r#in: u8) -> Self;
}

struct Parcel(u8);

#[tairitsu::resource]
impl r#Box for Parcel {
    fn r#move(&self, this: u8, _: &str) -> u8 {
        self.0 + this
    }

    fn new(r#in: u8) -> Self {
        Parcel(r#in)
    }
}

#[derive(Default)]
struct r#Loop;

#[tairitsu::guest]
impl r#Loop {
    pub fn r#match(&self, #[wit(as = u32)] r#ref: std::num::NonZeroU32) -> u32 {
        r#ref.get()
    }
}

use contract::Made as Done;

#[derive(Default)]
struct State;

const _: () = {
    #[tairitsu::guest]
    impl self::contract::Made for crate::State {
        #[inline]
        fn text(&self, text: &str, _: &[u8]) -> Result<String, ()> {
            if text.is_empty() { Err(()) } else { Ok(text.into()) }
        }

        fn entry(&self, contract::Entry2 { entry: (number, level) }: contract::Entry2) -> contract::Entry2 {
            contract::Entry2 { entry: (number + 1, level) }
        }

        fn nothing(&self) {}
    }
};

type Provider = (u8, u16);

struct Wrapper;

#[tairitsu::host]
impl contract::Sink for Wrapper {
    fn r#move(&mut self, _: u32, _: &contract::Entry2, _: contract::Level, _: bool, _: char, _: i64, _: f32) -> u64 {
        1
    }

    fn unit(&self) {}

    async fn r#await(&self, provider: &str) -> Option<u8> {
        (!provider.is_empty()).then_some(1)
    }
}

fn main() {
    let mut container = tairitsu::Container::native::<State>().build().unwrap();
    let mut made = container.guest(Done).unwrap();
    assert_eq!(made.text("a", &[]).unwrap(), "a");
    assert!(made.text("", &[]).unwrap_err().guest().is_some());
    let entry = contract::Entry2 { entry: (1, contract::Level::High) };
    assert_eq!(made.entry(entry).unwrap().entry, (2, contract::Level::High));
    made.nothing().unwrap();

    fn local() {
        #[tairitsu::guest(rename = "local")]
        trait Local {
            fn local(&self) -> u8;
        }

        #[derive(Default)]
        struct Here;

        #[tairitsu::guest]
        impl Local for Here {
            fn local(&self) -> u8 {
                7
            }
        }

        let mut container = tairitsu::Container::native::<Here>().build().unwrap();
        assert_eq!(container.guest(Local).unwrap().local().unwrap(), 7);
    }
    local();
}
