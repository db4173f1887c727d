//! Values on their way through wasmtime.
//!
//! wasmtime lifts and lowers types that implement its own traits. This file implements those traits once, for
//! [`ValueTuple`]. The implementation runs our lift and lower over a component's linear memory. It is the same code
//! that runs in a guest, and every access is checked. So a type needs one implementation for both sides, and
//! `#[tairitsu::wit]` writes no code that names wasmtime.

use crate::runtime::ledger::observe::Outcome;
use crate::runtime::store::resources::{Lifted, Whose};
use crate::runtime::values::memory::{LiftMemory, LowerMemory};
use std::convert::Infallible;
use std::mem::MaybeUninit;
use std::sync::Arc;
use tairitsu_guest::abi::{Lift, Lower, Shape, WitType};
use tairitsu_guest::schema::{Field, Layout, Type};
use wasmtime::component::__internal::{CanonicalAbiInfo, InstanceType, InterfaceType, LiftContext, LowerContext};
use wasmtime::component::{self, ComponentNamedList, ComponentType};
use wasmtime::{Result, ValRaw, bail};

/// The parameters or the results of a function, as a tuple. The tuple has `N` flat values; `N` is 17 for more than 16.
pub(crate) struct ValueTuple<T, const N: usize> {
    pub(crate) value: T,
    /// The store of its handles. `None` if it was not lifted, or has no handles.
    pub(crate) whose: Option<Arc<Whose>>,
}

impl<T, const N: usize> ValueTuple<T, N> {
    #[inline]
    pub(crate) fn new(value: T) -> Self {
        Self { value, whose: None }
    }
}

// SAFETY: every tuple that is made is lowered or lifted. Types with these functions are `Send` and `Sync` natively, says
// the contract of `Lower` and `Lift`. A bound here would let rustc prove it anew, part by part, and it gives up on types
// that are deep inside each other.
unsafe impl<T, const N: usize> Send for ValueTuple<T, N> {}

// SAFETY: that of `Send`.
unsafe impl<T, const N: usize> Sync for ValueTuple<T, N> {}

impl<T, const N: usize> Lifted for ValueTuple<T, N> {
    #[inline]
    fn whose(&self) -> Option<&Arc<Whose>> {
        self.whose.as_ref()
    }
}

impl<R: Results, const N: usize> Outcome for ValueTuple<R, N> {
    #[inline]
    fn is_own_error(&self) -> bool {
        self.value.is_own_error_of_function()
    }
}

/// The results of a function: no result, or a single result.
pub trait Results: Lift {
    /// The value that the function returns: `()` for no result.
    type Value;
    /// The value that a client's call returns on success: `T` of `Result<T, E>`, or the type itself for any other type.
    type Returned;
    /// The function's own error: `E` of `Result<T, E>`.
    type Error;

    /// The value that the function returned.
    fn into_value(self) -> Self::Value;

    /// Separates the function's own error from its result.
    fn settle(value: Self::Value) -> std::result::Result<Self::Returned, Self::Error>;

    /// Whether the function returned its own error.
    fn is_own_error_of_function(&self) -> bool;
}

impl Results for () {
    type Value = ();
    type Returned = ();
    type Error = Infallible;

    #[inline]
    fn into_value(self) {}

    #[inline]
    fn settle(_: ()) -> std::result::Result<(), Infallible> {
        Ok(())
    }

    #[inline]
    fn is_own_error_of_function(&self) -> bool {
        false
    }
}

impl<T: Lift> Results for (T,) {
    type Value = T;
    type Returned = T::Ok;
    type Error = T::Err;

    #[inline]
    fn into_value(self) -> T {
        self.0
    }

    #[inline]
    fn settle(value: T) -> std::result::Result<T::Ok, T::Err> {
        value.into_result()
    }

    #[inline]
    fn is_own_error_of_function(&self) -> bool {
        self.0.is_own_error()
    }
}

