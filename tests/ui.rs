//! What the macros refuse, and what they take: see `README.md` beside this file.

#[test]
fn ui() {
    let tests = trybuild::TestCases::new();
    tests.compile_fail("ui/*/fail_*.rs");
    tests.pass("ui/*/pass_*.rs");
}
