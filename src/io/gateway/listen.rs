//! Listening on loopback, and how many connections the system lets us hold.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use tokio::net::{TcpListener, TcpSocket};
use tokio::time::sleep;

/// How often a port that is taken is tried again.
const RETRIES: usize = 4;

/// How long between.
const RETRY_AFTER: Duration = Duration::from_millis(500);

/// Connections that may wait to be accepted.
const BACKLOG: u32 = 4096;

/// How often another port is tried where the system chooses one that is free on one address only.
const CHOICES: usize = 16;

/// Descriptors that are kept for files, and for the listeners themselves.
const RESERVED: usize = 128;

/// Connections where the system's limit cannot be read.
const UNKNOWN_MAX: usize = 900;

/// Listens on 127.0.0.1 and, where the system has it, on `::1`, on the same port. A port that
/// is taken is tried again for two seconds: its last owner may be about to let go of it.
///
/// # Errors
/// When the port stays taken, or the system refuses.
pub(super) async fn loopback(port: u16) -> io::Result<Vec<TcpListener>> {
    let mut tries = 0;
    loop {
        match both(port) {
            Err(error) if error.kind() == io::ErrorKind::AddrInUse && tries < RETRIES => {
                tries += 1;
                sleep(RETRY_AFTER).await;
            }
            done => return done,
        }
    }
}

fn both(port: u16) -> io::Result<Vec<TcpListener>> {
    let mut choices = 0;
    loop {
        let four = one(Ipv4Addr::LOCALHOST.into(), port)?;
        let chosen = four.local_addr()?.port();
        match one(Ipv6Addr::LOCALHOST.into(), chosen) {
            Ok(six) => return Ok(vec![four, six]),
            Err(error) if error.kind() == io::ErrorKind::AddrInUse => {
                choices += 1;
                if port != 0 || choices >= CHOICES {
                    return Err(error);
                }
            }
            // A machine without IPv6.
            Err(_) => return Ok(vec![four]),
        }
    }
}

fn one(ip: IpAddr, port: u16) -> io::Result<TcpListener> {
    let socket = if ip.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    // A port whose last connections are not quite gone is free.
    #[cfg(unix)]
    socket.set_reuseaddr(true)?;
    socket.bind(SocketAddr::new(ip, port))?;
    socket.listen(BACKLOG)
}

/// Raises the limit on descriptors as far as the system lets us; how many connections that allows.
#[cfg(unix)]
pub(super) fn connections_max() -> usize {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit { current: limit.maximum, maximum: limit.maximum };
    let current = match setrlimit(Resource::Nofile, raised) {
        Ok(()) => limit.maximum,
        Err(_) => limit.current,
    };
    let current = current.and_then(|limit| usize::try_from(limit).ok()).unwrap_or(usize::MAX);
    current.saturating_sub(RESERVED).max(UNKNOWN_MAX.min(current / 2))
}

/// How many connections are held where the system sets no limit that we know of.
#[cfg(not(unix))]
pub(super) fn connections_max() -> usize {
    UNKNOWN_MAX
}
