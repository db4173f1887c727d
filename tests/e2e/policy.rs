//! A denied function is out of reach: by name, by function, by version, and by any spelling of the guest.

use crate::image;
use tairitsu::{CallError, Container, Error, Image, OnDenied, Policy, Registry};
use tairitsu_test_unruly::Unruly;

/// The exports of the hand-written guests.
#[tairitsu::guest(package = "test:gate")]
#[allow(dead_code)]
trait Keys {
    fn open(&mut self, n: u32) -> u32;
    fn shut(&mut self, n: u32) -> u32;
}

/// Their imports, in some version.
#[tairitsu::host(package = "test:gate@1.2.0")]
#[allow(dead_code)]
trait Door {
    fn open(&mut self, n: u32) -> u32;
    fn shut(&mut self, n: u32) -> u32;
}

struct Doors;

#[tairitsu::host]
impl Door for Doors {
    fn open(&mut self, n: u32) -> u32 {
        n + 1
    }

    fn shut(&mut self, n: u32) -> u32 {
        n + 2
    }
}

/// A guest that imports the door by each of these names, and calls the functions of the last.
fn guest(names: &[&str]) -> Image {
    let imports: String = names
        .iter()
        .enumerate()
        .map(|(i, name)| {
            format!(
                r#"(import "{name}" (instance $door{i}
                    (export "open" (func (param "n" u32) (result u32)))
                    (export "shut" (func (param "n" u32) (result u32)))))"#
            )
        })
        .collect();
    // The exports call the last import.
    let last = names.len() - 1;
    let text = format!(
        r#"(component {imports}
            (core func $open (canon lower (func $door{last} "open")))
            (core func $shut (canon lower (func $door{last} "shut")))
            (core module $m
                (import "door" "open" (func $open (param i32) (result i32)))
                (import "door" "shut" (func $shut (param i32) (result i32)))
                (func (export "open") (param i32) (result i32) (call $open (local.get 0)))
                (func (export "shut") (param i32) (result i32) (call $shut (local.get 0))))
            (core instance $i (instantiate $m
                (with "door" (instance (export "open" (func $open)) (export "shut" (func $shut))))))
            (func $fopen (param "n" u32) (result u32) (canon lift (core func $i "open")))
            (func $fshut (param "n" u32) (result u32) (canon lift (core func $i "shut")))
            (instance $keys (export "open" (func $fopen)) (export "shut" (func $fshut)))
            (export "test:gate/keys" (instance $keys)))"#
    );
    Registry::new().load_image(wat::parse_str(&text).unwrap()).unwrap()
}

/// The names by which a guest reaches a provider of version 1.2.0.
const SPELLINGS: [&str; 5] = [
    "test:gate/door@1.2.0",
    "test:gate/door@1.0.0",
    "test:gate/door@1.2.9",
    "test:gate/door@1.99.0",
    "test:gate/door@1.2.1",
];

#[test]
fn a_denied_function_is_not_reached_by_any_spelling() {
    for name in SPELLINGS {
        let image = guest(&[name]);
        let mut container = Container::builder(&image).provide(Doors).build().unwrap();
        assert_eq!(container.guest(Keys).unwrap().open(1).unwrap(), 2, "{name}: without a policy it is there");

        for rule in [
            "test:gate/door#open",
            "test:gate/door@1#open",
            "test:gate/door@=1.2.0#open",
            "test:*/*#o*",
            "TEST:gate/Door#Open",
        ] {
            let policy = Policy::allow_all().deny(rule).unwrap();
            let error = Container::builder(&image).policy(policy.clone()).provide(Doors).build().unwrap_err();
            let Error::Imports { report, .. } = &error else { panic!("{name} {rule}: {error}") };
            assert_eq!(report.denied, [format!("{name}#open")], "{name} {rule}");
            assert!(error.to_string().contains("denied by the policy"), "{error}");

            let policy = policy.on_denied(OnDenied::Trap);
            let template = Container::builder(&image).policy(policy).provide_with(|| Doors).prepare().unwrap();
            let mut container = template.spawn().unwrap();
            let mut keys = container.guest(Keys).unwrap();
            assert_eq!(keys.shut(1).unwrap(), 3, "{name} {rule}: the other function is not denied");
            let error = keys.open(1).unwrap_err();
            let CallError::Denied { function, .. } = &error else { panic!("{name} {rule}: {error}") };
            assert_eq!(function, "test:gate/door@1.2.0#open");
            assert!(error.to_string().contains("which is denied to it"), "{error}");
        }
    }
}

