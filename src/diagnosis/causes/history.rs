//! Causes in the earlier turns that a request sends back.

use super::Cause;
use crate::verdict::Blame;

pub(super) const ALL: &[Cause] = &[
    Cause {
        id: "history.empty-part",
        title: "The provider refuses how an empty part of an earlier turn is spelled.",
        blame: Blame::Router,
        fix: &["Spell it as this provider wants: null, the empty text, or no part at all"],
        next: "Is it a turn of nothing but tool calls?",
    },
    Cause {
        id: "history.reasoning-replay-required",
        title: "The provider wants the reasoning of earlier turns back.",
        blame: Blame::Router,
        fix: &[
            "Send reasoning_content back with turns that call tools, to this provider only",
            "Or turn thinking off",
        ],
        next: "Does the same conversation pass without thinking?",
    },
    Cause {
        id: "history.thinking-signature",
        title: "Thinking came back unsigned, changed, or signed by another route.",
        blame: Blame::Router,
        fix: &[
            "Send thinking back byte for byte, to the route that signed it",
            "After a change of route leave it out, or begin a new session",
        ],
        next: "Did the provider, account or model change in the middle of the session?",
    },
    Cause {
        id: "history.tool-call-id-format",
        title: "The provider refuses the id of an earlier tool call, which another provider made.",
        blame: Blame::Router,
        fix: &["Rewrite the ids for this provider, the same way in calls and results"],
        next: "Do the ids begin with call_ or toolu_? Did the model change in the session?",
    },
];
