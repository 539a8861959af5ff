//! `connect`: every check in its order, with its words.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use proptest::prelude::*;
use provoke::gateway::handshake::{self, Attempts, Outcome};
use provoke::gateway::identity::{self, Signed};
use provoke::gateway::pairing::{Connect, Proof};
use provoke::moment::Moment;
use serde_json::{Value, json};

use super::caller::{key, message, run, socket};
use super::door::{self, hold};
use super::stage::settings;

/// What came of it, as cases write it.
fn told(id: Option<&str>, outcome: &Outcome) -> Vec<String> {
    match outcome {
        Outcome::Refused { refusal, close, meta } => {
            assert_eq!(meta["handshake"], "failed");
            assert!(meta["cause"].is_string());
            let Some(refusal) = refusal else {
                assert_eq!(id, None, "there is nothing to answer");
                return vec![format!("{} - {}", close.code, close.reason).trim_end().to_owned()];
            };
            assert!(id.is_some() && refusal.message.starts_with(&close.reason));
            let words = format!("{} {} {}", close.code, refusal.code.word(), refusal.message);
            let details = refusal.details.as_ref().map(Value::to_string);
            std::iter::once(words).chain(details).collect()
        }
        Outcome::Admitted(who) => {
            assert_eq!(who.generation.is_some(), matches!(who.method, "token" | "password"));
            let ip = who.remote_ip.as_deref().map(|ip| format!(" {ip}")).unwrap_or_default();
            vec![format!("in {} [{}]{ip}", who.method, who.scopes.join(","))]
        }
        Outcome::Ask(who, connect) => {
            assert_eq!(who.generation.is_some(), matches!(connect.proof, Proof::Token | Proof::Password));
            assert_eq!((&who.scopes, &who.role), (&connect.scopes, &connect.role));
            assert_eq!(who.client.id, connect.claim.client_id);
            assert_eq!(connect.claim.device_id, identity::device_id(key().verifying_key().as_bytes()));
            assert_eq!(connect.claim.public_key, identity::public_text(&key().verifying_key()));
            vec![asked(connect)]
        }
    }
}

fn asked(connect: &Connect) -> String {
    let proof = match &connect.proof {
        Proof::Token => "token".to_owned(),
        Proof::Password => "password".to_owned(),
        Proof::Open => "none".to_owned(),
        Proof::Proxy => "trusted-proxy".to_owned(),
        Proof::Pending(refusal) => {
            let code = refusal.details.as_ref().and_then(|details| details["code"].as_str());
            format!("pending:{}", code.expect("the refusal has a code"))
        }
    };
    let mark = if connect.device_token_explicit { "!" } else { "" };
    let token = connect
        .device_token
        .as_ref()
        .map_or_else(|| "-".to_owned(), |token| format!("{}{mark}", token.expose()));
    let mut words = vec!["ask".to_owned(), proof, token];
    words.extend(connect.bootstrap_token.as_ref().map(|token| token.expose().to_owned()));
    words.push(if connect.local { "local" } else { "far" }.to_owned());
    words.push(if connect.may_be_silent { "silent" } else { "ask" }.to_owned());
    words.push(format!("bypass={:?}", connect.bypass));
    words.push(if connect.signed_v3 { "v3" } else { "v2" }.to_owned());
    words.extend(connect.claim.remote_ip.clone());
    words.join(" ")
}

fn held(file: &str) {
    hold(file, |ask| {
        let case: Value = serde_json::from_str(ask).unwrap_or_else(|error| panic!("{ask}: {error}"));
        let settings = settings(&case["set"]);
        let mut limits = Attempts::default();
        let (id, outcome) = run(&message(&case), &socket(&case), &settings, &mut limits, Moment::ZERO);
        told(id.as_deref(), &outcome)
    });
}

#[test]
fn the_first_message() {
    held("handshake/first.txt");
}

#[test]
fn the_proof_of_the_device() {
    held("handshake/device.txt");
}

#[test]
fn callers_without_a_device() {
    held("handshake/alone.txt");
}

#[test]
fn pages_in_browsers() {
    held("handshake/browser.txt");
}

#[test]
fn callers_with_a_device() {
    held("handshake/secret.txt");
}

