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
//! - `convert`: types that cross as another type. `resource`: resources and their owners.
//! - `borrowed_arg`: strings and lists that are passed by reference.
//!
//! Source: the canonical ABI
//! (<https://github.com/WebAssembly/component-model/blob/main/design/mvp/CanonicalABI.md>).

mod borrowed_arg;
mod buffer;
mod convert;
mod crate_types;
mod error;
mod linear_memory;
mod resource;
mod std_types;
mod wit_types;

pub use borrowed_arg::BorrowedArg;
pub use buffer::{Buffer, check_list, range};
pub use convert::{adapt_from, adapt_to};
pub use error::AbiError;
pub use linear_memory::{BATCH, Copying, Memory, Outer, Sink, Source};
#[cfg(target_family = "wasm")]
pub(crate) use resource::Held;
#[cfg(not(target_family = "wasm"))]
pub use resource::Token;
pub use resource::{Lent, Own, Resource};
pub use wit_types::load_pair;

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

    /// Size and alignment in linear memory, in bytes.
    const LAYOUT: Layout = Self::TYPE.layout();

    /// How many core values one value becomes; 17 stands for more than 16.
    const FLAT: usize = Self::TYPE.flat().len();
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

/// A type whose values can be lowered: from Rust to the canonical ABI.
///
/// Lowering borrows the value. It moves and copies no part that the other side can read where it is.
pub trait Lower: WitType {
    /// Lowers to flat values. `out` is all zero on entry, and has room for at least [`WitType::FLAT`] values.
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
    const PLAIN: Option<Plain> = None;
}

/// A type whose values can be lifted: from the canonical ABI to Rust.
///
/// Lifting takes ownership. Memory that the other side has allocated for the value becomes part of it, or is freed.
pub trait Lift: WitType + Sized {
    /// Lifts from flat values. There are at least [`WitType::FLAT`].
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
    const PLAIN: Option<Plain> = None;
}

/// Proof that a type's Rust layout is its canonical layout, and that every bit pattern is a value of it.
#[derive(Clone, Copy, Debug)]
pub struct Plain(());

impl Plain {
    /// Claims this for a type.
    ///
    /// # Safety
    /// - The type has no padding, and its size and alignment in Rust are those of its canonical layout.
    /// - Every bit pattern of that size is a valid value.
    /// - The target is little-endian.
    pub const unsafe fn new() -> Self {
        Plain(())
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
