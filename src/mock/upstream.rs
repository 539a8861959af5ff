//! A provider made of mocks and faults: what it does with each request.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::chat::ErrorBody;
use crate::dialect::Codec;
use crate::fault::{Args, Context, Dose, Spec};
use crate::problem::Problem;
use crate::recording::RequestBytes;
use crate::recording::timeline::{Act, Timeline};
use crate::seed::Seed;
use crate::wire::url::request_target;

use super::MockCase;

/// One model of one provider, as a mock.
#[derive(Debug, Clone)]
pub struct UpstreamTarget {
    /// The provider's name.
    pub provider: String,
    /// The model id.
    pub model: String,
    /// The dialect spoken.
    pub dialect: &'static dyn Codec,
    /// The base URL that the provider is reached by; its path is what counts.
    pub base_url: String,
    /// What it answers when nothing is wrong.
    pub case: Arc<MockCase>,
    /// What is wrong, in order.
    pub faults: Vec<Spec>,
}

/// What an upstream does with a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// What it does, act by act.
    pub timeline: Timeline,
    /// How many requests this target had seen before.
    pub seen: u32,
}

/// What a target does with connections.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Door {
    /// It takes them.
    Open,
    /// It refuses every one, so that nothing may listen there.
    Refusing,
    /// It lets none come about.
    Silent,
}

impl Door {
    fn of(timeline: &Timeline) -> Self {
        match timeline.acts.first() {
            Some(Act::Refuse) => Self::Refusing,
            Some(Act::Blackhole) => Self::Silent,
            _ => Self::Open,
        }
    }
}

/// The mock providers of one case, with what they have seen.
#[derive(Debug, Clone)]
pub struct Upstream {
    targets: Vec<UpstreamTarget>,
    seen: BTreeMap<usize, u32>,
    seed: Seed,
}

impl Upstream {
    /// An upstream that has seen nothing.
    #[must_use]
    pub const fn new(targets: Vec<UpstreamTarget>, seed: Seed) -> Self {
        Self { targets, seen: BTreeMap::new(), seed }
    }

    /// The targets.
    #[must_use]
    pub fn targets(&self) -> &[UpstreamTarget] {
        &self.targets
    }

    /// What a target does with connections, whatever is asked over them.
    #[must_use]
    pub fn door(&self, target: usize) -> Door {
        let Some(target) = self.targets.get(target) else { return Door::Open };
        let mut copy = Self::new(vec![target.clone()], self.seed);
        Door::of(&copy.answer(0, &RequestBytes::default()).timeline)
    }

    /// What a target does with a request; it remembers having seen it.
    pub fn respond(&mut self, target: usize, request: &RequestBytes) -> Answer {
        let Some(known) = self.targets.get(target) else {
            return Answer { timeline: Timeline::whole(404, "text/plain", "no such target\n"), seen: 0 };
        };
        // Where nothing listens, no request is read, so none can be told that it is wrong.
        let wrong = misdirected(known, request).filter(|_| self.door(target) == Door::Open);
        if let Some(timeline) = wrong {
            return Answer { timeline, seen: *self.seen.get(&target).unwrap_or(&0) };
        }
        self.answer(target, request)
    }

    /// What a target does with a request, by whatever path and for whatever model it came: routers
    /// rename models and have paths of their own. It answers as the model that it is.
    ///
    /// # Panics
    /// When there is no such target.
    pub fn respond_to_all(&mut self, target: usize, request: &RequestBytes) -> Timeline {
        let asked = self.targets[target].model.clone();
        self.answer_as(target, request, &asked).timeline
    }

    fn answer(&mut self, place: usize, request: &RequestBytes) -> Answer {
        let asked = asked_model(request).unwrap_or_else(|| self.targets[place].model.clone());
        self.answer_as(place, request, &asked)
    }

