#[tairitsu::wit(since = "1.1.0")]
pub struct Port(pub u16);

#[tairitsu::wit(since = "1.1.0")]
pub struct Pair(pub u8, pub u8);

#[tairitsu::wit(since = "1.1.0", as = String, to = |name| name.text.clone(), from = |text| Ok::<_, String>(Name { text }))]
pub struct Name {
    pub text: String,
}

fn main() {}
