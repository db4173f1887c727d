//! `Own` is of a resource's trait.

use tairitsu::Own;

#[tairitsu::guest]
pub trait Editor {
    fn open(&mut self) -> Own<dyn std::fmt::Display>;
}

fn main() {}
