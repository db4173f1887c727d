//! Results that the host looks at in the guest's memory, by the clients' functions `.._with`.

use crate::calls::{Echo, with_zoo};
use crate::image;
use std::panic::{AssertUnwindSafe, catch_unwind};
use tairitsu::{AbiError, CallError, Container, Limits, Registry, Status};
use tairitsu_test_unruly::Unruly;
use tairitsu_test_zoo::{Guest, Zoo};

#[test]
fn strings_and_lists() {
    with_zoo(|zoo| {
        for len in [0, 1, 7, 1_000, 1 << 20] {
            let bytes: Vec<u8> = (0..len).map(|i| i as u8).collect();
            assert!(zoo.echo_blob_with(&bytes, |found| found == bytes).unwrap());
            let text = "ü".repeat(len);
            // The closure gets a `&str`, though the function returns a `String`.
            assert_eq!(zoo.echo_string_with(&text, str::to_owned).unwrap(), text);
            assert_eq!(zoo.echo_str_with(&text, str::len).unwrap(), 2 * len);
        }
        assert_eq!(zoo.add(1, 2).unwrap(), 3);
    });
}

#[test]
fn a_function_s_own_error() {
    let mut container = Container::new(&image("unruly")).unwrap();
    container.on_execute(|command, _| if command.is_empty() { Err("what?".into()) } else { Ok(command.repeat(2)) });
    let mut unruly = container.guest(Unruly).unwrap();
    assert_eq!(unruly.ask_with("ha", |answer| answer.len()).unwrap(), 4);
    let error = unruly.ask_with("", |answer| panic!("{answer} is no answer")).unwrap_err();
    assert!(matches!(&error, CallError::Guest(error) if error == "what?"), "{error}");
    assert_eq!(unruly.ask_with("ha", str::to_owned).unwrap(), "haha");
}

/// The host allocates nothing for a result that it looks at.
#[test]
fn what_the_host_may_allocate_does_not_bound_it() {
    let limits = Limits::new().host_bytes(100_000);
    let mut container = Container::builder(&image("zoo")).limits(limits).provide(Echo::default()).build().unwrap();
    let mut zoo = container.guest(Zoo).unwrap();
    let bytes = vec![7; 200_000];
    assert!(zoo.echo_blob_with(&bytes, |found| found == bytes).unwrap());
    let error = zoo.echo_blob(&bytes).unwrap_err();
    assert!(matches!(error, CallError::HostBytes { .. }), "{error}");
}

/// Calls nest: the closure looks at results of other containers, and so does a provider while the guest runs.
#[test]
fn one_inside_another() {
    let zoo = || Container::builder(&image("zoo")).provide(Echo::default()).build().unwrap();
    let (mut inside, mut asked, mut native) = (zoo(), zoo(), Container::native::<Guest>().build().unwrap());
    let mut outside = Container::new(&image("unruly")).unwrap();
    outside.on_execute(move |command, _| {
        Ok(asked.guest(Zoo).unwrap().echo_string_with(&command, |found| found.to_uppercase()).unwrap())
    });
    let found = outside.guest(Unruly).unwrap().ask_with("word", |answer| {
        let len = inside.guest(Zoo).unwrap().echo_blob_with(answer.as_bytes(), <[u8]>::len).unwrap();
        native.guest(Zoo).unwrap().echo_str_with(answer, |found| format!("{found} {len}")).unwrap()
    });
    assert_eq!(found.unwrap(), "WORD 4");
}

/// A panic of the closure is the caller's panic, and not an error of the guest.
#[test]
fn a_panic_of_who_looks() {
    let mut container = Container::builder(&image("zoo")).provide(Echo::default()).build().unwrap();
    for _ in 0..3 {
        let panic = catch_unwind(AssertUnwindSafe(|| {
            let mut zoo = container.guest(Zoo).unwrap();
            let _ = zoo.echo_str_with("seen", |found| -> () { panic!("{found}!") });
        }));
        assert_eq!(*panic.unwrap_err().downcast::<String>().unwrap(), "seen!");
        assert_eq!(container.status(), Status::Running);
        assert_eq!(container.guest(Zoo).unwrap().echo_str_with("seen", str::len).unwrap(), 4);
    }
    assert_eq!(container.handle().info().traps, 0);
}

