//! The sink for errors. A macro reports all errors of an item, and not the first one only.

use proc_macro2::TokenStream;
use quote::ToTokens;
use std::cell::RefCell;

/// Collects errors. Dropping a `Ctxt` without a call of [`Ctxt::finish`] panics.
pub(crate) struct Ctxt {
    errors: RefCell<Option<Vec<syn::Error>>>,
}

impl Ctxt {
    pub(crate) fn new() -> Self {
        Self { errors: RefCell::new(Some(Vec::new())) }
    }

    /// Reports `fact` on the tokens at fault, with the way out as a help. Both are lowercase, without a final full stop.
    pub(crate) fn error(&self, at: impl ToTokens, fact: impl std::fmt::Display, way_out: impl std::fmt::Display) {
        self.push(syn::Error::new_spanned(at, format!("{fact}\nhelp: {way_out}")));
    }

    pub(crate) fn push(&self, error: syn::Error) {
        if let Some(errors) = &mut *self.errors.borrow_mut() {
            errors.push(error);
        }
    }

    /// Ends the collection. The error is the collected errors, as `compile_error!` invocations.
    pub(crate) fn finish(self) -> Result<(), TokenStream> {
        let errors = self.errors.take().unwrap_or_default();
        if errors.is_empty() { Ok(()) } else { Err(errors.iter().map(syn::Error::to_compile_error).collect()) }
    }
}

impl Drop for Ctxt {
    fn drop(&mut self) {
        if self.errors.borrow().is_some() && !std::thread::panicking() {
            panic!("errors were collected and not looked at");
        }
    }
}
