//! One order as people read it: who takes part, what each asks and is answered, what changes in the store.

mod change;
mod names;
mod step;
mod words;

use super::tape::Tape;
use crate::scenario::race::{Act, Race, Via};
use crate::verdict::race::{Lane, LaneKind, Message, MessageKind, Picture, RaceStep};

use names::Names;
use step::{Draft, Place};

/// An order that was played, in words. `broken`: how an invariant breaks in its last move, which
/// is told at the end and comes back with the ids by their short names.
#[must_use]
pub fn sequence(race: &Race, tape: &Tape, broken: Option<&str>) -> (Picture, Option<String>) {
    let mut names = Names::of(&tape.named);
    let start = start(race, tape, &mut names);
    let mut drafts = step::drafts(race, tape, &mut names);
    let message = broken.map(|words| names.said(words));
    if let (Some(words), Some(last)) = (&message, drafts.last_mut()) {
        last.note(Place::Actor(last.who), words.clone(), MessageKind::Broken);
    }
    let places = places(race, &drafts);
    let lanes = places.iter().map(|place| lane(race, *place)).collect();
    let steps = drafts.into_iter().map(|draft| told(draft, &places)).collect();
    (Picture { start, lanes, steps }, message)
}

/// The lanes: the actors as they are written, the gateways and the files where they take part.
fn places(race: &Race, drafts: &[Draft]) -> Vec<Place> {
    let used = |place: Place| {
        let mut said = drafts.iter().flat_map(|draft| &draft.said);
        said.any(|said| said.from == place || said.to == place)
    };
    let acts = |who: &usize| drafts.iter().any(|draft| draft.who == *who) || used(Place::Actor(*who));
    let actors = (0..race.actors.len()).filter(acts).map(Place::Actor);
    let gateways = (0..race.start.gateways).map(Place::Gateway).filter(|place| used(*place));
    actors.chain(gateways).chain(Some(Place::Files).filter(|place| used(*place))).collect()
}

fn lane(race: &Race, place: Place) -> Lane {
    let named = |name: &str, about: &str, kind| Lane { name: name.to_owned(), about: about.to_owned(), kind };
    match place {
        Place::Gateway(_) if race.start.gateways == 1 => {
            named("gateway", "the pairing store", LaneKind::Gateway)
        }
        Place::Gateway(at) => {
            named(&format!("gateway {}", at + 1), "one of the processes on the store", LaneKind::Gateway)
        }
        Place::Files => {
            let taken = race.actors.iter().any(|actor| actor.name == "files");
            let name = if taken { "the files" } else { "files" };
            named(name, "paired.json, pending.json", LaneKind::Files)
        }
        Place::Actor(who) => {
            let actor = &race.actors[who];
            let is_time = |act: &Act| matches!(act, Act::Wait(_) | Act::Step(_));
            if actor.acts.iter().all(is_time) {
                return named(&actor.name, "what the time does", LaneKind::Clock);
            }
            let asks = actor.acts.iter().find_map(|act| match act {
                Act::Connect(ask) => Some(ask.device.clone()),
                _ => None,
            });
            let about = match (&actor.via, asks) {
                (Via::Cli(device), _) => format!("openclaw, with the key of {device}"),
                (Via::Files, _) => "edits the files".to_owned(),
                (Via::Socket, Some(device)) => format!("connects as {device}"),
                (Via::Socket, None) if actor.acts.iter().any(Act::is_command) => {
                    "an administrator, connected".to_owned()
                }
                (Via::Socket, None) => "the machine".to_owned(),
            };
            named(&actor.name, &about, LaneKind::Actor)
        }
    }
}

fn told(draft: Draft, places: &[Place]) -> RaceStep {
    let at = |place: Place| places.iter().position(|known| *known == place).unwrap_or_default();
    let messages = draft.said.into_iter().map(|said| Message {
        from: at(said.from),
        to: at(said.to),
        words: said.words,
        kind: said.kind,
    });
    RaceStep { lane: at(Place::Actor(draft.who)), act: draft.act, messages: messages.collect() }
}

/// What stands before the first step.
fn start(race: &Race, tape: &Tape, names: &mut Names) -> Vec<String> {
    let mut lines: Vec<String> =
        tape.start.devices.iter().map(|(id, device)| change::paired(id, device)).collect();
    for (_, shown) in &tape.named {
        let id = names.of_id(&shown.id);
        lines.push(format!("{id} waits: {}", words::asks(&shown.device, &shown.role, &shown.scopes)));
    }
    for code in &race.start.bootstraps {
        let roles = code.roles.join(", ");
        lines.push(format!("the bootstrap token `{}` was handed out, for {roles}", code.name));
    }
    if race.start.gateways > 1 {
        lines.push(format!("{} gateway processes share one store", race.start.gateways));
    }
    if race.start.local_upgrade == crate::gateway::settings::LocalUpgrade::Connection {
        lines.push("on its own machine, the shared secret is good for whatever is asked".to_owned());
    }
    lines
}
