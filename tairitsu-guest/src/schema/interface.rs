//! Interfaces and their functions.

use super::{InterfaceId, Resource, Type};

/// Which way an interface crosses: out of the guest, or into it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// The guest imports the interface, and the host provides it.
    Import,
    /// The guest exports the interface, and the host calls it.
    Export,
}

/// An interface: a named set of types and functions, exported by one side and imported by the other.
#[derive(Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Interface {
    /// The whole id, `namespace:package/interface@version`. [`InterfaceId`] takes it apart.
    pub id: &'static str,
    /// The doc comment, or nothing.
    pub docs: &'static str,
    /// The interfaces whose types this one uses directly. The interfaces that those use are not in the list.
    pub uses: &'static [&'static Interface],
    /// The types that it declares beside those that its functions mention.
    pub types: &'static [Type],
    /// The resource that it declares. Its functions are then the functions of the resource.
    pub resource: Option<&'static Resource>,
    /// The functions, in declaration order.
    pub functions: &'static [Function],
}

/// A function of an interface.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Function {
    /// The WIT name, in kebab case.
    pub name: &'static str,
    /// The doc comment, or nothing.
    pub docs: &'static str,
    /// The parameters, in order.
    pub params: &'static [Param],
    /// The result; [`Type::Unit`] if there is none.
    pub result: Type,
    /// Whether the caller has a default body for it, so that a guest may lack it.
    pub optional: bool,
    /// The version of the package in which the function came, or nothing.
    pub since: &'static str,
}

/// A parameter of a function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Param {
    /// The WIT name, in kebab case.
    pub name: &'static str,
    /// The type.
    pub ty: Type,
}

impl Interface {
    #[doc(hidden)]
    pub const fn __new(
        id: &'static str,
        docs: &'static str,
        uses: &'static [&'static Interface],
        types: &'static [Type],
        resource: Option<&'static Resource>,
        functions: &'static [Function],
    ) -> Self {
        Self { id, docs, uses, types, resource, functions }
    }

    /// Returns the interface itself. A descriptor has a function of the same name, so generated code can call it on
    /// either.
    pub const fn interface(&'static self) -> &'static Interface {
        self
    }

    /// The interface's own name: the text between the `/` and the `@` of its id. The whole id if that is malformed.
    pub fn name(&self) -> &'static str {
        InterfaceId::parse(self.id).map_or(self.id, |id| id.interface)
    }

    /// The id of the package, `namespace:package@version`. Empty if the interface's id is malformed.
    pub fn package(&self) -> String {
        InterfaceId::parse(self.id).map_or_else(String::new, |id| id.package_id())
    }
}

impl Function {
    #[doc(hidden)]
    pub const fn __new(
        name: &'static str,
        docs: &'static str,
        params: &'static [Param],
        result: Type,
        optional: bool,
    ) -> Self {
        Self { name, docs, params, result, optional, since: "" }
    }
}

impl Param {
    #[doc(hidden)]
    pub const fn __new(name: &'static str, ty: Type) -> Self {
        Self { name, ty }
    }
}
