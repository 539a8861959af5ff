//! What another process changes in OpenClaw's files, and what becomes of it.

use provoke::gateway::clock::Leap;
use provoke::gateway::fresh::Fresh;
use provoke::gateway::pairing::image::AtRest;
use provoke::gateway::pairing::{Answer, Command, Store, hash_of};
use provoke::io::gateway::store::Options;
use serde_json::{Value, json};

use super::foreign::{ASK, Gateway, approved, read, write};
use super::script::{DAWN_MS, claim, device_id};

/// A record as OpenClaw writes it.
fn record(name: &str, scopes: &[&str], token: &str) -> Value {
    json!({
        "deviceId": device_id(name), "publicKey": claim(name).public_key, "platform": "linux", "clientId": "cli",
        "clientMode": "cli", "role": "operator", "roles": ["operator"], "scopes": scopes, "approvedScopes": scopes,
        "tokens": {"operator": {"token": token, "role": "operator", "scopes": scopes, "createdAtMs": 1}},
        "createdAtMs": 1, "approvedAtMs": 1, "colour": {"of": ["the", "sky"]},
    })
}

#[test]
fn a_device_that_somebody_adds_is_taken_as_it_stands() {
    let mut gateway = Gateway::start();
    gateway.step("connect D operator.read");
    gateway.edit("paired.json", |file| file[device_id("E")] = record("E", &["operator.write"], "plain"));
    gateway.names.device("E");
    assert!(
        gateway
            .says("connect E operator.read proof=no deviceToken=plain")
            .starts_with("admitted device-token")
    );
    assert!(gateway.says("connect E operator.read from=remote").starts_with("admitted token"));
    let Answer::Admitted { auth: Some(auth), .. } = gateway.step("connect E operator.read").answer else {
        panic!()
    };
    assert_eq!(auth["deviceToken"], "plain", "a foreign token is handed out as it stands");
    assert!(gateway.says("connect E operator.admin").starts_with("NOT_PAIRED"));
    // What means nothing here is kept, also when the record is written anew.
    gateway.step("rotate E");
    let file = read(gateway.dir.path(), "paired.json");
    assert_eq!(file[device_id("E")]["colour"]["of"][1], "sky");
    assert_ne!(file[device_id("E")]["tokens"]["operator"]["token"], "plain");
    assert!(
        gateway.says("connect E operator.read proof=no deviceToken=plain").starts_with("INVALID_REQUEST")
    );
    let listed = super::stores::list(&mut gateway.store, gateway.now).to_string();
    assert!(!listed.contains("sky") && !listed.contains("plain"), "{listed}");
}

#[test]
fn a_widened_record_counts_at_the_start_alone() {
    let mut gateway = Gateway::start();
    gateway.step("connect D operator.read");
    let widen = |file: &mut Value| {
        for field in ["scopes", "approvedScopes"] {
            file[device_id("D")][field] = json!(["operator.read", "operator.admin"]);
        }
        file[device_id("D")]["approvedAtMs"] = json!(5);
    };
    gateway.edit("paired.json", widen);
    let told = gateway.tell("connect D operator.admin");
    assert!(told[0].starts_with("NOT_PAIRED"), "{told:#?}");
    assert!(
        told.iter().any(|line| line.contains("widened by another process without an approval")),
        "{told:#?}"
    );
    assert_eq!(read(gateway.dir.path(), "paired.json")[device_id("D")]["scopes"], json!(["operator.read"]));
    // A tool that looks in takes nothing either; the gateway that starts does.
    gateway.edit("paired.json", widen);
    gateway.restart(Options { starts: false, ..ASK });
    assert!(gateway.says("connect D operator.admin").starts_with("NOT_PAIRED"));
    gateway.edit("paired.json", widen);
    gateway.restart(ASK);
    assert!(gateway.says("connect D operator.admin").starts_with("admitted"));
}

