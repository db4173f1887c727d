//! `#[wit]` on a type: the type's schema, and the code that lifts and lowers it on both sides.

use super::shared;
use crate::attr::Adapt;
use crate::model::{Member, TypeDef, TypeKind};
use crate::paths::Paths;
use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::{ToTokens, format_ident, quote};
use syn::{Generics, Type, parse_quote};

pub(super) fn expand(def: &TypeDef, paths: &Paths) -> TokenStream {
    let target = Target::new(&def.item.ident, &def.item.generics);
    let schema = schema(def, &target, paths);
    let bodies = match &def.kind {
        TypeKind::Record(fields) => record(fields, paths),
        TypeKind::Variant(cases) | TypeKind::Enum(cases) => variant(cases, paths),
        TypeKind::Adapted(adapt) => adapted(&def.item.ident, adapt, paths),
    };
    let abi = impls(&target, &bodies, paths);
    let use_codec = &paths.use_codec;
    // rustc evaluates constants in the order of the source. So a type's parts are evaluated before the type, and the
    // evaluation of types inside each other does not become deep.
    let evaluated = def.item.generics.params.is_empty().then(|| {
        let (ident, schema, wit_type) = (&def.item.ident, &paths.schema, &paths.wit_type);
        quote!(const _: #schema::Type = <#ident as #wit_type>::TYPE;)
    });
    quote! {
        #def

        #[allow(clippy::all, deprecated, unused_assignments)]
        const _: () = {
            #use_codec
            #schema
            #evaluated
            #abi
        };
    }
}

/// The impl of `WitType` for a type that has errors. Without the impl, each use of the type would be one more error.
pub(super) fn stub(ident: &Ident, generics: &Generics, paths: &Paths) -> TokenStream {
    let schema = &paths.schema;
    wit_type(&Target::new(ident, generics), &quote!(#schema::Type::Bool), paths)
}

/// The type that the generated impls are for.
pub(super) struct Target<'a> {
    ident: &'a Ident,
    generics: &'a Generics,
}

impl<'a> Target<'a> {
    pub(super) fn new(ident: &'a Ident, generics: &'a Generics) -> Self {
        Self { ident, generics }
    }

    /// `impl<..> Trait for Type<..> where ..`, without a body. Each type parameter has the bounds.
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

    /// The WIT name. The name of a generic type contains the names of its arguments.
    fn name(&self, name: &str, paths: &Paths) -> TokenStream {
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

/// The impl of `WitType`, with the type's schema.
fn schema(def: &TypeDef, target: &Target<'_>, paths: &Paths) -> TokenStream {
    let schema = &paths.schema;
    let TypeDef { name, docs, home, kind, .. } = def;
    let (what, cases) = match kind {
        TypeKind::Record(cases) => ("Record", cases),
        TypeKind::Variant(cases) => ("Variant", cases),
        TypeKind::Enum(cases) => ("Enum", cases),
        TypeKind::Adapted(adapt) => return wit_type(target, &shared::wit_const(&adapt.as_type, paths), paths),
    };
    let what = format_ident!("{what}");
    // All types are in one array: rustc reports equal errors in it once, and equal errors in several calls each time.
    let (mut types, mut names) = (Vec::new(), Vec::new());
    let fields = cases.iter().map(|case| {
        let (name, docs) = (&case.name, &case.docs);
        let ty = match case.crossing_type() {
            Some(ty) => {
                types.push(shared::wit_const(ty, paths));
                names.push(format_ident!("__tairitsu_{}", names.len()));
                names.last().to_token_stream()
            }
            None => quote!(#schema::Type::Unit),
        };
        quote!(#schema::Field::__new(#name, #docs, #ty))
    });
    let fields: Vec<_> = fields.collect();
    let types = (!types.is_empty()).then(|| quote!(let [#(#names),*] = [#(#types),*];));
    let name = target.name(name, paths);
    let fields = quote!({ #types &[#(#fields),*] });
    // If types contain each other, rustc reports a cycle, and the name of this constant is in the report.
    let (constant, fields) = match def.item.generics.params.is_empty() {
        true => {
            let constant = Ident::new("A_WIT_TYPE_CANNOT_CONTAIN_ITSELF", def.item.ident.span());
            (Some(quote!(const #constant: &[#schema::Field] = #fields;)), constant.into_token_stream())
        }
        false => (None, quote!(const #fields)),
    };
    // A local variable is in the way of a promoted constant, which would be one more constant to evaluate.
    let ty = quote! {{
        #constant
        let fields = #fields;
        #schema::Type::#what(&#schema::#what::__new(#name, #docs, #home, fields))
    }};
    wit_type(target, &ty, paths)
}

impl Member {
    /// The type that crosses the boundary.
    fn crossing_type(&self) -> Option<&Type> {
        match &self.adapt {
            Some(adapt) => Some(&adapt.as_type),
            None => self.ty.as_ref(),
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
    at: Ident,
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
        }
    }
}

/// Writes the code that lowers and lifts a value of one type.
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
    fn lower(&self, function: &TokenStream, value: &TokenStream, to: &TokenStream) -> TokenStream {
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
    fn lift(&self, function: &TokenStream, from: &TokenStream) -> TokenStream {
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
                ::core::result::Result::Err(error) => return ::core::result::Result::Err(#memory.reject(error)),
            }
        }
    }
}

/// The value of a result, or a return with its error. `?` would compile two more functions for each type.
fn attempt(result: &TokenStream) -> TokenStream {
    quote! {
        match #result {
            ::core::result::Result::Ok(value) => value,
            ::core::result::Result::Err(error) => return ::core::result::Result::Err(error),
        }
    }
}

/// The bodies for a record: its fields in order, each of them aligned.
fn record(fields: &[Member], paths: &Paths) -> Bodies {
    let Locals { out, flat, address, at, .. } = &Locals::new();
    let start = quote!(let #at = &mut 0usize;);
    let (mut lower, mut store) = (start.clone(), start.clone());
    let (mut lift, mut load) = (TokenStream::new(), TokenStream::new());
    for field in fields {
        let (ident, Some(ty)) = (&field.ident, &field.ty) else { continue };
        let value = Value::new(ty, field.adapt.as_ref(), paths);
        let lowered = value.lower(&quote!(lower_next), &quote!(&self.#ident), &quote!(#out, #at));
        lower.extend(quote!(#lowered;));
        let stored = value.lower(&quote!(store_next), &quote!(&self.#ident), &quote!(#address, #at));
        store.extend(quote!(#stored;));
        let lifted = value.lift(&quote!(lift_next), &quote!(#flat, #at));
        lift.extend(quote!(#ident: #lifted,));
        let loaded = value.lift(&quote!(load_next), &quote!(#address, #at));
        load.extend(quote!(#ident: #loaded,));
    }
    Bodies { lower, store, lift: quote!(#start Self { #lift }), load: quote!(#start Self { #load }) }
}

/// The bodies for a variant or an enum: a discriminant, then the payload.
fn variant(cases: &[Member], paths: &Paths) -> Bodies {
    let private = &paths.private;
    let Locals { memory, out, flat, address, .. } = &Locals::new();
    let count = cases.len();
    let (mut lower, mut store) = (TokenStream::new(), TokenStream::new());
    let (mut lift, mut load) = (TokenStream::new(), TokenStream::new());
    for (i, case) in cases.iter().enumerate() {
        let (name, number) = (&case.ident, Literal::u32_unsuffixed(i as u32));
        let store_number = attempt(&quote!(#private::store_discriminant(#memory, #address, #count, #number)));
        match &case.ty {
            None => {
                lower.extend(quote!(Self::#name => #out[0] = #number,));
                store.extend(quote!(Self::#name => #store_number,));
                lift.extend(quote!(#number => Self::#name,));
                load.extend(quote!(#number => Self::#name,));
            }
            Some(ty) => {
                let value = Value::new(ty, case.adapt.as_ref(), paths);
                let lowered = value.lower(&quote!(lower), &quote!(value), &quote!(&mut #out[1..]));
                lower.extend(quote! {
                    Self::#name(value) => {
                        #out[0] = #number;
                        #lowered;
                    }
                });
                let stored = value.lower(&quote!(store_payload::<Self, _>), &quote!(value), &quote!(#address));
                store.extend(quote! {
                    Self::#name(value) => {
                        #store_number;
                        #stored;
                    }
                });
                let lifted = value.lift(&quote!(lift), &quote!(&#flat[1..]));
                lift.extend(quote!(#number => Self::#name(#lifted),));
                let loaded = value.lift(&quote!(load_payload::<Self, _>), &quote!(#address));
                load.extend(quote!(#number => Self::#name(#loaded),));
            }
        }
    }
    let none = quote! {
        found => return ::core::result::Result::Err(#private::bad_discriminant::<Self, _>(#memory, found)),
    };
    let discriminant = attempt(&quote!(#private::load_discriminant(#memory, #address, #count)));
    Bodies {
        lower: quote!(match self { #lower }),
        store: quote!(match self { #store }),
        lift: quote!(match #flat[0] as u32 { #lift #none }),
        load: quote!(match #discriminant { #load #none }),
    }
}

/// The bodies for a type that crosses as another type.
fn adapted(ident: &Ident, adapt: &Adapt, paths: &Paths) -> Bodies {
    let Locals { out, flat, address, .. } = &Locals::new();
    let value = Value { ty: quote!(Self), name: ident.to_string(), adapt: Some(adapt), paths };
    let (lower, store) = (
        value.lower(&quote!(lower), &quote!(self), &quote!(#out)),
        value.lower(&quote!(store), &quote!(self), &quote!(#address)),
    );
    Bodies {
        lower: quote!(#lower;),
        store: quote!(#store;),
        lift: value.lift(&quote!(lift), &quote!(#flat)),
        load: value.lift(&quote!(load), &quote!(#address)),
    }
}

/// The bodies of the four functions that lower and lift a type. `lower` and `store` are statements. `lift` and `load` end
/// in a value.
pub(super) struct Bodies {
    pub(super) lower: TokenStream,
    pub(super) store: TokenStream,
    pub(super) lift: TokenStream,
    pub(super) load: TokenStream,
}

/// The impls of `Lower` and `Lift`.
pub(super) fn impls(target: &Target<'_>, bodies: &Bodies, paths: &Paths) -> TokenStream {
    let Bodies { lower: lower_body, store, lift: lift_body, load } = bodies;
    let Paths { lower, lift, sink, source, .. } = paths;
    let Locals { memory, out, flat, address, .. } = &Locals::new();
    // A field's type may need both traits of its argument to have either one: a set does.
    let bounds = [lower, lift];
    let (lower_head, lift_head) = (target.head(lower, &bounds), target.head(lift, &bounds));
    quote! {
        // SAFETY: each part of the value is lowered by its own type, at its canonical place in the value. No expression of the
        // user's sees the memory.
        unsafe #lower_head {
            #[inline]
            fn lower<__TairitsuMemory: #sink>(
                &self,
                #memory: &mut __TairitsuMemory,
                #out: &mut [u64],
            ) -> ::core::result::Result<(), __TairitsuMemory::Error> {
                #lower_body
                ::core::result::Result::Ok(())
            }

            #[inline]
            fn store<__TairitsuMemory: #sink>(
                &self,
                #memory: &mut __TairitsuMemory,
                #address: usize,
            ) -> ::core::result::Result<(), __TairitsuMemory::Error> {
                #store
                ::core::result::Result::Ok(())
            }
        }

        // SAFETY: each part of the value is lifted once, by its own type, from its canonical place in the value.
        unsafe #lift_head {
            #[inline]
            fn lift<__TairitsuMemory: #source>(
                #memory: &mut __TairitsuMemory,
                #flat: &[u64],
            ) -> ::core::result::Result<Self, __TairitsuMemory::Error> {
                ::core::result::Result::Ok({ #lift_body })
            }

            #[inline]
            fn load<__TairitsuMemory: #source>(
                #memory: &mut __TairitsuMemory,
                #address: usize,
            ) -> ::core::result::Result<Self, __TairitsuMemory::Error> {
                ::core::result::Result::Ok({ #load })
            }
        }
    }
}
