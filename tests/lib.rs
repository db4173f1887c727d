//! This library is empty. The tests are in `e2e` and `ui.rs`.
