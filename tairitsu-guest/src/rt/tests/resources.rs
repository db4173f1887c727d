//! Handles to resources: each value is dropped once, when nobody has it any more.

use super::host::{HostSink, Place};
use super::over_addresses;
use crate::abi::{Lent, Lift, Lower, Own, Resource};
use crate::rt::guest_source::GuestSource;
use crate::rt::{GuestMemory, drop_value};
use crate::schema::{self, Role};
use std::any::Any;
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::sync::Arc;

thread_local! {
    /// The host's table: the address behind each handle to a resource of the guest.
    static TABLE: RefCell<BTreeMap<u32, usize>> = const { RefCell::new(BTreeMap::new()) };
    static NEXT: Cell<u32> = const { Cell::new(1) };
    /// The handles to resources of the host that the guest has dropped.
    static DROPPED: RefCell<Vec<u32>> = const { RefCell::new(Vec::new()) };
}

/// A resource of the guest.
#[derive(Debug)]
struct Document(String);

// SAFETY: the table does what the canonical ABI says of it. `drop_value` is the destructor.
unsafe impl Resource for Document {
    const RESOURCE: &'static schema::Resource = &schema::Resource::__new("document", "", "a:b/c", Role::Export);

    fn any(this: Arc<Self>) -> Arc<dyn Any + Send + Sync> {
        this
    }

    unsafe fn new_handle(address: usize) -> u32 {
        let handle = NEXT.replace(NEXT.get() + 1);
        TABLE.with_borrow_mut(|table| table.insert(handle, address));
        handle
    }

    fn address(handle: u32) -> usize {
        TABLE.with_borrow(|table| *table.get(&handle).expect("a trap"))
    }

    fn drop_handle(handle: u32) {
        let address = TABLE.with_borrow_mut(|table| table.remove(&handle)).expect("a trap");
        // SAFETY: this is the destructor.
        unsafe { drop_value::<Self>(address) };
    }
}

/// A resource of the host.
#[derive(Debug)]
struct Connection;

// SAFETY: the role is not `Export`, so no address is used.
unsafe impl Resource for Connection {
    const RESOURCE: &'static schema::Resource = &schema::Resource::__new("connection", "", "a:b/d", Role::Import);

    fn any(this: Arc<Self>) -> Arc<dyn Any + Send + Sync> {
        this
    }

    unsafe fn new_handle(_: usize) -> u32 {
        unreachable!()
    }

    fn address(_: u32) -> usize {
        unreachable!()
    }

    fn drop_handle(handle: u32) {
        DROPPED.with_borrow_mut(|dropped| dropped.push(handle));
    }
}

fn document(text: &str) -> (Own<Document>, Arc<Document>) {
    let value = Arc::new(Document(text.into()));
    (Own::from(value.clone()), value)
}

over_addresses! {
    fn a_resource_goes_and_comes_back() {
        let (own, value) = document("text");
        let mut memory = GuestMemory::new();
        let mut flat = [0];
        let Ok(()) = own.lower(&mut memory, &mut flat);
        drop(own);
        assert_eq!(Arc::strong_count(&value), 2);

        // Lent, and given back.
        let lent = [Document::address(flat[0] as u32) as u64];
        let Ok(Lent(borrowed)) = Lent::<Own<Document>>::lift(&mut GuestSource, &lent);
        assert_eq!(borrowed.value().0, "text");
        drop(borrowed);
        let Ok(own) = Own::<Document>::lift(&mut GuestSource, &flat);
        assert!(TABLE.with_borrow(BTreeMap::is_empty));
        assert!(Arc::ptr_eq(&own.value(), &value));
        drop(own);
        assert_eq!(Arc::strong_count(&value), 1);
    }

    fn a_resource_that_the_host_drops() {
        let (own, value) = document("text");
        let Ok(()) = own.lower(&mut GuestMemory::new(), &mut [0]);
        drop(own);
        let [handle] = TABLE.with_borrow(|table| table.keys().copied().collect::<Vec<_>>())[..] else { panic!() };
        Document::drop_handle(handle);
        assert_eq!(Arc::strong_count(&value), 1);
    }

    fn lists_of_resources() {
        let values: Vec<_> = ["a", "b", "c"].map(document).into();
        let owns: Vec<(Own<Document>, String)> =
            values.iter().map(|(_, value)| (Own::from(value.clone()), value.0.clone())).collect();
        for place in [Place::Allocator, Place::Arena] {
            let mut host = HostSink::new(place);
            let mut flat = [0; 2];
            owns.lower(&mut host, &mut flat).unwrap();
            let Ok(lifted) = Vec::<(Own<Document>, String)>::lift(&mut GuestSource, &flat);
            host.end();
            for ((own, text), (_, value)) in lifted.iter().zip(&values) {
                assert!(Arc::ptr_eq(&own.value(), value) && *text == value.0);
            }
        }
        drop(owns);
        assert!(values.iter().all(|(_, value)| Arc::strong_count(value) == 2));
        assert!(TABLE.with_borrow(BTreeMap::is_empty));
    }

    fn a_handle_of_the_host_is_dropped_once() {
        let Ok(handles) = <(Own<Connection>, Own<Connection>)>::lift(&mut GuestSource, &[5, 6]);
        let mut flat = [0];
        // Lent, it stays the guest's.
        let Ok(()) = Lower::lower(&&handles.0, &mut GuestMemory::new(), &mut flat);
        assert_eq!(flat, [5]);
        // Given away, it is the host's.
        let Ok(()) = handles.1.lower(&mut GuestMemory::new(), &mut flat);
        assert_eq!(flat, [6]);
        drop(handles);
        assert_eq!(DROPPED.take(), [5]);
    }

    #[should_panic = "a trap"]
    fn a_forged_handle_is_a_trap() {
        let Ok(_) = Own::<Document>::lift(&mut GuestSource, &[7]);
    }

    #[should_panic = "only the host can make this resource"]
    fn the_guest_makes_no_resource_of_the_host() {
        let Ok(()) = Own::from(Arc::new(Connection)).lower(&mut GuestMemory::new(), &mut [0]);
    }
}