#[test]
fn what_others_take_away_is_taken_away() {
    let mut gateway = Gateway::start();
    gateway.step("connect D operator.read operator.write");
    gateway.step("connect E six");
    gateway.step("connect F six");
    gateway.now += 31_000;
    gateway.edit("paired.json", |file| {
        let record = &mut file[device_id("D")];
        (record["scopes"], record["approvedScopes"]) = (json!(["operator.read"]), json!(["operator.read"]));
        file[device_id("E")]["tokens"]["operator"]["revokedAtMs"] = json!(77);
        file.as_object_mut().expect("an object").shift_remove(&device_id("F"));
    });
    let told = gateway.tell("connect D operator.write");
    assert!(told[0].starts_with("NOT_PAIRED"), "{told:#?}");
    assert!(
        told.contains(&"drop F *".to_owned()) && told.contains(&"drop E operator".to_owned()),
        "{told:#?}"
    );
    assert!(gateway.says("connect D operator.read").starts_with("admitted"));
    assert!(gateway.says("connect E six").starts_with("NOT_PAIRED"), "revoked stays revoked");
    gateway
        .edit("paired.json", |file| file[device_id("E")]["tokens"]["operator"]["revokedAtMs"] = json!(null));
    assert!(gateway.says("connect E six").starts_with("NOT_PAIRED"), "also where somebody takes it back");
    // Deleted by hand, a device comes back when somebody approves it, and not before.
    assert!(gateway.says("connect F operator.read").starts_with("NOT_PAIRED"));
    let (pending, paired) = approved(gateway.dir.path(), &gateway.request_of("F"), gateway.now);
    write(gateway.dir.path(), "pending.json", &pending);
    write(gateway.dir.path(), "paired.json", &paired);
    assert!(gateway.says("connect F operator.read").starts_with("admitted"));
}

#[test]
fn a_device_that_an_old_state_lacks_may_come_again() {
    let mut gateway = Gateway::start();
    gateway.step("connect D six");
    let without = read(gateway.dir.path(), "paired.json");
    gateway.step("connect E six");
    // Whoever writes this may have read a state before E came, and changed D in it.
    let mut theirs = without;
    theirs[device_id("D")]["displayName"] = json!("x");
    for _ in 0..12 {
        gateway.step("revoke D");
        gateway.step("rotate D");
    }
    write(gateway.dir.path(), "paired.json", &theirs);
    assert!(gateway.says("connect E six").starts_with("admitted"));
}

#[test]
fn a_step_of_the_clock_makes_no_state_old() {
    for to_ms in [DAWN_MS + 3_600_000, DAWN_MS - 3_600_000] {
        let mut gateway = Gateway::start();
        gateway.step("connect D six");
        let mut theirs = read(gateway.dir.path(), "paired.json");
        gateway.step("connect E six");
        let set = Command::ClockSet(Leap { from_ms: gateway.now, to_ms, base_ms: 0 });
        gateway.store.transact(gateway.now, Fresh::default(), &set);
        gateway.now = to_ms;
        // Whoever writes this read it a moment ago, before E came.
        theirs[device_id("D")]["displayName"] = json!("x");
        write(gateway.dir.path(), "paired.json", &theirs);
        assert!(gateway.says("connect E six").starts_with("admitted"));
    }
}

#[test]
fn a_folder_that_is_taken_away_is_made_again_with_all_that_is_known() {
    let mut gateway = Gateway::start();
    let step = gateway.step("connect D operator.read");
    let Answer::Admitted { auth: Some(auth), .. } = step.answer else { panic!("admitted") };
    let token = auth["deviceToken"].as_str().expect("a token").to_owned();
    gateway.step("connect E six");
    gateway.step("revoke E");
    gateway.step("connect F operator.read from=remote");
    let (state, dir) = (gateway.state(), gateway.dir.path().to_path_buf());
    let id = gateway.request_of("F");
    let away = dir.with_extension("away");
    // With the state folder nothing can be kept, and everybody is told so.
    std::fs::rename(&dir, &away).expect("renamed");
    let told = gateway.tell("connect D operator.read");
    let words = format!("{}: the state folder is gone", dir.display());
    assert!(told[0].starts_with("UNAVAILABLE") && told[0].contains(&words), "{told:#?}");
    assert!(Store::glance(&mut gateway.store, gateway.now).is_none());
    std::fs::rename(&away, &dir).expect("renamed");
    assert_eq!(gateway.state(), state);
    for part in ["", "devices"] {
        let state = gateway.state();
        std::fs::remove_dir_all(dir.join(part)).expect("removed");
        if part.is_empty() {
            assert!(gateway.says("connect D operator.read").starts_with("UNAVAILABLE"));
            std::fs::create_dir(&dir).expect("made");
        }
        let told = gateway.tell("connect D operator.read");
        assert!(told[0].starts_with("admitted"), "{told:#?}");
        assert!(told.iter().any(|line| line.contains("2 paired devices were still known")), "{told:#?}");
        // It is all there for the next process, too: devices, tombstones, tokens and ids.
        gateway.restart(Options { starts: false, ..ASK });
        assert_eq!(gateway.state(), state);
        let by_token = format!("connect D operator.read proof=no deviceToken={token}");
        assert!(gateway.says(&by_token).starts_with("admitted"));
        assert!(gateway.says("connect E six").starts_with("NOT_PAIRED"));
        assert_eq!(gateway.request_of("F"), id);
    }
}

