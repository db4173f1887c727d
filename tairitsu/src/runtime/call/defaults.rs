//! Default bodies of a guest's trait, which serve a guest that is older than the trait.

use crate::runtime::base::call_error::Fault;
use crate::runtime::call::client::Client;
use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

/// The guest, as a default body that runs on the host sees it. What the body calls is the guest's, or another default.
#[derive(Clone)]
pub struct Defaults<'a, 'c> {
    client: &'a RefCell<&'a mut Client<'c>>,
}

impl<'c> Defaults<'_, 'c> {
    /// Runs a default body. Where a call that it makes ends in a fault, there is no value to go on with, and the body ends
    /// too: it is unwound, since its functions return no fault. Built with `panic = "abort"` that ends the process.
    pub fn run<R>(client: &mut Client<'c>, body: impl FnOnce(Defaults<'_, 'c>) -> R) -> Result<R, Fault> {
        let client = RefCell::new(client);
        // The client is left as its last call left it, and the body's own values are gone.
        match catch_unwind(AssertUnwindSafe(|| body(Defaults { client: &client }))) {
            Ok(result) => Ok(result),
            Err(payload) => match payload.downcast::<Fault>() {
                Ok(fault) => Err(*fault),
                // The body's own panic is the host's.
                Err(payload) => resume_unwind(payload),
            },
        }
    }

    /// Calls the guest, or ends the body.
    pub fn call<R>(&self, call: impl FnOnce(&mut Client<'c>) -> Result<R, Fault>) -> R {
        // One call at a time: a body has no way back in while it is in one.
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
