//! Two contracts that are known as WIT only, compared: each rule has a pair, as an export, as an import, and in a package
//! without a world.

use crate::evolution::{caller, guest};
use crate::image;
use tairitsu::compatibility::ChangeKind::{Added, Changed, Documented, Removed, Renamed};
use tairitsu::compatibility::Verdict::{Major, Minor, Patch, Same};
use tairitsu::compatibility::{Change, Changes, Verdict, between};
use tairitsu::schema::Role;
use tairitsu::{Error, Image};

/// The ways in which a contract has an interface.
const ROLES: [&str; 3] = ["export", "import", ""];

const ID: &str = "acme:hello/greeter@1.0.0";

/// A contract with an interface `greeter`. With no role, it has no world.
fn contract(role: &str, body: &str) -> String {
    let world = if role.is_empty() { String::new() } else { format!("world guest {{ {role} greeter; }}") };
    format!(
        "package acme:hello@1.0.0;
         interface greeter {{ {body} }}
         {world}"
    )
}

fn compare(old: &str, new: &str) -> Changes {
    let cut = |text: &str| text.chars().take(2_000).collect::<String>();
    between(old, new).unwrap_or_else(|error| panic!("{error}\n{}\n{}", cut(old), cut(new)))
}

/// The lines of the differences, without their verdicts and roles, in one order.
fn lines(changes: &Changes) -> Vec<String> {
    let line = |change: &Change| {
        let line = change.to_string();
        let (verdict, line) = line.split_once(": ").unwrap();
        assert_eq!(verdict, change.verdict.to_string());
        let role = match change.role {
            Some(Role::Import) => " at import `",
            Some(Role::Export) => " at export `",
            None => " at `",
        };
        assert!(line.contains(role), "{line}");
        line.replacen(role, " at `", 1)
    };
    let mut lines: Vec<_> = changes.differences.iter().map(line).collect();
    lines.sort();
    lines
}

/// Compares two bodies of the interface in each role.
fn check(old: &str, new: &str, verdicts: [Verdict; 3], expected: &[&str]) {
    for (role, verdict) in ROLES.into_iter().zip(verdicts) {
        let changes = compare(&contract(role, old), &contract(role, new));
        let expected: Vec<_> = expected.iter().map(|line| line.replace("ID", ID)).collect();
        assert_eq!(lines(&changes), expected, "{role}: {old} / {new}");
        assert_eq!(changes.verdict, verdict, "{role}: {changes}");
        let greatest = changes.differences.iter().map(|change| change.verdict).max();
        assert_eq!(greatest.unwrap_or(Same), verdict);
        assert_eq!(changes.versions.len(), usize::from(verdict != Same), "{changes}");
    }
}

#[test]
fn functions_of_an_interface() {
    const F: &str = "f: func(a: u32) -> string;";
    check(F, F, [Same; 3], &[]);
    check(
        F,
        &format!("{F} g: func(b: list<u8>);"),
        [Minor, Major, Minor],
        &["expected nothing, found `func(b: list<u8>)` at `ID#g`"],
    );
    check(&format!("{F} g: func();"), F, [Major, Minor, Major], &["expected `func()`, found nothing at `ID#g`"]);
    // A new name is a function less and a function more.
    check(
        F,
        "g: func(a: u32) -> string;",
        [Major; 3],
        &[
            "expected `func(a: u32) -> string`, found nothing at `ID#f`",
            "expected nothing, found `func(a: u32) -> string` at `ID#g`",
        ],
    );
    for (new, text) in [
        ("f: func(a: u32);", "func(a: u32)"),
        ("f: func(a: u32, b: u32) -> string;", "func(a: u32, b: u32) -> string"),
        ("f: func() -> string;", "func() -> string"),
        ("f: async func(a: u32) -> string;", "async func(a: u32) -> string"),
    ] {
        let line = format!("expected `func(a: u32) -> string`, found `{text}` at `ID#f`");
        check(F, new, [Major; 3], &[&line]);
        let line = format!("expected `{text}`, found `func(a: u32) -> string` at `ID#f`");
        check(new, F, [Major; 3], &[&line]);
    }
    check(F, "f: func(b: u32) -> string;", [Major; 3], &["expected `a`, found `b` at `ID#f(a)`"]);
    let renamed = compare(&contract("export", F), &contract("export", "f: func(b: u32) -> string;"));
    assert_eq!(renamed.differences[0].kind, Renamed);
    check("f: func(); g: func();", "g: func(); f: func();", [Same; 3], &[]);
}

