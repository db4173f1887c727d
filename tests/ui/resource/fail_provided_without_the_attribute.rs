//! What a host provides as a resource is marked as one.

#[tairitsu::resource(host)]
pub trait Connection {
    fn send(&self, text: &str);
}

pub struct Line;

impl Connection for Line {
    fn send(&self, _: &str) {}
}

fn main() {
    let image = tairitsu::Registry::new().load_image([]).unwrap();
    let _ = tairitsu::Container::builder(&image).resource::<Line>();
}
