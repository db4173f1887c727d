//! `#[wit]`: the schema of a type, and how it is lifted and lowered on both sides.

use super::shared;
use crate::model::{Case, Kind, TypeDef};
use crate::paths::Paths;
use proc_macro2::{Ident, Literal, TokenStream};
use quote::{format_ident, quote};
use syn::Generics;

pub(super) fn expand(def: &TypeDef, paths: &Paths) -> TokenStream {
    let schema = schema(def, paths);
    let abi = match &def.kind {
        Kind::Record(fields) => record(def, fields, paths),
        Kind::Variant(cases) | Kind::Enum(cases) => variant(def, cases, paths),
    };
    let use_wire = &paths.use_wire;
    quote! {
        #def

        #[allow(clippy::all, unused_assignments)]
        const _: () = {
            #use_wire
            #schema
            #abi
        };
    }
}

/// For a type that has errors: that it is a WIT type, so that its uses are no errors too.
pub(super) fn stub(ident: &Ident, generics: &Generics, paths: &Paths) -> TokenStream {
    if !generics.params.is_empty() {
        return TokenStream::new();
    }
    let schema = &paths.schema;
    wit_type(ident, &quote!(#schema::Type::Bool), paths)
}

pub(super) fn wit_type(ident: &Ident, ty: &TokenStream, paths: &Paths) -> TokenStream {
    let Paths { wit_type, schema, .. } = paths;
    quote! {
        impl #wit_type for #ident {
            const TYPE: #schema::Type = #ty;
            type Ok = Self;
            type Err = ::core::convert::Infallible;

            #[inline]
            fn into_result(self) -> ::core::result::Result<Self, ::core::convert::Infallible> {
                ::core::result::Result::Ok(self)
            }
        }
    }
}

/// `WitType`.
fn schema(def: &TypeDef, paths: &Paths) -> TokenStream {
    let schema = &paths.schema;
    let TypeDef { item, name, docs, kind } = def;
    let (what, cases) = match kind {
        Kind::Record(cases) => ("Record", cases),
        Kind::Variant(cases) => ("Variant", cases),
        Kind::Enum(cases) => ("Enum", cases),
    };
    let what = format_ident!("{what}");
    let fields = cases.iter().map(|Case { name, docs, ty, .. }| {
        let ty = match ty {
            Some(ty) => shared::wit_const(ty, paths),
            None => quote!(#schema::Type::Unit),
        };
        quote!(#schema::Field { name: #name, docs: #docs, ty: #ty })
    });
    let ty = quote! {
        #schema::Type::#what(&const { #schema::#what::new(#name, #docs, &[#(#fields),*]) })
    };
    wit_type(&item.ident, &ty, paths)
}

/// `Lower` and `Lift` of a record: its fields in order, each aligned.
fn record(def: &TypeDef, fields: &[Case], paths: &Paths) -> TokenStream {
    let Paths { wire, schema, .. } = paths;
    let idents: Vec<_> = fields.iter().map(|field| &field.ident).collect();
    let types: Vec<_> = fields.iter().filter_map(|field| field.ty.as_ref()).collect();
    impls(
        &def.item.ident,
        &Bodies {
            lower: quote! {
                let mut at = 0usize;
                #(
                    #wire::<#types>::lower(&self.#idents, memory, &mut out[at..])?;
                    at += #wire::<#types>::FLAT;
                )*
            },
            store: quote! {
                let mut at = 0usize;
                #(
                    at = #schema::align_to(at, #wire::<#types>::ALIGN);
                    #wire::<#types>::store(&self.#idents, memory, address + at)?;
                    at += #wire::<#types>::SIZE;
                )*
            },
            lift: quote! {
                let mut at = 0usize;
                Self {
                    #(#idents: {
                        let start = at;
                        at += #wire::<#types>::FLAT;
                        #wire::<#types>::lift(memory, &flat[start..])?
                    },)*
                }
            },
            load: quote! {
                let mut at = 0usize;
                Self {
                    #(#idents: {
                        let start = #schema::align_to(at, #wire::<#types>::ALIGN);
                        at = start + #wire::<#types>::SIZE;
                        #wire::<#types>::load(memory, address + start)?
                    },)*
                }
            },
        },
        paths,
    )
}

