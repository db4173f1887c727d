//! An interface, from a trait.

use super::function::Function;
use super::naming::{check_collisions, interface_id, unchecked_name};
use super::resource::Resource;
use crate::attr::{Args, Docs};
use crate::diag::Ctxt;
use crate::place;
use crate::side::Side;
use quote::format_ident;
use syn::{Ident, ItemTrait, TraitBoundModifier, TraitItem, TypeParamBound};

pub(crate) struct Interface {
    pub(crate) side: Side,
    /// The trait, without helper attributes.
    pub(crate) item: ItemTrait,
    /// The name of the client.
    pub(crate) client: Ident,
    /// The name of the client whose calls are futures.
    pub(crate) async_client: Ident,
    /// `namespace:package/interface@version`.
    pub(crate) id: String,
    /// Where the trait is declared. No other declaration has this place.
    pub(crate) place: String,
    pub(crate) docs: Docs,
    /// The modules of types, and the resources, that the interface uses.
    pub(crate) uses: Vec<syn::Path>,
    pub(crate) functions: Vec<Function>,
    /// The resource that the trait declares, if it declares one.
    pub(crate) resource: Option<Resource>,
}

/// What the trait of an interface declares.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum InterfaceKind {
    /// Functions that are called on the state of a guest, or on a provider.
    Functions,
    /// A resource, whose functions are called on handles.
    Resource,
}

impl Interface {
    pub(crate) fn parse(cx: &Ctxt, side: Side, args: &Args, mut item: ItemTrait, kind: InterfaceKind) -> Self {
        let resource = (kind == InterfaceKind::Resource)
            .then(|| Resource::new(unchecked_name(args, &item.ident), &item.ident, &args.krate()));
        let own = resource.as_ref().map(|resource| &resource.own);
        refuse_unsupported(cx, &item);
        let mut functions: Vec<Function> = Vec::new();
        for member in &mut item.items {
            match member {
                TraitItem::Fn(function) => functions.push(Function::parse(cx, side, function, own)),
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
        for (index, function) in functions.iter_mut().enumerate() {
            function.name_carriers(&item.ident, index);
        }
        check_collisions(cx, functions.iter().map(|function| (&function.ident, function.name.as_str())), "functions");
        if let Some(resource) = &resource {
            resource.check(cx, &functions);
            resource.name_functions(&mut functions);
            resource.add_bounds(&mut item);
        }
        let id = interface_id(cx, args, &item.ident);
        for function in &functions {
            check_since(cx, &id, function);
        }
        Self {
            side,
            id,
            place: place::of(item.ident.span()),
            docs: Docs::of(&item.attrs),
            uses: args.uses.clone(),
            functions,
            client: format_ident!("{}Client", item.ident.to_string().trim_start_matches("r#")),
            resource,
            async_client: format_ident!("{}AsyncClient", item.ident.to_string().trim_start_matches("r#")),
            item,
        }
    }
}

/// Reports the parts of a trait that an interface has no room for.
fn refuse_unsupported(cx: &Ctxt, item: &ItemTrait) {
    if let Some(param) = item.generics.params.first() {
        cx.error(
            param,
            format!("trait `{}` is generic, and an interface is not", item.ident),
            "name the types, or declare one trait for each",
        );
    }
    if let Some(bound) = item.supertraits.iter().find(|bound| !adds_no_function(bound)) {
        cx.error(
            bound,
            format!(
                "trait `{}` has a supertrait, and an interface has none but `Send`, `Sync` and `'static`",
                item.ident
            ),
            "declare the functions in this trait, or make two interfaces of them",
        );
    }
    if let Some(token) = &item.unsafety {
        cx.error(
            token,
            "an interface cannot be unsafe: the other side cannot keep to a safety contract",
            "remove `unsafe`",
        );
    }
    if let Some(clause) = &item.generics.where_clause {
        cx.error(
            clause,
            format!("trait `{}` has a `where` clause, and an interface has no conditions", item.ident),
            "remove it",
        );
    }
}

/// Whether a bound of a trait is `Send`, `Sync` or `'static`, by any path. Such a bound says nothing about the interface.
fn adds_no_function(bound: &TypeParamBound) -> bool {
    match bound {
        TypeParamBound::Lifetime(lifetime) => lifetime.ident == "static",
        TypeParamBound::Trait(bound) if matches!(bound.modifier, TraitBoundModifier::None) => {
            let segments: Vec<_> = bound.path.segments.iter().map(|segment| segment.ident.to_string()).collect();
            let segments: Vec<_> = segments.iter().map(String::as_str).collect();
            matches!(segments[..], ["Send" | "Sync"] | ["core" | "std", "marker", "Send" | "Sync"])
        }
        _ => false,
    }
}

/// Reports a function that came later than the package's own version.
fn check_since(cx: &Ctxt, id: &str, function: &Function) {
    let Some(since) = &function.since else { return };
    // `attr` has reported a text that is no version.
    let Ok(version) = semver::Version::parse(&since.value()) else { return };
    let fact = format!("function `{}` came in version {version}, and the package has", function.ident);
    match id.split_once('@') {
        None => cx.error(
            since,
            format!("{fact} no version"),
            "give the package a version, as in `package = \"acme:hello@1.1.0\"`",
        ),
        Some((_, package)) => {
            if let Ok(package) = semver::Version::parse(package)
                && version > package
            {
                cx.error(since, format!("{fact} the version {package}"), "raise the version of the package");
            }
        }
    }
}
