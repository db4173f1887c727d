//! The view of an operator: the spans of `tracing` and the numbers of `metrics`.

use crate::{DOCS, UNRULY, image};
use metrics::{Counter, CounterFn, Gauge, GaugeFn, Histogram, HistogramFn, Key, KeyName, Metadata, SharedString, Unit};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::future::Future;
use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};
use std::time::Duration;
use tairitsu::{Cache, CallError, Container, Error, OnDenied, Policy, Registry};
use tairitsu_test_api::docs::Document;
use tairitsu_test_unruly::Unruly;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};

// ---- Spans.

/// A subscriber that keeps the spans of one test, which runs on one thread. The first span has id 1.
#[derive(Clone, Default)]
struct Spans(Arc<Mutex<Kept>>);

#[derive(Default)]
struct Kept {
    spans: Vec<Span>,
    /// The spans that are entered now, outermost first.
    entered: Vec<u64>,
    /// The messages, each with the innermost span that it was in.
    events: Vec<(String, Option<u64>)>,
}

#[derive(Clone, Default)]
struct Span {
    name: &'static str,
    target: &'static str,
    fields: BTreeMap<&'static str, String>,
    /// The spans that were entered when this span was made.
    parents: Vec<u64>,
    entries: usize,
}

impl Spans {
    fn of<R>(watched: impl FnOnce() -> R) -> (R, Kept) {
        let spans = Self::default();
        let result = tracing::subscriber::with_default(spans.clone(), watched);
        let kept = std::mem::take(&mut *spans.0.lock().unwrap());
        assert!(kept.entered.is_empty(), "spans are left as they are entered: {:?}", kept.entered);
        (result, kept)
    }
}

impl Kept {
    fn named(&self, name: &str) -> Vec<&Span> {
        self.spans.iter().filter(|span| span.name == name).collect()
    }
}

impl Span {
    fn field(&self, name: &str) -> Option<&str> {
        self.fields.get(name).map(String::as_str)
    }

    /// The fields container, image, function and cause.
    fn call(&self) -> [Option<&str>; 4] {
        ["container", "image", "function", "cause"].map(|name| self.field(name))
    }
}

impl Visit for Span {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.fields.insert(field.name(), format!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.fields.insert(field.name(), value.into());
    }
}

impl tracing::Subscriber for Spans {
    fn enabled(&self, metadata: &tracing::Metadata<'_>) -> bool {
        metadata.target().starts_with("tairitsu::") && metadata.target() != "tairitsu::cache"
    }

    fn new_span(&self, attributes: &Attributes<'_>) -> Id {
        let mut kept = self.0.lock().unwrap();
        let metadata = attributes.metadata();
        assert_eq!(*metadata.level(), tracing::Level::DEBUG);
        let (name, target, parents) = (metadata.name(), metadata.target(), kept.entered.clone());
        let mut span = Span { name, target, parents, ..Span::default() };
        attributes.record(&mut span);
        kept.spans.push(span);
        Id::from_u64(kept.spans.len() as u64)
    }

    fn record(&self, id: &Id, values: &Record<'_>) {
        values.record(&mut self.0.lock().unwrap().spans[id.into_u64() as usize - 1]);
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &tracing::Event<'_>) {
        let mut said = Span::default();
        event.record(&mut said);
        let mut kept = self.0.lock().unwrap();
        let innermost = kept.entered.last().copied();
        kept.events.push((said.field("message").unwrap_or_default().into(), innermost));
    }

    fn enter(&self, id: &Id) {
        let mut kept = self.0.lock().unwrap();
        kept.entered.push(id.into_u64());
        kept.spans[id.into_u64() as usize - 1].entries += 1;
    }

    fn exit(&self, id: &Id) {
        assert_eq!(self.0.lock().unwrap().entered.pop(), Some(id.into_u64()));
    }
}

/// These tests run in processes of their own. `tracing` keeps one answer for the whole process to the question which
/// spans are wanted, and tests of other modules run at any time.
#[test]
fn in_a_process_of_their_own() {
    let output = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["observe::", "--ignored", "--test-threads=1"])
        .output()
        .unwrap();
    let text = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success() && text.contains("12 passed"), "{text}");
}

#[test]
#[ignore = "run by in_a_process_of_their_own"]
fn a_guest_that_exports_nothing_is_said_when_it_is_loaded() {
    let (_, kept) = Spans::of(crate::crates::without_exports);
    let said: Vec<_> = kept.events.iter().map(|(message, _)| message.as_str()).collect();
    assert_eq!(
        said,
        ["the guest exports nothing: put `#[tairitsu::guest]` on the impl too, and not on the trait only"]
    );
    let (_, kept) = Spans::of(|| Registry::new().load_image(UNRULY).unwrap());
    assert!(kept.events.is_empty(), "{:?}", kept.events);
}

