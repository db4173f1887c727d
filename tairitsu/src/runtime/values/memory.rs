//! A component's linear memory. Values are lowered into it, and lifted out of it.
//!
//! Strings that are lowered in other encodings than UTF-8 go through wasmtime's own functions, and so do long ones. If a
//! guest makes the host allocate, the store's hostcall fuel pays for the bytes, as it does in wasmtime.

use crate::runtime::base::bad_handle::BadHandle;
use crate::runtime::base::cause::Cause;
use crate::runtime::store::resources::{self, GuestToken, HostToken, Kind, Outgoing, Resources, Whose};
use crate::runtime::store::state::State;
use crate::runtime::store::time;
use crate::runtime::values::handles::is_handle_of;
use std::any::Any;
use std::mem::MaybeUninit;
use std::sync::Arc;
use tairitsu_guest::abi::{self, AbiError, Lift, Memory, Outer, Own, Plain, Resource, Shape, Sink, Source};
use tairitsu_guest::schema::{self, Layout, Role, Type};
use wasmtime::component::__internal::wasmtime_environ::component::{RuntimeMemoryIndex, StringEncoding};
use wasmtime::component::__internal::{ComponentTypes, InterfaceType, LiftContext, LowerContext};
use wasmtime::component::{self, ComponentType, ResourceAny, ResourceType};
use wasmtime::{Result, ValRaw, bail};

/// Up to this many bytes, copying a string or a list takes less time than a call of the guest's allocator.
const WORTH_A_COPY: usize = 512;

/// The strictest alignment in the canonical ABI.
const ROOM_ALIGN: u32 = 8;

/// Lifting or lowering many items takes long. After so many of them, the host looks whether the call may go on.
const LOOK_AFTER: usize = 4096;

/// The items that were lifted or lowered since the host looked whether the call may go on.
#[derive(Default)]
struct Pace(usize);

impl Pace {
    #[inline]
    fn count(&mut self, items: usize) -> Result<()> {
        self.0 += items;
        if self.0 < LOOK_AFTER { Ok(()) } else { self.look() }
    }

    /// The same for bytes that are looked at one by one, or copied: 16 of them take no longer than an item.
    #[inline]
    fn count_bytes(&mut self, bytes: usize) -> Result<()> {
        self.count(bytes / 16)
    }

    #[cold]
    fn look(&mut self) -> Result<()> {
        self.0 = 0;
        Ok(time::current_may_go_on()?)
    }
}

/// A component's memory, to lower into.
///
/// Finding the memory takes longer than writing to it, and the memory moves when the component allocates. So the items
/// of a list are kept here until the list is complete.
pub(crate) struct LowerMemory<'c, 'a, S: 'static> {
    cx: &'c mut LowerContext<'a, S>,
    /// The items of the current list, from `list.start` on. The items of the lists around it come before.
    items: Vec<u8>,
    list: Outer,
    /// Which of the component's memories this is, once it was asked for.
    memory: Option<Option<RuntimeMemoryIndex>>,
    /// The type of everything that is lowered, as the component declares it and as the schema declares it.
    ty: InterfaceType,
    schema: &'static Type,
    pace: Pace,
}

impl<'c, 'a, S> LowerMemory<'c, 'a, S> {
    #[inline]
    pub(crate) fn new(cx: &'c mut LowerContext<'a, S>, ty: InterfaceType, schema: &'static Type) -> Self {
        Self { cx, items: Vec::new(), list: Outer::default(), memory: None, ty, schema, pace: Pace::default() }
    }
}

impl<S> Memory for LowerMemory<'_, '_, S> {
    type Error = wasmtime::Error;

    #[cold]
    fn fail(&self, error: AbiError) -> wasmtime::Error {
        wasmtime::Error::new(error)
    }

    #[inline]
    fn pace(&mut self, items: usize) -> Result<()> {
        self.pace.count(items)
    }
}

