//! The interfaces that the generated guests export and import, and the calls of them.

use crate::asynchronous::block_on;
use std::sync::Arc;
use tairitsu::{AsyncContainer, CallError, Container, ContainerBuilder, Error, Own};

#[tairitsu::wit]
pub(super) struct Entry {
    pub name: String,
    pub tags: Vec<Option<String>>,
    pub kind: Kind,
}

#[tairitsu::wit]
#[derive(Clone, Copy)]
pub(super) enum Kind {
    One,
    Two,
    Three,
}

#[tairitsu::wit]
pub(super) enum Shape {
    Dot,
    Circle(f64),
    Letter(char),
    Named(String),
    Many(Vec<Kind>),
}

type Spelled = (String, Vec<char>);

/// What is exported.
#[tairitsu::guest(package = "test:generated", uses = Thing)]
#[allow(dead_code)]
pub(super) trait Subject {
    fn nothing(&mut self);
    fn number(&mut self) -> u8;
    fn flag(&mut self) -> bool;
    fn letter(&mut self) -> char;
    fn text(&mut self) -> String;
    fn bytes(&mut self) -> Vec<u8>;
    fn words(&mut self) -> Vec<u64>;
    fn flags(&mut self) -> Vec<bool>;
    fn letters(&mut self) -> Vec<char>;
    fn texts(&mut self) -> Vec<String>;
    fn nested(&mut self) -> Vec<Vec<Vec<u8>>>;
    fn maybe(&mut self) -> Option<String>;
    fn either(&mut self) -> Result<String, u32>;
    fn deep(&mut self) -> Vec<Option<Result<Spelled, u8>>>;
    fn a_thing(&mut self) -> Own<dyn Thing>;
    fn things(&mut self) -> Vec<Own<dyn Thing>>;
    fn take_text(&mut self, text: &str) -> u32;
    fn take_texts(&mut self, texts: &[String]) -> u32;
    #[allow(clippy::too_many_arguments)]
    fn take_many(&mut self, a: &str, b: &str, c: &str, d: &str, e: &str, f: &str, g: &str, h: &str, i: &str) -> u32;
    fn take_thing(&mut self, thing: Own<dyn Thing>) -> u32;
    fn lend_thing(&mut self, thing: &Own<dyn Thing>) -> u32;
}

/// What is exported with types that have names.
#[tairitsu::guest(package = "test:generated")]
#[allow(dead_code)]
pub(super) trait Named {
    fn one_entry(&mut self) -> Entry;
    fn entries(&mut self) -> Vec<Entry>;
    fn one_shape(&mut self) -> Shape;
    fn shapes(&mut self) -> Vec<Shape>;
    fn kinds(&mut self) -> Vec<Kind>;
}

#[tairitsu::resource(host, package = "test:generated")]
pub(super) trait Thing {
    fn new(number: u32) -> Self;
    fn value(&self) -> u32;
}

/// What is imported.
#[tairitsu::host(package = "test:generated", uses = Thing)]
#[allow(dead_code)]
pub(super) trait Peer {
    fn tick(&mut self) -> u64;
    fn text(&mut self, text: &str) -> String;
    fn texts(&mut self, texts: Vec<String>);
    fn deep(&mut self, list: Vec<(u64, Option<String>)>) -> Vec<Vec<u8>>;
    fn flat(&mut self, letter: char, flag: bool, number: u8) -> char;
    fn give(&mut self, thing: Own<dyn Thing>);
    fn lend(&mut self, thing: &Own<dyn Thing>) -> u32;
    fn take(&mut self) -> Own<dyn Thing>;
}

pub(super) struct Stone(u32);

#[tairitsu::resource]
impl Thing for Stone {
    fn new(number: u32) -> Self {
        Stone(number)
    }

    fn value(&self) -> u32 {
        self.0
    }
}

pub(super) struct Host;

#[tairitsu::host]
impl Peer for Host {
    fn tick(&mut self) -> u64 {
        1
    }

    fn text(&mut self, text: &str) -> String {
        text.chars().rev().collect()
    }

    fn texts(&mut self, _: Vec<String>) {}

