//! Handles to resources, without the resource's Rust type.

use super::resource_type::ResourceType;
use crate::runtime::base::bad_handle::BadHandle;
use crate::runtime::store::resources::{GuestToken, Resources, Whose};
use crate::runtime::store::state::State;
use std::any::Any;
use std::fmt;
use std::sync::{Arc, OnceLock};
use tairitsu_guest::abi::{Own, Resource};
use wasmtime::StoreContextMut;
use wasmtime::component::ResourceAny;

/// A handle to a guest's resource, which a call has returned.
///
/// It can be kept, and passed to the container that it came from. Clones are the same handle: if one of them is given
/// away as an `own`, all of them are gone. When the last clone of a handle that was not given away is dropped, the guest
/// drops the resource before its next call.
#[derive(Clone)]
pub struct Handle {
    token: Arc<GuestToken>,
    /// Lifting does not know the resource's name. The code that asked for lifting sets it.
    resource: Arc<OnceLock<Arc<ResourceType>>>,
}

impl Handle {
    pub(crate) fn lifted(resource: ResourceAny, whose: Arc<Whose>) -> Self {
        Self { token: Arc::new(GuestToken::new(resource, whose)), resource: Arc::default() }
    }

    /// The handle in an `Own`. `None` if the `Own` holds no resource of a guest.
    pub(crate) fn of<R: ?Sized + Resource>(own: &Own<R>) -> Option<Self> {
        let token: Arc<dyn Any + Send + Sync> = own.token()?.clone();
        let resource = ResourceType { name: R::RESOURCE.name.into(), interface: R::RESOURCE.home.into() };
        Some(Self { token: token.downcast().ok()?, resource: Arc::new(Arc::new(resource).into()) })
    }

    /// The same handle, as an `Own`.
    pub(crate) fn own<R: ?Sized + Resource>(&self) -> Own<R> {
        Own::from_token(self.token.clone())
    }

    pub(crate) fn set_resource(&self, resource: &Arc<ResourceType>) {
        self.resource.get_or_init(|| resource.clone());
    }

    /// The resource. `None` inside the call that lifts the handle.
    pub fn resource(&self) -> Option<&ResourceType> {
        self.resource.get().map(|resource| &**resource)
    }

    /// The resource, for the store of `resources`.
    ///
    /// # Errors
    ///
    /// Those of [`GuestToken::returning`].
    pub(crate) fn check(&self, resources: Option<&Arc<Resources>>) -> Result<ResourceAny, BadHandle> {
        self.token.returning(resources)
    }

    /// Ends a handle that the guest has lent for one call.
    pub(crate) fn end(&self, store: &mut StoreContextMut<'_, State>) -> wasmtime::Result<()> {
        self.token.give();
        self.token.resource().resource_drop(store)
    }

    /// Marks the handle as given away.
    pub(crate) fn give(&self) {
        self.token.give();
    }
}

/// Two handles are equal if they are clones of each other.
impl PartialEq for Handle {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.token, &other.token)
    }
}

impl fmt::Debug for Handle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Handle").field("resource", &self.resource()).finish_non_exhaustive()
    }
}
