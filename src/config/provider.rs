//! One provider: where it answers, how it is spoken to, and with which key.

use std::collections::BTreeMap;

use super::document::Node;
use super::env::Vars;
use super::key::{Auth, Key};
use super::known::{self, Serves};
use super::model::{Api, Model};
use super::model_ref::ProviderId;
use super::secret::{BaseUrl, Secret, quote};
use crate::problem::{Place, Problem};

/// Who told of a provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// The config.
    Config,
    /// The `models.json` of the agent.
    ModelsJson,
    /// Only the environment, which holds a key for it.
    Environment,
}

impl Origin {
    /// The word for it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Config => "config",
            Self::ModelsJson => "models.json",
            Self::Environment => "environment",
        }
    }
}

/// The most models of one provider; the rest is left aside.
pub const MODELS_MAX: usize = 1024;

/// A provider, as far as it was understood.
#[derive(Debug, Clone, PartialEq)]
pub struct Provider {
    /// Its id.
    pub id: ProviderId,
    /// Who told of it.
    pub origin: Origin,
    /// Where it answers.
    pub base_url: Option<BaseUrl>,
    /// How it is spoken to; a model may say otherwise.
    pub api: Option<Api>,
    /// How it wants to be authenticated.
    pub auth: Auth,
    /// Its key.
    pub key: Key,
    /// Whether the key also goes into an `Authorization` header.
    pub auth_header: bool,
    /// Headers of all requests.
    pub headers: BTreeMap<String, Secret>,
    /// Its models, as listed.
    pub models: Vec<Model>,
    /// Why it cannot be used; empty when it can.
    pub unusable: Vec<Problem>,
    /// Where it stands.
    pub place: Place,
}

impl Provider {
    /// Whether requests can be made to it.
    #[must_use]
    pub const fn is_usable(&self) -> bool {
        self.unusable.is_empty()
    }

    /// The model of an id, letters' case aside where no exact one is there.
    #[must_use]
    pub fn model(&self, id: &str) -> Option<&Model> {
        let same = self.models.iter().find(|model| model.id == id);
        same.or_else(|| self.models.iter().find(|model| model.id.eq_ignore_ascii_case(id)))
    }

    /// What is known of it without a config.
    #[must_use]
    pub fn serves(&self) -> Option<Serves> {
        known::find(self.id.as_str()).map(|known| known.serves)
    }

    /// A provider of which only a key in the environment is known.
    pub(super) fn implicit(id: &str, serves: Serves, key: Key) -> Self {
        let (api, base_url) = match serves {
            Serves::Chat(api, url) => (Some(api), Some(BaseUrl::new(url))),
            _ => (None, None),
        };
        Self {
            id: ProviderId::new(id),
            origin: Origin::Environment,
            base_url,
            api,
            auth: Auth::Unsaid,
            key,
            auth_header: false,
            headers: BTreeMap::new(),
            models: Vec::new(),
            unusable: Vec::new(),
            place: Place::default(),
        }
    }
}

/// A provider as one file has it, before the sources are merged.
pub(super) struct Draft {
    pub(super) provider: Provider,
    /// The key as written there.
    pub(super) key: Option<Key>,
    /// Where that key stands.
    pub(super) key_place: Option<Place>,
}

