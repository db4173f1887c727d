//! The paths that generated code names.

use proc_macro2::TokenStream;
use quote::quote;

/// The paths below one `tairitsu` crate.
pub(crate) struct Paths {
    /// The crate itself.
    pub(crate) krate: TokenStream,
    /// `__private`, the module of the helpers.
    pub(crate) private: TokenStream,
    pub(crate) wit_type: TokenStream,
    pub(crate) lower: TokenStream,
    pub(crate) lift: TokenStream,
    pub(crate) sink: TokenStream,
    pub(crate) source: TokenStream,
    pub(crate) schema: TokenStream,
    pub(crate) rt: TokenStream,
    /// `Codec`, which lifts and lowers a type that a macro knows by name only.
    pub(crate) codec: TokenStream,
    /// A `use` of the trait that has to be in scope where `codec` is named.
    pub(crate) use_codec: TokenStream,
    /// A `use` of the traits that have to be in scope where `Typed` or `Provided` is named.
    pub(crate) use_typed: TokenStream,
    /// The traits whose texts say what to use in place of a well-known type.
    pub(crate) hints: TokenStream,
    /// A macro that keeps its tokens on wasm32.
    pub(crate) if_guest: TokenStream,
    /// A macro that keeps its tokens everywhere else.
    pub(crate) if_native: TokenStream,
    /// A macro that keeps its tokens if there is the runtime.
    pub(crate) if_runtime: TokenStream,
    /// A macro that keeps its tokens if calls may be futures.
    pub(crate) if_async: TokenStream,
}

impl Paths {
    pub(crate) fn new(krate: TokenStream) -> Self {
        let p = quote!(#krate::__private);
        Self {
            wit_type: quote!(#p::WitType),
            lower: quote!(#p::Lower),
            lift: quote!(#p::Lift),
            sink: quote!(#p::Sink),
            source: quote!(#p::Source),
            schema: quote!(#p::schema),
            rt: quote!(#p::rt),
            codec: quote!(#p::Codec),
            use_codec: quote!(#[allow(unused_imports)] use #p::NoCodec as _;),
            use_typed: quote! {
                #[allow(unused_imports)]
                use #p::{NoForwardedFunction as _, NoProvidedFunction as _, NoTyped as _};
            },
            hints: quote!(#krate::no_wit_types),
            if_guest: quote!(#p::if_guest),
            if_native: quote!(#p::if_native),
            if_runtime: quote!(#p::if_runtime),
            if_async: quote!(#p::if_async),
            private: p,
            krate,
        }
    }
}
