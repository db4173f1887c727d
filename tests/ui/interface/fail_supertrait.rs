#[tairitsu::guest]
pub trait Greeter: Send + Clone {
    fn greet(&mut self);
}

mod marker {
    pub trait Send {}
}

#[tairitsu::host]
pub trait Journal: marker::Send {
    fn record(&mut self);
}

fn main() {}
