//! The types that every room uses: errors, limits, policies, names of images.

pub(crate) mod backtrace;
pub(crate) mod bad_handle;
pub(crate) mod call_error;
pub(crate) mod caught;
pub(crate) mod cause;
pub(crate) mod executor;
pub(crate) mod limits;
pub(crate) mod load_error;
pub(crate) mod policy;
pub(crate) mod reference;
pub(crate) mod report;
pub(crate) mod restart;
pub(crate) mod track;
pub(crate) mod trap;
pub(crate) mod value_error;
