#[tairitsu::wit]
pub struct Person {
    pub name: String,
    #[wit(since = "1.1")]
    pub nickname: Option<String>,
    #[wit(since = "1.1.0+build.5")]
    pub age: Option<u32>,
}

#[tairitsu::wit(since = "v1.1.0")]
pub struct New {
    pub name: String,
}

fn main() {}
