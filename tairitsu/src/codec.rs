//! [`Codec`]: the functions by which generated code lifts and lowers a type that it knows by name only.
//!
//! A type that is no WIT type should be one error, on the type, and not one more error for each function that the type
//! lacks. So generated code names `Codec::<T>::lower(..)` and no trait of the type:
//!
//! - If the type implements [`Lower`], the path is the inherent function of `Codec`, which calls the type's own function.
//! - If not, the path is a function of the trait [`NoCodec`], which `Codec` implements for every type. No program reaches
//!   that function. The constant schema of the interface names `<T as WitType>::TYPE`, which is the one error.
//!
//! A type may have a `TYPE` and still lack `Lower` or `Lift`, such as a reference behind an alias. For such a type
//! [`no_codec`] fails the compilation.

use std::marker::PhantomData;
use tairitsu_guest::abi::{Lift, Lower, Shape, Sink, Source, WitType};
use tairitsu_guest::schema::align_to;

#[cfg(target_family = "wasm")]
use tairitsu_guest::rt::{Args, Call, Return, lower_flat};

/// Lifts and lowers values of `T` for generated code. The functions name the type's constants, so that generated code need
/// not. rustc would evaluate a constant anew in every generic function that names it.
pub struct Codec<T: ?Sized>(PhantomData<T>);

impl<T: ?Sized + WitType> Codec<T> {
    /// The size in linear memory, in bytes.
    pub const SIZE: usize = T::LAYOUT.size;

    /// The address of what a case of the variant at `address` carries.
    #[inline(always)]
    pub fn payload(address: usize) -> usize {
        address + const { T::TYPE.payload_offset() }
    }
}

impl<T: ?Sized + Lower> Codec<T> {
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

    /// Lowers a field to the flat values from `at` on, and moves `at` past them.
    #[inline(always)]
    pub fn lower_next<M: Sink>(value: &T, memory: &mut M, out: &mut [u64], at: &mut usize) -> Result<(), M::Error> {
        let start = *at;
        *at += T::FLAT;
        value.lower(memory, &mut out[start..])
    }

    /// Stores the next field of the record at `address`. The field before ends at offset `at`, which moves past this field.
    #[inline(always)]
    pub fn store_next<M: Sink>(value: &T, memory: &mut M, address: usize, at: &mut usize) -> Result<(), M::Error> {
        let start = align_to(*at, T::LAYOUT.align);
        *at = start + T::LAYOUT.size;
        value.store(memory, address + start)
    }

    /// Stores the value that a case of the variant `V` carries.
    #[inline(always)]
    pub fn store_payload<V: WitType, M: Sink>(value: &T, memory: &mut M, address: usize) -> Result<(), M::Error> {
        value.store(memory, address + const { V::TYPE.payload_offset() })
    }

    /// Lowers an argument of a call to an import.
    ///
    /// # Safety
    /// - That of [`Call::arg`].
    #[cfg(target_family = "wasm")]
    #[inline(always)]
    pub unsafe fn arg<const P: usize, const R: usize>(call: &mut Call<'_, P, R>, value: &T) {
        // SAFETY: the caller promises the same.
        unsafe { call.arg(value) }
    }
}

impl<T: Lift> Codec<T> {
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

    /// Lifts a field from the flat values from `at` on, and moves `at` past them.
    #[inline(always)]
    pub fn lift_next<M: Source>(memory: &mut M, flat: &[u64], at: &mut usize) -> Result<T, M::Error> {
        let start = *at;
        *at += T::FLAT;
        T::lift(memory, &flat[start..])
    }

    /// Loads the next field of the record at `address`. The field before ends at offset `at`, which moves past this field.
    #[inline(always)]
    pub fn load_next<M: Source>(memory: &mut M, address: usize, at: &mut usize) -> Result<T, M::Error> {
        let start = align_to(*at, T::LAYOUT.align);
        *at = start + T::LAYOUT.size;
        T::load(memory, address + start)
    }

    /// Loads the value that a case of the variant `V` carries.
    #[inline(always)]
    pub fn load_payload<V: WitType, M: Source>(memory: &mut M, address: usize) -> Result<T, M::Error> {
        T::load(memory, address + const { V::TYPE.payload_offset() })
    }

    /// Lifts the result of a call to an import.
    ///
    /// # Safety
    /// - That of [`Call::result`].
    #[cfg(target_family = "wasm")]
    #[inline(always)]
    pub unsafe fn result<const P: usize, const R: usize>(call: &mut Call<'_, P, R>, flat: u64) -> T {
        // SAFETY: the caller promises the same.
        unsafe { call.result(flat) }
    }
}

