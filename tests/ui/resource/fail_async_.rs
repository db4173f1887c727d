#[tairitsu::resource(host)]
pub trait Connection {
    async fn query(&self, text: &str) -> String;
}

fn main() {}
