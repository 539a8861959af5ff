//! One model of a provider.

use std::collections::BTreeMap;

use super::document::Node;
use super::secret::{Opaque, Secret};

/// The kinds of API that OpenClaw speaks: the values of `api`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Api {
    /// OpenAI's chat completions.
    OpenaiCompletions,
    /// OpenAI's responses.
    OpenaiResponses,
    /// The responses of Codex.
    OpenaiCodexResponses,
    /// Anthropic's messages.
    AnthropicMessages,
    /// Gemini.
    GoogleGenerativeAi,
    /// GitHub Copilot.
    GithubCopilot,
    /// The converse stream of Bedrock.
    BedrockConverseStream,
    /// Ollama's own.
    Ollama,
    /// OpenAI's responses on Azure.
    AzureOpenaiResponses,
}

impl Api {
    /// All of them, in the order of the schema's words.
    pub const ALL: [Self; 9] = [
        Self::OpenaiCompletions,
        Self::OpenaiResponses,
        Self::OpenaiCodexResponses,
        Self::AnthropicMessages,
        Self::GoogleGenerativeAi,
        Self::GithubCopilot,
        Self::BedrockConverseStream,
        Self::Ollama,
        Self::AzureOpenaiResponses,
    ];

    /// The word in `openclaw.json`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::OpenaiCompletions => "openai-completions",
            Self::OpenaiResponses => "openai-responses",
            Self::OpenaiCodexResponses => "openai-codex-responses",
            Self::AnthropicMessages => "anthropic-messages",
            Self::GoogleGenerativeAi => "google-generative-ai",
            Self::GithubCopilot => "github-copilot",
            Self::BedrockConverseStream => "bedrock-converse-stream",
            Self::Ollama => "ollama",
            Self::AzureOpenaiResponses => "azure-openai-responses",
        }
    }

    /// The kind of that name.
    #[must_use]
    pub fn of(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|api| api.name() == name)
    }
}

/// One model of a provider, as configured.
#[derive(Debug, Clone, PartialEq)]
pub struct Model {
    /// Its id at the provider.
    pub id: String,
    /// Its name for people.
    pub name: String,
    /// Its API, where it differs from the provider's.
    pub api: Option<Api>,
    /// Whether it reasons.
    pub reasoning: Option<bool>,
    /// What it takes: `text`, `image`.
    pub input: Vec<String>,
    /// The tokens that fit into it.
    pub context_window: Option<u64>,
    /// A lower limit of those, for the runtime.
    pub context_tokens: Option<u64>,
    /// The most tokens of an answer.
    pub max_tokens: Option<u64>,
    /// Headers of its requests.
    pub headers: BTreeMap<String, Secret>,
    /// The `compat` flags, as they stand.
    pub compat: Option<Opaque>,
}

impl Model {
    /// Reads one item of `models`; `None` without an id or with an `api` that does not exist.
    pub(super) fn read(node: Node<'_>) -> Option<Self> {
        let id = node.filled("id")?;
        let api = match node.get("api") {
            Some(api) => Some(Api::of(api.text()?)?),
            None => None,
        };
        let headers = node.get("headers").into_iter().flat_map(Node::members);
        let filled = headers.filter(|(_, value)| value.unresolved().is_none());
        Some(Self {
            id: id.to_owned(),
            name: node.filled("name").unwrap_or(id).to_owned(),
            api,
            reasoning: node.flag("reasoning"),
            input: node.get("input").map(super::agents::texts).unwrap_or_default(),
            context_window: node.count("contextWindow"),
            context_tokens: node.count("contextTokens"),
            max_tokens: node.count("maxTokens"),
            headers: filled
                .filter_map(|(name, value)| Some((name.to_owned(), Secret::new(value.text()?))))
                .collect(),
            compat: node.get("compat").map(|compat| Opaque(compat.value.clone())),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::schema;

    #[test]
    fn the_schema_knows_the_same_kinds() {
        let names: Vec<&str> = Api::ALL.into_iter().map(Api::name).collect();
        assert_eq!(names, schema::APIS);
        assert!(Api::ALL.into_iter().all(|api| Api::of(api.name()) == Some(api)));
    }
}
