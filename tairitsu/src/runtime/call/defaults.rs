//! The default bodies of a guest trait. They serve a guest that is older than the trait.

use crate::runtime::base::call_error::Fault;
use crate::runtime::call::client::Client;
use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::thread::{self, ThreadId};

/// The guest, as a default body on the host sees it. The body's calls reach the guest, or another default body.
#[derive(Clone)]
pub struct Defaults<'a, 'c> {
    client: &'a RefCell<&'a mut Client<'c>>,
}

impl<'c> Defaults<'_, 'c> {
    /// Runs a default body on the host.
    ///
    /// If a call in the body fails, the body has no value to go on with, and its functions cannot return a fault. So
    /// the fault unwinds the body. With `panic = "abort"`, such a fault ends the process.
    pub fn run<R>(client: &mut Client<'c>, body: impl FnOnce(Defaults<'_, 'c>) -> R) -> Result<R, Fault> {
        let client = RefCell::new(client);
        // After an unwind, the client is as the last call left it, and the body's own values are dropped.
        match catch_unwind(AssertUnwindSafe(|| body(Defaults { client: &client }))) {
            Ok(result) => Ok(result),
            Err(payload) => match payload.downcast::<Fault>() {
                Ok(fault) => Err(*fault),
                // A panic of the body itself belongs to the host.
                Err(payload) => resume_unwind(payload),
            },
        }
    }

    /// Calls the guest. If the call fails, its fault unwinds the body.
    pub fn call<R>(&self, call: impl FnOnce(&mut Client<'c>) -> Result<R, Fault>) -> R {
        // A body makes one call at a time, so the client is not borrowed twice.
        let result = call(&mut self.client.borrow_mut());
        match result {
            Ok(result) => result,
            Err(fault) => resume_unwind(Box::new(fault)),
        }
    }

    /// [`Client::has`]
    pub fn has(&self, index: usize) -> bool {
        self.client.borrow().has(index)
    }
}

/// [`Defaults`] without lifetimes, which may be sent to other threads. A trait may ask this of each type that implements it,
/// by the supertraits `Send`, `Sync` and `'static`.
#[derive(Clone)]
pub struct StaticDefaults {
    client: *const RefCell<&'static mut Client<'static>>,
    /// The thread that runs the body.
    thread: ThreadId,
}

// SAFETY: only the thread that made the value uses the pointer. `with` checks that.
unsafe impl Send for StaticDefaults {}

// SAFETY: the same.
unsafe impl Sync for StaticDefaults {}

impl Defaults<'_, '_> {
    /// The same without lifetimes.
    ///
    /// # Safety
    /// - The value and its clones are used only while the references in this one are valid.
    pub unsafe fn into_static(self) -> StaticDefaults {
        StaticDefaults { client: std::ptr::from_ref(self.client).cast(), thread: thread::current().id() }
    }
}

impl StaticDefaults {
    /// [`Defaults::call`]
    pub fn call<R>(&self, call: impl FnOnce(&mut Client<'_>) -> Result<R, Fault>) -> R {
        self.with(|defaults| defaults.call(call))
    }

    /// [`Defaults::has`]
    pub fn has(&self, index: usize) -> bool {
        self.with(|defaults| defaults.has(index))
    }

    /// # Panics
    ///
    /// On another thread than the one that runs the body.
    fn with<R>(&self, run: impl FnOnce(&Defaults<'_, '_>) -> R) -> R {
        let is_own = thread::current().id() == self.thread;
        assert!(is_own, "a default body has called the guest from another thread than its own");
        // SAFETY: `into_static` asks that the client is still there. This is the thread that made the pointer, so no other
        // thread uses the client.
        run(&Defaults { client: unsafe { &*self.client } })
    }
}
