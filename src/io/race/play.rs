//! Plays races: step by step in an order, and all at once.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use tokio::sync::watch;

use super::answer::event;
use super::cast::Cast;
use super::player::Player;
use super::{Admin, Halt, Trouble};
use crate::gateway::pairing::Step;
use crate::scenario::race::{Race, Via};
use crate::seed::Seed;
use crate::simulation::interleave::Broken;
use crate::simulation::interleave::deed::Deed;
use crate::simulation::interleave::live::{Labels, Observer, Seen, State, act_words, deed_words, sight};
use crate::simulation::interleave::world::{Outcome, Setting, Shown};

/// How far apart actors begin at most that run at once, in milliseconds for each act of the longest script.
const APART_MS: u64 = 12;

/// How often a script is played by who only connects, while others write the files.
const AGAIN_MAX: usize = 40;
/// How long after a connect was asked whoever writes the files begins, at most.
const WITHIN: Duration = Duration::from_millis(8);
/// How many tools at once play such a script then.
const COPIES: usize = 4;

/// What was seen of one unit, and the code with which the gateway closed the connection.
pub type Played = (Seen, Option<u16>);

/// Plays the actors one after the other, unit by unit. What is made for it is cleared, however it ends.
///
/// # Errors
/// The gateway does not do its part, or somebody wants us to stop.
pub async fn play_order(
    admin: &mut Admin,
    race: &Race,
    order: &[usize],
    halt: &Halt,
) -> Result<Vec<Played>, Trouble> {
    halt.check()?;
    let cast = Cast::new(admin, race)?;
    let played = in_order(admin, &cast, race, order, halt).await;
    let cleared = admin.clear().await;
    let played = played?;
    cleared?;
    Ok(played)
}

async fn in_order(
    admin: &mut Admin,
    cast: &Cast,
    race: &Race,
    order: &[usize],
    halt: &Halt,
) -> Result<Vec<Played>, Trouble> {
    let mut setting = Setting::of(race);
    let begun = cast.begin(admin, race).await?;
    setting.named = begun.named;
    let began = Instant::now();
    let mut labels = Labels::default();
    setting.named.iter().for_each(|(_, shown)| drop(labels.of(&shown.id)));
    let list = cast.list(&admin.list().await?);
    let mut observer = Observer::new(race, &setting.named, &begun.deeds, sight(&list));
    let site = admin.site.clone();
    let mut players = Vec::new();
    for who in 0..race.actors.len() {
        players.push(Player::new(&setting, cast, &site, who, admin).await?);
    }
    let mut played = Vec::new();
    for &who in order {
        halt.check()?;
        let player = &mut players[who];
        let place = player.place();
        let (mut deeds, words) = if player.act().is_none() {
            (Vec::new(), Some("has nothing left to do"))
        } else if player.waits() {
            (Vec::new(), Some("hears of nothing"))
        } else {
            (player.unit().await?, None)
        };
        let closed = player.closed.take();
        let list = cast.list(&admin.list().await?);
        let heard: Vec<_> = admin.heard();
        let heard: Vec<_> =
            heard.iter().filter_map(|(name, payload)| event(name, cast.payload(payload)?)).collect();
        for shown in heard.iter().filter(|event| event.name == "device.pair.requested") {
            let shown = Shown::of_json(&shown.payload);
            players
                .iter_mut()
                .filter(|player| player.listens())
                .for_each(|player| player.knows.heard.clone_from(&shown));
        }
        if let Some(step) = effect(&mut deeds) {
            step.events = heard;
        }
        requests(&deeds).for_each(|id| admin.asked(id));
        let words = words.map_or_else(|| deed_words(&deeds, &mut labels), str::to_owned);
        let meant = deeds.iter().find_map(|deed| match deed {
            Deed::Answered { target, .. } => target.as_ref().map(|shown| shown.id.clone()),
            _ => None,
        });
        let passed = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
        let seen = Seen {
            who,
            words,
            state: State::of(&list, &mut labels),
            act: act_words(race, who, place, meant.as_deref(), &mut labels),
            broken: observer.take(passed, &deeds, sight(&list)),
        };
        played.push((seen, closed));
    }
    for player in players {
        player.leave().await;
    }
    Ok(played)
}

/// The transition of a unit.
fn effect(deeds: &mut [Deed]) -> Option<&mut Step> {
    deeds.iter_mut().find_map(|deed| match deed {
        Deed::Effect { step, .. } => Some(step),
        _ => None,
    })
}

/// The requests that the gateway spoke of.
fn requests(deeds: &[Deed]) -> impl Iterator<Item = &str> {
    deeds.iter().filter_map(|deed| match deed {
        Deed::Answered { outcome: Outcome::Refused { request_id: Some(id), .. }, .. } => Some(id.as_str()),
        _ => None,
    })
}

