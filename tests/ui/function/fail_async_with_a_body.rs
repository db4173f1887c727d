#[tairitsu::host]
pub trait Web {
    async fn get(&mut self, address: &str) -> String {
        address.into()
    }
}

fn main() {}
