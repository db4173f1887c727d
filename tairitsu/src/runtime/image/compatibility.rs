//! Whether an image and an interface fit together. The check links and instantiates nothing.

use super::compare::{self, Wants, find_export};
use super::image::Image;
use crate::__private::HasInterface;
use crate::descriptor::Descriptor;
use crate::runtime::base::load_error::Error;
use crate::runtime::base::report::{self, Report};
use crate::runtime::base::track::{same_track, without_version};
use std::fmt;
use tairitsu_guest::schema::{Interface, Role};
use wit_parser::WorldItem;

/// Whether an image and an interface fit together, by version and by structure.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Compatibility {
    /// Every function that one side calls exists on the other side, with the same type.
    Compatible,
    /// The image is older than the trait and lacks some functions. The trait's default bodies serve them, on the host.
    #[non_exhaustive]
    Defaulted {
        /// The names of the functions that the image lacks.
        functions: Vec<String>,
    },
    /// The image does not export the interface in any version that is compatible by semver.
    #[non_exhaustive]
    Absent {
        /// The interface's id.
        interface: String,
        /// The ids under which the image exports it in other versions.
        found: Vec<String>,
    },
    /// One side calls functions that the other side lacks, or has with another type.
    #[non_exhaustive]
    Incompatible {
        /// The interface's id.
        interface: String,
        /// Every missing and every differing function.
        report: Report,
    },
}

impl Compatibility {
    /// Whether containers of the image can be used through the interface.
    pub fn is_compatible(&self) -> bool {
        matches!(self, Compatibility::Compatible | Compatibility::Defaulted { .. })
    }

    /// Returns the error of a caller that needs the interface from `image`. Returns `None` if both fit together.
    pub(crate) fn into_error(self, image: &Image) -> Option<Error> {
        match self {
            Compatibility::Compatible | Compatibility::Defaulted { .. } => None,
            Compatibility::Absent { interface, .. } => {
                let found = image.exports().into_iter().map(|export| export.id).collect();
                Some(Error::NoExport { interface, found })
            }
            Compatibility::Incompatible { interface, report } => Some(Error::Exports { interface, report }),
        }
    }
}

impl fmt::Display for Compatibility {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Compatibility::Compatible => f.write_str("compatible"),
            Compatibility::Defaulted { functions } => {
                write!(f, "compatible, with the trait's default for {}", report::list(functions))
            }
            Compatibility::Absent { interface, found } if found.is_empty() => {
                write!(f, "expected an image that exports `{interface}`, found none of that name")
            }
            Compatibility::Absent { interface, found } => {
                write!(f, "expected an image that exports `{interface}`, found {}", report::list(found))
            }
            Compatibility::Incompatible { interface, report } => {
                write!(f, "`{interface}` is not the same on both sides:\n{report}")
            }
        }
    }
}

impl Image {
    /// Compares the image with an interface. Links and runs nothing.
    ///
    /// - For a `#[tairitsu::guest]` trait, the image must export every function that has no default body.
    /// - For a `#[tairitsu::host]` trait, the trait must have every function that the image imports. An image that
    ///   imports no version of the interface is compatible.
    pub fn compatibility<I: ?Sized + HasInterface>(&self, _interface: Descriptor<I>) -> Compatibility {
        match I::ROLE {
            Role::Export => self.exported(I::INTERFACE),
            Role::Import => self.imported(I::INTERFACE),
        }
    }

    fn exported(&self, interface: &'static Interface) -> Compatibility {
        let resolve = self.resolve();
        let Some((name, id)) = find_export(self, interface) else {
            let found = self.exports().into_iter().map(|export| export.id);
            let found = found.filter(|id| without_version(id) == without_version(interface.id)).collect();
            return Compatibility::Absent { interface: interface.id.into(), found };
        };
        let exported = &resolve.interfaces[id];
        let mut report = Report::default();
        compare::compare(&mut report, Wants::Rust, interface, resolve, &name, exported);
        if !report.is_empty() {
            return Compatibility::Incompatible { interface: interface.id.into(), report };
        }
        let lacks = interface.functions.iter().filter(|function| !exported.functions.contains_key(function.name));
        let functions: Vec<_> = lacks.map(|function| function.name.to_string()).collect();
        if functions.is_empty() { Compatibility::Compatible } else { Compatibility::Defaulted { functions } }
    }

    fn imported(&self, interface: &'static Interface) -> Compatibility {
        let resolve = self.resolve();
        let mut report = Report::default();
        for (key, item) in &self.world().imports {
            let (name, WorldItem::Interface { id, .. }) = (resolve.name_world_key(key), item) else { continue };
            let wanted = &resolve.interfaces[*id];
            if same_track(interface.id, &name) {
                compare::compare(&mut report, Wants::Component, interface, resolve, &name, wanted);
            } else if without_version(&name) == without_version(interface.id) {
                for function in wanted.functions.values() {
                    report.add(|report| &mut report.missing, || compare::missing(&name, resolve, function));
                }
            }
        }
        if report.is_empty() {
            Compatibility::Compatible
        } else {
            Compatibility::Incompatible { interface: interface.id.into(), report }
        }
    }
}
