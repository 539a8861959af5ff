//! The devices of a race, and how its start comes about.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::Value;

use super::answer::{of_connect, step};
use super::{Admin, Site, Trouble};
use crate::config::Secret;
use crate::gateway::client::connect::{Credentials, Persona};
use crate::gateway::client::key::DeviceKey;
use crate::gateway::pairing::Answer;
use crate::gateway::scope::ROLE_OPERATOR;
use crate::scenario::race::{Act, Ask, Proof, Race, Via};
use crate::simulation::interleave::deed::Deed;
use crate::simulation::interleave::live::{named, translated};
use crate::simulation::interleave::world::{Errand, Outcome, Shown, connect};

/// The devices of a race.
#[derive(Debug)]
pub(super) struct Cast {
    keys: BTreeMap<String, Arc<DeviceKey>>,
    names: BTreeMap<String, String>,
}

/// A start that has come about.
pub(super) struct Begun {
    pub(super) named: Vec<(String, Shown)>,
    pub(super) deeds: Vec<Deed>,
}

impl Cast {
    /// A new key for every device that a race speaks of.
    pub(super) fn new(admin: &mut Admin, race: &Race) -> Result<Self, Trouble> {
        let mut devices: BTreeSet<&String> = BTreeSet::new();
        devices.extend(race.start.devices.iter().map(|paired| &paired.device));
        devices.extend(race.start.requests.iter().map(|standing| &standing.ask.device));
        for actor in &race.actors {
            if let Via::Cli(device) = &actor.via {
                devices.insert(device);
            }
            devices.extend(actor.acts.iter().filter_map(|act| match act {
                Act::Connect(ask) => Some(&ask.device),
                _ => act.device(),
            }));
        }
        let mut cast = Self { keys: BTreeMap::new(), names: BTreeMap::new() };
        for device in devices {
            let key = admin.make()?;
            for role in race.actors.iter().flat_map(|actor| &actor.acts).filter_map(|act| taken(act, device))
            {
                admin.may_take(key.device_id(), role);
            }
            cast.names.insert(key.device_id(), device.clone());
            cast.keys.insert(device.clone(), key);
        }
        Ok(cast)
    }

    /// The id of a device.
    pub(super) fn id(&self, device: &str) -> String {
        self.keys.get(device).map(|key| key.device_id()).unwrap_or_default()
    }

    /// The ids of all.
    pub(super) fn ids(&self) -> BTreeSet<String> {
        self.names.keys().cloned().collect()
    }

    /// A list as the race would write it.
    pub(super) fn list(&self, list: &Value) -> Value {
        translated(list, &self.names)
    }

    /// The payload of an event about a device of the race, as the race would write it.
    pub(super) fn payload(&self, payload: &Value) -> Option<Value> {
        let id = payload["deviceId"].as_str()?;
        self.names.contains_key(id).then(|| named(payload, &self.names))
    }

    /// Connects as an act says, and hangs up. The answer, and the code with which it was closed.
    pub(super) async fn connect(
        &self,
        site: &Site,
        ask: &Ask,
        token: Option<&str>,
    ) -> Result<(Answer, Option<u16>), Trouble> {
        let (id, mode) = ask.client.split_once('/').unwrap_or((&ask.client, ""));
        let persona = Persona {
            role: ask.role.clone().into(),
            platform: Some(ask.platform.clone()),
            forged: !ask.signed,
            ..Persona::of(id.to_owned().into(), mode.to_owned().into(), ask.scopes.clone())
        };
        let credentials = match ask.proof {
            Proof::Shared => site.credentials.clone(),
            _ => Credentials { device_token: token.map(Secret::new), ..Credentials::default() },
        };
        let key =
            self.keys.get(&ask.device).ok_or_else(|| Trouble::Start(format!("no key of {}", ask.device)))?;
        let opened = match site.open(persona, key, credentials).await {
            Ok((link, hello)) => {
                link.close().await;
                Ok(hello)
            }
            Err(fault) => Err(fault),
        };
        of_connect(&opened)
    }

    /// The connect of the command line, whose connection is kept where it is let in.
    pub(super) async fn door(
        &self,
        site: &Site,
        device: &str,
    ) -> Result<(Option<crate::io::client::Link>, Answer, Option<u16>), Trouble> {
        let key = self.keys.get(device).ok_or_else(|| Trouble::Start(format!("no key of {device}")))?;
        let opened = site.open(Persona::cli(), key, site.credentials.clone()).await;
        let (link, hello) = match opened {
            Ok((link, hello)) => (Some(link), Ok(hello)),
            Err(fault) => (None, Err(fault)),
        };
        let (answer, closed) = of_connect(&hello)?;
        Ok((link, answer, closed))
    }

    /// Brings about what stands before the first act, as it comes about in life: by connects. The
    /// requests that stand then, by their names, and what was done for it.
    pub(super) async fn begin(&self, admin: &mut Admin, race: &Race) -> Result<Begun, Trouble> {
        let site = admin.site.clone();
        let mut deeds = Vec::new();
        for paired in &race.start.devices {
            let ask = Ask {
                role: paired.role.clone(),
                scopes: paired.scopes.clone(),
                ..Ask::of(&paired.device, &[])
            };
            let (answer, _) = self.connect(&site, &ask, None).await?;
            if let Answer::Refused(refusal) = &answer {
                return Err(Trouble::Start(format!("{} is not let in: {}", paired.device, refusal.message)));
            }
            let command = connect(&ask, None);
            deeds.push(Deed::Effect { who: 0, errand: Errand::Act, command, step: step(answer) });
        }
        let mut named = Vec::new();
        for standing in &race.start.requests {
            let (answer, _) = self.connect(&site, &standing.ask, None).await?;
            let Outcome::Refused { request_id: Some(id), .. } = Outcome::of(&answer) else {
                return Err(Trouble::Start(format!("{} does not stand as a request", standing.name)));
            };
            admin.asked(&id);
            let list = self.list(&admin.list().await?);
            let entries = list["pending"].as_array().into_iter().flatten();
            let shown = entries.filter_map(Shown::of_json).find(|shown| shown.id == id);
            let shown = shown.ok_or_else(|| Trouble::Start(format!("{} is not listed", standing.name)))?;
            named.push((standing.name.clone(), shown));
        }
        admin.heard();
        Ok(Begun { named, deeds })
    }
}

/// In which role an act takes something from a device.
fn taken<'a>(act: &'a Act, name: &str) -> Option<&'a str> {
    match act {
        Act::Remove(device) if device == name => Some(ROLE_OPERATOR),
        Act::Revoke { device, role } if device == name => Some(role),
        _ => None,
    }
}
