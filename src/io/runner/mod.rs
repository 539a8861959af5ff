//! Runs plans in both worlds and holds the worlds against each other.

mod agree;
mod case;
mod foreign;
mod progress;

use std::collections::BTreeMap;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use tokio::sync::{Semaphore, mpsc};
use tokio::task::JoinSet;

use crate::fault::wire::WireAct;
use crate::io::clock::TimeScale;
use crate::recording::Redactor;
use crate::routing::conduct::{Conduct, Mutant, Ours};
use crate::scenario::{Cell, Plan, suggest_siblings};
use crate::seed::Seed;
use crate::verdict::{Case, CheckResult, Observed, Run, Verdict, World};

pub use case::Ran;
pub use foreign::{Foreign, Unreachable, run_foreign};
pub use progress::{Progress, Silent, Step};

/// The most cases that run at once, whatever is asked.
const JOBS_MAX: usize = 256;
/// How long one case may take by the clock before it is given up.
const CASE_MAX: Duration = Duration::from_secs(120);

/// How to run.
#[derive(Clone)]
pub struct Options {
    /// The worlds to run in.
    pub worlds: Vec<World>,
    /// The seed of the run.
    pub seed: u64,
    /// How many cases of the wire world run at once.
    pub jobs: usize,
    /// How fast nominal time passes in the wire world.
    pub scale: TimeScale,
    /// The mutant that is put in the place of our router, where one is.
    pub mutant: Option<&'static Mutant>,
    /// Changes what the mock does on the wire and nowhere else. For tests: it plants a
    /// disagreement between the worlds.
    pub tamper: Option<Tamper>,
}

/// Changes the acts of the mock on real sockets.
pub type Tamper = Arc<dyn Fn(Vec<WireAct>) -> Vec<WireAct> + Send + Sync>;

impl Default for Options {
    fn default() -> Self {
        Self {
            worlds: vec![World::Sim, World::Wire],
            seed: 0,
            jobs: 16,
            scale: TimeScale::FAST,
            mutant: None,
            tamper: None,
        }
    }
}

impl Options {
    /// How the router decides: as it should, unless a mutant is put in its place.
    pub(crate) fn conduct(&self) -> &'static dyn Conduct {
        self.mutant.map_or(&Ours, |mutant| mutant.conduct)
    }

    /// What stands in the middle, in words.
    fn subject(&self) -> String {
        match self.mutant {
            None => "built-in router".to_owned(),
            Some(mutant) => {
                format!("mutant {} of the built-in router: {}", mutant.card.code, mutant.card.name)
            }
        }
    }
}

/// One cell of a plan, to be run in every world that applies.
#[derive(Clone)]
struct Job {
    plan: Arc<Plan>,
    cell: usize,
    seed: Seed,
}

impl Job {
    fn new(plan: &Arc<Plan>, cell: usize, seed: u64) -> Self {
        let label = format!("{}[{}]", plan.id, plan.cells[cell].label());
        Self { plan: Arc::clone(plan), cell, seed: Seed(seed).derive(&label) }
    }

    fn cell(&self) -> &Cell {
        &self.plan.cells[self.cell]
    }
}

/// What all cases of a run share.
#[derive(Clone)]
struct Bench {
    options: Options,
    /// Its patterns are compiled once.
    redactor: Redactor,
}

/// Runs every cell of every plan: first all of them in virtual time, then over real sockets.
///
/// What cannot run (no socket, a panic of ours) is an `error` case, never lost.
pub async fn run(plans: &[Arc<Plan>], options: &Options, progress: &dyn Progress) -> (Run, Vec<Ran>) {
    let began = Instant::now();
    let cells = plans.iter().flat_map(|plan| (0..plan.cells.len()).map(move |cell| (plan, cell)));
    let jobs: Vec<Job> = cells.map(|(plan, cell)| Job::new(plan, cell, options.seed)).collect();
    progress.step(Step::Begin { cases: jobs.len() * options.worlds.len() });
    let bench = Bench { options: options.clone(), redactor: Redactor::default() };
    let mut ran = Vec::new();
    // The simulated world computes; it must not hold up the sockets of the other one.
    if options.worlds.contains(&World::Sim) {
        ran = simulated(&jobs, &bench, progress).await;
    }
    if options.worlds.contains(&World::Wire) {
        let twins: BTreeMap<String, Ran> = ran.iter().map(|one| (one.case.id.clone(), one.clone())).collect();
        let twins = Arc::new(twins);
        let wires = each(&jobs, options.jobs.clamp(1, JOBS_MAX), progress, |job| {
            let (bench, twins) = (bench.clone(), Arc::clone(&twins));
            async move { wire(&job, &bench, &twins).await }
        })
        .await;
        ran.extend(wires);
    }
    progress.step(Step::End);
    ran.sort_by(|a, b| a.case.id.cmp(&b.case.id));
    let mut cases: Vec<Case> = ran.iter().map(|one| one.case.clone()).collect();
    suggest_siblings(&mut cases);
    let run = Run { seed: options.seed, subject: options.subject(), cases, wall: began.elapsed() };
    (run, ran)
}