#[test]
fn functions_of_a_resource() {
    const R: &str = "resource file { constructor(name: string); read: func(len: u32) -> list<u8>; }";
    check(R, R, [Same; 3], &[]);
    check(
        R,
        &R.replace("read:", "sync: func(); read:"),
        [Minor, Major, Minor],
        &["expected nothing, found `func(self: borrow<file>)` at `ID#[method]file.sync`"],
    );
    check(R, &R.replace("u32", "u64"), [Major; 3], &["expected `u32`, found `u64` at `ID#[method]file.read(len)`"]);
    check(
        R,
        &R.replace("read: func", "read: async func"),
        [Major; 3],
        &["expected `func(self: borrow<file>, len: u32) -> list<u8>`, \
           found `async func(self: borrow<file>, len: u32) -> list<u8>` at `ID#[method]file.read`"],
    );
    check(
        R,
        &R.replace("read: func", "read: static func"),
        [Major; 3],
        &[
            "expected `func(self: borrow<file>, len: u32) -> list<u8>`, found nothing at `ID#[method]file.read`",
            "expected nothing, found `func(len: u32) -> list<u8>` at `ID#[static]file.read`",
        ],
    );
    // A resource is one difference, whatever its functions are.
    check(
        R,
        &format!("{R} resource pipe {{ read: func(); }}"),
        [Minor, Major, Minor],
        &["expected nothing, found `resource` at `ID pipe`"],
    );
    check(
        &format!("{R} resource pipe {{ read: func(); }}"),
        R,
        [Major, Minor, Major],
        &["expected `resource`, found nothing at `ID pipe`"],
    );
    check(
        R,
        &R.replace("file", "document"),
        [Major; 3],
        &["expected `resource`, found nothing at `ID file`", "expected nothing, found `resource` at `ID document`"],
    );
    let uses = |ty: &str| format!("{R} resource pipe; f: func(x: option<{ty}>);");
    check(
        &uses("file"),
        &uses("borrow<file>"),
        [Major; 3],
        &["expected `own<ID file>`, found `borrow<ID file>` at `ID#f(x).some`"],
    );
    check(
        &uses("file"),
        &uses("pipe"),
        [Major; 3],
        &["expected `own<ID file>`, found `own<ID pipe>` at `ID#f(x).some`"],
    );
}

/// Places for a type `t`, and the paths to them.
const PLACES: [(&str, &str); 9] = [
    ("f: func(x: t);", "#f(x)"),
    ("f: func() -> t;", "#f ->"),
    ("f: async func(x: list<t>);", "#f(x)[]"),
    (
        "record inner { it: t } record outer { a: u8, deep: result<option<list<inner>>> } f: func(x: outer);",
        "#f(x).deep.ok.some[].it",
    ),
    ("variant v { a, c(t) } f: func() -> result<_, tuple<u8, v>>;", "#f ->.err.1.c"),
    ("resource r { m: func(a: u8, x: t); }", "#[method]r.m(x)"),
    ("resource r { constructor(x: t); }", "#[constructor]r(x)"),
    ("type s = t; type u = s; f: func(x: stream<u>);", "#f(x)[]"),
    ("f: func() -> future<t>;", "#f ->.value"),
];

/// Compares two definitions of a type `t` in each place, and in each role. The lines have `AT` in the place of the path.
fn check_type(old: &str, new: &str, verdict: Verdict, expected: &[&str]) {
    for (place, path) in PLACES {
        let at = |line: &&str| line.replace("AT", &format!("ID{path}"));
        let expected: Vec<_> = expected.iter().map(at).collect();
        let mut expected: Vec<_> = expected.iter().map(|line| &**line).collect();
        expected.sort();
        check(&format!("{old} {place}"), &format!("{new} {place}"), [verdict; 3], &expected);
        // Of a world's own function.
        if !place.starts_with("resource") {
            for role in ["export", "import"] {
                let world = |ty: &str| {
                    let place = place.replace("f: ", &format!("{role} f: "));
                    format!("package acme:hello@1.0.0; world guest {{ {ty} {place} }}")
                };
                let changes = compare(&world(old), &world(new));
                assert_eq!(lines(&changes), expected.iter().map(|line| line.replace("ID#", "")).collect::<Vec<_>>());
                assert_eq!(changes.verdict, verdict);
            }
        }
    }
}

