use tairitsu::Own;

#[tairitsu::resource(host)]
pub trait Document {
    fn text(&self) -> String;
}

#[tairitsu::wit(as = Own<dyn Document>, to = |session| panic!("{}", session.0), from = |_| Ok::<_, String>(Session(1)))]
pub struct Session(u32);

fn main() {}
