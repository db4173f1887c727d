//! Types that have the names of standard types, and are others.
#![deny(warnings)]

mod own {
    #[tairitsu::wit]
    #[derive(Clone, Debug, PartialEq)]
    pub struct String {
        pub text: std::string::String,
        pub more: std::vec::Vec<u8>,
    }

    #[tairitsu::wit]
    #[derive(Clone, Debug, PartialEq)]
    pub struct Vec<T> {
        pub items: std::vec::Vec<T>,
        pub name: std::string::String,
        pub rest: u64,
    }

    #[tairitsu::wit]
    #[derive(Clone, Debug, PartialEq)]
    pub enum Option<T> {
        Some(T),
        None,
        Other(std::string::String),
    }

    #[tairitsu::wit]
    #[derive(Clone, Debug, PartialEq)]
    pub struct Box<T> {
        pub content: T,
    }

    #[tairitsu::wit]
    #[allow(non_camel_case_types)]
    #[derive(Clone, Debug, PartialEq)]
    pub struct char {
        pub text: std::string::String,
    }
}

mod contract {
    use super::own::*;

    #[tairitsu::guest]
    pub trait Guest {
        fn a_string(&mut self, string: String) -> String;
        fn lent(&mut self, string: &String, strings: &[String]) -> Vec<String>;
        fn a_list(&mut self, list: Vec<u8>, option: Option<Box<u32>>) -> Vec<u8>;
        fn fails(&mut self, list: Vec<u8>) -> Result<Vec<u8>, String>;
        fn a_option(&self) -> Option<u32>;
        fn boxed(&self) -> Box<u32>;
        fn a_char(&self, char: char) -> char;
    }

    #[tairitsu::host]
    pub trait Host {
        fn a_string(&mut self, string: String) -> String;
        fn a_list(&mut self, list: Vec<u8>, option: Option<Box<u32>>) -> Vec<u8>;
        async fn later(&mut self, string: &String, char: char) -> Result<Vec<u8>, String>;
    }
}

use own::{Box, Option, String, Vec};

#[derive(Default)]
struct Here;

#[tairitsu::guest]
impl contract::Guest for Here {
    fn a_string(&mut self, string: String) -> String {
        string
    }

    fn lent(&mut self, string: &String, strings: &[String]) -> Vec<String> {
        let items = strings.iter().chain([string]).cloned().collect();
        Vec { items, name: "lent".into(), rest: 1 }
    }

    fn a_list(&mut self, list: Vec<u8>, _: Option<Box<u32>>) -> Vec<u8> {
        list
    }

    fn fails(&mut self, list: Vec<u8>) -> Result<Vec<u8>, String> {
        if list.rest == 0 { Err(String { text: list.name, more: list.items }) } else { Ok(list) }
    }

    fn a_option(&self) -> Option<u32> {
        Option::Other("other".into())
    }

    fn boxed(&self) -> Box<u32> {
        Box { content: 1 }
    }

    fn a_char(&self, char: own::char) -> own::char {
        char
    }
}

fn main() {
    let mut container = tairitsu::Container::native::<Here>().build().unwrap();
    let mut guest = container.guest(contract::Guest).unwrap();
    let string = String { text: "a".into(), more: vec![1] };
    assert_eq!(guest.a_string(string.clone()).unwrap(), string);
    assert_eq!(guest.lent(&string, &[string.clone()]).unwrap().items.len(), 2);
    let list = Vec { items: vec![1, 2], name: "b".into(), rest: 0 };
    assert_eq!(guest.a_list(list.clone(), Option::Some(Box { content: 1 })).unwrap(), list);
    let error = guest.fails(list).unwrap_err().guest();
    assert_eq!(error.map(|error| error.text).as_deref(), Some("b"));
    assert_eq!(guest.a_option().unwrap(), Option::Other("other".into()));
    assert_eq!(guest.boxed().unwrap(), Box { content: 1 });
    assert_eq!(guest.a_char(own::char { text: "c".into() }).unwrap().text, "c");
}
