//! A resource is a trait.

#[tairitsu::resource]
pub struct Document;

fn main() {}
