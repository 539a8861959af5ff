//! `models.list`: the models of the config.

use serde_json::{Map, Value, json};

use crate::config::Config;
use crate::gateway::errand::{ConfigAsk, Errand};

use super::registry::Family;
use super::{Call, Desk, Reply, put};

pub(super) const METHODS: Family = &[("models.list", list)];

/// The most models of one answer.
const MODELS_MAX: usize = 5000;

fn list(_: &mut Desk, _: &mut Call<'_>) -> Reply {
    Reply::Errand(Errand::ReadConfig(ConfigAsk::Models))
}

/// The payload: every model of every provider that can be used, sorted.
#[must_use]
pub fn payload(config: &Config) -> Value {
    let mut models = Vec::new();
    for provider in config.providers.values().filter(|provider| provider.unusable.is_empty()) {
        for model in &provider.models {
            let reference = format!("{}/{}", provider.id.as_str(), model.id);
            let settings =
                config.agents.defaults.models.iter().find(|settings| settings.key.text == reference);
            let alias =
                settings.and_then(|settings| settings.alias.as_ref()).map(|alias| alias.text.as_str());
            let mut entry = Map::new();
            entry.insert("id".into(), model.id.as_str().into());
            entry.insert("name".into(), model.name.as_str().into());
            entry.insert("provider".into(), provider.id.as_str().into());
            put(&mut entry, "alias", alias);
            put(&mut entry, "contextWindow", model.context_window);
            put(&mut entry, "reasoning", model.reasoning);
            put(&mut entry, "input", Some(model.input.clone()).filter(|kinds| !kinds.is_empty()));
            models.push(Value::Object(entry));
        }
    }
    models.truncate(MODELS_MAX);
    json!({"models": models})
}
