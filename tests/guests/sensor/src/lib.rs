//! A guest that exports the interface that the guest `weather` imports, by a trait of its own.

use tairitsu_test_types::weather::{self, Observation, Sky, Warnings};

/// `test:weather/sensor`, from the other side.
#[tairitsu::guest(package = "test:weather@1.2.0", rename = "sensor", uses = weather)]
pub trait SensorGuest {
    /// What there is to see.
    fn observe(&mut self, place: &str) -> Result<Observation, Sky>;
}

/// A part of what the caller exports.
#[tairitsu::host(package = "test:station", rename = "station", uses = weather)]
pub trait StationHost {
    /// Types of one interface only.
    fn all_of(&self, all: Vec<Warnings>) -> Warnings;
}

/// The guest.
#[derive(Default)]
pub struct Guest {
    calls: u8,
}

#[tairitsu::guest]
impl SensorGuest for Guest {
    fn observe(&mut self, place: &str) -> Result<Observation, Sky> {
        self.calls += 1;
        match place {
            "" => Err(Sky::Clear),
            "broken" => panic!("the sensor is broken"),
            "ring" => Ok(Observation {
                place: place.into(),
                sky: Sky::Clear,
                warnings: tairitsu::Host.all_of(vec![Warnings::STORM, Warnings::FLOOD]),
            }),
            place => Ok(Observation { place: place.into(), sky: Sky::Clouds(self.calls), warnings: Warnings::FLOOD }),
        }
    }
}
