//! The two sides of a contract.

/// The side that implements the functions of an interface.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    /// The guest exports the functions, and the host calls them.
    Guest,
    /// The host provides the functions, and the guest calls them.
    Host,
}

impl Side {
    /// The attribute for this side, as error texts name it.
    pub(crate) fn attribute(self) -> &'static str {
        match self {
            Side::Guest => "#[tairitsu::guest]",
            Side::Host => "#[tairitsu::host]",
        }
    }

    /// The side as an argument of an attribute names it.
    pub(crate) fn argument(self) -> &'static str {
        match self {
            Side::Guest => "guest",
            Side::Host => "host",
        }
    }
}
