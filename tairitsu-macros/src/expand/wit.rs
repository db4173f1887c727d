//! `#[wit]`: the schema of a type, and how it is lifted and lowered on both sides.

use super::shared;
use crate::model::{Case, Kind, TypeDef};
use crate::paths::Paths;
use proc_macro2::{Ident, Literal, TokenStream};
use quote::{format_ident, quote};
use syn::Generics;

pub(super) fn expand(def: &TypeDef, paths: &Paths) -> TokenStream {
    let schema = schema(def, paths);
    let (guest, runtime) = match &def.kind {
        Kind::Record(fields) => (record(def, fields, paths), record_runtime(def, fields, paths)),
        Kind::Variant(cases) | Kind::Enum(cases) => (variant(def, cases, paths), variant_runtime(def, cases, paths)),
    };
    let Paths { use_wire, use_runtime_wire, if_runtime, .. } = paths;
    quote! {
        #def

        #[allow(clippy::all, unused_assignments)]
        const _: () = {
            #use_wire
            #schema
            #guest
        };

        #if_runtime! {
            #[allow(clippy::all, unused_assignments, unused_mut, unused_variables)]
            const _: () = {
                #use_runtime_wire
                #runtime
            };
        }
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

fn wit_type(ident: &Ident, ty: &TokenStream, paths: &Paths) -> TokenStream {
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
    let Paths { wire, lower, lift, memory, schema, .. } = paths;
    let ident = &def.item.ident;
    let idents: Vec<_> = fields.iter().map(|field| &field.ident).collect();
    let types: Vec<_> = fields.iter().filter_map(|field| field.ty.as_ref()).collect();
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
                    #wire::<#types>::lower(&self.#idents, memory, &mut out[at..])?;
                    at += #wire::<#types>::FLAT;
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
                    at = #schema::align_to(at, #wire::<#types>::ALIGN);
                    #wire::<#types>::store(&self.#idents, memory, address + at)?;
                    at += #wire::<#types>::SIZE;
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
                        at += #wire::<#types>::FLAT;
                        #wire::<#types>::lift(memory, &flat[start..])?
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
                        let start = #schema::align_to(at, #wire::<#types>::ALIGN);
                        at = start + #wire::<#types>::SIZE;
                        #wire::<#types>::load(memory, address + start)?
                    },)*
                })
            }
        }
    }
}

