//! Whether a new version of a contract serves those who know the old version: a check before a release.
//!
//! [`between`] compares two contracts that are known as WIT only. Each of them is an [`Image`](crate::Image) or a WIT
//! text. [`Image::compatibility`](crate::Image::compatibility) compares an image with a Rust trait.
//!
//! # The rules
//!
//! The question is who breaks. A host that knows the old exports calls the new image. A host that provided the old
//! imports serves the new image.
//!
//! | what | in an export | in an import | in a package without a world |
//! |---|---|---|---|
//! | a function, an interface or a resource is added | minor | major | minor |
//! | a function, an interface or a resource is removed | major | minor | major |
//! | it has another name: one is removed and another one added | major | major | major |
//! | the type of a function changes, or `async` does | major | major | major |
//! | a parameter has another name | major | major | major |
//! | a part of a type is added and says that it is new | minor | minor | minor |
//! | any other change of a type: parts, their order, their names | major | major | major |
//! | a type has another name and the same structure | patch | patch | patch |
//! | a doc comment changes, or `@since`, `@unstable` or `@deprecated` | patch | patch | patch |
//! | the order of functions or of interfaces changes | same | same | same |
//!
//! - **A part of a type** is a field of a record, a case of a variant or of an enum, or a flag. It says that it is new by a
//!   line of its doc comment that begins with `Since ` and a version, such as `Since 1.1.0.`. The version must be newer than
//!   the package of the type in the old contract. A field is an option, too, or its line goes on with its default as WAVE, as in
//!   ``Since 1.1.0. Default: `5`.``
//! - **Types** are compared by their structure, as a component compares them. Aliases, `use`, and the interface that declares
//!   a type make no difference. A resource is the same if its name and its interface are the same.
//! - **A parameter's name** counts, because some calls name their arguments, and because tools that compose components
//!   compare the names.
//! - **An import without functions and resources** makes no difference, because nobody has to provide types.
//! - **Versions of an interface** on one track are one interface: those of one major version, or of one minor version `0.x`. A
//!   host finds the highest version on the track. On another track an interface is removed and another one added.
//! - **The version of a package** has to grow as the verdict demands. [`Changes::versions`] names each package whose version
//!   has grown too little. This does not change the verdict. The imports of an image prove nothing about a package, because an
//!   image has only the functions that it calls.
//! - **Worlds**: if each contract has one world, the two are compared, whatever their names are. Several worlds of a text are
//!   compared by name. A world that is added is minor, and a world that is removed is major. Interfaces that are in no world
//!   are compared only if there is no world at all.
//! - **A package without a world** also has types that no function uses, for other packages. They are compared by name. One
//!   that is added is minor, and one that is removed is major.
//! - **Doc comments**: if an image has none at some place, it says nothing about that place. A component of another origin has
//!   no doc comments at all.
//! - **Items that are `@unstable`** are not part of a contract.

pub use crate::runtime::Compatibility;
pub use crate::runtime::contracts::{
    Bridge, Change, ChangeKind, Changes, Contract, How, Verdict, VersionTooLow, between,
};
