//! What has been shown, granted and promised so far. Invariants are judged against it.

use std::collections::{BTreeMap, BTreeSet};

use crate::gateway::pairing::{Command, REQUEST_LIFE_MS, REQUEST_TTL_MS};
use crate::scenario::race::Code;

use super::deed::Deed;
use super::invariant::Scene;
use super::scopes::Scopes;
use super::world::{Errand, Outcome, Shown};

/// How a request ended, as somebody was told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Decision {
    /// It was approved.
    Approved,
    /// It was rejected.
    Rejected,
}

/// When a request was asked, on the steady clock, in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Asked {
    /// For the first time.
    pub first_ms: u64,
    /// For the last time.
    pub last_ms: u64,
}

impl Asked {
    /// Whether it may not have expired: it lives for its whole time after the first ask, and asking
    /// again keeps it alive. Half the time is left to a gateway that writes the last ask lazily.
    #[must_use]
    pub fn must_live(&self, steady_ms: u64) -> bool {
        let end = (self.first_ms + REQUEST_TTL_MS).max(self.last_ms + REQUEST_TTL_MS / 2);
        steady_ms < end.min(self.first_ms + REQUEST_LIFE_MS)
    }
}

/// What has been shown, granted and promised so far.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Facts {
    /// The scopes that somebody with the right to do so gave each device.
    pub granted: BTreeMap<String, Scopes>,
    /// The approvals that were reported as done and that nobody has taken back: their scopes by device.
    pub promised: BTreeMap<String, Scopes>,
    /// What each id was first shown to stand for.
    pub shown: BTreeMap<String, Shown>,
    /// How requests ended, as somebody was told.
    pub decided: BTreeMap<String, Decision>,
    /// When each request was asked.
    pub asked: BTreeMap<String, Asked>,
    /// The id that the last ask of each device, role and scope set was given.
    pub ids: BTreeMap<(String, String, Scopes), String>,
    /// What was taken away, and not approved since: device and role, or all roles.
    pub barred: BTreeSet<(String, Option<String>)>,
    /// The times that an actor approved what it had been shown, in vain, one after the other.
    pub vain: BTreeMap<usize, u8>,
    /// How many requests were announced for a device that are not accounted for.
    pub announced: BTreeMap<String, u8>,
    /// How many different asks of a device were refused.
    pub asks: BTreeMap<String, BTreeSet<(String, Scopes)>>,
    /// How often a request was reported as approved.
    pub approvals: BTreeMap<String, u8>,
    /// What bootstrap tokens give, by their names.
    pub codes: BTreeMap<String, Scopes>,
    /// The devices that a bootstrap token let in.
    pub redeemed: BTreeMap<String, BTreeSet<String>>,
}

impl Facts {
    /// Somebody gave a device these scopes.
    pub fn grant(&mut self, device: &str, list: &[String]) {
        self.granted.entry(device.to_owned()).or_default().extend(&Scopes::of(list));
    }

    /// A bootstrap token was handed out.
    pub fn hand_out(&mut self, code: &Code) {
        self.codes.insert(code.name.clone(), Scopes::of(&code.scopes));
    }

    /// A request was shown to somebody who may decide.
    pub fn show(&mut self, shown: &Shown) {
        self.shown.entry(shown.id.clone()).or_insert_with(|| shown.clone());
    }

    /// A device asked, and was given this id.
    pub fn ask(&mut self, device: &str, role: &str, list: &[String], id: &str, steady_ms: u64) {
        let asked = Asked { first_ms: steady_ms, last_ms: steady_ms };
        self.asked.entry(id.to_owned()).or_insert(asked).last_ms = steady_ms;
        let (device, role, set) = (device.to_owned(), role.to_owned(), Scopes::of(list));
        self.asks.entry(device.clone()).or_default().insert((role.clone(), set.clone()));
        self.ids.insert((device, role, set), id.to_owned());
    }

    /// Whether a request that was shown must still be there: nobody decided it, and it is not too old.
    #[must_use]
    pub fn must_live(&self, id: &str, steady_ms: u64) -> bool {
        !self.decided.contains_key(id) && self.asked.get(id).is_none_or(|asked| asked.must_live(steady_ms))
    }

    /// Whether a device may not act in a role until somebody approves it.
    #[must_use]
    pub fn is_barred(&self, device: &str, role: &str) -> bool {
        self.barred.contains(&(device.to_owned(), None))
            || self.barred.contains(&(device.to_owned(), Some(role.to_owned())))
    }

