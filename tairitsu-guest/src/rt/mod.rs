//! What generated code calls on wasm32: the guest's own memory, argument passing, results that live until
//! the host has read them, and the container's state.

mod handle;

pub(crate) use handle::Handle;
pub use handle::drop_value;

use crate::abi::{AbiError, Lift, Lower, Memory, Own, Plain, Resource, Shown, Sink, Source};
use crate::schema::{Layout, MAX_FLAT_PARAMS, Role, align_to};
use std::alloc;
use std::any::TypeId;
use std::cell::{Cell, UnsafeCell};
use std::convert::Infallible;
use std::mem::MaybeUninit;

/// Runs the module's constructors before the first export does. Called by every export.
pub use wit_bindgen::rt::run_ctors_once;

/// A slot of a core signature, by its [`Core`](crate::schema::Core) type.
pub struct Slot<const CORE: u8>;

/// How a slot looks to rustc.
pub trait CoreType {
    /// The core type; `()` for a slot that is not there, which leaves no trace in the core signature.
    type Repr: CoreValue;
}

/// What is in a slot.
pub trait CoreValue: Copy {
    /// A flat value to the slot.
    fn of(bits: u64) -> Self;
    /// The slot to a flat value.
    fn bits(self) -> u64;
}

macro_rules! core_type {
    ($($code:literal $repr:ty: $bits:ident => $to:expr, $core:ident => $from:expr;)*) => {$(
        impl CoreType for Slot<$code> {
            type Repr = $repr;
        }

        impl CoreValue for $repr {
            #[inline(always)]
            fn of($bits: u64) -> $repr {
                $to
            }
            #[inline(always)]
            fn bits(self) -> u64 {
                let $core = self;
                $from
            }
        }
    )*};
}

core_type! {
    0 (): _bits => (), _core => 0;
    1 u32: bits => bits as u32, core => core.into();
    2 u64: bits => bits, core => core;
    3 f32: bits => f32::from_bits(bits as u32), core => core.to_bits().into();
    4 f64: bits => f64::from_bits(bits), core => core.to_bits();
}

/// The guest's own linear memory, to be lifted out of.
struct GuestSource;

/// No memory at all: what is one core value needs none.
struct NoMemory;

/// The guest's own linear memory, and what was allocated in it for the call at hand: a chain, so that there is no list of it
/// to be allocated as well.
pub struct GuestMemory {
    last: *mut Allocation,
}

/// What comes before the bytes of an allocation. They are aligned as strictly as the canonical ABI has it.
#[repr(C, align(8))]
struct Allocation {
    before: *mut Allocation,
    layout: alloc::Layout,
}

impl GuestMemory {
    /// A memory with nothing allocated for a call.
    const fn new() -> Self {
        Self { last: std::ptr::null_mut() }
    }

    /// Frees what was allocated.
    #[inline]
    fn clear(&mut self) {
        if !self.last.is_null() {
            self.free_all();
        }
    }

    #[inline(never)]
    fn free_all(&mut self) {
        while !self.last.is_null() {
            // SAFETY: `allocate` has put it there, and nothing else frees it.
            let Allocation { before, layout } = unsafe { self.last.read() };
            // SAFETY: `allocate` allocated it with this layout.
            unsafe { alloc::dealloc(self.last.cast(), layout) }
            self.last = before;
        }
    }
}

impl Drop for GuestMemory {
    #[inline]
    fn drop(&mut self) {
        self.clear();
    }
}

/// A layout of the schema as the allocator wants it. Alignments are 1, 2, 4 or 8, and sizes came from
/// lists that are in memory, so it is always valid.
fn layout_of(layout: Layout) -> alloc::Layout {
    match alloc::Layout::from_size_align(layout.size, layout.align) {
        Ok(layout) => layout,
        Err(_) => trap(),
    }
}

#[cold]
fn trap() -> ! {
    std::arch::wasm32::unreachable()
}

macro_rules! memory {
    ($($ty:ident)*) => {$(
        impl Memory for $ty {
            type Error = Infallible;

            /// The host has checked it before.
            #[cold]
            fn fail(&self, _: AbiError) -> Infallible {
                trap()
            }

            /// This goes wrong in a guest that is well, too: the panic says why.
            #[cold]
            fn reject(&self, error: AbiError) -> Infallible {
                panic!("{error}")
            }
        }
    )*};
}

memory!(GuestSource GuestMemory NoMemory);

impl Sink for NoMemory {
    fn write<const N: usize>(&mut self, _: usize, _: [u8; N]) -> Result<(), Infallible> {
        trap()
    }

