//! The gateway's secret: who knows it, what others are told, and how often they may guess.

use std::time::Duration;

use provoke::gateway::auth::{self, Reason, Refused};
use provoke::gateway::handshake::{ATTEMPTS_MAX, Attempts, Caller, Client, Kind};
use provoke::moment::Moment;
use serde_json::{Value, json};

use super::door::hold;
use super::stage::{credentials, settings, upgrade, values};

fn reason(word: &str) -> Option<Reason> {
    let known = [
        Reason::TokenMissing,
        Reason::TokenMissingConfig,
        Reason::TokenMismatch,
        Reason::PasswordMissing,
        Reason::PasswordMissingConfig,
        Reason::PasswordMismatch,
        Reason::DeviceTokenMismatch,
        Reason::BootstrapTokenInvalid,
        Reason::RateLimited,
        Reason::TailscaleUserMissing,
        Reason::TailscaleProxyMissing,
        Reason::TailscaleWhoisFailed,
        Reason::TailscaleUserMismatch,
    ];
    let found = known.into_iter().find(|reason| reason.words().0 == word);
    (word != "-").then(|| found.unwrap_or_else(|| Reason::Other(word.to_owned())))
}

#[test]
fn every_refusal_has_its_words() {
    hold("auth/refusals.txt", |ask| {
        let [word, mode, sent, client, device] = ask.split(' ').collect::<Vec<_>>()[..] else {
            panic!("five words: {ask}")
        };
        let config = match mode {
            "token" => json!({"auth": {"token": "sesame"}}),
            "password" => json!({"auth": {"password": "sesame"}}),
            _ => json!({"auth": {"addresses": ["192.0.2.1"]}}),
        };
        let keys = sent.split('+').map(|sent| match sent {
            "device" => "deviceToken",
            "bootstrap" => "bootstrapToken",
            other => other,
        });
        let sent: Value = keys.filter(|key| *key != "none").map(|key| (key.to_owned(), json!("x"))).collect();
        let (id, kind) = client.split_once('/').expect("an id and a mode");
        let client = Client { id: id.to_owned(), mode: kind.to_owned(), ..Client::default() };
        let (settings, sent) = (settings(&config), credentials(&sent));
        let who = Refused { mode: &settings.auth, sent: &sent, client: &client, has_device: device == "yes" };
        let refusal = auth::refusal(reason(word).as_ref(), &who);
        assert_eq!(refusal.to_json()["code"], "INVALID_REQUEST");
        let details = refusal.details.expect("it says more to machines");
        assert_eq!(details.get("authReason").and_then(Value::as_str).unwrap_or("-"), word);
        let words = ["code", "recommendedNextStep", "canRetryWithDeviceToken"];
        let words = words.map(|key| details[key].to_string().replace('"', ""));
        vec![words.join(" "), refusal.message]
    });
}

#[test]
fn who_knows_the_secret() {
    hold("auth/known.txt", |ask| {
        let [config, sent, socket] = &values(ask)[..] else { panic!("three values: {ask}") };
        let known = auth::evaluate(&settings(config).auth, &upgrade(socket), &credentials(sent));
        vec![match known {
            Ok(known) => known.word().to_owned(),
            Err(reason) => reason.words().0.to_owned(),
        }]
    });
}

#[test]
fn a_generation_belongs_to_mode_and_secret() {
    let of = |config: Value| auth::generation(&settings(&config).auth);
    let token = of(json!({"auth": {"token": "sesame"}})).expect("there is a secret");
    assert_eq!(token.len(), 43);
    // SHA-256 of `token`, a zero byte, `sesame`.
    assert_eq!(token, "89SXoySLUi40Mv4N3ASnQjWI3SPF_EBONIwauKl6Hac");
    assert_ne!(Some(&token), of(json!({"auth": {"password": "sesame"}})).as_ref());
    assert_ne!(Some(&token), of(json!({"auth": {"token": "sesame "}})).as_ref());
    assert_eq!(of(json!({"auth": {"token": " "}})), None);
    assert_eq!(of(json!({"auth": "none"})), None);
    assert_eq!(of(json!({"auth": {"addresses": ["192.0.2.1"]}})), None);
}

fn caller(socket: &Value, config: &Value) -> Caller {
    Caller::of(&upgrade(socket), &settings(config))
}

const fn at(seconds: u64) -> Moment {
    Moment::from_millis(seconds * 1000)
}