#[test]
#[ignore = "run by in_a_process_of_their_own"]
fn a_spawn_and_its_calls() {
    let image = image("unruly");
    let ((), kept) = Spans::of(|| {
        let template = Container::builder(&image).prepare().unwrap();
        let mut container = template.spawn_named("worker").unwrap();
        let mut unruly = container.guest(Unruly).unwrap();
        unruly.ping().unwrap();
        unruly.print("hello\n", "").unwrap();
        assert!(unruly.read("/nowhere").unwrap_err().guest().is_some());
        unruly.trap().unwrap_err();
        // This call is refused, so it has no span.
        assert!(matches!(unruly.ping(), Err(CallError::Trapped { .. })));
        container.restart().unwrap();
    });
    let spawns = kept.named("spawn");
    assert_eq!(spawns.len(), 2, "one is the restart's");
    for spawn in spawns {
        assert_eq!((spawn.target, spawn.entries, &spawn.parents[..]), ("tairitsu::spawn", 1, &[][..]));
        assert_eq!(spawn.call(), [Some("worker"), Some("unruly:latest"), None, None]);
        assert_eq!(spawn.field("error"), None);
    }
    let calls = kept.named("call");
    assert!(calls.iter().all(|call| (call.target, call.entries) == ("tairitsu::call", 1) && call.parents.is_empty()));
    let expected = [("ping", None), ("print", None), ("read", Some("guest")), ("trap", Some("trap"))];
    assert_eq!(calls.len(), expected.len());
    for (call, (function, cause)) in calls.iter().zip(expected) {
        let function = format!("test:unruly/unruly#{function}");
        assert_eq!(call.call(), [Some("worker"), Some("unruly:latest"), Some(&*function), cause]);
    }
    // The guest's message is in the span of its call, which is the third span. The first two are a spawn and a call.
    assert_eq!(kept.events, [("hello".to_string(), Some(3))]);
}

#[test]
#[ignore = "run by in_a_process_of_their_own"]
fn a_spawn_that_fails() {
    let start = "(component (core module $m (func unreachable) (start 0)) (core instance (instantiate $m)))";
    let image = Registry::new().load_image(wat::parse_str(start).unwrap()).unwrap();
    let (error, kept) = Spans::of(|| Container::new(&image).unwrap_err());
    let [spawn] = kept.named("spawn")[..] else { panic!("one spawn") };
    assert_eq!(spawn.field("error"), Some(&*error.to_string()));
    assert_eq!(spawn.field("image"), None);
}

/// If a provider makes a call, that call is in the span of the call that the provider serves.
#[test]
#[ignore = "run by in_a_process_of_their_own"]
fn a_call_within_a_call() {
    let mut inner = Container::builder(&image("unruly")).name("inner").build().unwrap();
    let mut outer = Container::builder(&image("unruly")).name("outer").build().unwrap();
    outer.on_execute(move |_, _| Ok(inner.guest(Unruly).unwrap().count().unwrap().to_string()));
    let (answer, kept) = Spans::of(|| outer.guest(Unruly).unwrap().ask("count").unwrap());
    assert_eq!(answer, "1");
    let [ask, count] = kept.named("call")[..] else { panic!("two calls") };
    assert_eq!((ask.field("container"), &ask.parents[..]), (Some("outer"), &[][..]));
    assert_eq!((count.field("container"), &count.parents[..]), (Some("inner"), &[1][..]));
}

#[test]
#[ignore = "run by in_a_process_of_their_own"]
fn a_guest_without_wasm() {
    let ((), kept) = Spans::of(|| {
        let mut container = Container::native::<tairitsu_test_unruly::Guest>().name("native").build().unwrap();
        container.guest(Unruly).unwrap().ping().unwrap();
        container.guest(Unruly).unwrap().panic("at the disco").unwrap_err();
    });
    assert_eq!(kept.named("spawn")[0].call(), [Some("native"), None, None, None]);
    let [ping, panic] = kept.named("call")[..] else { panic!("two calls") };
    assert_eq!(ping.call(), [Some("native"), None, Some("test:unruly/unruly#ping"), None]);
    assert_eq!(panic.call(), [Some("native"), None, Some("test:unruly/unruly#panic"), Some("trap")]);
}

