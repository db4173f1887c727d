//! A WIT type, from a struct or an enum.

use super::growth::Growth;
use super::naming::{check_collisions, name_of, name_of_item};
use super::syntax::{argument, ungroup};
use crate::attr::{self, Adapt, Args, Docs};
use crate::diag::Ctxt;
use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::visit::{self, Visit};
use syn::{
    Data, DataEnum, DeriveInput, Fields, FieldsUnnamed, GenericArgument, GenericParam, Generics, Ident, Index, LitStr,
    PathArguments, Type, TypePath,
};

pub(crate) struct TypeDef {
    /// The type, without helper attributes.
    pub(crate) item: DeriveInput,
    pub(crate) name: String,
    pub(crate) docs: Docs,
    /// The version in which the type came.
    pub(crate) since: Option<LitStr>,
    /// The id of the interface that declares the type. Empty if each interface that uses the type declares it.
    pub(crate) home: String,
    pub(crate) kind: TypeKind,
}

pub(crate) enum TypeKind {
    /// A struct with named fields.
    Record(Vec<Field>),
    /// A struct whose fields have no names. One field crosses as itself, and several cross as a tuple.
    Tuple(Vec<Field>),
    /// An enum of which some case carries a value.
    Variant(Vec<Case>),
    /// An enum of which no case carries a value.
    Enum(Vec<Case>),
    /// A type that crosses as another type.
    Adapted(Box<Adapt>),
}

/// A case of a variant or an enum, or a flag.
pub(crate) struct Case {
    pub(crate) ident: Ident,
    pub(crate) name: String,
    pub(crate) docs: Docs,
    pub(crate) payload: Payload,
    pub(crate) growth: Growth,
}

/// What a case carries.
pub(crate) enum Payload {
    None,
    /// Fields without names. One field crosses as itself, and several cross as a tuple.
    Tuple(Vec<Field>),
    /// Named fields, which cross as a record.
    Record(Vec<Field>),
}

/// A field of a struct or of a case.
pub(crate) struct Field {
    /// The name, or the position of a field without a name.
    pub(crate) place: syn::Member,
    /// The WIT name. Empty if the field has no name.
    pub(crate) name: String,
    pub(crate) docs: Docs,
    pub(crate) ty: Type,
    /// The type that a value crosses as, if it is another one than `ty`.
    pub(crate) adapt: Option<Adapt>,
    /// How the field holds values of the type that it belongs to.
    pub(crate) itself: Option<Itself>,
    pub(crate) growth: Growth,
}

/// How a field holds values of the type that it belongs to.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Itself {
    /// `Box<Self>`
    Boxed,
    /// `Vec<Self>`
    List,
    /// `Option<Box<Self>>`
    Optional,
}

impl TypeDef {
    /// Whether values of the type contain values of the type.
    pub(crate) fn is_recursive(&self) -> bool {
        let any = |fields: &[Field]| fields.iter().any(|field| field.itself.is_some());
        match &self.kind {
            TypeKind::Record(fields) | TypeKind::Tuple(fields) => any(fields),
            TypeKind::Variant(cases) => cases.iter().any(|case| any(case.payload.fields())),
            TypeKind::Enum(_) | TypeKind::Adapted(_) => false,
        }
    }

