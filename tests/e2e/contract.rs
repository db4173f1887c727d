//! The const schema, compared with the standard tools: the section with `wit-component`'s decoder, the text with
//! `wit-parser`, flattening and layout with `Resolve`.

use tairitsu::schema::{Core, Interface, Role, Signature, Type, encode, measure};
use tairitsu_test_api::docs::{Connection, Document, Editor, Network};
use tairitsu_test_api::inner::Till;
use tairitsu_test_api::{Exchange, Rates};
use tairitsu_test_blocks::{CalculatorApi, ClockApi};
use tairitsu_test_strict::Office;
use tairitsu_test_weather::{Sensor, Station};
use tairitsu_test_zoo::{Attic, Keeper, Zoo};
use wit_parser::abi::{AbiVariant, WasmType};
use wit_parser::{InterfaceId, Resolve, SizeAlign, Stability, TypeDefKind};

/// Sections that const evaluation has encoded, as in a guest.
macro_rules! sections {
    ($($descriptor:expr, $role:ident;)*) => {
        [$({
            const INTERFACE: &Interface = $descriptor.interface();
            const SIZE: usize = measure(INTERFACE, Role::$role);
            static SECTION: [u8; SIZE] = encode(INTERFACE, Role::$role);
            (INTERFACE, Role::$role, &SECTION[..])
        }),*]
    };
}

fn sections() -> [(&'static Interface, Role, &'static [u8]); 18] {
    sections! {
        Zoo, Export;
        Zoo, Import;
        Keeper, Import;
        Attic, Export;
        Till, Export;
        Exchange, Export;
        Rates, Import;
        Station, Export;
        Sensor, Import;
        CalculatorApi, Export;
        ClockApi, Import;
        Document, Export;
        Editor, Export;
        Connection, Import;
        Network, Import;
        tairitsu::core_world::GuestApi, Export;
        tairitsu::core_world::HostApi, Import;
        tairitsu::core_world::HostApi, Export;
    }
}

/// A core module that has only these sections.
fn core_module(sections: &[(&str, &[u8])]) -> Vec<u8> {
    let mut module = wasm_encoder::Module::new();
    for (name, data) in sections {
        module.section(&wasm_encoder::CustomSection { name: (*name).into(), data: (*data).into() });
    }
    module.finish()
}

/// Decodes one section and finds its interface.
fn decode(interface: &Interface, role: Role, section: &[u8]) -> (Resolve, InterfaceId) {
    let module = core_module(&[("component-type:test", section)]);
    let (_, bindgen) = wit_component::metadata::decode(&module).unwrap();
    let world = &bindgen.resolve.worlds[bindgen.world];
    let (items, others) = match role {
        Role::Import => (&world.imports, &world.exports),
        Role::Export => (&world.exports, &world.imports),
    };
    let used = used(interface);
    // Used interfaces are imported, with two exceptions: a resource of the guest's, and an interface that uses such a
    // resource.
    let exported = used.iter().filter(|used| is_guests(used)).count();
    let imported = used.len() - exported;
    let counts = if role == Role::Import { (1 + imported, exported) } else { (1 + exported, imported) };
    assert_eq!((items.len(), others.len()), counts, "{}", interface.id);
    let id = find(&bindgen.resolve, interface.id);
    assert!(
        items.values().any(|item| matches!(item, wit_parser::WorldItem::Interface { id: found, .. } if *found == id))
    );
    (bindgen.resolve, id)
}

fn is_guests(interface: &Interface) -> bool {
    interface.resource.is_some_and(|resource| resource.role == Role::Export)
        || interface.uses.iter().any(|used| is_guests(used))
}

/// Finds an interface by its id.
fn find(resolve: &Resolve, id: &str) -> InterfaceId {
    let mut all = resolve.interfaces.iter().map(|(found, _)| found);
    all.find(|found| resolve.id_of(*found).as_deref() == Some(id)).unwrap_or_else(|| panic!("{id} is not there"))
}

/// The interfaces whose types this interface uses.
fn used(interface: &Interface) -> Vec<&'static Interface> {
    let mut all = Vec::<&Interface>::new();
    for used in interface.uses.iter().flat_map(|used| self::used(used).into_iter().chain([*used])) {
        if !all.iter().any(|known| known.id == used.id) {
            all.push(used);
        }
    }
    all
}

/// Prints an interface with the standard printer. Docs are left out, because a section has none.
fn print(resolve: &Resolve, id: InterfaceId) -> String {
    let mut printer = wit_component::WitPrinter::default();
    printer.emit_docs(false);
    printer.print_interface(resolve, id).unwrap();
    printer.output.to_string()
}

