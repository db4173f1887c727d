//! Values on their way through wasmtime.
//!
//! wasmtime lifts and lowers types that implement its own traits. Here those are implemented once, for
//! [`Carrier`], by running our lift and lower over a component's linear memory: the same code that runs in a guest,
//! with every access checked. So a type needs one implementation for both sides, and `#[tairitsu::wit]` writes
//! nothing that names wasmtime.
//!
//! Strings go through wasmtime's own functions, which know the encoding that the component asks for. Everything
//! that a guest can make the host allocate is paid for with the store's hostcall fuel, as wasmtime does.

#[cfg(feature = "async")]
use super::client::Calling;
use super::client::{Client, Fault, GuestInterface, ResolveError, Resolver};
use super::error::CallError;
use super::link::IsPeer;
use super::provider::{LinkError, ProviderLinker};
use crate::wire::no_wire;
use std::marker::PhantomData;
use std::mem::MaybeUninit;
use tairitsu_guest::abi::{self, AbiError, Lift, Lower, Memory, Plain, Sink, Source, WitType};
use tairitsu_guest::schema::{Field, Layout, Type};
use wasmtime::component::__internal::{CanonicalAbiInfo, InstanceType, InterfaceType, LiftContext, LowerContext};
use wasmtime::component::{self, ComponentNamedList, ComponentType};
use wasmtime::{Result, ValRaw, bail};

/// The parameters of a function, or its results: a tuple of them, which is `N` flat values, or 17 for more than 16.
pub(super) struct Carrier<T, const N: usize>(T);

// SAFETY: the lowered form is an array of `N` slots. `N` is the tuple's count of flat values, asserted below, except
// that it is 17 for every count above 16: wasmtime passes neither flat, and asks for no slot of them. Size and
// alignment are those of the schema, which are the canonical ones.
unsafe impl<T: WitType + Send + Sync, const N: usize> ComponentType for Carrier<T, N> {
    type Lower = [ValRaw; N];

    const ABI: CanonicalAbiInfo = {
        assert!(N == T::FLAT, "a carrier has as many slots as its values have flat values");
        let Layout { size, align } = T::LAYOUT;
        // No component has a 64-bit memory here: the engine is not configured for them.
        CanonicalAbiInfo {
            size32: size as u32,
            align32: align as u32,
            size64: size as u32,
            align64: align as u32,
            flat_count: if N > 16 { None } else { Some(N as u8) },
        }
    };

    const MAY_REQUIRE_REALLOC: bool = T::TYPE.has_pointer() || N > 16;

    fn typecheck(ty: &InterfaceType, types: &InstanceType<'_>) -> Result<()> {
        let InterfaceType::Tuple(found) = ty else { bail!("expected a list of types") };
        let found = &types.types[*found].types;
        let expected = match &T::TYPE {
            Type::Tuple(expected) => *expected,
            _ => &[],
        };
        if expected.len() != found.len() {
            bail!("expected {} types, found {}", expected.len(), found.len());
        }
        for (expected, found) in expected.iter().zip(found.iter()) {
            typecheck(expected, found, types)?;
        }
        Ok(())
    }
}

// SAFETY: `typecheck` treats `T` as the tuple that it is.
unsafe impl<T: WitType + Send + Sync, const N: usize> ComponentNamedList for Carrier<T, N> {}

