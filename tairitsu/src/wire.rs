//! How generated code lifts, lowers and checks a type that it knows by name only.
//!
//! `Wire::<T>::lower(..)` is the type's own function where the type has one. Where it has none, the same path is
//! a function of [`NoWire`], which every type has and which is never reached: the program does not compile,
//! because the constant that describes the interface names `<T as WitType>::TYPE`. So a type that is no WIT type
//! is one error, on the type, and not one more for each thing that it cannot do. A type that has a `TYPE` and
//! lacks the rest (a reference behind an alias, say) ends in [`no_wire`], which is an error when it is compiled.

use std::marker::PhantomData;
use tairitsu_guest::abi::{Lift, Lower, Sink, Source, WitType};

#[cfg(target_family = "wasm")]
use tairitsu_guest::{
    rt::{Args, Call, Return, lower_flat},
    schema::Signature,
};

/// A type as generated code uses it.
pub struct Wire<T: ?Sized>(PhantomData<T>);

impl<T: ?Sized + WitType> Wire<T> {
    /// Size in linear memory, in bytes.
    pub const SIZE: usize = T::LAYOUT.size;
    /// Alignment in linear memory, in bytes.
    pub const ALIGN: usize = T::LAYOUT.align;
    /// Flat values; 17 for more than 16.
    pub const FLAT: usize = T::FLAT;
}

impl<T: ?Sized + Lower> Wire<T> {
    /// [`Lower::lower`]
    #[inline(always)]
    pub fn lower<M: Sink>(value: &T, memory: &mut M, out: &mut [u64]) -> Result<(), M::Error> {
        value.lower(memory, out)
    }

    /// [`Lower::store`]
    #[inline(always)]
    pub fn store<M: Sink>(value: &T, memory: &mut M, address: usize) -> Result<(), M::Error> {
        value.store(memory, address)
    }

    /// Lowers an argument of a call to an import.
    #[cfg(target_family = "wasm")]
    #[inline(always)]
    pub fn arg<const P: usize, const R: usize>(call: &mut Call<P, R>, signature: &Signature, value: &T) {
        call.arg(signature, value);
    }
}

impl<T: Lift> Wire<T> {
    /// [`Lift::lift`]
    #[inline(always)]
    pub fn lift<M: Source>(memory: &mut M, flat: &[u64]) -> Result<T, M::Error> {
        T::lift(memory, flat)
    }

    /// [`Lift::load`]
    #[inline(always)]
    pub fn load<M: Source>(memory: &mut M, address: usize) -> Result<T, M::Error> {
        T::load(memory, address)
    }

    /// Lifts the next argument of a call to an export.
    #[cfg(target_family = "wasm")]
    #[inline(always)]
    pub fn take(args: &mut Args<'_>) -> T {
        args.take()
    }

    /// Lifts the result of a call to an import.
    #[cfg(target_family = "wasm")]
    #[inline(always)]
    pub fn result<const P: usize, const R: usize>(call: &mut Call<P, R>, signature: &Signature, flat: u64) -> T {
        call.result(signature, flat)
    }
}

#[cfg(target_family = "wasm")]
impl<T: Lower> Wire<T> {
    /// Lowers the result of an export: as its one flat value, or into its place.
    #[inline(always)]
    pub fn give<const N: usize>(place: &Return<T, N>, signature: &Signature, value: T) -> u64 {
        if signature.result_indirect { place.put(value) } else { lower_flat(&value) }
    }

    /// Drops a result that the host has read.
    #[inline(always)]
    pub fn clear<const N: usize>(place: &Return<T, N>) {
        place.clear();
    }
}

/// Stands where nothing is ever to get. It fails the compilation where it is compiled for a type; before that, it
/// depends on the type, and says nothing.
pub(crate) const fn no_wire<T: ?Sized>() {
    // No pointer is that small.
    assert!(
        size_of::<*const T>() == 0,
        "a type in an interface can be described, and not be lifted and lowered: use an owned type that is `Send` and `Sync`"
    );
}

/// What [`Wire`] is for a type that is no WIT type.
pub trait NoWire<T: ?Sized> {
    /// Nothing.
    const SIZE: usize = 0;
    /// Nothing.
    const ALIGN: usize = 1;
    /// Nothing.
    const FLAT: usize = 0;

    /// Never reached.
    fn lower<M: Sink>(_: &T, _: &mut M, _: &mut [u64]) -> Result<(), M::Error> {
        const { no_wire::<T>() };
        unreachable!()
    }

    /// Never reached.
    fn store<M: Sink>(_: &T, _: &mut M, _: usize) -> Result<(), M::Error> {
        const { no_wire::<T>() };
        unreachable!()
    }

    /// Never reached.
    fn lift<M: Source>(_: &mut M, _: &[u64]) -> Result<T, M::Error>
    where
        T: Sized,
    {
        const { no_wire::<T>() };
        unreachable!()
    }

    /// Never reached.
    fn load<M: Source>(_: &mut M, _: usize) -> Result<T, M::Error>
    where
        T: Sized,
    {
        const { no_wire::<T>() };
        unreachable!()
    }

    /// Never reached.
    #[cfg(target_family = "wasm")]
    fn arg<const P: usize, const R: usize>(_: &mut Call<P, R>, _: &Signature, _: &T) {
        const { no_wire::<T>() };
        unreachable!()
    }

    /// Never reached.
    #[cfg(target_family = "wasm")]
    fn take(_: &mut Args<'_>) -> T
    where
        T: Sized,
    {
        const { no_wire::<T>() };
        unreachable!()
    }

    /// Never reached.
    #[cfg(target_family = "wasm")]
    fn result<const P: usize, const R: usize>(_: &mut Call<P, R>, _: &Signature, _: u64) -> T
    where
        T: Sized,
    {
        const { no_wire::<T>() };
        unreachable!()
    }

    /// Never reached.
    #[cfg(target_family = "wasm")]
    fn give<const N: usize>(_: &Return<T, N>, _: &Signature, _: T) -> u64
    where
        T: Sized,
    {
        const { no_wire::<T>() };
        unreachable!()
    }

    /// Never reached.
    #[cfg(target_family = "wasm")]
    fn clear<const N: usize>(_: &Return<T, N>)
    where
        T: Sized,
    {
        const { no_wire::<T>() };
        unreachable!()
    }
}

impl<T: ?Sized> NoWire<T> for Wire<T> {}
