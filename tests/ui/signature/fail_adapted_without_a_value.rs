#[tairitsu::guest]
pub trait Ports {
    #[wit(result_as = u16)]
    fn nothing(&self);

    #[wit(result_to = |port| port.0)]
    fn without_a_type(&self) -> u16;

    #[wit(as = u16)]
    fn of_the_function(&self) -> u16;

    fn text(&self, #[wit(as = String)] text: &str, #[wit(as = Vec<u8>)] some: Option<&u8>);
}

fn main() {}
