//! What of a config may not be shown.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use crate::recording::Redactor;

/// What stands in a secret's place. Sent back, it means: as it is.
pub const MARK: &str = "__OPENCLAW_REDACTED__";

/// A secret found by its place is looked for in all other places, if it is at least this long, in
/// bytes: shorter ones are common words.
const SOUGHT_FROM: usize = 6;

/// The same for the values of headers, many of which are no secrets.
const HEADER_SOUGHT_FROM: usize = 12;

/// The config as it may be shown, and whether anything was hidden.
///
/// Three things are hidden: what stands in a secret's place, by the name of its key; what equals or
/// holds a secret known from such a place, from `known` or from a variable; and what has a secret's
/// shape. The shape of the whole stays, so that what is sent back can be put back.
#[must_use]
pub fn redact(
    config: &Value,
    env: &BTreeMap<String, String>,
    redactor: &Redactor,
    known: &[String],
) -> (Value, bool) {
    let mut first = Walk { redactor, env, found: known.iter().cloned().collect(), hidden: false };
    let _ = first.value(config, Place::Open);
    let of_env = env.iter().filter(|(name, value)| is_secret_variable(name) && value.len() >= SOUGHT_FROM);
    first.found.extend(of_env.map(|(_, value)| value.clone()));
    let redactor = redactor.knowing(first.found);
    let mut second = Walk { redactor: &redactor, env, found: BTreeSet::new(), hidden: false };
    let shown = second.value(config, Place::Open);
    (shown, second.hidden)
}

/// The redactor that knows all that [`redact`] would look for.
pub(super) fn knowing(
    config: &Value,
    env: &BTreeMap<String, String>,
    redactor: &Redactor,
    known: &[String],
) -> Redactor {
    let mut walk = Walk { redactor, env, found: known.iter().cloned().collect(), hidden: false };
    let _ = walk.value(config, Place::Open);
    let of_env = env.iter().filter(|(name, value)| is_secret_variable(name) && value.len() >= SOUGHT_FROM);
    walk.found.extend(of_env.map(|(_, value)| value.clone()));
    redactor.knowing(walk.found)
}

/// Where a value stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Anywhere.
    Open,
    /// Under the name of a secret.
    Secret,
    /// Under `headers`.
    Headers,
    /// Under `env`.
    Variables,
}

struct Walk<'a> {
    redactor: &'a Redactor,
    env: &'a BTreeMap<String, String>,
    /// Secrets found by their place.
    found: BTreeSet<String>,
    hidden: bool,
}

impl Walk<'_> {
    /// Recursion is bounded by the depth that the scanner of configs allows.
    fn value(&mut self, value: &Value, place: Place) -> Value {
        match value {
            Value::Object(map) => self.object(map, place),
            Value::Array(items) => items.iter().map(|item| self.value(item, place)).collect(),
            Value::String(text) => self.text(text, place),
            Value::Number(number) => {
                let text = number.to_string();
                if place == Place::Secret || self.redactor.text(&text) != text {
                    self.hide(&text, place)
                } else {
                    value.clone()
                }
            }
            Value::Bool(_) | Value::Null => value.clone(),
        }
    }

    fn object(&mut self, map: &Map<String, Value>, place: Place) -> Value {
        let reference = is_reference(map);
        let mut shown = Map::new();
        for (index, (key, value)) in map.iter().enumerate() {
            let below = match key.as_str() {
                "id" if reference => {
                    shown.insert(key.clone(), self.reference_id(map, value));
                    continue;
                }
                "source" | "provider" if reference => Place::Open,
                _ => place_of(key, value, place),
            };
            let value = self.value(value, below);
            // A key may be a secret that somebody put into the wrong place.
            if self.redactor.text(key) == key.as_str() {
                shown.insert(key.clone(), value);
            } else {
                self.hidden = true;
                shown.insert(format!("{MARK}{index}"), value);
            }
        }
        Value::Object(shown)
    }

    /// The id of a reference is shown where it is the name of a variable; elsewhere it may be
    /// anything.
    fn reference_id(&mut self, map: &Map<String, Value>, id: &Value) -> Value {
        match id.as_str() {
            Some(id) if map["source"] == "env" && is_variable(id) => self.text(id, Place::Open),
            Some(id) => {
                self.hidden = true;
                let _ = id;
                Value::from(MARK)
            }
            None => self.value(id, Place::Secret),
        }
    }

    fn text(&mut self, text: &str, place: Place) -> Value {
        let variables = variables(text);
        if variables.len() == 1 && text == format!("${{{}}}", variables[0]) {
            if place == Place::Secret {
                self.found
                    .extend(self.env.get(variables[0]).filter(|value| value.len() >= SOUGHT_FROM).cloned());
            }
            return text.into();
        }
        let by_place = matches!(place, Place::Secret | Place::Headers) && !text.trim().is_empty();
        if by_place || self.redactor.text(text) != text { self.hide(text, place) } else { text.into() }
    }

    fn hide(&mut self, secret: &str, place: Place) -> Value {
        self.hidden = true;
        let from = if place == Place::Headers { HEADER_SOUGHT_FROM } else { SOUGHT_FROM };
        if matches!(place, Place::Secret | Place::Headers) && secret.trim().len() >= from && secret != MARK {
            self.found.insert(secret.trim().to_owned());
        }
        Value::from(MARK)
    }
}

