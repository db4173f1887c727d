//! Every value of every type by name: as a value without a type into the guest, back, and to Rust again. A second trip is from
//! a value to Rust and back, without a guest.

use super::{ours, row};
use tairitsu::dynamic::Value as Untyped;
use tairitsu::{Container, Limits, ValueType};
use tairitsu_test_menagerie::*;

/// Calls a function by its name in Rust.
fn echo(container: &mut Container, name: &str, args: &[Untyped]) -> Result<Untyped, String> {
    let name = format!("menagerie#{}", name.replace('_', "-"));
    match container.call(&name, args) {
        Ok(Some(value)) => Ok(value),
        Ok(None) => Err("no result".into()),
        Err(error) => Err(error.to_string()),
    }
}

macro_rules! rows {
    (
        one { $($name:ident $_call:ident: $ty:ty $(= $draw:path)?;)* }
        several { $($many:ident $_many_call:ident($($arg:ident: $arg_ty:ty),*);)* }
    ) => {
        #[test]
        fn values_without_types() {
            let pairing = "values without types and our guest";
            // A list of numbers without types takes eight times the memory of the numbers.
            let limits = Limits::default().host_bytes(1 << 30);
            let mut container = Container::builder(ours()).limits(limits).build().unwrap();
            $({
                let name = stringify!($name);
                let function = container.image().unwrap().functions().iter();
                let function = function.clone().find(|function| *function.name == name.replace('_', "-")).unwrap();
                let ty = ValueType::of::<$ty>().unwrap();
                // The image says the same as Rust. Only Rust knows the names of types of other interfaces' homes.
                assert_eq!(function.params[0].ty.to_string(), ty.to_string());
                row!($name, $ty $(, $draw)?).check(pairing, |value| {
                    let value = Untyped::from_rust(value).map_err(|error| error.to_string())?;
                    let again: $ty = value.to_rust().map_err(|error| error.to_string())?;
                    assert!(ty.check(&Untyped::from_rust(&again).unwrap()).is_ok());
                    let echoed = echo(&mut container, name, &[value])?;
                    echoed.to_rust::<$ty>().map_err(|error| error.to_string())
                });
            })*
            $({
                row!($many, ($($arg_ty,)*)).check(pairing, |($($arg,)*)| {
                    let args = [$(Untyped::from_rust($arg).unwrap()),*];
                    let echoed = echo(&mut container, stringify!($many), &args)?;
                    echoed.to_rust::<($($arg_ty,)*)>().map_err(|error| error.to_string())
                });
            })*
        }
    };
}

menagerie!(rows);
