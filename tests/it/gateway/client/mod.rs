//! The commands that talk to a gateway, against a scripted one on real sockets.
#![expect(clippy::disallowed_methods, reason = "these tests run a program on files and sockets")]
#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod follow;
mod in_files;
mod machines;
mod race;
mod stub;
mod verbs;

use std::path::Path;
use std::process::{Command, Stdio};

use provoke::gateway::client::key::DeviceKey;

/// The shared token of the scripted gateways.
const TOKEN: &str = "canary-shared-token-of-the-stub";

/// The key of the device that the commands run on.
fn own_key() -> DeviceKey {
    DeviceKey::from_seed(&[7; 32])
}

/// Our binary in a folder of its own, on the gateway at a port; the folder has an identity.
fn provoke(folder: &Path, port: u16) -> Command {
    let state = folder.join("state");
    std::fs::create_dir_all(state.join("identity")).unwrap();
    std::fs::write(state.join("identity/device.json"), own_key().to_file(1)).unwrap();
    let config = serde_json::json!({
        "gateway": {"port": port, "auth": {"mode": "token", "token": TOKEN}},
        "logging": {"file": state.join("gateway.log")},
        "models": {"providers": {"lab": {"apiKey": "canary-of-a-provider"}}},
    });
    std::fs::write(folder.join("openclaw.json"), config.to_string()).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_provoke"));
    command.current_dir(folder).env_clear().env("HOME", folder).stdin(Stdio::null());
    command.env("OPENCLAW_STATE_DIR", state).env("OPENCLAW_CONFIG_PATH", folder.join("openclaw.json"));
    command
}
