//! Text: any text, as WAVE and as JSON of any type, gives a value or an error, with memory in proportion to the text. A
//! value is written, and read again as the same value. What is read, the standard parsers read, too.
//!
//! The first bytes choose the type, and the rest is the text.
#![no_main]

mod counting;

use counting::peak;
use libfuzzer_sys::fuzz_target;
use tairitsu::dynamic::{Member, ValueError};
use tairitsu::{CallError, Image, Registry, Value, ValueType};
use wasm_wave::value::Type;

/// What a byte of text may take: the value of a field that it leaves out, and the list that grows.
const EACH: usize = 400;

/// What a text may take on top: the values of a record, and the error with its texts.
const CONSTANT: usize = 16 << 10;

/// How deep a random type is.
const DEEPEST: usize = 8;

#[tairitsu::wit]
pub struct Person {
    pub name: String,
    pub large: u64,
    pub tags: Option<Vec<char>>,
    pub none: Option<Option<i8>>,
}

#[tairitsu::wit]
pub enum Choice {
    Nothing,
    None,
    Some(Option<u8>),
    Number(f32),
    Many(Vec<Person>),
}

#[tairitsu::wit]
pub enum Enum {
    One,
    Nan,
    TwoAndThree,
}

tairitsu::flags! {
    pub struct Bits {
        const A;
        const OK;
        const C;
    }
}

/// The type that the first bytes choose. They are taken.
fn ty(bytes: &mut &[u8], depth: usize) -> ValueType {
    use ValueType as T;
    let Some((first, rest)) = bytes.split_first() else { return T::Bool };
    *bytes = rest;
    const PRIMITIVES: [T; 13] =
        [T::Bool, T::S8, T::U8, T::S16, T::U16, T::S32, T::U32, T::S64, T::U64, T::F32, T::F64, T::Char, T::String];
    let choice = usize::from(*first) % 22;
    if let Some(primitive) = PRIMITIVES.get(choice) {
        return primitive.clone();
    }
    let named = match choice {
        13 => T::of::<Person>(),
        14 => T::of::<Choice>(),
        15 => T::of::<Enum>(),
        16 => T::of::<Bits>(),
        _ if depth == DEEPEST => T::of::<Vec<u8>>(),
        _ => None,
    };
    if let Some(named) = named {
        return named;
    }
    let mut next = || ty(bytes, depth + 1);
    match choice {
        17 => T::list(next()),
        18 => T::option(next()),
        19 => T::result(Some(next()), Some(next())),
        20 => T::result(None, Some(next())),
        _ => T::tuple(vec![next(), next()]),
    }
}

fn image() -> Image {
    let text = r#"(component
        (core module $m (memory (export "memory") 1)
            (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 0))
            (func (export "greet") (param i32 i32 i32 i32)))
        (core instance $m (instantiate $m))
        (func $greet (param "name" string) (param "age" (option u8))
            (canon lift (core func $m "greet") (memory $m "memory") (realloc (func $m "realloc"))))
        (instance $greeter (export "greet" (func $greet)))
        (export "test:text/greeter@1.0.0" (instance $greeter)))"#;
    Registry::new().load_image(wat::parse_str(text).expect("it is a component")).expect("it is valid")
}

thread_local! {
    static IMAGE: Image = image();
}

