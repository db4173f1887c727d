//! Results that the host reads in the guest's memory, before the guest takes the memory back.
//!
//! wasmtime calls post-return before it returns a result. So the host's closure reads the result while the result is
//! lifted, and the lifted value is the value that the closure returns.

use crate::runtime::ledger::observe::Outcome;
use crate::runtime::store::resources::Whose;
use crate::runtime::values::memory::LiftMemory;
use crate::runtime::values::tuple::ValueTuple;
use std::borrow::Cow;
use std::cell::Cell;
use std::convert::Infallible;
use std::marker::PhantomData;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::ptr;
use std::sync::Arc;
use std::thread;
use tairitsu_guest::abi::{self, Lift, Memory, Plain, Shape, WitType};
use tairitsu_guest::schema::Type;
use wasmtime::component::__internal::{CanonicalAbiInfo, InstanceType, InterfaceType, LiftContext};
use wasmtime::component::{self, ComponentNamedList, ComponentType};
use wasmtime::{Result, ValRaw, bail};

/// A result that can be read in the guest's memory: a string, a list of numbers, or a `Result` of either.
pub trait Viewable: WitType {
    /// The type that the closure sees.
    type Seen: ?Sized + ToOwned;

    /// The same view of a result that is in the host's memory.
    fn seen(ok: &Self::Ok) -> &Self::Seen;

    /// Reads the result at an address, or lifts the function's own error. A string in another encoding than UTF-8 is
    /// not a `str` in memory, so it is lifted.
    fn look<'m>(
        memory: &'m mut LiftMemory<'_, '_>,
        address: usize,
    ) -> Result<std::result::Result<Cow<'m, Self::Seen>, Self::Err>>;
}

impl Viewable for String {
    type Seen = str;

    fn seen(ok: &String) -> &str {
        ok
    }

    fn look<'m>(
        memory: &'m mut LiftMemory<'_, '_>,
        address: usize,
    ) -> Result<std::result::Result<Cow<'m, str>, Infallible>> {
        if !memory.is_utf8() {
            return Ok(Ok(Cow::Owned(String::load(memory, address)?)));
        }
        let (pointer, len) = abi::load_pair(memory, address)?;
        match std::str::from_utf8(abi::range(memory.bytes(), pointer, len)?) {
            Ok(string) => Ok(Ok(Cow::Borrowed(string))),
            Err(error) => Err(memory.fail(abi::AbiError::Utf8 { valid_up_to: error.valid_up_to() })),
        }
    }
}

impl<T: Lift + Clone> Viewable for Vec<T>
where
    Vec<T>: WitType<Ok = Self, Err = Infallible>,
{
    type Seen = [T];

    fn seen(ok: &Vec<T>) -> &[T] {
        ok
    }

    fn look<'m>(
        memory: &'m mut LiftMemory<'_, '_>,
        address: usize,
    ) -> Result<std::result::Result<Cow<'m, [T]>, Infallible>> {
        let Some(plain) = T::PLAIN else { return Ok(Ok(Cow::Owned(Self::load(memory, address)?))) };
        let (pointer, len) = abi::load_pair(memory, address)?;
        let bytes = abi::check_list(memory.bytes(), pointer, T::LAYOUT, len)?;
        Ok(Ok(Cow::Borrowed(items(plain, bytes, len)?)))
    }
}

impl<T: Viewable<Ok = T, Err = Infallible>, E: Lift> Viewable for std::result::Result<T, E>
where
    Self: WitType<Ok = T, Err = E>,
{
    type Seen = T::Seen;

    fn seen(ok: &T) -> &T::Seen {
        T::seen(ok)
    }

    fn look<'m>(
        memory: &'m mut LiftMemory<'_, '_>,
        address: usize,
    ) -> Result<std::result::Result<Cow<'m, T::Seen>, E>> {
        let payload = address + const { <Self as WitType>::TYPE.payload_offset() };
        match abi::load_discriminant(memory, address, 2)? {
            0 => match T::look(memory, payload)? {
                Ok(seen) => Ok(Ok(seen)),
                Err(never) => match never {},
            },
            1 => Ok(Err(E::load(memory, payload)?)),
            found => Err(abi::bad_discriminant::<Self, _>(memory, found)),
        }
    }
}

/// An owned type that a method such as `greet_with` takes or shows as a `T`.
///
/// `Made` is what the method's closure makes. It is here only because rustc checks a bound without a type parameter where it is
/// written. So the bound may be written for a type that has only the name of a `String` or a `Vec`.
///
/// # Safety
/// - `T` and the type itself are the same in WIT.
pub unsafe trait ShownAs<T: ?Sized, Made>: Sized {
    /// The owned value.
    fn owned(shown: &T) -> Self;
}

// SAFETY: both are `string`.
unsafe impl<Made> ShownAs<str, Made> for String {
    fn owned(shown: &str) -> Self {
        shown.to_owned()
    }
}

// SAFETY: both are a list of the same items.
unsafe impl<T: Clone, Made> ShownAs<[T], Made> for Vec<T> {
    fn owned(shown: &[T]) -> Self {
        shown.to_owned()
    }
}

