//! The keys of `gateway`, `logging`, `update`, `discovery`, `cron`, `ui` and `canvasHost`.

use super::Kind::{Any, Filled, Flag, List, Number, Object, OneOf, Positive, Secret, Text, Whole};
use super::{ANY_COUNT, SOME_COUNT, Shape};

static GATEWAY_AUTH_RATE_LIMIT: Shape = Shape {
    required: &[],
    keys: &[("exemptLoopback", Flag), ("lockoutMs", Number), ("maxAttempts", Number), ("windowMs", Number)],
};

static GATEWAY_AUTH_TRUSTED_PROXY: Shape = Shape {
    required: &["userHeader"],
    keys: &[("allowUsers", List(&Text)), ("requiredHeaders", List(&Text)), ("userHeader", Filled)],
};

static GATEWAY_AUTH: Shape = Shape {
    required: &[],
    keys: &[
        ("allowTailscale", Flag),
        ("mode", OneOf(&["none", "token", "password", "trusted-proxy"])),
        ("password", Secret),
        ("rateLimit", Object(&GATEWAY_AUTH_RATE_LIMIT)),
        ("token", Secret),
        ("trustedProxy", Object(&GATEWAY_AUTH_TRUSTED_PROXY)),
    ],
};

static GATEWAY_CONTROL_UI: Shape = Shape {
    required: &[],
    keys: &[
        ("allowExternalEmbedUrls", Flag),
        ("allowInsecureAuth", Flag),
        ("allowedOrigins", List(&Text)),
        ("basePath", Text),
        ("dangerouslyAllowHostHeaderOriginFallback", Flag),
        ("dangerouslyDisableDeviceAuth", Flag),
        ("embedSandbox", OneOf(&["strict", "scripts", "trusted"])),
        ("enabled", Flag),
        ("root", Text),
    ],
};

static GATEWAY_HTTP_ENDPOINTS_CHAT_COMPLETIONS_IMAGES: Shape = Shape {
    required: &[],
    keys: &[
        ("allowUrl", Flag),
        ("allowedMimes", List(&Text)),
        ("maxBytes", SOME_COUNT),
        ("maxRedirects", ANY_COUNT),
        ("timeoutMs", SOME_COUNT),
        ("urlAllowlist", List(&Text)),
    ],
};

static GATEWAY_HTTP_ENDPOINTS_CHAT_COMPLETIONS: Shape = Shape {
    required: &[],
    keys: &[
        ("enabled", Flag),
        ("images", Object(&GATEWAY_HTTP_ENDPOINTS_CHAT_COMPLETIONS_IMAGES)),
        ("maxBodyBytes", SOME_COUNT),
        ("maxImageParts", ANY_COUNT),
        ("maxTotalImageBytes", SOME_COUNT),
    ],
};

static GATEWAY_HTTP_ENDPOINTS_RESPONSES_FILES_PDF: Shape = Shape {
    required: &[],
    keys: &[("maxPages", SOME_COUNT), ("maxPixels", SOME_COUNT), ("minTextChars", ANY_COUNT)],
};

static GATEWAY_HTTP_ENDPOINTS_RESPONSES_FILES: Shape = Shape {
    required: &[],
    keys: &[
        ("allowUrl", Flag),
        ("allowedMimes", List(&Text)),
        ("maxBytes", SOME_COUNT),
        ("maxChars", SOME_COUNT),
        ("maxRedirects", ANY_COUNT),
        ("pdf", Object(&GATEWAY_HTTP_ENDPOINTS_RESPONSES_FILES_PDF)),
        ("timeoutMs", SOME_COUNT),
        ("urlAllowlist", List(&Text)),
    ],
};

static GATEWAY_HTTP_ENDPOINTS_RESPONSES: Shape = Shape {
    required: &[],
    keys: &[
        ("enabled", Flag),
        ("files", Object(&GATEWAY_HTTP_ENDPOINTS_RESPONSES_FILES)),
        ("images", Object(&GATEWAY_HTTP_ENDPOINTS_CHAT_COMPLETIONS_IMAGES)),
        ("maxBodyBytes", SOME_COUNT),
        ("maxUrlParts", ANY_COUNT),
    ],
};

