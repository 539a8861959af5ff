//! No key reaches the caller.

use super::{Check, CheckScene, Failed};

pub(super) struct SecretNotPassed;

impl Check for SecretNotPassed {
    fn id(&self) -> &'static str {
        "secret.not-passed-on"
    }

    fn claim(&self) -> &'static str {
        "A key that a provider echoes does not reach the caller."
    }

    fn example(&self) -> &'static str {
        "leaks-key"
    }

    fn examine(&self, scene: &CheckScene<'_>) -> Option<Result<String, Failed>> {
        // The recording hides keys behind a mask: where one stands, there was a key.
        const MASK: &str = "******";
        let message = &scene.caller?.error.as_ref()?.message;
        Some(if message.contains(MASK) {
            Err(Failed::new("a key reached the caller in an error message").shown(0, message.clone()))
        } else {
            Ok("no key in what the caller was told".to_owned())
        })
    }
}
