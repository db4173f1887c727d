#!/usr/bin/env python3
"""How long the compiler takes for one interface, written with Tairitsu and with the standard generators.

It makes up a trait of 100 functions over 50 types (records, variants and enums of strings, lists, options, results,
tuples and numbers), and writes it four times:

  guest  #[tairitsu::guest] on the trait and on an impl     for wasm32-wasip1
  guest  wit_bindgen::generate! of the trait's WIT          for wasm32-wasip1
  host   the trait's client                                 natively
  host   wasmtime::component::bindgen! of the trait's WIT   natively

The guests implement all functions, with the same bodies, and the hosts call all of them with the same arguments, so
that neither side has code that is never compiled. The dependencies are compiled first. Then the four crates are
rebuilt in turn, with the same flags, one compiler job and nothing incremental.
"""

import argparse
import os
import random
import resource
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
WORK = ROOT / "target" / "compile-time"
WASM = "wasm32-wasip1"
PACKAGE = "bench:load@1.0.0"
RECORDS, CHOICES, KINDS = 30, 12, 8
FUNCTIONS = 100

# Package, its name in the table, and the target it is for.
CRATES = [
    ("ours-guest", "guest, #[tairitsu::guest]", WASM),
    ("theirs-guest", "guest, wit_bindgen::generate!", WASM),
    ("ours-host", "host, the trait's client", None),
    ("theirs-host", "host, wasmtime's bindgen!", None),
]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=7, help="how often each crate is rebuilt (default: 7)")
    parser.add_argument("--release", action="store_true", help="measure the release profile too")
    parser.add_argument("--functions", type=int, default=FUNCTIONS, help=f"how many functions (default: {FUNCTIONS})")
    parser.add_argument("--toolchain", help="a toolchain of rustup's, such as 1.95.0, for all builds")
    args = parser.parse_args()
    if args.rounds < 1 or args.functions < 1:
        parser.error("there is nothing to measure")

    write_workspace(Interface(args.functions))
    cargo = Cargo(args.toolchain)
    write_wit(cargo)
    for profile in ["dev", "release"] if args.release else ["dev"]:
        measure(cargo, profile, args.rounds, args.functions)


def measure(cargo, profile, rounds, functions):
    for package, label, target in CRATES:
        print(f"compiling the dependencies, then {label} ({profile})", file=sys.stderr)
        cargo.build(package, target, profile)
    samples = {package: [] for package, _, _ in CRATES}
    for i in range(rounds):
        print(f"round {i + 1} of {rounds} ({profile})", file=sys.stderr)
        # The other way round each time: what disturbs the one then disturbs the other as often.
        for package, _, target in CRATES if i % 2 == 0 else CRATES[::-1]:
            samples[package].append(cargo.rebuild(package, target, profile))

    print(f"\n{functions} functions over {RECORDS + CHOICES + KINDS} types, {profile} profile, {rounds} builds each")
    print(f"{'':32}{'median s':>10}{'least s':>10}{'median CPU s':>14}{'least CPU s':>13}")
    for package, label, _ in CRATES:
        wall, cpu = zip(*samples[package])
        numbers = [statistics.median(wall), min(wall), statistics.median(cpu), min(cpu)]
        print(f"{label:32}" + "".join(f"{n:{w}.2f}" for n, w in zip(numbers, [10, 10, 14, 13])))
    for side in ["guest", "host"]:
        pairs = [zip(*samples[f"{who}-{side}"]) for who in ["ours", "theirs"]]
        (ours_wall, ours_cpu), (theirs_wall, theirs_cpu) = pairs
        ratios = []
        for ours, theirs in [(ours_wall, theirs_wall), (ours_cpu, theirs_cpu)]:
            ratios += [statistics.median(ours) / statistics.median(theirs), min(ours) / min(theirs)]
        print(f"{side + ', ours over theirs':32}" + "".join(f"{n:{w}.2f}" for n, w in zip(ratios, [10, 10, 14, 13])))


