#[tairitsu::guest]
pub trait Reader {
    async fn read(&mut self, page: u32) -> String;
}

fn main() {}
