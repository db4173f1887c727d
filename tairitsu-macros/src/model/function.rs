//! A function of an interface, from a trait's `fn`: what it is called on, its parameters and its result.

use super::naming::{check_collisions, name_of};
use super::syntax::{argument, without_groups};
use crate::attr::{self, Adapt, Args, Docs};
use crate::diag::Ctxt;
use crate::side::Side;
use quote::format_ident;
use syn::visit::{self, Visit};
use syn::{
    Attribute, FnArg, GenericParam, Ident, LitStr, Pat, ReturnType, Signature, TraitItemFn, Type, TypeReference,
    TypeSlice, parse_quote,
};

/// The most parameters that a function may have: wasmtime's typed functions take no more.
const MAX_PARAMS: usize = 16;

pub(crate) struct Function {
    pub(crate) ident: Ident,
    pub(crate) name: String,
    pub(crate) docs: Docs,
    /// The version in which the function came.
    pub(crate) since: Option<LitStr>,
    /// The attribute `#[deprecated]`, if the function has it.
    pub(crate) deprecated: Option<Attribute>,
    pub(crate) receiver: Receiver,
    /// The parameters. A method of a resource has the handle as its first one.
    pub(crate) params: Vec<Param>,
    /// `None` stands for `()`.
    pub(crate) result: Option<Type>,
    /// The value in the result that crosses as another type.
    pub(crate) adapted_result: Option<AdaptedResult>,
    /// Where the trait has `Self` in the result. `result` has `Own<dyn Trait>` there.
    pub(crate) returns_self: Option<ReturnsSelf>,
    /// Whether the function has a default body.
    pub(crate) has_default: bool,
    /// Whether the host's implementation may await. A guest sees a plain function.
    pub(crate) is_async: bool,
}

/// The value that a function is called on.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Receiver {
    /// The value that implements the interface, by `&self` or `&mut self`.
    State { mutable: bool },
    /// A handle to a resource, by `&self`.
    Handle,
    /// No value: a resource's function without `self`, such as a constructor.
    None,
}

/// Where a resource's function has `Self` in its result.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum ReturnsSelf {
    /// The result is `Self`.
    Directly,
    /// The result is `Result<Self, E>`.
    InResult,
}

/// A value that crosses as another type.
pub(crate) struct Adapted {
    pub(crate) adapt: Adapt,
    /// The name of the generated type that is lowered and lifted in the place of the value.
    pub(crate) carrier: Ident,
}

/// The value in a function's result that crosses as another type: the whole result, or the `T` of `Result<T, E>`.
pub(crate) struct AdaptedResult {
    pub(crate) adapted: Adapted,
    /// The type of the value.
    pub(crate) ty: Type,
    /// Whether the value is the `T` of `Result<T, E>`.
    pub(crate) in_result: bool,
}

pub(crate) struct Param {
    pub(crate) ident: Ident,
    pub(crate) name: String,
    pub(crate) kind: ParamKind,
    /// The type, without the `&` of a reference.
    pub(crate) ty: Type,
    /// The type as it is declared.
    pub(crate) declared: Type,
    /// The type that a value crosses as, if it is another one. The kind is then `Owned` or `Reference`.
    pub(crate) adapted: Option<Adapted>,
}

pub(crate) enum ParamKind {
    Owned,
    /// `&T`
    Reference,
    /// `Option<&T>`, with this `T`.
    Optional(Type),
    /// `&[&T]`, with this `T`.
    References(Type),
}