    fn allocate(&mut self, _: Layout) -> Result<usize, Infallible> {
        trap()
    }

    fn lend(&mut self, _: &[u8], _: usize) -> Result<usize, Infallible> {
        trap()
    }

    fn lend_str(&mut self, _: &str) -> Result<(usize, usize), Infallible> {
        trap()
    }

    fn give_resource<R: ?Sized + Resource>(&mut self, own: &Own<R>) -> Result<u32, Infallible> {
        Ok(handle::give(own))
    }

    fn lend_resource<R: ?Sized + Resource>(&mut self, own: &Own<R>) -> Result<u32, Infallible> {
        Ok(handle::lend(own))
    }
}

impl Sink for GuestMemory {
    #[inline(always)]
    fn write<const N: usize>(&mut self, address: usize, bytes: [u8; N]) -> Result<(), Infallible> {
        // SAFETY: lowering writes only to what it allocated for the value.
        unsafe { std::ptr::write_unaligned(address as *mut [u8; N], bytes) };
        Ok(())
    }

    fn allocate(&mut self, layout: Layout) -> Result<usize, Infallible> {
        if layout.size == 0 {
            return Ok(layout.align);
        }
        let size = layout.size.saturating_add(size_of::<Allocation>());
        let layout = layout_of(Layout { size, align: align_of::<Allocation>() });
        // SAFETY: the size is not zero.
        let allocation = unsafe { alloc::alloc(layout) }.cast::<Allocation>();
        if allocation.is_null() {
            alloc::handle_alloc_error(layout);
        }
        // SAFETY: it was just allocated, with room for this in front.
        unsafe { allocation.write(Allocation { before: self.last, layout }) };
        self.last = allocation;
        Ok(allocation.expose_provenance() + size_of::<Allocation>())
    }

    #[inline]
    fn lend(&mut self, bytes: &[u8], _: usize) -> Result<usize, Infallible> {
        Ok(bytes.as_ptr().expose_provenance())
    }

    #[inline]
    fn lend_str(&mut self, string: &str) -> Result<(usize, usize), Infallible> {
        Ok((string.as_ptr().expose_provenance(), string.len()))
    }

    fn copy(&mut self, bytes: &[u8], align: usize) -> Result<usize, Infallible> {
        let address = self.allocate(Layout { size: bytes.len(), align })?;
        // SAFETY: the address was just allocated for that many bytes.
        unsafe { std::ptr::copy_nonoverlapping(bytes.as_ptr(), address as *mut u8, bytes.len()) };
        Ok(address)
    }

    fn copy_str(&mut self, string: &str) -> Result<(usize, usize), Infallible> {
        Ok((self.copy(string.as_bytes(), 1)?, string.len()))
    }

    fn give_resource<R: ?Sized + Resource>(&mut self, own: &Own<R>) -> Result<u32, Infallible> {
        Ok(handle::give(own))
    }

    fn lend_resource<R: ?Sized + Resource>(&mut self, own: &Own<R>) -> Result<u32, Infallible> {
        Ok(handle::lend(own))
    }
}

/// Where there is room for the strings and lists that a host of ours passes in one call, in place of memory from `cabi_realloc`. It
/// finds the address of this as a core global of this name, says here what room it has made with `cabi_realloc`, and fills it from its
/// start in each call. What comes from there is not freed.
#[unsafe(export_name = "tairitsu:arena")]
pub static ARENA: Arena = Arena { place: Cell::new(0), size: Cell::new(0) };

/// See [`ARENA`].
#[repr(C)]
pub struct Arena {
    /// The address. It changes only while nothing is there, with the first string or list that comes in a call.
    place: Cell<usize>,
    /// In bytes.
    size: Cell<usize>,
}

// SAFETY: a component has one thread, and the host writes it while the guest does not run.
unsafe impl Sync for Arena {}

impl Arena {
    #[inline(always)]
    fn has(&self, address: usize) -> bool {
        address.wrapping_sub(self.place.get()) < self.size.get()
    }

    /// The plain items there, of the argument that is being lifted. They stay as they are until the call is over: in one call
    /// the host puts nothing where it has put something.
    #[inline(always)]
    fn show<T>(&self, address: usize, len: usize) -> Option<&'static [T]> {
        // SAFETY: the host has put `len` items here, which are plain, and aligned. What is made of this is only borrowed, for no
        // longer than the call.
        (len > 0 && self.has(address)).then(|| unsafe { std::slice::from_raw_parts(address as *const T, len) })
    }
}