/// Polls a future until it is done. Returns how often it was polled.
fn poll<R>(future: impl Future<Output = R>, between: impl Fn()) -> (R, usize) {
    let mut future = pin!(future);
    for polls in 1.. {
        if let Poll::Ready(result) = future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            return (result, polls);
        }
        between();
    }
    unreachable!()
}

/// The span of a future is entered at each poll, and left in between.
#[test]
#[ignore = "run by in_a_process_of_their_own"]
fn a_call_that_is_a_future() {
    let tokio = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let _tokio = tokio.enter();
    let (polls, kept) = Spans::of(|| {
        let template = Container::builder(&image("unruly")).prepare_async().unwrap();
        let (container, _) = poll(template.spawn_named("worker"), || ());
        let mut container = container.unwrap();
        let mut unruly = container.guest(Unruly).unwrap();
        let (slept, polls) = poll(unruly.sleep(20), || {
            tracing::debug!(target: "tairitsu::test", "between");
            tokio.block_on(tokio::time::sleep(Duration::from_millis(5)));
        });
        slept.unwrap();
        poll(unruly.trap(), || ()).0.unwrap_err();

        poll(container.restart(), || ()).0.unwrap();
        let mut unruly = container.guest(Unruly).unwrap();
        let mut sleeping = unruly.sleep(60_000);
        let polled = sleeping.as_mut().poll(&mut Context::from_waker(Waker::noop()));
        assert!(polled.is_pending());
        drop(sleeping);
        polls
    });
    assert!(polls > 1, "it waits");
    let spawns = kept.named("spawn");
    assert_eq!(spawns.len(), 2);
    assert!(spawns.iter().all(|spawn| spawn.call() == [Some("worker"), Some("unruly:latest"), None, None]));
    let [slept, trapped, dropped] = kept.named("call")[..] else { panic!("three calls") };
    assert_eq!(slept.call(), [Some("worker"), Some("unruly:latest"), Some("test:unruly/unruly#sleep"), None]);
    // The span is entered once more when the finished future is dropped.
    assert!(slept.entries == polls || slept.entries == polls + 1, "{} entries, {polls} polls", slept.entries);
    assert_eq!(trapped.field("cause"), Some("trap"));
    assert_eq!(dropped.field("cause"), Some("dropped"));
    assert_eq!(kept.events, vec![("between".to_string(), None); polls - 1]);
}

fn cache(name: &str) -> (Cache, std::path::PathBuf) {
    let path = std::env::temp_dir().join(format!("tairitsu-observe-{name}-{}", std::process::id()));
    let _ = std::fs::remove_dir_all(&path);
    (Cache::with_key(&path, &[7; 32]).unwrap(), path)
}

#[test]
#[ignore = "run by in_a_process_of_their_own"]
fn a_load() {
    let (cache, path) = cache("spans");
    let wasm = wat::parse_str("(component)").unwrap();
    let (digest, kept) = Spans::of(|| {
        let cached = || Registry::builder().cache(cache.clone()).build().unwrap();
        cached().load_image(&wasm).unwrap();
        cached().load_image(&wasm).unwrap();
        let image = Registry::new().load_image(&wasm).unwrap();
        assert!(matches!(Registry::new().load_image(b"what?"), Err(Error::NotWasm { .. })));
        image.digest()
    });
    std::fs::remove_dir_all(path).unwrap();
    let loads = kept.named("compile");
    assert!(loads.iter().all(|load| (load.target, load.entries) == ("tairitsu::compile", 1)));
    let caches: Vec<_> = loads.iter().map(|load| load.field("cache")).collect();
    assert_eq!(caches, [Some("miss"), Some("hit"), None, None]);
    assert!(loads[..3].iter().all(|load| load.field("digest") == Some(&*digest) && load.field("error").is_none()));
    assert!(loads[3].field("error").unwrap().contains("what?"), "{:?}", loads[3].fields);
}

// ---- Numbers.

/// A recorder that keeps all numbers by name, and by cause where there is one.
#[derive(Default)]
struct Numbers {
    counts: Arc<Mutex<BTreeMap<String, f64>>>,
    /// The samples of each histogram.
    samples: Arc<Mutex<BTreeMap<String, Vec<f64>>>>,
    described: Mutex<Vec<(String, Option<Unit>)>>,
}

struct Number<T>(String, Arc<Mutex<BTreeMap<String, T>>>);

impl Numbers {
    fn count(&self, name: &str) -> f64 {
        self.counts.lock().unwrap().get(name).copied().unwrap_or(f64::NAN)
    }

