//! The one thing the pure house needs to know of a URL.

/// The request target of a URL: path and query, without fragment; `/` when it has none.
#[must_use]
pub fn request_target(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let target = rest.find(['/', '?', '#']).map_or("", |start| &rest[start..]);
    let target = target.split('#').next().unwrap_or_default();
    if target.is_empty() { "/" } else { target }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_target_is_path_and_query() {
        for (url, target) in [
            ("https://api.example/v1/messages?beta=true#x", "/v1/messages?beta=true"),
            ("http://127.0.0.1:9", "/"),
            ("http://h/", "/"),
            ("/v1/messages", "/v1/messages"),
        ] {
            assert_eq!(request_target(url), target);
        }
    }
}
