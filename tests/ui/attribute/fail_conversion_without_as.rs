#[tairitsu::wit]
pub struct Package {
    #[wit(to = ToString::to_string)]
    pub size: u32,
}

fn main() {}
