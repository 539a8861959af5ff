//! Causes in the stream of an answer.

use super::Cause;
use crate::verdict::Blame;

pub(super) const ALL: &[Cause] = &[
    Cause {
        id: "stream.broken-framing",
        title: "The body breaks HTTP's own framing.",
        blame: Blame::Provider,
        fix: &["Look for a proxy on the way that rewrites bodies", "Report it with the recording"],
        next: "curl --raw shows the chunks as they come.",
    },
    Cause {
        id: "stream.connection-reset",
        title: "The connection was reset or closed before the answer was whole.",
        blame: Blame::Network,
        fix: &["Retry; if it repeats, try another path (no VPN or proxy) and another HTTP version"],
        next: "Is it always at the same byte, or after the same time?",
    },
    Cause {
        id: "stream.content-encoding",
        title: "The body is compressed, although none was asked for.",
        blame: Blame::Provider,
        fix: &["Look for a proxy that compresses whatever it is asked", "Report it to the provider"],
        next: "curl --raw -H 'accept-encoding: identity' shows the bytes as they come.",
    },
    Cause {
        id: "stream.empty-body",
        title: "The provider said success and sent no content.",
        blame: Blame::Provider,
        fix: &[
            "Repeat it with curl -N and read the first bytes: credit, key or path errors hide here",
            "Try the other model ids that the provider documents for this endpoint",
        ],
        next: "Does the same request with stream: false answer?",
    },
    Cause {
        id: "stream.first-token-stall",
        title: "Headers came, and then no content.",
        blame: Blame::Provider,
        fix: &["Keep a first-event deadline and a fallback", "Try a one-token prompt to tell slow from dead"],
        next: "Time headers and first byte apart.",
    },
    Cause {
        id: "stream.last-record-unfinished",
        title: "The last record lacks the blank line that dispatches it, so strict readers drop it.",
        blame: Blame::Provider,
        fix: &[
            "Read the last record although its blank line is missing, as this router does",
            "Report it to the provider with the recording",
        ],
        next: "Is it the finish reason, the usage or only the terminal record that such readers lose?",
    },
    Cause {
        id: "stream.malformed-record",
        title: "A record of the stream breaks its dialect.",
        blame: Blame::Provider,
        fix: &["Report it to the provider with the recording", "Check for a proxy that rewrites the stream"],
        next: "Read the raw bytes around the offset.",
    },
    Cause {
        id: "stream.midstream-stall",
        title: "The stream went silent in the middle and stayed open.",
        blame: Blame::Provider,
        fix: &["Keep an inter-event deadline: comments and pings are no progress", "Retry the turn"],
        next: "Do keep-alives go on while content does not?",
    },
    Cause {
        id: "stream.not-closed-after-terminal",
        title: "The answer was whole, and the connection was not ended.",
        blame: Blame::Provider,
        fix: &["End on the terminal event; do not wait for the end of the body"],
        next: "Time from the terminal event to the end.",
    },
    Cause {
        id: "stream.record-too-large",
        title: "One record of the stream is larger than readers hold.",
        blame: Blame::Provider,
        fix: &[
            "Ask for less in one piece: a shorter answer, a smaller picture, no base64",
            "Report it to the provider with the recording",
        ],
        next: "What stands in the record: text, a picture, or an echo of the request?",
    },
    Cause {
        id: "stream.replayed-text",
        title: "One delta repeats all the text that came before it.",
        blame: Blame::Provider,
        fix: &[
            "Drop a delta that equals all the text so far, as this router does",
            "Report it to the provider with the recording",
        ],
        next: "Does the same request with stream: false say it once?",
    },
    Cause {
        id: "stream.sse-missing-event-field",
        title: "The stream has no event: lines, which SDKs of this dialect dispatch by.",
        blame: Blame::Provider,
        fix: &[
            "Use the endpoint or model id that speaks the dialect natively",
            "Or read the stream by the type inside its JSON, as this router does",
        ],
        next: "Do the data: lines hold choices (chat) or type (Messages)?",
    },
    Cause {
        id: "stream.truncated-no-terminal",
        title: "The stream ended without its finish reason.",
        blame: Blame::Provider,
        fix: &[
            "Treat it as an error and retry: what came is not the whole answer",
            "Look for an idle timeout on the way",
        ],
        next: "Which side closed, and after how long?",
    },
    Cause {
        id: "stream.wrong-content-type",
        title: "The answer is an event stream and its content type says otherwise.",
        blame: Blame::Provider,
        fix: &[
            "Look for a proxy on the way that sets content types",
            "Report it: strict clients refuse such a stream",
        ],
        next: "curl -i shows the content-type header as it comes.",
    },
    Cause {
        id: "stream.wrong-framing",
        title: "A document came where a stream was asked for, or the other way round.",
        blame: Blame::Provider,
        fix: &[
            "Convert it, as this router does, or ask for what the provider sends",
            "Check that no proxy strips the stream parameter",
        ],
        next: "Does the provider document streaming for this model?",
    },
];
