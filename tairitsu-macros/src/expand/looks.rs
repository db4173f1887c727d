//! Guesses from the name of a type. A macro sees tokens and no types, and a name may stand for another type than it looks
//! like. So a guess only chooses a faster way, and each use of one still compiles, or asserts, for the type that is there.

use crate::model::Function;
use proc_macro2::TokenStream;
use quote::quote;

/// An upper bound of the flat values of the parameters, known by the looks of their types. The fewer slots a shim has,
/// the fewer constants the compiler evaluates. That it is one is asserted where it is used: a name may stand for another
/// type than it looks like.
pub(super) fn max_slots(function: &Function) -> usize {
    let sum = function.params.iter().map(|param| slots(&param.ty)).sum::<usize>();
    sum.clamp(1, 16)
}

/// The same for one type: 1 only for what is one core value.
pub(super) fn slots(ty: &syn::Type) -> usize {
    const SCALARS: [&str; 12] = ["bool", "char", "u8", "i8", "u16", "i16", "u32", "i32", "u64", "i64", "f32", "f64"];
    match ty {
        syn::Type::Path(path) if SCALARS.iter().any(|scalar| path.path.is_ident(scalar)) => 1,
        syn::Type::Path(path) if path.path.is_ident("str") || path.path.is_ident("String") => 2,
        syn::Type::Path(path) if path.path.segments.last().is_some_and(|last| last.ident == "Vec") => 2,
        syn::Type::Slice(_) => 2,
        syn::Type::Tuple(tuple) => tuple.elems.iter().map(slots).sum(),
        syn::Type::Group(group) => slots(&group.elem),
        syn::Type::Paren(paren) => slots(&paren.elem),
        _ => 16,
    }
}

/// Whether all that goes in and out is one number each, by the looks of the types.
pub(super) fn is_of_numbers(function: &Function) -> bool {
    let is_number = |ty: &syn::Type| slots(ty) == 1;
    function.params.iter().all(|param| is_number(&param.ty)) && function.result.iter().all(is_number)
}

/// What may be seen of a type without a copy, known by its looks: `str` of a `String`, and `[T]` of a list of numbers.
pub(super) fn view(ty: &syn::Type) -> Option<TokenStream> {
    const NUMBERS: [&str; 10] = ["u8", "i8", "u16", "i16", "u32", "i32", "u64", "i64", "f32", "f64"];
    let syn::Type::Path(path) = ty else { return None };
    let last = path.path.segments.last()?;
    if last.ident == "String" && last.arguments.is_empty() {
        return Some(quote!(str));
    }
    let syn::PathArguments::AngleBracketed(list) = &last.arguments else { return None };
    match (last.ident == "Vec", list.args.first()?, list.args.len()) {
        (true, syn::GenericArgument::Type(item @ syn::Type::Path(path)), 1)
            if NUMBERS.iter().any(|number| path.path.is_ident(number)) =>
        {
            Some(quote!([#item]))
        }
        _ => None,
    }
}

/// Whether a type is by its looks no alias of a `Result`.
pub(super) fn is_no_result(ty: &syn::Type) -> bool {
    match ty {
        syn::Type::Tuple(_) | syn::Type::Array(_) => true,
        syn::Type::Path(path) => path
            .path
            .segments
            .last()
            .is_some_and(|last| ["Vec", "Option", "Box", "String"].iter().any(|plain| last.ident == plain)),
        _ => false,
    }
}

/// Whether a result is a `Result` of two types: those two.
pub(super) fn result_parts(ty: &syn::Type) -> Option<(TokenStream, TokenStream)> {
    let syn::Type::Path(path) = ty else { return None };
    let last = path.path.segments.last()?;
    let syn::PathArguments::AngleBracketed(args) = &last.arguments else { return None };
    if last.ident != "Result" || args.args.len() != 2 {
        return None;
    }
    let (ok, err) = (&args.args[0], &args.args[1]);
    Some((quote!(#ok), quote!(#err)))
}
