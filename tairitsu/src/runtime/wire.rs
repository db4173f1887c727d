//! The same as `crate::wire`, for wasmtime's traits and for typed calls.
//!
//! `#[tairitsu::wit]` writes wasmtime's traits for a type itself, by way of the functions here, and not by
//! wasmtime's derives: those name their helpers in ways that a user's own `Option` breaks, declare a public type
//! beside the user's, and report a field that is no WIT type in terms of wasmtime's internals.

use super::client::{Client, Fault, ResolveError, Resolver};
use super::error::CallError;
use super::provider::{LinkError, ProviderLinker};
use crate::wire::Wire;
use std::marker::PhantomData;
use std::mem::MaybeUninit;
use tairitsu_guest::abi::WitType;
use tairitsu_guest::schema::discriminant_size;
use wasmtime::component::__internal::{
    CanonicalAbiInfo, ComponentTypes, InstanceType, InterfaceType, LiftContext, LowerContext, bad_type_info,
};
use wasmtime::component::{ComponentNamedList, ComponentType, Lift, Lower};
use wasmtime::{Result, ValRaw};

/// The flat values that are to be written.
pub struct Slots<'s>(&'s mut [MaybeUninit<ValRaw>]);

impl<'s> Slots<'s> {
    /// All slots of a lowered value.
    #[inline]
    pub fn new<const N: usize>(lowered: &'s mut MaybeUninit<[ValRaw; N]>) -> Self {
        // SAFETY: an array of uninitialized slots is as good as an uninitialized array of slots.
        Self(unsafe { &mut *std::ptr::from_mut(lowered).cast::<[MaybeUninit<ValRaw>; N]>() })
    }

    /// The next slots, as many as `L` has.
    #[inline]
    fn take<L>(&mut self) -> Result<&mut MaybeUninit<L>> {
        let count = slots_of::<L>();
        let all = std::mem::take(&mut self.0);
        let Some((taken, rest)) = all.split_at_mut_checked(count) else {
            return Err(too_few_slots());
        };
        self.0 = rest;
        // SAFETY: `L` is `count` slots and nothing else (`ComponentType::Lower` says so, and `slots_of` checked
        // size and alignment), and `taken` is that many.
        Ok(unsafe { &mut *taken.as_mut_ptr().cast::<MaybeUninit<L>>() })
    }

    /// Writes a discriminant to the next slot.
    #[inline]
    pub fn tag(&mut self, tag: u32) -> Result<()> {
        self.take::<ValRaw>()?.write(ValRaw::u32(tag));
        Ok(())
    }

    /// Writes zeros to all slots that are left: a variant's payload may be shorter than another case's.
    #[inline]
    pub fn fill(self) {
        for slot in self.0 {
            slot.write(ValRaw::u64(0));
        }
    }
}

/// The flat values that are to be read.
pub struct Values<'s>(&'s [ValRaw]);

impl<'s> Values<'s> {
    /// All slots of a lowered value.
    #[inline]
    pub fn new(lowered: &'s [ValRaw]) -> Self {
        Self(lowered)
    }

    #[inline]
    fn take<L>(&mut self) -> Result<&L> {
        let count = slots_of::<L>();
        let Some((taken, rest)) = self.0.split_at_checked(count) else {
            return Err(too_few_slots());
        };
        self.0 = rest;
        // SAFETY: as in `Slots::take`; every bit pattern of initialized slots is an `L` (`ComponentType::Lower`).
        Ok(unsafe { &*taken.as_ptr().cast::<L>() })
    }

    /// Reads a discriminant.
    #[inline]
    pub fn tag(&mut self) -> Result<u32> {
        Ok(self.take::<ValRaw>()?.get_u32())
    }
}

#[inline]
fn slots_of<L>() -> usize {
    const { assert!(align_of::<L>() == align_of::<ValRaw>() && size_of::<L>().is_multiple_of(size_of::<ValRaw>())) };
    size_of::<L>() / size_of::<ValRaw>()
}

/// A value of more than 16 flat values is never passed flat, so its slots are never asked for.
#[cold]
fn too_few_slots() -> wasmtime::Error {
    wasmtime::Error::msg("a value of too many parts was to be passed flat")
}

