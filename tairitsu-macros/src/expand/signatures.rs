//! The code that a function's signature gives: its head, its parameters, its arguments and its call.

use super::shared;
use crate::model::{Adapted, AdaptedResult, Function, Interface, Param, ParamKind, Receiver, ReturnsSelf};
use crate::paths::Paths;
use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, format_ident, quote};
use syn::visit_mut::{self, VisitMut};
use syn::{Lifetime, Type, TypeReference};

/// The type that is lifted for a parameter: an owned type, also for a reference.
pub(super) fn owned(param: &Param, paths: &Paths) -> TokenStream {
    let (ty, private) = (&param.ty, &paths.private);
    if let Some(Adapted { carrier, .. }) = &param.adapted {
        return carrier.to_token_stream();
    }
    match &param.kind {
        ParamKind::Owned => quote!(#ty),
        ParamKind::Reference => quote!(<#ty as #private::Borrowed>::Owned),
        ParamKind::Optional(inner) => quote!(::core::option::Option<<#inner as #private::Referenced>::Owned>),
        ParamKind::References(inner) => quote!(::std::vec::Vec<<#inner as #private::Referenced>::Owned>),
    }
}

/// The tuple type of a function's results: of one type, or of none.
pub(super) fn results(function: &Function) -> TokenStream {
    match function.carried_result() {
        Some(ty) => quote!((#ty,)),
        None => quote!(()),
    }
}

/// `Typed`, which calls function `index` with parameters of these types.
pub(super) fn typed(interface: &Interface, index: usize, params: &[TokenStream], paths: &Paths) -> TokenStream {
    let (private, results) = (&paths.private, results(&interface.functions[index]));
    let (n, m) = slots(&interface.item.ident, index, paths);
    quote!(#private::Typed::<(#(#params,)*), #results, #n, #m>)
}

/// The numbers of flat values of a function's parameters and of its result, as const arguments.
pub(super) fn slots(ident: &Ident, function: usize, paths: &Paths) -> (TokenStream, TokenStream) {
    let signature = constant(&quote!(dyn #ident), function, &paths.private);
    (quote!({ #signature.param_slots() }), quote!({ #signature.result_slots }))
}

/// The constant signature of a function. `target` is the trait's object type.
pub(super) fn constant(target: &TokenStream, function: usize, private: &TokenStream) -> TokenStream {
    let index = shared::index(function);
    quote!(<#target as #private::HasInterface>::SIGNATURES[#index])
}

/// The name of a parameter in generated code, with the span of the user's name.
pub(super) fn param_ident(param: &Param, index: usize) -> Ident {
    format_ident!("__tairitsu_{index}", span = param.ident.span())
}

/// The names of all parameters in generated code.
pub(super) fn param_idents(function: &Function) -> Vec<Ident> {
    function.params.iter().enumerate().map(|(i, param)| param_ident(param, i)).collect()
}

/// The types of all parameters, as the trait has them.
pub(super) fn param_types(function: &Function) -> Vec<TokenStream> {
    function.params.iter().map(param_type).collect()
}

/// The types of all parameters, with the carriers of adapted values.
pub(super) fn carried_types(function: &Function) -> Vec<TokenStream> {
    function.params.iter().map(|param| carried_type(param).unwrap_or_else(|| param_type(param))).collect()
}

/// The type that carries a parameter, if the parameter is adapted.
pub(super) fn carried_type(param: &Param) -> Option<TokenStream> {
    let carrier = &param.adapted.as_ref()?.carrier;
    Some(match param.kind {
        ParamKind::Reference => {
            let carrier = reference_carrier(carrier);
            quote!(#carrier<'_>)
        }
        _ => quote!(#carrier),
    })
}

/// The name of the type that carries a reference to an adapted value.
pub(super) fn reference_carrier(carrier: &Ident) -> Ident {
    format_ident!("{carrier}_reference")
}

/// The arguments of a function, in the carriers of adapted values.
pub(super) fn carry(function: &Function, args: &[impl ToTokens]) -> Vec<TokenStream> {
    function.params.iter().zip(args).map(|(param, arg)| carry_one(param, arg)).collect()
}

/// An argument, in the carrier of an adapted value.
pub(super) fn carry_one(param: &Param, arg: &impl ToTokens) -> TokenStream {
    match (&param.adapted, &param.kind) {
        (Some(Adapted { carrier, .. }), ParamKind::Reference) => {
            let carrier = reference_carrier(carrier);
            quote!(#carrier(#arg))
        }
        (Some(Adapted { carrier, .. }), _) => quote!(#carrier(#arg)),
        (None, _) => quote!(#arg),
    }
}

/// A function's result, in the carrier of an adapted value.
pub(super) fn carry_result(function: &Function, result: TokenStream) -> TokenStream {
    match &function.adapted_result {
        Some(AdaptedResult { adapted, in_result: true, .. }) => {
            let carrier = &adapted.carrier;
            on_ok(&result, &quote!(#carrier(value)))
        }
        Some(AdaptedResult { adapted, .. }) => {
            let carrier = &adapted.carrier;
            quote!(#carrier(#result))
        }
        None => result,
    }
}

/// A function's result, out of the carrier of an adapted value.
pub(super) fn carried_out(function: &Function, result: TokenStream) -> TokenStream {
    match &function.adapted_result {
        Some(AdaptedResult { in_result: true, .. }) => on_ok(&result, &quote!(value.0)),
        Some(_) => quote!(#result.0),
        None => result,
    }
}

/// A `Result` with an expression of its `value` in the place of the value.
pub(super) fn on_ok(result: &TokenStream, with: &TokenStream) -> TokenStream {
    quote! {
        match #result {
            ::core::result::Result::Ok(value) => ::core::result::Result::Ok(#with),
            ::core::result::Result::Err(error) => ::core::result::Result::Err(error),
        }
    }
}

/// The head of one of the trait's functions, with the parameter names of generated code.
pub(super) fn head(function: &Function) -> TokenStream {
    let method = &function.ident;
    let (receiver, skip) = match function.receiver {
        Receiver::State { mutable: true } => (quote!(&mut self,), 0),
        Receiver::State { mutable: false } => (quote!(&self,), 0),
        Receiver::Handle => (quote!(&self,), 1),
        Receiver::None => (quote!(), 0),
    };
    let params = function.params.iter().enumerate().skip(skip).map(|(i, param)| {
        let (ident, ty) = (param_ident(param, i), param_type(param));
        quote!(#ident: #ty)
    });
    let output = function.result.as_ref().map(|ty| quote!(-> #ty));
    quote!(fn #method(#receiver #(#params),*) #output)
}

/// The call of a trait's function with lifted arguments. It is called on the state, which implements the trait, or on the
/// value that a handle refers to.
pub(super) fn call(
    interface: &Interface,
    function: &Function,
    implementor: &Ident,
    state: &TokenStream,
    paths: &Paths,
) -> TokenStream {
    let (ident, method) = (&interface.item.ident, &function.ident);
    let pass = pass_owned(&function.params);
    let call = match function.receiver {
        Receiver::State { .. } => quote!(<#implementor as #ident>::#method(#state, #(#pass,)*)),
        Receiver::Handle => {
            let this = param_ident(&function.params[0], 0);
            let rest = &pass[1..];
            let own = &function.params[0].ty;
            quote!(<dyn #ident as #ident>::#method(&*<#own>::value(&#this), #(#rest,)*))
        }
        Receiver::None => quote!(<#implementor as #ident>::#method(#(#pass,)*)),
    };
    with_references(function, with_own(interface, function, call), paths)
}

/// The statements that collect the references of parameters `&[&T]`. They precede the arguments of [`pass_owned`].
pub(super) fn collect_references(function: &Function, paths: &Paths) -> TokenStream {
    let private = &paths.private;
    let params = function.params.iter().enumerate();
    let collect = params.filter(|(_, param)| matches!(param.kind, ParamKind::References(_))).map(|(i, param)| {
        let (ident, references) = (param_ident(param, i), references_ident(i));
        quote!(let #references = #private::references(&#ident);)
    });
    collect.collect()
}

/// A call after the statements that collect references. Its value is in a variable, so that it ends before they do.
pub(super) fn with_references(function: &Function, call: TokenStream, paths: &Paths) -> TokenStream {
    let collect = collect_references(function, paths);
    if collect.is_empty() {
        return call;
    }
    quote!({
        #collect
        let __tairitsu_called = #call;
        __tairitsu_called
    })
}

/// The name of the collected references of a parameter `&[&T]`.
fn references_ident(index: usize) -> Ident {
    format_ident!("__tairitsu_references_{index}")
}

/// The value of a call. A `Self` that a resource's function returns becomes an `Own`.
pub(super) fn with_own(interface: &Interface, function: &Function, call: TokenStream) -> TokenStream {
    let ident = &interface.item.ident;
    let Some(own) = interface.resource.as_ref().map(|resource| &resource.own) else { return call };
    let made = |value| {
        quote! {
            <#own as ::core::convert::From<::std::sync::Arc<dyn #ident>>>::from(::std::sync::Arc::new(#value))
        }
    };
    match function.returns_self {
        None => call,
        Some(ReturnsSelf::Directly) => made(call),
        Some(ReturnsSelf::InResult) => on_ok(&call, &made(quote!(value))),
    }
}

/// The type of a parameter, as the trait has it.
pub(super) fn param_type(param: &Param) -> TokenStream {
    param.declared.to_token_stream()
}

/// The type of a parameter, as the trait has it, with a lifetime for each reference.
pub(super) fn param_type_for(param: &Param, lifetime: &str) -> TokenStream {
    with_lifetime(&param.declared, lifetime).to_token_stream()
}

/// A type with a lifetime for each reference that has none.
pub(super) fn with_lifetime(ty: &Type, lifetime: &str) -> Type {
    struct Name(Lifetime);

    impl VisitMut for Name {
        fn visit_type_reference_mut(&mut self, reference: &mut TypeReference) {
            reference.lifetime.get_or_insert_with(|| self.0.clone());
            visit_mut::visit_type_reference_mut(self, reference);
        }
    }

    let mut ty = ty.clone();
    Name(Lifetime::new(lifetime, Span::call_site())).visit_type_mut(&mut ty);
    ty
}

/// The arguments that pass lifted values on to the trait's function.
pub(super) fn pass_owned(params: &[Param]) -> Vec<TokenStream> {
    params
        .iter()
        .enumerate()
        .map(|(i, param)| {
            let ident = param_ident(param, i);
            match param.kind {
                ParamKind::Owned if param.adapted.is_some() => quote!(#ident.0),
                ParamKind::Reference if param.adapted.is_some() => quote!(&#ident.0),
                ParamKind::Owned => quote!(#ident),
                ParamKind::Reference => quote!(&#ident),
                ParamKind::Optional(_) => quote!(::core::option::Option::as_deref(&#ident)),
                ParamKind::References(_) => {
                    let references = references_ident(i);
                    quote!(&*#references)
                }
            }
        })
        .collect()
}