    /// Reads the type. `None` if no kind fits, which was reported then.
    pub(crate) fn parse(cx: &Ctxt, mut args: Args, mut item: DeriveInput) -> Option<Self> {
        let (ident, generics) = (item.ident.clone(), item.generics.clone());
        let owner = Owner { ident: &ident, generics: &generics };
        let home = args.home.as_ref().map(LitStr::value).unwrap_or_default();
        if let Some(adapt) = args.adapt.take() {
            refuse_rename(cx, &args, &format!("type `{ident}` crosses as another type"));
            let kind = TypeKind::Adapted(Box::new(adapt));
            return Some(Self { name: String::new(), docs: Docs::default(), since: None, home, kind, item });
        }
        let kind = match &mut item.data {
            Data::Struct(data) => match &mut data.fields {
                Fields::Unnamed(fields) if !fields.unnamed.is_empty() => {
                    let fact = match fields.unnamed.len() {
                        1 => format!("type `{ident}` crosses as the value in it"),
                        _ => format!("type `{ident}` crosses as a tuple"),
                    };
                    refuse_rename(cx, &args, &fact);
                    let kind = TypeKind::Tuple(unnamed_fields(cx, owner, fields));
                    return Some(Self { name: String::new(), docs: Docs::default(), since: None, home, kind, item });
                }
                Fields::Named(fields) if !fields.named.is_empty() => TypeKind::Record(named_fields(cx, owner, fields)),
                _ => {
                    cx.error(
                        &ident,
                        format!("struct `{ident}` has no fields, and a WIT record has at least one"),
                        "give it a field, or use `()` inside a `Result`",
                    );
                    return None;
                }
            },
            Data::Enum(data) => {
                let cases = cases(cx, owner, data)?;
                let has_payload = cases.iter().any(|case| !matches!(case.payload, Payload::None));
                if has_payload { TypeKind::Variant(cases) } else { TypeKind::Enum(cases) }
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
        refuse_constants(cx, &ident, &generics);
        let name = name_of_item(cx, args.rename.as_ref(), &ident);
        Some(Self { name, docs: Docs::of(&item.attrs), since: args.since, home, kind, item })
    }
}

/// Reports `rename` and `since` on a type that has no WIT name. `fact` says what it crosses as.
fn refuse_rename(cx: &Ctxt, args: &Args, fact: &str) {
    for (argument, name) in [(&args.rename, "rename"), (&args.since, "since")] {
        if let Some(argument) = argument {
            cx.error(argument, format!("{fact}, and has no WIT name of its own"), format!("remove `{name}`"));
        }
    }
}

/// Reports the constants that a type with a WIT name is generic over.
fn refuse_constants(cx: &Ctxt, ident: &Ident, generics: &Generics) {
    for param in &generics.params {
        // A lifetime is there for a reference, which `check_type` reports.
        if let GenericParam::Const(param) = param {
            cx.error(
                param,
                format!("type `{ident}` is generic over a constant, and a WIT name cannot tell one from another"),
                "declare one type for each constant, or take a `Vec`",
            );
        }
    }
}

impl Payload {
    pub(crate) fn fields(&self) -> &[Field] {
        match self {
            Payload::None => &[],
            Payload::Tuple(fields) | Payload::Record(fields) => fields,
        }
    }
}

impl Case {
    pub(super) fn new(cx: &Ctxt, args: Args, ident: Ident, attrs: &[syn::Attribute], payload: Payload) -> Self {
        let name = name_of(cx, args.rename.as_ref(), &ident);
        let growth = Growth::new(cx, args);
        Self { ident, name, docs: growth.add_to(Docs::of(attrs)), payload, growth }
    }
}

/// The fields that have names, of a struct or a case.
fn named_fields(cx: &Ctxt, owner: Owner<'_>, fields: &mut syn::FieldsNamed) -> Vec<Field> {
    let mut members = Vec::new();
    let mut idents = Vec::new();
    for field in &mut fields.named {
        let mut args = attr::take(cx, &mut field.attrs, attr::FIELD_ARGS);
        attr::refuse_cfg(cx, &field.attrs, "field");
        let Some(field_ident) = field.ident.clone() else { continue };
        let itself = if args.adapt.is_none() { check_type(cx, owner, &field.ty) } else { None };
        let (name, adapt) = (name_of(cx, args.rename.as_ref(), &field_ident), args.adapt.take());
        let growth = Growth::new(cx, args);
        if let (Some(since), Some(Itself::Boxed)) = (&growth.since, itself) {
            cx.error(
                since,
                format!("an older side has no field `{field_ident}`, and a value of the type itself has no default"),
                "make the field an `Option<Box<..>>`",
            );
        }
        members.push(Field {
            name,
            docs: growth.add_to(Docs::of(&field.attrs)),
            ty: field.ty.clone(),
            adapt,
            growth,
            itself,
            place: field_ident.clone().into(),
        });
        idents.push(field_ident);
    }
    check_collisions(cx, idents.iter().zip(members.iter().map(|field| field.name.as_str())), "fields");
    members
}

/// The fields that have no names, of a struct or a case.
fn unnamed_fields(cx: &Ctxt, owner: Owner<'_>, fields: &mut FieldsUnnamed) -> Vec<Field> {
    let mut members = Vec::new();
    for (i, field) in fields.unnamed.iter_mut().enumerate() {
        let adapt = attr::take(cx, &mut field.attrs, attr::PAYLOAD_ARGS).adapt;
        attr::refuse_cfg(cx, &field.attrs, "field");
        let itself = if adapt.is_none() { check_type(cx, owner, &field.ty) } else { None };
        members.push(Field {
            place: Index::from(i).into(),
            name: String::new(),
            docs: Docs::default(),
            ty: field.ty.clone(),
            adapt,
            itself,
            growth: Growth::default(),
        });
    }
    members
}

/// The cases of an enum. `None` if the enum has none.
fn cases(cx: &Ctxt, owner: Owner<'_>, data: &mut DataEnum) -> Option<Vec<Case>> {
    let ident = owner.ident;
    if data.variants.is_empty() {
        cx.error(
            ident,
            format!("enum `{ident}` has no variants, and a WIT enum has at least one case"),
            "give it a variant",
        );
        return None;
    }
    let mut cases = Vec::new();
    for variant in &mut data.variants {
        let args = attr::take(cx, &mut variant.attrs, attr::CASE_ARGS);
        attr::refuse_cfg(cx, &variant.attrs, "variant");
        let payload = payload(cx, owner, &variant.ident, &mut variant.fields);
        cases.push(Case::new(cx, args, variant.ident.clone(), &variant.attrs, payload));
    }
    check_collisions(cx, cases.iter().map(|case| (&case.ident, case.name.as_str())), "variants");
    check_other(cx, ident, &cases);
    Some(cases)
}

/// Reports cases marked `other` beside the first one, and those with values that are no name.
fn check_other(cx: &Ctxt, ident: &Ident, cases: &[Case]) {
    let mut marked = cases.iter().filter_map(|case| Some((case, case.growth.other.as_ref()?)));
    let first = marked.next();
    for (case, other) in first.into_iter().chain(marked) {
        let first = &first.map_or(case, |(first, _)| first).ident;
        if *first != case.ident {
            cx.error(
                other,
                format!("enum `{ident}` has one case for those that are not known, and that is `{first}` already"),
                "remove `other` from one of them",
            );
        }
        let is_name = match &case.payload {
            Payload::None => true,
            Payload::Tuple(fields) => fields.len() == 1 && fields[0].itself.is_none(),
            Payload::Record(_) => false,
        };
        if !is_name {
            cx.error(
                other,
                format!("variant `{}` is for cases that are not known, and carries more than a name", case.ident),
                "let the variant carry nothing, or a `String`",
            );
        }
    }
}

/// What a case carries.
fn payload(cx: &Ctxt, owner: Owner<'_>, case: &Ident, fields: &mut Fields) -> Payload {
    match fields {
        Fields::Unit => Payload::None,
        fields if fields.is_empty() => {
            cx.error(&*fields, format!("variant `{case}` has an empty list of fields"), format!("write `{case}`"));
            Payload::None
        }
        Fields::Unnamed(fields) => Payload::Tuple(unnamed_fields(cx, owner, fields)),
        Fields::Named(fields) => Payload::Record(named_fields(cx, owner, fields)),
    }
}

/// The type that a field belongs to.
#[derive(Clone, Copy)]
struct Owner<'a> {
    ident: &'a Ident,
    generics: &'a Generics,
}

impl Owner<'_> {
    /// Whether a path looks like the type, with any arguments.
    fn is_named_by(self, path: &TypePath) -> bool {
        let segments = &path.path.segments;
        path.qself.is_none() && segments.len() == 1 && (segments[0].ident == *self.ident || segments[0].ident == "Self")
    }

