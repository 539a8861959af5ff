//! The router's word for a failure agrees with what the wire shows.

use super::{Check, CheckScene, Failed};
use crate::recording::Stage;
use crate::routing::{Failure, FailureClass};
use crate::verdict::Finding;

pub(super) struct CauseTrue;

impl Check for CauseTrue {
    fn id(&self) -> &'static str {
        "failure.true-cause"
    }

    fn claim(&self) -> &'static str {
        "The router's reason for leaving the primary is the cause that the raw bytes show."
    }

    fn example(&self) -> &'static str {
        "json-error-200"
    }

    fn examine(&self, scene: &CheckScene<'_>) -> Option<Result<String, Failed>> {
        // Who is blamed for a caller that left is another check's business.
        let of_primary = |(_, candidate, failure): &&(u32, usize, Failure)| {
            *candidate == 0 && failure.class != FailureClass::CallerLeft
        };
        let (attempt, _, failure) = scene.failures().iter().find(of_primary)?;
        let shown: Vec<&Finding> = scene
            .findings
            .iter()
            .filter(|finding| finding.evidence.iter().any(|evidence| evidence.attempt == Some(*attempt)))
            .collect();
        let allowed = causes(failure.class);
        if shown.iter().any(|finding| allowed.contains(&finding.cause.as_str())) {
            return Some(Ok(format!("`{}` is what the wire shows", failure.class.name())));
        }
        let causes: Vec<&str> = shown.iter().map(|finding| finding.cause.as_str()).collect();
        let wire = if causes.is_empty() { "nothing wrong".to_owned() } else { causes.join(", ") };
        let message = format!("the router says `{}`, the wire shows {wire}", failure.class.name());
        Some(Err(Failed::new(message).shown(*attempt, failure.message.clone())))
    }
}

/// The causes that a class may mean.
const fn causes(class: FailureClass) -> &'static [&'static str] {
    match class {
        FailureClass::Refused => &["net.unreachable"],
        FailureClass::Tls => &["net.tls-failed"],
        FailureClass::Dropped => &["stream.connection-reset"],
        FailureClass::Cut => &["stream.connection-reset", "stream.truncated-no-terminal"],
        FailureClass::NotHttp => &["net.not-http"],
        FailureClass::Deadline(Stage::Connect) => &["net.unreachable"],
        FailureClass::Deadline(Stage::Headers) => &["net.no-response"],
        FailureClass::Deadline(Stage::FirstEvent) => &["stream.first-token-stall"],
        FailureClass::Deadline(Stage::InterEvent | Stage::Drain) => &["stream.midstream-stall"],
        FailureClass::Deadline(Stage::Total) => {
            &["stream.midstream-stall", "stream.first-token-stall", "net.no-response"]
        }
        FailureClass::Auth => &["auth.key-invalid"],
        FailureClass::Forbidden => &["auth.forbidden"],
        FailureClass::Billing => &["quota.exhausted"],
        FailureClass::RateLimit => &["quota.rate-limited"],
        FailureClass::Overloaded => &["provider.overloaded"],
        FailureClass::ModelNotFound => &["model.alias-mismatch", "model.not-in-config", "model.retired"],
        FailureClass::PathNotFound => &["route.missing-v1"],
        FailureClass::Redirected => &["route.redirected"],
        FailureClass::Rejected => &[
            "tool.capability-absent",
            "schema.tool-keyword-unsupported",
            "param.unknown-field",
            "param.max-tokens-too-large",
            "param.renamed",
            "history.empty-part",
            "history.reasoning-replay-required",
            "history.thinking-signature",
            "history.tool-call-id-format",
            "provider.request-rejected",
        ],
        FailureClass::ContextOverflow => &["limit.context-overflow"],
        FailureClass::ContentFilter => &["policy.content-filtered"],
        FailureClass::Server => &["provider.server-error", "cdn.origin-error"],
        FailureClass::EmptyStream => &["stream.empty-body"],
        FailureClass::EmptyAnswer => {
            &["empty.model-stop", "empty.thinking-budget", "error.masked-upstream", "stream.empty-body"]
        }
        FailureClass::NotAnApi => &["route.html-instead-of-api", "cdn.bot-check", "stream.malformed-record"],
        FailureClass::Truncated => &["stream.truncated-no-terminal"],
        FailureClass::Malformed => &[
            "stream.malformed-record",
            "stream.wrong-framing",
            "stream.content-encoding",
            "stream.broken-framing",
            "stream.record-too-large",
        ],
        FailureClass::CallerLeft => &[],
    }
}
