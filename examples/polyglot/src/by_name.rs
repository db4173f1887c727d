//! The conversation by name: the guest's functions are found in its image, what they take and return is JSON, and the
//! warehouse is provided without types. Nothing here knows the traits.

use crate::native::{Lines, say};
use anyhow::Result;
use tairitsu::{Container, Image, Value};

const SHOP: &str = "example:polyglot/shop@1.0.0";
const WAREHOUSE: &str = "example:polyglot/warehouse@1.0.0";

/// Names of functions, with the arguments as JSON: an object with the names of the parameters, or an array in their order.
const CALLS: [(&str, &str); 6] = [
    ("checkout", r#"{"items": [], "discount": "none"}"#),
    ("shop#checkout", r#"{"items": [{"name": "tea", "price": 250, "count": 2}], "discount": {"percent": 5}}"#),
    ("checkout", r#"[[{"name": "おにぎり", "price": 199, "count": 3}], {"voucher": "夏"}]"#),
    ("checkout", r#"[[{"name": "tea", "price": 250, "count": 1}], {"voucher": "winter"}]"#),
    // The guest is not called.
    ("checkout", r#"[[{"name": "tea", "price": -250, "count": 1}], "none"]"#),
    ("example:polyglot/shop@1.0.0#sold", "[]"),
];

pub(crate) fn converse(image: &Image, lines: &Lines) -> Result<()> {
    // A guest may export more than the contract: the guest in Python exports a function that its tool calls at build time.
    for function in image.functions().iter().filter(|function| &*function.interface == SHOP) {
        say(lines, function.to_string());
    }
    let mut container = Container::builder(image).provide_dynamic(WAREHOUSE, warehouse(image, lines)).build()?;
    for (name, json) in CALLS {
        say(lines, format!("{name} {json}"));
        let function = image.function(name)?;
        let said = match function.args_from_json(json) {
            Ok(args) => {
                let result = container.call(name, &args)?;
                function.result_to_json(result.as_ref())?
            }
            Err(error) => error.to_string(),
        };
        say(lines, format!("  {said}"));
    }
    Ok(())
}

/// The host's side, which has ten of everything. It adds each question to the lines, as JSON.
fn warehouse(image: &Image, lines: &Lines) -> impl Fn(&str, &[Value]) -> Result<Option<Value>> + Send + Sync + use<> {
    let (functions, lines) = (image.imported_functions(), lines.clone());
    move |name, args| {
        let mut asked = format!("    warehouse: {name}");
        let called = functions.iter().find(|function| &*function.interface == WAREHOUSE && &*function.name == name);
        for (param, arg) in called.iter().flat_map(|function| &function.params).zip(args) {
            asked += &format!(" {}", arg.to_json(&param.ty)?);
        }
        say(&lines, asked);
        match (name, args) {
            ("stock", _) => Ok(Some(Value::some(10u32))),
            ("take", _) => Ok(None),
            ("redeem", [Value::String(code)]) if &**code == "夏" => Ok(Some(Value::ok(50u8))),
            ("redeem", _) => Ok(Some(Value::err(Value::case_of("used-by", "Ada")))),
            _ => anyhow::bail!("no function `{name}`"),
        }
    }
}
