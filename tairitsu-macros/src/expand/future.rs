//! `async fn` in a `#[host]` trait: the trait has the function as a guest sees it, which waits for its result, and a hidden
//! one beside it, which is the future that a provider makes. Each has its body by the other: whoever implements the trait by an
//! `async fn` has both from the attribute on the impl, and whoever needs no future writes a plain `fn`.

use super::shared;
use crate::model::{Function, Interface, ParamKind, Receiver};
use crate::paths::Paths;
use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{FnArg, ImplItem, ImplItemFn, ItemImpl, ItemTrait, ReturnType, parse_quote};

/// The trait with the hidden functions.
pub(super) fn with_futures(interface: &Interface, paths: &Paths) -> ItemTrait {
    let mut item = interface.item.clone();
    let private = &paths.private;
    for function in interface.functions.iter().filter(|function| function.is_async) {
        let (head, method) = (head(function, paths), &function.ident);
        let idents = shared::param_idents(function);
        item.items.push(parse_quote! {
            #[doc(hidden)]
            #head {
                #private::ready(self.#method(#(#idents),*))
            }
        });
    }
    item
}

/// The impl with both functions for each that is async.
pub(super) fn implemented(item: &ItemImpl, paths: &Paths) -> TokenStream {
    let mut implemented = item.clone();
    implemented.items.clear();
    for member in &item.items {
        match member {
            ImplItem::Fn(function) if function.sig.asyncness.is_some() => {
                implemented.items.extend(both(function, paths));
            }
            other => implemented.items.push(other.clone()),
        }
    }
    implemented.into_token_stream()
}

/// An `async fn` of an impl, as the two functions that the trait has.
fn both(function: &ImplItemFn, paths: &Paths) -> [ImplItem; 2] {
    let private = &paths.private;
    let ImplItemFn { attrs, sig, block, .. } = function;
    let mut waits = sig.clone();
    waits.asyncness = None;
    let mut idents = Vec::new();
    for (i, input) in waits.inputs.iter_mut().enumerate() {
        if let FnArg::Typed(input) = input {
            let ident = format_ident!("__tairitsu_{i}");
            *input.pat = parse_quote!(#ident);
            idents.push(ident);
        }
    }
    let mut makes = sig.clone();
    makes.asyncness = None;
    makes.ident = hidden(&sig.ident);
    makes.generics.params.insert(0, parse_quote!('__tairitsu));
    for input in &mut makes.inputs {
        let reference = match input {
            FnArg::Receiver(receiver) => receiver.reference.as_mut().map(|reference| &mut reference.1),
            FnArg::Typed(input) => match &mut *input.ty {
                syn::Type::Reference(reference) => Some(&mut reference.lifetime),
                _ => None,
            },
        };
        if let Some(lifetime) = reference {
            *lifetime = Some(parse_quote!('__tairitsu));
        }
    }
    let output = match &sig.output {
        ReturnType::Default => quote!(()),
        ReturnType::Type(_, ty) => quote!(#ty),
    };
    makes.output = parse_quote!(-> #private::HostFuture<'__tairitsu, #output>);
    let (hidden, cfg) = (&makes.ident, attrs.iter().filter(|attr| attr.path().is_ident("cfg")));
    // An error about the future is on the `async`, and one about what it comes to in the body.
    let span = sig.asyncness.span().resolved_at(Span::call_site());
    let future = quote_spanned! {span=>
        #private::future(async move {
            let __tairitsu_result: #output = #block;
            #[allow(unreachable_code)]
            __tairitsu_result
        })
    };
    [
        parse_quote! {
            #(#cfg)*
            #waits {
                #private::wait(self.#hidden(#(#idents),*))
            }
        },
        parse_quote! {
            #(#attrs)*
            #makes { #future }
        },
    ]
}

/// The function that waits, for an impl that has the future.
pub(super) fn waited(function: &Function, paths: &Paths) -> TokenStream {
    let (private, head, hidden, idents) =
        (&paths.private, shared::head(function), hidden(&function.ident), shared::param_idents(function));
    quote! {
        #head {
            #private::wait(self.#hidden(#(#idents),*))
        }
    }
}

/// The head of the hidden function.
pub(super) fn head(function: &Function, paths: &Paths) -> TokenStream {
    let (private, hidden) = (&paths.private, hidden(&function.ident));
    let receiver = match function.receiver {
        Receiver::State { mutable: true } => quote!(&'__tairitsu mut self),
        _ => quote!(&'__tairitsu self),
    };
    let params = function.params.iter().enumerate().map(|(i, param)| {
        let (ident, ty) = (shared::param_ident(param, i), &param.ty);
        match param.kind {
            ParamKind::Owned => quote!(#ident: #ty),
            ParamKind::Reference => quote!(#ident: &'__tairitsu #ty),
        }
    });
    let output = function.result.as_ref().map_or_else(|| quote!(()), ToTokens::to_token_stream);
    quote! {
        fn #hidden<'__tairitsu>(#receiver #(, #params)*) -> #private::HostFuture<'__tairitsu, #output>
    }
}

/// The call of a function with lifted arguments, awaited.
pub(super) fn call(
    interface: &Interface,
    function: &Function,
    implementor: &Ident,
    state: &TokenStream,
) -> TokenStream {
    let (ident, hidden, pass) = (&interface.item.ident, hidden(&function.ident), shared::pass_owned(&function.params));
    quote!(<#implementor as #ident>::#hidden(#state, #(#pass,)*).await)
}

fn hidden(ident: &Ident) -> Ident {
    format_ident!("__tairitsu_async_fn_{}", ident.to_string().trim_start_matches("r#"), span = ident.span())
}
