//! `devices approve --device`: approves what was shown, by device, inside the gateway's own event.
//!
//! On OpenClaw 2026.4.12 every request of a device replaces the one before it, under a new id and
//! with the scopes of both, so an id that people read is worth nothing a second later. This
//! machine listens to the requests as they are made, and approves one at the moment it appears,
//! if, and only if, it asks for nothing beyond what was shown or allowed.

mod request;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde_json::Value;

pub use request::{Request, beyond, covers, granted, pending};

use super::fault::Fault;
use crate::gateway::scope;
use crate::moment::Moment;

/// The shortest start of a device's id that stands for it.
pub const PREFIX_MIN: usize = 8;
/// Requests of the device that are kept in mind.
const REQUESTS_MAX: usize = 64;
/// Once something is approved, so long is waited for the rest of what is allowed.
const LINGER: Duration = Duration::from_secs(3);

/// What is to be approved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// The device: its id, or the start of it.
    pub device: String,
    /// The scopes that may be granted; `None`: those that are shown first.
    pub scopes: Option<Vec<String>>,
    /// Whether requests that ask for some of it and for more are rejected, so that the gateway
    /// shows the narrow ones again.
    pub narrow: bool,
    /// Whether the device is this one, whose key we hold: then we may ask for it ourselves.
    pub own: bool,
    /// Whether what is shown needs no confirmation.
    pub confirmed: bool,
}

/// What happens.
#[derive(Debug, Clone, PartialEq)]
pub enum Input {
    /// The answer to `device.pair.list`.
    Listed(Value),
    /// The event `device.pair.requested`.
    Requested(Value),
    /// The event `device.pair.resolved`.
    Resolved(Value),
    /// Whether the user agrees with what was shown.
    Confirmed(bool),
    /// The answer to an approval.
    Approved(String, Result<Value, Fault>),
    /// The answer to a rejection.
    Rejected(String, Result<Value, Fault>),
    /// Our own asking came to its end.
    Asked,
    /// A deadline has come.
    Woken,
}

/// What is wanted.
#[derive(Debug, Clone, PartialEq)]
pub enum Output {
    /// Show these requests.
    Show(Vec<Request>),
    /// Ask the user whether they may be approved.
    Confirm,
    /// Nothing of this device waits there; say so.
    Waiting,
    /// Approve a request, now.
    Approve(String),
    /// Reject a request.
    Reject(String),
    /// Ask for these scopes as the device itself, so that the request is there.
    Ask(Vec<String>),
    /// A request was replaced before it could be approved.
    Superseded(String),
    /// A request goes beyond what is allowed, by this.
    Beyond(Request, Vec<String>),
    /// It is over.
    Done(Outcome),
}

/// How it ended.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// Approved: these, and what of the allowed scopes nobody asked for.
    Approved(Vec<Request>, Vec<String>),
    /// Nothing to do: the device has all of it.
    Already(Vec<String>),
    /// The user does not agree.
    Declined,
    /// The last request swallowed the one that was wanted, and asks for more.
    Swallowed(Request, Vec<String>),
    /// Within the time nothing came that may be approved; what came instead.
    TimedOut(Option<Request>),
    /// The gateway refused, or is gone.
    Failed(Fault),
    /// Several devices have an id that starts so.
    Ambiguous(Vec<String>),
}

/// The machine.
#[derive(Debug)]
pub struct Approval {
    wanted: Wanted,
    /// The allowed scopes and roles, once they are known.
    allowed: Option<(Vec<String>, Vec<String>)>,
    granted: Vec<String>,
    live: BTreeMap<String, Request>,
    /// Ids with an answer on its way.
    asked: BTreeSet<String>,
    /// Scope sets that fitted and vanished.
    lost: Vec<Vec<String>>,
    /// Requests beyond what is allowed that were told already, by their scopes.
    told: BTreeSet<BTreeSet<String>>,
    /// Whether the gateway has answered to the list.
    listed: bool,
    /// Whether we are asking ourselves.
    asking: bool,
    /// Whether we have asked ourselves, and it did not help: the gateway merges requests.
    has_asked: bool,
    /// Whether anything was shown yet.
    shown: bool,
    approved: Vec<Request>,
    until: Moment,
    over: bool,
}

