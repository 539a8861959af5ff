//! The canary: a secret put everywhere, in every spelling, that must not be found in a cassette.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use bytes::Bytes;
use provoke::moment::Moment;
use provoke::recording::cassette::{self, Meta};
use provoke::recording::redact::Redactor;
use provoke::recording::tap::{Leg, Policy, Tap};
use provoke::recording::{
    Decision, Exchange, Frame, FrameOrigin, Head, Recording, RequestBytes, Side, TransportEvent,
};

/// Odd enough to be spelled differently everywhere, and of no known shape.
const CANARY: &str = "tweet/\"Ünter\"&<song>+4711 \\o/";

/// Every spelling that must be gone; computed here in other words than the redactor's.
fn spellings(secret: &str) -> Vec<String> {
    let json = |text: &str| serde_json::to_string(text).unwrap().trim_matches('"').to_owned();
    let percent = |text: &str| text.bytes().map(|byte| format!("%{byte:02X}")).collect::<String>();
    let form: String =
        secret
            .chars()
            .map(|letter| {
                if letter.is_ascii_alphanumeric() { letter.to_string() } else { percent(&letter.to_string()) }
            })
            .collect();
    let once = serde_json::to_string(secret).unwrap();
    let once = once[1..once.len() - 1].to_owned();
    vec![
        secret.to_owned(),
        json(&once),
        once.replace('/', "\\/"),
        once,
        form.replace("%20", "+"),
        form.to_lowercase(),
        form,
        STANDARD.encode(secret),
        URL_SAFE.encode(secret),
        STANDARD.encode(format!("user:{secret}")),
        STANDARD.encode(format!("u:{secret}:x")),
        secret.bytes().map(|byte| format!("{byte:02x}")).collect(),
    ]
}

/// A recording of a tap that saw the secrets in every place there is.
fn everywhere(secrets: &[String], policy: Policy, redactor: &Redactor) -> Recording {
    let mut tap = Tap::new(policy, redactor.clone());
    let now = Moment::from_millis(1);
    for secret in secrets {
        let headers = |names: [&str; 3]| names.map(|name| (name.to_owned(), format!("a {secret}"))).to_vec();
        let request = RequestBytes {
            method: secret.clone(),
            path: format!("/v1/{secret}?q={secret}"),
            headers: headers(["authorization", "x-other", "cookie"]),
            body: Bytes::from(format!("{{\"a\":\"{secret}\"}}")),
        };
        let leg = Leg { side: Side::Upstream, attempt: 1, provider: secret, model: secret, dialect: secret };
        let id = tap.begin(leg, request.clone(), now);
        tap.event(id, now, TransportEvent::TlsFailed(secret.clone()));
        tap.event(id, now, TransportEvent::Malformed(secret.clone()));
        let head = Head { status: 401, headers: headers(["set-cookie", "x-echo", "x-token"]) };
        tap.event(id, now, TransportEvent::Head(head.clone()));
        let half = secret.floor_char_boundary(secret.len() / 2);
        for piece in ["data: ", &secret[..half], &secret[half..], "\n\n"] {
            tap.event(id, now, TransportEvent::Bytes(Bytes::copy_from_slice(piece.as_bytes())));
        }
        let duplex = tap.begin_duplex(Side::Caller, request, now);
        tap.upgraded(duplex, head);
        for (text, origin) in [(true, FrameOrigin::Client), (false, FrameOrigin::Server)] {
            let bytes = Bytes::from(format!("{{\"params\":\"{secret}\"}}").into_bytes());
            tap.frame(duplex, now, Frame { origin, text, bytes });
        }
        tap.closed(duplex, 1008, secret);
        let decision =
            Decision { attempt: 1, kind: secret.clone(), target: secret.clone(), reason: secret.clone() };
        tap.decision(now, decision);
    }
    tap.finish()
}

/// The cassette, and behind it everything that stands in it in base64.
fn text_of(recording: &Recording) -> String {
    let cassette = cassette::encode(recording, &Meta { redacted: true, ..Meta::default() });
    let mut all = cassette.clone();
    for exchange in &recording.exchanges {
        match exchange {
            Exchange::Http(http) => all.push_str(&String::from_utf8_lossy(&http.body())),
            Exchange::Duplex(duplex) => {
                for frame in &duplex.frames {
                    all.push_str(&String::from_utf8_lossy(&frame.what.bytes));
                }
            }
        }
    }
    all.push_str(&format!("{recording:?}"));
    all
}

fn check(secrets: &[String], hidden: &[String], redactor: &Redactor) {
    for policy in [Policy::Full, Policy::Window] {
        let recording = everywhere(secrets, policy, redactor);
        let text = text_of(&recording);
        for spelling in hidden {
            assert!(!text.contains(spelling.as_str()), "{policy:?}: {spelling} is in the cassette");
            assert!(!text.to_lowercase().contains(&spelling.to_lowercase()), "{policy:?}: {spelling}");
        }
        assert_eq!(recording.exchanges.len(), 2 * secrets.len());
    }
}

#[test]
fn a_known_secret_is_nowhere_in_any_spelling() {
    let spellings = spellings(CANARY);
    check(&spellings, &spellings, &Redactor::new([CANARY.to_owned()]));
}

#[test]
fn a_shaped_secret_is_nowhere() {
    let secrets = [format!("sk-ant-api03-{}", "Ab3_".repeat(12)), format!("Bearer {}", "f00dBeef".repeat(4))];
    let hidden = ["Ab3_".to_owned(), "f00dBeef".to_owned()];
    check(&secrets, &hidden, &Redactor::default());
}

#[test]
fn the_canary_sings_when_nothing_is_redacted() {
    let text = text_of(&everywhere(&[CANARY.to_owned()], Policy::Full, &Redactor::default()));
    assert!(text.contains("Ünter"), "the test looks in the wrong place");
}
