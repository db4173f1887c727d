//! Lift and lower, written once over a [`Memory`].
//!
//! A guest lifts and lowers in its own address space, whose memory is in `rt`. Natively the same code runs over a buffer
//! of bytes with every access checked. The tests compare it with other implementations of the canonical ABI there.
//!
//! A flat value is a slice of `u64`, one for each core value. An `i32` or `f32` is zero-extended, and an `f64` is its
//! bits. In that form, slots that the canonical ABI joins need no conversion.
//!
//! - `linear_memory`: the memory to lower into and to lift out of. `buffer`: a memory for native code. `error`: its error.
//! - `wit_types`, `std_types`, `crate_types`: the types of WIT itself, of std and of well-known crates.
//! - `convert`: types that cross as another type. `tree`: types that contain themselves. `resource`: resources and their owners.
//! - `no_wit_types`: well-known types that are no WIT types, with the way out.
//! - `borrowed_arg`: strings and lists that are passed by reference.
//!
//! # Who may use an address
//!
//! A memory of the guest dereferences the addresses that it is given. So safe code has no such memory: only this crate
//! makes them, and only an implementation of [`Lower`], [`Lift`] or [`Argument`] is passed one. These traits are `unsafe`.
//! [`Sink`] and [`Source`] are safe, because an implementation of them has a memory of its own. [`WitType`] is safe, too.
//! Unsafe code relies on sizes, and these are in [`Shape`], which no type implements itself.
//!
//! Source: the canonical ABI
//! (<https://github.com/WebAssembly/component-model/blob/main/design/mvp/CanonicalABI.md>).

mod borrowed_arg;
mod buffer;
mod convert;
mod crate_types;
mod error;
mod linear_memory;
#[doc(hidden)]
pub mod no_wit_types;
mod resource;
mod std_types;
mod tree;
mod wit_types;

pub use borrowed_arg::{Argument, BorrowedArg};
pub use buffer::{Buffer, check_list, range};
pub use convert::{adapt_from, adapt_to};
pub use error::AbiError;
pub use linear_memory::{BATCH, Copying, Memory, Outer, Sink, Source};
#[cfg(any(target_family = "wasm", test))]
pub(crate) use resource::Held;
#[cfg(not(target_family = "wasm"))]
pub use resource::Token;
pub use resource::{Lent, Own, Resource};
pub use tree::{
    MAX_DEPTH, Node, Nodes, Places, Recursive, children_of_list, children_of_option, lift_tree, load_tree, lower_tree,
    store_tree,
};
pub use wit_types::load_pair;

use crate::schema::{Layout, Type};
use std::marker::PhantomData;

/// A type that crosses the component boundary.
///
/// `#[tairitsu::wit]` implements it for structs and enums.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot cross the component boundary",
    label = "not a WIT type",
    note = "put `#[tairitsu::wit]` on the definition of `{Self}`, or use a type that WIT has: \
            numbers, `bool`, `char`, `String`, `Vec`, `Option`, `Result`, tuples, and \
            the others in the chapter \"Types\" of the book",
    note = "a type of another crate crosses as a WIT type, by `#[wit(as = Type)]` on a field, or in a struct of your own \
            with `#[tairitsu::wit(as = Type)]`"
)]
pub trait WitType {
    /// The type as WIT describes it.
    const TYPE: Type;

    /// The value that a caller gets from a function that returns this type: `T` for `Result<T, E>`, and `Self` for every
    /// other type.
    type Ok;

    /// The function's own error: `E` for `Result<T, E>`, and [`Infallible`](std::convert::Infallible) for every other type.
    type Err;

    /// Separates the value from the function's own error.
    fn into_result(self) -> Result<Self::Ok, Self::Err>
    where
        Self: Sized;

    /// Whether this is the function's own error.
    #[inline]
    fn is_own_error(&self) -> bool {
        false
    }
}

/// The size of a type's lowered form.
///
/// Unsafe code relies on these numbers: it allocates by them, and reads and writes by them. So they follow from
/// [`WitType::TYPE`] alone, and no type can have others.
pub trait Shape: WitType {
    /// Size and alignment in linear memory, in bytes.
    const LAYOUT: Layout;

    /// How many core values one value becomes; 17 stands for more than 16.
    const FLAT: usize;
}

impl<T: ?Sized + WitType> Shape for T {
    const LAYOUT: Layout = T::TYPE.layout();
    const FLAT: usize = T::TYPE.flat().len();
}

/// The type that a parameter is lifted as, if it is declared as a reference to this type.
///
/// - `str`: `String`, or in a guest a [`BorrowedArg`].
/// - `[T]`: `Vec<T>`, or in a guest a [`BorrowedArg`].
/// - A sized type: [`Lent`] of the type itself.
pub trait Borrowed {
    /// The type that is lifted.
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
    type Owned = BorrowedArg<str, String>;
}

#[cfg(target_family = "wasm")]
impl<T: 'static> Borrowed for [T] {
    type Owned = BorrowedArg<[T], Vec<T>>;
}

impl<T> Borrowed for T {
    type Owned = Lent<T>;
}

