#[tairitsu::guest]
pub trait Printer {
    fn print(&mut self, what: Box<dyn std::fmt::Display>);
}

fn main() {}
