#[tairitsu::wit]
pub struct Name<'a> {
    pub first: &'a str,
}

fn main() {}
