//! Lowers values, led by their types. Every value was checked before.

use super::value::{Fields, Value};
use super::value_type::{Members, RecordType, Size, ValueType, flags_size};
use crate::runtime::values::guest_handle::Handle;
use std::sync::Arc;
use tairitsu_guest::abi::{AbiError, BATCH, Sink, store_discriminant};
use tairitsu_guest::schema::Layout;

/// A memory that takes handles, too.
pub(super) trait ValueSink: Sink {
    /// Where a type is in the component. Handles need it.
    type Found: Copy;

    /// The place of a part of a type: the item of a list, the value of an option, or the element of this index.
    fn part(&self, found: Self::Found, index: usize) -> Self::Found;

    /// Makes a handle for the other side.
    fn put(&mut self, handle: &Handle, found: Self::Found) -> Result<u32, Self::Error>;
}

/// The part of `found`, if handles are in it. For other types nothing is looked up.
#[inline]
pub(super) fn part<M: ValueSink>(memory: &M, found: M::Found, size: Size, index: usize) -> M::Found {
    if size.handles { memory.part(found, index) } else { found }
}

/// Lowers to flat values. `out` is all zero, and has room for as many as the type has.
pub(super) fn lower<M: ValueSink>(
    ty: &ValueType,
    found: M::Found,
    value: &Value,
    memory: &mut M,
    out: &mut [u64],
) -> Result<(), M::Error> {
    match (ty, value) {
        (ValueType::Bool, Value::Bool(value)) => out[0] = (*value).into(),
        (ValueType::S8, Value::S8(value)) => out[0] = (i32::from(*value) as u32).into(),
        (ValueType::U8, Value::U8(value)) => out[0] = (*value).into(),
        (ValueType::S16, Value::S16(value)) => out[0] = (i32::from(*value) as u32).into(),
        (ValueType::U16, Value::U16(value)) => out[0] = (*value).into(),
        (ValueType::S32, Value::S32(value)) => out[0] = (*value as u32).into(),
        (ValueType::U32, Value::U32(value)) => out[0] = (*value).into(),
        (ValueType::S64, Value::S64(value)) => out[0] = *value as u64,
        (ValueType::U64, Value::U64(value)) => out[0] = *value,
        (ValueType::F32, Value::F32(value)) => out[0] = value.to_bits().into(),
        (ValueType::F64, Value::F64(value)) => out[0] = value.to_bits(),
        (ValueType::Char, Value::Char(value)) => out[0] = u32::from(*value).into(),
        (ValueType::Enum(cases), Value::Enum(name)) => out[0] = index_of(&cases.cases, name, memory)? as u64,
        (ValueType::Flags(flags), Value::Flags(names)) => out[0] = bits(&flags.flags, names, memory)?.into(),
        (ValueType::Own(_) | ValueType::Borrow(_), Value::Handle(handle)) => out[0] = memory.put(handle, found)?.into(),
        (ValueType::String | ValueType::List(_), value) => {
            let (pointer, len) = pointer(ty, found, value, memory)?;
            out[0] = pointer as u64;
            out[1] = len as u64;
        }
        (ValueType::Option(option), Value::Option(value)) => {
            if let Some(value) = value {
                out[0] = 1;
                let found = part(memory, found, option.size, 0);
                lower(&option.some, found, value, memory, &mut out[1..])?;
            }
        }
        (ValueType::Result(result), Value::Result(value)) => {
            let (ty, value, number) = match value {
                Ok(value) => (&result.ok, value, 0),
                Err(value) => (&result.err, value, 1),
            };
            out[0] = number as u64;
            if let (Some(ty), Some(value)) = (ty, value) {
                let found = part(memory, found, result.size, number);
                lower(ty, found, value, memory, &mut out[1..])?;
            }
        }
        (ValueType::Variant(variant), Value::Variant(name, value)) => {
            let number = index_of(&variant.cases, name, memory)?;
            out[0] = number as u64;
            if let (Some(ty), Some(value)) = (&variant.cases[number].ty, value) {
                let found = part(memory, found, variant.size, number);
                lower(ty, found, value, memory, &mut out[1..])?;
            }
        }
        (ValueType::Tuple(tuple), Value::Tuple(items)) => {
            let mut at = 0;
            for (i, (ty, value)) in tuple.items.iter().zip(items).enumerate() {
                let found = part(memory, found, tuple.size, i);
                lower(ty, found, value, memory, &mut out[at..])?;
                at += ty.size().flat;
            }
        }
        (ValueType::Record(record), Value::Record(fields)) => {
            let mut at = 0;
            for (i, field) in record.fields.iter().enumerate() {
                let (Some(ty), Some(value)) = (&field.ty, value_of(record, fields, i)) else {
                    return Err(unchecked(memory));
                };
                let found = part(memory, found, record.size, i);
                lower(ty, found, value, memory, &mut out[at..])?;
                at += ty.size().flat;
            }
        }
        _ => return Err(unchecked(memory)),
    }
    Ok(())
}

