//! An interface, from a trait.

use super::Side;
use super::resource::{Makes, Resource};
use crate::attr::{self, Args};
use crate::diag::Ctxt;
use crate::name;
use proc_macro2::TokenStream;
use quote::format_ident;
use std::collections::HashMap;
use syn::visit::{self, Visit};
use syn::{FnArg, GenericParam, Ident, ItemTrait, Pat, ReturnType, TraitItem, TraitItemFn, Type};

/// The most parameters a function may have: what wasmtime's typed functions take.
const MAX_PARAMS: usize = 16;

pub(crate) struct Interface {
    pub(crate) side: Side,
    /// The trait, without helper attributes.
    pub(crate) item: ItemTrait,
    /// The client's name.
    pub(crate) client: Ident,
    /// The name of the client whose calls are futures.
    pub(crate) async_client: Ident,
    /// `namespace:package/interface@version`.
    pub(crate) id: String,
    pub(crate) docs: String,
    /// The modules of types that it uses.
    pub(crate) uses: Vec<syn::Path>,
    pub(crate) functions: Vec<Function>,
    /// The resource that it declares, if its functions are those of one.
    pub(crate) resource: Option<Resource>,
}

/// What a trait declares.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum What {
    Functions,
    Resource,
}

pub(crate) struct Function {
    pub(crate) ident: Ident,
    pub(crate) name: String,
    pub(crate) docs: String,
    pub(crate) receiver: Receiver,
    /// Of a resource's handle, the first one is it.
    pub(crate) params: Vec<Param>,
    /// Nothing for `()`.
    pub(crate) result: Option<Type>,
    /// Where `Self` stood in the result.
    pub(crate) makes: Option<Makes>,
    /// It has a default body.
    pub(crate) has_default: bool,
    /// The host's own code awaits in it. To the guest it is a function as any.
    pub(crate) is_async: bool,
}

/// What a function is called on.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Receiver {
    /// The one that implements the interface, by `&mut self` or `&self`.
    State { mutable: bool },
    /// A handle to a resource, by `&self`.
    Handle,
    /// Nothing: it is a resource's, and makes one, say.
    None,
}

