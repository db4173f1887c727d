#[tairitsu::wit]
pub enum Outer {
    Nothing,
    Shared(std::rc::Rc<String>),
}

fn main() {}
