//! Our guest of blocks on a host of `bindgen!`, and older and newer hosts than the guest.

use super::BLOCKS;
use crate::raw::{self, Host};
use tairitsu_test_blocks::{CalculatorApi, ClockApi};
use wasmtime::component::HasSelf;

#[test]
fn the_fixture_is_what_the_blocks_emit() {
    let package = CalculatorApi.interface().package();
    let [calculator, time] =
        [CalculatorApi.wit(), ClockApi.wit()].map(|wit| wit.split_once("\n\n").unwrap().1.to_string());
    let world = "world blocks-guest {\n  import time;\n  export calculator;\n}\n";
    raw::hold("blocks.wit", &format!("package {package};\n\n{calculator}\n{time}\n{world}"));
}

mod bindings {
    #![allow(missing_docs, unreachable_pub)]
    wasmtime::component::bindgen!({ path: "fixtures/blocks.wit", world: "blocks-guest" });
}

use bindings::exports::test::blocks::calculator::{CalculatorError, Operation};
use bindings::test::blocks::time;

impl time::Host for Host<u64> {
    fn now(&mut self) -> u64 {
        self.data += 1;
        self.data
    }

    fn label(&mut self, title: String, count: u32) -> String {
        format!("{title} ({count}) at {}", self.data)
    }
}

#[test]
fn our_guest_on_a_host_of_bindgen() {
    let (mut store, component, linker) = raw::host(BLOCKS, 0, |linker| {
        bindings::BlocksGuest::add_to_linker::<_, HasSelf<_>>(linker, |host: &mut Host<u64>| host)
    });
    let guest = bindings::BlocksGuest::instantiate(&mut store, &component, &linker).unwrap();
    let calculator = guest.test_blocks_calculator();
    assert_eq!(calculator.call_add(&mut store, 0.5, 0.25).unwrap(), 0.75);
    let steps = [Operation::Add(6.0), Operation::Divide(4.0)];
    assert_eq!(calculator.call_run_all(&mut store, &steps).unwrap(), Ok(1.5));
    let failed = calculator.call_run_all(&mut store, &[Operation::Divide(0.0)]).unwrap();
    assert_eq!(failed, Err(CalculatorError::DivisionByZero));
    let (title, steps) = calculator.call_history(&mut store, 1, "the last").unwrap();
    assert_eq!((title.as_str(), steps.len(), steps[0].at), ("the last (1) at 2", 1, 2));
    calculator.call_clear(&mut store).unwrap();
    assert_eq!(calculator.call_history(&mut store, 9, "none").unwrap().1.len(), 0);
}

/// Two hosts: an older one that knows one function of the guest, and a newer one that wants another function.
mod versions {
    wasmtime::component::bindgen!({
        inline: "
            package test:blocks@1.0.0;
            interface calculator { add: func(a: f64, b: f64) -> f64; }
            interface time { now: func() -> u64; label: func(title: string, count: u32) -> string; }
            world older { import time; export calculator; }
        ",
        world: "older",
    });

    pub(super) mod newer {
        wasmtime::component::bindgen!({
            inline: "
                package test:blocks@1.0.0;
                interface calculator { add: func(a: f64, b: f64) -> f64; multiply: func(a: f64, b: f64) -> f64; }
                world newer { export calculator; }
            ",
            world: "newer",
        });
    }

    pub(super) mod changed {
        wasmtime::component::bindgen!({
            inline: "
                package test:blocks@1.0.0;
                interface calculator { add: func(a: f32, b: f32) -> f32; }
                world changed { export calculator; }
            ",
            world: "changed",
        });
    }
}

#[test]
fn our_guest_on_older_and_newer_hosts_of_bindgen() {
    let link = |linker: &mut wasmtime::component::Linker<Host<u64>>| {
        bindings::BlocksGuest::add_to_linker::<_, HasSelf<_>>(linker, |host: &mut Host<u64>| host)
    };
    let (mut store, component, linker) = raw::host(BLOCKS, 0, link);
    let older = versions::Older::instantiate(&mut store, &component, &linker).unwrap();
    assert_eq!(older.test_blocks_calculator().call_add(&mut store, 1.0, 2.0).unwrap(), 3.0);
    let Err(error) = versions::newer::Newer::instantiate(&mut store, &component, &linker) else {
        panic!("a function that the guest lacks was found")
    };
    assert!(format!("{error:#}").contains("multiply"), "{error:#}");
    let Err(error) = versions::changed::Changed::instantiate(&mut store, &component, &linker) else {
        panic!("a function of another type was taken")
    };
    assert!(format!("{error:#}").contains("expected `f32` found `f64`"), "{error:#}");
}
