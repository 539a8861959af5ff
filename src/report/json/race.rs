//! Races as one document, `provoke.race/1`.
//!
//! Every key is always there; what is unknown is `null`.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Serialize, Serializer};

use super::shape::Timing;
use super::words::Verdict;
use crate::verdict::race;

/// Every order of every race that was explored. Readers must ignore keys that they do not know.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Races {
    /// The name and version of this shape.
    schema: Shape,
    /// The verdict of the whole: `pass` where no invariant broke.
    verdict: Verdict,
    /// The policy that the races were explored under.
    policy: String,
    /// What it is, in one sentence.
    about: String,
    /// Where orders were drawn by chance: what the chance was made of.
    seed: u64,
    /// The sums over all sets.
    totals: Totals,
    /// What each race came to.
    sets: Vec<Set>,
    /// How long it took by the clock.
    timing: Timing,
}

/// The name and version of the shape.
#[derive(Debug, Serialize, JsonSchema)]
enum Shape {
    /// This one.
    #[serde(rename = "provoke.race/1")]
    Race1,
}

/// Sums over all sets.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Totals {
    /// Races.
    sets: usize,
    /// Races in which an invariant broke.
    broken: usize,
    /// Orders.
    orders: Count,
    /// Moves between states.
    moves: u64,
    /// Moves that were made on the machines; the others are the same as one of these.
    made: u64,
    /// Different states.
    states: u64,
}

/// A race.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Set {
    /// The race's id.
    name: String,
    /// One line.
    title: String,
    /// Where it was seen, or why it can happen.
    source: String,
    /// The file, as the user can open it.
    file: String,
    /// How many orders there are; how many were tried, where `whole` is false.
    orders: Count,
    /// Whether all orders were tried.
    whole: bool,
    /// How many different states there are.
    states: u64,
    /// How many moves there are between them.
    moves: u64,
    /// How many of them were made on the machines.
    made: u64,
    /// `pass` where no invariant broke; `skip` where the policy does not know what the race is about.
    verdict: Verdict,
    /// Why it was skipped.
    skipped: Option<String>,
    /// What broke, each invariant once.
    violations: Vec<Violation>,
    /// Where the file gives one order alone and nothing breaks in it: that order.
    played: Option<Picture>,
}

/// An invariant that broke, with the least that breaks it.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Violation {
    /// The invariant's id.
    invariant: String,
    /// What it says.
    about: String,
    /// The rule that it guards.
    source: String,
    /// How it broke, in words.
    message: String,
    /// In how many orders of the race it breaks.
    orders: Count,
    /// The seed of the run.
    seed: u64,
    /// What stands before the first step, a line each.
    start: Vec<String>,
    /// Who takes part.
    lanes: Vec<Lane>,
    /// The losing order, made as short as it goes.
    steps: Vec<Step>,
    /// The same as a scenario file, which replays it.
    replay: String,
    /// The file that this was written to.
    kept: Option<String>,
}

/// One order.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Picture {
    /// What stands before the first step, a line each.
    start: Vec<String>,
    /// Who takes part.
    lanes: Vec<Lane>,
    /// What is done.
    steps: Vec<Step>,
}

/// Who takes part.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Lane {
    /// The name.
    name: String,
    /// How it takes part.
    about: String,
    /// What it is.
    kind: LaneKind,
}

/// What a lane stands for.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum LaneKind {
    /// An actor.
    Actor,
    /// A gateway process.
    Gateway,
    /// The files of the state folder.
    Files,
    /// What the time does.
    Clock,
}

/// What one actor does without anybody in between.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Step {
    /// The name of its lane.
    actor: String,
    /// What it does, such as `openclaw devices approve r1`.
    act: String,
    /// What goes to and fro.
    messages: Vec<Message>,
}

/// Something that goes from one lane to another, or happens at one.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Message {
    /// The name of the lane that it comes from.
    from: String,
    /// The name of the lane that it goes to; the same: it happens there.
    to: String,
    /// What it says.
    words: String,
    /// What it is.
    kind: MessageKind,
}

/// What a message is.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum MessageKind {
    /// Somebody asks.
    Ask,
    /// It is done.
    Answer,
    /// It is refused, or lost.
    Refusal,
    /// Something changes, or is said to those who listen.
    Note,
    /// Here the invariant breaks.
    Broken,
}

