//! Values on their way through wasmtime.
//!
//! wasmtime lifts and lowers types that implement its own traits. Here those are implemented once, for
//! [`Carrier`], by running our lift and lower over a component's linear memory: the same code that runs in a guest,
//! with every access checked. So a type needs one implementation for both sides, and `#[tairitsu::wit]` writes
//! nothing that names wasmtime.
//!
//! Strings in other encodings than UTF-8 go through wasmtime's own functions, and so do all on their way in. Everything
//! that a guest can make the host allocate is paid for with the store's hostcall fuel, as wasmtime does.

#[cfg(feature = "async")]
use super::client::Calling;
use super::client::{Client, Fault, GuestInterface, ResolveError, Resolver};
use super::error::CallError;
use super::handle::{self, GuestToken, HostToken, Kind, Lifted, Outgoing, Resources, Whose};
use super::link::IsPeer;
use super::observe::Outcome;
use super::provider::{LinkError, ProviderLinker};
use super::state::State;
use crate::wire::no_wire;
use std::any::Any;
use std::marker::PhantomData;
use std::mem::MaybeUninit;
use std::sync::Arc;
use tairitsu_guest::abi::{self, AbiError, Lift, Lower, Memory, Outer, Own, Plain, Resource, Sink, Source, WitType};
use tairitsu_guest::schema::{Field, Layout, Role, Type};
use wasmtime::component::__internal::wasmtime_environ::component::StringEncoding;
use wasmtime::component::__internal::{
    CanonicalAbiInfo, ComponentTypes, InstanceType, InterfaceType, LiftContext, LowerContext,
};
use wasmtime::component::{self, ComponentNamedList, ComponentType, ResourceAny, ResourceType};
use wasmtime::{Result, ValRaw, bail};

/// The parameters of a function, or its results: a tuple of them, which is `N` flat values, or 17 for more than 16.
pub(super) struct Carrier<T, const N: usize> {
    value: T,
    /// Whose the handles in it are, where it was lifted and has any.
    whose: Option<Arc<Whose>>,
}

impl<T, const N: usize> Carrier<T, N> {
    #[inline]
    fn new(value: T) -> Self {
        Self { value, whose: None }
    }
}

impl<T, const N: usize> Lifted for Carrier<T, N> {
    #[inline]
    fn whose(&self) -> Option<&Arc<Whose>> {
        self.whose.as_ref()
    }
}

impl Outcome for Carrier<(), 0> {
    #[inline]
    fn is_own_error(&self) -> bool {
        false
    }
}

impl<T: WitType, const N: usize> Outcome for Carrier<(T,), N> {
    #[inline]
    fn is_own_error(&self) -> bool {
        self.value.0.is_own_error()
    }
}

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
        // Of which resource it is, the linker has checked for the host's; a guest's is checked whenever one is lowered.
        (Type::Own(_), InterfaceType::Own(_)) | (Type::Borrow(_), InterfaceType::Borrow(_)) => Ok(()),
        (expected, _) => bail!("expected `{expected}`, found another type"),
    }
}

/// The component's type of a handle to a resource, in `found`, of which `expected` is the schema. Within one function a
/// resource has one type.
fn find_handle(
    expected: &Type,
    found: &InterfaceType,
    all: &ComponentTypes,
    resource: &tairitsu_guest::schema::Resource,
) -> Option<InterfaceType> {
    if !expected.has_handle() {
        return None;
    }
    let find = |expected: &Type, found: &InterfaceType| find_handle(expected, found, all, resource);
    let payload = |expected: &Type, found: &Option<InterfaceType>| find(expected, found.as_ref()?);
    match (expected, found) {
        (Type::Own(_), InterfaceType::Own(ty)) | (Type::Borrow(_), InterfaceType::Borrow(ty)) => {
            handle::is_handle_of(expected, resource).then_some(InterfaceType::Own(*ty))
        }
        (Type::List(item), InterfaceType::List(found)) => find(item, &all[*found].element),
        (Type::Option(some), InterfaceType::Option(found)) => find(some, &all[*found].ty),
        (Type::Result([ok, err]), InterfaceType::Result(found)) => {
            payload(ok, &all[*found].ok).or_else(|| payload(err, &all[*found].err))
        }
        (Type::Tuple(items), InterfaceType::Tuple(found)) => {
            items.iter().zip(all[*found].types.iter()).find_map(|(item, found)| find(item, found))
        }
        (Type::Record(record), InterfaceType::Record(found)) => {
            record.fields.iter().zip(all[*found].fields.iter()).find_map(|(field, found)| find(&field.ty, &found.ty))
        }
        (Type::Variant(variant), InterfaceType::Variant(found)) => {
            variant.cases.iter().zip(all[*found].cases.values()).find_map(|(case, found)| payload(&case.ty, found))
        }
        _ => None,
    }
}

