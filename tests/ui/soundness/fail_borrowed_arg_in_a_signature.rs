// The guest could keep the value when the call is over.
use tairitsu_guest::abi::BorrowedArg;

#[tairitsu::guest]
pub trait Keeper {
    fn keep(&mut self, text: BorrowedArg<str, String>);
}

fn main() {}