/// The type that a reference to this type is lifted as inside a parameter: in `Option<&T>` and in `&[&T]`.
///
/// - `str`: `String`.
/// - `[T]`: `Vec<T>`.
/// - A sized type: [`Lent`] of the type itself.
pub trait Referenced {
    /// The type that is lifted.
    type Owned;
}

impl Referenced for str {
    type Owned = String;
}

impl<T> Referenced for [T] {
    type Owned = Vec<T>;
}

impl<T> Referenced for T {
    type Owned = Lent<T>;
}

/// References to lifted values, for a parameter `&[&T]`.
pub fn references<O: std::ops::Deref>(items: &[O]) -> Vec<&O::Target> {
    items.iter().map(|item| &**item).collect()
}

/// A type whose values can be lowered: from Rust to the canonical ABI.
///
/// Lowering borrows the value. It moves and copies no part that the other side can read where it is.
///
/// # Safety
/// The trait is unsafe because the memory may be the guest's own, which writes to any address that it is given. An
/// implementation promises:
/// - It writes inside the [`Shape::LAYOUT`] bytes at the address that it was passed, or inside memory that it has allocated
///   from this memory in the same call. It uses no other address.
/// - It lends only bytes that stay as they are until the call is over. It copies all others.
/// - It keeps no address after it returns.
///
/// And the type is [`Portable`](no_wit_types::Portable), or no call of these functions compiles for it. `Portable` is no
/// supertrait: rustc would prove it part by part for each type, and it gives up on types that are deep inside each other.
pub unsafe trait Lower: WitType {
    /// Lowers to flat values. `out` is all zero on entry, and has room for at least [`Shape::FLAT`] values.
    fn lower<M: Sink>(&self, memory: &mut M, out: &mut [u64]) -> Result<(), M::Error>;

    /// Lowers to memory at `address`, which is aligned for the type.
    fn store<M: Sink>(&self, memory: &mut M, address: usize) -> Result<(), M::Error>;

    /// The same as [`Lower::lower`], for a value that is passed by reference. A resource is then lent.
    #[inline]
    fn lower_lent<M: Sink>(&self, memory: &mut M, out: &mut [u64]) -> Result<(), M::Error> {
        self.lower(memory, out)
    }

    /// The same as [`Lower::store`], for a value that is passed by reference.
    #[inline]
    fn store_lent<M: Sink>(&self, memory: &mut M, address: usize) -> Result<(), M::Error> {
        self.store(memory, address)
    }

    /// Proof that a slice of this type is its own lowered form. See [`Plain`].
    const PLAIN: Option<Plain<Self>> = None;

    /// Whether lowering may allocate from the memory, or copy into it. If not, a guest has nothing to free after a result of
    /// this type. A `false` that is wrong is a leak.
    const ALLOCATES: bool = true;
}

/// A type whose values can be lifted: from the canonical ABI to Rust.
///
/// Lifting takes ownership. Memory that the other side has allocated for the value becomes part of it, or is freed.
///
/// # Safety
/// The trait is unsafe because the memory may be the guest's own, which reads, takes over and frees any address that it is
/// given. An implementation promises:
/// - It reads inside the [`Shape::LAYOUT`] bytes at the address that it was passed. It uses no other address, length or
///   handle than those in the lowered value, and each as the part of [`WitType::TYPE`] that it is.
/// - It takes or frees each string, list and handle at most once.
/// - It keeps no address after it returns, and no [`BorrowedArg`] at all.
///
/// And the type is [`Portable`](no_wit_types::Portable), as for [`Lower`].
pub unsafe trait Lift: WitType + Sized {
    /// Lifts from flat values. There are at least [`Shape::FLAT`].
    fn lift<M: Source>(memory: &mut M, flat: &[u64]) -> Result<Self, M::Error>;

    /// Lifts from memory at `address`, which is aligned for the type.
    fn load<M: Source>(memory: &mut M, address: usize) -> Result<Self, M::Error>;

    /// The same as [`Lift::lift`], for a value that is passed by reference. A resource is then borrowed.
    #[inline]
    fn lift_lent<M: Source>(memory: &mut M, flat: &[u64]) -> Result<Self, M::Error> {
        Self::lift(memory, flat)
    }

    /// The same as [`Lift::load`], for a value that is passed by reference.
    #[inline]
    fn load_lent<M: Source>(memory: &mut M, address: usize) -> Result<Self, M::Error> {
        Self::load(memory, address)
    }

    /// Proof that a lowered list of this type is a slice of it. See [`Plain`].
    const PLAIN: Option<Plain<Self>> = None;
}

/// Proof that the Rust layout of `T` is its canonical layout, and that every bit pattern is a `T`.
#[derive(Debug)]
pub struct Plain<T: ?Sized>(PhantomData<fn(&T)>);

impl<T: ?Sized> Clone for Plain<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: ?Sized> Copy for Plain<T> {}

impl<T> Plain<T> {
    /// Claims this for a type.
    ///
    /// # Safety
    /// - The type has no padding, and its size and alignment in Rust are those of its canonical layout.
    /// - Every bit pattern of that size is a valid value.
    /// - The target is little-endian.
    pub const unsafe fn new() -> Self {
        Plain(PhantomData)
    }
}

/// Writes a variant's discriminant. The number of `cases` determines its width.
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

/// Reads a variant's discriminant. The number of `cases` determines its width.
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
