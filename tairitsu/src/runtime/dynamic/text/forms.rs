//! The methods that read and write values as text.

use super::super::function::Function;
use super::super::value::Value;
use super::super::value_type::ValueType;
use super::json_reader::JsonReader;
use super::wave_reader::WaveReader;
use super::{json_writer, schema, wave_writer};
use crate::runtime::base::call_error::CallError;
use crate::runtime::base::value_error::ValueError;
use crate::runtime::image::image::Image;

impl Value {
    /// Reads a value of a type from WAVE, the notation of values that `wasmtime run --invoke` and other tools have.
    ///
    /// ```
    /// use tairitsu::{Value, ValueType};
    ///
    /// let ty = ValueType::list(ValueType::option(ValueType::Char));
    /// let value = Value::from_wave(&ty, "[some('a'), none]").unwrap();
    /// assert_eq!(value, Value::List(vec![Value::some('a'), Value::none()]));
    /// assert_eq!(value.to_wave(&ty).unwrap(), "[some('a'), none]");
    /// ```
    ///
    /// `some(..)` and `ok(..)` may be left out where nothing else can be meant. So may a field that is an option: it is
    /// `none`. A `list<u8>` is a list of numbers.
    ///
    /// # Errors
    ///
    /// - If the text is no WAVE, with the place in the text.
    /// - If the value is of another type, with the path to the part that is.
    /// - If a handle, or a type that has no values without types, would be in the value.
    /// - If the text leaves out more than ten fields for each of its bytes, and 10,000 on top. They would take memory that the
    ///   text does not have.
    pub fn from_wave(ty: &ValueType, text: &str) -> Result<Self, ValueError> {
        let mut reader = WaveReader::new(text);
        let value = reader.value(ty)?;
        reader.cursor.end()?;
        Ok(value)
    }

    /// Writes the value as WAVE. [`from_wave`](Self::from_wave) reads the same value, to the last bit of its floats. But
    /// WAVE has one `nan`: a NaN with other bits comes back with those of Rust's own.
    ///
    /// # Errors
    ///
    /// - If the value is not of the type.
    /// - If a handle is in the value.
    pub fn to_wave(&self, ty: &ValueType) -> Result<String, ValueError> {
        ty.check(self)?;
        let mut out = String::new();
        wave_writer::write(&mut out, ty, self)?;
        Ok(out)
    }

    /// Reads a value of a type from JSON.
    ///
    /// ```
    /// use tairitsu::{Value, ValueType};
    ///
    /// let ty = ValueType::result(Some(ValueType::U64), Some(ValueType::String));
    /// let value = Value::from_json(&ty, r#"{"ok": "18446744073709551615"}"#).unwrap();
    /// assert_eq!(value, Value::ok(u64::MAX));
    /// assert_eq!(value.to_json(&ty).unwrap(), r#"{"ok":"18446744073709551615"}"#);
    /// ```
    ///
    /// | type | JSON |
    /// |---|---|
    /// | `bool` | `true`, `false` |
    /// | integers | a number without a fraction and an exponent, or a string of digits. Beyond 2^53 a string is written |
    /// | `f32`, `f64` | a number, `"NaN"`, `"inf"` or `"-inf"` |
    /// | `char` | a string of one character |
    /// | `string` | a string |
    /// | `list<u8>` | base64 with padding. A list of numbers is read, too |
    /// | `list<t>`, `tuple<..>` | an array |
    /// | `option<t>` | `null`, or the value |
    /// | `option<option<t>>` | `null`, or `{"some": ..}` |
    /// | `result<t, e>` | `{"ok": ..}` or `{"err": ..}`. A side without a type is `null` |
    /// | a record | an object. A field that is an option may be left out |
    /// | a variant | `{"case": payload}`. A case without payload is the string `"case"` |
    /// | an enum | a string |
    /// | flags | an array of the names that are set |
    ///
    /// # Errors
    ///
    /// - If the text is no JSON, with the place in the text.
    /// - If the value is of another type, with the path to the part that is. A key that no field has, and a key that is there
    ///   twice, are such errors.
    /// - If a handle, or a type that has no values without types, would be in the value.
    /// - If the text leaves out too many fields, as in [`from_wave`](Self::from_wave).
    pub fn from_json(ty: &ValueType, text: &str) -> Result<Self, ValueError> {
        let mut reader = JsonReader::new(text);
        let value = reader.value(ty)?;
        reader.cursor.end()?;
        Ok(value)
    }

    /// Writes the value as JSON. [`from_json`](Self::from_json) reads the same value, to the last bit of its floats. But a
    /// NaN comes back with the bits of Rust's own.
    ///
    /// # Errors
    ///
    /// - If the value is not of the type.
    /// - If a handle is in the value.
    pub fn to_json(&self, ty: &ValueType) -> Result<String, ValueError> {
        ty.check(self)?;
        let mut out = String::new();
        json_writer::write(&mut out, ty, self)?;
        Ok(out)
    }
}

