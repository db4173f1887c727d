//! An interface that a provider serves, and how the provider's functions are linked.

use super::cast::{AnyCast, Cast, MakersOf};
use super::linker::{LinkError, Place, ProviderLinker};
use super::provides::{Provides, ProvidesResource};
use crate::__private::HasInterface;
use crate::runtime::base::load_error::Error;
use crate::runtime::base::trap::message;
use crate::runtime::store::state::State;
use tairitsu_guest::schema::Interface;
use wasmtime::component::Linker;

pub(crate) type LinkFn = fn(&mut Linker<State>, &Place<'_>) -> Result<(), LinkError>;

/// An interface that a provider serves.
pub(crate) struct Served {
    pub(crate) interface: &'static Interface,
    pub(crate) link: LinkFn,
    /// Whether only containers whose calls are futures can have the provider.
    pub(crate) is_async: bool,
    /// Casts the provider for a native guest. Absent for a linked container, and for a resource. A native guest cannot
    /// be linked to a container, and holds resources directly.
    pub(crate) cast: Option<AnyCast>,
}

impl Served {
    pub(crate) fn new<I: ?Sized + HasInterface + 'static, P: Provides<I>>() -> Self {
        Self {
            interface: I::INTERFACE,
            link: |linker, place| P::link(&mut ProviderLinker::new(linker, I::INTERFACE, place)?),
            is_async: false,
            cast: Some(const { &Cast::<I>(|provider| provider.downcast_mut::<P>().map(P::as_interface)) }),
        }
    }

    /// Serves a resource whose values are of type `T`. A native guest holds the values themselves.
    pub(crate) fn resource<T: ProvidesResource>() -> Self {
        Self {
            interface: T::Interface::INTERFACE,
            link: |linker, place| T::link(&mut ProviderLinker::new(linker, T::Interface::INTERFACE, place)?),
            is_async: false,
            cast: Some(const { &MakersOf::<T::Interface>(T::makers) }),
        }
    }

    pub(crate) fn link(&self, linker: &mut Linker<State>, place: &Place<'_>) -> Result<(), Error> {
        (self.link)(linker, place).map_err(|error| match error.downcast::<Error>() {
            Ok(error) => error,
            Err(error) => Error::Link { interface: self.interface.id.into(), message: message(&error) },
        })
    }
}