impl Function {
    /// Reads a function of a trait, and takes the helper attributes and `async` out of it. `own` is the type of an
    /// owning handle, `Own<dyn Trait>`, if the trait declares a resource.
    pub(super) fn parse(cx: &Ctxt, side: Side, function: &mut TraitItemFn, own: Option<&Type>) -> Self {
        let args = attr::take(cx, &mut function.attrs, attr::FUNCTION_ARGS);
        let docs = Docs::of(&function.attrs);
        let deprecated = function.attrs.iter().find(|attr| attr.path().is_ident("deprecated")).cloned();
        attr::refuse_cfg(cx, &function.attrs, "function");
        let has_default = function.default.is_some();
        let sig = &mut function.sig;
        let ident = sig.ident.clone();
        refuse_generics(cx, sig);
        let is_async = take_async(cx, side, sig, has_default, own.is_some());
        refuse_qualifiers(cx, sig);

        let receiver = Receiver::parse(cx, sig, own.is_some());
        let params = parse_params(cx, sig, receiver, own);
        let mut returns_self = None;
        let result = match &sig.output {
            ReturnType::Default => None,
            ReturnType::Type(_, ty) if is_unit(ty) => None,
            ReturnType::Type(_, ty) => {
                let ty = without_groups(ty);
                let replaced = own.filter(|_| receiver == Receiver::None).and_then(|own| replace_self(&ty, own));
                let ty = match replaced {
                    Some((place, ty)) => {
                        returns_self = Some(place);
                        ty
                    }
                    None => ty,
                };
                check_type(cx, &ty, Position::Result, own.is_some());
                Some(ty)
            }
        };
        let name = name_of(cx, args.rename.as_ref(), &ident);
        let adapted_result = args.adapt.and_then(|adapt| AdaptedResult::new(cx, &ident, adapt, &result, returns_self));
        Self {
            ident,
            name,
            docs,
            since: args.since,
            deprecated,
            receiver,
            params,
            result,
            adapted_result,
            returns_self,
            has_default,
            is_async,
        }
    }

    /// Names the types that carry adapted values. The function is the one of this index in the trait.
    pub(super) fn name_carriers(&mut self, trait_ident: &Ident, index: usize) {
        let name = format_ident!("__tairitsu_{}_{}", trait_ident, index);
        for (i, param) in self.params.iter_mut().enumerate() {
            if let Some(Adapted { carrier, .. }) = &mut param.adapted {
                *carrier = format_ident!("{name}_{i}");
            }
        }
        if let Some(AdaptedResult { adapted: Adapted { carrier, .. }, .. }) = &mut self.adapted_result {
            *carrier = format_ident!("{name}_result");
        }
    }

    /// The result as it crosses.
    pub(crate) fn wit_result(&self) -> Option<Type> {
        match &self.adapted_result {
            Some(adapted) => Some(adapted.with(self.result.as_ref()?, &adapted.adapted.adapt.as_type)),
            None => self.result.clone(),
        }
    }