impl<S> Sink for LowerMemory<'_, '_, S> {
    #[inline]
    fn write<const N: usize>(&mut self, address: usize, bytes: [u8; N]) -> Result<()> {
        let at = address.wrapping_sub(self.list.address).wrapping_add(self.list.start);
        match self.items.get_mut(at..).and_then(<[u8]>::first_chunk_mut) {
            Some(item) if at >= self.list.start => *item = bytes,
            _ => self.copy(address, &bytes)?,
        }
        Ok(())
    }

    fn allocate(&mut self, layout: Layout) -> Result<usize> {
        if layout.size == 0 {
            return Ok(layout.align);
        }
        match self.room(layout)? {
            Some(address) => Ok(address),
            None => self.cx.realloc(0, 0, layout.align as u32, layout.size),
        }
    }

    #[inline]
    fn begin_items(&mut self, address: usize, size: usize) -> Outer {
        let start = self.items.len();
        // The zeros of fresh memory cost nothing.
        match self.items.capacity() {
            0 => self.items = vec![0; size],
            _ => self.items.resize(start + size, 0),
        }
        std::mem::replace(&mut self.list, Outer { start, address })
    }

    #[inline]
    fn end_items(&mut self, outer: Outer) -> Result<()> {
        let Outer { start, address } = std::mem::replace(&mut self.list, outer);
        let items = &self.items[start..];
        if !items.is_empty() {
            copy(self.cx.as_slice_mut(), address, items)?;
        }
        self.items.truncate(start);
        Ok(())
    }

    fn lend(&mut self, bytes: &[u8], align: usize) -> Result<usize> {
        let layout = Layout { size: bytes.len(), align };
        // The guest has to copy bytes out of its arena. Bytes that were allocated for the guest, it can keep.
        let address = match bytes.len() <= WORTH_A_COPY {
            true => self.allocate(layout)?,
            false => self.cx.realloc(0, 0, align as u32, bytes.len())?,
        };
        if !bytes.is_empty() {
            self.copy(address, bytes)?;
        }
        Ok(address)
    }

    fn lend_str(&mut self, string: &str) -> Result<(usize, usize)> {
        if string.len() <= WORTH_A_COPY && matches!(self.cx.options().string_encoding, StringEncoding::Utf8) {
            return Ok((self.lend(string.as_bytes(), 1)?, string.len()));
        }
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
            let (resource, give) = resources::returning(own, Some(&resources)).map_err(bad_handle::<R>)?;
            give();
            return self.lower_handle(&resource, ty);
        }
        let place = match resources::outgoing(own, &resources, true).map_err(bad_handle::<R>)? {
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
            let (resource, _) = resources::returning(own, Some(&resources)).map_err(bad_handle::<R>)?;
            return self.lower_handle(&resource, ty);
        }
        let place = match resources::outgoing(own, &resources, false).map_err(bad_handle::<R>)? {
            Outgoing::Known(place) => place,
            Outgoing::New(value) => resources.insert_lent(value),
        };
        self.lower_handle(&component::Resource::<Kind<R>>::new_borrow(place), ty)
    }
}

impl<S> LowerMemory<'_, '_, S> {
    /// Copies bytes to an address. The addresses are those that the guest's allocator has returned.
    #[inline]
    fn copy(&mut self, address: usize, bytes: &[u8]) -> Result<()> {
        copy(self.cx.as_slice_mut(), address, bytes)
    }

    /// Takes memory from the arena that the guest has for arguments. That arena is in one memory of the component, and this
    /// may be another.
    #[inline]
    fn room(&mut self, layout: Layout) -> Result<Option<usize>> {
        let memory = *self.memory.get_or_insert_with(|| self.cx.options().memory());
        let Some(state) = self.state() else { return Ok(None) };
        match state.room.take(memory, layout) {
            Some(address) => Ok(Some(address)),
            None => self.larger_room(memory, layout),
        }
    }

