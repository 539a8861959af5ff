//! One port for the mocks of many cases: the canary in a request says whose it is.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::watch;

use super::server::{Guest, Responder};
use super::witness::{Label, Witness};
use crate::dialect::Codec;
use crate::fault::wire::{WireAct, render};
use crate::mock::{Library, asked_model, bare_path, no_such_path, refusal, spoken_at};
use crate::moment::Moment;
use crate::recording::timeline::Timeline;
use crate::recording::{RequestBytes, Wall};
use crate::scenario::Plan;
use crate::scenario::foreign::{Answered, Asked, Canary, Stand};
use crate::seed::Seed;

/// How long, after its caller has left, a subject may take to leave the mock.
const FAREWELL: Duration = Duration::from_secs(2);
/// The most requests without a case that are kept by name; the rest is counted.
const STRAYS_MAX: usize = 20;

/// Answers for every case that is under way. Clones are the same lobby.
#[derive(Debug, Clone)]
pub struct Lobby {
    inner: Arc<Mutex<Inner>>,
}

#[derive(Debug)]
struct Inner {
    library: Library,
    plans: Vec<Arc<Plan>>,
    seed: Seed,
    running: BTreeMap<Canary, Running>,
    /// The stands of requests by hand, by the place of plan and cell: at most one for each cell.
    by_hand: BTreeMap<(usize, usize), Stand>,
    strays: Vec<Stray>,
    unnamed: usize,
}

#[derive(Debug)]
struct Running {
    stand: Stand,
    witness: Witness,
    stop: watch::Receiver<bool>,
    present: watch::Sender<usize>,
}

/// A request that belongs to no case under way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stray {
    /// `POST /v1/chat/completions`, as it came.
    pub asked: String,
    /// The model it asked for; empty where it named none.
    pub model: String,
    /// Why it belongs to none.
    pub why: StrayReason,
}

/// Why a request belongs to no case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StrayReason {
    /// Nobody speaks any dialect at its path.
    Path,
    /// It has a canary, and that case is over or of another run.
    Late,
    /// It has no canary.
    Unmarked,
}

impl StrayReason {
    /// In words.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Path => "no dialect of the mock is spoken at this path",
            Self::Late => "its case is over",
            Self::Unmarked => "no canary in its prompt",
        }
    }
}

/// A case at the lobby.
#[derive(Debug)]
pub struct Visit {
    lobby: Lobby,
    canary: Canary,
    witness: Witness,
    stop: watch::Sender<bool>,
    present: watch::Receiver<usize>,
}

/// A request that is being served.
#[derive(Debug)]
pub(super) struct Present(watch::Sender<usize>);

impl Present {
    fn enter(count: &watch::Sender<usize>) -> Self {
        count.send_modify(|count| *count += 1);
        Self(count.clone())
    }

    /// It has been served.
    pub(super) fn leave(self) {
        drop(self);
    }
}

impl Drop for Present {
    fn drop(&mut self) {
        self.0.send_modify(|count| *count = count.saturating_sub(1));
    }
}

impl Lobby {
    /// A lobby that knows these plans, for requests by hand.
    #[must_use]
    pub fn new(library: Library, plans: Vec<Arc<Plan>>, seed: Seed) -> Self {
        let inner = Inner {
            library,
            plans,
            seed,
            running: BTreeMap::new(),
            by_hand: BTreeMap::new(),
            strays: Vec::new(),
            unnamed: 0,
        };
        Self { inner: Arc::new(Mutex::new(inner)) }
    }

    /// A case begins: whoever brings its canary is served by its stand.
    #[must_use]
    pub fn enter(&self, canary: Canary, stand: Stand, witness: Witness) -> Visit {
        let (stop, stopped) = watch::channel(false);
        let (count, present) = watch::channel(0);
        let running = Running { stand, witness: witness.clone(), stop: stopped, present: count };
        self.inner().running.insert(canary, running);
        Visit { lobby: self.clone(), canary, witness, stop, present }
    }

