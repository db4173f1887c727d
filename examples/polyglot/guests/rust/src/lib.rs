//! The shop, in Rust with Tairitsu.

use tairitsu_example_polyglot::{Discount, Item, Receipt, Shop, ShopError, Warehouse as _};

#[derive(Default)]
struct Corner {
    sold: Vec<(String, u32)>,
}

#[tairitsu::guest]
impl Shop for Corner {
    fn checkout(&mut self, items: &[Item], discount: Discount) -> Result<Receipt, ShopError> {
        let mut warehouse = tairitsu::Host;
        if items.is_empty() {
            return Err(ShopError::EmptyBasket);
        }
        if items.iter().any(|item| warehouse.stock(&item.name) < Some(item.count.into())) {
            return Err(ShopError::OutOfStock);
        }
        let percent = match discount {
            Discount::None => 0,
            Discount::Percent(percent) => percent,
            Discount::Voucher(code) => warehouse.redeem(&code).map_err(|_| ShopError::BadVoucher)?,
        };
        let taken: Vec<_> = items.iter().map(|item| (item.name.clone(), item.count)).collect();
        warehouse.take(&taken);
        for item in items {
            match self.sold.iter_mut().find(|(name, _)| *name == item.name) {
                Some((_, count)) => *count += u32::from(item.count),
                None => self.sold.push((item.name.clone(), item.count.into())),
            }
        }
        let sum: u64 = items.iter().map(|item| u64::from(item.price) * u64::from(item.count)).sum();
        let lines = items.iter().map(|item| format!("{} x {}", item.count, item.name)).collect();
        Ok(Receipt { lines, total: sum * 100u64.saturating_sub(percent.into()) / 100 })
    }

    fn sold(&self) -> Vec<(String, u32)> {
        self.sold.clone()
    }
}
