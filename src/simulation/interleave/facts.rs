//! What has been shown, granted and promised so far. Invariants are judged against it.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::gateway::pairing::{Claim, Command, REQUEST_LIFE_MS, REQUEST_TTL_MS};
use crate::gateway::scope;
use crate::gateway::settings::LocalUpgrade;
use crate::scenario::race::Start;

use super::deed::Deed;
use super::invariant::Scene;
use super::scopes::Scopes;
use super::world::{End, Errand, Outcome, Shown};

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

/// What a device asked.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Wish {
    /// Who.
    pub device: String,
    /// As what.
    pub role: String,
    /// On which platform, as far as case and spaces do not matter: a record pins it.
    pub platform: String,
    /// For what.
    pub scopes: Scopes,
}

impl Wish {
    /// What a connect asks.
    #[must_use]
    pub fn of(claim: &Claim, role: &str, list: &[String]) -> Self {
        Self {
            device: claim.device_id.clone(),
            role: role.to_owned(),
            platform: claim.platform.trim().to_ascii_lowercase(),
            scopes: Scopes::of(list),
        }
    }
}

/// What has been shown, granted and promised so far.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Facts {
    /// Whether the owner lets the shared secret, on the gateway's own machine, make up for a grant.
    pub secret_suffices: bool,
    /// The scopes that somebody with the right to do so gave each device.
    pub granted: BTreeMap<String, Scopes>,
    /// The approvals that were reported as done and that nobody has taken back: their scopes by device.
    pub promised: BTreeMap<String, Scopes>,
    /// What each id was first shown to stand for.
    pub shown: BTreeMap<String, Shown>,
    /// How requests ended, as somebody was told.
    pub decided: BTreeMap<String, Decision>,
    /// How a transition ended requests, whether or not anybody was told.
    pub settled: BTreeMap<String, Decision>,
    /// When each request was asked.
    pub asked: BTreeMap<String, Asked>,
    /// The id that the last ask for each thing was answered with.
    pub ids: BTreeMap<Wish, String>,
    /// What was taken away, and not approved since: device and role, or all roles.
    pub barred: BTreeSet<(String, Option<String>)>,
    /// Devices of which the files say something that can be read in two ways: they may be let in, and need
    /// not be.
    pub pardoned: BTreeSet<String>,
    /// The requests that an actor approved in vain, one after the other, each as it had been shown.
    pub vain: BTreeMap<usize, BTreeSet<String>>,
    /// What those who approve by the device were shown first, as long as they are at it.
    pub agreed: BTreeMap<usize, Shown>,
    /// The id under which each wish was announced last to those who listen.
    pub announced: BTreeMap<Wish, String>,
    /// How often a wish of a device was announced anew although nobody had decided it and its time was
    /// not over.
    pub undue: BTreeMap<String, u8>,
    /// The hashes of device tokens that were replaced, revoked or removed with their record.
    pub dead: BTreeSet<String>,
    /// What bootstrap tokens give, by their names.
    pub codes: BTreeMap<String, Scopes>,
    /// The devices that a bootstrap token let in.
    pub redeemed: BTreeMap<String, BTreeSet<String>>,
}

impl Facts {
    /// What is known when a race begins: `named` are the requests that stand then, as the race lists them.
    #[must_use]
    pub fn of_start(start: &Start, named: &[(String, Shown)], steady_ms: u64) -> Self {
        let secret_suffices = start.local_upgrade == LocalUpgrade::Connection;
        let mut facts = Self { secret_suffices, ..Self::default() };
        for paired in &start.devices {
            facts.grant(&paired.device, &paired.scopes);
        }
        for code in &start.bootstraps {
            facts.codes.insert(code.name.clone(), Scopes::of(&code.scopes));
        }
        for (standing, (_, shown)) in start.requests.iter().zip(named) {
            let ask = &standing.ask;
            let claim =
                Claim { device_id: ask.device.clone(), platform: ask.platform.clone(), ..Claim::default() };
            facts.ask(Wish::of(&claim, &ask.role, &ask.scopes), &shown.id, steady_ms);
            facts.show(shown);
        }
        facts
    }

    /// Somebody gave a device these scopes.
    pub fn grant(&mut self, device: &str, list: &[String]) {
        self.granted.entry(device.to_owned()).or_default().extend(&Scopes::of(list));
    }

    /// A request was shown to somebody who may decide.
    pub fn show(&mut self, shown: &Shown) {
        self.shown.entry(shown.id.clone()).or_insert_with(|| shown.clone());
    }