pub(crate) struct Param {
    pub(crate) ident: Ident,
    pub(crate) name: String,
    pub(crate) kind: ParamKind,
    /// Without the `&` of a reference.
    pub(crate) ty: Type,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum ParamKind {
    Owned,
    Reference,
}

impl Interface {
    pub(crate) fn parse(cx: &Ctxt, side: Side, args: &Args, mut item: ItemTrait, what: What) -> Self {
        let resource = (what == What::Resource).then(|| {
            let name = match &args.rename {
                Some(rename) => rename.value(),
                None => name_of(cx, &item.ident),
            };
            Resource::new(name, &item.ident, &args.krate())
        });
        if let Some(param) = item.generics.params.first() {
            cx.error(
                param,
                format!("trait `{}` is generic, and an interface is not", item.ident),
                "name the types, or declare one trait for each",
            );
        }
        if let Some(bound) = item.supertraits.first() {
            cx.error(
                bound,
                format!("trait `{}` has a supertrait, and an interface stands alone", item.ident),
                "declare the functions in this trait, or make two interfaces of them",
            );
        }
        if let Some(token) = &item.unsafety {
            cx.error(token, "an interface cannot be unsafe: the other side is another world", "remove `unsafe`");
        }
        if let Some(clause) = &item.generics.where_clause {
            cx.error(
                clause,
                format!("trait `{}` has a `where` clause, and an interface has no conditions", item.ident),
                "remove it",
            );
        }
        let mut functions: Vec<Function> = Vec::new();
        for member in &mut item.items {
            match member {
                TraitItem::Fn(function) => functions.push(Function::parse(cx, side, function, resource.as_ref())),
                TraitItem::Type(ty) => cx.error(
                    &ty.ident,
                    format!("`{}` is an associated type, and an interface has functions only", ty.ident),
                    "name the type in the signatures, and move it out of the trait",
                ),
                TraitItem::Const(constant) => cx.error(
                    &constant.ident,
                    format!("`{}` is an associated constant, and an interface has functions only", constant.ident),
                    "move it out of the trait, or make it a function",
                ),
                other => cx.error(other, "an interface has functions only", "move this out of the trait"),
            }
        }
        check_collisions(cx, functions.iter().map(|function| (&function.ident, function.name.as_str())), "functions");
        if let Some(resource) = &resource {
            resource.check(cx, &functions);
            resource.name_functions(&mut functions);
            resource.complete(&mut item);
        }
        Self {
            side,
            id: interface_id(args, &item.ident),
            docs: attr::docs(&item.attrs),
            uses: args.uses.clone(),
            functions,
            client: format_ident!("{}Client", item.ident.to_string().trim_start_matches("r#")),
            resource,
            async_client: format_ident!("{}AsyncClient", item.ident.to_string().trim_start_matches("r#")),
            item,
        }
    }
}

impl Function {
    fn parse(cx: &Ctxt, side: Side, function: &mut TraitItemFn, resource: Option<&Resource>) -> Self {
        let rename = attr::take_rename(cx, &mut function.attrs);
        let docs = attr::docs(&function.attrs);
        attr::refuse_cfg(cx, &function.attrs, "function");
        let sig = &mut function.sig;
        let ident = sig.ident.clone();

        for param in &sig.generics.params {
            let way_out = match param {
                GenericParam::Lifetime(_) => "leave the lifetime out: a reference lasts for the call",
                _ => "name the type, or declare one function for each",
            };
            cx.error(param, format!("function `{ident}` is generic, and a WIT function is not"), way_out);
        }
        if let Some(clause) = &sig.generics.where_clause {
            cx.error(
                clause,
                format!("function `{ident}` has a `where` clause, and a WIT function has no conditions"),
                "remove it",
            );
        }
        // In the trait it is none: a guest calls it, and waits.
        let asyncness = sig.asyncness.take();
        if let Some(token) = &asyncness {
            let (why, way_out) = match (side, resource) {
                (_, Some(_)) => ("the functions of a resource are not", "remove `async`"),
                (Side::Guest, None) => (
                    "a guest's functions are not",
                    "remove `async`: the host may call it by a client whose calls are futures",
                ),
                (Side::Host, None) if function.default.is_some() => {
                    ("has a body in the trait", "write the body where the trait is implemented")
                }
                (Side::Host, None) => ("", ""),
            };
            if !why.is_empty() {
                cx.error(token, format!("function `{ident}` is async, and {why}"), way_out);
            }
        }
        if let Some(token) = &sig.unsafety {
            cx.error(
                token,
                format!("function `{ident}` is unsafe, and the other side cannot keep to its contract"),
                "remove `unsafe`, and check the arguments in the implementation",
            );
        }
        if let Some(token) = &sig.abi {
            cx.error(token, format!("function `{ident}` names an ABI, and has the canonical one"), "remove it");
        }
        if let Some(token) = &sig.variadic {
            cx.error(token, format!("function `{ident}` is variadic, and a WIT function is not"), "take a `&[T]`");
        }
        let has_default = function.default.is_some();

        let receiver = Receiver::parse(cx, sig, resource.is_some());
        let mut params = Vec::new();
        if let (Receiver::Handle, Some(resource)) = (receiver, resource) {
            params.push(Param {
                ident: format_ident!("this", span = ident.span()),
                name: "self".into(),
                kind: ParamKind::Reference,
                ty: resource.own.clone(),
            });
        }
        for input in &mut sig.inputs {
            if let FnArg::Typed(input) = input {
                let rename = attr::take_rename(cx, &mut input.attrs);
                params.extend(Param::parse(cx, rename, &input.pat, &input.ty, resource));
                if !matches!(&*input.pat, Pat::Ident(_)) {
                    // Reported above, and rustc would again.
                    *input.pat = syn::parse_quote!(_);
                }
            }
        }
        if receiver == Receiver::Handle && params[1..].iter().any(|param| param.ident == "this") {
            params[0].ident = format_ident!("this_{ident}", span = ident.span());
        }
        if let Some(param) = params.get(MAX_PARAMS) {
            cx.error(
                &param.ident,
                format!("function `{ident}` has {} parameters, and {MAX_PARAMS} is the most", params.len()),
                "put some of them in a struct marked `#[tairitsu::wit]`",
            );
        }
        check_collisions(cx, params.iter().map(|param| (&param.ident, param.name.as_str())), "parameters");

        let mut makes = None;
        let result = match &sig.output {
            ReturnType::Default => None,
            ReturnType::Type(_, ty) if is_unit(ty) => None,
            ReturnType::Type(_, ty) => {
                let made = resource.filter(|_| receiver == Receiver::None).and_then(|resource| resource.made(ty));
                let ty = match made {
                    Some((place, ty)) => {
                        makes = Some(place);
                        ty
                    }
                    None => (**ty).clone(),
                };
                check_type(cx, &ty, Place::Result, resource);
                Some(ty)
            }
        };
        let name = rename.unwrap_or_else(|| name_of(cx, &ident));
        Self { ident, name, docs, receiver, params, result, makes, has_default, is_async: asyncness.is_some() }
    }
}

impl Receiver {
    fn parse(cx: &Ctxt, sig: &syn::Signature, of_resource: bool) -> Self {
        let ident = &sig.ident;
        match sig.inputs.first() {
            Some(FnArg::Receiver(receiver)) if receiver.reference.is_some() && receiver.colon_token.is_none() => {
                if of_resource && receiver.mutability.is_some() {
                    cx.error(
                        receiver,
                        format!(
                            "function `{ident}` takes `&mut self`, and a resource may have several handles at once"
                        ),
                        "take `&self`, and keep what changes in a `Mutex` or an atomic",
                    );
                }
                match of_resource {
                    true => Receiver::Handle,
                    false => Receiver::State { mutable: receiver.mutability.is_some() },
                }
            }
            Some(FnArg::Receiver(receiver)) => {
                let way_out = if of_resource { "take `&self`" } else { "take `&self` or `&mut self`" };
                cx.error(
                    receiver,
                    format!("function `{ident}` takes `self` by value, and its owner outlives the call"),
                    way_out,
                );
                Receiver::State { mutable: false }
            }
            _ if of_resource => Receiver::None,
            _ => {
                cx.error(
                    ident,
                    format!("function `{ident}` has no `self`, and is called on the one that implements it"),
                    "take `&self` or `&mut self` first",
                );
                Receiver::State { mutable: false }
            }
        }
    }
}

impl Param {
    fn parse(cx: &Ctxt, rename: Option<String>, pat: &Pat, ty: &Type, resource: Option<&Resource>) -> Option<Self> {
        let Pat::Ident(pat) = pat else {
            cx.error(pat, "a parameter of an interface is a name", "give it one, and take it apart in the body");
            return None;
        };
        let (kind, ty) = match ty {
            Type::Reference(reference) => {
                if let Some(token) = &reference.mutability {
                    cx.error(
                        token,
                        format!("parameter `{}` is a `&mut` reference, and the other side has a copy", pat.ident),
                        "take it by value or by `&`, and return what changed",
                    );
                }
                if let Some(lifetime) = &reference.lifetime {
                    cx.error(
                        lifetime,
                        format!("parameter `{}` names a lifetime, and lasts for the call", pat.ident),
                        "leave the lifetime out",
                    );
                }
                (ParamKind::Reference, &*reference.elem)
            }
            ty => (ParamKind::Owned, ty),
        };
        check_type(cx, ty, Place::Param, resource);
        let name = rename.unwrap_or_else(|| name_of(cx, &pat.ident));
        Some(Self { ident: pat.ident.clone(), name, kind, ty: ty.clone() })
    }
}

/// The interface's id. Without a `package`, the package is named after the crate that is being compiled.
pub(super) fn interface_id(args: &Args, ident: &Ident) -> String {
    let package = match &args.package {
        Some(package) => package.value(),
        None => {
            // Cargo sets both for every crate it compiles; another build tool may set neither.
            let name = std::env::var("CARGO_PKG_NAME").unwrap_or_else(|_| "local".into());
            let name = name::kebab(&name.replace('-', "_"));
            match std::env::var("CARGO_PKG_VERSION") {
                Ok(version) => format!("component:{name}@{version}"),
                Err(_) => format!("component:{name}"),
            }
        }
    };
    let name = match &args.rename {
        Some(rename) => rename.value(),
        None => name::kebab(&ident.to_string()),
    };
    match package.split_once('@') {
        Some((package, version)) => format!("{package}/{name}@{version}"),
        None => format!("{package}/{name}"),
    }
}

/// The WIT name of an identifier, or an error where it has none.
pub(super) fn name_of(cx: &Ctxt, ident: &Ident) -> String {
    let name = name::kebab(&ident.to_string());
    if let Err(why) = name::check(&name) {
        cx.error(
            ident,
            format!("`{ident}` has no WIT name: as `{name}`, {why}"),
            "rename it, or add `#[wit(rename = \"name\")]`",
        );
    }
    name
}

/// Reports every name that stands a second time. Names differ by more than the case of their letters.
pub(super) fn check_collisions<'a>(cx: &Ctxt, names: impl Iterator<Item = (&'a Ident, &'a str)>, what: &str) {
    let mut seen: HashMap<String, &Ident> = HashMap::new();
    for (ident, name) in names {
        if let Some(first) = seen.insert(name.to_ascii_lowercase(), ident) {
            // Two equal identifiers are rustc's to report.
            if first != ident {
                cx.error(
                    ident,
                    format!("{what} `{first}` and `{ident}` are both `{name}` in WIT"),
                    "rename one of them, or add `#[wit(rename = \"name\")]` to it",
                );
            }
        }
    }
}

