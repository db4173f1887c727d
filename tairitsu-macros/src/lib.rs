//! The attributes of Tairitsu: [`macro@guest`], [`macro@host`], [`macro@resource`] and [`macro@wit`], and the macro
//! [`flags!`].
//!
//! Use them through the `tairitsu` crate, which re-exports them. The generated code names that crate, and its
//! documentation shows complete programs.
//!
//! # How an attribute is expanded
//!
//! `attr` reads the arguments. `model` reads the item, and collects every error about it. `expand` turns the model into
//! code, and cannot fail.
//!
//! With `TAIRITSU_EXPAND=dir` in the environment of the compiler, each attribute writes its expansion to
//! `dir/<crate>/<item>-<attribute>.rs`.
//!
//! A macro sees tokens and no types. So the generated code has constants such as `<T as WitType>::TYPE`, and the compiler
//! composes them.

mod attr;
mod diag;
mod expand;
mod manifest;
mod model;
mod paths;
mod place;
mod side;
mod wit_name;
mod written;

use proc_macro::TokenStream;

/// Declares or implements an interface that the guest exports and the host calls.
///
/// # On a trait
///
/// The attribute declares the interface:
///
/// ```ignore
/// #[tairitsu::guest(package = "acme:hello@1.0.0")]
/// pub trait Greeter {
///     /// Greets `name`, and counts the visit.
///     fn greet(&mut self, name: &str) -> String;
/// }
/// ```
///
/// Beside the trait, the attribute declares:
///
/// - the constant `Greeter`, which names the interface in `container.guest(Greeter)`;
/// - the client `GreeterClient`, by which the host calls the functions (feature `runtime`);
/// - the client `GreeterAsyncClient`, whose calls are futures (feature `async`).
///
/// Each function takes `&self` or `&mut self`. A parameter is a WIT type, or a reference to one: `&str`, `&[T]` or `&T`. A
/// parameter may also be `Option<&T>` or `&[&T]`. The result is an owned WIT type. On a client, a function that returns
/// `Result<T, E>` returns `Result<T, CallError<E>>`, and a function that returns any other `T` returns
/// `Result<T, CallError>`.
///
/// A function may have a default body. The body runs on the host if a guest lacks the function, because the guest is older
/// than the trait. The body's calls on `self` are calls of the guest.
///
/// A client has a second function, `greet_with`, if the result is written as `String` or as a `Vec` of numbers, or as a
/// `Result` of one of them. `greet_with` takes parameters of these types by reference. It passes the result to a function as
/// a `&str` or a slice of the guest's memory, without a copy. A client has no `greet_with` if the trait declares a function
/// of that name.
///
/// # On an `impl` of the trait
///
/// The attribute exports the implementation from the guest. The implementing type is the state of the guest. The first call
/// makes it by `Default`.
///
/// A guest exports an interface once. A second impl of the trait in the same crate says `export = false`, and is for native
/// containers. An impl in a crate that is a Rust library only is exported by [`export!`].
///
/// ```ignore
/// #[derive(Default)]
/// struct Hello { visits: u32 }
///
/// #[tairitsu::guest]
/// impl Greeter for Hello {
///     fn greet(&mut self, name: &str) -> String {
///         self.visits += 1;
///         format!("Hello, {name}! Visit {}.", self.visits)
///     }
/// }
/// ```
///
/// # On an `impl` without a trait
///
/// The attribute declares the interface and exports it:
///
/// ```ignore
/// #[derive(Default)]
/// pub struct Calculator { memory: f64 }
///
/// #[tairitsu::guest]
/// impl Calculator {
///     /// Adds a number to the memory.
///     pub fn add(&mut self, number: f64) -> f64 { self.keep(self.memory + number) }
///
///     fn keep(&mut self, number: f64) -> f64 { self.memory = number; number }
/// }
///
/// // The host:
/// container.guest(CalculatorApi)?.add(1.5)?;
/// ```
///
/// The interface is `calculator` in WIT. Its trait is `CalculatorApi`, and its client is `CalculatorClient`. A function
/// belongs to the interface if it has a visibility of its own, such as `pub` or `pub(crate)`. Constants, private functions
/// and other blocks of the type do not belong to it. The trait is `pub` if one of the functions is `pub`, and `pub(crate)`
/// otherwise.
///
/// # Arguments
///
/// - `package = "acme:hello@1.0.0"`: the WIT package. The default is `package` under `[package.metadata.tairitsu]` in the
///   crate's Cargo.toml. Without that it is `component:<crate name>@<crate version>`.
/// - `rename = "name"`: the WIT name of the interface. The default is the name of the trait or type in kebab case.
/// - `uses = path`, or `uses = [path, path]`: the modules of types (see [`macro@wit`]) and the resources that the interface
///   uses.
/// - `crate = path`: the path of the `tairitsu` crate. The default is the name that the crate has among the dependencies in
///   Cargo.toml, and `::tairitsu` if it is not there.
/// - `export = false`, on an impl: the guest does not export the impl.
///
/// Functions and parameters take `#[wit(rename = "name")]`. Functions also take `since = "1.1.0"`, the version of the package in
/// which the function came, up to the package's own version. Parameters also take `as`, `to` and `from`, as the fields of a type do
/// (see [`macro@wit`]). Functions also take `result_as`, `result_to` and `result_from`, for the result or for the `T` of
/// `Result<T, E>`.
///
/// The trait may have the supertraits `Send`, `Sync` and `'static`.
#[proc_macro_attribute]
pub fn guest(args: TokenStream, item: TokenStream) -> TokenStream {
    written::written("guest", item, |item| expand::interface(side::Side::Guest, args.into(), item))
}