    fn deep(&mut self, list: Vec<(u64, Option<String>)>) -> Vec<Vec<u8>> {
        list.into_iter().filter_map(|(_, text)| text).map(String::into_bytes).collect()
    }

    fn flat(&mut self, letter: char, flag: bool, _: u8) -> char {
        if flag { letter } else { 'x' }
    }

    fn give(&mut self, _: Own<dyn Thing>) {}

    fn lend(&mut self, thing: &Own<dyn Thing>) -> u32 {
        thing.try_value().map_or(0, |thing| thing.value())
    }

    fn take(&mut self) -> Own<dyn Thing> {
        stone()
    }
}

fn stone() -> Own<dyn Thing> {
    Own::from(Arc::new(Stone(7)) as Arc<dyn Thing>)
}

/// A container's providers.
pub(super) fn provided(builder: ContainerBuilder) -> ContainerBuilder {
    builder.provide(Host).resource::<Stone>()
}

/// How a call ended. `None` is a value. Everything else has a word for what happened.
pub(super) type Ended = Option<&'static str>;

fn ended<T, E>(result: Result<T, CallError<E>>) -> Ended {
    match result {
        Ok(_) | Err(CallError::Guest(_)) => None,
        Err(error) => Some(match error {
            CallError::Trap(trap) => trap.abi_error().map_or("trap", |_| "bad-value"),
            CallError::Trapped { .. } => "trapped",
            CallError::Stopped { .. } => "stopped",
            CallError::Deadline { .. } => "deadline",
            CallError::Memory { .. } => "memory",
            CallError::Table { .. } => "table",
            CallError::Stack { .. } => "stack",
            CallError::HostBytes { .. } => "host-bytes",
            CallError::Handles { .. } => "handles",
            CallError::Handle { .. } => "handle",
            CallError::Provider { .. } => "provider",
            CallError::Interface(_) => "interface",
            _ => "other",
        }),
    }
}

/// The end of a call of an interface that is not there. The container goes on.
pub(super) const NO_INTERFACE: &str = "no-interface";

fn unresolved(_: Error) -> Ended {
    Some(NO_INTERFACE)
}

macro_rules! calls {
    ($($name:literal $client:ident $function:ident ($($argument:expr),*);)*) => {
        /// The calls, by name.
        pub(super) const CALLS: &[(&str, fn(&mut Container) -> Ended, fn(&mut AsyncContainer) -> Ended)] = &[$((
            $name,
            |container| match container.guest($client) {
                Ok(mut guest) => ended(guest.$function($($argument),*)),
                Err(error) => unresolved(error),
            },
            |container| block_on(async {
                match container.guest($client) {
                    Ok(mut guest) => ended(guest.$function($($argument),*).await),
                    Err(error) => unresolved(error),
                }
            }),
        )),*];
    };
}

calls! {
    "nothing" Subject nothing();
    "number" Subject number();
    "flag" Subject flag();
    "letter" Subject letter();
    "text" Subject text();
    "bytes" Subject bytes();
    "words" Subject words();
    "flags" Subject flags();
    "letters" Subject letters();
    "texts" Subject texts();
    "nested" Subject nested();
    "maybe" Subject maybe();
    "either" Subject either();
    "deep" Subject deep();
    "a-thing" Subject a_thing();
    "things" Subject things();
    "take-text" Subject take_text("a text that is not long, and has a ü and a ☺ in it");
    "take-texts" Subject take_texts(&vec![String::from("text"); 50]);
    "take-many" Subject take_many("a", "b", "c", "d", "e", "f", "g", "h", "i");
    "take-thing" Subject take_thing(stone());
    "lend-thing" Subject lend_thing(&stone());
    "one-entry" Named one_entry();
    "entries" Named entries();
    "one-shape" Named one_shape();
    "shapes" Named shapes();
    "kinds" Named kinds();
}

/// Looks at a result where it is.
pub(super) fn look(container: &mut Container) -> Ended {
    match container.guest(Subject) {
        Ok(mut guest) => match ended(guest.text_with(|text| text.len())) {
            None => ended(guest.words_with(|words| words.len())),
            ended => ended,
        },
        Err(error) => unresolved(error),
    }
}
