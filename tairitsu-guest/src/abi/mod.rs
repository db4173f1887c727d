//! Lift and lower, written once over a [`Memory`].
//!
//! A guest lifts and lowers in its own address space (`rt` has that memory);
//! natively the same code runs over a buffer of bytes with every access checked, which is how it is held
//! against other implementations of the canonical ABI.
//!
//! A flat value is a slice of `u64`, one for each core value: an `i32` or `f32` is zero-extended, an `f64` is
//! its bits. In that form the canonical ABI's joined slots need no conversion of their own.
//!
//! Source: the canonical ABI
//! (<https://github.com/WebAssembly/component-model/blob/main/design/mvp/CanonicalABI.md>).

mod buffer;
mod by_way;
mod foreign;
mod handle;
mod impls;
mod shown;
mod std_types;

pub use buffer::{AbiError, Buffer, check_list, range};
pub use by_way::{Made, adapt_from, adapt_to};
#[cfg(target_family = "wasm")]
pub(crate) use handle::Held;
#[cfg(not(target_family = "wasm"))]
pub use handle::Token;
pub use handle::{Lent, Own, Resource};
pub use impls::load_pair;
pub use shown::Shown;

use crate::schema::{Layout, Type};

/// A type that crosses the component boundary.
///
/// `#[tairitsu::wit]` implements it for structs and enums.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot cross the component boundary",
    label = "not a WIT type",
    note = "put `#[tairitsu::wit]` on the definition of `{Self}`, or use a type that WIT has: \
            numbers, `bool`, `char`, `String`, `Vec`, `Option`, `Result`, tuples, and \
            the others in the chapter \"Types\" of the book"
)]
pub trait WitType {
    /// The type as WIT says it.
    const TYPE: Type;

    /// What a caller gets of a function that returns this type: `T` for `Result<T, E>`, and the type itself for
    /// every other.
    type Ok;

    /// The function's own error: `E` for `Result<T, E>`, and none for every other.
    type Err;

    /// Tells the two apart.
    fn into_result(self) -> Result<Self::Ok, Self::Err>
    where
        Self: Sized;

    /// Whether it is the function's own error.
    #[inline]
    fn is_own_error(&self) -> bool {
        false
    }

    /// Size and alignment in linear memory, in bytes.
    const LAYOUT: Layout = Self::TYPE.layout();

    /// How many core values one value becomes; 17 stands for more than 16.
    const FLAT: usize = Self::TYPE.flat().len();
}

/// What a parameter declared as a reference to this type is lifted as: `String` for `str` and `Vec<T>` for `[T]`, or in a guest a
/// [`Shown`] one, and [`Lent`] of the type itself for all that is sized.
pub trait Borrowed {
    /// The owned type.
    type Owned;
}

#[cfg(not(target_family = "wasm"))]
impl Borrowed for str {
    type Owned = String;
}

#[cfg(not(target_family = "wasm"))]
impl<T> Borrowed for [T] {
    type Owned = Vec<T>;
}

#[cfg(target_family = "wasm")]
impl Borrowed for str {
    type Owned = Shown<str, String>;
}

#[cfg(target_family = "wasm")]
impl<T: 'static> Borrowed for [T] {
    type Owned = Shown<[T], Vec<T>>;
}

impl<T> Borrowed for T {
    type Owned = Lent<T>;
}

/// A type whose values go out: Rust to canonical ABI. Lowering borrows; nothing is moved or copied that
/// the other side can read where it is.
pub trait Lower: WitType {
    /// Lowers to flat values. `out` is all zero on entry and at least [`WitType::FLAT`] long.
    fn lower<M: Sink>(&self, memory: &mut M, out: &mut [u64]) -> Result<(), M::Error>;

    /// Lowers to memory at `address`, which is aligned for the type.
    fn store<M: Sink>(&self, memory: &mut M, address: usize) -> Result<(), M::Error>;

    /// [`Lower::lower`] of a value that is passed by reference, which makes a difference to a resource.
    #[inline]
    fn lower_lent<M: Sink>(&self, memory: &mut M, out: &mut [u64]) -> Result<(), M::Error> {
        self.lower(memory, out)
    }

    /// [`Lower::store`] of a value that is passed by reference.
    #[inline]
    fn store_lent<M: Sink>(&self, memory: &mut M, address: usize) -> Result<(), M::Error> {
        self.store(memory, address)
    }

    /// Proof that a slice of this type is already its own lowered form. See [`Plain`].
    const PLAIN: Option<Plain> = None;
}

