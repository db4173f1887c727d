//! What is known while two contracts are compared: where the comparison is, and what it has found.

use super::age::lowest;
use super::changes::{Change, ChangeKind, Changes, Verdict, VersionTooLow};
use super::contract::Loaded;
use crate::runtime::base::load_error::Error;
use crate::runtime::base::trap::cut;
use semver::Version;
use std::collections::{BTreeMap, HashSet};
use std::fmt::{Display, Write};
use tairitsu_guest::schema::Role;
use wit_parser::{Docs, PackageId, PackageName, Stability, TypeId};

/// The most types, functions and parts of types that are looked at. Two contracts may have any number of pairs of types.
const LOOKS: usize = 1_000_000;

/// The most bytes of a path, or of a doc comment.
const LONGEST: usize = 2_000;

pub(super) struct Comparison<'a> {
    pub(super) old: &'a Loaded<'a>,
    pub(super) new: &'a Loaded<'a>,
    changes: Changes,
    counts: [usize; 4],
    /// For each package, the old and the new version, and the verdict of its differences.
    versions: BTreeMap<String, (Version, Version, Verdict)>,
    looks: usize,
    /// The pairs of types that have been compared.
    pub(super) seen: HashSet<(TypeId, TypeId)>,
    /// Where the comparison is.
    pub(super) role: Option<Role>,
    path: String,
    /// The old and the new package that a difference here belongs to.
    package: Option<(PackageId, PackageId)>,
}

impl<'a> Comparison<'a> {
    pub(super) fn new(old: &'a Loaded<'a>, new: &'a Loaded<'a>) -> Self {
        Self {
            old,
            new,
            changes: Changes::none(),
            counts: [0; 4],
            versions: BTreeMap::new(),
            looks: LOOKS,
            seen: HashSet::new(),
            role: None,
            path: String::new(),
            package: None,
        }
    }

    pub(super) fn finish(self) -> Changes {
        let versions = self.versions.into_iter().filter_map(|(package, (old, new, verdict))| {
            let expected = lowest(&old, &new, verdict)?.to_string();
            Some(VersionTooLow { package, verdict, old: old.to_string(), expected, found: new.to_string() })
        });
        self.changes.finish(versions)
    }

    /// Counts what is looked at.
    pub(super) fn look(&mut self, count: usize) -> Result<(), Error> {
        match self.looks.checked_sub(count) {
            Some(left) => self.looks = left,
            None => {
                let message = format!("expected at most {LOOKS} types and parts of types, found more");
                return Err(Error::Contracts { message });
            }
        }
        Ok(())
    }

    /// Goes on with a part of what is here.
    pub(super) fn at<R>(&mut self, part: impl Display, look: impl FnOnce(&mut Self) -> R) -> R {
        let len = self.path.len();
        let _ = write!(self.path, "{part}");
        let result = look(self);
        self.path.truncate(len);
        result
    }

    /// Goes on with what belongs to two packages.
    pub(super) fn of<R>(
        &mut self,
        old: Option<PackageId>,
        new: Option<PackageId>,
        look: impl FnOnce(&mut Self) -> R,
    ) -> R {
        let before = std::mem::replace(&mut self.package, old.zip(new));
        let result = look(self);
        self.package = before;
        result
    }

    fn package(&self) -> Option<(&'a PackageName, &'a PackageName)> {
        let (old, new) = self.package?;
        Some((&self.old.resolve.packages[old].name, &self.new.resolve.packages[new].name))
    }

    /// The version that a part of a type has to be younger than: that of the type's package, or of the package here.
    pub(super) fn old_version(&self, home: Option<PackageId>) -> Option<&'a Version> {
        let home = home.map(|home| &self.old.resolve.packages[home].name).or_else(|| Some(self.package()?.0));
        home?.version.as_ref()
    }

    /// Adds a difference here.
    pub(super) fn add(
        &mut self,
        verdict: Verdict,
        kind: ChangeKind,
        expected: impl FnOnce() -> Option<String>,
        found: impl FnOnce() -> Option<String>,
    ) {
        if let Some((old, new)) = self.package()
            && (&old.namespace, &old.name) == (&new.namespace, &new.name)
            && let (Some(before), Some(after)) = (&old.version, &new.version)
        {
            let package = format!("{}:{}", old.namespace, old.name);
            let versions = self.versions.entry(package);
            let (.., greatest) = versions.or_insert_with(|| (before.clone(), after.clone(), verdict));
            *greatest = verdict.max(*greatest);
        }
        let (role, path) = (self.role, &self.path);
        self.changes.add(&mut self.counts, verdict, || {
            let mut path = path.trim_end().to_string();
            if path.len() > LONGEST {
                path = cut(path.as_bytes(), LONGEST) + "..";
            }
            Change { verdict, kind, role, path, expected: expected(), found: found() }
        });
    }

    /// Adds a difference of what is on one side only: what the old contract has, or what the new one has.
    pub(super) fn one_side(&mut self, verdict: Verdict, old: Option<String>, new: Option<String>) {
        let kind = if old.is_some() { ChangeKind::Removed } else { ChangeKind::Added };
        self.add(verdict, kind, || old, || new);
    }

    /// Compares doc comments, without the space around their lines.
    pub(super) fn docs(&mut self, old: (&Docs, &Stability), new: (&Docs, &Stability)) {
        let text = |docs: &Docs| -> Option<String> {
            let docs = docs.contents.as_deref().map(str::trim).filter(|docs| !docs.is_empty())?;
            Some(docs.lines().map(str::trim).collect::<Vec<_>>().join("\n"))
        };
        let (before, after) = (text(old.0), text(new.0));
        // An image of another origin than ours has no doc comments, and no image has annotations.
        let is_unknown = (self.old.is_image && before.is_none()) || (self.new.is_image && after.is_none());
        let is_annotated = !self.old.is_image && !self.new.is_image;
        if (before != after && !is_unknown) || (is_annotated && old.1 != new.1) {
            let shown = |text: Option<String>| text.map(|text| cut(text.as_bytes(), LONGEST));
            self.add(Verdict::Patch, ChangeKind::Documented, || shown(before), || shown(after));
        }
    }
}
