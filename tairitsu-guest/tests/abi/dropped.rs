//! A value that is lifted in part: an error drops what was lifted, once.

use std::cell::Cell;
use std::collections::VecDeque;
use tairitsu_guest::abi::{Buffer, Lift, Lower, Shape, Sink};

thread_local! {
    /// How many values of [`Counted`] there are.
    static ALIVE: Cell<isize> = const { Cell::new(0) };
}

/// A value that is counted. A `0` in memory is none.
#[tairitsu::wit(as = u8, to = |counted| *counted.number, from = Counted::new)]
#[derive(Debug)]
struct Counted {
    /// On the heap, so that a second drop is found.
    number: Box<u8>,
}

impl Counted {
    fn new(number: u8) -> Result<Self, &'static str> {
        if number == 0 {
            return Err("a zero");
        }
        ALIVE.set(ALIVE.get() + 1);
        Ok(Counted { number: Box::new(number) })
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        ALIVE.set(ALIVE.get() - 1);
    }
}

#[tairitsu::wit]
#[derive(Debug)]
struct Pair {
    first: Counted,
    name: String,
    second: Counted,
}

#[tairitsu::wit]
#[derive(Debug)]
enum Either {
    One(Counted),
    Many(Vec<Counted>),
}

/// Lowers a value, and lifts it as another type of the same form. Nothing of it is alive after an error.
fn lift_as<T: Lift>(value: impl Lower) -> bool {
    let mut memory = Buffer::new();
    let address = memory.allocate(T::LAYOUT).unwrap();
    value.store(&mut memory, address).unwrap();
    let lifted = T::load(&mut memory, address).is_ok();
    assert_eq!(ALIVE.get(), 0);
    let mut flat = [0; 16];
    value.lower(&mut memory, &mut flat).unwrap();
    assert_eq!(T::lift(&mut memory, &flat).is_ok(), lifted);
    assert_eq!(ALIVE.get(), 0);
    lifted
}

#[test]
fn lists() {
    assert!(lift_as::<Vec<Counted>>(vec![1u8, 2, 3]));
    for list in [vec![0u8], vec![1, 0, 2], vec![1, 2, 0]] {
        assert!(!lift_as::<Vec<Counted>>(list.clone()));
        assert!(!lift_as::<[Counted; 3]>(list.clone()));
        assert!(!lift_as::<Box<[Counted]>>(list.clone()));
        assert!(!lift_as::<Vec<Vec<Counted>>>(vec![vec![1u8, 2], list.clone(), vec![3]]));
        let options: Vec<_> = [None].into_iter().chain(list.into_iter().map(Some)).collect();
        assert!(!lift_as::<VecDeque<Option<Counted>>>(options));
    }
    // As many items as there are, and not as many as the type has.
    assert!(!lift_as::<[Counted; 2]>(vec![1u8, 2, 3]));
}

#[test]
fn tuples_and_records() {
    assert!(lift_as::<(Counted, String, Counted)>((1u8, "name", 2u8)));
    assert!(lift_as::<Pair>((1u8, "name", 2u8)));
    for (first, second) in [(0, 1), (1, 0), (0, 0)] {
        assert!(!lift_as::<(Counted, String, Counted)>((first, "name", second)));
        assert!(!lift_as::<Pair>((first, "name", second)));
        assert!(!lift_as::<Vec<Pair>>(vec![(1u8, "good", 2u8), (first, "bad", second)]));
    }
}

#[test]
fn cases() {
    assert!(lift_as::<Option<Counted>>(Some(1u8)));
    assert!(!lift_as::<Option<Counted>>(Some(0u8)));
    assert!(!lift_as::<Result<Counted, Counted>>(Err::<u8, u8>(0)));
    assert!(!lift_as::<Vec<Result<Counted, String>>>(vec![Ok(1u8), Err("no"), Ok(0)]));
    let either = |either: Either| {
        let mut memory = Buffer::new();
        let address = memory.allocate(Either::LAYOUT).unwrap();
        either.store(&mut memory, address).unwrap();
        let alive = ALIVE.get();
        let lifted = Either::load(&mut memory, address).unwrap();
        assert_eq!(ALIVE.get(), 2 * alive);
        drop((either, lifted));
        assert_eq!(ALIVE.get(), 0);
    };
    either(Either::One(Counted::new(1).unwrap()));
    either(Either::Many(vec![Counted::new(1).unwrap(), Counted::new(2).unwrap()]));
}
