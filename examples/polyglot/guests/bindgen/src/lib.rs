//! The shop, in Rust with `wit-bindgen`. All it has of Tairitsu is the text of the interfaces.

wit_bindgen::generate!({ path: "../../wit" });

use example::polyglot::warehouse;
use exports::example::polyglot::shop::{Discount, Guest, Item, Receipt, ShopError};
use std::sync::Mutex;

static SOLD: Mutex<Vec<(String, u32)>> = Mutex::new(Vec::new());

struct Corner;

export!(Corner);

impl Guest for Corner {
    fn checkout(items: Vec<Item>, discount: Discount) -> Result<Receipt, ShopError> {
        if items.is_empty() {
            return Err(ShopError::EmptyBasket);
        }
        if items.iter().any(|item| warehouse::stock(&item.name) < Some(item.count.into())) {
            return Err(ShopError::OutOfStock);
        }
        let percent = match discount {
            Discount::None => 0,
            Discount::Percent(percent) => percent,
            Discount::Voucher(code) => warehouse::redeem(&code).map_err(|_| ShopError::BadVoucher)?,
        };
        let taken: Vec<_> = items.iter().map(|item| (item.name.clone(), item.count)).collect();
        warehouse::take(&taken);
        let mut sold = SOLD.lock().unwrap();
        for item in &items {
            match sold.iter_mut().find(|(name, _)| *name == item.name) {
                Some((_, count)) => *count += u32::from(item.count),
                None => sold.push((item.name.clone(), item.count.into())),
            }
        }
        let sum: u64 = items.iter().map(|item| u64::from(item.price) * u64::from(item.count)).sum();
        let lines = items.iter().map(|item| format!("{} x {}", item.count, item.name)).collect();
        Ok(Receipt { lines, total: sum * 100u64.saturating_sub(percent.into()) / 100 })
    }

    fn sold() -> Vec<(String, u32)> {
        SOLD.lock().unwrap().clone()
    }
}
