#[tairitsu::wit]
pub enum List {
    Empty,
    Item {
        value: u32,
        #[wit(since = "1.1.0")]
        next: Box<List>,
        #[wit(since = "1.1.0")]
        last: Option<Box<List>>,
    },
}

fn main() {}
