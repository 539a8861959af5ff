//! What OpenClaw's config may hold, as data: one table of keys per object.
//!
//! Source: the strict config schema of OpenClaw 2026.4.12, with the keys of
//! the releases around it, so that a key that some release knows is not
//! called a typo. Objects that no decision here reads are not looked into.

mod agents;
mod gateway;
mod hints;
mod json;

pub use hints::{Hint, hint, hints};
pub use json::{SCHEMA_TITLE, json_schema};

/// What a value may be.
#[derive(Debug)]
pub(super) enum Kind {
    /// Anything: not looked into.
    Any,
    /// Text.
    Text,
    /// Text that is not empty.
    Filled,
    /// `true` or `false`.
    Flag,
    /// A number above zero.
    Positive,
    /// Any number.
    Number,
    /// A whole number within bounds, both included.
    Whole(u64, u64),
    /// One of these words.
    OneOf(&'static [&'static str]),
    /// Text, or a reference to a secret.
    Secret,
    /// A model reference, or `{primary, fallbacks}`.
    Pick,
    /// A list.
    List(&'static Self),
    /// An object with free keys.
    Map(&'static Self),
    /// An object of known shape.
    Object(&'static Shape),
}

/// The keys of an object.
#[derive(Debug)]
pub(super) struct Shape {
    /// The keys that must be there.
    pub(super) required: &'static [&'static str],
    /// All keys.
    pub(super) keys: &'static [(&'static str, Kind)],
}

use Kind::{Any, Filled, Flag, List, Map, Number, Object, OneOf, Positive, Secret, Text, Whole};

/// A whole number from 0 on.
const ANY_COUNT: Kind = Whole(0, u64::MAX);

/// A whole number from 1 on.
const SOME_COUNT: Kind = Whole(1, u64::MAX);

/// The `api` words.
pub(super) const APIS: &[&str] = &[
    "openai-completions",
    "openai-responses",
    "openai-codex-responses",
    "anthropic-messages",
    "google-generative-ai",
    "github-copilot",
    "bedrock-converse-stream",
    "ollama",
    "azure-openai-responses",
];

/// The whole document.
pub(super) static CONFIG: Shape = Shape {
    required: &[],
    keys: &[
        ("$schema", Any),
        ("accessGroups", Any),
        ("acp", Any),
        ("agents", Object(&agents::AGENTS)),
        ("approvals", Any),
        ("audio", Any),
        ("auth", Object(&AUTH)),
        ("bindings", List(&Any)),
        ("broadcast", Any),
        ("browser", Any),
        ("canvasHost", Object(&gateway::CANVAS_HOST)),
        ("channels", Any),
        ("cli", Any),
        ("commands", Any),
        ("commitments", Any),
        ("cron", Object(&gateway::CRON)),
        ("diagnostics", Any),
        ("discovery", Object(&gateway::DISCOVERY)),
        ("env", Any),
        ("gateway", Object(&gateway::GATEWAY)),
        ("hooks", Any),
        ("logging", Object(&gateway::LOGGING)),
        ("mcp", Any),
        ("media", Any),
        ("memory", Any),
        ("messages", Any),
        ("meta", Any),
        ("models", Object(&MODELS)),
        ("nodeHost", Any),
        ("plugins", Any),
        ("proxy", Any),
        ("secrets", Any),
        ("session", Any),
        ("skills", Any),
        ("surfaces", Any),
        ("talk", Any),
        ("tools", Any),
        ("ui", Object(&gateway::UI)),
        ("update", Object(&gateway::UPDATE)),
        ("vault", Any),
        ("web", Any),
        ("wizard", Any),
    ],
};

static AUTH: Shape = Shape {
    required: &[],
    keys: &[("cooldowns", Any), ("order", Map(&List(&Text))), ("profiles", Map(&Any))],
};

static MODELS: Shape = Shape {
    required: &[],
    keys: &[
        ("bedrockDiscovery", Any),
        ("mode", OneOf(&["merge", "replace"])),
        ("pricing", Any),
        ("providers", Map(&Object(&PROVIDER))),
        ("proxy", Any),
    ],
};

/// One entry of `models.providers`.
pub(super) static PROVIDER: Shape = Shape {
    required: &["baseUrl", "models"],
    keys: &[
        ("api", OneOf(APIS)),
        ("apiKey", Secret),
        ("auth", OneOf(&["api-key", "aws-sdk", "oauth", "token"])),
        ("authHeader", Flag),
        ("baseUrl", Filled),
        ("headers", Map(&Secret)),
        ("injectNumCtxForOpenAICompat", Flag),
        ("models", List(&Object(&MODEL))),
        ("request", Object(&REQUEST)),
        ("timeoutSeconds", Positive),
    ],
};

static REQUEST: Shape = Shape {
    required: &[],
    keys: &[
        ("allowPrivateNetwork", Flag),
        ("auth", Object(&REQUEST_AUTH)),
        ("headers", Map(&Secret)),
        ("proxy", Any),
        ("tls", Any),
    ],
};

static REQUEST_AUTH: Shape = Shape {
    required: &["mode"],
    keys: &[
        ("headerName", Filled),
        ("mode", OneOf(&["provider-default", "authorization-bearer", "header"])),
        ("prefix", Text),
        ("token", Secret),
        ("value", Secret),
    ],
};

/// One entry of a provider's `models`.
static MODEL: Shape = Shape {
    required: &["id", "name"],
    keys: &[
        ("api", OneOf(APIS)),
        ("compat", Object(&COMPAT)),
        ("contextTokens", SOME_COUNT),
        ("contextWindow", Positive),
        ("cost", Object(&COST)),
        ("headers", Map(&Text)),
        ("id", Filled),
        ("input", List(&OneOf(&["text", "image"]))),
        ("maxTokens", Positive),
        ("name", Filled),
        ("reasoning", Flag),
    ],
};

static COST: Shape = Shape {
    required: &[],
    keys: &[
        ("cacheRead", Number),
        ("cacheWrite", Number),
        ("input", Number),
        ("output", Number),
        ("tieredPricing", Any),
    ],
};

static COMPAT: Shape = Shape {
    required: &[],
    keys: &[
        ("maxTokensField", OneOf(&["max_completion_tokens", "max_tokens"])),
        ("nativeWebSearchTool", Flag),
        ("requiresAssistantAfterToolResult", Flag),
        ("requiresMistralToolIds", Flag),
        ("requiresOpenAiAnthropicToolPayload", Flag),
        ("requiresStringContent", Flag),
        ("requiresThinkingAsText", Flag),
        ("requiresToolResultName", Flag),
        ("supportsDeveloperRole", Flag),
        ("supportsReasoningEffort", Flag),
        ("supportsStore", Flag),
        ("supportsStrictMode", Flag),
        ("supportsTools", Flag),
        ("supportsUsageInStreaming", Flag),
        ("thinkingFormat", OneOf(&["openai", "openrouter", "zai", "qwen", "qwen-chat-template"])),
        ("toolCallArgumentsEncoding", Text),
        ("toolSchemaProfile", Text),
        ("unsupportedToolSchemaKeywords", List(&Text)),
    ],
};

/// The keys of a reference to a secret.
pub(super) static SECRET_REF: Shape = Shape {
    required: &["source", "id"],
    keys: &[("id", Filled), ("provider", Filled), ("source", OneOf(&["env", "file", "exec"]))],
};

/// The keys of a model pick that is an object.
pub(super) static PICK: Shape =
    Shape { required: &[], keys: &[("fallbacks", List(&Text)), ("primary", Text), ("timeoutMs", Any)] };