/// `Lower` and `Lift` of a variant or an enum: a discriminant, then the payload.
fn variant(def: &TypeDef, cases: &[Case], paths: &Paths) -> TokenStream {
    let Paths { wit_type, wire, private, .. } = paths;
    let count = cases.len();
    let payload = quote!(<Self as #wit_type>::TYPE.payload_offset());
    let (mut lower, mut store) = (TokenStream::new(), TokenStream::new());
    let (mut lift, mut load) = (TokenStream::new(), TokenStream::new());
    for (i, case) in cases.iter().enumerate() {
        let (name, number) = (&case.ident, Literal::u32_unsuffixed(i as u32));
        let store_number = quote!(#private::store_discriminant(memory, address, #count, #number)?);
        match &case.ty {
            None => {
                lower.extend(quote!(Self::#name => out[0] = #number,));
                store.extend(quote!(Self::#name => #store_number,));
                lift.extend(quote!(#number => Self::#name,));
                load.extend(quote!(#number => Self::#name,));
            }
            Some(ty) => {
                lower.extend(quote! {
                    Self::#name(value) => {
                        out[0] = #number;
                        #wire::<#ty>::lower(value, memory, &mut out[1..])?;
                    }
                });
                store.extend(quote! {
                    Self::#name(value) => {
                        #store_number;
                        #wire::<#ty>::store(value, memory, address + #payload)?;
                    }
                });
                lift.extend(quote!(#number => Self::#name(#wire::<#ty>::lift(memory, &flat[1..])?),));
                load.extend(quote!(#number => Self::#name(#wire::<#ty>::load(memory, address + #payload)?),));
            }
        }
    }
    let none = quote! {
        found => return ::core::result::Result::Err(#private::bad_discriminant::<Self, _>(memory, found)),
    };
    impls(
        &def.item.ident,
        &Bodies {
            lower: quote!(match self { #lower }),
            store: quote!(match self { #store }),
            lift: quote!(match flat[0] as u32 { #lift #none }),
            load: quote!(match #private::load_discriminant(memory, address, #count)? { #load #none }),
        },
        paths,
    )
}

/// What differs between records, variants and flags. `lower` and `store` are statements, `lift` and `load` end in a value.
pub(super) struct Bodies {
    pub(super) lower: TokenStream,
    pub(super) store: TokenStream,
    pub(super) lift: TokenStream,
    pub(super) load: TokenStream,
}

pub(super) fn impls(ident: &Ident, bodies: &Bodies, paths: &Paths) -> TokenStream {
    let Bodies { lower: lower_body, store, lift: lift_body, load } = bodies;
    let Paths { lower, lift, sink, source, .. } = paths;
    quote! {
        impl #lower for #ident {
            #[inline]
            fn lower<__TairitsuMemory: #sink>(
                &self,
                memory: &mut __TairitsuMemory,
                out: &mut [u64],
            ) -> ::core::result::Result<(), __TairitsuMemory::Error> {
                #lower_body
                ::core::result::Result::Ok(())
            }

            #[inline]
            fn store<__TairitsuMemory: #sink>(
                &self,
                memory: &mut __TairitsuMemory,
                address: usize,
            ) -> ::core::result::Result<(), __TairitsuMemory::Error> {
                #store
                ::core::result::Result::Ok(())
            }
        }

        impl #lift for #ident {
            #[inline]
            fn lift<__TairitsuMemory: #source>(
                memory: &mut __TairitsuMemory,
                flat: &[u64],
            ) -> ::core::result::Result<Self, __TairitsuMemory::Error> {
                ::core::result::Result::Ok({ #lift_body })
            }

            #[inline]
            fn load<__TairitsuMemory: #source>(
                memory: &mut __TairitsuMemory,
                address: usize,
            ) -> ::core::result::Result<Self, __TairitsuMemory::Error> {
                ::core::result::Result::Ok({ #load })
            }
        }
    }
}