/// A count without a bound: a number while a double holds it exactly, else its decimal digits as a string.
#[derive(Debug)]
struct Count(u128);

impl Count {
    /// The largest number up to which a double holds every whole number: 2 to the power of 53.
    const EXACT_MAX: u64 = 1 << 53;
}

impl Serialize for Count {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match u64::try_from(self.0) {
            Ok(number) if number <= Self::EXACT_MAX => serializer.serialize_u64(number),
            _ => serializer.collect_str(&self.0),
        }
    }
}

impl JsonSchema for Count {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Count".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A count without a bound: a number up to 2^53, beyond that its decimal digits as a string.",
            "oneOf": [
                {"type": "integer", "minimum": 0, "maximum": Self::EXACT_MAX},
                {"type": "string", "pattern": "^[1-9][0-9]{15,38}$"}
            ]
        })
    }
}

impl Races {
    /// The document for a run.
    pub(super) fn of(run: &race::RaceRun) -> Self {
        let (moves, made) = run.moves();
        let broken = run.sets.iter().filter(|set| !set.violations.is_empty()).count();
        let orders = Count(run.orders());
        Self {
            schema: Shape::Race1,
            verdict: run.verdict.into(),
            policy: run.policy.clone(),
            about: run.about.clone(),
            seed: run.seed,
            totals: Totals { sets: run.sets.len(), broken, orders, moves, made, states: run.states() },
            sets: run.sets.iter().map(|set| Set::of(set, run.seed)).collect(),
            timing: Timing::of(run.wall),
        }
    }
}

impl Set {
    fn of(set: &race::RaceSet, seed: u64) -> Self {
        Self {
            name: set.name.clone(),
            title: set.title.clone(),
            source: set.source.clone(),
            file: set.file.clone(),
            orders: Count(set.orders),
            whole: set.whole,
            states: set.states,
            moves: set.moves,
            made: set.made,
            verdict: set.verdict.into(),
            skipped: set.skipped.clone(),
            violations: set.violations.iter().map(|broken| Violation::of(broken, seed)).collect(),
            played: set.played.as_ref().map(Picture::of),
        }
    }
}

impl Violation {
    fn of(broken: &race::Violation, seed: u64) -> Self {
        let Picture { start, lanes, steps } = Picture::of(&broken.picture);
        Self {
            invariant: broken.invariant.clone(),
            about: broken.about.clone(),
            source: broken.source.clone(),
            message: broken.message.clone(),
            orders: Count(broken.orders),
            seed,
            start,
            lanes,
            steps,
            replay: broken.replay.clone(),
            kept: broken.kept.clone(),
        }
    }
}

impl Picture {
    fn of(picture: &race::Picture) -> Self {
        let name = |lane: usize| picture.lanes.get(lane).map(|lane| lane.name.clone()).unwrap_or_default();
        let message = |message: &race::Message| Message {
            from: name(message.from),
            to: name(message.to),
            words: message.words.clone(),
            kind: message.kind.into(),
        };
        let step = |step: &race::RaceStep| Step {
            actor: name(step.lane),
            act: step.act.clone(),
            messages: step.messages.iter().map(message).collect(),
        };
        let lane = |lane: &race::Lane| Lane {
            name: lane.name.clone(),
            about: lane.about.clone(),
            kind: lane.kind.into(),
        };
        Self {
            start: picture.start.clone(),
            lanes: picture.lanes.iter().map(lane).collect(),
            steps: picture.steps.iter().map(step).collect(),
        }
    }
}

impl From<race::LaneKind> for LaneKind {
    fn from(kind: race::LaneKind) -> Self {
        match kind {
            race::LaneKind::Actor => Self::Actor,
            race::LaneKind::Gateway => Self::Gateway,
            race::LaneKind::Files => Self::Files,
            race::LaneKind::Clock => Self::Clock,
        }
    }
}

impl From<race::MessageKind> for MessageKind {
    fn from(kind: race::MessageKind) -> Self {
        match kind {
            race::MessageKind::Ask => Self::Ask,
            race::MessageKind::Answer => Self::Answer,
            race::MessageKind::Refusal => Self::Refusal,
            race::MessageKind::Note => Self::Note,
            race::MessageKind::Broken => Self::Broken,
        }
    }
}