class Cargo:
    def __init__(self, toolchain):
        self.command = ["cargo"] + ([f"+{toolchain}"] if toolchain else [])
        # What is compiled for the repository's own tests is compiled: the directory is the same one.
        self.env = dict(os.environ, CARGO_INCREMENTAL="0", CARGO_TARGET_DIR=str(ROOT / "target"))
        for name in ["RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS", "CARGO_BUILD_TARGET", "RUSTC_WRAPPER"]:
            self.env.pop(name, None)

    def arguments(self, package, target, profile):
        return ["build", "--profile", profile, "-p", package] + (["--target", target] if target else [])

    def run(self, arguments, **options):
        done = subprocess.run(self.command + arguments, cwd=WORK, env=self.env, **options)
        if done.returncode != 0:
            if done.stderr:
                print(done.stderr, file=sys.stderr)
            sys.exit(f"error: `cargo {' '.join(arguments)}` failed in {WORK}")
        return done

    def build(self, package, target, profile):
        self.run(self.arguments(package, target, profile))

    def rebuild(self, package, target, profile):
        """Compiles the package, and nothing else, with one job: seconds that passed, and seconds of CPU."""
        (WORK / package / "src" / "lib.rs").touch()
        arguments = self.arguments(package, target, profile) + ["-j1", "--offline"]
        before, start = cpu_seconds(), time.monotonic()
        done = self.run(arguments, stderr=subprocess.PIPE, text=True)
        wall, cpu = time.monotonic() - start, cpu_seconds() - before
        compiled = [line.split()[1] for line in done.stderr.splitlines() if line.strip().startswith("Compiling ")]
        if compiled != [package]:
            sys.exit(f"error: expected to compile `{package}` alone, cargo compiled {compiled}")
        return wall, cpu


def cpu_seconds():
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


# ---- The interface.


