#[tairitsu::wit]
pub struct Person {
    #[wit(default = 5)]
    pub retries: u32,
    #[wit(lossy)]
    pub name: Option<String>,
}

tairitsu::flags! {
    pub struct Rights {
        #[wit(lossy)]
        const READ;
    }
}

fn main() {}
