//! With `TAIRITSU_EXPAND=dir` in the environment of the compiler, each attribute writes its expansion to a file in `dir`.

use proc_macro2::{Delimiter, Spacing, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use std::collections::HashSet;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{LazyLock, Mutex, PoisonError};
use syn::{Item, Type};

const VARIABLE: &str = "TAIRITSU_EXPAND";

/// Expands an item, and writes the expansion if the environment asks for it. A file that cannot be written is an error.
pub(crate) fn written(
    attribute: &str,
    item: proc_macro::TokenStream,
    expand: impl FnOnce(TokenStream) -> TokenStream,
) -> proc_macro::TokenStream {
    let item = TokenStream::from(item);
    let Some(folder) = std::env::var_os(VARIABLE).filter(|folder| !folder.is_empty()) else {
        return expand(item).into();
    };
    let name = format!("{}-{attribute}", item_name(&item));
    let expanded = expand(item);
    let krate = ["CARGO_CRATE_NAME", "CARGO_PKG_NAME"].iter().find_map(|name| std::env::var(name).ok());
    let folder = Path::new(&folder).join(krate.as_deref().unwrap_or("crate"));
    let file = new_file(&folder, &name);
    let error = write(&folder, &file, &expanded).err().map(|error| {
        let message =
            format!("the expansion was not written to `{}`: {error}\nhelp: unset `{VARIABLE}`", file.display());
        quote!(::core::compile_error! { #message })
    });
    // Cargo compiles the crate again when the variable changes.
    quote! {
        #expanded
        const _: ::core::option::Option<&str> = ::core::option_env!(#VARIABLE);
        #error
    }
    .into()
}

/// The file for an expansion. Items of one name in several modules have numbers.
fn new_file(folder: &Path, name: &str) -> PathBuf {
    static FILES: LazyLock<Mutex<HashSet<PathBuf>>> = LazyLock::new(Mutex::default);
    let mut files = FILES.lock().unwrap_or_else(PoisonError::into_inner);
    let numbered = |number| match number {
        1 => folder.join(format!("{name}.rs")),
        _ => folder.join(format!("{name}-{number}.rs")),
    };
    let file = (1..).map(numbered).find(|file| !files.contains(file)).unwrap_or_else(|| numbered(1));
    files.insert(file.clone());
    file
}

fn write(folder: &Path, file: &Path, expanded: &TokenStream) -> std::io::Result<()> {
    std::fs::create_dir_all(folder)?;
    let mut printer = Printer::default();
    printer.stream(expanded.clone());
    // rustfmt leaves the lines inside of a macro's braces as they are.
    let text = formatted(&printer.text).unwrap_or(printer.text);
    std::fs::write(file, text)
}

/// The text as rustfmt formats it. `None` without rustfmt.
fn formatted(text: &str) -> Option<String> {
    let mut rustfmt = Command::new("rustfmt")
        .args(["--edition", "2024", "--config", "max_width=120"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .ok()?;
    // rustfmt reads all of its input before it writes.
    let sent = rustfmt.stdin.take()?.write_all(text.as_bytes());
    let output = rustfmt.wait_with_output().ok()?;
    sent.ok()?;
    String::from_utf8(output.stdout).ok().filter(|text| output.status.success() && !text.is_empty())
}

/// The name of an item, for a file.
fn item_name(item: &TokenStream) -> String {
    let type_name = |ty: &Type| match ty {
        Type::Path(path) => path.path.segments.last().map(|last| last.ident.to_string()),
        _ => None,
    };
    let name = match syn::parse2::<Item>(item.clone()) {
        Ok(Item::Trait(item)) => Some(item.ident.to_string()),
        Ok(Item::Struct(item)) => Some(item.ident.to_string()),
        Ok(Item::Enum(item)) => Some(item.ident.to_string()),
        Ok(Item::Mod(item)) => Some(item.ident.to_string()),
        Ok(Item::Impl(item)) => {
            let ty = type_name(&item.self_ty);
            match item.trait_.as_ref().and_then(|(_, path, _)| path.segments.last()) {
                Some(implemented) => ty.map(|ty| format!("{}-for-{ty}", implemented.ident)),
                None => ty,
            }
        }
        // The body of `flags!` is no item of Rust.
        _ => item
            .clone()
            .into_iter()
            .skip_while(|token| token.to_string() != "struct")
            .nth(1)
            .map(|name| name.to_string()),
    };
    name.map_or_else(|| "item".into(), |name| name.trim_start_matches("r#").into())
}

/// Prints tokens with a line for each statement and each item.
#[derive(Default)]
struct Printer {
    text: String,
    depth: usize,
    /// Whether the next token follows without a space.
    joint: bool,
}

impl Printer {
    fn stream(&mut self, tokens: TokenStream) {
        for token in tokens {
            match token {
                TokenTree::Group(group) => match group.delimiter() {
                    Delimiter::Brace => {
                        self.word("{");
                        self.depth += 1;
                        self.line();
                        self.stream(group.stream());
                        self.depth -= 1;
                        self.line();
                        self.text.push('}');
                        self.line();
                    }
                    Delimiter::Parenthesis => self.group('(', group.stream(), ')'),
                    Delimiter::Bracket => self.group('[', group.stream(), ']'),
                    Delimiter::None => self.stream(group.stream()),
                },
                TokenTree::Punct(punct) => {
                    let sign = punct.as_char();
                    // `a: ::b` has two signs there, and `a:::b` would have other ones.
                    let is_separate = sign == ':' && self.text.ends_with(':');
                    if matches!(sign, ';' | ',' | '.' | '?' | ':') && !is_separate {
                        self.joint = true;
                    }
                    self.word(&sign.to_string());
                    self.joint = punct.spacing() == Spacing::Joint || matches!(sign, '.' | '#' | '&' | '!' | '$');
                    self.joint |= self.text.ends_with("::");
                    if sign == ';' {
                        self.line();
                    }
                }
                other => self.word(&other.to_token_stream().to_string()),
            }
        }
    }

    fn group(&mut self, open: char, tokens: TokenStream, close: char) {
        self.joint |= self.text.ends_with(|last: char| last.is_alphanumeric() || last == '_' || last == '>');
        self.word(&open.to_string());
        self.joint = true;
        self.stream(tokens);
        while self.text.ends_with([' ', '\n']) {
            self.text.pop();
        }
        self.text.push(close);
        self.joint = false;
    }

    fn word(&mut self, word: &str) {
        if !self.joint && !self.text.is_empty() && !self.text.ends_with([' ', '\n', '(', '[']) {
            self.text.push(' ');
        }
        self.text.push_str(word);
        self.joint = false;
    }

    fn line(&mut self) {
        let kept = self.text.trim_end_matches([' ', '\n']).len();
        self.text.truncate(kept);
        self.text.push('\n');
        self.text.extend(std::iter::repeat_n("    ", self.depth));
        self.joint = true;
    }
}

#[cfg(test)]
mod tests {
    use super::{Printer, item_name};
    use quote::quote;

    #[test]
    fn what_is_printed_is_the_same_code() {
        let code = quote! {
            #[doc = " Text; with { braces }"]
            pub(crate) fn a<'a, T: ?Sized + 'a>(x: &'a mut [T; 3], r#type: ::core::u32) -> ::core::option::Option<&'a T> {
                let y = if x.len() >= 2 && !b { -1i32 } else { 0..=5 };
                private::if_guest! { const _: () = { let c = 'c'; let s = "a\n b"; f(|| { 1 }); }; }
                match y { Some(_) => 1.0, _ => $z::<{ N }>() }
            }
        };
        let mut printer = Printer::default();
        printer.stream(code.clone());
        // Whether a sign is joined to the next one may differ.
        let signs = |tokens: proc_macro2::TokenStream| tokens.to_string().split_whitespace().collect::<String>();
        assert_eq!(signs(printer.text.parse().unwrap()), signs(code.clone()), "{}", printer.text);
        syn::parse_file(&printer.text.replace('$', "")).unwrap();
        assert!(printer.text.lines().count() > 15, "{}", printer.text);
    }

    #[test]
    fn names_of_items() {
        for (item, name) in [
            (
                quote!(
                    pub trait Greeter {}
                ),
                "Greeter",
            ),
            (quote!(impl a::Greeter for b::Hello {}), "Greeter-for-Hello"),
            (quote!(impl Hello {}), "Hello"),
            (
                quote!(
                    struct r#type;
                ),
                "type",
            ),
            (quote!(#[doc = "struct"] pub struct Rights { const READ; }), "Rights"),
            (quote!(1 + 1), "item"),
        ] {
            assert_eq!(item_name(&item), name);
        }
    }
}