    /// The result with the carrier in the place of an adapted value.
    pub(crate) fn carried_result(&self) -> Option<Type> {
        match &self.adapted_result {
            Some(adapted) => {
                let carrier = &adapted.adapted.carrier;
                Some(adapted.with(self.result.as_ref()?, &parse_quote!(#carrier)))
            }
            None => self.result.clone(),
        }
    }
}

impl AdaptedResult {
    /// `None` if the result has no value that could be adapted, which was reported then.
    fn new(
        cx: &Ctxt,
        ident: &Ident,
        adapt: Adapt,
        result: &Option<Type>,
        returns_self: Option<ReturnsSelf>,
    ) -> Option<Self> {
        let (fact, way_out) = match (result, returns_self) {
            (None, _) => ("returns nothing", "name a result, or remove the argument"),
            (Some(_), Some(_)) => ("returns the resource", "remove the argument"),
            (Some(result), None) => {
                let (ty, in_result) = match ok_of(result) {
                    Some(ok) => (ok.clone(), true),
                    None => (result.clone(), false),
                };
                return Some(Self { adapted: Adapted::new(adapt), ty, in_result });
            }
        };
        let fact = format!("function `{ident}` {fact}, and `result_as` names the type that a value crosses as");
        cx.error(&adapt.as_type, fact, way_out);
        None
    }

    /// A function's result, with another type in the place of the adapted one.
    fn with(&self, result: &Type, ty: &Type) -> Type {
        let mut result = result.clone();
        if !self.in_result {
            return ty.clone();
        }
        if let Type::Path(path) = &mut result
            && let Some(last) = path.path.segments.last_mut()
            && let syn::PathArguments::AngleBracketed(args) = &mut last.arguments
            && let Some(syn::GenericArgument::Type(ok)) = args.args.first_mut()
        {
            *ok = ty.clone();
        }
        result
    }
}

impl Adapted {
    fn new(adapt: Adapt) -> Self {
        Self { adapt, carrier: format_ident!("_") }
    }
}

fn refuse_generics(cx: &Ctxt, sig: &Signature) {
    let ident = &sig.ident;
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
}

/// Removes `async` from the signature, and says whether it was there. The trait declares the function without `async`,
/// since a guest calls it and waits.
fn take_async(cx: &Ctxt, side: Side, sig: &mut Signature, has_default: bool, of_resource: bool) -> bool {
    let Some(token) = sig.asyncness.take() else { return false };
    let refused = match side {
        _ if of_resource => Some(("the functions of a resource are not", "remove `async`")),
        Side::Guest => {
            Some(("a guest's functions are not", "remove `async`: the host's calls are futures in an `AsyncContainer`"))
        }
        Side::Host if has_default => Some(("has a body in the trait", "write the body where the trait is implemented")),
        Side::Host => None,
    };
    if let Some((why, way_out)) = refused {
        cx.error(token, format!("function `{}` is async, and {why}", sig.ident), way_out);
    }
    true
}

fn refuse_qualifiers(cx: &Ctxt, sig: &Signature) {
    let ident = &sig.ident;
    if let Some(token) = &sig.unsafety {
        cx.error(
            token,
            format!("function `{ident}` is unsafe, and the other side cannot keep to a safety contract"),
            "remove `unsafe`, and check the arguments in the implementation",
        );
    }
    if let Some(token) = &sig.abi {
        cx.error(
            token,
            format!("function `{ident}` names an ABI, and an interface's functions have the canonical ABI"),
            "remove it",
        );
    }
    if let Some(token) = &sig.variadic {
        cx.error(token, format!("function `{ident}` is variadic, and a WIT function is not"), "take a `&[T]`");
    }
}

/// Reads the parameters. A method of a resource has the handle as its first one, by the name `this`.
fn parse_params(cx: &Ctxt, sig: &mut Signature, receiver: Receiver, own: Option<&Type>) -> Vec<Param> {
    let ident = &sig.ident;
    let mut params = Vec::new();
    if let (Receiver::Handle, Some(own)) = (receiver, own) {
        params.push(Param {
            ident: format_ident!("this", span = ident.span()),
            name: "self".into(),
            kind: ParamKind::Reference,
            ty: own.clone(),
            declared: parse_quote!(&#own),
            adapted: None,
        });
    }
    for input in &mut sig.inputs {
        if let FnArg::Typed(input) = input {
            let args = attr::take(cx, &mut input.attrs, attr::PARAM_ARGS);
            attr::refuse_cfg(cx, &input.attrs, "parameter");
            params.extend(Param::parse(cx, args, &input.pat, &input.ty, own.is_some()));
            if !matches!(&*input.pat, Pat::Ident(_)) {
                // rustc would report the pattern a second time.
                *input.pat = syn::parse_quote!(_);
            }
        }
    }
    if receiver == Receiver::Handle && params[1..].iter().any(|param| param.ident == "this") {
        params[0].ident = format_ident!("this_{}", ident, span = ident.span());
    }
    if let Some(param) = params.get(MAX_PARAMS) {
        cx.error(
            &param.ident,
            format!("function `{ident}` has {} parameters, and {MAX_PARAMS} is the most", params.len()),
            "put some of them in a struct marked `#[tairitsu::wit]`",
        );
    }
    check_collisions(cx, params.iter().map(|param| (&param.ident, param.name.as_str())), "parameters");
    params
}

impl Receiver {
    fn parse(cx: &Ctxt, sig: &Signature, of_resource: bool) -> Self {
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
                    format!("function `{ident}` takes `self` by value, and the value outlives the call"),
                    way_out,
                );
                Receiver::State { mutable: false }
            }
            _ if of_resource => Receiver::None,
            _ => {
                cx.error(
                    ident,
                    format!("function `{ident}` has no `self`, and an interface's functions are called on a value"),
                    "take `&self` or `&mut self` first",
                );
                Receiver::State { mutable: false }
            }
        }
    }
}

impl Param {
    /// The type that crosses.
    pub(crate) fn wit_type(&self) -> &Type {
        match &self.adapted {
            Some(adapted) => &adapted.adapt.as_type,
            None => &self.ty,
        }
    }

