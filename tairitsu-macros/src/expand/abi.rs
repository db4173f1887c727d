//! The code that lifts and lowers a type: the heads of the impls, the functions around their bodies, and the code for one
//! value.

use crate::attr::Adapt;
use crate::paths::Paths;
use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, format_ident, quote};
use syn::{Generics, Type, parse_quote};

/// The type that the generated impls are for.
pub(super) struct Target<'a> {
    ident: &'a Ident,
    generics: &'a Generics,
}

impl<'a> Target<'a> {
    pub(super) fn new(ident: &'a Ident, generics: &'a Generics) -> Self {
        Self { ident, generics }
    }

    /// The type's name.
    pub(super) fn ident(&self) -> &Ident {
        self.ident
    }

    /// `impl<..> Trait for Type<..> where ..`, without a body. Each type parameter has the bounds.
    pub(super) fn head(&self, implemented: &TokenStream, bounds: &[&TokenStream]) -> TokenStream {
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

    /// The WIT name. The name of a generic type contains the names of its arguments.
    pub(super) fn name(&self, name: &str, paths: &Paths) -> TokenStream {
        let Paths { schema, wit_type, .. } = paths;
        let arguments: Vec<_> = self.generics.type_params().map(|param| &param.ident).collect();
        if arguments.is_empty() {
            return quote!(#name);
        }
        quote!((&const { #schema::GenericName::new(#name, &[#(<#arguments as #wit_type>::TYPE),*]) }).as_str())
    }
}

/// The impl of `WitType`, of a schema.
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

/// The local names of the generated functions. They are hygienic: an expression of the user's stands in these functions, and
/// must not see the memory. Safe code could give that memory any address.
pub(super) struct Locals {
    pub(super) memory: Ident,
    pub(super) out: Ident,
    pub(super) flat: Ident,
    pub(super) address: Ident,
    /// Where the next field is.
    pub(super) at: Ident,
    /// The places of a node's children, if the type is recursive.
    pub(super) children: Ident,
}

impl Locals {
    pub(super) fn new() -> Self {
        let local = |name| Ident::new(name, Span::mixed_site());
        Self {
            memory: local("memory"),
            out: local("out"),
            flat: local("flat"),
            address: local("address"),
            at: local("at"),
            children: local("children"),
        }
    }
}

/// Writes the code that lowers and lifts a value of one type.
pub(super) struct Value<'a> {
    ty: TokenStream,
    /// The type as errors name it.
    name: String,
    adapt: Option<&'a Adapt>,
    paths: &'a Paths,
}

impl<'a> Value<'a> {
    /// A value of the type that the impls are for, which crosses as another type.
    pub(super) fn of_self(ident: &Ident, adapt: &'a Adapt, paths: &'a Paths) -> Self {
        Self { ty: quote!(Self), name: ident.to_string(), adapt: Some(adapt), paths }
    }

    pub(super) fn new(ty: &'a Type, adapt: Option<&'a Adapt>, paths: &'a Paths) -> Self {
        Self { ty: quote!(#ty), name: ty.to_token_stream().to_string().replace(' ', ""), adapt, paths }
    }

    /// The path of a function of `Codec`, for the type that crosses the boundary.
    fn codec(&self, function: &TokenStream) -> TokenStream {
        let codec = &self.paths.codec;
        let target = match self.adapt {
            Some(adapt) => adapt.as_type.to_token_stream(),
            None => self.ty.clone(),
        };
        quote!(#codec::<#target>::#function)
    }

    /// Lowers the value that the reference `value` refers to. `function` is a function of `Codec`, and `to` its last
    /// arguments.
    pub(super) fn lower(&self, function: &TokenStream, value: &TokenStream, to: &TokenStream) -> TokenStream {
        let (ty, function, private) = (&self.ty, self.codec(function), &self.paths.private);
        let memory = &Locals::new().memory;
        let Some(adapt) = self.adapt else {
            return attempt(&quote!(#function(#value, #memory, #to)));
        };
        let target = &adapt.as_type;
        let convert = match &adapt.to {
            Some(to) => quote!(#to),
            None => quote! {
                |value: &#ty| <#target as ::core::convert::From<#ty>>::from(::core::clone::Clone::clone(value))
            },
        };
        // The converted value is dropped here, so the memory must copy from it and not borrow.
        attempt(&quote! {
            #function(&#private::adapt_to::<#ty, #target>(#value, #convert), &mut #private::Copying(#memory), #to)
        })
    }

    /// Lifts a value. `function` is a function of `Codec`, and `from` its last arguments.
    pub(super) fn lift(&self, function: &TokenStream, from: &TokenStream) -> TokenStream {
        let (ty, function, private) = (&self.ty, self.codec(function), &self.paths.private);
        let memory = &Locals::new().memory;
        let lifted = attempt(&quote!(#function(#memory, #from)));
        let Some(adapt) = self.adapt else { return lifted };
        let (target, name) = (&adapt.as_type, &self.name);
        let convert = match &adapt.from {
            Some(from) => quote!(#from),
            None => quote!(<#ty as ::core::convert::TryFrom<#target>>::try_from),
        };
        quote! {
            match #private::adapt_from::<#ty, #target, _>(#lifted, #name, #convert) {
                ::core::result::Result::Ok(value) => value,
                // By path: a method of the user's could take the memory otherwise.
                ::core::result::Result::Err(error) => {
                    return ::core::result::Result::Err(#private::Memory::reject(&*#memory, error));
                }
            }
        }
    }
}

/// The value of a result, or a return with its error. `?` would compile two more functions for each type.
pub(super) fn attempt(result: &TokenStream) -> TokenStream {
    quote! {
        match #result {
            ::core::result::Result::Ok(value) => value,
            ::core::result::Result::Err(error) => return ::core::result::Result::Err(error),
        }
    }
}

/// The bodies of the four functions that lower and lift a type. `lower` and `store` are statements. `lift` and `load` end
/// in a value.
#[derive(Default)]
pub(super) struct Bodies {
    pub(super) lower: TokenStream,
    pub(super) store: TokenStream,
    pub(super) lift: TokenStream,
    pub(super) load: TokenStream,
}

/// The impls of `Lower` and `Lift`.
pub(super) fn impls(target: &Target<'_>, bodies: &Bodies, paths: &Paths) -> TokenStream {
    impls_and_lent(target, bodies, None, paths)
}

/// The same, with the bodies for values that are passed by reference.
pub(super) fn impls_and_lent(
    target: &Target<'_>,
    bodies: &Bodies,
    lent: Option<&Bodies>,
    paths: &Paths,
) -> TokenStream {
    let Paths { lower, lift, .. } = paths;
    // A field's type may need both traits of its argument to have either one: a set does.
    let bounds = [lower, lift];
    let (lower_head, lift_head) = (target.head(lower, &bounds), target.head(lift, &bounds));
    let (lowers, lifts) = functions(["lower", "store", "lift", "load"], bodies, paths);
    let (lower_lent, lift_lent) = match lent {
        Some(lent) => functions(["lower_lent", "store_lent", "lift_lent", "load_lent"], lent, paths),
        None => Default::default(),
    };
    quote! {
        // SAFETY: each part of the value is lowered by its own type, at its canonical place in the value. No expression of the
        // user's sees the memory.
        unsafe #lower_head {
            #lowers
            #lower_lent
        }

        // SAFETY: each part of the value is lifted once, by its own type, from its canonical place in the value.
        unsafe #lift_head {
            #lifts
            #lift_lent
        }
    }
}

/// The impl of `Lower` alone.
pub(super) fn lower_impl(target: &Target<'_>, bodies: &Bodies, paths: &Paths) -> TokenStream {
    let head = target.head(&paths.lower, &[&paths.lower]);
    let (lowers, _) = functions(["lower", "store", "lift", "load"], bodies, paths);
    quote! {
        // SAFETY: the value is lowered by the type that it crosses as. No expression of the user's sees the memory.
        unsafe #head {
            #lowers
        }
    }
}

/// The two functions of `Lower` and the two of `Lift`, of these names.
fn functions(names: [&str; 4], bodies: &Bodies, paths: &Paths) -> (TokenStream, TokenStream) {
    let [lower_name, store_name, lift_name, load_name] = names.map(|name| format_ident!("{name}"));
    let Bodies { lower, store, lift, load } = bodies;
    let Paths { sink, source, .. } = paths;
    let Locals { memory, out, flat, address, .. } = &Locals::new();
    let lowers = quote! {
        #[inline]
        fn #lower_name<__TairitsuMemory: #sink>(
            &self,
            #memory: &mut __TairitsuMemory,
            #out: &mut [u64],
        ) -> ::core::result::Result<(), __TairitsuMemory::Error> {
            #lower
            ::core::result::Result::Ok(())
        }

        #[inline]
        fn #store_name<__TairitsuMemory: #sink>(
            &self,
            #memory: &mut __TairitsuMemory,
            #address: usize,
        ) -> ::core::result::Result<(), __TairitsuMemory::Error> {
            #store
            ::core::result::Result::Ok(())
        }
    };
    let lifts = quote! {
        #[inline]
        fn #lift_name<__TairitsuMemory: #source>(
            #memory: &mut __TairitsuMemory,
            #flat: &[u64],
        ) -> ::core::result::Result<Self, __TairitsuMemory::Error> {
            ::core::result::Result::Ok({ #lift })
        }

        #[inline]
        fn #load_name<__TairitsuMemory: #source>(
            #memory: &mut __TairitsuMemory,
            #address: usize,
        ) -> ::core::result::Result<Self, __TairitsuMemory::Error> {
            ::core::result::Result::Ok({ #load })
        }
    };
    (lowers, lifts)
}