/// Plays the actors all at once, each by itself; what broke, as the end tells it.
///
/// # Errors
/// The gateway does not do its part, or somebody wants us to stop.
pub async fn play_at_once(
    admin: &mut Admin,
    race: &Race,
    seed: Seed,
    halt: &Halt,
) -> Result<Vec<Broken>, Trouble> {
    halt.check()?;
    let cast = Cast::new(admin, race)?;
    let played = at_once(admin, &cast, race, seed).await;
    let cleared = admin.clear().await;
    let played = played?;
    cleared?;
    Ok(played)
}

async fn at_once(admin: &mut Admin, cast: &Cast, race: &Race, seed: Seed) -> Result<Vec<Broken>, Trouble> {
    let mut setting = Setting::of(race);
    let begun = cast.begin(admin, race).await?;
    setting.named = begun.named;
    let list = cast.list(&admin.list().await?);
    let mut observer = Observer::new(race, &setting.named, &begun.deeds, sight(&list));
    let site = admin.site.clone();
    let mut dice = seed.dice();
    let longest = race.actors.iter().map(|actor| actor.acts.len() as u64).max().unwrap_or_default();
    // Whoever writes the files must meet a gateway that is at work.
    let past = race.actors.iter().any(|actor| actor.via == Via::Files);
    let crowd = Crowd { goes_on: past, ..Crowd::default() };
    let mut runs = Vec::new();
    for (who, actor) in race.actors.iter().enumerate() {
        for _ in 0..if past && actor.only_connects() { COPIES } else { 1 } {
            let player = Player::new(&setting, cast, &site, who, admin).await?;
            crowd.joined(&player);
            let after = Duration::from_millis(dice.below(APART_MS * longest + 1));
            runs.push(to_the_end(site.asked.subscribe(), player, after, &crowd));
        }
    }
    let mut deeds = Vec::new();
    let mut failed = None;
    for done in join_all(runs).await {
        match done {
            Ok(more) => deeds.extend(more),
            Err(trouble) => failed = Some(trouble),
        }
    }
    requests(&deeds).for_each(|id| admin.asked(id));
    if let Some(trouble) = failed {
        return Err(trouble);
    }
    // Nobody knows who came first; what was done counts before what was refused.
    deeds.sort_by_key(|deed| match deed {
        Deed::FilesWritten { .. } => 0,
        Deed::Effect { step, .. } if matches!(Outcome::of(&step.answer), Outcome::Done { .. }) => 0,
        Deed::Answered { outcome: Outcome::Done { .. }, .. } => 1,
        _ => 2,
    });
    let list = cast.list(&admin.list().await?);
    Ok(observer.take_at_once(&deeds, &sight(&list)))
}

/// Who is still at it, of those that run at once.
#[derive(Default)]
struct Crowd {
    /// Whether who only connects goes on until the others are done, as a tool that keeps asking does.
    goes_on: bool,
    /// All but those who wait to be told something.
    left: watch::Sender<usize>,
    /// All but those and those who only connect.
    busy: watch::Sender<usize>,
}

impl Crowd {
    fn joined(&self, player: &Player<'_>) {
        self.count(player, |count| *count += 1);
    }

    fn left(&self, player: &Player<'_>) {
        self.count(player, |count| *count -= 1);
    }

    fn count(&self, player: &Player<'_>, change: fn(&mut usize)) {
        if !player.listens() {
            self.left.send_modify(change);
            if !player.only_connects() {
                self.busy.send_modify(change);
            }
        }
    }
}

/// A whole script, or as often as it takes until the others are done.
async fn to_the_end(
    mut asked: watch::Receiver<u64>,
    mut player: Player<'_>,
    after: Duration,
    crowd: &Crowd,
) -> Result<Vec<Deed>, Trouble> {
    let mut told = crowd.left.subscribe();
    tokio::time::sleep(after).await;
    if crowd.goes_on && !player.only_connects() {
        // A connect has just been asked, and the gateway is at work on it.
        let _ = asked.changed().await;
        tokio::time::sleep(after.mul_f64(0.25).min(WITHIN)).await;
    }
    let mut deeds = Vec::new();
    let mut failed = None;
    for _ in 0..AGAIN_MAX {
        while player.act().is_some() && failed.is_none() {
            if player.waits() {
                player.hear(&mut told).await;
            }
            match player.unit().await {
                Ok(more) => deeds.extend(more),
                Err(trouble) => failed = Some(trouble),
            }
        }
        let goes_on = crowd.goes_on && player.only_connects() && *crowd.busy.borrow() > 0;
        if !goes_on || failed.is_some() {
            break;
        }
        player.again();
    }
    crowd.left(&player);
    player.leave().await;
    failed.map_or(Ok(deeds), Err)
}