fuzz_target!(|bytes: &[u8]| {
    let mut rest = bytes;
    let ty = ty(&mut rest, 0);
    let Ok(text) = std::str::from_utf8(rest) else { return };
    if let Some(value) = read(text, || Value::from_json(&ty, text)) {
        serde_json::from_str::<serde_json::Value>(text).expect("it is JSON");
        same(&ty, &value);
    }
    if let Some(value) = read(text, || Value::from_wave(&ty, text)) {
        wasm_wave::untyped::UntypedValue::parse(text).expect("it is WAVE");
        same(&ty, &value);
        let standard = |text: &str| {
            let value: wasm_wave::value::Value = wasm_wave::from_str(&standard(&ty), text)?;
            Ok::<_, wasm_wave::parser::ParserError>(wasm_wave::to_string(&value).expect("it is no handle"))
        };
        // The standard reader does not know a flag after `%`.
        if let Ok(read) = standard(text) {
            assert_eq!(standard(&value.to_wave(&ty).expect("it has a text")).ok(), Some(read));
        }
    }
    IMAGE.with(|image| {
        let greet = image.function("greet").expect("it is exported");
        for args in [read(text, || greet.args_from_json(text)), read(text, || greet.args_from_wave(text))] {
            args.inspect(|args| greet.check(args).expect("they were read by their types"));
        }
        match image.parse_call(text) {
            Ok((function, args)) => function.check(&args).expect("they were read by their types"),
            Err(CallError::NoFunction { .. } | CallError::Ambiguous { .. } | CallError::Value { .. }) => {}
            Err(error) => panic!("{error}"),
        }
    });
    let _ = ty.json_schema().expect("it is a small type");
});

/// The same type, for the standard reader of WAVE.
fn standard(ty: &ValueType) -> Type {
    let side = |ty: &Option<ValueType>| ty.as_ref().map(standard);
    let name = |member: &Member| member.name.to_string();
    match ty {
        ValueType::Bool => Type::BOOL,
        ValueType::S8 => Type::S8,
        ValueType::U8 => Type::U8,
        ValueType::S16 => Type::S16,
        ValueType::U16 => Type::U16,
        ValueType::S32 => Type::S32,
        ValueType::U32 => Type::U32,
        ValueType::S64 => Type::S64,
        ValueType::U64 => Type::U64,
        ValueType::F32 => Type::F32,
        ValueType::F64 => Type::F64,
        ValueType::Char => Type::CHAR,
        ValueType::String => Type::STRING,
        ValueType::List(list) => Type::list(standard(&list.item)),
        ValueType::Option(option) => Type::option(standard(&option.some)),
        ValueType::Result(result) => Type::result(side(&result.ok), side(&result.err)),
        ValueType::Tuple(tuple) => {
            Type::tuple(tuple.items.iter().map(standard).collect::<Vec<_>>()).expect("it has items")
        }
        ValueType::Record(record) => {
            let fields =
                record.fields.iter().map(|field| (name(field), standard(field.ty.as_ref().expect("it is typed"))));
            Type::record(fields).expect("it has fields")
        }
        ValueType::Variant(variant) => {
            Type::variant(variant.cases.iter().map(|case| (name(case), side(&case.ty)))).expect("it has cases")
        }
        ValueType::Enum(cases) => Type::enum_ty(cases.cases.iter().map(name)).expect("it has cases"),
        ValueType::Flags(flags) => Type::flags(flags.flags.iter().map(name)).expect("it has flags"),
        other => panic!("{other} has no text"),
    }
}

/// Reads a text, and holds the reader to its memory.
fn read<T>(text: &str, read: impl FnOnce() -> Result<T, ValueError>) -> Option<T> {
    let (peak, result) = peak(read);
    assert!(peak <= EACH * text.len() + CONSTANT, "{peak} bytes were allocated for {} of text", text.len());
    result.inspect_err(|error| assert!(!error.to_string().is_empty())).ok()
}

/// Writes a value and reads it, by way of both notations. Texts are compared, since no NaN is equal to itself.
fn same(ty: &ValueType, value: &Value) {
    ty.check(value).expect("it was read by its type");
    let wave = value.to_wave(ty).expect("it has a text");
    let json = value.to_json(ty).expect("it has a text");
    let by_wave = Value::from_wave(ty, &wave).expect("it was written by its type");
    let by_json = Value::from_json(ty, &json).expect("it was written by its type");
    assert_eq!(by_wave.to_json(ty).expect("it has a text"), json);
    assert_eq!(by_json.to_wave(ty).expect("it has a text"), wave);
    wasm_wave::untyped::UntypedValue::parse(&wave).expect("it is WAVE");
    serde_json::from_str::<serde_json::Value>(&json).expect("it is JSON");
}
