//! The expansion: code from the model.
//!
//! This file runs the phases for each attribute: it reads the arguments, builds the model, and expands the model if there
//! were no errors. The errors reported here are about an attribute on the wrong item, or on an impl of a trait. The other
//! files report none.

mod abi;
mod carriers;
mod condition;
pub(crate) mod emit;
mod flags;
mod future;
mod growth;
mod guest;
mod host;
mod inherent_impl;
mod looks;
mod recursive;
mod resource;
mod shared;
mod signatures;
mod trait_macro;
mod types;
mod types_module;

use crate::attr::Args;
use crate::diag::Ctxt;
use crate::manifest;
use crate::model::{FlagsDef, InherentImpl, Interface, InterfaceKind, TypeDef, TypesModule};
use crate::paths::Paths;
use crate::side::Side;
use condition::conditional;
use proc_macro2::TokenStream;
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{DeriveInput, Item, ItemImpl, ItemTrait};

/// `#[guest]` and `#[host]`.
pub(crate) fn interface(side: Side, args: TokenStream, item: TokenStream) -> TokenStream {
    if let Some(conditional) = conditional(side.argument(), &args, &item) {
        return conditional;
    }
    match syn::parse2::<Item>(item.clone()) {
        Ok(Item::Trait(item)) => interface_trait(side, args, item),
        Ok(Item::Impl(item)) if item.trait_.is_none() => inherent_impl(side, args, item),
        Ok(Item::Impl(item)) => trait_impl(side.argument(), args, &item),
        Ok(other) => {
            let cx = Ctxt::new();
            cx.error(
                keyword(&other),
                format!("`{}` stands on a trait or on an impl", side.attribute()),
                "for a struct or an enum, write `#[tairitsu::wit]`",
            );
            finish(cx, &item)
        }
        Err(error) => with_error(error, &item),
    }
}

/// `#[guest]` and `#[host]` on a trait.
fn interface_trait(side: Side, args: TokenStream, item: ItemTrait) -> TokenStream {
    let cx = Ctxt::new();
    let args = Args::parse(&cx, args, &["package", "rename", "uses", "crate"]);
    let interface = Interface::parse(&cx, side, &args, item, InterfaceKind::Functions);
    declaration_or_errors(cx, &args, &interface)
}