#[tairitsu::guest(package = "test:garbage")]
#[allow(dead_code)]
trait Garbage {
    fn text(&mut self) -> String;
    fn bytes(&mut self) -> Vec<u8>;
    fn words(&mut self) -> Vec<u32>;
    fn result(&mut self) -> Result<Vec<u16>, String>;
}

/// A component whose functions return the value at address 8, where these words are. Its strings have this encoding.
fn garbage(words: [u32; 3], encoding: &str) -> Container {
    let data: String = words.iter().flat_map(|word| word.to_le_bytes()).map(|byte| format!("\\{byte:02x}")).collect();
    let lift = |name: &str, ty: &str| {
        format!("(func ${name} (result {ty}) (canon lift (core func $i \"get\") (memory $i \"memory\") {encoding}))")
    };
    let text = format!(
        r#"(component
            (core module $m (memory (export "memory") 1)
                (data (i32.const 8) "{data}") (data (i32.const 64) "h\00i\00\ff\ff")
                (func (export "get") (result i32) i32.const 8))
            (core instance $i (instantiate $m))
            {} {} {} {}
            (instance $garbage (export "text" (func $text)) (export "bytes" (func $bytes))
                (export "words" (func $words)) (export "result" (func $result)))
            (export "test:garbage/garbage" (instance $garbage)))"#,
        lift("text", "string"),
        lift("bytes", "(list u8)"),
        lift("words", "(list u32)"),
        lift("result", "(result (list u16) (error string))"),
    );
    Container::new(&Registry::new().load_image(wat::parse_str(text).unwrap()).unwrap()).unwrap()
}

#[test]
fn what_is_no_such_value_is_not_shown() {
    fn ends<T, E: std::fmt::Debug>(result: Result<T, CallError<E>>, is: impl FnOnce(&AbiError) -> bool) {
        match result {
            Err(error) => assert!(error.trap().and_then(|trap| trap.abi_error()).is_some_and(is), "{error:?}"),
            Ok(_) => panic!("it was seen"),
        }
    }
    let is_outside = |error: &AbiError| matches!(error, AbiError::OutOfBounds { .. });
    let utf8 = |words| garbage(words, "string-encoding=utf8");
    // Bytes inside the memory, at the edge of its page, and beyond it.
    assert_eq!(utf8([64, 1, 0]).guest(Garbage).unwrap().text_with(str::to_owned).unwrap(), "h");
    assert_eq!(utf8([65_535, 1, 0]).guest(Garbage).unwrap().bytes_with(<[u8]>::to_vec).unwrap(), [0]);
    assert_eq!(utf8([64, 1, 0]).guest(Garbage).unwrap().words_with(<[u32]>::to_vec).unwrap(), [0x0069_0068]);
    assert_eq!(utf8([0, 64, 2]).guest(Garbage).unwrap().result_with(<[u16]>::to_vec).unwrap(), [0x68, 0x69]);
    ends(utf8([64, 6, 0]).guest(Garbage).unwrap().text_with(|_| ()), |error| {
        matches!(error, AbiError::Utf8 { valid_up_to: 4, .. })
    });
    for words in [[65_535, 2, 0], [65_537, 0, 0], [u32::MAX, u32::MAX, 0], [8, u32::MAX, 0]] {
        ends(utf8(words).guest(Garbage).unwrap().text_with(|_| ()), is_outside);
        ends(utf8(words).guest(Garbage).unwrap().bytes_with(|_| ()), is_outside);
    }
    ends(utf8([64, 0x4000_0001, 0]).guest(Garbage).unwrap().words_with(|_| ()), is_outside);
    ends(utf8([66, 1, 0]).guest(Garbage).unwrap().words_with(|_| ()), |error| {
        matches!(error, AbiError::Unaligned { address: 66, align: 4, .. })
    });
    ends(utf8([2, 64, 1]).guest(Garbage).unwrap().result_with(|_| ()), |error| {
        matches!(error, AbiError::Discriminant { found: 2, .. })
    });
    ends(utf8([1, 65_536, 1]).guest(Garbage).unwrap().result_with(|_| ()), is_outside);
    // A string in another encoding has no `str` in memory. The closure gets a lifted copy.
    let mut wide = garbage([64, 2, 0], "string-encoding=utf16");
    assert_eq!(wide.guest(Garbage).unwrap().text_with(str::to_owned).unwrap(), "hi");
}
