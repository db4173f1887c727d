//! The text of a component around a core module, and the bytes that are made of it.

use super::core::{self, EXPORTS, Style};
use super::draw::Draw;
use super::subject::{Named, Peer, Subject, Thing};
use crate::bad_input::with_section;
use std::fmt::Write;
use tairitsu::schema::Role;

/// A generated guest.
pub(super) struct Guest {
    /// The text that it was made of.
    pub text: String,
    /// The bytes. `None` if the text is not even that of a module.
    pub wasm: Option<Vec<u8>>,
    /// The bytes that were changed afterwards.
    pub changed: Vec<(usize, u8)>,
}

/// Makes the guest of a seed.
pub(super) fn guest(seed: u64) -> Guest {
    let mut draw = Draw::new(seed);
    let style = if draw.once_in(3) { Style::Encoded } else { Style::Written };
    let text = match style {
        Style::Encoded => core::module(&mut draw, style).replacen("(core module $m", "(module", 1),
        Style::Written => written(&mut draw),
    };
    let mut wasm = wat::parse_str(&text).ok();
    if style == Style::Encoded {
        let sections = [
            Subject.interface().section(Role::Export),
            Named.interface().section(Role::Export),
            Peer.interface().section(Role::Import),
            Thing.interface().section(Role::Import),
        ];
        wasm = wasm.map(|wasm| sections.iter().fold(wasm, |wasm, section| with_section(wasm, section)));
    }
    let mut changed = Vec::new();
    if let Some(wasm) = &mut wasm
        && draw.once_in(4)
    {
        for _ in 0..=draw.below(3) {
            let at = draw.below(wasm.len());
            let byte = if draw.once_in(2) { wasm[at] ^ (1 << draw.below(8)) } else { draw.word() as u8 };
            wasm[at] = byte;
            changed.push((at, byte));
        }
    }
    Guest { text, wasm, changed }
}

const IMPORTS: &str = r#"
    (import "test:generated/thing" (instance $thing
        (export "thing" (type $t (sub resource)))
        (export "[constructor]thing" (func (param "number" u32) (result (own $t))))
        (export "[method]thing.value" (func (param "self" (borrow $t)) (result u32)))))
    (alias export $thing "thing" (type $t))
    (import "test:generated/peer" (instance $peer
        (alias outer 1 $t (type $outer))
        (export "thing" (type $t (eq $outer)))
        (export "tick" (func (result u64)))
        (export "text" (func (param "text" string) (result string)))
        (export "texts" (func (param "texts" (list string))))
        (export "deep" (func (param "list" (list (tuple u64 (option string)))) (result (list (list u8)))))
        (export "flat" (func (param "letter" char) (param "flag" bool) (param "number" u8) (result char)))
        (export "give" (func (param "thing" (own $t))))
        (export "lend" (func (param "thing" (borrow $t)) (result u32)))
        (export "take" (func (result (own $t))))))
"#;

