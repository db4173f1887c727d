//! Guesses about a type from its name. A macro sees tokens and no types, and a name may stand for another type than it
//! looks like. So a guess only chooses a shorter or faster form of code. After a wrong guess that code works for the other
//! type too, or the compiler reports an error.

use crate::model::Function;
use proc_macro2::TokenStream;
use quote::quote;

/// An upper bound of the number of flat values of the parameters. The compiler evaluates a constant for each slot of a
/// shim, so a low bound saves compile time. Generated code asserts that the bound holds.
pub(super) fn max_slots(function: &Function) -> usize {
    let sum = function.params.iter().map(|param| slots(param.wit_type())).sum::<usize>();
    sum.clamp(1, 16)
}

/// An upper bound of the number of flat values of a type. Only the name of a type with one core value gives 1.
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

/// Whether every parameter and the result look like one number each.
pub(super) fn is_of_numbers(function: &Function) -> bool {
    let is_number = |ty: &syn::Type| slots(ty) == 1;
    function.params.iter().all(|param| is_number(param.wit_type())) && function.wit_result().iter().all(is_number)
}

/// The borrowed type that shows a value without a copy: `str` for `String`, and `[T]` for a `Vec` of numbers.
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

/// Whether a type looks like no `Result` and like no alias of one.
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

/// The two types of a `Result<T, E>`.
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