#[test]
fn types_by_structure() {
    for (old, new, line) in [
        ("type t = u32;", "type t = u64;", "expected `u32`, found `u64` at `AT`"),
        ("type t = u32;", "type t = list<u32>;", "expected `u32`, found `list<u32>` at `AT`"),
        ("type t = list<u8>;", "type t = list<s8>;", "expected `u8`, found `s8` at `AT[]`"),
        ("type t = list<u8>;", "type t = option<u8>;", "expected `list<u8>`, found `option<u8>` at `AT`"),
        ("type t = list<u8>;", "type t = list<u8, 4>;", "expected `list<u8>`, found `list<u8, 4>` at `AT`"),
        ("type t = list<u8, 3>;", "type t = list<u8, 4>;", "expected `list<u8, 3>`, found `list<u8, 4>` at `AT`"),
        ("type t = option<u8>;", "type t = option<u16>;", "expected `u8`, found `u16` at `AT.some`"),
        ("type t = result<u8, u8>;", "type t = result<u8, u16>;", "expected `u8`, found `u16` at `AT.err`"),
        ("type t = result<u8, u8>;", "type t = result<_, u8>;", "expected `u8`, found `_` at `AT.ok`"),
        ("type t = result;", "type t = result<_, string>;", "expected `_`, found `string` at `AT.err`"),
        ("type t = tuple<u8, u8>;", "type t = tuple<u8, char>;", "expected `u8`, found `char` at `AT.1`"),
        ("type t = tuple<u8, u8>;", "type t = tuple<u8>;", "expected `tuple<u8, u8>`, found `tuple<u8>` at `AT`"),
        ("type t = map<string, u8>;", "type t = map<char, u8>;", "expected `string`, found `char` at `AT.key`"),
        ("type t = map<string, u8>;", "type t = map<string, s8>;", "expected `u8`, found `s8` at `AT[]`"),
        ("type t = future;", "type t = future<u8>;", "expected `_`, found `u8` at `AT.value`"),
        ("type t = stream<u8>;", "type t = stream<s8>;", "expected `u8`, found `s8` at `AT[]`"),
        ("record t { a: u8 }", "record t { a: f32 }", "expected `u8`, found `f32` at `AT.a`"),
        ("record t { a: u8 }", "record t { a: u8, b: u8 }", "expected nothing, found `b: u8` at `AT.b`"),
        ("record t { a: u8, b: u8 }", "record t { a: u8 }", "expected `b: u8`, found nothing at `AT.b`"),
        (
            "record t { a: u8, b: u8 }",
            "record t { b: u8, a: u8 }",
            "expected `record t { a: u8, b: u8 }`, found `record t { b: u8, a: u8 }` at `AT`",
        ),
        ("variant t { a, b(u8) }", "variant t { a, b(u16) }", "expected `u8`, found `u16` at `AT.b`"),
        ("variant t { a, b(u8) }", "variant t { a, b }", "expected `b(u8)`, found `b` at `AT.b`"),
        ("variant t { a, b(u8) }", "variant t { a, b(u8), c(char) }", "expected nothing, found `c(char)` at `AT.c`"),
        ("variant t { a, b(u8) }", "variant t { b(u8) }", "expected `a`, found nothing at `AT.a`"),
        ("enum t { a, b }", "enum t { a, b, c }", "expected nothing, found `c` at `AT.c`"),
        ("enum t { a, b }", "enum t { b, a }", "expected `enum t { a, b }`, found `enum t { b, a }` at `AT`"),
        ("flags t { a, b }", "flags t { a }", "expected `b`, found nothing at `AT.b`"),
        ("flags t { a }", "flags t { a, b }", "expected nothing, found `b` at `AT.b`"),
        ("enum t { a }", "flags t { a }", "expected `enum t { a }`, found `flags t { a }` at `AT`"),
        ("record t { a: u8 }", "type t = tuple<u8>;", "expected `record t { a: u8 }`, found `tuple<u8>` at `AT`"),
    ] {
        check_type(old, new, Major, &[line]);
        check_type(old, old, Same, &[]);
        check_type(new, new, Same, &[]);
    }
    check_type(
        "record t { a: u8, b: u8 }",
        "record t { a: u8, c: u8 }",
        Major,
        &["expected `b: u8`, found nothing at `AT.b`", "expected nothing, found `c: u8` at `AT.c`"],
    );
    // Where a type is declared, and by which alias it is named, is not in a component.
    check_type("record p { a: u8 } type t = p;", "record t { a: u8 }", Patch, &["expected `p`, found `t` at `AT`"]);
    check_type("record t { a: u8 }", "record q { a: u8 } type t = q;", Patch, &["expected `t`, found `q` at `AT`"]);
    check_type("type t = u8;", "type q = u8; type t = q;", Same, &[]);
    check_type("type t = list<u8>;", "type q = u8; type t = list<q>;", Same, &[]);
}

#[test]
fn parts_of_types_that_say_since_when() {
    for (old, new, line) in [
        (
            "record t { a: u8 }",
            "record t { a: u8, SINCE b: option<u8> }",
            "expected nothing, found `b: option<u8>` at `AT.b`",
        ),
        (
            "record t { a: u8 }",
            "record t { SINCE b: option<u8>, a: u8 }",
            "expected nothing, found `b: option<u8>` at `AT.b`",
        ),
        ("variant t { a(u8) }", "variant t { a(u8), SINCE b }", "expected nothing, found `b` at `AT.b`"),
        ("variant t { a(u8) }", "variant t { a(u8), SINCE b(u8) }", "expected nothing, found `b(u8)` at `AT.b`"),
        ("enum t { a }", "enum t { a, SINCE b }", "expected nothing, found `b` at `AT.b`"),
        ("flags t { a }", "flags t { a, SINCE b }", "expected nothing, found `b` at `AT.b`"),
    ] {
        for (since, verdict) in [
            ("/// Since 1.1.0.\n", Minor),
            ("/// How much.\n///\n/// Since 1.0.1, for all.\n", Minor),
            ("/** Since 1.1.0 */", Minor),
            ("/// Since 1.0.0.\n", Major),
            ("/// Since 0.9.0.\n", Major),
            ("/// It is there since 1.1.0.\n", Major),
            ("/// Since yesterday.\n", Major),
            ("", Major),
        ] {
            check_type(old, &new.replace("SINCE", since), verdict, &[line]);
        }
        // The old contract has it, so its age is of no help.
        let aged = new.replace("SINCE", "/// Since 1.1.0.\n");
        assert_eq!(
            compare(
                &contract("export", &format!("{aged} f: func(x: t);")),
                &contract("export", &format!("{old} f: func(x: t);"))
            )
            .verdict,
            Major
        );
    }
    // An older side has no value for a field that is no option and has no default.
    let field = "expected nothing, found `b: u8` at `AT.b`";
    for (since, verdict) in [
        ("/// Since 1.1.0.\n", Major),
        ("/// Since 1.1.0. Lossy.\n", Major),
        ("/// Since 1.1.0. Default: `5`.\n", Minor),
        ("/// Since 1.1.0. Default: `5`. Lossy.\n", Minor),
        ("/// Since 1.0.0. Default: `5`.\n", Major),
    ] {
        check_type("record t { a: u8 }", &format!("record t {{ a: u8, {since} b: u8 }}"), verdict, &[field]);
    }
    let alias = "type o = option<u8>; record t { a: u8, /// Since 1.1.0.\n b: o }";
    check_type("record t { a: u8 }", alias, Minor, &["expected nothing, found `b: o` at `AT.b`"]);

    // The order of the other parts still counts.
    let order = "expected `record t { a: u8, b: u8 }`, found `record t { b: u8, c: u8, a: u8 }` at `AT`";
    check_type(
        "record t { a: u8, b: u8 }",
        "record t { b: u8, /// Since 1.1.0.\n c: u8, a: u8 }",
        Major,
        &[order, "expected nothing, found `c: u8` at `AT.c`"],
    );

    // The age is compared with the version of the package that declares the type.
    let text = |field: &str| {
        format!(
            "package acme:hello@3.0.0;
             interface greeter {{ use acme:types/all@1.0.0.{{t}}; f: func(x: t); }}
             world guest {{ export greeter; }}
             package acme:types@1.0.0 {{ interface all {{ record t {{ a: u8, {field} }} }} }}"
        )
    };
    assert_eq!(compare(&text(""), &text("/// Since 1.1.0.\n b: option<u8>")).verdict, Minor);
    let unversioned = |field: &str| {
        contract("export", &format!("record t {{ a: u8, {field} }} f: func(x: t);")).replace("@1.0.0", "")
    };
    assert_eq!(compare(&unversioned(""), &unversioned("/// Since 1.1.0.\n b: option<u8>")).verdict, Major);
}

