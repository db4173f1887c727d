//! The arguments and the result of a provider's function, on their way through wasmtime.
//!
//! wasmtime hands over as many slots as the function has. So there is a type for each count of slots, which the component's
//! own type of the function is checked against.

use super::lift;
use super::lower;
use super::of_component;
use super::value::Value;
use super::value_type::{MAX_FLAT, ValueType};
use crate::runtime::store::resources::{Lifted, Whose};
use crate::runtime::values::memory::{LiftMemory, LowerMemory};
use std::mem::MaybeUninit;
use std::sync::Arc;
use tairitsu_guest::schema::Type;
use wasmtime::component::__internal::{CanonicalAbiInfo, InstanceType, InterfaceType, LiftContext, LowerContext};
use wasmtime::component::{self, ComponentNamedList, ComponentType};
use wasmtime::{Result, ValRaw, bail};

/// The arguments of a call, in `N` slots. With more than [`MAX_FLAT`] slots they are in memory, and `N` is 0.
pub(super) struct Arguments<const N: usize, const IN_MEMORY: bool> {
    pub(super) values: Vec<Value>,
    whose: Option<Arc<Whose>>,
}

/// The result of a call, in `N` slots: one or none. A result in memory has one, its address, which wasmtime keeps.
pub(super) struct Answer<const N: usize> {
    pub(super) ty: Option<ValueType>,
    pub(super) value: Option<Value>,
}

/// So many slots, and no bytes in memory as far as wasmtime knows.
const fn slots(count: Option<u8>) -> CanonicalAbiInfo {
    CanonicalAbiInfo { size32: 0, align32: 1, size64: 0, align64: 1, flat_count: count }
}

/// Checks the count of slots that a list of types has.
fn check_slots(ty: &InterfaceType, types: &InstanceType<'_>, most: usize, expected: Option<usize>) -> Result<()> {
    let InterfaceType::Tuple(list) = ty else { bail!("expected a list of types") };
    let found = types.types[*list].abi.flat_count(most);
    if found != expected {
        bail!("expected {expected:?} slots, found {found:?}");
    }
    Ok(())
}

impl<const N: usize, const IN_MEMORY: bool> Lifted for Arguments<N, IN_MEMORY> {
    fn whose(&self) -> Option<&Arc<Whose>> {
        self.whose.as_ref()
    }
}

// SAFETY: the lowered form is `N` slots, which `typecheck` compares with the function's parameters. Arguments in memory have
// no size here: `linear_lift_from_memory` takes only their address, and checks every access.
unsafe impl<const N: usize, const IN_MEMORY: bool> ComponentType for Arguments<N, IN_MEMORY> {
    type Lower = [ValRaw; N];

    const ABI: CanonicalAbiInfo = slots(if IN_MEMORY { None } else { Some(N as u8) });

    const MAY_REQUIRE_REALLOC: bool = true;

    fn typecheck(ty: &InterfaceType, types: &InstanceType<'_>) -> Result<()> {
        check_slots(ty, types, MAX_FLAT, if IN_MEMORY { None } else { Some(N) })
    }
}

// SAFETY: the arguments are lifted by the types that the component declares for them, one after the other.
unsafe impl<const N: usize, const IN_MEMORY: bool> ComponentNamedList for Arguments<N, IN_MEMORY> {}

// SAFETY: each value is lifted by the type that the component declares for it, and each access is checked.
unsafe impl<const N: usize, const IN_MEMORY: bool> component::Lift for Arguments<N, IN_MEMORY> {
    fn linear_lift_from_flat(cx: &mut LiftContext<'_>, ty: InterfaceType, src: &[ValRaw; N]) -> Result<Self> {
        let types = parts(ty, cx);
        let flat = src.map(|slot| slot.get_u64());
        let mut memory = LiftMemory::new(cx, ty, &Type::Unit);
        let mut at = 0;
        let values = types.into_iter().map(|found| {
            let ty = of_component::value_type(&found, memory.types());
            let value = lift::lift(&ty, Some(found), &mut memory, &flat[at..])?;
            at += ty.size().flat;
            Ok(value)
        });
        let values = values.collect::<Result<_>>()?;
        Ok(Self { values, whose: memory.whose })
    }

    fn linear_lift_from_memory(cx: &mut LiftContext<'_>, ty: InterfaceType, bytes: &[u8]) -> Result<Self> {
        let types = parts(ty, cx);
        let address = bytes.as_ptr().addr().wrapping_sub(cx.memory().as_ptr().addr());
        let mut memory = LiftMemory::new(cx, ty, &Type::Unit);
        let declared: Vec<_> = types.iter().map(|found| of_component::value_type(found, memory.types())).collect();
        let (_, offsets) = super::value_type::sequence(declared.iter());
        let parts = declared.iter().zip(types).zip(offsets);
        let values = parts.map(|((ty, found), at)| lift::load(ty, Some(found), &mut memory, address.wrapping_add(at)));
        let values = values.collect::<Result<_>>()?;
        Ok(Self { values, whose: memory.whose })
    }
}

/// The types in a list of types.
fn parts(ty: InterfaceType, cx: &LiftContext<'_>) -> Vec<InterfaceType> {
    match ty {
        InterfaceType::Tuple(list) => cx.types[list].types.to_vec(),
        _ => Vec::new(),
    }
}

// SAFETY: the lowered form is `N` slots, which `typecheck` compares with the function's result. A result in memory has no size
// here, and no slot.
unsafe impl<const N: usize> ComponentType for Answer<N> {
    type Lower = [ValRaw; N];

    const ABI: CanonicalAbiInfo = slots(Some(N as u8));

    const MAY_REQUIRE_REALLOC: bool = true;

    fn typecheck(ty: &InterfaceType, types: &InstanceType<'_>) -> Result<()> {
        // A result in memory has no slots that wasmtime writes.
        match check_slots(ty, types, 1, None) {
            Ok(()) => Ok(()),
            Err(_) => check_slots(ty, types, 1, Some(N)),
        }
    }
}

// SAFETY: the result is lowered by the type that the component declares for it.
unsafe impl<const N: usize> ComponentNamedList for Answer<N> {}

// SAFETY: all slots are written. In memory, the value is stored at the address that wasmtime has checked for its type.
unsafe impl<const N: usize> component::Lower for Answer<N> {
    fn linear_lower_to_flat<S>(
        &self,
        cx: &mut LowerContext<'_, S>,
        ty: InterfaceType,
        dst: &mut MaybeUninit<[ValRaw; N]>,
    ) -> Result<()> {
        let mut flat = [0; N];
        if let (Some(result), Some(value)) = (&self.ty, &self.value) {
            if result.size().flat > N {
                bail!("expected a result of {N} slots, found one of {}", result.size().flat);
            }
            let mut memory = LowerMemory::new(cx, ty, &Type::Unit);
            let found = lower::part(&memory, Some(ty), result.size(), 0);
            lower::lower(result, found, value, &mut memory, &mut flat)?;
        }
        dst.write(flat.map(ValRaw::u64));
        Ok(())
    }

    fn linear_lower_to_memory<S>(&self, cx: &mut LowerContext<'_, S>, ty: InterfaceType, offset: usize) -> Result<()> {
        let (Some(result), Some(value)) = (&self.ty, &self.value) else { bail!("expected a result, found none") };
        let mut memory = LowerMemory::new(cx, ty, &Type::Unit);
        let found = lower::part(&memory, Some(ty), result.size(), 0);
        lower::store(result, found, value, &mut memory, offset)
    }
}
