//! A host with Tairitsu.

use tairitsu::{Container, Registry};
use tairitsu_bench_contract::{Services, Work};

struct Host;

#[tairitsu::host]
impl Services for Host {
    fn tick(&mut self, n: u64) -> u64 {
        n + 1
    }

    fn greet(&mut self, name: &str) -> String {
        name.into()
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let wasm = std::fs::read(std::env::args().nth(1).ok_or("expected a guest's path")?)?;
    let image = Registry::new().load_image(wasm)?;
    let mut container = Container::builder(&image).provide(Host).build()?;
    println!("{}", container.guest(Work)?.add(1, 2)?);
    Ok(())
}
