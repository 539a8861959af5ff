//! Model references: `provider/model`, aliases and short forms.

use std::borrow::Borrow;
use std::fmt;

use super::Config;
use super::secret::quote;
use crate::problem::{Problem, nearest};

/// The provider of a reference that names none and fits nowhere else (OpenClaw 2026.4.12).
pub const DEFAULT_PROVIDER: &str = "openai";

/// The model when nothing at all is configured (OpenClaw 2026.4.12).
pub const DEFAULT_MODEL: &str = "gpt-5.4";

/// The longest reference, in bytes.
pub const REF_MAX: usize = 256;

/// A provider's id: trimmed, in lower case, aliases replaced.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ProviderId(String);

/// Ids that mean another one.
const ALIASES: [(&str, &str); 12] = [
    ("modelstudio", "qwen"),
    ("qwencloud", "qwen"),
    ("z.ai", "zai"),
    ("z-ai", "zai"),
    ("opencode-zen", "opencode"),
    ("opencode-go-auth", "opencode-go"),
    ("kimi-code", "kimi"),
    ("kimi-coding", "kimi"),
    ("bedrock", "amazon-bedrock"),
    ("aws-bedrock", "amazon-bedrock"),
    ("bytedance", "volcengine"),
    ("doubao", "volcengine"),
];

impl ProviderId {
    /// The id that a text means.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let lower = text.trim().to_lowercase();
        let meant = ALIASES.into_iter().find(|(alias, _)| *alias == lower);
        Self(meant.map_or(lower, |(_, id)| id.to_owned()))
    }

    /// The id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Borrow<str> for ProviderId {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ProviderId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&quote(&self.0))
    }
}

/// A model of a provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelRef {
    /// The provider.
    pub provider: ProviderId,
    /// The model's id there; it may hold slashes.
    pub model: String,
    /// The auth profile, where one was named behind `@`.
    pub profile: Option<String>,
}

impl fmt::Display for ModelRef {
    /// `provider/model`, as logs and probes print it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.provider, quote(&self.model))
    }
}

impl ModelRef {
    /// A reference of two parts, the short forms of the model written out.
    #[must_use]
    pub fn new(provider: &str, model: &str) -> Self {
        let provider = ProviderId::new(provider);
        let model = long_form(provider.as_str(), model.trim());
        Self { provider, model, profile: None }
    }

    /// Parses `provider/model`, cut at the first `/`; `None` when a side is empty.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (text, profile) = split_profile(text.trim());
        let (provider, model) = text.split_once('/')?;
        let full = !provider.trim().is_empty() && !model.trim().is_empty();
        full.then(|| Self { profile: profile.map(str::to_owned), ..Self::new(provider, model) })
    }

    /// The key under which references are the same: `provider/model`, or the
    /// model alone when it begins with its provider, as `groq/compound` of groq does.
    #[must_use]
    pub fn key(&self) -> String {
        let (provider, model) = (self.provider.as_str(), self.model.as_str());
        let own = model
            .get(..=provider.len())
            .is_some_and(|head| head.ends_with('/') && head[..provider.len()].eq_ignore_ascii_case(provider));
        if own { model.to_owned() } else { format!("{provider}/{model}") }
    }
}

/// Splits a trailing `@profile` off. A date (`@20250219`) and a quantisation
/// (`@q4_k_m`, `@8bit`) belong to the model.
fn split_profile(text: &str) -> (&str, Option<&str>) {
    let tail = text.rfind('/').map_or(0, |slash| slash + 1);
    let mut from = tail;
    while let Some(at) = text[from..].find('@').map(|at| at + from) {
        let behind = &text[at + 1..];
        let word = behind.split('@').next().unwrap_or_default();
        if at > tail && !belongs_to_model(word) {
            return if behind.is_empty() { (&text[..at], None) } else { (&text[..at], Some(behind)) };
        }
        from = at + 1;
    }
    (text, None)
}