#[test]
fn names_of_types_and_docs() {
    check(
        "record person { age: u8 } f: func(x: list<person>) -> person;",
        "record human { age: u8 } f: func(x: list<human>) -> human;",
        [Patch; 3],
        &["expected `person`, found `human` at `ID#f(x)[]`"],
    );
    let documented = "/// I.\n interface greeter {
        /// R.\n record t { /// A.\n a: u8 }
        /// E.\n enum e { /// B.\n b }
        /// F.\n f: func(x: t, y: e);
        /// S.\n resource s { /// M.\n m: func(); }
    }";
    for role in ["export greeter;", "import greeter;"] {
        let text =
            |interface: &str| format!("/// P.\n package acme:hello@1.0.0; {interface} /// W.\n world w {{ {role} }}");
        assert_eq!(compare(&text(documented), &text(&documented.replace("/// ", "///    "))).verdict, Same);
        for (docs, path) in [
            ("I", ID.to_string()),
            ("R", format!("{ID}#f(x)")),
            ("A", format!("{ID}#f(x).a")),
            ("E", format!("{ID}#f(y)")),
            ("B", format!("{ID}#f(y).b")),
            ("F", format!("{ID}#f")),
            ("S", format!("{ID} s")),
            ("M", format!("{ID}#[method]s.m")),
        ] {
            let new = documented.replace(&format!("/// {docs}."), "/// Other.");
            let changes = compare(&text(documented), &text(&new));
            assert_eq!((changes.verdict, changes.differences.len()), (Patch, 1), "{changes}");
            let change = &changes.differences[0];
            assert_eq!((change.kind, &change.path), (Documented, &path));
            assert_eq!(change.expected, Some(format!("{docs}.")));
            assert_eq!(change.found.as_deref(), Some("Other."));
        }
        let changes = compare(&text(documented), &text(documented).replace("/// W.", ""));
        assert_eq!(changes.differences.len(), 1);
        assert_eq!((changes.differences[0].path.as_str(), &changes.differences[0].found), ("world w", &None));
    }
    let changes = compare(
        &contract("", "@since(version = 0.9.0) f: func();"),
        &contract("", "@since(version = 0.9.0) @deprecated(version = 1.0.0) f: func();"),
    );
    assert_eq!((changes.verdict, changes.differences[0].kind), (Patch, Documented));
}

/// A world with these items, and the interfaces that it may have.
fn world(items: &str) -> String {
    format!(
        "package acme:hello@1.0.0;
         interface one {{ f: func(); }}
         interface two {{ f: func(); }}
         interface kinds {{ record t {{ a: u8 }} }}
         interface handles {{ resource r; }}
         interface user {{ use kinds.{{t}}; f: func() -> t; }}
         world guest {{ {items} }}"
    )
}

