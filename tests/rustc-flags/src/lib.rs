//! Says where Cargo has put the dependencies of a crate.
//!
//! A macro runs in the compiler's process. So it can read the command line that Cargo has written for the crate that
//! uses the macro.

use proc_macro::{Literal, TokenStream, TokenTree};

/// The compiler's path and the flags that find this crate's dependencies, as a list of string literals.
#[proc_macro]
pub fn rustc_flags(_: TokenStream) -> TokenStream {
    let rustc = std::env::current_exe().expect("the path of the compiler").display().to_string();
    let mut words = vec![rustc];
    let mut args = std::env::args().skip(1);
    while let Some(arg) = args.next() {
        if matches!(arg.as_str(), "--extern" | "-L") {
            words.extend([arg, args.next().expect("the value of the flag")]);
        } else if arg.starts_with("--edition=") {
            words.push(arg);
        }
    }
    let words: TokenStream = words
        .iter()
        .flat_map(|word| {
            [Literal::string(word).into(), TokenTree::Punct(proc_macro::Punct::new(',', proc_macro::Spacing::Alone))]
        })
        .collect();
    TokenTree::Group(proc_macro::Group::new(proc_macro::Delimiter::Bracket, words)).into()
}
