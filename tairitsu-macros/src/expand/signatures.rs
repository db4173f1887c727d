//! The code that a function's signature gives: its head, its parameters, its arguments and its call.

use super::shared;
use crate::model::{Function, Interface, Param, ParamKind, Receiver, ReturnsSelf};
use crate::paths::Paths;
use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

/// The type that is lifted for a parameter: an owned type, also for a reference.
pub(super) fn owned(param: &Param, paths: &Paths) -> TokenStream {
    let (ty, private) = (&param.ty, &paths.private);
    match param.kind {
        ParamKind::Owned => quote!(#ty),
        ParamKind::Reference => quote!(<#ty as #private::Borrowed>::Owned),
    }
}

/// The tuple type of a function's results: of one type, or of none.
pub(super) fn results(function: &Function) -> TokenStream {
    match &function.result {
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
) -> TokenStream {
    let (ident, method) = (&interface.item.ident, &function.ident);
    let pass = pass_owned(&function.params);
    let call = match function.receiver {
        Receiver::State { .. } => quote!(<#implementor as #ident>::#method(#state, #(#pass,)*)),
        Receiver::Handle => {
            let this = param_ident(&function.params[0], 0);
            let rest = &pass[1..];
            quote!(<dyn #ident as #ident>::#method(&*#this.value(), #(#rest,)*))
        }
        Receiver::None => quote!(<#implementor as #ident>::#method(#(#pass,)*)),
    };
    with_own(interface, function, call)
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
        Some(ReturnsSelf::InResult) => {
            let made = made(quote!(value));
            quote! {
                match #call {
                    ::core::result::Result::Ok(value) => ::core::result::Result::Ok(#made),
                    ::core::result::Result::Err(error) => ::core::result::Result::Err(error),
                }
            }
        }
    }
}

/// The type of a parameter, as the trait has it.
pub(super) fn param_type(param: &Param) -> TokenStream {
    let ty = &param.ty;
    match param.kind {
        ParamKind::Owned => quote!(#ty),
        ParamKind::Reference => quote!(&#ty),
    }
}

/// The arguments that pass lifted values on to the trait's function.
pub(super) fn pass_owned(params: &[Param]) -> Vec<TokenStream> {
    params
        .iter()
        .enumerate()
        .map(|(i, param)| {
            let ident = param_ident(param, i);
            match param.kind {
                ParamKind::Owned => quote!(#ident),
                ParamKind::Reference => quote!(&#ident),
            }
        })
        .collect()
}
