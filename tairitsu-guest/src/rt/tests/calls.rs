//! Whole calls: the result of an export, a call of an import, the slots of both, and the guest's state.

use super::host::{self, HostSink, HostSource};
use super::over_addresses;
use super::types::{Record, record};
use crate::abi::{Lift, Lower, Shape};
use crate::rt::{Allocated, Call, CoreValue, Place, Return, Room, State, lower_flat};
use std::cell::Cell;

/// What an import does with a call whose result goes through memory.
fn respond<T: Lower>(result_address: u64, result: &T) {
    let mut host = HostSink::new(host::Place::Allocator);
    result.store(&mut host, result_address as usize).unwrap();
    host.end();
}

thread_local! {
    static MADE: Cell<u32> = const { Cell::new(0) };
}

/// A guest type that counts its values.
struct Counter(u32);

impl Default for Counter {
    fn default() -> Self {
        MADE.set(MADE.get() + 1);
        Counter(0)
    }
}

over_addresses! {
    fn a_result_lies_still_until_it_is_read() {
        type Answer = Result<Vec<Record>, String>;
        type Returned = Return<Answer, { Answer::LAYOUT.size }>;
        static PLACE: Place<{ Returned::ROOM }> = Place::new();
        // SAFETY: the place is for this type only.
        let returned = unsafe { Returned::at(&PLACE) };
        for value in [Ok(vec![record(2), record(0)]), Err(String::from("no")), Ok(vec![])] {
            // SAFETY: one thread uses the place, and clears it after each result.
            let address = unsafe { returned.put(value.clone()) };
            let read = Answer::load(&mut HostSource, address as usize).unwrap();
            assert_eq!(read, value);
            // SAFETY: `put` was called before.
            unsafe { returned.clear() };
        }
    }

    fn a_result_that_is_converted_is_copied() {
        type Map = std::collections::BTreeMap<String, std::net::IpAddr>;
        type Returned = Return<Map, { Map::LAYOUT.size }>;
        static PLACE: Place<{ Returned::ROOM }> = Place::new();
        // SAFETY: the place is for this type only.
        let returned = unsafe { Returned::at(&PLACE) };
        let map = Map::from([("a".into(), [1, 2, 3, 4].into()), ("b".into(), [5, 6, 7, 8].into())]);
        for _ in 0..3 {
            // SAFETY: one thread uses the place, and clears it after each result.
            let address = unsafe { returned.put(map.clone()) };
            assert_eq!(Map::load(&mut HostSource, address as usize).unwrap(), map);
            // SAFETY: `put` was called before.
            unsafe { returned.clear() };
        }
    }

    fn a_result_in_a_slot() {
        assert_eq!(lower_flat(&-1i32), u64::from(u32::MAX));
        assert_eq!(lower_flat(&()), 0);
        assert_eq!(lower_flat(&'x'), u64::from('x'));
    }

    fn an_import_with_arguments_in_slots() {
        let mut room = Room::<0, 0>::new();
        let mut allocated = Allocated::new();
        let mut call = Call::new(&mut room, &mut allocated);
        let (text, list) = (String::from("text"), [1u16, 2]);
        // SAFETY: the arguments live until the import is over.
        unsafe {
            call.arg(&7u8);
            call.arg(text.as_str());
            call.arg(&list.as_slice());
        }
        call.ready();
        let params = <(u8, String, Vec<u16>)>::lift(&mut HostSource, &call.flat).unwrap();
        assert_eq!(params, (7, "text".into(), vec![1, 2]));
        // SAFETY: this is what the import has returned.
        assert_eq!(unsafe { call.result::<u32>(5) }, 5);
    }

    fn an_import_with_arguments_and_a_result_in_memory() {
        type Params = (u8, Record, Vec<Vec<String>>, u64);
        type Answer = Vec<(String, u8)>;
        let params: Params = (1, record(3), vec![vec!["a".into()], vec![]], 9);
        let answer: Answer = vec![("x".into(), 1), (String::new(), 2)];
        let mut room = Room::<{ Params::LAYOUT.size }, { Answer::LAYOUT.size }>::new();
        let mut allocated = Allocated::new();
        let mut call = Call::new(&mut room, &mut allocated);
        // SAFETY: there is room for the arguments, which live until the import is over.
        unsafe {
            call.arg(&params.0);
            call.arg(&params.1);
            call.arg(&params.2);
            call.arg(&params.3);
        }
        call.ready();
        assert_eq!(Params::load(&mut HostSource, call.flat[0] as usize).unwrap(), params);
        respond(call.flat[1], &answer);
        // SAFETY: the import has put its result there.
        assert_eq!(unsafe { call.result::<Answer>(0) }, answer);
    }

    fn a_state_is_shared_by_its_interfaces() {
        static FIRST: State<Counter> = State::new();
        static SECOND: State<Counter> = State::new();
        static OTHER: State<String> = State::new();
        for _ in 0..2 {
            // SAFETY: the reference ends with the statement.
            unsafe { FIRST.get() }.0 += 1;
            // SAFETY: the same.
            unsafe { SECOND.get() }.0 += 10;
            // SAFETY: the same.
            unsafe { OTHER.get() }.push('x');
        }
        // SAFETY: the same.
        assert_eq!(unsafe { FIRST.get() }.0, 22);
        // SAFETY: the same.
        assert_eq!(unsafe { OTHER.get() }, "xx");
        assert_eq!(MADE.get(), 1);
    }
}

#[test]
fn a_result_of_a_strict_alignment_has_its_place() {
    #[repr(align(64))]
    struct Strict;

    type Returned = Return<Strict, 0>;
    static PLACE: Place<{ Returned::ROOM }> = Place::new();
    // SAFETY: the place is for this type only.
    let returned = std::ptr::from_ref(unsafe { Returned::at(&PLACE) });
    assert!(returned.is_aligned());
    assert!(returned.addr() + size_of::<Returned>() <= (&raw const PLACE).addr() + size_of_val(&PLACE));
}

#[test]
fn slots_keep_their_bits() {
    assert_eq!(u32::of(u64::MAX).bits(), u64::from(u32::MAX));
    assert_eq!(u64::of(u64::MAX).bits(), u64::MAX);
    assert_eq!(f32::of(0x7fc0_0001).bits(), 0x7fc0_0001);
    assert_eq!(f64::of(0xfff0_0000_0000_0001).bits(), 0xfff0_0000_0000_0001);
    <() as CoreValue>::of(7);
    assert_eq!(().bits(), 0);
}
