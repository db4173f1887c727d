fn main() {
    let _: &[u8] = tairitsu::include_guest!("my-guest");
}
