//! The identity of this device on disk: `identity/device.json` and `identity/device-auth.json`,
//! which OpenClaw's own command line shares.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::Value;

use crate::gateway::client::key::{self, DeviceKey, KeptToken};
use crate::io::files;
use crate::io::fresh::{random, wall_ms};
use crate::problem::Problem;

/// The key of this device, and the tokens that gateways gave to it.
#[derive(Debug, Clone)]
pub struct Identity {
    folder: PathBuf,
    key: Arc<DeviceKey>,
}

impl Identity {
    /// Reads the identity in a state folder, or makes one.
    ///
    /// # Errors
    /// The file is broken, or cannot be read or made. It is never replaced.
    pub fn open(state: &Path) -> Result<Self, Problem> {
        let file = device_file(state);
        let told = |error: &io::Error| {
            Problem::new(format!("{}: {error}", file.display()))
                .hint("OPENCLAW_STATE_DIR names the state folder; it must be writable")
        };
        let text = match files::read_plain(&file) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let new = random().map(|seed| DeviceKey::from_seed(&seed)).map_err(|error| told(&error))?;
                files::create_private(&file, new.to_file(wall_ms()).as_bytes())
                    .map_err(|error| told(&error))?;
                // Somebody else may have made it in the same instant: what lies there counts.
                files::read_plain(&file).map_err(|error| told(&error))?
            }
            Err(error) => return Err(told(&error)),
        };
        Self::of(state, &text).map_err(|problem| {
            let hint = "move it aside to get a new identity; that one must then be paired anew";
            problem.in_file(&file.to_string_lossy()).hint(hint)
        })
    }

    /// The identity in a state folder, where there is one that can be used.
    #[must_use]
    pub fn find(state: &Path) -> Option<Self> {
        Self::of(state, &files::read_plain(&device_file(state)).ok()?).ok()
    }

    fn of(state: &Path, text: &[u8]) -> Result<Self, Problem> {
        let key = DeviceKey::read(&String::from_utf8_lossy(text))?;
        Ok(Self { folder: state.join("identity"), key: Arc::new(key) })
    }

    /// The key.
    #[must_use]
    pub fn key(&self) -> Arc<DeviceKey> {
        Arc::clone(&self.key)
    }

    /// The token that a gateway once gave to this device for a role.
    #[must_use]
    pub fn token(&self, role: &str) -> Option<KeptToken> {
        key::kept_token(&self.tokens()?, &self.key.device_id(), role)
    }

    /// Keeps a token, or (`None`) forgets it.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn keep(&self, role: &str, token: Option<&KeptToken>) -> io::Result<()> {
        let old = self.tokens();
        let id = self.key.device_id();
        if old.as_deref().and_then(|text| key::kept_token(text, &id, role)).as_ref() == token {
            return Ok(());
        }
        let text = key::keeping(old.as_deref(), &id, role, token, wall_ms());
        files::write_private(&self.folder.join("device-auth.json"), text.as_bytes())
    }

    fn tokens(&self) -> Option<String> {
        let bytes = files::read_plain(&self.folder.join("device-auth.json")).ok()?;
        String::from_utf8(bytes.to_vec()).ok()
    }
}

fn device_file(state: &Path) -> PathBuf {
    state.join("identity").join("device.json")
}

/// The pairing files of a gateway whose state folder this is, as `{pending, paired}` without
/// tokens; `None` where there are none. `true` beside them: the gateway is ours.
#[must_use]
pub fn local_pairing(state: &Path) -> Option<(Value, bool)> {
    let read = |name: &str| -> Option<Value> {
        serde_json::from_slice(&files::read_plain(&state.join("devices").join(name)).ok()?).ok()
    };
    let list = |value: Option<Value>| -> Vec<Value> {
        match value {
            Some(Value::Object(map)) => map.into_iter().map(|(_, entry)| without_secrets(entry)).collect(),
            _ => Vec::new(),
        }
    };
    let paired = read("paired.json")?;
    let is_ours = state.join("devices").join("provoke.json").exists();
    let both = serde_json::json!({"pending": list(read("pending.json")), "paired": list(Some(paired))});
    Some((both, is_ours))
}

/// A record as `device.pair.list` shows it.
fn without_secrets(mut record: Value) -> Value {
    if let Some(fields) = record.as_object_mut() {
        fields.shift_remove("approvedScopes");
        if let Some(Value::Object(tokens)) = fields.get_mut("tokens").map(Value::take) {
            let shown = tokens.into_iter().map(|(_, mut token)| {
                if let Some(fields) = token.as_object_mut() {
                    fields.shift_remove("token");
                }
                token
            });
            fields.insert("tokens".to_owned(), shown.collect());
        }
    }
    record
}
