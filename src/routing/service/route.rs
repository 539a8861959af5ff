//! Which models stand for a name.

use crate::config::{Ask, Config, ModelRef, Target, candidates};
use crate::dialect;
use crate::problem::Problem;
use crate::routing::Candidate;

/// The candidates for a request, first choice first.
#[derive(Debug, Clone, Default)]
pub struct Route {
    /// Those that can be asked.
    pub candidates: Vec<Candidate>,
    /// Those that cannot, with the reason.
    pub skipped: Vec<(ModelRef, Problem)>,
    /// What may surprise about the choice.
    pub notes: Vec<Problem>,
}

/// The candidates that the config has for what is asked.
///
/// # Errors
/// The asked model is no reference, is not allowed, or none of its candidates can be asked.
pub fn route(config: &Config, ask: &Ask<'_>) -> Result<Route, Problem> {
    let chain = candidates(config, ask)?;
    // Whoever names a model that cannot be is told so: another one's answer would hide the slip.
    let is_slip = ask.model.is_some() && chain.candidates.first().is_some_and(|first| first.target.is_err());
    let mut route = Route { notes: chain.notes, ..Route::default() };
    for candidate in chain.candidates {
        match candidate.target.and_then(|target| reached(&target)) {
            Ok(reached) => route.candidates.push(reached),
            Err(problem) => route.skipped.push((candidate.reference, problem)),
        }
    }
    match route.skipped.first() {
        Some((reference, problem)) if route.candidates.is_empty() || is_slip => {
            let mut problem = problem.clone();
            problem.message = format!("`{reference}` cannot be asked: {}", problem.message);
            Err(problem)
        }
        _ => Ok(route),
    }
}

/// A candidate of the config as the router reaches it.
fn reached(target: &Target) -> Result<Candidate, Problem> {
    let api = target.api.name();
    let spoken = dialect::spoken().iter().find(|codec| codec.openclaw_api() == api);
    let dialect = *spoken.ok_or_else(|| {
        Problem::new(format!("its api `{api}` is not spoken by this router yet"))
            .hint("`provoke list dialects` shows which are")
    })?;
    let base_url = target.base_url.as_str();
    if !base_url.starts_with("http://") {
        return Err(Problem::new("its base URL is no http:// address, and TLS is not compiled in yet")
            .hint("reach it through something on this machine that speaks TLS"));
    }
    Ok(Candidate {
        provider: target.reference.provider.as_str().to_owned(),
        model: target.reference.model.clone(),
        dialect,
        base_url: base_url.to_owned(),
        key: target.key.as_ref().map(|key| key.expose().to_owned()),
        bearer_too: target.auth_header,
        headers: target
            .headers
            .iter()
            .map(|(name, value)| (name.clone(), value.expose().to_owned()))
            .collect(),
    })
}