/// A type whose values come in: canonical ABI to Rust. Lifting owns: what the other side allocated for
/// the value becomes part of it, or is freed.
pub trait Lift: WitType + Sized {
    /// Lifts from flat values, [`WitType::FLAT`] of them at least.
    fn lift<M: Source>(memory: &mut M, flat: &[u64]) -> Result<Self, M::Error>;

    /// Lifts from memory at `address`, which is aligned for the type.
    fn load<M: Source>(memory: &mut M, address: usize) -> Result<Self, M::Error>;

    /// [`Lift::lift`] of a value that was passed by reference, which makes a difference to a resource.
    #[inline]
    fn lift_lent<M: Source>(memory: &mut M, flat: &[u64]) -> Result<Self, M::Error> {
        Self::lift(memory, flat)
    }

    /// [`Lift::load`] of a value that was passed by reference.
    #[inline]
    fn load_lent<M: Source>(memory: &mut M, address: usize) -> Result<Self, M::Error> {
        Self::load(memory, address)
    }

    /// Proof that a lowered list of this type is already a slice of it. See [`Plain`].
    const PLAIN: Option<Plain> = None;
}

/// Proof that a type's Rust layout is its canonical one, and that every bit pattern is a value of it.
#[derive(Clone, Copy, Debug)]
pub struct Plain(());

impl Plain {
    /// Claims it.
    ///
    /// # Safety
    /// - The type has no padding, and its size and alignment in Rust are those of its canonical layout.
    /// - Every bit pattern of that size is a valid value.
    /// - The target is little-endian.
    pub const unsafe fn new() -> Self {
        Plain(())
    }
}

/// What lifting and lowering share: how a bad access or value is reported.
pub trait Memory {
    /// What a bad access or value becomes. In a guest it cannot be made: the guest traps.
    type Error;

    /// Turns what was found wrong in lowered form into the error.
    fn fail(&self, error: AbiError) -> Self::Error;

    /// Turns a value that one side's type has and the other's has not into the error.
    fn reject(&self, error: AbiError) -> Self::Error {
        self.fail(error)
    }
}

/// A linear memory that values are lowered into. Addresses are byte offsets into it.
pub trait Sink: Memory {
    /// Writes `N` bytes to an address that lies in what was allocated.
    fn write<const N: usize>(&mut self, address: usize, bytes: [u8; N]) -> Result<(), Self::Error>;

    /// Allocates, for the duration of the call that is being lowered.
    fn allocate(&mut self, layout: Layout) -> Result<usize, Self::Error>;

    /// Makes bytes of the lowering side readable for the other, aligned to `align`; returns their address.
    /// They stay as they are for the duration of the call.
    fn lend(&mut self, bytes: &[u8], align: usize) -> Result<usize, Self::Error>;

    /// The same for a string, in the encoding of the other side; returns its address and its length in the
    /// units of that encoding.
    fn lend_str(&mut self, string: &str) -> Result<(usize, usize), Self::Error>;

    /// Comes before items are written to what was just allocated for them, and [`Sink::end_items`] behind the last one. In
    /// between come the items' own lists. A memory in which each write costs something takes them in one go.
    #[inline(always)]
    fn begin_items(&mut self, address: usize, size: usize) -> Outer {
        let _ = (address, size);
        Outer::default()
    }

    /// Ends what [`Sink::begin_items`] began, and goes on with the list around it, which that has returned.
    #[inline(always)]
    fn end_items(&mut self, outer: Outer) {
        let _ = outer;
    }

    /// As [`Sink::lend`], for bytes that may end before the call does. Where lending copies, this is the same.
    fn copy(&mut self, bytes: &[u8], align: usize) -> Result<usize, Self::Error> {
        self.lend(bytes, align)
    }

    /// As [`Sink::lend_str`], for a string that may end before the call does. Where lending copies, this is the same.
    fn copy_str(&mut self, string: &str) -> Result<(usize, usize), Self::Error> {
        self.lend_str(string)
    }

    /// Makes a handle that gives a resource away.
    fn give_resource<R: ?Sized + Resource>(&mut self, own: &Own<R>) -> Result<u32, Self::Error>;

    /// Makes a handle that lends a resource, for as long as the call takes.
    fn lend_resource<R: ?Sized + Resource>(&mut self, own: &Own<R>) -> Result<u32, Self::Error>;
}

/// The list around the one whose items are being written: where a memory keeps its items, and where they go.
#[derive(Clone, Copy, Debug, Default)]
pub struct Outer {
    /// Where it keeps them.
    pub start: usize,
    /// Where they go.
    pub address: usize,
}

/// A memory into which a value is lowered that ends with that: it lends nothing.
pub struct Copying<'m, M>(pub &'m mut M);

