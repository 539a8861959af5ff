//! What can be left out of a race.

use crate::scenario::race::{Act, Ask, Proof, Race, Which};

/// A race with something left out.
#[derive(Debug, Clone)]
pub(super) struct Cut {
    pub(super) race: Race,
    gone: Gone,
}

#[derive(Debug, Clone)]
enum Gone {
    /// Nothing that moves.
    Nothing,
    Actor(usize),
    /// These acts of an actor.
    Acts(usize, std::ops::Range<usize>),
}

impl Cut {
    /// Who makes a move of the whole race in the smaller one; `None` where it is gone.
    pub(super) fn kept(&self, who: usize, at: usize) -> Option<u8> {
        let who = match &self.gone {
            Gone::Actor(gone) if who == *gone => return None,
            Gone::Actor(gone) if who > *gone => who - 1,
            Gone::Acts(actor, gone) if who == *actor && gone.contains(&at) => return None,
            _ => who,
        };
        u8::try_from(who).ok()
    }
}

/// One kind of thing that can be left out: the race without the thing at this place; `None` beyond the last.
type Cuts = fn(&Race, usize) -> Option<Cut>;

/// All kinds, the large before the small.
pub(super) const ALL: [Cuts; 9] =
    [actor, half, act, request, device, bootstrap, gateway, scope_asked, scope_held];

/// Whether all that a race names is there.
pub(super) fn is_sound(race: &Race) -> bool {
    let named = |name: &String| race.start.requests.iter().any(|standing| standing.name == *name);
    let proven = |ask: &Ask| match &ask.proof {
        Proof::Bootstrap(name) => race.start.bootstraps.iter().any(|code| code.name == *name),
        Proof::Shared | Proof::Device => true,
    };
    let devices: Vec<&str> = race.devices().collect();
    let fits = |act: &Act| match act {
        Act::Approve(Which::Named(name)) | Act::Reject(Which::Named(name)) => named(name),
        Act::Connect(ask) => proven(ask),
        Act::Kill(gateway) => *gateway < race.start.gateways,
        // A file may name only devices that somebody speaks of.
        _ => act.device().is_none_or(|device| devices.contains(&device.as_str())),
    };
    !race.actors.is_empty()
        && race.actors.iter().all(|actor| actor.gateway < race.start.gateways && actor.acts.iter().all(fits))
        && race.start.requests.iter().all(|standing| proven(&standing.ask))
}

fn actor(race: &Race, place: usize) -> Option<Cut> {
    let mut race = race.clone();
    (place < race.actors.len()).then(|| race.actors.remove(place))?;
    Some(Cut { race, gone: Gone::Actor(place) })
}

/// The first or the second half of an actor's acts.
fn half(race: &Race, place: usize) -> Option<Cut> {
    let count = race.actors.get(place / 2)?.acts.len();
    let middle = count.div_ceil(2);
    let range = if place.is_multiple_of(2) { middle..count } else { 0..middle };
    Some(without_acts(race, place / 2, range))
}

/// One act, the last of each actor first: what is not reached goes before what is.
fn act(race: &Race, place: usize) -> Option<Cut> {
    let mut left = place;
    for (who, actor) in race.actors.iter().enumerate() {
        if left < actor.acts.len() {
            let at = actor.acts.len() - 1 - left;
            return Some(without_acts(race, who, at..at + 1));
        }
        left -= actor.acts.len();
    }
    None
}

fn without_acts(race: &Race, who: usize, range: std::ops::Range<usize>) -> Cut {
    let mut race = race.clone();
    race.actors[who].acts.drain(range.clone());
    Cut { race, gone: Gone::Acts(who, range) }
}

fn request(race: &Race, place: usize) -> Option<Cut> {
    let mut race = race.clone();
    (place < race.start.requests.len()).then(|| race.start.requests.remove(place))?;
    Some(Cut { race, gone: Gone::Nothing })
}

fn device(race: &Race, place: usize) -> Option<Cut> {
    let mut race = race.clone();
    (place < race.start.devices.len()).then(|| race.start.devices.remove(place))?;
    Some(Cut { race, gone: Gone::Nothing })
}

fn bootstrap(race: &Race, place: usize) -> Option<Cut> {
    let mut race = race.clone();
    (place < race.start.bootstraps.len()).then(|| race.start.bootstraps.remove(place))?;
    Some(Cut { race, gone: Gone::Nothing })
}

/// The last gateway process; whoever talked to it talks to the first.
fn gateway(race: &Race, place: usize) -> Option<Cut> {
    let mut race = race.clone();
    let last = race.start.gateways.checked_sub(1).filter(|last| *last > 0 && place == 0)?;
    race.start.gateways = last;
    for actor in race.actors.iter_mut().filter(|actor| actor.gateway == last) {
        actor.gateway = 0;
    }
    Some(Cut { race, gone: Gone::Nothing })
}

/// One scope of all asks that are the same: a device goes on asking for one thing.
fn scope_asked(race: &Race, place: usize) -> Option<Cut> {
    let mut asked: Vec<(String, Vec<String>)> = Vec::new();
    for ask in asks(&mut race.clone()) {
        let known = asked.iter().any(|(device, scopes)| *device == ask.device && *scopes == ask.scopes);
        if !known && ask.scopes.len() > 1 {
            asked.push((ask.device.clone(), ask.scopes.clone()));
        }
    }
    let (device, scopes, at) = nth(asked, place)?;
    let mut race = race.clone();
    for ask in asks(&mut race).into_iter().filter(|ask| ask.device == device && ask.scopes == scopes) {
        ask.scopes.remove(at);
    }
    Some(Cut { race, gone: Gone::Nothing })
}

/// One scope of one device that is paired.
fn scope_held(race: &Race, place: usize) -> Option<Cut> {
    let held = race.start.devices.iter().enumerate().filter(|(_, paired)| paired.scopes.len() > 1);
    let (device, _, at) = nth(held.map(|(at, paired)| (at, paired.scopes.clone())).collect(), place)?;
    let mut race = race.clone();
    race.start.devices[device].scopes.remove(at);
    Some(Cut { race, gone: Gone::Nothing })
}

/// The place among all scopes of several lists.
fn nth<T>(lists: Vec<(T, Vec<String>)>, mut place: usize) -> Option<(T, Vec<String>, usize)> {
    for (of, scopes) in lists {
        if place < scopes.len() {
            return Some((of, scopes, place));
        }
        place -= scopes.len();
    }
    None
}

fn asks(race: &mut Race) -> Vec<&mut Ask> {
    let standing = race.start.requests.iter_mut().map(|standing| &mut standing.ask);
    let acts = race.actors.iter_mut().flat_map(|actor| &mut actor.acts).filter_map(|act| match act {
        Act::Connect(ask) => Some(ask),
        _ => None,
    });
    standing.chain(acts).collect()
}