#[test]
fn a_long_refusal_is_cut_in_the_close_frame_only() {
    let params = json!({"device": {"ä".repeat(200): 1}});
    let text = json!({"type": "req", "id": "1", "method": "connect", "params": params}).to_string();
    let (_, outcome) =
        run(&text, &socket(&json!({})), &settings(&json!({})), &mut Attempts::default(), Moment::ZERO);
    let Outcome::Refused { refusal: Some(refusal), close, .. } = outcome else { panic!("{outcome:?}") };
    assert!(refusal.message.len() > 400 && close.reason.len() <= 123);
    assert!(refusal.message.starts_with(&close.reason) && close.reason.len() > 100);
}

#[test]
fn no_secret_reaches_the_log() {
    for auth in
        [json!({"token": "hush-1"}), json!({"token": null, "password": "hush-2", "deviceToken": "hush-3"})]
    {
        for sign in ["none", "v3"] {
            let case = json!({"sign": sign, "connect": {"auth": auth}, "set": {"auth": {"token": "hush-4"}}});
            let settings = settings(&case["set"]);
            let told =
                run(&message(&case), &socket(&case), &settings, &mut Attempts::default(), Moment::ZERO);
            assert!(!format!("{told:?}").contains("hush"), "{told:?}");
        }
    }
}

#[test]
fn guesses_are_counted_and_lock_out() {
    let case = |token: &str, sign: &str| json!({"sign": sign, "connect": {"auth": {"token": token}}, "socket": {"peer": "192.0.2.7"}, "set": {"limit": 3}});
    let mut limits = Attempts::default();
    let mut say = |case: Value, second: u64| {
        let at = Moment::from_millis(second * 1000);
        let (id, outcome) = run(&message(&case), &socket(&case), &settings(&case["set"]), &mut limits, at);
        told(id.as_deref(), &outcome).remove(0)
    };
    let mismatch = "1008 INVALID_REQUEST unauthorized: gateway token mismatch \
                    (set gateway.remote.token to match gateway.auth.token)";
    let locked = "1008 INVALID_REQUEST unauthorized: too many failed authentication attempts (retry later)";
    let missing = json!({"sign": "none", "connect": {"auth": null}, "socket": {"peer": "192.0.2.7"}, "set": {"limit": 3}});
    for _ in 0..5 {
        assert!(say(missing.clone(), 0).ends_with("device identity required"), "what is missing is no guess");
    }
    for _ in 0..3 {
        assert_eq!(say(case("wrong", "none"), 0), mismatch);
    }
    assert_eq!(say(case("wrong", "none"), 1), locked);
    assert_eq!(say(case("sesame", "none"), 1), locked, "even the right one must wait");
    assert!(say(missing, 1).ends_with("device identity required"));
    let device = "ask pending:AUTH_RATE_LIMITED sesame far ask bypass=No v3 192.0.2.7";
    assert_eq!(say(case("sesame", "v3"), 1), device, "a device token is counted for itself");
    assert_eq!(say(case("sesame", "none"), 301), "in token [] 192.0.2.7");
}

#[test]
fn device_tokens_are_counted_too() {
    let case = json!({"connect": {"auth": {"token": null, "deviceToken": "d"}}, "socket": {"peer": "192.0.2.7"}, "set": {"limit": 2}});
    let (socket, settings) = (socket(&case), settings(&case["set"]));
    let mut limits = Attempts::default();
    let caller = handshake::Caller::of(&socket, &settings);
    for _ in 0..2 {
        let (_, outcome) = run(&message(&case), &socket, &settings, &mut limits, Moment::ZERO);
        assert!(matches!(outcome, Outcome::Ask(..)));
        limits.device_token(&caller, false, Moment::ZERO);
    }
    let (id, outcome) = run(&message(&case), &socket, &settings, &mut limits, Moment::ZERO);
    let said = told(id.as_deref(), &outcome);
    assert_eq!(
        said[0],
        "1008 INVALID_REQUEST unauthorized: too many failed authentication attempts (retry later)"
    );
}

#[test]
fn keys_go_through_pem_as_openclaw_writes_it() {
    let (private, public) =
        (identity::private_to_pem(&key()), identity::public_to_pem(&key().verifying_key()));
    assert_eq!(identity::private_from_pem(&private).expect("ours").to_bytes(), key().to_bytes());
    assert_eq!(private.lines().map(str::len).collect::<Vec<_>>(), [27, 64, 25]);
    assert_eq!(public.lines().map(str::len).collect::<Vec<_>>(), [26, 60, 24]);
    assert!(private.contains("\nMC4CAQAwBQYDK2VwBCIEIAcHBwcHBwcH"), "PKCS#8, version 1");
    for bad in ["", "hello", &public, &private.replace("MC4", "MC5")] {
        let error = identity::private_from_pem(bad).expect_err("no private key").to_string();
        assert!(error.starts_with("this is no Ed25519 private key"), "{error}");
        assert!(!error.contains("BwcH"), "{error}");
    }
}

