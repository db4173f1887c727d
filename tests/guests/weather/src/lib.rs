//! Interfaces that use the types of a third one, which another crate declares.

use tairitsu_test_types::weather::{self, Observation, Page, Sky, Warnings};

/// A type of the interface's own, made of a used one.
#[tairitsu::wit]
#[derive(Clone, Debug, PartialEq)]
pub struct Outlook {
    /// What is known.
    pub now: Observation,
    /// What is guessed.
    pub next: Vec<Sky>,
}

/// In another package than the types.
#[tairitsu::guest(package = "test:station", uses = weather)]
pub trait Station {
    /// Asks the sensor, and guesses.
    fn forecast(&mut self, places: &[String]) -> Page<Outlook>;

    /// Types of one interface only.
    fn all_of(&self, all: Vec<Warnings>) -> Warnings;
}

/// In the types' package.
#[tairitsu::host(package = "test:weather@1.2.0", uses = [tairitsu_test_types::weather])]
pub trait Sensor {
    /// What there is to see.
    fn observe(&mut self, place: &str) -> Result<Observation, Sky>;
}

/// The guest.
#[derive(Default)]
pub struct Guest;

#[tairitsu::guest]
impl Station for Guest {
    fn forecast(&mut self, places: &[String]) -> Page<Outlook> {
        let mut items = Vec::new();
        for place in places {
            if let Ok(now) = tairitsu::Host.observe(place) {
                items.push(Outlook { next: vec![now.sky, Sky::Clear], now });
            }
        }
        Page { next: Some(places.len() as u32), items }
    }

    fn all_of(&self, all: Vec<Warnings>) -> Warnings {
        all.into_iter().collect()
    }
}
