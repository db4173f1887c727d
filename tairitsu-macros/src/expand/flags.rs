//! `flags!`: the type of a set of flags, its operators, and the code that lifts and lowers it.

use super::abi::{Bodies, Locals, Target, impls, wit_type};
use super::shared::{self, index};
use crate::attr::Docs;
use crate::model::FlagsDef;
use crate::paths::Paths;
use proc_macro2::{Literal, TokenStream};
use quote::quote;

/// The most flags that one WIT type has.
const WORD: usize = 32;

pub(super) fn expand(def: &FlagsDef, paths: &Paths) -> TokenStream {
    let FlagsDef { attrs, vis, ident, name, docs, flags, args } = def;
    let schema = &paths.schema;
    let home = args.home.as_ref().map(syn::LitStr::value).unwrap_or_default();
    let since = shared::since(args.since.as_ref());
    let integer = match flags.len() {
        0..=32 => quote!(u32),
        33..=64 => quote!(u64),
        _ => quote!(u128),
    };
    let constants = flags.iter().enumerate().map(|(i, flag)| {
        let (attrs, ident) = (&flag.attrs, &flag.case.ident);
        // The model has reported a 129th flag.
        let bit = Literal::u128_unsuffixed(1u128.checked_shl(i as u32).unwrap_or(0));
        quote!(#(#attrs)* #vis const #ident: Self = Self { bits: #bit };)
    });
    let all =
        Literal::u128_unsuffixed(u128::MAX.checked_shr(128u32.saturating_sub(flags.len() as u32)).unwrap_or(u128::MAX));
    let idents: Vec<_> = flags.iter().map(|flag| &flag.case.ident).collect();
    let texts = idents.iter().map(|ident| ident.to_string());
    let fields: Vec<_> = flags
        .iter()
        .map(|flag| {
            let (name, docs) = (&flag.case.name, &flag.case.docs);
            quote!(#schema::Field::__new(#name, #docs, #schema::Type::Unit))
        })
        .collect();
    let set = |name: &str, docs: &Docs, fields: &[TokenStream]| quote!(#schema::Type::Flags(&const { #schema::Flags::__new(#name, #docs, #home, &const { [#(#fields),*] }) #since }));
    let words: Vec<_> = fields.chunks(WORD).collect();
    let ty = match *words {
        [word] => set(name, docs, word),
        // More flags than one WIT type has: a record of several.
        _ => {
            let words = words.iter().enumerate().map(|(i, word)| {
                let field = format!("bits{}", i * WORD);
                let ty = set(&format!("{name}-{field}"), &Docs::default(), word);
                quote!(#schema::Field::__new(#field, "", #ty))
            });
            quote!(#schema::Type::Record(&const { #schema::Record::__new(#name, #docs, #home, &const { [#(#words),*] }) #since }))
        }
    };
    let generics = syn::Generics::default();
    let target = Target::new(ident, &generics);
    let wit_type = wit_type(&target, &ty, paths);
    let abi = impls(&target, &bodies(flags.len(), &integer), paths);
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
            bits: #integer,
        }

        #[allow(dead_code, deprecated)]
        impl #ident {
            #(#constants)*

            /// The empty set.
            #vis const fn empty() -> Self {
                Self { bits: 0 }
            }

            /// The set of every flag.
            #vis const fn all() -> Self {
                Self { bits: #all }
            }

            /// The bits. The first flag has the lowest bit.
            #vis const fn bits(self) -> #integer {
                self.bits
            }

            /// The set of these bits. `None` if a bit belongs to no flag.
            #vis const fn from_bits(bits: #integer) -> ::core::option::Option<Self> {
                if bits & !#all == 0 {
                    ::core::option::Option::Some(Self { bits })
                } else {
                    ::core::option::Option::None
                }
            }

            /// The set of these bits, without the bits that belong to no flag.
            #vis const fn from_bits_truncate(bits: #integer) -> Self {
                Self { bits: bits & #all }
            }

            /// Whether the set is empty.
            #vis const fn is_empty(self) -> bool {
                self.bits == 0
            }

            /// Whether the set has every flag.
            #vis const fn is_all(self) -> bool {
                self.bits == #all
            }

            /// Whether the set has every flag of `other`.
            #vis const fn contains(self, other: Self) -> bool {
                self.bits & other.bits == other.bits
            }

            /// Whether the set has at least one flag of `other`.
            #vis const fn intersects(self, other: Self) -> bool {
                self.bits & other.bits != 0
            }

            /// The flags of both sets.
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

        #[allow(clippy::all, deprecated)]
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

/// The bodies for a set of flags. Each word of up to 32 flags is an `i32` when flat. In memory a word has one, two or four
/// bytes, and only the last word may have fewer than four.
fn bodies(flags: usize, integer: &TokenStream) -> Bodies {
    let Locals { memory, out, flat, address, .. } = &Locals::new();
    let (mut lower, mut store) = (TokenStream::new(), TokenStream::new());
    let (mut lift, mut load) = (quote!(0), quote!(0));
    for (i, first) in (0..flags).step_by(WORD).enumerate() {
        let bytes = match flags - first {
            0..=8 => quote!(u8),
            9..=16 => quote!(u16),
            _ => quote!(u32),
        };
        let (slot, offset, shift) = (index(i), index(i * 4), index(first));
        lower.extend(quote!(#out[#slot] = (self.bits >> #shift) as u32 as u64;));
        store.extend(quote!(#memory.write(#address + #offset, ((self.bits >> #shift) as #bytes).to_le_bytes())?;));
        lift.extend(quote!(| (#flat[#slot] as u32 as #integer) << #shift));
        load.extend(quote!(| (#bytes::from_le_bytes(#memory.read(#address + #offset)?) as #integer) << #shift));
    }
    // The canonical ABI ignores bits that belong to no flag.
    Bodies {
        lower,
        store,
        lift: quote!(Self::from_bits_truncate(#lift)),
        load: quote!(Self::from_bits_truncate(#load)),
    }
}
