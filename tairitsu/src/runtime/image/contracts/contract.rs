//! A contract as it is given, and as it is compared: its WIT, with bounds.

use super::super::decode::answer;
use super::super::image::Image;
use super::super::names::{check_lengths, definition_of};
use crate::runtime::base::load_error::Error;
use crate::runtime::base::trap::{SHOWN, cut};
use std::borrow::Cow;
use wit_parser::{Function, PackageId, Resolve, Type, TypeDefKind, TypeId, UnresolvedPackageGroup, World, WorldId};

/// One of the two contracts that are compared: an image, or a WIT text. Made by `into()`.
///
/// A text has one package with its own interfaces and worlds. The packages that it uses stand in it as
/// `package namespace:name { .. }`, as in the text of [`Image::wit`].
#[derive(Clone, Copy, Debug)]
pub struct Contract<'a>(Source<'a>);

#[derive(Clone, Copy, Debug)]
enum Source<'a> {
    Image(&'a Image),
    Text(&'a str),
}

impl<'a> From<&'a Image> for Contract<'a> {
    fn from(image: &'a Image) -> Self {
        Self(Source::Image(image))
    }
}

impl<'a> From<&'a str> for Contract<'a> {
    fn from(text: &'a str) -> Self {
        Self(Source::Text(text))
    }
}

impl<'a> From<&'a String> for Contract<'a> {
    fn from(text: &'a String) -> Self {
        Self(Source::Text(text))
    }
}

/// The longest text. All of WASI has a third of it.
const LONGEST: usize = 1 << 20;

/// The most packages of a text. `wit-parser` looks at all packages again for each one.
const MAX_PACKAGES: usize = 500;

/// How deep types may be inside each other. wasmtime allows no deeper ones.
const MAX_DEPTH: u32 = 100;

/// A contract that can be compared. Names, depth and size have bounds.
pub(super) struct Loaded<'a> {
    pub(super) resolve: Cow<'a, Resolve>,
    pub(super) is_image: bool,
    /// The package of a text, or that of an image's world.
    pub(super) package: Option<PackageId>,
    pub(super) worlds: Vec<WorldId>,
    /// For each type, what it is without aliases.
    definitions: Vec<Type>,
}

impl<'a> Loaded<'a> {
    /// `which` is `old` or `new`, for errors.
    pub(super) fn new(Contract(source): Contract<'a>, which: &str) -> Result<Self, Error> {
        let fail = |message: String| {
            let message = format!("the {which} one: {}", cut(message.as_bytes(), SHOWN));
            Error::Contracts { message }
        };
        let loaded = match source {
            Source::Image(image) => {
                image.check()?;
                Self::image(image)
            }
            Source::Text(text) => Self::text(text, which).map_err(fail)?,
        };
        loaded.check_depth().map_err(fail)?;
        Ok(loaded)
    }

    fn image(image: &'a Image) -> Self {
        let (resolve, world) = (image.resolve(), image.world());
        let worlds = resolve.worlds.iter().filter(|(_, found)| std::ptr::eq(*found, world)).map(|(id, _)| id);
        Self {
            is_image: true,
            package: world.package,
            worlds: worlds.collect(),
            definitions: definitions(resolve),
            resolve: Cow::Borrowed(resolve),
        }
    }

    fn text(text: &str, which: &str) -> Result<Self, String> {
        if text.len() > LONGEST {
            return Err(format!("expected a text of at most {LONGEST} bytes, found {}", text.len()));
        }
        // `wit-parser` follows packages, interfaces and types by recursion. A level takes ten bytes of a text, and less
        // than a kilobyte of the stack.
        let (resolve, package) = answer(|| {
            stacker::grow((1 << 20) + 256 * text.len(), || {
                let parsed = UnresolvedPackageGroup::parse(format!("{which}.wit"), text);
                let packages = parsed.map_err(|(source, error)| error.render(&source))?;
                let found = 1 + packages.nested.len();
                if found > MAX_PACKAGES {
                    return Err(format!("expected at most {MAX_PACKAGES} packages, found {found}"));
                }
                let mut resolve = Resolve::default();
                match resolve.push_group(packages) {
                    Ok(package) => Ok((resolve, package)),
                    Err(error) => Err(error.render(&resolve.source_map)),
                }
            })
        })?;
        check_lengths(&resolve)?;
        Ok(Self {
            is_image: false,
            package: Some(package),
            worlds: resolve.packages[package].worlds.values().copied().collect(),
            definitions: definitions(&resolve),
            resolve: Cow::Owned(resolve),
        })
    }