/// Compares one interface with the standard tools.
pub(crate) fn check(interface: &Interface, role: Role, section: &[u8]) {
    let (decoded, decoded_id) = decode(interface, role, section);
    let mut parsed = Resolve::default();
    let package = parsed.push_str("ours.wit", &interface.wit()).unwrap();
    let parsed_id = parsed.packages[package].interfaces[interface.name()];
    assert_eq!(parsed.id_of(parsed_id).as_deref(), Some(interface.id));
    assert_eq!(print(&decoded, decoded_id), print(&parsed, parsed_id), "{}", interface.id);
    for used in used(interface) {
        let (decoded_id, parsed_id) = (find(&decoded, used.id), find(&parsed, used.id));
        assert_eq!(print(&decoded, decoded_id), print(&parsed, parsed_id), "{} of {}", used.id, interface.id);
    }
    check_abi(interface, &decoded, decoded_id);
}

#[test]
fn the_standard_tools_agree() {
    for (interface, role, section) in sections() {
        assert_eq!(section, interface.section(role), "in a constant and at run time");
        check(interface, role, section);
    }
}

#[test]
fn sections_of_one_module_merge() {
    let named: Vec<_> = sections().iter().enumerate().map(|(i, s)| (format!("component-type:{i}"), s.2)).collect();
    let named: Vec<_> = named.iter().map(|(name, data)| (name.as_str(), *data)).collect();
    let (_, bindgen) = wit_component::metadata::decode(&core_module(&named)).unwrap();
    let world = &bindgen.resolve.worlds[bindgen.world];
    let names = |keys: Vec<&wit_parser::WorldKey>| {
        keys.into_iter().map(|key| bindgen.resolve.name_world_key(key)).collect::<Vec<_>>()
    };
    assert_eq!(names(world.imports.keys().collect()).len(), 9);
    assert_eq!(names(world.exports.keys().collect()).len(), 10);
}

/// Compares flattening and layout with `Resolve`.
fn check_abi(interface: &Interface, resolve: &Resolve, id: InterfaceId) {
    let mut sizes = SizeAlign::default();
    sizes.fill(resolve);
    for function in interface.functions {
        let theirs = &resolve.interfaces[id].functions[function.name];
        let ours = function.signature();
        check_signature(&ours, resolve.wasm_signature(AbiVariant::GuestExport, theirs), false);
        check_signature(&ours, resolve.wasm_signature(AbiVariant::GuestImport, theirs), true);
        for (param, their) in function.params.iter().zip(&theirs.params) {
            check_layout(&param.ty, &their.ty, &sizes);
        }
        if let Some(their) = &theirs.result {
            check_layout(&function.result, their, &sizes);
        }
    }
}

fn check_signature(ours: &Signature, theirs: wit_parser::abi::WasmSignature, import: bool) {
    let (params, result): (Vec<_>, _) = if import {
        ((0..17).map(|i| ours.import_param(i)).collect(), ours.import_result())
    } else {
        (ours.params.to_vec(), ours.result)
    };
    let present: Vec<_> = params.iter().copied().filter(|core| *core != Core::None).collect();
    assert_eq!(present.iter().map(|core| wasm(*core)).collect::<Vec<_>>(), map(&theirs.params));
    let result: Vec<_> = [result].iter().filter(|core| **core != Core::None).map(|core| wasm(*core)).collect();
    assert_eq!(result, map(&theirs.results));
    assert_eq!(ours.params_indirect, theirs.indirect_params);
    assert_eq!(ours.result_indirect, theirs.retptr);
}

/// The name of a core type. Empty for an unused slot.
pub(crate) fn wasm(core: Core) -> &'static str {
    match core {
        Core::None => "",
        Core::I32 => "i32",
        Core::I64 => "i64",
        Core::F32 => "f32",
        Core::F64 => "f64",
    }
}

fn map(types: &[WasmType]) -> Vec<&'static str> {
    types
        .iter()
        .map(|ty| match ty {
            WasmType::I32 | WasmType::Pointer | WasmType::Length => "i32",
            WasmType::I64 | WasmType::PointerOrI64 => "i64",
            WasmType::F32 => "f32",
            WasmType::F64 => "f64",
        })
        .collect()
}

fn check_layout(ours: &Type, theirs: &wit_parser::Type, sizes: &SizeAlign) {
    let layout = ours.layout();
    assert_eq!(layout.size, sizes.size(theirs).size_wasm32(), "{ours}");
    assert_eq!(layout.align, sizes.align(theirs).align_wasm32(), "{ours}");
}

