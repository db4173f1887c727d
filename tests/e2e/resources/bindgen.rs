//! Our guest on a host of `wasmtime::component::bindgen!`, made from the WIT that the traits emit.

use crate::DOCS;
use crate::raw::{self, Host};
use tairitsu_test_api::docs::{Editor, Network};
use wasmtime::Store;
use wasmtime::component::{HasSelf, Resource};

/// The text of the interfaces as two packages, of which the first has a world.
#[test]
fn the_fixture_is_what_the_traits_emit() {
    let editor = Editor.wit();
    let (docs, net) = editor.split_once("\npackage test:net").unwrap();
    assert!(net.contains("resource connection"));
    let world = "\nworld docs-guest {\n  import test:net/network@1.0.0;\n  export document;\n  export editor;\n}\n";
    raw::hold("docs/docs.wit", &format!("{docs}{world}"));
    raw::hold("docs/deps/net.wit", &Network.wit());
}

mod bindings {
    #![allow(missing_docs, unreachable_pub)]
    wasmtime::component::bindgen!({
        path: "fixtures/docs",
        world: "docs-guest",
        with: { "test:net/connection.connection": super::Line },
    });
}

use bindings::exports::test::docs::editor::Shelved;
use bindings::test::net::{connection, network};

#[allow(unreachable_pub, reason = "the bindings re-export it")]
pub struct Line {
    address: String,
    sent: u32,
}

/// A store with the host's lines.
type Lines = Host<()>;

impl Lines {
    fn line(&mut self, address: String) -> Resource<Line> {
        self.table.push(Line { address, sent: 0 }).unwrap()
    }
}

impl connection::Host for Lines {}

impl connection::HostConnection for Lines {
    fn new(&mut self, address: String) -> Resource<Line> {
        self.line(address)
    }

    fn open(&mut self, address: String) -> Result<Resource<Line>, String> {
        if address.is_empty() { Err("no address".into()) } else { Ok(self.line(address)) }
    }

    fn send(&mut self, line: Resource<Line>, text: String) -> u32 {
        let line = self.table.get_mut(&line).unwrap();
        line.sent += text.len() as u32;
        line.sent
    }

    fn address(&mut self, line: Resource<Line>) -> String {
        self.table.get(&line).unwrap().address.clone()
    }

    fn twin(&mut self, line: Resource<Line>) -> Resource<Line> {
        let address = self.table.get(&line).unwrap().address.clone();
        self.line(address)
    }

    fn same(&mut self, line: Resource<Line>, other: Resource<Line>) -> bool {
        self.table.get(&line).unwrap().address == self.table.get(&other).unwrap().address
    }

    fn drop(&mut self, line: Resource<Line>) -> wasmtime::Result<()> {
        self.table.delete(line)?;
        Ok(())
    }
}

impl network::Host for Lines {
    fn dial(&mut self, address: String) -> Option<Resource<Line>> {
        (!address.is_empty()).then(|| self.line(address))
    }

    fn hang_up(&mut self, lines: Vec<Resource<Line>>) -> u32 {
        let count = lines.len() as u32;
        lines.into_iter().for_each(|line| drop(self.table.delete(line).unwrap()));
        count
    }

    fn ping(&mut self, line: Resource<Line>) -> String {
        format!("{}!", self.table.get(&line).unwrap().address)
    }
}

fn instantiate() -> (Store<Lines>, bindings::DocsGuest) {
    let (mut store, component, linker) = raw::host(DOCS, (), |linker| {
        bindings::DocsGuest::add_to_linker::<_, HasSelf<_>>(linker, |host: &mut Lines| host)
    });
    let guest = bindings::DocsGuest::instantiate(&mut store, &component, &linker).unwrap();
    (store, guest)
}

