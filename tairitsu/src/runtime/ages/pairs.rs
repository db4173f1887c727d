//! Which members of a type both sides have, and which only one side has because the other side is older.

use crate::runtime::image::mark::{Mark, mark};
use semver::Version;
use std::collections::HashSet;

/// A field, a case or a flag, as one side declares it.
#[derive(Clone, Copy)]
pub(super) struct Member<'m> {
    pub(super) name: &'m str,
    pub(super) docs: &'m str,
}

/// One of the two sides of a contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    Host,
    Guest,
}

/// The members of a type on one side.
pub(super) struct Declared<'m> {
    pub(super) members: Vec<Member<'m>>,
    /// The version of the package that declares the type.
    pub(super) version: Option<Version>,
}

/// A member of a type, by its index on the side that has it.
pub(super) enum Pair<'m> {
    Both { host: usize, guest: usize },
    Only { side: Side, index: usize, mark: Mark<'m> },
}

/// Pairs the members of a type. `None` if the two sides differ in more than their age.
///
/// Members that say that they are newer than the other side are left out. The others have the same names, in the same order.
pub(super) fn pair<'m>(host: &Declared<'m>, guest: &Declared<'m>) -> Option<Vec<Pair<'m>>> {
    let names = |declared: &Declared<'m>| declared.members.iter().map(|member| member.name).collect::<HashSet<_>>();
    let (hosts, guests) = (names(host), names(guest));
    let only = |side, index: usize| {
        let (declared, other) = match side {
            Side::Host => (host, guest),
            Side::Guest => (guest, host),
        };
        let mark = mark(declared.members[index].docs)?;
        (mark.since > *other.version.as_ref()?).then_some(Pair::Only { side, index, mark })
    };
    let mut pairs = Vec::with_capacity(host.members.len().max(guest.members.len()));
    let (mut i, mut j) = (0, 0);
    loop {
        pairs.push(match (host.members.get(i), guest.members.get(j)) {
            (None, None) => return Some(pairs),
            (Some(a), Some(b)) if a.name == b.name => {
                (i, j) = (i + 1, j + 1);
                Pair::Both { host: i - 1, guest: j - 1 }
            }
            (Some(a), _) if !guests.contains(a.name) => {
                i += 1;
                only(Side::Host, i - 1)?
            }
            (_, Some(b)) if !hosts.contains(b.name) => {
                j += 1;
                only(Side::Guest, j - 1)?
            }
            _ => return None,
        });
    }
}
