//! Random interfaces, compared with the standard tools: the section decodes to the interface, the text parses to it,
//! and flattening and layout are the standard ones.

use crate::contract::check;
use proptest::collection::vec;
use proptest::prelude::*;
use tairitsu::compatibility::{Verdict, between};
use tairitsu::schema::{Enum, Field, Flags, Function, Interface, Param, Record, Resource, Role, Type, Variant};

/// A type whose names are not chosen yet.
#[derive(Clone, Debug)]
enum Shape {
    Primitive(Type),
    List(Box<Shape>),
    Option(Box<Shape>),
    Result(Option<Box<Shape>>, Option<Box<Shape>>),
    Tuple(Vec<Shape>),
    Record(Vec<Shape>),
    Variant(Vec<Option<Shape>>),
    Enum(usize),
    Flags(usize),
    /// A named type from before, counted from the last.
    Again(usize),
    /// An owned resource: the guest's, where the guest's may be used, or the host's.
    Own {
        guests: bool,
    },
    /// A lent resource. Only a parameter can be one.
    Lent {
        guests: bool,
    },
}

const GEM: &Resource = &Resource::__new("gem", "", "gems:all/gems@1.2.3", Role::Export);
const LINK: &Resource = &Resource::__new("link", "", "links:all/links", Role::Import);

/// The guest's resource. Its functions use the resource itself and the host's resource.
const GEMS: &Interface = &Interface::__new(
    GEM.home,
    "",
    &[LINKS],
    &[],
    Some(GEM),
    &[
        function("[constructor]gem", &[Param::__new("of", Type::Own(LINK))], Type::Own(GEM)),
        function("[method]gem.cut", &[Param::__new("self", Type::Borrow(GEM))], Type::List(&Type::Own(GEM))),
        function("[static]gem.find", &[Param::__new("at", Type::Borrow(LINK))], Type::Option(&Type::Own(GEM))),
    ],
);

/// The host's resource.
const LINKS: &Interface = &Interface::__new(
    LINK.home,
    "",
    &[],
    &[],
    Some(LINK),
    &[function("[method]link.send", &[Param::__new("self", Type::Borrow(LINK))], Type::Unit)],
);

const fn function(name: &'static str, params: &'static [Param], result: Type) -> Function {
    Function::__new(name, "", params, result, false)
}

fn shape() -> impl Strategy<Value = Shape> {
    use Type::*;
    let primitives =
        [Bool, S8, U8, S16, U16, S32, U32, S64, U64, F32, F64, Char, String].map(Shape::Primitive).to_vec();
    let leaf = prop_oneof![
        6 => prop::sample::select(primitives),
        1 => prop_oneof![4 => 1..8usize, 1 => 250..300usize].prop_map(Shape::Enum),
        1 => (1..=32usize).prop_map(Shape::Flags),
        1 => (0..4usize).prop_map(Shape::Again),
        1 => any::<bool>().prop_map(|guests| Shape::Own { guests }),
    ];
    leaf.prop_recursive(5, 40, 6, |inner| {
        let boxed = inner.clone().prop_map(Box::new);
        prop_oneof![
            boxed.clone().prop_map(Shape::List),
            boxed.clone().prop_map(Shape::Option),
            (prop::option::of(boxed.clone()), prop::option::of(boxed)).prop_map(|(ok, err)| Shape::Result(ok, err)),
            vec(inner.clone(), 1..6).prop_map(Shape::Tuple),
            vec(inner.clone(), 1..8).prop_map(Shape::Record),
            // At least one case has a payload. Without any payload the type is an enum.
            (inner.clone(), vec(prop::option::of(inner), 0..8)).prop_map(|(first, mut rest)| {
                rest.push(Some(first));
                Shape::Variant(rest)
            }),
        ]
    })
}

/// The type of a parameter.
fn param() -> impl Strategy<Value = Shape> {
    prop_oneof![8 => shape(), 1 => any::<bool>().prop_map(|guests| Shape::Lent { guests })]
}

/// Gives out each name once. Some names are keywords of WIT. Leaks values that have to be `'static`.
struct Names {
    count: usize,
    types: Vec<Type>,
    /// The id of the interface that declares the types now. Empty if there is none.
    home: &'static str,
    /// Whether the guest's resources may be used.
    guests: bool,
}

fn leak<T>(value: T) -> &'static T {
    Box::leak(Box::new(value))
}

