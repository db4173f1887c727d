// In a guest the memory writes to any address that it is given.
use tairitsu_guest::abi::{Lower, Sink, WitType};
use tairitsu_guest::schema::Type;

struct Forged;

impl WitType for Forged {
    const TYPE: Type = Type::U8;
    type Ok = Self;
    type Err = std::convert::Infallible;

    fn into_result(self) -> Result<Self, Self::Err> {
        Ok(self)
    }
}

impl Lower for Forged {
    fn lower<M: Sink>(&self, memory: &mut M, _: &mut [u64]) -> Result<(), M::Error> {
        memory.write(0xdead, [0; 8])
    }

    fn store<M: Sink>(&self, memory: &mut M, address: usize) -> Result<(), M::Error> {
        memory.write(address + 0xdead, [0; 8])
    }
}

fn main() {}
