//! The catalogue of causes: what each means, whose fault it is, what to do.

use crate::verdict::Blame;

/// A cause.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cause {
    /// The stable id.
    pub id: &'static str,
    /// What it means, in one sentence.
    pub title: &'static str,
    /// Whose fault it is, unless the evidence says otherwise.
    pub blame: Blame,
    /// What to do, step by step.
    pub fix: &'static [&'static str],
    /// What to look at next, when in doubt.
    pub next: &'static str,
}

/// Every cause, by id.
pub const ALL: &[Cause] = &[
    Cause {
        id: "answer.repeats-itself",
        title: "The model said the same again and again until its token limit.",
        blame: Blame::Provider,
        fix: &[
            "Ask again with a temperature above 0 or a penalty for repetition; lower maxTokens to bound the cost",
            "If it repeats, compare with another provider of the model: a wrong chat template or quantisation loops",
        ],
        next: "Repeat it three times: does it loop at the same words?",
    },
    Cause {
        id: "auth.forbidden",
        title: "The key is valid but may not use this model, region or feature.",
        blame: Blame::Account,
        fix: &[
            "Ask the provider which plan, region or permission the model needs",
            "Or route to a model that the key may use",
        ],
        next: "Does the same key list this model under /models?",
    },
    Cause {
        id: "auth.key-invalid",
        title: "The provider refuses the key.",
        blame: Blame::Config,
        fix: &[
            "Check which key is sent: environment variables win over the configuration",
            "Replace the key; compare its last four characters with the provider's console",
        ],
        next: "Try each header style alone: x-api-key, and authorization: Bearer.",
    },
    Cause {
        id: "cdn.origin-error",
        title: "A proxy in front of the provider answered with its own error page.",
        blame: Blame::Provider,
        fix: &["Wait and retry; look at the provider's status page", "Keep a fallback at another provider"],
        next: "Read the server header and the title of the page.",
    },
    Cause {
        id: "empty.model-stop",
        title: "The model ended its turn properly without saying anything.",
        blame: Blame::Provider,
        fix: &[
            "Retry once",
            "If it repeats, send the request without tools, then without the system prompt, to find the trigger",
        ],
        next: "Repeat it three times: is it always empty?",
    },
    Cause {
        id: "empty.thinking-budget",
        title: "The token limit was spent before anything visible was said.",
        blame: Blame::Config,
        fix: &["Raise maxTokens (above 4096 for reasoning models)", "Or lower the reasoning effort"],
        next: "Compare the reasoning tokens in usage with max_tokens.",
    },
    Cause {
        id: "error.masked-upstream",
        title: "A hop hid an upstream failure behind an answer without content or tokens.",
        blame: Blame::Provider,
        fix: &[
            "Send the request to the upstream provider itself: its own error says what is wrong",
            "Look into the log of the hop at this request's id; update it, or leave it out",
        ],
        next: "Does the usage count the prompt? Where it counts nothing, no model was asked.",
    },
    Cause {
        id: "fallback.masks-primary",
        title: "A fallback answered; the first choice failed.",
        blame: Blame::Provider,
        fix: &["Mend or replace the first choice: every turn pays for its failure first"],
        next: "Count answers by candidate over a day.",
    },
    Cause {
        id: "limit.context-overflow",
        title: "The prompt does not fit into the model's context.",
        blame: Blame::Client,
        fix: &["Shorten the conversation", "Or route to a model with a larger context"],
        next: "Compare contextWindow in the configuration with the provider's number.",
    },
    Cause {
        id: "limit.prompt-truncated",
        title: "The provider cut the prompt without a word: it counts far fewer tokens than were sent.",
        blame: Blame::Provider,
        fix: &[
            "Raise the server's context length (num_ctx, --ctx-size, --max-model-len)",
            "Or set contextWindow in the configuration to what the server takes, so that the prompt is shortened before",
        ],
        next: "Put a word at the head of a long prompt and ask for it.",
    },
    Cause {
        id: "model.alias-mismatch",
        title: "The provider does not know the model under this id.",
        blame: Blame::Config,
        fix: &[
            "List the ids of this endpoint (GET /models) and use the one it knows",
            "Rename every reference: agents.defaults.models, model.fallbacks, subagents.model; restart the gateway",
        ],
        next: "Does the provider's page name another id, with a date, prefix or dialect suffix?",
    },
    Cause {
        id: "model.not-in-config",
        title: "No chat model of this provider is configured; no request can be sent.",
        blame: Blame::Config,
        fix: &[
            "Add a model under models.providers.<id>.models, if the provider offers chat models",
            "Otherwise leave it out of model probes: a search key alone is no chat provider",
        ],
        next: "Is it a search or speech provider that came in by its key alone?",
    },
    Cause {
        id: "model.silent-substitution",
        title: "Another model served the request than was asked for.",
        blame: Blame::Provider,
        fix: &["Pin the exact model id", "Alert on answers whose model differs from the one asked for"],
        next: "Compare the model field of the answer with the request.",
    },
    Cause {
        id: "net.no-response",
        title: "The connection stands, the request was sent, and no status line came.",
        blame: Blame::Provider,
        fix: &["Keep a headers deadline and a fallback", "Ask the provider; try a request with one token"],
        next: "Time the connection, the headers and the first byte apart.",
    },
    Cause {
        id: "net.not-http",
        title: "Something that is not HTTP answers at this address.",
        blame: Blame::Config,
        fix: &["Check scheme and port of the base URL: plain HTTP against a TLS port, or another service"],
        next: "curl -v the base URL and read the first line.",
    },
    Cause {
        id: "net.tls-failed",
        title: "The TLS handshake failed.",
        blame: Blame::Network,
        fix: &[
            "Check the certificate and the clock",
            "Behind an inspecting proxy, add its certificate authority",
        ],
        next: "openssl s_client shows the issuer of the certificate.",
    },
    Cause {
        id: "net.unreachable",
        title: "No connection: refused, or no answer to it.",
        blame: Blame::Network,
        fix: &[
            "Check host and port of the base URL, and that the service runs",
            "From a container, localhost is the container itself; prefer 127.0.0.1 to localhost",
        ],
        next: "curl -v the base URL from the same machine.",
    },
    Cause {
        id: "param.unknown-field",
        title: "The provider refuses a field of the request that it does not know.",
        blame: Blame::Router,
        fix: &["Drop the field for this provider (its path stands in the message)"],
        next: "Did you set the field, or did the gateway add it?",
    },
    Cause {
        id: "policy.content-filtered",
        title: "The provider's content policy refuses the request.",
        blame: Blame::Client,
        fix: &["Read which part it objects to; rephrase it", "Asking again, here or elsewhere, is no cure"],
        next: "Does the same request pass without the last message?",
    },
    Cause {
        id: "provider.overloaded",
        title: "The provider says that it is overloaded.",
        blame: Blame::Provider,
        fix: &["Fall back to another model family", "Retry later with backoff"],
        next: "Look at the provider's status page.",
    },
    Cause {
        id: "provider.request-rejected",
        title: "The provider refuses the request.",
        blame: Blame::Router,
        fix: &[
            "Read the provider's message; send the request without tools, then without options, to find the part",
        ],
        next: "Does a plain request with one user message pass?",
    },
    Cause {
        id: "provider.server-error",
        title: "The provider failed on its own side.",
        blame: Blame::Provider,
        fix: &["Retry with backoff, then fall back", "If one request always fails, bisect it: tools first"],
        next: "Is it every request, or this one?",
    },
    Cause {
        id: "quota.exhausted",
        title: "No credit is left, or the plan is used up.",
        blame: Blame::Account,
        fix: &[
            "Top up or change the plan in the provider's billing page",
            "Until then route to another provider",
        ],
        next: "Does the provider's console show a balance?",
    },
    Cause {
        id: "quota.rate-limited",
        title: "Too many requests or tokens in a window of time.",
        blame: Blame::Account,
        fix: &[
            "Wait as long as the answer asks; spread the load",
            "Ask for a higher limit, or add a fallback",
        ],
        next: "Read the rate-limit headers: requests or tokens, and when they reset.",
    },
    Cause {
        id: "route.html-instead-of-api",
        title: "A web page came where an answer of the API should be.",
        blame: Blame::Config,
        fix: &["Correct the base URL: this is the address of a web site, not of its API"],
        next: "Open the URL in a browser: which page is it?",
    },
    Cause {
        id: "route.missing-v1",
        title: "The path does not exist at this provider.",
        blame: Blame::Config,
        fix: &["Add or remove the /v1 (or the documented base path) in the base URL"],
        next: "Print the whole URL and compare it with the provider's page.",
    },
    Cause {
        id: "route.redirected",
        title: "The address redirects elsewhere, and the key must not follow.",
        blame: Blame::Config,
        fix: &["If the new address is the provider's own, make it the base URL (https, host, path)"],
        next: "Read the location header: is it a login page, another host, or only https?",
    },
    Cause {
        id: "schema.tool-keyword-unsupported",
        title: "The provider refuses the JSON Schema of a tool.",
        blame: Blame::Provider,
        fix: &[
            "Take the index in the message to find the tool; remove or rewrite that keyword for this provider",
            "Or use a provider that takes the schema",
        ],
        next: "Send that tool alone, then bisect its keywords.",
    },
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
        id: "stream.wrong-framing",
        title: "A document came where a stream was asked for.",
        blame: Blame::Provider,
        fix: &[
            "Convert it, as this router does, or ask without stream",
            "Check that no proxy strips the stream parameter",
        ],
        next: "Does the provider document streaming for this model?",
    },
    Cause {
        id: "tool.capability-absent",
        title: "This model takes no tools.",
        blame: Blame::Config,
        fix: &["Send this model no tools, or choose another model for agents that need them"],
        next: "The same request without tools should pass.",
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
];

/// The cause of that id.
#[must_use]
pub fn find(id: &str) -> Option<&'static Cause> {
    ALL.iter().find(|cause| cause.id == id)
}

/// A cause that a rule names.
pub(super) fn known(id: &'static str) -> &'static Cause {
    find(id).expect("a test holds every rule's cause to be in the catalogue")
}