/// The error for a discriminant that no case has.
#[cold]
pub fn bad_tag<T: WitType>(tag: u32) -> wasmtime::Error {
    wasmtime::Error::msg(format!("expected the discriminant of a case of `{}`, found {tag}", T::TYPE))
}

/// The types of a record's fields, as the component has them.
#[inline]
pub fn field_type(ty: InterfaceType, types: &ComponentTypes, index: usize) -> InterfaceType {
    match ty {
        InterfaceType::Record(record) => types[record].fields[index].ty,
        _ => bad_type_info(),
    }
}

/// The type of a variant's payload, as the component has it.
#[inline]
pub fn case_type(ty: InterfaceType, types: &ComponentTypes, index: usize) -> InterfaceType {
    match ty {
        InterfaceType::Variant(variant) => types[variant].cases[index].unwrap_or_else(bad_type_info),
        _ => bad_type_info(),
    }
}

/// Writes a discriminant to memory.
#[inline]
pub fn store_tag<S>(cx: &mut LowerContext<'_, S>, offset: usize, cases: usize, tag: u32) {
    match discriminant_size(cases) {
        1 => *cx.get::<1>(offset) = (tag as u8).to_le_bytes(),
        2 => *cx.get::<2>(offset) = (tag as u16).to_le_bytes(),
        _ => *cx.get::<4>(offset) = tag.to_le_bytes(),
    }
}

/// Reads a discriminant from the bytes of a variant.
#[inline]
pub fn load_tag(bytes: &[u8], cases: usize) -> Result<u32> {
    let short = || wasmtime::Error::msg("a variant is shorter than its discriminant");
    Ok(match discriminant_size(cases) {
        1 => (*bytes.first().ok_or_else(short)?).into(),
        2 => u16::from_le_bytes(*bytes.first_chunk().ok_or_else(short)?).into(),
        _ => u32::from_le_bytes(*bytes.first_chunk().ok_or_else(short)?),
    })
}

