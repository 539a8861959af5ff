//! One move, made and judged.

use std::sync::Arc;

use super::deed::Deed;
use super::facts::Facts;
use super::invariant::{ALL, Scene, View};
use super::ledger::Ledger;
use super::world::{Moved, Setting, World};

/// An invariant that broke, by its place among all, and how.
pub type Broken = (usize, String);

/// One move, judged: the state afterwards with what it broke for the first time.
#[must_use]
pub fn judged<L: Ledger>(world: &World<L>, setting: &Setting<'_>, who: usize) -> (Moved<L>, Vec<Broken>) {
    let mut moved = world.moved(setting, who);
    let broken = {
        let before = world.truth.seen(world.clocks.wall_ms);
        let (now_ms, steady_ms) = (moved.world.clocks.wall_ms, moved.world.clocks.steady_ms);
        let truth = Arc::clone(&moved.world.truth);
        let after = truth.seen(now_ms);
        let World { facts, broken, .. } = &mut moved.world;
        judge(facts, broken, told(&moved.deeds), (before.view(), after.view()), steady_ms)
    };
    (moved, broken)
}

/// Takes in what a move did, and says what it broke for the first time.
pub(super) fn judge<'a>(
    facts: &mut Arc<Facts>,
    bits: &mut u32,
    deeds: impl Iterator<Item = &'a Deed>,
    (before, after): (View<'_>, View<'_>),
    steady_ms: u64,
) -> Vec<Broken> {
    let mut broken = Vec::new();
    for deed in deeds {
        let old = Arc::clone(facts);
        let mut scene = Scene { facts: &old, then: &old, deed, before, after, steady_ms };
        let mut new = Arc::clone(&old);
        Arc::make_mut(&mut new).take(&scene);
        scene.then = &new;
        // What somebody has in mind breaks nothing; the same move may go on to do something.
        if matches!(deed, Deed::Agreed { .. }) {
            *facts = new;
            continue;
        }
        for (place, invariant) in ALL.iter().enumerate() {
            let bit = 1_u32 << place;
            if *bits & bit == 0
                && let Some(words) = invariant.broken(&scene)
            {
                *bits |= bit;
                broken.push((place, words));
            }
        }
        *facts = new;
    }
    broken
}

/// The deeds of a move, but for those that change nothing that an invariant speaks of.
pub(super) fn told(deeds: &[Deed]) -> impl Iterator<Item = &Deed> {
    deeds.iter().filter(|deed| !matches!(deed, Deed::Read { .. } | Deed::FilesRead { .. }))
}