    /// Refuses types that are deeper than [`MAX_DEPTH`]. An alias adds nothing.
    fn check_depth(&self) -> Result<(), String> {
        let mut depths = vec![0u32; self.resolve.types.len()];
        let mut is_done = false;
        // A type stands behind the types that it uses. So the first round finds each depth, and the second one ends.
        while !is_done {
            is_done = true;
            for (id, ty) in self.resolve.types.iter() {
                let mut depth = u32::from(!matches!(ty.kind, TypeDefKind::Type(_)));
                let own = depth;
                each_part(&ty.kind, &mut |part| {
                    if let Type::Id(part) = part {
                        depth = depth.max(own.saturating_add(depths[part.index()]));
                    }
                });
                if depth > MAX_DEPTH {
                    return Err(format!(
                        "expected types that are at most {MAX_DEPTH} deep inside each other, found deeper ones"
                    ));
                }
                if depth > depths[id.index()] {
                    depths[id.index()] = depth;
                    is_done = false;
                }
            }
        }
        Ok(())
    }

    /// The type without aliases.
    pub(super) fn definition(&self, ty: &Type) -> Type {
        match ty {
            Type::Id(id) => self.definitions[id.index()],
            primitive => *primitive,
        }
    }

    pub(super) fn is_option(&self, ty: &Type) -> bool {
        matches!(self.definition(ty), Type::Id(id) if matches!(self.resolve.types[id].kind, TypeDefKind::Option(_)))
    }

    pub(super) fn worlds(&self) -> impl Iterator<Item = &World> {
        self.worlds.iter().map(|id| &self.resolve.worlds[*id])
    }

    /// Whether functions reach the type from some interface of the package.
    pub(super) fn used(&self, functions: impl Iterator<Item = &'a Function>) -> Vec<bool>
    where
        Self: 'a,
    {
        let mut used = vec![false; self.resolve.types.len()];
        let mut next: Vec<TypeId> = Vec::new();
        let mut add = |ty: &Type, next: &mut Vec<TypeId>| {
            if let Type::Id(id) = ty
                && !std::mem::replace(&mut used[id.index()], true)
            {
                next.push(*id);
            }
        };
        for function in functions {
            function.parameter_and_result_types().for_each(|ty| add(&ty, &mut next));
        }
        while let Some(id) = next.pop() {
            each_part(&self.resolve.types[id].kind, &mut |part| add(part, &mut next));
        }
        used
    }
}

/// Calls `look` with each type that the type consists of.
fn each_part(kind: &TypeDefKind, look: &mut dyn FnMut(&Type)) {
    match kind {
        TypeDefKind::Record(record) => record.fields.iter().for_each(|field| look(&field.ty)),
        TypeDefKind::Variant(variant) => variant.cases.iter().filter_map(|case| case.ty.as_ref()).for_each(look),
        TypeDefKind::Tuple(tuple) => tuple.types.iter().for_each(look),
        TypeDefKind::Result(result) => result.ok.iter().chain(&result.err).for_each(look),
        TypeDefKind::Future(part) | TypeDefKind::Stream(part) => part.iter().for_each(look),
        TypeDefKind::Option(part)
        | TypeDefKind::List(part)
        | TypeDefKind::FixedLengthList(part, _)
        | TypeDefKind::Type(part) => look(part),
        TypeDefKind::Map(key, value) => [key, value].into_iter().for_each(look),
        TypeDefKind::Resource
        | TypeDefKind::Handle(_)
        | TypeDefKind::Flags(_)
        | TypeDefKind::Enum(_)
        | TypeDefKind::Unknown => {}
    }
}

fn definitions(resolve: &Resolve) -> Vec<Type> {
    let mut definitions: Vec<Type> = Vec::with_capacity(resolve.types.len());
    for (id, ty) in resolve.types.iter() {
        definitions.push(match ty.kind {
            // An alias stands behind its type.
            TypeDefKind::Type(Type::Id(of)) => match definitions.get(of.index()) {
                Some(definition) => *definition,
                None => Type::Id(definition_of(resolve, of)),
            },
            TypeDefKind::Type(primitive) => primitive,
            _ => Type::Id(id),
        });
    }
    definitions
}
