//! Causes in tool calls.

use super::Cause;
use crate::verdict::Blame;

pub(super) const ALL: &[Cause] = &[
    Cause {
        id: "tool.calls-missing",
        title: "The finish reason promises tool calls and there is none.",
        blame: Blame::Provider,
        fix: &[
            "Treat it as a plain stop, as this router does",
            "If it repeats, look whether the server's parser of tool calls fits the model",
        ],
        next: "Does the text hold the call in some markup?",
    },
    Cause {
        id: "tool.capability-absent",
        title: "This model takes no tools.",
        blame: Blame::Config,
        fix: &["Send this model no tools, or choose another model for agents that need them"],
        next: "The same request without tools should pass.",
    },
    Cause {
        id: "tool.duplicate-id",
        title: "Several tool calls of one answer have the same id, so results cannot be told apart.",
        blame: Blame::Provider,
        fix: &[
            "Rename all but the first, as this router does",
            "Report it to the provider with the recording",
        ],
        next: "Is the id made of the tool's name alone?",
    },
    Cause {
        id: "tool.model-emitted-bad-call",
        title: "The model called a tool that it cannot call like this.",
        blame: Blame::Provider,
        fix: &[
            "Do not run the tool: give the model the error as the tool's result, and ask again",
            "If it repeats, use a stronger model, or fewer and simpler tools",
        ],
        next: "Repeat it: does it come and go? Then it is the model, not the schema.",
    },
    Cause {
        id: "tool.template-leak",
        title: "Markup of the chat template came out where text or a tool's name should be.",
        blame: Blame::Provider,
        fix: &[
            "Do not run the call, and do not show the markup",
            "On your own server: set the tool parser and the template that belong to the model",
        ],
        next: "Does another provider of the same model do it too?",
    },
];
