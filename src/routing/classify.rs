//! From a status and an error body to the failure they are.
//!
//! The provider's own type and code decide first, then the status, then the
//! words of the message: words alone are the weakest evidence ("insufficient
//! quota" is said of per-minute limits too).

mod words;

use std::time::Duration;

use super::failure::{EXCERPT_MAX, Failure, FailureClass};
use crate::chat::ErrorBody;
use crate::dialect::error_wait;
use crate::recording::Head;

pub(crate) use words::{is_retired, takes_no_tools};

/// What an error inside an answer is, with the status it came under.
#[must_use]
pub fn classify_error(status: u16, error: &ErrorBody) -> FailureClass {
    let words = [error.code.as_deref(), error.kind.as_deref()];
    let words = words.into_iter().flatten().map(str::to_ascii_lowercase);
    let message = error.message.to_ascii_lowercase();
    if takes_no_tools(&message) {
        return FailureClass::Rejected;
    }
    for word in words {
        if let Some(class) = words::of_word(&word) {
            return match class {
                // One word for all that a key may not do: the message says which.
                FailureClass::Forbidden => words::of_message(&message).unwrap_or(class),
                FailureClass::RateLimit if words::plan_is_used_up(&message) => FailureClass::Billing,
                class => class,
            };
        }
        if word == "not_found_error" || word == "not_found" {
            return not_found(&message);
        }
        // A number in the code is a status that the envelope hides.
        if let Ok(code @ 400..=599) = word.parse::<u16>() {
            return by_status(code, &message);
        }
    }
    by_status(status, &message)
}

fn by_status(status: u16, message: &str) -> FailureClass {
    let phrase = words::of_message(message);
    match status {
        300..=399 => FailureClass::Redirected,
        401 => FailureClass::Auth,
        // Some say it of a limit that opens again.
        402 if phrase != Some(FailureClass::Billing) && words::opens_again(message) => {
            FailureClass::RateLimit
        }
        402 => FailureClass::Billing,
        403 => phrase.unwrap_or(FailureClass::Forbidden),
        404 | 405 | 410 => not_found(message),
        408 | 500..=502 | 504 => FailureClass::Server,
        413 => FailureClass::ContextOverflow,
        429 if words::plan_is_used_up(message) => FailureClass::Billing,
        429 => FailureClass::RateLimit,
        503 => phrase.filter(|class| *class == FailureClass::Overloaded).unwrap_or(FailureClass::Server),
        529 => FailureClass::Overloaded,
        400..=499 => phrase.unwrap_or(FailureClass::Rejected),
        505..=599 => FailureClass::Server,
        _ => phrase.unwrap_or(FailureClass::Server),
    }
}

fn not_found(message: &str) -> FailureClass {
    let of_model = message.contains("model") || message.contains("no endpoints found");
    if of_model { FailureClass::ModelNotFound } else { FailureClass::PathNotFound }
}

/// What the page of a proxy means: it says nothing of the model.
fn of_page(status: u16, body: &[u8]) -> Option<FailureClass> {
    match status {
        _ if is_bot_check(body) => Some(FailureClass::NotAnApi),
        404 | 405 | 410 => Some(FailureClass::PathNotFound),
        401 | 413 | 429 => None,
        400..=499 => Some(FailureClass::NotAnApi),
        _ => None,
    }
}

/// The failure that an answer with an error status is.
#[must_use]
pub fn classify_status(head: &Head, body: &[u8], error: Option<&ErrorBody>) -> Failure {
    let html = looks_like_html(body);
    let class = match error {
        Some(error) => classify_error(head.status, error),
        None => of_page(head.status, body)
            .filter(|_| html)
            .unwrap_or_else(|| by_status(head.status, &String::from_utf8_lossy(body).to_ascii_lowercase())),
    };
    let location = head.header("location").unwrap_or("nowhere");
    let said = match error {
        _ if class == FailureClass::Redirected => format!("redirected to {location}, and not followed"),
        Some(error) if !error.message.is_empty() => error.message.clone(),
        _ if coding(head).is_some() => format!("a body in {}", coding(head).unwrap_or_default()),
        _ if html => "a web page".to_owned(),
        _ if body.is_empty() => "an empty body".to_owned(),
        _ => first_line(body),
    };
    Failure {
        class,
        message: format!("HTTP {}: {said}", head.status),
        status: Some(head.status),
        content_type: head.header("content-type").map(str::to_owned),
        excerpt: body[..body.len().min(EXCERPT_MAX)].to_vec(),
        retry_after: retry_after(head).or_else(|| wait_in(body, error)),
    }
}

