pub struct Clock {
    start: u64,
}

#[tairitsu::host]
impl Clock {
    pub fn new(start: u64) -> Self {
        Self { start }
    }

    pub fn now(&self) -> u64 {
        self.start
    }
}

fn main() {
    let _ = Clock::new(1).now();
}
