//! Types that one interface declares and others use, and generic types with a name for each instantiation.

use crate::image;
use tairitsu::{CallError, Container};
use tairitsu_test_types::weather;
use tairitsu_test_types::weather::{Observation, Sky, Warnings};
use tairitsu_test_weather::{Sensor, Station};

struct Tower;

#[tairitsu::host]
impl Sensor for Tower {
    fn observe(&mut self, place: &str) -> Result<Observation, Sky> {
        match place {
            "" => Err(Sky::Clear),
            place => Ok(Observation { place: place.into(), sky: Sky::Clouds(7), warnings: Warnings::STORM }),
        }
    }
}

#[test]
fn used_types_cross_both_ways() {
    let mut container = Container::builder(&image("weather")).provide(Tower).build().unwrap();
    let mut station = container.guest(Station).unwrap();
    let page = station.forecast(&["Kyoto".into(), String::new(), "Oslo".into()]).unwrap();
    assert_eq!(page.next, Some(3));
    let places: Vec<_> = page.items.iter().map(|outlook| outlook.now.place.as_str()).collect();
    assert_eq!(places, ["Kyoto", "Oslo"]);
    assert_eq!(page.items[0].next, [Sky::Clouds(7), Sky::Clear]);
    let all = station.all_of(vec![Warnings::FLOOD, Warnings::STORM]);
    assert!(matches!(all, Ok::<_, CallError>(warnings) if warnings.is_all()));
}

#[test]
fn the_image_imports_the_types_once() {
    let image = image("weather");
    let imports: Vec<_> = image.imports().into_iter().map(|import| (import.id, import.functions)).collect();
    assert!(imports.contains(&("test:weather/weather@1.2.0".into(), vec![])), "{imports:?}");
    assert!(imports.contains(&("test:weather/sensor@1.2.0".into(), vec!["observe".into()])), "{imports:?}");
    assert!(image.wit().contains("use weather.{observation, sky};"), "{}", image.wit());
}

#[test]
fn the_text_uses_what_it_does_not_declare() {
    assert_eq!(
        Sensor.wit(),
        "\
package test:weather@1.2.0;

/// What is said of the weather.
interface weather {
  /// The sky.
  variant sky {
    /// Nothing to be seen.
    clear,
    /// Tenths of the sky.
    clouds(u8),
  }

  /// What there is to beware of.
  flags warnings {
    /// Wind.
    storm,
    /// Water.
    flood,
  }

  /// What a station sees.
  record observation {
    /// Where.
    place: string,
    /// How it looks.
    sky: sky,
    /// What there is to beware of.
    warnings: warnings,
  }
}

/// In the types' package.
interface sensor {
  use weather.{observation, sky};

  /// What there is to see.
  observe: func(place: string) -> result<observation, sky>;
}
"
    );
    let text = Station.wit();
    assert!(text.contains("use test:weather/weather@1.2.0.{observation, sky, warnings};"), "{text}");
    assert!(text.contains("record page-of-outlook {"), "{text}");
    assert!(text.contains("\npackage test:weather@1.2.0 {\n  /// What is said"), "{text}");
    assert_eq!(weather::INTERFACE.wit(), Sensor.wit().split("\n/// In the types' package.").next().unwrap());
}
