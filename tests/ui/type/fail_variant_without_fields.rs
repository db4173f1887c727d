#[tairitsu::wit]
pub enum Command {
    Stop(),
    Move {},
}

fn main() {}
