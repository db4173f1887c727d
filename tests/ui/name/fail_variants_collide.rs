#[tairitsu::wit]
pub enum Kind {
    HttpServer,
    HTTPServer,
}

fn main() {}
