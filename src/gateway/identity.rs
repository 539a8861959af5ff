//! Device identity: an Ed25519 key, its id, and what is signed when a device connects.
//!
//! Both halves are here: the gateway holds a proof against its challenge, a client makes one.
//! Source: OpenClaw gateway protocol 3, as measured on 2026.4.12.

mod pem;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use ed25519_dalek::{Signature, Signer as _, SigningKey, Verifier as _, VerifyingKey};

use super::digest::sha256_hex;

pub use pem::{PemError, private_from_pem, private_to_pem, public_to_pem};

/// How far the clock of a device may be off, in milliseconds, either way.
pub const SKEW_MS: u64 = 120_000;

/// The most bytes of a key as text; a PEM of a key has about 120.
const KEY_TEXT_MAX: usize = 1024;

/// The id of a device: lower-case hex SHA-256 of its raw public key.
#[must_use]
pub fn device_id(public_key: &[u8]) -> String {
    sha256_hex(public_key)
}

/// A public key as it stands on the wire: base64url without padding.
#[must_use]
pub fn public_text(key: &VerifyingKey) -> String {
    URL_SAFE_NO_PAD.encode(key.as_bytes())
}

/// What a device signs.
#[derive(Debug, Clone, Copy)]
pub struct Signed<'a> {
    /// The device's id.
    pub device_id: &'a str,
    /// The client's id.
    pub client_id: &'a str,
    /// The client's mode.
    pub client_mode: &'a str,
    /// The role: `operator` where the request names none.
    pub role: &'a str,
    /// The scopes, in the order in which they are sent.
    pub scopes: &'a [String],
    /// Wall milliseconds.
    pub signed_at_ms: u64,
    /// The first that is there of `auth.token`, `auth.deviceToken`, `auth.bootstrapToken`.
    pub token: &'a str,
    /// The nonce of the challenge.
    pub nonce: &'a str,
    /// The client's platform, as sent.
    pub platform: &'a str,
    /// The client's device family, as sent; empty if none.
    pub device_family: &'a str,
}

impl Signed<'_> {
    /// The text that a signature of version 2 covers. Nothing in it is escaped.
    #[must_use]
    pub fn v2(&self) -> String {
        self.text("v2")
    }

    /// The text that a signature of version 3 covers: the same with platform and family.
    #[must_use]
    pub fn v3(&self) -> String {
        format!("{}|{}|{}", self.text("v3"), plain(self.platform), plain(self.device_family))
    }

    fn text(&self, version: &str) -> String {
        let Self { device_id, client_id, client_mode, role, signed_at_ms, token, nonce, .. } = self;
        let scopes = self.scopes.join(",");
        format!(
            "{version}|{device_id}|{client_id}|{client_mode}|{role}|{scopes}|{signed_at_ms}|{token}|{nonce}"
        )
    }
}

/// A platform or family in the form in which it is signed and compared: trimmed, ASCII letters in
/// lower case.
#[must_use]
pub fn plain(text: &str) -> String {
    text.trim().to_ascii_lowercase()
}

/// Signs for a connect, in version 3. The signature is base64url without padding.
#[must_use]
pub fn sign_v3(key: &SigningKey, signed: &Signed<'_>) -> String {
    URL_SAFE_NO_PAD.encode(key.sign(signed.v3().as_bytes()).to_bytes())
}

/// Signs for a connect, in version 2, as older clients do.
#[must_use]
pub fn sign_v2(key: &SigningKey, signed: &Signed<'_>) -> String {
    URL_SAFE_NO_PAD.encode(key.sign(signed.v2().as_bytes()).to_bytes())
}

/// A device as a connect presents it.
#[derive(Debug, Clone, PartialEq)]
pub struct Presented {
    /// Its id.
    pub id: String,
    /// Its key: base64url of the raw bytes, or PEM.
    pub public_key: String,
    /// The signature, base64url.
    pub signature: String,
    /// When it was signed, by the device's clock: wall milliseconds.
    pub signed_at: f64,
    /// The nonce that was signed.
    pub nonce: String,
}

/// A proof that holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proven {
    /// The key: base64url of the raw bytes, without padding.
    pub public_key: String,
    /// Whether the signature was of version 3 (else 2).
    pub v3: bool,
}

