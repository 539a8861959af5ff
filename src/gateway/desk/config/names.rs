//! What is told by names: which keys of a config hold secrets.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

/// The shortest text under `access` or `refresh` that is a token and no word, in bytes.
const TOKEN_FROM: usize = 20;

/// Where a value stands.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// Anywhere.
    Open,
    /// Under the name of a secret.
    Secret,
    /// Under `headers`.
    Headers,
    /// Under `env`.
    Variables,
}

/// Where the value of a key stands.
pub(super) fn place_of(key: &str, value: &Value, above: Place) -> Place {
    let plain = plain(key);
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
        // Keys of profiles: `{type: "api_key", key}`, `{type: "oauth", access, refresh}`.
        "key" | "pass" | "pwd" | "dsn" if value.is_string() => Place::Secret,
        "access" | "refresh" if value.as_str().is_some_and(|text| text.len() >= TOKEN_FROM) => Place::Secret,
        "headers" if value.is_object() => Place::Headers,
        "env" | "vars" | "environment" if value.is_object() => Place::Variables,
        _ => Place::Open,
    }
}

/// A name in lower case, its letters and digits only.
fn plain(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
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
pub(super) fn is_secret_variable(name: &str) -> bool {
    const WHOLE: [&str; 5] = ["AUTH", "JWT", "PIN", "PASS", "COOKIE"];
    const AT_END: [&str; 6] = ["KEY", "TOKEN", "SECRET", "PASSWORD", "CREDENTIAL", "CREDENTIALS"];
    let name = name.to_ascii_uppercase();
    name.split(|c: char| !c.is_ascii_alphanumeric()).any(|part| {
        WHOLE.contains(&part) || part.contains("PASSW") || AT_END.iter().any(|end| part.ends_with(end))
    })
}

/// The values of an environment that are secrets by their names. Numbers are limits and ports.
pub(super) fn secrets_of(env: &BTreeMap<String, String>, from: usize) -> impl Iterator<Item = String> {
    let is_number = |value: &str| value.bytes().all(|byte| byte.is_ascii_digit());
    let secret = move |(name, value): &(&String, &String)| {
        is_secret_variable(name) && value.len() >= from && !is_number(value)
    };
    env.iter().filter(secret).map(|(_, value)| value.clone())
}

/// Whether an object is a pair of a secret's name and its value.
pub(super) fn is_secret_pair(map: &Map<String, Value>) -> bool {
    let named = ["name", "key", "header"].into_iter().filter_map(|key| map.get(key)?.as_str());
    let mut named = named.map(|name| (name, plain(name)));
    let by_name =
        named.any(|(name, plain)| is_secret_variable(name) || is_secret_name(&plain, &Value::from("")));
    map.get("value").is_some() && (by_name || map.contains_key("headerName"))
}

/// Whether a word of a command line announces a secret: `--api-key`, `--token`.
pub(super) fn is_secret_flag(word: &str) -> bool {
    let name = word.strip_prefix('-').map(plain).filter(|name| !word.contains('=') && !name.is_empty());
    name.is_some_and(|name| name.ends_with("key") || is_secret_name(&name, &Value::from("")))
}

fn is_harmless_header(plain: &str) -> bool {
    ["accept", "contenttype", "useragent", "anthropicversion", "anthropicbeta", "httpreferer", "xtitle"]
        .contains(&plain)
}

/// Whether an object is a reference to a secret that is kept elsewhere.
pub(super) fn is_reference(map: &Map<String, Value>) -> bool {
    let source = map.get("source").and_then(Value::as_str);
    matches!(source, Some("env" | "file" | "exec")) && map.get("id").is_some_and(Value::is_string)
}

pub(super) fn is_variable(name: &str) -> bool {
    let fits = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
    !name.is_empty()
        && name.len() <= 64
        && name.chars().all(fits)
        && name.starts_with(|c: char| !c.is_ascii_digit())
}

/// The names of the variables in a text.
pub(super) fn variables(text: &str) -> Vec<&str> {
    let after = text.split("${").skip(1);
    after
        .filter_map(|rest| rest.split_once('}'))
        .map(|(name, _)| name)
        .filter(|name| is_variable(name))
        .collect()
}