/// How long the body of an error status asks to wait; a header says it better.
fn wait_in(body: &[u8], error: Option<&ErrorBody>) -> Option<Duration> {
    let error = error?;
    let body = serde_json::from_slice(body).unwrap_or_default();
    error_wait::wait_of(&body, &error.message)
}

/// The content coding of an answer, where it has one. None is ever asked for.
pub(crate) fn coding(head: &Head) -> Option<&str> {
    let coding = head.header("content-encoding")?.trim();
    (!coding.is_empty() && !coding.eq_ignore_ascii_case("identity")).then_some(coding)
}

/// Whether a body is a web page.
pub(crate) fn looks_like_html(body: &[u8]) -> bool {
    let head = &body[..body.len().min(512)];
    let text = String::from_utf8_lossy(head).trim_start_matches('\u{feff}').trim_start().to_ascii_lowercase();
    text.starts_with("<!doctype html") || text.starts_with("<html") || text.starts_with("<head")
}

/// Whether a page checks that a person asks: no key and no request gets past it.
pub(crate) fn is_bot_check(body: &[u8]) -> bool {
    // Scripts of the same makers stand in ordinary pages too: only what a check alone says counts.
    const SIGNS: &[&str] = &[
        "just a moment...",
        "attention required!",
        "verify you are human",
        "are you human",
        "cf-chl",
        "cf_chl",
    ];
    let text = String::from_utf8_lossy(&body[..body.len().min(EXCERPT_MAX)]).to_ascii_lowercase();
    looks_like_html(body) && SIGNS.iter().any(|sign| text.contains(sign))
}

/// A web page in words: its title, never its markup.
pub(crate) fn page(body: &[u8]) -> String {
    const TITLE_MAX: usize = 80;
    let text = String::from_utf8_lossy(&body[..body.len().min(EXCERPT_MAX)]);
    let lower = text.to_ascii_lowercase();
    let title = lower.find("<title").and_then(|start| {
        let from = start + lower[start..].find('>')? + 1;
        let to = from + lower[from..].find('<')?;
        Some(text[from..to].split_whitespace().collect::<Vec<_>>().join(" "))
    });
    match title.filter(|title| !title.is_empty()) {
        Some(title) => format!("a web page (\"{}\")", title.chars().take(TITLE_MAX).collect::<String>()),
        None => "a web page".to_owned(),
    }
}

