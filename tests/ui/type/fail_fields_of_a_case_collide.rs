#[tairitsu::wit]
pub enum Command {
    Move {
        x: i32,
        #[wit(rename = "X")]
        y: i32,
    },
}

fn main() {}
