#[tairitsu::wit]
pub struct Person {
    pub name: String,
    #[wit(since = "1.1.0", since = "1.2.0")]
    pub nickname: Option<String>,
}

#[tairitsu::wit]
pub struct Pet {
    pub name: String,
    #[wit(since = "1.1.0")]
    #[wit(since = "1.2.0")]
    pub nickname: Option<String>,
}

fn main() {}
