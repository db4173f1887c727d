//! Writes the first inputs of the target `image`: small modules and components. Each tests another part of loading.
//!
//! `cargo run --manifest-path tests/fuzz/seeds/Cargo.toml --target-dir target/fuzz`, from the repository's root.

use tairitsu::schema::Role;
use wasm_encoder::{CustomSection, Section};

#[tairitsu::wit]
pub enum Shape {
    Dot,
    Circle(f64),
    Named(String),
}

#[tairitsu::wit]
pub struct Scene {
    pub shapes: Vec<Shape>,
    pub title: Option<String>,
}

#[tairitsu::guest(package = "test:seeds@1.0.0")]
pub trait Draw {
    fn draw(&self, scene: Scene) -> Result<u32, String>;
}

#[tairitsu::host(package = "test:seeds@1.0.0")]
pub trait Pen {
    fn stroke(&mut self, length: u32) -> u64;
}

/// Components, and core modules without a `component-type` section.
const TEXTS: &[(&str, &str)] = &[
    ("component-empty", "(component)"),
    ("module-empty", "(module)"),
    (
        "component-function",
        r#"(component
            (core module $m (memory (export "memory") 1) (func (export "f") (result i32) i32.const 1))
            (core instance $i (instantiate $m))
            (func $f (result u32) (canon lift (core func $i "f")))
            (instance $all (export "f" (func $f)))
            (export "test:seeds/all@1.0.0" (instance $all)))"#,
    ),
    (
        "component-types",
        r#"(component
            (type $r (record (field "a" u8) (field "b" (list string))))
            (import "test:seeds/types@1.0.0" (instance
                (type $v (variant (case "x") (case "y" u32)))
                (export "v" (type $w (eq $v)))
                (export "f" (func (param "v" $w) (result (option $w))))))
            (export "r" (type $r)))"#,
    ),
    (
        "component-resource",
        r#"(component
            (import "wasi:io/poll@0.2.0" (instance $poll (export "pollable" (type (sub resource)))))
            (alias export $poll "pollable" (type $p))
            (core func $drop (canon resource.drop $p)))"#,
    ),
    (
        "component-nested",
        r#"(component
            (component $c (import "f" (func)) (export "g" (func 0)))
            (import "h" (func $h))
            (instance $i (instantiate $c (with "f" (func $h))))
            (export "k" (func $i "g")))"#,
    ),
    // A function's type has a name, which `wit-parser` does not expect.
    (
        "component-named-function",
        r#"(component (import "a:b/c" (instance (type $f (func)) (export "t" (type (eq $f))))))"#,
    ),
    (
        "module-memory",
        r#"(module (import "env" "f" (func (param i32))) (memory 1 2) (table 3 funcref) (data (i32.const 8) "seed")
            (func (export "run") (local i64) (loop (br_if 0 (i32.eqz (memory.size))))) (start 1))"#,
    ),
];

/// A core module with the exports of [`Draw`], and a core module with the imports of [`Pen`].
const EXPORTS: &str = r#"(module
    (memory (export "memory") 1)
    (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) unreachable)
    (func (export "test:seeds/draw@1.0.0#draw") (param i32 i32 i32 i32 i32) (result i32) unreachable))"#;
const IMPORTS: &str = r#"(module
    (import "test:seeds/pen@1.0.0" "stroke" (func (param i32) (result i64)))
    (memory (export "memory") 1))"#;

/// Sections that `wit-parser` does not expect: an instance stands where a world should be, or the world is not alone.
const SECTIONS: &[(&str, &str)] = &[
    (
        "module-world-is-instance",
        r#"(component (type $world (component (export "a:b/c" (instance)))) (export "c" (type $world)))"#,
    ),
    (
        "module-world-imports",
        r#"(component
            (type $world (component (import "d" (func)) (export "a:b/c" (component))))
            (export "c" (type $world)))"#,
    ),
];

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let directory = concat!(env!("CARGO_MANIFEST_DIR"), "/../corpus/image");
    let write = |name: &str, bytes: Vec<u8>| std::fs::write(format!("{directory}/{name}.wasm"), bytes);
    for (name, text) in TEXTS {
        write(name, wat::parse_str(text)?)?;
    }
    for (name, section) in SECTIONS {
        write(name, with_section("(module)", &wat::parse_str(section)?)?)?;
    }
    write("module-exports", with_section(EXPORTS, &Draw.interface().section(Role::Export))?)?;
    write("module-imports", with_section(IMPORTS, &Pen.interface().section(Role::Import))?)?;
    let exports = std::fs::read(format!("{directory}/module-exports.wasm"))?;
    write("module-cut-off", exports[..exports.len() / 2].to_vec())?;
    Ok(())
}

/// The module, and a `component-type` section at its end.
fn with_section(text: &str, section: &[u8]) -> Result<Vec<u8>, wat::Error> {
    let mut module = wat::parse_str(text)?;
    CustomSection { name: "component-type:seeds".into(), data: section.into() }.append_to(&mut module);
    Ok(module)
}
