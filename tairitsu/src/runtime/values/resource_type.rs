//! The type of handles.

use std::sync::Arc;

/// A resource.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ResourceType {
    /// The WIT name. Empty if it is not known.
    pub name: Arc<str>,
    /// The id of the interface that declares it. Empty if it is not known.
    pub interface: Arc<str>,
}
