#[tairitsu::wit(package = "acme:files@1.0.0")]
pub mod files {
    #[tairitsu::wit]
    pub struct Folder {
        pub entries: Vec<Entry>,
        pub own: Vec<Folder>,
    }

    #[tairitsu::wit]
    pub enum Entry {
        File { #[wit(rename = "title")] name: String },
        Folder(Box<Folder>),
        Apart(#[wit(as = u32, to = |_| 0, from = |_| Err("none"))] Apart),
    }

    pub struct Apart(pub Option<Box<Entry>>);
}

#[tairitsu::guest(package = "acme:files@1.0.0")]
pub trait Files {
    fn list(&self, folder: &files::Folder) -> Vec<files::Entry>;
}

fn main() {}