    /// The counts of errors that are not 0.
    fn errors(&self) -> Vec<(String, f64)> {
        let counts = self.counts.lock().unwrap();
        let errors =
            counts.iter().filter_map(|(name, count)| Some((name.strip_prefix("tairitsu_call_errors_total ")?, count)));
        errors.filter(|(_, count)| **count != 0.0).map(|(cause, count)| (cause.into(), *count)).collect()
    }

    fn samples(&self, name: &str) -> Vec<f64> {
        self.samples.lock().unwrap().get(name).cloned().unwrap_or_default()
    }

    fn describe(&self, key: &KeyName, unit: Option<Unit>) {
        self.described.lock().unwrap().push((key.as_str().into(), unit));
    }

    fn number<T: Default>(key: &Key, all: &Arc<Mutex<BTreeMap<String, T>>>) -> Arc<Number<T>> {
        let labels = key.labels().map(|label| format!(" {}", label.value()));
        let name = key.name().to_string() + &labels.collect::<String>();
        all.lock().unwrap().entry(name.clone()).or_default();
        Arc::new(Number(name, all.clone()))
    }
}

impl<T: Default> Number<T> {
    fn change(&self, change: impl FnOnce(&mut T)) {
        change(self.1.lock().unwrap().get_mut(&self.0).unwrap());
    }
}

impl CounterFn for Number<f64> {
    fn increment(&self, value: u64) {
        self.change(|count| *count += value as f64);
    }

    fn absolute(&self, value: u64) {
        self.change(|count| *count = value as f64);
    }
}

impl GaugeFn for Number<f64> {
    fn increment(&self, value: f64) {
        self.change(|count| *count += value);
    }

    fn decrement(&self, value: f64) {
        self.change(|count| *count -= value);
    }

    fn set(&self, value: f64) {
        self.change(|count| *count = value);
    }
}

impl HistogramFn for Number<Vec<f64>> {
    fn record(&self, value: f64) {
        self.change(|samples| samples.push(value));
    }
}

impl metrics::Recorder for Numbers {
    fn describe_counter(&self, key: KeyName, unit: Option<Unit>, _: SharedString) {
        self.describe(&key, unit);
    }

    fn describe_gauge(&self, key: KeyName, unit: Option<Unit>, _: SharedString) {
        self.describe(&key, unit);
    }

    fn describe_histogram(&self, key: KeyName, unit: Option<Unit>, _: SharedString) {
        self.describe(&key, unit);
    }

    fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
        Counter::from_arc(Self::number(key, &self.counts))
    }

    fn register_gauge(&self, key: &Key, _: &Metadata<'_>) -> Gauge {
        Gauge::from_arc(Self::number(key, &self.counts))
    }

    fn register_histogram(&self, key: &Key, _: &Metadata<'_>) -> Histogram {
        Histogram::from_arc(Self::number(key, &self.samples))
    }
}

fn counting(numbers: &Numbers) -> Registry {
    metrics::with_local_recorder(numbers, || Registry::builder().metrics(true).build().unwrap())
}

/// Every number of a registry exists from the start, and is described with its unit.
#[test]
#[ignore = "run by in_a_process_of_their_own"]
fn the_numbers_of_a_registry_have_units() {
    let numbers = Numbers::default();
    let _registry = counting(&numbers);
    let described = numbers.described.lock().unwrap();
    let names = numbers.counts.lock().unwrap().keys().cloned().collect::<Vec<_>>();
    let names = names.iter().filter_map(|name| name.split(' ').next().map(String::from));
    let names: BTreeSet<_> = names.chain(numbers.samples.lock().unwrap().keys().cloned()).collect();
    assert_eq!(names.len(), 8);
    for name in names {
        let unit = if name.ends_with("_seconds") { Unit::Seconds } else { Unit::Count };
        assert!(described.contains(&(name.clone(), Some(unit))), "{name}");
    }
}

#[test]
#[ignore = "run by in_a_process_of_their_own"]
fn nothing_is_counted_unasked() {
    let numbers = Numbers::default();
    metrics::with_local_recorder(&numbers, || {
        let registry = Registry::new();
        let mut container = Container::new(&registry.load_image(UNRULY).unwrap()).unwrap();
        container.guest(Unruly).unwrap().ping().unwrap();
    });
    assert!(numbers.counts.lock().unwrap().is_empty() && numbers.samples.lock().unwrap().is_empty());
}