/// Lowers to memory at `address`, which is aligned for the type.
pub(super) fn store<M: ValueSink>(
    ty: &ValueType,
    found: M::Found,
    value: &Value,
    memory: &mut M,
    address: usize,
) -> Result<(), M::Error> {
    match (ty, value) {
        (ValueType::Bool, Value::Bool(value)) => memory.write(address, [u8::from(*value)]),
        (ValueType::S8, Value::S8(value)) => memory.write(address, value.to_le_bytes()),
        (ValueType::U8, Value::U8(value)) => memory.write(address, value.to_le_bytes()),
        (ValueType::S16, Value::S16(value)) => memory.write(address, value.to_le_bytes()),
        (ValueType::U16, Value::U16(value)) => memory.write(address, value.to_le_bytes()),
        (ValueType::S32, Value::S32(value)) => memory.write(address, value.to_le_bytes()),
        (ValueType::U32, Value::U32(value)) => memory.write(address, value.to_le_bytes()),
        (ValueType::S64, Value::S64(value)) => memory.write(address, value.to_le_bytes()),
        (ValueType::U64, Value::U64(value)) => memory.write(address, value.to_le_bytes()),
        (ValueType::F32, Value::F32(value)) => memory.write(address, value.to_le_bytes()),
        (ValueType::F64, Value::F64(value)) => memory.write(address, value.to_le_bytes()),
        (ValueType::Char, Value::Char(value)) => memory.write(address, u32::from(*value).to_le_bytes()),
        (ValueType::Enum(cases), Value::Enum(name)) => {
            let number = index_of(&cases.cases, name, memory)?;
            store_discriminant(memory, address, cases.cases.len(), number as u32)
        }
        (ValueType::Flags(flags), Value::Flags(names)) => {
            let bits = bits(&flags.flags, names, memory)?;
            match flags_size(flags.flags.len()) {
                1 => memory.write(address, (bits as u8).to_le_bytes()),
                2 => memory.write(address, (bits as u16).to_le_bytes()),
                _ => memory.write(address, bits.to_le_bytes()),
            }
        }
        (ValueType::Own(_) | ValueType::Borrow(_), Value::Handle(handle)) => {
            let handle = memory.put(handle, found)?;
            memory.write(address, handle.to_le_bytes())
        }
        (ValueType::String | ValueType::List(_), value) => {
            let (pointer, len) = pointer(ty, found, value, memory)?;
            memory.write(address, (pointer as u32).to_le_bytes())?;
            memory.write(address + 4, (len as u32).to_le_bytes())
        }
        (ValueType::Option(option), Value::Option(value)) => {
            store_discriminant(memory, address, 2, value.is_some().into())?;
            match value {
                Some(value) => {
                    let found = part(memory, found, option.size, 0);
                    store(&option.some, found, value, memory, address + option.payload)
                }
                None => Ok(()),
            }
        }
        (ValueType::Result(result), Value::Result(value)) => {
            let (ty, value, number) = match value {
                Ok(value) => (&result.ok, value, 0),
                Err(value) => (&result.err, value, 1),
            };
            store_discriminant(memory, address, 2, number as u32)?;
            match (ty, value) {
                (Some(ty), Some(value)) => {
                    let found = part(memory, found, result.size, number);
                    store(ty, found, value, memory, address + result.payload)
                }
                _ => Ok(()),
            }
        }
        (ValueType::Variant(variant), Value::Variant(name, value)) => {
            let number = index_of(&variant.cases, name, memory)?;
            store_discriminant(memory, address, variant.cases.len(), number as u32)?;
            match (&variant.cases[number].ty, value) {
                (Some(ty), Some(value)) => {
                    let found = part(memory, found, variant.size, number);
                    store(ty, found, value, memory, address + variant.payload)
                }
                _ => Ok(()),
            }
        }
        (ValueType::Tuple(tuple), Value::Tuple(items)) => {
            for (i, (ty, value)) in tuple.items.iter().zip(items).enumerate() {
                let found = part(memory, found, tuple.size, i);
                store(ty, found, value, memory, address + tuple.offsets[i])?;
            }
            Ok(())
        }
        (ValueType::Record(record), Value::Record(fields)) => {
            for (i, field) in record.fields.iter().enumerate() {
                let (Some(ty), Some(value)) = (&field.ty, value_of(record, fields, i)) else {
                    return Err(unchecked(memory));
                };
                let found = part(memory, found, record.size, i);
                store(ty, found, value, memory, address + record.offsets[i])?;
            }
            Ok(())
        }
        _ => Err(unchecked(memory)),
    }
}