impl Approval {
    /// A machine that waits at most `patience` for something to approve.
    #[must_use]
    pub fn new(wanted: Wanted, now: Moment, patience: Duration) -> Self {
        let allowed = wanted.scopes.clone().map(|scopes| (vec![scope::ROLE_OPERATOR.to_owned()], scopes));
        Self {
            wanted,
            allowed,
            granted: Vec::new(),
            live: BTreeMap::new(),
            asked: BTreeSet::new(),
            lost: Vec::new(),
            told: BTreeSet::new(),
            listed: false,
            asking: false,
            has_asked: false,
            shown: false,
            approved: Vec::new(),
            until: now + patience,
            over: false,
        }
    }

    /// When to wake it, if nothing happens.
    #[must_use]
    pub fn deadline(&self) -> Option<Moment> {
        (!self.over).then_some(self.until)
    }

    /// The device that is meant, in full once it is known.
    #[must_use]
    pub fn device(&self) -> &str {
        &self.wanted.device
    }

    /// One step.
    pub fn handle(&mut self, now: Moment, input: Input) -> Vec<Output> {
        if self.over {
            return Vec::new();
        }
        let mut out = Vec::new();
        match input {
            Input::Listed(list) => self.listed(&list, &mut out),
            Input::Requested(entry) => {
                if let Some(request) = Request::read(&entry).filter(|request| self.is_meant(&request.device))
                {
                    self.wanted.device.clone_from(&request.device);
                    self.learn(request, &mut out);
                }
            }
            Input::Resolved(event) => {
                if let Some(id) = event["requestId"].as_str().filter(|id| !self.asked.contains(*id)) {
                    self.live.remove(id);
                }
            }
            Input::Asked => (self.asking, self.has_asked) = (false, true),
            Input::Confirmed(true) => self.wanted.confirmed = true,
            Input::Confirmed(false) => return self.done(out, Outcome::Declined),
            Input::Approved(id, result) => {
                if let Some(outcome) = self.answered(now, &id, result, &mut out) {
                    return self.done(out, outcome);
                }
            }
            Input::Rejected(id, result) => {
                self.asked.remove(&id);
                self.live.remove(&id);
                if let Err(fault) = result
                    && !is_unknown(&fault)
                {
                    return self.done(out, Outcome::Failed(fault));
                }
            }
            Input::Woken if now >= self.until => {
                let outcome = self.ended();
                return self.done(out, outcome);
            }
            Input::Woken => {}
        }
        match self.go_on(&mut out) {
            Some(outcome) => self.done(out, outcome),
            None => out,
        }
    }

    fn is_meant(&self, device: &str) -> bool {
        let given = &self.wanted.device;
        device == given || (given.len() >= PREFIX_MIN && device.starts_with(given.as_str()))
    }

    fn listed(&mut self, list: &Value, out: &mut Vec<Output>) {
        self.listed = true;
        let (pending, empty) = (pending(list), Vec::new());
        let paired = list["paired"].as_array().unwrap_or(&empty);
        let known = paired.iter().filter_map(|device| device["deviceId"].as_str());
        let known = known.chain(pending.iter().map(|request| request.device.as_str()));
        let meant: BTreeSet<String> =
            known.filter(|device| self.is_meant(device)).map(str::to_owned).collect();
        if meant.len() > 1 && !meant.contains(&self.wanted.device) {
            let ambiguous = Outcome::Ambiguous(meant.into_iter().collect());
            self.over = true;
            out.push(Output::Done(ambiguous));
            return;
        }
        if let Some(device) = meant.into_iter().next().filter(|_| self.live.is_empty()) {
            self.wanted.device = device;
        }
        self.granted = granted(list, &self.wanted.device).unwrap_or_default();
        let mine: Vec<Request> =
            pending.into_iter().filter(|request| request.device == self.wanted.device).collect();
        if mine.is_empty() && self.live.is_empty() && self.lacking().is_none_or(|lacking| !lacking.is_empty())
        {
            out.push(Output::Waiting);
        }
        if !mine.is_empty() {
            self.show(&mine, out);
        }
        for request in mine {
            self.live.entry(request.id.clone()).or_insert(request);
        }
    }

