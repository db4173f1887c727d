//! Everything that is known of a native guest before the guest exists: its exports and its providers.

use crate::__private::HasInterface;
use crate::runtime::base::load_error::Error;
use crate::runtime::base::policy::Policy;
use crate::runtime::base::restart::RestartPolicy;
use crate::runtime::provide::cast::{AnyCast, Cast};
use crate::runtime::provide::linker::LinkError;
use crate::runtime::provide::source::Provided;
use std::any::{Any, TypeId};
use std::sync::OnceLock;
use tairitsu_guest::schema::Interface;

/// A guest type that exports interface `I`, the trait's object type. `#[tairitsu::guest]` on an impl of the trait
/// implements this.
pub trait Exports<I: ?Sized + HasInterface>: 'static {
    /// Returns the guest as its interface.
    fn as_interface(&mut self) -> &mut I;
}

/// Records that a guest type exports an interface. The program collects the records of all impls.
pub struct NativeExport {
    guest: TypeId,
    pub(crate) interface: &'static Interface,
    pub(super) cast: AnyCast,
    /// Collects the calls of the interface's functions in a table, which the room of calls by name knows.
    pub(crate) collect: fn(&mut dyn Any) -> Result<(), LinkError>,
}

inventory::collect!(NativeExport);

impl NativeExport {
    /// Records that `T` exports `I`.
    pub const fn new<T: Exports<I>, I: ?Sized + HasInterface + 'static>(
        collect: fn(&mut dyn Any) -> Result<(), LinkError>,
    ) -> Self {
        Self {
            collect,
            guest: TypeId::of::<T>(),
            interface: I::INTERFACE,
            cast: const { &Cast::<I>(|guest| guest.downcast_mut::<T>().map(T::as_interface)) },
        }
    }

    /// The exports of a guest type, ordered by the interfaces' ids.
    pub(crate) fn all_of(guest: TypeId) -> Vec<&'static NativeExport> {
        let mut exports: Vec<_> = inventory::iter::<NativeExport>().filter(|export| export.guest == guest).collect();
        exports.sort_by_key(|export| export.interface.id);
        exports
    }
}

/// Everything that is known before a guest exists.
pub(crate) struct NativeTemplate {
    pub(crate) make: fn() -> Box<dyn Any + Send>,
    pub(crate) exports: Vec<&'static NativeExport>,
    pub(crate) provided: Vec<Provided>,
    pub(crate) policy: Policy,
    pub(crate) restart: RestartPolicy,
    /// What a room above has made of the exports. See [`NativeTemplate::kept`].
    pub(crate) kept: OnceLock<Box<dyn Any + Send + Sync>>,
}

impl NativeTemplate {
    /// Returns what `make` makes of the exports. It is made once, and of one type.
    pub(crate) fn kept<T: Any + Send + Sync>(&self, make: impl FnOnce() -> T) -> &T {
        let kept = self.kept.get_or_init(|| Box::new(make()));
        kept.downcast_ref().expect("what is kept of a native guest is of one type")
    }

    /// Finds the guest's export of interface `I`.
    pub(crate) fn export<I: ?Sized + HasInterface + 'static>(&self) -> Result<&'static NativeExport, Error> {
        self.exports.iter().copied().find(|export| export.cast.is::<Cast<I>>()).ok_or_else(|| Error::NoExport {
            interface: I::INTERFACE.id.into(),
            found: self.exports.iter().map(|export| export.interface.id.into()).collect(),
        })
    }
}
