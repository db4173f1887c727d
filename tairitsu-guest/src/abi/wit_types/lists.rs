//! Strings, lists, and references to them: a pointer and a length each.

use super::{attempt, no_error};
use crate::abi::{Lift, Lower, Shape, Sink, Source, WitType};
use crate::schema::{Layout, Type};
use std::convert::Infallible;

/// Stores a pointer and a length.
#[inline]
fn store_pair<M: Sink>(memory: &mut M, address: usize, pair: (usize, usize)) -> Result<(), M::Error> {
    memory.write(address, (pair.0 as u32).to_le_bytes())?;
    memory.write(address + 4, (pair.1 as u32).to_le_bytes())
}

/// The pointer and the length of a string or a list that is stored at an address.
#[inline]
pub fn load_pair<M: Source>(memory: &M, address: usize) -> Result<(usize, usize), M::Error> {
    let pointer = u32::from_le_bytes(memory.read(address)?);
    let len = u32::from_le_bytes(memory.read(address + 4)?);
    Ok((pointer as usize, len as usize))
}

impl WitType for str {
    const TYPE: Type = Type::String;
    type Ok = Infallible;
    type Err = Infallible;
}

// SAFETY: it writes a pointer and a length at the address that it is passed. The string is borrowed for the whole call.
unsafe impl Lower for str {
    #[inline]
    fn lower<M: Sink>(&self, memory: &mut M, out: &mut [u64]) -> Result<(), M::Error> {
        let (pointer, len) = memory.lend_str(self)?;
        out[0] = pointer as u64;
        out[1] = len as u64;
        Ok(())
    }

    #[inline]
    fn store<M: Sink>(&self, memory: &mut M, address: usize) -> Result<(), M::Error> {
        let pair = memory.lend_str(self)?;
        store_pair(memory, address, pair)
    }

    const ALLOCATES: bool = false;
}

impl WitType for String {
    const TYPE: Type = Type::String;
    no_error!();
}

// SAFETY: that of `str`.
unsafe impl Lower for String {
    #[inline]
    fn lower<M: Sink>(&self, memory: &mut M, out: &mut [u64]) -> Result<(), M::Error> {
        self.as_str().lower(memory, out)
    }

    #[inline]
    fn store<M: Sink>(&self, memory: &mut M, address: usize) -> Result<(), M::Error> {
        self.as_str().store(memory, address)
    }

    const ALLOCATES: bool = false;
}

// SAFETY: it takes the one string that the pointer and the length describe.
unsafe impl Lift for String {
    #[inline]
    fn lift<M: Source>(memory: &mut M, flat: &[u64]) -> Result<Self, M::Error> {
        memory.take_string(flat[0] as u32 as usize, flat[1] as u32 as usize)
    }

    #[inline]
    fn load<M: Source>(memory: &mut M, address: usize) -> Result<Self, M::Error> {
        let (pointer, len) = load_pair(memory, address)?;
        memory.take_string(pointer, len)
    }
}

/// A reference is lowered as the value that it refers to, except that a resource is lent. It is never lifted.
impl<T: ?Sized + WitType> WitType for &T {
    const TYPE: Type = T::TYPE.lent();
    no_error!();
}

// SAFETY: that of `T`.
unsafe impl<T: ?Sized + Lower> Lower for &T {
    #[inline]
    fn lower<M: Sink>(&self, memory: &mut M, out: &mut [u64]) -> Result<(), M::Error> {
        (**self).lower_lent(memory, out)
    }

    #[inline]
    fn store<M: Sink>(&self, memory: &mut M, address: usize) -> Result<(), M::Error> {
        (**self).store_lent(memory, address)
    }
}

impl<T: WitType> WitType for [T] {
    const TYPE: Type = Type::List(&T::TYPE);
    type Ok = Infallible;
    type Err = Infallible;
}

