type Text = String;

#[tairitsu::wit]
pub enum Good {
    Known,
    #[wit(other)]
    Unknown(Text),
}

#[tairitsu::wit]
pub enum Number {
    Known,
    #[wit(other)]
    Unknown(u32),
}

#[tairitsu::wit]
pub enum Two {
    Known,
    #[wit(other)]
    Unknown(String, u32),
}

#[tairitsu::wit]
pub enum Named {
    Known,
    #[wit(other)]
    Unknown { name: String },
}

#[tairitsu::wit]
pub enum Itself {
    Known,
    #[wit(other)]
    Unknown(Box<Itself>),
}

fn main() {}
