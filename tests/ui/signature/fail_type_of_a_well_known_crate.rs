// Without the features of `tairitsu` these types are no WIT types. These stand for them.
mod uuid {
    pub struct Uuid;
}

mod url {
    pub struct Url;
}

mod bytes {
    pub struct Bytes;
}

mod serde_json {
    pub enum Value {}
}

mod chrono {
    pub struct DateTime<Zone>(Zone);
    pub struct Local;
    pub enum Weekday {}
}

mod anyhow {
    pub struct Error;
}

use uuid::Uuid;

#[tairitsu::guest]
pub trait Shop {
    fn find(&self, id: Uuid) -> Option<url::Url>;
    fn load(&self, ids: &[uuid::Uuid]) -> Result<Vec<(u32, bytes::Bytes)>, anyhow::Error>;
    fn details(&self, id: &Uuid) -> serde_json::Value;
    fn sold(&self, when: chrono::DateTime<chrono::Local>) -> Uuid;
}

#[tairitsu::wit]
pub struct Order {
    pub id: Uuid,
    pub day: Option<chrono::Weekday>,
}

fn main() {}
