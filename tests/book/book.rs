//! The book: no block escapes the compiler, and "Getting started" works to the letter in a project outside this
//! workspace.

use std::fs;
use std::io::Write;
use std::path::{Component, Path, PathBuf};
use std::process::Command;
use std::time::Instant;

/// The chapter that is a project of several files.
const PROJECT: &str = "getting-started.md";

/// The languages that a block may be in. `rust` and `rust,no_run` are compiled by the doctests.
const LANGUAGES: [&str; 6] = ["rust", "rust,no_run", "console", "text", "toml", "wit"];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The chapters, by file name.
fn chapters() -> Vec<(String, String)> {
    let mut chapters: Vec<_> = fs::read_dir(root().join("docs/src"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "md"))
        .map(|path| (path.file_name().unwrap().to_str().unwrap().to_string(), read(&path)))
        .filter(|(name, _)| name != "SUMMARY.md")
        .collect();
    chapters.sort();
    chapters
}

/// A fenced block, and the comment on the line before it, if there is one: `file: host/build.rs` of
/// `<!-- file: host/build.rs -->`.
struct Block {
    comment: Option<String>,
    language: String,
    text: String,
}

fn blocks(chapter: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut comment = None;
    let mut lines = chapter.lines();
    while let Some(line) = lines.next() {
        if let Some(language) = line.strip_prefix("```") {
            let text: Vec<_> = lines.by_ref().take_while(|line| *line != "```").collect();
            blocks.push(Block { comment: comment.take(), language: language.into(), text: text.join("\n") + "\n" });
        } else {
            comment = line.strip_prefix("<!-- ").and_then(|rest| rest.strip_suffix(" -->")).map(String::from);
        }
    }
    blocks
}

/// A chapter that is in no list is neither shown nor compiled.
#[test]
fn every_chapter_is_listed_and_compiled() {
    let (summary, doctests) = (read(&root().join("docs/src/SUMMARY.md")), read(&root().join("tests/book/lib.rs")));
    for (name, _) in chapters() {
        assert!(summary.contains(&format!("({name})")), "docs/src/SUMMARY.md does not list {name}");
        let is_compiled = name == PROJECT || doctests.contains(&format!("\"../../docs/src/{name}\""));
        assert!(is_compiled, "tests/book/lib.rs does not include {name}");
    }
}

#[test]
fn every_block_is_in_a_language_that_is_checked() {
    let readme = ("README.md".to_string(), read(&root().join("README.md")));
    for (name, text) in chapters().into_iter().chain([readme]) {
        for Block { comment, language, text } in blocks(&text) {
            let start = text.lines().next().unwrap_or_default();
            assert!(
                LANGUAGES.contains(&language.as_str()),
                "{name}: expected a block in one of {LANGUAGES:?}, found `{language}`, at `{start}`"
            );
            let is_file = comment.is_some_and(|comment| comment.starts_with("file: "));
            assert!(name != PROJECT || language != "rust" || is_file, "{name}: no file is named before `{start}`");
        }
    }
}

#[test]
fn the_core_world_is_the_one_in_wit() {
    let chapter = blocks(&read(&root().join("docs/src/core-world.md")));
    let wit = chapter.iter().find(|block| block.language == "wit").expect("a block of WIT");
    assert_eq!(wit.text, read(&root().join("wit/world.wit")));
}

/// The project of "Getting started", in a folder that is removed at the end.
struct Project {
    dir: PathBuf,
    command: String,
    output: String,
}

impl Project {
    fn new() -> Self {
        let dir = std::env::temp_dir().join(format!("tairitsu-book-{}", std::process::id()));
        let _ = fs::remove_dir_all(&dir);
        let mut project = Self { dir, command: String::new(), output: String::new() };
        for Block { comment, text, .. } in blocks(&read(&root().join("docs/src").join(PROJECT))) {
            match comment.as_deref() {
                Some("command") => project.command = text,
                Some("output") => project.output = text,
                Some(comment) => {
                    let path = Path::new(comment.strip_prefix("file: ").expect("a file, the command or the output"));
                    assert!(path.components().all(|part| matches!(part, Component::Normal(_))), "{path:?}");
                    project.write(path, &text);
                }
                None => {}
            }
        }
        // The versions that this workspace has, its crates, and nothing from a registry that is not there already.
        project.write("Cargo.lock", &read(&root().join("Cargo.lock")));
        let mut config = String::from("[patch.crates-io]\n");
        for name in ["tairitsu", "tairitsu-guest", "tairitsu-macros"] {
            config += &format!("{name} = {{ path = {:?} }}\n", root().join(name));
        }
        // The build script's cargo reads it too.
        project.write(".cargo/config.toml", &(config + "\n[net]\noffline = true\n"));
        project
    }

