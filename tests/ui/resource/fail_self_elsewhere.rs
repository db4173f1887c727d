//! `Self` stands in the result of what makes one.

#[tairitsu::resource(guest)]
pub trait Document {
    fn first_of(paths: Vec<String>) -> Option<Self>;
    fn twin(&self) -> Self;
    fn same(&self, other: &Self) -> bool;
}

fn main() {}
