//! A WIT type, from a struct or an enum.

use super::naming::{check_collisions, name_of, name_of_item};
use crate::attr::{self, Adapt, Args, Docs};
use crate::diag::Ctxt;
use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::visit::{self, Visit};
use syn::{
    Data, DataEnum, DeriveInput, Fields, GenericArgument, GenericParam, Ident, LitStr, PathArguments, PathSegment,
    Type, TypePath,
};

pub(crate) struct TypeDef {
    /// The type, without helper attributes.
    pub(crate) item: DeriveInput,
    pub(crate) name: String,
    pub(crate) docs: Docs,
    /// The id of the interface that declares the type. Empty if each interface that uses the type declares it.
    pub(crate) home: String,
    pub(crate) kind: TypeKind,
}

pub(crate) enum TypeKind {
    /// A struct. Every member has a type.
    Record(Vec<Member>),
    /// An enum of which some member has a type.
    Variant(Vec<Member>),
    /// An enum of which no member has a type.
    Enum(Vec<Member>),
    /// A type that crosses as another type.
    Adapted(Box<Adapt>),
}

/// A field of a record, a case of a variant or an enum, or a flag.
pub(crate) struct Member {
    pub(crate) ident: Ident,
    pub(crate) name: String,
    pub(crate) docs: Docs,
    pub(crate) ty: Option<Type>,
    /// The type that a value crosses as, if it is another one than `ty`.
    pub(crate) adapt: Option<Adapt>,
}

impl TypeDef {
    /// Reads the type. `None` if no kind fits, which was reported then.
    pub(crate) fn parse(cx: &Ctxt, mut args: Args, mut item: DeriveInput) -> Option<Self> {
        let ident = item.ident.clone();
        for param in &item.generics.params {
            // A lifetime is there for a reference, which `check_type` reports.
            if let GenericParam::Const(param) = param {
                cx.error(
                    param,
                    format!("type `{ident}` is generic over a constant, and a WIT name cannot tell one from another"),
                    "declare one type for each constant, or take a `Vec`",
                );
            }
        }
        let home = args.home.as_ref().map(LitStr::value).unwrap_or_default();
        if let Some(adapt) = args.adapt.take() {
            if let Some(rename) = &args.rename {
                cx.error(
                    rename,
                    format!("type `{ident}` crosses as another type, and has no WIT name of its own"),
                    "remove `rename`",
                );
            }
            let kind = TypeKind::Adapted(Box::new(adapt));
            return Some(Self { name: String::new(), docs: Docs::default(), home, kind, item });
        }
        let (kind, what) = match &mut item.data {
            Data::Struct(data) => (TypeKind::Record(fields(cx, &ident, &mut data.fields)?), "fields"),
            Data::Enum(data) => {
                let cases = cases(cx, &ident, data)?;
                let has_payload = cases.iter().any(|case| case.ty.is_some());
                (if has_payload { TypeKind::Variant(cases) } else { TypeKind::Enum(cases) }, "variants")
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
        if let TypeKind::Record(members) | TypeKind::Variant(members) | TypeKind::Enum(members) = &kind {
            check_collisions(cx, members.iter().map(|member| (&member.ident, member.name.as_str())), what);
        }
        let name = name_of_item(cx, args.rename.as_ref(), &ident);
        Some(Self { name, docs: Docs::of(&item.attrs), home, kind, item })
    }
}

impl Member {
    pub(super) fn new(
        cx: &Ctxt,
        rename: Option<&LitStr>,
        ident: Ident,
        attrs: &[syn::Attribute],
        ty: Option<Type>,
    ) -> Self {
        let name = name_of(cx, rename, &ident);
        Self { ident, name, docs: Docs::of(attrs), ty, adapt: None }
    }
}

/// The fields of a struct. `None` if the struct has none, or has fields without names.
fn fields(cx: &Ctxt, ident: &Ident, fields: &mut Fields) -> Option<Vec<Member>> {
    match fields {
        Fields::Named(fields) if !fields.named.is_empty() => {
            let mut members = Vec::new();
            for field in &mut fields.named {
                let args = attr::take(cx, &mut field.attrs, attr::FIELD_ARGS);
                attr::refuse_cfg(cx, &field.attrs, "field");
                let Some(field_ident) = field.ident.clone() else { continue };
                if args.adapt.is_none() {
                    check_type(cx, ident, &field.ty);
                }
                let member = Member::new(cx, args.rename.as_ref(), field_ident, &field.attrs, Some(field.ty.clone()));
                members.push(Member { adapt: args.adapt, ..member });
            }
            Some(members)
        }
        Fields::Named(_) | Fields::Unit => {
            cx.error(
                ident,
                format!("struct `{ident}` has no fields, and a WIT record has at least one"),
                "give it a field, or use `()` inside a `Result`",
            );
            None
        }
        Fields::Unnamed(fields) => {
            cx.error(
                &*fields,
                format!("struct `{ident}` has fields without names, and a WIT record names them"),
                "name the fields, use a tuple in place of the struct, or name the type that it crosses as: `#[tairitsu::wit(as = Type)]`",
            );
            None
        }
    }
}

/// The cases of an enum. `None` if the enum has none.
fn cases(cx: &Ctxt, ident: &Ident, data: &mut DataEnum) -> Option<Vec<Member>> {
    if data.variants.is_empty() {
        cx.error(
            ident,
            format!("enum `{ident}` has no variants, and a WIT enum has at least one case"),
            "give it a variant",
        );
        return None;
    }
    let mut members = Vec::new();
    for variant in &mut data.variants {
        let rename = attr::take_rename(cx, &mut variant.attrs);
        attr::refuse_cfg(cx, &variant.attrs, "variant");
        let (ty, adapt) = payload(cx, ident, &variant.ident, &mut variant.fields);
        let member = Member::new(cx, rename.as_ref(), variant.ident.clone(), &variant.attrs, ty);
        members.push(Member { adapt, ..member });
    }
    Some(members)
}

/// The value that a case carries: its type, and the type that it crosses as.
fn payload(cx: &Ctxt, ident: &Ident, case: &Ident, fields: &mut Fields) -> (Option<Type>, Option<Adapt>) {
    match fields {
        Fields::Unit => {}
        Fields::Unnamed(fields) if fields.unnamed.len() == 1 => {
            let payload = &mut fields.unnamed[0];
            let adapt = attr::take(cx, &mut payload.attrs, attr::PAYLOAD_ARGS).adapt;
            if adapt.is_none() {
                check_type(cx, ident, &payload.ty);
            }
            return (Some(payload.ty.clone()), adapt);
        }
        Fields::Named(fields) => cx.error(
            &*fields,
            format!("variant `{case}` has named fields, and a WIT case carries one value"),
            "put the fields in a struct marked `#[tairitsu::wit]` and carry that",
        ),
        Fields::Unnamed(fields) if fields.unnamed.is_empty() => {
            cx.error(&*fields, format!("variant `{case}` has an empty list of fields"), format!("write `{case}`"))
        }
        Fields::Unnamed(fields) => cx.error(
            &*fields,
            format!("variant `{case}` has {} fields, and a WIT case carries one value", fields.unnamed.len()),
            format!("carry a tuple, `{case}((A, B))`, or a struct marked `#[tairitsu::wit]`"),
        ),
    }
    (None, None)
}

/// Reports the parts that no field may have: a reference, and the type itself, however wrapped.
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
                    format!("type `{}` has a reference in it, and a WIT type owns its values", self.ident),
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

/// Whether a type is a reference, or a path with a lifetime other than `'static` in it.
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
