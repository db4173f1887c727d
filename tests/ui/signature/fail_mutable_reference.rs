#[tairitsu::guest]
pub trait Sorter {
    fn sort(&mut self, numbers: &mut Vec<u32>);
}

fn main() {}