static GATEWAY_HTTP_ENDPOINTS: Shape = Shape {
    required: &[],
    keys: &[
        ("chatCompletions", Object(&GATEWAY_HTTP_ENDPOINTS_CHAT_COMPLETIONS)),
        ("responses", Object(&GATEWAY_HTTP_ENDPOINTS_RESPONSES)),
    ],
};

static GATEWAY_HTTP_SECURITY_HEADERS: Shape =
    Shape { required: &[], keys: &[("strictTransportSecurity", Any)] };

static GATEWAY_HTTP: Shape = Shape {
    required: &[],
    keys: &[
        ("endpoints", Object(&GATEWAY_HTTP_ENDPOINTS)),
        ("securityHeaders", Object(&GATEWAY_HTTP_SECURITY_HEADERS)),
    ],
};

static GATEWAY_NODES_BROWSER: Shape =
    Shape { required: &[], keys: &[("mode", OneOf(&["auto", "manual", "off"])), ("node", Text)] };

static GATEWAY_NODES: Shape = Shape {
    required: &[],
    keys: &[
        ("allowCommands", List(&Text)),
        ("browser", Object(&GATEWAY_NODES_BROWSER)),
        ("denyCommands", List(&Text)),
    ],
};

static GATEWAY_PUSH_APNS_RELAY: Shape =
    Shape { required: &[], keys: &[("baseUrl", Text), ("timeoutMs", SOME_COUNT)] };

static GATEWAY_PUSH_APNS: Shape =
    Shape { required: &[], keys: &[("relay", Object(&GATEWAY_PUSH_APNS_RELAY))] };

static GATEWAY_PUSH: Shape = Shape { required: &[], keys: &[("apns", Object(&GATEWAY_PUSH_APNS))] };

static GATEWAY_RELOAD: Shape = Shape {
    required: &[],
    keys: &[
        ("debounceMs", ANY_COUNT),
        ("deferralTimeoutMs", ANY_COUNT),
        ("mode", OneOf(&["off", "restart", "hot", "hybrid"])),
    ],
};

static GATEWAY_REMOTE: Shape = Shape {
    required: &[],
    keys: &[
        ("password", Secret),
        ("sshIdentity", Text),
        ("sshTarget", Text),
        ("tlsFingerprint", Text),
        ("token", Secret),
        ("transport", OneOf(&["ssh", "direct"])),
        ("url", Text),
    ],
};

static GATEWAY_TAILSCALE: Shape =
    Shape { required: &[], keys: &[("mode", OneOf(&["off", "serve", "funnel"])), ("resetOnExit", Flag)] };

static GATEWAY_TLS: Shape = Shape {
    required: &[],
    keys: &[
        ("autoGenerate", Flag),
        ("caPath", Text),
        ("certPath", Text),
        ("enabled", Flag),
        ("keyPath", Text),
    ],
};

static GATEWAY_TOOLS: Shape = Shape { required: &[], keys: &[("allow", List(&Text)), ("deny", List(&Text))] };

static GATEWAY_WEBCHAT: Shape = Shape { required: &[], keys: &[("chatHistoryMaxChars", Whole(1, 500000))] };

pub(super) static GATEWAY: Shape = Shape {
    required: &[],
    keys: &[
        ("allowRealIpFallback", Flag),
        ("auth", Object(&GATEWAY_AUTH)),
        ("bind", OneOf(&["auto", "lan", "loopback", "custom", "tailnet"])),
        ("channelHealthCheckMinutes", ANY_COUNT),
        ("channelMaxRestartsPerHour", SOME_COUNT),
        ("channelStaleEventThresholdMinutes", SOME_COUNT),
        ("controlUi", Object(&GATEWAY_CONTROL_UI)),
        ("customBindHost", Text),
        ("http", Object(&GATEWAY_HTTP)),
        ("mode", OneOf(&["local", "remote"])),
        ("nodes", Object(&GATEWAY_NODES)),
        ("port", Whole(1, 65_535)),
        ("push", Object(&GATEWAY_PUSH)),
        ("reload", Object(&GATEWAY_RELOAD)),
        ("remote", Object(&GATEWAY_REMOTE)),
        ("tailscale", Object(&GATEWAY_TAILSCALE)),
        ("tls", Object(&GATEWAY_TLS)),
        ("tools", Object(&GATEWAY_TOOLS)),
        ("trustedProxies", List(&Text)),
        ("webchat", Object(&GATEWAY_WEBCHAT)),
    ],
};

