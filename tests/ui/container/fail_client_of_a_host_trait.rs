#[tairitsu::host]
pub trait Journal {
    fn record(&mut self, entry: &str);
}

fn call(container: &mut tairitsu::Container) {
    container.guest(Journal).unwrap();
}

fn main() {}