    fn answer_as(&mut self, place: usize, request: &RequestBytes, asked: &str) -> Answer {
        let seen = self.seen.entry(place).or_default();
        let before = *seen;
        *seen += 1;
        let target = &self.targets[place];
        let timeline = spoilt(target, request, asked, before, self.seed);
        // Compiling a scenario rehearses every fault, so this names a bug of ours.
        let timeline = timeline.unwrap_or_else(|problem| {
            Timeline::whole(599, "text/plain", format!("a fault does not apply: {problem}\n"))
        });
        Answer { timeline, seen: before }
    }
}

/// What a target answers: its healthy timeline, spoilt by its faults in order.
fn spoilt(
    target: &UpstreamTarget,
    request: &RequestBytes,
    asked: &str,
    seen: u32,
    seed: Seed,
) -> Result<Timeline, Problem> {
    let mut timeline = target.case.timeline(asked, MockCase::wants_stream(request));
    let none = Args::none();
    for (number, spec) in target.faults.iter().enumerate() {
        let seed = seed.derive(&format!("{}/{}#{number}", target.provider, target.model));
        let cx = Context { seed, attempt: seen, ..Context::new(target.dialect.id(), request, &none, asked) };
        timeline = spec.apply(&cx, timeline)?;
    }
    Ok(timeline)
}

/// Applies every fault of a target once, so that what cannot work is told before anything runs.
///
/// # Errors
/// The problem of the first fault that does not apply.
pub fn rehearse(target: &UpstreamTarget, stream: bool) -> Result<(), Problem> {
    let body = serde_json::json!({"model": target.model, "stream": stream}).to_string();
    let request = RequestBytes { method: "POST".to_owned(), body: body.into(), ..RequestBytes::default() };
    for number in 0..target.faults.len() {
        // Each alone and without its dose: a dose may hide it, an earlier fault may leave it nothing.
        let mut spec = target.faults[number].clone();
        spec.dose = Dose::ALWAYS;
        let alone = UpstreamTarget { faults: vec![spec], ..target.clone() };
        let timeline = spoilt(&alone, &request, &target.model, 0, Seed(0))?;
        let closed = Door::of(&timeline) != Door::Open;
        if closed && target.faults[number].dose != Dose::ALWAYS {
            let name = target.faults[number].fault.name();
            let problem = Problem::new(format!("`{name}` cannot have a dose"));
            return Err(problem.hint(
                "where nothing listens, nobody counts connections; \
                 to spoil some requests only, use `reset-before-headers` with this dose",
            ));
        }
    }
    spoilt(target, &request, &target.model, 0, Seed(0)).map(drop)
}

/// The answer to a request that does not belong here: wrong method, path or model.
fn misdirected(target: &UpstreamTarget, request: &RequestBytes) -> Option<Timeline> {
    let wanted = target.dialect.path(&target.base_url, &target.model, false);
    let wanted = request_target(&wanted);
    let path = request.path.split('?').next().unwrap_or_default();
    if path != wanted {
        let message = format!("no such path: {path} (this provider answers at {wanted})");
        return Some(refusal(target.dialect, 404, "not_found_error", &message));
    }
    if !request.method.eq_ignore_ascii_case("POST") {
        return Some(refusal(target.dialect, 405, "invalid_request_error", "method not allowed: use POST"));
    }
    match asked_model(request) {
        None => Some(refusal(target.dialect, 400, "invalid_request_error", "model: field required")),
        Some(asked) if asked != target.model => {
            Some(refusal(target.dialect, 404, "not_found_error", &format!("model: {asked}")))
        }
        Some(_) => None,
    }
}

pub(crate) fn refusal(dialect: &dyn Codec, status: u16, kind: &str, message: &str) -> Timeline {
    let error =
        ErrorBody { message: message.to_owned(), kind: Some(kind.to_owned()), ..ErrorBody::default() };
    Timeline::whole(status, "application/json", dialect.encode_error(status, &error).to_string())
}

pub(crate) fn asked_model(request: &RequestBytes) -> Option<String> {
    let body: serde_json::Value = serde_json::from_slice(&request.body).ok()?;
    Some(body.get("model")?.as_str()?.to_owned())
}
