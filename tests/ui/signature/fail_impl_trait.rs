#[tairitsu::guest]
pub trait Printer {
    fn print(&mut self, what: impl std::fmt::Display);
}

fn main() {}