    /// Whether a type is the type itself, with its own arguments.
    fn is(self, ty: &Type) -> bool {
        let Type::Path(path) = ungroup(ty) else { return false };
        if !self.is_named_by(path) {
            return false;
        }
        match &path.path.segments[0].arguments {
            PathArguments::None => true,
            PathArguments::AngleBracketed(args) => {
                let own = self.generics.params.iter().map(|param| match param {
                    GenericParam::Type(param) => &param.ident,
                    GenericParam::Const(param) => &param.ident,
                    GenericParam::Lifetime(param) => &param.lifetime.ident,
                });
                let is_own = |arg: &GenericArgument, own| match arg {
                    GenericArgument::Type(Type::Path(path)) => path.path.is_ident(own),
                    _ => false,
                };
                args.args.len() == own.len() && args.args.iter().zip(own).all(|(arg, own)| is_own(arg, own))
            }
            PathArguments::Parenthesized(_) => false,
        }
    }

    /// How a field of this type holds values of the owner.
    fn held_by(self, ty: &Type) -> Option<Itself> {
        let is_box = |ty: &Type| argument(ty, "Box").is_some_and(|item| self.is(item));
        if is_box(ty) {
            return Some(Itself::Boxed);
        }
        if argument(ty, "Vec").is_some_and(|item| self.is(item)) {
            return Some(Itself::List);
        }
        argument(ty, "Option").is_some_and(is_box).then_some(Itself::Optional)
    }
}

/// Reports the parts that no field may have: a reference, and the type itself in a place where it cannot cross. Returns
/// how the field holds values of the type itself.
fn check_type(cx: &Ctxt, owner: Owner<'_>, ty: &Type) -> Option<Itself> {
    struct Check<'a> {
        cx: &'a Ctxt,
        owner: Owner<'a>,
    }

    impl<'ast> Visit<'ast> for Check<'_> {
        fn visit_type(&mut self, ty: &'ast Type) {
            if is_borrowed(ty) {
                self.cx.error(
                    ty,
                    format!("type `{}` has a reference in it, and a WIT type owns its values", self.owner.ident),
                    "use the owned type: `String` for `&str`, `Vec<T>` for `&[T]`",
                );
                return;
            }
            visit::visit_type(self, ty);
        }

        fn visit_type_path(&mut self, path: &'ast TypePath) {
            if self.owner.is_named_by(path) {
                let Owner { ident, generics } = self.owner;
                let arguments = generics.split_for_impl().1.to_token_stream().to_string().replace(' ', "");
                let ty = format!("{ident}{}", arguments.replace(',', ", "));
                self.cx.error(
                    path,
                    format!(
                        "type `{ident}` contains itself, and a field may be `Box<{ty}>`, `Vec<{ty}>` or \
                         `Option<Box<{ty}>>` only"
                    ),
                    "use one of these, or keep the nodes in one list and let them refer to each other by index (`u32`)",
                );
                return;
            }
            visit::visit_type_path(self, path);
        }
    }

    let itself = owner.held_by(ty);
    if itself.is_none() {
        Check { cx, owner }.visit_type(ty);
    }
    itself
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
