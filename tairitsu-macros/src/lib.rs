//! The attributes of Tairitsu: [`macro@guest`], [`macro@host`], [`macro@resource`] and [`macro@wit`].
//!
//! Use them through the `tairitsu` crate, which re-exports them; what they expand to reaches helpers only
//! through `::tairitsu::__private`.
//!
//! Each attribute goes through the same phases: `attr` reads its arguments, `model` turns syntax into
//! what the contract says, collecting every error on the way, and `expand` turns that into code and cannot
//! fail. A macro sees tokens and never what a type means, so nothing here looks behind a type's name: it
//! emits constants that name `<T as WitType>::TYPE`, and the compiler composes them.

mod attr;
mod diag;
mod expand;
mod model;
mod paths;
mod side;
mod wit_name;

use proc_macro::TokenStream;

/// Declares or implements an interface that the guest exports and the host calls.
///
/// On a trait it declares the interface: beside the trait come the typed client for the host (`GreeterClient`
/// for `Greeter`) and a constant of the trait's own name, which names the interface to
/// `Container::guest`. On an `impl` of such a trait it exports the implementation from the guest, and the
/// implementing type, which is `Default`, is the state of the container.
///
/// On an `impl` without a trait it does both, and the block's functions are the interface:
///
/// ```ignore
/// #[derive(Default)]
/// pub struct Calculator { memory: f64 }
///
/// #[tairitsu::guest]
/// impl Calculator {
///     /// Adds to what is in memory.
///     pub fn add(&mut self, number: f64) -> f64 { self.keep(self.memory + number) }
///
///     fn keep(&mut self, number: f64) -> f64 { /* .. */ }
/// }
///
/// // The host: `CalculatorClient`.
/// container.guest(CalculatorApi)?.add(1.5)?;
/// ```
///
/// The interface is `calculator` in WIT, its trait `CalculatorApi`, implemented for `Calculator` by calls to the block's
/// functions, and its client `CalculatorClient`. A function with a visibility of its own (`pub`, `pub(crate)`) belongs
/// to the interface, and one without does not; constants and other blocks do not either. The trait is `pub` where one of
/// the functions is, and otherwise `pub(crate)`.
///
/// Each function takes `&self` or `&mut self`. Parameters are WIT types, or references to them (`&str`,
/// `&[T]`, `&T`); the result is an owned WIT type. A function that returns `Result<T, E>` gives the host's caller
/// `Result<T, CallError<E>>`, and any other `T` gives `Result<T, CallError>`.
///
/// Where the result, or the `T`, is written as `String` or as a `Vec` of numbers, `GreeterClient` has a second function, `greet_with`:
/// it takes such parameters by reference, and shows the result as a `&str` or a slice to a function, before the guest takes it back.
/// A trait that has a `greet_with` of its own keeps that one.
///
/// # Arguments
///
/// - `package = "acme:hello@1.0.0"`: the WIT package. Without it the package is
///   `component:<crate name>@<crate version>`.
/// - `rename = "name"`: the interface's WIT name, in place of the trait's or the type's in kebab case.
/// - `uses = path`, or `uses = [path, path]`: modules of types (see [`macro@wit`]) of which the interface uses any.
/// - `crate = path`: where the `tairitsu` crate is, if not at `::tairitsu`.
///
/// Functions and parameters take `#[wit(rename = "name")]`.
///
/// A function may have a default body. Where a guest lacks the function, being older than the trait, the body serves
/// the host's caller, and what it calls on `self` is the guest's.
#[proc_macro_attribute]
pub fn guest(args: TokenStream, item: TokenStream) -> TokenStream {
    expand::interface(side::Side::Guest, args.into(), item.into()).into()
}

/// Declares or implements an interface that the host provides and the guest calls.
///
/// On a trait it declares the interface: beside the trait, `tairitsu::Host` implements it, which is what a
/// guest calls. On an `impl` of such a trait it makes the implementing type a provider, which the host
/// hands to `Container::builder(..).provide(..)`. On an `impl` without a trait it does both, as for [`macro@guest`]: of
/// `impl Clock` with a `pub fn now(&self) -> u64`, `Clock` is the provider, and a guest that has `ClockApi` in scope calls
/// `tairitsu::Host.now()`. The block is then compiled for the guest too; where it is not to be, declare a trait.
///
/// Functions and arguments are as for [`macro@guest`]. One may be an `async fn`, on the trait and on the impl: then the host awaits in it
/// while the guest waits for its result. To the guest, and to whoever else calls it on the trait, it is a function without
/// `async`. Its future is `Send`; one that takes `&self` needs a type that is `Sync`, and `&mut self` does not. The arguments
/// last for the call, and it has no default body. Where there is nothing to wait for, an impl has a plain `fn` in its place.
#[proc_macro_attribute]
pub fn host(args: TokenStream, item: TokenStream) -> TokenStream {
    expand::interface(side::Side::Host, args.into(), item.into()).into()
}