impl ValueType {
    /// The JSON Schema (2020-12) of [`Value::to_json`], with the doc comments as descriptions. Every type is written where it
    /// is used, so there is no `$ref`.
    ///
    /// ```
    /// use tairitsu::ValueType;
    ///
    /// let schema = ValueType::list(ValueType::Bool).json_schema().unwrap();
    /// let dialect = "https://json-schema.org/draft/2020-12/schema";
    /// assert_eq!(schema, format!(r#"{{"$schema":"{dialect}","type":"array","items":{{"type":"boolean"}}}}"#));
    /// ```
    ///
    /// # Errors
    ///
    /// - If a handle, or a type that has no values without types, is in the type.
    /// - If the schema would be larger than 1 MiB.
    pub fn json_schema(&self) -> Result<String, ValueError> {
        schema::of_type(Some(self))
    }
}

impl Function {
    /// Reads the arguments of a call from WAVE, with commas between them: `"Ada", 5`. Options at the end may be left out.
    ///
    /// # Errors
    ///
    /// - Those of [`Value::from_wave`]. The path begins with the parameter's name.
    /// - If there are more or fewer arguments than parameters.
    pub fn args_from_wave(&self, text: &str) -> Result<Vec<Value>, ValueError> {
        WaveReader::new(text).args(&self.params, "")
    }

    /// Writes the result of a call as WAVE. No result is `()`.
    ///
    /// # Errors
    ///
    /// Those of [`Value::to_wave`].
    pub fn result_to_wave(&self, result: Option<&Value>) -> Result<String, ValueError> {
        self.of_result(result)?.map_or(Ok("()".into()), |(ty, value)| value.to_wave(ty))
    }

    /// Reads the arguments of a call from JSON: an object with the names of the parameters, or an array in their order. A
    /// parameter that is an option may be left out of the object, and at the end of the array.
    ///
    /// # Errors
    ///
    /// - Those of [`Value::from_json`]. The path begins with the parameter's name.
    /// - If there are more or fewer arguments than parameters, or one of another name.
    pub fn args_from_json(&self, text: &str) -> Result<Vec<Value>, ValueError> {
        let mut reader = JsonReader::new(text);
        let args = reader.args(&self.params)?;
        reader.cursor.end()?;
        Ok(args)
    }

    /// Writes the result of a call as JSON. No result is `null`.
    ///
    /// # Errors
    ///
    /// Those of [`Value::to_json`].
    pub fn result_to_json(&self, result: Option<&Value>) -> Result<String, ValueError> {
        self.of_result(result)?.map_or(Ok("null".into()), |(ty, value)| value.to_json(ty))
    }

    /// The JSON Schema (2020-12) of an object with the parameters, as [`args_from_json`](Self::args_from_json) reads it. The
    /// function's doc comment is its description.
    ///
    /// # Errors
    ///
    /// Those of [`ValueType::json_schema`].
    pub fn params_schema(&self) -> Result<String, ValueError> {
        schema::of_object(&self.params, &self.docs)
    }

    /// The JSON Schema (2020-12) of what [`result_to_json`](Self::result_to_json) writes.
    ///
    /// # Errors
    ///
    /// Those of [`ValueType::json_schema`].
    pub fn result_schema(&self) -> Result<String, ValueError> {
        schema::of_type(self.result.as_ref())
    }

    /// The type and the value of a result.
    fn of_result<'v>(&self, result: Option<&'v Value>) -> Result<Option<(&ValueType, &'v Value)>, ValueError> {
        match (&self.result, result) {
            (Some(ty), Some(value)) => Ok(Some((ty, value))),
            (None, None) => Ok(None),
            (Some(ty), None) => Err(ValueError::new(ty, "no result")),
            (None, Some(_)) => Err(ValueError::new("no result", "one")),
        }
    }
}

impl Image {
    /// The exported function of a name, which may be a tail as in [`Container::call`](crate::Container::call).
    ///
    /// # Errors
    ///
    /// [`CallError::NoFunction`] and [`CallError::Ambiguous`], if the name stands for no function or for several.
    pub fn function(&self, name: &str) -> Result<&Function, CallError> {
        let functions = self.lookup();
        functions.find(name).map(|index| &functions.all()[index])
    }

    /// Reads a call in WAVE, such as `greet("Ada", 5)`: the function of that name, and the arguments.
    ///
    /// The name is one that [`Container::call`](crate::Container::call) takes.
    ///
    /// # Errors
    ///
    /// - Those of [`function`](Self::function).
    /// - [`CallError::Value`], if the text is no call or an argument is not of its type. A place in the text is counted
    ///   from the start of the call.
    pub fn parse_call(&self, text: &str) -> Result<(&Function, Vec<Value>), CallError> {
        let failed = |name: &str, error| CallError::Value { function: name.into(), error };
        let mut reader = WaveReader::new(text);
        let name = reader.cursor.scan(|byte| byte != b'(').trim();
        reader.cursor.expect("(").map_err(|error| failed(name, error))?;
        let function = self.function(name)?;
        let args = reader.args(&function.params, ")").and_then(|args| reader.cursor.end().map(|()| args));
        args.map(|args| (function, args)).map_err(|error| failed(function.full_name(), error))
    }
}
