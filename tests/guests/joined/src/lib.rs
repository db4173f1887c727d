//! A guest of two versions of one contract. Another guest has a type that it uses, and what that guest exports and
//! imports is not its own.

use tairitsu_test_contract_1 as one;
use tairitsu_test_contract_2 as two;

/// The guest.
#[derive(Default)]
pub struct Both {
    count: u64,
    last: Option<tairitsu_test_renamed::Point>,
}

#[tairitsu::guest]
impl one::Counter for Both {
    fn count(&mut self, by: u32) -> u32 {
        self.count += u64::from(by);
        self.last = self.last.clone().or(Some(tairitsu_test_renamed::Point { x: 1.0 }));
        one::say(&format!("one: {} {:?}", self.count, self.last));
        twice::first::tell() + twice::second::tell()
    }
}

#[tairitsu::guest]
impl two::Counter for Both {
    fn count(&mut self, by: u64) -> Result<u64, String> {
        self.count = self.count.checked_add(by).ok_or("too much")?;
        two::say(&format!("two: {}", self.count));
        Ok(self.count)
    }
}

mod twice {
    //! One interface, declared twice, each time in private.

    macro_rules! declare {
        ($name:ident, $text:literal) => {
            pub(crate) mod $name {
                #[tairitsu::host(package = "test:twice")]
                pub(crate) trait Teller {
                    fn tell(&self, text: &str) -> u32;
                }

                pub(crate) fn tell() -> u32 {
                    tairitsu::Host.tell($text)
                }
            }
        };
    }

    declare!(first, "first");
    declare!(second, "second, and longer");
}

/// Interfaces whose ids differ in their punctuation only.
pub mod alike {
    /// One.
    pub mod one {
        /// It.
        #[tairitsu::host(package = "a-b:c")]
        pub trait D {
            /// A number.
            fn number(&self) -> u32;
        }
    }

    /// The other.
    pub mod two {
        /// It.
        #[tairitsu::host(package = "a:b-c")]
        pub trait D {
            /// A number.
            fn number(&self) -> u32;
        }
    }
}

tairitsu::export!(impl one::Extra for one::Base);
tairitsu::export!(impl one::Box for one::Crate);
