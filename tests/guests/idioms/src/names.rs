//! References inside parameters, supertraits that change nothing, and functions with the names of methods.

use crate::{Guest, Pair};
use std::sync::Mutex;
use tairitsu::Own;

/// Texts and lists by reference. A type that implements the trait may be sent to other threads.
#[tairitsu::guest(package = "test:idioms@1.0.0", uses = Scroll)]
pub trait Names: Send + Sync + 'static {
    /// All of them in one.
    fn join(&mut self, first: Option<&str>, rest: &[&str]) -> String;
    /// The sizes of values of each kind.
    fn sizes(&self, pair: Option<&Pair>, pairs: &[&Pair], bytes: Option<&[u8]>, lists: &[&[u16]]) -> Vec<u32>;
    /// What the host makes of the same.
    fn by_the_host(&self, first: Option<&str>, rest: &[&str], pairs: &[&Pair]) -> String;
    /// The lengths of the lent scrolls.
    fn lengths(&self, first: Option<&Own<dyn Scroll>>, rest: &[&Own<dyn Scroll>]) -> Vec<u32>;
}

/// The host's side.
#[tairitsu::host(package = "test:idioms@1.0.0")]
pub trait Joiner: Send {
    /// All of them in one.
    fn join(&mut self, first: Option<&str>, rest: &[&str]) -> String;
    /// The same, by a future.
    async fn join_later(&mut self, first: Option<&str>, rest: &[&str], pairs: &[&Pair]) -> String;
}

/// The interface above, as a guest has it.
#[tairitsu::guest(package = "test:idioms@1.0.0", rename = "joiner")]
pub trait JoinerGuest {
    /// All of them in one.
    fn join(&mut self, first: Option<&str>, rest: &[&str]) -> String;
    /// The same.
    fn join_later(&mut self, first: Option<&str>, rest: &[&str], pairs: &[&Pair]) -> String;
}

/// A resource of the guest.
#[tairitsu::resource(guest, package = "test:idioms@1.0.0")]
pub trait Scroll {
    /// Of lines.
    fn new(title: Option<&str>, lines: &[&str]) -> Self;
    /// Adds lines, and returns how many characters there are.
    fn append(&self, lines: &[&str], end: Option<&str>) -> u32;
}

/// The value of a [`Scroll`].
pub struct Lines(Mutex<String>);

#[tairitsu::resource]
impl Scroll for Lines {
    fn new(title: Option<&str>, lines: &[&str]) -> Self {
        Lines(Mutex::new(join(title, lines)))
    }

    fn append(&self, lines: &[&str], end: Option<&str>) -> u32 {
        let mut text = self.0.lock().unwrap();
        text.push_str(&lines.concat());
        text.push_str(end.unwrap_or_default());
        text.len() as u32
    }
}

fn join(first: Option<&str>, rest: &[&str]) -> String {
    format!("{}:{}", first.unwrap_or("-"), rest.join("+"))
}

#[tairitsu::guest]
impl Names for Guest {
    fn join(&mut self, first: Option<&str>, rest: &[&str]) -> String {
        join(first, rest)
    }

    fn sizes(&self, pair: Option<&Pair>, pairs: &[&Pair], bytes: Option<&[u8]>, lists: &[&[u16]]) -> Vec<u32> {
        let pairs = pair.into_iter().chain(pairs.iter().copied()).map(|pair| pair.1.len());
        let lists = bytes.map(<[u8]>::len).into_iter().chain(lists.iter().map(|list| list.len()));
        pairs.chain(lists).map(|len| len as u32).collect()
    }

    fn by_the_host(&self, first: Option<&str>, rest: &[&str], pairs: &[&Pair]) -> String {
        let mut host = tairitsu::Host;
        Joiner::join(&mut host, first, rest) + " " + &host.join_later(first, rest, pairs)
    }

    fn lengths(&self, first: Option<&Own<dyn Scroll>>, rest: &[&Own<dyn Scroll>]) -> Vec<u32> {
        first.into_iter().chain(rest.iter().copied()).map(|scroll| scroll.value().append(&[], None)).collect()
    }
}

#[tairitsu::guest]
impl JoinerGuest for Guest {
    fn join(&mut self, first: Option<&str>, rest: &[&str]) -> String {
        format!("guest {}", join(first, rest))
    }

    fn join_later(&mut self, first: Option<&str>, rest: &[&str], pairs: &[&Pair]) -> String {
        format!("guest {} {}", join(first, rest), pairs.len())
    }
}

/// Declares and implements a guest's trait, a host's trait and a resource with these functions.
macro_rules! verbs {
    ($($name:ident)*) => {
        /// Functions with the names of methods.
        #[tairitsu::guest(package = "test:idioms@1.0.0", uses = VerbThing)]
        #[allow(missing_docs, clippy::wrong_self_convention, clippy::should_implement_trait)]
        pub trait Verbs {
            $(fn $name(&self, text: &str) -> u32;)*
        }

        /// The same of the host, by futures.
        #[tairitsu::host(package = "test:idioms@1.0.0", rename = "host-verbs")]
        #[allow(missing_docs, clippy::wrong_self_convention, clippy::should_implement_trait)]
        pub trait HostVerbs {
            $(async fn $name(&self, text: &str) -> u32;)*
        }

        /// The same of a resource.
        #[tairitsu::resource(guest, package = "test:idioms@1.0.0")]
        #[allow(missing_docs, clippy::wrong_self_convention, clippy::should_implement_trait)]
        pub trait VerbThing {
            fn new() -> Self;
            $(fn $name(&self, text: &str) -> u32;)*
        }

        /// The value of a [`VerbThing`].
        pub struct Thing;

        #[tairitsu::resource]
        impl VerbThing for Thing {
            fn new() -> Self { Thing }
            $(fn $name(&self, text: &str) -> u32 { text.len() as u32 })*
        }

        #[tairitsu::guest]
        impl Verbs for Guest {
            $(fn $name(&self, text: &str) -> u32 { 1 + HostVerbs::$name(&tairitsu::Host, text) })*
        }
    };
}

/// Passes the names of methods that generated code could mean to a macro.
#[macro_export]
macro_rules! with_verbs {
    ($with:ident) => {
        $with!(into from clone borrow as_ref value has call as_deref);
    };
}

with_verbs!(verbs);
