#[tairitsu::host]
pub trait Web {
    async fn get(&mut self, address: &str) -> String;
}

struct Pages;

#[tairitsu::host]
impl Web for Pages {
    async fn get(&mut self, address: &str) -> String {
        address.len()
    }
}

fn main() {}
