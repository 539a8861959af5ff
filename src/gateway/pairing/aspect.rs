//! What a command may change, small enough to be compared before and after.

use std::collections::BTreeMap;

use super::book::{Book, Bootstrap, Device, PairRequest, Tombstone};
use super::command::Command;

/// The parts of a book that one command may change. A store compares them instead of the whole book,
/// so that a connect costs the same with one device and with ten thousand.
#[derive(Debug, Clone, PartialEq)]
pub struct Aspect {
    device: Option<Device>,
    tombstone: Option<Tombstone>,
    epochs: Option<BTreeMap<String, u64>>,
    requests: Vec<PairRequest>,
    /// When each request was last asked, whoever asked it: those of others end, and are carried over a
    /// step of the wall clock.
    asked: Vec<u64>,
    bootstraps: BTreeMap<String, Bootstrap>,
    epoch_floor: u64,
    wary: bool,
    base_ms: Option<i64>,
}

impl Book {
    /// The device that a command is about.
    #[must_use]
    pub fn subject(&self, command: &Command) -> Option<String> {
        match command {
            Command::Connect(ask) => Some(ask.claim.device_id.clone()),
            Command::Approve { request_id, .. } | Command::Reject { request_id } => {
                self.requests.get(request_id).map(|ask| ask.claim.device_id.clone())
            }
            Command::Remove { device_id, .. }
            | Command::Rotate { device_id, .. }
            | Command::Revoke { device_id, .. } => Some(device_id.trim().to_owned()),
            Command::List | Command::ClockSet(_) => None,
        }
    }

    /// The parts that a command about this device may change.
    #[must_use]
    pub fn aspect(&self, subject: Option<&str>) -> Aspect {
        Aspect {
            device: subject.and_then(|id| self.devices.get(id)).cloned(),
            tombstone: subject.and_then(|id| self.tombstones.get(id)).cloned(),
            epochs: subject.and_then(|id| self.epochs.get(id)).cloned(),
            requests: self
                .requests
                .values()
                .filter(|ask| Some(ask.claim.device_id.as_str()) == subject)
                .cloned()
                .collect(),
            asked: self.requests.values().map(|ask| ask.ts_ms).collect(),
            bootstraps: self.bootstraps.clone(),
            epoch_floor: self.epoch_floor,
            wary: self.wary,
            base_ms: self.base_ms,
        }
    }
}
