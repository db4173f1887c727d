#[tairitsu::guest]
pub trait Greeter {
    fn greet(&mut self, names: Vec<&str>);
    fn meet(&mut self, names: Option<(&str, u32)>);
    fn part(&mut self, names: &[Option<&str>], deep: Option<&[&str]>);
    fn last(&mut self, name: Option<&mut String>, names: &[&'static str]);
}

fn main() {}
