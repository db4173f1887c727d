//! Types that provide interfaces and resources.

use super::linker::{LinkError, ProviderLinker};
use crate::__private::{HasInterface, NativeMakers};
use std::marker::PhantomData;

/// A type that provides interface `I`, which is the trait's object type. `#[tairitsu::host]` on an impl of the
/// trait implements it.
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

    /// The object itself, for a guest that runs without wasm.
    fn as_interface(&mut self) -> &mut I;
}

/// A type whose values are a resource of the host's: `#[tairitsu::resource]` on an impl of the resource's trait implements it.
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

/// What provides a resource: there is nothing to it but the type of its values.
pub struct ResourceOf<T>(PhantomData<fn(T)>);

impl<T> ResourceOf<T> {
    pub(crate) fn new() -> Self {
        Self(PhantomData)
    }
}
