//! What a gateway tells and nobody should see on a screen: OpenClaw 2026.4.12 forgets to redact
//! parts of `config.get` and hands out node tokens in lists.

use serde_json::Value;

use crate::gateway::desk::config::MARK as REDACTED;

/// How the names of secret fields end, in lower case.
const SECRET_ENDS: [&str; 8] =
    ["token", "password", "secret", "apikey", "api_key", "privatekey", "privatekeypem", "passphrase"];

/// Replaces every text under a name that means a secret.
pub(in crate::cli) fn hide_by_name(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            for (name, field) in fields {
                let name = name.to_lowercase();
                let is_secret = SECRET_ENDS.iter().any(|end| name.ends_with(end));
                match field {
                    Value::String(text) if is_secret && !is_reference(text) => *text = REDACTED.to_owned(),
                    other => hide_by_name(other),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(hide_by_name),
        _ => {}
    }
}

/// Whether a text only names where the secret stands.
fn is_reference(text: &str) -> bool {
    text.is_empty() || (text.starts_with("${") && text.ends_with('}'))
}

/// Replaces the secrets that we know, wherever they stand.
pub(in crate::cli) fn hide_known(value: &mut Value, known: &[String]) {
    match value {
        Value::Object(fields) => fields.values_mut().for_each(|field| hide_known(field, known)),
        Value::Array(items) => items.iter_mut().for_each(|item| hide_known(item, known)),
        Value::String(text) => {
            for secret in known {
                if text.contains(secret.as_str()) {
                    *text = text.replace(secret.as_str(), REDACTED);
                }
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn secrets_go_by_name_and_by_value() {
        let mut value = json!({
            "auth": {"mode": "token", "token": "s3cret", "reference": {"apiKey": "${KEY}"}},
            "list": [{"deviceToken": "x"}, "holds s3cret inside"], "maxTokens": 5, "tokens": [{"role": "operator"}],
        });
        hide_by_name(&mut value);
        hide_known(&mut value, &["s3cret".to_owned()]);
        let expected = json!({
            "auth": {"mode": "token", "token": REDACTED, "reference": {"apiKey": "${KEY}"}},
            "list": [{"deviceToken": REDACTED}, format!("holds {REDACTED} inside")], "maxTokens": 5,
            "tokens": [{"role": "operator"}],
        });
        assert_eq!(value, expected);
    }
}
