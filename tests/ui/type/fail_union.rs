#[tairitsu::wit]
pub union Number {
    int: u32,
    float: f32,
}

fn main() {}
