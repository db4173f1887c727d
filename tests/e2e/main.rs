//! End to end: real wasm32 guests, which this package's build script compiles. `README.md` beside this folder names
//! the layers.

mod ages;
mod arena;
mod asynchronous;
mod bad_input;
mod between;
mod blocks;
mod build_helper;
mod by_name;
mod cache;
mod calls;
mod contract;
mod core_world;
mod crates;
mod crowd;
mod deadline;
mod events;
mod evolution;
mod executors;
mod features;
mod futures;
mod generator;
mod grants;
mod hostile;
mod idioms;
mod in_place;
mod lifecycle;
mod limits;
mod link;
mod menagerie;
mod misbehaviour;
mod native;
mod observe;
mod pairings;
mod policy;
mod pooling;
mod printers;
mod provided;
mod random;
mod raw;
mod resolve;
mod resources;
mod rooms;
mod snippet;
mod sockets;
mod split;
mod threads;
mod tree;
mod untrusted;
mod warm;
mod wasi;
mod weather;

use tairitsu::{Image, Registry};

pub(crate) const ZOO: &[u8] = tairitsu::include_guest!("tairitsu-test-zoo");
pub(crate) const BINDGEN: &[u8] = tairitsu::include_guest!("tairitsu-test-bindgen");
pub(crate) const SPLIT: &[u8] = tairitsu::include_guest!("tairitsu-test-split");
pub(crate) const DOCS: &[u8] = tairitsu::include_guest!("tairitsu-test-docs");
pub(crate) const DOCS_BINDGEN: &[u8] = tairitsu::include_guest!("tairitsu-test-docs-bindgen");
pub(crate) const WEATHER: &[u8] = tairitsu::include_guest!("tairitsu-test-weather");
pub(crate) const SENSOR: &[u8] = tairitsu::include_guest!("tairitsu-test-sensor");
pub(crate) const WEB: &[u8] = tairitsu::include_guest!("tairitsu-test-web");
pub(crate) const IDIOMS: &[u8] = tairitsu::include_guest!("tairitsu-test-idioms");
pub(crate) const UNRULY: &[u8] = tairitsu::include_guest!("tairitsu-test-unruly");

/// An image of the one registry that all tests share. Each guest is compiled once.
pub(crate) fn image(name: &str) -> Image {
    use std::sync::OnceLock;
    static REGISTRY: OnceLock<Registry> = OnceLock::new();
    let registry = REGISTRY.get_or_init(|| {
        let registry = Registry::new();
        registry.register_image("zoo", ZOO).unwrap();
        registry.register_image("bindgen", BINDGEN).unwrap();
        registry.register_image("split", SPLIT).unwrap();
        registry.register_image("docs", DOCS).unwrap();
        registry.register_image("docs-bindgen", DOCS_BINDGEN).unwrap();
        registry.register_image("weather", WEATHER).unwrap();
        registry.register_image("sensor", SENSOR).unwrap();
        registry.register_image("unruly", UNRULY).unwrap();
        registry.register_image("web", WEB).unwrap();
        registry.register_image("idioms", IDIOMS).unwrap();
        registry
    });
    registry.get_image(name).unwrap()
}

/// Chooses how long a test runs, if only length finds its faults. `full` with `TAIRITSU_SOAK` set, as in `.ci/run`.
/// `short` while somebody waits for the tests.
pub(crate) fn soak<T>(full: T, short: T) -> T {
    if std::env::var_os("TAIRITSU_SOAK").is_some() { full } else { short }
}

/// Makes a component of a core module, with the stock encoder.
pub(crate) fn componentize(module: &[u8]) -> Vec<u8> {
    use wasi_preview1_component_adapter_provider as adapter;
    wit_component::ComponentEncoder::default()
        .validate(true)
        .adapter(adapter::WASI_SNAPSHOT_PREVIEW1_ADAPTER_NAME, adapter::WASI_SNAPSHOT_PREVIEW1_REACTOR_ADAPTER)
        .unwrap()
        .module(module)
        .unwrap()
        .encode()
        .unwrap()
}
