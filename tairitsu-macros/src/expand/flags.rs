//! `flags!`: a set of flags, its operators, and how it is lifted and lowered.

use super::wit::{Bodies, impls, wit_type};
use crate::model::FlagsDef;
use crate::paths::Paths;
use proc_macro2::{Literal, TokenStream};
use quote::quote;

pub(super) fn expand(def: &FlagsDef, paths: &Paths) -> TokenStream {
    let FlagsDef { attrs, vis, ident, name, docs, flags, .. } = def;
    let schema = &paths.schema;
    let constants = flags.iter().enumerate().map(|(i, flag)| {
        let (attrs, ident) = (&flag.attrs, &flag.case.ident);
        // A 33rd flag is an error that was reported.
        let bit = Literal::u32_unsuffixed(1u32.checked_shl(i as u32).unwrap_or(0));
        quote!(#(#attrs)* #vis const #ident: Self = Self { bits: #bit };)
    });
    let all = match flags.len() {
        len @ 0..32 => (1u32 << len) - 1,
        _ => u32::MAX,
    };
    let all = Literal::u32_unsuffixed(all);
    let idents: Vec<_> = flags.iter().map(|flag| &flag.case.ident).collect();
    let texts = idents.iter().map(|ident| ident.to_string());
    let fields = flags.iter().map(|flag| {
        let (name, docs) = (&flag.case.name, &flag.case.docs);
        quote!(#schema::Field { name: #name, docs: #docs, ty: #schema::Type::Unit })
    });
    let ty = quote!(#schema::Type::Flags(&const { #schema::Flags::new(#name, #docs, &[#(#fields),*]) }));
    let wit_type = wit_type(ident, &ty, paths);
    let bytes = match flags.len() {
        0..=8 => quote!(u8),
        9..=16 => quote!(u16),
        _ => quote!(u32),
    };
    let abi = impls(
        ident,
        &Bodies {
            lower: quote!(out[0] = self.bits as u64;),
            store: quote!(memory.write(address, (self.bits as #bytes).to_le_bytes())?;),
            // Bits that no flag has are cut off, as the canonical ABI says.
            lift: quote!(Self::from_bits_truncate(flat[0] as u32)),
            load: quote!(Self::from_bits_truncate(#bytes::from_le_bytes(memory.read(address)?) as u32)),
        },
        paths,
    );
    let operators = [
        ("BitOr", "bitor", "BitOrAssign", "bitor_assign", quote!(self.bits | other.bits)),
        ("BitAnd", "bitand", "BitAndAssign", "bitand_assign", quote!(self.bits & other.bits)),
        ("BitXor", "bitxor", "BitXorAssign", "bitxor_assign", quote!(self.bits ^ other.bits)),
        ("Sub", "sub", "SubAssign", "sub_assign", quote!(self.bits & !other.bits)),
    ]
    .map(|names| {
        let (op, method, op_assign, method_assign, bits) = names;
        let [op, method, op_assign, method_assign] =
            [op, method, op_assign, method_assign].map(|name| quote::format_ident!("{name}"));
        quote! {
            impl ::core::ops::#op for #ident {
                type Output = Self;
                fn #method(self, other: Self) -> Self {
                    Self { bits: #bits }
                }
            }

            impl ::core::ops::#op_assign for #ident {
                fn #method_assign(&mut self, other: Self) {
                    self.bits = #bits;
                }
            }
        }
    });
    quote! {
        #(#attrs)*
        #[derive(
            ::core::clone::Clone,
            ::core::marker::Copy,
            ::core::cmp::PartialEq,
            ::core::cmp::Eq,
            ::core::hash::Hash,
            ::core::default::Default,
        )]
        #vis struct #ident {
            bits: u32,
        }

        #[allow(dead_code)]
        impl #ident {
            #(#constants)*

            /// No flag.
            #vis const fn empty() -> Self {
                Self { bits: 0 }
            }

            /// Every flag.
            #vis const fn all() -> Self {
                Self { bits: #all }
            }

            /// The bits, the first flag's the lowest.
            #vis const fn bits(self) -> u32 {
                self.bits
            }

            /// The flags of these bits, or nothing where a bit is no flag's.
            #vis const fn from_bits(bits: u32) -> ::core::option::Option<Self> {
                if bits & !#all == 0 {
                    ::core::option::Option::Some(Self { bits })
                } else {
                    ::core::option::Option::None
                }
            }

            /// The flags of these bits, without the bits that are no flag's.
            #vis const fn from_bits_truncate(bits: u32) -> Self {
                Self { bits: bits & #all }
            }

            /// Whether there is no flag.
            #vis const fn is_empty(self) -> bool {
                self.bits == 0
            }

            /// Whether there is every flag.
            #vis const fn is_all(self) -> bool {
                self.bits == #all
            }

            /// Whether every flag of `other` is there.
            #vis const fn contains(self, other: Self) -> bool {
                self.bits & other.bits == other.bits
            }

            /// Whether some flag of `other` is there.
            #vis const fn intersects(self, other: Self) -> bool {
                self.bits & other.bits != 0
            }

            /// The flags of both.
            #vis const fn union(self, other: Self) -> Self {
                Self { bits: self.bits | other.bits }
            }

            /// Adds the flags of `other`.
            #vis fn insert(&mut self, other: Self) {
                self.bits |= other.bits;
            }

            /// Removes the flags of `other`.
            #vis fn remove(&mut self, other: Self) {
                self.bits &= !other.bits;
            }

            /// Adds or removes the flags of `other`.
            #vis fn set(&mut self, other: Self, value: bool) {
                if value { self.insert(other) } else { self.remove(other) }
            }
        }

        #[allow(clippy::all)]
        const _: () = {
            #(#operators)*

            impl ::core::ops::Not for #ident {
                type Output = Self;
                fn not(self) -> Self {
                    Self { bits: !self.bits & #all }
                }
            }

            impl ::core::iter::Extend<Self> for #ident {
                fn extend<I: ::core::iter::IntoIterator<Item = Self>>(&mut self, flags: I) {
                    ::core::iter::Iterator::for_each(::core::iter::IntoIterator::into_iter(flags), |flag| {
                        self.insert(flag);
                    });
                }
            }

            impl ::core::iter::FromIterator<Self> for #ident {
                fn from_iter<I: ::core::iter::IntoIterator<Item = Self>>(flags: I) -> Self {
                    let mut all = Self::empty();
                    ::core::iter::Extend::extend(&mut all, flags);
                    all
                }
            }

            impl ::core::fmt::Debug for #ident {
                fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                    f.write_str(::core::stringify!(#ident))?;
                    f.write_str("(")?;
                    let mut separator = "";
                    #(
                        if self.contains(Self::#idents) {
                            f.write_str(separator)?;
                            f.write_str(#texts)?;
                            separator = " | ";
                        }
                    )*
                    let _ = separator;
                    f.write_str(")")
                }
            }

            #wit_type
            #abi
        };
    }
}
