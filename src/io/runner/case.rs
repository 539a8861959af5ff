//! One case in one world.

use std::time::{Duration, Instant};

use super::{Bench, Job, UNSEEN, blocking};
use crate::io::clock::Clock;
use crate::io::mock::{MockServer, Witness};
use crate::io::router::{Patient, drive};
use crate::mock::Upstream;
use crate::recording::{Recording, Redactor, Wall};
use crate::routing::{Candidate, Outcome};
use crate::scenario::{Cell, Judged, Plan, judge};
use crate::seed::Seed;
use crate::simulation::{play, session};
use crate::verdict::{Case, CheckResult, Verdict, World};
use crate::wire::url::request_target;

/// A case that ran, with what was recorded.
#[derive(Debug, Clone)]
pub struct Ran {
    /// The verdict.
    pub case: Case,
    /// What crossed the wire.
    pub recording: Recording,
    /// How the turn ended.
    pub outcome: Outcome,
}

/// Runs a cell in virtual time.
pub(super) fn sim(plan: &Plan, cell: &Cell, seed: Seed, bench: &Bench) -> Ran {
    let began = Instant::now();
    if cell.candidates.is_empty() {
        return unasked(plan, cell, World::Sim, began);
    }
    let played = play(plan, cell, bench.options.conduct(), &redactor(cell, bench), seed);
    judged(plan, cell, World::Sim, played, began)
}

/// Runs a cell over real sockets.
///
/// # Errors
/// When the mock cannot listen.
pub(super) async fn wire(job: &Job, bench: &Bench) -> std::io::Result<Ran> {
    let (began, options) = (Instant::now(), &bench.options);
    let (plan, cell) = (&job.plan, job.cell());
    if cell.candidates.is_empty() {
        return Ok(unasked(plan, cell, World::Wire, began));
    }
    let upstream = Upstream::new(plan.targets.clone(), job.seed);
    let clock = Clock::start(options.scale);
    let witness = Witness::new(Wall::new(redactor(cell, bench)), clock);
    let server = MockServer::start(upstream, options.scale, options.tamper.as_ref(), &witness)?;
    let candidates = cell.candidates.iter().zip(&cell.targets).map(|(candidate, target)| {
        let path = request_target(&candidate.base_url).trim_end_matches('/');
        Candidate { base_url: format!("http://{}{path}", server.address(*target)), ..candidate.clone() }
    });
    let conduct = options.conduct();
    let mut session = session(plan, candidates.collect(), conduct, redactor(cell, bench), job.seed);
    drive(&mut session, &clock, &mut Patient::new(&clock, plan.caller.leaves)).await;
    server.finish().await;
    let (job, wall) = (job.clone(), witness.finish());
    let judged = move || {
        let (mut recording, outcome) = session.finish();
        recording.exchanges.extend(wall.finish());
        judged(&job.plan, job.cell(), World::Wire, (recording, outcome), began)
    };
    Ok(blocking(judged).await)
}

fn redactor(cell: &Cell, bench: &Bench) -> Redactor {
    bench.redactor.knowing(secrets(cell))
}

fn secrets(cell: &Cell) -> Vec<String> {
    cell.candidates.iter().filter_map(|candidate| candidate.key.clone()).collect()
}

fn judged(plan: &Plan, cell: &Cell, world: World, ran: (Recording, Outcome), began: Instant) -> Ran {
    let (recording, outcome) = ran;
    let secrets = secrets(cell);
    let judged = Judged {
        recording: &recording,
        outcome: Some(&outcome),
        world,
        secrets: &secrets,
        wall: began.elapsed(),
    };
    let case = judge(plan, cell, &judged);
    Ran { case, recording, outcome }
}

/// A cell whose provider has no model: there is nothing to send.
fn unasked(plan: &Plan, cell: &Cell, world: World, began: Instant) -> Ran {
    let (recording, outcome) = (Recording::default(), Outcome::default());
    let judged =
        Judged { recording: &recording, outcome: Some(&outcome), world, secrets: &[], wall: began.elapsed() };
    let case = judge(plan, cell, &judged);
    Ran { case, recording, outcome }
}

/// A case that does not run in this world, with the reason.
pub(super) fn skipped(plan: &Plan, cell: &Cell, world: World) -> Ran {
    without_run(plan, cell, world, "world.applies", Verdict::Skip, &plan.worlds_reason)
}

/// A case that could not run.
pub(super) fn failed_to_run(plan: &Plan, cell: &Cell, world: World, message: &str) -> Ran {
    without_run(plan, cell, world, "case.ran", Verdict::Error, message)
}

pub(super) fn without_run(
    plan: &Plan,
    cell: &Cell,
    world: World,
    id: &str,
    verdict: Verdict,
    message: &str,
) -> Ran {
    let check = CheckResult { id: id.to_owned(), verdict, message: message.to_owned(), evidence: Vec::new() };
    let case = Case {
        id: plan.case_id(cell, world),
        scenario: plan.id.clone(),
        source: Some((plan.file.clone(), cell.line)),
        subject: plan.subject,
        provider: cell.provider.clone(),
        model: cell.model.clone(),
        world,
        observed: UNSEEN,
        expected: cell.expected.words(),
        verdict,
        checks: vec![check],
        findings: Vec::new(),
        reference: None,
        recording: None,
        wall: Duration::ZERO,
    };
    Ran { case, recording: Recording::default(), outcome: Outcome::default() }
}
