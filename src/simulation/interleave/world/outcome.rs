//! What an actor is answered, as far as it matters for what it does next.

use serde_json::Value;

use crate::gateway::frame::Code;
use crate::gateway::pairing::{Answer, PairRequest};

/// A request as somebody was shown it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Shown {
    /// The id.
    pub id: String,
    /// Who asks.
    pub device: String,
    /// As what.
    pub role: String,
    /// For what.
    pub scopes: Vec<String>,
}

impl Shown {
    /// A request as its entry in a list or an event shows it.
    #[must_use]
    pub fn of_json(entry: &Value) -> Option<Self> {
        let text = |name: &str| entry.get(name).and_then(Value::as_str).map(str::to_owned);
        Some(Self {
            id: text("requestId")?,
            device: text("deviceId")?,
            role: text("role").unwrap_or_default(),
            scopes: entry
                .get("scopes")?
                .as_array()?
                .iter()
                .filter_map(|scope| scope.as_str().map(str::to_owned))
                .collect(),
        })
    }

    /// A request as it stands.
    #[must_use]
    pub fn of(ask: &PairRequest) -> Self {
        Self {
            id: ask.request_id.clone(),
            device: ask.claim.device_id.clone(),
            role: ask.role.clone(),
            scopes: ask.scopes.clone(),
        }
    }
}

/// What an actor is answered.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// A connect is let in.
    Admitted {
        /// The device token that goes with it.
        token: Option<String>,
    },
    /// A command was carried out.
    Done {
        /// The new token, where there is one.
        token: Option<String>,
    },
    /// A list.
    Listed(Vec<Shown>),
    /// A refusal.
    Refused {
        /// Its words.
        message: String,
        /// Whether an approval would help.
        pairing: bool,
        /// The request that stands for it.
        request_id: Option<String>,
    },
    /// There was nothing to do: nothing was shown that could be meant.
    Nothing,
    /// The gateway died before it answered.
    Lost,
}

impl Outcome {
    /// Of an answer of the gateway.
    #[must_use]
    pub fn of(answer: &Answer) -> Self {
        match answer {
            Answer::Admitted { auth, .. } => {
                let token = auth.as_ref().and_then(|auth| auth.get("deviceToken")).and_then(Value::as_str);
                Self::Admitted { token: token.map(str::to_owned) }
            }
            Answer::Refused(refusal) => {
                let id = refusal.details.as_ref().and_then(|details| details.get("requestId"));
                Self::Refused {
                    message: refusal.message.clone(),
                    pairing: refusal.code == Code::NotPaired,
                    request_id: id.and_then(Value::as_str).map(str::to_owned),
                }
            }
            Answer::Payload(payload) => match payload.get("pending").and_then(Value::as_array) {
                Some(pending) => Self::Listed(pending.iter().filter_map(Shown::of_json).collect()),
                None => {
                    let token = payload.get("token").and_then(Value::as_str);
                    Self::Done { token: token.map(str::to_owned) }
                }
            },
        }
    }

    /// Whether what was asked was done.
    #[must_use]
    pub const fn is_good(&self) -> bool {
        matches!(self, Self::Admitted { .. } | Self::Done { .. } | Self::Listed(_))
    }
}
