//! Lifts values, led by their types.

use super::value::{Fields, Value};
use super::value_type::{Member, Size, ValueType, flags_size};
use crate::runtime::values::guest_handle::Handle;
use std::sync::Arc;
use tairitsu_guest::abi::{AbiError, BATCH, Lift, Source, load_discriminant, load_pair};
use tairitsu_guest::schema::Layout;

/// A memory that has handles, too.
pub(super) trait ValueSource: Source {
    /// Where a type is in the component. Handles need it.
    type Found: Copy;

    /// The place of a part of a type: the item of a list, the value of an option, or the element of this index.
    fn part(&self, found: Self::Found, index: usize) -> Self::Found;

    /// Takes a handle of the other side.
    fn take(&mut self, handle: u32, found: Self::Found) -> Result<Handle, Self::Error>;

    /// Checks that a list lies inside the memory, and pays for its items: `host` bytes each.
    fn check_items(&mut self, address: usize, len: usize, layout: Layout, host: usize) -> Result<(), Self::Error>;
}

/// The part of `found`, if handles are in it. For other types nothing is looked up.
#[inline]
fn part<M: ValueSource>(memory: &M, found: M::Found, size: Size, index: usize) -> M::Found {
    if size.handles { memory.part(found, index) } else { found }
}

/// Lifts from flat values. There are as many as the type has.
pub(super) fn lift<M: ValueSource>(
    ty: &ValueType,
    found: M::Found,
    memory: &mut M,
    flat: &[u64],
) -> Result<Value, M::Error> {
    Ok(match ty {
        ValueType::Bool => Value::Bool(flat[0] as u32 != 0),
        ValueType::S8 => Value::S8(flat[0] as i8),
        ValueType::U8 => Value::U8(flat[0] as u8),
        ValueType::S16 => Value::S16(flat[0] as i16),
        ValueType::U16 => Value::U16(flat[0] as u16),
        ValueType::S32 => Value::S32(flat[0] as i32),
        ValueType::U32 => Value::U32(flat[0] as u32),
        ValueType::S64 => Value::S64(flat[0] as i64),
        ValueType::U64 => Value::U64(flat[0]),
        ValueType::F32 => Value::F32(f32::from_bits(flat[0] as u32)),
        ValueType::F64 => Value::F64(f64::from_bits(flat[0])),
        ValueType::Char => Value::Char(char::lift(memory, flat)?),
        ValueType::String => Value::String(String::lift(memory, flat)?),
        ValueType::List(_) => list(ty, found, memory, flat[0] as u32 as usize, flat[1] as u32 as usize)?,
        ValueType::Enum(cases) => Value::Enum(named(&cases.cases, flat[0] as u32, memory)?.name.clone()),
        ValueType::Flags(flags) => Value::Flags(set(&flags.flags, flat[0] as u32)),
        ValueType::Own(_) | ValueType::Borrow(_) => Value::Handle(memory.take(flat[0] as u32, found)?),
        ValueType::Option(option) => match flat[0] as u32 {
            0 => Value::Option(None),
            1 => {
                let found = part(memory, found, option.size, 0);
                Value::Option(Some(Box::new(lift(&option.some, found, memory, &flat[1..])?)))
            }
            number => return Err(no_case(memory, 2, number)),
        },
        ValueType::Result(result) => {
            let (ty, number) = side(result, flat[0] as u32, memory)?;
            let found = part(memory, found, result.size, number);
            let value = ty.map(|ty| lift(ty, found, memory, &flat[1..]).map(Box::new)).transpose()?;
            Value::Result(if number == 0 { Ok(value) } else { Err(value) })
        }
        ValueType::Variant(variant) => {
            let case = named(&variant.cases, flat[0] as u32, memory)?;
            let found = part(memory, found, variant.size, flat[0] as u32 as usize);
            let value = case.ty.as_ref().map(|ty| lift(ty, found, memory, &flat[1..]).map(Box::new));
            Value::Variant(case.name.clone(), value.transpose()?)
        }
        ValueType::Tuple(tuple) => {
            let mut at = 0;
            let items = tuple.items.iter().enumerate().map(|(i, ty)| {
                let found = part(memory, found, tuple.size, i);
                let value = lift(ty, found, memory, &flat[at..]);
                at += ty.size().flat;
                value
            });
            Value::Tuple(items.collect::<Result<_, _>>()?)
        }
        ValueType::Record(record) => {
            let mut at = 0;
            let values = record.fields.iter().filter_map(|field| field.ty.as_ref()).enumerate().map(|(i, ty)| {
                let found = part(memory, found, record.size, i);
                let value = lift(ty, found, memory, &flat[at..]);
                at += ty.size().flat;
                value
            });
            Value::Record(Fields::new(record.names.clone(), values.collect::<Result<_, _>>()?))
        }
        ValueType::Other(_) => return Err(other(memory)),
    })
}