#[test]
#[expect(clippy::disallowed_methods, reason = "a store is files")]
fn files_that_are_deleted_or_emptied_mean_that_nobody_is_paired() {
    for emptied in [false, true] {
        let mut gateway = Gateway::start();
        gateway.step("connect D six");
        // Nobody who writes now can have read an empty file.
        gateway.now += 31_000;
        if emptied {
            write(gateway.dir.path(), "paired.json", &json!({}));
        } else {
            std::fs::remove_file(gateway.dir.path().join("devices/paired.json")).expect("removed");
        }
        let told = gateway.tell("connect D operator.read");
        assert!(told.contains(&"drop D *".to_owned()), "{told:#?}");
        assert_eq!(gateway.state(), ["device D operator operator.read | operator operator.read"]);
    }
}

#[test]
fn what_has_a_tombstone_stays_away() {
    let mut gateway = Gateway::start();
    gateway.step("connect D six");
    gateway.step("connect E six");
    let with_both = read(gateway.dir.path(), "paired.json");
    gateway.step("remove D");
    // A stale write and a backup bring it back.
    write(gateway.dir.path(), "paired.json", &with_both);
    assert!(gateway.says("connect D six").starts_with("NOT_PAIRED"));
    assert_eq!(gateway.state().iter().filter(|line| line.starts_with("device D")).count(), 0);
    write(gateway.dir.path(), "paired.json", &with_both);
    gateway.restart(ASK);
    assert!(gateway.says("connect D six").starts_with("NOT_PAIRED"));
    // An approval through the files, of the request that is shown, lifts it.
    let id = gateway.request_of("D");
    let (pending, paired) = approved(gateway.dir.path(), &id, gateway.now);
    write(gateway.dir.path(), "pending.json", &pending);
    write(gateway.dir.path(), "paired.json", &paired);
    assert!(gateway.says("connect D six").starts_with("admitted"));
    assert!(
        gateway.says(&format!("connect D six proof=no deviceToken=foreign-{id}")).starts_with("admitted")
    );
}

#[test]
fn an_approval_while_nobody_kept_watch_lifts_a_tombstone_too() {
    let mut gateway = Gateway::start();
    gateway.step("connect D operator.read");
    gateway.step("remove D");
    gateway.step("connect D operator.read");
    let (pending, paired) = approved(gateway.dir.path(), &gateway.request_of("D"), gateway.now);
    write(gateway.dir.path(), "pending.json", &pending);
    write(gateway.dir.path(), "paired.json", &paired);
    gateway.restart(ASK);
    assert!(gateway.says("connect D operator.read").starts_with("admitted"));
}

#[test]
fn an_approval_of_a_request_that_others_put_there_proves_nothing() {
    let mut gateway = Gateway::start();
    gateway.step("connect D operator.read");
    let mut ask = record("D", &["operator.admin"], "");
    (ask["requestId"], ask["ts"]) = (json!("X"), json!(gateway.now));
    gateway.edit("pending.json", |file| file["X"] = ask);
    let told = gateway.tell("connect D operator.read");
    assert!(told.iter().any(|line| line.starts_with("event requested")), "it is shown: {told:#?}");
    let (pending, paired) = approved(gateway.dir.path(), "X", gateway.now + 1);
    write(gateway.dir.path(), "paired.json", &paired);
    write(gateway.dir.path(), "pending.json", &pending);
    assert!(gateway.says("connect D operator.admin").starts_with("NOT_PAIRED"));
}

