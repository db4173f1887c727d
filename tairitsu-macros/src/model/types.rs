//! A WIT type, from a struct or an enum.

use super::interface::{check_collisions, name_of};
use crate::attr::{self, Adapt, Args};
use crate::diag::Ctxt;
use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::visit::{self, Visit};
use syn::{
    Data, DeriveInput, Fields, GenericArgument, GenericParam, Ident, PathArguments, PathSegment, Type, TypePath,
};

pub(crate) struct TypeDef {
    /// The type, without helper attributes.
    pub(crate) item: DeriveInput,
    pub(crate) name: String,
    pub(crate) docs: String,
    /// The id of the interface that declares it, or nothing.
    pub(crate) home: String,
    pub(crate) kind: Kind,
}

pub(crate) enum Kind {
    /// Every case has a type.
    Record(Vec<Case>),
    /// Some case has a type.
    Variant(Vec<Case>),
    /// No case has a type.
    Enum(Vec<Case>),
    /// It goes as another type.
    Adapted(Box<Adapt>),
}

/// A field of a record, or a case of a variant or enum.
pub(crate) struct Case {
    pub(crate) ident: Ident,
    pub(crate) name: String,
    pub(crate) docs: String,
    pub(crate) ty: Option<Type>,
    /// What a value of the type goes as, if not as itself.
    pub(crate) adapt: Option<Adapt>,
}

impl TypeDef {
    /// Nothing where there is no telling what the type was to be; then an error was reported.
    pub(crate) fn parse(cx: &Ctxt, mut args: Args, mut item: DeriveInput) -> Option<Self> {
        let ident = item.ident.clone();
        for param in &item.generics.params {
            // A lifetime is there for a reference, which is reported itself.
            if let GenericParam::Const(param) = param {
                cx.error(
                    param,
                    format!("type `{ident}` is generic over a constant, and a WIT name cannot tell one from another"),
                    "declare one type for each constant, or take a `Vec`",
                );
            }
        }
        let home = args.home.as_ref().map(syn::LitStr::value).unwrap_or_default();
        if let Some(adapt) = args.adapt.take() {
            if let Some(rename) = &args.rename {
                cx.error(
                    rename,
                    format!("type `{ident}` goes as another type, and has no WIT name of its own"),
                    "remove `rename`",
                );
            }
            return Some(Self {
                name: String::new(),
                docs: String::new(),
                home,
                kind: Kind::Adapted(Box::new(adapt)),
                item,
            });
        }
        let kind = match &mut item.data {
            Data::Struct(data) => match &mut data.fields {
                Fields::Named(fields) if !fields.named.is_empty() => {
                    let mut cases = Vec::new();
                    for field in &mut fields.named {
                        let args = attr::take(cx, &mut field.attrs, attr::OF_FIELDS);
                        attr::refuse_cfg(cx, &field.attrs, "field");
                        let Some(field_ident) = field.ident.clone() else { continue };
                        if args.adapt.is_none() {
                            check_type(cx, &ident, &field.ty);
                        }
                        let rename = args.rename.map(|name| name.value());
                        let case = Case::new(cx, rename, field_ident, &field.attrs, Some(field.ty.clone()));
                        cases.push(Case { adapt: args.adapt, ..case });
                    }
                    Kind::Record(cases)
                }
                Fields::Named(_) | Fields::Unit => {
                    cx.error(
                        &ident,
                        format!("struct `{ident}` has no fields, and a WIT record has one at least"),
                        "give it a field, or use `()` inside a `Result`",
                    );
                    return None;
                }
                Fields::Unnamed(fields) => {
                    cx.error(
                        &*fields,
                        format!("struct `{ident}` has fields without names, and a WIT record names them"),
                        "name the fields, use a tuple in place of the struct, or say what it goes as: `#[tairitsu::wit(as = Type)]`",
                    );
                    return None;
                }
            },
            Data::Enum(data) => {
                if data.variants.is_empty() {
                    cx.error(
                        &ident,
                        format!("enum `{ident}` has no variants, and a WIT enum has one case at least"),
                        "give it a variant",
                    );
                    return None;
                }
                let mut cases = Vec::new();
                for variant in &mut data.variants {
                    let rename = attr::take_rename(cx, &mut variant.attrs);
                    attr::refuse_cfg(cx, &variant.attrs, "variant");
                    let case = &variant.ident;
                    let mut adapt = None;
                    let ty = match &mut variant.fields {
                        Fields::Unit => None,
                        Fields::Unnamed(fields) if fields.unnamed.len() == 1 => {
                            let payload = &mut fields.unnamed[0];
                            adapt = attr::take(cx, &mut payload.attrs, attr::OF_PAYLOADS).adapt;
                            if adapt.is_none() {
                                check_type(cx, &ident, &payload.ty);
                            }
                            Some(payload.ty.clone())
                        }
                        Fields::Named(fields) => {
                            cx.error(
                                &*fields,
                                format!("variant `{case}` has named fields, and a WIT case carries one value"),
                                "put the fields in a struct marked `#[tairitsu::wit]` and carry that",
                            );
                            None
                        }
                        Fields::Unnamed(fields) if fields.unnamed.is_empty() => {
                            cx.error(
                                &*fields,
                                format!("variant `{case}` has an empty list of fields"),
                                format!("write `{case}`"),
                            );
                            None
                        }
                        Fields::Unnamed(fields) => {
                            cx.error(
                                &*fields,
                                format!(
                                    "variant `{case}` has {} fields, and a WIT case carries one value",
                                    fields.unnamed.len()
                                ),
                                format!("carry a tuple, `{case}((A, B))`, or a struct marked `#[tairitsu::wit]`"),
                            );
                            None
                        }
                    };
                    cases.push(Case { adapt, ..Case::new(cx, rename, case.clone(), &variant.attrs, ty) });
                }
                if cases.iter().any(|case| case.ty.is_some()) { Kind::Variant(cases) } else { Kind::Enum(cases) }
            }
            Data::Union(data) => {
                cx.error(
                    data.union_token,
                    format!("`{ident}` is a union, and WIT has none"),
                    "make it an enum: each case with its value is a case of a WIT variant",
                );
                return None;
            }
        };
        if let Kind::Record(cases) | Kind::Variant(cases) | Kind::Enum(cases) = &kind {
            let what = if matches!(kind, Kind::Record(_)) { "fields" } else { "variants" };
            check_collisions(cx, cases.iter().map(|case| (&case.ident, case.name.as_str())), what);
        }
        let name = match &args.rename {
            Some(rename) => rename.value(),
            None => name_of(cx, &ident),
        };
        Some(Self { name, docs: attr::docs(&item.attrs), home, kind, item })
    }
}

