//! Host objects behind the guest's imports.

use super::Error;
use super::container::State;
use super::error::message;
use crate::__private::HasInterface;
use std::any::Any;
use std::marker::PhantomData;
use tairitsu_guest::schema::Interface;
use wasmtime::StoreContextMut;
use wasmtime::component::{ComponentNamedList, Lift, Linker, LinkerInstance, Lower};

/// Why a function could not be linked.
pub type LinkError = wasmtime::Error;

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
}

/// Links the functions of one interface to one provider.
pub struct ProviderLinker<'l, P> {
    linker: LinkerInstance<'l, State>,
    interface: &'static Interface,
    /// The provider's place in the state.
    provider: usize,
    marker: PhantomData<fn(P)>,
}

impl<P: 'static> ProviderLinker<'_, P> {
    /// Links function `index` of the interface.
    pub fn function<A, R>(
        &mut self,
        index: usize,
        function: impl Fn(&mut P, A) -> R + Send + Sync + 'static,
    ) -> Result<(), LinkError>
    where
        A: ComponentNamedList + Lift + 'static,
        R: ComponentNamedList + Lower + 'static,
    {
        let provider = self.provider;
        let name = self.interface.functions[index].name;
        self.linker.func_wrap(name, move |mut store: StoreContextMut<'_, State>, args: A| {
            let provider = store.data_mut().provider::<P>(provider)?;
            Ok(function(provider, args))
        })
    }
}

/// A provider, and the interfaces that it is to provide.
pub(super) struct Provided {
    pub(super) value: Box<dyn Any + Send>,
    pub(super) links: Vec<Link>,
}

pub(super) struct Link {
    pub(super) interface: &'static Interface,
    link: fn(&mut Linker<State>, usize) -> Result<(), LinkError>,
}

impl Link {
    pub(super) fn new<I: ?Sized + HasInterface, P: Provides<I>>() -> Self {
        Self {
            interface: I::INTERFACE,
            link: |linker, provider| {
                P::link(&mut ProviderLinker {
                    linker: linker.instance(I::INTERFACE.id)?,
                    interface: I::INTERFACE,
                    provider,
                    marker: PhantomData,
                })
            },
        }
    }

    pub(super) fn link(&self, linker: &mut Linker<State>, provider: usize) -> Result<(), Error> {
        (self.link)(linker, provider)
            .map_err(|error| Error::Link { interface: self.interface.id.into(), message: message(&error) })
    }
}