#[test]
fn interfaces_of_a_world() {
    for (old, new, verdict, expected) in [
        (
            "export one;",
            "export one; export two;",
            Minor,
            "expected nothing, found `interface` at `acme:hello/two@1.0.0`",
        ),
        (
            "export one; export two;",
            "export two;",
            Major,
            "expected `interface`, found nothing at `acme:hello/one@1.0.0`",
        ),
        (
            "export one;",
            "export one; import two;",
            Major,
            "expected nothing, found `interface` at `acme:hello/two@1.0.0`",
        ),
        (
            "import one; import two;",
            "import two;",
            Minor,
            "expected `interface`, found nothing at `acme:hello/one@1.0.0`",
        ),
        ("", "export f: func();", Minor, "expected nothing, found `func()` at `f`"),
        ("export f: func();", "", Major, "expected `func()`, found nothing at `f`"),
        ("", "import f: func();", Major, "expected nothing, found `func()` at `f`"),
        ("import f: func();", "", Minor, "expected `func()`, found nothing at `f`"),
        ("import handles;", "", Minor, "expected `interface`, found nothing at `acme:hello/handles@1.0.0`"),
        ("", "import handles;", Major, "expected nothing, found `interface` at `acme:hello/handles@1.0.0`"),
        ("", "resource r;", Major, "expected nothing, found `resource` at `r`"),
        (
            "export x: interface { f: func(a: u8); }",
            "export x: interface { f: func(a: u16); }",
            Major,
            "expected `u8`, found `u16` at `x#f(a)`",
        ),
    ] {
        let changes = compare(&world(old), &world(new));
        assert_eq!(lines(&changes), [expected], "{old} / {new}");
        assert_eq!(changes.verdict, verdict, "{changes}");
    }
    for (old, new) in [
        ("export one; export two;", "export two; export one;"),
        ("import one; import two;", "import two; import one;"),
        // Nobody provides types.
        ("", "import kinds;"),
        ("import kinds;", ""),
    ] {
        assert_eq!(compare(&world(old), &world(new)).verdict, Same, "{old} / {new}");
    }
    // The other direction is another interface.
    let changes = compare(&world("export one;"), &world("import one;"));
    let roles: Vec<_> = changes.differences.iter().map(|change| (change.role, change.kind, change.verdict)).collect();
    assert_eq!(roles, [(Some(Role::Export), Removed, Major), (Some(Role::Import), Added, Major)]);

    // A type that moves to another interface is the same type. A resource is not.
    let moved = "package acme:hello@1.0.0;
        interface user { record t { a: u8 } f: func() -> t; }
        world guest { export user; }";
    assert_eq!(compare(&world("export user;"), moved).verdict, Same);
    let resource = |first: &str, second: &str, user: &str| {
        format!(
            "package acme:hello@1.0.0;
             interface first {{ {first} }}
             interface second {{ {second} }}
             interface user {{ use {user}.{{r}}; f: func() -> r; }}
             world guest {{ import first; import second; import user; }}"
        )
    };
    let both = |user: &str| resource("resource r;", "resource r;", user);
    let changes = compare(&both("first"), &both("second"));
    let expected = "expected `own<acme:hello/first@1.0.0 r>`, found `own<acme:hello/second@1.0.0 r>` \
                    at `acme:hello/user@1.0.0#f ->`";
    assert_eq!((lines(&changes), changes.verdict), (vec![expected.into()], Major));
}

#[test]
fn several_worlds() {
    let text = |worlds: &str| format!("package acme:hello@1.0.0; interface one {{ f: func(); }} {worlds}");
    let old = text("world a { export one; } world b {}");
    assert_eq!(compare(&old, &text("world b {} world a { export one; }")).verdict, Same);
    for (worlds, verdict, line) in [
        ("world a { export one; } world b {} world c {}", Minor, "expected nothing, found `world` at `world c`"),
        ("world a { export one; } world c {}", Major, "expected `world`, found nothing at `world b`"),
        ("world a {} world b {}", Major, "expected `interface`, found nothing at `acme:hello/one@1.0.0`"),
    ] {
        let changes = compare(&old, &text(worlds));
        assert_eq!(changes.verdict, verdict, "{changes}");
        assert!(lines(&changes).iter().any(|found| found == line), "{changes}");
    }
    // The name of an only world says nothing, as an image has none.
    assert_eq!(compare(&text("world a { export one; }"), &text("world b { export one; }")).verdict, Same);
    for (old, new, text) in [
        (text("world a {}"), text(""), "found a world in the old one and none in the new one"),
        (text(""), text("world a {}"), "found a world in the new one and none in the old one"),
    ] {
        let error = between(&old, &new).unwrap_err();
        assert!(error.to_string().contains(text), "{error}");
    }
    let error = between(&image("split"), &old).unwrap_err();
    assert!(error.to_string().contains("expected a text with one world"), "{error}");
}

