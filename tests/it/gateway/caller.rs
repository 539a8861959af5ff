//! A caller in the tests: what it sends, signed and then tampered with as a case says.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ed25519_dalek::{SigningKey, VerifyingKey};
use provoke::gateway::fresh::Now;
use provoke::gateway::handshake::{self, Attempts, Outcome, Scene, Upgrade};
use provoke::gateway::identity::{self, Signed};
use provoke::gateway::settings::Settings;
use provoke::moment::Moment;
use serde_json::{Value, json};

use super::stage::upgrade;

/// The wall clock of the tests.
pub(super) const NOW_MS: u64 = 1_795_335_894_945;

/// The nonce of the challenge.
pub(super) const NONCE: &str = "7b19612a-c5d8-406d-a5de-4dd66dabea33";

pub(super) fn key() -> SigningKey {
    SigningKey::from_bytes(&[7; 32])
}

/// What a CLI on loopback sends, before it is signed.
fn base() -> Value {
    json!({
        "minProtocol": 3,
        "maxProtocol": 3,
        "client": {"id": "cli", "version": "2026.4.12", "platform": "linux", "mode": "cli"},
        "role": "operator",
        "scopes": ["operator.read"],
        "auth": {"token": "sesame"},
    })
}

/// JSON merge patch: `null` removes.
pub(super) fn merge(into: &mut Value, patch: &Value) {
    let Value::Object(patch) = patch else {
        *into = patch.clone();
        return;
    };
    if !into.is_object() {
        *into = json!({});
    }
    let object = into.as_object_mut().expect("it is one by now");
    for (key, value) in patch {
        if value.is_null() {
            object.remove(key);
        } else {
            merge(object.entry(key.clone()).or_insert(Value::Null), value);
        }
    }
}

/// The signed facts of a connect, as JSON, so that a case can change some.
fn facts(params: &Value, signed_at: i64) -> Value {
    let auth = &params["auth"];
    let token = ["token", "deviceToken", "bootstrapToken"].iter().find_map(|key| auth[key].as_str());
    json!({
        "deviceId": identity::device_id(key().verifying_key().as_bytes()),
        "clientId": params["client"]["id"],
        "clientMode": params["client"]["mode"],
        "role": params["role"].as_str().unwrap_or("operator"),
        "scopes": params.get("scopes").cloned().unwrap_or_else(|| json!([])),
        "signedAt": signed_at,
        "token": token.unwrap_or_default(),
        "nonce": NONCE,
        "platform": params["client"]["platform"],
        "deviceFamily": params["client"]["deviceFamily"].as_str().unwrap_or_default(),
    })
}

fn sign(facts: &Value, v3: bool) -> String {
    let scopes: Vec<String> = facts["scopes"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|scope| scope.as_str().map(str::to_owned))
        .collect();
    let text = |key: &str| facts[key].as_str().unwrap_or_default();
    let signed = Signed {
        device_id: text("deviceId"),
        client_id: text("clientId"),
        client_mode: text("clientMode"),
        role: text("role"),
        scopes: &scopes,
        signed_at_ms: facts["signedAt"].as_u64().unwrap_or_default(),
        token: text("token"),
        nonce: text("nonce"),
        platform: text("platform"),
        device_family: text("deviceFamily"),
    };
    if v3 { identity::sign_v3(&key(), &signed) } else { identity::sign_v2(&key(), &signed) }
}

/// The device of a case, signed and then tampered with.
fn device(case: &Value, params: &Value) -> Value {
    let signed_at = i64::try_from(NOW_MS).expect("it fits") - case["late"].as_i64().unwrap_or(0);
    let mut facts = facts(params, signed_at);
    if case["sign"].is_object() {
        merge(&mut facts, &case["sign"]);
    }
    let public = key().verifying_key();
    let mut device = json!({
        "id": identity::device_id(public.as_bytes()),
        "publicKey": identity::public_text(&public),
        "signature": sign(&facts, case["sign"] != "v2"),
        "signedAt": signed_at,
        "nonce": NONCE,
    });
    if let Some(kind) = case["key"].as_str() {
        other_key(kind, &mut device);
    }
    if let Some(patch) = case.get("device") {
        let other = identity::device_id(&[1; 32]);
        let upper = device["id"].as_str().unwrap_or_default().to_uppercase();
        let patch = patch.to_string().replace("OTHER", &other).replace("UPPER", &upper);
        merge(&mut device, &serde_json::from_str(&patch.replace("SAME", NONCE)).expect("still JSON"));
    }
    device
}

