//! Resources: values that stay where they are, and handles to them that cross.

use super::{Lift, Lower, Sink, Source, WitType};
use crate::schema::{self, Type};
use std::any::Any;
use std::convert::Infallible;
use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

/// A kind of resource: the object type of a trait that is marked `#[tairitsu::resource]`, which implements this.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no resource",
    note = "write `Own<dyn Trait>`, of a trait marked `#[tairitsu::resource]`"
)]
pub trait Resource: Send + Sync + 'static {
    /// The resource as WIT says it.
    const RESOURCE: &'static schema::Resource;

    /// The value, of whatever type it is.
    #[doc(hidden)]
    fn any(this: Arc<Self>) -> Arc<dyn Any + Send + Sync>;

    /// A new handle to what is at that address, of a resource of the guest's own.
    #[cfg(target_family = "wasm")]
    #[doc(hidden)]
    fn new_handle(address: usize) -> u32;

    /// The address of what a handle refers to, of a resource of the guest's own.
    #[cfg(target_family = "wasm")]
    #[doc(hidden)]
    fn address(handle: u32) -> usize;

    /// Gives a handle up.
    #[cfg(target_family = "wasm")]
    #[doc(hidden)]
    fn drop_handle(handle: u32);
}

/// A resource that is owned: `own<document>` in WIT, for `Own<dyn Document>`. A parameter `&Own<dyn Document>` is lent one,
/// `borrow<document>`.
///
/// The value itself stays on the side that made it, in an [`Arc`]. There an `Own` is made of it, by `From`; the other
/// side has a handle. When an `Own` is dropped, and nobody else has the value, the value is dropped, on whichever side it is. A
/// guest that drops a handle of the host's drops the value with it; what the host drops of a guest's, the guest drops
/// before its next call.
pub struct Own<R: ?Sized> {
    pub(crate) held: Held<R>,
}

pub(crate) enum Held<R: ?Sized> {
    /// The value, which is on this side.
    Value(Arc<R>),
    /// The other side has it.
    #[cfg(target_family = "wasm")]
    Handle(crate::rt::Handle),
    /// The runtime knows where it is.
    #[cfg(not(target_family = "wasm"))]
    Token(Box<dyn Token<R>>),
}

/// A handle, as the runtime has it. What becomes of the resource when it is dropped is the runtime's to know.
#[cfg(not(target_family = "wasm"))]
pub trait Token<R: ?Sized>: Any + Send + Sync {
    /// The value, of a resource of the host's.
    fn value(&self) -> Option<Arc<R>>;
}

impl<R: ?Sized + Resource> Own<R> {
    /// The value, if it is on this side.
    pub fn try_value(&self) -> Option<Arc<R>> {
        match &self.held {
            Held::Value(value) => Some(value.clone()),
            #[cfg(target_family = "wasm")]
            Held::Handle(_) => None,
            #[cfg(not(target_family = "wasm"))]
            Held::Token(token) => token.value(),
        }
    }

    /// The value.
    ///
    /// # Panics
    ///
    /// Where it is on the other side: in a host, for a guest's, which is called by way of `Container::guest`; in a
    /// guest, for the host's, on which the trait's functions are called directly.
    pub fn value(&self) -> Arc<R> {
        match self.try_value() {
            Some(value) => value,
            None => panic!("expected a `{}` of this side, found a handle to one of the other", R::RESOURCE.name),
        }
    }

    /// The value, if it is on this side and of type `T`.
    pub fn downcast<T: Any + Send + Sync>(&self) -> Option<Arc<T>> {
        R::any(self.try_value()?).downcast().ok()
    }

    /// A handle of the runtime's.
    #[cfg(not(target_family = "wasm"))]
    #[doc(hidden)]
    pub fn from_token(token: Box<dyn Token<R>>) -> Self {
        Self { held: Held::Token(token) }
    }

    /// The runtime's handle, if it is one.
    #[cfg(not(target_family = "wasm"))]
    #[doc(hidden)]
    pub fn token(&self) -> Option<&dyn Token<R>> {
        match &self.held {
            Held::Value(_) => None,
            Held::Token(token) => Some(&**token),
        }
    }
}

impl<R: ?Sized + Resource> From<Arc<R>> for Own<R> {
    fn from(value: Arc<R>) -> Self {
        Self { held: Held::Value(value) }
    }
}

impl<R: ?Sized + Resource> fmt::Debug for Own<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = match self.held {
            Held::Value(_) => "here",
            _ => "a handle",
        };
        write!(f, "Own<{}>({place})", R::RESOURCE.name)
    }
}

impl<R: ?Sized + Resource> WitType for Own<R> {
    const TYPE: Type = Type::Own(R::RESOURCE);
    type Ok = Self;
    type Err = Infallible;

    #[inline]
    fn into_result(self) -> Result<Self, Infallible> {
        Ok(self)
    }
}

/// Lowering gives the resource away: a handle that was lowered is one no more.
impl<R: ?Sized + Resource> Lower for Own<R> {
    #[inline]
    fn lower<M: Sink>(&self, memory: &mut M, out: &mut [u64]) -> Result<(), M::Error> {
        out[0] = memory.give_resource(self)?.into();
        Ok(())
    }

    #[inline]
    fn store<M: Sink>(&self, memory: &mut M, address: usize) -> Result<(), M::Error> {
        let handle = memory.give_resource(self)?;
        memory.write(address, handle.to_le_bytes())
    }

    #[inline]
    fn lower_lent<M: Sink>(&self, memory: &mut M, out: &mut [u64]) -> Result<(), M::Error> {
        out[0] = memory.lend_resource(self)?.into();
        Ok(())
    }

    #[inline]
    fn store_lent<M: Sink>(&self, memory: &mut M, address: usize) -> Result<(), M::Error> {
        let handle = memory.lend_resource(self)?;
        memory.write(address, handle.to_le_bytes())
    }
}

impl<R: ?Sized + Resource> Lift for Own<R> {
    #[inline]
    fn lift<M: Source>(memory: &mut M, flat: &[u64]) -> Result<Self, M::Error> {
        memory.take_resource(flat[0] as u32)
    }

    #[inline]
    fn load<M: Source>(memory: &mut M, address: usize) -> Result<Self, M::Error> {
        let handle = u32::from_le_bytes(memory.read(address)?);
        memory.take_resource(handle)
    }

    #[inline]
    fn lift_lent<M: Source>(memory: &mut M, flat: &[u64]) -> Result<Self, M::Error> {
        memory.borrow_resource(flat[0] as u32)
    }

    #[inline]
    fn load_lent<M: Source>(memory: &mut M, address: usize) -> Result<Self, M::Error> {
        let handle = u32::from_le_bytes(memory.read(address)?);
        memory.borrow_resource(handle)
    }
}

/// A value that was lifted where a parameter is a reference: it ends with the call.
#[derive(Debug)]
pub struct Lent<T>(pub T);

impl<T> Deref for Lent<T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T: WitType> WitType for Lent<T> {
    const TYPE: Type = T::TYPE.lent();
    type Ok = Self;
    type Err = Infallible;

    #[inline]
    fn into_result(self) -> Result<Self, Infallible> {
        Ok(self)
    }
}

impl<T: Lift> Lift for Lent<T> {
    #[inline]
    fn lift<M: Source>(memory: &mut M, flat: &[u64]) -> Result<Self, M::Error> {
        T::lift_lent(memory, flat).map(Lent)
    }

    #[inline]
    fn load<M: Source>(memory: &mut M, address: usize) -> Result<Self, M::Error> {
        T::load_lent(memory, address).map(Lent)
    }
}
