//! The interfaces that were resolved and checked. Each is resolved once for all containers of a template.

use std::any::TypeId;
use std::sync::OnceLock;

/// The interfaces of one template that have a client, in the order of their first use.
///
/// The list grows and is read without a lock: it is short, and many containers read it.
pub(crate) struct Resolutions<T> {
    next: OnceLock<Box<Node<T>>>,
}

impl<T> Default for Resolutions<T> {
    fn default() -> Self {
        Self { next: OnceLock::new() }
    }
}

struct Node<T> {
    interface: TypeId,
    exports: T,
    rest: Resolutions<T>,
}

impl<T: Default> Resolutions<T> {
    /// The functions of an interface, if they are in the list.
    pub(crate) fn get(&self, interface: TypeId) -> Option<&T> {
        let mut list = self;
        while let Some(node) = list.next.get() {
            if node.interface == interface {
                return Some(&node.exports);
            }
            list = &node.rest;
        }
        None
    }

    /// Adds the functions of an interface that the image exports, after they were checked. Two containers may do this
    /// at once: both have found the same functions, and one copy is kept.
    pub(crate) fn keep(&self, interface: TypeId, mut exports: T) -> &T {
        let mut list = self;
        loop {
            let node = list.next.get_or_init(|| {
                Box::new(Node { interface, exports: std::mem::take(&mut exports), rest: Self::default() })
            });
            if node.interface == interface {
                return &node.exports;
            }
            list = &node.rest;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::thread;

    struct Type<const N: usize>;

    /// Each interface is kept once and found again, no matter which thread comes first.
    #[test]
    fn from_many_threads() {
        let ids = [TypeId::of::<Type<1>>(), TypeId::of::<Type<2>>(), TypeId::of::<Type<3>>()];
        let len = |id| ids.iter().position(|known| *known == id).unwrap() + 1;
        for _ in 0..100 {
            let list = &Resolutions::<Vec<u8>>::default();
            thread::scope(|scope| {
                for at in 0..6 {
                    scope.spawn(move || {
                        for id in ids.iter().cycle().skip(at).take(3).copied() {
                            let kept = list.keep(id, vec![0; len(id)]);
                            assert_eq!(kept.len(), len(id));
                            assert!(std::ptr::eq(kept, list.get(id).unwrap()));
                        }
                    });
                }
            });
            assert!(list.get(TypeId::of::<Type<4>>()).is_none());
            let mut count = 0;
            let mut rest = list;
            while let Some(node) = rest.next.get() {
                (count, rest) = (count + 1, &node.rest);
            }
            assert_eq!(count, ids.len());
        }
    }
}