class Interface:
    """50 types, each made of scalars, strings and of types before it, and functions that take turns with them.

    A type is a string (a scalar's name, `String` or a declared name) or a tuple: a constructor and its arguments.
    """

    def __init__(self, functions):
        self.random = random.Random(6)
        self.records, self.choices, self.kinds = {}, {}, {}
        for i in range(KINDS):
            self.kinds[f"Kind{i}"] = [f"Case{c}" for c in "ABCDEFGH"[: 3 + i % 6]]
        for i in range(max(RECORDS, CHOICES)):
            # One after the other, so that each can hold the other.
            if i < RECORDS:
                # With a string in it, no record is `Copy`, and `bindgen!` takes each by reference.
                fields = ["String"] + [self.any_type() for _ in range(2 + i % 5)]
                self.records[f"Record{i}"] = [(f"field_{'abcdefgh'[n]}", ty) for n, ty in enumerate(fields)]
            if i < CHOICES:
                payloads = ["String", None] + [self.any_type() for _ in range(1 + i % 4)]
                self.choices[f"Choice{i}"] = [(f"Case{'ABCDEFGH'[n]}", ty) for n, ty in enumerate(payloads)]
        self.functions = [self.function(i) for i in range(functions)]

    def any_type(self, depth=2):
        pick = self.random.choice
        scalar = pick(["bool", "u8", "u16", "u32", "u64", "i32", "i64", "f32", "f64", "char"])
        options = [scalar, scalar, "String", "String", pick(list(self.kinds))]
        declared = list(self.records)[-6:] + list(self.choices)[-3:]
        if declared:
            options.append(pick(declared))
        if depth > 0:
            nested = lambda: self.any_type(depth - 1)
            options += [("Vec", "u8"), ("Vec", nested()), ("Vec", nested()), ("Option", nested())]
            options += [("Result", nested(), pick(list(self.kinds))), ("(,)", nested(), nested())]
        return pick(options)

    def function(self, i):
        """One of ten shapes, over the types whose turn it is.

        Parameters: a name, the type in the trait, the argument for our client, the argument for theirs.
        Then the result's type, and the body: the result made of owned arguments, and of ours.
        """
        # With each round of the shapes, each goes on by one.
        shape, turn = i % 10, i // 10
        record, other = f"Record{(3 * shape + turn) % RECORDS}", f"Record{(3 * shape + turn + 11) % RECORDS}"
        choice, kind = f"Choice{(5 * shape + turn) % CHOICES}", f"Kind{(shape + turn) % KINDS}"
        make = {name: f"{name.lower()}({i})" for name in [record, other, choice, kind]}
        list_of = {name: f"[{value}, {value}]" for name, value in make.items()}
        # Of a `&T` we have to make a `T`, where the generated guest was given one.
        match shape:
            case 0:
                params = [("value", record, make[record], f"&{make[record]}")]
                return params, record, "value", "value"
            case 1:
                params = [
                    ("value", f"&{choice}", f"&{make[choice]}", f"&{make[choice]}"),
                    ("note", "&str", '"note"', '"note"'),
                ]
                of = lambda value: f"if note.is_empty() {{ Err({make[kind]}) }} else {{ Ok({value}) }}"
                return params, ("Result", choice, kind), of("value"), of("value.clone()")
            case 2:
                params = [("items", ("&[]", record), f"&{list_of[record]}", f"&{list_of[record]}")]
                return params, ("Vec", record), "items", "items.to_vec()"
            case 3:
                params = [("id", "u64", "7", "7"), ("kind", kind, make[kind], make[kind]), ("flag", "bool", "true", "true")]
                body = f"if flag && id > 3 {{ Some(({make[record]}, kind)) }} else {{ None }}"
                return params, ("Option", ("(,)", record, kind)), body, body
            case 4:
                names = '&["a".to_string(), "b".to_string()]'
                params = [("names", ("&[]", "String"), names, names), ("limit", "u32", "9", "9")]
                of = lambda value: f"if names.len() > limit as usize {{ Err({make[choice]}) }} else {{ Ok({value}) }}"
                return params, ("Result", ("Vec", "String"), choice), of("names"), of("names.to_vec()")
            case 5:
                params = [("value", ("Option", record), f"Some({make[record]})", f"Some(&{make[record]})")]
                body = f"value.map(|value| vec![({make[choice]}, value.field_a)])"
                return params, ("Option", ("Vec", ("(,)", choice, "String"))), body, body
            case 6:
                params = [
                    ("outcome", ("Result", "String", kind), 'Ok("text".to_string())', 'Ok("text")'),
                    ("ratio", "f64", "0.5", "0.5"),
                ]
                body = 'match outcome { Ok(text) => text, Err(kind) => format!("{kind:?} {ratio}") }'
                return params, "String", body, body
            case 7:
                params = [
                    ("left", f"&{record}", f"&{make[record]}", f"&{make[record]}"),
                    ("right", f"&{other}", f"&{make[other]}", f"&{make[other]}"),
                ]
                result = ("(,)", record, ("Vec", other))
                return params, result, "(left, vec![right])", "(left.clone(), vec![right.clone()])"
            case 8:
                params = [("items", ("&[]", choice), f"&{list_of[choice]}", f"&{list_of[choice]}")]
                return params, ("Vec", choice), "items", "items.to_vec()"
            case 9:
                params = [("a", "u32", "1", "1"), ("b", "i64", "2", "2")]
                return params, "u64", "u64::from(a) + b as u64", "u64::from(a) + b as u64"

    def types_module(self):
        """The types as the trait has them."""
        attributes = "#[tairitsu::wit]\n#[derive(Clone, Debug)]"
        out = []
        for name, fields in self.records.items():
            inner = "".join(f"    pub {field}: {rust(ty)},\n" for field, ty in fields)
            out.append(f"{attributes}\npub struct {name} {{\n{inner}}}\n")
        for name, cases in self.choices.items():
            inner = "".join(f"    {case},\n" if ty is None else f"    {case}({rust(ty)}),\n" for case, ty in cases)
            out.append(f"{attributes}\npub enum {name} {{\n{inner}}}\n")
        for name, cases in self.kinds.items():
            inner = "".join(f"    {case},\n" for case in cases)
            out.append(f"{attributes.replace('Clone', 'Clone, Copy')}\npub enum {name} {{\n{inner}}}\n")
        return "\n".join(out)

    def trait(self):
        functions = "".join(f"    {self.head(i)};\n" for i in range(len(self.functions)))
        return f'#[tairitsu::guest(package = "{PACKAGE}")]\npub trait Api {{\n{functions}}}\n'

    def head(self, i):
        params, result, _, _ = self.functions[i]
        params = "".join(f", {name}: {rust(ty)}" for name, ty, _, _ in params)
        return f"fn run{i}(&mut self{params}) -> {rust(result)}"

    def ours_impl(self):
        functions = "".join(f"    {self.head(i)} {{\n        {f[3]}\n    }}\n" for i, f in enumerate(self.functions))
        return f"#[tairitsu::guest]\nimpl Api for Guest {{\n{functions}}}\n"

    def theirs_impl(self):
        out = []
        for i, (params, result, body, _) in enumerate(self.functions):
            params = ", ".join(f"{name}: {owned(ty)}" for name, ty, _, _ in params)
            out.append(f"    fn run{i}({params}) -> {rust(result)} {{\n        {body}\n    }}\n")
        return f"impl Guest for Component {{\n{''.join(out)}}}\n"

    def constructors(self):
        """A function for each type that makes a value of it."""
        out = []
        for name, fields in self.records.items():
            inner = ", ".join(f"{field}: {value(ty)}" for field, ty in fields)
            out.append(f"fn {name.lower()}(n: u32) -> {name} {{\n    {name} {{ {inner} }}\n}}\n")
        for name, cases in self.choices.items():
            arms = "".join(
                f"        {n if n else '_'} => {name}::{case}{'' if ty is None else f'({value(ty)})'},\n"
                for n, (case, ty) in reversed(list(enumerate(cases)))
            )
            out.append(f"fn {name.lower()}(n: u32) -> {name} {{\n    match n {{\n{arms}    }}\n}}\n")
        for name, cases in self.kinds.items():
            last = cases[-1]
            arms = "".join(f"        {n} => {name}::{case},\n" for n, case in enumerate(cases[:-1]))
            out.append(f"fn {name.lower()}(n: u32) -> {name} {{\n    match n {{\n{arms}        _ => {name}::{last},\n    }}\n}}\n")
        return "\n".join(out)

    def calls(self, which, method, first):
        out = []
        for i, (params, result, _, _) in enumerate(self.functions):
            args = ", ".join(first + [param[which] for param in params])
            # Our client has the function's own error among its errors; theirs has it in the result.
            out.append(f"    let _ = {method}{i}({args}).map_err(drop)?;\n")
        return "".join(out)


