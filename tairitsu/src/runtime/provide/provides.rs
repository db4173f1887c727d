//! Types that provide interfaces and resources.

use super::linker::{LinkError, ProviderLinker};
use crate::__private::{HasInterface, NativeMakers};
use std::marker::PhantomData;

/// A type that provides interface `I`, the trait's object type. `#[tairitsu::host]` on an impl of the trait implements
/// this.
#[diagnostic::on_unimplemented(
    message = "`{Self}` provides no interface",
    label = "not a provider",
    note = "put `#[tairitsu::host]` on `{Self}`'s impl of the interface's trait"
)]
pub trait Provides<I: ?Sized + HasInterface>: Send + 'static {
    /// Links every function of the interface.
    fn link(linker: &mut ProviderLinker<'_, Self>) -> Result<(), LinkError>
    where
        Self: Sized;

    /// Returns the object as its interface, for a native guest.
    fn as_interface(&mut self) -> &mut I;
}

/// A type whose values are resources of the host. `#[tairitsu::resource]` on an impl of the resource's trait implements
/// this.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no resource of the host's",
    note = "put `#[tairitsu::resource]` on `{Self}`'s impl of a trait marked `#[tairitsu::resource(host)]`"
)]
pub trait ProvidesResource: 'static {
    /// The object type of the trait.
    type Interface: ?Sized + NativeMakers + 'static;

    /// Links every function of the resource, and the resource itself.
    fn link(linker: &mut ProviderLinker<'_, ResourceOf<Self>>) -> Result<(), LinkError>
    where
        Self: Sized;

    /// The functions without `self`, for a guest without wasm.
    #[doc(hidden)]
    fn makers() -> <Self::Interface as NativeMakers>::Makers;
}

/// The provider of a resource with values of type `T`. The provider has no state.
pub struct ResourceOf<T>(PhantomData<fn(T)>);

impl<T> ResourceOf<T> {
    pub(crate) fn new() -> Self {
        Self(PhantomData)
    }
}