impl Names {
    fn name(&mut self) -> &'static str {
        const WORDS: [&str; 16] = [
            "record",
            "list",
            "resource",
            "own",
            "map",
            "as",
            "f32",
            "type",
            "constructor",
            "error-context",
            "alpha",
            "http",
            "beta2",
            "a",
            "static",
            "with",
        ];
        let n = self.count;
        self.count += 1;
        match WORDS.get(n) {
            Some(word) => word,
            None => leak(format!("{}-x{}", WORDS[n % WORDS.len()], n)),
        }
    }

    fn fields(&mut self, types: Vec<Type>) -> &'static [Field] {
        let mut fields = Vec::new();
        for (i, ty) in types.into_iter().enumerate() {
            let name = if i == 0 { "variant" } else { leak(format!("f{i}")) };
            fields.push(Field::__new(name, "", ty));
        }
        leak(fields)
    }

    fn ty(&mut self, shape: &Shape) -> Type {
        match shape {
            Shape::Primitive(ty) => *ty,
            Shape::List(item) => Type::List(leak(self.ty(item))),
            Shape::Option(some) => Type::Option(leak(self.ty(some))),
            Shape::Result(ok, err) => {
                let [ok, err] = [ok, err].map(|side| side.as_ref().map_or(Type::Unit, |side| self.ty(side)));
                Type::Result(leak([ok, err]))
            }
            Shape::Tuple(items) => {
                let items: Vec<_> = items.iter().map(|item| self.ty(item)).collect();
                Type::Tuple(leak(items))
            }
            Shape::Record(fields) => {
                let fields: Vec<_> = fields.iter().map(|field| self.ty(field)).collect();
                let fields = self.fields(fields);
                self.named(|name, home| Type::Record(leak(Record::__new(name, "", home, fields))))
            }
            Shape::Variant(cases) => {
                let cases: Vec<_> =
                    cases.iter().map(|case| case.as_ref().map_or(Type::Unit, |case| self.ty(case))).collect();
                let cases = self.fields(cases);
                self.named(|name, home| Type::Variant(leak(Variant::__new(name, "", home, cases))))
            }
            Shape::Enum(count) => {
                let cases = self.fields(vec![Type::Unit; *count]);
                self.named(|name, home| Type::Enum(leak(Enum::__new(name, "", home, cases))))
            }
            Shape::Flags(count) => {
                let flags = self.fields(vec![Type::Unit; *count]);
                self.named(|name, home| Type::Flags(leak(Flags::__new(name, "", home, flags))))
            }
            Shape::Again(back) => match self.types.len().checked_sub(back + 1) {
                Some(index) => self.types[index],
                None => Type::U32,
            },
            Shape::Own { guests } => Type::Own(self.resource(*guests)),
            Shape::Lent { guests } => Type::Borrow(self.resource(*guests)),
        }
    }

    fn resource(&self, guests: bool) -> &'static Resource {
        if guests && self.guests { GEM } else { LINK }
    }

    fn named(&mut self, make: impl FnOnce(&'static str, &'static str) -> Type) -> Type {
        let ty = make(self.name(), self.home);
        self.types.push(ty);
        ty
    }
}

/// A function: its parameters and its result.
type Signature = (Vec<Shape>, Option<Shape>);

/// An interface of types, which may use those of another one.
fn types(
    names: &mut Names,
    id: &'static str,
    uses: &'static [&'static Interface],
    shapes: &[Shape],
) -> &'static Interface {
    names.home = id;
    let first = names.types.len();
    for shape in shapes {
        names.ty(shape);
    }
    names.home = "";
    leak(Interface::__new(id, "", uses, leak(names.types[first..].to_vec()), None, &[]))
}

fn interface(near: &[Shape], far: &[Shape], functions: &[Signature], role: Role) -> &'static Interface {
    let mut names = Names { count: 0, types: Vec::new(), home: "", guests: role == Role::Export };
    let resources: &[_] = if role == Role::Export { &[LINKS, GEMS] } else { &[LINKS] };
    let using = |interfaces: &[&'static Interface]| -> &'static [_] { leak([interfaces, resources].concat()) };
    let far = types(&mut names, "other:types/far", using(&[]), far);
    let near = types(&mut names, "acme:random-things/near@1.2.3-rc.1", using(&[far]), near);
    let mut out = Vec::new();
    for (params, result) in functions {
        let params: Vec<_> = params
            .iter()
            .enumerate()
            .map(|(i, shape)| {
                let name = if i == 0 { "interface" } else { leak(format!("p{i}")) };
                Param::__new(name, names.ty(shape))
            })
            .collect();
        let result = result.as_ref().map_or(Type::Unit, |shape| names.ty(shape));
        out.push(Function::__new(names.name(), "", leak(params), result, false));
    }
    // An interface without types is absent from WIT text, so it is not used.
    let used: Vec<_> = [near, far].into_iter().filter(|used| !used.types.is_empty()).collect();
    leak(Interface::__new("acme:random-things/interface@1.2.3-rc.1", "", using(&used), &[], None, leak(out)))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_standard_tools_agree(
        near in vec(shape(), 0..3),
        far in vec(shape(), 0..3),
        functions in vec((vec(param(), 0..6), prop::option::of(shape())), 1..8),
        import in any::<bool>(),
    ) {
        let role = if import { Role::Import } else { Role::Export };
        let interface = interface(&near, &far, &functions, role);
        check(interface, role, &interface.section(role));
    }
}