#[test]
fn packages_without_a_world() {
    let text = |body: &str| format!("package acme:hello@1.0.0; {body}");
    for (old, new, verdict, expected) in [
        ("", "interface one { f: func(); }", Minor, "expected nothing, found `interface` at `acme:hello/one@1.0.0`"),
        ("interface one { f: func(); }", "", Major, "expected `interface`, found nothing at `acme:hello/one@1.0.0`"),
        // Types that no function uses, for other packages.
        (
            "interface types { record person { age: u32 } }",
            "interface types { record person { age: u64 } }",
            Major,
            "expected `u32`, found `u64` at `acme:hello/types@1.0.0 person.age`",
        ),
        (
            "interface types { record person { age: u32 } }",
            "interface types { record person { age: u32, /// Since 1.1.0.\n name: option<string> } }",
            Minor,
            "expected nothing, found `name: option<string>` at `acme:hello/types@1.0.0 person.name`",
        ),
        (
            "interface types { type a = u8; }",
            "interface types { type a = u8; type b = u8; }",
            Minor,
            "expected nothing, found `u8` at `acme:hello/types@1.0.0 b`",
        ),
        (
            "interface types { type a = u8; enum e { x } }",
            "interface types { type a = u8; }",
            Major,
            "expected `enum e { x }`, found nothing at `acme:hello/types@1.0.0 e`",
        ),
        (
            "interface types { enum e { x } }",
            "",
            Major,
            "expected `enum e { x }`, found nothing at `acme:hello/types@1.0.0 e`",
        ),
        (
            "/// Old.\n interface types { enum e { x } }",
            "/// New.\n interface types { enum e { x } }",
            Patch,
            "expected the same doc comment, found another at `acme:hello/types@1.0.0`",
        ),
        (
            "interface types { record p { a: u8 } } interface one { use types.{p}; f: func(x: p); }",
            "interface types { record q { a: u8 } } interface one { use types.{q}; f: func(x: q); }",
            Patch,
            "expected `p`, found `q` at `acme:hello/one@1.0.0#f(x)`",
        ),
    ] {
        let changes = compare(&text(old), &text(new));
        assert_eq!(lines(&changes), [expected], "{old} / {new}");
        assert_eq!(changes.verdict, verdict, "{changes}");
    }
    // The type has moved, and the interface still has its name.
    for (used, removed, verdict) in [("use other.{p};", 0, Minor), ("", 1, Major)] {
        let moved = compare(
            &text("interface types { record p { a: u8 } }"),
            &text(&format!("interface other {{ record p {{ a: u8 }} }} interface types {{ {used} }}")),
        );
        assert_eq!(moved.differences.iter().filter(|change| change.kind == Removed).count(), removed, "{moved}");
        assert_eq!(moved.verdict, verdict, "{moved}");
    }
    // The type has moved, and functions use it as before.
    let moved = compare(
        &text("interface types { record p { a: u8 } } interface one { use types.{p}; f: func(x: p); }"),
        &text("interface one { record p { a: u8 } f: func(x: p); }"),
    );
    assert_eq!(moved.verdict, Same, "{moved}");
}

#[test]
fn versions_of_interfaces() {
    let text = |version: &str, body: &str| contract("export", body).replace("1.0.0", version);
    const F: &str = "f: func();";
    const MORE: &str = "f: func(); g: func();";
    const OTHER: &str = "f: func(a: u8);";
    const NEVER: &str = "";
    for (old, new, before, after, verdict, lowest) in [
        ("1.0.0", "1.0.0", F, F, Same, NEVER),
        ("1.0.0", "1.4.0", F, F, Same, NEVER),
        ("1.0.0", "1.0.0", F, "/// Docs.\n f: func();", Patch, "1.0.1"),
        ("1.0.0", "1.0.1", F, "/// Docs.\n f: func();", Patch, NEVER),
        ("1.0.0", "1.0.0", F, MORE, Minor, "1.1.0"),
        ("1.0.0", "1.0.1", F, MORE, Minor, "1.1.0"),
        ("1.0.0", "1.1.0", F, MORE, Minor, NEVER),
        ("0.3.0", "0.3.1", F, MORE, Minor, NEVER),
        ("1.0.0", "1.1.0", F, OTHER, Major, "2.0.0"),
        ("0.3.0", "0.3.1", F, OTHER, Major, "0.4.0"),
        // Another interface beside a removed one.
        ("1.0.0", "2.0.0", F, OTHER, Major, NEVER),
        ("1.0.0", "2.0.0", F, F, Major, NEVER),
        ("0.3.0", "0.4.0", F, F, Major, NEVER),
    ] {
        let changes = compare(&text(old, before), &text(new, after));
        assert_eq!(changes.verdict, verdict, "{old} {new}: {changes}");
        let found: Vec<_> = changes.versions.iter().map(|version| (&*version.package, &*version.expected)).collect();
        let expected: &[_] = if lowest.is_empty() { &[] } else { &[("acme:hello", lowest)] };
        assert_eq!(found, expected, "{changes}");
    }
    let changes = compare(&text("1.0.0", F), &text("2.0.0", F));
    assert_eq!(
        changes.to_string(),
        "major
  major: expected `interface`, found nothing at export `acme:hello/greeter@1.0.0`
  minor: expected nothing, found `interface` at export `acme:hello/greeter@2.0.0`"
    );
    let changes = compare(&text("1.0.0", F), &text("1.0.1", MORE));
    assert_eq!(
        changes.to_string(),
        "minor
  minor: expected nothing, found `func()` at export `acme:hello/greeter@1.0.0#g`
  version: expected `acme:hello@1.1.0` or higher, found `acme:hello@1.0.1` after `1.0.0`: a change in it is minor"
    );
}

/// A world may have several versions of an interface on one track.
#[test]
fn several_versions_of_an_interface() {
    let text = |role: &str, versions: &[(&str, &str)]| {
        let mut text = "package acme:hello; world guest {".to_string();
        for (version, _) in versions {
            text += &format!("{role} a:b/c@{version};");
        }
        text += "}";
        for (version, body) in versions {
            text += &format!("package a:b@{version} {{ interface c {{ {body} }} }}");
        }
        text
    };
    const F: &str = "f: func();";
    const G: &str = "f: func(); g: func();";
    for (role, old, new, verdict) in [
        // Hosts look for the version that they know, and get the highest one.
        ("export", &[("1.0.0", F)][..], &[("1.0.0", F), ("1.1.0", G)][..], Minor),
        ("export", &[("1.0.0", F), ("1.1.0", G)], &[("1.1.0", G)], Minor),
        ("export", &[("1.0.0", F), ("1.1.0", G)], &[("1.0.0", F)], Major),
        // Hosts serve imports by the highest version that they have.
        ("import", &[("1.0.0", F)], &[("1.0.0", F), ("1.1.0", F)], Same),
        ("import", &[("1.0.0", F)], &[("1.0.0", F), ("1.1.0", G)], Major),
        ("import", &[("1.0.0", F), ("1.1.0", G)], &[("1.1.0", G)], Minor),
        ("import", &[("1.0.0", F), ("1.1.0", G)], &[("1.2.0", G)], Minor),
        ("import", &[("1.9.0", F), ("1.10.0", G)], &[("1.11.0", G)], Minor),
        ("import", &[("1.0.0", F)], &[("2.0.0", F)], Major),
    ] {
        let changes = compare(&text(role, old), &text(role, new));
        assert_eq!(changes.verdict, verdict, "{role} {old:?} {new:?}: {changes}");
    }
}

