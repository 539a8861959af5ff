//! Secrets that nobody told us of, known by their shape.
//!
//! In the manner of gitleaks: a keyword, then a pattern, then a gate (entropy, placeholders).
//! A pattern matches the least that shows a secret, and its `run` says how far the secret goes
//! on; so no input makes the search quadratic.

use super::gates;

/// One shape of a secret.
pub(super) struct Rule {
    /// Words in lower case of which the text holds at least one.
    pub(super) keywords: &'static [&'static str],
    /// The beginning of the secret is group 1.
    pub(super) pattern: &'static str,
    /// Whether the secret may start inside a word.
    pub(super) anywhere: bool,
    /// How many of the bytes that follow the match still belong to the secret.
    pub(super) run: fn(&[u8]) -> usize,
    /// Whether the secret (its first [`gates::LOOK`] bytes) is one.
    pub(super) gate: fn(&[u8]) -> bool,
}

/// What stands between a name and its value: `=`, `:`, quotes, escaped quotes, `%3D`.
macro_rules! is {
    () => {
        r#"(?:\\{0,3}["'`])?\s{0,4}(?::|=>|=|%3[Dd]|%3[Aa])\s{0,4}(?:\\{0,3}["'`])?"#
    };
}

/// A byte of an unquoted value.
macro_rules! value {
    ($least:literal) => {
        concat!(r#"([^\s"'`\\,;&<>(){}\[\]]{"#, $least, "})")
    };
}

/// All shapes. At most 32, as the prefilter keeps one bit for each.
pub(super) const RULES: &[Rule] = &[
    // OpenAI, Anthropic, OpenRouter, DeepSeek, Moonshot, LiteLLM …
    Rule {
        keywords: &["sk-"],
        pattern: "(sk-[A-Za-z0-9_-]{16})",
        anywhere: false,
        run: gates::token_run,
        gate: gates::no_placeholder,
    },
    // Groq, xAI, Google, Hugging Face, Replicate, NVIDIA, Perplexity, Tavily.
    Rule {
        keywords: &["gsk_", "xai-", "aiza", "hf_", "r8_", "nvapi-", "pplx-", "tvly-"],
        pattern: "((?:gsk_|xai-|AIza|hf_|r8_|nvapi-|pplx-|tvly-)[A-Za-z0-9_-]{12})",
        anywhere: false,
        run: gates::token_run,
        gate: gates::no_name,
    },
    // AWS, Alibaba Cloud, Tencent Cloud.
    Rule {
        keywords: &["akia", "asia", "ltai", "akid"],
        pattern: "((?:AKIA|ASIA|LTAI|AKID)[A-Za-z0-9]{12})",
        anywhere: false,
        run: gates::token_run,
        gate: gates::no_name,
    },
    // GitHub, GitLab.
    Rule {
        keywords: &["ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_", "glpat-"],
        pattern: "((?:gh[pousr]_|github_pat_|glpat-)[A-Za-z0-9_-]{16})",
        anywhere: false,
        run: gates::token_run,
        gate: gates::no_placeholder,
    },
    // Slack.
    Rule {
        keywords: &["xox", "xapp-"],
        pattern: "((?:xox[abeoprs]|xapp)-[A-Za-z0-9-]{10})",
        anywhere: false,
        run: gates::token_run,
        gate: gates::no_placeholder,
    },
    // Telegram bots; in the API's URLs the number follows the word `bot`.
    Rule {
        keywords: &[":aa", "%3aaa"],
        pattern: "([0-9]{8,10}(?::|%3[Aa])AA[A-Za-z0-9_-]{30})",
        anywhere: true,
        run: gates::token_run,
        gate: gates::no_placeholder,
    },
    // Discord bots: three parts, the first the id in base64.
    Rule {
        keywords: &["discord", "bot "],
        pattern: r"([MNO][A-Za-z0-9_-]{23,27}\.[A-Za-z0-9_-]{6}\.[A-Za-z0-9_-]{27})",
        anywhere: false,
        run: gates::token_run,
        gate: gates::no_placeholder,
    },
    // JSON web tokens (RFC 7519), Google's access tokens.
    Rule {
        keywords: &["eyj"],
        pattern: "(eyJ[A-Za-z0-9_-]{8})",
        anywhere: false,
        run: gates::dotted_run,
        gate: gates::has_parts,
    },
    Rule {
        keywords: &["ya29."],
        pattern: r"(ya29\.[A-Za-z0-9_-]{16})",
        anywhere: false,
        run: gates::dotted_run,
        gate: gates::no_placeholder,
    },
    // Private keys in PEM: the device identity of a gateway, service accounts.
    Rule {
        keywords: &["private key"],
        pattern: "-----BEGIN [A-Z ]{0,24}PRIVATE KEY-----()",
        anywhere: true,
        run: gates::pem_run,
        gate: gates::any,
    },
    // HTTP authentication, in headers as text and in prose.
    Rule {
        keywords: &["authorization"],
        pattern: concat!(
            "(?i)authorization",
            is!(),
            r"(?:bearer|basic|token|bot|apikey|api-key|key)(?:\s|%20){1,4}",
            value!("6")
        ),
        anywhere: true,
        run: gates::value_run,
        gate: gates::no_placeholder,
    },
    Rule {
        keywords: &["bearer"],
        pattern: r"(?i)bearer(?:\s|%20|\+){1,4}([A-Za-z0-9._~+/=-]{12})",
        anywhere: true,
        run: gates::value_run,
        gate: gates::no_bearer_word,
    },
    Rule {
        keywords: &["basic"],
        pattern: r"(?i)basic(?:\s|%20){1,4}([A-Za-z0-9+/_-]{8})",
        anywhere: true,
        run: gates::base64_run,
        gate: gates::is_basic,
    },
    // `"apiKey": "…"`, `OPENAI_API_KEY=…`, `x-api-key: …`, `?access_token=…`, and with them
    // `deviceToken`, `bootstrapToken` and `gateway.auth.token`.
    Rule {
        keywords: &["key", "secret", "token", "credential"],
        pattern: concat!(
            "(?i)(?:api[_-]?key|access[_-]?key|access[_-]?key[_-]?id|private[_-]?key|auth[_-]?key|",
            "master[_-]?key|secret[_-]?key|secret|token|credential)",
            is!(),
            value!("12")
        ),
        anywhere: true,
        run: gates::value_run,
        gate: gates::looks_random,
    },
    Rule {
        keywords: &["passw"],
        pattern: concat!("(?i)passw(?:or)?d", is!(), value!("6")),
        anywhere: true,
        run: gates::value_run,
        gate: gates::no_word,
    },
    // `--api-key VALUE` on a command line.
    Rule {
        keywords: &["--"],
        pattern: concat!(r"(?i)--[a-z-]{0,24}(?:key|token|secret|password)(?:\s{1,4}|=)", value!("6")),
        anywhere: true,
        run: gates::value_run,
        gate: gates::no_word,
    },
    // `scheme://user:password@host`.
    Rule {
        keywords: &["://"],
        pattern: r#"://[^/\s:@"'\\]{0,64}:([^/\s@"'\\]{1,128})@"#,
        anywhere: true,
        run: gates::nothing,
        gate: gates::no_placeholder,
    },
];
