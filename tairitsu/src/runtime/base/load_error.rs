//! The errors before a call: of an image, of a name, or of building a container.

use super::report::{self, Report};

/// Why something failed before any call: with an image, with a name, or while a container was built.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The bytes are not WebAssembly.
    #[error("expected a WebAssembly component or core module (`\\0asm`), found {found}")]
    #[non_exhaustive]
    NotWasm {
        /// A description of the bytes.
        found: String,
    },
    /// The WebAssembly is cut off or corrupt.
    #[error("expected valid WebAssembly, found a flaw in it: {message}")]
    #[non_exhaustive]
    Invalid {
        /// The flaw. The innermost cause comes last.
        message: String,
    },
    /// The guest uses a feature of WebAssembly that no registry has.
    #[error("expected a guest without {feature}, which this registry does not have, found one with it: {remedy}")]
    #[non_exhaustive]
    Feature {
        /// The feature, in words, and its usual name.
        feature: String,
        /// How to build the guest without the feature.
        remedy: String,
    },
    /// The core module has no `component-type` section, so it does not describe its component.
    #[error(
        "expected a core module with a `component-type` section, found one without: build the guest with \
         `#[tairitsu::guest]` on an impl in it, as a `cdylib`, and strip no custom sections from it"
    )]
    NoComponentType,
    /// The core module could not be turned into a component.
    #[error("the core module cannot be made a component: {message}")]
    #[non_exhaustive]
    Componentize {
        /// Why. The innermost cause comes last.
        message: String,
    },
    /// The component has imports or exports that WIT cannot express.
    #[error("the component's imports and exports are not WIT: {message}")]
    #[non_exhaustive]
    NotWit {
        /// Which import or export, and why.
        message: String,
    },
    /// Two contracts cannot be compared.
    #[error("the contracts cannot be compared: {message}")]
    #[non_exhaustive]
    Contracts {
        /// Which of the two, and why. For a text that is no WIT, the place in the text.
        message: String,
    },
    /// The text is not a valid image name.
    #[error("expected an image name, `name`, `name:tag` or `name@sha256:digest`, found `{name}`: {reason}")]
    #[non_exhaustive]
    InvalidName {
        /// The name.
        name: String,
        /// The rule that it breaks.
        reason: String,
    },
    /// The digest of the bytes differs from the digest in their name.
    #[error("expected an image with the digest of `{name}`, found `{found}`")]
    #[non_exhaustive]
    Digest {
        /// The name, with the digest.
        name: String,
        /// The digest of the bytes.
        found: String,
    },
    /// The name is registered already.
    #[error("expected a name that is free, found `{name}` registered: replace that image, or take another tag")]
    #[non_exhaustive]
    NameTaken {
        /// The name, with its tag.
        name: String,
    },
    /// An interface has two providers.
    #[error("expected one provider of `{interface}`, found two")]
    #[non_exhaustive]
    ProvidedTwice {
        /// The interface's id.
        interface: String,
    },
    /// The image imports functions that have no provider, that have a provider with other types, or that its policy
    /// denies.
    #[error("the image's imports are not satisfied:\n{report}")]
    #[non_exhaustive]
    Imports {
        /// Every missing, every differing and every denied function.
        report: Report,
    },
    /// The image does not export an interface.
    #[error("expected an image that exports `{interface}`, found {}", report::list(.found))]
    #[non_exhaustive]
    NoExport {
        /// The interface's id.
        interface: String,
        /// The ids of the interfaces that it does export.
        found: Vec<String>,
    },
    /// The image exports the interface with other functions or types than the trait.
    #[error("the image exports `{interface}` otherwise than the trait declares it:\n{report}")]
    #[non_exhaustive]
    Exports {
        /// The interface's id.
        interface: String,
        /// Every missing and every differing function.
        report: Report,
    },
    /// A provider's functions could not be linked.
    #[error("`{interface}` cannot be linked: {message}")]
    #[non_exhaustive]
    Link {
        /// The interface's id.
        interface: String,
        /// The linker's message.
        message: String,
    },
    /// The component could not be instantiated: its start trapped or took too long, it needs more than its limits, or
    /// the platform had no room for it.
    #[error("the component cannot be instantiated: {message}")]
    #[non_exhaustive]
    Instantiate {
        /// The engine's message. The innermost cause comes last.
        message: String,
    },
    /// The pool could not be made.
    #[error(
        "expected a pool of as many containers as there are addresses for, found {containers} asked for, and that \
         cannot be: {message}"
    )]
    #[non_exhaustive]
    Pool {
        /// The number of containers that was asked for.
        containers: u32,
        /// Why the pool could not be made.
        message: String,
    },
    /// The pool has no room left.
    #[error(
        "expected a place in the pool of {containers} containers, found all of them taken: drop or stop a container, \
         or make the registry with a larger pool (`RegistryBuilder::pooling`)"
    )]
    #[non_exhaustive]
    PoolFull {
        /// The number of containers in the pool, if each image has one memory.
        containers: u32,
    },
    /// An image or a limit is too large for a place in the pool.
    #[error("expected what fits a place in the pool, found what does not: {message}")]
    #[non_exhaustive]
    PoolPlace {
        /// The size of a place, and the size that was found.
        message: String,
    },
    /// A template needs many providers, and this provider was given by value, so there is only one.
    #[error(
        "expected providers that any number of containers can have, found one of `{interface}` that was given by \
         value: give a function that makes it (`provide_with`), share it (`provide_shared`), or `build` the one \
         container that is to have it"
    )]
    #[non_exhaustive]
    ProvidedByValue {
        /// The id of the interface. For a provider of several interfaces, the id of the first.
        interface: String,
    },
    /// A factory panicked.
    #[error("no provider of `{interface}` was made, since its factory panicked: {message}")]
    #[non_exhaustive]
    Factory {
        /// The id of the interface. For a provider of several interfaces, the id of the first.
        interface: String,
        /// The message of the panic.
        message: String,
    },
    /// The text is not a valid rule of a policy.
    #[error(
        "expected `namespace:package/interface`, then `@` and a version range and `#` and a function if you like, \
         found `{rule}`: {reason}"
    )]
    #[non_exhaustive]
    Rule {
        /// The rule.
        rule: String,
        /// The part that is wrong, and why.
        reason: String,
    },
    /// The limits set fuel, and this registry does not count fuel.
    #[error("expected a registry that counts fuel, found one that does not: make it with `RegistryBuilder::fuel`")]
    FuelNotCounted,
    /// The image exceeds a limit before it runs: its initial memory or table is larger than the limit.
    #[error("expected an image that fits its limit of {limit} {unit}, found one that begins with {found}")]
    #[non_exhaustive]
    TooLarge {
        /// The unit of the limit.
        unit: &'static str,
        /// The limit.
        limit: u64,
        /// The size with which the image's largest memory or table begins.
        found: u64,
    },
    /// A path that a guest was granted does not exist, or cannot be opened.
    #[error("`{what}` cannot be granted: {message}")]
    #[non_exhaustive]
    Grant {
        /// The path.
        what: String,
        /// The system's message.
        message: String,
    },
    /// The container was stopped.
    #[error("expected a container that was not stopped, found `{container}` stopped: `restart` it, or spawn another")]
    #[non_exhaustive]
    Stopped {
        /// The container's name.
        container: String,
    },
    /// The type is not a guest.
    #[error("expected a type with a `#[tairitsu::guest]` impl, found `{ty}` without one")]
    #[non_exhaustive]
    NoGuest {
        /// The Rust type.
        ty: String,
    },
    /// A container whose calls are not futures is linked to a container whose calls are.
    #[error(
        "expected providers of a container whose calls are not futures, found a container whose calls are, linked as \
         `{interface}`: use `prepare_async` or `build_async`, or link a `SharedContainer`"
    )]
    #[non_exhaustive]
    LinkedAsync {
        /// The interface's id.
        interface: String,
    },
    /// The container has trapped, and its last restart by its policy failed. The policy tries again after its next wait.
    #[error(
        "expected container `{container}` to run, found it trapped and not restarted: the last try failed, and \
         `restarts_in` says when the next one is due"
    )]
    #[non_exhaustive]
    NotRestarted {
        /// The container's name.
        container: String,
    },
    /// Several containers share the provider, one of its functions is an `async fn`, and the calls of a container are
    /// futures.
    #[error(
        "expected a provider of its own for each container whose calls are futures, found one that they share, and its \
         `{function}` is an `async fn`: while it waited for one container, no other could call it. Write `provide_with`, \
         and have each provider share what it needs, by an `Arc`"
    )]
    #[non_exhaustive]
    SharedAsync {
        /// The function, `interface#function`.
        function: String,
    },
    /// The directory cannot be used as a cache of compiled code, or is not safe to use.
    #[error("the cache at `{path}` cannot be used: {message}")]
    #[non_exhaustive]
    Cache {
        /// The directory.
        path: String,
        /// Why, and how to fix it.
        message: String,
    },
    /// The engine could not be made.
    #[error("the engine cannot be made: {message}")]
    #[non_exhaustive]
    Engine {
        /// Why.
        message: String,
    },
}
