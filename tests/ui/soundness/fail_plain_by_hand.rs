// A `bool` is not plain: most bytes are none.
use tairitsu_guest::abi::Plain;

const FORGED: Plain<bool> = Plain::new();

fn main() {}