#[test]
fn images_and_texts() {
    for name in ["docs", "split", "zoo", "bindgen", "weather", "docs-bindgen"] {
        let image = image(name);
        let wit = image.wit();
        for changes in [between(&image, &image), between(&image, &wit), between(&wit, &image), between(&wit, &wit)] {
            let changes = changes.unwrap();
            assert_eq!((changes.verdict, changes.differences.len()), (Same, 0), "{name}: {changes}\n{wit}");
            assert_eq!(changes.to_string(), "same");
        }
        // Every function of the text is compared with the image's.
        let mut found = 0;
        for (at, _) in wit.match_indices(": func(") {
            let new = format!("{}: async {}", &wit[..at], &wit[at + 2..]);
            let changes = between(&image, &new).unwrap();
            assert_eq!((changes.verdict, changes.differences.len()), (Major, 1), "{changes}\n{new}");
            assert_eq!(changes.differences[0].kind, Changed);
            found += 1;
        }
        assert!(found > 0, "{wit}");
    }
    // Two images of other contracts.
    let [one, two]: [Image; 2] = [
        guest(tairitsu_test_contract_1::Counter.interface(), ""),
        guest(tairitsu_test_contract_2::Counter.interface(), ""),
    ];
    assert_eq!(
        between(&one, &two).unwrap().to_string(),
        "major
  major: expected `interface`, found nothing at export `test:grow/counter@1.0.0`
  minor: expected nothing, found `interface` at export `test:grow/counter@2.0.0`"
    );
    let [one, two] =
        [caller(tairitsu_test_contract_1::Log.interface()), caller(tairitsu_test_contract_2::Log.interface())];
    let changes = between(&one, &two).unwrap();
    assert_eq!((changes.verdict, changes.differences[0].kind), (Patch, Documented), "{changes}");
    let changes = between(&one, &one.wit().replace("line: func(text: string)", "line: func(text: char)")).unwrap();
    assert_eq!(
        changes.to_string(),
        "major\n  major: expected `string`, found `char` at import `test:log/log@1.0.0#line(text)`"
    );
}

/// Where an image has no doc comment, nothing is known about it. An image of another origin has none at all.
#[test]
fn docs_of_an_image() {
    let documented = image("docs");
    let wit = documented.wit();
    let undocumented: Vec<_> = wit.lines().filter(|line| !line.trim_start().starts_with("///")).collect();
    let undocumented = undocumented.join("\n");
    assert_ne!(wit.trim(), undocumented.trim());
    let changes = between(&documented, &undocumented).unwrap();
    assert_eq!(changes.verdict, Patch, "{changes}");
    assert!(changes.differences.iter().all(|change| change.kind == Documented), "{changes}");
    let changes = between(&documented, &wit.replacen("/// ", "/// Now: ", 1)).unwrap();
    assert_eq!((changes.verdict, changes.differences.len()), (Patch, 1), "{changes}");

    let other = image("docs-bindgen");
    assert!(!other.wit().contains("///"), "{}", other.wit());
    let text = other.wit().replace(": func(", ": /** Docs. */ func(");
    let documented = text.replace(": /** Docs. */", ":").replacen("  export", "  /// Docs.\n  export", 1);
    assert_eq!(between(&other, &documented).unwrap().verdict, Same);
    let documented: Vec<_> = other
        .wit()
        .lines()
        .map(|line| match line.contains(": func(") {
            true => format!("/// Docs.\n{line}"),
            false => line.to_string(),
        })
        .collect();
    let documented = documented.join("\n");
    assert!(documented.contains("/// Docs."));
    for changes in [between(&other, &documented), between(&documented, &other)] {
        assert_eq!(changes.unwrap().verdict, Same);
    }
}

#[test]
fn texts_that_are_no_wit() {
    let good = contract("export", "f: func();");
    for (bad, expected) in [
        ("", "no `package` header was found"),
        ("package acme:hello; interface x { f func(); }", "old.wit:1:37"),
        ("package acme:hello;\ninterface x { f: func(a: nothing); }", "old.wit:2:26"),
        ("package acme:hello; interface x { record a { b: a } }", "depends on itself"),
        ("package acme:hello; interface x { use other:things/y.{t}; }", "old.wit:1:39"),
        ("package a:a; interface x { use b:b/y.{t}; } package b:b { interface y { use a:a/x.{t}; } }", "cycle"),
    ] {
        let error = between(bad, &good).unwrap_err();
        assert!(matches!(error, Error::Contracts { .. }), "{error:?}");
        let text = error.to_string();
        assert!(text.starts_with("the contracts cannot be compared: the old one: "), "{text}");
        assert!(text.contains(expected), "{bad}: {text}");
        let other = between(&good, bad).unwrap_err().to_string();
        assert_eq!(other, text.replace("the old one", "the new one").replace("old.wit", "new.wit"));
    }
}

