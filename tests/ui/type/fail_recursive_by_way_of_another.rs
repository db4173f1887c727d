#[tairitsu::wit]
pub struct Folder {
    pub entries: Vec<Entry>,
}

#[tairitsu::wit]
pub struct Entry {
    pub folder: Option<Folder>,
}

fn main() {}