/// Another spelling of the key, or a key or signature that proves nothing.
fn other_key(kind: &str, device: &mut Value) {
    let public = key().verifying_key();
    let raw = public.as_bytes().to_vec();
    let identity_point = || [vec![1], vec![0; 31]].concat();
    let mut replace = |raw: &[u8]| {
        device["publicKey"] = URL_SAFE_NO_PAD.encode(raw).into();
        device["id"] = identity::device_id(raw).into();
    };
    match kind {
        "pem" => device["publicKey"] = identity::public_to_pem(&public).into(),
        "padded" => device["publicKey"] = STANDARD.encode(&raw).into(),
        "spaced" => device["publicKey"] = format!(" {}\n", URL_SAFE_NO_PAD.encode(&raw)).into(),
        "31 bytes" => replace(&raw[..31]),
        "33 bytes" => replace(&[raw, vec![0]].concat()),
        "no point" => {
            let strange = (2u8..).map(|first| [&[first], &[0; 31][..]].concat());
            let is_none = |raw: &Vec<u8>| VerifyingKey::try_from(&raw[..]).is_err();
            replace(&strange.into_iter().find(is_none).expect("half of all numbers are none"));
        }
        "small order" => {
            replace(&identity_point());
            device["signature"] = URL_SAFE_NO_PAD.encode([identity_point(), vec![0; 32]].concat()).into();
        }
        "small order, not canonical" => {
            replace(&[&[0xee], &[0xff; 30][..], &[0x7f]].concat());
            device["signature"] = URL_SAFE_NO_PAD.encode([identity_point(), vec![0; 32]].concat()).into();
        }
        "signature with a large S" => {
            let signature = device["signature"].as_str().unwrap_or_default();
            let mut bytes = URL_SAFE_NO_PAD.decode(signature).expect("we wrote it");
            add_group_order(&mut bytes[32..]);
            device["signature"] = URL_SAFE_NO_PAD.encode(bytes).into();
        }
        other => panic!("no such key: {other}"),
    }
}

/// Adds the order of the group to a scalar, which then means the same.
fn add_group_order(scalar: &mut [u8]) {
    let mut order = [0u8; 32];
    order[..16].copy_from_slice(&27_742_317_777_372_353_535_851_937_790_883_648_493_u128.to_le_bytes());
    order[31] = 0x10;
    let mut carry = 0;
    for (byte, add) in scalar.iter_mut().zip(order) {
        let sum = u16::from(*byte) + u16::from(add) + carry;
        *byte = sum.to_le_bytes()[0];
        carry = sum >> 8;
    }
}

pub(super) fn socket(case: &Value) -> Upgrade {
    let mut given = json!({"headers": {"host": "127.0.0.1:18789"}});
    merge(&mut given, case.get("socket").unwrap_or(&json!({})));
    upgrade(&given)
}

/// The text of a case's first message.
pub(super) fn message(case: &Value) -> String {
    if let Some(text) = case["text"].as_str() {
        return text.to_owned();
    }
    let mut params = base();
    merge(&mut params, case.get("connect").unwrap_or(&json!({})));
    if case["sign"] != "none" {
        params["device"] = device(case, &params);
    }
    json!({"type": "req", "id": "1", "method": "connect", "params": params}).to_string()
}

pub(super) fn run(
    text: &str,
    socket: &Upgrade,
    settings: &Settings,
    limits: &mut Attempts,
    at: Moment,
) -> (Option<String>, Outcome) {
    let now = Now { at, ms: NOW_MS };
    let scene = Scene { now, settings, upgrade: socket, nonce: NONCE, conn_id: "c" };
    handshake::examine(&scene, text, limits)
}
