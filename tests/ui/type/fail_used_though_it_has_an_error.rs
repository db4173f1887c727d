#[tairitsu::wit]
pub enum Command {
    Stop,
    Move { x: i32, y: i32 },
}

#[tairitsu::guest]
pub trait Robot {
    fn obey(&mut self, command: Command) -> Result<Command, String>;
}

fn main() {}
