//! The host: registers the guest as an image, runs a container of it, and talks to it. With `--native` the guest runs
//! as the host's own code, and the conversation is the same.

/// The package is compiled for wasm32 too, with this bin in it. There the bin does nothing.
#[cfg(target_family = "wasm")]
fn main() {}

#[cfg(not(target_family = "wasm"))]
fn main() -> anyhow::Result<()> {
    use tairitsu::{CallError, Container, Registry};
    use tairitsu_example_hybrid::{Greeter, Hello, Journal};

    /// The host's side of the journal.
    #[derive(Default)]
    struct Log(Vec<String>);

    #[tairitsu::host]
    impl Journal for Log {
        fn record(&mut self, entry: &str) {
            println!("[journal] {entry}");
            self.0.push(entry.into());
        }

        fn count(&self) -> u64 {
            self.0.len() as u64
        }
    }

    let mut container = if std::env::args().any(|argument| argument == "--native") {
        Container::native::<Hello>().provide(Log::default()).build()?
    } else {
        let registry = Registry::new();
        registry.register_image("hello:v1", tairitsu::include_guest!("tairitsu-example-hybrid"))?;
        let image = registry.get_image("hello:v1").expect("registered above");
        Container::builder(&image).provide(Log::default()).build()?
    };
    container
        .on_execute(|command, payload| {
            println!("[host] the guest wants `{command}` of {payload:?}");
            match &*command {
                "uppercase" => Ok(payload.to_uppercase()),
                _ => Err(format!("the host does not know `{command}`")),
            }
        })
        .on_log(|level, message| println!("[guest][{level}] {message}"));

    // The typed interface: `GreeterClient` came from the trait.
    let mut greeter = container.guest(Greeter)?;
    for name in ["Ada", "Grace", "", "Mallory"] {
        match greeter.greet(name) {
            Ok(greeting) => println!("{} (visit {})", greeting.text, greeting.visits),
            Err(CallError::Guest(error)) => println!("{name:?} is not greeted: {error:?}"),
            Err(error) => return Err(error.into()),
        }
    }

    // The same guest also speaks the core world, on the same state.
    container.init()?;
    println!("{}", container.handle_command("visits", "")?);
    println!("{}", container.handle_command("shout", "hello from the guest")?);
    println!("{}", container.handle_command("sing", "").unwrap_err());
    Ok(())
}