// SAFETY: the lowered form is an array of `N` slots. `N` is the tuple's count of flat values, asserted below. The only
// exception: `N` is 17 for every count above 16. wasmtime never passes such a tuple flat, and asks for no slot of it.
// Size and alignment are those of the schema, which are the canonical ones.
unsafe impl<T: WitType, const N: usize> ComponentType for ValueTuple<T, N> {
    type Lower = [ValRaw; N];

    const ABI: CanonicalAbiInfo = {
        assert!(N == T::FLAT, "a carrier has as many slots as its values have flat values");
        let Layout { size, align } = T::LAYOUT;
        // Here no component has a 64-bit memory: the engine is not configured for 64-bit memories.
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

// SAFETY: `typecheck` treats `T` as the tuple that `T` is.
unsafe impl<T: WitType, const N: usize> ComponentNamedList for ValueTuple<T, N> {}

/// Checks that a component's type is the type of the schema: the same structure, and the same names of fields and
/// cases.
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
        // The linker has checked which resource of the host this is. A guest's resource is checked whenever it is
        // lowered.
        (Type::Own(_), InterfaceType::Own(_)) | (Type::Borrow(_), InterfaceType::Borrow(_)) => Ok(()),
        (expected, _) => bail!("expected `{expected}`, found another type"),
    }
}

fn check_names<'a>(ty: &str, expected: &[Field], found: impl Iterator<Item = &'a str>) -> Result<()> {
    if expected.iter().map(|field| field.name).eq(found) {
        Ok(())
    } else {
        bail!("expected the fields, cases or flags of `{ty}`, found others")
    }
}

// SAFETY: `lower` writes the flat values of the type, in the canonical order, to as many slots. `store` writes to the
// memory that was allocated for the type.
unsafe impl<T: Lower, const N: usize> component::Lower for ValueTuple<T, N> {
    #[inline]
    fn linear_lower_to_flat<S>(
        &self,
        cx: &mut LowerContext<'_, S>,
        ty: InterfaceType,
        dst: &mut MaybeUninit<[ValRaw; N]>,
    ) -> Result<()> {
        let mut flat = [0; N];
        self.value.lower(&mut LowerMemory::new(cx, ty, &T::TYPE), &mut flat)?;
        // A slot is little-endian. A reader of fewer bytes reads the low bytes.
        dst.write(flat.map(ValRaw::u64));
        Ok(())
    }

    #[inline]
    fn linear_lower_to_memory<S>(&self, cx: &mut LowerContext<'_, S>, ty: InterfaceType, offset: usize) -> Result<()> {
        self.value.store(&mut LowerMemory::new(cx, ty, &T::TYPE), offset)
    }
}

// SAFETY: each value is lifted by its own type, which checks the value.
unsafe impl<T: Lift, const N: usize> component::Lift for ValueTuple<T, N> {
    #[inline]
    fn linear_lift_from_flat(cx: &mut LiftContext<'_>, ty: InterfaceType, src: &[ValRaw; N]) -> Result<Self> {
        let flat = src.map(|slot| slot.get_u64());
        let mut memory = LiftMemory::new(cx, ty, &T::TYPE);
        let value = T::lift(&mut memory, &flat)?;
        Ok(ValueTuple { value, whose: memory.whose })
    }

    #[inline]
    fn linear_lift_from_memory(cx: &mut LiftContext<'_>, ty: InterfaceType, bytes: &[u8]) -> Result<Self> {
        // `bytes` is a part of the memory, and our addresses count from the memory's start. Every access is checked, so
        // any other address is an error.
        let address = bytes.as_ptr().addr().wrapping_sub(cx.memory().as_ptr().addr());
        let mut memory = LiftMemory::new(cx, ty, &T::TYPE);
        let value = T::load(&mut memory, address)?;
        Ok(ValueTuple { value, whose: memory.whose })
    }
}