    /// The requests that belonged to no case, and how many more there were.
    #[must_use]
    pub fn strays(&self) -> (Vec<Stray>, usize) {
        let inner = self.inner();
        (inner.strays.clone(), inner.unnamed)
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        // A panic while it was held cannot have left it half-changed.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Visit {
    /// The case ends: what the subject still holds at the mock has a moment to leave, and is then
    /// stopped. The case's wall.
    pub async fn leave(mut self) -> Wall {
        let gone = self.present.wait_for(|present| *present == 0);
        if tokio::time::timeout(FAREWELL, gone).await.is_err() {
            let _ = self.stop.send(true);
            let _ = tokio::time::timeout(FAREWELL, self.present.wait_for(|present| *present == 0)).await;
        }
        self.witness.finish()
    }
}

impl Drop for Visit {
    fn drop(&mut self) {
        self.lobby.inner().running.remove(&self.canary);
    }
}

impl Responder for Lobby {
    fn respond(&mut self, target: usize, request: &RequestBytes, now: Moment) -> Vec<WireAct> {
        self.receive(target, request, now).0
    }

    fn receive(&mut self, _: usize, request: &RequestBytes, _: Moment) -> (Vec<WireAct>, Option<Guest>) {
        let mut inner = self.inner();
        let canary = Canary::find(&request.body);
        let path = bare_path(request);
        let asked = asked_model(request).as_deref().and_then(Asked::read);
        let running = canary.and_then(|canary| inner.running.get_mut(&canary));
        let (Some(running), Some(dialect)) = (running, spoken_at(path)) else {
            return (render(&inner.stray(request, canary, asked.as_ref())), None);
        };
        let answered = running.stand.respond(dialect, asked.as_ref(), request);
        let answered = answered.unwrap_or_else(|| nobody(dialect, asked.as_ref()));
        let Answered { provider, model, dialect, timeline } = answered;
        let guest = Guest {
            watcher: running.witness.of(Label::new(provider, model, dialect)),
            stop: running.stop.clone(),
            present: Present::enter(&running.present),
        };
        (render(&timeline), Some(guest))
    }
}

/// No candidate of the case is at this place, or none speaks this dialect.
fn nobody(dialect: &'static dyn Codec, asked: Option<&Asked>) -> Answered {
    let place = asked.map_or(0, |asked| asked.place);
    let who = if place == 0 { "the primary".to_owned() } else { format!("fallback {place}") };
    let message = format!("{who} of this case cannot be asked in {}", dialect.id());
    Answered {
        provider: "nobody".to_owned(),
        model: who,
        dialect: dialect.id(),
        timeline: refusal(dialect, 404, "not_found_error", &message),
    }
}

impl Inner {
    /// A request without a case: it is kept, and answered by its model id where that names a cell.
    fn stray(&mut self, request: &RequestBytes, canary: Option<Canary>, asked: Option<&Asked>) -> Timeline {
        let path = bare_path(request);
        let model = asked_model(request).unwrap_or_default();
        if self.strays.len() < STRAYS_MAX {
            let why = match canary {
                _ if spoken_at(path).is_none() => StrayReason::Path,
                Some(_) => StrayReason::Late,
                None => StrayReason::Unmarked,
            };
            let asked = format!("{} {path}", request.method);
            self.strays.push(Stray { asked, model: model.clone(), why });
        } else {
            self.unnamed += 1;
        }
        let Some(dialect) = spoken_at(path) else { return no_such_path(path) };
        let Self { library, plans, seed, by_hand, .. } = self;
        let answered = match asked {
            Some(asked) if asked.alive() => Stand::alive(library).respond(dialect, Some(asked), request),
            Some(asked) => {
                let Some(place) = cell(plans, asked, dialect) else { return unknown(dialect, &model) };
                let plan = &plans[place.0];
                let stand = || Stand::of(plan, &plan.cells[place.1], library, *seed);
                by_hand.entry(place).or_insert_with(stand).respond(dialect, Some(asked), request)
            }
            None => return unknown(dialect, &model),
        };
        answered.unwrap_or_else(|| nobody(dialect, asked)).timeline
    }
}

/// The places of the plan and of its cell that a model id means.
fn cell(plans: &[Arc<Plan>], asked: &Asked, dialect: &dyn Codec) -> Option<(usize, usize)> {
    let plan = plans.iter().position(|plan| plan.id == asked.scenario)?;
    let cell = plans[plan].cells.iter().position(|cell| asked.means(cell, dialect))?;
    Some((plan, cell))
}

fn unknown(dialect: &dyn Codec, model: &str) -> Timeline {
    let message = format!("model: {model} (`provoke run --list --mock-listen …` shows the model ids)");
    refusal(dialect, 404, "not_found_error", &message)
}
