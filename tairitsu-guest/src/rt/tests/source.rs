//! Lifting out of the guest's memory: everything that the host has allocated is taken or freed, once.

use super::host::{HostSink, PLACES, Place};
use super::over_addresses;
use super::types::{Record, Visit, Wide, every_kind, record};
use crate::abi::{BorrowedArg, Lift, Lower, Shape, Sink, Source};
use crate::rt::Args;
use crate::rt::guest_source::GuestSource;
use crate::schema::{Layout, MAX_FLAT_PARAMS};
use std::fmt::Debug;
use std::panic::{AssertUnwindSafe, catch_unwind};

struct Lifted(Place);

impl Visit for Lifted {
    fn visit<T: Lower + Lift + Clone + PartialEq + Debug>(&mut self, value: T) {
        let mut host = HostSink::new(self.0);
        let address = host.indirect(&value);
        let Ok(lifted) = T::load(&mut GuestSource, address);
        GuestSource.free(address, T::LAYOUT);
        let flat = (T::FLAT <= 16).then(|| {
            let mut flat = [0; 16];
            value.lower(&mut host, &mut flat).unwrap();
            let Ok(lifted) = T::lift(&mut GuestSource, &flat);
            lifted
        });
        // What was lifted stays when the host uses the arena again.
        host.end();
        assert_eq!(lifted, value);
        assert!(flat.is_none_or(|flat| flat == value));
    }
}

fn flat<T: Lower>(host: &mut HostSink, value: &T) -> [u64; MAX_FLAT_PARAMS] {
    let mut flat = [0; MAX_FLAT_PARAMS];
    value.lower(host, &mut flat).unwrap();
    flat
}

