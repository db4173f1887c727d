//! Values: any bytes as a guest's memory give a value or an error, in time, and without more memory on the host than the
//! limit allows. They are the result of a guest's function, or the arguments of a function of the host.
//!
//! The first byte chooses the function, and the rest is the guest's memory from its start. The first words are the flat
//! values: most often the address of the result.
#![no_main]

mod counting;

use counting::peak;
use libfuzzer_sys::fuzz_target;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tairitsu::schema::Role;
use tairitsu::{CallError, Container, Limits, Own, Registry, Template};
use wasm_encoder::{CustomSection, Section};

/// Long enough for a busy machine to start a guest, which is held to it too.
const DEADLINE: Duration = Duration::from_secs(1);

/// What a call may take on top of twice its deadline. The fuzzer's machine runs other processes, and a thread may have to
/// wait for its turn, the one that keeps the time included.
const NOISE: Duration = Duration::from_secs(1);

const HOST_BYTES: usize = 1 << 20;

/// What a call may allocate on top: the error with its texts, and the tables of handles.
const CONSTANT: usize = 128 << 10;

#[tairitsu::wit]
pub struct Person {
    pub small: u8,
    pub name: String,
    pub large: u64,
    pub tags: Vec<Option<char>>,
}

#[tairitsu::wit]
pub enum Choice {
    Nothing,
    Number(f64),
    Text(String),
    Many(Vec<Part>),
    Person(Person),
}

#[tairitsu::wit]
pub enum Part {
    Flag(bool),
    Bytes(Vec<u8>),
}

#[tairitsu::wit]
pub enum Enum {
    One,
    Two,
    Three,
}

tairitsu::flags! {
    pub struct Bits {
        const A;
        const B;
        const C;
        const D;
        const E;
        const F;
        const G;
        const H;
        const I;
    }
}

#[tairitsu::resource(host, package = "test:values")]
pub trait Thing {
    fn new() -> Self;
}

pub struct Stone;

#[tairitsu::resource]
impl Thing for Stone {
    fn new() -> Self {
        Stone
    }
}

type Deep = Vec<Option<Result<(String, Vec<char>), Vec<u16>>>>;

/// Declares the functions: each type once as a result of the guest, and once as an argument of the host.
macro_rules! functions {
    ($($name:ident: $ty:ty;)*) => {
        /// What the guest returns.
        #[tairitsu::guest(package = "test:values", uses = Thing)]
        pub trait Returned {
            /// Takes the bytes that the memory begins with.
            fn fill(&mut self, bytes: &[u8]);
            $(fn $name(&mut self) -> $ty;)*
        }

        /// What the guest passes.
        #[tairitsu::host(package = "test:values", uses = Thing)]
        pub trait Passed {
            fn make(&mut self) -> Own<dyn Thing>;
            $(fn $name(&mut self, value: $ty);)*
        }

        /// Has the guest pass a value.
        #[tairitsu::guest(package = "test:values")]
        pub trait Pass {
            $(fn $name(&mut self);)*
        }

        struct Host;

        #[tairitsu::host]
        impl Passed for Host {
            fn make(&mut self) -> Own<dyn Thing> {
                Own::from(Arc::new(Stone) as Arc<dyn Thing>)
            }

            $(fn $name(&mut self, value: $ty) {
                let _ = value;
            })*
        }

        /// The calls: each function as a result, and then each function as an argument.
        const CALLS: &[fn(&mut Container) -> Result<(), CallError>] = &[
            $(|container| container.guest(Returned).expect("it is exported").$name().map(drop),)*
            $(|container| container.guest(Pass).expect("it is exported").$name(),)*
        ];
    };
}

functions! {
    bool: bool;
    byte: i8;
    letter: char;
    float: f32;
    kind: Enum;
    flags: Bits;
    text: String;
    bytes: Vec<u8>;
    words: Vec<u64>;
    floats: Vec<f64>;
    bools: Vec<bool>;
    letters: Vec<char>;
    texts: Vec<String>;
    nested: Vec<Vec<Vec<u8>>>;
    option: Option<u32>;
    maybe: Option<String>;
    tuple: (u8, u64, String, bool);
    record: Person;
    records: Vec<Person>;
    variant: Choice;
    variants: Vec<Choice>;
    kinds: Vec<Enum>;
    sets: Vec<Bits>;
    deep: Deep;
    own: Own<dyn Thing>;
    owns: Vec<Own<dyn Thing>>;
    some: Vec<Option<Own<dyn Thing>>>;
}