impl Draft {
    /// Reads one entry of `providers`.
    ///
    /// What the schema check has told already is not told again.
    pub(super) fn read(
        id: &str,
        node: Node<'_>,
        origin: Origin,
        vars: &Vars,
        problems: &mut Vec<Problem>,
    ) -> Self {
        let written = node.get("apiKey");
        let key = written.and_then(|node| Key::read(node, vars, problems));
        let mut provider = Provider {
            id: ProviderId::new(id),
            origin,
            base_url: node.filled("baseUrl").map(BaseUrl::new),
            api: node.filled("api").and_then(Api::of),
            auth: Auth::of(node.filled("auth")),
            key: Key::MISSING,
            auth_header: node.flag("authHeader").unwrap_or(false),
            headers: BTreeMap::new(),
            models: Vec::new(),
            unusable: Vec::new(),
            place: node.key_place(),
        };
        let mut fault = |message: &str, place: Place| provider.unusable.push(Problem::new(message).at(place));
        if !node.value.is_object() {
            fault("it is no object", node.place());
        }
        for key in ["baseUrl", "api"] {
            let needs = node.get(key).and_then(|value| Some((value.unresolved()?, value.place())));
            if let Some((name, place)) = needs {
                fault(&format!("its `{key}` needs env var {}", quote(name)), place);
            }
        }
        let strange = node.get("api").filter(|api| provider.api.is_none() && api.unresolved().is_none());
        if let Some(api) = strange {
            fault("its `api` is none that exists", api.place());
        }
        if let Some(models) = node.get("models").filter(|models| !models.value.is_array()) {
            fault("its `models` are no list", models.place());
        }
        let items = node.get("models").into_iter().flat_map(Node::items);
        provider.models = items.filter_map(Model::read).take(MODELS_MAX).collect();
        read_headers(&mut provider, node, vars, problems);
        let mut draft = Self { provider, key, key_place: written.map(Node::key_place) };
        draft.read_request(node, vars, problems);
        draft
    }

    /// The `request` part: headers and authentication that go before all else.
    fn read_request(&mut self, node: Node<'_>, vars: &Vars, problems: &mut Vec<Problem>) {
        let Some(request) = node.get("request") else { return };
        read_headers(&mut self.provider, request, vars, problems);
        let Some(auth) = request.get("auth") else { return };
        let mut secret = |key| auth.get(key).and_then(|node| Key::read(node, vars, problems));
        match auth.filled("mode") {
            Some("authorization-bearer") => {
                if let Some(key) = secret("token") {
                    self.key = Some(key);
                    self.provider.auth = Auth::ApiKey;
                    self.provider.auth_header = true;
                }
            }
            Some("header") => {
                let value = secret("value").and_then(|key| key.secret);
                if let (Some(name), Some(value)) = (auth.filled("headerName"), value) {
                    let prefix = auth.get("prefix").and_then(Node::text).unwrap_or_default();
                    let value = Secret::new(format!("{prefix}{}", value.expose()));
                    self.provider.headers.insert(name.to_owned(), value);
                }
            }
            _ => {}
        }
    }
}

fn read_headers(provider: &mut Provider, node: Node<'_>, vars: &Vars, problems: &mut Vec<Problem>) {
    for (name, value) in node.get("headers").into_iter().flat_map(Node::members) {
        if let Some(secret) = Key::read(value, vars, problems).and_then(|key| key.secret) {
            provider.headers.insert(name.to_owned(), secret);
        }
    }
}

/// Looks at a merged provider's address: what makes it unusable, and what may surprise.
pub(super) fn examine_url(provider: &mut Provider, notes: &mut Vec<Problem>) -> Option<Problem> {
    let Some(url) = &provider.base_url else {
        if provider.is_usable() {
            provider.unusable.push(Problem::new("it has no `baseUrl`").at(provider.place.clone()));
        }
        return None;
    };
    let url = url.as_str();
    if !(url.starts_with("http://") || url.starts_with("https://")) {
        let problem =
            Problem::new("`baseUrl` must begin with http:// or https://").at(provider.place.clone());
        provider.unusable.push(problem.clone());
        return Some(problem);
    }
    let endpoint = match provider.api {
        Some(Api::AnthropicMessages) => "/messages",
        Some(Api::OpenaiCompletions) => "/chat/completions",
        Some(Api::OpenaiResponses) => "/responses",
        _ => return None,
    };
    if url.ends_with(endpoint) {
        notes.push(
            Problem::new(format!("`baseUrl` ends in `{endpoint}`, which is added to it once more"))
                .at(provider.place.clone())
                .hint(format!("cut `{endpoint}` off")),
        );
    }
    None
}
