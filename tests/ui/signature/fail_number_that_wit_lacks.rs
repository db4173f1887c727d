pub type Size = usize;

#[tairitsu::guest]
pub trait Counter {
    fn count(&self) -> usize;
    fn advance(&mut self, by: &isize, each: &[usize]);
    fn limits(&self) -> Result<Vec<Option<Size>>, String>;
    fn product(&self) -> (u128, String);
}

#[tairitsu::host]
pub trait Meter {
    fn read(&self, id: i128) -> Size;
}

fn main() {}