/// The core module. Each function takes its flat values from the start of the memory.
fn module() -> String {
    let mut text = String::from(
        r#"(module
            (import "test:values/thing" "[resource-drop]thing" (func $drop (param i32)))
            (import "test:values/passed" "make" (func $thing (result i32)))
            IMPORTS
            (memory (export "memory") 1)
            ;; The handles 1 to 4 exist, and 3 does not any more.
            (func $handles
                (drop (call $thing)) (drop (call $thing)) (drop (call $thing)) (drop (call $thing))
                (call $drop (i32.const 3)))
            (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) (i32.const 0))
            (func (export "test:values/returned#fill") (param i32 i32) (call $handles))
        "#,
    );
    let mut imports = String::new();
    let functions = Passed.interface().functions;
    for function in functions.iter().filter(|function| !function.params.is_empty()) {
        let (name, signature) = (function.name, function.signature());
        let params = &signature.params[..signature.params_len];
        let (mut types, mut values) = (String::new(), String::new());
        for (i, core) in params.iter().enumerate() {
            let ty = format!("{core:?}").to_lowercase();
            types += &format!(" {ty}");
            values += &format!("({ty}.load (i32.const {})) ", 8 * i);
        }
        imports += &format!(r#"(import "test:values/passed" "{name}" (func ${name} (param {types})))"#);
        text += &format!(r#"(func (export "test:values/pass#{name}") (call ${name} {values}))"#);
    }
    for function in Returned.interface().functions.iter().filter(|function| function.params.is_empty()) {
        let signature = function.signature();
        let ty =
            if signature.result_indirect { "i32".into() } else { format!("{:?}", signature.result).to_lowercase() };
        text += &format!(
            r#"(func (export "test:values/returned#{}") (result {ty}) ({ty}.load (i32.const 0)))"#,
            function.name
        );
    }
    text += ")";
    text.replace("IMPORTS", &imports)
}

fn with_section(mut module: Vec<u8>, section: &[u8]) -> Vec<u8> {
    CustomSection { name: "component-type:values".into(), data: section.into() }.append_to(&mut module);
    module
}

/// The same with strings in every encoding. Those that are not UTF-8 are no matter for the stock encoder.
#[tairitsu::guest(package = "test:values")]
pub trait Encoded {
    fn fill(&mut self, bytes: &[u8]);
    fn text(&mut self) -> String;
    fn texts(&mut self) -> Vec<String>;
    fn deep(&mut self) -> Deep;
    fn pass_text(&mut self);
    fn pass_texts(&mut self);
}

#[tairitsu::host(package = "test:values")]
pub trait Texts {
    fn text(&mut self, text: &str);
    fn texts(&mut self, texts: Vec<String>);
}

#[tairitsu::host]
impl Texts for Host {
    fn text(&mut self, text: &str) {
        assert!(text.len() <= HOST_BYTES);
    }

    fn texts(&mut self, texts: Vec<String>) {
        drop(texts);
    }
}

/// The calls of a guest whose strings have an encoding.
const ENCODED: &[fn(&mut Container) -> Result<(), CallError>] = &[
    |container| container.guest(Encoded).expect("it is exported").text().map(drop),
    |container| container.guest(Encoded).expect("it is exported").texts().map(drop),
    |container| container.guest(Encoded).expect("it is exported").deep().map(drop),
    |container| container.guest(Encoded).expect("it is exported").pass_text(),
    |container| container.guest(Encoded).expect("it is exported").pass_texts(),
    |container| container.guest(Encoded).expect("it is exported").text_with(|text| assert!(text.len() <= HOST_BYTES)),
];

const ENCODINGS: [&str; 3] = ["utf8", "utf16", "latin1+utf16"];

fn component(encoding: &str) -> String {
    format!(
        r#"(component
            (import "test:values/texts" (instance $texts
                (export "text" (func (param "text" string)))
                (export "texts" (func (param "texts" (list string))))))
            (core module $memory (memory (export "memory") 1)
                (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 0)))
            (core instance $memory (instantiate $memory))
            (core func $text (canon lower (func $texts "text") (memory $memory "memory") string-encoding={encoding}))
            (core func $texts (canon lower (func $texts "texts") (memory $memory "memory") string-encoding={encoding}))
            (core module $m
                (import "memory" "memory" (memory 1))
                (import "host" "text" (func $text (param i32 i32)))
                (import "host" "texts" (func $texts (param i32 i32)))
                (func (export "fill") (param i32 i32))
                (func (export "get") (result i32) (i32.load (i32.const 0)))
                (func (export "pass-text") (call $text (i32.load (i32.const 0)) (i32.load (i32.const 8))))
                (func (export "pass-texts") (call $texts (i32.load (i32.const 0)) (i32.load (i32.const 8)))))
            (core instance $m (instantiate $m
                (with "memory" (instance $memory))
                (with "host" (instance (export "text" (func $text)) (export "texts" (func $texts))))))
            (func $fill (param "bytes" (list u8))
                (canon lift (core func $m "fill") (memory $memory "memory") (realloc (func $memory "realloc"))))
            (func $f1 (result string)
                (canon lift (core func $m "get") (memory $memory "memory") string-encoding={encoding}))
            (func $f2 (result (list string))
                (canon lift (core func $m "get") (memory $memory "memory") string-encoding={encoding}))
            (func $f3 (result (list (option (result (tuple string (list char)) (error (list u16))))))
                (canon lift (core func $m "get") (memory $memory "memory") string-encoding={encoding}))
            (func $f4 (canon lift (core func $m "pass-text")))
            (func $f5 (canon lift (core func $m "pass-texts")))
            (instance $all
                (export "fill" (func $fill)) (export "text" (func $f1)) (export "texts" (func $f2))
                (export "deep" (func $f3)) (export "pass-text" (func $f4)) (export "pass-texts" (func $f5)))
            (export "test:values/encoded" (instance $all)))"#
    )
}