/// Views bytes as `len` items.
fn items<T>(_: Plain<T>, bytes: &[u8], len: usize) -> Result<&[T]> {
    // SAFETY: `Plain` says that `T` has no padding and that every bit pattern is a `T`.
    let (before, items, after) = unsafe { bytes.align_to::<T>() };
    // The memory begins at a page, and the address is aligned. `align_to` need not put the bytes of an empty list in
    // the middle part.
    match (before.is_empty() && after.is_empty(), items.len() == len) {
        (true, true) => Ok(items),
        _ => bail!("a list in memory is not aligned as its address says"),
    }
}

thread_local! {
    /// The [`Look`] of the call that runs on this thread. It belongs to that call's caller. The [`Viewed`] that is
    /// lifted knows its types.
    static LOOK: Cell<*mut ()> = const { Cell::new(ptr::null_mut()) };
}

/// The closure that reads a result, and the value that it returned.
struct Look<F, O, E> {
    see: Option<F>,
    /// A panic of the closure is passed through wasmtime as a value, so that the guest's call ends as usual.
    made: Option<std::result::Result<thread::Result<O>, E>>,
}

/// Makes a call whose result is a [`Viewed`] of the same types. `see` reads that result.
///
/// Returns what the call returned. Also returns the value of `see`, if `see` was called, or the function's own error.
pub(crate) fn look<T: Viewable, F, O, R>(
    see: F,
    call: impl FnOnce() -> R,
) -> (R, Option<std::result::Result<O, T::Err>>)
where
    F: FnOnce(&T::Seen) -> O,
{
    /// Restores the `Look` of the outer call on drop, so a panic restores it too.
    struct Before(*mut ());

    impl Drop for Before {
        fn drop(&mut self) {
            LOOK.set(self.0);
        }
    }

    let mut look = Look::<F, O, T::Err> { see: Some(see), made: None };
    let before = Before(LOOK.replace(ptr::from_mut(&mut look).cast()));
    let result = call();
    drop(before);
    let made = look.made.map(|made| made.map(|made| made.unwrap_or_else(|panic| resume_unwind(panic))));
    (result, made)
}

/// A result of type `T` that a function `F` reads while it is lifted. `F` returns an `O`.
pub(crate) struct Viewed<T, F, O, const M: usize> {
    is_own_error: bool,
    /// The store of the handles in the function's own error, which is lifted as a value.
    pub(crate) whose: Option<Arc<Whose>>,
    marker: PhantomData<fn(T, F) -> O>,
}

impl<T, F, O, const M: usize> Outcome for Viewed<T, F, O, M> {
    fn is_own_error(&self) -> bool {
        self.is_own_error
    }
}

// SAFETY: it is lifted from the same values as a `ValueTuple` of the result, and has the constants of that
// `ValueTuple`.
unsafe impl<T: WitType, F, O, const M: usize> ComponentType for Viewed<T, F, O, M> {
    type Lower = [ValRaw; M];

    const ABI: CanonicalAbiInfo = <ValueTuple<(T,), M> as ComponentType>::ABI;
    const MAY_REQUIRE_REALLOC: bool = <ValueTuple<(T,), M> as ComponentType>::MAY_REQUIRE_REALLOC;

    fn typecheck(ty: &InterfaceType, types: &InstanceType<'_>) -> Result<()> {
        <ValueTuple<(T,), M> as ComponentType>::typecheck(ty, types)
    }
}

// SAFETY: `typecheck` and all constants are those of the `ValueTuple`, which is a `ComponentNamedList`.
unsafe impl<T: WitType, F, O, const M: usize> ComponentNamedList for Viewed<T, F, O, M> {}

// SAFETY: the value that the closure sees was checked like a value that is lifted.
unsafe impl<T, F, O, const M: usize> component::Lift for Viewed<T, F, O, M>
where
    T: Viewable,
    F: FnOnce(&T::Seen) -> O,
{
    fn linear_lift_from_flat(_: &mut LiftContext<'_>, _: InterfaceType, _: &[ValRaw; M]) -> Result<Self> {
        bail!("expected a result in memory, found one in registers")
    }

    fn linear_lift_from_memory(cx: &mut LiftContext<'_>, ty: InterfaceType, bytes: &[u8]) -> Result<Self> {
        let address = bytes.as_ptr().addr().wrapping_sub(cx.memory().as_ptr().addr());
        let mut memory = LiftMemory::new(cx, ty, const { &Type::Tuple(&[T::TYPE]) });
        let seen = T::look(&mut memory, address)?;
        // SAFETY: `TypedFunc::call` lifts this type only in `Typed::look`. `Typed::look` made a `Look` of the same
        // types, on this thread, in a call that still runs there. A call in between had its own `Look`, and has put
        // this one back.
        let Some(look) = (unsafe { LOOK.get().cast::<Look<F, O, T::Err>>().as_mut() }) else {
            bail!("expected somebody who looks at the result, found nobody")
        };
        let Some(see) = look.see.take() else { bail!("a result was lifted twice") };
        let is_own_error = seen.is_err();
        look.made = Some(seen.map(|seen| catch_unwind(AssertUnwindSafe(|| see(&seen)))));
        Ok(Self { is_own_error, whose: memory.whose, marker: PhantomData })
    }
}