fn is_unit(ty: &Type) -> bool {
    match ty {
        Type::Tuple(tuple) => tuple.elems.is_empty(),
        Type::Paren(paren) => is_unit(&paren.elem),
        Type::Group(group) => is_unit(&group.elem),
        _ => false,
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Param,
    Result,
}

/// Reports what no WIT type has: references inside, `impl Trait`, `dyn Trait`, `Self`.
fn check_type(cx: &Ctxt, ty: &Type, place: Place, resource: Option<&Resource>) {
    struct Check<'a> {
        cx: &'a Ctxt,
        place: Place,
        resource: Option<&'a Resource>,
    }

    impl<'ast> Visit<'ast> for Check<'_> {
        fn visit_type(&mut self, ty: &'ast Type) {
            if is_own(ty) {
                return;
            }
            match ty {
                Type::Reference(_) => match self.place {
                    Place::Result => self.cx.error(
                        ty,
                        "a function returns what it owns, and a reference would point into another world's memory",
                        "return an owned type: `String` for `&str`, `Vec<T>` for `&[T]`",
                    ),
                    Place::Param => self.cx.error(
                        ty,
                        "a reference stands only at the outside of a parameter",
                        "take the owned type here: `String` for `&str`, `Vec<T>` for `&[T]`",
                    ),
                },
                Type::ImplTrait(_) => {
                    self.cx.error(
                        ty,
                        "`impl Trait` makes the function generic, and a WIT function is not",
                        "name the type",
                    );
                }
                Type::TraitObject(_) => {
                    self.cx.error(
                        ty,
                        "a trait object cannot cross the component boundary",
                        "name the type; a resource is `Own<dyn Trait>`, or `&Own<dyn Trait>` where it is lent",
                    );
                }
                Type::Path(path)
                    if path.qself.is_none() && path.path.segments.first().is_some_and(|s| s.ident == "Self") =>
                {
                    let way_out = match self.resource {
                        Some(_) => "take or return `Own<dyn Trait>`, of the trait itself",
                        None => "name the type",
                    };
                    self.cx.error(ty, "`Self` is another type for each that implements the trait", way_out);
                }
                _ => visit::visit_type(self, ty),
            }
        }
    }

    Check { cx, place, resource }.visit_type(ty);
}

/// Whether a type is by its looks `Own<dyn Trait>`: the one place of a trait object.
fn is_own(ty: &Type) -> bool {
    let Type::Path(path) = ty else { return false };
    let Some(last) = path.path.segments.last().filter(|last| last.ident == "Own") else { return false };
    let syn::PathArguments::AngleBracketed(args) = &last.arguments else { return false };
    args.args.len() == 1 && matches!(args.args.first(), Some(syn::GenericArgument::Type(Type::TraitObject(_))))
}

/// Whether a result is a `Result` of two types: those two.
pub(crate) fn result_parts(ty: &Type) -> Option<(TokenStream, TokenStream)> {
    use quote::quote;
    let Type::Path(path) = ty else { return None };
    let last = path.path.segments.last()?;
    let syn::PathArguments::AngleBracketed(args) = &last.arguments else { return None };
    if last.ident != "Result" || args.args.len() != 2 {
        return None;
    }
    let (ok, err) = (&args.args[0], &args.args[1]);
    Some((quote!(#ok), quote!(#err)))
}
