//! A connection that may change pairings.
//!
//! On OpenClaw 2026.4.12 the approver's own connect can replace the very request that it came to
//! approve: its key is the key of the whole machine. Where that would happen, a key is used that
//! lives for one command, in memory only; its first contact on loopback is let in silently, and it
//! is removed afterwards.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};

use crate::cli::error::tell;
use crate::cli::reach::Ground;
use crate::gateway::client::approval::{covers, granted};
use crate::gateway::client::connect::Persona;
use crate::gateway::client::fault::Fault;
use crate::gateway::client::key::DeviceKey;
use crate::gateway::scope;
use crate::io::client::{Link, scratch_key};

/// So long may the removal of the scratch device take.
const REMOVAL: Duration = Duration::from_secs(5);

/// A connection with the six scopes.
pub(super) struct Admin<'a> {
    ground: &'a Ground,
    pub(super) link: Option<Link>,
    scratch: Option<Arc<DeviceKey>>,
}

/// Whether connecting as this device would be refused, and spoil a request that waits.
pub(super) fn would_spoil(ground: &Ground) -> bool {
    let Some((both, is_ours)) = ground.pairing() else { return false };
    let is_short = |scopes: Vec<String>| !scope::OPERATOR.iter().all(|scope| covers(&scopes, scope));
    !is_ours && granted(&both, &ground.device_id()).is_some_and(is_short)
}

impl<'a> Admin<'a> {
    /// Connects as this device, or with a scratch key where that would spoil what waits there.
    pub(super) async fn open(ground: &'a Ground) -> Result<Self, Fault> {
        if would_spoil(ground) {
            return Self::open_scratch(ground).await;
        }
        match ground.open(&Persona::cli()).await {
            Ok((link, _)) => Ok(Self { ground, link: Some(link), scratch: None }),
            Err(fault)
                if fault.is_pairing() && ground.endpoint.is_own() && ground.credentials.has_shared() =>
            {
                // Where a scratch key is not let in either, the first refusal says more.
                Self::open_scratch(ground).await.map_err(|_| fault)
            }
            Err(fault) => Err(fault),
        }
    }

    /// Connects with a key that lives only in memory.
    pub(super) async fn open_scratch(ground: &'a Ground) -> Result<Self, Fault> {
        let key = scratch_key().map_err(|error| Fault::Unreachable(error.to_string()))?;
        let key = Arc::new(key);
        let opened = ground.open_as(&Persona::cli(), &key, &ground.credentials).await;
        let mut admin = Self { ground, link: None, scratch: Some(key) };
        match opened {
            Ok((link, _)) => {
                admin.link = Some(link);
                Ok(admin)
            }
            // It may have been let in although we never heard of it.
            Err(fault @ (Fault::Silent(..) | Fault::Closed(..))) => {
                admin.finish().await;
                Err(fault)
            }
            Err(fault) => Err(fault),
        }
    }

    /// Whether a device is the scratch one.
    pub(super) fn is_scratch(&self, device: &str) -> bool {
        self.scratch.as_ref().is_some_and(|key| key.device_id() == device)
    }

    /// Asks and waits for the answer.
    pub(super) async fn call(&mut self, method: &str, params: Value) -> Result<Value, Fault> {
        match &mut self.link {
            Some(link) => link.call(method, Some(params), self.ground.patience).await,
            None => Err(Fault::Closed(1006, String::new())),
        }
    }

    /// Leaves, and removes the scratch device if there is one.
    pub(super) async fn finish(mut self) {
        let Some(key) = self.scratch.take() else {
            if let Some(link) = self.link.take() {
                link.close().await;
            }
            return;
        };
        let removal = remove(self.ground, self.link.take(), &key);
        let is_removed = tokio::time::timeout(REMOVAL, removal).await.unwrap_or(false);
        if !is_removed {
            let id = key.device_id();
            tell(format_args!("warning: the scratch device {id} may still be paired"));
            tell(format_args!("  its key is gone with this process; remove it: provoke devices remove {id}"));
        }
    }
}

/// Removes the scratch device, over the open connection or a new one.
async fn remove(ground: &Ground, link: Option<Link>, key: &Arc<DeviceKey>) -> bool {
    let params = Some(json!({"deviceId": key.device_id()}));
    if let Some(mut link) = link {
        let removed = link.call("device.pair.remove", params.clone(), REMOVAL).await;
        if settles(&removed) {
            link.close().await;
            return true;
        }
    }
    match ground.open_as(&Persona::cli(), key, &ground.credentials).await {
        Ok((mut link, _)) => {
            let removed = link.call("device.pair.remove", params, REMOVAL).await;
            link.close().await;
            settles(&removed)
        }
        // Nothing of it is left.
        Err(fault) => fault.is_pairing(),
    }
}

fn settles(removed: &Result<Value, Fault>) -> bool {
    match removed {
        Ok(_) => true,
        // The gateway closes the sockets of a removed device, perhaps before it answers.
        Err(Fault::Closed(4001, _)) => true,
        Err(Fault::Denied(denial)) => denial.message == "unknown deviceId",
        Err(_) => false,
    }
}