/// Lowers the items of a list, and returns their address.
fn lower_items<T: Lower, M: Sink>(items: &[T], memory: &mut M) -> Result<usize, M::Error> {
    if T::PLAIN.is_some() {
        // SAFETY: `Plain` says that the items have no padding. So all their bytes are initialized.
        let bytes = unsafe { std::slice::from_raw_parts(items.as_ptr().cast::<u8>(), size_of_val(items)) };
        return memory.lend(bytes, T::LAYOUT.align);
    }
    let Layout { size, align } = T::LAYOUT;
    // An item may be larger there than in Rust, so the product may overflow. No memory has room for `usize::MAX` bytes.
    let whole = size.saturating_mul(items.len());
    let pointer = memory.allocate(Layout { size: whole, align })?;
    let outer = memory.begin_items(pointer, whole);
    let mut address = pointer;
    for batch in items.chunks(M::BATCH) {
        memory.pace(batch.len())?;
        for item in batch {
            item.store(memory, address)?;
            address += size;
        }
    }
    memory.end_items(outer)?;
    Ok(pointer)
}

/// Lifts the items of a list, and frees the memory that they were in.
fn lift_items<T: Lift, M: Source>(memory: &mut M, pointer: usize, len: usize) -> Result<Vec<T>, M::Error> {
    if let Some(plain) = T::PLAIN {
        return memory.take_plain(plain, pointer, len);
    }
    let Layout { size, align } = T::LAYOUT;
    memory.check::<T>(pointer, len)?;
    let mut items = Vec::with_capacity(len);
    let mut done = 0;
    while done < len {
        let end = len.min(done.saturating_add(M::BATCH));
        attempt!(memory.pace(end - done));
        for i in done..end {
            let item = attempt!(T::load(memory, pointer + i * size));
            // SAFETY: there is room for `len` items, and no more are pushed. Without this, rustc would compile the code
            // that grows a vector for each type.
            unsafe { std::hint::assert_unchecked(items.len() < items.capacity()) };
            items.push(item);
        }
        done = end;
    }
    memory.free(pointer, Layout { size: size * len, align });
    Ok(items)
}

// SAFETY: it writes a pointer and a length at the address that it is passed, and the items to memory that it allocates.
unsafe impl<T: Lower> Lower for [T] {
    #[inline]
    fn lower<M: Sink>(&self, memory: &mut M, out: &mut [u64]) -> Result<(), M::Error> {
        out[0] = lower_items(self, memory)? as u64;
        out[1] = self.len() as u64;
        Ok(())
    }

    #[inline]
    fn store<M: Sink>(&self, memory: &mut M, address: usize) -> Result<(), M::Error> {
        let pointer = lower_items(self, memory)?;
        store_pair(memory, address, (pointer, self.len()))
    }

    const ALLOCATES: bool = T::PLAIN.is_none();
}

impl<T: WitType> WitType for Vec<T> {
    const TYPE: Type = Type::List(&T::TYPE);
    no_error!();
}

// SAFETY: that of `[T]`.
unsafe impl<T: Lower> Lower for Vec<T> {
    #[inline]
    fn lower<M: Sink>(&self, memory: &mut M, out: &mut [u64]) -> Result<(), M::Error> {
        self.as_slice().lower(memory, out)
    }

    #[inline]
    fn store<M: Sink>(&self, memory: &mut M, address: usize) -> Result<(), M::Error> {
        self.as_slice().store(memory, address)
    }

    const ALLOCATES: bool = <[T]>::ALLOCATES;
}

// SAFETY: it lifts each item of the list once, and then frees the memory that the items were in.
unsafe impl<T: Lift> Lift for Vec<T> {
    #[inline]
    fn lift<M: Source>(memory: &mut M, flat: &[u64]) -> Result<Self, M::Error> {
        lift_items(memory, flat[0] as u32 as usize, flat[1] as u32 as usize)
    }

    #[inline]
    fn load<M: Source>(memory: &mut M, address: usize) -> Result<Self, M::Error> {
        let (pointer, len) = load_pair(memory, address)?;
        lift_items(memory, pointer, len)
    }
}
