//! Races on a running gateway as one document, `provoke.race-live/1`.
//!
//! Every key is always there; what is unknown is `null`.

use schemars::JsonSchema;
use serde::Serialize;

use super::words::Verdict;
use crate::verdict::race::live;

/// What a gateway did in the races that were played on it, beside what the model says. Readers must ignore
/// keys that they do not know.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Live {
    /// The name and version of this shape.
    schema: Shape,
    /// The gateway's address.
    target: String,
    /// The version that it claims.
    version: String,
    /// The policy of the model that it was held against.
    policy: String,
    /// Why that one.
    because: String,
    /// What the orders that were drawn by chance were made of.
    seed: u64,
    /// `fail` where an invariant broke, where model and reality differ, or where something was left behind;
    /// `skip` where nothing was played.
    verdict: Verdict,
    /// In how many orders model and reality differ.
    disagreements: usize,
    /// Whether everything that was made at the gateway is gone again.
    cleared: bool,
    /// What was made there.
    scratch: Scratch,
    /// What came of each race.
    races: Vec<Race>,
}

/// The name and version of the shape.
#[derive(Debug, Serialize, JsonSchema)]
enum Shape {
    /// This one.
    #[serde(rename = "provoke.race-live/1")]
    RaceLive1,
}

/// The devices that were made at the gateway.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Scratch {
    /// How many, where all of them are gone.
    devices: Option<usize>,
    /// What may be left.
    left: Vec<String>,
    /// Why it may be.
    why: Option<String>,
}

/// A race.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Race {
    /// The race's id.
    id: String,
    /// One line.
    title: String,
    /// Why it was not played.
    skipped: Option<String>,
    /// The orders that were played step by step.
    orders: Vec<Order>,
    /// What came of playing it all at once.
    at_once: Option<AtOnce>,
}

/// An order.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Order {
    /// The order, and why it was played.
    order: String,
    /// Whether model and reality agree in every step.
    agree: bool,
    /// Where they part.
    differs: Option<Difference>,
    /// The invariants that it breaks under the model.
    model: Vec<String>,
    /// The invariants that it broke in reality.
    reality: Vec<Broken>,
    /// What was done, and what was seen.
    steps: Vec<Step>,
}

/// The first step in which model and reality differ.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Difference {
    /// The step, from 1.
    step: usize,
    /// What the model says.
    model: String,
    /// What the gateway said.
    reality: String,
}

/// An invariant that broke.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Broken {
    /// Its id.
    invariant: String,
    /// How it broke.
    words: String,
}

/// A step on the gateway.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Step {
    /// Who.
    actor: String,
    /// What it does.
    act: String,
    /// What the model says.
    model: String,
    /// What the gateway said.
    reality: String,
    /// What it lists afterwards.
    listed: String,
    /// The code with which it closed the connection, where it did.
    closed: Option<u16>,
}

/// A race that was played all at once, many times.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct AtOnce {
    /// How often.
    runs: usize,
    /// The invariants that the model breaks only inside the gateway, where nobody can steer.
    model: Vec<String>,
    /// The invariants that broke in reality.
    broken: Vec<Often>,
}

/// An invariant that broke, and how often.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Often {
    /// Its id.
    invariant: String,
    /// In how many runs.
    runs: usize,
    /// How it broke the first time.
    words: String,
}

impl Live {
    /// The document for a run.
    pub(super) fn of(run: &live::LiveRun) -> Self {
        let scratch = match &run.cleared {
            live::Cleared::All(count) => Scratch { devices: Some(*count), left: Vec::new(), why: None },
            live::Cleared::Left(left, why) => {
                Scratch { devices: None, left: left.clone(), why: Some(why.clone()) }
            }
        };
        Self {
            schema: Shape::RaceLive1,
            target: run.target.clone(),
            version: run.version.clone(),
            policy: run.policy.clone(),
            because: run.because.clone(),
            seed: run.seed,
            verdict: run.verdict().into(),
            disagreements: run.disagreements(),
            cleared: scratch.why.is_none(),
            scratch,
            races: run.sets.iter().map(Race::of).collect(),
        }
    }
}

impl Race {
    fn of(set: &live::LiveSet) -> Self {
        let often = |(id, runs, words): &(String, usize, String)| Often {
            invariant: id.clone(),
            runs: *runs,
            words: words.clone(),
        };
        let at_once = |rate: &live::LiveRate| AtOnce {
            runs: rate.runs,
            model: rate.model.clone(),
            broken: rate.reality.iter().map(often).collect(),
        };
        Self {
            id: set.name.clone(),
            title: set.title.clone(),
            skipped: set.skipped.clone(),
            orders: set.orders.iter().map(Order::of).collect(),
            at_once: set.rate.as_ref().map(at_once),
        }
    }
}

impl Order {
    fn of(order: &live::LiveOrder) -> Self {
        let differs = |differs: &live::Difference| Difference {
            step: differs.step,
            model: differs.model.clone(),
            reality: differs.reality.clone(),
        };
        let broken = |(id, words): &(String, String)| Broken { invariant: id.clone(), words: words.clone() };
        Self {
            order: order.words.clone(),
            agree: order.differs.is_none(),
            differs: order.differs.as_ref().map(differs),
            model: order.model.clone(),
            reality: order.reality.iter().map(broken).collect(),
            steps: order.steps.iter().map(Step::of).collect(),
        }
    }
}

impl Step {
    fn of(step: &live::LiveStep) -> Self {
        Self {
            actor: step.actor.clone(),
            act: step.act.clone(),
            model: step.model.clone(),
            reality: step.reality.clone(),
            listed: step.listed.clone(),
            closed: step.closed,
        }
    }
}
