//! Keys as PEM, as OpenClaw's `identity/device.json` holds them: PKCS#8 (version 1) and SPKI.
//!
//! Written by hand, since `ed25519-dalek` writes PKCS#8 version 2, which Node.js does not read.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::pkcs8::{DecodePrivateKey as _, DecodePublicKey as _};
use ed25519_dalek::{SigningKey, VerifyingKey};

/// What stands before the 32 bytes of a private key (RFC 8410, section 7).
const PRIVATE_HEAD: [u8; 16] =
    [0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20];

/// What stands before the 32 bytes of a public key (RFC 8410, section 4).
const PUBLIC_HEAD: [u8; 12] = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];

/// A PEM that is no Ed25519 key. It does not repeat the text, which may be a secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("this is no Ed25519 private key in PEM (PKCS#8): {0}")]
pub struct PemError(String);

/// Reads a private key.
///
/// # Errors
/// When the text is no PEM of PKCS#8, or the key is of another kind.
pub fn private_from_pem(text: &str) -> Result<SigningKey, PemError> {
    SigningKey::from_pkcs8_pem(text.trim()).map_err(|error| PemError(error.to_string()))
}

/// Writes a private key. Keep the file to its owner.
#[must_use]
pub fn private_to_pem(key: &SigningKey) -> String {
    pem("PRIVATE KEY", &[&PRIVATE_HEAD[..], key.as_bytes()].concat())
}

/// Writes a public key.
#[must_use]
pub fn public_to_pem(key: &VerifyingKey) -> String {
    pem("PUBLIC KEY", &[&PUBLIC_HEAD[..], key.as_bytes()].concat())
}

/// Reads a public key.
pub(super) fn public_from_pem(text: &str) -> Option<VerifyingKey> {
    VerifyingKey::from_public_key_pem(text.trim()).ok()
}

/// One line holds 48 bytes, and no key here has more.
fn pem(label: &str, der: &[u8]) -> String {
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", STANDARD.encode(der))
}