#[test]
fn the_text_is_what_a_person_would_write() {
    assert_eq!(
        Till.wit(),
        "\
package test:split@1.2.3;

/// Adds up money.
interface till {
  /// A currency.
  enum currency {
    /// The euro.
    eur,
    /// The yen.
    jpy,
  }

  /// An amount of money.
  record money {
    /// The smallest units of the currency.
    units: s64,
    /// Which currency.
    currency: currency,
  }

  /// Two currencies do not add up.
  record mixed {
    /// The first currency.
    first: currency,
    /// The one that differs.
    other: currency,
  }

  /// The sum of all amounts.
  sum: func(amounts: list<money>) -> result<money, mixed>;

  /// All amounts so far.
  all: func() -> list<money>;
}
"
    );
}

/// WIT has no words for the age of fields, cases and flags, so they are in the docs. It has words for functions and types.
#[test]
fn a_contract_says_what_came_later() {
    let expected = "\
package test:growth@1.2.0;

/// Types that grow.
interface growth {
  /// A color.
  enum color {
    /// As blood.
    red,
    ///
    /// Text from a file.
    ///
    /// - It has \"quotes\" and a \\ in it.
    ///
    ///
    /// Since 1.1.0.
    blue,
    /// As none of them.
    ///
    /// Any later case.
    unknown,
  }

  record shape-box {
    /// From left to right.
    width: f64,
    /// From top to bottom.
    ///
    /// Since 1.2.0. Default: `1.0`.
    height: f64,
  }

  /// A shape.
  variant shape {
    /// Round.
    circle(f64),
    /// With corners.
    ///
    /// Since 1.1.0.
    box(shape-box),
    /// Another one, by its name.
    ///
    /// Since 1.2.0.
    /// Any later case.
    unknown(string),
  }

  /// A person.
  @since(version = 1.0.0)
  record person {
    /// The name.
    name: string,
    /// What friends say.
    ///
    /// They are few.
    ///
    /// Since 1.1.0.
    nickname: option<string>,
    ///
    /// Text from a file.
    ///
    /// - It has \"quotes\" and a \\ in it.
    ///
    ///
    /// Since 1.1.0. Default: `-5`.
    balance: s32,
    /// Since 1.2.0-rc.1. Default: `red`. Lossy.
    color: color,
    ///
    /// Text from a file.
    ///
    /// - It has \"quotes\" and a \\ in it.
    ///
    /// More of it.
    ///
    /// Since 1.2.0. Default: `[]`.
    shapes: list<shape>,
    /// Said at first.
    ///
    /// Since 1.2.0. Default: `\"a \\\"\\u{60}b\\u{60}\\\"\\n\"`.
    motto: string,
  }

  /// Rights.
  @since(version = 1.1.0)
  flags rights {
    /// To read.
    read,
    /// To write.
    ///
    /// Since 1.2.0. Lossy.
    write,
  }
}

/// An interface that grows.
interface office {
  use growth.{person, rights};

  /// Hires.
  hire: func(person: person) -> person;

  /// What is allowed, since later.
  @since(version = 1.1.0)
  allowed: func() -> rights;

  @since(version = 1.2.0)
  undocumented: func() -> u32;
}
";
    assert_eq!(Office.wit(), expected);

    // The age of each function and type, and the docs of each field, case and flag.
    let ages = |resolve: &Resolve| {
        let mut ages = Vec::new();
        let since = |stability: &Stability| match stability {
            Stability::Stable { since, .. } => since.to_string(),
            _ => String::new(),
        };
        for interface in ["growth", "office"] {
            let interface = &resolve.interfaces[find(resolve, &format!("test:growth/{interface}@1.2.0"))];
            for (name, function) in &interface.functions {
                ages.push((name.clone(), since(&function.stability), function.docs.contents.clone()));
            }
            for (name, ty) in &interface.types {
                let ty = &resolve.types[*ty];
                let items: Vec<_> = match &ty.kind {
                    TypeDefKind::Record(record) => record.fields.iter().map(|item| (&item.name, &item.docs)).collect(),
                    TypeDefKind::Variant(variant) => {
                        variant.cases.iter().map(|item| (&item.name, &item.docs)).collect()
                    }
                    TypeDefKind::Enum(cases) => cases.cases.iter().map(|item| (&item.name, &item.docs)).collect(),
                    TypeDefKind::Flags(flags) => flags.flags.iter().map(|item| (&item.name, &item.docs)).collect(),
                    // A type that is used here.
                    _ => continue,
                };
                ages.push((name.clone(), since(&ty.stability), ty.docs.contents.clone()));
                let items = items.into_iter();
                ages.extend(items.map(|(item, docs)| (format!("{name}.{item}"), String::new(), docs.contents.clone())));
            }
        }
        ages.sort();
        // Text lies between comment marks in the parsed text, and the file's own indentation is lost there.
        for (_, _, docs) in &mut ages {
            if let Some(docs) = docs {
                *docs = docs.lines().map(str::trim).collect::<Vec<_>>().join("\n");
            }
        }
        ages
    };
    let texts = |resolve: &Resolve| {
        ["growth", "office"].map(|name| print(resolve, find(resolve, &format!("test:growth/{name}@1.2.0"))))
    };
    let mut parsed = Resolve::default();
    parsed.push_str("office.wit", expected).unwrap();
    let (texts_of_ours, parsed) = (texts(&parsed), ages(&parsed));
    let of = |name: &str| {
        let (_, since, docs) = parsed.iter().find(|(found, ..)| found == name).unwrap();
        (since.as_str(), docs.as_deref().unwrap_or_default())
    };
    assert_eq!(of("allowed"), ("1.1.0", "What is allowed, since later."));
    assert_eq!(of("undocumented"), ("1.2.0", ""));
    assert_eq!(of("person"), ("1.0.0", "A person."));
    assert_eq!(of("person.color"), ("", "Since 1.2.0-rc.1. Default: `red`. Lossy."));

    let section = Office.interface().section(Role::Export);
    let guest = tairitsu::include_guest!("tairitsu-test-strict");
    assert!(guest.windows(section.len()).any(|bytes| bytes == section), "the guest has the section");
    let decoded = wit_component::decode(&section).unwrap();
    assert_eq!((texts(decoded.resolve()), ages(decoded.resolve())), (texts_of_ours, parsed));

    // An image keeps the docs.
    let wit = tairitsu::Registry::new().load_image(guest).unwrap().wit();
    for line in expected.lines().map(str::trim).filter(|line| line.contains("Since") || line.contains("later")) {
        assert!(wit.contains(line) || line.starts_with('@'), "{line}\n{wit}");
    }
}

