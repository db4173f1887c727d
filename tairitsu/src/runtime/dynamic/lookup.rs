//! The functions of an image, and how a name finds one of them.

use super::function::Function;
use super::nearest::distance;
use super::of_wit;
use crate::runtime::base::call_error::CallError;
use crate::runtime::base::track::without_version;
use crate::runtime::image::image::Image;
use std::collections::HashMap;

/// The functions of an image, to be found by name.
pub(crate) struct Functions {
    all: Vec<Function>,
    /// The index of each function, by its whole name.
    index: HashMap<String, usize>,
}

impl Functions {
    pub(super) fn new(all: Vec<Function>) -> Self {
        let index = all.iter().enumerate().map(|(i, function)| (function.full_name().to_string(), i)).collect();
        Self { all, index }
    }

    pub(crate) fn all(&self) -> &[Function] {
        &self.all
    }

    /// Finds a function by its whole name, or by a tail of it that no other function has.
    ///
    /// A tail begins after `/`, `:`, `#` or `.`, or after the `[method]` of a resource's function. The version may be left
    /// out. So `acme:hello/greeter@1.0.0#greet` is `greet`, `greeter#greet` and `acme:hello/greeter#greet`, too.
    ///
    /// # Errors
    ///
    /// - [`CallError::NoFunction`] and [`CallError::Ambiguous`].
    pub(crate) fn find(&self, name: &str) -> Result<usize, CallError> {
        if let Some(index) = self.index.get(name) {
            return Ok(*index);
        }
        let found: Vec<_> = (0..self.all.len()).filter(|index| is_tail(&self.all[*index], name)).collect();
        match found[..] {
            [index] => Ok(index),
            [] => Err(CallError::NoFunction { function: name.into(), nearest: self.nearest(name) }),
            _ => {
                let candidates = found.iter().map(|index| self.all[*index].full_name().to_string()).collect();
                Err(CallError::Ambiguous { function: name.into(), candidates })
            }
        }
    }

    /// The whole name of the function whose own name, or whose whole name, is the most similar.
    fn nearest(&self, name: &str) -> Option<String> {
        let own = name.rsplit(['#', '/', '.', ']']).next().unwrap_or(name);
        let distance = |function: &Function| {
            let tail = function.name.rsplit(['.', ']']).next().unwrap_or(&function.name);
            distance(own, tail).min(distance(name, function.full_name()))
        };
        let (least, function) =
            self.all.iter().map(|function| (distance(function), function)).min_by_key(|(d, _)| *d)?;
        // A name of which most differs is no help.
        (least <= own.chars().count().max(3) / 2).then(|| function.full_name().to_string())
    }
}

impl Image {
    /// Every function that the image exports: those of its interfaces, those of resources, and those outside any
    /// interface.
    pub fn functions(&self) -> &[Function] {
        self.lookup().all()
    }

    /// Every function that the image imports.
    pub fn imported_functions(&self) -> Vec<Function> {
        of_wit::functions(self.resolve(), &self.world().imports)
    }

    /// The exported functions, to be found by name.
    pub(crate) fn lookup(&self) -> &Functions {
        self.kept(|| Functions::new(of_wit::functions(self.resolve(), &self.world().exports)))
    }
}

/// Whether a name is a tail of the function's whole name, with or without the version.
fn is_tail(function: &Function, name: &str) -> bool {
    let of = |whole: &str| match whole.strip_suffix(name) {
        Some(before) => before.is_empty() || before.ends_with(['/', ':', '#', '.', ']']),
        None => false,
    };
    let bare = |interface: &str| match function.name.split_once(']') {
        Some((_, rest)) => of(&joined(interface, rest)),
        None => false,
    };
    let without = without_version(&function.interface);
    [&*function.interface, without]
        .into_iter()
        .any(|interface| of(&joined(interface, &function.name)) || bare(interface))
}

fn joined(interface: &str, name: &str) -> String {
    if interface.is_empty() { name.into() } else { format!("{interface}#{name}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn functions(names: &[(&str, &str)]) -> Functions {
        let function =
            |(interface, name): &(&str, &str)| Function::new(&(*interface).into(), name, "", Vec::new(), None, false);
        Functions::new(names.iter().map(function).collect())
    }

    #[test]
    fn a_tail_finds_a_function() {
        let functions = functions(&[
            ("acme:hello/greeter@1.0.0", "greet"),
            ("acme:hello/greeter@1.0.0", "leave"),
            ("acme:hello/others@1.0.0", "leave"),
            ("acme:hello/counters", "[method]counter.count"),
            ("acme:hello/counters", "[constructor]counter"),
            ("", "run"),
            ("", "leave"),
        ]);
        for (name, index) in [
            ("greet", 0),
            ("greeter#greet", 0),
            ("greeter@1.0.0#greet", 0),
            ("hello/greeter#greet", 0),
            ("acme:hello/greeter#greet", 0),
            ("acme:hello/greeter@1.0.0#greet", 0),
            ("others#leave", 2),
            ("count", 3),
            ("counter.count", 3),
            ("counters#[method]counter.count", 3),
            ("counter", 4),
            ("run", 5),
            // A whole name comes before tails.
            ("leave", 6),
        ] {
            assert_eq!(functions.find(name).ok(), Some(index), "{name}");
        }
        for absent in ["", "reet", "greeter", "Greet", "greet#greet", "[method]count"] {
            assert!(matches!(functions.find(absent), Err(CallError::NoFunction { .. })), "{absent}");
        }
    }

    #[test]
    fn errors_help() {
        let functions = functions(&[("a:b/c", "greet"), ("a:b/d", "greet"), ("a:b/c", "leave")]);
        let text = |name| functions.find(name).unwrap_err().to_string();
        assert_eq!(
            text("greet"),
            "expected the name of one function, found `greet`, which may be `a:b/c#greet`, `a:b/d#greet`"
        );
        assert_eq!(text("laeve"), "expected a function that the image exports, found `laeve`: there is `a:b/c#leave`");
        assert_eq!(text("something-else"), "expected a function that the image exports, found `something-else`");
        assert!(text(&"x".repeat(100_000)).len() < 200_000);
    }
}
