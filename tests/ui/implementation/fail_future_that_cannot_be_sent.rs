use std::rc::Rc;

#[tairitsu::host]
pub trait Web {
    async fn get(&mut self, address: &str) -> String;
}

struct Pages;

#[tairitsu::host]
impl Web for Pages {
    async fn get(&mut self, address: &str) -> String {
        let kept = Rc::new(address);
        std::future::ready(()).await;
        kept.to_string()
    }
}

fn main() {}
