//! `openclaw.json` as a whole: from its text to a [`Config`].

use std::collections::BTreeMap;

use super::agents::{Agents, Pick, Subagents, Written};
use super::candidates;
use super::check::{self, Unknown};
use super::document::{Document, Node};
use super::env::{self, Vars};
use super::key::KeySource;
use super::model_ref::{self, ProviderId};
use super::provider::Provider;
use super::scan::PROBLEMS_MAX;
use super::schema;
use super::sources::{self, Mode};
use crate::problem::Problem;

/// A config, as far as it was understood. It shows no secret.
#[derive(Debug, Clone, PartialEq)]
pub struct Config {
    /// The file, as the caller named it.
    pub file: String,
    /// What becomes of `models.json`.
    pub mode: Mode,
    /// The providers of all sources. One that cannot be used says so and spoils no other one.
    pub providers: BTreeMap<ProviderId, Provider>,
    /// The ids in the order of the config.
    pub order: Vec<ProviderId>,
    /// The agents.
    pub agents: Agents,
    /// What is wrong.
    pub problems: Vec<Problem>,
    /// What is allowed, yet may surprise.
    pub notes: Vec<Problem>,
}

/// A config that is no JSON5 document.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ConfigError(pub Problem);

/// Reads an `openclaw.json` and, where there is one, the agent's
/// `models.json` (its text, then its name).
///
/// `env` is the environment of the process. A `models.json` that cannot be
/// parsed is a problem of the config, not an error.
///
/// # Errors
/// The text is no JSON5 document, or too large or too deep.
pub fn load(
    text: &str,
    file: &str,
    env: &BTreeMap<String, String>,
    models_json: Option<(&str, &str)>,
) -> Result<Config, ConfigError> {
    let (mut document, mut problems) = Document::parse(text, file).map_err(ConfigError)?;
    let vars = env::in_effect(document.root(), env, &mut problems);
    problems.extend(env::substitute(&mut document, &vars));
    let root = document.root();
    check::object(root, &schema::CONFIG, Unknown::Refused, &mut problems);
    let mode = match root.get("models").and_then(|models| models.filled("mode")) {
        Some("replace") => Mode::Replace,
        _ => Mode::Merge,
    };
    let merged = models_json.filter(|_| mode == Mode::Merge);
    let generated = merged.and_then(|(text, file)| read_models_json(text, file, &mut problems));
    let sources = sources::merge(&document, generated.as_ref(), &vars);
    problems.extend(sources.problems);
    let agents = Agents::read(root, &mut problems);
    let mut config = Config {
        file: file.to_owned(),
        mode,
        providers: sources.providers,
        order: sources.order,
        agents,
        problems,
        notes: sources.notes,
    };
    config.check_references();
    config.bound();
    config.hide(&vars);
    Ok(config)
}

/// Reads `models.json`; the file is generated, so unknown keys are nobody's typo.
fn read_models_json(text: &str, file: &str, problems: &mut Vec<Problem>) -> Option<Document> {
    match Document::parse(text, file) {
        Ok((document, repeated)) => {
            problems.extend(repeated);
            let providers = document.root().get("providers");
            if !providers.is_some_and(|providers| providers.value.is_object()) {
                problems.push(Problem::new("models.json has no `providers`").at(document.root().place()));
            }
            let entries = providers.into_iter().flat_map(Node::members);
            for (_, provider) in entries {
                check::object(provider, &schema::PROVIDER, Unknown::Passed, problems);
            }
            Some(document)
        }
        Err(problem) => {
            problems.push(problem.hint("it is left aside; OpenClaw writes it anew"));
            None
        }
    }
}

impl Config {
    /// Every model reference that is written: does it lead anywhere?
    fn check_references(&mut self) {
        let (mut problems, mut notes) = (Vec::new(), Vec::new());
        let defaults = &self.agents.defaults;
        let mut written: Vec<&Written> = pick(&defaults.model);
        written.extend(subagents(&defaults.subagents));
        written.extend(defaults.heartbeat.iter().filter_map(|heartbeat| heartbeat.model.as_ref()));
        written.extend(&defaults.compaction_model);
        for agent in &self.agents.list {
            written.extend(pick(&agent.model));
            written.extend(subagents(&agent.subagents));
            written.extend(agent.heartbeat.iter().filter_map(|heartbeat| heartbeat.model.as_ref()));
        }
        let settings = defaults.models.iter().map(|settings| &settings.key);
        for written in written.into_iter().chain(settings) {
            if problems.len() + notes.len() >= PROBLEMS_MAX {
                break;
            }
            match self.examine(&written.text) {
                Ok(note) => notes.extend(note.map(|note| note.at(written.place.clone()))),
                Err(problem) => problems.push(problem.at(written.place.clone())),
            }
        }
        let parts = std::iter::once(&defaults.subagents).chain(self.agents.list.iter().map(|a| &a.subagents));
        parts.for_each(|part| notes.extend(about_subagents(part)));
        self.problems.extend(problems);
        self.notes.extend(notes);
    }

