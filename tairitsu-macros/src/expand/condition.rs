//! Items that are there under a condition.

use crate::attr::{self, ARGUMENTS, Args};
use crate::diag::Ctxt;
use proc_macro2::{TokenStream, TokenTree};
use quote::{format_ident, quote};
use syn::Attribute;
use syn::parse::{ParseStream, Parser};

/// The item with its conditions before the attribute, if they stand behind it. Then the compiler decides about the item before
/// it expands the attribute, and there is no code for an item that is not there.
pub(super) fn conditional(attribute: &str, args: &TokenStream, item: &TokenStream) -> Option<TokenStream> {
    let (conditions, item) = take_from(item)?;
    let cx = Ctxt::new();
    let krate = Args::parse(&cx, args.clone(), ARGUMENTS).krate();
    // The attribute reports the errors when it is expanded.
    let _ = cx.finish();
    let attribute = format_ident!("{attribute}");
    Some(quote! {
        #(#conditions)*
        #[#krate::#attribute(#args)]
        #item
    })
}

/// The conditions among the attributes of an item, and the item without them. `None` if it has none.
pub(super) fn take_from(item: &TokenStream) -> Option<(Vec<Attribute>, TokenStream)> {
    // Most items have none, and are parsed by their attribute only.
    if !has_condition(item) {
        return None;
    }
    let parser = |input: ParseStream<'_>| Ok((Attribute::parse_outer(input)?, input.parse::<TokenStream>()?));
    let (attrs, rest) = parser.parse2(item.clone()).ok()?;
    // What `cfg_attr` adds stays where it is: it may be a helper attribute of a derive before it.
    let (conditions, attrs): (Vec<_>, Vec<_>) = attrs.into_iter().partition(|attr| attr::is_condition(&attr.meta));
    if conditions.is_empty() {
        return None;
    }
    Some((conditions, quote!(#(#attrs)* #rest)))
}

fn has_condition(item: &TokenStream) -> bool {
    let mut tokens = item.clone().into_iter();
    while let (Some(TokenTree::Punct(_)), Some(TokenTree::Group(attr))) = (tokens.next(), tokens.next()) {
        if attr.stream().into_iter().next().is_some_and(|name| is_condition(&name.to_string())) {
            return true;
        }
    }
    false
}

fn is_condition(name: &str) -> bool {
    name == "cfg" || name == "cfg_attr"
}
