//! Hosts of raw wasmtime, for `bindgen!`, and the fixtures that `bindgen!` reads.

use wasmtime::component::{Component, Linker, ResourceTable};
use wasmtime::{Engine, Store};
use wasmtime_wasi::{WasiCtx, WasiCtxView, WasiView};

/// A store's data: WASI with nothing granted, and data of the test's own.
pub(crate) struct Host<T> {
    wasi: WasiCtx,
    pub(crate) table: ResourceTable,
    pub(crate) data: T,
}

impl<T: Send> WasiView for Host<T> {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView { ctx: &mut self.wasi, table: &mut self.table }
    }
}

/// Instantiates a core module that was built for wasm32-wasip1. `link` adds its other imports.
pub(crate) fn host<T: Send + 'static>(
    module: &[u8],
    data: T,
    link: impl FnOnce(&mut Linker<Host<T>>) -> wasmtime::Result<()>,
) -> (Store<Host<T>>, Component, Linker<Host<T>>) {
    let engine = Engine::default();
    let component = Component::new(&engine, crate::componentize(module)).unwrap();
    let mut linker = Linker::new(&engine);
    wasmtime_wasi::p2::add_to_linker_sync(&mut linker).unwrap();
    link(&mut linker).unwrap();
    let host = Host { wasi: WasiCtx::builder().build(), table: ResourceTable::new(), data };
    (Store::new(&engine, host), component, linker)
}

/// Compares a file below `fixtures` with the text that the traits emit. With `TAIRITSU_BLESS` set, this writes the
/// file anew.
pub(crate) fn hold(file: &str, wit: &str) {
    let path = format!("{}/fixtures/{file}", env!("CARGO_MANIFEST_DIR"));
    if std::env::var_os("TAIRITSU_BLESS").is_some() {
        std::fs::write(&path, wit).unwrap();
    }
    assert_eq!(std::fs::read_to_string(path).unwrap(), wit, "set TAIRITSU_BLESS=1 to write the file anew");
}
