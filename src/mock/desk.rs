//! Every mock behind one door: dialect by path, mock by model, answer by what is asked.

use std::sync::Arc;

use super::ask::{self, Ask, Want};
use super::journal::{Done, Journal};
use super::made::{completed, made, tokens};
use super::prepared::{Prepared, request_id};
use super::upstream::refusal;
use super::{Library, MockCase, control, models};
use crate::dialect::{self, Codec};
use crate::fault::wire::{WireAct, render};
use crate::fault::{Args, Context, Spec, compose};
use crate::moment::Moment;
use crate::recording::RequestBytes;
use crate::recording::timeline::{Act, Timeline};
use crate::seed::Seed;
use crate::wire::url::request_target;

/// A provider of every mock at once, as `provoke mock` serves it.
///
/// The path chooses the dialect, whatever stands before it. The model chooses the mock: a mock's
/// whole id, the last part of it, or the model it speaks as; any other model is answered by the
/// dialect's plain text. What is asked chooses the answer: the mock's own, a call of an offered
/// tool, or JSON of the asked shape. A mock that is named by its id always gives its own.
#[derive(Debug, Clone)]
pub struct Desk {
    counters: Vec<Counter>,
    /// The faults in force, and those of the start.
    pub(super) faults: Vec<Spec>,
    first_faults: Vec<Spec>,
    seed: Seed,
    /// How many requests were served, those to the control API not among them.
    pub(super) requests: u64,
    /// How many of them asked for an answer that faults could spoil, since faults were set.
    seen: u32,
    prepared: Prepared,
    pub(super) journal: Journal,
    keeps_journal: bool,
}

/// One dialect's part of the desk.
#[derive(Debug, Clone)]
struct Counter {
    dialect: &'static dyn Codec,
    /// The end of a request's path, by which the dialect is known.
    tail: String,
    cases: Vec<Arc<MockCase>>,
}

/// What a request asks for, found.
struct Order {
    dialect: &'static dyn Codec,
    case: Arc<MockCase>,
    ask: Ask,
    want: Want,
}

impl Desk {
    /// A desk with these mocks; every answer goes through the faults.
    #[must_use]
    pub fn new(library: &Library, faults: Vec<Spec>, seed: Seed) -> Self {
        let counter = |dialect: &&'static dyn Codec| Counter {
            dialect: *dialect,
            tail: tail(*dialect),
            cases: library
                .iter()
                .filter(|case| case.dialect.id() == dialect.id())
                .map(|case| Arc::new(completed(case)))
                .collect(),
        };
        Self {
            counters: dialect::spoken().iter().map(counter).collect(),
            first_faults: faults.clone(),
            faults,
            seed,
            requests: 0,
            seen: 0,
            prepared: Prepared::default(),
            journal: Journal::default(),
            keeps_journal: false,
        }
    }

    /// The desk, keeping a journal from the start.
    #[must_use]
    pub fn with_journal(mut self) -> Self {
        self.keeps_journal = true;
        self.journal.start();
        self
    }

    /// What is done with a request that came at `now`, ready to be performed.
    pub fn respond(&mut self, request: &RequestBytes, now: Moment) -> Vec<WireAct> {
        let path = bare_path(request);
        if let Some(what) = path.strip_prefix(control::ROOT) {
            return render(&control::answer(self, what, request));
        }
        self.requests += 1;
        let id = request_id(self.requests);
        match self.order(path, request) {
            Ok(order) => self.serve(&order, request, &id, now),
            Err((dialect, timeline)) => {
                let timeline = signed(dialect, timeline, &id);
                self.journal.add(request, now, Done { id: &id, status: status(&timeline), mock: None });
                render(&timeline)
            }
        }
    }

    /// Puts faults in force; their doses count requests from here on.
    pub(super) fn set_faults(&mut self, faults: Vec<Spec>) {
        (self.faults, self.seen) = (faults, 0);
    }

    /// Forgets what was asked and what was set since the start.
    pub(super) fn reset(&mut self) {
        self.faults.clone_from(&self.first_faults);
        (self.requests, self.seen) = (0, 0);
        self.journal.stop();
        if self.keeps_journal {
            self.journal.start();
        }
    }

    /// Every mock, by dialect.
    pub(super) fn mocks(&self) -> impl Iterator<Item = &MockCase> {
        self.counters.iter().flat_map(|counter| &counter.cases).map(AsRef::as_ref)
    }

    fn serve(&mut self, order: &Order, request: &RequestBytes, id: &str, now: Moment) -> Vec<WireAct> {
        let Order { dialect, case, ask, want } = order;
        let done = |status| Done { id, status, mock: Some(&case.id) };
        let attempt = self.seen;
        self.seen = self.seen.saturating_add(1);
        let same_for_all = self.faults.is_empty() && *want == Want::Text;
        if same_for_all && let Some(acts) = self.prepared.find(case, &ask.model, ask.stream, id) {
            self.journal.add(request, now, done(Some(case.about.status)));
            return acts;
        }
        let answers = made(case, want, self.requests, request.body.len());
        let healthy = signed(*dialect, answers.timeline(&ask.model, ask.stream), id);
        let none = Args::none();
        let cx =
            Context { seed: self.seed, attempt, ..Context::new(dialect.id(), request, &none, &ask.model) };
        let timeline = compose(&self.faults, &cx, healthy).unwrap_or_else(|problem| {
            let message = format!("this fault does not apply here: {problem}");
            refusal(*dialect, 599, "provoke_error", &message)
        });
        self.journal.add(request, now, done(status(&timeline)));
        let acts = render(&timeline);
        if same_for_all {
            self.prepared.keep(case, &ask.model, ask.stream, id, &acts);
        }
        acts
    }

    /// What a request asks for.
    ///
    /// # Errors
    /// The answer to a request that asks for no mock, and the dialect that it is told in.
    fn order(&self, path: &str, request: &RequestBytes) -> Result<Order, (&'static dyn Codec, Timeline)> {
        let Some(counter) = self.counters.iter().find(|counter| path.ends_with(&counter.tail)) else {
            let carries = |name: &str| request.headers.iter().any(|(key, _)| key.eq_ignore_ascii_case(name));
            let dialect = dialect::spoken_by(carries);
            return Err((dialect, self.beside(dialect, path, request)));
        };
        let dialect = counter.dialect;
        let refused = |status, kind, message: &str| Err((dialect, refusal(dialect, status, kind, message)));
        if !request.method.eq_ignore_ascii_case("POST") {
            return refused(405, "invalid_request_error", "method not allowed: use POST");
        }
        let ask = match ask::peek(&request.body) {
            Ok(ask) => ask,
            Err(message) => return refused(400, "invalid_request_error", &message),
        };
        let Some((case, pinned)) = counter.case(&ask.model) else {
            return refused(404, "not_found_error", &format!("model: {}", ask.model));
        };
        let want = if ask.shaped && !pinned {
            ask::want(&dialect.decode_request(&request.body).value)
        } else {
            Want::Text
        };
        Ok(Order { dialect, case: Arc::clone(case), ask, want })
    }

    /// What a provider serves beside the conversation: models, and counts of tokens.
    fn beside(&self, dialect: &'static dyn Codec, path: &str, request: &RequestBytes) -> Timeline {
        let post = request.method.eq_ignore_ascii_case("POST");
        for counter in self.counters.iter().filter(|_| post) {
            let count = counter.dialect.token_count(tokens(request.body.len()));
            if let Some((behind, count)) = count
                && path.strip_suffix(behind).is_some_and(|path| path.ends_with(&counter.tail))
            {
                return Timeline::whole(200, "application/json", count.to_string());
            }
        }
        let get = request.method.eq_ignore_ascii_case("GET");
        if let Some(listed) = get.then(|| models::answer(dialect, path, self.mocks())).flatten() {
            return listed;
        }
        let paths: Vec<String> =
            self.counters.iter().map(|counter| format!("POST …{}", counter.tail)).collect();
        let message = format!(
            "no such path: {} {path}; spoken here: {}, GET …/models, and {}health",
            request.method,
            paths.join(", "),
            control::ROOT
        );
        refusal(dialect, 404, "not_found_error", &message)
    }
}

