//! What the macros refuse, and what they take: see `README.md` beside this file.

#[test]
fn ui() {
    // The project that the cases are built in takes no profile from here, and would fill 6 GB.
    // SAFETY: this is the one test of its binary, and nothing else reads the environment meanwhile.
    unsafe { std::env::set_var("CARGO_PROFILE_DEV_DEBUG", "false") };
    let tests = trybuild::TestCases::new();
    tests.compile_fail("ui/*/fail_*.rs");
    tests.pass("ui/*/pass_*.rs");
}
