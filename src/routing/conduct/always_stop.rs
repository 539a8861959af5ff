//! Every finish reason becomes a plain stop.

use super::{Conduct, MUTANT, Mutant, Provocation};
use crate::chat::{Event, Finish, FinishReason};
use crate::fault::Card;

pub(super) const IT: Mutant = Mutant {
    card: Card {
        code: "M10",
        name: "always-stop",
        about: "every finish reason becomes a plain stop",
        source: "seen: https://github.com/NousResearch/hermes-agent/pull/43478",
        ought: "keep the reason that the provider gave",
        example: "provoke run --mutant always-stop",
        ..MUTANT
    },
    conduct: &AlwaysStop,
    provoked_by: &[Provocation::with("loop-output"), Provocation::TOOL_CALL],
    caught_by: &["finish.kept"],
    why: "",
};

#[derive(Debug)]
struct AlwaysStop;

impl Conduct for AlwaysStop {
    fn tells(&self, event: Event) -> Vec<Event> {
        vec![match event {
            Event::Finish { choice, .. } => {
                let finish = Finish { reason: FinishReason::Stop, raw: "stop".to_owned() };
                Event::Finish { choice, finish }
            }
            other => other,
        }]
    }
}
