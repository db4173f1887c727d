pub const FIVE: u32 = 5;

#[tairitsu::wit]
pub struct Person {
    pub name: String,
    #[wit(since = "1.1.0", default = FIVE)]
    pub retries: u32,
}

fn main() {}
