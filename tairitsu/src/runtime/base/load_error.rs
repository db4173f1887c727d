//! What can go wrong before a call: with an image, a name, or what a container was to be built of.

use super::report::{self, Report};

/// What went wrong before any call: with an image, a name, or what a container was to be built of.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The bytes are no WebAssembly.
    #[error("expected a WebAssembly component or core module (`\\0asm`), found {found}")]
    #[non_exhaustive]
    NotWasm {
        /// What they look like.
        found: String,
    },
    /// WebAssembly that is cut off, corrupt, or of features that the engine does not have.
    #[error("expected valid WebAssembly, found a flaw in it: {message}")]
    #[non_exhaustive]
    Invalid {
        /// The flaw, the innermost cause last.
        message: String,
    },
    /// A core module that says nothing about components.
    #[error(
        "expected a core module with a `component-type` section, found one without: build the guest with \
         `#[tairitsu::guest]` on an impl in it, as a `cdylib`"
    )]
    NoComponentType,
    /// A core module that could not be made a component.
    #[error("the core module cannot be made a component: {message}")]
    #[non_exhaustive]
    Componentize {
        /// What is in the way, the innermost cause last.
        message: String,
    },
    /// The component has imports or exports that WIT cannot say.
    #[error("the component's imports and exports are not WIT: {message}")]
    #[non_exhaustive]
    NotWit {
        /// What is in the way.
        message: String,
    },
    /// A name that is no image name.
    #[error("expected an image name, `name`, `name:tag` or `name@sha256:digest`, found `{name}`: {reason}")]
    #[non_exhaustive]
    InvalidName {
        /// The name.
        name: String,
        /// The rule that it breaks.
        reason: String,
    },
    /// Bytes whose digest is not the one in their name.
    #[error("expected an image with the digest of `{name}`, found `{found}`")]
    #[non_exhaustive]
    Digest {
        /// The name, with the digest.
        name: String,
        /// The digest of the bytes.
        found: String,
    },
    /// A name that is registered.
    #[error("expected a name that is free, found `{name}` registered: replace that image, or take another tag")]
    #[non_exhaustive]
    NameTaken {
        /// The name, with its tag.
        name: String,
    },
    /// An interface with two providers.
    #[error("expected one provider of `{interface}`, found two")]
    #[non_exhaustive]
    ProvidedTwice {
        /// The interface's id.
        interface: String,
    },
    /// The image imports what nobody provides, or provides otherwise, or what its policy denies.
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
    /// The image exports an interface otherwise than the trait has it.
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
    /// The component could not be instantiated: its start trapped, it needs more than its limits, or the platform
    /// had no room for it.
    #[error("the component cannot be instantiated: {message}")]
    #[non_exhaustive]
    Instantiate {
        /// The engine's message, the innermost cause last.
        message: String,
    },
    /// A pool that cannot be had.
    #[error(
        "expected a pool of as many containers as there are addresses for, found {containers} asked for, and that \
         cannot be: {message}"
    )]
    #[non_exhaustive]
    Pool {
        /// How many containers it was to be for.
        containers: u32,
        /// What is in the way.
        message: String,
    },
    /// The pool has no room left.
    #[error(
        "expected a place in the pool of {containers} containers, found all of them taken: drop or stop a container, \
         or make the registry with a larger pool (`RegistryBuilder::pooling`)"
    )]
    #[non_exhaustive]
    PoolFull {
        /// How many containers there is room for, of images with one memory each.
        containers: u32,
    },
    /// An image or a limit that is too large for every place in the pool.
    #[error("expected what fits a place in the pool, found what does not: {message}")]
    #[non_exhaustive]
    PoolPlace {
        /// What a place has, and what was found.
        message: String,
    },
    /// A template of a provider that there is only one of.
    #[error(
        "expected providers that any number of containers can have, found one of `{interface}` that was given by \
         value: give a function that makes it (`provide_with`), share it (`provide_shared`), or `build` the one \
         container that is to have it"
    )]
    #[non_exhaustive]
    ProvidedByValue {
        /// The interface's id; the first of them, for a provider of several.
        interface: String,
    },
    /// A factory panicked.
    #[error("no provider of `{interface}` was made, since its factory panicked: {message}")]
    #[non_exhaustive]
    Factory {
        /// The interface's id; the first of them, for a provider of several.
        interface: String,
        /// What the panic says.
        message: String,
    },
    /// A rule of a policy that is none.
    #[error(
        "expected `namespace:package/interface`, then `@` and a version range and `#` and a function if you like, \
         found `{rule}`: {reason}"
    )]
    #[non_exhaustive]
    Rule {
        /// The rule.
        rule: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A limit that this registry cannot keep.
    #[error("expected a registry that counts fuel, found one that does not: make it with `RegistryBuilder::fuel`")]
    FuelNotCounted,
    /// An image that needs more than a limit before it has done anything.
    #[error("expected an image that fits its limit of {limit} {unit}, found one that begins with {found}")]
    #[non_exhaustive]
    TooLarge {
        /// What is counted.
        unit: &'static str,
        /// The limit.
        limit: u64,
        /// What the image's largest memory or table begins with.
        found: u64,
    },
    /// Something that a guest was to be granted is not there.
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
    /// A type that is no guest.
    #[error("expected a type with a `#[tairitsu::guest]` impl, found `{ty}` without one")]
    #[non_exhaustive]
    NoGuest {
        /// The Rust type.
        ty: String,
    },
    /// A container whose calls are futures is linked to one whose calls are not.
    #[error(
        "expected providers of a container whose calls are futures, found another container linked as `{interface}`: its \
         calls would hold up the executor's thread"
    )]
    #[non_exhaustive]
    LinkedAsync {
        /// The interface's id.
        interface: String,
    },
    /// An `async fn` of a provider that several containers have, in a container whose calls are futures.
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
    /// A function that only the trait's default body could serve, and that body is no future.
    #[error(
        "expected an image that exports `{function}`, found one that is older than the trait: the trait's default body \
         serves it in a container whose calls are no futures"
    )]
    #[non_exhaustive]
    NotAsync {
        /// The function, `interface#function`.
        function: String,
    },
    /// A directory that cannot be a cache of compiled code, or is not safe as one.
    #[error("the cache at `{path}` cannot be used: {message}")]
    #[non_exhaustive]
    Cache {
        /// The directory.
        path: String,
        /// What is in the way, and what to do.
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