#[test]
fn what_is_signed() {
    let scopes = ["operator.read".to_owned(), "operator.write".to_owned()];
    let signed = Signed {
        device_id: "id",
        client_id: "cli",
        client_mode: "probe",
        role: "operator",
        scopes: &scopes,
        signed_at_ms: 17,
        token: "t",
        nonce: "n",
        platform: " LinuX ",
        device_family: "",
    };
    assert_eq!(signed.v2(), "v2|id|cli|probe|operator|operator.read,operator.write|17|t|n");
    assert_eq!(signed.v3(), "v3|id|cli|probe|operator|operator.read,operator.write|17|t|n|linux|");
    let bare = Signed { scopes: &[], token: "", device_family: "ÄPad\u{a0}", ..signed };
    assert_eq!(bare.v3(), "v3|id|cli|probe|operator||17||n|linux|Äpad");
}

/// A change somewhere in a value: at the place that the steps lead to.
fn change(value: &mut Value, steps: &[usize], new: &Value) {
    let Some((step, rest)) = steps.split_first() else {
        *value = new.clone();
        return;
    };
    match value {
        Value::Object(map) if !map.is_empty() => {
            let place = step % map.len();
            if let Some((_, inner)) = map.iter_mut().nth(place) {
                change(inner, rest, new);
            }
        }
        Value::Array(list) if !list.is_empty() => {
            let place = step % list.len();
            change(&mut list[place], rest, new);
        }
        other => *other = new.clone(),
    }
}

proptest! {
    #![proptest_config(crate::chance::tries(48))]

    #[test]
    fn no_text_gets_in(text in "\\PC{0,60}") {
        let (_, outcome) = run(&text, &socket(&json!({})), &settings(&json!({})), &mut Attempts::default(), Moment::ZERO);
        prop_assert!(matches!(outcome, Outcome::Refused { .. }), "{}", text);
    }

    /// A caller without the secret is never let in, and asks the book only with its proof whole.
    #[test]
    fn no_changed_connect_gets_in(
        changes in prop::collection::vec((prop::collection::vec(0usize..8, 1..4), door::json()), 0..4),
        sign in prop_oneof![Just("v3"), Just("v2"), Just("none")],
    ) {
        let case = json!({"sign": sign, "connect": {"auth": {"token": "wrong"}}});
        let original: Value = serde_json::from_str(&message(&case)).expect("our own");
        let mut frame = original.clone();
        for (steps, new) in &changes {
            change(&mut frame["params"], steps, new);
        }
        let (_, outcome) = run(&frame.to_string(), &socket(&case), &settings(&json!({})), &mut Attempts::default(), Moment::ZERO);
        match outcome {
            Outcome::Refused { .. } => {}
            Outcome::Admitted(_) => prop_assert!(false, "let in: {frame}"),
            Outcome::Ask(_, connect) => {
                prop_assert!(matches!(connect.proof, Proof::Pending(_)), "{}", frame);
                let (frame, original) = (&frame["params"], &original["params"]);
                prop_assert_eq!(&frame["device"]["signature"], &original["device"]["signature"]);
                prop_assert_eq!(&frame["scopes"], &original["scopes"]);
            }
        }
    }

    /// No bit of a signature can be turned.
    #[test]
    fn no_other_signature_holds(bit in 0usize..512) {
        let case = json!({});
        let mut frame: Value = serde_json::from_str(&message(&case)).expect("our own");
        let signature = frame["params"]["device"]["signature"].as_str().expect("it is there");
        let mut bytes = URL_SAFE_NO_PAD.decode(signature).expect("we wrote it");
        bytes[bit / 8] ^= 1 << (bit % 8);
        frame["params"]["device"]["signature"] = URL_SAFE_NO_PAD.encode(bytes).into();
        let (_, outcome) = run(&frame.to_string(), &socket(&case), &settings(&json!({})), &mut Attempts::default(), Moment::ZERO);
        let refused = matches!(&outcome, Outcome::Refused { refusal: Some(no), .. } if no.message == "device signature invalid");
        prop_assert!(refused, "{outcome:?}");
    }
}