/// Declares or implements a resource: values that stay on one side, while the other has handles to them.
///
/// ```ignore
/// /// An open document, which lives in the guest.
/// #[tairitsu::resource(guest, package = "acme:docs@1.0.0")]
/// pub trait Document {
///     fn new(title: &str) -> Self;
///     fn parse(text: &str) -> Result<Self, String>;
///     fn append(&self, text: &str);
/// }
///
/// #[tairitsu::guest(package = "acme:docs@1.0.0", uses = Document)]
/// pub trait Editor {
///     fn open(&mut self, path: &str) -> Own<dyn Document>;
///     fn words(&self, document: &Own<dyn Document>) -> u32;
/// }
/// ```
///
/// The trait is an interface of its own, with the one resource in it. `Own<dyn Document>` owns one, and a parameter
/// `&Own<dyn Document>` is lent one; any interface whose attribute says `uses = Document` has them in its signatures and types.
///
/// On an `impl` of the trait it says that values of that type are what lives on this side: `document.into()` makes an `Own` of
/// one. In a guest it exports the functions; on the host it is what `ContainerBuilder::resource` names. A host calls a guest's
/// resource by way of the client, `container.guest(Document)?.append(&document, "..")`, and a guest calls the host's on the
/// `Own` itself.
///
/// A function without `self` returns `Self`, `Result<Self, E>` or anything else; one of the name `new` that returns `Self` is
/// the constructor. All others take `&self`, since a value may have several handles at once: what changes is in a `Mutex`
/// or an atomic. Implementing types are `Send` and `Sync`.
///
/// # Arguments
///
/// `guest` or `host`, the side that the values live on, and those of [`macro@guest`].
#[proc_macro_attribute]
pub fn resource(args: TokenStream, item: TokenStream) -> TokenStream {
    expand::resource(args.into(), item.into()).into()
}

/// Declares a set of flags: a WIT `flags` type, in the shape that the `bitflags` crate made familiar.
///
/// ```ignore
/// tairitsu::flags! {
///     /// What a plugin may do.
///     pub struct Permissions {
///         /// Read files.
///         const READ;
///         /// Write files.
///         const WRITE;
///     }
/// }
///
/// let both = Permissions::READ | Permissions::WRITE;
/// assert!(both.contains(Permissions::READ));
/// ```
///
/// The flags have the bits in their order, from the lowest up; there are 128 at most. Where there are more than 32, which
/// is WIT's limit, the WIT type is a record of sets of 32 flags, `bits0`, `bits32` and so on. The type
/// is `Copy`, `Eq`, `Hash` and `Default`, and prints as its flags' names. The struct and each flag take
/// `#[wit(rename = "name")]`, and the struct `#[wit(crate = path)]`.
#[proc_macro]
pub fn flags(item: TokenStream) -> TokenStream {
    expand::flags(item.into()).into()
}

/// Makes a struct or enum a WIT type: a struct with named fields a record, an enum without payloads an
/// enum, any other enum a variant. Every case of a variant carries one value or none. A generic type has one WIT name
/// for each instantiation, `page-of-string` for `Page<String>`.
///
/// # Arguments
///
/// - `rename = "name"`: the WIT name, in place of the type's in kebab case.
/// - `as = Type`: the type goes as that one, and need not be of a shape that WIT has. The conversions are
///   `Type: From<Self>`, of a clone, and `Self: TryFrom<Type>`, whose error is `Display`; or
/// - `to = function` and `from = function` with `as`: `Fn(&Self) -> Type`, and `Fn(Type) -> Result<Self, E>` with an `E` that
///   is `Display`. On a host a conversion that fails is an error of the call, and in a guest a panic with that text.
/// - `crate = path`: where the `tairitsu` crate is, if not at `::tairitsu`.
///
/// Fields and cases take `#[wit(rename = "name")]`. Fields, and what a case carries, take `as`, `to` and `from` too.
///
/// # On a module
///
/// A module whose types are marked `#[tairitsu::wit]` is an interface that declares them, once for all interfaces that
/// use them: `uses = path` in the attribute of a trait, or of another such module. The arguments are `package`, `rename`,
/// `uses` and `crate`, as for [`macro@guest`]. Beside the module comes a constant of its name, the interface, which has the
/// WIT text by `wit()`. Of a generic type each interface that uses an instantiation declares it.
#[proc_macro_attribute]
pub fn wit(args: TokenStream, item: TokenStream) -> TokenStream {
    expand::wit(args.into(), item.into()).into()
}
