//! Values on their way through wasmtime.
//!
//! wasmtime passes values of types that it knows when Rust is compiled. Here one type stands for all arguments, and one for
//! all results. Whether they go through memory is decided by the values' types, and not by wasmtime.

use super::lift::{self, ValueSource};
use super::lower::{self, ValueSink};
use super::of_component;
use super::value::Value;
use super::value_type::{MAX_FLAT, Size, ValueType};
use crate::runtime::ledger::observe::Outcome;
use crate::runtime::store::resources::{Lifted, Whose};
use crate::runtime::values::guest_handle::Handle;
use crate::runtime::values::memory::{LiftMemory, LowerMemory};
use std::cell::RefCell;
use std::mem::MaybeUninit;
use std::sync::Arc;
use tairitsu_guest::schema::{Layout, Type};
use wasmtime::component::__internal::{CanonicalAbiInfo, InstanceType, InterfaceType, LiftContext, LowerContext};
use wasmtime::component::{self, ComponentNamedList, ComponentType};
use wasmtime::{Result, ValRaw, bail};

/// The arguments of a call. They were checked.
pub(crate) struct Args<'c> {
    pub(crate) types: &'c [ValueType],
    /// The size of all, one after the other, and their offsets.
    pub(crate) size: Size,
    pub(crate) offsets: &'c [usize],
    pub(crate) values: &'c [Value],
}

/// The result of a call, if the function has one.
pub(crate) struct Returned {
    pub(crate) value: Option<Value>,
    whose: Option<Arc<Whose>>,
}

impl Returned {
    pub(crate) fn into_parts(self) -> (Option<Value>, Option<Arc<Whose>>) {
        (self.value, self.whose)
    }
}

impl Lifted for Returned {
    fn whose(&self) -> Option<&Arc<Whose>> {
        self.whose.as_ref()
    }
}

impl Outcome for Returned {
    fn is_own_error(&self) -> bool {
        matches!(self.value, Some(Value::Result(Err(_))))
    }
}

thread_local! {
    /// The type of the result of the call by name that runs on this thread.
    static EXPECTED: RefCell<Option<ValueType>> = const { RefCell::new(None) };
}

/// Runs a call, or a part of one, whose result is lifted as this type. Without the type, lifting would make it anew from the
/// component's types, for each call.
pub(super) fn expecting<R>(ty: Option<&ValueType>, call: impl FnOnce() -> R) -> R {
    /// Puts back the type of the call around this one, also after a panic.
    struct Before(Option<ValueType>);

    impl Drop for Before {
        fn drop(&mut self) {
            EXPECTED.set(self.0.take());
        }
    }

    let _before = Before(EXPECTED.replace(ty.cloned()));
    call()
}

/// So many slots, none of them in memory as far as wasmtime knows.
const fn slots(count: u8) -> CanonicalAbiInfo {
    CanonicalAbiInfo { size32: 0, align32: 1, size64: 0, align64: 1, flat_count: Some(count) }
}

// SAFETY: the lowered form is as many slots as a core function takes at most. wasmtime passes the function their address,
// and the function reads as many of them as it has parameters.
unsafe impl ComponentType for Args<'_> {
    type Lower = [ValRaw; MAX_FLAT];

    const ABI: CanonicalAbiInfo = slots(MAX_FLAT as u8);

    const MAY_REQUIRE_REALLOC: bool = true;

    fn typecheck(_: &InterfaceType, _: &InstanceType<'_>) -> Result<()> {
        bail!("expected types that are known when Rust is compiled, found values without types")
    }
}

// SAFETY: the arguments are lowered by the types of the function's parameters, one after the other.
unsafe impl ComponentNamedList for Args<'_> {}

