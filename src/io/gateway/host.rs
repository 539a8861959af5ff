//! What the gateway tells of the machine it runs on.

use std::net::{Ipv4Addr, UdpSocket};

use crate::gateway::settings::Host;

/// An address of a documentation network: nothing is sent there, the system only says by which of
/// its own addresses it would be reached.
const FAR_AWAY: (Ipv4Addr, u16) = (Ipv4Addr::new(192, 0, 2, 1), 9);

/// What is known of this machine. The gateway's own identity is not its affair.
#[must_use]
pub fn host() -> Host {
    let (name, platform, family) = system();
    let model = match std::env::consts::ARCH {
        "x86_64" => "x64",
        "aarch64" => "arm64",
        other => other,
    };
    let ip = address().unwrap_or_else(|| Ipv4Addr::LOCALHOST.to_string());
    Host { name, ip, platform, family, model: model.to_owned(), ..Host::default() }
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
