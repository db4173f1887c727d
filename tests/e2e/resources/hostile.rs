//! Hand-written components that do things with handles that no guest of ours can do.

use super::Line;
use crate::bad_input::with_section;
use std::sync::Arc;
use tairitsu::schema::Role;
use tairitsu::{CallError, Container, Own, Registry};
use tairitsu_test_api::docs::Connection;

#[allow(dead_code)]
/// The exports of the component.
#[tairitsu::guest(package = "test:thief@1.0.0", uses = Connection)]
pub(crate) trait Thief {
    /// Drops the lent handle before the function returns, as a guest must.
    fn proper(&mut self, connection: &Own<dyn Connection>) -> u32;

    /// Keeps the lent handle.
    fn keep(&mut self, connection: &Own<dyn Connection>) -> u32;

    /// Calls a method on a handle with this number.
    fn forge(&mut self, handle: u32) -> u32;

    /// Drops the given handle twice.
    fn twice(&mut self, connection: Own<dyn Connection>) -> u32;

    /// Gives back a handle with this number.
    fn make(&mut self, handle: u32) -> Own<dyn Connection>;
}

const THIEF: &str = r#"(module
    (import "test:net/connection@1.0.0" "[resource-drop]connection" (func $drop (param i32)))
    (import "test:net/connection@1.0.0" "[method]connection.same" (func $same (param i32 i32) (result i32)))
    (memory (export "memory") 1)
    (func (export "test:thief/thief@1.0.0#proper") (param i32) (result i32) (call $drop (local.get 0)) (i32.const 1))
    (func (export "test:thief/thief@1.0.0#keep") (param i32) (result i32) (i32.const 2))
    (func (export "test:thief/thief@1.0.0#forge") (param i32) (result i32) (call $same (local.get 0) (local.get 0)))
    (func (export "test:thief/thief@1.0.0#twice") (param i32) (result i32)
        (call $drop (local.get 0)) (call $drop (local.get 0)) (i32.const 3))
    (func (export "test:thief/thief@1.0.0#make") (param i32) (result i32) (local.get 0)))"#;

fn spawn() -> Container {
    let module = with_section(wat::parse_str(THIEF).unwrap(), &Thief.interface().section(Role::Export));
    let image = Registry::new().load_image(module).unwrap();
    Container::builder(&image).resource::<Line>().build().unwrap()
}

fn line() -> (Arc<Line>, Own<dyn Connection>) {
    let line = Arc::new(Line::to("nowhere"));
    (line.clone(), Own::from(line as Arc<dyn Connection>))
}

/// Whether the call ended in a trap with this message.
fn is_trap<T: std::fmt::Debug>(result: Result<T, CallError>, message: &str) {
    match result {
        Err(CallError::Trap(trap)) => assert!(trap.to_string().contains(message), "{trap}"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_is_borrowed_does_not_outlive_the_call() {
    let mut container = spawn();
    let (line, connection) = line();
    let mut thief = container.guest(Thief).unwrap();
    assert_eq!(thief.proper(&connection).unwrap(), 1);
    is_trap(thief.keep(&connection), "borrow handles still remain at the end of the call");
    // The host's own value is unchanged, and the container can be restarted.
    drop(connection);
    assert_eq!(Arc::strong_count(&line), 1);
    container.restart().unwrap();
    let (_, connection) = self::line();
    assert_eq!(container.guest(Thief).unwrap().proper(&connection).unwrap(), 1);
}

#[test]
fn a_handle_cannot_be_forged() {
    for handle in [0, 1, 2, 77, u32::MAX] {
        is_trap(spawn().guest(Thief).unwrap().forge(handle), "unknown handle index");
        is_trap(spawn().guest(Thief).unwrap().make(handle), "unknown handle index");
    }
}

#[test]
fn what_was_dropped_is_not_dropped_again() {
    let mut container = spawn();
    let (line, connection) = line();
    is_trap(container.guest(Thief).unwrap().twice(connection), "unknown handle index");
    assert_eq!(Arc::strong_count(&line), 1);
}
