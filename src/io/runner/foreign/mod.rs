//! Runs plans against a subject that is somebody else's router: the mock on one port behind it,
//! our caller in front of it.

mod client;
mod probe;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use super::{Bench, JOBS_MAX, Job, Options, Progress, Ran, Step, blocking, each};
use crate::dialect::Codec;
use crate::io::clock::{Clock, TimeScale};
use crate::io::mock::{Lobby, MockServer, Stray, Witness};
use crate::mock::Library;
use crate::recording::{Policy, Recording, Redactor, Tap, Wall};
use crate::routing::Outcome;
use crate::scenario::foreign::{
    ALIVE_MODEL, ALIVE_PROVIDER, Canary, Stand, alive_question, model_id, question, untried,
};
use crate::scenario::{Judged, Plan, judge, suggest_siblings};
use crate::seed::Seed;
use crate::verdict::{Case, CheckResult, Run, State, Subject, Verdict, World};

use client::{Door, Patience, ask};
pub use probe::Unreachable;

/// How long the subject may take to answer a healthy call, before anything is judged.
const PROBE_MAX: Duration = Duration::from_secs(20);

/// Somebody else's router, and how to try it.
#[derive(Debug, Clone)]
pub struct Foreign {
    /// Its base URL, with or without `/v1`.
    pub url: String,
    /// Where the mock listens: the subject is configured to ask there.
    pub listen: SocketAddr,
    /// The key that it asks of its callers.
    pub key: Option<String>,
    /// Headers that it asks of its callers.
    pub headers: Vec<(String, String)>,
    /// How a model is called there; `{}` stands for our id.
    pub model: String,
    /// Only cells whose primary speaks this dialect, by its id.
    pub dialect: Option<String>,
    /// Ask for whole answers where the scenario asks for a stream.
    pub whole: bool,
    /// How long a caller waits for one case, by the clock.
    pub case_timeout: Duration,
    /// How fast the mock's time passes.
    pub scale: TimeScale,
    /// The mocks.
    pub library: Library,
}

impl Foreign {
    fn door(&self, base: String) -> Door {
        Door { base, key: self.key.clone(), headers: self.headers.clone(), model: self.model.clone() }
    }

    fn redactor(&self) -> Redactor {
        Redactor::default().knowing(self.secrets())
    }

    fn secrets(&self) -> Vec<String> {
        self.key.iter().cloned().collect()
    }
}

/// What all cases of a run share.
#[derive(Clone)]
struct Trial {
    foreign: Arc<Foreign>,
    bench: Bench,
    lobby: Lobby,
    doors: Arc<BTreeMap<&'static str, Result<Door, probe::Tried>>>,
    nonce: Seed,
}

/// Runs every cell of every plan against a foreign subject. Beside the run: the requests that
/// reached the mock and belong to no case, by name and how many more.
///
/// # Errors
/// When the mock cannot listen, the subject is not there, or it does not ask the mock.
pub async fn run_foreign(
    plans: &[Arc<Plan>],
    foreign: Foreign,
    options: &Options,
    progress: &dyn Progress,
) -> Result<(Run, Vec<Ran>, (Vec<Stray>, usize)), Unreachable> {
    let began = Instant::now();
    let mut plans: Vec<Plan> = plans.iter().map(|plan| Plan::clone(plan)).collect();
    for plan in &mut plans {
        plan.subject = Subject::Router;
        plan.request.stream &= !foreign.whole;
        let wanted = foreign.dialect.as_deref();
        plan.cells.retain(|cell| {
            wanted.is_none_or(|id| cell.candidates.first().is_some_and(|primary| primary.dialect.id() == id))
        });
    }
    let plans: Vec<Arc<Plan>> = plans.into_iter().map(Arc::new).collect();
    let nonce = nonce();
    let lobby = Lobby::new(foreign.library.clone(), plans.clone(), Seed(options.seed));
    let server =
        MockServer::listen(foreign.listen, lobby.clone(), foreign.scale).map_err(Unreachable::Listen)?;
    let doors = probe::doors(&spoken(&plans), &foreign, &lobby, nonce).await?;
    let cells = plans.iter().flat_map(|plan| (0..plan.cells.len()).map(move |cell| (plan, cell)));
    let jobs: Vec<Job> = cells.map(|(plan, cell)| Job::new(plan, cell, options.seed)).collect();
    progress.step(Step::Begin { cases: jobs.len() });
    let bench = Bench { options: options.clone(), redactor: Redactor::default() };
    let subject = foreign.url.clone();
    let trial = Trial { foreign: Arc::new(foreign), bench, lobby, doors: Arc::new(doors), nonce };
    let mut ran = each(&jobs, options.jobs.clamp(1, JOBS_MAX), progress, |job| {
        let trial = trial.clone();
        async move { case(&job, &trial).await }
    })
    .await;
    progress.step(Step::End);
    drop(server);
    ran.sort_by(|a, b| a.case.id.cmp(&b.case.id));
    let mut cases: Vec<Case> = ran.iter().map(|one| one.case.clone()).collect();
    suggest_siblings(&mut cases);
    let run = Run { seed: options.seed, subject, cases, wall: began.elapsed() };
    Ok((run, ran, trial.lobby.strays()))
}

