//! One move, made and judged.

use std::sync::Arc;

use super::deed::Deed;
use super::invariant::{ALL, Scene};
use super::ledger::Ledger;
use super::world::{Moved, Setting, World};

/// An invariant that broke, by its place among all, and how.
pub type Broken = (usize, String);

/// One move, judged: the state afterwards with what it broke for the first time.
#[must_use]
pub fn judged<L: Ledger>(world: &World<L>, setting: &Setting<'_>, who: usize) -> (Moved<L>, Vec<Broken>) {
    let mut moved = world.moved(setting, who);
    let gateway = setting.race.actors[who].gateway;
    let mut broken = Vec::new();
    let (before, after) =
        (world.truth.seen(world.now_ms(gateway)), moved.world.truth.seen(moved.world.now_ms(gateway)));
    for deed in &moved.deeds {
        if is_idle(deed) {
            continue;
        }
        let old = Arc::clone(&moved.world.facts);
        let mut scene = Scene {
            facts: &old,
            then: &old,
            deed,
            before: (before.devices(), before.requests()),
            after: (after.devices(), after.requests()),
            steady_ms: moved.world.clocks.steady_ms,
        };
        let mut new = Arc::clone(&old);
        Arc::make_mut(&mut new).take(&scene);
        scene.then = &new;
        for (place, invariant) in ALL.iter().enumerate() {
            let bit = 1_u32 << place;
            if moved.world.broken & bit == 0
                && let Some(words) = invariant.broken(&scene)
            {
                moved.world.broken |= bit;
                broken.push((place, words));
            }
        }
        moved.world.facts = new;
    }
    drop((before, after));
    (moved, broken)
}

/// Whether a deed changes nothing that an invariant speaks of.
const fn is_idle(deed: &Deed) -> bool {
    matches!(deed, Deed::Read { .. } | Deed::FilesRead { .. })
}
