//! A host with raw wasmtime.

use wasmtime::component::{Component, HasSelf, Linker, ResourceTable};
use wasmtime::{Engine, Result, Store};
use wasmtime_wasi::{WasiCtx, WasiCtxView, WasiView};

wasmtime::component::bindgen!({ path: ["../../../../wit", "../../wit"], world: "tairitsu:bench/floor" });

struct Host {
    wasi: WasiCtx,
    table: ResourceTable,
}

impl WasiView for Host {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView { ctx: &mut self.wasi, table: &mut self.table }
    }
}

impl tairitsu::bench::services::Host for Host {
    fn tick(&mut self, n: u64) -> u64 {
        n + 1
    }

    fn greet(&mut self, name: String) -> String {
        name
    }
}

fn main() -> Result<()> {
    let engine = Engine::default();
    let path = std::env::args().nth(1).ok_or_else(|| wasmtime::Error::msg("expected a component's path"))?;
    let component = Component::from_file(&engine, path)?;
    let mut linker = Linker::<Host>::new(&engine);
    wasmtime_wasi::p2::add_to_linker_sync(&mut linker)?;
    tairitsu::bench::services::add_to_linker::<Host, HasSelf<Host>>(&mut linker, |host| host)?;
    let mut store = Store::new(&engine, Host { wasi: WasiCtx::builder().build(), table: ResourceTable::new() });
    let floor = Floor::instantiate(&mut store, &component, &linker)?;
    println!("{}", floor.tairitsu_bench_work().call_add(&mut store, 1, 2)?);
    Ok(())
}
