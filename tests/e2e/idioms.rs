//! Data as Rust people write it: newtypes, cases with fields, references in parameters, types that contain themselves.

use crate::asynchronous::block_on;
use crate::image;
use tairitsu::{AsyncContainer, CallError, Container, ContainerBuilder, SharedAsyncContainer, SharedContainer};
use tairitsu_test_idioms::names::{VerbThingClient, VerbsClient};
use tairitsu_test_idioms::ways::{Fork, Steps, Way};
use tairitsu_test_idioms::{
    Block, Chain, Expr, Forest, Gate, Gates, Guest, HostVerbs, Hostile, Hue, Joiner, JoinerGuest, Keeper, KeeperGuest,
    Lines, Lock, Names, Pair, Port, Scroll, Shape, Shapes, Turner, VerbThing, Verbs, Walk, Wrapper, deep, gate,
};

struct Mirror;

#[tairitsu::host]
impl Turner for Mirror {
    fn back(&self, steps: &Steps) -> Steps {
        let back = |way: &Way| match way {
            Way::Go { x, y } => Way::Go { x: -x, y: -y },
            Way::Turn(right, port) => Way::Turn(!right, *port),
        };
        Steps(steps.0.iter().rev().map(back).collect())
    }
}

struct Porter;

#[tairitsu::host]
impl Keeper for Porter {
    fn other(&self, than: &Gate) -> Gate {
        Gate(than.0.saturating_add(1))
    }

    async fn later(&self, gate: Gate) -> Result<Gate, String> {
        if gate.0.get() == 7 { Err("seven".into()) } else { Ok(gate) }
    }
}

struct Clerk;

#[tairitsu::host]
impl Joiner for Clerk {
    fn join(&mut self, first: Option<&str>, rest: &[&str]) -> String {
        format!("{first:?} {rest:?}")
    }

    async fn join_later(&mut self, first: Option<&str>, rest: &[&str], pairs: &[&Pair]) -> String {
        std::future::ready(()).await;
        format!("{first:?} {rest:?} {}", pairs.iter().map(|pair| pair.0).sum::<i32>())
    }
}

struct Verb;

macro_rules! verbs {
    ($($name:ident)*) => {
        #[tairitsu::host]
        impl HostVerbs for Verb {
            $(async fn $name(&self, text: &str) -> u32 { text.len() as u32 })*
        }

        #[test]
        fn functions_with_the_names_of_methods() {
            for mut container in containers() {
                let mut verbs = container.guest(Verbs).unwrap();
                // `into` is a method of every type, which takes the client by value.
                $(assert_eq!(VerbsClient::$name(&mut verbs, "four").unwrap(), 5);)*
            }
            let mut container = wasm().build().unwrap();
            let mut things = container.guest(VerbThing).unwrap();
            let thing = things.new().unwrap();
            $(assert_eq!(VerbThingClient::$name(&mut things, &thing, "four").unwrap(), 4);)*
        }
    };
}

tairitsu_test_idioms::with_verbs!(verbs);

fn wasm() -> ContainerBuilder {
    Container::builder(&image("idioms")).provide(Mirror).provide(Clerk).provide(Porter).provide(Verb)
}

/// The guest in wasm, and the guest without wasm.
fn containers() -> [Container; 2] {
    let native = Container::native::<Guest>().provide(Mirror).provide(Clerk).provide(Porter).provide(Verb);
    [wasm().build().unwrap(), native.build().unwrap()]
}

#[test]
fn newtypes_and_tuple_structs() {
    for mut container in containers() {
        let mut shapes = container.guest(Shapes).unwrap();
        assert_eq!(shapes.next(Port(79), &Port(90)).unwrap(), Port(80));
        assert_eq!(shapes.next(Port(90), &Port(90)).unwrap(), Port(0));
        let pairs = [Pair(1, "one".into()), Pair(2, String::new())];
        let (pair, back) = shapes.pair(Pair(-1, "minus".into()), &pairs).unwrap();
        assert_eq!((pair, &back[0], &back[1]), (Pair(-1, "minus".into()), &pairs[1], &pairs[0]));
        let wrapped = shapes.wrapped(Wrapper(vec![Port(0), Port(7)])).unwrap();
        assert_eq!(wrapped, Wrapper(vec![None, Some(Port(7))]));
        assert_eq!(shapes.block(Block([1, 2, 3])).unwrap(), Block([3, 2, 1]));
        assert_eq!(shapes.hue(&Hue(0xff_00_01)).unwrap(), Hue(0x00_ff_fe));
    }
}

