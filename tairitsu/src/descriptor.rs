//! The value that names an interface in calls such as `container.guest(Greeter)`.

use crate::__private::HasInterface;
use std::fmt;
use std::marker::PhantomData;
use tairitsu_guest::schema::Interface;

/// Names an interface. `#[tairitsu::guest]`, `#[tairitsu::host]` and `#[tairitsu::resource]` declare a constant of this type
/// beside a trait, under the trait's name.
pub struct Descriptor<I: ?Sized>(PhantomData<fn(&I)>);

impl<I: ?Sized> Descriptor<I> {
    #[doc(hidden)]
    pub const fn new() -> Self {
        Self(PhantomData)
    }
}

impl<I: ?Sized + HasInterface> Descriptor<I> {
    /// The id: `namespace:package/interface@version`.
    pub const fn id(&self) -> &'static str {
        I::INTERFACE.id
    }

    /// The schema of the interface: its functions and types.
    pub const fn interface(&self) -> &'static Interface {
        I::INTERFACE
    }

    /// The WIT text of the package with the interface and its types.
    pub fn wit(&self) -> String {
        I::INTERFACE.wit()
    }
}

impl<I: ?Sized> Clone for Descriptor<I> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<I: ?Sized> Copy for Descriptor<I> {}

impl<I: ?Sized + HasInterface> fmt::Debug for Descriptor<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Descriptor").field(&self.id()).finish()
    }
}
