//! What is seen of a unit, in words that do not depend on keys, ids and the hour.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::super::deed::Deed;
use super::super::judge::Broken;
use super::super::world::{End, Errand, Outcome};
use crate::gateway::pairing::{Answer, Command};
use crate::gateway::scope;
use crate::scenario::race::{Act, Race, Via, Which};

/// Scopes with what they imply.
type Scopes = BTreeSet<String>;

/// Names for request ids: r1, r2, … as they come up.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Labels(Vec<String>);

impl Labels {
    /// The name of an id.
    pub fn of(&mut self, id: &str) -> String {
        let place = self.0.iter().position(|known| known == id).unwrap_or_else(|| {
            self.0.push(id.to_owned());
            self.0.len() - 1
        });
        format!("r{}", place + 1)
    }
}

/// What is seen of one unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// Whose.
    pub who: usize,
    /// What it does.
    pub act: String,
    /// The answer.
    pub words: String,
    /// What the gateway lists afterwards.
    pub state: State,
    /// What it breaks, for the first time.
    pub broken: Vec<Broken>,
}

impl Seen {
    /// How two differ; `None`: they agree.
    #[must_use]
    pub fn differs(&self, other: &Self) -> Option<(String, String)> {
        if self.words != other.words {
            return Some((self.words.clone(), other.words.clone()));
        }
        self.state.differs(&other.state)
    }
}

/// What a gateway lists of a race's devices and their requests.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct State {
    /// The grant of each device, and what its tokens are good for; a token that was revoked: `None`.
    pub paired: BTreeMap<String, (Scopes, BTreeMap<String, Option<Scopes>>)>,
    /// Device, role and scopes of each request, by its name.
    pub pending: BTreeMap<String, (String, String, Scopes)>,
}

impl State {
    /// Of the payload of `device.pair.list`, its devices already by name.
    #[must_use]
    pub fn of(list: &Value, labels: &mut Labels) -> Self {
        let text = |value: &Value, name: &str| value[name].as_str().unwrap_or_default().to_owned();
        let set =
            |value: &Value| -> Scopes { scope::normalise(&strings(&value["scopes"])).into_iter().collect() };
        let entries = |name: &str| list[name].as_array().cloned().unwrap_or_default();
        let mut state = Self::default();
        for device in entries("paired") {
            let mut tokens = BTreeMap::new();
            for token in device["tokens"].as_array().into_iter().flatten() {
                let is_live = token["revokedAtMs"].as_u64().unwrap_or_default() == 0;
                tokens.insert(text(token, "role"), is_live.then(|| set(token)));
            }
            state.paired.insert(text(&device, "deviceId"), (set(&device), tokens));
        }
        // The oldest first, so that names come up in the order in which requests were made.
        for request in entries("pending").iter().rev() {
            let label = labels.of(&text(request, "requestId"));
            state.pending.insert(label, (text(request, "deviceId"), text(request, "role"), set(request)));
        }
        state
    }

    /// How two differ; `None`: they agree.
    #[must_use]
    pub fn differs(&self, other: &Self) -> Option<(String, String)> {
        let names: BTreeSet<&String> = self.paired.keys().chain(other.paired.keys()).collect();
        for name in names {
            let (one, two) = (self.paired.get(name), other.paired.get(name));
            if one != two {
                return Some((device_words(name, one), device_words(name, two)));
            }
        }
        let labels: BTreeSet<&String> = self.pending.keys().chain(other.pending.keys()).collect();
        for label in labels {
            let (one, two) = (self.pending.get(label), other.pending.get(label));
            if one != two {
                return Some((request_words(label, one), request_words(label, two)));
            }
        }
        None
    }

    /// In one line.
    #[must_use]
    pub fn words(&self) -> String {
        let devices = self.paired.iter().map(|(name, device)| device_words(name, Some(device)));
        let requests = self.pending.iter().map(|(label, request)| request_words(label, Some(request)));
        let all: Vec<String> = devices.chain(requests).collect();
        if all.is_empty() { "nothing is listed".to_owned() } else { all.join("; ") }
    }
}

type DeviceState = (Scopes, BTreeMap<String, Option<Scopes>>);

fn device_words(name: &str, device: Option<&DeviceState>) -> String {
    let Some((scopes, tokens)) = device else { return format!("{name} is not paired") };
    let mut words = format!("{name} has {}", scope_words(scopes));
    for (role, token) in tokens {
        match token {
            Some(good) if good == scopes => {}
            Some(good) => words += &format!(", its {role} token {}", scope_words(good)),
            None => words += &format!(", its {role} token is revoked"),
        }
    }
    if tokens.is_empty() {
        words += " and no token";
    }
    words
}

fn request_words(label: &str, request: Option<&(String, String, Scopes)>) -> String {
    let Some((device, role, scopes)) = request else { return format!("{label} is not listed") };
    let role = if role == scope::ROLE_OPERATOR { "" } else { role };
    let role = if role.is_empty() { String::new() } else { format!(" as {role}") };
    format!("{label}: {device} asks{role} for {}", scope_words(scopes))
}

/// Scopes as people say them: without `operator.`, and without what another one implies.
fn scope_words(scopes: &Scopes) -> String {
    let short: Vec<&str> =
        scopes.iter().map(|scope| scope.strip_prefix("operator.").unwrap_or(scope)).collect();
    match short.len() {
        0 => "nothing".to_owned(),
        6 if scopes.contains(scope::ADMIN) => "all six".to_owned(),
        _ => short.join("+"),
    }
}