/// A component that is written here, so that it need not be as the stock tools write it.
fn written(draw: &mut Draw) -> String {
    let mut text = String::from("(component ");
    text.push_str(IMPORTS);
    let _ = writeln!(
        text,
        r#"(core module $memory (memory (export "memory") {}) (global $free (mut i32) (i32.const 16384))
            (func (export "realloc") (param i32 i32 i32 i32) (result i32) {}))
        (core instance $memory (instantiate $memory))"#,
        core::memory(draw),
        core::realloc(draw, false)
    );
    let encoding = draw.pick(&["utf8", "utf8", "utf16", "latin1+utf16"]);
    let options = format!(r#"(memory $memory "memory") (realloc (func $memory "realloc")) string-encoding={encoding}"#);
    for function in ["tick", "text", "texts", "deep", "flat", "give", "lend", "take"] {
        let _ = writeln!(text, r#"(core func ${function} (canon lower (func $peer "{function}") {options}))"#);
    }
    let _ = writeln!(
        text,
        r#"(core func $new (canon lower (func $thing "[constructor]thing")))
        (core func $value (canon lower (func $thing "[method]thing.value")))
        (core func $drop (canon resource.drop $t))"#
    );
    text.push_str(&core::module(draw, Style::Written));
    let imports: String = ["tick", "text", "texts", "deep", "flat", "give", "lend", "take", "new", "value", "drop"]
        .map(|name| format!(r#"(export "{name}" (func ${name}))"#))
        .concat();
    let count = if draw.once_in(12) { draw.pick(&[2, 3, 10, 100, 300]) } else { 1 };
    for i in 0..count {
        let _ = writeln!(
            text,
            r#"(core instance $i{i} (instantiate $m (with "memory" (instance $memory)) (with "host" (instance {imports}))))"#
        );
    }
    let mut exports = String::new();
    let exported: Vec<_> = EXPORTS.iter().filter(|export| export.0 == "subject").collect();
    let any = |draw: &mut Draw| if draw.once_in(20) { draw.below(exported.len()) } else { usize::MAX };
    let (missing, mistyped) = (any(draw), any(draw));
    for (i, (_, function, ty, component)) in exported.iter().enumerate() {
        if i == missing {
            continue;
        }
        // Each function is one of any instance, and may have options of its own.
        let instance = draw.below(count);
        let component = if i == mistyped { exported[draw.below(exported.len())].3 } else { component };
        let encoding = draw.pick(&["utf8", "utf8", "utf16", "latin1+utf16"]);
        let allocator = match draw.once_in(4) {
            true => "$memory".into(),
            false => format!("$i{instance}"),
        };
        let post = match ty.starts_with("(result i32)") && draw.once_in(2) {
            true => format!(r#"(post-return (func $i{instance} "post-{function}"))"#),
            false => String::new(),
        };
        let _ = writeln!(
            text,
            r#"(func $f{i} {component} (canon lift (core func $i{instance} "{function}") (memory $memory "memory")
                (realloc (func {allocator} "realloc")) string-encoding={encoding} {post}))"#
        );
        let _ = write!(exports, r#"(export "{function}" (func $f{i}))"#);
    }
    if draw.once_in(16) {
        text.push_str(&tower(draw));
    }
    let name = match draw.once_in(24) {
        true => draw.pick(&[
            "test:generated/subject@1.0.0",
            "test:generated/subject@0.0.0-x",
            "test:generated/subjects",
            "test:generated/peer",
            "test:generated/named",
            "tairitsu:core/guest-api@0.1.0",
            "wasi:cli/run@0.2.0",
            "subject",
        ]),
        false => "test:generated/subject",
    };
    let _ = write!(text, r#"(instance $all {exports}) (export "{name}" (instance $all)))"#);
    if draw.once_in(10) {
        // Another component around it.
        let inner = text.replacen("(component ", "(component $inner ", 1);
        return format!(
            r#"(component {IMPORTS} {inner}
                (instance $x (instantiate $inner
                    (with "test:generated/thing" (instance $thing)) (with "test:generated/peer" (instance $peer))))
                (alias export $x "{name}" (instance $y))
                (export "{name}" (instance $y)))"#
        );
    }
    text
}

/// Components that instantiate each other: each the one before it, several times.
fn tower(draw: &mut Draw) -> String {
    let (height, times) = (1 + draw.below(16), 1 + draw.below(3));
    let mut text = String::from("(component $c0 (core module $e (memory 1)) (core instance (instantiate $e)))");
    for i in 1..=height {
        let outer = i - 1;
        let instances = format!("(instance (instantiate $d{outer}))").repeat(times);
        let _ = write!(text, "(component $c{i} (alias outer 1 $c{outer} (component $d{outer})) {instances})");
    }
    let _ = writeln!(text, "(instance (instantiate $c{height}))");
    text
}
