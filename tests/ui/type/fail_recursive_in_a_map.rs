use std::collections::HashMap;

#[tairitsu::wit]
pub struct Folder {
    pub folders: HashMap<String, Folder>,
}

fn main() {}
