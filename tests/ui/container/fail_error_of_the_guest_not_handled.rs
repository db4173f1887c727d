#[tairitsu::guest]
pub trait Greeter {
    fn greet(&mut self, name: &str) -> String;
}

fn call(container: &mut tairitsu::Container) -> String {
    container.guest(Greeter).unwrap().greet("Ada")
}

fn main() {}
