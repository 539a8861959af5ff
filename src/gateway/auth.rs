//! The gateway's secret: whether a caller knows it, and the words if not.
//!
//! Source: OpenClaw gateway protocol 3, as measured on 2026.4.12.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

use super::frame::Refusal;
use super::handshake::{Client, Upgrade};
use super::origin;
use super::settings::{AuthMode, TrustedProxy};
use crate::config::Secret;

/// What a caller presents in `auth`, as sent.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Credentials {
    /// The shared token, or a device token.
    pub token: Option<Secret>,
    /// A bootstrap token.
    pub bootstrap_token: Option<Secret>,
    /// A device token.
    pub device_token: Option<Secret>,
    /// The shared password.
    pub password: Option<Secret>,
}

/// A credential without white space around it, if anything is left.
#[must_use]
pub fn given(secret: Option<&Secret>) -> Option<&str> {
    secret.map(|secret| secret.expose().trim()).filter(|text| !text.is_empty())
}

impl Credentials {
    /// The token that a device signs: the first that is there, even if empty.
    #[must_use]
    pub fn signed(&self) -> &str {
        let first = self.token.as_ref().or(self.device_token.as_ref()).or(self.bootstrap_token.as_ref());
        first.map_or("", Secret::expose)
    }

    /// Whether a token or password was sent that is not empty.
    #[must_use]
    pub fn has_shared(&self) -> bool {
        matches!(self.kind(), "password" | "token")
    }

    /// The word for what was sent, as the log has it.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        let sent =
            |secret: &Option<Secret>| secret.as_ref().is_some_and(|secret| !secret.expose().is_empty());
        if sent(&self.password) {
            "password"
        } else if sent(&self.token) {
            "token"
        } else if sent(&self.bootstrap_token) {
            "bootstrap-token"
        } else if sent(&self.device_token) {
            "device-token"
        } else {
            "none"
        }
    }
}

/// Whether two secrets are the same, in a time that tells neither where they differ nor how long
/// they are.
#[must_use]
pub fn equal(left: &str, right: &str) -> bool {
    Sha256::digest(left).ct_eq(&Sha256::digest(right)).into()
}

/// The generation of the shared secret: changes whenever mode or secret do. `None` without one.
#[must_use]
pub fn generation(mode: &AuthMode) -> Option<String> {
    let (AuthMode::Token(secret) | AuthMode::Password(secret)) = mode else { return None };
    given(secret.as_ref())?;
    let secret = secret.as_ref()?.expose();
    Some(URL_SAFE_NO_PAD.encode(Sha256::digest(format!("{}\0{secret}", mode.word()))))
}

/// How a caller has authenticated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Known {
    /// By the shared token.
    Token,
    /// By the shared password.
    Password,
    /// Nothing is asked.
    Open,
    /// By a trusted proxy.
    Proxy,
}

impl Known {
    /// As `auth` in logs has it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Token => "token",
            Self::Password => "password",
            Self::Open => "none",
            Self::Proxy => "trusted-proxy",
        }
    }
}

/// Why a caller is not authenticated (`details.authReason`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// No token was sent.
    TokenMissing,
    /// The gateway has no token.
    TokenMissingConfig,
    /// Another token was sent.
    TokenMismatch,
    /// No password was sent.
    PasswordMissing,
    /// The gateway has no password.
    PasswordMissingConfig,
    /// Another password was sent.
    PasswordMismatch,
    /// The device token is not, or no longer, this device's.
    DeviceTokenMismatch,
    /// The bootstrap token is unknown, used or too old.
    BootstrapTokenInvalid,
    /// Too many failures.
    RateLimited,
    /// Tailscale names no user.
    TailscaleUserMissing,
    /// The request did not come through Tailscale's proxy.
    TailscaleProxyMissing,
    /// Tailscale does not know the address.
    TailscaleWhoisFailed,
    /// Tailscale knows the address as somebody else's.
    TailscaleUserMismatch,
    /// Another one, in its own word.
    Other(String),
}

/// The next steps that an answer may recommend.
const CONFIGURE: &str = "update_auth_configuration";
const CORRECT: &str = "update_auth_credentials";
const REVIEW: &str = "review_auth_configuration";