/// Declares or implements an interface that the host provides and the guest calls.
///
/// # On a trait
///
/// The attribute declares the interface. The guest calls the functions on `tairitsu::Host`, which implements the trait:
///
/// ```ignore
/// #[tairitsu::host(package = "acme:hello@1.0.0")]
/// pub trait Journal {
///     fn record(&mut self, entry: &str);
/// }
///
/// // The guest:
/// tairitsu::Host.record("started");
/// ```
///
/// Functions follow the rules of [`macro@guest`].
///
/// # On an `impl` of the trait
///
/// The attribute makes the implementing type a provider. The host hands a value of it to each container:
///
/// ```ignore
/// struct Log(Vec<String>);
///
/// #[tairitsu::host]
/// impl Journal for Log {
///     fn record(&mut self, entry: &str) { self.0.push(entry.to_string()); }
/// }
///
/// // The host:
/// let container = Container::builder(&image).provide(Log(Vec::new())).build()?;
/// ```
///
/// # On an `impl` without a trait
///
/// The attribute does both, as [`macro@guest`] does. For `impl Clock` with a function `pub fn now(&self) -> u64`, the
/// provider is `Clock`. A guest that has the trait `ClockApi` in scope calls `tairitsu::Host.now()`. The block is compiled
/// for the guest too. If the block cannot be compiled there, declare a trait.
///
/// # Async functions
///
/// A function may be an `async fn`, on the trait and on the impl. The host then awaits in the function, and the guest waits
/// for the result. The guest calls it as a function without `async`, and so do other callers of the trait.
///
/// - The function's future is `Send`. With `&self`, the implementing type has to be `Sync`.
/// - A reference among the arguments is valid until the future ends.
/// - The function has no default body.
/// - An impl that does not await may have a plain `fn` in place of the `async fn`.
///
/// # Arguments
///
/// The arguments are those of [`macro@guest`].
#[proc_macro_attribute]
pub fn host(args: TokenStream, item: TokenStream) -> TokenStream {
    written::written("host", item, |item| expand::interface(side::Side::Host, args.into(), item))
}

