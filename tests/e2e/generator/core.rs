//! The text of a core module that may do anything: to its memory, to its tables, to the handles it has and has not.

use super::draw::Draw;
use std::fmt::Write;

/// The imports: the interface, the function, its name in the text, and its core type.
const IMPORTS: &[(&str, &str, &str, &str)] = &[
    ("peer", "tick", "tick", "(result i64)"),
    ("peer", "text", "text", "(param i32 i32 i32)"),
    ("peer", "texts", "texts", "(param i32 i32)"),
    ("peer", "deep", "deep", "(param i32 i32 i32)"),
    ("peer", "flat", "flat", "(param i32 i32 i32) (result i32)"),
    ("peer", "give", "give", "(param i32)"),
    ("peer", "lend", "lend", "(param i32) (result i32)"),
    ("peer", "take", "take", "(result i32)"),
    ("thing", "[constructor]thing", "new", "(param i32) (result i32)"),
    ("thing", "[method]thing.value", "value", "(param i32) (result i32)"),
    ("thing", "[resource-drop]thing", "drop", "(param i32)"),
];

/// The exports: the interface, the function, its core type, and its type in a component's text, if it has no named types.
pub(super) const EXPORTS: &[(&str, &str, &str, &str)] = &[
    ("subject", "nothing", "", ""),
    ("subject", "number", "(result i32)", "(result u8)"),
    ("subject", "flag", "(result i32)", "(result bool)"),
    ("subject", "letter", "(result i32)", "(result char)"),
    ("subject", "text", "(result i32)", "(result string)"),
    ("subject", "bytes", "(result i32)", "(result (list u8))"),
    ("subject", "words", "(result i32)", "(result (list u64))"),
    ("subject", "flags", "(result i32)", "(result (list bool))"),
    ("subject", "letters", "(result i32)", "(result (list char))"),
    ("subject", "texts", "(result i32)", "(result (list string))"),
    ("subject", "nested", "(result i32)", "(result (list (list (list u8))))"),
    ("subject", "maybe", "(result i32)", "(result (option string))"),
    ("subject", "either", "(result i32)", "(result (result string (error u32)))"),
    ("subject", "deep", "(result i32)", "(result (list (option (result (tuple string (list char)) (error u8)))))"),
    ("subject", "a-thing", "(result i32)", "(result (own $t))"),
    ("subject", "things", "(result i32)", "(result (list (own $t)))"),
    ("subject", "take-text", "(param i32 i32) (result i32)", r#"(param "text" string) (result u32)"#),
    ("subject", "take-texts", "(param i32 i32) (result i32)", r#"(param "texts" (list string)) (result u32)"#),
    (
        "subject",
        "take-many",
        "(param i32) (result i32)",
        r#"(param "a" string) (param "b" string) (param "c" string) (param "d" string) (param "e" string)
           (param "f" string) (param "g" string) (param "h" string) (param "i" string) (result u32)"#,
    ),
    ("subject", "take-thing", "(param i32) (result i32)", r#"(param "thing" (own $t)) (result u32)"#),
    ("subject", "lend-thing", "(param i32) (result i32)", r#"(param "thing" (borrow $t)) (result u32)"#),
    ("named", "one-entry", "(result i32)", ""),
    ("named", "entries", "(result i32)", ""),
    ("named", "one-shape", "(result i32)", ""),
    ("named", "shapes", "(result i32)", ""),
    ("named", "kinds", "(result i32)", ""),
];

/// Whether the module goes through the stock encoder, or into a component that is written here.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Style {
    Encoded,
    Written,
}

/// A memory of a size that is most often one page.
pub(super) fn memory(draw: &mut Draw) -> &'static str {
    match draw.once_in(8) {
        true => draw.pick(&["0", "0 0", "1 1", "2 65536", "17", "64", "65536", "65536 65536", "i64 1", "1 2 shared"]),
        false => "1",
    }
}

/// The body of an allocator.
pub(super) fn realloc(draw: &mut Draw, may_call: bool) -> String {
    if !draw.is_wild() {
        return "(global.set $free (i32.and (i32.add (global.get $free) (i32.const 7)) (i32.const -8)))
            (global.get $free)
            (global.set $free (i32.add (global.get $free) (local.get 3)))"
            .into();
    }
    match draw.below(7) {
        0 => format!("(i32.const {})", draw.word() as i32),
        1 => "(i32.mul (memory.grow (i32.const 1)) (i32.const 65536))".into(),
        2 => "(unreachable)".into(),
        3 => "(loop $s (br $s)) (unreachable)".into(),
        4 => "(i32.add (local.get 0) (i32.const 1))".into(),
        5 if may_call => format!("{} (i32.const 8)", call(draw)),
        _ => format!("(i32.sub (i32.mul (memory.size) (i32.const 65536)) (i32.const {}))", draw.below(64)),
    }
}

/// A call of an import, with arguments of any value.
fn call(draw: &mut Draw) -> String {
    let (address, len, small) = (draw.address() as i32, draw.len() as i32, draw.small() as i32);
    let back = draw.address() as i32;
    match draw.below(13) {
        0 => "(drop (call $tick))".into(),
        1 => format!("(call $text (i32.const {address}) (i32.const {len}) (i32.const {back}))"),
        2 => format!("(call $texts (i32.const {address}) (i32.const {len}))"),
        3 => format!("(call $deep (i32.const {address}) (i32.const {len}) (i32.const {back}))"),
        4 => format!("(drop (call $flat (i32.const {address}) (i32.const {len}) (i32.const {small})))"),
        5 => format!("(call $give (i32.const {small}))"),
        6 => format!("(drop (call $lend (i32.const {small})))"),
        7 => "(drop (call $take))".into(),
        8 => format!("(drop (call $new (i32.const {small})))"),
        9 => format!("(drop (call $value (i32.const {small})))"),
        10 => format!("(call $drop (i32.const {small}))"),
        11 => "(call $give (call $take))".into(),
        _ => "(call $drop (call $new (i32.const 7)))".into(),
    }
}

/// Statements.
fn acts(draw: &mut Draw) -> String {
    let mut acts = String::new();
    for _ in 0..draw.below(4) {
        let act = match draw.is_wild() {
            false if draw.once_in(3) => call(draw),
            false => {
                let word = [draw.address(), draw.len(), draw.small()][draw.below(3)] as i32;
                format!("(i32.store (i32.const {}) (i32.const {word}))", 4 * draw.below(64))
            }
            true => match draw.below(14) {
                0 => "(loop $s (br $s))".into(),
                1 => format!("(loop $s {} (br $s))", call(draw)),
                2 => "(unreachable)".into(),
                3 => "(call $deeper)".into(),
                4 => format!("(drop (memory.grow (i32.const {})))", draw.word() as i32),
                5 => "(loop $s (drop (memory.grow (i32.const 1))) (br $s))".into(),
                6 => format!("(drop (table.grow $table (ref.null func) (i32.const {})))", draw.word() as i32),
                7 => "(loop $s (drop (table.grow $table (ref.null func) (i32.const 16))) (br $s))".into(),
                8 => format!("(drop (i32.load (i32.const {})))", draw.word() as i32),
                9 => format!("(i64.store (i32.const {}) (i64.const -1))", draw.word() as i32),
                10 => format!(
                    "(memory.fill (i32.const {}) (i32.const {}) (i32.const {}))",
                    draw.address() as i32,
                    draw.small() as i32,
                    draw.len() as i32
                ),
                11 => format!("(call_indirect $table (i32.const {}))", draw.small() as i32),
                12 => format!("(table.set $table (i32.const {}) (ref.null func))", draw.small() as i32),
                _ => call(draw),
            },
        };
        acts.push_str(&act);
        acts.push(' ');
    }
    acts
}

/// What the memory has at first: addresses and lengths, discriminants, and text.
fn data(draw: &mut Draw, is_aliased: bool) -> String {
    let mut words = Vec::new();
    if is_aliased {
        // A list of a hundred lists, which are all the same one.
        words.extend([64, 100]);
        words.extend([8192, 16384].repeat(127));
    }
    while words.len() < 256 {
        match draw.below(3) {
            0 => words.extend([draw.address(), draw.len()]),
            1 => words.extend([draw.small(), draw.address()]),
            _ => words.extend([draw.len(), draw.small()]),
        }
    }
    let bytes = words.iter().flat_map(|word| word.to_le_bytes());
    let mut text = String::from(r#"(data (i32.const 0) ""#);
    for byte in bytes {
        let _ = write!(text, "\\{byte:02x}");
    }
    text.push_str("\") ");
    let letters =
        draw.pick(&[r"text \c3\a9 \e2\98\ba", r"t\00e\00\3a\26", r"\ff\fe\fd", r"\00\d8\00\d8", r"\ed\a0\80"]);
    let _ = write!(text, r#"(data (i32.const 4096) "{letters}")"#);
    text
}

/// The module.
pub(super) fn module(draw: &mut Draw, style: Style) -> String {
    let mut text = String::from("(core module $m ");
    for (interface, function, name, ty) in IMPORTS {
        let place = match style {
            Style::Encoded => format!(r#""test:generated/{interface}" "{function}""#),
            Style::Written => format!(r#""host" "{name}""#),
        };
        let _ = writeln!(text, "(import {place} (func ${name} {ty}))");
    }
    match style {
        Style::Encoded => {
            let _ = writeln!(text, r#"(memory (export "memory") {})"#, memory(draw));
        }
        Style::Written => text.push_str("(import \"memory\" \"memory\" (memory 0))\n"),
    }
    for _ in 0..if draw.once_in(16) { draw.pick(&[1, 2, 20]) } else { 0 } {
        let _ = writeln!(text, "(memory {})", memory(draw));
    }
    let elements = if draw.is_wild() { draw.pick(&[0, 1, 10, 1_000, 100_000, 10_000_000]) } else { 4 };
    let _ = writeln!(text, "(table $table {elements} funcref)");
    if elements > 0 {
        text.push_str("(elem (table $table) (i32.const 0) func $deeper)\n");
    }
    text.push_str("(global $free (mut i32) (i32.const 8192))\n(type $none (func))\n");
    // A function that calls itself for ever, and one that is called at the start.
    let _ = writeln!(text, "(func $deeper {} (call $deeper) {})", acts(draw), acts(draw));
    if draw.once_in(4) {
        let _ = writeln!(text, "(func $first {}) (start $first)", acts(draw));
    }
    let name = if style == Style::Encoded { "cabi_realloc" } else { "realloc" };
    let _ = writeln!(
        text,
        r#"(func (export "{name}") (param i32 i32 i32 i32) (result i32) {})"#,
        realloc(draw, style == Style::Written)
    );
    let exports = EXPORTS.iter().filter(|export| style == Style::Encoded || export.0 == "subject");
    let is_aliased = draw.once_in(6);
    let missing = if draw.once_in(20) { draw.below(EXPORTS.len()) } else { usize::MAX };
    for (i, (interface, function, ty, _)) in exports.enumerate() {
        if i == missing {
            continue;
        }
        let name = match style {
            Style::Encoded => format!("test:generated/{interface}#{function}"),
            Style::Written => (*function).to_string(),
        };
        let _ = write!(text, r#"(func (export "{name}") {ty} {}"#, acts(draw));
        if ty.ends_with("(result i32)") {
            let result = match *function {
                "number" | "flag" | "letter" | "a-thing" => draw.small(),
                _ if is_aliased => 0,
                _ => draw.address(),
            };
            // A handle that the guest has.
            match *function {
                "a-thing" if !draw.is_wild() => text.push_str("(call $take)"),
                _ => {
                    let _ = write!(text, "(i32.const {})", result as i32);
                }
            }
        }
        text.push_str(")\n");
        if ty.starts_with("(result i32)") && (style == Style::Written || draw.once_in(2)) {
            let post = if style == Style::Encoded { format!("cabi_post_{name}") } else { format!("post-{function}") };
            // Scalars have no post-return in the stock encoder's convention, and need none.
            let _ = writeln!(text, r#"(func (export "{post}") (param i32) {})"#, acts(draw));
        }
    }
    text.push_str(&data(draw, is_aliased));
    text.push(')');
    text
}
