//! How long an error asks to wait, where only its body says so.
//!
//! Google tells it in `error.details` (`RetryInfo.retryDelay`, `ErrorInfo.metadata.quotaResetDelay`,
//! <https://cloud.google.com/apis/design/errors>); many others only in the message.

use std::time::Duration;

use serde_json::Value;

/// How deep a body is searched.
const DEPTH_MAX: usize = 8;

/// How many values of a body are looked at.
const VALUES_MAX: usize = 2_000;

/// How much of a message is searched, in bytes.
const PROSE_MAX: usize = 4 << 10;

/// The longest wait that is told; what asks for more asks for this.
const WAIT_MAX: Duration = Duration::from_secs(400 * 24 * 60 * 60);

/// The keys whose text is a span of time, best first.
const KEYS: [&str; 2] = ["retryDelay", "quotaResetDelay"];

/// The words before a span in prose, lower case.
const PHRASES: [&str; 9] = [
    "try again in",
    "try again after",
    "retry in",
    "retry after",
    "reset after",
    "reset in",
    "resets after",
    "resets in",
    "available in",
];

/// How long the body of an error asks to wait: its fields first, the prose of its message second.
#[must_use]
pub fn wait_of(body: &Value, message: &str) -> Option<Duration> {
    KEYS.iter().find_map(|key| field(body, key, 0, &mut VALUES_MAX.clone())).or_else(|| in_prose(message))
}

/// The span under `key`, at whatever depth.
fn field(value: &Value, key: &str, depth: usize, left: &mut usize) -> Option<Duration> {
    if depth > DEPTH_MAX || *left == 0 {
        return None;
    }
    *left -= 1;
    match value {
        Value::Object(object) => {
            let here = object.get(key).and_then(Value::as_str).and_then(span);
            here.or_else(|| object.values().find_map(|inner| field(inner, key, depth + 1, left)))
        }
        Value::Array(items) => items.iter().find_map(|inner| field(inner, key, depth + 1, left)),
        _ => None,
    }
}

/// The span that a message names behind words such as `try again in`.
#[must_use]
pub fn in_prose(message: &str) -> Option<Duration> {
    let message = message[..message.floor_char_boundary(PROSE_MAX)].to_ascii_lowercase();
    PHRASES.iter().find_map(|phrase| {
        let mut behind = message.match_indices(phrase).map(|(at, _)| &message[at + phrase.len()..]);
        behind.find_map(|rest| leading(rest.trim_start_matches([' ', ':'])).map(|(wait, _)| wait))
    })
}

/// A text that is a span and nothing else: `45.837906927s`, `373.8ms`, `27h41m36s`.
#[must_use]
pub fn span(text: &str) -> Option<Duration> {
    leading(text.trim()).filter(|(_, rest)| rest.is_empty()).map(|(wait, _)| wait)
}

/// The span at the beginning of a text, and what follows it.
///
/// It is one or more numbers, each with its unit; a number without one is none.
fn leading(text: &str) -> Option<(Duration, &str)> {
    let mut sum = Duration::ZERO;
    let mut rest = text;
    let mut parts = 0;
    while let Some((part, behind)) = part(rest) {
        sum = sum.saturating_add(part).min(WAIT_MAX);
        parts += 1;
        rest = behind;
        let next = rest.trim_start_matches([' ', ',']);
        let next = next.strip_prefix("and ").unwrap_or(next);
        if next.starts_with(|first: char| first.is_ascii_digit()) && self::part(next).is_some() {
            rest = next;
        }
    }
    (parts > 0).then_some((sum, rest))
}

/// One number and its unit.
fn part(text: &str) -> Option<(Duration, &str)> {
    let digits = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (number, behind) = text.split_at(digits);
    let number: f64 = number.parse().ok().filter(|number: &f64| number.is_finite())?;
    let behind = behind.trim_start_matches(' ');
    let letters = behind.find(|c: char| !c.is_alphabetic()).unwrap_or(behind.len());
    let (unit, rest) = behind.split_at(letters);
    let seconds = number * seconds_of(unit)?;
    Some((Duration::try_from_secs_f64(seconds).map_or(WAIT_MAX, |wait| wait.min(WAIT_MAX)), rest))
}

