//! The macros that the macro of a trait's name invokes. They run in the crate of the impl.
//!
//! A lint asks about the code of the crate that it stands in, and the code of a `macro_rules!` counts as code of its crate.
//! So the arms of such a macro give their code to a procedural macro, which gives each token a span of its own.

use super::invoke;
use crate::attr::Args;
use crate::place;
use proc_macro2::{Group, Ident, Literal, Span, TokenStream, TokenTree};
use quote::{quote, quote_spanned};
use std::hash::{DefaultHasher, Hash, Hasher};
use syn::parse::{Parse, ParseStream};
use syn::spanned::Spanned;
use syn::{LitStr, Path, Token, Type};

/// What an impl names: the `tairitsu` crate, the trait, and the type.
struct Named {
    krate: TokenStream,
    path: TokenStream,
    ty: TokenStream,
}

impl Parse for Named {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let bracketed = || {
            let content;
            syn::bracketed!(content in input);
            content.parse()
        };
        Ok(Self { krate: bracketed()?, path: bracketed()?, ty: bracketed()? })
    }
}

// The identifiers in the code of an arm that stand for what the impl names.
pub(super) const CRATE: &str = "__tairitsu_crate";
pub(super) const INTERFACE: &str = "__tairitsu_interface";
pub(super) const TYPE: &str = "__tairitsu_type";
pub(super) const SECTION: &str = "__tairitsu_section";

/// `generated!`: the code, with what the impl names in its places.
pub(crate) fn generated(input: TokenStream) -> TokenStream {
    let parser = |input: ParseStream<'_>| {
        let named: Named = input.parse()?;
        Ok(Emitter { span: span_of(&named.path), named }.emit(input.parse()?))
    };
    syn::parse::Parser::parse2(parser, input).unwrap_or_else(syn::Error::into_compile_error)
}

struct Emitter {
    named: Named,
    /// The place of the trait's path, as code of this macro.
    span: Span,
}

impl Emitter {
    fn emit(&self, code: TokenStream) -> TokenStream {
        let mut out = TokenStream::new();
        for mut token in code {
            match &token {
                TokenTree::Group(group) => {
                    let mut group = Group::new(group.delimiter(), self.emit(group.stream()));
                    group.set_span(self.span);
                    out.extend([TokenTree::Group(group)]);
                    continue;
                }
                TokenTree::Ident(ident) => {
                    if let Some(named) = self.named(ident) {
                        out.extend(named);
                        continue;
                    }
                }
                _ => {}
            }
            token.set_span(self.span);
            out.extend([token]);
        }
        out
    }

    fn named(&self, ident: &Ident) -> Option<TokenStream> {
        let ident = ident.to_string();
        match ident.as_str() {
            CRATE => Some(self.named.krate.clone()),
            INTERFACE => Some(self.named.path.clone()),
            TYPE => Some(self.named.ty.clone()),
            SECTION => {
                let mut name = Literal::string(&section(Section::Export, &place::of(self.span)));
                name.set_span(self.span);
                Some(TokenTree::Literal(name).into())
            }
            _ => None,
        }
    }
}

fn span_of(path: &TokenStream) -> Span {
    path.clone().into_iter().next().map_or_else(Span::mixed_site, |token| token.span().resolved_at(Span::mixed_site()))
}

/// Which way the interface of a section crosses.
#[derive(Clone, Copy)]
pub(super) enum Section {
    Export,
    Import,
}

/// The name of a section. A linker joins sections of one name, and no tool reads what it makes of them.
pub(super) fn section(section: Section, place: &str) -> String {
    let way = match section {
        Section::Export => "export",
        Section::Import => "import",
    };
    format!("component-type:tairitsu:{way}:{place}")
}

/// `export_once!`: the exports of an impl, if its crate has any. With `always` before the rest, any crate has them.
///
/// A crate exports an interface once. Two impls would be one error of the linker, on wasm32 alone. So each of them declares a
/// macro of one name at the root of the crate, which is an error of rustc on every target.
pub(crate) fn export_once(input: TokenStream) -> TokenStream {
    let parser = |input: ParseStream<'_>| {
        let always = input.parse::<Option<Ident>>()?.is_some();
        let Named { krate, path, ty } = input.parse()?;
        let id: LitStr = input.parse()?;
        if !always && !place::exports() {
            return Ok(TokenStream::new());
        }
        let id = id.value();
        // The hash tells apart ids whose last parts are the same. The rest is read by people.
        let mut hasher = DefaultHasher::new();
        id.hash(&mut hasher);
        let interface = id.rsplit('/').next().and_then(|interface| interface.split('@').next()).unwrap_or_default();
        let name = format!(
            "only_one_impl_of_{}_is_exported__write_export_false_on_the_others_{:08x}",
            interface.replace('-', "_"),
            hasher.finish() as u32
        );
        let span = span_of(&path);
        let once = Ident::new(&name, span);
        Ok(quote_spanned! {span=>
            #[doc(hidden)]
            #[macro_export]
            #[allow(unused_macros, non_local_definitions)]
            macro_rules! #once { () => {} }

            #path ! { export [#krate] [#path] [#ty] }
        })
    };
    syn::parse::Parser::parse2(parser, input).unwrap_or_else(syn::Error::into_compile_error)
}

/// `export!`: the exports of an impl in a library.
pub(crate) fn export(input: TokenStream) -> TokenStream {
    let parser = |input: ParseStream<'_>| {
        let mut krate = Args::default().krate();
        if input.peek(Token![crate]) && input.peek2(Token![=]) {
            input.parse::<Token![crate]>()?;
            input.parse::<Token![=]>()?;
            let path = input.call(Path::parse_mod_style)?;
            input.parse::<Token![,]>()?;
            krate = quote!(#path);
        }
        input.parse::<Token![impl]>()?;
        let path = input.call(Path::parse_mod_style)?;
        input.parse::<Token![for]>()?;
        let ty: Type = input.parse()?;
        let invoke = invoke("exported", &krate, &path, &ty, true);
        Ok(quote_spanned! {ty.span()=>
            #[allow(deprecated)]
            const _: () = {
                const fn implements<__TairitsuGuest: #path>() {}
                implements::<#ty>()
            };
            #invoke
        })
    };
    syn::parse::Parser::parse2(parser, input).unwrap_or_else(|error| {
        let error =
            syn::Error::new(error.span(), format!("{error}\nhelp: write `tairitsu::export!(impl Trait for Type);`"));
        error.into_compile_error()
    })
}