/// A guest may import two versions of one interface. The same functions are behind both.
#[test]
fn a_denial_of_one_of_two_versions_is_of_both() {
    for names in [["test:gate/door@1.0.0", "test:gate/door@1.5.0"], ["test:gate/door@1.5.0", "test:gate/door@1.0.0"]] {
        let image = guest(&names);
        let policy = Policy::allow_all().deny("test:gate/door@=1.5.0").unwrap().on_denied(OnDenied::Trap);
        let mut container = Container::builder(&image).policy(policy).provide(Doors).build().unwrap();
        let error = container.guest(Keys).unwrap().open(1).unwrap_err();
        assert!(matches!(error, CallError::Denied { .. }), "{error}");
    }
}

/// Other names, and versions that are not compatible with the provided one, lead nowhere.
#[test]
fn other_names_lead_nowhere() {
    for name in ["test:gate/door", "test:gate/door@2.0.0", "test:gate/door@1.2.0-rc.1", "test:gate/doors@1.2.0", "door"]
    {
        let image = guest(&[name]);
        let error = Container::builder(&image).provide(Doors).build().unwrap_err();
        assert!(matches!(&error, Error::Imports { report, .. } if report.missing.len() == 2), "{name}: {error}");
        // A denial that traps does not open a way either.
        let policy = Policy::deny_all().on_denied(OnDenied::Trap);
        let mut container = Container::builder(&image).policy(policy).provide(Doors).build().unwrap();
        let error = container.guest(Keys).unwrap().open(1).unwrap_err();
        assert!(matches!(&error, CallError::Denied { function, .. } if *function == format!("{name}#open")), "{error}");
    }
}

/// The engine takes a version with build metadata for a compatible one. It is refused here, and not served.
#[test]
fn a_version_with_metadata() {
    let image = guest(&["test:gate/door@1.2.0+x"]);
    let policy = Policy::allow_all().deny("test:gate/door#open").unwrap().on_denied(OnDenied::Trap);
    let error = Container::builder(&image).policy(policy).provide(Doors).build().unwrap_err();
    assert!(matches!(&error, Error::Imports { .. }), "{error}");
}

#[test]
fn what_is_allowed_and_nothing_else() {
    let image = guest(&["test:gate/door@1.0.0"]);
    let allow = |rule| Policy::deny_all().allow(rule).unwrap();
    let build = |policy| Container::builder(&image).policy(policy).provide(Doors).build();
    build(allow("test:gate/door")).unwrap();
    build(allow("*")).unwrap();
    build(allow("test:gate/door#open").allow("test:gate/*#shut").unwrap()).unwrap();
    for (policy, denied) in [
        (Policy::deny_all(), &["open", "shut"][..]),
        (allow("test:gate/door#open"), &["shut"]),
        // The range of a rule leaves out the version that is provided, or the version that is imported.
        (allow("test:gate/door@=1.0.0"), &["open", "shut"]),
        (allow("test:gate/door@=1.2.0"), &["open", "shut"]),
        (allow("*").deny("test:gate/door#shut").unwrap(), &["shut"]),
    ] {
        let error = build(policy.clone()).unwrap_err();
        let Error::Imports { report, .. } = &error else { panic!("{policy:?}: {error}") };
        let expected: Vec<_> = denied.iter().map(|function| format!("test:gate/door@1.0.0#{function}")).collect();
        assert_eq!(report.denied, expected, "{policy:?}");
    }
}

/// Every import of a guest that was built for WASI is refused. The report has one line for each.
#[test]
fn all_of_wasi_can_be_denied() {
    let image = image("unruly");
    let functions: Vec<String> = image
        .imports()
        .into_iter()
        .flat_map(|interface| interface.functions.into_iter().map(move |f| format!("{}#{f}", interface.id)))
        .collect();
    assert!(functions.len() > 30, "{functions:?}");
    let error = Container::builder(&image).policy(Policy::deny_all()).build().unwrap_err();
    let Error::Imports { report, .. } = &error else { panic!("{error}") };
    assert_eq!(report.denied, functions);

    // With `OnDenied::Trap`, a denied function is an error when it is called. The functions of the core world are not
    // denied, and work.
    let policy = Policy::allow_all().deny("wasi:*/*").unwrap().on_denied(OnDenied::Trap);
    let template = Container::builder(&image).policy(policy).prepare().unwrap();
    let mut container = template.spawn().unwrap();
    container.on_execute(|command, _| Ok(command));
    let mut unruly = container.guest(Unruly).unwrap();
    assert_eq!(unruly.ping().unwrap(), 1);
    assert_eq!(unruly.ask("hello").unwrap(), "hello");
    type Call = fn(&mut Container) -> Result<(), CallError>;
    let calls: [Call; 7] = [
        |c| c.guest(Unruly).unwrap().look_around().map(drop),
        |c| c.guest(Unruly).unwrap().print("a", "b"),
        |c| c.guest(Unruly).unwrap().exit(0),
        |c| c.guest(Unruly).unwrap().now().map(drop),
        |c| c.guest(Unruly).unwrap().random().map(drop),
        |c| c.guest(Unruly).unwrap().sleep(1),
        |c| c.guest(Unruly).unwrap().input().map(drop),
    ];
    for call in calls {
        let error = call(&mut template.spawn().unwrap()).unwrap_err();
        assert!(matches!(&error, CallError::Denied { function, .. } if function.starts_with("wasi:")), "{error}");
    }
}

