type Maybe<T> = Option<T>;

#[tairitsu::wit]
pub struct Person {
    pub name: String,
    #[wit(since = "1.1.0", default = None)]
    pub nickname: Option<String>,
    #[wit(since = "1.1.0", default = 5)]
    pub age: Maybe<u32>,
}

fn main() {}
