#[tairitsu::host]
pub trait Journal {
    fn record(&mut self, entry: &str);
}

pub struct Log(std::rc::Rc<String>);

#[tairitsu::host]
impl Journal for Log {
    fn record(&mut self, _: &str) {}
}

fn main() {}