/// Guests that import a function of WASI in any version on the track.
#[test]
fn a_function_of_wasi_by_other_versions() {
    #[tairitsu::guest(package = "test:dice")]
    #[allow(dead_code)]
    trait Dice {
        fn roll(&mut self) -> u64;
    }
    for version in ["0.2.0", "0.2.3", "0.2.12", "0.2.99"] {
        let text = format!(
            r#"(component
                (import "wasi:random/random@{version}" (instance $random
                    (export "get-random-u64" (func (result u64)))))
                (import "wasi:random/insecure@{version}" (instance $insecure
                    (export "get-insecure-random-u64" (func (result u64)))))
                (core func $roll (canon lower (func $random "get-random-u64")))
                (core module $m
                    (import "dice" "roll" (func $roll (result i64)))
                    (func (export "roll") (result i64) (call $roll)))
                (core instance $i (instantiate $m (with "dice" (instance (export "roll" (func $roll))))))
                (func $roll (result u64) (canon lift (core func $i "roll")))
                (instance $dice (export "roll" (func $roll)))
                (export "test:dice/dice" (instance $dice)))"#
        );
        let image = Registry::new().load_image(wat::parse_str(&text).unwrap()).unwrap();
        let mut container = Container::new(&image).unwrap();
        container.guest(Dice).unwrap().roll().unwrap();
        for rule in ["wasi:random/random", "wasi:random/*@0.2#get-random-*", "wasi:random/random@=0.2.12"] {
            let policy = Policy::allow_all().deny(rule).unwrap();
            let error = Container::builder(&image).policy(policy.clone()).build().unwrap_err();
            let Error::Imports { report, .. } = &error else { panic!("{error}") };
            assert_eq!(report.denied, [format!("wasi:random/random@{version}#get-random-u64")]);
            let policy = policy.on_denied(OnDenied::Trap);
            let mut container = Container::builder(&image).policy(policy).build().unwrap();
            let error = container.guest(Dice).unwrap().roll().unwrap_err();
            assert!(matches!(error, CallError::Denied { .. }), "{version} {rule}: {error}");
        }
    }
    // A version on another track is not WASI here, and is not linked.
    let text =
        r#"(component (import "wasi:random/random@0.3.0" (instance (export "get-random-u64" (func (result u64))))))"#;
    let image = Registry::new().load_image(wat::parse_str(text).unwrap()).unwrap();
    assert!(matches!(Container::new(&image), Err(Error::Imports { .. })));
}

/// An interface with resources that nobody provides is denied like any other interface.
#[test]
fn resources_that_nobody_provides() {
    let text = r#"(component
        (import "test:gate/vault" (instance
            (export "gold" (type $gold (sub resource)))
            (export "take" (func (result (own $gold))))
            (export "[method]gold.weigh" (func (param "self" (borrow $gold)) (result u32))))))"#;
    let image = Registry::new().load_image(wat::parse_str(text).unwrap()).unwrap();
    assert!(matches!(Container::new(&image), Err(Error::Imports { .. })));
    let policy = Policy::allow_all().deny("test:gate/vault").unwrap().on_denied(OnDenied::Trap);
    Container::builder(&image).policy(policy).build().unwrap();
    // To deny only one part of the interface is not enough.
    let policy = Policy::allow_all().deny("test:gate/vault#take").unwrap().on_denied(OnDenied::Trap);
    let error = Container::builder(&image).policy(policy).build().unwrap_err();
    let Error::Imports { report, .. } = &error else { panic!("{error}") };
    let missing: Vec<_> = report.missing.iter().map(|missing| missing.function.as_str()).collect();
    assert_eq!(missing, ["[method]gold.weigh", "gold"]);
}
