//! The key of a device: what it is called, what it signs, and how it is kept.
//!
//! `identity/device.json` has the shape of OpenClaw 2026.4.12, whose command
//! line and gateway share it.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ed25519_dalek::pkcs8::DecodePrivateKey;
use ed25519_dalek::{Signer, SigningKey};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::problem::Problem;

/// What stands before the 32 bytes of an Ed25519 seed in PKCS#8 (RFC 8410, version 1).
const PKCS8_HEAD: [u8; 16] =
    [0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20];
/// What stands before the 32 bytes of an Ed25519 public key in SPKI (RFC 8410).
const SPKI_HEAD: [u8; 12] = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];

/// The Ed25519 key of a device. It shows only its id.
pub struct DeviceKey(SigningKey);

impl fmt::Debug for DeviceKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DeviceKey({})", self.device_id())
    }
}

impl DeviceKey {
    /// The key of 32 random bytes.
    #[must_use]
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        Self(SigningKey::from_bytes(seed))
    }

    /// Reads a `device.json`.
    ///
    /// # Errors
    /// It is no such file, or its key and its id do not belong together.
    pub fn read(text: &str) -> Result<Self, Problem> {
        let value: Value = serde_json::from_str(text)
            .map_err(|error| Problem::new(format!("not JSON (line {})", error.line())))?;
        if value["version"] != 1 {
            return Err(Problem::new("not a device identity of version 1"));
        }
        let pem = value["privateKeyPem"].as_str().ok_or_else(|| Problem::new("has no `privateKeyPem`"))?;
        // The parser's words are left out: they could quote the key.
        let key = SigningKey::from_pkcs8_pem(pem)
            .map_err(|_| Problem::new("`privateKeyPem` is no Ed25519 key in PKCS#8"))?;
        let key = Self(key);
        match value["deviceId"].as_str() {
            Some(id) if id != key.device_id() => {
                Err(Problem::new("`deviceId` is not the id of the key that stands beside it"))
            }
            _ => Ok(key),
        }
    }

    /// The text of its `device.json`. It holds the private key.
    #[must_use]
    pub fn to_file(&self, created_at_ms: u64) -> String {
        let private = [&PKCS8_HEAD[..], self.0.as_bytes()].concat();
        let public = [&SPKI_HEAD[..], self.0.verifying_key().as_bytes()].concat();
        let value = json!({
            "version": 1,
            "deviceId": self.device_id(),
            "publicKeyPem": pem("PUBLIC KEY", &public),
            "privateKeyPem": pem("PRIVATE KEY", &private),
            "createdAtMs": created_at_ms,
        });
        format!("{value:#}\n")
    }

    /// The lower-case hex SHA-256 of the public key: 64 digits.
    #[must_use]
    pub fn device_id(&self) -> String {
        Sha256::digest(self.0.verifying_key().as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// The public key as base64url without padding.
    #[must_use]
    pub fn public_key(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.0.verifying_key().as_bytes())
    }

    /// The signature of a text, as base64url without padding.
    #[must_use]
    pub fn sign(&self, text: &str) -> String {
        URL_SAFE_NO_PAD.encode(self.0.sign(text.as_bytes()).to_bytes())
    }
}

/// Fewer than 49 bytes fit one line of PEM.
fn pem(label: &str, der: &[u8]) -> String {
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", STANDARD.encode(der))
}

/// The device token that a gateway once handed out, as `device-auth.json` keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptToken {
    /// The token.
    pub token: crate::config::Secret,
    /// What it is good for.
    pub scopes: Vec<String>,
}

/// The token of a role in a `device-auth.json`, if the file is this device's.
#[must_use]
pub fn kept_token(text: &str, device_id: &str, role: &str) -> Option<KeptToken> {
    let value: Value = serde_json::from_str(text).ok()?;
    let entry = Some(&value).filter(|value| value["deviceId"] == device_id)?["tokens"].get(role)?;
    let scopes = entry["scopes"].as_array().into_iter().flatten();
    Some(KeptToken {
        token: crate::config::Secret::new(entry["token"].as_str()?),
        scopes: scopes.filter_map(|scope| scope.as_str().map(str::to_owned)).collect(),
    })
}

/// The text of a `device-auth.json` that keeps one more token, or (`None`) one less. What it held
/// for another device is dropped.
#[must_use]
pub fn keeping(
    text: Option<&str>,
    device_id: &str,
    role: &str,
    token: Option<&KeptToken>,
    now_ms: u64,
) -> String {
    let old: Value = text.and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
    let mut tokens = match &old["tokens"] {
        Value::Object(tokens) if old["deviceId"] == device_id => tokens.clone(),
        _ => serde_json::Map::new(),
    };
    match token {
        Some(kept) => {
            let entry = json!({
                "token": kept.token.expose(), "role": role, "scopes": kept.scopes, "updatedAtMs": now_ms,
            });
            tokens.insert(role.to_owned(), entry);
        }
        None => drop(tokens.shift_remove(role)),
    }
    format!("{:#}\n", json!({"version": 1, "deviceId": device_id, "tokens": tokens}))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn key() -> DeviceKey {
        DeviceKey::from_seed(&[7; 32])
    }

    #[test]
    fn a_key_outlives_its_file() {
        let text = key().to_file(1_795_000_000_000);
        assert_eq!(DeviceKey::read(&text).unwrap().device_id(), key().device_id());
        assert!(
            text.ends_with("\n}\n") && text.starts_with("{\n  \"version\": 1,\n  \"deviceId\""),
            "{text}"
        );
        assert_eq!((key().device_id().len(), key().public_key().len()), (64, 43));
        assert_eq!(format!("{:?}", key()), format!("DeviceKey({})", key().device_id()));
    }

    #[test]
    fn what_is_no_identity_is_refused_without_quoting_it() {
        let other = key().to_file(0).replace(&key().device_id(), &"0".repeat(64));
        for (text, words) in [
            ("{", "not JSON"),
            ("[]", "version 1"),
            (r#"{"version":1}"#, "no `privateKeyPem`"),
            (r#"{"version":1,"privateKeyPem":"SECRET"}"#, "no Ed25519 key"),
            (other.as_str(), "not the id of the key"),
        ] {
            let problem = DeviceKey::read(text).unwrap_err().to_string();
            assert!(problem.contains(words) && !problem.contains("SECRET"), "{problem}");
        }
    }

    #[test]
    fn tokens_are_kept_by_role_and_for_one_device_only() {
        let kept = KeptToken {
            token: crate::config::Secret::new("example-token"),
            scopes: vec!["operator.read".to_owned()],
        };
        let text = keeping(None, "d1", "operator", Some(&kept), 5);
        assert_eq!(kept_token(&text, "d1", "operator"), Some(kept.clone()));
        assert_eq!(kept_token(&text, "d2", "operator"), None);
        let both = keeping(Some(&text), "d1", "node", Some(&kept), 6);
        assert_eq!(kept_token(&both, "d1", "operator"), Some(kept.clone()));
        let one = keeping(Some(&both), "d1", "operator", None, 7);
        assert_eq!((kept_token(&one, "d1", "operator"), kept_token(&one, "d1", "node")), (None, Some(kept)));
        assert!(!keeping(Some(&one), "d2", "operator", None, 8).contains("example-token"));
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]
        #[test]
        fn any_text_is_read_or_refused(text in ".{0,200}") {
            let _ = DeviceKey::read(&text);
            let _ = kept_token(&text, "d", "operator");
            let again = keeping(Some(&text), "d", "operator", None, 0);
            prop_assert!(serde_json::from_str::<Value>(&again).is_ok());
        }
    }
}
