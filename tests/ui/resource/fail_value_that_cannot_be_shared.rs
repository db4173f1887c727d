//! A value may have several handles, on several threads.

use std::cell::RefCell;

#[tairitsu::resource(host)]
pub trait Connection {
    fn send(&self, text: &str);
}

pub struct Line(RefCell<Vec<String>>);

#[tairitsu::resource]
impl Connection for Line {
    fn send(&self, text: &str) {
        self.0.borrow_mut().push(text.into());
    }
}

fn main() {}
