//! A gateway whose wall clock is set while it runs: a day forward, a day back, to 1970, to 2100.
//!
//! `PROVOKE_FAKETIME` names libfaketime; without it the cases `50-*` of the pairing book and
//! `a_wall_clock_that_steps_moves_no_deadline` tell the machines the same.
#![expect(clippy::disallowed_methods, reason = "it sets the clock of a process by a file")]

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::guest::{self, Ask, Guest, Key, SIX, now_ms};
use super::subject::{Make, Subject, TOKEN, WallClock};

/// How soon the book is told of a step.
const NOTICED: Duration = Duration::from_secs(5);

const DAY: i64 = 24 * 3600;

/// 2100-01-01, in seconds since 1970.
const Y2100: i64 = 4_102_444_800;

/// Sets the clock, by so many seconds off the real one.
fn set(file: &Path, offset: i64) {
    let beside = file.with_extension("new");
    std::fs::write(&beside, format!("{offset:+}\n")).expect("a file");
    std::fs::rename(&beside, file).expect("a file");
}

/// The wall clock of the gateway, in milliseconds.
fn wall(offset: i64) -> u64 {
    now_ms().saturating_add_signed(offset * 1000)
}

/// When the only request was last asked, as the gateway tells it.
async fn asked(guest: &mut Guest) -> Option<u64> {
    let list = guest.call("device.pair.list", json!({})).await.expect("a list");
    list["pending"][0]["ts"].as_u64()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_clock_that_is_set_moves_nothing_but_the_date() {
    let named = std::env::var_os("PROVOKE_FAKETIME").map(PathBuf::from);
    let Some(library) = named.filter(|path| path.is_file()) else {
        eprintln!("skipped: a_clock_that_is_set: PROVOKE_FAKETIME does not name libfaketime");
        return;
    };
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("clock");
    set(&file, 0);
    let subject = Subject::start(&Make::Dated(WallClock { library, file: file.clone() }));
    let mut admin = guest::connect(subject.port, &Ask::cli(&Key::named("admin"), TOKEN, &SIX)).await.guest();
    let far = Ask::cli(&Key::named("far"), TOKEN, &["operator.read"]).header("x-forwarded-for", "192.0.2.7");
    let began = now_ms();
    let error = guest::connect(subject.port, &far).await.refusal();
    let id = error["details"]["requestId"].as_str().expect("an id").to_owned();
    let today = i64::try_from(began / 1000).expect("fits");
    for offset in [DAY, -DAY, 1000 - today, Y2100 - today, 0] {
        set(&file, offset);
        let since = Instant::now();
        // The request is as old as it was, by the new clock.
        loop {
            let age = asked(&mut admin).await.map(|ts| wall(offset).abs_diff(ts));
            let age = Duration::from_millis(age.expect("it has not ended"));
            if age.abs_diff(Duration::from_millis(now_ms() - began)) < Duration::from_secs(3) {
                break;
            }
            assert!(since.elapsed() < NOTICED, "{offset}: it is {age:?} old");
        }
        // A signature is of the time that the gateway has now.
        let ask =
            Ask::cli(&Key::named("signer"), TOKEN, &["operator.read"]).client("gateway-client", "backend");
        let late = guest::connect_with(subject.port, &ask, |nonce| ask.params(nonce, wall(offset) - 300_000));
        assert_eq!(late.await.refusal()["message"], "device signature expired", "{offset}");
        let met = guest::connect_with(subject.port, &ask, |nonce| ask.params(nonce, wall(offset))).await;
        let _signer = met.guest();
        let present = admin.call("system-presence", json!({})).await.expect("a list").to_string();
        assert!(present.contains(&Key::named("signer").id()), "{offset}: {present}");
    }
    // One that was said before is of another time.
    let mut tick = admin.event("tick").await;
    while tick["ts"].as_u64().expect("a moment").abs_diff(now_ms()) > 60_000 {
        tick = admin.event("tick").await;
    }
    let approved = admin.call("device.pair.approve", json!({"requestId": id})).await;
    assert_eq!(approved.expect("it lives")["requestId"], Value::from(id));
    let logs = subject.state().parent().expect("a home").join("openclaw");
    let logs = logs.read_dir().expect("a folder").count();
    assert!(logs == 5, "a log for each day: {logs}");
}
