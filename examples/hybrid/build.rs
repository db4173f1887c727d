//! Compiles this crate's library for wasm32, for the host to include.

fn main() {
    tairitsu::build::guest("tairitsu-example-hybrid");
}