    /// What an approval of a request by this actor means: what it was shown to stand for, and of that, where
    /// it goes by the device, what was shown first.
    #[must_use]
    pub fn meant(&self, who: usize, request: &Shown) -> Shown {
        let mut meant = self.shown.get(&request.id).unwrap_or(request).clone();
        if let Some(agreed) = self.agreed.get(&who) {
            let is_same = agreed.role == meant.role;
            meant.scopes.retain(|asked| is_same && scope::allows(&agreed.role, &agreed.scopes, &[asked]));
        }
        meant
    }

    /// A device asked, and this request stands for it.
    pub fn ask(&mut self, wish: Wish, id: &str, steady_ms: u64) {
        self.ask_again(id, steady_ms);
        self.announced.insert(wish.clone(), id.to_owned());
        self.ids.insert(wish, id.to_owned());
    }

    fn ask_again(&mut self, id: &str, steady_ms: u64) {
        let asked = Asked { first_ms: steady_ms, last_ms: steady_ms };
        self.asked.entry(id.to_owned()).or_insert(asked).last_ms = steady_ms;
    }

    /// Whether a request must still be there: nobody decided it, and it is not too old.
    #[must_use]
    pub fn must_live(&self, id: &str, steady_ms: u64) -> bool {
        !self.decided.contains_key(id) && !self.settled.contains_key(id) && self.is_young(id, steady_ms)
    }

    /// Whether the time of a request may not be over.
    #[must_use]
    pub fn is_young(&self, id: &str, steady_ms: u64) -> bool {
        self.asked.get(id).is_none_or(|asked| asked.must_live(steady_ms))
    }

    /// Whether a device may not act in a role until somebody approves it.
    #[must_use]
    pub fn is_barred(&self, device: &str, role: &str) -> bool {
        self.barred.contains(&(device.to_owned(), None))
            || self.barred.contains(&(device.to_owned(), Some(role.to_owned())))
    }

    /// Takes in what was done.
    pub fn take(&mut self, scene: &Scene<'_>) {
        self.bury_tokens(scene);
        match scene.deed {
            Deed::Effect { who, command, step, .. } => {
                let outcome = Outcome::of(&step.answer);
                for event in &step.events {
                    self.hear(event.name, &event.payload, scene.steady_ms);
                }
                self.effect(scene, *who, command, &outcome);
            }
            // No tool rejects in the files: there a request that is gone is half of an approval.
            Deed::FilesWritten { who, command, step } if !matches!(command, Command::Reject { .. }) => {
                self.effect(scene, *who, command, &Outcome::of(&step.answer));
            }
            Deed::Answered { command: Some(Command::Reject { .. }), past: true, .. } => {}
            Deed::Answered { who, errand, command: Some(command), target, outcome, past } => {
                self.answered(scene, (*who, *errand, *past), command, target.as_ref(), outcome);
            }
            Deed::Agreed { who, shown } => drop(self.agreed.insert(*who, shown.clone())),
            Deed::Ended { who, end } => self.ended(*who, end, scene.steady_ms),
            _ => {}
        }
    }

    /// Somebody who approved by the device has come to the end of it.
    fn ended(&mut self, who: usize, end: &End, steady_ms: u64) {
        let Some(agreed) = self.agreed.remove(&who) else { return };
        let is_vain = matches!(end, End::Beyond(..) | End::Tired);
        let granted = self.granted.get(&agreed.device);
        let has = granted.is_some_and(|granted| Scopes::of(&agreed.scopes).is_subset(granted));
        if is_vain && !has && self.must_live(&agreed.id, steady_ms) {
            self.vain.entry(who).or_default().insert(agreed.id);
        }
    }

