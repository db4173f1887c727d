#[tairitsu::wit]
pub enum Command {
    Stop,
    Move { x: i32, y: i32 },
}

fn main() {}