/// Declares or implements a resource: values that live on one side, while the other side has handles to them.
///
/// # On a trait
///
/// The trait is an interface of its own, which declares the resource. Other interfaces use the resource by `uses`:
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
/// `Own<dyn Document>` is a handle that owns a value. A parameter `&Own<dyn Document>` lends the value for the call.
///
/// - A function with `self` takes `&self`, because a value may have several handles at once. State that changes is in a
///   `Mutex` or an atomic.
/// - A function without `self` returns `Self`, `Result<Self, E>` or any other type. The function `new` that returns `Self`
///   is the constructor.
///
/// # On an `impl` of the trait
///
/// The attribute makes the values of the implementing type the values of the resource. The type is `Send` and `Sync`, and
/// `document.into()` makes an `Own<dyn Document>` of a value.
///
/// ```ignore
/// struct Draft(Mutex<String>);
///
/// #[tairitsu::resource]
/// impl Document for Draft {
///     fn new(title: &str) -> Self { Draft(Mutex::new(title.to_string())) }
///     fn parse(text: &str) -> Result<Self, String> { Ok(Draft(Mutex::new(text.to_string()))) }
///     fn append(&self, text: &str) { self.0.lock().unwrap().push_str(text); }
/// }
/// ```
///
/// In a guest, the attribute exports the functions. The host calls them by the client:
/// `container.guest(Document)?.append(&document, "..")`. On the host, name the type in `ContainerBuilder::resource`. The
/// guest calls the functions on the `Own` itself.
///
/// # Arguments
///
/// On a trait: `guest` or `host`, the side that the values live on, and the arguments of [`macro@guest`]. On an `impl`:
/// `crate` and `export`.
#[proc_macro_attribute]
pub fn resource(args: TokenStream, item: TokenStream) -> TokenStream {
    written::written("resource", item, |item| expand::resource(args.into(), item))
}

/// Declares a set of flags: a WIT `flags` type, with the functions that sets of the `bitflags` crate have.
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
/// The first flag has the lowest bit, and each later flag has the next bit. A set has at most 128 flags. WIT allows 32 flags in
/// one type. A larger set is a WIT record, whose fields `bits0`, `bits32` and so on are sets of up to 32 flags.
///
/// The type is `Copy`, `Eq`, `Hash` and `Default`. Its `Debug` text has the names of the flags.
///
/// # Arguments
///
/// The struct and each flag take `#[wit(rename = "name")]` and `since = "1.1.0"`, the version in which they came. A flag that has
/// `since` may also have `lossy` (see [`macro@wit`]). The struct also takes `#[wit(crate = path)]`.
#[proc_macro]
pub fn flags(item: TokenStream) -> TokenStream {
    written::written("flags", item, expand::flags)
}

