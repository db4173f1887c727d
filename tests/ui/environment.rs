//! What the macros read beside tokens: the manifest of the crate, and the environment of the compiler.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// A folder of one crate, with a manifest and one source file.
struct Crate {
    folder: PathBuf,
}

impl Crate {
    fn new(name: &str, manifest: &str, source: &str) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("environment").join(name);
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("Cargo.toml"), manifest).unwrap();
        fs::write(folder.join("lib.rs"), source).unwrap();
        Self { folder }
    }

    /// Compiles the crate as Cargo would. `tairitsu` is the name that the dependency has.
    fn compile(&self, tairitsu: &str, environment: &[(&str, &Path)]) -> Output {
        let [rustc, flags @ ..] = super::RUSTC else { unreachable!("the first is the compiler") };
        let flags = flags.iter().map(|flag| flag.replace("tairitsu=", &format!("{tairitsu}=")));
        Command::new(rustc)
            .current_dir(super::workspace())
            .args(flags)
            .args(["--crate-name", "case", "--crate-type", "lib", "--emit", "metadata,dep-info"])
            .arg("--out-dir")
            .arg(&self.folder)
            .arg(self.folder.join("lib.rs"))
            .env("CARGO_MANIFEST_DIR", &self.folder)
            .env("CARGO_CRATE_NAME", "case")
            .env("CARGO_PKG_NAME", "case")
            .env("CARGO_PKG_VERSION", "0.0.0")
            .envs(environment.iter().copied())
            .output()
            .unwrap()
    }
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// The source of a crate with a trait whose id has to be `id`, which the compiler checks.
fn greeter(tairitsu: &str, id: &str) -> String {
    format!(
        "#[{tairitsu}::guest] pub trait Greeter {{ fn greet(&mut self, all: &[Name]) -> Rights; }}
         #[{tairitsu}::wit] pub struct Name {{ pub name: String }}
         {tairitsu}::flags! {{ pub struct Rights {{ const READ; }} }}
         #[derive(Default)] pub struct Hello;
         #[{tairitsu}::guest] impl Greeter for Hello {{ fn greet(&mut self, _: &[Name]) -> Rights {{ Rights::READ }} }}
         const _: [(); {len}] = [(); Greeter.id().len()];
         const _: () = assert!(matches!(Greeter.id().as_bytes(), b\"{id}\"));",
        len = id.len(),
    )
}

#[test]
fn the_name_of_the_dependency() {
    let manifest = "[dependencies]\nre-named = { package = 'tairitsu', version = '0.1' }";
    let renamed = Crate::new("renamed", manifest, &greeter("re_named", "component:case/greeter@0.0.0"));
    let output = renamed.compile("re_named", &[]);
    assert!(output.status.success(), "{}", stderr(&output));

    // Without the manifest, the crate is `tairitsu`, as a re-export may be.
    let silent = Crate::new("silent", "", &greeter("re_named", "component:case/greeter@0.0.0"));
    let output = silent.compile("re_named", &[]);
    assert!(stderr(&output).contains("`tairitsu`"), "{}", stderr(&output));
    let reexported =
        format!("extern crate re_named as tairitsu; {}", greeter("re_named", "component:case/greeter@0.0.0"));
    let output = Crate::new("reexported", "", &reexported).compile("re_named", &[]);
    assert!(output.status.success(), "{}", stderr(&output));
}

#[test]
fn the_name_of_a_dependency_that_is_inherited() {
    let source = greeter("re_named", "component:case/greeter@0.0.0");
    let outer = Crate::new("outer", "[workspace.dependencies]\nre_named = { package = 'tairitsu' }", "");
    let member = Crate::new("outer/member", "[dependencies]\nre_named.workspace = true", &source);
    let output = member.compile("re_named", &[]);
    assert!(output.status.success(), "{}", stderr(&output));
    drop(outer);
}

#[test]
fn the_package_of_the_manifest() {
    let manifest = "[package.metadata.tairitsu]\npackage = 'acme:shop@1.2.0'";
    let source = greeter("tairitsu", "acme:shop/greeter@1.2.0");
    let shop = Crate::new("shop", manifest, &source);
    let output = shop.compile("tairitsu", &[]);
    assert!(output.status.success(), "{}", stderr(&output));
    // Cargo reads there what to watch.
    let watched = fs::read_to_string(shop.folder.join("case.d")).unwrap();
    assert!(watched.lines().any(|line| line.ends_with("Cargo.toml:")), "{watched}");

    // An argument wins, and then the manifest is not watched.
    let source = source.replacen("::guest]", "::guest(package = \"acme:other@1.2.0\")]", 1);
    let other = Crate::new("other", manifest, &source.replace("acme:shop/", "acme:other/").replace("23]", "24]"));
    let output = other.compile("tairitsu", &[]);
    assert!(output.status.success(), "{}", stderr(&output));
    assert!(!fs::read_to_string(other.folder.join("case.d")).unwrap().contains("Cargo.toml"));
}

#[test]
fn a_package_of_the_manifest_that_is_none() {
    let source = "#[tairitsu::guest] pub trait A { fn a(&self); }
                  #[tairitsu::host] pub trait B { fn b(&self); }
                  #[tairitsu::wit] pub mod c { #[tairitsu::wit] pub struct C { pub c: u32 } }";
    for (package, why) in [
        ("'Acme'", "`Acme` is no WIT package: it has no `:`"),
        ("'acme:shop@1'", "`acme:shop@1` is no WIT package: `1` is no semantic version"),
        ("1", "`package` is of the type integer, and no string"),
    ] {
        let manifest = format!("[package.metadata.tairitsu]\npackage = {package}");
        let output = Crate::new("wrong", &manifest, source).compile("tairitsu", &[]);
        let stderr = stderr(&output);
        assert!(stderr.contains(&format!("in Cargo.toml, under `[package.metadata.tairitsu]`: {why}")), "{stderr}");
        assert!(stderr.contains("aborting due to 1 previous error"), "{stderr}");
    }
}

#[test]
fn expansions_are_written() {
    let source = format!(
        "{} pub mod inner {{ #[tairitsu::wit] pub struct Name {{ pub first: String }} }}",
        greeter("tairitsu", "component:case/greeter@0.0.0")
    );
    let case = Crate::new("expanded", "", &source);
    let folder = case.folder.join("expansions");
    let output = case.compile("tairitsu", &[("TAIRITSU_EXPAND", &folder)]);
    assert!(output.status.success(), "{}", stderr(&output));
    let mut files: Vec<_> = fs::read_dir(folder.join("case"))
        .unwrap()
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .collect();
    files.sort();
    assert_eq!(
        files,
        ["Greeter-for-Hello-guest.rs", "Greeter-guest.rs", "Name-wit-2.rs", "Name-wit.rs", "Rights-flags.rs"]
    );
    for file in files {
        let text = fs::read_to_string(folder.join("case").join(&file)).unwrap();
        let parsed = syn::parse_file(&text).unwrap_or_else(|error| panic!("{file}: {error}\n{text}"));
        assert!(!parsed.items.is_empty(), "{file}");
        // A line in a string literal may be long, and a shim has all of its slots in one line.
        let longest = text.lines().filter(|line| !line.contains('"')).map(str::len).max().unwrap();
        assert!(longest < 4_000, "{file} has a line of {longest} bytes:\n{text}");
    }
    let text = fs::read_to_string(folder.join("case/Greeter-guest.rs")).unwrap();
    assert!(text.contains("pub trait Greeter {"), "{text}");
}

#[test]
fn an_expansion_that_cannot_be_written() {
    let case = Crate::new("unwritable", "", "#[tairitsu::guest] pub trait Greeter { fn greet(&self); }");
    // A file is no folder.
    let file = case.folder.join("Cargo.toml");
    let stderr = stderr(&case.compile("tairitsu", &[("TAIRITSU_EXPAND", &file)]));
    let path = file.join("case").join("Greeter-guest.rs");
    assert!(stderr.contains(&format!("the expansion was not written to `{}`: ", path.display())), "{stderr}");
    assert!(stderr.contains("aborting due to 1 previous error"), "{stderr}");
}
