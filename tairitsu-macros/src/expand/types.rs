//! `#[wit]` on a type: the type's schema, and the code that lifts and lowers it on both sides.

use super::abi::{Bodies, Locals, Target, Value, attempt, impls, impls_and_lent, wit_type};
use super::{growth, recursive, shared};
use crate::attr::{Adapt, Docs};
use crate::model::{Case, Field, Payload, TypeDef, TypeKind};
use crate::paths::Paths;
use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Attribute, Data, DeriveInput, Generics, Type, parse_quote};

pub(super) fn expand(def: &TypeDef, paths: &Paths) -> TokenStream {
    let target = Target::new(&def.item.ident, &def.item.generics);
    let schema = wit_type(&target, &schema(def, &target, paths), paths);
    let of = match def.is_recursive() {
        true => Of { paths, ty: recursive::node(paths) },
        false => Of { paths, ty: quote!(Self) },
    };
    let bodies = match &def.kind {
        TypeKind::Record(fields) | TypeKind::Tuple(fields) => structure(fields, &of),
        TypeKind::Variant(cases) | TypeKind::Enum(cases) => variant(cases, &of),
        TypeKind::Adapted(adapt) => adapted(&def.item.ident, adapt, paths),
    };
    let abi = match &def.kind {
        kind if def.is_recursive() => recursive::impls(&target, &children(kind, paths), &bodies, paths),
        TypeKind::Tuple(fields) => match &fields[..] {
            [Field { ty, adapt: None, .. }] => newtype(&target, ty, &bodies, paths),
            _ => impls(&target, &bodies, paths),
        },
        _ => impls(&target, &bodies, paths),
    };
    let use_codec = &paths.use_codec;
    // rustc evaluates constants in the order of the source. So a type's parts are evaluated before the type, and the
    // evaluation of types inside each other does not become deep.
    let evaluated = def.item.generics.params.is_empty().then(|| {
        let (ident, schema, wit_type) = (&def.item.ident, &paths.schema, &paths.wit_type);
        quote!(const _: #schema::Type = <#ident as #wit_type>::TYPE;)
    });
    let (portable, grown) = (portable(def, paths), growth::checks(def, paths));
    quote! {
        #def

        #[allow(clippy::all, deprecated, unused_assignments)]
        const _: () = {
            #use_codec
            #schema
            #evaluated
            #grown
            #portable
            #abi
        };
    }
}

/// Proves that each part that crosses as another type is portable, as `Lower` and `Lift` promise. A part that crosses itself
/// has these traits.
fn portable(def: &TypeDef, paths: &Paths) -> Option<TokenStream> {
    let fields: Vec<&Field> = match &def.kind {
        TypeKind::Record(fields) | TypeKind::Tuple(fields) => fields.iter().collect(),
        TypeKind::Variant(cases) | TypeKind::Enum(cases) => {
            cases.iter().flat_map(|case| case.payload.fields()).collect()
        }
        TypeKind::Adapted(_) => Vec::new(),
    };
    let mut types: Vec<_> = fields.iter().filter(|field| field.adapt.is_some()).map(|field| field.ty.clone()).collect();
    if let TypeKind::Adapted(_) = def.kind {
        let (ident, (_, arguments, _)) = (&def.item.ident, def.item.generics.split_for_impl());
        types.push(parse_quote!(#ident #arguments));
    }
    if types.is_empty() {
        return None;
    }
    let krate = &paths.krate;
    let mut generics = def.item.generics.clone();
    for param in def.item.generics.type_params() {
        let param = &param.ident;
        generics.make_where_clause().predicates.push(parse_quote!(#param: #krate::no_wit_types::Portable));
    }
    let (params, _, where_clause) = generics.split_for_impl();
    let proofs = types.iter().map(|ty| quote_spanned!(ty.span()=> #krate::no_wit_types::portable::<#ty>();));
    Some(quote! {
        #[allow(dead_code)]
        const fn __tairitsu_portable #params() #where_clause {
            #(#proofs)*
        }
    })
}

/// Removes the helper attributes of a type that has no model.
pub(super) fn strip_helpers(input: &mut DeriveInput) {
    let strip = |attrs: &mut Vec<Attribute>| attrs.retain(|attr| !attr.path().is_ident("wit"));
    match &mut input.data {
        Data::Struct(data) => data.fields.iter_mut().for_each(|field| strip(&mut field.attrs)),
        Data::Enum(data) => {
            for variant in &mut data.variants {
                strip(&mut variant.attrs);
                variant.fields.iter_mut().for_each(|field| strip(&mut field.attrs));
            }
        }
        Data::Union(data) => data.fields.named.iter_mut().for_each(|field| strip(&mut field.attrs)),
    }
}

/// The impl of `WitType` for a type that has errors. Without the impl, each use of the type would be one more error.
pub(super) fn stub(ident: &Ident, generics: &Generics, paths: &Paths) -> TokenStream {
    let schema = &paths.schema;
    wit_type(&Target::new(ident, generics), &quote!(#schema::Type::Bool), paths)
}

/// The type's schema.
fn schema(def: &TypeDef, target: &Target<'_>, paths: &Paths) -> TokenStream {
    let schema = &paths.schema;
    let name = match def.is_recursive() {
        true => format!("{}-node", def.name),
        false => def.name.clone(),
    };
    let since = shared::since(def.since.as_ref());
    let named = |what: &str, name: &str, docs: &Docs, fields: &TokenStream, checks: Option<TokenStream>| {
        let (what, name, home) = (format_ident!("{what}"), target.name(name, paths), &def.home);
        // If types contain each other, rustc reports a cycle, and the name of this constant is in the report.
        let (constant, fields) = match def.item.generics.params.is_empty() {
            true => {
                let constant = Ident::new("A_WIT_TYPE_CANNOT_CONTAIN_ITSELF", def.item.ident.span());
                (Some(quote!(static #constant: &[#schema::Field] = #fields;)), constant.into_token_stream())
            }
            false => (None, quote!(const #fields)),
        };
        // A local variable is in the way of a promoted constant, which would be one more constant to evaluate.
        quote! {{
            #constant
            let fields = #fields;
            #checks
            #schema::Type::#what(&#schema::#what::__new(#name, #docs, #home, fields) #since)
        }}
    };
    let record = |name: &str, docs: &Docs, fields: &[Field], checks| {
        let fields = fields.iter().map(|field| (&field.name, &field.docs, Some(field_type(field, paths))));
        named("Record", name, docs, &schema_fields(fields, paths), checks)
    };
    let checks = growth::generic_checks(def, &quote!(fields), paths);
    let ty = match &def.kind {
        TypeKind::Record(fields) => record(&name, &def.docs, fields, checks),
        TypeKind::Tuple(fields) => {
            let ty = tuple_type(fields, paths);
            match &fields[..] {
                [Field { adapt: Some(_), .. }] => quote!(#schema::Type::__adapted(#ty)),
                _ => ty,
            }
        }
        TypeKind::Variant(cases) | TypeKind::Enum(cases) => {
            let cases = cases.iter().map(|case| {
                let ty = match &case.payload {
                    Payload::None => None,
                    Payload::Tuple(fields) => Some(tuple_type(fields, paths)),
                    Payload::Record(fields) => {
                        let record = record(&format!("{name}-{}", case.name), &Docs::default(), fields, None);
                        Some(quote!(const #record))
                    }
                };
                (&case.name, &case.docs, ty)
            });
            let what = if matches!(def.kind, TypeKind::Enum(_)) { "Enum" } else { "Variant" };
            named(what, &name, &def.docs, &schema_fields(cases, paths), checks)
        }
        TypeKind::Adapted(adapt) => {
            let ty = shared::wit_const(&adapt.as_type, paths);
            quote!(#schema::Type::__adapted(#ty))
        }
    };
    match def.is_recursive() {
        true => quote!(#schema::Type::List(&const { #ty })),
        false => ty,
    }
}

/// The array of a named type's fields or cases: of each, the name, the doc comment and the type.
fn schema_fields<'a>(
    fields: impl Iterator<Item = (&'a String, &'a Docs, Option<TokenStream>)>,
    paths: &Paths,
) -> TokenStream {
    let schema = &paths.schema;
    // All types are in one array: rustc reports equal errors in it once, and equal errors in several calls each time.
    let (mut types, mut names) = (Vec::new(), Vec::new());
    let fields = fields.map(|(name, docs, ty)| {
        let ty = match ty {
            Some(ty) => {
                types.push(ty);
                names.push(format_ident!("__tairitsu_{}", names.len()));
                names.last().to_token_stream()
            }
            None => quote!(#schema::Type::Unit),
        };
        quote!(#schema::Field::__new(#name, #docs, #ty))
    });
    let fields: Vec<_> = fields.collect();
    let types = (!types.is_empty()).then(|| quote!(let [#(#names),*] = [#(#types),*];));
    quote!({ #types &[#(#fields),*] })
}

/// The schema of fields without names.
fn tuple_type(fields: &[Field], paths: &Paths) -> TokenStream {
    let schema = &paths.schema;
    let types: Vec<_> = fields.iter().map(|field| field_type(field, paths)).collect();
    match &types[..] {
        [ty] => ty.clone(),
        types => quote!(#schema::Type::Tuple(&const { [#(#types),*] })),
    }
}

/// The schema of what crosses in the place of a field.
fn field_type(field: &Field, paths: &Paths) -> TokenStream {
    match (&field.adapt, field.itself) {
        (Some(adapt), _) => shared::wit_const(&adapt.as_type, paths),
        (None, Some(itself)) => {
            let (wit_type, ty) = (&paths.wit_type, recursive::index(itself));
            quote!(<#ty as #wit_type>::TYPE)
        }
        (None, None) => shared::wit_const(&field.ty, paths),
    }
}

/// The type whose values the generated functions lift and lower.
struct Of<'a> {
    paths: &'a Paths,
    /// The type that has the schema of the value: the type itself, or a node of it.
    ty: TokenStream,
}

/// The code for fields in order, each of them aligned. `lift` and `load` are the fields of a struct expression.
fn sequence(fields: &[Field], values: &[TokenStream], paths: &Paths) -> Bodies {
    let Locals { out, flat, address, at, .. } = &Locals::new();
    let mut bodies = Bodies::default();
    for (field, value) in fields.iter().zip(values) {
        let place = &field.place;
        if let Some(itself) = field.itself {
            // A node is in memory at all times.
            bodies.store.extend(recursive::store(itself, value, paths));
            let loaded = recursive::load(itself, paths);
            bodies.load.extend(quote!(#place: #loaded,));
            continue;
        }
        let code = Value::new(&field.ty, field.adapt.as_ref(), paths);
        let lowered = code.lower(&quote!(lower_next), value, &quote!(#out, #at));
        bodies.lower.extend(quote!(#lowered;));
        let stored = code.lower(&quote!(store_next), value, &quote!(#address, #at));
        bodies.store.extend(quote!(#stored;));
        let lifted = code.lift(&quote!(lift_next), &quote!(#flat, #at));
        bodies.lift.extend(quote!(#place: #lifted,));
        let loaded = code.lift(&quote!(load_next), &quote!(#address, #at));
        bodies.load.extend(quote!(#place: #loaded,));
    }
    bodies
}

/// The bodies for a struct.
fn structure(fields: &[Field], of: &Of<'_>) -> Bodies {
    let at = &Locals::new().at;
    let start = quote!(let #at = &mut 0usize;);
    let values: Vec<_> = fields.iter().map(|Field { place, .. }| quote!(&self.#place)).collect();
    let Bodies { lower, store, lift, load } = sequence(fields, &values, of.paths);
    Bodies {
        lower: quote!(#start #lower),
        store: quote!(#start #store),
        lift: quote!(#start Self { #lift }),
        load: quote!(#start Self { #load }),
    }
}

/// The bodies for a variant or an enum: a discriminant, then the payload.
fn variant(cases: &[Case], of: &Of<'_>) -> Bodies {
    let Of { paths, ty } = of;
    let private = &paths.private;
    let Locals { memory, out, flat, address, .. } = &Locals::new();
    let count = cases.len();
    let mut bodies = Bodies::default();
    for (i, case) in cases.iter().enumerate() {
        let (name, number) = (&case.ident, Literal::u32_unsuffixed(i as u32));
        let fields = case.payload.fields();
        let values = case_values(fields);
        let places = fields.iter().map(|field| &field.place);
        let pattern = quote!(Self::#name { #(#places: #values),* });
        let Bodies { lower, store, lift, load } = payload(fields, &values, name, of);
        bodies.lower.extend(quote! {
            #pattern => {
                #out[0] = #number;
                #lower
            }
        });
        let store_number = attempt(&quote!(#private::store_discriminant(#memory, #address, #count, #number)));
        bodies.store.extend(quote! {
            #pattern => {
                #store_number;
                #store
            }
        });
        bodies.lift.extend(quote!(#number => { #lift }));
        bodies.load.extend(quote!(#number => { #load }));
    }
    let Bodies { lower, store, lift, load } = bodies;
    let none = quote! {
        found => return ::core::result::Result::Err(#private::bad_discriminant::<#ty, _>(#memory, found)),
    };
    let discriminant = attempt(&quote!(#private::load_discriminant(#memory, #address, #count)));
    Bodies {
        lower: quote!(match self { #lower }),
        store: quote!(match self { #store }),
        lift: quote!(match #flat[0] as u32 { #lift #none }),
        load: quote!(match #discriminant { #load #none }),
    }
}

/// The names of a case's values in a pattern.
fn case_values(fields: &[Field]) -> Vec<TokenStream> {
    (0..fields.len()).map(|i| Ident::new(&format!("value{i}"), Span::mixed_site()).to_token_stream()).collect()
}

/// The impls of a struct with one field without a name. The field may be a resource, so a reference to the struct lends.
fn newtype(target: &Target<'_>, ty: &Type, bodies: &Bodies, paths: &Paths) -> TokenStream {
    let (private, codec) = (&paths.private, &paths.codec);
    let Locals { memory, out, flat, address, .. } = &Locals::new();
    let (lower, store) = (
        attempt(&quote!(#codec::<&#ty>::lower(&&self.0, #memory, #out))),
        attempt(&quote!(#codec::<&#ty>::store(&&self.0, #memory, #address))),
    );
    let (lift, load) = (
        attempt(&quote!(#codec::<#private::Lent<#ty>>::lift(#memory, #flat))),
        attempt(&quote!(#codec::<#private::Lent<#ty>>::load(#memory, #address))),
    );
    let lent = Bodies {
        lower: quote!(#lower;),
        store: quote!(#store;),
        lift: quote!(Self { 0: #lift.0 }),
        load: quote!(Self { 0: #load.0 }),
    };
    impls_and_lent(target, bodies, Some(&lent), paths)
}

/// The code for what a case carries. `lower` and `store` follow the discriminant. `lift` and `load` make the case.
fn payload(fields: &[Field], values: &[TokenStream], case: &Ident, of: &Of<'_>) -> Bodies {
    let Of { paths, ty } = of;
    let Locals { out, flat, address, at, .. } = &Locals::new();
    match (fields, values) {
        ([], _) => Bodies { lift: quote!(Self::#case {}), load: quote!(Self::#case {}), ..Bodies::default() },
        // One value needs no count of the values before it.
        ([field], [value]) if field.itself.is_none() => {
            let (place, code) = (&field.place, Value::new(&field.ty, field.adapt.as_ref(), paths));
            let lowered = code.lower(&quote!(lower), value, &quote!(&mut #out[1..]));
            let stored = code.lower(&quote!(store_payload::<#ty, _>), value, &quote!(#address));
            let lifted = code.lift(&quote!(lift), &quote!(&#flat[1..]));
            let loaded = code.lift(&quote!(load_payload::<#ty, _>), &quote!(#address));
            Bodies {
                lower: quote!(#lowered;),
                store: quote!(#stored;),
                lift: quote!(Self::#case { #place: #lifted }),
                load: quote!(Self::#case { #place: #loaded }),
            }
        }
        _ => {
            let codec = &paths.codec;
            let start = quote!(let #at = &mut 0usize;);
            let payload = quote!(let #address = #codec::<#ty>::payload(#address););
            let Bodies { lower, store, lift, load } = sequence(fields, values, paths);
            Bodies {
                lower: quote!(let #out = &mut #out[1..]; #start #lower),
                store: quote!(#payload #start #store),
                lift: quote!(let #flat = &#flat[1..]; #start Self::#case { #lift }),
                load: quote!(#payload #start Self::#case { #load }),
            }
        }
    }
}

/// The statements that list the children of a node: the values of the type itself that are in its fields.
fn children(kind: &TypeKind, paths: &Paths) -> TokenStream {
    let of = |fields: &[Field], values: &[TokenStream]| -> TokenStream {
        let fields = fields.iter().zip(values);
        fields.filter_map(|(field, value)| Some(recursive::children(field.itself?, value, paths))).collect()
    };
    match kind {
        TypeKind::Record(fields) | TypeKind::Tuple(fields) => {
            let values: Vec<_> = fields.iter().map(|Field { place, .. }| quote!(&self.#place)).collect();
            of(fields, &values)
        }
        TypeKind::Variant(cases) => {
            let cases = cases.iter().filter(|case| case.payload.fields().iter().any(|field| field.itself.is_some()));
            let arms = cases.map(|case| {
                let (name, fields) = (&case.ident, case.payload.fields());
                let values = case_values(fields);
                let places = fields.iter().map(|field| &field.place);
                let children = of(fields, &values);
                quote!(Self::#name { #(#places: #values),* } => { #children })
            });
            quote! {
                #[allow(unused_variables, unreachable_patterns)]
                match self {
                    #(#arms)*
                    _ => {}
                }
            }
        }
        TypeKind::Enum(_) | TypeKind::Adapted(_) => TokenStream::new(),
    }
}

/// The bodies for a type that crosses as another type.
fn adapted(ident: &Ident, adapt: &Adapt, paths: &Paths) -> Bodies {
    let Locals { out, flat, address, .. } = &Locals::new();
    let value = Value::of_self(ident, adapt, paths);
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