/// A contract whose only function takes and returns the type. The names of the types begin with the name of that number.
fn contract(shape: &Shape, first_name: usize) -> (Type, String) {
    let mut names = Names { count: first_name, types: Vec::new(), home: "", guests: true };
    let ty = names.ty(shape);
    let functions = leak([function("f", leak([Param::__new("x", ty)]), Type::List(leak(ty)))]);
    let interface =
        Interface::__new("acme:random-things/interface@1.2.3", "", leak([LINKS, GEMS]), &[], None, functions);
    let world = "world random { export %interface; }\n";
    // The packages of the resources stand behind the interface's own.
    let text = interface.wit();
    let own = text.match_indices("\npackage ").map(|(at, _)| at + 1).next().unwrap_or(text.len());
    (ty, format!("{}{world}{}", &text[..own], &text[own..]))
}

/// A type without the names of types.
fn structure(ty: &Type) -> String {
    let parts = |keyword: &str, parts: &[Field]| {
        let parts: Vec<_> = parts.iter().map(|part| format!("{} {}", part.name, structure(&part.ty))).collect();
        format!("{keyword}({})", parts.join(", "))
    };
    match ty {
        Type::List(item) => format!("list({})", structure(item)),
        Type::Option(some) => format!("option({})", structure(some)),
        Type::Result([ok, err]) => format!("result({}, {})", structure(ok), structure(err)),
        Type::Tuple(items) => format!("tuple({})", items.iter().map(structure).collect::<Vec<_>>().join(", ")),
        Type::Record(record) => parts("record", record.fields),
        Type::Variant(variant) => parts("variant", variant.cases),
        Type::Enum(cases) => parts("enum", cases.cases),
        Type::Flags(flags) => parts("flags", flags.flags),
        other => other.to_string(),
    }
}

/// The shape with another one in the place of its part that comes after `skip` others.
fn replaced(shape: &Shape, skip: &mut usize, other: &Shape) -> Shape {
    if *skip == 0 {
        *skip = usize::MAX;
        return other.clone();
    }
    *skip -= 1;
    let mut part = |shape: &Shape| replaced(shape, skip, other);
    let mut boxed = |shape: &Shape| Box::new(part(shape));
    match shape {
        Shape::List(item) => Shape::List(boxed(item)),
        Shape::Option(some) => Shape::Option(boxed(some)),
        Shape::Result(ok, err) => Shape::Result(ok.as_deref().map(&mut boxed), err.as_deref().map(&mut boxed)),
        Shape::Tuple(items) => Shape::Tuple(items.iter().map(part).collect()),
        Shape::Record(fields) => Shape::Record(fields.iter().map(part).collect()),
        Shape::Variant(cases) => Shape::Variant(cases.iter().map(|case| case.as_ref().map(&mut part)).collect()),
        other => other.clone(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    /// Two contracts differ if and only if the structures of their types do.
    #[test]
    fn contracts_are_compared_by_structure(ty in shape(), other in shape(), mut skip in 0..12usize) {
        let (old, text) = contract(&ty, 0);
        prop_assert_eq!(between(&text, &text).unwrap().verdict, Verdict::Same);
        let (_, renamed) = contract(&ty, 20);
        let changes = between(&text, &renamed).unwrap();
        prop_assert!(changes.verdict <= Verdict::Patch, "{}\n{}\n{}", changes, text, renamed);

        let (new, changed) = contract(&replaced(&ty, &mut skip, &other), 0);
        let changes = between(&text, &changed).unwrap();
        let is_same = structure(&old) == structure(&new);
        prop_assert_eq!(changes.verdict <= Verdict::Patch, is_same, "{}\n{}\n{}", changes, text, changed);
        prop_assert_eq!(changes.verdict == Verdict::Major, !is_same, "{}", changes);
    }
}
