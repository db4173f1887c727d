//! Nothing: the tests are in `e2e` and `ui.rs`.
