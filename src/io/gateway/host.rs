//! What the gateway tells of the machine it runs on.

use std::net::{Ipv4Addr, UdpSocket};
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::Value;

use crate::gateway::settings::Host;
use crate::io::files;

/// An address of a documentation network: nothing is sent there, the system only says by which of
/// its own addresses it would be reached.
const FAR_AWAY: (Ipv4Addr, u16) = (Ipv4Addr::new(192, 0, 2, 1), 9);

/// An Ed25519 public key at the end of its SPKI form, in bytes.
const KEY: usize = 32;

/// What is known of this machine; the gateway's own identity from the state folder, if it has one.
#[must_use]
pub fn host(state_dir: &Path) -> Host {
    let (name, platform, family) = system();
    let (device_id, public_key) = identity(state_dir).unwrap_or_default();
    let model = match std::env::consts::ARCH {
        "x86_64" => "x64",
        "aarch64" => "arm64",
        other => other,
    };
    let ip = address().unwrap_or_else(|| Ipv4Addr::LOCALHOST.to_string());
    Host { name, ip, platform, family, model: model.to_owned(), device_id, public_key }
}

#[cfg(unix)]
fn system() -> (String, String, String) {
    let uname = rustix::system::uname();
    let family = uname.sysname().to_string_lossy().into_owned();
    let platform = format!("{} {}", family.to_ascii_lowercase(), uname.release().to_string_lossy());
    (uname.nodename().to_string_lossy().into_owned(), platform, family)
}

#[cfg(not(unix))]
fn system() -> (String, String, String) {
    let os = std::env::consts::OS.to_owned();
    ("localhost".to_owned(), os.clone(), os)
}

fn address() -> Option<String> {
    let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).ok()?;
    socket.connect(FAR_AWAY).ok()?;
    Some(socket.local_addr().ok()?.ip().to_string())
}

/// The id and the key in `identity/device.json`.
fn identity(state_dir: &Path) -> Option<(String, String)> {
    let bytes = files::read_plain(&state_dir.join("identity/device.json")).ok()?;
    let file: Value = serde_json::from_slice(&bytes).ok()?;
    let pem: String =
        file["publicKeyPem"].as_str()?.lines().filter(|line| !line.starts_with("-----")).collect();
    let key = STANDARD.decode(pem.trim()).ok()?;
    let key = key.get(key.len().checked_sub(KEY)?..)?;
    Some((file["deviceId"].as_str()?.to_owned(), URL_SAFE_NO_PAD.encode(key)))
}
