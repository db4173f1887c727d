//! Compiles the guests of the columns.

use tairitsu::build::Guests;

fn main() {
    let guests = Guests::new().package("tairitsu-bench-guest-ours").package("tairitsu-bench-guest-floor");
    match std::env::var_os("CARGO_FEATURE_PEER") {
        Some(_) => guests.package("tairitsu-bench-guest-peer").build(),
        None => guests.build(),
    }
}