/// Why a proof does not hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flaw {
    /// The id is not that of the key, or the key cannot be read.
    Mismatch,
    /// Signed too long ago, or too far ahead.
    Expired,
    /// The nonce is blank.
    NonceMissing,
    /// The nonce is not that of the challenge.
    NonceMismatch,
    /// The signature does not hold, in either version.
    Signature,
    /// The key is one for which signatures prove nothing, or is not written in its one form.
    PublicKey,
}

impl Flaw {
    /// The message, `details.code` and `details.reason`.
    #[must_use]
    pub const fn words(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Mismatch => {
                ("device identity mismatch", "DEVICE_AUTH_DEVICE_ID_MISMATCH", "device-id-mismatch")
            }
            Self::Expired => {
                ("device signature expired", "DEVICE_AUTH_SIGNATURE_EXPIRED", "device-signature-stale")
            }
            Self::NonceMissing => {
                ("device nonce required", "DEVICE_AUTH_NONCE_REQUIRED", "device-nonce-missing")
            }
            Self::NonceMismatch => {
                ("device nonce mismatch", "DEVICE_AUTH_NONCE_MISMATCH", "device-nonce-mismatch")
            }
            Self::Signature => {
                ("device signature invalid", "DEVICE_AUTH_SIGNATURE_INVALID", "device-signature")
            }
            Self::PublicKey => {
                ("device public key invalid", "DEVICE_AUTH_PUBLIC_KEY_INVALID", "device-public-key")
            }
        }
    }
}

/// Holds a device against a challenge: id, time, nonce, signature, key, in this order.
///
/// `signed` is what must have been signed; its id, nonce and time are taken from `shown`.
///
/// # Errors
/// The first flaw.
pub fn prove(shown: &Presented, signed: &Signed<'_>, challenge: &str, now_ms: u64) -> Result<Proven, Flaw> {
    let raw = key_bytes(&shown.public_key).filter(|raw| !raw.is_empty()).ok_or(Flaw::Mismatch)?;
    if device_id(&raw) != shown.id {
        return Err(Flaw::Mismatch);
    }
    if (now_ms as f64 - shown.signed_at).abs() > SKEW_MS as f64 {
        return Err(Flaw::Expired);
    }
    let nonce = shown.nonce.trim();
    if nonce.is_empty() {
        return Err(Flaw::NonceMissing);
    }
    if nonce != challenge {
        return Err(Flaw::NonceMismatch);
    }
    let signed_at_ms = shown.signed_at.max(0.0) as u64;
    let signed = Signed { device_id: &shown.id, nonce, signed_at_ms, ..*signed };
    let v3 = verify(&raw, &shown.signature, &signed)?;
    Ok(Proven { public_key: URL_SAFE_NO_PAD.encode(&raw), v3 })
}

/// Whether the signature is of version 3 (else 2).
fn verify(raw: &[u8], signature: &str, signed: &Signed<'_>) -> Result<bool, Flaw> {
    let key = <&[u8; 32]>::try_from(raw).ok().and_then(|raw| VerifyingKey::from_bytes(raw).ok());
    let signature = base64_text(signature).and_then(|bytes| Signature::from_slice(&bytes).ok());
    let (Some(key), Some(signature)) = (key, signature) else { return Err(Flaw::Signature) };
    let (v3, v2) = (signed.v3(), signed.v2());
    // Under a key of small order anybody can sign, which is the key's fault, not the signature's.
    let sound = !key.is_weak() && key.to_edwards().compress().as_bytes() == key.as_bytes();
    if !sound {
        let holds = [v3, v2].iter().any(|text| key.verify(text.as_bytes(), &signature).is_ok());
        return Err(if holds { Flaw::PublicKey } else { Flaw::Signature });
    }
    if key.verify_strict(v3.as_bytes(), &signature).is_ok() {
        return Ok(true);
    }
    key.verify_strict(v2.as_bytes(), &signature).map(|()| false).map_err(|_| Flaw::Signature)
}

/// The raw bytes of a key, whatever their number.
fn key_bytes(text: &str) -> Option<Vec<u8>> {
    if text.len() > KEY_TEXT_MAX {
        return None;
    }
    if text.contains("BEGIN") {
        return pem::public_from_pem(text).map(|key| key.to_bytes().to_vec());
    }
    base64_text(text)
}

/// base64url or base64, with padding or without, white space around it.
fn base64_text(text: &str) -> Option<Vec<u8>> {
    let text = text.trim().trim_end_matches('=');
    if text.contains(['+', '/']) { STANDARD_NO_PAD.decode(text) } else { URL_SAFE_NO_PAD.decode(text) }.ok()
}
