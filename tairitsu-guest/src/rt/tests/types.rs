//! Types as `#[tairitsu::wit]` and `flags!` implement them, and a value of each kind.

use crate::abi::{Lift, Lower, Shape, Sink, Source, WitType, bad_discriminant, load_discriminant, store_discriminant};
use crate::schema::{self, Field, Type, align_to};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::convert::Infallible;
use std::fmt::Debug;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

macro_rules! wit_type {
    ($ty:ty: $schema:expr) => {
        impl WitType for $ty {
            const TYPE: Type = $schema;
            type Ok = Self;
            type Err = Infallible;

            fn into_result(self) -> Result<Self, Infallible> {
                Ok(self)
            }
        }
    };
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Record {
    pub(super) small: u8,
    pub(super) text: String,
    pub(super) list: Vec<u64>,
}

const RECORD: schema::Record = schema::Record::__new(
    "record",
    "",
    "",
    &[
        Field::__new("small", "", Type::U8),
        Field::__new("text", "", Type::String),
        Field::__new("list", "", <Vec<u64>>::TYPE),
    ],
);

wit_type!(Record: Type::Record(&RECORD));

type Fields = (u8, String, Vec<u64>);

// SAFETY: a record has the form of the tuple of its fields.
unsafe impl Lower for Record {
    fn lower<M: Sink>(&self, memory: &mut M, out: &mut [u64]) -> Result<(), M::Error> {
        self.small.lower(memory, out)?;
        self.text.lower(memory, &mut out[1..])?;
        self.list.lower(memory, &mut out[3..])
    }

    fn store<M: Sink>(&self, memory: &mut M, address: usize) -> Result<(), M::Error> {
        let text = align_to(1, String::LAYOUT.align);
        self.small.store(memory, address)?;
        self.text.store(memory, address + text)?;
        self.list.store(memory, address + text + String::LAYOUT.size)
    }
}

// SAFETY: a record has the form of the tuple of its fields.
unsafe impl Lift for Record {
    fn lift<M: Source>(memory: &mut M, flat: &[u64]) -> Result<Self, M::Error> {
        Fields::lift(memory, flat).map(|(small, text, list)| Record { small, text, list })
    }

    fn load<M: Source>(memory: &mut M, address: usize) -> Result<Self, M::Error> {
        Fields::load(memory, address).map(|(small, text, list)| Record { small, text, list })
    }
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Variant {
    Nothing,
    Number(u64),
    Text(String),
}

const VARIANT: schema::Variant = schema::Variant::__new(
    "variant",
    "",
    "",
    &[
        Field::__new("nothing", "", Type::Unit),
        Field::__new("number", "", Type::U64),
        Field::__new("text", "", Type::String),
    ],
);

wit_type!(Variant: Type::Variant(&VARIANT));

// SAFETY: the discriminant and the payload are at their places.
unsafe impl Lower for Variant {
    fn lower<M: Sink>(&self, memory: &mut M, out: &mut [u64]) -> Result<(), M::Error> {
        match self {
            Variant::Nothing => Ok(()),
            Variant::Number(number) => {
                out[0] = 1;
                number.lower(memory, &mut out[1..])
            }
            Variant::Text(text) => {
                out[0] = 2;
                text.lower(memory, &mut out[1..])
            }
        }
    }

    fn store<M: Sink>(&self, memory: &mut M, address: usize) -> Result<(), M::Error> {
        let payload = address + Self::TYPE.payload_offset();
        match self {
            Variant::Nothing => store_discriminant(memory, address, 3, 0),
            Variant::Number(number) => {
                store_discriminant(memory, address, 3, 1)?;
                number.store(memory, payload)
            }
            Variant::Text(text) => {
                store_discriminant(memory, address, 3, 2)?;
                text.store(memory, payload)
            }
        }
    }
}

// SAFETY: it lifts the payload of the case that the discriminant names.
unsafe impl Lift for Variant {
    fn lift<M: Source>(memory: &mut M, flat: &[u64]) -> Result<Self, M::Error> {
        match flat[0] as u32 {
            0 => Ok(Variant::Nothing),
            1 => u64::lift(memory, &flat[1..]).map(Variant::Number),
            2 => String::lift(memory, &flat[1..]).map(Variant::Text),
            found => Err(bad_discriminant::<Self, _>(memory, found)),
        }
    }

    fn load<M: Source>(memory: &mut M, address: usize) -> Result<Self, M::Error> {
        let payload = address + Self::TYPE.payload_offset();
        match load_discriminant(memory, address, 3)? {
            0 => Ok(Variant::Nothing),
            1 => u64::load(memory, payload).map(Variant::Number),
            2 => String::load(memory, payload).map(Variant::Text),
            found => Err(bad_discriminant::<Self, _>(memory, found)),
        }
    }
}

/// Nine flags, which are two bytes in memory.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Flags(pub(super) u16);

const FLAG: Field = Field::__new("f", "", Type::Unit);
const FLAGS: schema::Flags = schema::Flags::__new("flags", "", "", &[FLAG; 9]);

wit_type!(Flags: Type::Flags(&FLAGS));

// SAFETY: it writes two bytes.
unsafe impl Lower for Flags {
    fn lower<M: Sink>(&self, _: &mut M, out: &mut [u64]) -> Result<(), M::Error> {
        out[0] = self.0.into();
        Ok(())
    }

    fn store<M: Sink>(&self, memory: &mut M, address: usize) -> Result<(), M::Error> {
        memory.write(address, self.0.to_le_bytes())
    }
}

// SAFETY: it reads two bytes.
unsafe impl Lift for Flags {
    fn lift<M: Source>(_: &mut M, flat: &[u64]) -> Result<Self, M::Error> {
        Ok(Flags(flat[0] as u16))
    }

    fn load<M: Source>(memory: &mut M, address: usize) -> Result<Self, M::Error> {
        memory.read(address).map(|bytes| Flags(u16::from_le_bytes(bytes)))
    }
}

/// A type without size in Rust that has a size in memory: two cases of one, as it were.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Wide;

wit_type!(Wide: Type::Tuple(&[Type::U8, Type::U8]));

// SAFETY: it writes two bytes.
unsafe impl Lower for Wide {
    fn lower<M: Sink>(&self, _: &mut M, _: &mut [u64]) -> Result<(), M::Error> {
        Ok(())
    }

    fn store<M: Sink>(&self, memory: &mut M, address: usize) -> Result<(), M::Error> {
        memory.write(address, [0, 0])
    }
}

// SAFETY: it uses no address.
unsafe impl Lift for Wide {
    fn lift<M: Source>(_: &mut M, _: &[u64]) -> Result<Self, M::Error> {
        Ok(Wide)
    }

    fn load<M: Source>(_: &mut M, _: usize) -> Result<Self, M::Error> {
        Ok(Wide)
    }
}

pub(super) fn record(small: u8) -> Record {
    Record { small, text: "a text".repeat(small.into()), list: vec![u64::MAX; small.into()] }
}

/// What a test does with a value of any type.
pub(super) trait Visit {
    fn visit<T: Lower + Lift + Clone + PartialEq + Debug>(&mut self, value: T);
}

/// Visits a value, and lists of it: nested, in a tuple, in an option and in a result.
fn each<T: Lower + Lift + Clone + PartialEq + Debug>(visit: &mut impl Visit, value: T) {
    visit.visit(value.clone());
    visit.visit(Vec::<T>::new());
    visit.visit(vec![vec![value.clone()], vec![], vec![value.clone(); 2]]);
    visit.visit(vec![(7u8, Some(value.clone())), (8, None)]);
    visit.visit(vec![Ok::<_, String>(value), Err("no".into())]);
}

/// Visits a value of each kind of type.
pub(super) fn every_kind(visit: &mut impl Visit) {
    each(visit, ());
    each(visit, true);
    each(visit, 'ß');
    each(visit, i8::MIN);
    each(visit, u16::MAX);
    each(visit, i32::MIN);
    each(visit, u64::MAX);
    each(visit, 1.5f32);
    each(visit, f64::MIN);
    each(visit, String::new());
    each(visit, String::from("日本語"));
    each(visit, record(3));
    each(visit, Variant::Nothing);
    each(visit, Variant::Number(1));
    each(visit, Variant::Text("case".into()));
    each(visit, Flags(0x1ff));
    each(visit, Wide);
    each(visit, [1u16, 2, 3]);
    each(visit, Duration::new(5, 6));
    each(visit, IpAddr::from([127, 0, 0, 1]));
    visit.visit(Box::new(record(1)));
    visit.visit(Arc::<[Flags]>::from([Flags(1), Flags(2)]));
    visit.visit(VecDeque::from([String::from("a"), String::new()]));
    visit.visit(BTreeSet::from([3u32, 1, 2]));
    visit.visit(BTreeMap::from([(String::from("key"), vec![1u8]), (String::new(), vec![])]));
    visit.visit((
        1u8,
        2u64,
        3u16,
        String::from("16"),
        (4u32, 5u8),
        vec!['a'],
        Some(1.0f64),
        record(1),
        Flags(1),
        false,
    ));
}