    #[cold]
    fn larger_room(&mut self, memory: Option<RuntimeMemoryIndex>, layout: Layout) -> Result<Option<usize>> {
        let Some(state) = self.state() else { return Ok(None) };
        let Some(larger) = state.room.miss(memory, layout) else { return Ok(None) };
        let quota = state.quota.left();
        if !larger.fits(self.cx.as_slice_mut(), quota) {
            if let Some(state) = self.state() {
                state.room.keep();
            }
            return Ok(None);
        }
        let address = self.cx.realloc(larger.old.start, larger.old.len(), ROOM_ALIGN, larger.size)?;
        larger.say(self.cx.as_slice_mut(), address);
        let Some(state) = self.state() else { return Ok(None) };
        state.room.set(memory, &larger, address);
        Ok(state.room.take(memory, layout))
    }

    #[inline]
    fn state(&mut self) -> Option<&mut State> {
        (self.cx.store.data_mut() as &mut dyn Any).downcast_mut()
    }

    pub(crate) fn types(&self) -> &ComponentTypes {
        self.cx.types
    }

    pub(crate) fn resources(&mut self) -> Result<Arc<Resources>> {
        match self.state() {
            Some(state) => Ok(state.resources().clone()),
            None => bail!("a resource is lowered into a store that has none"),
        }
    }

    pub(crate) fn lower_handle<H: component::Lower + ComponentType<Lower = ValRaw>>(
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

/// Copies bytes to an address of a memory.
#[inline]
fn copy(memory: &mut [u8], address: usize, bytes: &[u8]) -> Result<()> {
    let len = memory.len();
    match memory.get_mut(address..).and_then(|memory| memory.get_mut(..bytes.len())) {
        Some(place) => {
            place.copy_from_slice(bytes);
            Ok(())
        }
        None => Err(out_of_bounds(address, bytes.len(), len)),
    }
}

#[cold]
fn out_of_bounds(address: usize, len: usize, memory: usize) -> wasmtime::Error {
    wasmtime::Error::new(AbiError::OutOfBounds { address, len, memory })
}

#[cold]
fn bad_handle<R: ?Sized + Resource>(bad: BadHandle) -> wasmtime::Error {
    wasmtime::Error::msg(format!("expected a `{}` that can be passed on, found {bad}", R::RESOURCE.name))
}

/// A component's memory, to lift out of.
pub struct LiftMemory<'c, 'a> {
    cx: &'c mut LiftContext<'a>,
    /// The type of everything that is lifted, as the component declares it and as the schema declares it.
    ty: InterfaceType,
    schema: &'static Type,
    pace: Pace,
    /// The store of the handles that were lifted so far. `None` if there were no handles.
    pub(crate) whose: Option<Arc<Whose>>,
}

impl<'c, 'a> LiftMemory<'c, 'a> {
    #[inline]
    pub(crate) fn new(cx: &'c mut LiftContext<'a>, ty: InterfaceType, schema: &'static Type) -> Self {
        Self { cx, ty, schema, pace: Pace::default(), whose: None }
    }

    pub(crate) fn bytes(&self) -> &'a [u8] {
        self.cx.memory()
    }

    pub(crate) fn types(&self) -> &ComponentTypes {
        self.cx.types
    }

    /// Takes a handle to any resource, of the guest's or of the host's.
    pub(crate) fn lift_any(&mut self, handle: u32, ty: InterfaceType) -> Result<(ResourceAny, Arc<Whose>)> {
        let whose = self.whose.get_or_insert_default().clone();
        let resource = component::Lift::linear_lift_from_flat(self.cx, ty, &ValRaw::u32(handle))?;
        Ok((resource, whose))
    }

    /// Checks that a list of `len` items lies inside the memory, and pays for the items. The host needs `host` bytes for
    /// each.
    #[inline]
    pub(crate) fn check_list(&mut self, address: usize, len: usize, layout: Layout, host: usize) -> Result<()> {
        abi::check_list(self.cx.memory(), address, layout, len)?;
        // The list is in memory once, but other lists may refer to the same bytes. So the bytes that the host allocates
        // have a limit of their own.
        // An item costs what the host allocates for it, and no less than its size in the guest. An item of no size costs one:
        // the host makes it, too.
        Ok(self.cx.consume_fuel_array(len, host.max(layout.size).max(1)).map_err(|_| Cause::HostBytes)?)
    }

    /// Whether the component's strings are UTF-8.
    pub(crate) fn is_utf8(&self) -> bool {
        matches!(self.encoding(), StringEncoding::Utf8)
    }

    pub(super) fn encoding(&self) -> StringEncoding {
        self.cx.options().string_encoding
    }

    /// Pays for bytes that the host is about to allocate.
    pub(super) fn consume(&mut self, bytes: usize) -> Result<()> {
        Ok(self.cx.consume_fuel(bytes).map_err(|_| Cause::HostBytes)?)
    }

    #[inline]
    pub(super) fn take_utf8(&mut self, address: usize, len: usize) -> Result<String> {
        let bytes = abi::range(self.cx.memory(), address, len)?;
        self.cx.consume_fuel(len).map_err(|_| Cause::HostBytes)?;
        self.pace.count_bytes(len)?;
        match std::str::from_utf8(bytes) {
            Ok(string) => Ok(string.into()),
            Err(error) => Err(self.fail(AbiError::Utf8 { valid_up_to: error.valid_up_to() })),
        }
    }
}

impl Memory for LiftMemory<'_, '_> {
    type Error = wasmtime::Error;

