//! Header fields and query parameters that carry secrets by their name.

use super::mask;

/// The last word of a name that carries a secret.
const SENSITIVE: [&str; 22] = [
    "accesskey",
    "accesstoken",
    "apikey",
    "api_key",
    "auth",
    "authorization",
    "clientsecret",
    "cookie",
    "credential",
    "credentials",
    "devicetoken",
    "key",
    "pass",
    "passwd",
    "password",
    "secret",
    "session",
    "sig",
    "signature",
    "token",
    "access_token",
    "bootstraptoken",
];

/// Names that end like a secret's and are none.
const HARMLESS: [&str; 5] =
    ["sec-websocket-key", "idempotency-key", "x-idempotency-key", "x-ratelimit-key", "surrogate-key"];

/// Words before the credentials in `authorization`; they say what was tried and stay.
const SCHEMES: [&str; 12] = [
    "bearer",
    "basic",
    "token",
    "bot",
    "apikey",
    "api-key",
    "key",
    "digest",
    "negotiate",
    "ntlm",
    "aws4-hmac-sha256",
    "sharedaccesssignature",
];

/// Whether a header or a parameter of this name carries a secret.
pub(super) fn is_sensitive(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let last = name.rsplit(['-', '_', '.']).next().unwrap_or_default();
    name == "set-cookie" || (SENSITIVE.contains(&last) && !HARMLESS.contains(&name.as_str()))
}

/// The value of a sensitive header, masked at the same length.
pub(super) fn mask_value(name: &str, value: &str) -> String {
    if name.eq_ignore_ascii_case("cookie") {
        return value.split(';').map(mask_pair).collect::<Vec<_>>().join(";");
    }
    if name.eq_ignore_ascii_case("set-cookie") {
        let (pair, attributes) = value.split_at(value.find(';').unwrap_or(value.len()));
        return mask_pair(pair) + attributes;
    }
    let scheme = value.split_once(' ').map_or("", |(scheme, _)| scheme);
    if SCHEMES.contains(&scheme.to_ascii_lowercase().as_str()) {
        let secret = value[scheme.len()..].trim_start();
        let kept = &value[..value.len() - secret.len()];
        return format!("{kept}{}", hide(secret));
    }
    hide(value)
}

/// The path with the values of its sensitive parameters masked, at the same length.
pub(super) fn mask_query(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    let start = path.find(['?', '#']).map_or(path.len(), |at| at + 1);
    out.push_str(&path[..start]);
    for part in path[start..].split_inclusive(['&', ';', '#', '?']) {
        let (pair, end) = part.split_at(part.trim_end_matches(['&', ';', '#', '?']).len());
        match pair.split_once('=') {
            Some((name, value)) if is_sensitive(name) => {
                out.push_str(name);
                out.push('=');
                out.push_str(&hide(value));
            }
            _ => out.push_str(pair),
        }
        out.push_str(end);
    }
    out
}

/// `name=value` with the value masked; without a name all is the value.
fn mask_pair(pair: &str) -> String {
    match pair.split_once('=') {
        Some((name, value)) => format!("{name}={}", hide(value)),
        None => {
            let value = pair.trim_start();
            format!("{}{}", &pair[..pair.len() - value.len()], hide(value))
        }
    }
}

fn hide(secret: &str) -> String {
    if mask::is_placeholder(secret.as_bytes()) {
        return secret.to_owned();
    }
    let mut bytes = secret.as_bytes().to_vec();
    mask::hide(&mut bytes);
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_what_is_secret() {
        for name in
            ["Authorization", "x-api-key", "api-key", "X-Goog-Api-Key", "cookie", "x-openclaw-token", "key"]
        {
            assert!(is_sensitive(name), "{name}");
        }
        for name in
            ["content-type", "Sec-WebSocket-Key", "idempotency-key", "x-ratelimit-remaining-tokens", "alt"]
        {
            assert!(!is_sensitive(name), "{name}");
        }
    }

    #[test]
    fn the_scheme_the_kind_and_the_names_stay() {
        assert_eq!(mask_value("authorization", "Bearer sk-abcdefgh12"), "Bearer sk-**********");
        assert_eq!(mask_value("authorization", "Basic  dTpw"), "Basic  ****");
        assert_eq!(mask_value("cookie", "a=b; c=dd"), "a=*; c=**");
        assert_eq!(mask_value("set-cookie", "sid=abc; Path=/"), "sid=***; Path=/");
        assert_eq!(mask_value("x-api-key", "${KEY}"), "${KEY}");
        assert_eq!(mask_query("/v1?key=abc&alt=sse#token=y&"), "/v1?key=***&alt=sse#token=*&");
    }
}
