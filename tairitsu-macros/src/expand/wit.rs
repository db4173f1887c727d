//! `#[wit]`: the schema of a type, and how it is lifted and lowered on both sides.

use super::shared::this_spanned;
use crate::model::{Case, Kind, TypeDef, span_of};
use crate::paths::Paths;
use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::Generics;

pub(super) fn expand(def: &TypeDef, paths: &Paths) -> TokenStream {
    let schema = schema(def, paths);
    let (guest, runtime) = match &def.kind {
        Kind::Record(fields) => (record(def, fields, paths), record_runtime(def, fields, paths)),
        Kind::Variant(cases) => (variant(def, cases, paths), variant_runtime(def, cases, paths, false)),
        Kind::Enum(cases) => (variant(def, cases, paths), variant_runtime(def, cases, paths, true)),
    };
    let if_runtime = &paths.if_runtime;
    quote! {
        #def

        #[allow(clippy::all, unused_assignments, non_camel_case_types)]
        const _: () = {
            #schema
            #guest
        };

        #if_runtime! {
            #[allow(clippy::all, missing_docs, non_camel_case_types, unreachable_pub)]
            const _: () = { #runtime };
        }
    }
}

/// For a type that has errors: impls that say as little as can be said, so that its uses are no errors too.
pub(super) fn stub(ident: &Ident, generics: &Generics, paths: &Paths) -> TokenStream {
    if !generics.params.is_empty() {
        return TokenStream::new();
    }
    let Paths { wit_type, lower, lift, memory, schema, if_runtime, component, private, .. } = paths;
    let wasmtime = quote!(#private::wasmtime);
    quote! {
        const _: () = {
            impl #wit_type for #ident {
                const TYPE: #schema::Type = #schema::Type::Bool;
                type This = Self;
                type Owned = Self;
            }
            impl #lower for #ident {
                fn lower<M: #memory>(&self, _: &mut M, _: &mut [u64]) -> ::core::result::Result<(), M::Error> {
                    ::core::unreachable!()
                }
                fn store<M: #memory>(&self, _: &mut M, _: usize) -> ::core::result::Result<(), M::Error> {
                    ::core::unreachable!()
                }
            }
            impl #lift for #ident {
                fn lift<M: #memory>(_: &mut M, _: &[u64]) -> ::core::result::Result<Self, M::Error> {
                    ::core::unreachable!()
                }
                fn load<M: #memory>(_: &mut M, _: usize) -> ::core::result::Result<Self, M::Error> {
                    ::core::unreachable!()
                }
            }
        };

        #if_runtime! {
            const _: () = {
                use #component::__internal::{CanonicalAbiInfo, InstanceType, InterfaceType, LiftContext, LowerContext};

                // SAFETY: the crate does not compile, so none of it ever runs.
                unsafe impl #component::ComponentType for #ident {
                    type Lower = <bool as #component::ComponentType>::Lower;
                    const ABI: CanonicalAbiInfo = <bool as #component::ComponentType>::ABI;
                    fn typecheck(_: &InterfaceType, _: &InstanceType<'_>) -> #wasmtime::Result<()> {
                        ::core::unreachable!()
                    }
                }
                // SAFETY: as above.
                unsafe impl #component::Lower for #ident {
                    fn linear_lower_to_flat<T>(
                        &self,
                        _: &mut LowerContext<'_, T>,
                        _: InterfaceType,
                        _: &mut ::core::mem::MaybeUninit<Self::Lower>,
                    ) -> #wasmtime::Result<()> {
                        ::core::unreachable!()
                    }
                    fn linear_lower_to_memory<T>(
                        &self,
                        _: &mut LowerContext<'_, T>,
                        _: InterfaceType,
                        _: usize,
                    ) -> #wasmtime::Result<()> {
                        ::core::unreachable!()
                    }
                }
                // SAFETY: as above.
                unsafe impl #component::Lift for #ident {
                    fn linear_lift_from_flat(
                        _: &mut LiftContext<'_>,
                        _: InterfaceType,
                        _: &Self::Lower,
                    ) -> #wasmtime::Result<Self> {
                        ::core::unreachable!()
                    }
                    fn linear_lift_from_memory(
                        _: &mut LiftContext<'_>,
                        _: InterfaceType,
                        _: &[u8],
                    ) -> #wasmtime::Result<Self> {
                        ::core::unreachable!()
                    }
                }
                impl #private::Reply for #ident {
                    type Ok = Self;
                    type Err = ::core::convert::Infallible;
                    fn reply(self) -> ::core::result::Result<Self, ::core::convert::Infallible> {
                        ::core::unreachable!()
                    }
                }
            };
        }
    }
}

