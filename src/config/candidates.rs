//! Which models are tried, in which order, for whom.
//!
//! The rules are those measured on OpenClaw 2026.4.12, also where they are
//! questionable: a list of fallbacks is dropped when the asked model is of
//! another provider than the primary and not itself in the list. One thing is
//! ours: `subagents.fallbacks`, which OpenClaw does not have.

use std::collections::{BTreeMap, BTreeSet};

use super::Config;
use super::agents::{Agent, Pick, Subagents, Written};
use super::key::{Key, KeySource};
use super::known::{self, Serves};
use super::model::Api;
use super::model_ref::{self, DEFAULT_MODEL, DEFAULT_PROVIDER, ModelRef, Resolved};
use super::provider::Provider;
use super::secret::{BaseUrl, Secret};
use crate::problem::{Problem, nearest};

/// The API of a provider that names none (OpenClaw 2026.4.12).
pub const DEFAULT_API: Api = Api::OpenaiResponses;

/// What a run is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// The agent itself.
    Main,
    /// A subagent that it spawned.
    Subagent,
    /// Its heartbeat.
    Heartbeat,
}

impl Role {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Main, Self::Subagent, Self::Heartbeat];

    /// The word for it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Main => "main",
            Self::Subagent => "subagent",
            Self::Heartbeat => "heartbeat",
        }
    }
}

/// Who asks for candidates.
#[derive(Debug, Clone, Copy)]
pub struct Ask<'a> {
    /// What for.
    pub role: Role,
    /// The agent; `None` for the default one.
    pub agent: Option<&'a str>,
    /// A model asked for by name: an argument of a spawn, an override of a session.
    pub model: Option<&'a str>,
}

impl Ask<'_> {
    /// What the default agent asks in a role.
    #[must_use]
    pub const fn of(role: Role) -> Self {
        Self { role, agent: None, model: None }
    }
}

/// Why a model is a candidate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Why {
    /// It was asked for; the words say by what.
    Requested(&'static str),
    /// It is in the list of fallbacks, at this index.
    Fallback(usize),
    /// It is the configured primary, which comes last.
    Primary,
}

/// One candidate.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    /// The model.
    pub reference: ModelRef,
    /// Why it is here.
    pub why: Why,
    /// How to reach it, or why that cannot be.
    pub target: Result<Target, Problem>,
}

/// The candidates of a request, the first one first.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Chain {
    /// Them.
    pub candidates: Vec<Candidate>,
    /// What may surprise about the choice.
    pub notes: Vec<Problem>,
}

/// All that a request to a model needs.
#[derive(Debug, Clone, PartialEq)]
pub struct Target {
    /// The model.
    pub reference: ModelRef,
    /// How it is spoken to: the `api` word of `openclaw.json`.
    pub api: Api,
    /// Where it answers.
    pub base_url: BaseUrl,
    /// The key.
    pub key: Option<Secret>,
    /// Where the key comes from.
    pub key_source: KeySource,
    /// Whether the key also goes into an `Authorization` header.
    pub auth_header: bool,
    /// Headers to send: the provider's, then the model's.
    pub headers: BTreeMap<String, Secret>,
    /// The most tokens of an answer.
    pub max_tokens: Option<u64>,
    /// The tokens that fit into the model.
    pub context_window: Option<u64>,
    /// Whether the model reasons.
    pub reasoning: bool,
    /// Whether the provider lists this very model; false also where it lists none.
    pub listed: bool,
}

/// The candidates of a request.
///
/// # Errors
/// The asked model is no reference, or is not allowed.
pub fn candidates(config: &Config, ask: &Ask<'_>) -> Result<Chain, Problem> {
    let agent = config.agents.agent(ask.agent.unwrap_or_else(|| config.agents.default_agent()));
    let mut chain = Chain::default();
    let primary = chain.take(configured_primary(config)?);
    let (requested, by) = match requested(config, agent, ask) {
        Some((text, by)) => (chain.take(model_ref::resolve(text, config)?), by),
        None => (primary.clone(), "the primary"),
    };
    if ask.model.is_some() {
        allowed(config, &requested, ask)?;
    }
    let own = own_list(config, agent, ask.role);
    let keeps_primary = own.is_none();
    let mut list = chain.parsed(config, own.or(config.agents.defaults.model.fallbacks.as_deref()));
    let foreign = requested.provider != primary.provider;
    if keeps_primary && foreign && !list.is_empty() && list.iter().all(|(_, r)| r.key() != requested.key()) {
        list.clear();
        chain.notes.push(
            Problem::new(format!(
                "the fallbacks are dropped for `{requested}`: it is of another provider than the primary \
                 `{primary}` and not in the list"
            ))
            .hint(
                "OpenClaw's rule; put the model into the list, or give the agent its own `model.fallbacks`",
            ),
        );
    }
    let mut seen = BTreeSet::new();
    let fallbacks = list.into_iter().map(|(index, reference)| (reference, Why::Fallback(index)));
    let last = keeps_primary.then_some((primary, Why::Primary));
    for (reference, why) in std::iter::once((requested, Why::Requested(by))).chain(fallbacks).chain(last) {
        if seen.insert(reference.key()) {
            let target = target(config, &reference);
            chain.candidates.push(Candidate { reference, why, target });
        }
    }
    Ok(chain)
}