/// The guests: that of all types, and one for each encoding.
struct Guests {
    all: Template,
    encoded: Vec<Template>,
}

impl Guests {
    fn new() -> Self {
        let registry = Registry::new();
        let prepare = |wasm: Vec<u8>| {
            let image = registry.load_image(wasm).expect("it is valid");
            let limits = Limits::new().deadline(DEADLINE).host_bytes(HOST_BYTES).memory_bytes(64 << 10).handles(20);
            let builder =
                Container::builder(&image).limits(limits).provide_with_as((Passed, Texts), || Host).resource::<Stone>();
            builder.prepare().expect("it is linked")
        };
        let sections = [
            Returned.interface().section(Role::Export),
            Pass.interface().section(Role::Export),
            Passed.interface().section(Role::Import),
            Thing.interface().section(Role::Import),
        ];
        let module = wat::parse_str(module()).expect("it is a module");
        let all = sections.iter().fold(module, |module, section| with_section(module, section));
        let encoded = ENCODINGS.map(|encoding| wat::parse_str(component(encoding)).expect("it is a component"));
        Self { all: prepare(all), encoded: encoded.into_iter().map(prepare).collect() }
    }
}

thread_local! {
    static GUESTS: Guests = Guests::new();
}

fuzz_target!(|bytes: &[u8]| {
    let Some((choice, memory)) = bytes.split_first() else { return };
    GUESTS.with(|guests| {
        let choice = usize::from(*choice) % (CALLS.len() + ENCODINGS.len() * ENCODED.len());
        match choice.checked_sub(CALLS.len()) {
            None => {
                let mut container = guests.all.spawn().expect("it starts");
                // The bytes of an input are fewer than the memory's.
                container.guest(Returned).expect("it is exported").fill(memory).expect("it has room");
                check(CALLS[choice], &mut container);
            }
            Some(choice) => {
                let mut container = guests.encoded[choice / ENCODED.len()].spawn().expect("it starts");
                container.guest(Encoded).expect("it is exported").fill(memory).expect("it has room");
                check(ENCODED[choice % ENCODED.len()], &mut container);
            }
        }
    });
});

/// Makes the call, and holds it to what it may take.
fn check(call: fn(&mut Container) -> Result<(), CallError>, container: &mut Container) {
    let start = Instant::now();
    let (peak, result) = peak(|| call(container));
    let time = start.elapsed();
    assert!(time <= 2 * DEADLINE + NOISE, "{time:?}");
    assert!(peak <= HOST_BYTES + CONSTANT, "{peak} bytes were allocated: {:?}", result.err());
    if let Err(error) = result {
        assert!(!error.to_string().is_empty());
    }
}
