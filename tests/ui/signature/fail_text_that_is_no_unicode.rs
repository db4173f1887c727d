use std::ffi::{OsStr, OsString};
use std::path::Path;

#[tairitsu::guest]
pub trait Files {
    fn open(&mut self, name: &OsStr, folder: &Path) -> bool;
    fn names(&self) -> Vec<OsString>;
}

fn main() {}