impl<M: Memory> Memory for Copying<'_, M> {
    type Error = M::Error;

    fn fail(&self, error: AbiError) -> M::Error {
        self.0.fail(error)
    }

    fn reject(&self, error: AbiError) -> M::Error {
        self.0.reject(error)
    }
}

impl<M: Sink> Sink for Copying<'_, M> {
    #[inline(always)]
    fn write<const N: usize>(&mut self, address: usize, bytes: [u8; N]) -> Result<(), M::Error> {
        self.0.write(address, bytes)
    }

    #[inline]
    fn allocate(&mut self, layout: Layout) -> Result<usize, M::Error> {
        self.0.allocate(layout)
    }

    #[inline(always)]
    fn begin_items(&mut self, address: usize, size: usize) -> Outer {
        self.0.begin_items(address, size)
    }

    #[inline(always)]
    fn end_items(&mut self, outer: Outer) {
        self.0.end_items(outer);
    }

    #[inline]
    fn lend(&mut self, bytes: &[u8], align: usize) -> Result<usize, M::Error> {
        self.0.copy(bytes, align)
    }

    #[inline]
    fn lend_str(&mut self, string: &str) -> Result<(usize, usize), M::Error> {
        self.0.copy_str(string)
    }

    #[inline]
    fn give_resource<R: ?Sized + Resource>(&mut self, own: &Own<R>) -> Result<u32, M::Error> {
        self.0.give_resource(own)
    }

    #[inline]
    fn lend_resource<R: ?Sized + Resource>(&mut self, own: &Own<R>) -> Result<u32, M::Error> {
        self.0.lend_resource(own)
    }
}

/// A linear memory that values are lifted out of. Addresses are byte offsets into it.
pub trait Source: Memory {
    /// Reads `N` bytes.
    fn read<const N: usize>(&self, address: usize) -> Result<[u8; N], Self::Error>;

    /// Takes what the other side allocated for a string of `len` units of its encoding.
    fn take_string(&mut self, address: usize, len: usize) -> Result<String, Self::Error>;

    /// Takes what the other side allocated for a list of `len` plain items.
    fn take_plain<T: Lift>(&mut self, plain: Plain, address: usize, len: usize) -> Result<Vec<T>, Self::Error>;

    /// [`Source::take_string`] of one that is passed by reference, and need not be taken.
    #[inline]
    fn show_string(&mut self, address: usize, len: usize) -> Result<Shown<str, String>, Self::Error> {
        self.take_string(address, len).map(Shown::Own)
    }

    /// [`Source::take_plain`] of a list that is passed by reference, and need not be taken.
    #[inline]
    fn show_plain<T: Lift>(
        &mut self,
        plain: Plain,
        address: usize,
        len: usize,
    ) -> Result<Shown<[T], Vec<T>>, Self::Error> {
        self.take_plain(plain, address, len).map(Shown::Own)
    }

    /// Checks that a list lies inside the memory, before its first item is read.
    fn check<T: Lift>(&mut self, address: usize, len: usize) -> Result<(), Self::Error>;

    /// Frees what the other side allocated, after it was lifted out of.
    fn free(&mut self, address: usize, layout: Layout);

    /// Takes a resource that the other side gave away.
    fn take_resource<R: ?Sized + Resource>(&mut self, handle: u32) -> Result<Own<R>, Self::Error>;

    /// Has a resource that the other side lends, for as long as the call takes.
    fn borrow_resource<R: ?Sized + Resource>(&mut self, handle: u32) -> Result<Own<R>, Self::Error>;
}

/// Writes a variant's discriminant. `cases` is how many there are, and sets its width.
#[inline]
pub fn store_discriminant<M: Sink>(
    memory: &mut M,
    address: usize,
    cases: usize,
    discriminant: u32,
) -> Result<(), M::Error> {
    match crate::schema::discriminant_size(cases) {
        1 => memory.write(address, (discriminant as u8).to_le_bytes()),
        2 => memory.write(address, (discriminant as u16).to_le_bytes()),
        _ => memory.write(address, discriminant.to_le_bytes()),
    }
}

/// Reads a variant's discriminant.
#[inline]
pub fn load_discriminant<M: Source>(memory: &M, address: usize, cases: usize) -> Result<u32, M::Error> {
    Ok(match crate::schema::discriminant_size(cases) {
        1 => u8::from_le_bytes(memory.read(address)?).into(),
        2 => u16::from_le_bytes(memory.read(address)?).into(),
        _ => u32::from_le_bytes(memory.read(address)?),
    })
}

/// The error for a discriminant that no case has.
#[cold]
pub fn bad_discriminant<T: WitType, M: Memory>(memory: &M, found: u32) -> M::Error {
    memory.fail(AbiError::Discriminant { ty: T::TYPE, found })
}
