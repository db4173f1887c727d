//! WASI for guests that import it. All of WASI is linked, but a guest reaches only its container's grants.

use super::{blocking, files_and_sockets};
use crate::runtime::base::load_error::Error;
use crate::runtime::base::policy::Policy;
use crate::runtime::base::track::{same_track, without_version};
use crate::runtime::base::trap::message;
use crate::runtime::engine::machine::Asyncness;
use crate::runtime::image::image::Image;
use crate::runtime::provide::linker::link_denied;
use crate::runtime::store::state::State;
use crate::runtime::store::terms::Terms;
use std::sync::OnceLock;
use wasmtime::Engine;
use wasmtime::component::Linker;
use wasmtime_wasi::{WasiCtxView, WasiView};
use wit_parser::WorldItem;

/// The interfaces of WASI 0.2 that wasmtime-wasi links.
const INTERFACES: &[&str] = &[
    "wasi:cli/environment",
    "wasi:cli/exit",
    "wasi:cli/stderr",
    "wasi:cli/stdin",
    "wasi:cli/stdout",
    "wasi:cli/terminal-input",
    "wasi:cli/terminal-output",
    "wasi:cli/terminal-stderr",
    "wasi:cli/terminal-stdin",
    "wasi:cli/terminal-stdout",
    "wasi:clocks/monotonic-clock",
    "wasi:clocks/wall-clock",
    "wasi:filesystem/preopens",
    "wasi:filesystem/types",
    "wasi:io/error",
    "wasi:io/poll",
    "wasi:io/streams",
    "wasi:random/insecure",
    "wasi:random/insecure-seed",
    "wasi:random/random",
    "wasi:sockets/instance-network",
    "wasi:sockets/ip-name-lookup",
    "wasi:sockets/network",
    "wasi:sockets/tcp",
    "wasi:sockets/tcp-create-socket",
    "wasi:sockets/udp",
    "wasi:sockets/udp-create-socket",
];

/// The version under which wasmtime-wasi links its interfaces. A patch release of wasmtime-wasi may change this
/// version.
///
/// So the version is found by trial: a linker refuses a second definition only under the version that is linked.
fn version(engine: &Engine) -> &'static str {
    static VERSION: OnceLock<String> = OnceLock::new();
    VERSION.get_or_init(|| {
        let mut linker = Linker::<State>::new(engine);
        let linked = wasmtime_wasi::p2::add_to_linker_sync(&mut linker);
        let mut is_taken = |version: &String| {
            let instance = linker.instance(&format!("wasi:cli/exit@{version}"));
            instance.is_ok_and(|mut instance| link_denied(&mut instance, "wasi:cli/exit", "exit").is_err())
        };
        let mut versions = (0..1000).map(|patch| format!("0.2.{patch}"));
        // If no version is found, `deny` finds no function to deny and returns an error.
        versions.find(|version| linked.is_ok() && is_taken(version)).unwrap_or_else(|| "0.2.0".into())
    })
}

/// Whether an import is an interface of WASI that [`link`] links.
pub(crate) fn is_wasi(id: &str) -> bool {
    let name = without_version(id);
    INTERFACES.contains(&name) && same_track(id, &format!("{name}@0.2.0"))
}

/// The id under which wasmtime-wasi links an interface, for any version that the guest imports.
pub(crate) fn provided_id(engine: &Engine, id: &str) -> String {
    format!("{}@{}", without_version(id), version(engine))
}

impl WasiView for State {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        let wasi = self.wasi.get_or_insert_with(|| {
            let Terms { wasi: Some(wasi), limits, .. } = &*self.terms else {
                unreachable!("WASI's functions are linked only where the template has it")
            };
            wasi.open_later(limits, &self.time.shared)
        });
        WasiCtxView { ctx: &mut wasi.ctx, table: &mut wasi.table }
    }
}

/// Whether an image imports an interface of WASI.
pub(crate) fn is_imported(image: &Image) -> bool {
    image.world().imports.keys().any(|key| is_wasi(&image.resolve().name_world_key(key)))
}

/// Links WASI. A denied function is linked so that every call to it fails. An interface with a provider is left to the
/// provider, which is linked afterwards.
pub(crate) fn link(
    linker: &mut Linker<State>,
    image: &Image,
    policy: &Policy,
    asyncness: Asyncness,
    is_provided: &dyn Fn(&str) -> bool,
) -> Result<(), Error> {
    let fail = |message: String| Error::Link { interface: "wasi".into(), message };
    let result = match asyncness {
        Asyncness::No => wasmtime_wasi::p2::add_to_linker_sync(linker).and_then(|()| {
            linker.allow_shadowing(true);
            let version = version(linker.engine());
            blocking::link(linker)?;
            files_and_sockets::link_files(linker, &format!("wasi:filesystem/types@{version}"))?;
            files_and_sockets::link_sockets(linker, |name| format!("wasi:sockets/{name}@{version}"))
        }),
        // Waits in WASI are part of the call's future, and that future has a deadline.
        Asyncness::Yes => wasmtime_wasi::p2::add_to_linker_async(linker),
    };
    linker.allow_shadowing(false);
    result.map_err(|error| fail(message(&error)))?;
    for (key, item) in &image.world().imports {
        let imported = image.resolve().name_world_key(key);
        let WorldItem::Interface { id, .. } = item else { continue };
        if !is_wasi(&imported) || is_provided(&imported) {
            continue;
        }
        let provided = provided_id(linker.engine(), &imported);
        for function in image.resolve().interfaces[*id].functions.keys() {
            if policy.denies(&imported, &provided, function) {
                deny(linker, &provided, function).map_err(fail)?;
            }
        }
    }
    Ok(())
}

/// Replaces a function, so that every call to it fails.
fn deny(linker: &mut Linker<State>, interface: &str, function: &str) -> Result<(), String> {
    // Linking must fail here. If it succeeds, there was no function to deny.
    let mut instance = linker.instance(interface).map_err(|error| message(&error))?;
    if link_denied(&mut instance, interface, function).is_ok() {
        return Err(format!("`{interface}#{function}` cannot be denied: it is not where WASI was linked"));
    }
    linker.allow_shadowing(true);
    let denied = linker.instance(interface).and_then(|mut instance| link_denied(&mut instance, interface, function));
    linker.allow_shadowing(false);
    denied.map_err(|error| message(&error))
}