/// The dialects that the primaries speak.
fn spoken(plans: &[Arc<Plan>]) -> Vec<&'static dyn Codec> {
    let speaks = |dialect: &&'static dyn Codec| {
        let mut primaries =
            plans.iter().flat_map(|plan| &plan.cells).filter_map(|cell| cell.candidates.first());
        primaries.any(|primary| primary.dialect.id() == dialect.id())
    };
    crate::dialect::spoken().iter().copied().filter(speaks).collect()
}

/// New for every run, so that no cache of the subject knows a prompt.
fn nonce() -> Seed {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    Seed(u64::try_from(now.as_nanos()).unwrap_or(u64::MAX)).derive(&std::process::id().to_string())
}

fn wall_of(redactor: Redactor, clock: Clock) -> Witness {
    Witness::new(Wall::new(redactor), clock)
}

/// One case. What fails is tried once more, and reported as flaky where it passes then; a hang is
/// not: it costs its time-out each time.
async fn case(job: &Job, trial: &Trial) -> Ran {
    let first = tried(job, trial, "").await;
    let fails = |check: &CheckResult| check.verdict == Verdict::Fail;
    let hung = first.case.checks.iter().any(|check| fails(check) && check.id == "turn.bounded");
    if first.case.verdict != Verdict::Fail || hung {
        return first;
    }
    let again = tried(job, trial, " again").await;
    if again.case.verdict == Verdict::Pass { super::flaky(&first, again) } else { first }
}

/// One try at a case: the call, what it left at the mock, and whether the subject is still alive.
async fn tried(job: &Job, trial: &Trial, round: &str) -> Ran {
    let (plan, cell, foreign) = (&job.plan, job.cell(), &trial.foreign);
    let skip =
        |why: &str| super::case::without_run(plan, cell, World::Wire, "subject.applies", Verdict::Skip, why);
    if let Some(why) = untried(plan, cell, foreign.whole) {
        return skip(&why);
    }
    let dialect = cell.candidates[0].dialect;
    let door = match trial.doors.get(dialect.id()) {
        Some(Ok(door)) => door,
        Some(Err(tried)) => {
            return skip(&format!("the subject does not speak {}: {}", dialect.id(), tried.join("; ")));
        }
        None => return skip("nobody asked for this dialect"),
    };
    let began = Instant::now();
    let canary = Canary::of(trial.nonce, &format!("{}{round}", plan.case_id(cell, World::Wire)));
    let clock = Clock::start(foreign.scale);
    let redactor = trial.bench.redactor.knowing(foreign.secrets());
    let stand = Stand::of(plan, cell, &foreign.library, job.seed);
    let visit = trial.lobby.enter(canary, stand, wall_of(redactor.clone(), clock));
    let mut tap = Tap::new(Policy::Full, redactor);
    let call = door.call(dialect, question(plan, model_id(&plan.id, cell), &canary, foreign.whole));
    let now = tokio::time::Instant::now();
    let leaves = plan.caller.leaves.map(|after| now + foreign.scale.real(after));
    let patience = Patience { leaves, until: now + foreign.case_timeout };
    ask(call, ("", &cell.model), dialect, patience, (&mut tap, &clock)).await;
    // A subject that is dead now must not be given the time to come back.
    if cell.expected.state != State::Healthy {
        still_alive(door, dialect, trial, job, (&mut tap, &clock)).await;
    }
    let wall = visit.leave().await;
    let (job, secrets) = (job.clone(), foreign.secrets());
    blocking(move || judged(&job, tap.finish(), wall, &secrets, began.elapsed())).await
}

async fn still_alive(
    door: &Door,
    dialect: &'static dyn Codec,
    trial: &Trial,
    job: &Job,
    record: (&mut Tap, &Clock),
) {
    let label = format!("alive after {}", job.plan.case_id(job.cell(), World::Wire));
    let canary = Canary::of(trial.nonce, &label);
    // What reaches the mock for it is no part of the case.
    let witness = wall_of(Redactor::default(), *record.1);
    let visit = trial.lobby.enter(canary, Stand::alive(&trial.foreign.library), witness);
    let call = door.call(dialect, alive_question(dialect, &canary));
    let until = tokio::time::Instant::now() + PROBE_MAX.min(trial.foreign.case_timeout);
    let patience = Patience { leaves: None, until };
    ask(call, (ALIVE_PROVIDER, ALIVE_MODEL), dialect, patience, record).await;
    drop(visit);
}

fn judged(job: &Job, mut recording: Recording, wall: Wall, secrets: &[String], took: Duration) -> Ran {
    recording.exchanges.extend(wall.finish());
    let judged = Judged { recording: &recording, outcome: None, world: World::Wire, secrets, wall: took };
    let case = judge(&job.plan, job.cell(), &judged);
    Ran { case, recording, outcome: Outcome::default() }
}