/// Where the value of a key stands.
fn place_of(key: &str, value: &Value, above: Place) -> Place {
    let plain: String =
        key.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect();
    if above == Place::Secret {
        return Place::Secret;
    }
    if above == Place::Headers {
        return if is_harmless_header(&plain) { Place::Open } else { Place::Headers };
    }
    if is_secret_name(&plain, value) || (above == Place::Variables && is_secret_variable(key)) {
        return Place::Secret;
    }
    match plain.as_str() {
        "headers" if value.is_object() => Place::Headers,
        "env" | "vars" | "environment" if value.is_object() => Place::Variables,
        _ => Place::Open,
    }
}

/// Whether the value of a key (in lower case, letters and digits only) is a secret.
fn is_secret_name(plain: &str, value: &Value) -> bool {
    const WITHIN: [&str; 11] = [
        "password",
        "passwd",
        "passphrase",
        "secret",
        "apikey",
        "encryptkey",
        "encryptionkey",
        "privatekey",
        "accesskey",
        "authkey",
        "masterkey",
    ];
    const AT_END: [&str; 14] = [
        "token",
        "tokens",
        "credential",
        "credentials",
        "serviceaccount",
        "serviceaccountref",
        "authorization",
        "cookie",
        "cookies",
        "signingkey",
        "jwt",
        "bearer",
        "pincode",
        "botkey",
    ];
    // Counts, files and sections that are named like secrets.
    const NOT: [&str; 5] = ["passwordfile", "tokenfile", "secretfile", "apikeyfile", "secrets"];
    if NOT.iter().any(|name| plain.ends_with(name)) {
        return plain != "secrets" && !value.is_string() && !value.is_object();
    }
    if value.is_boolean() || value.is_null() {
        return false;
    }
    // `maxTokens: 4096` counts; `botToken: 4096` is a secret all the same.
    if value.is_number() {
        return AT_END.iter().any(|name| *name != "tokens" && plain.ends_with(name))
            || WITHIN.iter().any(|name| plain.ends_with(name));
    }
    if plain.contains("webhook") && value.as_str().is_some_and(|text| text.contains("://")) {
        return true;
    }
    WITHIN.iter().any(|name| plain.contains(name)) || AT_END.iter().any(|name| plain.ends_with(name))
}

/// Whether a variable of this name holds a secret.
fn is_secret_variable(name: &str) -> bool {
    const WORDS: [&str; 9] = ["KEY", "TOKEN", "SECRET", "PASS", "CREDENTIAL", "AUTH", "COOKIE", "JWT", "PIN"];
    let name = name.to_ascii_uppercase();
    let mut parts = name.split(|c: char| !c.is_ascii_alphanumeric());
    parts.any(|part| {
        WORDS
            .iter()
            .any(|word| part == *word || (word.len() > 3 && part.contains(word)) || part.ends_with("KEY"))
    })
}

fn is_harmless_header(plain: &str) -> bool {
    ["accept", "contenttype", "useragent", "anthropicversion", "anthropicbeta", "httpreferer", "xtitle"]
        .contains(&plain)
}

/// Whether an object is a reference to a secret that is kept elsewhere.
fn is_reference(map: &Map<String, Value>) -> bool {
    let source = map.get("source").and_then(Value::as_str);
    matches!(source, Some("env" | "file" | "exec")) && map.get("id").is_some_and(Value::is_string)
}

fn is_variable(name: &str) -> bool {
    let fits = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
    !name.is_empty()
        && name.len() <= 64
        && name.chars().all(fits)
        && name.starts_with(|c: char| !c.is_ascii_digit())
}

/// The names of the variables in a text.
fn variables(text: &str) -> Vec<&str> {
    let after = text.split("${").skip(1);
    after
        .filter_map(|rest| rest.split_once('}'))
        .map(|(name, _)| name)
        .filter(|name| is_variable(name))
        .collect()
}