/// The text that `wasm-tools component wit` would print for the hybrid example's component.
#[test]
fn the_component_reads_well() {
    let wasm = tairitsu::include_guest!("tairitsu-example-hybrid");
    let component = crate::componentize(wasm);
    let decoded = wit_component::decode(&component).unwrap();
    let resolve = decoded.resolve();
    let text = |name: &str| {
        let (id, _) = resolve.interfaces.iter().find(|(_, i)| i.name.as_deref() == Some(name)).unwrap();
        print(resolve, id)
    };
    assert_eq!(
        text("greeter"),
        "\
record greeting {
  text: string,
  visits: u32,
}

variant greet-error {
  empty-name,
  banned(string),
}

greet: func(name: string) -> result<greeting, greet-error>;
"
    );
    assert_eq!(text("journal"), "%record: func(entry: string);\n\ncount: func() -> u64;\n");
}

mod keywords {
    //! Names that are keywords of WIT, wherever a contract has a name.

    #[tairitsu::wit(package = "type:func@0.1.0")]
    pub(super) mod list {
        #[tairitsu::wit]
        pub(crate) struct Record {
            pub r#enum: u32,
        }

        #[tairitsu::wit]
        pub(crate) enum Variant {
            Result(Record),
            Option,
        }
    }

    #[tairitsu::host(package = "unused:import", uses = list)]
    #[allow(dead_code)]
    pub(super) trait Interface {
        fn export(&self, r#use: list::Variant) -> list::Record;
    }

    #[tairitsu::guest(package = "use:world@1.0.0")]
    #[allow(dead_code)]
    pub(super) trait Static {
        fn from(&self, with: u32) -> u32;
    }

    #[tairitsu::resource(host, package = "use:import@1.0.0")]
    #[allow(dead_code)]
    pub(super) trait Stream {
        fn future(&self, own: u32) -> u32;
    }
}

#[test]
fn a_keyword_is_escaped_in_the_text() {
    let interfaces = [
        keywords::Interface.interface(),
        keywords::Static.interface(),
        keywords::Stream.interface(),
        keywords::list::INTERFACE,
    ];
    for interface in interfaces {
        let text = interface.wit();
        let mut resolve = Resolve::default();
        resolve.push_str("keywords.wit", &text).unwrap_or_else(|error| panic!("{error:#}\n{text}"));
        find(&resolve, interface.id);
    }
    let text = keywords::Interface.wit();
    assert!(text.starts_with("package unused:%import;\n"), "{text}");
    assert!(text.contains("use %type:%func/%list@0.1.0.{%variant, %record};"), "{text}");
}
