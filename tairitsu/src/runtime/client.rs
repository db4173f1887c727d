//! Typed calls into a guest.

use super::container::State;
use super::error::{CallError, Trap};
use super::image::Image;
use crate::__private::HasInterface;
use std::convert::Infallible;
use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;
use tairitsu_guest::schema::Interface;
use wasmtime::Store;
use wasmtime::component::{ComponentExportIndex, ComponentNamedList, Func, Instance, Lift, Lower, TypedFunc};

/// Why a function could not be resolved.
pub type ResolveError = wasmtime::Error;

/// An interface that a guest exports. `#[tairitsu::guest]` implements it for the trait's object type.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no interface that a guest exports",
    note = "put `#[tairitsu::guest]` on the trait"
)]
pub trait GuestInterface: HasInterface + 'static {
    /// The typed client.
    type Client<'c>;

    /// Resolves every function, in the interface's order, and checks its type.
    fn resolve(resolver: &mut Resolver<'_>) -> Result<(), ResolveError>;

    /// Makes the client.
    fn client(client: Client<'_>) -> Self::Client<'_>;
}

/// Resolves the functions of one interface in an instance.
pub struct Resolver<'r> {
    pub(super) store: &'r mut Store<State>,
    pub(super) instance: Instance,
    pub(super) export: ComponentExportIndex,
    pub(super) interface: &'static Interface,
    pub(super) functions: Vec<Func>,
}

impl Resolver<'_> {
    /// Resolves the interface's next function, of which `index` is the place, and checks its type.
    pub fn function<P, R>(&mut self, index: usize, _params: P, _results: R) -> Result<(), ResolveError>
    where
        P: Types<List: ComponentNamedList + Lower>,
        R: Types<List: ComponentNamedList + Lift>,
    {
        assert_eq!(self.functions.len(), index, "functions are resolved in the interface's order");
        let name = self.interface.functions[index].name;
        let func = self
            .instance
            .get_export_index(&mut *self.store, Some(&self.export), name)
            .and_then(|export| self.instance.get_func(&mut *self.store, export))
            .ok_or_else(|| wasmtime::Error::msg(format!("the instance has no function `{name}`")))?;
        func.typed::<P::List, R::List>(&*self.store)?;
        self.functions.push(func);
        Ok(())
    }
}

/// A tuple of values that stand for types: generated code states each type alone.
pub trait Types {
    /// The tuple of the types.
    type List;
}

macro_rules! types {
    ($($name:ident)*) => {
        impl<$($name),*> Types for ($(PhantomData<$name>,)*) {
            type List = ($($name,)*);
        }
    };
}

types!();
types!(A);
types!(A B);
types!(A B C);
types!(A B C D);
types!(A B C D E);
types!(A B C D E F);
types!(A B C D E F G);
types!(A B C D E F G H);
types!(A B C D E F G H I);
types!(A B C D E F G H I J);
types!(A B C D E F G H I J K);
types!(A B C D E F G H I J K L);
types!(A B C D E F G H I J K L M);
types!(A B C D E F G H I J K L M N);
types!(A B C D E F G H I J K L M N O);
types!(A B C D E F G H I J K L M N O P);

/// What a typed client calls through.
pub struct Client<'c> {
    pub(super) store: &'c mut Store<State>,
    pub(super) functions: &'c [Func],
    pub(super) interface: &'static Interface,
    pub(super) trapped: &'c mut Option<Trap>,
}

impl fmt::Debug for Client<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("interface", &self.interface.id).field("trapped", &self.trapped).finish()
    }
}

