//! The least race that still breaks an invariant.

use provoke::scenario::Source;
use provoke::scenario::race::{self, Race};
use provoke::simulation::interleave::explore::{Found, STATES_MAX};
use provoke::simulation::interleave::minimise::{Least, TRIALS_MAX, minimise};
use provoke::simulation::interleave::policy::{self, Policy};
use provoke::simulation::interleave::{self, invariant};

use super::{SEED, builtin, explored, openclaw, seed};

/// States of the races that are looked at: a quick search is enough to see what is claimed.
const SMALL: usize = 60;

/// Everything that breaks in the small ones of the built-in races, under every policy.
fn all() -> Vec<(Race, &'static Policy, Found)> {
    let mut all = Vec::new();
    for race in builtin().iter().filter(|race| race.order.is_none()) {
        for policy in &policy::ALL {
            let Ok(explored) = (policy.explore)(race, SMALL) else { continue };
            all.extend(explored.found.into_iter().map(|found| (race.clone(), policy, found)));
        }
    }
    assert!(all.len() > 100, "there is something to make small: {}", all.len());
    all
}

fn steps(race: &Race, policy: &Policy, order: &[u8]) -> usize {
    (policy.play)(race, order, false).expect("it can be played").steps().len()
}

/// How much there is of a race.
fn size(race: &Race) -> usize {
    let acts: usize = race.actors.iter().map(|actor| 1 + actor.acts.len()).sum();
    acts + race.start.devices.len() + race.start.requests.len() + race.start.bootstraps.len()
}

#[test]
fn the_least_race_still_breaks_it_is_no_longer_and_no_more_can_go() {
    for (race, policy, found) in all() {
        let what = format!("{} under {}: {}", race.id, policy.name, invariant::ALL[found.invariant].id());
        let least = minimise(&race, policy, &found).expect("it could be explored");
        let Least { race: small, order, tape, trials, .. } = &least;
        let (length, _) = tape.breaks(found.invariant).unwrap_or_else(|| panic!("{what} holds"));
        assert_eq!(
            (length, tape.order()),
            (order.len(), order.clone()),
            "{what}: up to the move that breaks it"
        );
        assert!(tape.steps().len() <= steps(&race, policy, &found.order), "{what} is longer");
        assert!(size(small) <= size(&race) && *trials <= TRIALS_MAX, "{what}");
        let again = Found { order: order.clone(), ..found };
        let again = minimise(small, policy, &again).expect("it could be explored");
        assert_eq!((&again.race, &again.order), (small, order), "{what}: a second time");
    }
}

#[test]
fn no_order_of_the_least_race_breaks_it_in_fewer_steps() {
    for (name, id) in SEED {
        let invariant = invariant::place(id).expect("it is registered");
        let race = builtin().into_iter().find(|race| race.id == name).expect("it is built in");
        let explored = (openclaw().explore)(&race, STATES_MAX).expect("it can be explored");
        let found = explored.found.iter().find(|found| found.invariant == invariant).expect("it breaks");
        let least = minimise(&race, openclaw(), found).expect("it could be explored");
        let fewest = fewest(&least.race, openclaw(), invariant);
        assert_eq!(least.tape.steps().len(), fewest, "{name}");
    }
}

/// The fewest steps, by trying every order of moves without any cleverness.
fn fewest(race: &Race, policy: &Policy, invariant: usize) -> usize {
    let mut orders: Vec<Vec<u8>> = vec![Vec::new()];
    let mut fewest = usize::MAX;
    while let Some(order) = orders.pop() {
        for who in 0..u8::try_from(race.actors.len()).expect("they are few") {
            let longer = [order.as_slice(), &[who]].concat();
            let tape = (policy.play)(race, &longer, false).expect("it can be played");
            if tape.skipped > 0 {
                continue;
            }
            match tape.breaks(invariant) {
                Some(_) => fewest = fewest.min(tape.steps().len()),
                None => orders.push(longer),
            }
        }
    }
    fewest
}

#[test]
fn every_counterexample_is_a_file_that_loses_again() {
    let known = interleave::known();
    let run = explored(openclaw(), &builtin());
    for set in &run.sets {
        for broken in &set.violations {
            let source =
                Source { file: "kept.yaml".to_owned(), text: broken.replay.clone(), ..Source::default() };
            let race = race::read(&source, &known)
                .unwrap_or_else(|problems| panic!("{problems:?}\n{}", broken.replay));
            assert!(race.order.is_some());
            let again = explored(openclaw(), &[race]);
            let again = again.sets[0].violations.iter().find(|again| again.invariant == broken.invariant);
            let again = again.unwrap_or_else(|| panic!("{} holds: {}", broken.invariant, broken.replay));
            assert_eq!((&again.picture, &again.message), (&broken.picture, &broken.message), "{}", set.name);
        }
    }
}

#[test]
fn what_loses_elsewhere_holds_here() {
    let known = interleave::known();
    for set in &seed().sets {
        for broken in &set.violations {
            let source =
                Source { file: "kept.yaml".to_owned(), text: broken.replay.clone(), ..Source::default() };
            let race = race::read(&source, &known).expect("it is sound");
            let run = explored(&policy::ALL[0], &[race]);
            let held =
                run.sets[0].played.as_ref().unwrap_or_else(|| panic!("{} breaks under ours", set.name));
            assert!(!held.steps.is_empty());
        }
    }
}
