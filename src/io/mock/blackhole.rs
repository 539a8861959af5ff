//! An address where no connection comes about and nothing is said, for as long as it is held.

use std::io;
use std::net::{IpAddr, SocketAddr};

use socket2::{Domain, Socket, Type};

/// How many connections the queue is asked to hold: with fewer, Linux takes it for under attack.
const QUEUE: i32 = 1;

/// The most connections that are tried before a queue counts as endless.
const FILL_MAX: usize = 1024;

/// A listener that accepts nobody and whose queue is full: the kernel drops every further packet
/// that asks for a connection.
///
/// An address of nobody would do the same, but which address that is depends on the machine's
/// network. This one depends on nothing but loopback.
#[derive(Debug)]
pub struct Blackhole {
    _listener: Socket,
    /// The connections that fill the queue.
    _queued: Vec<Socket>,
    address: SocketAddr,
}

impl Blackhole {
    /// Listens on a port of the system's choice and fills the queue.
    ///
    /// # Errors
    /// When the system has no such address or no port left, or a queue that cannot be filled.
    pub fn bind(ip: IpAddr) -> io::Result<Self> {
        let listener = Socket::new(Domain::for_address(SocketAddr::new(ip, 0)), Type::STREAM, None)?;
        listener.bind(&SocketAddr::new(ip, 0).into())?;
        listener.listen(QUEUE)?;
        let bound = listener.local_addr()?.as_socket();
        let address = bound.ok_or_else(|| io::Error::other("a TCP socket without an IP address"))?;
        Ok(Self { _listener: listener, _queued: fill(address)?, address })
    }

    /// The address where nothing is said.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }
}

/// Connects until a connection no longer comes about. On loopback one that can, has done so by the
/// time the call returns.
fn fill(address: SocketAddr) -> io::Result<Vec<Socket>> {
    let mut queued = Vec::new();
    while queued.len() < FILL_MAX {
        let socket = Socket::new(Domain::for_address(address), Type::STREAM, None)?;
        socket.set_nonblocking(true)?;
        // That it goes on in the background is no failure.
        let _ = socket.connect(&address.into());
        if socket.peer_addr().is_err() {
            return Ok(queued);
        }
        queued.push(socket);
    }
    Err(io::Error::other(format!("a queue of {QUEUE} took {FILL_MAX} connections")))
}