    /// What is wrong with a reference (an error) or may surprise about it.
    fn examine(&self, text: &str) -> Result<Option<Problem>, Problem> {
        let resolved = model_ref::resolve(text, self)?;
        let target = candidates::target(self, &resolved.reference)?;
        if resolved.note.is_some() {
            return Ok(resolved.note);
        }
        let own = self.providers.get(&resolved.reference.provider);
        if own.is_none() && target.key_source == KeySource::Missing && !target.base_url.is_local() {
            return Ok(Some(sources::no_key(&resolved.reference.provider)));
        }
        let lists_models = own.is_some_and(|provider| !provider.models.is_empty());
        if target.listed || !lists_models {
            return Ok(None);
        }
        let reference = resolved.reference;
        let note = Problem::new(format!("`{}` does not list the model of `{reference}`", reference.provider));
        let text = format!("{}/{}", reference.provider.as_str(), reference.model);
        let near = model_ref::nearest_listed(&text, self);
        Ok(Some(match near {
            Some(near) => note.hint(format!("did you mean `{near}`?")),
            None => note.hint("its limits are then taken from the first model that is listed"),
        }))
    }

    /// Tells no more than anyone reads.
    fn bound(&mut self) {
        for told in [&mut self.problems, &mut self.notes] {
            let more = told.len().saturating_sub(PROBLEMS_MAX);
            if more > 0 {
                told.truncate(PROBLEMS_MAX);
                told.push(Problem::new(format!("{more} more of these")).in_file(&self.file));
            }
        }
    }

    /// No message may show the value of a variable; a key or a word may hold one.
    fn hide(&mut self, vars: &Vars) {
        let keys = self.providers.values().filter_map(|provider| provider.key.secret.clone());
        let secrets: Vec<_> = keys.filter(|key| key.expose().len() >= HIDDEN_FROM).collect();
        let values = vars.iter().filter(|(name, value)| is_secret_name(name) && value.len() >= HIDDEN_FROM);
        let values: Vec<&str> = values.map(|(_, value)| value.as_str()).collect();
        let hidden = || secrets.iter().map(super::Secret::expose).chain(values.iter().copied());
        for problem in self.problems.iter_mut().chain(&mut self.notes) {
            for secret in hidden() {
                mask(&mut problem.message, secret);
                problem.hint.iter_mut().for_each(|hint| mask(hint, secret));
                problem.place.path.iter_mut().for_each(|path| mask(path, secret));
            }
        }
    }
}

/// The shortest value that is masked in messages, in bytes: shorter ones are common words.
const HIDDEN_FROM: usize = 8;

fn is_secret_name(name: &str) -> bool {
    ["KEY", "TOKEN", "SECRET", "PASSWORD"].into_iter().any(|word| name.contains(word))
}

fn mask(text: &mut String, secret: &str) {
    if text.contains(secret) {
        *text = text.replace(secret, "***");
    }
}

fn pick(pick: &Pick) -> Vec<&Written> {
    pick.primary.iter().chain(pick.fallbacks.iter().flatten()).collect()
}

fn subagents(part: &Subagents) -> impl Iterator<Item = &Written> {
    part.model.primary.iter().chain(part.fallbacks.iter().flatten())
}

fn about_subagents(part: &Subagents) -> Vec<Problem> {
    let mut notes = Vec::new();
    if let Some(place) = &part.fallbacks_place {
        notes.push(
            Problem::new(
                "`subagents.fallbacks` is honoured here, but OpenClaw has no such key and refuses it",
            )
            .at(place.clone())
            .hint("for OpenClaw, put the models into the fallbacks of the main model"),
        );
    }
    if let Some(first) = part.model.fallbacks.as_ref().and_then(|list| list.first()) {
        notes.push(
            Problem::new("OpenClaw accepts these fallbacks and ignores them; so they are ignored here")
                .at(first.place.clone())
                .hint("`subagents.fallbacks` is honoured here"),
        );
    }
    notes
}
