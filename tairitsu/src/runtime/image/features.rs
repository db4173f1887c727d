//! Names the features that a guest uses and that no engine here has.

use super::decode::answer;
use crate::runtime::base::load_error::Error;
use crate::runtime::engine::features::FEATURES;
use wasmparser::{Validator, WasmFeatures};

/// A feature, its name in an error, and how to build a guest without it.
type Feature = (WasmFeatures, &'static str, &'static str);

/// Every feature that is not in [`FEATURES`].
const OTHERS: &[Feature] = &[
    (
        WasmFeatures::THREADS,
        "shared memory and atomics (`threads`)",
        "build it for one thread, without `-C target-feature=+atomics` and without `-pthread`",
    ),
    (
        WasmFeatures::LEGACY_EXCEPTIONS,
        "the old instructions for exceptions (`legacy-exceptions`)",
        "build it with the standard instructions, by LLVM's flag `-wasm-use-legacy-eh=false`, or by \
         `wasm-opt --translate-to-exnref`",
    ),
    (
        WasmFeatures::WIDE_ARITHMETIC,
        "arithmetic on 128 bits (`wide-arithmetic`)",
        "build it without `-C target-feature=+wide-arithmetic`, or without `-mwide-arithmetic`",
    ),
    (
        WasmFeatures::CUSTOM_PAGE_SIZES,
        "memory pages of another size than 64 KiB (`custom-page-sizes`)",
        "build it without the linker's flag `--page-size`",
    ),
    (WasmFeatures::STACK_SWITCHING, "continuations (`stack-switching`)", WITHOUT),
    (WasmFeatures::SHARED_EVERYTHING_THREADS, "shared functions and tables (`shared-everything-threads`)", WITHOUT),
    (WasmFeatures::MEMORY_CONTROL, "the instruction `memory.discard` (`memory-control`)", WITHOUT),
    (WasmFeatures::CUSTOM_DESCRIPTORS, "descriptors of struct types (`custom-descriptors`)", WITHOUT),
    (WasmFeatures::COMPACT_IMPORTS, "the short form of imports (`compact-imports`)", WITHOUT),
    (WasmFeatures::CM_ASYNC, "async functions of the component model (`component-model-async`)", SYNCHRONOUS),
    (
        WasmFeatures::CM_ASYNC_STACKFUL,
        "async functions of the component model without a callback (`component-model-async-stackful`)",
        SYNCHRONOUS,
    ),
    (
        WasmFeatures::CM_MORE_ASYNC_BUILTINS,
        "more functions for async in the component model (`component-model-more-async-builtins`)",
        SYNCHRONOUS,
    ),
    (WasmFeatures::CM_THREADING, "threads of the component model (`component-model-threading`)", SYNCHRONOUS),
    (
        WasmFeatures::CM_ERROR_CONTEXT,
        "the type `error-context` (`component-model-error-context`)",
        "return a string or a record in its place",
    ),
    (
        WasmFeatures::CM_FIXED_LENGTH_LISTS,
        "lists of a fixed length (`component-model-fixed-length-lists`)",
        "write `list<t>` or a tuple in its place",
    ),
    (WasmFeatures::CM_MAP, "the type `map` (`component-model-map`)", "write `list<tuple<k, v>>` in its place"),
    (WasmFeatures::CM_VALUES, "values as imports or exports (`component-model-values`)", "export a function instead"),
    (WasmFeatures::CM_NESTED_NAMES, "nested names (`component-model-nested-names`)", WITHOUT),
    (WasmFeatures::CM_GC, "values lowered to collected types (`component-model-gc`)", "lower to a linear memory"),
    (WasmFeatures::CM64, "components of 64-bit memories (`component-model-memory64`)", "build it for a 32-bit memory"),
    (WasmFeatures::CM_IMPLEMENTS, "names with `implements` (`component-model-implements`)", WITHOUT),
    (WasmFeatures::CM_CANON_NAMES, "canonical names of interfaces (`component-model-canon-names`)", WITHOUT),
];

const WITHOUT: &str = "build it without";
const SYNCHRONOUS: &str = "build it with functions that are not `async` in WIT, and without futures and streams";

/// The error of bytes that would be valid if the engine had more features. `None` if other features do not help.
///
/// The validator tells, and not the text of its error: the bytes are valid with all features, and a feature is missing if
/// they are invalid without it.
pub(super) fn missing(wasm: &[u8]) -> Option<Error> {
    let is_valid = |features| answer(|| Validator::new_with_features(features).validate_all(wasm).map(drop)).is_ok();
    let mut needed = WasmFeatures::all();
    if !is_valid(needed) {
        return None;
    }
    for flag in needed.difference(FEATURES).iter() {
        let without = needed.difference(flag);
        if is_valid(without) {
            needed = without;
        }
    }
    let missing: Vec<_> = OTHERS.iter().filter(|(flag, ..)| needed.contains(*flag)).collect();
    if missing.is_empty() {
        return None;
    }
    let join = |texts: Vec<&str>, separator| texts.join(separator);
    Some(Error::Feature {
        feature: join(missing.iter().map(|(_, name, _)| *name).collect(), " and "),
        remedy: join(missing.iter().map(|(.., remedy)| *remedy).collect(), "; "),
    })
}

#[cfg(test)]
mod tests {
    use super::{FEATURES, OTHERS, WasmFeatures};

    #[test]
    fn every_other_feature_has_a_name() {
        let named = OTHERS.iter().fold(WasmFeatures::empty(), |all, (flag, ..)| all.union(*flag));
        assert_eq!(named, WasmFeatures::all().difference(FEATURES));
    }
}