/// The same as `own` or `borrow`, or an error: a component with other types was not to be linked.
fn handle_type<R: ?Sized + Resource>(
    schema: &Type,
    ty: &InterfaceType,
    all: &ComponentTypes,
    borrowed: bool,
) -> Result<InterfaceType> {
    match find_handle(schema, ty, all, R::RESOURCE) {
        Some(InterfaceType::Own(ty)) if borrowed => Ok(InterfaceType::Borrow(ty)),
        Some(ty) => Ok(ty),
        None => bail!("expected a function with a `{}`, found another one", R::RESOURCE.name),
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
        ty: InterfaceType,
        dst: &mut MaybeUninit<[ValRaw; N]>,
    ) -> Result<()> {
        let mut flat = [0; N];
        self.value.lower(&mut LowerMemory::new(cx, ty, &T::TYPE), &mut flat)?;
        // A slot is little-endian, and a reader of fewer bytes has the low ones.
        dst.write(flat.map(ValRaw::u64));
        Ok(())
    }

    #[inline]
    fn linear_lower_to_memory<S>(&self, cx: &mut LowerContext<'_, S>, ty: InterfaceType, offset: usize) -> Result<()> {
        self.value.store(&mut LowerMemory::new(cx, ty, &T::TYPE), offset)
    }
}

// SAFETY: every value is lifted, and so checked, by its own type.
unsafe impl<T: Lift + Send + Sync, const N: usize> component::Lift for Carrier<T, N> {
    #[inline]
    fn linear_lift_from_flat(cx: &mut LiftContext<'_>, ty: InterfaceType, src: &[ValRaw; N]) -> Result<Self> {
        let flat = src.map(|slot| slot.get_u64());
        let mut memory = LiftMemory { cx, ty, schema: &T::TYPE, whose: None };
        let value = T::lift(&mut memory, &flat)?;
        Ok(Carrier { value, whose: memory.whose })
    }

    #[inline]
    fn linear_lift_from_memory(cx: &mut LiftContext<'_>, ty: InterfaceType, bytes: &[u8]) -> Result<Self> {
        // `bytes` is a part of the memory; our addresses count from the memory's start. Every access is checked, so
        // that any other address is an error.
        let address = bytes.as_ptr().addr().wrapping_sub(cx.memory().as_ptr().addr());
        let mut memory = LiftMemory { cx, ty, schema: &T::TYPE, whose: None };
        let value = T::load(&mut memory, address)?;
        Ok(Carrier { value, whose: memory.whose })
    }
}

/// A component's memory, to be lowered into. To find where that is takes longer than to write to it, and it moves when the
/// component allocates: so the items of a list are kept here until the list is whole.
struct LowerMemory<'c, 'a, S: 'static> {
    cx: &'c mut LowerContext<'a, S>,
    /// The items of the list at hand from `list.start` on, and before them those of the lists around it.
    items: Vec<u8>,
    list: Outer,
    /// The type of all that is lowered, as the component and as the schema has it.
    ty: InterfaceType,
    schema: &'static Type,
}

