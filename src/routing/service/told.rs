//! What a router says of a turn beside its answer: headers for the caller, lines for the log.

use crate::routing::{Candidate, Failure, Outcome};

/// Characters of a header that names what failed.
const FAILED_MAX: usize = 1024;
/// Characters of a cause in a line of the log.
const DETAIL_MAX: usize = 400;

/// The headers that tell who answers, after how many attempts, and what failed before.
#[must_use]
pub fn headers(
    served: Option<(&str, &str)>,
    attempts: u32,
    failed: &[(String, &'static str)],
) -> Vec<(String, String)> {
    let mut headers = Vec::new();
    let mut put = |name: &str, value: String| headers.push((name.to_owned(), sendable(&value)));
    if let Some((provider, model)) = served {
        put("x-provoke-provider", provider.to_owned());
        put("x-provoke-model", model.to_owned());
    }
    put("x-provoke-attempts", attempts.to_string());
    if !failed.is_empty() {
        let failed: Vec<String> = failed.iter().map(|(label, class)| format!("{label}={class}")).collect();
        put("x-provoke-failed", failed.join(", "));
    }
    headers
}

/// A text that a header can carry: visible ASCII, and not for ever.
fn sendable(text: &str) -> String {
    text.chars().map(|c| if c == ' ' || c.is_ascii_graphic() { c } else { '?' }).take(FAILED_MAX).collect()
}

/// What the log has of a turn, in OpenClaw's words and order of fields, with the true cause behind them.
/// The second value tells whether it is a warning.
#[must_use]
pub fn lines(requested: &str, candidates: &[Candidate], outcome: &Outcome) -> Vec<(String, bool)> {
    let label = |place: usize| candidates.get(place).map(Candidate::label).unwrap_or_default();
    let failures = &outcome.failures;
    let mut lines: Vec<(String, bool)> = failures
        .iter()
        .enumerate()
        .map(|(nth, (_, place, failure))| {
            let next = failures.get(nth + 1).map(|(_, place, _)| *place).or(outcome.answered);
            let next = next.map_or_else(|| "none".to_owned(), label);
            let words = format!(
                "model fallback decision: decision=candidate_failed requested={requested} candidate={} \
                 reason={} next={next} detail={}",
                label(*place),
                failure.class.name(),
                detail(failure)
            );
            (words, true)
        })
        .collect();
    if let Some(place) = outcome.answered.filter(|_| !failures.is_empty()) {
        let words = format!(
            "model fallback decision: decision=candidate_succeeded requested={requested} candidate={} \
             reason={} next=none",
            label(place),
            failures.last().map_or("unknown", |(_, _, failure)| failure.class.name())
        );
        lines.push((words, false));
    }
    lines
}

fn detail(failure: &Failure) -> String {
    let flat = failure.message.chars().map(|c| if c.is_control() { ' ' } else { c });
    flat.take(DETAIL_MAX).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialect::codec;
    use crate::routing::FailureClass;

    fn candidate(model: &str) -> Candidate {
        Candidate {
            provider: "p".to_owned(),
            model: model.to_owned(),
            dialect: codec("openai_chat").expect("it is there"),
            base_url: String::new(),
            key: None,
            bearer_too: false,
            headers: Vec::new(),
        }
    }

    #[test]
    fn a_fallback_is_named_aloud() {
        let failure = Failure::bare(FailureClass::EmptyStream, "HTTP 200\nand nothing came");
        let outcome = Outcome { answered: Some(1), committed: true, failures: vec![(1, 0, failure)] };
        let lines: Vec<_> = lines("p/a", &[candidate("a"), candidate("b")], &outcome);
        let wanted = [
            (
                "model fallback decision: decision=candidate_failed requested=p/a candidate=p/a \
                 reason=empty-stream next=p/b detail=HTTP 200 and nothing came",
                true,
            ),
            (
                "model fallback decision: decision=candidate_succeeded requested=p/a candidate=p/b \
                 reason=empty-stream next=none",
                false,
            ),
        ];
        let wanted: Vec<_> = wanted.iter().map(|(words, warns)| ((*words).to_owned(), *warns)).collect();
        assert_eq!(lines, wanted);
    }

    #[test]
    fn headers_carry_only_what_headers_can() {
        let failed = [("p/ä\r\nx: y".to_owned(), "rejected")];
        let headers = headers(Some(("p", "b")), 2, &failed);
        assert!(headers.contains(&("x-provoke-model".to_owned(), "b".to_owned())));
        assert!(headers.contains(&("x-provoke-failed".to_owned(), "p/???x: y=rejected".to_owned())));
    }
}