    /// Takes in what was done.
    pub fn take(&mut self, scene: &Scene<'_>) {
        match scene.deed {
            Deed::Effect { command, step, .. } => {
                let outcome = Outcome::of(&step.answer);
                self.effect(scene, command, &outcome);
                for event in &step.events {
                    self.hear(event.name, &event.payload);
                }
            }
            Deed::FilesWritten { command, step, .. } => {
                self.effect(scene, command, &Outcome::of(&step.answer));
            }
            Deed::Answered { who, errand, command: Some(command), target, outcome, .. } => {
                self.answered(scene, (*who, *errand), command, target.as_ref(), outcome);
            }
            _ => {}
        }
    }

    /// A transition took effect.
    fn effect(&mut self, scene: &Scene<'_>, command: &Command, outcome: &Outcome) {
        match command {
            Command::Connect(ask) if outcome.is_good() => {
                let device = &ask.claim.device_id;
                let is_new = !scene.before.0.contains_key(device);
                let code = ask.bootstrap_token.as_ref().map(|token| token.expose().to_owned());
                if let Some(code) = code {
                    let given = self.codes.get(&code).cloned().unwrap_or_default();
                    self.granted.entry(device.clone()).or_default().extend(&given);
                    self.redeemed.entry(code).or_default().insert(device.clone());
                } else if is_new && ask.may_be_silent {
                    self.grant(device, &ask.scopes);
                }
            }
            Command::Approve { request_id, .. } if outcome.is_good() => {
                let stands = || scene.before.1.get(request_id).map(Shown::of);
                let Some(meant) = self.shown.get(request_id).cloned().or_else(stands) else { return };
                self.grant(&meant.device, &meant.scopes);
                self.barred.remove(&(meant.device.clone(), None));
                self.barred.remove(&(meant.device.clone(), Some(meant.role.clone())));
            }
            Command::Remove { device_id, by } if outcome.is_good() => {
                self.take_away(device_id);
                if by.device_id.as_deref() != Some(device_id) {
                    self.barred.insert((device_id.clone(), None));
                }
            }
            Command::Revoke { device_id, role, .. } if outcome.is_good() => {
                self.promised.remove(device_id);
                self.barred.insert((device_id.clone(), Some(role.clone())));
            }
            _ => {}
        }
    }

    fn take_away(&mut self, device: &str) {
        self.promised.remove(device);
        self.granted.remove(device);
    }

    /// Whoever listens hears of it.
    fn hear(&mut self, name: &str, payload: &serde_json::Value) {
        let text = |key: &str| payload.get(key).and_then(serde_json::Value::as_str).unwrap_or_default();
        if name == "device.pair.requested" {
            *self.announced.entry(text("deviceId").to_owned()).or_default() += 1;
        }
    }

    /// Somebody was answered.
    fn answered(
        &mut self,
        scene: &Scene<'_>,
        (who, errand): (usize, Errand),
        command: &Command,
        target: Option<&Shown>,
        outcome: &Outcome,
    ) {
        match (command, outcome) {
            (Command::Connect(ask), Outcome::Refused { request_id: Some(id), .. }) => {
                self.ask(&ask.claim.device_id, &ask.role, &ask.scopes, id, scene.steady_ms);
            }
            (Command::List, Outcome::Listed(list)) => {
                for shown in list {
                    self.show(shown);
                }
            }
            (Command::Approve { request_id, .. }, Outcome::Done { .. }) => {
                let first = self.decided.insert(request_id.clone(), Decision::Approved).is_none();
                *self.approvals.entry(request_id.clone()).or_default() += 1;
                self.vain.remove(&who);
                if let Some(meant) =
                    target.filter(|meant| first && !self.is_barred(&meant.device, &meant.role))
                {
                    self.promised.entry(meant.device.clone()).or_default().extend(&Scopes::of(&meant.scopes));
                }
            }
            (Command::Approve { request_id, .. }, Outcome::Refused { .. }) if errand == Errand::Act => {
                if self.must_live(request_id, scene.steady_ms) {
                    *self.vain.entry(who).or_default() += 1;
                }
            }
            (Command::Reject { request_id }, Outcome::Done { .. }) => {
                self.decided.insert(request_id.clone(), Decision::Rejected);
            }
            _ => {}
        }
    }
}

impl std::fmt::Display for Decision {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Approved => "approved",
            Self::Rejected => "rejected",
        })
    }
}
