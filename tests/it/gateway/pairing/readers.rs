//! The files of the book: what is written is read again as it was, and whatever else stands there
//! breaks nothing.

use std::collections::BTreeMap;

use proptest::prelude::*;
use provoke::gateway::pairing::image::{AtRest, History, Image};
use provoke::gateway::pairing::{Book, Command, Policy, ServerKey};
use provoke::gateway::settings::LocalUpgrade;

use super::any::{Deed, command, deeds};
use super::script::{DAWN_MS, chance};

const KEY: ServerKey = ServerKey([9; 32]);

/// The book that comes of some deeds.
fn book_of(deeds: &[Deed]) -> Book {
    let policy = Policy { local_upgrade: LocalUpgrade::Ask };
    let (mut book, mut now) = (Book::default(), DAWN_MS);
    for (number, deed) in (0u64..).zip(deeds) {
        now += 500;
        let shown: Vec<String> = book.requests.keys().cloned().collect();
        let Some(command) = command(deed, &shown, &BTreeMap::new()) else { continue };
        if !matches!(command, Command::List) {
            book.handle(now, chance(number), &KEY, &policy, &command);
        }
    }
    book
}

/// A text with some bytes of it changed, left out or put in.
fn spoilt(text: &str, edits: &[(usize, u8, u8)]) -> Vec<u8> {
    let mut bytes = text.as_bytes().to_vec();
    for (at, byte, kind) in edits {
        let at = at % bytes.len().max(1);
        match kind % 3 {
            0 if at < bytes.len() => bytes[at] = *byte,
            1 if at < bytes.len() => drop(bytes.remove(at)),
            _ => bytes.insert(at, *byte),
        }
    }
    bytes
}

fn edits() -> impl Strategy<Value = Vec<(usize, u8, u8)>> {
    // Bytes that JSON is made of are the more dangerous ones.
    let byte = prop_oneof![any::<u8>(), prop::sample::select(b"{}[]\",:0123456789-.eutrfnl \\".to_vec())];
    prop::collection::vec((any::<usize>(), byte, any::<u8>()), 1..6)
}

proptest! {
    #![proptest_config(crate::chance::tries(128))]

    #[test]
    fn what_is_written_is_read_again(deeds in deeds(), plain in any::<bool>()) {
        let book = book_of(&deeds);
        let at_rest = if plain { AtRest::Plain } else { AtRest::Hash };
        let text = book.to_sidecar(at_rest);
        prop_assert_eq!(Book::from_sidecar(text.as_bytes()), Ok((book.clone(), at_rest)));
        let face = Image::of(&book, &KEY, at_rest);
        let (paired, pending, bootstrap) = (face.paired_text(), face.pending_text(), face.bootstrap_text());
        let read = Image::read(Some(paired.as_bytes()), Some(pending.as_bytes()), Some(bootstrap.as_bytes()));
        prop_assert_eq!(read, Ok(face.clone()));
        // As rows, from nothing and from any other book.
        let mut again = Book::default();
        for change in book.changes_since(&Book::default()) {
            let row = change.row.expect("nothing is gone from nothing");
            prop_assert_eq!(again.take_row(change.table, change.id, &row), Ok(()));
        }
        prop_assert_eq!(&again, &book);
        prop_assert_eq!(book.changes_since(&again), vec![]);
        // What the book says itself is no change of somebody else's.
        let mut history = History::default();
        history.push(DAWN_MS, &face);
        again.absorb(DAWN_MS, &KEY, &history, &face, false);
        prop_assert_eq!(again, book);
    }

    #[test]
    fn whatever_stands_in_a_file_breaks_nothing(deeds in deeds(), edits in edits(), start in any::<bool>()) {
        let book = book_of(&deeds);
        let face = Image::of(&book, &KEY, AtRest::Hash);
        let mut history = History::default();
        history.push(DAWN_MS, &face);
        let paired = spoilt(&face.paired_text(), &edits);
        let pending = spoilt(&face.pending_text(), &edits);
        let bootstrap = spoilt("{\"t\":{\"token\":\"t\",\"profile\":{\"roles\":[\"node\"]},\"ts\":5}}", &edits);
        let _ = Book::from_sidecar(&spoilt(&book.to_sidecar(AtRest::Hash), &edits));
        for image in [
            Image::read(Some(&paired), None, None),
            Image::read(None, Some(&pending), None),
            Image::read(None, None, Some(&bootstrap)),
        ] {
            match image {
                Err(error) => prop_assert!(error.to_string().contains(".json")),
                Ok(theirs) => {
                    let mut merged = book.clone();
                    merged.absorb(DAWN_MS + 100_000, &KEY, &history, &theirs, start);
                    // A spoilt file widens nobody who is known.
                    for (id, device) in merged.devices.iter().filter(|_| !start) {
                        if let Some(known) = book.devices.get(id) {
                            prop_assert!(device.scopes.iter().all(|scope| known.scopes.contains(scope)));
                        }
                    }
                    for (id, epochs) in &book.epochs {
                        for (role, epoch) in epochs {
                            prop_assert!(merged.epochs[id][role] >= *epoch);
                        }
                    }
                    // And what comes of it can be written and read.
                    let text = merged.to_sidecar(AtRest::Hash);
                    prop_assert_eq!(Book::from_sidecar(text.as_bytes()), Ok((merged, AtRest::Hash)));
                }
            }
        }
    }

    #[test]
    fn bytes_of_any_kind_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = Image::read(Some(&bytes), Some(&bytes), Some(&bytes));
        let _ = Book::from_sidecar(&bytes);
    }
}
