//! From moves to steps: what one actor does without anybody in between, with all that is said.

use super::super::deed::Deed;
use super::super::tape::{Played, Tape};
use super::super::world::{Errand, Outcome};
use super::change::changes;
use super::names::Names;
use super::words;
use crate::gateway::pairing::Command;
use crate::scenario::race::{Act, Race, Via, Which};
use crate::verdict::race::MessageKind;

/// Where something is said or happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// At an actor.
    Actor(usize),
    /// At a gateway process.
    Gateway(usize),
    /// In the files.
    Files,
}

/// A step while it is put together.
#[derive(Debug)]
pub(super) struct Draft {
    pub(super) who: usize,
    pub(super) act: String,
    pub(super) said: Vec<Said>,
}

/// Something that is said, or happens.
#[derive(Debug)]
pub(super) struct Said {
    pub(super) from: Place,
    pub(super) to: Place,
    pub(super) words: String,
    pub(super) kind: MessageKind,
}

impl Draft {
    fn say(&mut self, from: Place, to: Place, words: String, kind: MessageKind) {
        self.said.push(Said { from, to, words, kind });
    }

    pub(super) fn note(&mut self, at: Place, words: String, kind: MessageKind) {
        self.say(at, at, words, kind);
    }
}

/// All steps of a tape.
pub(super) fn drafts(race: &Race, tape: &Tape, names: &mut Names) -> Vec<Draft> {
    let starts = tape.steps();
    let ends = starts.iter().skip(1).copied().chain([tape.moves.len()]);
    let mut teller = Teller { race, tape, names, now: 0, open: Vec::new() };
    starts.iter().zip(ends).map(|(start, end)| teller.step(*start, end)).collect()
}

/// An ask that is not answered yet: whose, and what for; `None`: files that were read, to be written.
type Open = (usize, Option<Errand>);

struct Teller<'a> {
    race: &'a Race,
    tape: &'a Tape,
    names: &'a mut Names,
    /// The place of the move that is told.
    now: usize,
    /// What was asked and not answered.
    open: Vec<Open>,
}

