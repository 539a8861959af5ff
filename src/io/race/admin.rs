//! The one who looks on, and who clears up.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};

use super::files::Files;
use super::{Site, Trouble};
use crate::gateway::client::connect::Persona;
use crate::gateway::client::fault::Fault;
use crate::gateway::client::key::DeviceKey;
use crate::gateway::scope;
use crate::gateway::settings::LocalUpgrade;
use crate::io::client::{Link, scratch_key};
use crate::verdict::race::live::Cleared;

/// So long may one answer take while everything is cleared up.
const CLEARING: Duration = Duration::from_secs(5);
/// How often what was made is looked for: a connect that was given up may still get through.
const ROUNDS_MAX: usize = 4;
/// What a gateway of ours says of a method that it does not have.
const MARK_OF_OURS: &str = "is not supported by provoke";

/// What is on the other end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The version that it claims.
    pub version: String,
    /// Whether it is a gateway of ours, and what the shared secret is good for there.
    pub ours: Option<LocalUpgrade>,
}

/// A device with the six scopes, and all that was made at the gateway.
#[derive(Debug)]
pub struct Admin {
    pub(super) site: Site,
    pub(super) key: Arc<DeviceKey>,
    link: Option<Link>,
    version: String,
    /// Whether it is a gateway of ours.
    is_ours: bool,
    /// The devices that may be there, by their ids.
    made: BTreeMap<String, Arc<DeviceKey>>,
    /// Those of them that the race itself may take away or revoke, and in which role.
    taken: BTreeSet<(String, String)>,
    /// Requests of theirs that were heard of: one that its grant covers by now is not listed.
    asked: BTreeSet<String>,
    /// All devices that were made.
    ever: BTreeSet<String>,
}

impl Admin {
    /// Connects with a new key, which is let in silently or not at all.
    ///
    /// # Errors
    /// It is not let in; then nothing of ours is left, but perhaps a request that nobody will approve.
    pub async fn open(site: Site) -> Result<Self, Trouble> {
        let key = Arc::new(scratch_key().map_err(Trouble::Files)?);
        let opened = site.open(Persona::cli(), &key, site.credentials.clone()).await;
        let ever = BTreeSet::from([key.device_id()]);
        let mut admin = Self {
            site,
            key,
            link: None,
            version: String::new(),
            is_ours: false,
            made: BTreeMap::new(),
            taken: BTreeSet::new(),
            asked: BTreeSet::new(),
            ever,
        };
        match opened {
            Ok((link, hello)) => {
                admin.version = hello.version.unwrap_or_else(|| "unknown".to_owned());
                admin.link = Some(link);
                Ok(admin)
            }
            Err(fault) if fault.is_pairing() => Err(Trouble::NotSilent(fault)),
            // It may have been let in although we never heard of it.
            Err(fault @ (Fault::Silent(..) | Fault::Closed(..))) => {
                admin.finish().await;
                Err(Trouble::Gateway(fault))
            }
            Err(fault) => Err(Trouble::Gateway(fault)),
        }
    }

    /// A key that lives in memory alone; whatever it leaves at the gateway will be cleared.
    pub(super) fn make(&mut self) -> Result<Arc<DeviceKey>, Trouble> {
        let key = Arc::new(scratch_key().map_err(Trouble::Files)?);
        self.made.insert(key.device_id(), Arc::clone(&key));
        self.ever.insert(key.device_id());
        Ok(key)
    }

    /// The race itself may take this device away, or revoke it in a role.
    pub(super) fn may_take(&mut self, device_id: String, role: &str) {
        self.taken.insert((device_id, role.to_owned()));
    }

    /// A request of a device that was made here.
    pub(super) fn asked(&mut self, request_id: &str) {
        self.asked.insert(request_id.to_owned());
    }

    /// Another connection of the same device.
    pub(super) async fn second(&self) -> Result<Link, Trouble> {
        let opened = self.site.open(Persona::cli(), &self.key, self.site.credentials.clone()).await;
        opened.map(|(link, _)| link).map_err(Trouble::Gateway)
    }