impl Counter {
    /// The mock that a model chooses, and whether the model named it by its id.
    fn case(&self, model: &str) -> Option<(&Arc<MockCase>, bool)> {
        let find = |is_it: &dyn Fn(&MockCase) -> bool| self.cases.iter().find(|case| is_it(case));
        let by_id = find(&|case| case.id == model)
            .or_else(|| find(&|case| case.id.rsplit('/').next() == Some(model)))
            .map(|case| (case, true));
        by_id.or_else(|| {
            let speaks = find(&|case| case.about.model == model);
            // Whoever asks for any other model is answered by plain text.
            let text = || find(&|case| case.id.ends_with("/text"));
            speaks.or_else(text).or_else(|| self.cases.first()).map(|case| (case, false))
        })
    }
}

/// The path of a request, without a host before it and a query behind it.
pub(crate) fn bare_path(request: &RequestBytes) -> &str {
    let path = request_target(&request.path);
    path.split('?').next().unwrap_or(path)
}

/// The dialect that is spoken at a path, whatever stands before it.
pub(crate) fn spoken_at(path: &str) -> Option<&'static dyn Codec> {
    dialect::spoken().iter().copied().find(|dialect| path.ends_with(&tail(*dialect)))
}

/// The answer to a request at a path where nobody speaks.
pub(crate) fn no_such_path(path: &str) -> Timeline {
    let paths: Vec<String> = dialect::spoken().iter().map(|dialect| format!("…{}", tail(*dialect))).collect();
    let message = format!("no such path: {path}; POST to {}, or GET …/models", paths.join(" or "));
    let body = serde_json::json!({"error": {"message": message, "type": "not_found_error"}});
    Timeline::whole(404, "application/json", body.to_string())
}

/// The end of a dialect's path, by which it is known.
fn tail(dialect: &dyn Codec) -> String {
    request_target(&dialect.path("http://mock", "model", false)).to_owned()
}

/// The answer with the id of its request in the header that the dialect has for it.
fn signed(dialect: &dyn Codec, mut timeline: Timeline, id: &str) -> Timeline {
    for act in &mut timeline.acts {
        if let Act::Head { head, .. } = act {
            let name = dialect.request_id_header();
            head.headers.retain(|(known, _)| known != name);
            head.headers.insert(0, (name.to_owned(), id.to_owned()));
        }
    }
    timeline
}

fn status(timeline: &Timeline) -> Option<u16> {
    timeline
        .acts
        .iter()
        .find_map(|act| if let Act::Head { head, .. } = act { Some(head.status) } else { None })
}