/// `WitType`.
fn schema(def: &TypeDef, paths: &Paths) -> TokenStream {
    let Paths { wit_type, schema, .. } = paths;
    let TypeDef { item, name, docs, kind } = def;
    let ident = &item.ident;
    let (what, cases) = match kind {
        Kind::Record(cases) => ("Record", cases),
        Kind::Variant(cases) => ("Variant", cases),
        Kind::Enum(cases) => ("Enum", cases),
    };
    let what = format_ident!("{what}");
    let fields = cases.iter().map(|Case { name, docs, ty, .. }| {
        let ty = match ty {
            Some(ty) => {
                quote_spanned!(span_of(ty)=> <#ty as #wit_type>::TYPE)
            }
            None => quote!(#schema::Type::Unit),
        };
        quote!(#schema::Field { name: #name, docs: #docs, ty: #ty })
    });
    quote! {
        impl #wit_type for #ident {
            const TYPE: #schema::Type = #schema::Type::#what(
                &const { #schema::#what::new(#name, #docs, &[#(#fields),*]) },
            );
            type This = Self;
            type Owned = Self;
        }
    }
}

/// `Lower` and `Lift` of a record: its fields in order, each aligned.
fn record(def: &TypeDef, fields: &[Case], paths: &Paths) -> TokenStream {
    let Paths { wit_type, lower, lift, memory, schema, .. } = paths;
    let ident = &def.item.ident;
    let idents: Vec<_> = fields.iter().map(|field| &field.ident).collect();
    let types: Vec<_> = fields.iter().filter_map(|field| this_spanned(field.ty.as_ref(), paths)).collect();
    quote! {
        impl #lower for #ident {
            #[inline]
            fn lower<__TairitsuMemory: #memory>(
                &self,
                memory: &mut __TairitsuMemory,
                out: &mut [u64],
            ) -> ::core::result::Result<(), __TairitsuMemory::Error> {
                let mut at = 0usize;
                #(
                    <#types as #lower>::lower(&self.#idents, memory, &mut out[at..])?;
                    at += <#types as #wit_type>::FLAT;
                )*
                ::core::result::Result::Ok(())
            }

            #[inline]
            fn store<__TairitsuMemory: #memory>(
                &self,
                memory: &mut __TairitsuMemory,
                address: usize,
            ) -> ::core::result::Result<(), __TairitsuMemory::Error> {
                let mut at = 0usize;
                #(
                    at = #schema::align_to(at, <#types as #wit_type>::LAYOUT.align);
                    <#types as #lower>::store(&self.#idents, memory, address + at)?;
                    at += <#types as #wit_type>::LAYOUT.size;
                )*
                ::core::result::Result::Ok(())
            }
        }

        impl #lift for #ident {
            #[inline]
            fn lift<__TairitsuMemory: #memory>(
                memory: &mut __TairitsuMemory,
                flat: &[u64],
            ) -> ::core::result::Result<Self, __TairitsuMemory::Error> {
                let mut at = 0usize;
                ::core::result::Result::Ok(Self {
                    #(#idents: {
                        let start = at;
                        at += <#types as #wit_type>::FLAT;
                        <#types as #lift>::lift(memory, &flat[start..])?
                    },)*
                })
            }

            #[inline]
            fn load<__TairitsuMemory: #memory>(
                memory: &mut __TairitsuMemory,
                address: usize,
            ) -> ::core::result::Result<Self, __TairitsuMemory::Error> {
                let mut at = 0usize;
                ::core::result::Result::Ok(Self {
                    #(#idents: {
                        let start = #schema::align_to(at, <#types as #wit_type>::LAYOUT.align);
                        at = start + <#types as #wit_type>::LAYOUT.size;
                        <#types as #lift>::load(memory, address + start)?
                    },)*
                })
            }
        }
    }
}

