//! A user's own types by the names of std's, and locals by the names that generated code might use.
#![allow(dead_code)]

type Fallible<T> = std::result::Result<T, Error>;

#[tairitsu::wit]
#[derive(Debug)]
pub enum Error {
    Bad,
}

#[tairitsu::wit]
pub enum Option {
    Some(u32),
    None,
}

#[tairitsu::wit]
pub struct String {
    pub text: std::string::String,
    pub memory: u32,
    pub address: u32,
    pub at: u32,
    pub out: u32,
    pub flat: u32,
    pub start: u32,
    pub mirror: u32,
    pub r#match: u32,
}

#[tairitsu::wit]
pub struct Vec {
    pub m: M,
}

#[tairitsu::wit]
pub struct M {
    pub t: T,
}

#[tairitsu::wit]
pub enum T {
    Ok(u8),
    Err(Option),
    Self_,
}

pub struct Result;

pub trait Default {}

#[tairitsu::guest]
pub trait Taken {
    fn give(&self, value: Option) -> std::option::Option<Option>;
    fn text(&self, value: &String, call: u32, flat: u32, state: u32, r#type: u32) -> Fallible<String>;
    fn list(&self, value: Vec) -> Vec;
}

#[tairitsu::host]
pub trait TakenToo {
    fn give(&self, value: Option) -> std::option::Option<Option>;
    fn text(&self, provider: &String, linker: u32, store: u32) -> Fallible<String>;
}

#[derive(std::default::Default)]
pub struct Drawer;

#[tairitsu::guest]
impl Drawer {
    pub fn text(&self, value: &String, call: u32, mut flat: u32, state: u32, r#type: u32) -> Fallible<String> {
        flat += call + state + r#type + value.memory;
        let _ = flat;
        Err(Error::Bad)
    }

    pub fn list(&self, value: Vec) -> Vec {
        value
    }
}

pub struct Shelf;

#[tairitsu::host]
impl Shelf {
    pub fn give(&self, value: Option) -> std::option::Option<Option> {
        Some(value)
    }

    pub fn linker(&self, provider: &String, linker: u32, store: u32) -> Fallible<String> {
        let _ = (provider, linker, store);
        Err(Error::Bad)
    }
}

fn main() {}
