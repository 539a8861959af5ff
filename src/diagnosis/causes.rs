//! The catalogue of causes: what each means, whose fault it is, what to do.

mod history;
mod stream;
mod tools;

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

/// The causes that have no file of their own.
const OTHERS: &[Cause] = &[
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
        id: "cdn.bot-check",
        title: "A proxy in front of the provider checks whether a person asks, and lets no program through.",
        blame: Blame::Network,
        fix: &[
            "Check that the base URL is the address of the API and not of its web site",
            "Ask from another network, without a VPN or shared proxy; the key is not the matter",
        ],
        next: "Open the URL in a browser on the same machine: does a check appear?",
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
        id: "model.retired",
        title: "The provider took the model away.",
        blame: Blame::Config,
        fix: &[
            "Move to the successor that the message or the provider's page of deprecations names",
            "Rename every reference: agents.defaults.models, model.fallbacks, subagents.model; restart the gateway",
        ],
        next: "Which date does the provider's page of deprecations give for this id?",
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
        id: "param.max-tokens-too-large",
        title: "More tokens are asked for than the model may answer with.",
        blame: Blame::Config,
        fix: &["Set maxTokens of the model in the configuration to the number in the message, or below it"],
        next: "Compare maxTokens in the configuration with the provider's page of the model.",
    },
    Cause {
        id: "param.renamed",
        title: "The provider knows a field of the request under another name.",
        blame: Blame::Router,
        fix: &["Send the name that the message tells, such as max_completion_tokens for max_tokens"],
        next: "Which of the two names does the provider's reference document for this model?",
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
        id: "schema.silently-ignored",
        title: "JSON was asked for, and the answer is none, or not of the schema.",
        blame: Blame::Provider,
        fix: &[
            "Validate every answer; ask again where it fails",
            "Use a model and an endpoint that document structured outputs",
        ],
        next: "Send a schema that the model would break if left alone, and compare.",
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
        id: "usage.implausible",
        title: "The tokens that are told for the prompt cannot be true for its size.",
        blame: Blame::Provider,
        fix: &[
            "Do not bill or budget by it; count the tokens yourself",
            "Report it to the provider with the recording",
        ],
        next: "Send the same prompt twice: is the number the same?",
    },
];

/// Every cause, by id.
#[must_use]
pub fn all() -> Vec<&'static Cause> {
    let mut all: Vec<_> = [OTHERS, history::ALL, stream::ALL, tools::ALL].into_iter().flatten().collect();
    all.sort_by_key(|cause| cause.id);
    all
}

/// The cause of that id.
#[must_use]
pub fn find(id: &str) -> Option<&'static Cause> {
    all().into_iter().find(|cause| cause.id == id)
}

/// A cause that a rule names.
pub(super) fn known(id: &'static str) -> &'static Cause {
    find(id).expect("a test holds every rule's cause to be in the catalogue")
}
