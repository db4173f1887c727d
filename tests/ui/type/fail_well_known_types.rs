#[tairitsu::wit]
pub struct Work {
    pub items: usize,
    pub since: std::time::Instant,
    pub name: Vec<std::ffi::OsString>,
    pub shared: Option<std::rc::Rc<String>>,
}

#[tairitsu::wit]
pub enum Outcome {
    Sum(u128),
    Failed(std::io::Error),
    Broken(Box<dyn std::error::Error + Send + Sync>),
}

fn main() {}