#[test]
#[ignore = "run by in_a_process_of_their_own"]
fn calls_and_containers_are_counted() {
    let numbers = Numbers::default();
    let registry = counting(&numbers);
    let image = registry.register_image("unruly", UNRULY).unwrap();
    assert_eq!(numbers.count("tairitsu_containers"), 0.0);
    let mut container = Container::new(&image).unwrap();
    let neighbour = Container::new(&image).unwrap();
    assert_eq!(numbers.count("tairitsu_containers"), 2.0);
    let mut unruly = container.guest(Unruly).unwrap();
    unruly.ping().unwrap();
    unruly.sleep(20).unwrap();
    unruly.read("/nowhere").unwrap_err();
    unruly.trap().unwrap_err();
    unruly.ping().unwrap_err();
    unruly.ping().unwrap_err();
    container.restart().unwrap();
    container.guest(Unruly).unwrap().recurse(0).unwrap_err();

    assert_eq!(numbers.count("tairitsu_calls_total"), 7.0);
    let errors = [("guest", 1.0), ("stack", 1.0), ("trap", 1.0), ("trapped", 2.0)];
    assert_eq!(numbers.errors(), errors.map(|(cause, count)| (cause.to_string(), count)));
    let calls = numbers.samples("tairitsu_call_duration_seconds");
    assert_eq!(calls.len(), 5, "what is refused takes no time");
    assert!((0.015..60.0).contains(&calls[1]), "{calls:?}");
    assert_eq!(numbers.samples("tairitsu_spawn_duration_seconds").len(), 3);
    drop((container, neighbour));
    assert_eq!(numbers.count("tairitsu_containers"), 0.0);
    // A container that fails to start is in no number.
    let start = "(component (core module $m (func unreachable) (start 0)) (core instance (instantiate $m)))";
    Container::new(&registry.load_image(wat::parse_str(start).unwrap()).unwrap()).unwrap_err();
    assert_eq!(numbers.count("tairitsu_containers"), 0.0);
    assert_eq!(numbers.samples("tairitsu_spawn_duration_seconds").len(), 3);
}

/// A call with a bad handle is counted as a call. So is a call whose future is dropped.
#[test]
#[ignore = "run by in_a_process_of_their_own"]
fn calls_that_were_not_made_or_not_finished() {
    let numbers = Numbers::default();
    let registry = counting(&numbers);
    let policy = Policy::allow_all().deny("test:net/*").unwrap().on_denied(OnDenied::Trap);
    let docs = Container::builder(&registry.load_image(DOCS).unwrap()).policy(policy).prepare().unwrap();
    let (mut one, mut other) = (docs.spawn().unwrap(), docs.spawn().unwrap());
    let document = one.guest(Document).unwrap().new("a letter").unwrap();
    let error = other.guest(Document).unwrap().title(&document).unwrap_err();
    assert!(matches!(error, CallError::Handle { .. }), "{error}");

    let unruly = Container::builder(&registry.load_image(UNRULY).unwrap()).prepare_async().unwrap();
    let tokio = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    tokio.block_on(async {
        let mut container = unruly.spawn().await.unwrap();
        let mut unruly = container.guest(Unruly).unwrap();
        unruly.ping().await.unwrap();
        let late = tokio::time::timeout(Duration::from_millis(20), unruly.sleep(60_000)).await;
        assert!(late.is_err(), "it waits for a minute");
    });
    assert_eq!(numbers.count("tairitsu_calls_total"), 4.0);
    assert_eq!(numbers.errors(), [("dropped".to_string(), 1.0), ("handle".to_string(), 1.0)]);
    assert_eq!(numbers.samples("tairitsu_call_duration_seconds").len(), 3);
    assert_eq!(numbers.samples("tairitsu_spawn_duration_seconds").len(), 3);
}

#[test]
#[ignore = "run by in_a_process_of_their_own"]
fn the_cache_is_counted() {
    let (cache, path) = cache("metrics");
    let wasm = wat::parse_str("(component)").unwrap();
    let numbers = Numbers::default();
    metrics::with_local_recorder(&numbers, || {
        for _ in 0..3 {
            let registry = Registry::builder().cache(cache.clone()).metrics(true).build().unwrap();
            registry.load_image(&wasm).unwrap();
            registry.load_image(b"what?").unwrap_err();
        }
    });
    std::fs::remove_dir_all(path).unwrap();
    assert_eq!(numbers.count("tairitsu_cache_hits_total"), 2.0);
    assert_eq!(numbers.count("tairitsu_cache_misses_total"), 1.0);
    assert_eq!(numbers.samples("tairitsu_compile_duration_seconds").len(), 1);
}
