//! Types that the crates beside this one share.

/// An amount of money.
#[tairitsu::wit]
#[derive(Clone, Debug, PartialEq)]
pub struct Money {
    /// The smallest units of the currency.
    pub units: i64,
    /// Which currency.
    pub currency: Currency,
}

/// A currency.
#[tairitsu::wit]
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Currency {
    /// The euro.
    Eur,
    /// The yen.
    Jpy,
}

/// What is said of the weather.
#[tairitsu::wit(package = "test:weather@1.2.0")]
pub mod weather {
    /// What a station sees.
    #[tairitsu::wit]
    #[derive(Clone, Debug, PartialEq)]
    pub struct Observation {
        /// Where.
        pub place: String,
        /// How it looks.
        pub sky: Sky,
        /// What there is to beware of.
        pub warnings: Warnings,
    }

    /// The sky.
    #[tairitsu::wit]
    #[derive(Clone, Copy, Debug, PartialEq)]
    pub enum Sky {
        /// Nothing to be seen.
        Clear,
        /// Tenths of the sky.
        Clouds(u8),
    }

    tairitsu::flags! {
        /// What there is to beware of.
        pub struct Warnings {
            /// Wind.
            const STORM;
            /// Water.
            const FLOOD;
        }
    }

    /// A part of a longer list. Each instantiation has a name of its own, in each interface that uses it.
    #[tairitsu::wit]
    #[derive(Clone, Debug, PartialEq)]
    pub struct Page<T> {
        /// The items.
        pub items: Vec<T>,
        /// Where the next page begins.
        pub next: Option<u32>,
    }
}
