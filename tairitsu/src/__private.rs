//! The items that generated code names. They are not for users, and may change in any version.

pub use crate::codec::{Codec, NoCodec, Parts};
pub use crate::future::{HostFuture, ready, wait};
pub use tairitsu_guest::abi::{
    Borrowed, Copying, Lent, Lift, Lower, Memory, Node, Nodes, Places, Recursive, Referenced, Resource, Sink, Source,
    WitType, adapt_from, adapt_to, bad_discriminant, children_of_list, children_of_option, lift_tree,
    load_discriminant, load_tree, lower_tree, references, store_discriminant, store_tree,
};
pub use tairitsu_guest::schema;

#[cfg(target_family = "wasm")]
pub use tairitsu_guest::rt;

#[cfg(all(feature = "runtime", not(target_family = "wasm")))]
pub use crate::runtime::generated::*;
#[cfg(all(feature = "runtime", not(target_family = "wasm")))]
pub use inventory::submit;

/// Describes an interface. The trait's object type implements it: `dyn Greeter`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no interface",
    label = "not an interface",
    note = "put `#[tairitsu::guest]`, `#[tairitsu::host]` or `#[tairitsu::resource(..)]` on the trait"
)]
pub trait HasInterface {
    /// The schema: the functions and types.
    const INTERFACE: &'static schema::Interface;
    /// The core signatures of the functions.
    const SIGNATURES: &'static [schema::Signature];
    /// Whether a guest exports or imports the interface.
    const ROLE: schema::Role;
    /// The length of the interface's section, in bytes. Its evaluation checks the interface.
    const SIZE: usize;
}

/// Keeps its tokens on wasm32.
#[cfg(target_family = "wasm")]
#[doc(hidden)]
#[macro_export]
macro_rules! __if_guest {
    ($($tokens:tt)*) => { $($tokens)* };
}

/// Keeps its tokens on wasm32.
#[cfg(not(target_family = "wasm"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __if_guest {
    ($($tokens:tt)*) => {};
}

/// Keeps its tokens everywhere but on wasm32.
#[cfg(not(target_family = "wasm"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __if_native {
    ($($tokens:tt)*) => { $($tokens)* };
}

/// Keeps its tokens everywhere but on wasm32.
#[cfg(target_family = "wasm")]
#[doc(hidden)]
#[macro_export]
macro_rules! __if_native {
    ($($tokens:tt)*) => {};
}

/// Keeps its tokens if there is the runtime.
#[cfg(all(feature = "runtime", not(target_family = "wasm")))]
#[doc(hidden)]
#[macro_export]
macro_rules! __if_runtime {
    ($($tokens:tt)*) => { $($tokens)* };
}

/// Keeps its tokens if there is the runtime.
#[cfg(not(all(feature = "runtime", not(target_family = "wasm"))))]
#[doc(hidden)]
#[macro_export]
macro_rules! __if_runtime {
    ($($tokens:tt)*) => {};
}

/// Keeps its tokens if calls may be futures.
#[cfg(all(feature = "async", not(target_family = "wasm")))]
#[doc(hidden)]
#[macro_export]
macro_rules! __if_async {
    ($($tokens:tt)*) => { $($tokens)* };
}

/// Keeps its tokens if calls may be futures.
#[cfg(not(all(feature = "async", not(target_family = "wasm"))))]
#[doc(hidden)]
#[macro_export]
macro_rules! __if_async {
    ($($tokens:tt)*) => {};
}

pub use crate::{__if_async as if_async, __if_guest as if_guest, __if_native as if_native, __if_runtime as if_runtime};

/// Calls the provider of interface `I` in the native container that runs on this thread. Without the runtime there is no
/// such container.
#[cfg(not(all(feature = "runtime", not(target_family = "wasm"))))]
#[cfg(not(target_family = "wasm"))]
pub fn with_native_host<I: ?Sized + HasInterface, R>(_: usize, _: impl FnOnce(&mut I) -> R) -> R {
    panic!("`tairitsu::Host` was called for `{}`, and this program has no tairitsu runtime", I::INTERFACE.id)
}

/// A resource of the host, as a guest without wasm makes its values.
#[cfg(not(target_family = "wasm"))]
pub trait NativeMakers: HasInterface {
    /// The functions without `self`, in order: each calls the function of the type that provides the resource.
    type Makers: 'static;
}

/// Calls function `index` of a host's resource, which has no `self`. Without the runtime there is no container that says which
/// type to make.
#[cfg(not(all(feature = "runtime", not(target_family = "wasm"))))]
#[cfg(not(target_family = "wasm"))]
pub fn with_native_makers<I: ?Sized + NativeMakers, R>(_: usize, _: impl FnOnce(&I::Makers) -> R) -> R {
    no_native_maker::<I, R>()
}

/// Outside a container, no provider says which type to make.
#[cfg(not(target_family = "wasm"))]
pub(crate) fn no_native_maker<I: ?Sized + HasInterface, R>() -> R {
    panic!(
        "a resource of `{}` has no provider outside a container: make the value with the type that implements it",
        I::INTERFACE.id
    )
}