/// Whether a component's type is the one that the schema has: the same structure, and the same names of fields
/// and cases.
fn typecheck(expected: &Type, found: &InterfaceType, types: &InstanceType<'_>) -> Result<()> {
    let all = types.types;
    let payload = |expected: &Type, found: &Option<InterfaceType>| match (expected, found) {
        (Type::Unit, None) => Ok(()),
        (Type::Unit, Some(_)) => bail!("expected no payload, found one"),
        (expected, None) => bail!("expected `{expected}`, found no payload"),
        (expected, Some(found)) => typecheck(expected, found, types),
    };
    match (expected, found) {
        (Type::Bool, InterfaceType::Bool)
        | (Type::S8, InterfaceType::S8)
        | (Type::U8, InterfaceType::U8)
        | (Type::S16, InterfaceType::S16)
        | (Type::U16, InterfaceType::U16)
        | (Type::S32, InterfaceType::S32)
        | (Type::U32, InterfaceType::U32)
        | (Type::S64, InterfaceType::S64)
        | (Type::U64, InterfaceType::U64)
        | (Type::F32, InterfaceType::Float32)
        | (Type::F64, InterfaceType::Float64)
        | (Type::Char, InterfaceType::Char)
        | (Type::String, InterfaceType::String) => Ok(()),
        (Type::List(item), InterfaceType::List(found)) => typecheck(item, &all[*found].element, types),
        (Type::Option(some), InterfaceType::Option(found)) => typecheck(some, &all[*found].ty, types),
        (Type::Result([ok, err]), InterfaceType::Result(found)) => {
            payload(ok, &all[*found].ok)?;
            payload(err, &all[*found].err)
        }
        (Type::Tuple(items), InterfaceType::Tuple(found)) if items.len() == all[*found].types.len() => {
            items.iter().zip(all[*found].types.iter()).try_for_each(|(item, found)| typecheck(item, found, types))
        }
        (Type::Record(record), InterfaceType::Record(found)) => {
            let found = &all[*found].fields;
            check_names(record.name, record.fields, found.iter().map(|field| field.name.as_str()))?;
            record.fields.iter().zip(found.iter()).try_for_each(|(field, found)| typecheck(&field.ty, &found.ty, types))
        }
        (Type::Variant(variant), InterfaceType::Variant(found)) => {
            let found = &all[*found].cases;
            check_names(variant.name, variant.cases, found.keys().map(|name| name.as_str()))?;
            variant.cases.iter().zip(found.values()).try_for_each(|(case, found)| payload(&case.ty, found))
        }
        (Type::Enum(cases), InterfaceType::Enum(found)) => {
            check_names(cases.name, cases.cases, all[*found].names.iter().map(|name| name.as_str()))
        }
        (Type::Flags(flags), InterfaceType::Flags(found)) => {
            check_names(flags.name, flags.flags, all[*found].names.iter().map(|name| name.as_str()))
        }
        (expected, _) => bail!("expected `{expected}`, found another type"),
    }
}

fn check_names<'a>(ty: &str, expected: &[Field], found: impl Iterator<Item = &'a str>) -> Result<()> {
    if expected.iter().map(|field| field.name).eq(found) {
        Ok(())
    } else {
        bail!("expected the fields, cases or flags of `{ty}`, found others")
    }
}

// SAFETY: `lower` writes the flat values of the type, in the canonical order, to as many slots; `store` writes to the
// memory that was allocated for the type.
unsafe impl<T: Lower + Send + Sync, const N: usize> component::Lower for Carrier<T, N> {
    #[inline]
    fn linear_lower_to_flat<S>(
        &self,
        cx: &mut LowerContext<'_, S>,
        _: InterfaceType,
        dst: &mut MaybeUninit<[ValRaw; N]>,
    ) -> Result<()> {
        let mut flat = [0; N];
        self.0.lower(&mut LowerMemory(cx), &mut flat)?;
        // A slot is little-endian, and a reader of fewer bytes has the low ones.
        dst.write(flat.map(ValRaw::u64));
        Ok(())
    }

    #[inline]
    fn linear_lower_to_memory<S>(&self, cx: &mut LowerContext<'_, S>, _: InterfaceType, offset: usize) -> Result<()> {
        self.0.store(&mut LowerMemory(cx), offset)
    }
}

// SAFETY: every value is lifted, and so checked, by its own type.
unsafe impl<T: Lift + Send + Sync, const N: usize> component::Lift for Carrier<T, N> {
    #[inline]
    fn linear_lift_from_flat(cx: &mut LiftContext<'_>, _: InterfaceType, src: &[ValRaw; N]) -> Result<Self> {
        let flat = src.map(|slot| slot.get_u64());
        T::lift(&mut LiftMemory(cx), &flat).map(Carrier)
    }

    #[inline]
    fn linear_lift_from_memory(cx: &mut LiftContext<'_>, _: InterfaceType, bytes: &[u8]) -> Result<Self> {
        // `bytes` is a part of the memory; our addresses count from the memory's start. Every access is checked, so
        // that any other address is an error.
        let address = bytes.as_ptr().addr().wrapping_sub(cx.memory().as_ptr().addr());
        T::load(&mut LiftMemory(cx), address).map(Carrier)
    }
}