#[test]
fn the_guests_in_the_hands_of_the_host() {
    let (mut store, guest) = instantiate();
    let documents = guest.test_docs_document().document();
    let letter = documents.call_constructor(&mut store, "letter").unwrap();
    assert_eq!(documents.call_append(&mut store, letter, "one two").unwrap(), 7);
    let parsed = documents.call_parse(&mut store, "note\nmilk ").unwrap().unwrap();
    assert!(documents.call_parse(&mut store, "note").unwrap().is_err());
    documents.call_copy_to(&mut store, letter, parsed).unwrap();
    assert_eq!(documents.call_contents(&mut store, parsed).unwrap(), "milk one two");
    let lines = documents.call_lines(&mut store, letter).unwrap();
    assert_eq!(documents.call_title(&mut store, lines[0]).unwrap(), "one two");

    let editor = guest.test_docs_editor();
    assert_eq!(editor.call_words(&mut store, letter).unwrap(), 2);
    let joined = editor.call_join(&mut store, letter, parsed).unwrap();
    assert_eq!(documents.call_contents(&mut store, joined).unwrap(), "one twomilk one two");
    let shelved = [Shelved { place: 1, document: Some(joined) }, Shelved { place: 2, document: None }];
    let shelved = editor.call_shelve(&mut store, &shelved).unwrap();
    assert_eq!(shelved.iter().map(|shelved| shelved.place).collect::<Vec<_>>(), [2, 1]);
    assert_eq!(documents.call_alive(&mut store).unwrap(), 2);
    lines[0].resource_drop(&mut store).unwrap();
    shelved[1].document.unwrap().resource_drop(&mut store).unwrap();
    assert_eq!(documents.call_alive(&mut store).unwrap(), 0);
    assert_eq!(editor.call_dropped(&mut store).unwrap(), ["note", "one two", "letter"]);
}

#[test]
fn the_hosts_in_the_hands_of_the_guest() {
    let (mut store, guest) = instantiate();
    let editor = guest.test_docs_editor();
    let answers = editor.call_call(&mut store, "ada:1", "hello").unwrap().unwrap();
    assert_eq!(answers, [5, 5, 5, 10, 1, 6]);
    assert!(editor.call_call(&mut store, "", "hello").unwrap().is_err());
    let addresses = ["a".to_string(), String::new(), "b".to_string()];
    assert_eq!(editor.call_dial(&mut store, &addresses).unwrap(), 2);
    assert!(store.data().table.is_empty());

    let line = store.data_mut().line("grace:2".into());
    assert_eq!(editor.call_send(&mut store, Resource::new_borrow(line.rep()), "four").unwrap(), 4);
    let passed = editor.call_pass(&mut store, line).unwrap();
    assert_eq!(store.data().table.get(&passed).unwrap().sent, 4);
    editor.call_hold(&mut store, 3).unwrap();
    assert_eq!(store.data_mut().table.iter_mut().count(), 4);
}

/// The same as `super::a_million`, on this host.
pub(super) fn a_million() {
    let (mut store, guest) = instantiate();
    let (documents, editor) = (guest.test_docs_document().document(), guest.test_docs_editor());
    let memory = |store: &mut Store<Lines>, count: u32| {
        for _ in 0..count {
            let document =
                documents.call_constructor(&mut *store, "a title that is longer than any small string").unwrap();
            document.resource_drop(&mut *store).unwrap();
        }
        assert_eq!(documents.call_alive(&mut *store).unwrap(), 0);
        let addresses = vec![String::from("an address that is longer than any small string"); 100];
        for _ in 0..count / 100 {
            assert_eq!(editor.call_dial(&mut *store, &addresses).unwrap(), 100);
        }
        assert!(store.data().table.is_empty());
    };
    memory(&mut store, 10_000);
    let before = crate::crowd::resident();
    memory(&mut store, 1_000_000);
    let after = crate::crowd::resident();
    // The guest's memory is part of the resident memory too.
    if let (Some(before), Some(after)) = (before, after) {
        assert!(after < before + 8, "{before} MiB before, {after} after");
    }
}
