//! Values as text: WAVE, which people write, and JSON, which programs write. Both are read and written by their types.
//!
//! - `cursor`: a place in a text, and what both notations have in common. `slots`: the fields of a record, as they come.
//! - `wave_reader`, `wave_writer`, `json_reader`, `json_writer`: one notation each, one way.
//! - `schema`: JSON Schemas of types. `forms`: the methods of values and functions that use all of these.
//!
//! A reader follows the type, so it goes no deeper than the type, whatever the text says.

mod cursor;
mod forms;
mod json_reader;
mod json_writer;
mod schema;
mod slots;
#[cfg(test)]
mod tests;
mod wave_reader;
mod wave_writer;
