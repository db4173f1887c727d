//! The blocks of code of the README and of the book, as doctests: rustdoc compiles each, and runs those that need no
//! wasm file. The chapter "Getting started" is a project of several files: `book.rs` follows it.

macro_rules! chapters {
    ($($name:ident: $path:literal,)*) => {
        $(
            #[cfg(doctest)]
            #[doc = include_str!($path)]
            pub struct $name;
        )*
    };
}

chapters! {
    Readme: "../../README.md",
    Introduction: "../../docs/src/introduction.md",
    Guest: "../../docs/src/guest.md",
    Host: "../../docs/src/host.md",
    Types: "../../docs/src/types.md",
    Resources: "../../docs/src/resources.md",
    Versions: "../../docs/src/versions.md",
    ContractsThatGrow: "../../docs/src/contracts-that-grow.md",
    CallsByName: "../../docs/src/calls-by-name.md",
    CoreWorld: "../../docs/src/core-world.md",
    Containment: "../../docs/src/containment.md",
    Futures: "../../docs/src/futures.md",
    Watching: "../../docs/src/watching.md",
    Performance: "../../docs/src/performance.md",
    Native: "../../docs/src/native.md",
    Platforms: "../../docs/src/platforms.md",
    FromWitBindgen: "../../docs/src/from-wit-bindgen.md",
    FromExtism: "../../docs/src/from-extism.md",
    Glossary: "../../docs/src/glossary.md",
    Faq: "../../docs/src/faq.md",
}
