#[tairitsu::guest]
pub trait Grüßer {
    fn grüßen(&mut self, größe: u32);
    fn __(&mut self);
}

#[tairitsu::wit]
pub struct Größe {
    pub höhe: u32,
}

#[tairitsu::wit]
pub enum Farbe {
    Rot,
    Grün,
}

#[tairitsu::resource(host)]
pub trait Tür {
    fn open(&self);
}

#[derive(Default)]
pub struct Zähler;

#[tairitsu::guest]
impl Zähler {
    pub fn count(&self) -> u32 {
        0
    }
}

#[tairitsu::wit]
pub mod länge {
    #[tairitsu::wit]
    pub struct Meter {
        pub value: u32,
    }
}

tairitsu::flags! {
    pub struct Rechte {
        const LÖSCHEN;
    }
}

fn main() {}