/// `Lower` and `Lift` of a variant or an enum: a discriminant, then the payload.
fn variant(def: &TypeDef, cases: &[Case], paths: &Paths) -> TokenStream {
    let Paths { wit_type, lower, lift, memory, private, .. } = paths;
    let ident = &def.item.ident;
    let count = cases.len();
    let payload = quote!(<Self as #wit_type>::TYPE.payload_offset());
    let mut lower_arms = TokenStream::new();
    let mut store_arms = TokenStream::new();
    let mut lift_arms = TokenStream::new();
    let mut load_arms = TokenStream::new();
    for (i, case) in cases.iter().enumerate() {
        let (name, number) = (&case.ident, proc_macro2::Literal::u32_unsuffixed(i as u32));
        match this_spanned(case.ty.as_ref(), paths) {
            None => {
                lower_arms.extend(quote!(Self::#name => out[0] = #number,));
                store_arms
                    .extend(quote!(Self::#name => #private::store_discriminant(memory, address, #count, #number)?,));
                lift_arms.extend(quote!(#number => Self::#name,));
                load_arms.extend(quote!(#number => Self::#name,));
            }
            Some(ty) => {
                lower_arms.extend(quote! {
                    Self::#name(value) => {
                        out[0] = #number;
                        <#ty as #lower>::lower(value, memory, &mut out[1..])?;
                    }
                });
                store_arms.extend(quote! {
                    Self::#name(value) => {
                        #private::store_discriminant(memory, address, #count, #number)?;
                        <#ty as #lower>::store(value, memory, address + #payload)?;
                    }
                });
                lift_arms.extend(quote!(#number => Self::#name(<#ty as #lift>::lift(memory, &flat[1..])?),));
                load_arms.extend(quote!(#number => Self::#name(<#ty as #lift>::load(memory, address + #payload)?),));
            }
        }
    }
    quote! {
        impl #lower for #ident {
            #[inline]
            fn lower<__TairitsuMemory: #memory>(
                &self,
                memory: &mut __TairitsuMemory,
                out: &mut [u64],
            ) -> ::core::result::Result<(), __TairitsuMemory::Error> {
                match self { #lower_arms }
                ::core::result::Result::Ok(())
            }

            #[inline]
            fn store<__TairitsuMemory: #memory>(
                &self,
                memory: &mut __TairitsuMemory,
                address: usize,
            ) -> ::core::result::Result<(), __TairitsuMemory::Error> {
                match self { #store_arms }
                ::core::result::Result::Ok(())
            }
        }

        impl #lift for #ident {
            #[inline]
            fn lift<__TairitsuMemory: #memory>(
                memory: &mut __TairitsuMemory,
                flat: &[u64],
            ) -> ::core::result::Result<Self, __TairitsuMemory::Error> {
                ::core::result::Result::Ok(match flat[0] as u32 {
                    #lift_arms
                    found => return ::core::result::Result::Err(
                        #private::bad_discriminant::<Self, __TairitsuMemory>(memory, found),
                    ),
                })
            }

            #[inline]
            fn load<__TairitsuMemory: #memory>(
                memory: &mut __TairitsuMemory,
                address: usize,
            ) -> ::core::result::Result<Self, __TairitsuMemory::Error> {
                ::core::result::Result::Ok(match #private::load_discriminant(memory, address, #count)? {
                    #load_arms
                    found => return ::core::result::Result::Err(
                        #private::bad_discriminant::<Self, __TairitsuMemory>(memory, found),
                    ),
                })
            }
        }
    }
}

/// wasmtime's derives, on a mirror of the type with a parameter for each field: the derives see bounds and not
/// the user's types, so a field that is no WIT type is one error, ours. The mirror of references lowers, and
/// the mirror of values lifts; both have one lowered form, since wasmtime forwards `&T` to `T`.
fn record_runtime(def: &TypeDef, fields: &[Case], paths: &Paths) -> TokenStream {
    let ident = &def.item.ident;
    let idents: Vec<_> = fields.iter().map(|field| &field.ident).collect();
    let names = fields.iter().map(|field| &field.name);
    let types: Vec<_> = fields.iter().filter_map(|field| this_spanned(field.ty.as_ref(), paths)).collect();
    let references = fields.iter().filter_map(|field| reference(field, paths));
    let params: Vec<_> = (0..fields.len()).map(|i| format_ident!("T{i}")).collect();
    let mirror = mirror(
        paths,
        &quote!(record),
        &quote! {
            pub struct Mirror<#(#params),*> {
                #(#[component(name = #names)] pub #idents: #params,)*
            }
        },
    );
    let impls = delegate(
        ident,
        &quote!(__tairitsu_mirror::Mirror<#(#types),*>),
        &quote!({
            #(let #idents: #references = &self.#idents;)*
            __tairitsu_mirror::Mirror { #(#idents),* }
        }),
        &quote!({
            let __tairitsu_mirror::Mirror { #(#idents),* } = mirror;
            Self { #(#idents),* }
        }),
        paths,
    );
    quote!(#mirror #impls)
}

fn variant_runtime(def: &TypeDef, cases: &[Case], paths: &Paths, is_enum: bool) -> TokenStream {
    let ident = &def.item.ident;
    let mut params = Vec::new();
    let mut types = Vec::new();
    let mut mirrored = TokenStream::new();
    let mut to = TokenStream::new();
    let mut from = TokenStream::new();
    for (i, case) in cases.iter().enumerate() {
        let (case_ident, name) = (&case.ident, &case.name);
        match (this_spanned(case.ty.as_ref(), paths), reference(case, paths)) {
            (Some(ty), Some(reference)) => {
                let param = format_ident!("T{i}");
                mirrored.extend(quote!(#[component(name = #name)] #case_ident(#param),));
                to.extend(quote! {
                    Self::#case_ident(value) => {
                        let value: #reference = value;
                        __tairitsu_mirror::Mirror::#case_ident(value)
                    }
                });
                from.extend(quote!(__tairitsu_mirror::Mirror::#case_ident(value) => Self::#case_ident(value),));
                params.push(param);
                types.push(ty);
            }
            _ => {
                mirrored.extend(quote!(#[component(name = #name)] #case_ident,));
                to.extend(quote!(Self::#case_ident => __tairitsu_mirror::Mirror::#case_ident,));
                from.extend(quote!(__tairitsu_mirror::Mirror::#case_ident => Self::#case_ident,));
            }
        }
    }
    let (style, item) = if is_enum {
        let repr = match cases.len() {
            0..=0x100 => quote!(u8),
            0x101..=0x1_0000 => quote!(u16),
            _ => quote!(u32),
        };
        (quote!(enum), quote!(#[derive(Clone, Copy)] #[repr(#repr)] pub enum Mirror { #mirrored }))
    } else {
        (quote!(variant), quote!(pub enum Mirror<#(#params),*> { #mirrored }))
    };
    let mirror = mirror(paths, &style, &item);
    let mirror_type =
        if is_enum { quote!(__tairitsu_mirror::Mirror) } else { quote!(__tairitsu_mirror::Mirror<#(#types),*>) };
    let impls = delegate(ident, &mirror_type, &quote!(match self { #to }), &quote!(match mirror { #from }), paths);
    quote!(#mirror #impls)
}

/// The type of a reference to a field or payload.
fn reference(case: &Case, paths: &Paths) -> Option<TokenStream> {
    let ty = case.ty.as_ref()?;
    let this = this_spanned(Some(ty), paths);
    Some(quote_spanned!(span_of(ty)=> &#this))
}

/// The mirror, in a module of its own with the names of std that the derives count on, whatever the user has
/// under them.
fn mirror(paths: &Paths, style: &TokenStream, item: &TokenStream) -> TokenStream {
    let (component, private) = (&paths.component, &paths.private);
    quote! {
        mod __tairitsu_mirror {
            #[allow(unused_imports)]
            use ::std::{*, prelude::rust_2024::*};

            #[derive(#component::ComponentType, #component::Lift, #component::Lower)]
            #[component(#style)]
            #[component(wasmtime_crate = #private::wasmtime)]
            #item
        }
    }
}

/// wasmtime's traits for the user's type, by way of its mirror, and `Reply`.
fn delegate(
    ident: &Ident,
    mirror: &TokenStream,
    to_mirror: &TokenStream,
    from_mirror: &TokenStream,
    paths: &Paths,
) -> TokenStream {
    let (component, private) = (&paths.component, &paths.private);
    let wasmtime = quote!(#private::wasmtime);
    let internal = quote!(#component::__internal);
    let as_mirror = quote!(<#mirror as #component);
    quote! {
        // SAFETY: all of it is the mirror's, for which wasmtime derived it.
        unsafe impl #component::ComponentType for #ident {
            type Lower = #as_mirror::ComponentType>::Lower;
            const ABI: #internal::CanonicalAbiInfo = #as_mirror::ComponentType>::ABI;
            const MAY_REQUIRE_REALLOC: bool = #as_mirror::ComponentType>::MAY_REQUIRE_REALLOC;

            #[inline]
            fn typecheck(
                ty: &#internal::InterfaceType,
                types: &#internal::InstanceType<'_>,
            ) -> #wasmtime::Result<()> {
                #as_mirror::ComponentType>::typecheck(ty, types)
            }
        }

        // SAFETY: as above; the mirror of references has the lowered form of the mirror of values.
        unsafe impl #component::Lower for #ident {
            #[inline]
            fn linear_lower_to_flat<__TairitsuStore>(
                &self,
                cx: &mut #internal::LowerContext<'_, __TairitsuStore>,
                ty: #internal::InterfaceType,
                dst: &mut ::core::mem::MaybeUninit<Self::Lower>,
            ) -> #wasmtime::Result<()> {
                #component::Lower::linear_lower_to_flat(&#to_mirror, cx, ty, dst)
            }

            #[inline]
            fn linear_lower_to_memory<__TairitsuStore>(
                &self,
                cx: &mut #internal::LowerContext<'_, __TairitsuStore>,
                ty: #internal::InterfaceType,
                offset: usize,
            ) -> #wasmtime::Result<()> {
                #component::Lower::linear_lower_to_memory(&#to_mirror, cx, ty, offset)
            }
        }

        // SAFETY: as above.
        unsafe impl #component::Lift for #ident {
            #[inline]
            fn linear_lift_from_flat(
                cx: &mut #internal::LiftContext<'_>,
                ty: #internal::InterfaceType,
                src: &Self::Lower,
            ) -> #wasmtime::Result<Self> {
                let mirror = #as_mirror::Lift>::linear_lift_from_flat(cx, ty, src)?;
                ::core::result::Result::Ok(#from_mirror)
            }

            #[inline]
            fn linear_lift_from_memory(
                cx: &mut #internal::LiftContext<'_>,
                ty: #internal::InterfaceType,
                bytes: &[u8],
            ) -> #wasmtime::Result<Self> {
                let mirror = #as_mirror::Lift>::linear_lift_from_memory(cx, ty, bytes)?;
                ::core::result::Result::Ok(#from_mirror)
            }
        }

        impl #private::Reply for #ident {
            type Ok = Self;
            type Err = ::core::convert::Infallible;

            #[inline]
            fn reply(self) -> ::core::result::Result<Self, ::core::convert::Infallible> {
                ::core::result::Result::Ok(self)
            }
        }
    }
}
