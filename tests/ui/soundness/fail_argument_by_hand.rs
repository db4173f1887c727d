// An argument is lifted out of the guest's memory too.
use tairitsu_guest::abi::{Argument, BorrowedArg, Source};
use tairitsu_guest::schema::Layout;

struct Forged(BorrowedArg<str, String>);

impl Argument for Forged {
    const LAYOUT: Layout = Layout { size: 0, align: 1 };
    const FLAT: usize = 0;

    fn lift_arg<M: Source>(memory: &mut M, _: &[u64]) -> Result<Self, M::Error> {
        memory.borrow_string(0xdead, 8).map(Forged)
    }

    fn load_arg<M: Source>(memory: &mut M, _: usize) -> Result<Self, M::Error> {
        memory.borrow_string(0xdead, 8).map(Forged)
    }
}

fn main() {}
