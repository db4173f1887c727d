//! Types that have the names of standard types, and are others. Their lowered forms have more values than a look at the name says.

/// More than a string.
#[tairitsu::wit]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct String {
    /// A text.
    pub text: std::string::String,
    /// A number.
    pub number: u64,
}

/// More than a list.
#[tairitsu::wit]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Vec<T> {
    /// The items.
    pub items: std::vec::Vec<T>,
    /// A text.
    pub name: std::string::String,
}

/// No character.
#[tairitsu::wit]
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(non_camel_case_types)]
pub struct char {
    /// A text.
    pub text: std::string::String,
}

/// The host's side.
#[tairitsu::host]
pub trait Mirror {
    /// Gives the values back.
    fn mirror(&mut self, string_: String, list: Vec<u8>, char_: char) -> Vec<u8>;
    /// Looks like a function of numbers.
    fn character(&self, char_: char) -> char;
}

/// The guest's side.
#[tairitsu::guest]
pub trait Names {
    /// Gives the values back, through the host.
    fn names(&mut self, string_: String, list: Vec<u8>, char_: char) -> Vec<u8>;
    /// Looks like a function of numbers.
    fn letter(&self, char_: char) -> char;
    /// Looks like it has a string.
    ///
    /// # Errors
    /// If the list is no text.
    fn text(&self, list: std::vec::Vec<u8>) -> Result<String, std::string::String>;
}

#[tairitsu::guest]
impl Names for super::Stall {
    fn names(&mut self, string_: String, list: Vec<u8>, char_: char) -> Vec<u8> {
        tairitsu::Host.mirror(string_, list, char_)
    }

    fn letter(&self, char_: char) -> char {
        tairitsu::Host.character(char_)
    }

    fn text(&self, list: std::vec::Vec<u8>) -> Result<String, std::string::String> {
        let number = list.len() as u64;
        std::string::String::from_utf8(list).map(|text| String { text, number }).map_err(|error| error.to_string())
    }
}
