//! Config, `models.json` and environment, merged to the providers that count.

use std::collections::BTreeMap;

use super::candidates::DEFAULT_API;
use super::check::INCLUDE;
use super::document::{Document, Node};
use super::env::Vars;
use super::key::{self, Key, KeySource};
use super::known::{self, KNOWN, Serves, key_from};
use super::model::Api;
use super::model_ref::ProviderId;
use super::provider::{Draft, Origin, Provider, examine_url};
use super::secret::{BaseUrl, quote};
use crate::problem::Problem;

/// The most providers of one file.
pub const PROVIDERS_MAX: usize = 256;

/// What becomes of the `models.json` of an agent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Mode {
    /// Its providers live on beside those of the config.
    #[default]
    Merge,
    /// Only the config counts.
    Replace,
}

impl Mode {
    /// The word for it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Merge => "merge",
            Self::Replace => "replace",
        }
    }
}

/// The providers, the order in which the config names them, and what was seen on the way.
pub(super) struct Sources {
    pub(super) providers: BTreeMap<ProviderId, Provider>,
    pub(super) order: Vec<ProviderId>,
    pub(super) problems: Vec<Problem>,
    pub(super) notes: Vec<Problem>,
}

/// Merges all sources, as OpenClaw 2026.4.12 does before each run.
///
/// One difference: a provider that cannot be read spoils no other one, where
/// OpenClaw then refuses the whole `models.json`.
pub(super) fn merge(config: &Document, models_json: Option<&Document>, vars: &Vars) -> Sources {
    let mut sources =
        Sources { providers: BTreeMap::new(), order: Vec::new(), problems: Vec::new(), notes: Vec::new() };
    let models = config.root().get("models");
    let mut drafts = sources.drafts(models, Origin::Config, vars);
    sources.order = drafts.iter().map(|draft| draft.provider.id.clone()).collect();
    let generated = models_json.map(Document::root);
    for mut existing in sources.drafts(generated, Origin::ModelsJson, vars) {
        sources.as_generated(&mut existing);
        match drafts.iter_mut().find(|draft| draft.provider.id == existing.provider.id) {
            Some(draft) => sources.keep(draft, existing),
            None => drafts.push(existing),
        }
    }
    for draft in drafts {
        sources.settle(draft, vars);
    }
    sources.implicit(vars);
    sources
}

impl Sources {
    /// The entries of `providers` under a node. Of two that mean the same provider, the last one.
    fn drafts(&mut self, node: Option<Node<'_>>, origin: Origin, vars: &Vars) -> Vec<Draft> {
        let providers = node.and_then(|node| node.get("providers"));
        let mut drafts: Vec<Draft> = Vec::new();
        let mut at: BTreeMap<ProviderId, usize> = BTreeMap::new();
        let members = providers.into_iter().flat_map(Node::members).filter(|(id, _)| *id != INCLUDE);
        for (count, (id, node)) in members.enumerate() {
            if count >= PROVIDERS_MAX {
                let message = format!("more than {PROVIDERS_MAX} providers; the rest is left aside");
                self.problems.push(Problem::new(message).at(node.key_place()));
                break;
            }
            let draft = Draft::read(id, node, origin, vars, &mut self.problems);
            if draft.provider.id.as_str().is_empty() {
                self.problems.push(Problem::new("a provider needs an id").at(node.key_place()));
                continue;
            }
            if let Some(before) = at.get(&draft.provider.id) {
                let message = format!("`{}` is the same provider as one before", quote(id));
                self.problems.push(Problem::new(message).at(node.key_place()).hint("the last one counts"));
                drafts[*before] = draft;
            } else {
                at.insert(draft.provider.id.clone(), drafts.len());
                drafts.push(draft);
            }
        }
        drafts
    }

