//! Whether an image and an interface fit together. The check links and instantiates nothing.

use super::compare::{self, Compared, Wants, find_export};
use crate::__private::HasInterface;
use crate::descriptor::Descriptor;
use crate::runtime::base::load_error::Error;
use crate::runtime::base::report::{self, Bridge, Report};
use crate::runtime::base::track::{same_track, without_version};
use crate::runtime::image::image::Image;
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
    /// One side is older than the other. Values go from one to the other by what the contract says.
    #[non_exhaustive]
    Bridged {
        /// Where one side is older, and what happens there. At most 1,000.
        bridges: Vec<Bridge>,
        /// The names of the functions that the image lacks. The trait's default bodies serve them.
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
        matches!(self, Compatibility::Compatible | Compatibility::Defaulted { .. } | Compatibility::Bridged { .. })
    }

    /// Returns the error of a caller that needs the interface from `image`. Returns `None` if both fit together.
    pub(crate) fn into_error(self, image: &Image) -> Option<Error> {
        match self {
            Compatibility::Compatible | Compatibility::Defaulted { .. } | Compatibility::Bridged { .. } => None,
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
            Compatibility::Bridged { bridges, functions } => {
                f.write_str("compatible, with one side older than the other")?;
                if !functions.is_empty() {
                    write!(f, ", and with the trait's default for {}", report::list(functions))?;
                }
                f.write_str(":")?;
                bridges.iter().try_for_each(|bridge| write!(f, "\n  {bridge}"))
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
        let mut compared = Compared::default();
        compare::compare(&mut compared, Wants::Rust, interface, resolve, &name, exported);
        let Compared { report, bridges, .. } = compared;
        if !report.is_empty() {
            return Compatibility::Incompatible { interface: interface.id.into(), report };
        }
        let lacks = interface.functions.iter().filter(|function| !exported.functions.contains_key(function.name));
        let functions: Vec<_> = lacks.map(|function| function.name.to_string()).collect();
        match (bridges.is_empty(), functions.is_empty()) {
            (true, true) => Compatibility::Compatible,
            (true, false) => Compatibility::Defaulted { functions },
            (false, _) => Compatibility::Bridged { bridges, functions },
        }
    }

    fn imported(&self, interface: &'static Interface) -> Compatibility {
        let resolve = self.resolve();
        let mut compared = Compared::default();
        for (key, item) in &self.world().imports {
            let (name, WorldItem::Interface { id, .. }) = (resolve.name_world_key(key), item) else { continue };
            let wanted = &resolve.interfaces[*id];
            if same_track(interface.id, &name) {
                compare::compare(&mut compared, Wants::Component, interface, resolve, &name, wanted);
            } else if without_version(&name) == without_version(interface.id) {
                for function in wanted.functions.values() {
                    let entry = || compare::missing(&name, resolve, function);
                    compared.report.add(|report| &mut report.missing, entry);
                }
            }
        }
        let Compared { report, bridges, .. } = compared;
        match (report.is_empty(), bridges.is_empty()) {
            (true, true) => Compatibility::Compatible,
            (true, false) => Compatibility::Bridged { bridges, functions: Vec::new() },
            (false, _) => Compatibility::Incompatible { interface: interface.id.into(), report },
        }
    }
}