impl Case {
    pub(super) fn new(
        cx: &Ctxt,
        rename: Option<String>,
        ident: Ident,
        attrs: &[syn::Attribute],
        ty: Option<Type>,
    ) -> Self {
        let name = rename.unwrap_or_else(|| name_of(cx, &ident));
        Self { ident, name, docs: attr::docs(attrs), ty, adapt: None }
    }
}

/// Reports what no field has: the type itself, however wrapped, and references.
fn check_type(cx: &Ctxt, ident: &Ident, ty: &Type) {
    struct Check<'a> {
        cx: &'a Ctxt,
        ident: &'a Ident,
    }

    impl<'ast> Visit<'ast> for Check<'_> {
        fn visit_type(&mut self, ty: &'ast Type) {
            if is_borrowed(ty) {
                self.cx.error(
                    ty,
                    format!("type `{}` has a reference in it, and a WIT type owns what it holds", self.ident),
                    "use the owned type: `String` for `&str`, `Vec<T>` for `&[T]`",
                );
                return;
            }
            visit::visit_type(self, ty);
        }

        fn visit_type_path(&mut self, path: &'ast TypePath) {
            let is_itself = |segment: &PathSegment| segment.ident == *self.ident || segment.ident == "Self";
            if path.qself.is_none() && path.path.segments.len() == 1 && is_itself(&path.path.segments[0]) {
                self.cx.error(
                    path,
                    format!("type `{}` contains itself, and a WIT type cannot be recursive", self.ident),
                    "keep the nodes in one list and let them refer to each other by index (`u32`)",
                );
                return;
            }
            visit::visit_type_path(self, path);
        }
    }

    Check { cx, ident }.visit_type(ty);
}

/// A reference, or a path with a lifetime in it other than `'static`.
fn is_borrowed(ty: &Type) -> bool {
    match ty {
        Type::Reference(_) => true,
        Type::Path(path) => path.path.segments.iter().any(|segment| match &segment.arguments {
            PathArguments::AngleBracketed(args) => {
                args.args.iter().any(|arg| matches!(arg, GenericArgument::Lifetime(name) if name.ident != "static"))
            }
            _ => false,
        }),
        _ => false,
    }
}

impl ToTokens for TypeDef {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        self.item.to_tokens(tokens);
    }
}
