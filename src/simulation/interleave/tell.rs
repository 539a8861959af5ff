//! What a race comes to under a policy, as reports tell it.

use super::explore::{Explored, Found, SAMPLES, STATES_MAX};
use super::invariant::ALL;
use super::minimise::minimise;
use super::number;
use super::policy::{self, Policy};
use super::sequence::sequence;
use super::tape::{Tape, carried_over};
use super::world::Unready;
use crate::scenario::race::{Breaks, Race, to_yaml};
use crate::seed::Seed;
use crate::verdict::Verdict;
use crate::verdict::race::{Picture, RaceSet, Violation};

/// What came of trying the orders of a race, before anything is made short.
#[derive(Debug, Clone)]
pub enum Tried {
    /// Its orders were tried.
    Explored(Explored),
    /// It gives one order alone, which was played.
    Played(Tape),
    /// The policy cannot bring about what stands at the beginning.
    Unready(Unready),
}

/// Tries the orders of a race; where it has too many, they are drawn by chance, from the seed. A race that
/// gives one order is played in that order alone.
#[must_use]
pub fn tried(race: &Race, policy: &Policy, seed: Seed) -> Tried {
    let tried = match &race.order {
        Some(order) => replayed(race, policy, order).map(Tried::Played),
        None => policy.run(race, STATES_MAX, seed, SAMPLES).map(Tried::Explored),
    };
    tried.unwrap_or_else(Tried::Unready)
}

/// Makes everything that broke as short as it goes, and says it in words.
#[must_use]
pub fn tell(race: &Race, policy: &Policy, tried: Tried) -> RaceSet {
    let told = match tried {
        Tried::Explored(explored) => shortened(race, policy, explored),
        Tried::Played(tape) => Ok(played(race, &tape)),
        Tried::Unready(unready) => Err(unready),
    };
    told.unwrap_or_else(|unready| RaceSet {
        verdict: Verdict::Skip,
        skipped: Some(unready.to_string()),
        ..set(race)
    })
}

/// The part of a race that its first actors and their first acts are; `None`: all of them. One order that is
/// given stays as it is.
#[must_use]
pub fn within(race: &Race, actors: Option<usize>, acts: Option<usize>) -> Race {
    let mut race = race.clone();
    if race.order.is_none() {
        race.actors.truncate(actors.unwrap_or(usize::MAX));
        for actor in &mut race.actors {
            actor.acts.truncate(acts.unwrap_or(usize::MAX));
        }
    }
    race
}

/// Nothing is known yet.
fn set(race: &Race) -> RaceSet {
    RaceSet {
        name: race.id.clone(),
        title: race.title.clone(),
        source: race.source.clone(),
        file: race.file.clone(),
        orders: 0,
        whole: true,
        moves: 0,
        made: 0,
        states: 0,
        verdict: Verdict::Pass,
        skipped: None,
        violations: Vec::new(),
        played: None,
    }
}

fn shortened(race: &Race, policy: &Policy, explored: Explored) -> Result<RaceSet, Unready> {
    let Explored { orders, moves, made, states, mut found, whole } = explored;
    // What the race is known for comes first.
    let known = race.breaks.iter().find(|breaks| breaks.policy == policy.name);
    let known: &[String] = known.map_or(&[], |breaks| &breaks.invariants);
    let place = |found: &Found| {
        let id = ALL[found.invariant].id();
        (known.iter().position(|known| known == id).unwrap_or(known.len()), found.invariant)
    };
    found.sort_by_key(place);
    let violations =
        found.iter().map(|found| violation(race, policy, found)).collect::<Result<Vec<_>, _>>()?;
    let verdict = if violations.is_empty() { Verdict::Pass } else { Verdict::Fail };
    Ok(RaceSet { orders, whole, moves, made, states, verdict, violations, ..set(race) })
}

fn violation(race: &Race, policy: &Policy, found: &Found) -> Result<Violation, Unready> {
    let least = minimise(race, policy, found)?;
    let (picture, message) = sequence(&least.race, &least.tape, Some(&least.words));
    let invariant = ALL[found.invariant];
    let tail = invariant.id().rsplit('.').next().unwrap_or_default();
    let replay = Race {
        id: format!("{}.{tail}", race.id),
        breaks: vec![Breaks { policy: policy.name.to_owned(), invariants: vec![invariant.id().to_owned()] }],
        order: Some(least.order.iter().map(|who| usize::from(*who)).collect()),
        ..least.race
    };
    Ok(told(found.invariant, message.unwrap_or(least.words), found.orders, picture, to_yaml(&replay)))
}

fn told(invariant: usize, message: String, orders: u128, picture: Picture, replay: String) -> Violation {
    let invariant = ALL[invariant];
    Violation {
        invariant: invariant.id().to_owned(),
        about: invariant.about().to_owned(),
        source: invariant.source().to_owned(),
        message,
        orders,
        picture,
        replay,
        kept: None,
    }
}

/// Plays one order alone.
fn replayed(race: &Race, policy: &Policy, order: &[usize]) -> Result<Tape, Unready> {
    let order: Vec<u8> = order.iter().map(|who| number(*who)).collect();
    let found_under = race.breaks.iter().find_map(|breaks| policy::named(&breaks.policy)).unwrap_or(policy);
    let order = carried_over(race, &order, found_under, policy)?;
    (policy.play)(race, &order, true)
}

/// What one order comes to.
fn played(race: &Race, tape: &Tape) -> RaceSet {
    let broken: Vec<(usize, String)> = tape.moves.iter().flat_map(|played| played.broken.clone()).collect();
    let count = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
    let all = RaceSet {
        orders: 1,
        moves: count(tape.moves.len()),
        made: count(tape.moves.len()),
        states: count(tape.moves.len() + 1),
        ..set(race)
    };
    if broken.is_empty() {
        let (picture, _) = sequence(race, tape, None);
        return RaceSet { played: Some(picture), ..all };
    }
    let violations = broken.iter().map(|(invariant, words)| {
        let length = tape.breaks(*invariant).map_or(tape.moves.len(), |(length, _)| length);
        let until = Tape { moves: tape.moves[..length].to_vec(), ..tape.clone() };
        let (picture, message) = sequence(race, &until, Some(words));
        told(*invariant, message.unwrap_or_default(), 1, picture, to_yaml(race))
    });
    RaceSet { verdict: Verdict::Fail, violations: violations.collect(), ..all }
}