type Typecheck = fn(&InterfaceType, &InstanceType<'_>) -> Result<()>;

impl<T: ComponentType> Wire<T> {
    /// [`ComponentType::ABI`]
    pub const ABI: CanonicalAbiInfo = T::ABI;
    /// [`ComponentType::MAY_REQUIRE_REALLOC`]
    pub const REALLOC: bool = T::MAY_REQUIRE_REALLOC;
    /// [`ComponentType::typecheck`]
    pub const TYPECHECK: Typecheck = T::typecheck;
}

impl<T: Lower> Wire<T> {
    /// Lowers a field or payload to the next slots.
    #[inline]
    pub fn to_flat<S>(value: &T, cx: &mut LowerContext<'_, S>, ty: InterfaceType, slots: &mut Slots<'_>) -> Result<()> {
        value.linear_lower_to_flat(cx, ty, slots.take::<T::Lower>()?)
    }

    /// Lowers a field or payload to memory.
    #[inline]
    pub fn to_memory<S>(value: &T, cx: &mut LowerContext<'_, S>, ty: InterfaceType, offset: usize) -> Result<()> {
        value.linear_lower_to_memory(cx, ty, offset)
    }
}

impl<T: Lift> Wire<T> {
    /// Lifts a field or payload from the next slots.
    #[inline]
    pub fn from_flat(cx: &mut LiftContext<'_>, ty: InterfaceType, values: &mut Values<'_>) -> Result<T> {
        T::linear_lift_from_flat(cx, ty, values.take::<T::Lower>()?)
    }

    /// Lifts a field or payload from the bytes of the whole, at `offset`.
    #[inline]
    pub fn from_memory(cx: &mut LiftContext<'_>, ty: InterfaceType, bytes: &[u8], offset: usize) -> Result<T> {
        T::linear_lift_from_memory(cx, ty, &bytes[offset..][..T::SIZE32])
    }
}

/// What [`Wire`] is for a type that is no WIT type.
pub trait NoRuntimeWire<T> {
    /// Nothing.
    const ABI: CanonicalAbiInfo = CanonicalAbiInfo::ZERO;
    /// Nothing.
    const REALLOC: bool = true;
    /// Never called.
    const TYPECHECK: Typecheck = |_, _| unreachable!();

    /// Never reached.
    fn to_flat<S>(_: &T, _: &mut LowerContext<'_, S>, _: InterfaceType, _: &mut Slots<'_>) -> Result<()> {
        unreachable!()
    }

    /// Never reached.
    fn to_memory<S>(_: &T, _: &mut LowerContext<'_, S>, _: InterfaceType, _: usize) -> Result<()> {
        unreachable!()
    }

    /// Never reached.
    fn from_flat(_: &mut LiftContext<'_>, _: InterfaceType, _: &mut Values<'_>) -> Result<T> {
        unreachable!()
    }

    /// Never reached.
    fn from_memory(_: &mut LiftContext<'_>, _: InterfaceType, _: &[u8], _: usize) -> Result<T> {
        unreachable!()
    }
}

impl<T> NoRuntimeWire<T> for Wire<T> {}

/// A function's parameters and results, as generated code calls it.
pub struct Typed<P, R>(PhantomData<(P, R)>);

impl<P, R> Typed<P, R>
where
    P: ComponentNamedList + Lower,
    R: ComponentNamedList + Lift,
{
    /// [`Resolver::function`]
    pub fn resolve(resolver: &mut Resolver<'_>, index: usize) -> std::result::Result<(), ResolveError> {
        resolver.function::<P, R>(index)
    }
}

impl<P: ComponentNamedList + Lower> Typed<P, ()> {
    /// Calls a function without a result.
    ///
    /// # Safety
    /// - That of [`Client::call`].
    #[inline]
    pub unsafe fn call(client: &mut Client<'_>, index: usize, params: P) -> std::result::Result<(), CallError> {
        // SAFETY: the caller's.
        unsafe { client.call(index, params) }.map_err(Fault::into)
    }
}

impl<P: ComponentNamedList + Lower, T: Lift + WitType> Typed<P, (T,)> {
    /// Calls a function, and tells its own error from its result.
    ///
    /// # Safety
    /// - That of [`Client::call`].
    #[inline]
    pub unsafe fn call(
        client: &mut Client<'_>,
        index: usize,
        params: P,
    ) -> std::result::Result<T::Ok, CallError<T::Err>> {
        // SAFETY: the caller's.
        match unsafe { client.call::<P, (T,)>(index, params) } {
            Ok((result,)) => result.into_result().map_err(CallError::Guest),
            Err(fault) => Err(fault.into()),
        }
    }
}

/// A function's parameters and results, as generated code provides it.
pub struct Provided<A, R>(PhantomData<(A, R)>);

impl<A, R> Provided<A, R>
where
    A: ComponentNamedList + Lift + 'static,
    R: ComponentNamedList + Lower + 'static,
{
    /// [`ProviderLinker::function`]
    pub fn link<P: 'static>(
        linker: &mut ProviderLinker<'_, P>,
        index: usize,
        function: impl Fn(&mut P, A) -> R + Send + Sync + 'static,
    ) -> std::result::Result<(), LinkError> {
        linker.function(index, function)
    }
}

/// What [`Typed`] is for types of which one is no WIT type.
pub trait NoTyped<P, R> {
    /// Never reached.
    ///
    /// # Safety
    /// - None.
    unsafe fn call<A>(_: &mut Client<'_>, _: usize, _: P) -> A {
        unreachable!()
    }

    /// Never reached.
    fn resolve(_: &mut Resolver<'_>, _: usize) -> std::result::Result<(), ResolveError> {
        unreachable!()
    }
}

impl<P, R> NoTyped<P, R> for Typed<P, R> {}

/// What [`Provided`] is for types of which one is no WIT type.
pub trait NoProvided<A, R> {
    /// Never reached.
    fn link<P: 'static>(
        _: &mut ProviderLinker<'_, P>,
        _: usize,
        _: impl Fn(&mut P, A) -> R,
    ) -> std::result::Result<(), LinkError> {
        unreachable!()
    }
}

impl<A, R> NoProvided<A, R> for Provided<A, R> {}
