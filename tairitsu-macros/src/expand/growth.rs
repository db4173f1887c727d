//! The checks of what came in a later version, which need the types.

use super::shared;
use crate::model::{Case, Field, FieldDefault, Mark, Payload, TypeDef, TypeKind};
use crate::paths::Paths;
use proc_macro2::{Literal, TokenStream};
use quote::{ToTokens, quote};

/// The checks of a type: constants that have no value, so nothing of them is in a binary. A generic type is checked in each
/// instantiation, by its schema.
pub(super) fn checks(def: &TypeDef, paths: &Paths) -> Option<TokenStream> {
    if !def.item.generics.params.is_empty() {
        return None;
    }
    let (ident, wit_type) = (&def.item.ident, &paths.wit_type);
    let checks = of_type(&def.kind, &quote!(<#ident as #wit_type>::TYPE.__fields()), paths);
    (!checks.is_empty()).then(|| quote!(#(const _: () = { #checks; };)*))
}

/// The checks of a generic type, as statements. `fields` has the schema of its fields or cases.
pub(super) fn generic_checks(def: &TypeDef, fields: &TokenStream, paths: &Paths) -> Option<TokenStream> {
    if def.item.generics.params.is_empty() {
        return None;
    }
    let checks = of_type(&def.kind, fields, paths);
    (!checks.is_empty()).then(|| quote!(#(#checks;)*))
}

fn of_type(kind: &TypeKind, parts: &TokenStream, paths: &Paths) -> Vec<TokenStream> {
    match kind {
        TypeKind::Record(fields) => of_fields(fields, parts, paths),
        TypeKind::Variant(cases) | TypeKind::Enum(cases) => {
            cases.iter().enumerate().flat_map(|(i, case)| of_case(case, i, parts, paths)).collect()
        }
        TypeKind::Tuple(_) | TypeKind::Adapted(_) => Vec::new(),
    }
}

fn of_case(case: &Case, i: usize, cases: &TokenStream, paths: &Paths) -> Vec<TokenStream> {
    let (schema, i) = (&paths.schema, shared::index(i));
    match &case.payload {
        Payload::Record(fields) => of_fields(fields, &quote!(#cases[#i].ty.__fields()), paths),
        Payload::Tuple(fields) if case.growth.other.is_some() => {
            let check = quote!(#schema::Field::__check_other(#cases[#i]));
            fields.iter().map(|field| shared::cover(&field.ty, check.clone())).collect()
        }
        Payload::Tuple(_) | Payload::None => Vec::new(),
    }
}

fn of_fields(fields: &[Field], parts: &TokenStream, paths: &Paths) -> Vec<TokenStream> {
    let schema = &paths.schema;
    let checks = fields.iter().enumerate().filter_map(|(i, field)| {
        let i = shared::index(i);
        match (&field.growth.since, &field.growth.default) {
            (None, _) => None,
            (Some(_), None) => Some(shared::cover(&field.ty, quote!(#schema::Field::__check_since(#parts[#i])))),
            (Some(_), Some(default)) => {
                let (literal, found) = (literal(default, paths), default.written());
                let check = quote!(#schema::Field::__check_default(#parts[#i], #literal, #found));
                Some(shared::cover_tokens(&default.expr, check))
            }
        }
    });
    checks.collect()
}

/// What the check of a default has to know about it.
fn literal(default: &FieldDefault, paths: &Paths) -> TokenStream {
    let schema = &paths.schema;
    let literal = match &default.mark {
        Mark::Bool(_) => quote!(Bool),
        Mark::Int(negative, value, suffix) => {
            let value = Literal::u128_unsuffixed(*value);
            quote!(Int(#negative, #value, #suffix))
        }
        Mark::Float(value, suffix) => {
            let (value, sign) = (Literal::f64_unsuffixed(value.abs()), value.is_sign_negative().then(|| quote!(-)));
            quote!(Float(#sign #value, #suffix))
        }
        Mark::Char(_) => quote!(Char),
        Mark::String(_) => quote!(String),
        Mark::Case(name) => quote!(Case(#name)),
        Mark::EmptyList => quote!(EmptyList),
    };
    quote!(#schema::Literal::#literal).into_token_stream()
}
