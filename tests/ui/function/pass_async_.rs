//! Whatever an `async fn` may look like, and its provider.
#![deny(warnings, missing_docs, clippy::pedantic)]

/// Nothing of the prelude is needed.
mod std {}

/// Asks for time.
#[tairitsu::host]
pub trait Web {
    /// Names of all kinds.
    async fn r#match(&self, r#type: u8, self_: u32);
    /// A reference, a list, a result.
    async fn get(&mut self, address: &str, words: &[String], own: Vec<u8>) -> Result<String, String>;
    /// Not all are.
    fn count(&self) -> u32;
}

struct Pages(u32);

#[tairitsu::host]
impl Web for Pages {
    async fn r#match(&self, _: u8, _self_: u32) {}

    #[allow(clippy::unused_async)]
    async fn get(&mut self, address: &str, words: &[String], mut own: Vec<u8>) -> Result<String, String> {
        if words.is_empty() {
            return Err(address.into());
        }
        own.push(0);
        let future = async { words.len() };
        self.0 += u32::try_from(future.await).map_err(|error| error.to_string())?;
        Ok(address.to_owned() + &words[0])
    }

    fn count(&self) -> u32 {
        self.0
    }
}

fn main() {
    let mut pages = Pages(0);
    assert_eq!(pages.get("a", &["b".to_string()], Vec::new()), Ok("ab".into()));
    assert_eq!(pages.get("a", &[], Vec::new()), Err("a".into()));
    Web::r#match(&pages, 0, 0);
    assert_eq!(pages.count(), 1);
}