// SAFETY: all slots are written. The slots that the function reads are the flat values of its parameters, or the address
// of the parameters in memory that was allocated for them.
unsafe impl component::Lower for Args<'_> {
    fn linear_lower_to_flat<S>(
        &self,
        cx: &mut LowerContext<'_, S>,
        ty: InterfaceType,
        dst: &mut MaybeUninit<[ValRaw; MAX_FLAT]>,
    ) -> Result<()> {
        let mut flat = [0; MAX_FLAT];
        let Layout { size, align } = self.size.layout;
        let params = self.types.iter().zip(self.values).enumerate();
        if self.size.flat <= MAX_FLAT {
            let mut memory = LowerMemory::new(cx, ty, &Type::Unit);
            let mut at = 0;
            for (i, (param, value)) in params {
                let found = lower::part(&memory, Some(ty), self.size, i);
                lower::lower(param, found, value, &mut memory, &mut flat[at..])?;
                at += param.size().flat;
            }
        } else {
            // The guest may keep and free this memory, so it does not come from an arena.
            let address = cx.realloc(0, 0, align as u32, size)?;
            let mut memory = LowerMemory::new(cx, ty, &Type::Unit);
            for (i, (param, value)) in params {
                let found = lower::part(&memory, Some(ty), self.size, i);
                lower::store(param, found, value, &mut memory, address + self.offsets[i])?;
            }
            flat[0] = address as u64;
        }
        // A slot is little-endian. A reader of fewer bytes reads the low bytes.
        dst.write(flat.map(ValRaw::u64));
        Ok(())
    }

    fn linear_lower_to_memory<S>(&self, _: &mut LowerContext<'_, S>, _: InterfaceType, _: usize) -> Result<()> {
        bail!("expected arguments in slots, found arguments in memory")
    }
}

// SAFETY: the lowered form is the one slot that a function's result has, be it a value or an address. `Args` has written the
// slot before, so it is never without a value.
unsafe impl ComponentType for Returned {
    type Lower = [ValRaw; 1];

    const ABI: CanonicalAbiInfo = slots(1);

    const MAY_REQUIRE_REALLOC: bool = false;

    fn typecheck(_: &InterfaceType, _: &InstanceType<'_>) -> Result<()> {
        bail!("expected types that are known when Rust is compiled, found values without types")
    }
}

// SAFETY: the result is lifted by the type of the function's result.
unsafe impl ComponentNamedList for Returned {}

// SAFETY: the value is lifted by the type that the component has for it, and each access is checked.
unsafe impl component::Lift for Returned {
    fn linear_lift_from_flat(cx: &mut LiftContext<'_>, ty: InterfaceType, src: &[ValRaw; 1]) -> Result<Self> {
        let Some(found) = of_component::part(&ty, 0, cx.types) else { return Ok(Self { value: None, whose: None }) };
        let result = match EXPECTED.with_borrow(Option::clone) {
            Some(expected) => expected,
            None => of_component::value_type(&found, cx.types),
        };
        let mut memory = LiftMemory::new(cx, ty, &Type::Unit);
        let slot = src[0].get_u64();
        let value = match result.size().flat {
            ..=1 => lift::lift(&result, Some(found), &mut memory, &[slot])?,
            _ => {
                let address = slot as u32 as usize;
                if !address.is_multiple_of(result.size().layout.align) {
                    bail!("expected a result at a multiple of {}, found it at {address}", result.size().layout.align);
                }
                lift::load(&result, Some(found), &mut memory, address)?
            }
        };
        Ok(Self { value: Some(value), whose: memory.whose })
    }

    fn linear_lift_from_memory(_: &mut LiftContext<'_>, _: InterfaceType, _: &[u8]) -> Result<Self> {
        bail!("expected a result in a slot, found one in memory")
    }
}

impl<S: 'static> ValueSink for LowerMemory<'_, '_, S> {
    type Found = Option<InterfaceType>;

    fn part(&self, found: Self::Found, index: usize) -> Self::Found {
        of_component::part(&found?, index, self.types())
    }

    fn put(&mut self, handle: &Handle, found: Self::Found) -> Result<u32> {
        let (Some(ty @ (InterfaceType::Own(_) | InterfaceType::Borrow(_))), resources) = (found, self.resources()?)
        else {
            bail!("expected a handle, found another type")
        };
        let resource = match handle.check(Some(&resources)) {
            Ok(resource) => resource,
            Err(bad) => bail!("expected a resource that can be passed on, found {bad}"),
        };
        if matches!(ty, InterfaceType::Own(_)) {
            handle.give();
        }
        self.lower_handle(&resource, ty)
    }
}

impl ValueSource for LiftMemory<'_, '_> {
    type Found = Option<InterfaceType>;

    fn part(&self, found: Self::Found, index: usize) -> Self::Found {
        of_component::part(&found?, index, self.types())
    }

    fn take(&mut self, handle: u32, found: Self::Found) -> Result<Handle> {
        let Some(ty @ (InterfaceType::Own(_) | InterfaceType::Borrow(_))) = found else {
            bail!("expected a handle, found another type")
        };
        let (resource, whose) = self.lift_any(handle, ty)?;
        Ok(Handle::lifted(resource, whose))
    }

    fn check_items(&mut self, address: usize, len: usize, layout: Layout, host: usize) -> Result<()> {
        self.check_list(address, len, layout, host)
    }
}
