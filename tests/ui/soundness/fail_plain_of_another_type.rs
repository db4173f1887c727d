// Bytes are plain. So a list of bytes is copied as it is, and a list of strings must not be.
use tairitsu_guest::abi::{Lift, Source};

fn forged<M: Source>(memory: &mut M) -> Option<Result<Vec<String>, M::Error>> {
    Some(memory.take_plain(<u8 as Lift>::PLAIN?, 8, 1))
}

fn main() {}