/// Everything that recurses in a text has a bound, and so has what is reported.
#[test]
fn hostile_texts() {
    let good = contract("export", "f: func();");
    let chain = |many: usize, link: &dyn Fn(usize) -> String| -> String { (1..many).map(link).collect() };
    let text = |body: &str| contract("", body);

    // Types, 100 deep and deeper.
    let deep = |many| {
        let types = chain(many, &|i| format!("record r{i} {{ a: r{} }}", i - 1));
        text(&format!("type r0 = u8; {types} f: func(x: r{});", many - 1))
    };
    assert_eq!(compare(&deep(101), &deep(101)).verdict, Same);
    for deep in [deep(102), deep(20_000)] {
        let error = between(&good, &deep).unwrap_err().to_string();
        assert!(error.contains("at most 100 deep"), "{error}");
    }
    // Aliases, interfaces and packages, each of the one before.
    let aliases = chain(40_000, &|i| format!("type t{i}=t{};", i - 1));
    let aliases = text(&format!("type t0 = u8; {aliases} f: func(x: t39999) -> t39999;"));
    assert_eq!(compare(&aliases, &aliases).verdict, Same);
    let interfaces = chain(5_000, &|i| format!("interface i{i} {{ use i{}.{{t}}; }}", i - 1));
    let interfaces = format!("package a:b; interface i0 {{ enum t {{ x }} }} {interfaces} world w {{ export i4999; }}");
    assert_eq!(compare(&interfaces, &interfaces).verdict, Same);
    let packages = |many| {
        let packages = chain(many, &|i| format!("package a:p{i} {{ interface i {{ use a:p{}/i.{{t}}; }} }}", i - 1));
        format!(
            "package a:b; world w {{ export a:p{}/i; }}
             package a:p0 {{ interface i {{ enum t {{ x }} }} }} {packages}",
            many - 1
        )
    };
    assert_eq!(compare(&packages(400), &packages(400)).verdict, Same);
    let error = between(&good, &packages(10_000)).unwrap_err().to_string();
    assert!(error.contains("expected at most 500 packages, found 10001"), "{error}");

    // Types that have each other twice: 2 to the power of 90 ways lead to the last one.
    let wide = |last: &str| {
        let types = chain(90, &|i| format!("record r{i} {{ a: r{0}, b: list<r{0}> }}", i - 1))
            .replace("list<r", "r")
            .replace(">", "");
        text(&format!("record r0 {{ a: {last} }} {types} f: func(x: r89);"))
    };
    assert_eq!(compare(&wide("u8"), &wide("u8")).verdict, Same);
    let changes = compare(&wide("u8"), &wide("u16"));
    assert_eq!(changes.differences.len(), 1);

    // A report has a bound, and keeps what weighs most.
    let many = |docs: &str, last: &str| {
        let functions = chain(3_000, &|i| format!("{docs} x{i}: func(); "));
        text(&format!("{functions} last: func({last});"))
    };
    let changes = compare(&many("", ""), &many("/// D.\n", "a: u8"));
    assert_eq!((changes.verdict, changes.differences.len(), changes.more), (Major, 1_001, 1_999));
    assert_eq!(changes.differences[0].path, format!("{ID}#last"));
    let name = "n".repeat(1_000);
    let long = |ty: &str| {
        let types = chain(90, &|i| format!("record r{i} {{ {name}: r{} }}", i - 1));
        text(&format!("type r0 = {ty}; {types} f: func(x: r89);"))
    };
    let changes = compare(&long("u8"), &long("u16"));
    assert!(changes.to_string().len() < 10_000, "{}", changes.to_string().len());
    let error = between(&good, &text(&format!("type {} = u8;", "n".repeat(2_000)))).unwrap_err();
    assert!(error.to_string().contains("names of at most 1024 bytes"), "{error}");
    let error = between(&good, &" ".repeat(2 << 20)).unwrap_err();
    assert!(error.to_string().contains("at most 1048576 bytes"), "{error}");
    let error = between(&good, &format!("package {};", "x".repeat(1_000_000))).unwrap_err();
    assert!(error.to_string().len() < 10_000);
}

/// Each prefix of a text, and each text with another character, is a contract or an error.
#[test]
fn broken_texts() {
    let places: Vec<_> = PLACES.iter().filter(|(place, _)| place.contains("outer") || place.contains(" m:")).collect();
    let body: String = places.iter().map(|(place, _)| *place).collect();
    let good = contract("export", &format!("flags t {{ a, b }} {body}"));
    assert_eq!(compare(&good, &good).verdict, Same);
    let (mut read, mut changed) = (0, 0);
    for at in 0..good.len() {
        let _ = between(&good, &good[..at]);
        for other in ["", "a", "@", "}", "<", ";", "1"] {
            let broken = format!("{}{other}{}", &good[..at], &good[at + 1..]);
            if let Ok(changes) = between(&good, &broken) {
                read += 1;
                changed += usize::from(changes.verdict == Major);
                assert_ne!(changes.to_string(), "");
            }
        }
    }
    assert!(read > 100 && changed > 10, "{read} {changed}");
}