#[cfg(target_family = "wasm")]
impl<T: tairitsu_guest::abi::Argument> Codec<T> {
    /// Lifts the next argument of a call to an export.
    ///
    /// # Safety
    /// - That of [`Args::take`].
    #[inline(always)]
    pub unsafe fn take<const INDIRECT: bool>(args: &mut Args<'_, INDIRECT>) -> T {
        // SAFETY: the caller promises the same.
        unsafe { args.take() }
    }
}

#[cfg(target_family = "wasm")]
impl<T: Lower> Codec<T> {
    /// Lowers the result of an export: to its one flat value, or to its place in memory.
    ///
    /// # Safety
    /// - That of [`Return::put`].
    #[inline(always)]
    pub unsafe fn give<const N: usize>(place: &Return<T, N>, value: T) -> u64 {
        if const { T::FLAT > 1 } {
            // SAFETY: the caller promises the same.
            unsafe { place.put(value) }
        } else {
            lower_flat(&value)
        }
    }

    /// Drops a result that the host has read.
    ///
    /// # Safety
    /// - That of [`Return::clear`].
    #[inline(always)]
    pub unsafe fn clear<const N: usize>(place: &Return<T, N>) {
        // SAFETY: the caller promises the same.
        unsafe { place.clear() }
    }
}

/// The two types of a `Result`, whatever they are.
pub trait Parts {
    /// The type of the value.
    type Ok;
    /// The type of the error.
    type Err;
}

impl<T, E> Parts for Result<T, E> {
    type Ok = T;
    type Err = E;
}

/// Fails the compilation when rustc compiles a call of it for a type. While rustc only checks generic code, it reports
/// nothing.
pub(crate) const fn no_codec<T: ?Sized>() {
    // Always false. The condition depends on `T`, so that rustc evaluates it for a type and not in generic code.
    assert!(
        size_of::<*const T>() == 0,
        "a type in an interface has a WIT type, and cannot be lifted or lowered: use an owned type"
    );
}

/// Declares [`NoCodec`], with a body for each function that fails the compilation.
macro_rules! no_codec {
    ($($(#[$attr:meta])* fn $name:ident[$($generics:tt)*]($($param:ty),*) -> $result:ty $(where $bound:ty: Sized)?;)*) => {
        #[doc = "The functions that [`Codec`] has for a type that is no WIT type."]
        pub trait NoCodec<T: ?Sized> {
            /// A stand-in: no program uses the value.
            const SIZE: usize = 0;

            $(
                /// Never reached.
                $(#[$attr])*
                fn $name<$($generics)*>($(_: $param),*) -> $result $(where $bound: Sized)? {
                    const { no_codec::<T>() };
                    unreachable!()
                }
            )*
        }
    };
}

no_codec! {
    fn lower[M: Sink](&T, &mut M, &mut [u64]) -> Result<(), M::Error>;
    fn store[M: Sink](&T, &mut M, usize) -> Result<(), M::Error>;
    fn lower_next[M: Sink](&T, &mut M, &mut [u64], &mut usize) -> Result<(), M::Error>;
    fn store_next[M: Sink](&T, &mut M, usize, &mut usize) -> Result<(), M::Error>;
    fn store_payload[V, M: Sink](&T, &mut M, usize) -> Result<(), M::Error>;
    fn lift[M: Source](&mut M, &[u64]) -> Result<T, M::Error> where T: Sized;
    fn load[M: Source](&mut M, usize) -> Result<T, M::Error> where T: Sized;
    fn lift_next[M: Source](&mut M, &[u64], &mut usize) -> Result<T, M::Error> where T: Sized;
    fn load_next[M: Source](&mut M, usize, &mut usize) -> Result<T, M::Error> where T: Sized;
    fn load_payload[V, M: Source](&mut M, usize) -> Result<T, M::Error> where T: Sized;
    #[cfg(target_family = "wasm")]
    fn arg[const P: usize, const R: usize](&mut Call<'_, P, R>, &T) -> ();
    #[cfg(target_family = "wasm")]
    fn take[const INDIRECT: bool](&mut Args<'_, INDIRECT>) -> T where T: Sized;
    #[cfg(target_family = "wasm")]
    fn result[const P: usize, const R: usize](&mut Call<'_, P, R>, u64) -> T where T: Sized;
    #[cfg(target_family = "wasm")]
    fn give[const N: usize](&Return<T, N>, T) -> u64 where T: Sized;
    #[cfg(target_family = "wasm")]
    fn clear[const N: usize](&Return<T, N>) -> () where T: Sized;
}

impl<T: ?Sized> NoCodec<T> for Codec<T> {}