    fn parse(cx: &Ctxt, args: Args, pat: &Pat, ty: &Type, of_resource: bool) -> Option<Self> {
        let Pat::Ident(pat) = pat else {
            cx.error(
                pat,
                "a parameter of an interface is a name, and this one is a pattern",
                "name the parameter, and match the pattern in the body",
            );
            return None;
        };
        let declared = without_groups(ty);
        let refers_to = |reference: &TypeReference| {
            refuse_parts(cx, &pat.ident, reference);
            (*reference.elem).clone()
        };
        let (kind, ty) = match &declared {
            Type::Reference(reference) => {
                let ty = refers_to(reference);
                let item = match &ty {
                    Type::Slice(TypeSlice { elem, .. }) => match &**elem {
                        Type::Reference(item) => Some(refers_to(item)),
                        _ => None,
                    },
                    _ => None,
                };
                let kind = item.map_or(ParamKind::Reference, ParamKind::References);
                (kind, ty)
            }
            ty => match argument(ty, "Option") {
                Some(Type::Reference(some)) => (ParamKind::Optional(refers_to(some)), ty.clone()),
                _ => (ParamKind::Owned, ty.clone()),
            },
        };
        let checked = match &kind {
            ParamKind::Optional(inner) | ParamKind::References(inner) => inner,
            ParamKind::Owned | ParamKind::Reference => &ty,
        };
        check_type(cx, checked, Position::Param, of_resource);
        if args.adapt.is_some() && !(ty_is_sized(&ty) && matches!(kind, ParamKind::Owned | ParamKind::Reference)) {
            cx.error(
                &declared,
                format!("parameter `{}` crosses as another type, and is no value and no `&T` of one", pat.ident),
                "take the owned type here: `String` for `&str`, `Vec<T>` for `&[T]`",
            );
        }
        let name = name_of(cx, args.rename.as_ref(), &pat.ident);
        Some(Self { ident: pat.ident.clone(), name, kind, ty, declared, adapted: args.adapt.map(Adapted::new) })
    }
}

/// Reports the parts that a reference in a parameter has no use for.
fn refuse_parts(cx: &Ctxt, param: &Ident, reference: &TypeReference) {
    if let Some(token) = &reference.mutability {
        cx.error(
            token,
            format!("parameter `{param}` is a `&mut` reference, and the other side has a copy"),
            "take it by value or by `&`, and return what changed",
        );
    }
    if let Some(lifetime) = &reference.lifetime {
        cx.error(
            lifetime,
            format!("parameter `{param}` names a lifetime, and a reference lasts for the call"),
            "leave the lifetime out",
        );
    }
}

/// Whether a type looks like one that a value can have.
fn ty_is_sized(ty: &Type) -> bool {
    match ty {
        Type::Slice(_) => false,
        Type::Path(path) => !path.path.is_ident("str"),
        _ => true,
    }
}

/// The `T` of `Result<T, E>`.
fn ok_of(result: &Type) -> Option<&Type> {
    let Type::Path(path) = result else { return None };
    let last = path.path.segments.last().filter(|last| last.ident == "Result")?;
    let syn::PathArguments::AngleBracketed(args) = &last.arguments else { return None };
    match args.args.first()? {
        syn::GenericArgument::Type(ok) => Some(ok),
        _ => None,
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
enum Position {
    Param,
    Result,
}

/// Reports the parts that no WIT type has: a reference inside, `impl Trait`, `dyn Trait` and `Self`.
fn check_type(cx: &Ctxt, ty: &Type, position: Position, of_resource: bool) {
    struct Check<'a> {
        cx: &'a Ctxt,
        position: Position,
        of_resource: bool,
    }

    impl<'ast> Visit<'ast> for Check<'_> {
        fn visit_type(&mut self, ty: &'ast Type) {
            if is_own(ty) {
                return;
            }
            match ty {
                Type::Reference(_) => match self.position {
                    Position::Result => self.cx.error(
                        ty,
                        "a function returns an owned value, and a reference would point into the other side's memory",
                        "return an owned type: `String` for `&str`, `Vec<T>` for `&[T]`",
                    ),
                    Position::Param => self.cx.error(
                        ty,
                        "a parameter with references in it is `Option<&T>` or `&[&T]`, and nothing else",
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
                Type::TraitObject(object) => {
                    let way_out = match looks_like_error(object) {
                        true => "use an error type of your own that is marked `#[tairitsu::wit]`, or `String`",
                        false => "name the type; a resource is `Own<dyn Trait>`, or `&Own<dyn Trait>` where it is lent",
                    };
                    self.cx.error(ty, "a trait object cannot cross the component boundary", way_out);
                }
                Type::Path(path)
                    if path.qself.is_none() && path.path.segments.first().is_some_and(|s| s.ident == "Self") =>
                {
                    let way_out = match self.of_resource {
                        true => "take or return `Own<dyn Trait>`, of the trait itself",
                        false => "name the type",
                    };
                    self.cx.error(ty, "`Self` is a different type in each impl of the trait", way_out);
                }
                _ => visit::visit_type(self, ty),
            }
        }
    }

    Check { cx, position, of_resource }.visit_type(ty);
}

/// Whether a trait object looks like `dyn std::error::Error`.
fn looks_like_error(object: &syn::TypeTraitObject) -> bool {
    object.bounds.iter().any(|bound| match bound {
        syn::TypeParamBound::Trait(bound) => bound.path.segments.last().is_some_and(|last| last.ident == "Error"),
        _ => false,
    })
}

/// Whether a type looks like `Own<dyn Trait>`. A trait object is allowed there only.
fn is_own(ty: &Type) -> bool {
    let Type::Path(path) = ty else { return false };
    let Some(last) = path.path.segments.last().filter(|last| last.ident == "Own") else { return false };
    let syn::PathArguments::AngleBracketed(args) = &last.arguments else { return false };
    args.args.len() == 1 && matches!(args.args.first(), Some(syn::GenericArgument::Type(Type::TraitObject(_))))
}

/// The result with `Own<dyn Trait>` in the place of `Self`. `None` if the result has no `Self` there.
fn replace_self(result: &Type, own: &Type) -> Option<(ReturnsSelf, Type)> {
    if is_self(result) {
        return Some((ReturnsSelf::Directly, own.clone()));
    }
    let Type::Path(path) = result else { return None };
    let mut path = path.clone();
    let last = path.path.segments.last_mut().filter(|last| last.ident == "Result")?;
    let syn::PathArguments::AngleBracketed(args) = &mut last.arguments else { return None };
    match args.args.first_mut() {
        Some(syn::GenericArgument::Type(ok)) if is_self(ok) => *ok = own.clone(),
        _ => return None,
    }
    Some((ReturnsSelf::InResult, Type::Path(path)))
}

fn is_self(ty: &Type) -> bool {
    matches!(ty, Type::Path(path) if path.path.is_ident("Self"))
}