impl<'c, 'a, S> LowerMemory<'c, 'a, S> {
    #[inline]
    fn new(cx: &'c mut LowerContext<'a, S>, ty: InterfaceType, schema: &'static Type) -> Self {
        Self { cx, items: Vec::new(), list: Outer::default(), ty, schema }
    }
}

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
        let at = address.wrapping_sub(self.list.address).wrapping_add(self.list.start);
        match self.items.get_mut(at..).and_then(<[u8]>::first_chunk_mut) {
            Some(item) if at >= self.list.start => *item = bytes,
            // Addresses come from `allocate`, which has checked that they lie in the memory.
            _ => *self.cx.get(address) = bytes,
        }
        Ok(())
    }

    fn allocate(&mut self, layout: Layout) -> Result<usize> {
        if layout.size == 0 {
            return Ok(layout.align);
        }
        self.cx.realloc(0, 0, layout.align as u32, layout.size)
    }

    #[inline]
    fn begin_items(&mut self, address: usize, size: usize) -> Outer {
        let start = self.items.len();
        self.items.resize(start + size, 0);
        std::mem::replace(&mut self.list, Outer { start, address })
    }

    #[inline]
    fn end_items(&mut self, outer: Outer) {
        let Outer { start, address } = std::mem::replace(&mut self.list, outer);
        let items = &self.items[start..];
        if !items.is_empty() {
            self.cx.as_slice_mut()[address..][..items.len()].copy_from_slice(items);
        }
        self.items.truncate(start);
    }

    fn lend(&mut self, bytes: &[u8], align: usize) -> Result<usize> {
        let address = self.allocate(Layout { size: bytes.len(), align })?;
        if !bytes.is_empty() {
            self.cx.as_slice_mut()[address..][..bytes.len()].copy_from_slice(bytes);
        }
        Ok(address)
    }

    fn lend_str(&mut self, string: &str) -> Result<(usize, usize)> {
        let mut lowered = MaybeUninit::uninit();
        component::Lower::linear_lower_to_flat(string, self.cx, InterfaceType::String, &mut lowered)?;
        // SAFETY: lowering succeeded, so every slot is written (`component::Lower`).
        let [pointer, len]: [ValRaw; 2] = unsafe { lowered.assume_init() };
        Ok((pointer.get_u32() as usize, len.get_u32() as usize))
    }

    fn give_resource<R: ?Sized + Resource>(&mut self, own: &Own<R>) -> Result<u32> {
        let ty = handle_type::<R>(self.schema, &self.ty, self.cx.types, false)?;
        let resources = self.resources()?;
        if R::RESOURCE.role == Role::Export {
            let (resource, give) = handle::returning(own, Some(&resources)).map_err(bad_handle::<R>)?;
            give();
            return self.lower_handle(&resource, ty);
        }
        let place = match handle::outgoing(own, &resources, true).map_err(bad_handle::<R>)? {
            Outgoing::Known(place) => place,
            Outgoing::New(value) => resources.insert(value),
        };
        let lowered = self.lower_handle(&component::Resource::<Kind<R>>::new_own(place), ty);
        if lowered.is_err() {
            drop(resources.remove(place));
        }
        lowered
    }

    fn lend_resource<R: ?Sized + Resource>(&mut self, own: &Own<R>) -> Result<u32> {
        let ty = handle_type::<R>(self.schema, &self.ty, self.cx.types, true)?;
        let resources = self.resources()?;
        if R::RESOURCE.role == Role::Export {
            let (resource, _) = handle::returning(own, Some(&resources)).map_err(bad_handle::<R>)?;
            return self.lower_handle(&resource, ty);
        }
        let place = match handle::outgoing(own, &resources, false).map_err(bad_handle::<R>)? {
            Outgoing::Known(place) => place,
            Outgoing::New(value) => resources.insert_lent(value),
        };
        self.lower_handle(&component::Resource::<Kind<R>>::new_borrow(place), ty)
    }
}

impl<S> LowerMemory<'_, '_, S> {
    fn resources(&mut self) -> Result<Arc<Resources>> {
        match (self.cx.store.data_mut() as &mut dyn Any).downcast_mut::<State>() {
            Some(state) => Ok(state.resources().clone()),
            None => bail!("a resource is lowered into a store that has none"),
        }
    }

    fn lower_handle<H: component::Lower + ComponentType<Lower = ValRaw>>(
        &mut self,
        handle: &H,
        ty: InterfaceType,
    ) -> Result<u32> {
        let mut lowered = MaybeUninit::uninit();
        handle.linear_lower_to_flat(self.cx, ty, &mut lowered)?;
        // SAFETY: lowering succeeded, so the slot is written (`component::Lower`).
        Ok(unsafe { lowered.assume_init() }.get_u32())
    }
}

#[cold]
fn bad_handle<R: ?Sized + Resource>(bad: handle::BadHandle) -> wasmtime::Error {
    wasmtime::Error::msg(format!("expected a `{}` that can be passed on, found {bad}", R::RESOURCE.name))
}

