//! Resources: values that stay on one side, while handles to them cross.

use super::{Lift, Lower, Sink, Source, WitType};
use crate::schema::{self, Type};
use std::any::Any;
use std::convert::Infallible;
use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

/// A kind of resource: the type `dyn Trait` of a trait that is marked `#[tairitsu::resource]`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no resource",
    note = "write `Own<dyn Trait>`, of a trait marked `#[tairitsu::resource]`"
)]
///
/// # Safety
/// The trait is unsafe because the guest dereferences the address that `address` returns. An implementation,
/// which `#[tairitsu::resource]` writes, promises:
/// - `new_handle`, `address` and `drop_handle` are the intrinsics that the canonical ABI has for this resource.
/// - The role is `Export` only if the destructor of the resource is `rt::drop_value` of this type.
pub unsafe trait Resource: Send + Sync + 'static {
    /// The resource as WIT describes it.
    const RESOURCE: &'static schema::Resource;

    /// The value, as a value of any type.
    #[doc(hidden)]
    fn any(this: Arc<Self>) -> Arc<dyn Any + Send + Sync>;

    /// Makes a handle to the value at an address. The resource is the guest's own.
    ///
    /// # Safety
    /// - The address is that of a `Box<Arc<Self>>`, which belongs to the handle from here on.
    #[cfg(any(target_family = "wasm", test))]
    #[doc(hidden)]
    unsafe fn new_handle(address: usize) -> u32;

    /// The address of the value that a handle refers to. The resource is the guest's own. It traps if there is no such
    /// handle.
    #[cfg(any(target_family = "wasm", test))]
    #[doc(hidden)]
    fn address(handle: u32) -> usize;

    /// Drops a handle. It traps if there is no such handle.
    #[cfg(any(target_family = "wasm", test))]
    #[doc(hidden)]
    fn drop_handle(handle: u32);
}

/// An owned resource: `Own<dyn Document>` is `own<document>` in WIT. The parameter `&Own<dyn Document>` is
/// `borrow<document>`, which lends the resource.
///
/// The value itself stays in an [`Arc`] on the side that made it. That side makes an `Own` from the `Arc` with `From`. The
/// other side has a handle. When the last `Own` and the last `Arc` of a value are dropped, its own side drops the value.
/// If a guest drops the last handle to a host's value, the value is dropped at once. If the host drops the last handle to
/// a guest's value, the guest drops the value before its next call.
pub struct Own<R: ?Sized> {
    pub(crate) held: Held<R>,
}

pub(crate) enum Held<R: ?Sized> {
    /// The value is on this side.
    Value(Arc<R>),
    /// The value is on the other side, and this is a handle to it.
    #[cfg(any(target_family = "wasm", test))]
    Handle(crate::rt::ResourceHandle),
    /// The runtime knows on which side the value is.
    #[cfg(not(target_family = "wasm"))]
    Token(Arc<dyn Token<R>>),
}

/// A handle of the runtime's. When it is dropped, the runtime decides what happens to the resource.
#[cfg(not(target_family = "wasm"))]
pub trait Token<R: ?Sized>: Any + Send + Sync {
    /// The value, if the resource is the host's.
    fn value(&self) -> Option<Arc<R>>;
}

impl<R: ?Sized + Resource> Own<R> {
    /// The value, if it is on this side.
    pub fn try_value(&self) -> Option<Arc<R>> {
        match &self.held {
            Held::Value(value) => Some(value.clone()),
            #[cfg(any(target_family = "wasm", test))]
            Held::Handle(_) => None,
            #[cfg(not(target_family = "wasm"))]
            Held::Token(token) => token.value(),
        }
    }

    /// The value.
    ///
    /// # Panics
    ///
    /// If the value is on the other side. A host calls the functions of a guest's resource through `Container::guest`. A
    /// guest calls the functions of a host's resource on the `Own` itself.
    pub fn value(&self) -> Arc<R> {
        match self.try_value() {
            Some(value) => value,
            None => {
                panic!("expected a `{0}` of this side, found a handle to a `{0}` of the other side", R::RESOURCE.name)
            }
        }
    }

    /// The value, if it is on this side and of type `T`.
    pub fn downcast<T: Any + Send + Sync>(&self) -> Option<Arc<T>> {
        R::any(self.try_value()?).downcast().ok()
    }

    /// Makes an `Own` from a handle of the runtime's.
    #[cfg(not(target_family = "wasm"))]
    #[doc(hidden)]
    pub fn from_token(token: Arc<dyn Token<R>>) -> Self {
        Self { held: Held::Token(token) }
    }

    /// The runtime's handle, if there is one.
    #[cfg(not(target_family = "wasm"))]
    #[doc(hidden)]
    pub fn token(&self) -> Option<&Arc<dyn Token<R>>> {
        match &self.held {
            Held::Token(token) => Some(token),
            _ => None,
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

/// Lowering gives the resource away. A handle is invalid after that.
// SAFETY: it writes the handle at the address that it is passed.
unsafe impl<R: ?Sized + Resource> Lower for Own<R> {
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

// SAFETY: it takes or borrows the handle, once.
unsafe impl<R: ?Sized + Resource> Lift for Own<R> {
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

/// The value of a parameter that is declared as a reference. It is dropped when the call is over.
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

// SAFETY: that of `T`.
unsafe impl<T: Lift> Lift for Lent<T> {
    #[inline]
    fn lift<M: Source>(memory: &mut M, flat: &[u64]) -> Result<Self, M::Error> {
        T::lift_lent(memory, flat).map(Lent)
    }

    #[inline]
    fn load<M: Source>(memory: &mut M, address: usize) -> Result<Self, M::Error> {
        T::load_lent(memory, address).map(Lent)
    }
}
