use std::io;

#[tairitsu::guest]
pub trait Files {
    fn open(&mut self, name: &str) -> Result<u32, io::Error>;
    fn close(&mut self, file: u32) -> io::Result<()>;
    fn parse(&self, number: &str) -> Result<u32, std::num::ParseIntError>;
}

fn main() {}
