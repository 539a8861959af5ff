//! Another process that approves in the files what it read of them a moment ago, while the gateway went on.

use serde_json::json;

use super::foreign::{Gateway, approved, write};

/// Writes what another process made of the files.
fn put(gateway: &Gateway, (pending, paired): &(serde_json::Value, serde_json::Value)) {
    write(gateway.dir.path(), "pending.json", pending);
    write(gateway.dir.path(), "paired.json", paired);
}

#[test]
fn a_writer_who_did_not_know_a_record_does_not_narrow_it() {
    let mut gateway = Gateway::start();
    gateway.step("connect D operator.read from=remote");
    let written = approved(gateway.dir.path(), &gateway.asked("operator.read"), gateway.now + 150);
    assert!(gateway.says("connect D six").starts_with("admitted"));
    put(&gateway, &written);
    assert!(gateway.says("connect D operator.read from=remote").starts_with("admitted"));
    assert!(gateway.says("connect D six from=remote").starts_with("admitted"), "the first contact is lost");
}

#[test]
fn a_request_that_was_decided_does_not_come_back() {
    for verdict in ["approve", "reject"] {
        let mut gateway = Gateway::start();
        gateway.step("connect D operator.read from=remote");
        gateway.step("connect E operator.write from=remote");
        let written = approved(gateway.dir.path(), &gateway.asked("operator.read"), gateway.now + 150);
        let id = gateway.asked("operator.write");
        gateway.step(&format!("{verdict} {id}"));
        put(&gateway, &written);
        assert!(gateway.says("connect D operator.read from=remote").starts_with("admitted"));
        let list = super::stores::list(&mut gateway.store, gateway.now);
        assert_eq!(list["pending"], json!([]), "after {verdict}");
        assert!(gateway.says(&format!("approve {id}")).contains("unknown requestId"), "after {verdict}");
    }
}

#[test]
fn a_request_that_the_writer_never_saw_is_not_approved_by_a_record_that_had_it_all() {
    let mut gateway = Gateway::start();
    gateway.step("connect D six");
    gateway.step("connect D operator.read platform=darwin");
    let written = approved(gateway.dir.path(), &gateway.request_of("D"), gateway.now + 150);
    gateway.step("remove D");
    assert!(gateway.says("connect D operator.approvals from=remote").starts_with("NOT_PAIRED"));
    put(&gateway, &written);
    let said = gateway.says("connect D operator.approvals platform=darwin from=remote");
    assert!(said.starts_with("NOT_PAIRED"), "{said}");
}
