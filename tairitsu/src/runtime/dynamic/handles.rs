//! The handles among the arguments of a call, checked before the call is made. A bad handle is an error of the caller, so it
//! must not end the container.

use super::function::Function;
use super::value::Value;
use super::value_type::{ResourceType, ValueType};
use crate::runtime::base::bad_handle::BadHandle;
use crate::runtime::base::call_error::CallError;
use crate::runtime::call::client::Client;
use crate::runtime::store::resources::Resources;
use crate::runtime::store::state::State;
use crate::runtime::values::guest_handle::Handle;
use std::sync::Arc;
use wasmtime::StoreContextMut;
use wasmtime::component::types::Type;

/// Checks each handle: whether it is of this container, not given away, and of the resource of its place.
pub(super) fn check(client: &Client<'_>, index: usize, function: &Function, values: &[Value]) -> Result<(), CallError> {
    let Some(found) = client.param_types(index) else { return Ok(()) };
    let mut checker = Checker { resources: client.resources(), seen: Vec::new() };
    for ((ty, found), value) in function.types.iter().zip(found).zip(values) {
        checker.value(ty, Some(found), value).map_err(|(resource, reason)| CallError::Handle {
            function: function.full_name().into(),
            resource: resource.name.to_string(),
            reason,
        })?;
    }
    Ok(())
}

struct Checker<'c, 'v> {
    resources: Option<&'c Arc<Resources>>,
    /// The handles so far, and whether each is given away.
    seen: Vec<(&'v Handle, bool)>,
}

impl<'v> Checker<'_, 'v> {
    fn value<'t>(
        &mut self,
        ty: &'t ValueType,
        found: Option<Type>,
        value: &'v Value,
    ) -> Result<(), (&'t ResourceType, BadHandle)> {
        if !ty.size().handles {
            return Ok(());
        }
        match (ty, value) {
            (ValueType::Own(resource) | ValueType::Borrow(resource), Value::Handle(handle)) => {
                let is_given = matches!(ty, ValueType::Own(_));
                self.handle(found, handle, is_given).map_err(|reason| (&**resource, reason))
            }
            (ValueType::List(list), Value::List(items)) => {
                let item = match found {
                    Some(Type::List(list)) => Some(list.ty()),
                    _ => None,
                };
                items.iter().try_for_each(|value| self.value(&list.item, item.clone(), value))
            }
            (ValueType::Option(option), Value::Option(Some(value))) => {
                let some = match found {
                    Some(Type::Option(option)) => Some(option.ty()),
                    _ => None,
                };
                self.value(&option.some, some, value)
            }
            (ValueType::Result(result), Value::Result(value)) => {
                let (ty, value) = match value {
                    Ok(value) => (&result.ok, value),
                    Err(value) => (&result.err, value),
                };
                let found = match (found, value) {
                    (Some(Type::Result(found)), _) => {
                        if std::ptr::eq(ty, &result.ok) {
                            found.ok()
                        } else {
                            found.err()
                        }
                    }
                    _ => None,
                };
                self.payload(ty.as_ref(), found, value.as_deref())
            }
            (ValueType::Variant(variant), Value::Variant(name, value)) => {
                let found = match found {
                    Some(Type::Variant(found)) => {
                        found.cases().find(|case| *case.name == **name).and_then(|case| case.ty)
                    }
                    _ => None,
                };
                let ty = variant.cases.named(name).and_then(|case| case.ty.as_ref());
                self.payload(ty, found, value.as_deref())
            }
            (ValueType::Tuple(tuple), Value::Tuple(items)) => {
                let found: Vec<_> = match &found {
                    Some(Type::Tuple(found)) => found.types().map(Some).collect(),
                    _ => vec![None; items.len()],
                };
                let mut parts = tuple.items.iter().zip(found).zip(items);
                parts.try_for_each(|((ty, found), value)| self.value(ty, found, value))
            }
            (ValueType::Record(record), Value::Record(fields)) => record.fields.iter().try_for_each(|field| {
                let found = match &found {
                    Some(Type::Record(found)) => {
                        found.fields().find(|found| *found.name == *field.name).map(|found| found.ty)
                    }
                    _ => None,
                };
                self.payload(field.ty.as_ref(), found, fields.get(&field.name))
            }),
            _ => Ok(()),
        }
    }

    fn payload<'t>(
        &mut self,
        ty: Option<&'t ValueType>,
        found: Option<Type>,
        value: Option<&'v Value>,
    ) -> Result<(), (&'t ResourceType, BadHandle)> {
        match (ty, value) {
            (Some(ty), Some(value)) => self.value(ty, found, value),
            _ => Ok(()),
        }
    }

    fn handle(&mut self, found: Option<Type>, handle: &'v Handle, is_given: bool) -> Result<(), BadHandle> {
        let resource = handle.check(self.resources)?;
        if !matches!(found, Some(Type::Own(ty) | Type::Borrow(ty)) if ty == resource.ty()) {
            return Err(BadHandle::OfAnotherResource);
        }
        if self.seen.iter().any(|(seen, given)| *seen == handle && (*given || is_given)) {
            return Err(BadHandle::Gone);
        }
        self.seen.push((handle, is_given));
        Ok(())
    }
}

/// Ends what the guest has lent for a call of a provider. The guest's component is refused if it is not over then.
pub(crate) fn end_lending(
    types: &[ValueType],
    args: &[Value],
    store: &mut StoreContextMut<'_, State>,
) -> wasmtime::Result<()> {
    let mut lent = Vec::new();
    for (ty, value) in types.iter().zip(args) {
        each(ty, value, &mut |ty, handle| {
            if let ValueType::Borrow(_) = ty {
                lent.push(handle.clone());
            }
        });
    }
    lent.into_iter().try_for_each(|handle| handle.end(store))
}

/// Tells the handles in a value which resources they are of.
pub(crate) fn name(ty: &ValueType, value: &Value) {
    each(ty, value, &mut |ty, handle| {
        if let ValueType::Own(resource) | ValueType::Borrow(resource) = ty {
            handle.set_resource(resource);
        }
    });
}

/// Visits the handles in a value that was lifted.
fn each(ty: &ValueType, value: &Value, visit: &mut impl FnMut(&ValueType, &Handle)) {
    if !ty.size().handles {
        return;
    }
    let mut payload = |ty: Option<&ValueType>, value: Option<&Value>| {
        if let (Some(ty), Some(value)) = (ty, value) {
            each(ty, value, visit);
        }
    };
    match (ty, value) {
        (ValueType::Own(_) | ValueType::Borrow(_), Value::Handle(handle)) => visit(ty, handle),
        (ValueType::List(list), Value::List(items)) => items.iter().for_each(|value| each(&list.item, value, visit)),
        (ValueType::Option(option), Value::Option(value)) => payload(Some(&option.some), value.as_deref()),
        (ValueType::Result(result), Value::Result(Ok(value))) => payload(result.ok.as_ref(), value.as_deref()),
        (ValueType::Result(result), Value::Result(Err(value))) => payload(result.err.as_ref(), value.as_deref()),
        (ValueType::Tuple(tuple), Value::Tuple(items)) => {
            tuple.items.iter().zip(items).for_each(|(ty, value)| each(ty, value, visit));
        }
        (ValueType::Record(record), Value::Record(fields)) => {
            record.fields.iter().for_each(|field| payload(field.ty.as_ref(), fields.get(&field.name)));
        }
        (ValueType::Variant(variant), Value::Variant(case, value)) => {
            payload(variant.cases.named(case).and_then(|case| case.ty.as_ref()), value.as_deref());
        }
        _ => {}
    }
}