over_addresses! {
    fn every_kind_is_lifted_from_every_place() {
        for place in PLACES {
            every_kind(&mut Lifted(place));
        }
    }

    fn arguments_in_slots() {
        for place in PLACES {
            let mut host = HostSink::new(place);
            let params = (7u8, String::from("text"), vec![record(2)], Some(3u16));
            let slots = flat(&mut host, &params);
            let mut args = Args::<false>::new(&slots);
            // SAFETY: these are the parameters, in order.
            let lifted = unsafe { (args.take::<u8>(), args.take::<String>(), args.take::<Vec<Record>>(), args.take()) };
            // SAFETY: nothing came through memory.
            unsafe { args.finish(Layout { size: 0, align: 1 }) };
            host.end();
            assert_eq!(lifted, params);
        }
    }

    fn arguments_in_memory() {
        for place in PLACES {
            let mut host = HostSink::new(place);
            let params = (7u8, record(1), vec![String::from("a"), String::new()], u64::MAX);
            let mut slots = [0; MAX_FLAT_PARAMS];
            slots[0] = host.indirect(&params) as u64;
            let mut args = Args::<true>::new(&slots);
            // SAFETY: these are the parameters, in order.
            let lifted = unsafe { (args.take::<u8>(), args.take::<Record>(), args.take::<Vec<String>>(), args.take()) };
            // SAFETY: this is the layout of the parameters.
            unsafe { args.finish(<(u8, Record, Vec<String>, u64)>::LAYOUT) };
            host.end();
            assert_eq!(lifted, params);
        }
    }

    fn references_point_into_the_arena() {
        let mut host = HostSink::new(Place::Arena);
        let slots = flat(&mut host, &("text", [1u64, 2].as_slice(), [String::from("item")].as_slice(), ""));
        {
            let mut args = Args::<false>::new(&slots);
            // SAFETY: these are the parameters, in order. They are dropped before the arena is used again.
            let (text, numbers, texts, empty) = unsafe {
                (
                    args.take::<BorrowedArg<str, String>>(),
                    args.take::<BorrowedArg<[u64], Vec<u64>>>(),
                    args.take::<BorrowedArg<[String], Vec<String>>>(),
                    args.take::<BorrowedArg<str, String>>(),
                )
            };
            assert_eq!((&*text, &*numbers, &*texts, &*empty), ("text", &[1, 2][..], &["item".to_owned()][..], ""));
            assert_eq!(text.as_ptr().addr(), slots[0] as usize);
            assert_eq!(numbers.as_ptr().addr(), slots[2] as usize);
            assert_ne!(texts.as_ptr().addr(), slots[4] as usize);
        }
        host.end();
    }

    fn references_to_what_the_guest_was_given() {
        let mut host = HostSink::new(Place::Allocator);
        let mut slots = [0; MAX_FLAT_PARAMS];
        slots[0] = host.indirect(&("text", [1u16].as_slice())) as u64;
        let mut args = Args::<true>::new(&slots);
        // SAFETY: these are the parameters, in order.
        let (text, numbers) =
            unsafe { (args.take::<BorrowedArg<str, String>>(), args.take::<BorrowedArg<[u16], Vec<u16>>>()) };
        // SAFETY: this is the layout of the parameters.
        unsafe { args.finish(<(&str, &[u16])>::LAYOUT) };
        host.end();
        assert_eq!((&*text, &*numbers), ("text", &[1][..]));
    }

    fn lists_of_no_size() {
        let mut host = HostSink::new(Place::Allocator);
        let Ok(units) = Vec::<()>::lift(&mut GuestSource, &[1, 1000]);
        assert_eq!(units.len(), 1000);
        let slots = flat(&mut host, &vec![Wide; 5]);
        let Ok(wide) = Vec::<Wide>::lift(&mut GuestSource, &slots);
        assert_eq!(wide.len(), 5);
        // The address of an empty list is no allocation, whatever it is.
        let Ok(none) = Vec::<u64>::lift(&mut GuestSource, &[3, 0]);
        let Ok(nothing) = Vec::<String>::lift(&mut GuestSource, &[3, 0]);
        let Ok(empty) = String::lift(&mut GuestSource, &[0, 0]);
        assert!(none.is_empty() && nothing.is_empty() && empty.is_empty());
        host.end();
    }

    fn what_was_lifted_before_an_error_is_dropped_once() {
        let mut host = HostSink::new(Place::Allocator);
        let list = [("first", 'a' as u32), ("second", 'b' as u32), ("third", 0xd800)];
        let slots = flat(&mut host, &list.as_slice());
        let (items, layout) = *host.allocations.iter().find(|(address, _)| *address as u64 == slots[0]).unwrap();
        // The guest ends here. Natively it unwinds, and drops the three strings.
        let lifted = catch_unwind(|| Vec::<(String, char)>::lift(&mut GuestSource, &slots));
        assert!(lifted.is_err());
        // The list itself was not lifted, so nobody has freed it.
        GuestSource.free(items, layout);
        host.end();
    }

    fn a_conversion_that_fails_drops_what_it_was_given() {
        let mut host = HostSink::new(Place::Allocator);
        let slots = flat(&mut host, &vec![String::from("one"), String::from("two")]);
        let lifted = catch_unwind(AssertUnwindSafe(|| <[String; 3]>::lift(&mut GuestSource, &slots)));
        let message = lifted.unwrap_err().downcast::<String>().unwrap();
        assert_eq!(*message, "expected a list of 3 items, found 2");
        host.end();
    }

    fn an_arena_frees_nothing() {
        let mut host = HostSink::new(Place::Arena);
        let address = host.allocate(Layout { size: 8, align: 8 }).unwrap();
        GuestSource.free(address, Layout { size: 8, align: 8 });
        let last = host.lend(b"z", 1).unwrap();
        assert_eq!(GuestSource.take_string(last, 1).unwrap(), "z");
        host.end();
    }

    fn unaligned_values_are_read() {
        let mut host = HostSink::new(Place::Allocator);
        let address = host.realloc(Layout { size: 16, align: 8 });
        host.write(address + 1, 0x0102_0304_0506_0708_u64.to_le_bytes()).unwrap();
        let Ok(read) = u64::load(&mut GuestSource, address + 1);
        assert_eq!(read, 0x0102_0304_0506_0708);
        GuestSource.free(address, Layout { size: 16, align: 8 });
        host.end();
    }
}