    /// A transition took effect.
    fn effect(&mut self, scene: &Scene<'_>, who: usize, command: &Command, outcome: &Outcome) {
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
            Command::Connect(ask) => {
                if let Outcome::Refused { request_id: Some(id), .. } = outcome {
                    self.ask_again(id, scene.steady_ms);
                    self.ids.insert(Wish::of(&ask.claim, &ask.role, &ask.scopes), id.clone());
                }
            }
            Command::Reject { request_id } if outcome.is_good() => {
                self.settled.entry(request_id.clone()).or_insert(Decision::Rejected);
            }
            Command::Approve { request_id, .. } if outcome.is_good() => {
                let is_first = !self.settled.contains_key(request_id);
                self.settled.entry(request_id.clone()).or_insert(Decision::Approved);
                let stands = || scene.before.1.get(request_id).map(Shown::of);
                let Some(meant) = self.shown.get(request_id).cloned().or_else(stands) else { return };
                let meant = self.meant(who, &meant);
                self.grant(&meant.device, &meant.scopes);
                // Whoever writes the files may give what was decided before. But that is no approval of a
                // request, and nobody need keep it.
                if !is_first {
                    self.pardoned.insert(meant.device);
                    return;
                }
                if matches!(scene.deed, Deed::FilesWritten { .. }) {
                    self.promise(&meant);
                }
                self.barred.remove(&(meant.device.clone(), None));
                self.barred.remove(&(meant.device.clone(), Some(meant.role.clone())));
            }
            Command::Remove { device_id, by } if outcome.is_good() => {
                self.promised.remove(device_id);
                if by.device_id.is_none() {
                    // A record that is gone from the files may have been removed, or not been there yet for
                    // whoever wrote them: it may come back, and need not.
                    self.barred.insert((device_id.clone(), None));
                    self.pardoned.insert(device_id.clone());
                    return;
                }
                self.granted.remove(device_id);
                self.pardoned.remove(device_id);
                if by.device_id.as_deref() != Some(device_id) {
                    self.barred.insert((device_id.clone(), None));
                }
            }
            Command::Revoke { device_id, role, .. } if outcome.is_good() => {
                self.pardoned.remove(device_id);
                self.promised.remove(device_id);
                self.barred.insert((device_id.clone(), Some(role.clone())));
            }
            _ => {}
        }
    }

    /// Whoever listens hears of it.
    fn hear(&mut self, name: &str, payload: &Value, steady_ms: u64) {
        let Some(shown) = Shown::of_json(payload).filter(|_| name == "device.pair.requested") else {
            return;
        };
        let platform = payload.get("platform").and_then(Value::as_str).unwrap_or_default();
        let claim = Claim { device_id: shown.device, platform: platform.to_owned(), ..Claim::default() };
        let wish = Wish::of(&claim, &shown.role, &shown.scopes);
        let old = self.announced.get(&wish).filter(|old| **old != shown.id);
        if old.is_some_and(|old| self.must_live(old, steady_ms)) {
            let undue = self.undue.entry(wish.device.clone()).or_default();
            *undue = undue.saturating_add(1);
        }
        self.announced.insert(wish, shown.id);
    }

    /// An approval was reported as done.
    fn promise(&mut self, meant: &Shown) {
        self.promised.entry(meant.device.clone()).or_default().extend(&Scopes::of(&meant.scopes));
    }

    /// The tokens that are good for nothing from now on.
    fn bury_tokens(&mut self, scene: &Scene<'_>) {
        for (id, old) in scene.before.0 {
            for (role, token) in &old.tokens {
                let new = scene.after.0.get(id).and_then(|new| new.tokens.get(role));
                let lives = new.is_some_and(|new| new.hash == token.hash && new.revoked_at_ms.is_none());
                if !lives && !self.dead.contains(&token.hash) {
                    self.dead.insert(token.hash.clone());
                }
            }
        }
    }

    /// Somebody was answered.
    fn answered(
        &mut self,
        scene: &Scene<'_>,
        (who, errand, past): (usize, Errand, bool),
        command: &Command,
        target: Option<&Shown>,
        outcome: &Outcome,
    ) {
        match (command, outcome) {
            (Command::List, Outcome::Listed(list)) => {
                for shown in list {
                    self.show(shown);
                }
            }
            (Command::Approve { request_id, .. }, Outcome::Done { .. }) => {
                // The files wait for nobody, so what they say of an approval binds nobody else.
                let first = !past && self.decided.insert(request_id.clone(), Decision::Approved).is_none();
                self.vain.remove(&who);
                // Between the deed and the answer somebody else may have taken it back.
                let stands = |meant: &&Shown| {
                    let granted = self.granted.get(&meant.device);
                    first
                        && self.settled.get(request_id) != Some(&Decision::Rejected)
                        && !self.is_barred(&meant.device, &meant.role)
                        && granted.is_some_and(|granted| Scopes::of(&meant.scopes).is_subset(granted))
                };
                if let Some(meant) = target.filter(stands) {
                    self.promise(meant);
                }
            }
            (Command::Approve { request_id, .. }, Outcome::Refused { .. })
                if errand == Errand::Act
                    // By the device it may come to a good end yet.
                    && !self.agreed.contains_key(&who)
                    && self.must_live(request_id, scene.steady_ms) =>
            {
                self.vain.entry(who).or_default().insert(request_id.clone());
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