/// Runs every job in virtual time, one after the other on each core.
async fn simulated(jobs: &[Job], bench: &Bench, progress: &dyn Progress) -> Vec<Ran> {
    let cores = std::thread::available_parallelism().map_or(2, usize::from);
    let (jobs, next) = (Arc::new(jobs.to_vec()), Arc::new(AtomicUsize::new(0)));
    let (sender, mut done) = mpsc::unbounded_channel();
    for _ in 0..cores {
        let (jobs, next, bench, sender) =
            (Arc::clone(&jobs), Arc::clone(&next), bench.clone(), sender.clone());
        tokio::task::spawn_blocking(move || {
            while let Some(job) = jobs.get(next.fetch_add(1, Ordering::Relaxed)) {
                let one = catch_unwind(AssertUnwindSafe(|| sim(job, &bench)))
                    .unwrap_or_else(|_| panicked(job, World::Sim, "see above"));
                // Nobody waits any more: the run was interrupted.
                if sender.send(one).is_err() {
                    return;
                }
            }
        });
    }
    drop(sender);
    let mut ran = Vec::new();
    while let Some(one) = done.recv().await {
        progress.step(Step::Ended { case: &one.case });
        ran.push(one);
    }
    ran
}

fn panicked(job: &Job, world: World, what: &str) -> Ran {
    let message = format!("this case panicked, which is a bug of provoke: {what}");
    case::failed_to_run(&job.plan, job.cell(), world, &message)
}

/// Runs every job in a task of its own, so many at once.
async fn each<F>(jobs: &[Job], at_once: usize, progress: &dyn Progress, work: impl Fn(Job) -> F) -> Vec<Ran>
where
    F: Future<Output = Ran> + Send + 'static,
{
    let limit = Arc::new(Semaphore::new(at_once));
    let mut tasks = JoinSet::new();
    let mut names = BTreeMap::new();
    for job in jobs {
        let (limit, work) = (Arc::clone(&limit), work(job.clone()));
        let handle = tasks.spawn(async move {
            let _place = limit.acquire_owned().await;
            work.await
        });
        names.insert(handle.id(), job);
    }
    let mut ran = Vec::new();
    while let Some(ended) = tasks.join_next_with_id().await {
        let one = match ended {
            Ok((_, one)) => one,
            Err(error) => {
                let Some(job) = names.get(&error.id()) else { continue };
                panicked(job, World::Wire, &error.to_string())
            }
        };
        progress.step(Step::Ended { case: &one.case });
        ran.push(one);
    }
    ran
}

/// Computes beside the sockets; a panic goes on in the task that waits.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        Err(error) => match error.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            Err(_) => std::future::pending().await,
        },
    }
}

fn sim(job: &Job, bench: &Bench) -> Ran {
    if job.plan.worlds.contains(&World::Sim) {
        case::sim(&job.plan, job.cell(), job.seed, bench)
    } else {
        case::skipped(&job.plan, job.cell(), World::Sim)
    }
}

async fn wire(job: &Job, bench: &Bench, twins: &BTreeMap<String, Ran>) -> Ran {
    if !job.plan.worlds.contains(&World::Wire) {
        return case::skipped(&job.plan, job.cell(), World::Wire);
    }
    let twin = twins.get(&job.plan.case_id(job.cell(), World::Sim));
    let twin = twin.filter(|twin| twin.case.verdict != Verdict::Skip);
    let first = wire_once(job, bench, twin).await;
    if first.case.verdict != Verdict::Fail {
        return first;
    }
    // A mismatch of the wire alone is repeated once, and never hidden.
    let again = wire_once(job, bench, twin).await;
    if again.case.verdict == Verdict::Pass { flaky(&first, again) } else { first }
}

async fn wire_once(job: &Job, bench: &Bench, twin: Option<&Ran>) -> Ran {
    let (plan, cell) = (&job.plan, job.cell());
    let mut wire = match tokio::time::timeout(CASE_MAX, case::wire(job, bench)).await {
        Ok(Ok(ran)) => ran,
        Ok(Err(error)) => {
            case::failed_to_run(plan, cell, World::Wire, &format!("the mock cannot listen: {error}"))
        }
        Err(_) => {
            case::failed_to_run(plan, cell, World::Wire, "the case took longer than two minutes by the clock")
        }
    };
    if let Some(twin) = twin {
        let check = agree::worlds_agree(twin, &wire);
        wire.case.verdict = wire.case.verdict.max(check.verdict);
        wire.case.checks.push(check);
    }
    wire
}

fn flaky(first: &Ran, mut second: Ran) -> Ran {
    let failed = first.case.checks.iter().find(|check| check.verdict == Verdict::Fail);
    let (id, message) = failed.map_or(("unknown", ""), |check| (check.id.as_str(), check.message.as_str()));
    second.case.checks.push(CheckResult {
        id: "wire.repeatable".to_owned(),
        verdict: Verdict::Flaky,
        message: format!("failed once on the wire and passed when repeated: {id}: {message}"),
        evidence: failed.map(|check| check.evidence.clone()).unwrap_or_default(),
    });
    second.case.verdict = Verdict::Flaky;
    second
}

/// What is observed where nothing ran.
const UNSEEN: Observed = Observed { state: crate::verdict::State::Unreachable, cause: None, blame: None };
