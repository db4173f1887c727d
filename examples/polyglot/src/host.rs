//! The host: holds the same two conversations with every guest that it is given, by the traits and by name, and prints them
//! once. A guest that answers differently is a failure.

#[cfg(not(target_family = "wasm"))]
mod by_name;

/// The package is compiled for wasm32 too, with this bin in it. There the bin does nothing.
#[cfg(target_family = "wasm")]
fn main() {}

#[cfg(not(target_family = "wasm"))]
fn main() -> anyhow::Result<()> {
    native::main()
}

#[cfg(not(target_family = "wasm"))]
mod native {
    use anyhow::{Context as _, Result, bail};
    use std::path::{Path, PathBuf};
    use std::sync::{Arc, Mutex};
    use tairitsu::{CallError, Container, Image, Registry};
    use tairitsu_example_polyglot::{Discount, Item, Receipt, Shop, ShopError, VoucherError, Warehouse};

    /// Where the script `build` puts the guests.
    const BUILT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../target/polyglot");

    pub(crate) fn main() -> Result<()> {
        let mut files: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
        if files.is_empty() {
            files = built().unwrap_or_default();
        }
        let Some((first, others)) = files.split_first() else {
            bail!("there is no guest: run `examples/polyglot/build` first, or name .wasm files");
        };
        let registry = Registry::new();
        let expected = converse(&registry, first)?;
        for line in &expected {
            println!("{line}");
        }
        let mut different = 0;
        println!("\n{}: said so", name(first));
        for file in others {
            match converse(&registry, file) {
                Ok(found) if found == expected => println!("{}: said the same", name(file)),
                Ok(found) => {
                    different += 1;
                    println!("{}: said something else", name(file));
                    // If one conversation has more lines, each extra line is compared with an empty one.
                    for i in (0..expected.len().max(found.len())).filter(|i| expected.get(*i) != found.get(*i)) {
                        let line = |lines: &[String]| lines.get(i).cloned().unwrap_or_default();
                        println!("  expected `{}`\n  found    `{}`", line(&expected), line(&found));
                    }
                }
                Err(error) => {
                    different += 1;
                    println!("{}: {error:#}", name(file));
                }
            }
        }
        if different > 0 {
            bail!("{different} of {} guests differ from {}", files.len(), name(first));
        }
        Ok(())
    }

    /// All guests that are built, by name.
    fn built() -> Result<Vec<PathBuf>> {
        let mut files = Vec::new();
        for entry in std::fs::read_dir(BUILT)? {
            files.push(entry?.path());
        }
        files.retain(|file| file.extension().is_some_and(|extension| extension == "wasm"));
        files.sort();
        Ok(files)
    }

    fn name(file: &Path) -> String {
        file.file_stem().unwrap_or(file.as_os_str()).display().to_string()
    }

    /// The lines of the conversation.
    pub(crate) type Lines = Arc<Mutex<Vec<String>>>;

    pub(crate) fn say(lines: &Lines, line: String) {
        lines.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).push(line);
    }

    /// The host's side. It adds each question and its answer to the lines.
    struct Cellar {
        lines: Lines,
        stock: Vec<(&'static str, u32)>,
        used: bool,
    }

    #[tairitsu::host]
    impl Warehouse for Cellar {
        fn stock(&self, name: &str) -> Option<u32> {
            let found = self.stock.iter().find(|(known, _)| *known == name).map(|(_, count)| *count);
            say(&self.lines, format!("    warehouse: stock of {name:?} is {found:?}"));
            found
        }

        fn take(&mut self, names: &[(String, u16)]) {
            say(&self.lines, format!("    warehouse: take {names:?}"));
            for (name, count) in names {
                if let Some((_, left)) = self.stock.iter_mut().find(|(known, _)| known == name) {
                    *left = left.saturating_sub((*count).into());
                }
            }
        }

        fn redeem(&mut self, code: &str) -> Result<u8, VoucherError> {
            let worth = match code {
                "夏" if self.used => Err(VoucherError::UsedBy("Ada".into())),
                "夏" => {
                    self.used = true;
                    Ok(50)
                }
                _ => Err(VoucherError::Unknown),
            };
            say(&self.lines, format!("    warehouse: redeem {code:?} gives {worth:?}"));
            worth
        }
    }

    /// Both conversations with one guest.
    fn converse(registry: &Registry, file: &Path) -> Result<Vec<String>> {
        let wasm = std::fs::read(file).with_context(|| format!("{} cannot be read", file.display()))?;
        let image = registry.load_image(wasm)?;
        let lines = Lines::default();
        converse_by_traits(&image, &lines)?;
        say(&lines, "\nThe same guest by name:".into());
        crate::by_name::converse(&image, &lines)?;
        let lines = std::mem::take(&mut *lines.lock().unwrap_or_else(|poisoned| poisoned.into_inner()));
        Ok(lines)
    }

    fn converse_by_traits(image: &Image, lines: &Lines) -> Result<()> {
        let stock = vec![("tea", 10), ("おにぎり", 3), ("grand piano", 1)];
        let cellar = Cellar { lines: lines.clone(), stock, used: false };
        let mut container = Container::builder(image).provide(cellar).build()?;
        let mut shop = container.guest(Shop)?;

        let item = |name: &str, price, count| Item { name: name.into(), price, count };
        let tea = item("tea", 250, 2);
        let baskets = [
            (vec![], Discount::None),
            (vec![tea.clone()], Discount::None),
            (vec![tea.clone(), item("おにぎり", 199, 3)], Discount::Percent(5)),
            (vec![tea.clone(), item("おにぎり", 199, 1)], Discount::None),
            (vec![item("a thing nobody has", 1, 1)], Discount::None),
            (vec![item("grand piano", u32::MAX, 1)], Discount::Voucher("夏".into())),
            (vec![tea.clone()], Discount::Voucher("夏".into())),
            (vec![tea.clone()], Discount::Voucher(String::new())),
            (vec![tea, item("tea", 0, 1)], Discount::Percent(100)),
        ];
        for (items, discount) in baskets {
            let wanted: Vec<_> = items.iter().map(|item| format!("{} {}", item.count, item.name)).collect();
            say(lines, format!("checkout [{}], {discount:?}", wanted.join(", ")));
            let said = match shop.checkout(&items, discount) {
                Ok(Receipt { lines, total }) => format!("  {lines:?} for {}.{:02}", total / 100, total % 100),
                Err(CallError::Guest(error)) => match error {
                    ShopError::EmptyBasket => "  there is nothing in the basket".into(),
                    ShopError::OutOfStock => "  that is more than there is".into(),
                    ShopError::BadVoucher => "  the voucher is not good".into(),
                },
                Err(error) => return Err(error.into()),
            };
            say(lines, said);
        }
        let sold = shop.sold()?;
        say(lines, format!("sold {sold:?}"));
        Ok(())
    }

    /// With `TAIRITSU_BLESS` set, this writes the file anew.
    #[test]
    fn the_text_is_what_the_traits_emit() {
        let (file, wit) = (concat!(env!("CARGO_MANIFEST_DIR"), "/wit/polyglot.wit"), tairitsu_example_polyglot::wit());
        if std::env::var_os("TAIRITSU_BLESS").is_some() {
            std::fs::write(file, &wit).unwrap();
        }
        assert_eq!(std::fs::read_to_string(file).unwrap(), wit, "set TAIRITSU_BLESS=1 to write the file anew");
    }
}