fn belongs_to_model(word: &str) -> bool {
    let word = word.to_ascii_lowercase();
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let date = word.len() == 8 && digits(&word);
    let bits = word.strip_suffix("bit").is_some_and(digits);
    let quantised = word.strip_prefix('i').unwrap_or(&word).strip_prefix('q').is_some_and(|rest| {
        let mut parts = rest.split('_');
        parts.next().is_some_and(digits)
            && parts.all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric()))
    });
    date || bits || quantised
}

/// The ids that OpenClaw writes out. Its preview names of Google and its xAI aliases are left as they are.
fn long_form(provider: &str, model: &str) -> String {
    match (provider, model) {
        ("anthropic", "opus-4.6" | "opus-4-6") => "claude-opus-4-6".into(),
        ("anthropic", "opus-4.5" | "opus-4-5") => "claude-opus-4-5".into(),
        ("anthropic", "sonnet-4.6" | "sonnet-4-6") => "claude-sonnet-4-6".into(),
        ("anthropic", "sonnet-4.5" | "sonnet-4-5") => "claude-sonnet-4-5".into(),
        ("huggingface", model) => model.strip_prefix("huggingface/").unwrap_or(model).into(),
        ("openrouter", model) if !model.contains('/') => format!("openrouter/{model}"),
        (_, model) => model.into(),
    }
}

/// What a written reference means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resolved {
    /// The model.
    pub reference: ModelRef,
    /// What may surprise about it.
    pub note: Option<Problem>,
}

/// Resolves a reference as it may be written: `provider/model`, an alias, or
/// the id of a model that only one provider has.
///
/// # Errors
/// A text that is no reference: empty, too long, or with an empty side.
pub fn resolve(text: &str, config: &Config) -> Result<Resolved, Problem> {
    let text = text.trim();
    if text.is_empty() || text.len() > REF_MAX {
        return Err(Problem::new(format!("a model reference has 1 to {REF_MAX} bytes, not {}", text.len())));
    }
    let plain = |reference| Ok(Resolved { reference, note: None });
    if text.contains('/') {
        let parsed = ModelRef::parse(text);
        return parsed.map(|reference| Resolved { reference, note: None }).ok_or_else(|| {
            let problem = Problem::new(format!("`{}` is no model reference", quote(text)));
            match nearest_listed(text, config) {
                Some(near) => problem.hint(format!("did you mean `{near}`?")),
                None => problem.hint("write it as `provider/model`"),
            }
        });
    }
    let (name, profile) = split_profile(text);
    let with_profile = |reference: ModelRef| ModelRef { profile: profile.map(str::to_owned), ..reference };
    if let Some(reference) = by_alias(name, config).or_else(|| by_only_provider(name, config)) {
        return plain(with_profile(reference));
    }
    let reference = with_profile(ModelRef::new(DEFAULT_PROVIDER, name));
    let message = format!("model `{}` is written without a provider; read as `{reference}`", quote(name));
    let near = aliases(config).map(|(alias, _)| alias);
    let hint = match nearest(&name.to_lowercase(), near.filter(|alias| alias.len() <= 2 * name.len())) {
        Some(alias) => format!("did you mean the alias `{}`? else write `provider/model`", quote(alias)),
        None => format!("write `{reference}`, or the provider that is meant"),
    };
    Ok(Resolved { reference, note: Some(Problem::new(message).hint(hint)) })
}

/// The aliases and what they stand for.
pub(super) fn aliases(config: &Config) -> impl Iterator<Item = (&str, ModelRef)> {
    config.agents.defaults.models.iter().filter_map(|settings| {
        let alias = settings.alias.as_ref()?;
        let key = settings.key.text.as_str();
        let reference = ModelRef::parse(key).unwrap_or_else(|| ModelRef::new(DEFAULT_PROVIDER, key));
        Some((alias.text.as_str(), reference))
    })
}

fn by_alias(name: &str, config: &Config) -> Option<ModelRef> {
    let lower = name.to_lowercase();
    aliases(config).find(|(alias, _)| alias.to_lowercase() == lower).map(|(_, reference)| reference)
}