/// The host keeps to the canonical ABI: addresses that it hands over were allocated by `cabi_realloc` with
/// the layout of the type, or are in [`ARENA`], and the values in them are valid, because the runtime lowers them itself.
/// That is what each `SAFETY` below rests on.
impl Source for GuestSource {
    #[inline(always)]
    fn read<const N: usize>(&self, address: usize) -> Result<[u8; N], Infallible> {
        // SAFETY: the address came from the host, for a value that these bytes belong to.
        Ok(unsafe { std::ptr::read_unaligned(address as *const [u8; N]) })
    }

    #[inline]
    fn take_string(&mut self, address: usize, len: usize) -> Result<String, Infallible> {
        let bytes = take(address, len);
        // SAFETY: the runtime checks that a string is UTF-8 before it lowers it.
        Ok(unsafe { String::from_utf8_unchecked(bytes) })
    }

    #[inline]
    fn take_plain<T: Lift>(&mut self, _: Plain, address: usize, len: usize) -> Result<Vec<T>, Infallible> {
        Ok(take(address, len))
    }

    #[inline]
    fn show_string(&mut self, address: usize, len: usize) -> Result<Shown<str, String>, Infallible> {
        match ARENA.show(address, len) {
            // SAFETY: the runtime checks that a string is UTF-8 before it lowers it.
            Some(bytes) => Ok(Shown::There(unsafe { std::str::from_utf8_unchecked(bytes) })),
            None => self.take_string(address, len).map(Shown::Own),
        }
    }

    #[inline]
    fn show_plain<T: Lift>(
        &mut self,
        plain: Plain,
        address: usize,
        len: usize,
    ) -> Result<Shown<[T], Vec<T>>, Infallible> {
        match ARENA.show(address, len) {
            Some(items) => Ok(Shown::There(items)),
            None => self.take_plain(plain, address, len).map(Shown::Own),
        }
    }

    #[inline]
    fn check<T: Lift>(&mut self, _: usize, _: usize) -> Result<(), Infallible> {
        Ok(())
    }

    #[inline]
    fn free(&mut self, address: usize, layout: Layout) {
        if layout.size > 0 && !ARENA.has(address) {
            // SAFETY: the host allocated it through `cabi_realloc` with this layout and has handed it over.
            unsafe { alloc::dealloc(address as *mut u8, layout_of(layout)) }
        }
    }

    fn take_resource<R: ?Sized + Resource>(&mut self, handle: u32) -> Result<Own<R>, Infallible> {
        Ok(match R::RESOURCE.role {
            Role::Export => {
                let own = handle::value_at(R::address(handle));
                // The handle goes, and what it had of the value.
                R::drop_handle(handle);
                own
            }
            Role::Import => handle::of(handle),
        })
    }

    fn borrow_resource<R: ?Sized + Resource>(&mut self, handle: u32) -> Result<Own<R>, Infallible> {
        Ok(match R::RESOURCE.role {
            // A component is lent its own resources as what they are to it.
            Role::Export => handle::value_at(handle as usize),
            Role::Import => handle::of(handle),
        })
    }
}

/// Takes what the host allocated for `len` items that are their own lowered form. Once for each type of them: it is larger than
/// a call of it.
#[inline(never)]
fn take<T>(address: usize, len: usize) -> Vec<T> {
    if len == 0 {
        // The address of an empty list was not allocated.
        return Vec::new();
    }
    if ARENA.has(address) {
        let mut items = Vec::with_capacity(len);
        // SAFETY: the host has put `len` items here, which are plain, and the vector has room for them.
        unsafe {
            std::ptr::copy_nonoverlapping(address as *const T, items.as_mut_ptr(), len);
            items.set_len(len);
        }
        return items;
    }
    // SAFETY: the host allocated it through `cabi_realloc`, which is the global allocator, with the layout
    // of `[T; len]`, filled it, and has handed it over.
    unsafe { Vec::from_raw_parts(address as *mut T, len, len) }
}

/// [`take`] of bytes, which is compiled here and for no other crate: a crate that had it would be linked wherever a string is lifted, and
/// the `component-type` sections of its imports with it.
pub fn take_bytes(address: usize, len: usize) -> Vec<u8> {
    take(address, len)
}

/// The arguments of a call that came in, lifted one by one. `INDIRECT` says that they came through memory: it is a
/// constant, so that each is compiled for one way only.
pub struct Args<'s, const INDIRECT: bool> {
    flat: &'s [u64; MAX_FLAT_PARAMS],
    at: usize,
}

