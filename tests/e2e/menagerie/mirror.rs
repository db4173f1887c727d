//! Turns our values into those of `bindgen!` and back, by the same code for every type. A component returns the value
//! that lies in its memory, and keeps the value that it is passed there. Our lower and lift work on one side of that
//! memory, wasmtime's own on the other.

use super::values::Echoed;
use crate::bad_input::with_section;
use std::fmt::Write;
use tairitsu::schema::{Core, Function, Interface, Layout, Param, Role, Type};
use tairitsu_guest::abi::{Buffer, Shape, Sink};
use wasmtime::component::{Component, ComponentNamedList, Instance, Lift, Linker, Lower};
use wasmtime::{Engine, Store};

const ID: &str = "test:mirror/mirror";

/// Bytes at the start of the memory that hold no value. The first 128 keep the flat values that a function was called
/// with.
const RESERVED: usize = 256;

pub(super) struct Mirror {
    store: Store<()>,
    instance: Instance,
}

impl Mirror {
    /// Makes a mirror for the results of an interface's functions.
    pub(super) fn new(engine: &Engine, interface: &'static Interface) -> Self {
        let functions = functions(interface);
        let section = Interface::__new(ID, "", interface.uses, &[], None, functions).section(Role::Export);
        let module = with_section(wat::parse_str(core(functions)).unwrap(), &section);
        let component = Component::new(engine, crate::componentize(&module)).unwrap();
        let mut store = Store::new(engine, ());
        let instance = Linker::new(engine).instantiate(&mut store, &component).unwrap();
        Self { store, instance }
    }

    /// Turns our value into wasmtime's type `B`.
    pub(super) fn give<T: Echoed, B: Lift + Send + Sync + 'static>(&mut self, row: &str, value: &T) -> B
    where
        (B,): ComponentNamedList + Lift,
    {
        let mut memory = Buffer::new();
        memory.allocate(Layout { size: RESERVED, align: 8 }).unwrap();
        // A value of one core value is returned as it is. Every other value is returned by its address.
        let result = if T::FLAT == 1 {
            let mut flat = [0];
            value.lower(&mut memory, &mut flat).unwrap();
            flat[0]
        } else {
            let address = memory.allocate(T::LAYOUT).unwrap();
            value.store(&mut memory, address).unwrap();
            address as u64
        };
        self.call::<_, ()>("reset", (0u32,));
        self.call::<_, ()>("fill", (memory.bytes(), result));
        self.call::<_, (B,)>(&format!("give-{row}"), ()).0
    }

    /// Turns a value of wasmtime's type `B` into ours.
    pub(super) fn take<T: Echoed, B: Lower>(&mut self, row: &str, value: B) -> T
    where
        (B,): ComponentNamedList + Lower,
    {
        self.call::<_, ()>("reset", (RESERVED as u32,));
        self.call::<_, ()>(&format!("take-{row}"), (value,));
        let (bytes,) = self.call::<_, (Vec<u8>,)>("dump", ());
        let flat: Vec<_> = bytes[..128].chunks(8).map(|word| u64::from_le_bytes(word.try_into().unwrap())).collect();
        let mut memory = Buffer::from_bytes(bytes);
        let value = match T::FLAT {
            0..=16 => T::lift(&mut memory, &flat),
            _ => T::load(&mut memory, flat[0] as usize),
        };
        value.unwrap()
    }

    fn call<P, R>(&mut self, name: &str, params: P) -> R
    where
        P: ComponentNamedList + Lower,
        R: ComponentNamedList + Lift,
    {
        let interface = self.instance.get_export_index(&mut self.store, None, ID).unwrap();
        let function = self.instance.get_export_index(&mut self.store, Some(&interface), name).unwrap();
        let function = self.instance.get_typed_func::<P, R>(&mut self.store, function).unwrap();
        function.call(&mut self.store, params).unwrap()
    }
}

/// Two functions for each result of the interface, one that gives it and one that takes it. Also the functions by
/// which the memory is filled and read.
fn functions(interface: &'static Interface) -> &'static [Function] {
    let function = |name, params: &[(&'static str, Type)], result| {
        let params = params.iter().map(|&(name, ty)| Param::__new(name, ty)).collect::<Vec<_>>().leak();
        Function::__new(name, "", params, result, false)
    };
    let mut functions = vec![
        function("reset", &[("top", Type::U32)], Type::Unit),
        function("fill", &[("bytes", Type::List(&Type::U8)), ("result", Type::U64)], Type::Unit),
        function("dump", &[], Type::List(&Type::U8)),
    ];
    for Function { name, result, .. } in interface.functions {
        functions.push(function(format!("give-{name}").leak(), &[], *result));
        functions.push(function(format!("take-{name}").leak(), &[("value", *result)], Type::Unit));
    }
    functions.leak()
}

/// The core module. Its allocator counts up from the address that it was reset to.
fn core(functions: &[Function]) -> String {
    let mut text = format!(
        r#"(module
            (memory (export "memory") 1)
            (global $top (mut i32) (i32.const {RESERVED}))
            (global $result (mut i64) (i64.const 0))
            (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) (local i32)
                (local.set 4 (i32.and
                    (i32.add (global.get $top) (i32.sub (local.get 2) (i32.const 1)))
                    (i32.sub (i32.const 0) (local.get 2))))
                (global.set $top (i32.add (local.get 4) (local.get 3)))
                (block (loop
                    (br_if 1 (i32.le_u (global.get $top) (i32.mul (memory.size) (i32.const 65536))))
                    (br_if 0 (i32.ne (memory.grow (i32.const 16)) (i32.const -1)))
                    unreachable))
                local.get 4)
            (func (export "{ID}#reset") (param i32) (global.set $top (local.get 0)))
            (func (export "{ID}#fill") (param i32 i32 i64) (global.set $result (local.get 2)))
            (func (export "{ID}#dump") (result i32)
                (i32.store (i32.const 128) (i32.const 0))
                (i32.store (i32.const 132) (global.get $top))
                i32.const 128)
        "#
    );
    for function in functions {
        let (name, signature) = (function.name, function.signature());
        if name.starts_with("give-") {
            let (core, convert) = match signature.result {
                Core::I32 => ("i32", "i32.wrap_i64"),
                Core::F32 => ("f32", "i32.wrap_i64 f32.reinterpret_i32"),
                Core::F64 => ("f64", "f64.reinterpret_i64"),
                _ => ("i64", ""),
            };
            let _ = writeln!(text, r#"(func (export "{ID}#{name}") (result {core}) global.get $result {convert})"#);
        } else if name.starts_with("take-") {
            let _ = write!(text, r#"(func (export "{ID}#{name}")"#);
            let params = &signature.params[..signature.params_len];
            let of = params.iter().map(|core| match core {
                Core::I32 => ("i32", "i64.extend_i32_u"),
                Core::F32 => ("f32", "i32.reinterpret_f32 i64.extend_i32_u"),
                Core::F64 => ("f64", "i64.reinterpret_f64"),
                _ => ("i64", ""),
            });
            of.clone().for_each(|(core, _)| text += &format!(" (param {core})"));
            for (i, (_, convert)) in of.enumerate() {
                let _ = write!(text, "\n    i32.const {} local.get {i} {convert} i64.store", 8 * i);
            }
            text += ")\n";
        }
    }
    text + ")"
}