pub(super) static LOGGING: Shape = Shape {
    required: &[],
    keys: &[
        ("consoleLevel", OneOf(&["silent", "fatal", "error", "warn", "info", "debug", "trace"])),
        ("consoleStyle", OneOf(&["pretty", "compact", "json"])),
        ("file", Text),
        ("level", OneOf(&["silent", "fatal", "error", "warn", "info", "debug", "trace"])),
        ("maxFileBytes", SOME_COUNT),
        ("redactPatterns", List(&Text)),
        ("redactSensitive", OneOf(&["off", "tools"])),
    ],
};

static UPDATE_AUTO: Shape = Shape {
    required: &[],
    keys: &[
        ("betaCheckIntervalHours", Positive),
        ("enabled", Flag),
        ("stableDelayHours", Number),
        ("stableJitterHours", Number),
    ],
};

pub(super) static UPDATE: Shape = Shape {
    required: &[],
    keys: &[
        ("auto", Object(&UPDATE_AUTO)),
        ("channel", OneOf(&["stable", "beta", "dev"])),
        ("checkOnStart", Flag),
    ],
};

static DISCOVERY_MDNS: Shape = Shape { required: &[], keys: &[("mode", OneOf(&["off", "minimal", "full"]))] };

static DISCOVERY_WIDE_AREA: Shape = Shape { required: &[], keys: &[("domain", Text), ("enabled", Flag)] };

pub(super) static DISCOVERY: Shape = Shape {
    required: &[],
    keys: &[("mdns", Object(&DISCOVERY_MDNS)), ("wideArea", Object(&DISCOVERY_WIDE_AREA))],
};

static CRON_FAILURE_ALERT: Shape = Shape {
    required: &[],
    keys: &[
        ("accountId", Text),
        ("after", SOME_COUNT),
        ("cooldownMs", ANY_COUNT),
        ("enabled", Flag),
        ("mode", OneOf(&["announce", "webhook"])),
    ],
};

static CRON_FAILURE_DESTINATION: Shape = Shape {
    required: &[],
    keys: &[("accountId", Text), ("channel", Text), ("mode", OneOf(&["announce", "webhook"])), ("to", Text)],
};

static CRON_RETRY: Shape = Shape {
    required: &[],
    keys: &[
        ("backoffMs", List(&ANY_COUNT)),
        ("maxAttempts", Whole(0, 10)),
        ("retryOn", List(&OneOf(&["rate_limit", "overloaded", "network", "timeout", "server_error"]))),
    ],
};

static CRON_RUN_LOG: Shape = Shape { required: &[], keys: &[("keepLines", SOME_COUNT), ("maxBytes", Any)] };

pub(super) static CRON: Shape = Shape {
    required: &[],
    keys: &[
        ("enabled", Flag),
        ("failureAlert", Object(&CRON_FAILURE_ALERT)),
        ("failureDestination", Object(&CRON_FAILURE_DESTINATION)),
        ("maxConcurrentRuns", SOME_COUNT),
        ("retry", Object(&CRON_RETRY)),
        ("runLog", Object(&CRON_RUN_LOG)),
        ("sessionRetention", Any),
        ("store", Text),
        ("webhook", Text),
        ("webhookToken", Secret),
    ],
};

static UI_ASSISTANT: Shape = Shape { required: &[], keys: &[("avatar", Text), ("name", Text)] };

pub(super) static UI: Shape =
    Shape { required: &[], keys: &[("assistant", Object(&UI_ASSISTANT)), ("seamColor", Text)] };

pub(super) static CANVAS_HOST: Shape = Shape {
    required: &[],
    keys: &[("enabled", Flag), ("liveReload", Flag), ("port", Whole(1, 65_535)), ("root", Text)],
};
