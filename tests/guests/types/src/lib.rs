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