/// A component's memory, to be lowered into.
struct LowerMemory<'c, 'a, S: 'static>(&'c mut LowerContext<'a, S>);

impl<S> Memory for LowerMemory<'_, '_, S> {
    type Error = wasmtime::Error;

    #[cold]
    fn fail(&self, error: AbiError) -> wasmtime::Error {
        wasmtime::Error::new(error)
    }
}

impl<S> Sink for LowerMemory<'_, '_, S> {
    #[inline]
    fn write<const N: usize>(&mut self, address: usize, bytes: [u8; N]) -> Result<()> {
        // Addresses come from `allocate`, which has checked that they lie in the memory.
        *self.0.get(address) = bytes;
        Ok(())
    }

    fn allocate(&mut self, layout: Layout) -> Result<usize> {
        if layout.size == 0 {
            return Ok(layout.align);
        }
        self.0.realloc(0, 0, layout.align as u32, layout.size)
    }

    fn lend(&mut self, bytes: &[u8], align: usize) -> Result<usize> {
        let address = self.allocate(Layout { size: bytes.len(), align })?;
        if !bytes.is_empty() {
            self.0.as_slice_mut()[address..][..bytes.len()].copy_from_slice(bytes);
        }
        Ok(address)
    }

    fn lend_str(&mut self, string: &str) -> Result<(usize, usize)> {
        let mut lowered = MaybeUninit::uninit();
        component::Lower::linear_lower_to_flat(string, self.0, InterfaceType::String, &mut lowered)?;
        // SAFETY: lowering succeeded, so every slot is written (`component::Lower`).
        let [pointer, len]: [ValRaw; 2] = unsafe { lowered.assume_init() };
        Ok((pointer.get_u32() as usize, len.get_u32() as usize))
    }
}

/// A component's memory, to be lifted out of.
struct LiftMemory<'c, 'a>(&'c mut LiftContext<'a>);

impl Memory for LiftMemory<'_, '_> {
    type Error = wasmtime::Error;

    #[cold]
    fn fail(&self, error: AbiError) -> wasmtime::Error {
        wasmtime::Error::new(error)
    }
}

impl Source for LiftMemory<'_, '_> {
    #[inline]
    fn read<const N: usize>(&self, address: usize) -> Result<[u8; N]> {
        match self.0.memory().get(address..).and_then(|bytes| bytes.first_chunk()) {
            Some(bytes) => Ok(*bytes),
            None => Err(self.fail(AbiError::OutOfBounds { address, len: N, memory: self.0.memory().len() })),
        }
    }

    fn take_string(&mut self, address: usize, len: usize) -> Result<String> {
        // In every encoding a unit is one byte at least.
        abi::range(self.0.memory(), address, len)?;
        let lowered = [ValRaw::u32(address as u32), ValRaw::u32(len as u32)];
        component::Lift::linear_lift_from_flat(self.0, InterfaceType::String, &lowered).map_err(|error| {
            match error.downcast_ref::<std::str::Utf8Error>() {
                Some(utf8) => self.fail(AbiError::Utf8 { valid_up_to: utf8.valid_up_to() }),
                None => error,
            }
        })
    }

    fn take_plain<T: Lift>(&mut self, _: Plain, address: usize, len: usize) -> Result<Vec<T>> {
        self.check::<T>(address, len)?;
        let bytes = abi::check_list(self.0.memory(), address, T::LAYOUT, len)?;
        let mut items = Vec::<T>::with_capacity(len);
        // SAFETY: `Plain` says that `T` has the size of its canonical layout, by which `bytes` was measured, and
        // that every bit pattern is a `T`. The vector has room for `len` of them.
        unsafe {
            std::ptr::copy_nonoverlapping(bytes.as_ptr(), items.as_mut_ptr().cast::<u8>(), bytes.len());
            items.set_len(len);
        }
        Ok(items)
    }