/// The texts in a list.
pub(super) fn strings(value: &Value) -> Vec<String> {
    value.as_array().into_iter().flatten().filter_map(|text| text.as_str().map(str::to_owned)).collect()
}

/// What an actor does, as people say it.
#[must_use]
pub fn act_words(race: &Race, who: usize, act: usize, meant: Option<&str>, labels: &mut Labels) -> String {
    let Some(act) = race.actors.get(who).and_then(|actor| actor.acts.get(act)) else {
        return "is done".to_owned();
    };
    let which = |which: &Which, labels: &mut Labels| match (meant, which) {
        (Some(id), _) => labels.of(id),
        (None, Which::Shown) => "what is shown".to_owned(),
        (None, Which::Heard) => "what is heard of".to_owned(),
        (None, Which::Named(name)) => name.clone(),
    };
    let said = match act {
        Act::Connect(ask) => {
            let role =
                if ask.role == scope::ROLE_OPERATOR { String::new() } else { format!(" as {}", ask.role) };
            format!("connect {}{role} for {}", ask.device, scope_words(&ask.scopes.iter().cloned().collect()))
        }
        Act::List => "list".to_owned(),
        Act::Approve(meant) => format!("approve {}", which(meant, labels)),
        Act::ApproveDevice(device) => match meant {
            Some(id) => format!("approve {} of {device}", labels.of(id)),
            None => format!("look what {device} asks"),
        },
        Act::Reject(meant) => format!("reject {}", which(meant, labels)),
        Act::Remove(device) => format!("remove {device}"),
        Act::Rotate { device, role } => format!("rotate {device} {role}"),
        Act::Revoke { device, role } => format!("revoke {device} {role}"),
        Act::Kill(gateway) => format!("kill gateway {gateway}"),
        Act::Wait(ms) => format!("wait {ms} ms"),
        Act::Step(ms) => format!("set the clock by {ms} ms"),
    };
    match &race.actors[who].via {
        Via::Cli(_) if act.is_command() => format!("openclaw devices {said}"),
        Via::Files if act.is_command() => format!("{said} in the files"),
        _ => said,
    }
}

/// An answer in words. `reason`: why a connect was refused.
fn outcome_words(
    (errand, is_connect): (Errand, bool),
    outcome: &Outcome,
    reason: Option<&str>,
    labels: &mut Labels,
) -> String {
    match outcome {
        Outcome::Admitted { token: Some(_) } => "let in".to_owned(),
        Outcome::Admitted { token: None } => "let in, without a device token".to_owned(),
        Outcome::Done { .. } => "done".to_owned(),
        Outcome::Listed(list) if list.is_empty() => "sees no request".to_owned(),
        Outcome::Listed(list) => {
            let names: Vec<String> = list.iter().map(|shown| labels.of(&shown.id)).collect();
            format!("sees {}", names.join(" "))
        }
        Outcome::Refused { pairing: true, request_id, .. } => {
            let how = if errand == Errand::Door { "turned away" } else { "refused" };
            let id = request_id.as_ref().map_or_else(|| "no request".to_owned(), |id| labels.of(id));
            format!("{how}: {} {id}", reason.unwrap_or("pairing required"))
        }
        Outcome::Refused { message, .. } if is_connect && message.starts_with("unauthorized") => {
            "refused: unauthorized".to_owned()
        }
        Outcome::Refused { message, .. } => format!("refused: {message}"),
        Outcome::Nothing => "there is nothing to mean".to_owned(),
        Outcome::Lost => "no answer".to_owned(),
    }
}

/// Why a connect was refused, as the answer says it.
fn reason_of(answer: &Answer) -> Option<String> {
    let Answer::Refused(refusal) = answer else { return None };
    let reason = refusal.details.as_ref()?.get("reason")?.as_str()?;
    Some(reason.to_owned())
}

/// How approving by the device comes to its end, after its last answer.
const fn end_words(end: &End) -> &'static str {
    match end {
        End::Approved | End::Nothing | End::Failed => "",
        End::Beyond(..) => ", all beyond what was shown: none is approved",
        End::Tired => ", once too often",
    }
}

/// What the last deed of a unit came to.
#[must_use]
pub fn deed_words(deeds: &[Deed], labels: &mut Labels) -> String {
    let (mut words, mut reason) = (String::new(), None);
    for deed in deeds {
        match deed {
            Deed::Effect { step, .. } => reason = reason_of(&step.answer),
            Deed::FilesRead { .. } => words = "reads the files".to_owned(),
            Deed::Answered { errand, command, outcome, .. } => {
                let is_connect = matches!(command, Some(Command::Connect(_)));
                words = outcome_words((*errand, is_connect), outcome, reason.as_deref(), labels);
            }
            Deed::Ended { end, .. } => words += end_words(end),
            Deed::Waited { .. } => words = "waited".to_owned(),
            _ => {}
        }
    }
    words
}

/// The id that a unit's command is about.
pub(super) fn command_of(deeds: &[Deed]) -> Option<String> {
    deeds.iter().find_map(|deed| match deed {
        Deed::Answered { target, .. } => target.as_ref().map(|shown| shown.id.clone()),
        _ => None,
    })
}