/// `Lower` and `Lift` of a variant or an enum: a discriminant, then the payload.
fn variant(def: &TypeDef, cases: &[Case], paths: &Paths) -> TokenStream {
    let Paths { wit_type, wire, lower, lift, memory, private, .. } = paths;
    let ident = &def.item.ident;
    let count = cases.len();
    let payload = quote!(<Self as #wit_type>::TYPE.payload_offset());
    let mut lower_arms = TokenStream::new();
    let mut store_arms = TokenStream::new();
    let mut lift_arms = TokenStream::new();
    let mut load_arms = TokenStream::new();
    for (i, case) in cases.iter().enumerate() {
        let (name, number) = (&case.ident, Literal::u32_unsuffixed(i as u32));
        match &case.ty {
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
                        #wire::<#ty>::lower(value, memory, &mut out[1..])?;
                    }
                });
                store_arms.extend(quote! {
                    Self::#name(value) => {
                        #private::store_discriminant(memory, address, #count, #number)?;
                        #wire::<#ty>::store(value, memory, address + #payload)?;
                    }
                });
                lift_arms.extend(quote!(#number => Self::#name(#wire::<#ty>::lift(memory, &flat[1..])?),));
                load_arms.extend(quote!(#number => Self::#name(#wire::<#ty>::load(memory, address + #payload)?),));
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

/// wasmtime's traits of a record.
fn record_runtime(def: &TypeDef, fields: &[Case], paths: &Paths) -> TokenStream {
    let (component, private, wire) = (&paths.component, &paths.private, &paths.wire);
    let internal = quote!(#component::__internal);
    let idents: Vec<_> = fields.iter().map(|field| &field.ident).collect();
    let names = fields.iter().map(|field| &field.name);
    let types: Vec<_> = fields.iter().filter_map(|field| field.ty.as_ref()).collect();
    let ty: Vec<_> = (0..fields.len())
        .map(|i| {
            let index = shared::index(i);
            quote!(#private::field_type(ty, &cx.types, #index))
        })
        .collect();
    impls(
        def,
        &types,
        &Bodies {
            abi: quote!(#internal::CanonicalAbiInfo::record_static(&[#(#wire::<#types>::ABI),*])),
            typecheck: quote! {
                #internal::typecheck_record(ty, types, &[#((#names, #wire::<#types>::TYPECHECK)),*])
            },
            to_flat: quote! {
                #(#wire::<#types>::to_flat(&self.#idents, cx, #ty, &mut slots)?;)*
            },
            to_memory: quote! {
                #(#wire::<#types>::to_memory(
                    &self.#idents,
                    cx,
                    #ty,
                    #wire::<#types>::ABI.next_field32_size(&mut offset),
                )?;)*
            },
            from_flat: quote! {
                Self { #(#idents: #wire::<#types>::from_flat(cx, #ty, &mut values)?,)* }
            },
            from_memory: quote! {
                Self {
                    #(#idents: #wire::<#types>::from_memory(
                        cx,
                        #ty,
                        bytes,
                        #wire::<#types>::ABI.next_field32_size(&mut offset),
                    )?,)*
                }
            },
        },
        paths,
    )
}

/// wasmtime's traits of a variant or an enum.
fn variant_runtime(def: &TypeDef, cases: &[Case], paths: &Paths) -> TokenStream {
    let Paths { component, private, wire, wit_type, .. } = paths;
    let internal = quote!(#component::__internal);
    let is_enum = cases.iter().all(|case| case.ty.is_none());
    let count = cases.len();
    let payload_offset = quote!(<Self as #wit_type>::TYPE.payload_offset());
    let mut checks = TokenStream::new();
    let mut abis = TokenStream::new();
    let (mut to_flat, mut to_memory) = (TokenStream::new(), TokenStream::new());
    let (mut from_flat, mut from_memory) = (TokenStream::new(), TokenStream::new());
    for (i, case) in cases.iter().enumerate() {
        let (ident, name, index) = (&case.ident, &case.name, shared::index(i));
        let tag = Literal::u32_unsuffixed(i as u32);
        let ty = quote!(#private::case_type(ty, &cx.types, #index));
        match &case.ty {
            None => {
                checks.extend(if is_enum { quote!(#name,) } else { quote!((#name, ::core::option::Option::None),) });
                abis.extend(quote!(::core::option::Option::None,));
                to_flat.extend(quote!(Self::#ident => slots.tag(#tag)?,));
                to_memory.extend(quote!(Self::#ident => #private::store_tag(cx, offset, #count, #tag),));
                from_flat.extend(quote!(#tag => Self::#ident,));
                from_memory.extend(quote!(#tag => Self::#ident,));
            }
            Some(payload) => {
                checks.extend(quote! {
                    (#name, ::core::option::Option::Some(#wire::<#payload>::TYPECHECK)),
                });
                abis.extend(quote!(::core::option::Option::Some(#wire::<#payload>::ABI),));
                to_flat.extend(quote! {
                    Self::#ident(value) => {
                        slots.tag(#tag)?;
                        #wire::<#payload>::to_flat(value, cx, #ty, &mut slots)?;
                    }
                });
                to_memory.extend(quote! {
                    Self::#ident(value) => {
                        #private::store_tag(cx, offset, #count, #tag);
                        #wire::<#payload>::to_memory(value, cx, #ty, offset + #payload_offset)?;
                    }
                });
                from_flat.extend(quote! {
                    #tag => Self::#ident(#wire::<#payload>::from_flat(cx, #ty, &mut values)?),
                });
                from_memory.extend(quote! {
                    #tag => Self::#ident(#wire::<#payload>::from_memory(cx, #ty, bytes, #payload_offset)?),
                });
            }
        }
    }
    let types: Vec<_> = cases.iter().filter_map(|case| case.ty.as_ref()).collect();
    let typecheck = if is_enum { quote!(typecheck_enum) } else { quote!(typecheck_variant) };
    let bad_tag = quote! {
        tag => return ::core::result::Result::Err(#private::bad_tag::<Self>(tag)),
    };
    impls(
        def,
        &types,
        &Bodies {
            abi: quote!(#internal::CanonicalAbiInfo::variant_static(&[#abis])),
            typecheck: quote!(#internal::#typecheck(ty, types, &[#checks])),
            to_flat: quote! {
                match self { #to_flat }
                slots.fill();
            },
            to_memory: quote!(match self { #to_memory }),
            from_flat: quote!(match values.tag()? { #from_flat #bad_tag }),
            from_memory: quote!(match #private::load_tag(bytes, #count)? { #from_memory #bad_tag }),
        },
        paths,
    )
}

/// What differs between records and variants.
struct Bodies {
    abi: TokenStream,
    typecheck: TokenStream,
    to_flat: TokenStream,
    to_memory: TokenStream,
    from_flat: TokenStream,
    from_memory: TokenStream,
}

fn impls(def: &TypeDef, types: &[&syn::Type], bodies: &Bodies, paths: &Paths) -> TokenStream {
    let ident = &def.item.ident;
    let Bodies { abi, typecheck, to_flat, to_memory, from_flat, from_memory } = bodies;
    let Paths { component, private, wire, wit_type, .. } = paths;
    let internal = quote!(#component::__internal);
    let wasmtime = quote!(#private::wasmtime);
    quote! {
        // SAFETY: the lowered form is an array of slots, as many as the type has flat values. Of a type of more
        // than 16 it has 17, which is as good: such a value is never passed flat, and `Slots` checks. The
        // layout is computed by wasmtime, from those of the fields in their order.
        unsafe impl #component::ComponentType for #ident {
            type Lower = [#wasmtime::ValRaw; <#ident as #wit_type>::FLAT];
            const ABI: #internal::CanonicalAbiInfo = #abi;
            const MAY_REQUIRE_REALLOC: bool = false #(|| #wire::<#types>::REALLOC)*;

            fn typecheck(
                ty: &#internal::InterfaceType,
                types: &#internal::InstanceType<'_>,
            ) -> #wasmtime::Result<()> {
                #typecheck
            }
        }

        // SAFETY: every slot is written, the discriminant first; every byte that the type has in memory is written
        // by its parts at their offsets.
        unsafe impl #component::Lower for #ident {
            #[inline]
            fn linear_lower_to_flat<__TairitsuStore>(
                &self,
                cx: &mut #internal::LowerContext<'_, __TairitsuStore>,
                ty: #internal::InterfaceType,
                dst: &mut ::core::mem::MaybeUninit<Self::Lower>,
            ) -> #wasmtime::Result<()> {
                let mut slots = #private::Slots::new(dst);
                #to_flat
                ::core::result::Result::Ok(())
            }

            #[inline]
            fn linear_lower_to_memory<__TairitsuStore>(
                &self,
                cx: &mut #internal::LowerContext<'_, __TairitsuStore>,
                ty: #internal::InterfaceType,
                mut offset: usize,
            ) -> #wasmtime::Result<()> {
                #to_memory
                ::core::result::Result::Ok(())
            }
        }

        // SAFETY: every part is lifted, and so checked, by its own type; a discriminant is checked here.
        unsafe impl #component::Lift for #ident {
            #[inline]
            fn linear_lift_from_flat(
                cx: &mut #internal::LiftContext<'_>,
                ty: #internal::InterfaceType,
                src: &Self::Lower,
            ) -> #wasmtime::Result<Self> {
                let mut values = #private::Values::new(src);
                ::core::result::Result::Ok(#from_flat)
            }

            #[inline]
            fn linear_lift_from_memory(
                cx: &mut #internal::LiftContext<'_>,
                ty: #internal::InterfaceType,
                bytes: &[u8],
            ) -> #wasmtime::Result<Self> {
                let mut offset = 0usize;
                ::core::result::Result::Ok(#from_memory)
            }
        }
    }
}