#[test]
fn cases_with_several_or_named_fields() {
    for mut container in containers() {
        let mut shapes = container.guest(Shapes).unwrap();
        let there = [
            Shape::Circle { radius: 0.5, port: Port(9), label: String::from("four") },
            Shape::Line(-1, 2.5, vec!["a".into(), String::new()]),
            Shape::Empty,
            Shape::Dot("two".into()),
        ];
        let back = [
            Shape::Circle { radius: 0.5, port: Port(9), label: 4 },
            Shape::Line(-1, 2.5, vec![1, 0]),
            Shape::Empty,
            Shape::Dot(3),
        ];
        assert_eq!(shapes.shapes(&there).unwrap(), back);
        let mut walk = container.guest(Walk).unwrap();
        let steps = Steps(vec![Way::Go { x: 1, y: -2 }, Way::Turn(true, Port(3))]);
        let back = Steps(vec![Way::Turn(false, Port(3)), Way::Go { x: -1, y: 2 }]);
        assert_eq!(walk.walk(steps).unwrap(), back);
        let leaf = |x| Fork { way: Way::Go { x, y: 0 }, next: vec![] };
        let fork = Fork { way: Way::Go { x: 1, y: 2 }, next: vec![leaf(3), leaf(4)] };
        let longer = Fork { way: Way::Turn(true, Port(1)), next: vec![fork.clone()] };
        assert_eq!(walk.fork(fork).unwrap(), longer);
    }
}

#[test]
fn the_text_names_what_has_a_name() {
    let wit = image("idioms").wit();
    for text in [
        "record way-go {",
        "use ways.{way, fork-node};",
        "record fork-node {",
        "record shape-circle-of-string {",
        "line(tuple<s32, f64, list<string>>),",
        "circle(shape-circle-of-u64),",
        "next: func(port: u16, last: u16) -> u16;",
        "block: func(block: list<u8>) -> list<u8>;",
        "hue: func(hue: string) -> string;",
        "record expr-node-named {",
        "value: func(expr: list<expr-node>) -> f64;",
    ] {
        assert!(wit.contains(text), "{text}\n{wit}");
    }
}

fn expr() -> Expr {
    let number = |number| Box::new(Expr::Number(number));
    Expr::Sum(vec![
        Expr::Product(number(2.0), Box::new(Expr::Sum(vec![*number(3.0), *number(4.0)]))),
        Expr::Negated(Some(Box::new(Expr::Named { name: "five".into(), value: number(1.0) }))),
        Expr::Negated(None),
    ])
}

#[test]
fn types_that_contain_themselves() {
    for mut container in containers() {
        let mut forest = container.guest(Forest).unwrap();
        assert_eq!(forest.value(&expr()).unwrap(), 9.0);
        let trees = vec![expr(), Expr::Number(1.0), Expr::Sum(vec![])];
        assert_eq!(forest.reversed(trees.clone()).unwrap(), trees.into_iter().rev().collect::<Vec<_>>());
        let wide = Expr::Sum((0..10_000).map(|i| Expr::Sum(vec![Expr::Number(i.into())])).collect());
        assert_eq!(forest.value(&wide).unwrap(), f64::from((0..10_000).sum::<u32>()));
    }
}

/// The guest has the deepest tree on its stack, and the host on a thread of the usual size.
#[test]
fn the_deepest_tree_crosses() {
    let mut container = wasm().build().unwrap();
    let mut forest = container.guest(Forest).unwrap();
    assert_eq!(forest.longer(deep(999)).unwrap(), deep(1000));
    assert_eq!(forest.chain(1000).unwrap(), deep(1000));

    let error = forest.longer(deep(1001)).unwrap_err();
    let too_deep = "expected a value that converts to `Chain`: it is more than 1000 nodes deep";
    assert!(error.to_string().contains(too_deep), "{error}");
}

#[test]
fn a_guest_that_returns_a_tree_that_is_too_deep() {
    let mut container = wasm().build().unwrap();
    let error = container.guest(Forest).unwrap().longer(deep(1000)).unwrap_err();
    assert!(matches!(error, CallError::Trap(_)), "{error:?}");
    assert!(error.to_string().contains("it is more than 1000 nodes deep"), "{error}");
}

