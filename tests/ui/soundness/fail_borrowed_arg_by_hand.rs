// A value in place stays as it is until the call is over, and safe code cannot promise that.
use tairitsu_guest::abi::BorrowedArg;

fn forged(text: &'static str) -> BorrowedArg<str, String> {
    BorrowedArg::InPlace(text)
}

fn kept(argument: BorrowedArg<str, String>) -> &'static str {
    match argument.0 {
        _ => "",
    }
}

fn main() {}
