//! An address that refuses connections, for as long as it is held.

use std::io;
use std::net::{IpAddr, SocketAddr};

use socket2::{Domain, Socket, Type};

/// A socket that is bound but does not listen: the kernel answers every connection with a reset.
///
/// To close a listener and hope that the port stays free would be a race: any process may take
/// it. As long as this value lives, none can.
#[derive(Debug)]
pub struct Refuser {
    _socket: Socket,
    address: SocketAddr,
}

impl Refuser {
    /// Binds a port of the system's choice.
    ///
    /// # Errors
    /// When the system has no such address or no port left.
    pub fn bind(ip: IpAddr) -> io::Result<Self> {
        let wanted = SocketAddr::new(ip, 0);
        let socket = Socket::new(Domain::for_address(wanted), Type::STREAM, None)?;
        socket.bind(&wanted.into())?;
        let bound = socket.local_addr()?.as_socket();
        let address = bound.ok_or_else(|| io::Error::other("a TCP socket without an IP address"))?;
        Ok(Self { _socket: socket, address })
    }

    /// The address that refuses.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }
}