def rust(ty):
    match ty:
        case str():
            return ty
        case ("(,)", a, b):
            return f"({rust(a)}, {rust(b)})"
        case ("&[]", a):
            return f"&[{rust(a)}]"
        case (constructor, *args):
            return f"{constructor}<{', '.join(map(rust, args))}>"


def owned(ty):
    """What a parameter is for `wit_bindgen::generate!`."""
    match ty:
        case "&str":
            return "String"
        case ("&[]", a):
            return f"Vec<{rust(a)}>"
        case _:
            return rust(ty).removeprefix("&")


def value(ty):
    match ty:
        case "bool":
            return "n > 1"
        case "char":
            return "'x'"
        case "String":
            return '"text".to_string()'
        case "f32" | "f64":
            return "1.5"
        case "u8" | "u16" | "u32" | "u64" | "i32" | "i64":
            return f"n as {ty}"
        case str():
            return f"{ty.lower()}(n)"
        case ("Vec", a):
            return f"vec![{value(a)}]"
        case ("Option", a):
            return f"Some({value(a)})"
        case ("Result", a, _):
            return f"Ok({value(a)})"
        case ("(,)", a, b):
            return f"({value(a)}, {value(b)})"


# ---- The workspace.

# All that the two crates of a side could need, for both of them, so that both are compiled against the same builds.
GUEST_DEPENDENCIES = f"""\
tairitsu = {{ path = "{ROOT}/tairitsu" }}
wit-bindgen = {{ version = "0.61", default-features = false, features = ["macros", "realloc", "std"] }}
"""
HOST_DEPENDENCIES = f"""\
tairitsu = {{ path = "{ROOT}/tairitsu", features = ["runtime", "wasi"] }}
wasmtime = {{ version = "48", default-features = false, features = ["component-model", "cranelift", "runtime", "std"] }}
"""