    /// Asks and waits for the answer; a connection that is lost is made anew.
    async fn call(&mut self, method: &str, params: Value) -> Result<Value, Fault> {
        let patience = self.site.patience;
        if let Some(link) = &mut self.link {
            match link.call(method, Some(params.clone()), patience).await {
                Err(Fault::Closed(..) | Fault::Silent(..)) => self.link = None,
                answer => return answer,
            }
        }
        let opened = self.site.open(Persona::cli(), &self.key, self.site.credentials.clone()).await;
        let (link, _) = opened?;
        self.link.insert(link).call(method, Some(params), patience).await
    }

    /// What the gateway lists, all of it.
    pub(super) async fn list(&mut self) -> Result<Value, Trouble> {
        self.call("device.pair.list", json!({})).await.map_err(Trouble::Gateway)
    }

    /// The events that have come since they were last looked at.
    pub(super) fn heard(&mut self) -> Vec<(String, Value)> {
        self.link.as_mut().map(Link::heard).unwrap_or_default()
    }

    /// Finds out what is on the other end, by asking what only ours does not know, and by a device that
    /// asks for more than it has.
    ///
    /// # Errors
    /// The gateway does not answer.
    pub async fn look(&mut self) -> Result<Found, Trouble> {
        let version = self.version.clone();
        let is_ours = match self.call("wizard.status", json!({"sessionId": "none"})).await {
            Err(Fault::Denied(denial)) => denial.message.contains(MARK_OF_OURS),
            Ok(_) => false,
            Err(fault) => return Err(Trouble::Gateway(fault)),
        };
        self.is_ours = is_ours;
        if !is_ours {
            return Ok(Found { version, ours: None });
        }
        let upgrade = self.canary().await;
        self.clear().await?;
        Ok(Found { version, ours: Some(upgrade?) })
    }

    async fn canary(&mut self) -> Result<LocalUpgrade, Trouble> {
        let key = self.make()?;
        let mut found = LocalUpgrade::Connection;
        for wanted in [scope::READ, scope::APPROVALS] {
            let persona = Persona::of("cli".into(), "cli".into(), vec![wanted.to_owned()]);
            match self.site.open(persona, &key, self.site.credentials.clone()).await {
                Ok((link, _)) => link.close().await,
                Err(fault) if fault.is_pairing() && wanted == scope::APPROVALS => found = LocalUpgrade::Ask,
                Err(fault) if fault.is_pairing() => return Err(Trouble::NotSilent(fault)),
                Err(fault) => return Err(Trouble::Gateway(fault)),
            }
        }
        Ok(found)
    }

    /// Takes away whatever was made since the last time.
    ///
    /// # Errors
    /// The gateway does not answer, or keeps what it should not.
    pub(super) async fn clear(&mut self) -> Result<(), Trouble> {
        let patience = std::mem::replace(&mut self.site.patience, CLEARING);
        let cleared = self.clear_within().await;
        self.site.patience = patience;
        cleared
    }

    async fn clear_within(&mut self) -> Result<(), Trouble> {
        // Before their devices go: what is over by now is refused, and that is well.
        for id in std::mem::take(&mut self.asked) {
            if let Err(fault @ (Fault::Closed(..) | Fault::Silent(..) | Fault::Unreachable(_))) =
                self.call("device.pair.reject", json!({"requestId": id})).await
            {
                self.asked.insert(id);
                return Err(Trouble::Gateway(fault));
            }
        }
        if self.is_ours {
            self.send_off().await?;
        }
        let mut left = Vec::new();
        for _ in 0..ROUNDS_MAX {
            let list = self.list().await?;
            left = leavings(&list, &self.made);
            if left.is_empty() {
                self.made.clear();
                self.taken.clear();
                self.heard();
                return Ok(());
            }
            for (method, params) in &left {
                // What cannot be taken away is seen in the next round.
                let _ = self.call(method, params.clone()).await;
            }
        }
        Err(Trouble::Start(format!("{} things of ours are not to be removed", left.len())))
    }

