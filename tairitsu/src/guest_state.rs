//! What the type of a guest has to be.

/// The function that makes the state of a guest type.
pub const fn guest_state<T: Default>() -> fn() -> T {
    T::default
}
