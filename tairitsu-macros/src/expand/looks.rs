//! Guesses about a type from its name. A macro sees tokens and no types, and a name may stand for another type than it
//! looks like. So a guess only chooses a shorter or faster form of code. After a wrong guess that code works for the other
//! type too, or the compiler reports an error.

use crate::model::Function;
use proc_macro2::TokenStream;
use quote::quote;

/// Whether a type looks like one number, a `bool` or a `char`.
pub(super) fn is_number(ty: &syn::Type) -> bool {
    const NUMBERS: [&str; 12] = ["bool", "char", "u8", "i8", "u16", "i16", "u32", "i32", "u64", "i64", "f32", "f64"];
    match ty {
        syn::Type::Path(path) => NUMBERS.iter().any(|number| path.path.is_ident(number)),
        syn::Type::Group(group) => is_number(&group.elem),
        syn::Type::Paren(paren) => is_number(&paren.elem),
        _ => false,
    }
}

/// Whether every parameter and the result look like one number each.
pub(super) fn is_of_numbers(function: &Function) -> bool {
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

/// The trait of `no_wit_types` for a type that looks like one of a well-known crate.
pub(super) fn hint(ty: &syn::Type) -> Option<&'static str> {
    let syn::Type::Path(path) = ty else { return None };
    if path.qself.is_some() {
        return None;
    }
    let segments = &path.path.segments;
    let (first, last) = (segments.first()?.ident.to_string(), segments.last()?.ident.to_string());
    let is_qualified = segments.len() > 1;
    match last.as_str() {
        "Box" if is_box_of_error(segments.last()?) => Some("LooksLikeAnyError"),
        "Bytes" | "BytesMut" => Some("LooksLikeBytes"),
        "DateTime" | "NaiveDate" | "NaiveTime" | "NaiveDateTime" | "TimeDelta" => Some("LooksLikeChrono"),
        _ if is_qualified && first == "chrono" => Some("LooksLikeChrono"),
        "Value" if !is_qualified || first == "serde_json" => Some("LooksLikeJson"),
        "Url" => Some("LooksLikeUrl"),
        "Uuid" => Some("LooksLikeUuid"),
        "Error" | "Report" if ["anyhow", "eyre", "color_eyre"].contains(&first.as_str()) => Some("LooksLikeAnyError"),
        _ => None,
    }
}

/// Whether a path's segment looks like `Box<dyn Error>`.
fn is_box_of_error(last: &syn::PathSegment) -> bool {
    let syn::PathArguments::AngleBracketed(args) = &last.arguments else { return false };
    let Some(syn::GenericArgument::Type(syn::Type::TraitObject(object))) = args.args.first() else { return false };
    object.bounds.iter().any(|bound| match bound {
        syn::TypeParamBound::Trait(bound) => bound.path.segments.last().is_some_and(|last| last.ident == "Error"),
        _ => false,
    })
}
