//! The handles among values: whether a type has handles, and whether a guest can be given them.

use crate::runtime::base::bad_handle::BadHandle;
use crate::runtime::store::resources::{Resources, returning};
use std::sync::Arc;
use tairitsu_guest::abi::{AbiError, Lower, Memory, Own, Resource, Shape, Sink};
use tairitsu_guest::schema::{Interface, Layout, Role, Type};

/// Checks the handles among a call's arguments, before the call is made. A bad handle is an error of the caller, so it
/// must not end the container. The error is the resource's name and the reason.
pub(crate) fn check<P: Lower>(params: &P, resources: Option<&Arc<Resources>>) -> Result<(), (&'static str, BadHandle)> {
    let mut checker = Checker { resources };
    let mut flat = [0; 17];
    let result = match P::FLAT {
        ..=16 => params.lower(&mut checker, &mut flat),
        _ => params.store(&mut checker, 0),
    };
    match result {
        Err(Some(bad)) => Err(bad),
        // Any other flaw is found again when the value is lowered.
        Ok(()) | Err(None) => Ok(()),
    }
}

/// A memory that stores nothing.
struct Checker<'r> {
    resources: Option<&'r Arc<Resources>>,
}

impl Memory for Checker<'_> {
    type Error = Option<(&'static str, BadHandle)>;

    fn fail(&self, _: AbiError) -> Self::Error {
        None
    }
}

impl Checker<'_> {
    fn check<R: ?Sized + Resource>(&self, own: &Own<R>) -> Result<u32, Option<(&'static str, BadHandle)>> {
        let checked = match R::RESOURCE.role {
            Role::Export => returning(own, self.resources).map(|_| ()),
            Role::Import => own.try_value().map(|_| ()).ok_or(BadHandle::Ended),
        };
        checked.map(|()| 0).map_err(|bad| Some((R::RESOURCE.name, bad)))
    }
}

impl Sink for Checker<'_> {
    fn write<const N: usize>(&mut self, _: usize, _: [u8; N]) -> Result<(), Self::Error> {
        Ok(())
    }

    fn allocate(&mut self, _: Layout) -> Result<usize, Self::Error> {
        Ok(0)
    }

    fn lend(&mut self, _: &[u8], _: usize) -> Result<usize, Self::Error> {
        Ok(0)
    }

    fn lend_str(&mut self, _: &str) -> Result<(usize, usize), Self::Error> {
        Ok((0, 0))
    }

    fn give_resource<R: ?Sized + Resource>(&mut self, own: &Own<R>) -> Result<u32, Self::Error> {
        self.check(own)
    }

    fn lend_resource<R: ?Sized + Resource>(&mut self, own: &Own<R>) -> Result<u32, Self::Error> {
        self.check(own)
    }
}

/// Whether any function of an interface takes or returns handles.
pub(crate) fn has_handles(interface: &Interface) -> bool {
    interface
        .functions
        .iter()
        .any(|function| function.result.has_handle() || function.params.iter().any(|param| param.ty.has_handle()))
}

/// Whether a type is a handle to the resource.
pub(crate) fn is_handle_of(ty: &Type, resource: &tairitsu_guest::schema::Resource) -> bool {
    matches!(ty, Type::Own(found) | Type::Borrow(found) if found.home == resource.home && found.name == resource.name)
}