impl Reason {
    /// The word, the code and the next step.
    #[must_use]
    pub fn words(&self) -> (&str, &'static str, &'static str) {
        match self {
            Self::TokenMissing => ("token_missing", "AUTH_TOKEN_MISSING", CONFIGURE),
            Self::TokenMissingConfig => ("token_missing_config", "AUTH_TOKEN_NOT_CONFIGURED", CONFIGURE),
            Self::TokenMismatch => ("token_mismatch", "AUTH_TOKEN_MISMATCH", CORRECT),
            Self::PasswordMissing => ("password_missing", "AUTH_PASSWORD_MISSING", CONFIGURE),
            Self::PasswordMissingConfig => {
                ("password_missing_config", "AUTH_PASSWORD_NOT_CONFIGURED", CONFIGURE)
            }
            Self::PasswordMismatch => ("password_mismatch", "AUTH_PASSWORD_MISMATCH", CORRECT),
            Self::DeviceTokenMismatch => ("device_token_mismatch", "AUTH_DEVICE_TOKEN_MISMATCH", CORRECT),
            Self::BootstrapTokenInvalid => {
                ("bootstrap_token_invalid", "AUTH_BOOTSTRAP_TOKEN_INVALID", REVIEW)
            }
            Self::RateLimited => ("rate_limited", "AUTH_RATE_LIMITED", "wait_then_retry"),
            Self::TailscaleUserMissing => {
                ("tailscale_user_missing", "AUTH_TAILSCALE_IDENTITY_MISSING", REVIEW)
            }
            Self::TailscaleProxyMissing => {
                ("tailscale_proxy_missing", "AUTH_TAILSCALE_PROXY_MISSING", REVIEW)
            }
            Self::TailscaleWhoisFailed => ("tailscale_whois_failed", "AUTH_TAILSCALE_WHOIS_FAILED", REVIEW),
            Self::TailscaleUserMismatch => {
                ("tailscale_user_mismatch", "AUTH_TAILSCALE_IDENTITY_MISMATCH", REVIEW)
            }
            Self::Other(word) => (word, "AUTH_UNAUTHORIZED", REVIEW),
        }
    }

    /// Whether a secret was tried that is wrong: what a limit counts.
    #[must_use]
    pub const fn is_a_guess(&self) -> bool {
        matches!(self, Self::TokenMismatch | Self::PasswordMismatch)
    }
}

/// Whether a caller knows the gateway's secret, or needs none.
///
/// In token mode only the token counts, in password mode only the password.
///
/// # Errors
/// Why not.
pub fn evaluate(mode: &AuthMode, upgrade: &Upgrade, sent: &Credentials) -> Result<Known, Reason> {
    match mode {
        AuthMode::None => Ok(Known::Open),
        AuthMode::TrustedProxy(proxy) => {
            vouched(proxy, upgrade).map(|()| Known::Proxy).map_err(Reason::Other)
        }
        AuthMode::Token(secret) => {
            let wanted = secret.as_ref().filter(|secret| given(Some(secret)).is_some());
            let wanted = wanted.ok_or(Reason::TokenMissingConfig)?;
            let token = given(sent.token.as_ref()).ok_or(Reason::TokenMissing)?;
            if equal(token, wanted.expose()) { Ok(Known::Token) } else { Err(Reason::TokenMismatch) }
        }
        AuthMode::Password(secret) => {
            let wanted = secret.as_ref().filter(|secret| given(Some(secret)).is_some());
            let wanted = wanted.ok_or(Reason::PasswordMissingConfig)?;
            let password = given(sent.password.as_ref()).ok_or(Reason::PasswordMissing)?;
            if equal(password, wanted.expose()) { Ok(Known::Password) } else { Err(Reason::PasswordMismatch) }
        }
    }
}

/// Whether a trusted proxy vouches for a user that may pass; the error is the reason's word.
fn vouched(proxy: &TrustedProxy, upgrade: &Upgrade) -> Result<(), String> {
    if proxy.addresses.is_empty() {
        return Err("trusted_proxy_no_proxies_configured".to_owned());
    }
    let peer = origin::address(&upgrade.peer_ip);
    let peer = peer.filter(|peer| origin::is_listed(*peer, &proxy.addresses));
    if peer.ok_or("trusted_proxy_untrusted_source")?.is_loopback() {
        return Err("trusted_proxy_loopback_source".to_owned());
    }
    let value = |name: &str| upgrade.header(&name.trim().to_ascii_lowercase()).map(str::trim);
    let has = |name: &String| value(name).is_some_and(|value| !value.is_empty());
    if let Some(missing) = proxy.required_headers.iter().find(|name| !has(name)) {
        return Err(format!("trusted_proxy_missing_header_{missing}"));
    }
    let user =
        value(&proxy.user_header).filter(|user| !user.is_empty()).ok_or("trusted_proxy_user_missing")?;
    if !proxy.allow_users.is_empty() && !proxy.allow_users.iter().any(|allowed| allowed == user) {
        return Err("trusted_proxy_user_not_allowed".to_owned());
    }
    Ok(())
}