impl<'s, const INDIRECT: bool> Args<'s, INDIRECT> {
    /// Arguments in these slots.
    #[inline(always)]
    pub fn new(flat: &'s [u64; MAX_FLAT_PARAMS]) -> Self {
        Self { flat, at: 0 }
    }

    /// Lifts the next one.
    #[inline(always)]
    pub fn take<T: Lift>(&mut self) -> T {
        let memory = &mut GuestSource;
        if const { INDIRECT } {
            let at = align_to(self.at, T::LAYOUT.align);
            self.at = at + T::LAYOUT.size;
            let Ok(value) = T::load(memory, self.flat[0] as usize + at);
            value
        } else {
            let at = self.at;
            self.at += T::FLAT;
            let Ok(value) = T::lift(memory, &self.flat[at..]);
            value
        }
    }

    /// Frees the memory that the arguments came in, after the last one is lifted.
    #[inline(always)]
    pub fn finish(self, layout: Layout) {
        if const { INDIRECT } {
            GuestSource.free(self.flat[0] as usize, layout);
        }
    }
}

/// Bytes in memory with the strictest alignment that the canonical ABI has.
#[repr(C, align(8))]
pub struct Area<const SIZE: usize>([u8; SIZE]);

/// Where a function's result lives from its return until the host has read it: the host reads the strings
/// and lists of the result where they are, and post-return drops them.
pub struct Return<T, const SIZE: usize>(UnsafeCell<Returned<T, SIZE>>);

struct Returned<T, const SIZE: usize> {
    /// There from the function's return to post-return, which the host calls once after it.
    value: MaybeUninit<T>,
    memory: GuestMemory,
    area: Area<SIZE>,
}

// SAFETY: a component has one thread, and the canonical ABI lets no call in before post-return.
unsafe impl<T, const SIZE: usize> Sync for Return<T, SIZE> {}

impl<T, const SIZE: usize> Return<T, SIZE> {
    /// A place with nothing in it.
    #[expect(clippy::new_without_default, reason = "only ever a static's initial value")]
    pub const fn new() -> Self {
        Self(UnsafeCell::new(Returned {
            value: MaybeUninit::uninit(),
            memory: GuestMemory::new(),
            area: Area([0; SIZE]),
        }))
    }

    /// Keeps `value`, lowers it, and returns the address of what was lowered.
    #[inline]
    pub fn put(&self, value: T) -> u64
    where
        T: Lower,
    {
        // SAFETY: no other reference is alive: exports do not overlap, and neither `put` nor `clear` calls
        // code that could come back here (lowering runs no code of the user's).
        let returned = unsafe { &mut *self.0.get() };
        let value = returned.value.write(value);
        let address = returned.area.0.as_mut_ptr().expose_provenance();
        let Ok(()) = value.store(&mut returned.memory, address);
        address as u64
    }

    /// Drops the value and what it was lowered into: the post-return function.
    ///
    /// # Safety
    /// - It is called by post-return: once after each [`Return::put`], which the canonical ABI sees to.
    #[inline]
    pub unsafe fn clear(&self) {
        // SAFETY: as in `put`, which has written the value, says the caller. It is moved out first, so that its destructor,
        // which is the user's, runs when the reference is gone.
        drop(unsafe { (*self.0.get()).value.assume_init_read() });
        // SAFETY: as in `put`.
        unsafe { (*self.0.get()).memory.clear() }
    }
}

/// Lowers a result that is one core value or none.
#[inline(always)]
pub fn lower_flat<T: Lower>(value: &T) -> u64 {
    let mut flat = [0];
    let Ok(()) = value.lower(&mut NoMemory, &mut flat);
    flat[0]
}

/// A call that goes out: its arguments, lowered one by one, and its result.
pub struct Call<const PARAMS: usize, const RESULT: usize> {
    /// The core arguments.
    pub flat: [u64; MAX_FLAT_PARAMS + 1],
    at: usize,
    memory: GuestMemory,
    params: Area<PARAMS>,
    result: Area<RESULT>,
}

impl<const PARAMS: usize, const RESULT: usize> Call<PARAMS, RESULT> {
    /// A call without arguments so far. `PARAMS` and `RESULT` are the sizes of what goes through memory, in
    /// bytes, or 0.
    #[inline(always)]
    #[expect(clippy::new_without_default, reason = "generated code is the only caller")]
    pub fn new() -> Self {
        Self {
            flat: [0; MAX_FLAT_PARAMS + 1],
            at: 0,
            memory: GuestMemory::new(),
            params: Area([0; PARAMS]),
            result: Area([0; RESULT]),
        }
    }

