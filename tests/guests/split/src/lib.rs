//! A guest: its traits are in a second crate, and their types in a third.

use tairitsu_test_api::{Mixed, Rates, Sum};
use tairitsu_test_types::{Currency, Money};

/// The state behind both interfaces.
#[derive(Default)]
pub struct Purse {
    amounts: Vec<Money>,
}

#[tairitsu::guest]
impl tairitsu_test_api::inner::Till for Purse {
    fn sum(&mut self, amounts: &[Money]) -> Sum {
        let mut sum = Money { units: 0, currency: amounts.first().map_or(Currency::Eur, |first| first.currency) };
        for amount in amounts {
            if amount.currency != sum.currency {
                return Err(Mixed { first: sum.currency, other: amount.currency });
            }
            sum.units += amount.units;
        }
        self.amounts.extend_from_slice(amounts);
        Ok(sum)
    }

    fn all(&self) -> Vec<Money> {
        self.amounts.clone()
    }
}

#[tairitsu::guest]
impl tairitsu_test_api::Exchange for Purse {
    fn change(&mut self, amount: &Money, to: Currency) -> Option<Money> {
        let rate = tairitsu::Host.rate(amount.currency, to)?;
        Some(Money { units: (amount.units as f64 * rate).round() as i64, currency: to })
    }

    fn count(&self) -> u32 {
        self.amounts.len() as u32
    }
}