/// The first line of a body, clipped, for a message.
pub(crate) fn first_line(body: &[u8]) -> String {
    const CLIP: usize = 160;
    let text = String::from_utf8_lossy(&body[..body.len().min(EXCERPT_MAX)]);
    let line: String =
        text.trim().chars().map(|c| if c.is_control() { ' ' } else { c }).take(CLIP + 1).collect();
    match line.char_indices().nth(CLIP) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

/// How long a head asks to wait: `retry-after-ms`, or `retry-after` in seconds.
///
/// The date form needs a calendar and the provider's own `date` beside it, so that our clock
/// does not enter.
pub(crate) fn retry_after(head: &Head) -> Option<Duration> {
    if let Some(millis) = head.header("retry-after-ms").and_then(|value| value.trim().parse::<f64>().ok()) {
        return Duration::try_from_secs_f64(millis / 1000.0).ok();
    }
    let value = head.header("retry-after")?.trim();
    if let Ok(seconds) = value.parse::<f64>() {
        return Duration::try_from_secs_f64(seconds).ok();
    }
    let until = http_date(value)?;
    let now = http_date(head.header("date")?.trim())?;
    Some(Duration::from_secs(until.saturating_sub(now)))
}

/// Seconds since 1970 of an HTTP date (`Sun, 06 Nov 1994 08:49:37 GMT`, RFC 9110 §5.6.7).
fn http_date(text: &str) -> Option<u64> {
    const MONTHS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let mut words = text.split_once(", ")?.1.split(' ');
    let day: u64 = words.next()?.parse().ok().filter(|day| (1..=31).contains(day))?;
    let month = words.next()?;
    let month = MONTHS.iter().position(|name| *name == month)? as u64 + 1;
    let year: u64 = words.next()?.parse().ok().filter(|year| (1970..10_000).contains(year))?;
    let mut clock = words.next()?.split(':').map(|part| part.parse::<u64>().ok().filter(|part| *part <= 60));
    let (hour, minute, second) = (clock.next()??, clock.next()??, clock.next()??);
    // Days since 1970-01-01 in the proleptic Gregorian calendar, years counted from March.
    let (y, m) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let days = 365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day - 1;
    Some((days - 719_468) * 86_400 + hour * 3600 + minute * 60 + second)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(pairs: &[(&str, &str)]) -> Head {
        let headers = pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Head { status: 429, headers }
    }

    #[test]
    fn retry_after_is_read_in_all_its_forms() {
        let cases = [
            (vec![("retry-after", "2")], Some(Duration::from_secs(2))),
            (vec![("retry-after", "0.5")], Some(Duration::from_millis(500))),
            (vec![("retry-after-ms", "373.8"), ("retry-after", "9")], Some(Duration::from_micros(373_800))),
            (
                vec![
                    ("retry-after", "Sun, 01 Mar 2026 00:00:30 GMT"),
                    ("date", "Sat, 28 Feb 2026 23:59:50 GMT"),
                ],
                Some(Duration::from_secs(40)),
            ),
            (vec![("retry-after", "soon")], None),
            (vec![("retry-after", "-1")], None),
            (vec![], None),
        ];
        for (headers, wait) in cases {
            assert_eq!(retry_after(&head(&headers)), wait, "{headers:?}");
        }
    }

    #[test]
    fn a_status_is_read_with_what_is_said_under_it() {
        use FailureClass::{Auth, Billing, ContextOverflow, Forbidden, ModelNotFound, NotAnApi};
        use FailureClass::{PathNotFound, RateLimit, Rejected, Server};
        let page = "<!doctype html><html><body>Cannot POST /v1/messages</body></html>";
        let check = "<html><head><title>Just a moment...</title></head></html>";
        for (status, body, class) in [
            (402, "usage limit reached, try again in 42 minutes", RateLimit),
            (402, "insufficient credits; try again in a while or top up", Billing),
            (403, "api key has been disabled", Auth),
            (403, "key limit exceeded (total limit)", Billing),
            (403, "not allowed from here", Forbidden),
            (404, "no endpoints found for foo/bar", ModelNotFound),
            (404, page, PathNotFound),
            (404, "404 page not found", PathNotFound),
            (410, "this model has been retired", ModelNotFound),
            (413, "<html><title>413</title></html>", ContextOverflow),
            (403, check, NotAnApi),
            (503, check, NotAnApi),
            (503, "<html><title>Sign in</title></html>", Server),
            (429, "monthly quota exhausted", Billing),
            (429, "insufficient quota for this minute", RateLimit),
            (422, "the model `foo` is not supported", ModelNotFound),
            (409, "conflict", Rejected),
        ] {
            let head = Head { status, headers: Vec::new() };
            assert_eq!(classify_status(&head, body.as_bytes(), None).class, class, "{status} {body}");
        }
    }

    #[test]
    fn the_word_of_an_envelope_yields_to_what_it_is_said_of() {
        let error = |kind: &str, message: &str| ErrorBody {
            kind: Some(kind.to_owned()),
            message: message.to_owned(),
            ..ErrorBody::default()
        };
        for (status, kind, message, class) in [
            (403, "permission_error", "API key has been revoked", FailureClass::Auth),
            (403, "permission_error", "Your key may not do this", FailureClass::Forbidden),
            (429, "rate_limit_error", "Weekly limit reached", FailureClass::Billing),
            (429, "rate_limit_error", "Too fast", FailureClass::RateLimit),
            (404, "not_found_error", "No endpoints that support tool use", FailureClass::Rejected),
        ] {
            assert_eq!(classify_error(status, &error(kind, message)), class, "{kind}: {message}");
        }
    }

    #[test]
    fn http_dates_count_from_1970() {
        assert_eq!(http_date("Sun, 06 Nov 1994 08:49:37 GMT"), Some(784_111_777));
        assert_eq!(http_date("Thu, 01 Jan 1970 00:00:00 GMT"), Some(0));
        assert_eq!(http_date("garbage"), None);
    }
}
