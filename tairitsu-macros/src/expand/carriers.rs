//! The types that carry the adapted parameters and results of an interface: `#[wit(as = ..)]` on a parameter, and
//! `#[wit(result_as = ..)]` on a function. A carrier is a newtype, and is lowered and lifted in the place of the value.

use super::abi::{self, Bodies, Locals, Target, Value};
use super::{shared, signatures, types};
use crate::attr::Docs;
use crate::model::{Adapted, Field, Growth, Interface, ParamKind, TypeDef, TypeKind};
use crate::paths::Paths;
use proc_macro2::{Ident, TokenStream};
use quote::quote;
use syn::{Index, Type, parse_quote};

pub(super) fn expand(interface: &Interface, paths: &Paths) -> TokenStream {
    let mut carriers = TokenStream::new();
    for function in &interface.functions {
        for param in &function.params {
            let Some(adapted) = &param.adapted else { continue };
            carriers.extend(carrier(adapted, &param.ty, paths));
            if matches!(param.kind, ParamKind::Reference) {
                carriers.extend(reference(adapted, &param.ty, paths));
            }
        }
        if let Some(result) = &function.adapted_result {
            carriers.extend(carrier(&result.adapted, &result.ty, paths));
        }
    }
    carriers
}

/// The carrier of an owned value.
fn carrier(Adapted { adapt, carrier }: &Adapted, ty: &Type, paths: &Paths) -> TokenStream {
    let field = Field {
        place: Index::from(0).into(),
        name: String::new(),
        docs: Docs::default(),
        ty: ty.clone(),
        adapt: Some(adapt.clone()),
        itself: None,
        growth: Growth::default(),
    };
    let def = TypeDef {
        item: parse_quote! {
            #[doc(hidden)]
            #[allow(dead_code, non_camel_case_types)]
            struct #carrier(#ty);
        },
        name: String::new(),
        docs: Docs::default(),
        since: None,
        home: String::new(),
        kind: TypeKind::Tuple(vec![field]),
    };
    types::expand(&def, paths)
}

/// The carrier of a reference. It is lowered only.
fn reference(Adapted { adapt, carrier }: &Adapted, ty: &Type, paths: &Paths) -> TokenStream {
    let ident: Ident = signatures::reference_carrier(carrier);
    let generics = parse_quote!(<'__tairitsu>);
    let target = Target::new(&ident, &generics);
    let wit_type = abi::wit_type(&target, &shared::wit_const(&adapt.as_type, paths), paths);
    let value = Value::new(ty, Some(adapt), paths);
    let Locals { out, address, .. } = &Locals::new();
    let (lower, store) = (
        value.lower(&quote!(lower), &quote!(self.0), &quote!(#out)),
        value.lower(&quote!(store), &quote!(self.0), &quote!(#address)),
    );
    let bodies = Bodies { lower: quote!(#lower;), store: quote!(#store;), ..Bodies::default() };
    let lower = abi::lower_impl(&target, &bodies, paths);
    let use_codec = &paths.use_codec;
    quote! {
        #[doc(hidden)]
        #[allow(dead_code, non_camel_case_types)]
        struct #ident<'__tairitsu>(&'__tairitsu #ty);

        #[allow(clippy::all, deprecated)]
        const _: () = {
            #use_codec
            #wit_type
            #lower
        };
    }
}
