// A conversion stands in the generated function that has the memory, and does not see it.
#[tairitsu::wit]
pub struct Reading {
    #[wit(
        as = u32,
        to = |level: &u8| { let _ = memory.write(address, [0; 64]); u32::from(*level) },
        from = |level: u32| { let _ = memory.take_string(flat[0] as usize, 64); u8::try_from(level) },
    )]
    pub level: u8,
}

fn main() {}