impl Teller<'_> {
    fn step(&mut self, start: usize, end: usize) -> Draft {
        let Played { who, at, .. } = self.tape.moves[start];
        let begins = !self.tape.moves[..start].iter().any(|before| before.who == who && before.at == at);
        let target = self.target(who, at);
        let act = words::act(&self.race.actors[who].acts[at], &self.race.actors[who].via, &target);
        let act = if begins { act } else { format!("… {act}") };
        let mut draft = Draft { who, act, said: Vec::new() };
        for place in start..end {
            self.tell(&mut draft, place, end);
        }
        draft
    }

    /// The name of the request that an act is about; empty where it is about none.
    fn target(&mut self, who: usize, at: usize) -> String {
        let which = match &self.race.actors[who].acts[at] {
            Act::Approve(which) | Act::Reject(which) => which,
            Act::ApproveDevice(_) => return self.target_now(who, at),
            _ => return String::new(),
        };
        if let Which::Named(name) = which
            && let Some((_, shown)) = self.tape.named.iter().find(|(known, _)| known == name)
        {
            return self.names.of_id(&shown.id);
        }
        let own = self.tape.moves.iter().filter(|played| played.who == who && played.at == at);
        let meant = own.flat_map(|played| &played.deeds).find_map(|deed| match deed {
            Deed::Effect {
                command: Command::Approve { request_id, .. } | Command::Reject { request_id },
                ..
            } => Some(request_id.clone()),
            Deed::Answered { target: Some(target), .. } => Some(target.id.clone()),
            _ => None,
        });
        meant.map_or_else(|| "what it was shown".to_owned(), |id| self.names.of_id(&id))
    }

    /// The same of an act that is about one request after the other.
    fn target_now(&mut self, who: usize, at: usize) -> String {
        let own = self.tape.moves.iter().skip(self.now).filter(|played| played.who == who && played.at == at);
        let meant = own.flat_map(|played| &played.deeds).find_map(|deed| match deed {
            Deed::Effect { command: Command::Approve { request_id, .. }, .. }
            | Deed::FilesWritten { command: Command::Approve { request_id, .. }, .. } => {
                Some(request_id.clone())
            }
            Deed::Answered { target: Some(target), .. } => Some(target.id.clone()),
            _ => None,
        });
        meant.map_or_else(|| "what it was shown".to_owned(), |id| self.names.of_id(&id))
    }

    /// What an actor asks for an errand: by the device, a look goes before an approval.
    fn asked(&self, who: usize, errand: Errand) -> Act {
        match (&self.race.actors[who].acts[self.act_of(who)], errand) {
            (Act::ApproveDevice(_), Errand::Look) => Act::List,
            (Act::ApproveDevice(_), _) => Act::Approve(Which::Shown),
            (act, _) => act.clone(),
        }
    }

    /// One move of a step that ends before the move `end`.
    fn tell(&mut self, draft: &mut Draft, place: usize, end: usize) {
        self.now = place;
        let tape = self.tape;
        let played = &tape.moves[place];
        let later = &tape.moves[place + 1..end];
        let mut changes =
            Some(changes(&played.before, &played.after, self.names)).filter(|all| !all.is_empty());
        for deed in &played.deeds {
            self.deed(draft, deed, later, &mut changes);
        }
        if let Some(changes) = changes {
            let words = format!("now the other file is written; {}", changes.join("; "));
            draft.note(Place::Gateway(self.race.actors[played.who].gateway), words, MessageKind::Note);
        }
    }

    fn deed(&mut self, draft: &mut Draft, deed: &Deed, later: &[Played], changes: &mut Option<Vec<String>>) {
        match deed {
            Deed::Read { who, errand } => {
                let writes = |deed: &Deed| matches!(deed, Deed::Effect { .. });
                if !later.iter().flat_map(|played| &played.deeds).any(writes) {
                    let gateway = Place::Gateway(self.race.actors[*who].gateway);
                    self.ask(draft, *who, *errand);
                    draft.note(
                        gateway,
                        "has read the files, and not written yet".to_owned(),
                        MessageKind::Note,
                    );
                }
            }
            Deed::Effect { who, errand, step, .. } => {
                let gateway = Place::Gateway(self.race.actors[*who].gateway);
                let is_late = !self.ask(draft, *who, *errand);
                let late = if is_late { "writes back what it had read; " } else { "" };
                if let Some(changes) = changes.take() {
                    draft.note(gateway, format!("{late}{}", changes.join("; ")), MessageKind::Note);
                } else if is_late {
                    draft.note(gateway, format!("{late}nothing changes"), MessageKind::Note);
                }
                self.events(draft, gateway, step);
            }
            Deed::HalfWritten { who } => {
                if later.is_empty() {
                    let words = "one of the two files is written, the other is not yet".to_owned();
                    draft.note(Place::Gateway(self.race.actors[*who].gateway), words, MessageKind::Note);
                }
            }
            Deed::Answered { who, errand, outcome, past, .. } => {
                self.answered(draft, (*who, *errand), outcome, *past);
            }
            Deed::FilesRead { who, errand } => self.files_read(draft, (*who, *errand), later),
            Deed::Agreed { who, shown } => {
                let words = format!("{}: this may be approved, and no more", self.names.of_id(&shown.id));
                draft.note(Place::Actor(*who), words, MessageKind::Note);
            }
            Deed::Ended { who, end } => {
                let device = self.race.actors[*who].acts[self.act_of(*who)].device();
                let device = device.map(String::as_str).unwrap_or_default();
                if let Some(words) = words::end(end, device, self.names) {
                    draft.note(Place::Actor(*who), words, MessageKind::Refusal);
                }
            }
            Deed::FilesWritten { who, .. } => {
                let late = self.is_open(*who, None);
                let upon = if late { "upon what it had read; " } else { "" };
                let changes =
                    changes.take().map_or_else(|| "nothing changes".to_owned(), |all| all.join("; "));
                if late {
                    draft.say(
                        Place::Actor(*who),
                        Place::Files,
                        "writes both files".to_owned(),
                        MessageKind::Ask,
                    );
                }
                draft.note(Place::Files, format!("{upon}{changes}"), MessageKind::Note);
            }
            Deed::Killed { who, gateway } => {
                let words = "kill -9, and start again".to_owned();
                draft.say(Place::Actor(*who), Place::Gateway(*gateway), words, MessageKind::Refusal);
            }
            Deed::Waited { .. } | Deed::Stepped { .. } => {}
        }
    }

    /// Asks the gateway, where that was not done before; whether it was not.
    fn ask(&mut self, draft: &mut Draft, who: usize, errand: Errand) -> bool {
        if self.is_open(who, Some(errand)) {
            return false;
        }
        let at = self.act_of(who);
        let actor = &self.race.actors[who];
        let target = self.target(who, at);
        let words = words::ask(errand, &self.asked(who, errand), &actor.via, &target);
        draft.say(Place::Actor(who), Place::Gateway(actor.gateway), words, MessageKind::Ask);
        self.open.push((who, Some(errand)));
        true
    }

    /// Whether this was asked before and is not answered yet.
    fn is_open(&self, who: usize, errand: Option<Errand>) -> bool {
        self.open.contains(&(who, errand))
    }

    /// The place of the act that an actor is at, by its last move so far.
    fn act_of(&self, who: usize) -> usize {
        let so_far = &self.tape.moves[..=self.now];
        so_far.iter().rev().find(|played| played.who == who).map_or(0, |played| played.at)
    }

    fn answered(&mut self, draft: &mut Draft, (who, errand): (usize, Errand), outcome: &Outcome, past: bool) {
        let at = self.act_of(who);
        let actor = &self.race.actors[who];
        let target = self.target(who, at);
        let is_connect = errand == Errand::Door || matches!(actor.acts[at], Act::Connect(_));
        let asked = self.asked(who, errand);
        let words = words::answer(outcome, &asked, &target, is_connect && !past, self.names);
        let kind = if outcome.is_good() { MessageKind::Answer } else { MessageKind::Refusal };
        if *outcome == Outcome::Nothing {
            draft.note(Place::Actor(who), words, kind);
        } else if past {
            draft.say(Place::Files, Place::Actor(who), words, kind);
        } else {
            if *outcome != Outcome::Lost {
                self.ask(draft, who, errand);
            }
            draft.say(Place::Gateway(actor.gateway), Place::Actor(who), words, kind);
        }
        self.open.retain(|open| open.0 != who);
    }

    fn files_read(&mut self, draft: &mut Draft, (who, errand): (usize, Errand), later: &[Played]) {
        let at = self.act_of(who);
        let actor = &self.race.actors[who];
        let target = self.target(who, at);
        let answers = |deed: &Deed| matches!(deed, Deed::Answered { past: true, .. });
        let now = &self.tape.moves[self.now].deeds;
        let is_whole = now.iter().chain(later.iter().flat_map(|played| &played.deeds)).any(answers);
        let mut words = words::act(&self.asked(who, errand), &Via::Files, &target);
        if !is_whole {
            words = format!("reads both, to {}", words.trim_end_matches(", in the files"));
        }
        if matches!(actor.via, Via::Cli(_)) {
            words = format!("goes past the gateway: {words}");
        }
        draft.say(Place::Actor(who), Place::Files, words, MessageKind::Ask);
        if !is_whole {
            self.open.push((who, None));
        }
    }

    /// Who listens hears of a new request.
    fn events(&mut self, draft: &mut Draft, gateway: Place, step: &crate::gateway::pairing::Step) {
        for event in step.events.iter().filter(|event| event.name == "device.pair.requested") {
            let id = event.payload.get("requestId").and_then(serde_json::Value::as_str).unwrap_or_default();
            let words = format!("{}: {}", event.name, self.names.of_id(id));
            for (who, actor) in self.race.actors.iter().enumerate() {
                if actor.via == Via::Socket && actor.listens() {
                    draft.say(gateway, Place::Actor(who), words.clone(), MessageKind::Note);
                }
            }
        }
    }
}
