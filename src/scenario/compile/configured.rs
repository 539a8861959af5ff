//! What the scenario takes from an `openclaw.json` beside it.

use serde_saphyr::Spanned;

use super::{Compiler, place};
use crate::config::{self, Ask, KeySource, ModelRef, ProviderId, Role};
use crate::problem::{Problem, nearest};
use crate::scenario::schema::RouteWord;

/// What the configuration says of a provider.
#[derive(Debug, Clone, Default)]
pub(super) struct Configured {
    pub(super) base_url: Option<String>,
    pub(super) api: Option<&'static str>,
    pub(super) key: Option<String>,
    pub(super) key_source: Option<String>,
    pub(super) bearer_too: bool,
    pub(super) headers: Vec<(String, String)>,
}

impl Compiler<'_> {
    /// Loads the configuration, where the scenario names one.
    pub(super) fn load_config(&mut self) {
        let Some(name) = &self.file.config else { return };
        let at = place(self.source, name);
        let Some(text) = self.source.beside.get(&name.value) else {
            let problem =
                Problem::new(format!("there is no file `{}` beside the scenario", name.value)).at(at);
            let near = nearest(&name.value, self.source.beside.keys().map(String::as_str));
            self.problem(match near {
                Some(near) => problem.hint(format!("did you mean `{near}`?")),
                None => problem.hint("put the openclaw.json into the same folder"),
            });
            return;
        };
        let folder = self.source.file.rsplit_once('/').map_or("", |(folder, _)| folder);
        let file = if folder.is_empty() { name.value.clone() } else { format!("{folder}/{}", name.value) };
        match config::load(text, &file, &self.file.env, None) {
            Ok(config) => {
                self.problems.extend(config.problems.iter().cloned());
                self.config = Some(config);
            }
            Err(error) => self.problem(error.0),
        }
    }

    /// What the configuration says of a provider, and of a model where one is named.
    pub(super) fn configured(&self, provider: &str, model: &str) -> Option<Configured> {
        let config = self.config.as_ref()?;
        let known = config.providers.get(&ProviderId::new(provider))?;
        let source = |source: &KeySource| (*source != KeySource::Missing).then(|| source.to_string());
        if let Ok(target) = config::target(config, &ModelRef::new(provider, model)) {
            let headers = target.headers.iter();
            return Some(Configured {
                base_url: Some(target.base_url.as_str().to_owned()),
                api: Some(target.api.name()),
                key: target.key.as_ref().map(|key| key.expose().to_owned()),
                key_source: source(&target.key_source),
                bearer_too: target.auth_header,
                headers: headers.map(|(name, value)| (name.clone(), value.expose().to_owned())).collect(),
            });
        }
        Some(Configured {
            base_url: known.base_url.as_ref().map(|url| url.as_str().to_owned()),
            api: known.api.map(|api| api.name()),
            key: known.key.secret.as_ref().map(|key| key.expose().to_owned()),
            key_source: source(&known.key.source),
            ..Configured::default()
        })
    }

    /// The candidates of a route of the configuration, as `provider/model`.
    pub(super) fn configured_route(&mut self, route: &Spanned<RouteWord>) -> Vec<String> {
        let at = place(self.source, route);
        let Some(config) = &self.config else {
            let problem = Problem::new("a route needs a configuration").at(at);
            self.problem(problem.hint("add `config: openclaw.json`, or name a `primary`"));
            return Vec::new();
        };
        let role = match route.value {
            RouteWord::Main => Role::Main,
            RouteWord::Subagent => Role::Subagent,
        };
        match config::candidates(config, &Ask::of(role)) {
            Ok(chain) => {
                let names = chain.candidates.iter();
                names
                    .map(|found| format!("{}/{}", found.reference.provider.as_str(), found.reference.model))
                    .collect()
            }
            Err(problem) => {
                self.problem(problem.at(at));
                Vec::new()
            }
        }
    }
}
