//! All races on one gateway, with whatever must be cleared at the end.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, resume_unwind};

use futures_util::FutureExt as _;

use super::{Admin, Found, Halt, Site, Trouble, play_at_once, play_order};
use crate::gateway::settings::LocalUpgrade;
use crate::scenario::race::Race;
use crate::seed::Seed;
use crate::simulation::interleave::Broken;
use crate::simulation::interleave::live::{Model, Plan, Steerable, invariant_ids, steerable, tell};
use crate::verdict::race::live::{Cleared, LiveRate, LiveRun, LiveSet};

/// How often a race is played all at once where its point cannot be steered, if nobody says it.
const REPEAT: usize = 20;

/// What is wanted.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// The races.
    pub races: Vec<Race>,
    /// The model to hold the gateway against; `None`: the one of what is found there.
    pub model: Option<Model>,
    /// How many whole orders of each race are played, beside those that lose.
    pub orders: usize,
    /// How often each race is played all at once; `None`: only where its point cannot be steered.
    pub repeat: Option<usize>,
    /// What chance is made of.
    pub seed: Seed,
}

/// Plays all races. Whatever happens, what was made is cleared.
///
/// # Errors
/// Why it came to no end; and whether everything is cleared.
pub async fn run(site: Site, wanted: &Wanted, halt: &Halt) -> Result<LiveRun, (Trouble, Option<Cleared>)> {
    let target = site.endpoint.url();
    let mut admin = Admin::open(site).await.map_err(|trouble| (trouble, None))?;
    let played = AssertUnwindSafe(all(&mut admin, wanted, halt)).catch_unwind().await;
    let cleared = admin.finish().await;
    match played {
        Ok(Ok((found, model, sets))) => Ok(LiveRun {
            target,
            version: found.version.clone(),
            policy: model.policy().to_owned(),
            because: because(&found, wanted.model),
            seed: wanted.seed.0,
            sets,
            cleared,
        }),
        Ok(Err(trouble)) => Err((trouble, Some(cleared))),
        // Told as what it is, once nothing of ours is left behind.
        Err(panic) => resume_unwind(panic),
    }
}

fn because(found: &Found, forced: Option<Model>) -> String {
    let what = match found.ours {
        Some(LocalUpgrade::Ask) => "a gateway of ours, with localUpgrade ask".to_owned(),
        Some(LocalUpgrade::Connection) => "a gateway of ours, with localUpgrade connection".to_owned(),
        None => "no gateway of ours".to_owned(),
    };
    if forced.is_some() { format!("as told; it is {what}") } else { format!("it is {what}") }
}

async fn all(
    admin: &mut Admin,
    wanted: &Wanted,
    halt: &Halt,
) -> Result<(Found, Model, Vec<LiveSet>), Trouble> {
    halt.check()?;
    let found = admin.look().await?;
    let likely = if found.ours.is_some() { Model::Ours } else { Model::OpenClaw };
    let model = wanted.model.unwrap_or(likely);
    let mut sets = Vec::new();
    for race in &wanted.races {
        let mut race = race.clone();
        race.start.local_upgrade = found.ours.unwrap_or(race.start.local_upgrade);
        let mut set = LiveSet {
            name: race.id.clone(),
            title: race.title.clone(),
            skipped: None,
            orders: Vec::new(),
            rate: None,
        };
        match planned(admin, model, &race, wanted) {
            Err(reason) => set.skipped = Some(reason),
            Ok(plan) => match one(admin, (model, &race, &plan), wanted, halt, &mut set).await {
                Ok(()) => {}
                // This gateway begins otherwise, perhaps by its config; the others may still be played.
                Err(Trouble::Start(words)) => set.skipped = Some(words),
                Err(trouble) => return Err(trouble),
            },
        }
        sets.push(set);
    }
    Ok((found, model, sets))
}

/// What is played of a race; or why nothing is.
fn planned(admin: &Admin, model: Model, race: &Race, wanted: &Wanted) -> Result<Plan, String> {
    match steerable(model, race) {
        Steerable::No(reason) => return Err(reason.to_owned()),
        Steerable::WithFiles if admin.site.state.is_none() => {
            return Err("it needs the gateway's files: name its state folder with --state-dir".to_owned());
        }
        Steerable::WithFiles | Steerable::Yes => {}
    }
    model.plan(race, wanted.orders, wanted.seed).map_err(|unready| {
        let wants_ask =
            race.start.local_upgrade == LocalUpgrade::Connection && !race.start.requests.is_empty();
        let hint =
            if wants_ask { "; this gateway has localUpgrade connection, and it wants ask" } else { "" };
        format!("{unready}{hint}")
    })
}

async fn one(
    admin: &mut Admin,
    (model, race, plan): (Model, &Race, &Plan),
    wanted: &Wanted,
    halt: &Halt,
    set: &mut LiveSet,
) -> Result<(), Trouble> {
    for order in &plan.orders {
        let said = model.replay(race, &order.who).map_err(|unready| Trouble::Start(unready.to_string()))?;
        let who: Vec<usize> = said.iter().map(|seen| seen.who).collect();
        let seen = play_order(admin, race, &who, halt).await?;
        set.orders.push(tell(race, order, &said, &seen));
    }
    let runs = wanted.repeat.unwrap_or(if plan.inside.is_empty() { 0 } else { REPEAT });
    if runs == 0 || race.order.is_some() {
        return Ok(());
    }
    let mut broken: BTreeMap<usize, (usize, String)> = BTreeMap::new();
    for at in 0..runs {
        let seed = wanted.seed.derive(&format!("{}#{at}", race.id));
        let told: Vec<Broken> = play_at_once(admin, race, seed, halt).await?;
        for (place, words) in told {
            broken.entry(place).or_insert((0, words)).0 += 1;
        }
    }
    let reality =
        broken.into_iter().map(|(place, (count, words))| (invariant_ids(&[place]).concat(), count, words));
    set.rate = Some(LiveRate { runs, model: invariant_ids(&plan.inside), reality: reality.collect() });
    Ok(())
}