/// Lifts from memory at `address`, which is aligned for the type.
pub(super) fn load<M: ValueSource>(
    ty: &ValueType,
    found: M::Found,
    memory: &mut M,
    address: usize,
) -> Result<Value, M::Error> {
    Ok(match ty {
        ValueType::Bool => Value::Bool(memory.read::<1>(address)? != [0]),
        ValueType::S8 => Value::S8(i8::from_le_bytes(memory.read(address)?)),
        ValueType::U8 => Value::U8(u8::from_le_bytes(memory.read(address)?)),
        ValueType::S16 => Value::S16(i16::from_le_bytes(memory.read(address)?)),
        ValueType::U16 => Value::U16(u16::from_le_bytes(memory.read(address)?)),
        ValueType::S32 => Value::S32(i32::from_le_bytes(memory.read(address)?)),
        ValueType::U32 => Value::U32(u32::from_le_bytes(memory.read(address)?)),
        ValueType::S64 => Value::S64(i64::from_le_bytes(memory.read(address)?)),
        ValueType::U64 => Value::U64(u64::from_le_bytes(memory.read(address)?)),
        ValueType::F32 => Value::F32(f32::from_le_bytes(memory.read(address)?)),
        ValueType::F64 => Value::F64(f64::from_le_bytes(memory.read(address)?)),
        ValueType::Char => Value::Char(char::load(memory, address)?),
        ValueType::String => Value::String(String::load(memory, address)?),
        ValueType::List(_) => {
            let (pointer, len) = load_pair(memory, address)?;
            list(ty, found, memory, pointer, len)?
        }
        ValueType::Enum(cases) => {
            let number = load_discriminant(memory, address, cases.cases.len())?;
            Value::Enum(named(&cases.cases, number, memory)?.name.clone())
        }
        ValueType::Flags(flags) => {
            let bits = match flags_size(flags.flags.len()) {
                1 => u8::from_le_bytes(memory.read(address)?).into(),
                2 => u16::from_le_bytes(memory.read(address)?).into(),
                _ => u32::from_le_bytes(memory.read(address)?),
            };
            Value::Flags(set(&flags.flags, bits))
        }
        ValueType::Own(_) | ValueType::Borrow(_) => {
            let handle = u32::from_le_bytes(memory.read(address)?);
            Value::Handle(memory.take(handle, found)?)
        }
        ValueType::Option(option) => match load_discriminant(memory, address, 2)? {
            0 => Value::Option(None),
            1 => {
                let found = part(memory, found, option.size, 0);
                Value::Option(Some(Box::new(load(&option.some, found, memory, address + option.payload)?)))
            }
            number => return Err(no_case(memory, 2, number)),
        },
        ValueType::Result(result) => {
            let number = load_discriminant(memory, address, 2)?;
            let (ty, number) = side(result, number, memory)?;
            let found = part(memory, found, result.size, number);
            let value = ty.map(|ty| load(ty, found, memory, address + result.payload).map(Box::new)).transpose()?;
            Value::Result(if number == 0 { Ok(value) } else { Err(value) })
        }
        ValueType::Variant(variant) => {
            let number = load_discriminant(memory, address, variant.cases.len())?;
            let case = named(&variant.cases, number, memory)?;
            let found = part(memory, found, variant.size, number as usize);
            let value = case.ty.as_ref().map(|ty| load(ty, found, memory, address + variant.payload).map(Box::new));
            Value::Variant(case.name.clone(), value.transpose()?)
        }
        ValueType::Tuple(tuple) => {
            let items = tuple.items.iter().zip(&tuple.offsets).enumerate().map(|(i, (ty, offset))| {
                let found = part(memory, found, tuple.size, i);
                load(ty, found, memory, address + offset)
            });
            Value::Tuple(items.collect::<Result<_, _>>()?)
        }
        ValueType::Record(record) => {
            let types = record.fields.iter().filter_map(|field| field.ty.as_ref());
            let values = types.zip(&record.offsets).enumerate().map(|(i, (ty, offset))| {
                let found = part(memory, found, record.size, i);
                load(ty, found, memory, address + offset)
            });
            Value::Record(Fields::new(record.names.clone(), values.collect::<Result<_, _>>()?))
        }
        ValueType::Other(_) => return Err(other(memory)),
    })
}

fn list<M: ValueSource>(
    ty: &ValueType,
    found: M::Found,
    memory: &mut M,
    address: usize,
    len: usize,
) -> Result<Value, M::Error> {
    let ValueType::List(list) = ty else { return Err(other(memory)) };
    if let (ValueType::U8, Some(plain)) = (&list.item, <u8 as Lift>::PLAIN) {
        return memory.take_plain(plain, address, len).map(Value::Bytes);
    }
    let size = list.item.size();
    memory.check_items(address, len, size.layout, size.host)?;
    let found = part(memory, found, size, 0);
    let mut items = Vec::with_capacity(len);
    let mut at = address;
    while items.len() < len {
        let batch = (len - items.len()).min(BATCH);
        memory.pace(batch)?;
        for _ in 0..batch {
            items.push(load(&list.item, found, memory, at)?);
            at += size.layout.size;
        }
    }
    Ok(Value::List(items))
}

fn side<'t, M: ValueSource>(
    result: &'t super::value_type::ResultType,
    number: u32,
    memory: &M,
) -> Result<(Option<&'t ValueType>, usize), M::Error> {
    match number {
        0 => Ok((result.ok.as_ref(), 0)),
        1 => Ok((result.err.as_ref(), 1)),
        number => Err(no_case(memory, 2, number)),
    }
}

fn named<'m, M: ValueSource>(cases: &'m [Member], number: u32, memory: &M) -> Result<&'m Member, M::Error> {
    cases.get(number as usize).ok_or_else(|| no_case(memory, cases.len(), number))
}

/// The names of the flags that are set. Other bits mean nothing, as in the canonical ABI.
fn set(flags: &[Member], bits: u32) -> Vec<Arc<str>> {
    let is_set = |i: usize| bits & 1u32.unbounded_shl(i as u32) != 0;
    flags.iter().enumerate().filter(|(i, _)| is_set(*i)).map(|(_, flag)| flag.name.clone()).collect()
}

#[cold]
fn no_case<M: ValueSource>(memory: &M, cases: usize, number: u32) -> M::Error {
    let found = format!("{number}, of {cases} cases");
    memory.fail(AbiError::Conversion { expected: "the number of a case", found })
}

#[cold]
fn other<M: ValueSource>(memory: &M) -> M::Error {
    memory.fail(AbiError::Conversion { expected: "a type that has values", found: "another one".into() })
}
