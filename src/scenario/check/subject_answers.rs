//! A foreign subject passes a healthy answer on, whole and once.

use super::{Check, CheckScene, Failed};
use crate::recording::TransportEvent;
use crate::scenario::foreign::{canonical, same_answer};
use crate::verdict::State;

pub(super) struct SubjectAnswers;

impl Check for SubjectAnswers {
    fn id(&self) -> &'static str {
        "subject.answers-whole"
    }

    fn claim(&self) -> &'static str {
        "What a healthy provider says reaches the caller of a foreign subject whole and once, its tool calls included."
    }

    fn example(&self) -> &'static str {
        "crlf"
    }

    fn examine(&self, scene: &CheckScene<'_>) -> Option<Result<String, Failed>> {
        let exchange = scene.recording.caller()?;
        let hung = matches!(exchange.end().map(|end| &end.what), Some(TransportEvent::TimedOut(_)));
        let waits = scene.plan.caller.leaves.is_none();
        if scene.outcome.is_some() || scene.observed.state != State::Healthy || !waits {
            return None;
        }
        let caller = scene.caller?;
        let status = exchange.head().map_or(0, |head| head.status);
        if !scene.told_success() {
            // Whoever hung is told so by `turn.bounded`.
            if hung {
                return None;
            }
            let mut failed = Failed::new(format!(
                "the provider answered in good health, and the caller was told no success (HTTP {status})"
            ));
            match &caller.error {
                Some(error) => failed = failed.shown(0, format!("an error: {}", error.message)),
                None => failed = failed.shown(0, "no finish reason, and no error"),
            }
            return Some(Err(failed));
        }
        let case = &scene.answering_target()?.case;
        let wanted = canonical(case, scene.plan.request.stream);
        // A harmless fault may have made it another answer: then what the provider said is what counts.
        let spoilt = !scene.answering_target()?.faults.is_empty();
        let said_so =
            scene.answer().is_some_and(|answer| spoilt && same_answer(&caller.response, &answer.response));
        if said_so || same_answer(&caller.response, &wanted) {
            let (characters, calls) = (wanted.text().chars().count(), wanted.tool_calls().len());
            return Some(Ok(format!("{characters} characters and {calls} tool calls, whole")));
        }
        let said = |response: &crate::chat::Response| {
            let calls: Vec<String> = response
                .tool_calls()
                .iter()
                .map(|call| format!("{}({})", call.name, call.arguments))
                .collect();
            format!("{:?} {}", response.text(), calls.join(" "))
        };
        Some(Err(Failed::new("what the caller got is not what the provider said")
            .shown(0, format!("wanted {}", said(&wanted)))
            .shown(0, format!("got    {}", said(&caller.response)))))
    }
}
