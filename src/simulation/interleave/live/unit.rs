//! Units on the model.

use super::super::deed::Deed;
use super::super::judge::{Broken, judged};
use super::super::ledger::Ledger;
use super::super::world::{Setting, Unready, World};
use super::words::{Labels, Seen, State, act_words, command_of, deed_words};
use crate::gateway::pairing::{Answer, Command};
use crate::scenario::race::Race;

/// What a unit has led to.
pub(super) struct Done<L> {
    pub(super) world: World<L>,
    pub(super) deeds: Vec<Deed>,
    pub(super) broken: Vec<Broken>,
}

/// One unit of an actor that can move. As in life, no two happen within the same millisecond.
pub(super) fn unit<L: Ledger>(world: &World<L>, setting: &Setting<'_>, who: usize) -> Done<L> {
    let mut done = Done { world: world.clone(), deeds: Vec::new(), broken: Vec::new() };
    done.world.clocks.wall_ms += 1;
    done.world.clocks.steady_ms += 1;
    loop {
        let (moved, broken) = judged(&done.world, setting, who);
        done.world = moved.world;
        done.deeds.extend(moved.deeds);
        done.broken.extend(broken);
        if !is_inside(&done.world, who) {
            return done;
        }
    }
}

/// Whether the gateway is at work for an actor, so that nobody can steer it.
pub(super) fn is_inside<L: Ledger>(world: &World<L>, who: usize) -> bool {
    world.runners[who].stage.inside().is_some()
}

/// What the gateway lists.
fn list<L: Ledger>(world: &World<L>) -> serde_json::Value {
    let mut truth = L::clone(&world.truth);
    let fresh = crate::gateway::fresh::Fresh([0; 32]);
    match truth.transact(world.clocks.wall_ms, fresh, &Command::List).answer {
        Answer::Payload(payload) => payload,
        _ => serde_json::Value::Null,
    }
}

/// What is seen, unit by unit. An actor that is named and cannot move is passed over.
pub(super) fn replay<L: Ledger>(race: &Race, order: &[usize]) -> Result<Vec<Seen>, Unready> {
    let (setting, mut world) = World::<L>::first(race)?;
    let mut labels = Labels::default();
    setting.named.iter().for_each(|(_, shown)| drop(labels.of(&shown.id)));
    let mut seen = Vec::new();
    for &who in order {
        if !world.can_move(&setting, who) {
            continue;
        }
        let act = usize::from(world.runners[who].at);
        let before = world.runners[who].target.clone();
        let done = unit(&world, &setting, who);
        world = done.world;
        let words = deed_words(&done.deeds, &mut labels);
        let meant = command_of(&done.deeds).or_else(|| before.map(|shown| shown.id));
        let state = State::of(&list(&world), &mut labels);
        seen.push(Seen {
            who,
            act: act_words(race, who, act, meant.as_deref(), &mut labels),
            words,
            state,
            broken: done.broken,
        });
    }
    Ok(seen)
}