/// How many seconds a unit has.
fn seconds_of(unit: &str) -> Option<f64> {
    Some(match unit {
        "ns" => 1e-9,
        "us" | "µs" => 1e-6,
        "ms" | "millisecond" | "milliseconds" => 1e-3,
        "s" | "sec" | "secs" | "second" | "seconds" => 1.0,
        "m" | "min" | "mins" | "minute" | "minutes" => 60.0,
        "h" | "hr" | "hrs" | "hour" | "hours" => 3_600.0,
        "d" | "day" | "days" => 86_400.0,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn spans_are_read_as_they_are_seen() {
        for (text, nanos) in [
            ("45.837906927s", 45_837_906_927),
            ("373.8ms", 373_800_000),
            ("27h41m36s", 99_696_000_000_000),
            ("1h 2m, and 3 seconds", 3_723_000_000_000),
            ("0s", 0),
            ("2 days", 172_800_000_000_000),
            ("99999999999999999999h", WAIT_MAX.as_nanos()),
        ] {
            assert_eq!(span(text).map(|wait| wait.as_nanos()), Some(nanos), "{text}");
        }
        for text in ["", "45", "s", "1.2.3s", "-3s", "3 apples", "3s!", "soon", ".s", "١s"] {
            assert_eq!(span(text), None, "{text}");
        }
    }

    #[test]
    fn prose_is_read_behind_its_words_only() {
        for (message, seconds) in [
            ("Rate limit reached for gpt-x. Please try again in 20s. Visit …", Some(20)),
            ("Your quota will reset after 27h41m36s.", Some(99_696)),
            ("Please retry in 1.0s, or upgrade", Some(1)),
            ("Limit: 3 requests per 5 minutes. Try again in 2 minutes and 5 seconds", Some(125)),
            ("No more than 5 requests in 20s are allowed", None),
            ("try again in a moment", None),
            ("try again in 20", None),
        ] {
            assert_eq!(in_prose(message).map(|wait| wait.as_secs()), seconds, "{message}");
        }
    }

    #[test]
    fn a_field_says_more_than_the_prose_and_is_found_at_depth() {
        let body = json!([{"error": {"message": "m", "details": [{"metadata": {"quotaResetDelay": "2h"}},
            {"@type": "RetryInfo", "retryDelay": "1.5s"}]}}]);
        assert_eq!(wait_of(&body, "try again in 9s"), Some(Duration::from_millis(1500)));
        assert_eq!(wait_of(&json!({"retryDelay": 3}), "try again in 9s"), Some(Duration::from_secs(9)));
        assert_eq!(wait_of(&json!({"retryDelay": "soon"}), ""), None);
        let deep = (0..DEPTH_MAX + 2).fold(json!({"retryDelay": "1s"}), |inner, _| json!([inner]));
        assert_eq!(wait_of(&deep, ""), None);
    }

    proptest! {
        #![proptest_config(crate::chance::tries(256))]

        #[test]
        fn any_text_is_a_bounded_span_or_none(text in "(try again in )?[0-9.]{0,40}[ a-zµ,]{0,12}[0-9hms]{0,12}.{0,8}") {
            prop_assert!(span(&text).is_none_or(|wait| wait <= WAIT_MAX));
            prop_assert!(in_prose(&text).is_none_or(|wait| wait <= WAIT_MAX));
        }

        #[test]
        fn whole_spans_read_back(hours in 0_u64..9_000, minutes in 0_u64..60, millis in 0_u64..60_000) {
            let text = format!("{hours}h{minutes}m{}.{:03}s", millis / 1000, millis % 1000);
            let wanted = Duration::from_secs(hours * 3600 + minutes * 60) + Duration::from_millis(millis);
            let read = span(&text).unwrap();
            prop_assert!(read.abs_diff(wanted) < Duration::from_micros(1), "{text}: {read:?}");
            prop_assert_eq!(in_prose(&format!("Please try again in {text}.")), Some(read));
        }
    }
}
