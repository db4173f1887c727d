//! Our guest on a host of `bindgen!`. [`Mirror`] turns random values of our types into values of bindgen's types. So
//! the test reaches every value that the guest's types have.

use super::mirror::Mirror;
use super::{OURS, row};
use crate::raw;
use tairitsu_test_menagerie::*;
mod bindings {
    #![allow(missing_docs, unreachable_pub)]
    wasmtime::component::bindgen!({ path: "fixtures/menagerie.wit", world: "without-annex" });
}

use bindings::exports::test::menagerie::menagerie as theirs;

macro_rules! rows {
    (
        one { $($name:ident $call:ident: $ty:ty $(= $draw:path)?;)* }
        several { $($many:ident $many_call:ident($($arg:ident: $arg_ty:ty),*);)* }
    ) => {
        #[test]
        fn a_host_of_bindgen_and_our_guest() {
            let pairing = "a host of bindgen and our guest";
            let (mut store, component, linker) = raw::host(OURS, (), |_| Ok(()));
            let world = bindings::WithoutAnnex::instantiate(&mut store, &component, &linker).unwrap();
            let guest = world.test_menagerie_menagerie();
            let mut mirror = Mirror::new(component.engine(), Menagerie.interface());
            $({
                let name = stringify!($name).replace('_', "-");
                row!($name, $ty $(, $draw)?).check(pairing, |value| {
                    let value = mirror.give(&name, value);
                    let echo = guest.$call(&mut store, lend(&value)).map_err(|error| format!("{error:?}"))?;
                    Ok(mirror.take(&name, one_of(&value, echo)))
                });
            })*
            $({
                let name = stringify!($many).replace('_', "-");
                row!($many, ($($arg_ty,)*)).check(pairing, |value| {
                    let value = mirror.give(&name, value);
                    let ($($arg,)*) = &value;
                    let echo = guest.$many_call(&mut store, $(lend($arg)),*).map_err(|error| format!("{error:?}"))?;
                    Ok(mirror.take(&name, one_of(&value, echo)))
                });
            })*
        }
    };
}

menagerie!(rows);

/// Ties two values to one type. From that type the compiler infers what the mirror gives.
fn one_of<B>(_: &B, echo: B) -> B {
    echo
}

/// A value of bindgen's type as the parameter of a call. Strings and lists are borrowed, inside options, results and
/// tuples too.
fn lend<'a, A, B: Lend<'a, A>>(value: &'a B) -> A {
    value.lend()
}

trait Lend<'a, A> {
    fn lend(&'a self) -> A;
}

/// Types that bindgen passes by value.
trait ByValue: Copy {}

impl<T: ByValue> Lend<'_, T> for T {
    fn lend(&self) -> T {
        *self
    }
}

impl<'a, T> Lend<'a, &'a T> for T {
    fn lend(&'a self) -> &'a T {
        self
    }
}

impl<'a> Lend<'a, &'a str> for String {
    fn lend(&'a self) -> &'a str {
        self
    }
}

impl<'a, T> Lend<'a, &'a [T]> for Vec<T> {
    fn lend(&'a self) -> &'a [T] {
        self
    }
}

impl<'a, T: Lend<'a, A>, A> Lend<'a, Option<A>> for Option<T> {
    fn lend(&'a self) -> Option<A> {
        self.as_ref().map(T::lend)
    }
}

impl<'a, T: Lend<'a, A>, A, E: Lend<'a, B>, B> Lend<'a, Result<A, B>> for Result<T, E> {
    fn lend(&'a self) -> Result<A, B> {
        self.as_ref().map(T::lend).map_err(E::lend)
    }
}

macro_rules! by_value {
    ($($ty:ty),*) => {
        $(impl ByValue for $ty {})*
    };
}

by_value!((), bool, u8, i8, u16, i16, u32, i32, u64, i64, f32, f64, char);
by_value!(theirs::Enum1, theirs::Enum2, theirs::Enum255, theirs::Enum257, theirs::Enum300, theirs::Kind);
by_value!(theirs::Flags1, theirs::Flags8, theirs::Flags9, theirs::Flags16, theirs::Flags17, theirs::Flags32);
by_value!(theirs::Flags33, theirs::Flags64, theirs::Flags65, theirs::Point, theirs::ChoiceOfResultOfUnitAndUnitAndU64);
by_value!(theirs::Tiny, theirs::Place, theirs::Mixed, theirs::Forth, theirs::Back, theirs::Aligned, theirs::Variant257);

macro_rules! tuples {
    () => {};
    ($first:ident $first_lent:ident $($ty:ident $lent:ident)*) => {
        #[allow(non_snake_case)]
        impl<'a, $first: Lend<'a, $first_lent>, $first_lent, $($ty: Lend<'a, $lent>, $lent),*>
            Lend<'a, ($first_lent, $($lent,)*)> for ($first, $($ty,)*)
        {
            fn lend(&'a self) -> ($first_lent, $($lent,)*) {
                let ($first, $($ty,)*) = self;
                ($first.lend(), $($ty.lend(),)*)
            }
        }
        tuples!($($ty $lent)*);
    };
}

tuples!(A AA B BB C CC D DD E EE F FF G GG H HH I II J JJ K KK L LL M MM N NN O OO P PP);