    /// What is shown is what is allowed, unless scopes were named.
    fn show(&mut self, requests: &[Request], out: &mut Vec<Output>) {
        self.shown = true;
        out.push(Output::Show(requests.to_vec()));
        if self.allowed.is_some() {
            return;
        }
        let all = |of: fn(&Request) -> &Vec<String>| -> Vec<String> {
            let set: BTreeSet<&String> = requests.iter().flat_map(of).collect();
            set.into_iter().cloned().collect()
        };
        self.allowed = Some((all(|request| &request.roles), all(|request| &request.scopes)));
        if !self.wanted.confirmed {
            out.push(Output::Confirm);
        }
    }

    fn learn(&mut self, request: Request, out: &mut Vec<Output>) {
        if !self.shown {
            self.show(std::slice::from_ref(&request), out);
        }
        if self.live.len() >= REQUESTS_MAX {
            self.live.pop_first();
        }
        self.live.insert(request.id.clone(), request);
    }

    fn answered(
        &mut self,
        now: Moment,
        id: &str,
        result: Result<Value, Fault>,
        out: &mut Vec<Output>,
    ) -> Option<Outcome> {
        self.asked.remove(id);
        let request = self.live.remove(id);
        match (result, request) {
            (Ok(_), Some(request)) => {
                self.granted.extend(request.scopes.iter().cloned());
                self.approved.push(request);
                self.until = self.until.min(now + LINGER);
            }
            (Ok(_), None) => {}
            (Err(fault), request) if is_unknown(&fault) => {
                self.lost.extend(request.map(|request| request.scopes));
                out.push(Output::Superseded(id.to_owned()));
            }
            (Err(fault), _) => return Some(Outcome::Failed(fault)),
        }
        None
    }

    /// Approves what fits; sets the rest aside; sees whether it is over.
    fn go_on(&mut self, out: &mut Vec<Output>) -> Option<Outcome> {
        if self.over {
            return None;
        }
        if !self.wanted.confirmed && self.wanted.scopes.is_none() {
            return None;
        }
        let (roles, scopes) = self.allowed.clone()?;
        for request in self.live.values() {
            if self.asked.contains(&request.id) {
                continue;
            }
            let beyond = request.beyond(&roles, &scopes);
            if beyond.is_empty() {
                out.push(Output::Approve(request.id.clone()));
                self.asked.insert(request.id.clone());
                continue;
            }
            if self.told.insert(request.scopes.iter().cloned().collect()) {
                out.push(Output::Beyond(request.clone(), beyond.clone()));
            }
            let is_mixed = request.scopes.iter().any(|scope| covers(&scopes, scope));
            let is_in_the_way = if self.wanted.own { self.has_asked } else { is_mixed };
            if self.wanted.narrow && is_in_the_way {
                out.push(Output::Reject(request.id.clone()));
                self.asked.insert(request.id.clone());
            } else if self.lost.iter().any(|lost| lost.iter().all(|scope| request.scopes.contains(scope))) {
                return Some(Outcome::Swallowed(request.clone(), beyond));
            }
        }
        if !self.asked.is_empty() {
            return None;
        }
        match self.lacking() {
            Some(lacking) if lacking.is_empty() && self.approved.is_empty() => {
                Some(Outcome::Already(self.granted.clone()))
            }
            Some(lacking) if !lacking.is_empty() => {
                let may_ask = self.wanted.own && self.wanted.narrow && self.listed && !self.asking;
                if may_ask && (self.live.is_empty() || !self.has_asked) {
                    self.asking = true;
                    out.push(Output::Ask(lacking));
                }
                None
            }
            _ => (!self.approved.is_empty()).then(|| self.ended()),
        }
    }

    /// What of the named scopes the device does not have; `None` where none were named.
    fn lacking(&self) -> Option<Vec<String>> {
        let wanted = self.wanted.scopes.as_ref()?;
        Some(wanted.iter().filter(|scope| !covers(&self.granted, scope)).cloned().collect())
    }

    fn ended(&self) -> Outcome {
        if self.approved.is_empty() {
            return Outcome::TimedOut(self.live.values().next_back().cloned());
        }
        Outcome::Approved(self.approved.clone(), self.lacking().unwrap_or_default())
    }

    fn done(&mut self, mut out: Vec<Output>, outcome: Outcome) -> Vec<Output> {
        self.over = true;
        out.push(Output::Done(outcome));
        out
    }
}

fn is_unknown(fault: &Fault) -> bool {
    matches!(fault, Fault::Denied(denial) if denial.message == "unknown requestId")
}