    fn check<T: Lift>(&mut self, address: usize, len: usize) -> Result<()> {
        abi::check_list(self.0.memory(), address, T::LAYOUT, len)?;
        // The list is in memory once, but others may refer to the same bytes: what the host allocates has a bound
        // of its own.
        self.0.consume_fuel_array(len, size_of::<T>())
    }

    #[inline]
    fn free(&mut self, _: usize, _: Layout) {}
}

/// A function as generated code calls it: parameters `P` of `N` flat values, results `R` of `M`, both tuples.
pub struct Typed<P, R, const N: usize, const M: usize>(PhantomData<(P, R)>);

impl<P: Lower + Send + Sync, R: Lift + Send + Sync, const N: usize, const M: usize> Typed<P, R, N, M> {
    /// [`Resolver::function`]
    pub fn resolve(resolver: &mut Resolver<'_>, index: usize) -> std::result::Result<(), ResolveError> {
        resolver.function::<Carrier<P, N>, Carrier<R, M>>(index)
    }
}

impl<P: Lower + Send + Sync, const N: usize> Typed<P, (), N, 0> {
    /// Calls a function without a result.
    ///
    /// # Safety
    /// - That of [`Client::call`].
    #[inline]
    pub unsafe fn call_raw(client: &mut Client<'_>, index: usize, params: P) -> std::result::Result<(), Fault> {
        // SAFETY: the caller's.
        match unsafe { client.call::<Carrier<P, N>, Carrier<(), 0>>(index, Carrier(params)) } {
            Ok(Carrier(())) => Ok(()),
            Err(fault) => Err(fault),
        }
    }

    /// [`Typed::call_raw`], with the error of a client.
    ///
    /// # Safety
    /// - That of [`Client::call`].
    #[inline]
    pub unsafe fn call(client: &mut Client<'_>, index: usize, params: P) -> std::result::Result<(), CallError> {
        // SAFETY: the caller's.
        Self::settle(unsafe { Self::call_raw(client, index, params) })
    }

    /// [`Typed::call`], in a container whose calls are futures.
    ///
    /// # Safety
    /// - That of [`Client::call`].
    #[cfg(feature = "async")]
    pub unsafe fn call_async<'c>(
        client: &'c mut Client<'_>,
        index: usize,
        params: P,
    ) -> Calling<'c, std::result::Result<(), CallError>>
    where
        P: 'c,
    {
        Box::pin(async move {
            // SAFETY: the caller's.
            let called = unsafe { client.call_async::<Carrier<P, N>, Carrier<(), 0>>(index, Carrier(params)).await };
            Self::settle(called.map(|Carrier(())| ()))
        })
    }

    /// What a client returns.
    #[inline]
    pub fn settle(result: std::result::Result<(), Fault>) -> std::result::Result<(), CallError> {
        match result {
            Ok(()) => Ok(()),
            Err(fault) => Err(fault.into()),
        }
    }
}

impl<P: Lower + Send + Sync, T: Lift + Send + Sync, const N: usize, const M: usize> Typed<P, (T,), N, M> {
    /// Calls a function.
    ///
    /// # Safety
    /// - That of [`Client::call`].
    #[inline]
    pub unsafe fn call_raw(client: &mut Client<'_>, index: usize, params: P) -> std::result::Result<T, Fault> {
        // SAFETY: the caller's.
        match unsafe { client.call::<Carrier<P, N>, Carrier<(T,), M>>(index, Carrier(params)) } {
            Ok(Carrier((result,))) => Ok(result),
            Err(fault) => Err(fault),
        }
    }

    /// [`Typed::call_raw`], with the error of a client.
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
        Self::settle(unsafe { Self::call_raw(client, index, params) })
    }

    /// [`Typed::call`], in a container whose calls are futures.
    ///
    /// # Safety
    /// - That of [`Client::call`].
    #[cfg(feature = "async")]
    pub unsafe fn call_async<'c>(
        client: &'c mut Client<'_>,
        index: usize,
        params: P,
    ) -> Calling<'c, std::result::Result<T::Ok, CallError<T::Err>>>
    where
        P: 'c,
        T: 'static,
    {
        Box::pin(async move {
            // SAFETY: the caller's.
            let called = unsafe { client.call_async::<Carrier<P, N>, Carrier<(T,), M>>(index, Carrier(params)).await };
            Self::settle(called.map(|Carrier((result,))| result))
        })
    }

    /// What a client returns: the function's own error is told from its result.
    #[inline]
    pub fn settle(result: std::result::Result<T, Fault>) -> std::result::Result<T::Ok, CallError<T::Err>> {
        match result {
            Ok(result) => result.into_result().map_err(CallError::Guest),
            Err(fault) => Err(Fault::into(fault)),
        }
    }
}

