//! What is known of providers without a config: which variable holds their
//! key, and where they answer.

use super::env::Vars;
use super::model::Api;
use super::secret::Secret;

/// What a provider is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Serves {
    /// Chat, in this dialect at this base URL.
    Chat(Api, &'static str),
    /// Chat, at an address that depends on the account or is not known here.
    ChatSomewhere,
    /// Web search or page reading: it has no chat model.
    Search,
    /// Images, video or speech: it has no chat model.
    Media,
}

impl Serves {
    /// Whether it has chat models at all.
    #[must_use]
    pub const fn has_chat(self) -> bool {
        matches!(self, Self::Chat(..) | Self::ChatSomewhere)
    }
}

/// A provider that OpenClaw knows by itself.
#[derive(Debug)]
pub struct Known {
    /// Its id, as references name it.
    pub id: &'static str,
    /// The variables that may hold its key, the first set one counts.
    pub env: &'static [&'static str],
    /// What it is asked for.
    pub serves: Serves,
}

use Api::{AnthropicMessages, GithubCopilot, GoogleGenerativeAi, Ollama, OpenaiCompletions, OpenaiResponses};
use Serves::{Chat, ChatSomewhere, Media, Search};

const fn known(id: &'static str, env: &'static [&'static str], serves: Serves) -> Known {
    Known { id, env, serves }
}

/// All known providers, by id. Variables: OpenClaw 2026.4.12; addresses: the providers' own docs.
pub static KNOWN: &[Known] = &[
    known("alibaba", &["MODELSTUDIO_API_KEY", "DASHSCOPE_API_KEY", "QWEN_API_KEY"], Media),
    known(
        "anthropic",
        &["ANTHROPIC_OAUTH_TOKEN", "ANTHROPIC_API_KEY"],
        Chat(AnthropicMessages, "https://api.anthropic.com"),
    ),
    known("arcee", &["ARCEEAI_API_KEY"], ChatSomewhere),
    known("brave", &["BRAVE_API_KEY"], Search),
    known("byteplus", &["BYTEPLUS_API_KEY"], ChatSomewhere),
    known(
        "chutes",
        &["CHUTES_API_KEY", "CHUTES_OAUTH_TOKEN"],
        Chat(OpenaiCompletions, "https://llm.chutes.ai/v1"),
    ),
    known("cloudflare-ai-gateway", &["CLOUDFLARE_AI_GATEWAY_API_KEY"], ChatSomewhere),
    known("comfy", &["COMFY_API_KEY", "COMFY_CLOUD_API_KEY"], Media),
    known("deepgram", &["DEEPGRAM_API_KEY"], Media),
    known("deepseek", &["DEEPSEEK_API_KEY"], Chat(OpenaiCompletions, "https://api.deepseek.com")),
    known("exa", &["EXA_API_KEY"], Search),
    known("fal", &["FAL_KEY", "FAL_API_KEY"], Media),
    known("firecrawl", &["FIRECRAWL_API_KEY"], Search),
    known(
        "fireworks",
        &["FIREWORKS_API_KEY"],
        Chat(OpenaiCompletions, "https://api.fireworks.ai/inference/v1"),
    ),
    known(
        "github-copilot",
        &["COPILOT_GITHUB_TOKEN", "GH_TOKEN", "GITHUB_TOKEN"],
        Chat(GithubCopilot, "https://api.individual.githubcopilot.com"),
    ),
    known(
        "google",
        &["GEMINI_API_KEY", "GOOGLE_API_KEY"],
        Chat(GoogleGenerativeAi, "https://generativelanguage.googleapis.com/v1beta"),
    ),
    known("groq", &["GROQ_API_KEY"], Chat(OpenaiCompletions, "https://api.groq.com/openai/v1")),
    known(
        "huggingface",
        &["HUGGINGFACE_HUB_TOKEN", "HF_TOKEN"],
        Chat(OpenaiCompletions, "https://router.huggingface.co/v1"),
    ),
    known("kilocode", &["KILOCODE_API_KEY"], ChatSomewhere),
    known(
        "kimi",
        &["KIMI_API_KEY", "KIMICODE_API_KEY"],
        Chat(AnthropicMessages, "https://api.kimi.com/coding"),
    ),
    known("litellm", &["LITELLM_API_KEY"], Chat(OpenaiCompletions, "http://localhost:4000")),
    known("lmstudio", &["LM_API_TOKEN"], Chat(OpenaiCompletions, "http://localhost:1234/v1")),
    known("microsoft-foundry", &["AZURE_OPENAI_API_KEY"], ChatSomewhere),
    known("minimax", &["MINIMAX_API_KEY"], Chat(AnthropicMessages, "https://api.minimax.io/anthropic")),
    known(
        "minimax-portal",
        &["MINIMAX_OAUTH_TOKEN", "MINIMAX_API_KEY"],
        Chat(AnthropicMessages, "https://api.minimax.io/anthropic"),
    ),
    known("mistral", &["MISTRAL_API_KEY"], Chat(OpenaiCompletions, "https://api.mistral.ai/v1")),
    known("moonshot", &["MOONSHOT_API_KEY"], Chat(OpenaiCompletions, "https://api.moonshot.ai/v1")),
    known("nvidia", &["NVIDIA_API_KEY"], Chat(OpenaiCompletions, "https://integrate.api.nvidia.com/v1")),
    known("ollama", &["OLLAMA_API_KEY"], Chat(Ollama, "http://127.0.0.1:11434")),
    known("openai", &["OPENAI_API_KEY"], Chat(OpenaiResponses, "https://api.openai.com/v1")),
    known("opencode", &["OPENCODE_API_KEY", "OPENCODE_ZEN_API_KEY"], ChatSomewhere),
    known("opencode-go", &["OPENCODE_API_KEY", "OPENCODE_ZEN_API_KEY"], ChatSomewhere),
    known("openrouter", &["OPENROUTER_API_KEY"], Chat(OpenaiCompletions, "https://openrouter.ai/api/v1")),
    known("perplexity", &["PERPLEXITY_API_KEY", "OPENROUTER_API_KEY"], Search),
    known("qianfan", &["QIANFAN_API_KEY"], Chat(OpenaiCompletions, "https://qianfan.baidubce.com/v2")),
    known("qwen", &["QWEN_API_KEY", "MODELSTUDIO_API_KEY", "DASHSCOPE_API_KEY"], ChatSomewhere),
    known("runway", &["RUNWAYML_API_SECRET", "RUNWAY_API_KEY"], Media),
    known("sglang", &["SGLANG_API_KEY"], Chat(OpenaiCompletions, "http://127.0.0.1:30000/v1")),
    known("stepfun", &["STEPFUN_API_KEY"], ChatSomewhere),
    known("stepfun-plan", &["STEPFUN_API_KEY"], ChatSomewhere),
    known(
        "synthetic",
        &["SYNTHETIC_API_KEY"],
        Chat(AnthropicMessages, "https://api.synthetic.new/anthropic"),
    ),
    known("tavily", &["TAVILY_API_KEY"], Search),
    known("together", &["TOGETHER_API_KEY"], Chat(OpenaiCompletions, "https://api.together.xyz/v1")),
    known("venice", &["VENICE_API_KEY"], Chat(OpenaiCompletions, "https://api.venice.ai/api/v1")),
    known(
        "vercel-ai-gateway",
        &["AI_GATEWAY_API_KEY"],
        Chat(AnthropicMessages, "https://ai-gateway.vercel.sh"),
    ),
    known("vllm", &["VLLM_API_KEY"], Chat(OpenaiCompletions, "http://127.0.0.1:8000/v1")),
    known("volcengine", &["VOLCANO_ENGINE_API_KEY"], ChatSomewhere),
    known("vydra", &["VYDRA_API_KEY"], Media),
    known("xai", &["XAI_API_KEY"], Chat(OpenaiCompletions, "https://api.x.ai/v1")),
    known("xiaomi", &["XIAOMI_API_KEY"], ChatSomewhere),
    known("zai", &["ZAI_API_KEY", "Z_AI_API_KEY"], Chat(OpenaiCompletions, "https://api.z.ai/api/paas/v4")),
];

/// What is known of a provider.
#[must_use]
pub(super) fn find(id: &str) -> Option<&'static Known> {
    KNOWN.iter().find(|known| known.id == id)
}

/// The variable that holds a provider's key, and the key.
pub(super) fn key_from(vars: &Vars, id: &str) -> Option<(&'static str, Secret)> {
    let known = find(id)?;
    known.env.iter().find_map(|name| Some((*name, Secret::new(vars.get(*name)?.trim()))))
}

/// Whether a text in place of a key is the name of a variable that holds one.
pub(super) fn is_key_variable(text: &str) -> bool {
    KNOWN.iter().any(|known| known.env.contains(&text))
}

/// Whether a text in place of a key says that there is none to send, or that it is kept elsewhere.
///
/// Source: the markers that OpenClaw 2026.4.12 writes into `models.json`.
pub(super) fn is_marker(text: &str) -> bool {
    const MARKERS: [&str; 8] = [
        "secretref-managed",
        "minimax-oauth",
        "ollama-local",
        "custom-local",
        "gcp-vertex-credentials",
        "AWS_BEARER_TOKEN_BEDROCK",
        "AWS_ACCESS_KEY_ID",
        "AWS_PROFILE",
    ];
    MARKERS.contains(&text) || text.starts_with("oauth:") || text.starts_with("secretref-env:")
}