    fn write(&self, path: impl AsRef<Path>, text: &str) {
        let path = self.dir.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// Adds a member that depends on all that this workspace depends on. Cargo unites the features of the members that it
    /// builds, so that the crates which were built for the tests of this workspace serve the project too. A member of this
    /// workspace that names a dependency by itself, and not by `workspace = true`, may cost the project a build of wasmtime.
    fn share_the_build(&self) {
        let table = |manifest: &str, name: &str| {
            let manifest = read(&root().join(manifest));
            let (_, rest) = manifest.split_once(&format!("[{name}]\n")).expect("a table of this name");
            rest.split_once("\n[").map_or(rest, |(table, _)| table).to_string()
        };
        let dependencies = table("Cargo.toml", "workspace.dependencies");
        let dependencies: Vec<_> = dependencies.lines().filter(|line| !line.starts_with("tairitsu")).collect();
        // Build scripts and macros have features of their own. Those come from the dev-dependencies of the facade, which
        // is a build-dependency too, and from wit-bindgen's macros. Without a build script none of these is compiled.
        let of_facade = table("tairitsu/Cargo.toml", "dev-dependencies");
        let of_facade: Vec<_> = of_facade.lines().filter_map(|line| line.split_once(".workspace")).collect();
        let for_build = dependencies.iter().filter_map(|line| match line.split_once(" = ")?.0 {
            "wit-bindgen" => Some(line.replace(" }", ", features = [\"macros\", \"realloc\", \"std\"] }")),
            name => of_facade.iter().any(|(known, _)| *known == name).then(|| line.to_string()),
        });
        let manifest = format!(
            "[package]\nname = \"same-features\"\nedition = \"2024\"\n\n[dependencies]\n{}\n\n[build-dependencies]\n{}\n",
            dependencies.join("\n"),
            for_build.collect::<Vec<_>>().join("\n"),
        );
        self.write("same-features/Cargo.toml", &manifest);
        self.write("same-features/src/lib.rs", "");
        let manifest = read(&self.dir.join("Cargo.toml"));
        assert!(manifest.contains("\nmembers = [") && manifest.contains("\ndefault-members = ["), "{manifest}");
        self.write("Cargo.toml", &manifest.replace("members = [", "members = [\"same-features\", "));
    }

    fn cargo(&self, args: &[&str], target: &Path) -> String {
        let output = Command::new(env!("CARGO"))
            .args(args)
            .current_dir(&self.dir)
            .env("CARGO_TARGET_DIR", target)
            .output()
            .unwrap();
        assert!(output.status.success(), "cargo {}: {}", args.join(" "), String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }
}

impl Drop for Project {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.dir);
    }
}

#[test]
fn getting_started_works_to_the_letter() {
    let project = Project::new();

    // Cold: this is what the author of a plugin waits for, the first time.
    let start = Instant::now();
    project.cargo(&["check", "--quiet", "--package", "greeter-contract"], &project.dir.join("cold"));
    // Past the capture of the test harness.
    let _ = writeln!(std::io::stderr(), "cold check of the contract: {:.1} s", start.elapsed().as_secs_f64());
    for package in ["greeter-contract", "greeter-plugin"] {
        let tree = project.cargo(&["tree", "--prefix", "none", "--package", package], &project.dir.join("cold"));
        assert!(!tree.lines().any(|line| line.starts_with("wasm")), "{package} depends on the runtime:\n{tree}");
    }

    // In this workspace's own folder, where wasmtime is built already.
    project.share_the_build();
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
    let command: Vec<_> = project.command.split_whitespace().collect();
    assert_eq!(command[..2], ["cargo", "run"], "the documented command");
    let start = Instant::now();
    assert_eq!(project.cargo(&command[1..], target), project.output);
    let _ = writeln!(std::io::stderr(), "the project: built and run in {:.1} s", start.elapsed().as_secs_f64());
}
