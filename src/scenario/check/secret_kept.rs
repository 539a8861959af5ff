//! No secret is in the recording.

use super::{Check, CheckScene, Failed};
use crate::recording::HttpExchange;

pub(super) struct SecretKept;

impl Check for SecretKept {
    fn id(&self) -> &'static str {
        "secret.kept"
    }

    fn claim(&self) -> &'static str {
        "No key that was sent stands anywhere in the recording."
    }

    fn example(&self) -> &'static str {
        "unauthorized"
    }

    fn examine(&self, scene: &CheckScene<'_>) -> Option<Result<String, Failed>> {
        if scene.secrets.is_empty() || scene.requests().is_empty() {
            return None;
        }
        for exchange in scene.requests().into_iter().chain(scene.recording.caller()) {
            if scene.secrets.iter().any(|secret| holds(exchange, secret)) {
                let message = format!("the exchange of attempt {} holds a key", exchange.attempt);
                return Some(Err(Failed::new(message)));
            }
        }
        Some(Ok("no key was kept".to_owned()))
    }
}

fn holds(exchange: &HttpExchange, secret: &str) -> bool {
    let within = |bytes: &[u8]| bytes.windows(secret.len().max(1)).any(|window| window == secret.as_bytes());
    let head = exchange.head().map(|head| head.headers.clone()).unwrap_or_default();
    let headers = exchange.request.headers.iter().chain(&head);
    headers.clone().any(|(_, value)| within(value.as_bytes()))
        || within(exchange.request.path.as_bytes())
        || within(&exchange.request.body)
        || within(&exchange.body())
}
