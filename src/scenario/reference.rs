//! Ours beside another subject: what differs, and how.

use super::check::CheckScene;
use super::plan::Reference;
use super::schema::Reason;
use crate::verdict::{self, Ours, State};

/// The comparison of a case, where its cell has a reference.
pub(super) fn beside(scene: &CheckScene<'_>) -> Option<verdict::Reference> {
    let reference = scene.cell.reference.as_ref()?;
    let ours = ours(scene);
    let row = &reference.row;
    Some(verdict::Reference {
        subject: reference.subject.clone(),
        dialect: reference.dialect.to_owned(),
        reason: row.reason.name().to_owned(),
        requests: row.requests_in_all(),
        probe: row.probe.name().to_owned(),
        told: row.told.clone(),
        differs: differs(reference, &ours, scene.observed.cause.as_deref()),
        ours,
    })
}

fn ours(scene: &CheckScene<'_>) -> Ours {
    let cell = scene.cell;
    let asked = scene.requests().into_iter();
    let asked = asked.filter(|one| one.provider == cell.provider && one.model == cell.model).count();
    let told = scene.failures().iter().find(|(_, candidate, _)| *candidate == 0);
    let class = match told {
        Some((_, _, failure)) => Some(failure.class.name().to_owned()),
        // A subject that tells nothing of itself is known by what the wire shows.
        None if scene.outcome.is_none() && scene.observed.state != State::Healthy => {
            scene.observed.cause.clone()
        }
        None => None,
    };
    let answered = scene.answered();
    Ours {
        class,
        requests: u32::try_from(asked).unwrap_or(u32::MAX),
        answered: answered.and_then(|place| cell.candidates.get(place)).map(|one| one.label()),
        fell_back: answered.is_some_and(|place| place > 0),
    }
}

/// How the reference differs from ours, the most important first.
fn differs(reference: &Reference, ours: &Ours, cause: Option<&str>) -> Vec<String> {
    let row = &reference.row;
    let mut differs = Vec::new();
    match (&ours.class, row.reason) {
        (_, Reason::Hangs) => differs.push("it never comes back".to_owned()),
        // The answer is good enough to be given, and what is wrong with it is told.
        (None, Reason::Ok) => differs.extend(cause.map(|cause| format!("it does not see `{cause}`"))),
        (None, _) => differs.push("it fails on an answer that is whole".to_owned()),
        (Some(class), Reason::Ok) => differs.push(format!("it takes `{class}` for an answer")),
        (Some(class), reason) if !means(reason, class) => differs.push(called(reason, class)),
        _ => {}
    }
    if ours.class.is_some() && ours.fell_back {
        match row.reason {
            Reason::None | Reason::Context => {
                differs.push("its error is the answer: no other model is asked".to_owned());
            }
            Reason::ContextSilent => {
                differs.push("it ends as a success without a word: no other model is asked".to_owned());
            }
            _ => {}
        }
    }
    if let Some(requests) = row.requests_in_all().filter(|requests| *requests > ours.requests) {
        let until = if row.reason.falls_back() { " before the fallback" } else { "" };
        differs.push(format!("{requests} requests{until}, ours {}", ours.requests));
    }
    differs
}

/// What it calls a failure, where that is another thing.
fn called(reason: Reason, class: &str) -> String {
    match reason {
        Reason::None => format!("it has no word for `{class}`"),
        Reason::Timeout | Reason::Idle => format!("it calls `{class}` a timeout"),
        Reason::Context | Reason::ContextSilent => format!("it calls `{class}` a context overflow"),
        reason => format!("it calls `{class}` {}", reason.name()),
    }
}

/// Whether a reason is the right word for a class.
fn means(reason: Reason, class: &str) -> bool {
    let right: &[&str] = match reason {
        Reason::Auth | Reason::AuthPermanent => &["auth", "forbidden", "auth.key-invalid", "auth.forbidden"],
        Reason::Billing => &["billing", "quota.exhausted"],
        Reason::RateLimit => &["rate-limit", "quota.rate-limited"],
        Reason::Overloaded => &["overloaded", "provider.overloaded"],
        Reason::Timeout | Reason::Idle => &[
            "connect-timeout",
            "headers-timeout",
            "first-event-timeout",
            "inter-event-timeout",
            "total-timeout",
            "net.no-response",
            "stream.first-token-stall",
            "stream.midstream-stall",
        ],
        Reason::Format => &["rejected", "provider.request-rejected", "schema.tool-keyword-unsupported"],
        Reason::ModelNotFound => &["model-not-found", "model.alias-mismatch"],
        Reason::Context | Reason::ContextSilent => &["context-overflow", "limit.context-overflow"],
        Reason::Ok | Reason::None | Reason::Hangs => &[],
    };
    right.contains(&class)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::schema::{Probe, ReferenceRow};

    fn told(requests: u32, resent: bool, reason: Reason, ours: (Option<&str>, u32, bool)) -> Vec<String> {
        let (requests, told) = (Some(requests), String::new());
        let row = ReferenceRow { requests, resent, reason, probe: Probe::Ok, told };
        let reference = Reference { subject: "another 1".into(), dialect: "openai_chat", row };
        let (class, requests, fell_back) = ours;
        let answered = Some("a/b".to_owned());
        let ours = Ours { class: class.map(str::to_owned), requests, answered, fell_back };
        differs(&reference, &ours, None)
    }

    #[test]
    fn what_differs_is_told_and_nothing_else() {
        let empty = (Some("empty-stream"), 2, true);
        assert_eq!(told(1, false, Reason::Ok, empty), ["it takes `empty-stream` for an answer"]);
        assert_eq!(
            told(1, true, Reason::Timeout, empty),
            ["it calls `empty-stream` a timeout", "4 requests before the fallback, ours 2"]
        );
        assert_eq!(
            told(3, true, Reason::RateLimit, (Some("rate-limit"), 1, true)),
            ["12 requests before the fallback, ours 1"]
        );
        assert_eq!(
            told(1, false, Reason::ContextSilent, (Some("context-overflow"), 1, true)),
            ["it ends as a success without a word: no other model is asked"]
        );
        assert_eq!(
            told(1, false, Reason::Context, (Some("rejected"), 1, true)),
            ["it calls `rejected` a context overflow", "its error is the answer: no other model is asked"]
        );
        assert_eq!(
            told(1, true, Reason::Timeout, (None, 1, false)),
            ["it fails on an answer that is whole", "4 requests before the fallback, ours 1"]
        );
        for (reason, class) in [
            (Reason::Auth, Some("forbidden")),
            (Reason::Idle, Some("inter-event-timeout")),
            (Reason::Ok, None),
        ] {
            assert!(told(1, false, reason, (class, 1, class.is_some())).is_empty(), "{reason:?}");
        }
    }
}
