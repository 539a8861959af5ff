//! Every mock behind one door: dialect by path, mock by model.

use std::sync::Arc;

use super::upstream::refusal;
use super::{Library, MockCase};
use crate::dialect::{self, Dialect};
use crate::fault::{Args, Context, Spec, compose};
use crate::recording::RequestBytes;
use crate::recording::timeline::Timeline;
use crate::seed::Seed;
use crate::wire::url::request_target;

/// A provider of every mock at once, as `provoke mock` serves it.
///
/// The path chooses the dialect, whatever stands before it. The model chooses the mock: a mock's
/// whole id, the last part of it, or the model it speaks as; any other model is answered by the
/// dialect's first mock that has such an answer, streamed or whole.
#[derive(Debug, Clone)]
pub struct Desk {
    cases: Vec<Arc<MockCase>>,
    faults: Vec<Spec>,
    seed: Seed,
    seen: u32,
}

impl Desk {
    /// A desk with these mocks; every answer goes through the faults.
    #[must_use]
    pub fn new(library: &Library, faults: Vec<Spec>, seed: Seed) -> Self {
        Self { cases: library.iter().cloned().map(Arc::new).collect(), faults, seed, seen: 0 }
    }

    /// What is done with a request.
    pub fn respond(&mut self, request: &RequestBytes) -> Timeline {
        let path = bare_path(request);
        if request.method.eq_ignore_ascii_case("GET") && path.ends_with("/models") {
            return self.models();
        }
        let Some(dialect) = spoken_at(path) else { return no_such_path(path) };
        if !request.method.eq_ignore_ascii_case("POST") {
            return refusal(dialect, 405, "invalid_request_error", "method not allowed: use POST");
        }
        let Ok(body) = serde_json::from_slice::<serde_json::Value>(&request.body) else {
            return refusal(dialect, 400, "invalid_request_error", "the body is not JSON");
        };
        let Some(model) = body.get("model").and_then(serde_json::Value::as_str) else {
            return refusal(dialect, 400, "invalid_request_error", "model: field required");
        };
        let stream = MockCase::wants_stream(request);
        let Some(case) = self.case(dialect, model, stream) else {
            return refusal(dialect, 404, "not_found_error", &format!("model: {model}"));
        };
        let healthy = case.timeline(model, stream);
        let none = Args::none();
        let cx = Context {
            seed: self.seed,
            attempt: self.seen,
            ..Context::new(dialect.id(), request, &none, model)
        };
        self.seen = self.seen.saturating_add(1);
        match compose(&self.faults, &cx, healthy) {
            Ok(timeline) => timeline,
            Err(problem) => {
                refusal(dialect, 599, "provoke_error", &format!("this fault does not apply here: {problem}"))
            }
        }
    }

    fn case(&self, dialect: &'static dyn Dialect, model: &str, stream: bool) -> Option<&Arc<MockCase>> {
        let of_dialect = || self.cases.iter().filter(|case| case.dialect.id() == dialect.id());
        let has_such =
            |case: &&Arc<MockCase>| if stream { case.stream.is_some() } else { case.whole.is_some() };
        of_dialect()
            .find(|case| case.id == model)
            .or_else(|| of_dialect().find(|case| case.id.rsplit('/').next() == Some(model)))
            .or_else(|| of_dialect().find(|case| case.about.model == model))
            .or_else(|| of_dialect().find(has_such))
            .or_else(|| of_dialect().next())
    }

    fn models(&self) -> Timeline {
        let models = self.cases.iter().map(
            |case| serde_json::json!({"id": case.id, "object": "model", "owned_by": case.about.provider}),
        );
        let list = serde_json::json!({"object": "list", "data": models.collect::<Vec<_>>()});
        Timeline::whole(200, "application/json", list.to_string())
    }
}

/// The path of a request, without a host before it and a query behind it.
pub(crate) fn bare_path(request: &RequestBytes) -> &str {
    let path = request_target(&request.path);
    path.split('?').next().unwrap_or(path)
}

/// The dialect that is spoken at a path, whatever stands before it.
pub(crate) fn spoken_at(path: &str) -> Option<&'static dyn Dialect> {
    dialect::all().iter().copied().find(|dialect| path.ends_with(&tail(*dialect)))
}

/// The answer to a request at a path where nobody speaks.
pub(crate) fn no_such_path(path: &str) -> Timeline {
    let paths: Vec<String> = dialect::all().iter().map(|dialect| format!("…{}", tail(*dialect))).collect();
    let message = format!("no such path: {path}; POST to {}, or GET …/models", paths.join(" or "));
    let body = serde_json::json!({"error": {"message": message, "type": "not_found_error"}});
    Timeline::whole(404, "application/json", body.to_string())
}

/// The end of a dialect's path, by which it is known.
fn tail(dialect: &dyn Dialect) -> String {
    request_target(&dialect.path("http://mock", "model")).to_owned()
}
