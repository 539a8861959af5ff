//! The tools that the caller offers do not reach the provider.

use super::{Conduct, MUTANT, Mutant, Provocation};
use crate::chat::Request;
use crate::fault::Card;

pub(super) const IT: Mutant = Mutant {
    card: Card {
        code: "M29",
        name: "drops-tools",
        about: "the tools that the caller offers do not reach the provider",
        source: "seen: bridges between dialects",
        ought: "send everything that the caller sent, or refuse",
        example: "provoke run --mutant drops-tools",
        ..MUTANT
    },
    conduct: &DropsTools,
    provoked_by: &[Provocation::TOOL_CALL],
    caught_by: &["request.whole"],
    why: "",
};

#[derive(Debug)]
struct DropsTools;

impl Conduct for DropsTools {
    fn asks(&self, request: Request) -> Request {
        Request { tools: Vec::new(), ..request }
    }
}