    /// Takes back what OpenClaw changes when it writes `models.json`.
    fn as_generated(&mut self, draft: &mut Draft) {
        let provider = &mut draft.provider;
        if let (Some(Api::AnthropicMessages), Some(url)) = (provider.api, &provider.base_url) {
            provider.base_url = Some(BaseUrl::new(url.as_str().strip_suffix("/v1").unwrap_or(url.as_str())));
        }
        if let Some(Key { source: source @ KeySource::Config, .. }) = &mut draft.key {
            *source = KeySource::ModelsJson;
        }
        if draft.key.is_none() && !provider.models.is_empty() {
            self.problems.push(
                Problem::new(
                    "`apiKey` is missing; OpenClaw 2026.4.12 then refuses every model of models.json",
                )
                .at(provider.place.clone())
                .hint("give it an `apiKey`, or remove the provider from the file"),
            );
        }
    }

    /// The config's entry wins, but a literal key lives on, and so does the
    /// base URL where the config names none.
    fn keep(&mut self, draft: &mut Draft, existing: Draft) {
        let literal = existing.key.filter(|key| key.source == KeySource::ModelsJson);
        let replaceable = draft.key.as_ref().is_none_or(|key| key.source == KeySource::Config);
        if let (Some(kept), true) = (literal, replaceable) {
            if draft.key.as_ref().is_some_and(|key| key.secret != kept.secret) {
                let id = draft.provider.id.as_str();
                let mut note = Problem::new(format!(
                    "the key of models.json is used for `{id}`, not this one of the config"
                ))
                .hint("remove the provider from models.json, or write the key as ${NAME}");
                note.place = draft.key_place.clone().unwrap_or_default();
                self.notes.push(note);
            }
            draft.key = Some(kept);
        }
        let same_api = draft.provider.api.is_none_or(|api| Some(api) == existing.provider.api);
        if draft.provider.base_url.is_none() && same_api {
            draft.provider.base_url = existing.provider.base_url;
        }
    }

    fn settle(&mut self, draft: Draft, vars: &Vars) {
        let mut provider = draft.provider;
        let written = draft.key.is_some();
        let (key, note) = key::settle(provider.id.as_str(), provider.auth, draft.key, vars);
        provider.key = key;
        self.notes.extend(note.map(|note| note.at(provider.place.clone())));
        self.problems.extend(examine_url(&mut provider, &mut self.notes));
        if provider.is_usable() {
            let local = provider.base_url.as_ref().is_some_and(BaseUrl::is_local);
            if provider.key == Key::MISSING && !written && !local {
                self.notes.push(no_key(&provider.id).at(provider.place.clone()));
            }
            let silent =
                provider.models.is_empty() || provider.models.iter().any(|model| model.api.is_none());
            if provider.api.is_none() && silent && !matches!(provider.serves(), Some(Serves::Chat(..))) {
                let message = format!("no `api` for `{}`; read as `{}`", provider.id, DEFAULT_API.name());
                self.notes.push(Problem::new(message).at(provider.place.clone()).hint("name the `api`"));
            }
        }
        self.providers.insert(provider.id.clone(), provider);
    }

    /// Providers of which only a key is there.
    fn implicit(&mut self, vars: &Vars) {
        for known in KNOWN {
            let id = ProviderId::new(known.id);
            if let (false, Some((name, secret))) =
                (self.providers.contains_key(&id), key_from(vars, known.id))
            {
                let key = Key { secret: Some(secret), source: KeySource::Env(name.to_owned()) };
                self.providers.insert(id, Provider::implicit(known.id, known.serves, key));
            }
        }
    }
}

/// The note on a provider for which no key is seen.
pub(super) fn no_key(id: &ProviderId) -> Problem {
    let known = known::find(id.as_str()).and_then(|known| known.env.first());
    let set = known.map_or_else(|| "`apiKey`".to_owned(), |name| format!("{name} or `apiKey`"));
    Problem::new(format!("no key for `{id}` in config, environment or models.json"))
        .hint(format!("set {set}; an auth profile may hold one, which is not seen here"))
}