impl Client<'_> {
    /// Calls function `index`.
    ///
    /// # Safety
    /// - The client was made for an interface whose [`GuestInterface::resolve`] checked function `index` with
    ///   the same `P`, up to lifetimes, and the same `R`.
    #[inline]
    pub unsafe fn call<P, R>(&mut self, index: usize, params: P) -> Result<R, Fault>
    where
        P: ComponentNamedList + Lower,
        R: ComponentNamedList + Lift,
    {
        if self.trapped.is_some() {
            return Err(self.already_trapped(index));
        }
        // SAFETY: `resolve` checked the function with these types, says the caller.
        let function = unsafe { TypedFunc::<P, R>::new_unchecked(self.functions[index]) };
        match function.call(&mut *self.store, params) {
            Ok(results) => Ok(results),
            Err(error) => Err(self.fault(index, error)),
        }
    }

    #[cold]
    fn fault(&mut self, index: usize, error: wasmtime::Error) -> Fault {
        let trap = Trap { function: self.name(index), source: Arc::new(error) };
        *self.trapped = Some(trap.clone());
        Fault::Trap(trap)
    }

    #[cold]
    fn already_trapped(&self, index: usize) -> Fault {
        match &*self.trapped {
            Some(first) => Fault::Trapped { function: self.name(index), first: first.clone() },
            None => unreachable!("asked only when it has trapped"),
        }
    }

    fn name(&self, index: usize) -> String {
        format!("{}#{}", self.interface.id, self.interface.functions[index].name)
    }
}

/// Why a call failed, before it is known what error type the function has.
pub enum Fault {
    /// It trapped.
    Trap(Trap),
    /// It was not called, since the container had trapped.
    Trapped {
        /// The function.
        function: String,
        /// The first trap.
        first: Trap,
    },
}

impl Fault {
    /// The error of a function whose error type is `E`.
    pub fn into<E>(self) -> CallError<E> {
        match self {
            Fault::Trap(trap) => CallError::Trap(trap),
            Fault::Trapped { function, first } => CallError::Trapped { function, first },
        }
    }
}

/// What a client makes of a result: a `Result<T, E>` gives its own error, any other type gives none.
pub trait Reply {
    /// What the caller gets.
    type Ok;
    /// The guest's own error.
    type Err;
    /// Tells them apart.
    fn reply(self) -> Result<Self::Ok, Self::Err>;
}

/// The reply of a call that did not fail.
#[inline]
pub fn reply<R: Reply>(result: R) -> Result<R::Ok, CallError<R::Err>> {
    result.reply().map_err(CallError::Guest)
}

impl<T, E> Reply for Result<T, E> {
    type Ok = T;
    type Err = E;

    #[inline]
    fn reply(self) -> Result<T, E> {
        self
    }
}

macro_rules! plain_reply {
    ($([$($generics:tt)*] $ty:ty;)*) => {$(
        impl<$($generics)*> Reply for $ty {
            type Ok = Self;
            type Err = Infallible;

            #[inline]
            fn reply(self) -> Result<Self, Infallible> {
                Ok(self)
            }
        }
    )*};
}

plain_reply! {
    [] (); [] bool; [] char; [] String;
    [] u8; [] i8; [] u16; [] i16; [] u32; [] i32; [] u64; [] i64; [] f32; [] f64;
    [T] Vec<T>; [T] Option<T>;
    [A] (A,); [A, B] (A, B); [A, B, C] (A, B, C); [A, B, C, D] (A, B, C, D); [A, B, C, D, E] (A, B, C, D, E);
    [A, B, C, D, E, F] (A, B, C, D, E, F); [A, B, C, D, E, F, G] (A, B, C, D, E, F, G);
    [A, B, C, D, E, F, G, H] (A, B, C, D, E, F, G, H);
    [A, B, C, D, E, F, G, H, I] (A, B, C, D, E, F, G, H, I);
    [A, B, C, D, E, F, G, H, I, J] (A, B, C, D, E, F, G, H, I, J);
    [A, B, C, D, E, F, G, H, I, J, K] (A, B, C, D, E, F, G, H, I, J, K);
    [A, B, C, D, E, F, G, H, I, J, K, L] (A, B, C, D, E, F, G, H, I, J, K, L);
}

/// Where an interface is in an image: the id under which the image exports it.
pub(super) fn find_export(image: &Image, interface: &Interface) -> Option<(String, wit_parser::InterfaceId)> {
    let resolve = image.resolve();
    image.world().exports.iter().find_map(|(key, item)| match item {
        wit_parser::WorldItem::Interface { id, .. } => {
            let name = resolve.name_world_key(key);
            super::check::same_track(interface.id, &name).then_some((name, *id))
        }
        _ => None,
    })
}