/// Lowers a string or a list. Returns the address and the length.
fn pointer<M: ValueSink>(
    ty: &ValueType,
    found: M::Found,
    value: &Value,
    memory: &mut M,
) -> Result<(usize, usize), M::Error> {
    match (ty, value) {
        (ValueType::String, Value::String(text)) => memory.lend_str(text),
        (ValueType::List(_), Value::Bytes(bytes)) => Ok((memory.lend(bytes, 1)?, bytes.len())),
        (ValueType::List(list), Value::List(items)) => {
            let size = list.item.size();
            let Layout { size: each, align } = size.layout;
            // No memory has room for `usize::MAX` bytes.
            let whole = each.saturating_mul(items.len());
            let start = memory.allocate(Layout { size: whole, align })?;
            let outer = memory.begin_items(start, whole);
            let found = part(memory, found, size, 0);
            let mut address = start;
            for batch in items.chunks(BATCH) {
                memory.pace(batch.len())?;
                for value in batch {
                    store(&list.item, found, value, memory, address)?;
                    address += each;
                }
            }
            memory.end_items(outer)?;
            Ok((start, items.len()))
        }
        _ => Err(unchecked(memory)),
    }
}

/// The value of the record's field of this index. The value's fields may be in another order.
#[inline]
pub(super) fn value_of<'v>(record: &RecordType, fields: &'v Fields, index: usize) -> Option<&'v Value> {
    if Arc::ptr_eq(fields.names(), &record.names) {
        return fields.values().get(index);
    }
    let name = &record.names[index];
    match fields.names().get(index) {
        Some(found) if found == name => fields.values().get(index),
        _ => fields.get(name),
    }
}

fn index_of<M: ValueSink>(members: &Members, name: &str, memory: &M) -> Result<usize, M::Error> {
    members.position(name).ok_or_else(|| unchecked(memory))
}

fn bits<M: ValueSink>(flags: &Members, names: &[Arc<str>], memory: &M) -> Result<u32, M::Error> {
    names.iter().try_fold(0, |bits, name| Ok(bits | 1u32.unbounded_shl(index_of(flags, name, memory)? as u32)))
}

/// The error of a value that was not checked.
#[cold]
fn unchecked<M: ValueSink>(memory: &M) -> M::Error {
    memory.reject(AbiError::Conversion { expected: "a value of its type", found: "another one".into() })
}
