//! The grants of WASI, and nothing beside them.

use crate::image;
use std::io::Write;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use tairitsu::{CallError, Container, Error, Output, Wasi};
use tairitsu_test_unruly::Unruly;

/// A directory that is removed at the end of the test.
struct Dir(PathBuf);

impl Dir {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("tairitsu-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }
}

impl Drop for Dir {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn container(wasi: Wasi) -> Container {
    Container::builder(&image("unruly")).wasi(wasi).build().unwrap()
}

#[test]
fn directories() {
    let dir = Dir::new("directories");
    std::fs::create_dir(dir.0.join("open")).unwrap();
    std::fs::write(dir.0.join("open/file"), "inside").unwrap();
    std::fs::write(dir.0.join("secret"), "outside").unwrap();
    #[cfg(unix)]
    std::os::unix::fs::symlink("../secret", dir.0.join("open/link")).unwrap();

    let mut container = self::container(Wasi::new().dir_read_only(dir.0.join("open"), "/data"));
    let mut unruly = container.guest(Unruly).unwrap();
    assert_eq!(unruly.read("/data/file").unwrap(), "inside");
    for path in ["/data/../secret", "/data/link", "/secret", "/etc/hostname", "/data/none"] {
        let error = unruly.read(path).unwrap_err();
        assert!(matches!(error, CallError::Guest(_)), "{path}: {error}");
    }
    for path in ["/data/file", "/data/new"] {
        assert!(matches!(unruly.write(path, "changed"), Err(CallError::Guest(_))), "{path}");
    }
    assert_eq!(std::fs::read_to_string(dir.0.join("open/file")).unwrap(), "inside");

    let mut container = self::container(Wasi::new().dir_read_write(dir.0.join("open"), "/data"));
    let mut unruly = container.guest(Unruly).unwrap();
    unruly.write("/data/new", "written").unwrap();
    assert!(matches!(unruly.write("/data/../secret", "changed"), Err(CallError::Guest(_))));
    assert_eq!(std::fs::read_to_string(dir.0.join("open/new")).unwrap(), "written");
    assert_eq!(std::fs::read_to_string(dir.0.join("secret")).unwrap(), "outside");

    let wasi = Wasi::new().dir_read_only(dir.0.join("none"), "/data");
    let error = Container::builder(&image("unruly")).wasi(wasi).prepare().unwrap_err();
    assert!(matches!(&error, Error::Grant { what, .. } if what.ends_with("none")), "{error}");
}

#[test]
fn arguments_variables_and_input() {
    let wasi = Wasi::new().arg("unruly").arg("--loud").env("LANG", "en").env("EMPTY", "").stdin("one\ntwo");
    assert!(!format!("{:?}", wasi.clone().env("KEY", "hunter2")).contains("hunter2"));
    let template = Container::builder(&image("unruly")).wasi(wasi).prepare().unwrap();
    for _ in 0..2 {
        let mut container = template.spawn().unwrap();
        let mut unruly = container.guest(Unruly).unwrap();
        let (args, vars) = unruly.surroundings().unwrap();
        assert_eq!(args, ["unruly", "--loud"]);
        assert_eq!(vars, ["LANG=en", "EMPTY="]);
        assert_eq!(unruly.input().unwrap(), "one\ntwo");
        assert_eq!(unruly.input().unwrap(), "");
    }
}

#[test]
fn output_captured_and_written() {
    let wasi = Wasi::new().stdout(Output::captured(8)).stderr(Output::captured(100));
    let template = Container::builder(&image("unruly")).wasi(wasi).prepare().unwrap();
    let (mut one, mut other) = (template.spawn().unwrap(), template.spawn().unwrap());
    one.guest(Unruly).unwrap().print("0123456789", "trouble").unwrap();
    other.guest(Unruly).unwrap().print("other", "").unwrap();
    assert_eq!(one.take_stdout(), b"23456789");
    assert_eq!(one.take_stdout(), b"");
    assert_eq!(one.take_stderr(), b"trouble");
    assert_eq!(other.take_stdout(), b"other");

    #[derive(Clone, Default)]
    struct Written(Arc<Mutex<Vec<u8>>>);

    impl Write for Written {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            if bytes.starts_with(b"panic") {
                panic!("no such word");
            }
            self.0.lock().unwrap().extend(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    let written = Written::default();
    let writer = written.clone();
    let mut container = container(Wasi::new().stdout(Output::writer(move || writer.clone())));
    let mut unruly = container.guest(Unruly).unwrap();
    unruly.print("to the writer", "").unwrap();
    assert_eq!(*written.0.lock().unwrap(), b"to the writer");
    let error = unruly.print("panic", "").unwrap_err();
    assert!(matches!(&error, CallError::Provider { message, .. } if message == "no such word"), "{error}");
}

/// WASI parts that can fail, or that others can see, are made when a container is spawned. The rest is made at the
/// first call.
#[test]
fn before_the_first_call() {
    let dir = Dir::new("first-call");
    let wasi = Wasi::new().dir_read_only(dir.0.clone(), "/data");
    let template = Container::builder(&image("unruly")).wasi(wasi).prepare().unwrap();
    template.spawn().unwrap();
    std::fs::remove_dir_all(&dir.0).unwrap();
    let error = template.spawn().unwrap_err();
    assert!(matches!(&error, Error::Grant { what, .. } if *what == dir.0.display().to_string()), "{error}");

    let made = Arc::new(Mutex::new(0));
    let count = made.clone();
    let wasi = Wasi::new().stderr(Output::writer(move || {
        *count.lock().unwrap() += 1;
        std::io::sink()
    }));
    let template = Container::builder(&image("unruly")).wasi(wasi).prepare().unwrap();
    let before = *made.lock().unwrap();
    let containers = [template.spawn().unwrap(), template.spawn().unwrap()];
    assert_eq!(*made.lock().unwrap(), before + containers.len());

    let mut container = self::container(Wasi::new().stdout(Output::captured(8)).stderr(Output::captured(8)));
    assert_eq!((container.take_stdout(), container.take_stderr()), (vec![], vec![]));
    let error = container.guest(Unruly).unwrap().trap().unwrap_err();
    assert_eq!(error.trap().unwrap().stderr(), "");
    container.restart().unwrap();
    container.guest(Unruly).unwrap().print("out", "err").unwrap();
    assert_eq!((container.take_stdout(), container.take_stderr()), (b"out".to_vec(), b"err".to_vec()));
}

#[test]
fn clocks_and_random_numbers() {
    let mut container = self::container(Wasi::new());
    let now = container.guest(Unruly).unwrap().now().unwrap();
    assert!(now > 1_700_000_000_000_000_000, "{now}");

    let random = |wasi: Wasi| container_random(&wasi);
    assert_ne!(random(Wasi::new()), random(Wasi::new()));
    assert_eq!(random(Wasi::new().seeded_random(7)), random(Wasi::new().seeded_random(7)));
    assert_ne!(random(Wasi::new().seeded_random(7)), random(Wasi::new().seeded_random(8)));

    let mut container = self::container(Wasi::new().frozen_clocks());
    assert_eq!(container.guest(Unruly).unwrap().now().unwrap(), 0);
}

fn container_random(wasi: &Wasi) -> u64 {
    container(wasi.clone()).guest(Unruly).unwrap().random().unwrap()
}
