//! Types that are called like types of well-known crates.

#[tairitsu::wit]
#[derive(Clone, Debug, PartialEq)]
pub struct Uuid {
    pub high: u64,
    pub low: u64,
}

#[tairitsu::wit]
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    Null,
    Number(f64),
    Bytes(Bytes<u8>),
}

#[tairitsu::wit]
#[derive(Clone, Debug, PartialEq)]
pub struct Bytes<Value> {
    pub all: Vec<Value>,
}

mod anyhow {
    #[tairitsu::wit]
    #[derive(Clone, Debug, PartialEq)]
    pub struct Error {
        pub text: String,
    }
}

pub type DateTime<Zone> = (u64, Zone);

#[tairitsu::guest]
pub trait Shop {
    fn find(&self, id: Uuid, all: &[Uuid]) -> Option<Value>;
    fn sold(&self, id: &Uuid, when: DateTime<String>) -> Result<DateTime<i32>, anyhow::Error>;
}

fn main() {
    let wit = Shop.wit();
    assert!(wit.contains("sold: func(id: uuid, when: tuple<u64, string>) -> result<tuple<u64, s32>, error>"), "{wit}");
    assert!(wit.contains("record bytes-of-u8"), "{wit}");
}
