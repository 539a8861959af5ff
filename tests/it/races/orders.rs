//! The explorer against brute force, and races drawn by chance.

use proptest::prelude::*;
use proptest::test_runner::Config;
use provoke::scenario::race::{Race, Via, to_yaml};
use provoke::simulation::interleave::explore::{Explored, STATES_MAX};
use provoke::simulation::interleave::{invariant, policy};

use super::any::race;
use super::shipped;

/// Orders of a race that are tried one by one at most.
const PLAIN_MAX: u128 = 3_000;
/// States of a race drawn by chance at most.
const DRAWN_MAX: usize = 20_000;

/// What both ways of exploring must agree on: the orders, and for each invariant, in how many it breaks
/// and after how many moves at the earliest.
fn essence(explored: &Explored) -> (u128, Vec<(usize, u128, usize)>) {
    let mut found: Vec<_> =
        explored.found.iter().map(|found| (found.invariant, found.orders, found.order.len())).collect();
    found.sort_unstable();
    (explored.orders, found)
}

/// Compares both ways; false where there are too many orders.
fn agree(race: &Race, policy: &policy::Policy) -> bool {
    let explored = (policy.explore)(race, STATES_MAX);
    let Ok(explored) = explored else { return false };
    if !explored.whole || explored.orders > PLAIN_MAX {
        return false;
    }
    let plain = (policy.explore_plainly)(race).expect("what can begin once can begin again");
    assert_eq!(essence(&explored), essence(&plain), "{} under {}\n{}", race.id, policy.name, to_yaml(race));
    true
}

#[test]
fn knowing_states_again_loses_no_order() {
    let mut compared = 0;
    for race in shipped() {
        compared += policy::ALL.iter().filter(|policy| agree(&race, policy)).count();
    }
    assert!(compared > 400, "{compared}");
}

/// The same race with one actor at most who writes the files past the gateway: what two of them write over
/// each other, before the gateway has looked, nobody can keep.
fn one_writer(mut race: Race) -> Race {
    let writers = race.actors.iter_mut().filter(|actor| actor.via != Via::Socket);
    for actor in writers.skip(1) {
        actor.via = Via::Socket;
    }
    race
}

proptest! {
    #![proptest_config(Config { max_shrink_iters: 400, ..crate::chance::tries(128) })]

    #[test]
    fn ours_breaks_nothing_in_any_race(race in race().prop_map(one_writer)) {
        let explored = (policy::ALL[0].explore)(&race, DRAWN_MAX).expect("a start that can be made");
        let found: Vec<String> = explored
            .found
            .iter()
            .map(|found| format!("{}: {} {:?}", invariant::ALL[found.invariant].id(), found.words, found.order))
            .collect();
        prop_assert!(found.is_empty(), "{}\n{}", found.join("\n"), to_yaml(&race));
    }

    #[test]
    fn no_policy_panics_in_any_race_and_brute_force_agrees(race in race(), which in 0..policy::ALL.len()) {
        let policy = &policy::ALL[which];
        if let Ok(explored) = (policy.explore)(&race, DRAWN_MAX) && explored.whole && explored.orders <= 500 {
            agree(&race, policy);
        }
    }
}
