//! `tairitsu::Host` outside wasm.

use crate::__private::HasInterface;

/// Calls the provider of interface `I` in the native container that runs on this thread.
pub fn with_native_host<I: ?Sized + HasInterface + 'static, R>(_call: impl FnOnce(&mut I) -> R) -> R {
    panic!(
        "`tairitsu::Host` was called for `{}` outside a container: a guest's code has a host only while a \
         container runs it",
        I::INTERFACE.id
    )
}
