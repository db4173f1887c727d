#[tairitsu::wit]
pub struct Package {
    #[wit(as = String, to = |size| *size, from = |text| text.parse())]
    pub size: u32,
}

fn main() {}
