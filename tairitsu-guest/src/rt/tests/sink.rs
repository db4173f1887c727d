//! Lowering into the guest's memory: the host reads what was lowered, and then everything is freed once.

use super::host::{HostSource, through_guest_memory};
use super::over_addresses;
use super::types::{Visit, Wide, every_kind};
use crate::abi::{Copying, Lift, Lower, Shape, Sink};
use crate::rt::GuestMemory;
use crate::schema::Layout;
use std::fmt::Debug;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr::NonNull;

struct Lowered;

impl Visit for Lowered {
    fn visit<T: Lower + Lift + Clone + PartialEq + Debug>(&mut self, value: T) {
        for lifted in through_guest_memory(&value).into_iter().flatten() {
            assert_eq!(lifted, value);
        }
    }
}

/// A list of items without size in Rust, of any length.
fn wide(len: usize) -> &'static [Wide] {
    // SAFETY: the items have no size, so any aligned address has any number of them.
    unsafe { std::slice::from_raw_parts(NonNull::dangling().as_ptr(), len) }
}

/// Post-return frees nothing for a type that says that lowering allocates nothing.
#[test]
fn a_type_says_whether_it_allocates() {
    fn check<T: Lower>(value: &T, allocates: bool) {
        let mut memory = GuestMemory::new();
        let Ok(()) = value.lower(&mut memory, &mut [0; 16]);
        assert_eq!((!memory.is_empty(), T::ALLOCATES), (allocates, allocates), "{}", std::any::type_name::<T>());
    }

    check(&1u8, false);
    check(&true, false);
    check(&'x', false);
    check(&(), false);
    check(&String::from("text"), false);
    check(&vec![1u16, 2], false);
    check(&Some(vec![1.5f64]), false);
    check(&Ok::<_, String>((1u8, String::from("text"))), false);
    check(&vec![true], true);
    check(&vec![String::from("text")], true);
    check(&Some(vec![vec![1u8]]), true);
    check(&Err::<u8, _>(vec!['x']), true);
    check(&(1u8, vec![(2u8, 3u8)]), true);
    check(&std::collections::BTreeSet::from([1u8]), true);
}

over_addresses! {
    fn every_kind_is_lowered() {
        every_kind(&mut Lowered);
    }

    fn a_copy_outlives_the_value() {
        let mut memory = GuestMemory::new();
        let mut flat = [0; 4];
        {
            let value = (String::from("gone"), vec![1u32, 2]);
            let Ok(()) = value.lower(&mut Copying(&mut memory), &mut flat);
        }
        let lifted = <(String, Vec<u32>)>::lift(&mut HostSource, &flat).unwrap();
        assert_eq!(lifted, ("gone".to_owned(), vec![1, 2]));
        memory.clear();
        // The memory can be used again.
        let next = vec![String::from("next")];
        let Ok(()) = next.lower(&mut memory, &mut flat);
        assert_eq!(Vec::<String>::lift(&mut HostSource, &flat).unwrap(), ["next"]);
    }

    fn nothing_is_allocated_for_nothing() {
        let mut memory = GuestMemory::new();
        for align in [1, 2, 4, 8] {
            let Ok(address) = memory.allocate(Layout { size: 0, align });
            assert_eq!(address, align);
            let Ok(address) = memory.copy(&[], align);
            assert_eq!(address, align);
        }
        let mut flat = [0; 2];
        let Ok(()) = vec![(); 1000].lower(&mut memory, &mut flat);
        assert_eq!(flat, [1, 1000]);
    }

    fn allocations_are_aligned_and_freed_in_any_number() {
        let mut memory = GuestMemory::new();
        for size in [1, 7, 8, 9, 1000] {
            let Ok(address) = memory.allocate(Layout { size, align: 8 });
            assert_eq!(address % 8, 0);
            let Ok(()) = memory.write(address + size - 1, [0xff]);
        }
        memory.clear();
        memory.clear();
        let Ok(_) = memory.allocate(Layout { size: 1, align: 1 });
    }

    fn a_list_that_no_memory_has_room_for() {
        assert_eq!((size_of::<Wide>(), Wide::LAYOUT.size), (0, 2));
        let mut memory = GuestMemory::new();
        // Twice the length is 0, and 2.
        for len in [usize::MAX / 2 + 1, usize::MAX / 2 + 2, usize::MAX] {
            let items = wide(len);
            let lowered = catch_unwind(AssertUnwindSafe(|| items.lower(&mut memory, &mut [0; 2])));
            assert!(lowered.is_err(), "{len} items of two bytes");
        }
        let Ok(()) = wide(3).lower(&mut memory, &mut [0; 2]);
    }
}