/// Makes a struct or an enum a WIT type, or makes a module an interface of types.
///
/// # On a struct or an enum
///
/// ```ignore
/// #[tairitsu::wit]
/// pub struct Point { pub x: f64, pub y: f64 }
///
/// #[tairitsu::wit]
/// pub enum Shape {
///     Circle { center: Point, radius: f64 },
///     Polygon(Vec<Point>),
///     Empty,
/// }
/// ```
///
/// | Rust | WIT |
/// |---|---|
/// | a struct with named fields | `record` |
/// | an enum without values | `enum` |
/// | any other enum | `variant` |
/// | a struct with one field without a name | what the field is |
/// | a struct with several fields without names | `tuple` |
///
/// A case with several fields without names carries a tuple. A case with named fields carries a record, whose name is that of the
/// enum and that of the case: `shape-circle`.
///
/// A generic type has one WIT name for each instantiation: `Page<String>` is `page-of-string`.
///
/// # Types that contain themselves
///
/// A field may be `Box<Self>`, `Vec<Self>` or `Option<Box<Self>>`. A value then crosses as a list of nodes: `list<expr-node>` for
/// `Expr`. In the place of such a field, a node has the places of its children in the list, as `u32`, `list<u32>` or
/// `option<u32>`. Children come before their parents, and the last node is the root. A tree is at most 1,000 nodes deep.
///
/// # Types of other shapes
///
/// A type may cross the boundary as another type, which `as` names:
///
/// ```ignore
/// #[tairitsu::wit(as = String, to = |port| port.0.to_string(), from = |text| text.parse().map(Port))]
/// pub struct Port(u16);
/// ```
///
/// The conversions are `to` and `from`. `to` is a `Fn(&Self) -> Type`. `from` is a `Fn(Type) -> Result<Self, E>`, where `E` is
/// `Display`. Without them, the conversions are `Type: From<Self>`, of a clone, and `Self: TryFrom<Type>`, whose error is
/// `Display`. A conversion that fails is an error of the call on the host, and a panic with the error's text in a guest.
///
/// # Types that grow
///
/// Fields with a name, cases and flags may say the version of the package in which they came:
///
/// ```ignore
/// #[tairitsu::wit]
/// pub struct Person {
///     pub name: String,
///     #[wit(since = "1.1.0")]
///     pub nickname: Option<String>,
///     #[wit(since = "1.2.0", default = Color::Red, lossy)]
///     pub color: Color,
/// }
///
/// #[tairitsu::wit]
/// pub enum Color {
///     Red,
///     #[wit(since = "1.1.0")]
///     Blue,
///     #[wit(other)]
///     Unknown,
/// }
/// ```
///
/// - `since = "1.1.0"`: a side that is older than this version lacks the field, case or flag. A value from such a side has the
///   field's default in its place. A value for such a side goes without the field.
/// - `default = value`: the default of a field. It is a literal, a case without a value such as `Color::Red`, or `[]`. The default of
///   an `Option` is `None`, and any other field with `since` names its default.
/// - `lossy`: the field or flag may be left out, whatever its value is. Without `lossy`, leaving out a value other than the default is
///   an error of the call.
/// - `other`: the case that takes every case that the receiver does not know. It carries nothing, or a `String` that gets the
///   name of the case.
///
/// WIT has no words for the age of fields, cases and flags. So the WIT text has them in the doc comments, as a last paragraph:
/// ``Since 1.2.0. Default: `red`. Lossy.`` and `Any later case.`
///
/// # On a module
///
/// A module is an interface that declares the types marked `#[tairitsu::wit]` in it. Other interfaces use the types by
/// `uses`:
///
/// ```ignore
/// #[tairitsu::wit(package = "acme:draw@1.0.0")]
/// pub mod shapes {
///     #[tairitsu::wit]
///     pub struct Point { pub x: f64, pub y: f64 }
/// }
///
/// #[tairitsu::guest(package = "acme:draw@1.0.0", uses = shapes)]
/// pub trait Plotter {
///     fn plot(&mut self, points: &[shapes::Point]);
/// }
/// ```
///
/// The constant `shapes::INTERFACE` is the interface, and `shapes::INTERFACE.wit()` is its WIT text. The module does not
/// declare generic types. Each interface that uses an instantiation declares that type.
///
/// # Arguments
///
/// On a type:
///
/// - `rename = "name"`: the WIT name. The default is the name of the type in kebab case.
/// - `since = "1.1.0"`: the version of the package in which the type came, which is `@since` in WIT. An interface with the type has
///   a version, and not an older one.
/// - `as = Type`, `to = function`, `from = function`: the type that crosses, and the conversions. See above.
/// - `crate = path`: the path of the `tairitsu` crate. The default is the name that the crate has among the dependencies in
///   Cargo.toml, and `::tairitsu` if it is not there.
///
/// Fields with a name, and cases, take `#[wit(rename = "name")]` and the arguments under "Types that grow". All fields take `as`, `to` and `from`, those of cases too.
/// Parameters and results of functions take such arguments as well: see [`macro@guest`].
///
/// On a module: `package`, `rename`, `uses` and `crate`, as for [`macro@guest`].
#[proc_macro_attribute]
pub fn wit(args: TokenStream, item: TokenStream) -> TokenStream {
    written::written("wit", item, |item| expand::wit(args.into(), item))
}

/// Exports an impl that is in a library from the guest that is being compiled.
///
/// The attribute on an impl exports it in a crate that is built as a `cdylib`. A crate that is a Rust library only exports
/// nothing, because each guest that depends on it would export that too. Such a guest exports the impl by this macro:
///
/// ```ignore
/// tairitsu::export!(impl Greeter for greetings::Hello);
/// ```
///
/// The trait may also be that of a resource. If the `tairitsu` crate has another name, it comes first:
/// `export!(crate = ::renamed, impl Greeter for Hello)`.
#[proc_macro]
pub fn export(input: TokenStream) -> TokenStream {
    expand::emit::export(input.into()).into()
}

/// Generated code calls this.
#[doc(hidden)]
#[proc_macro]
pub fn generated(input: TokenStream) -> TokenStream {
    expand::emit::generated(input.into()).into()
}

/// Generated code calls this.
#[doc(hidden)]
#[proc_macro]
pub fn export_once(input: TokenStream) -> TokenStream {
    expand::emit::export_once(input.into()).into()
}
