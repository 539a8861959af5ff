//! A config in plain lines, for people.

use std::fmt::Write as _;

use super::Config;
use super::candidates::{Ask, Candidate, Role, Why, candidates};
use super::key::KeySource;
use super::known::Serves;
use super::model::Model;
use super::model_ref::aliases;
use super::provider::Provider;
use super::secret::quote;
use crate::problem::Problem;

/// Providers, models, key sources, candidates and problems, one a line. It shows no secret.
#[must_use]
pub fn summary(config: &Config) -> String {
    let mut out = String::new();
    let lines = lines(config);
    lines.iter().for_each(|line| {
        // Writing to a string cannot fail.
        let _ = writeln!(out, "{line}");
    });
    out
}

fn lines(config: &Config) -> Vec<String> {
    let mut lines = vec![format!(
        "{}: {}, {}, {}",
        config.file,
        counted(config.providers.len(), "provider"),
        counted(config.problems.len(), "problem"),
        counted(config.notes.len(), "note"),
    )];
    for provider in config.providers.values() {
        lines.push(provider_line(provider));
        lines.extend(provider.unusable.iter().map(|fault| format!("  unusable: {}", fault.message)));
        lines.extend(provider.models.iter().map(model_line));
    }
    lines.extend(aliases(config).map(|(alias, reference)| format!("alias {} = {reference}", quote(alias))));
    let mut agents: Vec<&str> = config.agents.list.iter().map(|agent| agent.id.as_str()).collect();
    if agents.is_empty() {
        agents.push(config.agents.default_agent());
    }
    for agent in agents {
        Role::ALL.into_iter().for_each(|role| lines.extend(chain_lines(config, agent, role)));
    }
    lines.extend(config.problems.iter().map(|problem| format!("problem: {problem}")));
    lines.extend(config.notes.iter().map(|note| format!("note: {note}")));
    lines
}

fn provider_line(provider: &Provider) -> String {
    let mut parts = vec![match (provider.api, provider.serves()) {
        (Some(api), _) => api.name().to_owned(),
        (None, Some(Serves::Search)) => "search, no chat model".to_owned(),
        (None, Some(Serves::Media)) => "media, no chat model".to_owned(),
        (None, _) => "no api named".to_owned(),
    }];
    parts.extend(provider.base_url.as_ref().map(ToString::to_string));
    parts.push(match (&provider.key.secret, &provider.key.source) {
        (_, KeySource::Missing) => "key missing".to_owned(),
        (Some(secret), source) => format!("key {source} {secret}"),
        (None, source) => format!("key {source}"),
    });
    parts.push(format!("from {}", provider.origin.name()));
    if provider.auth_header {
        parts.push("with Authorization header".to_owned());
    }
    if !provider.headers.is_empty() {
        let names: Vec<String> = provider.headers.keys().map(|name| quote(name)).collect();
        parts.push(format!("headers {}", names.join(" ")));
    }
    format!("provider {}: {}", provider.id, parts.join(", "))
}

fn model_line(model: &Model) -> String {
    let mut parts = Vec::new();
    parts.extend(model.api.map(|api| api.name().to_owned()));
    parts.extend(model.context_window.map(|tokens| format!("context {tokens}")));
    parts.extend(model.max_tokens.map(|tokens| format!("answer {tokens}")));
    parts.extend(model.reasoning.filter(|reasons| *reasons).map(|_| "reasons".to_owned()));
    let more = if parts.is_empty() { String::new() } else { format!(": {}", parts.join(", ")) };
    format!("  model {}{more}", quote(&model.id))
}

fn chain_lines(config: &Config, agent: &str, role: Role) -> Vec<String> {
    let head = format!("candidates {} {}", quote(agent), role.name());
    match candidates(config, &Ask { role, agent: Some(agent), model: None }) {
        Ok(chain) => {
            let shown: Vec<String> = chain.candidates.iter().map(candidate).collect();
            let notes = chain.notes.iter().map(|note: &Problem| format!("  note: {note}"));
            std::iter::once(format!("{head}: {}", shown.join(" -> "))).chain(notes).collect()
        }
        Err(problem) => vec![format!("{head}: none, {problem}")],
    }
}

fn candidate(candidate: &Candidate) -> String {
    let why = match &candidate.why {
        Why::Requested(by) => (*by).to_owned(),
        Why::Fallback(index) => format!("fallback {}", index + 1),
        Why::Primary => "the primary".to_owned(),
    };
    let broken = if candidate.target.is_ok() { "" } else { ", unreachable" };
    format!("{} ({why}{broken})", candidate.reference)
}

fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}
