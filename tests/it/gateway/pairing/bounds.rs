//! Everything in the book is bounded, and what happens at the bound is the safe thing.

use std::collections::BTreeMap;

use provoke::gateway::pairing::{
    Answer, Book, DEVICES_MAX, Device, EPOCHS_MAX, Policy, REQUESTS_MAX, ServerKey, Step, TOMBSTONES_MAX,
    Tombstone,
};

use super::script::{DAWN_MS, Names, chance, claim, device_id};

fn step(book: &mut Book, names: &mut Names, number: u64, text: &str) -> Step {
    book.handle(
        DAWN_MS + number,
        chance(number),
        &ServerKey([7; 32]),
        &Policy::default(),
        &names.command(text),
    )
}

fn says(book: &mut Book, number: u64, text: &str) -> String {
    let mut names = Names::default();
    let step = step(book, &mut names, number, text);
    names.tell(&step).remove(0)
}

#[test]
fn no_more_devices_than_fit() {
    let device = |number: usize| Device { claim: claim(&format!("X{number}")), ..Device::default() };
    let devices = (0..DEVICES_MAX).map(device).map(|device| (device.claim.device_id.clone(), device));
    let mut book = Book { devices: devices.collect(), ..Book::default() };
    let before = book.clone();
    assert!(says(&mut book, 1, "connect D six").starts_with("UNAVAILABLE 10000 devices are paired"));
    assert_eq!(book, before);
    assert!(says(&mut book, 2, "connect D six from=remote").starts_with("NOT_PAIRED"));
    let id = book.requests.keys().next().expect("it asks").clone();
    assert!(says(&mut book, 3, &format!("approve {id}")).starts_with("UNAVAILABLE"));
    assert!(book.requests.contains_key(&id), "a refused approval may be tried again");
    book.devices.remove(&device_id("X1"));
    assert!(says(&mut book, 4, &format!("approve {id}")).starts_with('{'));
}

#[test]
fn no_more_requests_than_fit() {
    let mut book = Book::default();
    for number in 0..REQUESTS_MAX as u64 {
        says(&mut book, number, &format!("connect D{number} from=remote"));
    }
    assert_eq!(book.requests.len(), REQUESTS_MAX);
    let before = book.clone();
    let mut names = Names::default();
    let refused = step(&mut book, &mut names, 2000, "connect E from=remote");
    let Answer::Refused(refusal) = refused.answer else { panic!() };
    let details = refusal.details.expect("it says why");
    assert_eq!(details, serde_json::json!({"code": "PAIRING_REQUIRED", "reason": "not-paired"}));
    assert_eq!(book, before);
    assert!(
        says(&mut book, 3000, "connect D7 from=remote").ends_with("R1"),
        "who asked before, keeps its id"
    );
}

#[test]
fn a_forgotten_tombstone_lets_nobody_in_silently() {
    let dead = |number: usize| {
        let tombstone = Tombstone { at_ms: DAWN_MS + number as u64, whole: true, roles: Vec::new() };
        (device_id(&format!("X{number}")), tombstone)
    };
    let mut book = Book { tombstones: (0..TOMBSTONES_MAX).map(dead).collect(), ..Book::default() };
    assert!(says(&mut book, 1, "connect D six").starts_with("admitted"));
    let mut names = Names::default();
    let removed = step(&mut book, &mut names, 100_000, "remove D");
    assert!(removed.log.iter().any(|line| line.message.contains("no unknown device is let in silently")));
    assert_eq!(book.tombstones.len(), TOMBSTONES_MAX);
    assert!(!book.tombstones.contains_key(&device_id("X0")), "the oldest goes");
    for forgotten in ["X0", "E"] {
        assert!(says(&mut book, 100_001, &format!("connect {forgotten} six")).starts_with("NOT_PAIRED"));
    }
}

#[test]
fn a_forgotten_epoch_is_never_used_again() {
    let gone =
        |number: usize| (device_id(&format!("X{number}")), BTreeMap::from([("operator".to_owned(), 5)]));
    let mut book = Book { epochs: (0..EPOCHS_MAX).map(gone).collect(), ..Book::default() };
    let known: Vec<String> = book.epochs.keys().cloned().collect();
    assert!(says(&mut book, 1, "connect D six").starts_with("admitted"));
    assert_eq!((book.epochs.len(), book.epoch_floor), (EPOCHS_MAX, 5));
    let forgotten = known.iter().find(|id| !book.epochs.contains_key(*id)).expect("one is forgotten").clone();
    let name = (0..EPOCHS_MAX).map(|number| format!("X{number}")).find(|name| device_id(name) == forgotten);
    assert!(
        says(&mut book, 2, &format!("connect {} six", name.expect("it has a name"))).starts_with("admitted")
    );
    assert_eq!(book.epochs[&forgotten]["operator"], 6);
}
