//! `provoke.json`: the whole book, of which OpenClaw's files are the face. It holds no token of ours,
//! only hashes and epochs.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::super::book::{Book, Bootstrap, Device, PairRequest, Tombstone};
use super::super::token::hash_of;
use super::rows::{BootstrapRow, DeviceRow, RequestRow, TombstoneRow};
use super::{AtRest, SIDECAR, Unreadable};

/// The version of the format.
pub const SIDECAR_VERSION: u32 = 1;

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Sidecar {
    version: u32,
    token_at_rest: AtRestRow,
    epoch_floor: u64,
    wary: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    base_ms: Option<i64>,
    epochs: BTreeMap<String, BTreeMap<String, u64>>,
    tombstones: BTreeMap<String, TombstoneRow>,
    requests: Vec<RequestRow>,
    devices: BTreeMap<String, DeviceRow>,
    bootstraps: Vec<BootstrapRow>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum AtRestRow {
    Hash,
    Plain,
}

impl Book {
    /// The text of `provoke.json`; `at_rest` says how the face beside it shows tokens.
    #[must_use]
    pub fn to_sidecar(&self, at_rest: AtRest) -> String {
        let sidecar = Sidecar {
            version: SIDECAR_VERSION,
            token_at_rest: match at_rest {
                AtRest::Hash => AtRestRow::Hash,
                AtRest::Plain => AtRestRow::Plain,
            },
            epoch_floor: self.epoch_floor,
            wary: self.wary,
            base_ms: self.base_ms,
            epochs: self.epochs.clone(),
            tombstones: self.tombstones.iter().map(|(id, row)| (id.clone(), row.into())).collect(),
            requests: self.requests.values().map(Into::into).collect(),
            devices: self.devices.iter().map(|(id, row)| (id.clone(), row.into())).collect(),
            bootstraps: self.bootstraps.values().map(Into::into).collect(),
        };
        serde_json::to_string_pretty(&sidecar).expect("rows of text and numbers are JSON")
    }

    /// Reads `provoke.json`.
    ///
    /// # Errors
    /// Where it is not what [`Book::to_sidecar`] writes, or of a later version.
    pub fn from_sidecar(bytes: &[u8]) -> Result<(Self, AtRest), Unreadable> {
        let wrong = |place: String, what: String| Unreadable { file: SIDECAR, place, what };
        let sidecar: Sidecar = serde_json::from_slice(bytes).map_err(|error| {
            // The parser's words may quote a token.
            let what = match error.classify() {
                serde_json::error::Category::Eof => "the JSON ends too early",
                serde_json::error::Category::Data => "a field is missing, unknown or of another kind",
                _ => "this is no JSON",
            };
            wrong(format!(":{}:{}", error.line(), error.column()), what.to_owned())
        })?;
        if sidecar.version != SIDECAR_VERSION {
            let what = format!("version {} is not known, only {SIDECAR_VERSION}", sidecar.version);
            return Err(wrong(" at /version".to_owned(), what));
        }
        let requests = sidecar.requests.into_iter().map(PairRequest::from);
        let bootstraps = sidecar.bootstraps.into_iter().map(Bootstrap::from);
        let book = Self {
            devices: sidecar.devices.into_iter().map(|(id, row)| (id, Device::from(row))).collect(),
            requests: requests.map(|ask| (ask.request_id.clone(), ask)).collect(),
            tombstones: sidecar.tombstones.into_iter().map(|(id, row)| (id, Tombstone::from(row))).collect(),
            bootstraps: bootstraps.map(|known| (hash_of(known.token.expose().trim()), known)).collect(),
            epochs: sidecar.epochs,
            epoch_floor: sidecar.epoch_floor,
            wary: sidecar.wary,
            base_ms: sidecar.base_ms,
        };
        let at_rest = match sidecar.token_at_rest {
            AtRestRow::Hash => AtRest::Hash,
            AtRestRow::Plain => AtRest::Plain,
        };
        Ok((book, at_rest))
    }
}
