//! The key of a device: what it is called, what it signs, and how it is kept.
//!
//! `identity/device.json` has the shape of OpenClaw 2026.4.12, whose command
//! line and gateway share it.

use std::fmt;

use ed25519_dalek::SigningKey;
use serde_json::{Value, json};

use crate::config::Secret;
use crate::gateway::identity::{self, Signed, private_from_pem, private_to_pem, public_text, public_to_pem};
use crate::problem::Problem;

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
        let key = private_from_pem(pem).map_err(|error| Problem::new(format!("`privateKeyPem`: {error}")))?;
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
        let value = json!({
            "version": 1,
            "deviceId": self.device_id(),
            "publicKeyPem": public_to_pem(&self.0.verifying_key()),
            "privateKeyPem": private_to_pem(&self.0),
            "createdAtMs": created_at_ms,
        });
        format!("{value:#}\n")
    }

    /// The lower-case hex SHA-256 of the public key: 64 digits.
    #[must_use]
    pub fn device_id(&self) -> String {
        identity::device_id(self.0.verifying_key().as_bytes())
    }

    /// The public key as base64url without padding.
    #[must_use]
    pub fn public_key(&self) -> String {
        public_text(&self.0.verifying_key())
    }

    /// The signature for a connect, in version 3, as base64url without padding.
    #[must_use]
    pub fn sign(&self, signed: &Signed<'_>) -> String {
        identity::sign_v3(&self.0, signed)
    }
}

/// The device token that a gateway once handed out, as `device-auth.json` keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptToken {
    /// The token.
    pub token: Secret,
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
        token: Secret::new(entry["token"].as_str()?),
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
            (r#"{"version":1,"privateKeyPem":"SECRET"}"#, "no Ed25519 private key"),
            (other.as_str(), "not the id of the key"),
        ] {
            let problem = DeviceKey::read(text).unwrap_err().to_string();
            assert!(problem.contains(words) && !problem.contains("SECRET"), "{problem}");
        }
    }

    #[test]
    fn tokens_are_kept_by_role_and_for_one_device_only() {
        let kept =
            KeptToken { token: Secret::new("example-token"), scopes: vec!["operator.read".to_owned()] };
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
        #![proptest_config(crate::chance::tries(256))]
        #[test]
        fn any_text_is_read_or_refused(text in ".{0,200}") {
            let _ = DeviceKey::read(&text);
            let _ = kept_token(&text, "d", "operator");
            let again = keeping(Some(&text), "d", "operator", None, 0);
            prop_assert!(serde_json::from_str::<Value>(&again).is_ok());
        }
    }
}
