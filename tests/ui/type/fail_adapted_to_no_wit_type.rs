pub struct Text(String);

#[tairitsu::wit(as = Text, to = |version| Text(version.0.to_string()), from = |text| text.0.parse().map(Version))]
pub struct Version(u32);

fn main() {}
