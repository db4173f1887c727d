//! `#[wit]`: the schema of a type, and how it is lifted and lowered on both sides.

use super::shared;
use crate::attr::Adapt;
use crate::model::{Case, Kind, TypeDef};
use crate::paths::Paths;
use proc_macro2::{Ident, Literal, TokenStream};
use quote::{ToTokens, format_ident, quote};
use syn::{Generics, Type, parse_quote};

pub(super) fn expand(def: &TypeDef, paths: &Paths) -> TokenStream {
    let target = Target::new(&def.item.ident, &def.item.generics);
    let schema = schema(def, &target, paths);
    let bodies = match &def.kind {
        Kind::Record(fields) => record(fields, paths),
        Kind::Variant(cases) | Kind::Enum(cases) => variant(cases, paths),
        Kind::Adapted(adapt) => adapted(&def.item.ident, adapt, paths),
    };
    let abi = impls(&target, &bodies, paths);
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
    let schema = &paths.schema;
    wit_type(&Target::new(ident, generics), &quote!(#schema::Type::Bool), paths)
}

/// The type that traits are implemented for.
pub(super) struct Target<'a> {
    ident: &'a Ident,
    generics: &'a Generics,
}

impl<'a> Target<'a> {
    pub(super) fn new(ident: &'a Ident, generics: &'a Generics) -> Self {
        Self { ident, generics }
    }

    /// `impl<..> Trait for Type<..> where ..` without a body. Each type parameter has the bounds.
    fn head(&self, implemented: &TokenStream, bounds: &[&TokenStream]) -> TokenStream {
        let ident = self.ident;
        let mut generics = self.generics.clone();
        for param in self.generics.type_params() {
            let param = &param.ident;
            generics.make_where_clause().predicates.push(parse_quote!(#param: #(#bounds)+*));
        }
        let (impl_generics, _, where_clause) = generics.split_for_impl();
        let (_, arguments, _) = self.generics.split_for_impl();
        quote!(impl #impl_generics #implemented for #ident #arguments #where_clause)
    }

    /// The WIT name: that of a generic type has the names of its arguments in it.
    fn name(&self, name: &str, paths: &Paths) -> TokenStream {
        let Paths { schema, wit_type, .. } = paths;
        let arguments: Vec<_> = self.generics.type_params().map(|param| &param.ident).collect();
        if arguments.is_empty() {
            return quote!(#name);
        }
        quote!((&const { #schema::Name::generic(#name, &[#(<#arguments as #wit_type>::TYPE),*]) }).as_str())
    }
}

pub(super) fn wit_type(target: &Target<'_>, ty: &TokenStream, paths: &Paths) -> TokenStream {
    let Paths { wit_type, schema, .. } = paths;
    let head = target.head(wit_type, &[wit_type]);
    quote! {
        #head {
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
fn schema(def: &TypeDef, target: &Target<'_>, paths: &Paths) -> TokenStream {
    let schema = &paths.schema;
    let TypeDef { name, docs, home, kind, .. } = def;
    let (what, cases) = match kind {
        Kind::Record(cases) => ("Record", cases),
        Kind::Variant(cases) => ("Variant", cases),
        Kind::Enum(cases) => ("Enum", cases),
        Kind::Adapted(adapt) => return wit_type(target, &shared::wit_const(&adapt.wire, paths), paths),
    };
    let what = format_ident!("{what}");
    let fields = cases.iter().map(|case| {
        let (name, docs) = (&case.name, &case.docs);
        let ty = match case.wire() {
            Some(ty) => shared::wit_const(ty, paths),
            None => quote!(#schema::Type::Unit),
        };
        quote!(#schema::Field { name: #name, docs: #docs, ty: #ty })
    });
    let name = target.name(name, paths);
    let ty = quote! {
        #schema::Type::#what(&const { #schema::#what::new(#name, #docs, #home, &const { [#(#fields),*] }) })
    };
    wit_type(target, &ty, paths)
}

impl Case {
    /// The type that crosses.
    fn wire(&self) -> Option<&Type> {
        match &self.adapt {
            Some(adapt) => Some(&adapt.wire),
            None => self.ty.as_ref(),
        }
    }
}

/// How a value of one type is lowered and lifted.
struct Value<'a> {
    ty: TokenStream,
    /// The type as errors name it.
    name: String,
    adapt: Option<&'a Adapt>,
    paths: &'a Paths,
}

impl<'a> Value<'a> {
    fn new(ty: &'a Type, adapt: Option<&'a Adapt>, paths: &'a Paths) -> Self {
        Self { ty: quote!(#ty), name: ty.to_token_stream().to_string().replace(' ', ""), adapt, paths }
    }

    /// Lowers what `value`, a reference, refers to. `method` is `lower` or `store`, and `to` its last argument.
    fn lower(&self, method: &str, value: &TokenStream, to: &TokenStream) -> TokenStream {
        let (ty, method, Paths { wire, private, .. }) = (&self.ty, format_ident!("{method}"), self.paths);
        let Some(adapt) = self.adapt else {
            return quote!(#wire::<#ty>::#method(#value, memory, #to)?);
        };
        let target = &adapt.wire;
        let convert = match &adapt.to {
            Some(to) => quote!(#to),
            None => quote! {
                |value: &#ty| <#target as ::core::convert::From<#ty>>::from(::core::clone::Clone::clone(value))
            },
        };
        // What is made here ends here: nothing of it is lent.
        quote! {
            #wire::<#target>::#method(
                &#private::adapt_to::<#ty, #target>(#value, #convert),
                &mut #private::Copying(memory),
                #to,
            )?
        }
    }

    /// Lifts a value. `method` is `lift` or `load`, and `from` its last argument.
    fn lift(&self, method: &str, from: &TokenStream) -> TokenStream {
        let (ty, method, Paths { wire, private, .. }) = (&self.ty, format_ident!("{method}"), self.paths);
        let Some(adapt) = self.adapt else {
            return quote!(#wire::<#ty>::#method(memory, #from)?);
        };
        let (target, name) = (&adapt.wire, &self.name);
        let convert = match &adapt.from {
            Some(from) => quote!(#from),
            None => quote!(<#ty as ::core::convert::TryFrom<#target>>::try_from),
        };
        quote! {
            match #private::adapt_from::<#ty, #target, _>(#wire::<#target>::#method(memory, #from)?, #name, #convert) {
                ::core::result::Result::Ok(value) => value,
                ::core::result::Result::Err(error) => return ::core::result::Result::Err(memory.reject(error)),
            }
        }
    }
}

/// A record: its fields in order, each aligned.
fn record(fields: &[Case], paths: &Paths) -> Bodies {
    let Paths { wire, schema, .. } = paths;
    let (mut lower, mut store) = (quote!(let mut at = 0usize;), quote!(let mut at = 0usize;));
    let (mut lift, mut load) = (TokenStream::new(), TokenStream::new());
    for field in fields {
        let (ident, Some(ty), Some(target)) = (&field.ident, &field.ty, field.wire()) else { continue };
        let value = Value::new(ty, field.adapt.as_ref(), paths);
        let lower_field = value.lower("lower", &quote!(&self.#ident), &quote!(&mut out[at..]));
        lower.extend(quote! {
            #lower_field;
            at += #wire::<#target>::FLAT;
        });
        let store_field = value.lower("store", &quote!(&self.#ident), &quote!(address + at));
        store.extend(quote! {
            at = #schema::align_to(at, #wire::<#target>::ALIGN);
            #store_field;
            at += #wire::<#target>::SIZE;
        });
        let lift_field = value.lift("lift", &quote!(&flat[start..]));
        lift.extend(quote! {
            #ident: {
                let start = at;
                at += #wire::<#target>::FLAT;
                #lift_field
            },
        });
        let load_field = value.lift("load", &quote!(address + start));
        load.extend(quote! {
            #ident: {
                let start = #schema::align_to(at, #wire::<#target>::ALIGN);
                at = start + #wire::<#target>::SIZE;
                #load_field
            },
        });
    }
    Bodies {
        lower,
        store,
        lift: quote!(let mut at = 0usize; Self { #lift }),
        load: quote!(let mut at = 0usize; Self { #load }),
    }
}

/// A variant or an enum: a discriminant, then the payload.
fn variant(cases: &[Case], paths: &Paths) -> Bodies {
    let Paths { wit_type, private, .. } = paths;
    let count = cases.len();
    let payload = quote!(address + <Self as #wit_type>::TYPE.payload_offset());
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
                let value = Value::new(ty, case.adapt.as_ref(), paths);
                let lower_payload = value.lower("lower", &quote!(value), &quote!(&mut out[1..]));
                lower.extend(quote! {
                    Self::#name(value) => {
                        out[0] = #number;
                        #lower_payload;
                    }
                });
                let store_payload = value.lower("store", &quote!(value), &payload);
                store.extend(quote! {
                    Self::#name(value) => {
                        #store_number;
                        #store_payload;
                    }
                });
                let (lift_payload, load_payload) =
                    (value.lift("lift", &quote!(&flat[1..])), value.lift("load", &payload));
                lift.extend(quote!(#number => Self::#name(#lift_payload),));
                load.extend(quote!(#number => Self::#name(#load_payload),));
            }
        }
    }
    let none = quote! {
        found => return ::core::result::Result::Err(#private::bad_discriminant::<Self, _>(memory, found)),
    };
    Bodies {
        lower: quote!(match self { #lower }),
        store: quote!(match self { #store }),
        lift: quote!(match flat[0] as u32 { #lift #none }),
        load: quote!(match #private::load_discriminant(memory, address, #count)? { #load #none }),
    }
}

/// A type that goes as another one.
fn adapted(ident: &Ident, adapt: &Adapt, paths: &Paths) -> Bodies {
    let value = Value { ty: quote!(Self), name: ident.to_string(), adapt: Some(adapt), paths };
    let (lower, store) =
        (value.lower("lower", &quote!(self), &quote!(out)), value.lower("store", &quote!(self), &quote!(address)));
    Bodies {
        lower: quote!(#lower;),
        store: quote!(#store;),
        lift: value.lift("lift", &quote!(flat)),
        load: value.lift("load", &quote!(address)),
    }
}

/// What differs between types. `lower` and `store` are statements, `lift` and `load` end in a value.
pub(super) struct Bodies {
    pub(super) lower: TokenStream,
    pub(super) store: TokenStream,
    pub(super) lift: TokenStream,
    pub(super) load: TokenStream,
}

pub(super) fn impls(target: &Target<'_>, bodies: &Bodies, paths: &Paths) -> TokenStream {
    let Bodies { lower: lower_body, store, lift: lift_body, load } = bodies;
    let Paths { lower, lift, sink, source, .. } = paths;
    // A field may be of a type that has both only for arguments that have both: a set, say.
    let bounds = [lower, lift];
    let (lower_head, lift_head) = (target.head(lower, &bounds), target.head(lift, &bounds));
    quote! {
        #lower_head {
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

        #lift_head {
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
