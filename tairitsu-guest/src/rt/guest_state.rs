//! The value of the guest type, which all exports of a component share.

use std::any::TypeId;
use std::cell::{Cell, UnsafeCell};
use std::mem::MaybeUninit;

/// One interface's way to the value of the guest type `T`, and room for that value, so that a guest allocates nothing for
/// its state.
pub struct State<T> {
    /// The value, once it is looked up.
    found: Cell<*mut T>,
    node: Node,
    /// The value itself, if this is the first of the type's interfaces that needed it.
    room: UnsafeCell<MaybeUninit<T>>,
}

/// An entry in the list of all states of the component.
struct Node {
    id: Cell<Option<TypeId>>,
    state: Cell<*mut ()>,
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
        let node = Node { id: Cell::new(None), state: Cell::new(std::ptr::null_mut()), next: Cell::new(None) };
        Self { found: Cell::new(std::ptr::null_mut()), node, room: UnsafeCell::new(MaybeUninit::uninit()) }
    }
}

impl<T: Default + 'static> State<T> {
    /// The value of the guest type. `T::default` makes it when an export first needs it.
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
        if self.found.get().is_null() {
            self.find();
        }
        // SAFETY: `find` has made the value, which is never dropped. The caller ensures that this is the only reference.
        unsafe { &mut *self.found.get() }
    }

    /// Finds the value that another interface of the guest type has made, or makes it.
    #[cold]
    #[inline(never)]
    fn find(&'static self) {
        let id = TypeId::of::<T>();
        let state = known(id).unwrap_or_else(|| {
            let value = T::default();
            // SAFETY: there is no reference to the room, since `found` is null and no other state uses the room.
            let state = unsafe { (*self.room.get()).write(value) };
            self.node.keep(id, std::ptr::from_mut(state).cast())
        });
        self.found.set(state.cast());
    }
}

fn known(id: TypeId) -> Option<*mut ()> {
    let mut next = LAST.0.get();
    while let Some(node) = next {
        if node.id.get() == Some(id) {
            return Some(node.state.get());
        }
        next = node.next.get();
    }
    None
}

impl Node {
    fn keep(&'static self, id: TypeId, state: *mut ()) -> *mut () {
        self.id.set(Some(id));
        self.state.set(state);
        self.next.set(LAST.0.replace(Some(self)));
        state
    }
}
