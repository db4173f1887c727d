//! The value of the guest type, which all exports of a component share.

use std::any::TypeId;
use std::cell::{Cell, UnsafeCell};
use std::mem::MaybeUninit;

/// One interface's way to the value of the guest type `T`, and room for that value, so that a guest allocates nothing for
/// its state.
pub struct State<T> {
    node: Node,
    /// The value itself, if this is the first of the type's interfaces that needed it.
    room: UnsafeCell<MaybeUninit<T>>,
}

/// An entry in the list of the component's states. The list has one entry for each type.
struct Node {
    /// The value, once it is looked up.
    found: Cell<*mut ()>,
    /// The value's type, if this entry is in the list.
    id: Cell<MaybeUninit<TypeId>>,
    next: Cell<Option<&'static Node>>,
}

/// The entry of the state that was made last.
struct Last(Cell<Option<&'static Node>>);

// SAFETY: a component has one thread.
unsafe impl Sync for Last {}

static LAST: Last = Last(Cell::new(None));

// SAFETY: a component has one thread.
unsafe impl<T> Sync for State<T> {}

impl<T> State<T> {
    /// A state that is not looked up yet.
    #[expect(clippy::new_without_default, reason = "only ever a static's initial value")]
    pub const fn new() -> Self {
        let node = Node {
            found: Cell::new(std::ptr::null_mut()),
            id: Cell::new(MaybeUninit::uninit()),
            next: Cell::new(None),
        };
        Self { node, room: UnsafeCell::new(MaybeUninit::uninit()) }
    }
}

impl<T: Default + 'static> State<T> {
    /// The value of the guest type. `T::default` makes it when an export first needs it. The module's constructors run before.
    ///
    /// The call of `T::default` is direct. For an indirect call the host would fill the guest's table, which costs each
    /// instance a page of memory.
    ///
    /// # Safety
    /// - An export calls this once, and keeps the reference no longer than it runs. The canonical ABI lets no other export
    ///   in before that, so there is one reference at a time.
    #[inline(always)]
    #[expect(clippy::mut_from_ref, reason = "the caller ensures that there is one reference at a time")]
    pub unsafe fn get(&'static self) -> &'static mut T {
        if self.node.found.get().is_null() {
            self.find();
        }
        // SAFETY: `find` has made the value, which is never dropped. The caller ensures that this is the only reference.
        unsafe { &mut *self.node.found.get().cast() }
    }

    /// Finds the value that another interface of the guest type has made, or makes it.
    #[cold]
    #[inline(never)]
    fn find(&'static self) {
        #[cfg(target_family = "wasm")]
        super::run_ctors_once();
        let id = TypeId::of::<T>();
        let found = known(id).unwrap_or_else(|| {
            let value = T::default();
            // SAFETY: there is no reference to the room, since nothing was found and no other state uses the room.
            let value = unsafe { (*self.room.get()).write(value) };
            self.node.id.set(MaybeUninit::new(id));
            self.node.next.set(LAST.0.replace(Some(&self.node)));
            std::ptr::from_mut(value).cast()
        });
        self.node.found.set(found);
    }
}

fn known(id: TypeId) -> Option<*mut ()> {
    let mut next = LAST.0.get();
    while let Some(node) = next {
        // SAFETY: an entry has its type before it is in the list.
        if unsafe { node.id.get().assume_init() } == id {
            return Some(node.found.get());
        }
        next = node.next.get();
    }
    None
}