    #[cold]
    fn fail(&self, error: AbiError) -> wasmtime::Error {
        wasmtime::Error::new(error)
    }

    #[inline]
    fn pace(&mut self, items: usize) -> Result<()> {
        self.pace.count(items)
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
        if self.is_utf8() { self.take_utf8(address, len) } else { self.take_encoded(address, len) }
    }

    fn take_plain<T: Lift>(&mut self, _: Plain<T>, address: usize, len: usize) -> Result<Vec<T>> {
        self.check::<T>(address, len)?;
        let bytes = abi::check_list(self.cx.memory(), address, T::LAYOUT, len)?;
        self.pace.count_bytes(bytes.len())?;
        let mut items = Vec::<T>::with_capacity(len);
        // SAFETY: `Plain` says that `T` has the size of its canonical layout, and that every bit pattern is a `T`.
        // `bytes` was measured by that layout. The vector has room for `len` items.
        unsafe {
            std::ptr::copy_nonoverlapping(bytes.as_ptr(), items.as_mut_ptr().cast::<u8>(), bytes.len());
            items.set_len(len);
        }
        Ok(items)
    }

    fn check<T: Shape>(&mut self, address: usize, len: usize) -> Result<()> {
        self.check_list(address, len, T::LAYOUT, size_of::<T>())
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
            return Ok(Own::from_token(Arc::new(GuestToken::new(resource, whose))));
        }
        let (InterfaceType::Own(table) | InterfaceType::Borrow(table)) = ty else { bail!("expected a handle") };
        if self.cx.resource_type(table) != ResourceType::host::<Kind<R>>() {
            bail!("expected a `{}` of the host's, found another resource", R::RESOURCE.name);
        }
        let resource: component::Resource<Kind<R>> = component::Lift::linear_lift_from_flat(self.cx, ty, &lowered)?;
        Ok(Own::from_token(Arc::new(HostToken::new(resource.rep(), !borrowed, whose))))
    }
}

/// Finds the component's type of a handle to the resource. It is searched in `found`, whose schema is `expected`.
/// Within one function, a resource has one type.
fn find_handle(
    expected: &Type,
    found: &InterfaceType,
    all: &ComponentTypes,
    resource: &schema::Resource,
) -> Option<InterfaceType> {
    if !expected.has_handle() {
        return None;
    }
    let find = |expected: &Type, found: &InterfaceType| find_handle(expected, found, all, resource);
    let payload = |expected: &Type, found: &Option<InterfaceType>| find(expected, found.as_ref()?);
    match (expected, found) {
        (Type::Own(_), InterfaceType::Own(ty)) | (Type::Borrow(_), InterfaceType::Borrow(ty)) => {
            is_handle_of(expected, resource).then_some(InterfaceType::Own(*ty))
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

/// Finds the same type, as `own` or as `borrow`. Fails if the component has other types. Such a component should not
/// have been linked.
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
