//! Traits over another crate's types.

pub mod docs;

use tairitsu_test_types::{Currency, Money};

/// An alias: a macro cannot see through it, and need not.
pub type Amounts = Vec<Money>;

/// The result of a sum, by an alias too.
pub type Sum = Result<Money, Mixed>;

/// Two currencies do not add up.
#[tairitsu::wit]
#[derive(Clone, Debug, PartialEq)]
pub struct Mixed {
    /// The first currency.
    pub first: Currency,
    /// The one that differs.
    pub other: Currency,
}

pub mod inner {
    //! A trait that is not at the crate's root.

    /// Adds up money.
    #[tairitsu::guest(package = "test:split@1.2.3")]
    pub trait Till {
        /// The sum of all amounts.
        fn sum(&mut self, amounts: &[super::Money]) -> super::Sum;

        /// All amounts so far.
        fn all(&self) -> super::Amounts;
    }
}

/// Exchange rates.
#[tairitsu::host(package = "test:split@1.2.3")]
pub trait Rates {
    /// How many units of `to` one unit of `from` is.
    fn rate(&self, from: Currency, to: Currency) -> Option<f64>;
}

/// Numbers only, so that a guest's call of it goes in line, and the guest has nothing of this crate but what that refers to.
#[tairitsu::host(package = "test:split@1.2.3")]
pub trait Steps {
    /// The step after so many.
    fn step(&self, after: u32) -> u32;
}

/// A second interface of the same guest, over the same state.
#[tairitsu::guest(package = "test:split@1.2.3")]
pub trait Exchange {
    /// Changes an amount into another currency.
    fn change(&mut self, amount: &Money, to: Currency) -> Option<Money>;

    /// How many amounts were added up.
    fn count(&self) -> u32;
}
