//! The program that the book's chapter about commands shows, word for word.

use crate::crowd::alone;
use anyhow::Context;

#[rustfmt::skip]
#[expect(unused_variables, reason = "the snippet shows both parameters")]
fn main() -> anyhow::Result<String> {
    use tairitsu::{Registry, Container};
    use bytes::Bytes;
    let registry = Registry::new();
    let wasm_binary = Bytes::from(std::fs::read("module.wasm")?);
    registry.register_image("my-module:v1", wasm_binary)?;
    let image = registry.get_image("my-module:v1").unwrap();
    let mut container = Container::new(&image)?;
    container
        .on_execute(|cmd: String, payload: String| { Ok(format!("Host processed: {}", cmd)) })
        .on_log(|level: String, msg: String| { println!("[Guest][{}] {}", level, msg); });
    container.init()?;
    let response = container.handle_command("greet", "Hello")?;
    Ok(response)
}

#[test]
fn runs_as_it_stands_there() {
    alone("snippet::in_its_directory");
}

/// Runs in a process of its own, because the program reads a file of its working directory.
#[test]
#[ignore = "started by `runs_as_it_stands_there`"]
fn in_its_directory() -> anyhow::Result<()> {
    let dir = std::env::temp_dir().join(format!("tairitsu-snippet-{}", std::process::id()));
    std::fs::create_dir_all(&dir)?;
    std::fs::write(dir.join("module.wasm"), tairitsu::include_guest!("tairitsu-example-module"))?;
    std::env::set_current_dir(&dir)?;
    let response = main();
    std::env::set_current_dir("/")?;
    std::fs::remove_dir_all(&dir)?;
    assert_eq!(response?, "Hello, visitor no. 1! Host processed: greet");
    Ok(())
}

/// The program above and the book's program are the same, line by line.
#[test]
fn the_book_shows_the_same() -> anyhow::Result<()> {
    let here = include_str!("snippet.rs");
    let lines = here.lines().skip_while(|line| !line.contains("use tairitsu::{Registry")).map(str::trim);
    let lines: Vec<_> = lines.take_while(|line| !line.starts_with("Ok(response)")).collect();
    let book = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/src/core-world.md");
    let book = std::fs::read_to_string(book).context(book)?;
    let shown: Vec<_> = book.lines().map(str::trim).collect();
    assert!(lines.len() == 12 && shown.windows(lines.len()).any(|window| window == lines), "{lines:#?}");
    Ok(())
}
