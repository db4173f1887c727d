//! Identifiers that are no WIT names, each with the way out that the errors name.

#[tairitsu::guest(rename = "greeter")]
pub trait Grüßer {
    #[wit(rename = "greet")]
    fn grüßen(&mut self, #[wit(rename = "size")] größe: Größe) -> Farbe;
}

#[tairitsu::wit(rename = "size")]
pub struct Größe {
    #[wit(rename = "height")]
    pub höhe: u32,
}

#[tairitsu::wit]
pub enum Farbe {
    Rot,
    #[wit(rename = "gruen")]
    Grün,
}

#[tairitsu::guest(rename = "places")]
pub trait Places {
    #[wit(rename = "find-size")]
    fn size(&self) -> Größe;
}

fn main() {
    let wit = Grüßer.wit();
    assert!(wit.contains("greet: func(size: size) -> farbe;"), "{wit}");
    assert!(wit.contains("height: u32"), "{wit}");
    assert!(Places.wit().contains("find-size: func() -> size;"));
}