    /// Lets every device of ours take itself away. Whoever is taken away by another leaves a tombstone at a
    /// gateway of ours, and too many of those end its silent first contacts; whoever leaves by itself
    /// leaves none. What does not go this way is taken away in the next.
    async fn send_off(&mut self) -> Result<(), Trouble> {
        let list = self.list().await?;
        let paired = list["paired"].as_array().into_iter().flatten();
        let mut ids: BTreeSet<String> =
            paired.filter_map(|entry| entry["deviceId"].as_str().map(str::to_owned)).collect();
        // What is left of a revocation goes with the next approval of that role.
        for (id, role) in std::mem::take(&mut self.taken) {
            if let Some(key) = self.made.get(&id).map(Arc::clone)
                && role != scope::ROLE_OPERATOR
                && let Some(link) = self.let_in(&key, &role, &[]).await
            {
                link.close().await;
            }
            ids.insert(id);
        }
        for id in ids {
            let Some(key) = self.made.get(&id).map(Arc::clone) else { continue };
            if let Some(mut link) = self.let_in(&key, scope::ROLE_OPERATOR, &[scope::PAIRING]).await {
                let params = json!({"deviceId": id});
                let _ = link.call("device.pair.remove", Some(params), self.site.patience).await;
                link.close().await;
            }
        }
        Ok(())
    }

    /// Connects as a device, and approves what it asks where it is not let in.
    async fn let_in(&mut self, key: &Arc<DeviceKey>, role: &str, scopes: &[&str]) -> Option<Link> {
        for _ in 0..2 {
            let scopes = scopes.iter().map(|&scope| scope.to_owned()).collect();
            let persona = Persona::of("cli".into(), "cli".into(), scopes);
            let persona = Persona { role: role.to_owned().into(), ..persona };
            match self.site.open(persona, key, self.site.credentials.clone()).await {
                Ok((link, _)) => return Some(link),
                Err(fault) => {
                    let id = fault.denial().and_then(|denial| denial.details["requestId"].as_str())?;
                    let _ = self.call("device.pair.approve", json!({"requestId": id})).await;
                }
            }
        }
        None
    }

    /// Takes away everything, this device last, and says whether anything is left.
    pub async fn finish(mut self) -> Cleared {
        self.site.patience = CLEARING;
        let all: BTreeSet<String> = self.made.keys().cloned().chain([self.key.device_id()]).collect();
        let ever = std::mem::take(&mut self.ever);
        let names = |ids: &BTreeSet<String>| ids.iter().map(|id| format!("device {id}")).collect::<Vec<_>>();
        if let Err(trouble) = self.clear().await {
            let left = names(&all);
            let _ = self.leave().await;
            return Cleared::Left(left, trouble.to_string());
        }
        if let Err(words) = self.leave().await {
            return Cleared::Left(vec![format!("device {}", self.key.device_id())], words);
        }
        match self.site.state.as_deref().map(|state| Files::of(state).left(&ever)) {
            Some(Ok(left)) if !left.is_empty() => Cleared::Left(left, "they stand in its files".to_owned()),
            _ => Cleared::All(ever.len()),
        }
    }

    /// Removes itself.
    async fn leave(&mut self) -> Result<(), String> {
        let id = self.key.device_id();
        match self.call("device.pair.remove", json!({"deviceId": id})).await {
            // The gateway closes the sockets of a removed device, perhaps before it answers.
            Ok(_) | Err(Fault::Closed(4001, _)) => {}
            Err(Fault::Denied(denial)) if denial.message == "unknown deviceId" => {}
            // A connection that was lost meant a new one, which is not let in any more, or anew.
            Err(fault) => return Err(fault.headline()),
        }
        if let Some(link) = self.link.take() {
            link.close().await;
        }
        Ok(())
    }
}

/// What takes away each thing of these devices that a gateway lists.
fn leavings(list: &Value, ids: &BTreeMap<String, Arc<DeviceKey>>) -> Vec<(&'static str, Value)> {
    let of_ours = |name: &str, field: &str| -> BTreeSet<String> {
        let entries = list[name].as_array().into_iter().flatten();
        let entries =
            entries.filter(|entry| entry["deviceId"].as_str().is_some_and(|id| ids.contains_key(id)));
        entries.filter_map(|entry| entry[field].as_str().map(str::to_owned)).collect()
    };
    let requests = of_ours("pending", "requestId").into_iter();
    let devices = of_ours("paired", "deviceId").into_iter();
    let rejections = requests.map(|id| ("device.pair.reject", json!({"requestId": id})));
    let removals = devices.map(|id| ("device.pair.remove", json!({"deviceId": id})));
    rejections.chain(removals).collect()
}