impl Chain {
    fn take(&mut self, resolved: Resolved) -> ModelRef {
        self.notes.extend(resolved.note);
        resolved.reference
    }

    /// The list of fallbacks, without what is no reference.
    fn parsed(&mut self, config: &Config, list: Option<&[Written]>) -> Vec<(usize, ModelRef)> {
        let mut parsed = Vec::new();
        for (index, written) in list.unwrap_or_default().iter().enumerate() {
            match model_ref::resolve(&written.text, config) {
                Ok(resolved) => parsed.push((index, self.take(resolved))),
                Err(problem) => self.notes.push(problem.at(written.place.clone())),
            }
        }
        parsed
    }
}

/// The configured primary: `agents.defaults.model`, else the first model of
/// the first provider that has one, else the built-in default.
///
/// # Errors
/// What is written there is no reference.
pub fn configured_primary(config: &Config) -> Result<Resolved, Problem> {
    if let Some(written) = &config.agents.defaults.model.primary {
        return model_ref::resolve(&written.text, config)
            .map_err(|problem| problem.at(written.place.clone()));
    }
    let providers = config.order.iter().filter_map(|id| config.providers.get(id));
    let first = providers
        .filter(|provider| provider.is_usable())
        .find_map(|provider| Some(ModelRef::new(provider.id.as_str(), &provider.models.first()?.id)));
    let reference = first.unwrap_or_else(|| ModelRef::new(DEFAULT_PROVIDER, DEFAULT_MODEL));
    Ok(Resolved { reference, note: None })
}

/// The model that goes first, and what asked for it.
fn requested<'a>(
    config: &'a Config,
    agent: Option<&'a Agent>,
    ask: &Ask<'a>,
) -> Option<(&'a str, &'static str)> {
    fn text(pick: &Pick) -> Option<&str> {
        pick.primary.as_ref().map(|written| written.text.as_str())
    }
    let defaults = &config.agents.defaults;
    let agents_own = || agent.and_then(|agent| text(&agent.model)).map(|text| (text, "the agent's model"));
    if let Some(model) = ask.model {
        return Some((model, "the request"));
    }
    match ask.role {
        Role::Main => agents_own(),
        Role::Subagent => agent
            .and_then(|agent| text(&agent.subagents.model))
            .map(|text| (text, "the agent's subagents.model"))
            .or_else(agents_own)
            .or_else(|| text(&defaults.subagents.model).map(|text| (text, "defaults.subagents.model"))),
        Role::Heartbeat => agent
            .and_then(|agent| agent.heartbeat.as_ref())
            .or(defaults.heartbeat.as_ref())
            .and_then(|heartbeat| heartbeat.model.as_ref())
            .map(|written| (written.text.as_str(), "heartbeat.model"))
            .or_else(agents_own),
    }
}

/// A list that stands in for the defaults' list, primary and all: ours for
/// subagents, or the agent's if its `model` owns the key.
fn own_list<'a>(config: &'a Config, agent: Option<&'a Agent>, role: Role) -> Option<&'a [Written]> {
    let ours = |subagents: &'a Subagents| subagents.fallbacks.as_deref();
    let of_subagents = (role == Role::Subagent).then(|| {
        agent.and_then(|agent| ours(&agent.subagents)).or_else(|| ours(&config.agents.defaults.subagents))
    });
    of_subagents.flatten().or_else(|| agent.and_then(|agent| agent.model.fallbacks.as_deref()))
}