/// A function as generated code provides it: arguments `A` of `N` flat values, results `R` of `M`, both tuples.
pub struct Provided<A, R, const N: usize, const M: usize>(PhantomData<(A, R)>);

impl<A, R, const N: usize, const M: usize> Provided<A, R, N, M>
where
    A: Lift + Send + Sync + 'static,
    R: Lower + Send + Sync + 'static,
{
    /// [`ProviderLinker::function`]
    pub fn link<P: 'static>(
        linker: &mut ProviderLinker<'_, P>,
        index: usize,
        function: impl Fn(&mut P, A) -> R + Send + Sync + 'static,
    ) -> std::result::Result<(), LinkError> {
        linker.function(index, move |provider: &mut P, Carrier(args): Carrier<A, N>| {
            Carrier::<R, M>(function(provider, args))
        })
    }
}

impl<A, R, const N: usize, const M: usize> Provided<A, R, N, M>
where
    A: Lift + Send + Sync + 'static,
    R: Lower + Send + Sync + 'static,
{
    /// [`ProviderLinker::forward`]
    pub fn forward<I: ?Sized + GuestInterface, P: IsPeer>(
        linker: &mut ProviderLinker<'_, P>,
        index: usize,
        call: impl Fn(&mut Client<'_>, A) -> std::result::Result<R, Fault> + Send + Sync + 'static,
    ) -> std::result::Result<(), LinkError> {
        linker.forward::<I, _, _>(index, move |client: &mut Client<'_>, Carrier(args): Carrier<A, N>| {
            call(client, args).map(Carrier::<R, M>)
        })
    }
}

/// What [`Typed`] is for types of which one is no WIT type. See `crate::wire`.
pub trait NoTyped<P> {
    /// Never reached.
    ///
    /// # Safety
    /// - None.
    unsafe fn call<A>(_: &mut Client<'_>, _: usize, _: P) -> A {
        const { no_wire::<P>() };
        unreachable!()
    }

    /// Never reached.
    ///
    /// # Safety
    /// - None.
    unsafe fn call_raw<A>(_: &mut Client<'_>, _: usize, _: P) -> std::result::Result<A, Fault> {
        const { no_wire::<P>() };
        unreachable!()
    }

    /// Never reached.
    ///
    /// # Safety
    /// - None.
    unsafe fn call_async<A>(_: &mut Client<'_>, _: usize, _: P) -> A {
        const { no_wire::<P>() };
        unreachable!()
    }

    /// Never reached.
    fn settle<A, B>(_: A) -> B {
        const { no_wire::<P>() };
        unreachable!()
    }

    /// Never reached.
    fn resolve(_: &mut Resolver<'_>, _: usize) -> std::result::Result<(), ResolveError> {
        const { no_wire::<P>() };
        unreachable!()
    }
}

impl<P, R, const N: usize, const M: usize> NoTyped<P> for Typed<P, R, N, M> {}

/// What [`Provided`] is for types of which one is no WIT type. See `crate::wire`.
pub trait NoProvided<A, R> {
    /// Never reached.
    fn link<P: 'static>(
        _: &mut ProviderLinker<'_, P>,
        _: usize,
        _: impl Fn(&mut P, A) -> R,
    ) -> std::result::Result<(), LinkError> {
        const { no_wire::<A>() };
        unreachable!()
    }

    /// Never reached.
    fn forward<I: ?Sized, P>(
        _: &mut ProviderLinker<'_, P>,
        _: usize,
        _: impl Fn(&mut Client<'_>, A) -> std::result::Result<R, Fault>,
    ) -> std::result::Result<(), LinkError> {
        const { no_wire::<A>() };
        unreachable!()
    }
}

impl<A, R, const N: usize, const M: usize> NoProvided<A, R> for Provided<A, R, N, M> {}
