//! From a race file to a race, with every problem in its place.

mod acts;

use std::time::Duration;

use serde_saphyr::Spanned;

use super::schema::{Connect, File, LocalUpgradeWord, Ordered, ProofWord, RoleWord, ViaWord};
use super::{
    ACTORS_MAX, ACTS_MAX, Actor, Ask, Breaks, Code, GATEWAYS_MAX, Paired, Proof, Race, Standing, Start, Via,
};
use crate::gateway::scope::{ROLE_NODE, ROLE_OPERATOR};
use crate::gateway::settings::LocalUpgrade;
use crate::problem::{Problem, nearest};
use crate::scenario::compile::place;
use crate::scenario::read::Source;

/// Devices, requests or bootstrap tokens at the start at most, of each.
pub const START_MAX: usize = 64;
/// Bytes of a name at most.
pub const NAME_MAX: usize = 64;
/// Moves of an order that a file names at most.
pub const ORDER_MAX: usize = 8 * ACTORS_MAX * ACTS_MAX;
/// The longest wait, and the longest step of the clock, in milliseconds: a year.
pub const TIME_MAX_MS: u64 = 366 * 86_400_000;

/// The device of whoever has a connection open already: no other may be called so.
pub const RESERVED: &str = "admin";

/// The names that a race file may use and that are made elsewhere.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Known {
    /// The policies.
    pub policies: Vec<&'static str>,
    /// The invariants.
    pub invariants: Vec<&'static str>,
}

/// Whole milliseconds.
pub(super) fn millis(span: Duration) -> u64 {
    u64::try_from(span.saturating_add(Duration::from_micros(500)).as_millis()).unwrap_or(u64::MAX)
}

/// Compiles a race.
///
/// # Errors
/// Every problem found, each in its place.
pub fn compile(file: &File, source: &Source, known: &Known) -> Result<Race, Vec<Problem>> {
    let mut compiler =
        Compiler { file, source, known, gateways: 1, devices: Vec::new(), problems: Vec::new() };
    let race = compiler.race();
    if compiler.problems.is_empty() { Ok(race) } else { Err(compiler.problems) }
}

struct Compiler<'a> {
    file: &'a File,
    source: &'a Source,
    known: &'a Known,
    gateways: usize,
    /// Every device that is paired at the start or connects.
    devices: Vec<String>,
    problems: Vec<Problem>,
}