    /// Lowers the next argument.
    #[inline(always)]
    pub fn arg<T: Lower + ?Sized>(&mut self, value: &T) {
        if const { PARAMS > 0 } {
            let at = align_to(self.at, T::LAYOUT.align);
            self.at = at + T::LAYOUT.size;
            let address = self.params.0.as_mut_ptr().expose_provenance() + at;
            let Ok(()) = value.store(&mut self.memory, address);
        } else {
            let Ok(()) = value.lower(&mut self.memory, &mut self.flat[self.at..]);
            self.at += T::FLAT;
        }
    }

    /// Adds the pointers to what goes through memory, after the last argument.
    #[inline(always)]
    pub fn ready(&mut self) {
        if const { PARAMS > 0 } {
            self.flat[0] = self.params.0.as_mut_ptr().expose_provenance() as u64;
            self.at = 1;
        }
        if const { RESULT > 0 } {
            self.flat[self.at] = self.result.0.as_mut_ptr().expose_provenance() as u64;
        }
    }

    /// Lifts the result, of which `flat` is the core value where it came back as one.
    #[inline(always)]
    pub fn result<T: Lift>(&mut self, flat: u64) -> T {
        if const { RESULT > 0 } {
            let address = self.result.0.as_mut_ptr().expose_provenance();
            let Ok(value) = T::load(&mut GuestSource, address);
            value
        } else {
            let Ok(value) = T::lift(&mut GuestSource, &[flat]);
            value
        }
    }
}

/// The way from one interface's exports to the state of the guest type `T`, and room for it: a guest allocates nothing to
/// have a state.
pub struct State<T> {
    /// The state, once it is looked up.
    found: Cell<*mut T>,
    node: Node,
    /// The state itself, in the first of the type's interfaces that needed it.
    room: UnsafeCell<MaybeUninit<T>>,
}

/// A state that was made, among all of the component.
struct Node {
    id: Cell<Option<TypeId>>,
    state: Cell<*mut ()>,
    next: Cell<Option<&'static Node>>,
}

/// The last one that was made.
struct Last(Cell<Option<&'static Node>>);

// SAFETY: a component has one thread.
unsafe impl Sync for Last {}

static LAST: Last = Last(Cell::new(None));

// SAFETY: a component has one thread.
unsafe impl<T> Sync for State<T> {}

impl<T> State<T> {
    /// Not looked up so far.
    #[expect(clippy::new_without_default, reason = "only ever a static's initial value")]
    pub const fn new() -> Self {
        let node = Node { id: Cell::new(None), state: Cell::new(std::ptr::null_mut()), next: Cell::new(None) };
        Self { found: Cell::new(std::ptr::null_mut()), node, room: UnsafeCell::new(MaybeUninit::uninit()) }
    }
}

impl<T: Default + 'static> State<T> {
    /// The state. It is made when an export of the component needs it for the first time, by a direct call: an indirect
    /// one has the host fill the guest's table, which costs a page of memory for each instance.
    ///
    /// # Safety
    /// - It is called by an export, once, and the reference is not kept past the export's end: the canonical ABI
    ///   lets no other export in before that, so there is one reference at a time.
    #[inline(always)]
    #[expect(clippy::mut_from_ref, reason = "the caller sees to it that there is one reference at a time")]
    pub unsafe fn get(&'static self) -> &'static mut T {
        if self.found.get().is_null() {
            self.find();
        }
        // SAFETY: `find` made it and it is never dropped; the caller sees to it that it is the only reference.
        unsafe { &mut *self.found.get() }
    }

    /// Several interfaces of one guest type share one state.
    #[cold]
    #[inline(never)]
    fn find(&'static self) {
        let id = TypeId::of::<T>();
        let state = known(id).unwrap_or_else(|| {
            let value = T::default();
            // SAFETY: nobody has a reference to the room: `found` is null, and it is no other state's.
            let state = unsafe { (*self.room.get()).write(value) };
            self.node.keep(id, std::ptr::from_mut(state).cast())
        });
        self.found.set(state.cast());
    }
}

fn known(id: TypeId) -> Option<*mut ()> {
    let mut next = LAST.0.get();
    while let Some(node) = next {
        if node.id.get() == Some(id) {
            return Some(node.state.get());
        }
        next = node.next.get();
    }
    None
}

impl Node {
    fn keep(&'static self, id: TypeId, state: *mut ()) -> *mut () {
        self.id.set(Some(id));
        self.state.set(state);
        self.next.set(LAST.0.replace(Some(self)));
        state
    }
}
