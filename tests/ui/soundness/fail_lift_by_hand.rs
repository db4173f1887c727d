// In a guest the memory takes over what it is told lies at an address.
use tairitsu_guest::abi::{Lift, Source, WitType};
use tairitsu_guest::schema::Type;

struct Forged(String);

impl WitType for Forged {
    const TYPE: Type = Type::U8;
    type Ok = Self;
    type Err = std::convert::Infallible;

    fn into_result(self) -> Result<Self, Self::Err> {
        Ok(self)
    }
}

impl Lift for Forged {
    fn lift<M: Source>(memory: &mut M, _: &[u64]) -> Result<Self, M::Error> {
        memory.take_string(0xdead, 8).map(Forged)
    }

    fn load<M: Source>(memory: &mut M, address: usize) -> Result<Self, M::Error> {
        memory.take_string(address, 8).map(Forged)
    }
}

fn main() {}