impl Compiler<'_> {
    fn problem<T>(&mut self, at: &Spanned<T>, problem: Problem) {
        self.problems.push(problem.at(place(self.source, at)));
    }

    fn race(&mut self) -> Race {
        let file = self.file;
        let start = self.start();
        self.devices = start.devices.iter().map(|paired| paired.device.clone()).collect();
        self.devices.extend(start.requests.iter().map(|standing| standing.ask.device.clone()));
        self.devices.extend(self.askers());
        let actors = self.actors();
        Race {
            id: file.id.value.clone(),
            title: file.title.clone(),
            about: file.about.clone().unwrap_or_default(),
            tags: file.tags.clone(),
            file: self.source.file.clone(),
            source: file.source.clone(),
            start,
            actors,
            breaks: self.breaks(),
            order: self.order(),
        }
    }

    fn start(&mut self) -> Start {
        let start = &self.file.start;
        self.gateways = start.gateways.as_ref().map_or(1, |gateways| gateways.value);
        if let Some(gateways) =
            start.gateways.as_ref().filter(|_| !(1..=GATEWAYS_MAX).contains(&self.gateways))
        {
            self.problem(gateways, Problem::new(format!("a race has 1 to {GATEWAYS_MAX} gateway processes")));
        }
        let mut devices = Vec::new();
        for (name, grants) in self.few(&start.devices) {
            self.device(name, grants);
            for grant in &grants.value.0 {
                let paired =
                    Paired { device: name.clone(), role: role(grant.role), scopes: grant.scopes.0.clone() };
                if devices.iter().any(|known: &Paired| known.device == *name && known.role == paired.role) {
                    let message = format!("`{name}` is paired as {} twice", paired.role);
                    self.problem(grants, Problem::new(message).hint("one entry holds all scopes of a role"));
                }
                devices.push(paired);
            }
        }
        let mut requests = Vec::new();
        for (name, request) in self.few(&start.requests) {
            self.name(name, request);
            if let Some(times) = &request.value.times {
                self.problem(
                    times,
                    Problem::new("a request stands once").hint("`times` belongs to a connect"),
                );
            }
            requests.push(Standing { name: name.clone(), ask: self.ask(&request.value) });
        }
        let mut bootstraps = Vec::new();
        for (name, code) in self.few(&start.bootstraps) {
            self.name(name, code);
            let roles = code.value.roles.iter().map(|known| role(*known)).collect();
            bootstraps.push(Code { name: name.clone(), roles, scopes: code.value.scopes.0.clone() });
        }
        let local_upgrade = match start.local_upgrade {
            LocalUpgradeWord::Ask => LocalUpgrade::Ask,
            LocalUpgradeWord::Connection => LocalUpgrade::Connection,
        };
        Start { local_upgrade, devices, requests, bootstraps, gateways: self.gateways }
    }

    /// The entries of a part of the start, unless there are too many.
    fn few<'b, T>(&mut self, entries: &'b Ordered<T>) -> &'b [(String, Spanned<T>)] {
        if let Some((_, one)) = entries.0.get(START_MAX) {
            self.problem(one, Problem::new(format!("a race begins with {START_MAX} of these at most")));
            return &entries.0[..START_MAX];
        }
        &entries.0
    }

    /// A name that people read in pictures.
    fn name<T>(&mut self, name: &str, at: &Spanned<T>) {
        let good = name.starts_with(|c: char| c.is_ascii_alphanumeric())
            && name.len() <= NAME_MAX
            && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-'));
        if !good {
            let problem = Problem::new(format!("`{}` is no name", name.escape_debug()));
            self.problem(
                at,
                problem.hint(format!("names are letters, digits, `.`, `_`, `-`, {NAME_MAX} at most")),
            );
        }
    }

    /// A name of a device.
    fn device<T>(&mut self, name: &str, at: &Spanned<T>) {
        self.name(name, at);
        if name == RESERVED {
            let problem =
                Problem::new(format!("`{RESERVED}` is the device of whoever has an open connection"));
            self.problem(at, problem.hint("call this one otherwise"));
        }
    }

    fn ask(&mut self, connect: &Connect) -> Ask {
        self.device(&connect.device.value, &connect.device);
        if let Some(client) = connect.client.as_ref().filter(|client| client.value.matches('/').count() != 1)
        {
            self.problem(
                client,
                Problem::new("a client is an id and a mode")
                    .hint("such as `cli/cli` or `gateway-client/backend`"),
            );
        }
        let proof = match &connect.proof {
            ProofWord::Shared => Proof::Shared,
            ProofWord::Device => Proof::Device,
            ProofWord::Bootstrap(name) => {
                self.one_of("bootstrap token", name, &names(&self.file.start.bootstraps));
                Proof::Bootstrap(name.value.clone())
            }
        };
        let usual = Ask::of(&connect.device.value, &[]);
        Ask {
            role: role(connect.role),
            scopes: connect.scopes.0.clone(),
            proof,
            client: connect
                .client
                .as_ref()
                .map_or_else(|| usual.client.clone(), |client| client.value.clone()),
            platform: connect.platform.clone().unwrap_or_else(|| usual.platform.clone()),
            local: connect.local,
            signed: connect.signed,
            ..usual
        }
    }

    /// Whether a name is one of those that are known; else what was meant.
    fn one_of(&mut self, what: &str, name: &Spanned<String>, known: &[&str]) {
        let word = name.value.as_str();
        if known.contains(&word) {
            return;
        }
        let problem = Problem::new(format!("no {what} is called `{}`", word.escape_debug()));
        let problem = match nearest(word, known.iter().copied()) {
            Some(near) => problem.hint(format!("did you mean `{near}`?")),
            None if known.is_empty() => problem.hint(format!("this race has no {what}")),
            None => problem.hint(format!("known here: {}", known.join(", "))),
        };
        self.problem(name, problem);
    }

    fn actors(&mut self) -> Vec<Actor> {
        let actors = &self.file.actors;
        if !(1..=ACTORS_MAX).contains(&actors.value.0.len()) {
            self.problem(actors, Problem::new(format!("a race has 1 to {ACTORS_MAX} actors")));
        }
        let mut compiled = Vec::new();
        for (name, actor) in actors.value.0.iter().take(ACTORS_MAX) {
            self.name(name, actor);
            let how = &actor.value.0;
            let via = match &how.via {
                ViaWord::Socket => Via::Socket,
                ViaWord::Files => Via::Files,
                ViaWord::Cli(device) => {
                    self.device(&device.value, device);
                    Via::Cli(device.value.clone())
                }
            };
            let gateway = how.gateway.as_ref().map_or(0, |gateway| gateway.value);
            if let Some(place) = &how.gateway {
                self.gateway(place);
            }
            let acts = self.acts(actor, &via);
            compiled.push(Actor { name: name.clone(), via, gateway, acts });
        }
        compiled
    }

    /// The place of a gateway process.
    fn gateway(&mut self, at: &Spanned<usize>) {
        if at.value >= self.gateways {
            let message = format!("there is no gateway {}: this race has {}", at.value, self.gateways);
            self.problem(
                at,
                Problem::new(message).hint("they count from 0; `start.gateways` says how many there are"),
            );
        }
    }

    fn breaks(&mut self) -> Vec<Breaks> {
        let mut compiled: Vec<Breaks> = Vec::new();
        for (policy, invariants) in &self.file.breaks.0 {
            let name = Spanned::new(policy.clone(), invariants.referenced, invariants.defined);
            self.one_of("policy", &name, &self.known.policies);
            for invariant in &invariants.value {
                self.one_of("invariant", invariant, &self.known.invariants);
            }
            let invariants = invariants.value.iter().map(|invariant| invariant.value.clone()).collect();
            compiled.push(Breaks { policy: policy.clone(), invariants });
        }
        compiled
    }

    fn order(&mut self) -> Option<Vec<usize>> {
        let order = self.file.order.as_ref()?;
        if let Some(one) = order.get(ORDER_MAX) {
            self.problem(one, Problem::new(format!("an order has {ORDER_MAX} moves at most")));
        }
        let actors = names(&self.file.actors.value);
        let mut compiled = Vec::new();
        for name in order.iter().take(ORDER_MAX) {
            match actors.iter().position(|actor| *actor == name.value) {
                Some(place) => compiled.push(place),
                None => self.one_of("actor", name, &actors),
            }
        }
        Some(compiled)
    }
}

/// The names of entries.
fn names<T>(entries: &Ordered<T>) -> Vec<&str> {
    entries.0.iter().map(|(name, _)| name.as_str()).collect()
}

fn role(word: RoleWord) -> String {
    match word {
        RoleWord::Operator => ROLE_OPERATOR.to_owned(),
        RoleWord::Node => ROLE_NODE.to_owned(),
    }
}
