#[tairitsu::wit]
pub enum Command {
    Stop,
    Move(i32, i32),
}

fn main() {}