/// `agents.defaults.models` is the allowlist of overrides when it is not
/// empty; the primary and the fallbacks are allowed as well.
fn allowed(config: &Config, reference: &ModelRef, ask: &Ask<'_>) -> Result<(), Problem> {
    let defaults = &config.agents.defaults;
    if defaults.models.is_empty() {
        return Ok(());
    }
    let settings = defaults.models.iter().map(|settings| settings.key.text.as_str());
    let picked = defaults.model.primary.iter().chain(defaults.model.fallbacks.iter().flatten());
    let mut all = settings.chain(picked.map(|written| written.text.as_str()));
    let wanted = reference.key();
    if all.any(|text| model_ref::resolve(text, config).is_ok_and(|r| r.reference.key() == wanted)) {
        return Ok(());
    }
    let agent = super::secret::quote(ask.agent.unwrap_or_else(|| config.agents.default_agent()));
    Err(Problem::new(format!("model override `{reference}` is not allowed for agent `{agent}`"))
        .hint("add it to `agents.defaults.models`"))
}

/// How to reach a model.
///
/// # Errors
/// Its provider is not known, cannot be used, or has no chat models.
pub fn target(config: &Config, reference: &ModelRef) -> Result<Target, Problem> {
    let id = reference.provider.as_str();
    if let Some(provider) = config.providers.get(id) {
        return from_provider(provider, reference);
    }
    match known::find(id).map(|known| known.serves) {
        Some(serves @ Serves::Chat(..)) => {
            from_provider(&Provider::implicit(id, serves, Key::MISSING), reference)
        }
        Some(serves) => Err(no_chat(reference, serves)),
        None => Err(unknown_provider(config, reference)),
    }
}

fn from_provider(provider: &Provider, reference: &ModelRef) -> Result<Target, Problem> {
    if let Some(fault) = provider.unusable.first() {
        let mut problem =
            Problem::new(format!("provider `{}` cannot be used: {}", provider.id, fault.message));
        problem.place = fault.place.clone();
        return Err(problem);
    }
    let Some(base_url) = provider.base_url.clone() else {
        return Err(no_chat(reference, provider.serves().unwrap_or(Serves::ChatSomewhere)));
    };
    let own = provider.model(&reference.model);
    // OpenClaw takes the limits of the first model for one that is not listed.
    let limits = own.or_else(|| provider.models.first());
    let mut headers = provider.headers.clone();
    headers.extend(own.into_iter().flat_map(|model| model.headers.clone()));
    let known_api = match provider.serves() {
        Some(Serves::Chat(api, _)) => Some(api),
        _ => None,
    };
    let window = limits.and_then(|model| model.context_window);
    let cap = own.and_then(|model| model.context_tokens);
    Ok(Target {
        reference: reference.clone(),
        api: own.and_then(|model| model.api).or(provider.api).or(known_api).unwrap_or(DEFAULT_API),
        base_url,
        key: provider.key.secret.clone(),
        key_source: provider.key.source.clone(),
        auth_header: provider.auth_header,
        headers,
        max_tokens: limits.and_then(|model| model.max_tokens),
        context_window: window.map_or(cap, |window| Some(cap.map_or(window, |cap| cap.min(window)))),
        reasoning: own.and_then(|model| model.reasoning).unwrap_or(false),
        listed: own.is_some(),
    })
}

fn no_chat(reference: &ModelRef, serves: Serves) -> Problem {
    let id = &reference.provider;
    if serves.has_chat() {
        return Problem::new(format!("provider `{id}` has no known base URL"))
            .hint(format!("add it to `models.providers` with its `baseUrl` (for `{reference}`)"));
    }
    Problem::new(format!("provider `{id}` has no chat models")).hint("name a model of another provider")
}

fn unknown_provider(config: &Config, reference: &ModelRef) -> Problem {
    let id = reference.provider.as_str();
    let problem = Problem::new(format!("no provider `{}` is configured or known", reference.provider));
    let text = format!("{id}/{}", reference.model);
    if id.len() > model_ref::REF_MAX || text.len() > model_ref::REF_MAX {
        return problem;
    }
    let ids = config.providers.keys().map(super::ProviderId::as_str);
    match model_ref::nearest_listed(&text, config) {
        Some(near) => problem.hint(format!("did you mean `{near}`?")),
        None => match nearest(id, ids.chain(known::KNOWN.iter().map(|known| known.id))) {
            Some(near) => problem.hint(format!("did you mean `{near}/…`?")),
            None => problem.hint("add it to `models.providers`"),
        },
    }
}