#[test]
fn a_token_that_another_process_rotated_is_accepted() {
    let mut gateway = Gateway::start();
    gateway.step("connect D operator.read");
    gateway.edit("paired.json", |file| file[device_id("D")]["tokens"]["operator"]["token"] = json!("theirs"));
    assert!(gateway.says("connect D operator.read proof=no deviceToken=theirs").starts_with("admitted"));
    gateway.step("revoke D");
    gateway.edit("paired.json", |file| {
        file[device_id("D")]["tokens"]["operator"] =
            json!({"token": "again", "role": "operator", "scopes": ["operator.read"], "createdAtMs": 1});
    });
    assert!(
        gateway.says("connect D operator.read proof=no deviceToken=again").starts_with("INVALID_REQUEST")
    );
    assert!(gateway.says("connect D operator.read").starts_with("NOT_PAIRED"));
}

#[test]
#[expect(clippy::disallowed_methods, reason = "a store is files")]
fn a_lost_sidecar_loses_no_device_and_no_token() {
    let mut gateway = Gateway::start();
    gateway.tell("connect D operator.read");
    gateway.tell("rotate D");
    std::fs::remove_file(gateway.dir.path().join("devices/provoke.json")).expect("removed");
    gateway.restart(ASK);
    assert!(
        gateway
            .says("connect D operator.read proof=no deviceToken=T2")
            .starts_with("admitted device-token T2")
    );
    let stolen = hash_of(&gateway.names.long("T2"));
    assert!(
        gateway
            .says(&format!("connect D operator.read proof=no deviceToken={stolen}"))
            .starts_with("INVALID")
    );
}

#[test]
fn tokens_may_stand_plainly_for_those_who_go_back() {
    let mut gateway = Gateway::start();
    gateway.tell("connect D operator.read");
    gateway.restart(Options { at_rest: AtRest::Plain, ..ASK });
    gateway.tell("connect D operator.read");
    let stands =
        read(gateway.dir.path(), "paired.json")[device_id("D")]["tokens"]["operator"]["token"].clone();
    assert_eq!(stands, gateway.names.long("T1").as_str());
    gateway.restart(ASK);
    assert!(gateway.says("connect D operator.read proof=no deviceToken=T1").starts_with("admitted"));
    let stands =
        read(gateway.dir.path(), "paired.json")[device_id("D")]["tokens"]["operator"]["token"].clone();
    assert_eq!(stands, hash_of(&gateway.names.long("T1")).as_str());
}

#[test]
fn a_bootstrap_token_lets_a_node_in_once() {
    let mut gateway = Gateway::start();
    let profile = json!({"roles": ["node", "operator"], "scopes": ["operator.read", "operator.write"]});
    let known = json!({"token": "setup", "profile": profile, "issuedAtMs": DAWN_MS, "ts": DAWN_MS});
    write(gateway.dir.path(), "bootstrap.json", &json!({"setup": known}));
    let told = gateway.tell("connect N role=node from=remote proof=no bootstrap=setup");
    assert_eq!(told[0], "admitted bootstrap-token T1  T2 operator.read operator.write");
    assert!(
        gateway
            .says("connect M role=node from=remote proof=no bootstrap=setup")
            .starts_with("INVALID_REQUEST")
    );
    assert_eq!(read(gateway.dir.path(), "bootstrap.json"), json!({}));
    // Another device may not use a token that is bound, nor anybody one that is old.
    write(gateway.dir.path(), "bootstrap.json", &json!({"setup": known}));
    gateway.says("connect O operator.read from=remote proof=no bootstrap=setup");
    assert!(
        gateway
            .says("connect P role=node from=remote proof=no bootstrap=setup")
            .starts_with("INVALID_REQUEST")
    );
    gateway.now += 700_000;
    assert!(
        gateway.says("connect O operator.read from=remote proof=no bootstrap=setup").starts_with("INVALID")
    );
}