def write_workspace(interface):
    root_manifest = (ROOT / "Cargo.toml").read_text()
    profile = root_manifest[root_manifest.index("[profile") :]
    members = ", ".join(f'"{package}"' for package, _, _ in CRATES)
    write("Cargo.toml", f'[workspace]\nresolver = "3"\nmembers = [{members}, "wit"]\n\n{profile}')
    shutil.copyfile(ROOT / "Cargo.lock", WORK / "Cargo.lock")

    api = f"{interface.types_module()}\n{interface.trait()}"
    constructors = interface.constructors()
    allow = "#![allow(dead_code, unused_variables)]\n\n"

    write_crate("wit", f'[dependencies]\n{GUEST_DEPENDENCIES}', {
        "src/main.rs": f"{allow}{api}\nfn main() {{\n    print!(\"{{}}\", Api.wit());\n}}\n",
    })
    cdylib = '[lib]\ncrate-type = ["cdylib"]\n\n[dependencies]\n'
    write_crate("ours-guest", cdylib + GUEST_DEPENDENCIES, {
        "src/lib.rs": f"{allow}{api}\n#[derive(Default)]\nstruct Guest;\n\n{interface.ours_impl()}\n{constructors}",
    })
    write_crate("theirs-guest", cdylib + GUEST_DEPENDENCIES, {
        "src/lib.rs": f'{allow}wit_bindgen::generate!({{ path: "../load.wit", world: "load" }});\n\n'
        "use exports::bench::load::api::*;\n\nstruct Component;\n\nexport!(Component);\n\n"
        f"{interface.theirs_impl()}\n{constructors}",
    })
    rlib = "[dependencies]\n"
    write_crate("ours-host", rlib + HOST_DEPENDENCIES, {
        "src/lib.rs": f"{allow}{api}\n"
        "pub fn call_all(container: &mut tairitsu::Container) -> Result<(), ()> {\n"
        "    let mut api = container.guest(Api).map_err(drop)?;\n"
        f"{interface.calls(2, 'api.run', [])}    Ok(())\n}}\n\n{constructors}",
    })
    write_crate("theirs-host", rlib + HOST_DEPENDENCIES, {
        "src/lib.rs": f'{allow}wasmtime::component::bindgen!({{ path: "../load.wit", world: "load" }});\n\n'
        "use exports::bench::load::api::*;\n\n"
        "pub fn call_all(\n    store: &mut wasmtime::Store<()>,\n    component: &wasmtime::component::Component,\n"
        "    linker: &wasmtime::component::Linker<()>,\n) -> Result<(), ()> {\n"
        "    let load = Load::instantiate(&mut *store, component, linker).map_err(drop)?;\n"
        "    let api = load.bench_load_api();\n"
        f"{interface.calls(3, 'api.call_run', ['&mut *store'])}    Ok(())\n}}\n\n{constructors}",
    })


def write_crate(package, rest, files):
    manifest = f'[package]\nname = "{package}"\nversion = "0.0.0"\nedition = "2024"\npublish = false\n\n{rest}'
    write(f"{package}/Cargo.toml", manifest)
    for path, text in files.items():
        write(f"{package}/{path}", text)


def write_wit(cargo):
    # Cargo would compile everything else first if it were asked for the target's name only.
    print("compiling the trait, for its WIT", file=sys.stderr)
    done = cargo.run(["run", "--quiet", "-p", "wit"], stdout=subprocess.PIPE, text=True)
    write("load.wit", f"{done.stdout}\nworld load {{\n  export api;\n}}\n")


def write(path, text):
    """Writes what has changed, so that nothing is compiled again for nothing."""
    path = WORK / path
    if path.exists() and path.read_text() == text:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


if __name__ == "__main__":
    main()