/// A component's memory, to be lifted out of.
struct LiftMemory<'c, 'a> {
    cx: &'c mut LiftContext<'a>,
    /// The type of all that is lifted, as the component and as the schema has it.
    ty: InterfaceType,
    schema: &'static Type,
    whose: Option<Arc<Whose>>,
}

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
        match self.cx.memory().get(address..).and_then(|bytes| bytes.first_chunk()) {
            Some(bytes) => Ok(*bytes),
            None => Err(self.fail(AbiError::OutOfBounds { address, len: N, memory: self.cx.memory().len() })),
        }
    }

    fn take_string(&mut self, address: usize, len: usize) -> Result<String> {
        // In every encoding a unit is one byte at least.
        let bytes = abi::range(self.cx.memory(), address, len)?;
        if let StringEncoding::Utf8 = self.cx.options().string_encoding {
            self.cx.consume_fuel(len)?;
            return match std::str::from_utf8(bytes) {
                Ok(string) => Ok(string.into()),
                Err(error) => Err(self.fail(AbiError::Utf8 { valid_up_to: error.valid_up_to() })),
            };
        }
        let lowered = [ValRaw::u32(address as u32), ValRaw::u32(len as u32)];
        component::Lift::linear_lift_from_flat(self.cx, InterfaceType::String, &lowered)
    }

    fn take_plain<T: Lift>(&mut self, _: Plain, address: usize, len: usize) -> Result<Vec<T>> {
        self.check::<T>(address, len)?;
        let bytes = abi::check_list(self.cx.memory(), address, T::LAYOUT, len)?;
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
        abi::check_list(self.cx.memory(), address, T::LAYOUT, len)?;
        // The list is in memory once, but others may refer to the same bytes: what the host allocates has a bound
        // of its own.
        self.cx.consume_fuel_array(len, size_of::<T>())
    }

    #[inline]
    fn free(&mut self, _: usize, _: Layout) {}

    fn take_resource<R: ?Sized + Resource>(&mut self, handle: u32) -> Result<Own<R>> {
        self.lift_handle(handle, false)
    }

    fn borrow_resource<R: ?Sized + Resource>(&mut self, handle: u32) -> Result<Own<R>> {
        self.lift_handle(handle, true)
    }
}

impl LiftMemory<'_, '_> {
    fn lift_handle<R: ?Sized + Resource>(&mut self, handle: u32, borrowed: bool) -> Result<Own<R>> {
        let ty = handle_type::<R>(self.schema, &self.ty, self.cx.types, borrowed)?;
        let lowered = ValRaw::u32(handle);
        let whose = self.whose.get_or_insert_default().clone();
        if R::RESOURCE.role == Role::Export {
            let resource: ResourceAny = component::Lift::linear_lift_from_flat(self.cx, ty, &lowered)?;
            return Ok(Own::from_token(Box::new(GuestToken::new(resource, whose))));
        }
        let (InterfaceType::Own(table) | InterfaceType::Borrow(table)) = ty else { bail!("expected a handle") };
        if self.cx.resource_type(table) != ResourceType::host::<Kind<R>>() {
            bail!("expected a `{}` of the host's, found another resource", R::RESOURCE.name);
        }
        let resource: component::Resource<Kind<R>> = component::Lift::linear_lift_from_flat(self.cx, ty, &lowered)?;
        Ok(Own::from_token(Box::new(HostToken::new(resource.rep(), !borrowed, whose))))
    }
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
        if const { P::TYPE.has_handle() } {
            client.check_handles(index, &params)?;
        }
        // SAFETY: the caller's.
        let result = unsafe { client.call::<Carrier<P, N>, Carrier<(), 0>>(index, Carrier::new(params)) };
        if const { P::TYPE.has_handle() } {
            client.end_lending();
        }
        match result {
            Ok(_) => Ok(()),
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
            if const { P::TYPE.has_handle() } {
                client.check_handles(index, &params).map_err(Fault::into)?;
            }
            // SAFETY: the caller's.
            let called =
                unsafe { client.call_async::<Carrier<P, N>, Carrier<(), 0>>(index, Carrier::new(params)).await };
            if const { P::TYPE.has_handle() } {
                client.end_lending();
            }
            Self::settle(called.map(|_| ()))
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
        if const { P::TYPE.has_handle() } {
            client.check_handles(index, &params)?;
        }
        // SAFETY: the caller's.
        let result = unsafe { client.call::<Carrier<P, N>, Carrier<(T,), M>>(index, Carrier::new(params)) };
        if const { P::TYPE.has_handle() } {
            client.end_lending();
        }
        match result {
            Ok(Carrier { value: (result,), whose }) => {
                if const { T::TYPE.has_handle() } {
                    client.settle(whose);
                }
                Ok(result)
            }
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
            if const { P::TYPE.has_handle() } {
                client.check_handles(index, &params).map_err(Fault::into)?;
            }
            // SAFETY: the caller's.
            let called =
                unsafe { client.call_async::<Carrier<P, N>, Carrier<(T,), M>>(index, Carrier::new(params)).await };
            if const { P::TYPE.has_handle() } {
                client.end_lending();
            }
            Self::settle(called.map(|Carrier { value: (result,), whose }| {
                client.settle(whose);
                result
            }))
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
        linker.function(index, move |provider: &mut P, args: Carrier<A, N>| {
            Carrier::<R, M>::new(function(provider, args.value))
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
        linker.forward::<I, _, _>(index, move |client: &mut Client<'_>, args: Carrier<A, N>| {
            call(client, args.value).map(Carrier::<R, M>::new)
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