#[test]
fn a_list_that_is_no_tree_is_an_error() {
    for (kind, message) in [
        (0, "there is no node"),
        (1, "node 0 refers to node 0, and a child comes before its parent"),
        (2, "node 0 refers to node 1, and a child comes before its parent"),
        (3, "node 2 refers to node 0, which has a parent already"),
        (4, "node 0 has no parent, and is not the last node"),
        (1001, "it is more than 1000 nodes deep"),
        (400_000, "it is more than 1000 nodes deep"),
    ] {
        let mut container = wasm().build().unwrap();
        let error = container.guest(Hostile).unwrap().chain(kind).unwrap_err();
        assert!(
            error.to_string().contains(&format!("expected a value that converts to `Chain`: {message}")),
            "{error}"
        );
    }
    let mut container = wasm().build().unwrap();
    let chain: Chain = container.guest(Hostile).unwrap().chain(1000).unwrap();
    assert_eq!(chain.rest, 0);
}

const PAIRS: fn() -> [Pair; 2] = || [Pair(3, "three".into()), Pair(4, "four".into())];

#[test]
fn references_inside_parameters() {
    let [three, four] = &PAIRS();
    for mut container in containers() {
        let mut names = container.guest(Names).unwrap();
        assert_eq!(names.join(Some("a"), &["b", "c"]).unwrap(), "a:b+c");
        assert_eq!(names.join(None, &[]).unwrap(), "-:");
        assert_eq!(names.join_with(Some("a"), &["b"], |text| text.len()).unwrap(), 3);
        let sizes = names.sizes(Some(three), &[four, three], Some(&[1]), &[&[], &[1, 2]]).unwrap();
        assert_eq!(sizes, [5, 4, 5, 1, 0, 2]);
        assert!(names.sizes(None, &[], None, &[]).unwrap().is_empty());
        let by_the_host = names.by_the_host(Some("a"), &["b"], &[three, four]).unwrap();
        assert_eq!(by_the_host, r#"Some("a") ["b"] Some("a") ["b"] 7"#);
    }
}

#[test]
fn references_inside_parameters_of_a_resource() {
    let mut container = wasm().build().unwrap();
    let mut scrolls = container.guest(Scroll).unwrap();
    let scroll = scrolls.new(Some("a"), &["b", "c"]).unwrap();
    assert_eq!(scrolls.append(&scroll, &["d", "e"], Some("f")).unwrap(), 8);
    assert_eq!(scrolls.append(&scroll, &[], None).unwrap(), 8);
    let other = scrolls.new(None, &[]).unwrap();
    let mut names = container.guest(Names).unwrap();
    assert_eq!(names.lengths(Some(&scroll), &[&other, &scroll]).unwrap(), [8, 2, 8]);
    assert_eq!(names.lengths(None, &[&other]).unwrap(), [2]);

    // Without wasm, the values are the host's own.
    let mut native =
        Container::native::<Guest>().provide(Mirror).provide(Clerk).provide(Porter).provide(Verb).build().unwrap();
    let scroll = Lines::new(Some("a"), &["b"]).into();
    assert_eq!(native.guest(Names).unwrap().lengths(Some(&scroll), &[]).unwrap(), [3]);
}

#[test]
fn references_inside_parameters_of_a_future() {
    block_on(async {
        let mut container: AsyncContainer = wasm().build_async().await.unwrap();
        let mut names = container.guest(Names).unwrap();
        let text = String::from("a");
        assert_eq!(names.join(Some(&text), &["b", &text]).await.unwrap(), "a:b+a");
        let [three, _] = &PAIRS();
        assert_eq!(names.sizes(Some(three), &[three], None, &[&[1]]).await.unwrap(), [5, 5, 1]);
        let by_the_host = names.by_the_host(None, &["b"], &[three]).await.unwrap();
        assert_eq!(by_the_host, r#"None ["b"] None ["b"] 3"#);
        let mut newer = container.guest(newer::NewerNames).unwrap();
        assert_eq!(newer.twice(Some("a"), &["b"]).await.unwrap(), "a:b a:b");
    });
}

/// The traits of a host that is newer than the guest.
mod newer {
    #[tairitsu::guest(package = "test:idioms@1.0.0", rename = "names")]
    pub(super) trait NewerNames: Send + Sync + 'static {
        fn join(&mut self, first: Option<&str>, rest: &[&str]) -> String;

        fn twice(&mut self, first: Option<&str>, rest: &[&str]) -> String {
            format!("{} {}", self.join(first, rest), self.once(first, rest))
        }

        fn once(&mut self, first: Option<&str>, rest: &[&str]) -> String {
            self.join(first, rest)
        }
    }
}

#[test]
fn a_default_body_of_a_trait_whose_types_are_static() {
    let mut container = wasm().build().unwrap();
    let mut names = container.guest(newer::NewerNames).unwrap();
    assert_eq!(names.twice(Some("a"), &["b"]).unwrap(), "a:b a:b");
    assert_eq!(names.once(None, &[]).unwrap(), "-:");
}

#[test]
fn references_are_forwarded_to_another_container() {
    let [three, four] = &PAIRS();
    let forwarded = "guest a:b guest a:b 2";
    let native =
        Container::native::<Guest>().provide(Mirror).provide(Clerk).provide(Porter).provide(Verb).build().unwrap();
    for peer in [wasm().build().unwrap(), native] {
        let peer = SharedContainer::new(peer);
        let builder = Container::builder(&image("idioms")).provide(Mirror).provide(Porter).provide(Verb);
        let mut container = builder.link(JoinerGuest, &peer).build().unwrap();
        let mut names = container.guest(Names).unwrap();
        assert_eq!(names.by_the_host(Some("a"), &["b"], &[three, four]).unwrap(), forwarded);
    }
    block_on(async {
        let peer = SharedAsyncContainer::new(wasm().build_async().await.unwrap());
        let builder = Container::builder(&image("idioms")).provide(Mirror).provide(Porter).provide(Verb);
        let mut container = builder.link_async(JoinerGuest, &peer).build_async().await.unwrap();
        let mut names = container.guest(Names).unwrap();
        assert_eq!(names.by_the_host(Some("a"), &["b"], &[three, four]).await.unwrap(), forwarded);
    });
}

#[test]
fn adapted_parameters_and_results() {
    let of = |number| gate(number).unwrap();
    for mut container in containers() {
        let mut gates = container.guest(Gates).unwrap();
        assert_eq!(gates.next(of(1)).unwrap(), of(2));
        assert_eq!(gates.named(&of(1), "four".into()).unwrap(), of(5));
        let error = gates.named(&of(1), String::new()).unwrap_err();
        assert!(matches!(&error, CallError::Guest(why) if why == "no name"), "{error}");
        assert_eq!(gates.by_the_host(7).unwrap(), [8, 0]);
        assert_eq!(gates.by_the_host(9).unwrap(), [10, 9]);
    }
    let mut container = wasm().build().unwrap();
    let mut locks = container.guest(Lock).unwrap();
    let lock = locks.new(of(3)).unwrap();
    assert_eq!(locks.gate(&lock).unwrap(), of(3));

    // The guest refuses a number that is no gate.
    let error = container.guest(tairitsu_test_idioms::Numbers).unwrap().next(0).unwrap_err();
    assert!(error.to_string().contains("expected a value that converts to `Gate`: there is no gate 0"), "{error}");
}

/// A guest's number that is no gate is an error of the call.
#[test]
fn an_adapted_result_that_does_not_convert() {
    #[tairitsu::guest(package = "test:idioms@1.0.0", rename = "shapes")]
    trait OddShapes {
        #[wit(result_as = u16, result_to = |gate| gate.0.get(), result_from = gate)]
        fn next(&self, port: u16, last: u16) -> Gate;
    }

    let mut container = wasm().build().unwrap();
    let mut shapes = container.guest(OddShapes).unwrap();
    assert_eq!(shapes.next(1, 2).unwrap(), gate(2).unwrap());
    let error = shapes.next(1, 1).unwrap_err();
    assert!(error.to_string().contains("expected a value that converts to `Gate`: there is no gate 0"), "{error}");
}

#[test]
fn adapted_parameters_and_results_of_futures_and_links() {
    block_on(async {
        let of = |number| gate(number).unwrap();
        let peer = SharedAsyncContainer::new(wasm().build_async().await.unwrap());
        let builder = Container::builder(&image("idioms")).provide(Mirror).provide(Clerk).provide(Verb);
        let mut container = builder.link_async(KeeperGuest, &peer).build_async().await.unwrap();
        let mut gates = container.guest(Gates).unwrap();
        assert_eq!(gates.next(of(1)).await.unwrap(), of(2));
        assert_eq!(gates.named(&of(1), "four".into()).await.unwrap(), of(5));
        assert_eq!(gates.by_the_host(9).await.unwrap(), [109, 9]);
    });
    let native =
        Container::native::<Guest>().provide(Mirror).provide(Clerk).provide(Porter).provide(Verb).build().unwrap();
    for peer in [wasm().build().unwrap(), native] {
        let peer = SharedContainer::new(peer);
        let builder = Container::builder(&image("idioms")).provide(Mirror).provide(Clerk).provide(Verb);
        let mut container = builder.link(KeeperGuest, &peer).build().unwrap();
        assert_eq!(container.guest(Gates).unwrap().by_the_host(7).unwrap(), [107, 0]);
    }
}