/// Who is refused.
#[derive(Debug, Clone, Copy)]
pub struct Refused<'a> {
    /// The gateway's mode.
    pub mode: &'a AuthMode,
    /// What was sent.
    pub sent: &'a Credentials,
    /// The client.
    pub client: &'a Client,
    /// Whether a device was presented.
    pub has_device: bool,
}

/// The answer to a caller that is not authenticated.
#[must_use]
pub fn refusal(reason: Option<&Reason>, who: &Refused<'_>) -> Refusal {
    let (code, step) = match reason {
        None => ("AUTH_REQUIRED", REVIEW),
        Some(reason) => (reason.words().1, reason.words().2),
    };
    // A client whose shared token is stale may have a device token that still holds.
    let may_retry = reason == Some(&Reason::TokenMismatch)
        && who.has_device
        && who.sent.kind() == "token"
        && who.sent.device_token.as_ref().is_none_or(|token| token.expose().is_empty());
    let mut details = json!({"code": code});
    if let Some(reason) = reason {
        details["authReason"] = reason.words().0.into();
    }
    details["canRetryWithDeviceToken"] = may_retry.into();
    details["recommendedNextStep"] = if may_retry { "retry_with_device_token" } else { step }.into();
    Refusal::invalid(message(reason, who)).with(details)
}

/// What is said of a bootstrap token.
const BOOTSTRAP: &str = "bootstrap token invalid or expired (scan a fresh setup code)";

fn message(reason: Option<&Reason>, who: &Refused<'_>) -> String {
    let (token, password) = hints(who.client);
    let tail = match (reason, who.mode, who.sent.kind()) {
        (Some(Reason::TokenMissing), ..) => format!("gateway token missing ({token})"),
        (Some(Reason::TokenMismatch), ..) => format!("gateway token mismatch ({token})"),
        (Some(Reason::TokenMissingConfig), ..) => {
            "gateway token not configured on gateway (set gateway.auth.token)".to_owned()
        }
        (Some(Reason::PasswordMissing), ..) => format!("gateway password missing ({password})"),
        (Some(Reason::PasswordMismatch), ..) => format!("gateway password mismatch ({password})"),
        (Some(Reason::PasswordMissingConfig), ..) => {
            "gateway password not configured on gateway (set gateway.auth.password)".to_owned()
        }
        (Some(Reason::TailscaleUserMissing), ..) => tailscale("identity missing", "Tailscale Serve auth"),
        (Some(Reason::TailscaleProxyMissing), ..) => tailscale("proxy headers missing", "Tailscale Serve"),
        (Some(Reason::TailscaleWhoisFailed), ..) => {
            tailscale("identity check failed", "Tailscale Serve auth")
        }
        (Some(Reason::TailscaleUserMismatch), ..) => tailscale("identity mismatch", "Tailscale Serve auth"),
        (Some(Reason::BootstrapTokenInvalid), ..) => BOOTSTRAP.to_owned(),
        (Some(Reason::RateLimited), ..) => "too many failed authentication attempts (retry later)".to_owned(),
        (Some(Reason::DeviceTokenMismatch), ..) => {
            "device token mismatch (rotate/reissue device token)".to_owned()
        }
        (_, AuthMode::Token(_), "none") => format!("gateway token missing ({token})"),
        (_, AuthMode::Token(_), "device-token") => {
            "device token rejected (pair/repair this device, or provide gateway token)".to_owned()
        }
        (_, _, "bootstrap-token") => BOOTSTRAP.to_owned(),
        (_, AuthMode::Password(_), "none") => format!("gateway password missing ({password})"),
        _ => return "unauthorized".to_owned(),
    };
    format!("unauthorized: {tail}")
}

fn tailscale(what: &str, instead: &str) -> String {
    format!("tailscale {what} (use {instead} or gateway token/password)")
}

/// What the user of a client should do about the token, and about the password.
fn hints(client: &Client) -> (&'static str, &'static str) {
    if client.mode == "cli" {
        (
            "set gateway.remote.token to match gateway.auth.token",
            "set gateway.remote.password to match gateway.auth.password",
        )
    } else if client.is_operator_ui() || client.is_webchat() {
        (
            "open the dashboard URL and paste the token in Control UI settings",
            "enter the password in Control UI settings",
        )
    } else {
        ("provide gateway auth token", "provide gateway auth password")
    }
}
