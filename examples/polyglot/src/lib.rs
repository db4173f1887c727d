//! The contract: what a shop does, and what it asks of its warehouse. The text of both is in `wit/polyglot.wit`, which is
//! all that the guests in other languages have.

/// Something that is sold.
#[tairitsu::wit]
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    /// What it is called, in any language.
    pub name: String,
    /// The price of one, in cents.
    pub price: u32,
    /// How many.
    pub count: u16,
}

/// What a customer pays less.
#[tairitsu::wit]
#[derive(Clone, Debug, PartialEq)]
pub enum Discount {
    /// Nothing.
    None,
    /// So many in a hundred, rounded in favour of the customer.
    Percent(u8),
    /// What the warehouse knows this code for.
    Voucher(String),
}

/// What a customer takes home.
#[tairitsu::wit]
#[derive(Clone, Debug, PartialEq)]
pub struct Receipt {
    /// `2 x name`, for each item.
    pub lines: Vec<String>,
    /// What was paid, in cents.
    pub total: u64,
}

/// Why nothing was sold.
#[tairitsu::wit]
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum ShopError {
    /// There was no item.
    EmptyBasket,
    /// The warehouse has too few.
    OutOfStock,
    /// The warehouse does not know the code, or knows it as used.
    BadVoucher,
}

/// Exported by the guest.
#[tairitsu::guest(package = "example:polyglot@1.0.0")]
pub trait Shop {
    /// Redeems the voucher, and takes the items out of the warehouse: all or none.
    fn checkout(&mut self, items: &[Item], discount: Discount) -> Result<Receipt, ShopError>;

    /// The names of all that was sold so far, with how many there were, the first sold first.
    fn sold(&self) -> Vec<(String, u32)>;
}

/// What is not redeemed.
#[tairitsu::wit]
#[derive(Clone, Debug, PartialEq)]
pub enum VoucherError {
    /// There is no such voucher.
    Unknown,
    /// By this customer.
    UsedBy(String),
}

/// Provided by the host.
#[tairitsu::host(package = "example:polyglot@1.0.0")]
pub trait Warehouse {
    /// How many are left, of what there is.
    fn stock(&self, name: &str) -> Option<u32>;

    /// Takes some out. They are there: the shop has asked.
    fn take(&mut self, names: &[(String, u16)]);

    /// How many in a hundred a voucher is worth, once.
    fn redeem(&mut self, code: &str) -> Result<u8, VoucherError>;
}

/// The text of both interfaces, and a world of them.
#[cfg(not(target_family = "wasm"))]
pub fn wit() -> String {
    let package = "package example:polyglot@1.0.0;\n\n";
    let [shop, warehouse] = [Shop.wit(), Warehouse.wit()].map(|text| text.trim_start_matches(package).to_string());
    format!("{package}{shop}\n{warehouse}\nworld guest {{\n  import warehouse;\n  export shop;\n}}\n")
}
