//! The first state of a race.

use std::sync::Arc;

use crate::config::Secret;
use crate::gateway::fresh::Fresh;
use crate::gateway::pairing::{Bootstrap, Profile, hash_of};
use crate::scenario::race::{Ask, Race};

use super::super::facts::Facts;
use super::super::ledger::Ledger;
use super::super::number;
use super::command::connect;
use super::outcome::{Outcome, Shown};
use super::runner::Runner;
use super::{Clocks, START_MS, Setting, World};

/// How long before a race its devices were paired, in milliseconds.
const BEFORE_MS: u64 = 86_400_000;

/// Why a race cannot begin under a policy.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unready {
    /// The policy knows nothing of what the race is about.
    #[error("bootstrap tokens are not modelled under this policy")]
    NoBootstraps,
    /// The start is not what the gateway makes of it.
    #[error("the start cannot be made: {0}")]
    Start(String),
}

impl<L: Ledger> World<L> {
    /// The first state. What stands at the beginning comes about as it does in life: by connects.
    ///
    /// # Errors
    /// Where the policy cannot bring it about.
    pub fn first<'a>(race: &'a Race) -> Result<(Setting<'a>, Self), Unready> {
        let mut setting = Setting::of(race);
        let mut truth = L::empty(&race.start, setting.has_files());
        for (at, paired) in race.start.devices.iter().enumerate() {
            let ask = Ask {
                role: paired.role.clone(),
                scopes: paired.scopes.clone(),
                ..Ask::of(&paired.device, &[])
            };
            let step = truth.transact(START_MS - BEFORE_MS, fresh(255, at, 0), &connect(&ask, None));
            let outcome = Outcome::of(&step.answer);
            if !outcome.is_good() {
                let why = match outcome {
                    Outcome::Refused { message, .. } => message,
                    _ => "no answer came".to_owned(),
                };
                return Err(Unready::Start(format!("{} is not let in: {why}", paired.device)));
            }
        }
        for code in &race.start.bootstraps {
            let token = Bootstrap {
                token: Secret::new(code.name.as_str()),
                profile: Profile { roles: code.roles.clone(), scopes: code.scopes.clone() },
                redeemed: Profile::default(),
                device_id: None,
                public_key: None,
                issued_at_ms: START_MS,
                ts_ms: START_MS,
                last_used_at_ms: None,
            };
            if !truth.hand_out(hash_of(&code.name), token) {
                return Err(Unready::NoBootstraps);
            }
        }
        for (at, standing) in race.start.requests.iter().enumerate() {
            let step = truth.transact(START_MS, fresh(254, at, 0), &connect(&standing.ask, None));
            let Outcome::Refused { request_id: Some(id), .. } = Outcome::of(&step.answer) else {
                return Err(Unready::Start(format!("{} does not stand as a request", standing.name)));
            };
            let Some(ask) = truth.requests().get(&id) else {
                return Err(Unready::Start(format!("{} is gone", standing.name)));
            };
            let shown = Shown::of(ask);
            setting.named.push((standing.name.clone(), shown));
        }
        let facts = Facts::of_start(&race.start, &setting.named, START_MS);
        let mut runners: Vec<Runner<L>> = race.actors.iter().map(|_| Runner::new()).collect();
        for (runner, actor) in runners.iter_mut().zip(&race.actors) {
            if !actor.listens() {
                runner.knows.shown = setting.named.iter().rev().map(|(_, shown)| shown.clone()).collect();
            }
        }
        let world = Self {
            truth: Arc::new(truth),
            clocks: Clocks { wall_ms: START_MS, steady_ms: START_MS },
            busy: vec![None; race.start.gateways],
            runners,
            facts: Arc::new(facts),
            broken: 0,
        };
        Ok((setting, world))
    }
}

/// Chance that is told apart by who moves, and the same in every order.
pub(super) fn fresh(who: usize, at: usize, part: u8) -> Fresh {
    let mut bytes = [0; 32];
    for (half, mark) in [(0, 1), (16, 2)] {
        bytes[half] = number(who);
        bytes[half + 1] = u8::try_from(at).unwrap_or(u8::MAX);
        bytes[half + 2] = part;
        bytes[half + 3] = mark;
    }
    Fresh(bytes)
}
