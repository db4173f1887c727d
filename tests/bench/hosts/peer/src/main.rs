//! A host with Extism.

use extism::{Error, Manifest, Plugin, Wasm};

fn main() -> Result<(), Error> {
    let path = std::env::args().nth(1).ok_or_else(|| Error::msg("expected a plug-in's path"))?;
    let mut plugin = Plugin::new(Manifest::new([Wasm::file(path)]), [], true)?;
    println!("{}", plugin.call::<u64, u32>("add", 1 << 32 | 2)?);
    Ok(())
}
