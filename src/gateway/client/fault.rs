//! What goes wrong between a client and a gateway, in the words that the field matches on.

use std::time::Duration;

use super::answer::Denial;

/// The code of a connection that ended without a close frame (RFC 6455, 7.1.5).
pub const ABNORMAL: u16 = 1006;

/// What went wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// Nothing listens there, or nothing of ours; the system's words.
    Unreachable(String),
    /// Something answered, but not with a WebSocket; the status and the start of its body.
    NoWebSocket(u16, String),
    /// `connect` was refused; the close code that came with it.
    Refused(Denial, u16),
    /// The connection was closed.
    Closed(u16, String),
    /// No answer within the time: to what, and how long.
    Silent(String, Duration),
    /// What came does not speak the protocol.
    Strange(String),
    /// A request was refused; the connection lives.
    Denied(Denial),
}

impl Fault {
    /// The headline, in the words of OpenClaw's own client.
    #[must_use]
    pub fn headline(&self) -> String {
        let closed = |code: u16, reason: &str| {
            let reason = if reason.is_empty() { "no close reason" } else { reason };
            let hint = match code {
                1000 => " normal closure",
                ABNORMAL => " abnormal closure (no close frame)",
                1012 => " service restart",
                _ => "",
            };
            format!("gateway closed ({code}{hint}): {reason}")
        };
        match self {
            Self::Unreachable(_) | Self::NoWebSocket(..) => closed(ABNORMAL, ""),
            Self::Refused(denial, code) => closed(*code, &denial.message),
            Self::Closed(code, reason) => closed(*code, reason),
            Self::Silent(_, after) => format!("gateway timeout after {}ms", after.as_millis()),
            Self::Strange(what) => format!("gateway speaks another protocol: {what}"),
            Self::Denied(denial) => format!("GatewayClientRequestError: {}", denial.message),
        }
    }

    /// The refusal, if it is one: of `connect` or of a request.
    #[must_use]
    pub const fn denial(&self) -> Option<&Denial> {
        match self {
            Self::Refused(denial, _) | Self::Denied(denial) => Some(denial),
            _ => None,
        }
    }

    /// Whether somebody has to approve this device first.
    #[must_use]
    pub fn is_pairing(&self) -> bool {
        matches!(self, Self::Refused(denial, _)
            if denial.detail_code() == "PAIRING_REQUIRED" || denial.message.contains("pairing required"))
    }

    /// Whether the gateway invites us to try again with the token that it gave to this device.
    #[must_use]
    pub fn invites_device_token(&self) -> bool {
        matches!(self, Self::Refused(denial, _) if denial.detail_code() == "AUTH_TOKEN_MISMATCH"
            && denial.details["canRetryWithDeviceToken"] != false)
    }

    /// Whether the token that we keep for this device is worth nothing any more.
    #[must_use]
    pub fn spoils_device_token(&self) -> bool {
        matches!(self, Self::Refused(denial, _) if denial.message.contains("device token mismatch"))
    }
}
