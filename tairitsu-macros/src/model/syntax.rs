//! Types as syntax. A type that arrives through a macro's `$ty:ty` has a group without delimiters around it.

use syn::visit_mut::{self, VisitMut};
use syn::{GenericArgument, PathArguments, Type};

/// The type inside the groups around it.
pub(super) fn ungroup(ty: &Type) -> &Type {
    match ty {
        Type::Group(group) => ungroup(&group.elem),
        ty => ty,
    }
}

/// The same type without any groups, at no depth.
pub(super) fn without_groups(ty: &Type) -> Type {
    struct Ungroup;

    impl VisitMut for Ungroup {
        fn visit_type_mut(&mut self, ty: &mut Type) {
            while let Type::Group(group) = ty {
                *ty = (*group.elem).clone();
            }
            visit_mut::visit_type_mut(self, ty);
        }
    }

    let mut ty = ty.clone();
    Ungroup.visit_type_mut(&mut ty);
    ty
}

/// The only argument of a type of this name.
pub(super) fn argument<'t>(ty: &'t Type, name: &str) -> Option<&'t Type> {
    let Type::Path(path) = ungroup(ty) else { return None };
    let last = path.path.segments.last().filter(|last| last.ident == name)?;
    let PathArguments::AngleBracketed(args) = &last.arguments else { return None };
    match (args.args.first()?, args.args.len()) {
        (GenericArgument::Type(ty), 1) => Some(ty),
        _ => None,
    }
}
