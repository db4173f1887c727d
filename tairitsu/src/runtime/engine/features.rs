//! The features of WebAssembly that every engine here has.

use wasmparser::WasmFeatures;
use wasmtime::Config;

/// The features that guests may use: everything in WebAssembly 3.0 but threads, and components.
///
/// wasmtime's own defaults depend on the cargo features that any crate of the host gives it. This set does not. Shared
/// memory is not in it, because wasmtime asks no limiter before such a memory grows.
pub(crate) const FEATURES: WasmFeatures =
    WasmFeatures::WASM3.union(WasmFeatures::COMPONENT_MODEL).difference(WasmFeatures::THREADS);

/// Gives an engine these features and no others.
pub(crate) fn set(config: &mut Config) {
    config.wasm_features(FEATURES, true);
    config.wasm_features(FEATURES.complement(), false);
}

#[cfg(test)]
mod tests {
    use super::{FEATURES, set};
    use crate::runtime::engine::artefact::EngineHash;
    use wasmparser::WasmFeatures;
    use wasmtime::{Config, Engine};

    /// A guest that uses none of the newer features is compiled to the same code as without them.
    #[test]
    fn a_guest_without_the_features_has_the_same_code() {
        let module = wat::parse_str(
            r#"(module (memory 1) (table 2 funcref) (elem (i32.const 0) $f $g)
                (type $t (func (param i32) (result i32)))
                (func $f (type $t) (i32.load (local.get 0)))
                (func $g (type $t) (call_indirect (type $t) (local.get 0) (i32.const 0)))
                (func (export "run") (param i32) (result i32)
                    (loop (br_if 0 (call $g (i32.const 1))))
                    (table.set (i32.const 0) (table.get (i32.const 1)))
                    (call_indirect (type $t) (local.get 0) (i32.and (local.get 0) (i32.const 1)))))"#,
        )
        .unwrap();
        let code = |without: WasmFeatures| {
            let mut config = Config::new();
            config.concurrency_support(false).epoch_interruption(true);
            set(&mut config);
            config.wasm_features(without, false);
            wasmtime::Module::new(&Engine::new(&config).unwrap(), &module).unwrap().text().to_vec()
        };
        let newer = WasmFeatures::GC | WasmFeatures::FUNCTION_REFERENCES | WasmFeatures::EXCEPTIONS;
        assert_eq!(code(WasmFeatures::empty()), code(newer | WasmFeatures::GC_TYPES));
    }

    /// An artefact of an engine with other features is another artefact.
    #[test]
    fn an_engine_with_other_features_has_another_hash() {
        let hash = |without: WasmFeatures| {
            let mut config = Config::new();
            config.concurrency_support(false);
            set(&mut config);
            config.wasm_features(without, false);
            EngineHash::of(&Engine::new(&config).unwrap())
        };
        let ours = hash(WasmFeatures::empty());
        assert!(ours == hash(WasmFeatures::THREADS), "it is off already");
        for without in [
            WasmFeatures::GC,
            WasmFeatures::EXCEPTIONS,
            WasmFeatures::FUNCTION_REFERENCES | WasmFeatures::GC,
            WasmFeatures::GC | WasmFeatures::GC_TYPES | WasmFeatures::EXCEPTIONS | WasmFeatures::FUNCTION_REFERENCES,
        ] {
            assert!(FEATURES.contains(without));
            assert!(ours != hash(without), "{without:?}");
        }
    }
}