#[test]
fn who_guesses_too_often_is_locked_out_for_a_while() {
    let mut attempts = Attempts::default();
    let far = caller(&json!({"peer": "192.0.2.7"}), &json!({"limit": 3}));
    for second in 0..3 {
        assert_eq!(attempts.locked(&far, Kind::SharedSecret, at(second)), None);
        attempts.failed(&far, Kind::SharedSecret, at(second));
    }
    let left = |attempts: &Attempts, second| attempts.locked(&far, Kind::SharedSecret, at(second));
    assert_eq!(left(&attempts, 2), Some(Duration::from_secs(300)));
    attempts.failed(&far, Kind::SharedSecret, at(200));
    assert_eq!(left(&attempts, 301), Some(Duration::from_secs(1)), "a lock is not prolonged");
    assert_eq!(left(&attempts, 302), None);
    attempts.failed(&far, Kind::SharedSecret, at(303));
    assert_eq!(left(&attempts, 303), None, "after the lock it counts anew");
    assert_eq!(attempts.locked(&far, Kind::DeviceToken, at(100)), None, "each kind for itself");
    let six = |ip: &str| caller(&json!({"peer": ip}), &json!({"limit": 3}));
    assert_eq!(six("2001:db8:0:1::1"), six("2001:db8:0:1:ffff::2"), "one host has them all");
    assert_ne!(six("2001:db8:0:1::1"), six("2001:db8:0:2::1"));
    let other = caller(&json!({"peer": "192.0.2.8"}), &json!({"limit": 3}));
    assert_eq!(attempts.locked(&other, Kind::SharedSecret, at(100)), None);
}

#[test]
fn failures_outside_the_window_and_before_a_success_do_not_count() {
    let mut attempts = Attempts::default();
    let far = caller(&json!({"peer": "192.0.2.7"}), &json!({"limit": 3}));
    for second in [0, 1, 60, 61] {
        attempts.failed(&far, Kind::SharedSecret, at(second));
        assert_eq!(attempts.locked(&far, Kind::SharedSecret, at(second)), None, "{second}");
    }
    attempts.succeeded(&far, Kind::SharedSecret);
    attempts.failed(&far, Kind::SharedSecret, at(62));
    assert_eq!(attempts.locked(&far, Kind::SharedSecret, at(62)), None);
    attempts.device_token(&far, false, at(63));
    attempts.device_token(&far, false, at(63));
    attempts.device_token(&far, false, at(63));
    assert!(attempts.locked(&far, Kind::DeviceToken, at(64)).is_some());
    attempts.device_token(&far, true, at(64));
    assert!(attempts.is_empty(), "a device token that holds clears both counts");
}

#[test]
fn only_browsers_are_limited_where_nothing_is_configured() {
    let page = json!({"headers": {"origin": "http://localhost:3000"}});
    let others = json!({"headers": {"origin": "http://localhost:4000"}});
    for (socket, config, limited) in [
        (json!({}), json!({}), false),
        (json!({"peer": "192.0.2.7"}), json!({}), false),
        (json!({}), json!({"limit": 10}), false),
        (json!({"peer": "::ffff:127.0.0.1"}), json!({"limit": 10}), false),
        (json!({"peer": "192.0.2.7"}), json!({"limit": 10}), true),
        (json!({"peer": ""}), json!({"limit": 10}), true),
        (page.clone(), json!({}), true),
        (page.clone(), json!({"limit": 10}), true),
        (json!({"headers": {"origin": " "}}), json!({}), false),
        (json!({"headers": {"origin": "null"}}), json!({}), true),
    ] {
        let mut attempts = Attempts::default();
        let caller = caller(&socket, &config);
        for _ in 0..10 {
            attempts.failed(&caller, Kind::SharedSecret, at(0));
        }
        let locked = attempts.locked(&caller, Kind::SharedSecret, at(1)).is_some();
        assert_eq!(locked, limited, "{socket} {config}");
        let other = Caller::of(&upgrade(&others), &settings(&config));
        assert_eq!(attempts.locked(&other, Kind::SharedSecret, at(1)), None, "{socket} {config}");
    }
}

#[test]
fn what_is_remembered_is_bounded() {
    let mut attempts = Attempts::default();
    let config = json!({"limit": 1});
    for number in 0..ATTEMPTS_MAX as u64 + 10 {
        let [_, _, high, low] = u32::try_from(number).expect("small").to_be_bytes();
        let far = caller(&json!({"peer": format!("10.9.{high}.{low}")}), &config);
        attempts.failed(&far, Kind::SharedSecret, at(number));
    }
    assert_eq!(attempts.len(), ATTEMPTS_MAX);
    let first = caller(&json!({"peer": "10.9.0.0"}), &config);
    assert_eq!(attempts.locked(&first, Kind::SharedSecret, at(0)), None, "the oldest went");
}

#[test]
fn secrets_are_compared_whole() {
    for (left, right, same) in
        [("", "", true), ("a", "a", true), ("a", "b", false), ("a", "a\0", false), ("aa", "a", false)]
    {
        assert_eq!(auth::equal(left, right), same, "{left:?} {right:?}");
    }
}
