//! `async fn` in a `#[host]` trait.
//!
//! The trait has two functions in the place of each. A guest calls the blocking function, which returns the result. The host calls
//! a hidden function, which returns a future. An impl writes one of them, and the other has its body by that one:
//!
//! - A plain `fn` of an impl is the blocking function. The trait's default body of the hidden function calls it.
//! - The attribute on an impl makes both functions of an `async fn`. The blocking one waits for the hidden one.

use super::signatures;
use crate::model::{Function, Interface, Receiver};
use crate::paths::Paths;
use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{FnArg, ImplItem, ImplItemFn, ItemImpl, ItemTrait, ReturnType, TraitItem, parse_quote};

/// The trait with a hidden function beside each async function.
pub(super) fn trait_with_futures(interface: &Interface, paths: &Paths) -> ItemTrait {
    let mut item = interface.item.clone();
    let private = &paths.private;
    for member in &mut item.items {
        if let TraitItem::Fn(declared) = member
            && interface.functions.iter().any(|function| function.is_async && function.ident == declared.sig.ident)
        {
            declared.attrs.push(parse_quote!(#[doc = "\n\nDeclared as an `async fn`: an implementation may await."]));
        }
    }
    for function in interface.functions.iter().filter(|function| function.is_async) {
        let (head, method, trait_ident) = (head(function, paths), &function.ident, &interface.item.ident);
        let idents = signatures::param_idents(function);
        item.items.push(parse_quote! {
            #[doc(hidden)]
            #head {
                #private::ready(<Self as #trait_ident>::#method(self #(, #idents)*))
            }
        });
    }
    item
}

/// The impl with both functions in the place of each `async fn`.
pub(super) fn impl_with_futures(item: &ItemImpl, path: &syn::Path, paths: &Paths) -> TokenStream {
    let mut with_futures = item.clone();
    with_futures.items.clear();
    for member in &item.items {
        match member {
            ImplItem::Fn(function) if function.sig.asyncness.is_some() => {
                with_futures.items.extend(blocking_and_future(function, path, paths));
            }
            other => with_futures.items.push(other.clone()),
        }
    }
    with_futures.into_token_stream()
}

/// The two functions that an `async fn` of an impl becomes.
fn blocking_and_future(function: &ImplItemFn, path: &syn::Path, paths: &Paths) -> [ImplItem; 2] {
    let Paths { private, krate, .. } = paths;
    let ImplItemFn { attrs, sig, block, .. } = function;
    let mut blocking = sig.clone();
    blocking.asyncness = None;
    let mut idents = Vec::new();
    for (i, input) in blocking.inputs.iter_mut().enumerate() {
        if let FnArg::Typed(input) = input {
            let ident = format_ident!("__tairitsu_{i}");
            *input.pat = parse_quote!(#ident);
            idents.push(ident);
        }
    }
    let mut future = sig.clone();
    future.asyncness = None;
    future.ident = future_ident(&sig.ident);
    future.generics.params.insert(0, parse_quote!('__tairitsu));
    for input in &mut future.inputs {
        match input {
            FnArg::Receiver(receiver) => {
                if let Some((_, lifetime)) = &mut receiver.reference {
                    *lifetime = Some(parse_quote!('__tairitsu));
                }
            }
            FnArg::Typed(input) => *input.ty = signatures::with_lifetime(&input.ty, "'__tairitsu"),
        }
    }
    let output = match &sig.output {
        ReturnType::Default => quote!(()),
        ReturnType::Type(_, ty) => quote!(#ty),
    };
    future.output = parse_quote!(-> #private::HostFuture<'__tairitsu, #output>);
    let (future_ident, cfg) = (&future.ident, attrs.iter().filter(|attr| attr.path().is_ident("cfg")));
    // An error about the future is shown on the `async`, and an error about its result in the body.
    let span = sig.asyncness.span().resolved_at(Span::call_site());
    let body = quote_spanned! {span=>
        #krate::future(async move {
            let __tairitsu_result: #output = #block;
            #[allow(unreachable_code)]
            __tairitsu_result
        })
    };
    [
        parse_quote! {
            #(#cfg)*
            #blocking {
                #private::wait(<Self as #path>::#future_ident(self #(, #idents)*))
            }
        },
        parse_quote! {
            #(#attrs)*
            #future { #body }
        },
    ]
}

/// The blocking function of an impl that has the hidden one.
pub(super) fn blocking(interface: &Interface, function: &Function, paths: &Paths) -> TokenStream {
    let ident = &interface.item.ident;
    let (private, head, future_ident, idents) =
        (&paths.private, signatures::head(function), future_ident(&function.ident), signatures::param_idents(function));
    quote! {
        #head {
            #private::wait(<Self as #ident>::#future_ident(self #(, #idents)*))
        }
    }
}

/// The head of the hidden function, which returns the future.
pub(super) fn head(function: &Function, paths: &Paths) -> TokenStream {
    let (private, future_ident) = (&paths.private, future_ident(&function.ident));
    let receiver = match function.receiver {
        Receiver::State { mutable: true } => quote!(&'__tairitsu mut self),
        _ => quote!(&'__tairitsu self),
    };
    let params = function.params.iter().enumerate().map(|(i, param)| {
        let (ident, ty) = (signatures::param_ident(param, i), signatures::param_type_for(param, "'__tairitsu"));
        quote!(#ident: #ty)
    });
    let output = function.result.as_ref().map_or_else(|| quote!(()), ToTokens::to_token_stream);
    quote! {
        fn #future_ident<'__tairitsu>(#receiver #(, #params)*) -> #private::HostFuture<'__tairitsu, #output>
    }
}

/// The call of the hidden function with lifted arguments, awaited.
pub(super) fn call(
    interface: &Interface,
    function: &Function,
    implementor: &Ident,
    state: &TokenStream,
    paths: &Paths,
) -> TokenStream {
    let (ident, future_ident, pass) =
        (&interface.item.ident, future_ident(&function.ident), signatures::pass_owned(&function.params));
    let call = quote!(<#implementor as #ident>::#future_ident(#state, #(#pass,)*).await);
    signatures::with_references(function, call, paths)
}

/// The name of the hidden function. rustc names it where an impl has an `async fn` that the trait has not.
fn future_ident(ident: &Ident) -> Ident {
    format_ident!("async_fn_{}", ident.to_string().trim_start_matches("r#"), span = ident.span())
}