/// The declaration, or the errors with a stub that prevents errors about uses of the trait.
fn declaration_or_errors(cx: Ctxt, args: &Args, interface: &Interface) -> TokenStream {
    match cx.finish() {
        Ok(()) => {
            let (declaration, tracked) = (declaration(interface, &Paths::new(args.krate())), tracked(args));
            quote!(#declaration #tracked)
        }
        Err(errors) => {
            let stub = stub(interface);
            quote!(#stub #errors)
        }
    }
}

/// Names Cargo.toml in the code of an interface whose package depends on it, so that Cargo compiles the crate again when
/// the file changes. Nothing names the constant, so no binary has it.
fn tracked(args: &Args) -> Option<TokenStream> {
    let file = manifest::manifest().file.filter(|_| args.package.is_none())?;
    Some(quote!(
        const _: &[u8] = ::core::include_bytes!(#file);
    ))
}

/// `#[resource]`.
pub(crate) fn resource(args: TokenStream, item: TokenStream) -> TokenStream {
    if let Some(conditional) = conditional("resource", &args, &item) {
        return conditional;
    }
    match syn::parse2::<Item>(item.clone()) {
        Ok(Item::Trait(item)) => resource_trait(args, item),
        Ok(Item::Impl(item)) => trait_impl("resource", args, &item),
        Ok(other) => {
            let cx = Ctxt::new();
            cx.error(
                keyword(&other),
                "`#[tairitsu::resource]` stands on a trait or on an impl of one",
                "declare a trait with the resource's functions, and implement it for this type",
            );
            finish(cx, &item)
        }
        Err(error) => with_error(error, &item),
    }
}

/// `#[resource]` on a trait.
fn resource_trait(args: TokenStream, item: ItemTrait) -> TokenStream {
    let cx = Ctxt::new();
    let args = Args::parse(&cx, args, &["guest", "host", "package", "rename", "uses", "crate"]);
    if args.side.is_none() {
        cx.error(
            &item.ident,
            format!("resource `{}` needs a side, and the attribute names none", item.ident),
            "write `#[tairitsu::resource(guest)]` if its values live in the guest, and `(host)` if they live in the host",
        );
    }
    let interface = Interface::parse(&cx, args.side.unwrap_or(Side::Guest), &args, item, InterfaceKind::Resource);
    declaration_or_errors(cx, &args, &interface)
}

/// The trait, and the generated code beside it.
fn declaration(interface: &Interface, paths: &Paths) -> TokenStream {
    let carriers = carriers::expand(interface, paths);
    let declaration = match interface.side {
        Side::Guest => guest::expand(interface, paths),
        Side::Host => host::expand(interface, paths),
    };
    quote!(#declaration #carriers)
}

/// A trait that has errors, and a macro of its name, so that an impl of the trait is no further error. The bound `Sized`
/// allows signatures that an object type cannot have.
fn stub(interface: &Interface) -> TokenStream {
    let (mut item, stub) = (interface.item.clone(), trait_macro::stub_macro(interface));
    item.colon_token.get_or_insert_default();
    item.supertraits.push(syn::parse_quote!(::core::marker::Sized));
    quote!(#item #stub)
}

/// `#[guest]` and `#[host]` on an `impl` without a trait: the block, a trait of its functions, and the trait's impl, which
/// calls the block's functions.
fn inherent_impl(side: Side, args: TokenStream, item: ItemImpl) -> TokenStream {
    let cx = Ctxt::new();
    let mut allowed = vec!["package", "rename", "uses", "crate"];
    if side == Side::Guest {
        allowed.push("export");
    }
    let args = Args::parse(&cx, args, &allowed);
    let (krate, export, tracked) = (args.krate(), args.export.unwrap_or(true), tracked(&args));
    let InherentImpl { item, interface } = InherentImpl::parse(&cx, side, args, item);
    match (cx.finish(), interface) {
        (Ok(()), Some(interface)) => {
            let declaration = declaration(&interface, &Paths::new(krate.clone()));
            let delegation = inherent_impl::delegation(&interface, &item.self_ty, &Paths::new(krate.clone()));
            let invoke = invoke(side.argument(), &krate, &interface.item.ident, &item.self_ty, export);
            quote!(#item #declaration #delegation #invoke #tracked)
        }
        (errors, interface) => {
            let (errors, stub) = (errors.err(), interface.as_ref().map(stub));
            quote!(#item #stub #errors)
        }
    }
}

/// The attributes on an impl of a trait: the impl, and an invocation of the macro that the trait's declaration emitted.
fn trait_impl(role: &str, args: TokenStream, item: &ItemImpl) -> TokenStream {
    let cx = Ctxt::new();
    let allowed: &[_] = if role == "host" { &["crate"] } else { &["crate", "export"] };
    let args = Args::parse(&cx, args, allowed);
    let krate = args.krate();
    let mut path = None;
    match &item.trait_ {
        Some((None, trait_path, _)) => {
            if let Some(segment) = trait_path.segments.iter().find(|segment| !segment.arguments.is_empty()) {
                cx.error(&segment.arguments, "an interface is not generic", "leave the arguments out");
            }
            path = Some(trait_path);
        }
        Some((Some(not), _, _)) => cx.error(not, "a negative impl provides nothing", "remove the `!`"),
        None if role == "resource" => cx.error(
            &item.self_ty,
            "a resource is declared by a trait, and this impl has no trait",
            "declare a trait with the functions for the other side, and write `impl Trait for Type` here",
        ),
        // `inherent_impl` expands these.
        None => {}
    }
    if let Some(param) = item.generics.params.first() {
        cx.error(
            param,
            "the impl is generic, and only one type can be exported or provided",
            "name the type, and write one impl for each",
        );
    }
    let path = match (cx.finish(), path) {
        (Ok(()), Some(path)) => path,
        (errors, _) => {
            let errors = errors.err();
            return quote!(#item #errors);
        }
    };
    let invoke = invoke(role, &krate, path, &item.self_ty, args.export.unwrap_or(true));
    let item = future::impl_with_futures(item, path, &Paths::new(krate));
    quote!(#item #invoke)
}

/// The invocation of the trait's macro, with the paths and the type that the impl names.
fn invoke(
    role: &str,
    krate: &TokenStream,
    path: &(impl ToTokens + Spanned),
    ty: &syn::Type,
    export: bool,
) -> TokenStream {
    let role = quote::format_ident!("{role}");
    let unexported = (!export).then(|| quote!(unexported));
    quote_spanned! {path.span()=>
        #path ! { #role [#krate] [#path] [#ty] #unexported }
    }
}

/// `flags!`.
pub(crate) fn flags(item: TokenStream) -> TokenStream {
    let parsed = match syn::parse2(item.clone()) {
        Ok(parsed) => parsed,
        Err(error) => return error.to_compile_error(),
    };
    let cx = Ctxt::new();
    let def = FlagsDef::new(&cx, parsed);
    let krate = def.args.krate();
    if let Some((conditions, item)) = condition::take_from(&item) {
        // The macro is expanded again, without the conditions.
        let _ = cx.finish();
        return quote!(#(#conditions)* #krate::flags! { #item });
    }
    let expanded = flags::expand(&def, &Paths::new(krate));
    // The type is emitted in spite of errors, so that its uses are no further errors.
    let errors = cx.finish().err();
    quote!(#expanded #errors)
}

/// `#[wit]`.
pub(crate) fn wit(args: TokenStream, item: TokenStream) -> TokenStream {
    if let Some(conditional) = conditional("wit", &args, &item) {
        return conditional;
    }
    let input = match syn::parse2::<DeriveInput>(item.clone()) {
        Ok(input) => input,
        Err(error) => {
            if let Ok(Item::Mod(module)) = syn::parse2::<Item>(item.clone()) {
                return types_module(args, module);
            }
            let cx = Ctxt::new();
            if let Ok(other) = syn::parse2::<Item>(item.clone()) {
                cx.error(
                    keyword(&other),
                    "`#[tairitsu::wit]` stands on a struct, an enum, or a module of them",
                    "for a trait, write `#[tairitsu::guest]` or `#[tairitsu::host]`",
                );
            } else {
                cx.push(error);
            }
            return finish(cx, &item);
        }
    };
    let cx = Ctxt::new();
    let args = Args::parse(&cx, args, &["rename", "as", "to", "from", "since", "crate"]);
    let paths = Paths::new(args.krate());
    let ident = input.ident.clone();
    let generics = input.generics.clone();
    let def = TypeDef::parse(&cx, args, input.clone());
    match (cx.finish(), def) {
        (Ok(()), Some(def)) => types::expand(&def, &paths),
        (errors, def) => {
            // The type is emitted with stub impls, so that its uses are no further errors.
            let errors = errors.err();
            let stub = types::stub(&ident, &generics, &paths);
            let item = def.map_or_else(|| strip_helpers(input).into_token_stream(), ToTokens::into_token_stream);
            quote!(#item #stub #errors)
        }
    }
}

/// `#[wit]` on a module.
fn types_module(args: TokenStream, item: syn::ItemMod) -> TokenStream {
    let cx = Ctxt::new();
    let args = Args::parse(&cx, args, &["package", "rename", "uses", "crate"]);
    let original = item.clone();
    let module = TypesModule::parse(&cx, &args, item);
    match cx.finish() {
        Ok(()) => {
            let (expanded, tracked) = (types_module::expand(&module, &Paths::new(args.krate())), tracked(&args));
            quote!(#expanded #tracked)
        }
        // The attributes on the types would lead to rustc's words about the cycle.
        Err(errors) if module.has_cycle => {
            let stubs = types_module::stubs(original, &Paths::new(args.krate()));
            quote!(#stubs #errors)
        }
        Err(errors) => quote!(#original #errors),
    }
}

/// The item without helper attributes, for an item that has no model.
fn strip_helpers(mut input: DeriveInput) -> DeriveInput {
    types::strip_helpers(&mut input);
    input
}

fn finish(cx: Ctxt, item: &TokenStream) -> TokenStream {
    let errors = cx.finish().err();
    quote!(#item #errors)
}

fn with_error(error: syn::Error, item: &TokenStream) -> TokenStream {
    let error = error.to_compile_error();
    quote!(#item #error)
}

/// The keyword of an item, to show an error on.
fn keyword(item: &Item) -> TokenStream {
    match item {
        Item::Struct(item) => item.struct_token.to_token_stream(),
        Item::Enum(item) => item.enum_token.to_token_stream(),
        Item::Union(item) => item.union_token.to_token_stream(),
        Item::Fn(item) => item.sig.fn_token.to_token_stream(),
        Item::Mod(item) => item.mod_token.to_token_stream(),
        Item::Trait(item) => item.trait_token.to_token_stream(),
        Item::Impl(item) => item.impl_token.to_token_stream(),
        Item::Type(item) => item.type_token.to_token_stream(),
        other => other.to_token_stream(),
    }
}
