#[tairitsu::wit]
pub enum Command {
    Stop,
    Move {},
}

#[tairitsu::guest]
pub trait Robot {
    fn obey(&mut self, command: Command) -> Result<Command, String>;
}

fn main() {}
