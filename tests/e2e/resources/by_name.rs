//! Handles in calls by name.

use super::{GUESTS, builder, spawn};
use tairitsu::{BadHandle, CallError, Container, Own, Value};
use tairitsu_test_api::docs::{Document, Editor};

fn call(container: &mut Container, name: &str, args: &[Value]) -> Value {
    container.call(name, args).unwrap().unwrap()
}

fn bad(result: Result<Option<Value>, CallError>) -> BadHandle {
    match result {
        Err(CallError::Handle { reason, .. }) => reason,
        other => panic!("{other:?}"),
    }
}

#[test]
fn handles_are_kept_lent_and_given() {
    for guest in GUESTS {
        let mut docs = spawn(guest);
        let letter = call(&mut docs, "[constructor]document", &["letter".into()]);
        let Value::Handle(handle) = &letter else { panic!("{letter:?}") };
        assert_eq!(handle.resource().map(|resource| &*resource.name), Some("document"));
        assert_eq!(call(&mut docs, "document.append", &[letter.clone(), "one two".into()]), Value::U32(7));
        assert_eq!(call(&mut docs, "words", std::slice::from_ref(&letter)), Value::U32(2));
        // The same handle is lent twice in one call.
        assert_eq!(docs.call("copy-to", &[letter.clone(), letter.clone()]).unwrap(), None);
        assert_eq!(call(&mut docs, "contents", std::slice::from_ref(&letter)), "one twoone two".into());

        // In an option in a record in a list.
        let shelved = |place: u32, document: Value| Value::record([("place", place.into()), ("document", document)]);
        let list = vec![shelved(1, Value::none()), shelved(2, Value::some(letter))];
        let Value::List(back) = call(&mut docs, "shelve", &[list.into()]) else { panic!() };
        let Value::Record(fields) = &back[0] else { panic!() };
        let Some(Value::Option(Some(letter))) = fields.get("document") else { panic!("{fields:?}") };
        let letter = (**letter).clone();
        drop(back);

        let other = call(&mut docs, "open", &["other".into()]);
        let joined = call(&mut docs, "join", &[letter.clone(), other.clone()]);
        assert_eq!(bad(docs.call("words", &[letter])), BadHandle::Gone);
        assert_eq!(bad(docs.call("words", &[other])), BadHandle::Gone);
        assert_eq!(call(&mut docs, "alive", &[]), Value::U32(1));
        drop(joined);
        docs.drop_resources().unwrap();
        assert_eq!(call(&mut docs, "alive", &[]), Value::U32(0));
        assert!(docs.stop().is_empty());
    }
}

/// A bad handle is an error of the caller. The guest is not called, and goes on.
#[test]
fn bad_handles() {
    let mut docs = spawn("docs");
    let one = call(&mut docs, "open", &["one".into()]);
    // The same handle is given and lent in one call, and given twice.
    assert_eq!(bad(docs.call("join", &[one.clone(), one.clone()])), BadHandle::Gone);
    let mut other = spawn("docs");
    assert_eq!(bad(other.call("words", std::slice::from_ref(&one))), BadHandle::OfAnother);
    let error = docs.call("send", &[one.clone(), "text".into()]).unwrap_err();
    assert!(matches!(error, CallError::Handle { reason: BadHandle::OfAnotherResource, .. }), "{error:?}");
    assert_eq!(
        error.to_string(),
        "`test:docs/editor@1.0.0#send` was not called: expected a `connection` of its container's, found a handle to \
         another resource"
    );
    assert!(matches!(docs.call("words", &["one".into()]), Err(CallError::Value { .. })));
    assert_eq!(call(&mut docs, "words", std::slice::from_ref(&one)), Value::U32(0));
    docs.restart().unwrap();
    assert_eq!(bad(docs.call("words", &[one])), BadHandle::Ended);
}

/// A handle is the same with a type and without.
#[test]
fn handles_of_rust() {
    let mut docs = builder("docs").build().unwrap();
    let typed = docs.guest(Document).unwrap().new("typed").unwrap();
    let value = Value::from_rust(&typed).unwrap();
    assert_eq!(call(&mut docs, "title", std::slice::from_ref(&value)), "typed".into());
    let again: Own<dyn Document> = value.to_rust().unwrap();
    assert_eq!(docs.guest(Editor).unwrap().words(&again).unwrap(), 0);
    docs.guest(Editor).unwrap().keep(Some(again)).unwrap();
    assert_eq!(bad(docs.call("words", std::slice::from_ref(&value))), BadHandle::Gone);
    assert!(matches!(docs.guest(Editor).unwrap().words(&typed), Err(CallError::Handle { .. })));

    let made = call(&mut docs, "open", &["made".into()]);
    let document: Own<dyn Document> = made.to_rust().unwrap();
    assert_eq!(docs.guest(Document).unwrap().title(&document).unwrap(), "made");
    let wrong = made.to_rust::<Own<dyn tairitsu_test_api::docs::Connection>>();
    assert!(wrong.unwrap_err().to_string().contains("connection"));
}