/// The reference of a model that exactly one provider has.
fn by_only_provider(name: &str, config: &Config) -> Option<ModelRef> {
    let set = config.agents.defaults.models.iter().filter_map(|settings| {
        let (provider, model) = settings.key.text.split_once('/')?;
        model.eq_ignore_ascii_case(name).then(|| ModelRef::new(provider, model))
    });
    let listed = config.providers.values().filter_map(|provider| {
        let model = provider.model(name)?;
        Some(ModelRef::new(provider.id.as_str(), &model.id))
    });
    let mut all = set.chain(listed);
    let first = all.next()?;
    all.all(|other| other.provider == first.provider).then_some(first)
}

/// How many listed models a wrong reference is compared with.
const COMPARED_MAX: usize = 256;

/// The listed model that a wrong reference is nearest to: one of its provider
/// where that exists, else any. A model that only has settings does not count:
/// it may be the wrong one itself.
pub(super) fn nearest_listed(text: &str, config: &Config) -> Option<String> {
    let provider = text.split_once('/').map(|(provider, _)| ProviderId::new(provider));
    let own =
        provider.filter(|id| config.providers.get(id).is_some_and(|provider| !provider.models.is_empty()));
    let providers = config.providers.values().filter(|p| own.as_ref().is_none_or(|id| *id == p.id));
    let refs: Vec<String> = providers
        .flat_map(|provider| {
            provider.models.iter().map(|model| format!("{}/{}", provider.id.as_str(), model.id))
        })
        .filter(|known| known.len().abs_diff(text.len()) <= text.len() / 3 + 2)
        .take(COMPARED_MAX)
        .collect();
    nearest(text, refs.iter().map(String::as_str)).map(quote)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_is_cut_at_its_first_slash_and_its_provider_is_normalised() {
        let cases = [
            ("minimax/MiniMax-M2.7", "minimax", "MiniMax-M2.7", "minimax/MiniMax-M2.7"),
            ("groq/groq/compound", "groq", "groq/compound", "groq/compound"),
            ("GROQ/Groq/compound", "groq", "Groq/compound", "Groq/compound"),
            ("groq/groqx", "groq", "groqx", "groq/groqx"),
            (" Z.AI / glm-5 ", "zai", "glm-5", "zai/glm-5"),
            ("aws-bedrock/a.b:0", "amazon-bedrock", "a.b:0", "amazon-bedrock/a.b:0"),
            ("anthropic/opus-4.6", "anthropic", "claude-opus-4-6", "anthropic/claude-opus-4-6"),
            ("openrouter/auto", "openrouter", "openrouter/auto", "openrouter/auto"),
            ("openrouter/a/b:free", "openrouter", "a/b:free", "openrouter/a/b:free"),
            ("huggingface/huggingface/a/b", "huggingface", "a/b", "huggingface/a/b"),
            ("é/é", "é", "é", "é/é"),
        ];
        for (text, provider, model, key) in cases {
            let reference = ModelRef::parse(text).expect(text);
            assert_eq!((reference.provider.as_str(), reference.model.as_str()), (provider, model), "{text}");
            assert_eq!((reference.key().as_str(), reference.profile), (key, None), "{text}");
        }
        assert!(
            ["", "/", "a/", "/b", " / b", "alone"].into_iter().all(|text| ModelRef::parse(text).is_none())
        );
    }

    #[test]
    fn a_profile_is_split_off_and_a_version_is_not() {
        let cases = [
            ("a/m@work", "a/m", Some("work")),
            ("a/m@user@mail.example", "a/m", Some("user@mail.example")),
            ("a/m@20250219", "a/m@20250219", None),
            ("a/m@20250219@work", "a/m@20250219", Some("work")),
            ("a/m@q4_k_m", "a/m@q4_k_m", None),
            ("a/m@iq3_xxs@work", "a/m@iq3_xxs", Some("work")),
            ("a/m@8bit", "a/m@8bit", None),
            ("a/m@quick", "a/m", Some("quick")),
            ("a@b/m", "a@b/m", None),
            ("a/@cf/meta", "a/@cf/meta", None),
            ("a/@m", "a/@m", None),
            ("a/m@", "a/m", None),
            ("a/é@é", "a/é", Some("é")),
        ];
        for (text, model, profile) in cases {
            assert_eq!(split_profile(text), (model, profile), "{text}");
        }
    }
}
