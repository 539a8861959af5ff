//! The mock providers of one case on real sockets: an address for each target.

use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::io::AsyncReadExt;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::player::{Ending, Played, perform};
use super::refuser::Refuser;
use crate::fault::wire::{WireAct, render};
use crate::io::clock::{Clock, TimeScale};
use crate::io::runner::Tamper;
use crate::mock::{self, Upstream};
use crate::moment::Moment;
use crate::recording::RequestBytes;
use crate::recording::timeline::{Act, Timeline};
use crate::wire::http::{Request, RequestReader};

/// The most connections that one target serves at once.
const CONNECTIONS_MAX: usize = 20_000;

/// How many bytes are read at once. Each connection holds so many, open streams too.
const READ_BUFFER: usize = 4 << 10;

/// How long no connection is taken after the system had none to give.
const ACCEPT_PAUSE: Duration = Duration::from_millis(10);

/// Mock providers, listening. Dropping it closes everything.
#[derive(Debug)]
pub struct MockServer {
    addresses: Vec<SocketAddr>,
    refusers: Vec<Refuser>,
    tasks: JoinSet<()>,
    stop: watch::Sender<bool>,
}

/// Whoever decides what is done with a request.
pub trait Responder: Send {
    /// What a target does with a request that came at `now` by the server's clock, as acts ready to
    /// be performed.
    fn respond(&mut self, target: usize, request: &RequestBytes, now: Moment) -> Vec<WireAct>;
}

impl Responder for Upstream {
    fn respond(&mut self, target: usize, request: &RequestBytes, _: Moment) -> Vec<WireAct> {
        render(&Self::respond(self, target, request).timeline)
    }
}

impl Responder for mock::Desk {
    fn respond(&mut self, _: usize, request: &RequestBytes, now: Moment) -> Vec<WireAct> {
        Self::respond(self, request, now)
    }
}

impl MockServer {
    /// Listens on one address for one responder.
    ///
    /// # Errors
    /// When the address cannot be had.
    pub fn listen(
        address: SocketAddr,
        responder: impl Responder + 'static,
        scale: TimeScale,
    ) -> io::Result<Self> {
        let (mut server, stopped) = Self::silent();
        let desk = Desk {
            responder: Arc::new(Mutex::new(responder)),
            target: 0,
            scale,
            clock: Clock::start(TimeScale::REAL),
            tamper: None,
            stop: stopped,
        };
        server.accept_at(address, desk)?;
        Ok(server)
    }

    /// Listens on loopback, with a port of the system's choice for each target.
    ///
    /// # Errors
    /// When a socket cannot be had.
    pub fn start(upstream: Upstream, scale: TimeScale, tamper: Option<&Tamper>) -> io::Result<Self> {
        let (mut server, stopped) = Self::silent();
        let clock = Clock::start(TimeScale::REAL);
        let loopback = IpAddr::V4(Ipv4Addr::LOCALHOST);
        let refusing: Vec<bool> =
            (0..upstream.targets().len()).map(|target| upstream.refuses(target)).collect();
        let responder: Arc<Mutex<dyn Responder>> = Arc::new(Mutex::new(upstream));
        for (target, refuses) in refusing.into_iter().enumerate() {
            if refuses {
                let refuser = Refuser::bind(loopback)?;
                server.addresses.push(refuser.address());
                server.refusers.push(refuser);
                continue;
            }
            let responder = Arc::clone(&responder);
            let tamper = tamper.cloned();
            let desk = Desk { responder, target, scale, clock, tamper, stop: stopped.clone() };
            server.accept_at(SocketAddr::new(loopback, 0), desk)?;
        }
        Ok(server)
    }

    fn silent() -> (Self, watch::Receiver<bool>) {
        let (stop, stopped) = watch::channel(false);
        (Self { addresses: Vec::new(), refusers: Vec::new(), tasks: JoinSet::new(), stop }, stopped)
    }

    fn accept_at(&mut self, address: SocketAddr, desk: Desk) -> io::Result<()> {
        let listener = std::net::TcpListener::bind(address)?;
        listener.set_nonblocking(true)?;
        self.addresses.push(listener.local_addr()?);
        self.tasks.spawn(accept(TcpListener::from_std(listener)?, desk));
        Ok(())
    }

    /// Where a target is.
    #[must_use]
    pub fn address(&self, target: usize) -> SocketAddr {
        self.addresses[target]
    }
}

impl Drop for MockServer {
    fn drop(&mut self) {
        let _ = self.stop.send(true);
        self.refusers.clear();
        self.tasks.abort_all();
    }
}

/// What a connection needs to answer.
#[derive(Clone)]
struct Desk {
    responder: Arc<Mutex<dyn Responder>>,
    target: usize,
    scale: TimeScale,
    clock: Clock,
    tamper: Option<Tamper>,
    stop: watch::Receiver<bool>,
}

async fn accept(listener: TcpListener, desk: Desk) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept(), if connections.len() < CONNECTIONS_MAX => match accepted {
                Ok((stream, _)) => {
                    connections.spawn(serve(stream, desk.clone()));
                }
                // Out of file descriptors, for example: those in use will come free.
                Err(_) => tokio::time::sleep(ACCEPT_PAUSE).await,
            },
            Some(_) = connections.join_next(), if !connections.is_empty() => {}
        }
    }
}

async fn serve(mut stream: TcpStream, desk: Desk) {
    let mut reader = RequestReader::new();
    let mut ahead: Vec<u8> = Vec::new();
    let mut buffer = vec![0_u8; READ_BUFFER];
    loop {
        let Some(mut acts) = next_answer(&mut stream, &mut reader, &ahead, &mut buffer, &desk).await else {
            return;
        };
        if let Some(tamper) = &desk.tamper {
            acts = tamper(acts);
        }
        match perform(stream, &acts, desk.scale, desk.clock, desk.stop.clone()).await {
            Ok(Played { ending: Ending::Kept { stream: kept, ahead: more }, .. }) => {
                stream = kept;
                ahead = more;
            }
            Ok(_) | Err(_) => return,
        }
    }
}

/// Reads the next request and asks the responder; `None` when the peer left.
async fn next_answer(
    stream: &mut TcpStream,
    reader: &mut RequestReader,
    ahead: &[u8],
    buffer: &mut [u8],
    desk: &Desk,
) -> Option<Vec<WireAct>> {
    let mut read = reader.push(ahead);
    loop {
        match read {
            Ok(Some(request)) => {
                let last = asks_to_close(&request);
                let now = desk.clock.now();
                let mut acts = lock(&desk.responder).respond(desk.target, &bytes_of(request), now);
                if last {
                    acts.push(WireAct::Close);
                }
                return Some(acts);
            }
            Ok(None) => {}
            Err(error) => {
                let mut answer = Timeline::whole(error.status(), "text/plain", format!("{error}\n"));
                answer.acts.push(Act::Close);
                return Some(render(&answer));
            }
        }
        let count = stream.read(buffer).await.ok().filter(|count| *count > 0)?;
        read = reader.push(&buffer[..count]);
    }
}

/// Whether the client asks that the connection end with this answer.
fn asks_to_close(request: &Request) -> bool {
    let mut fields = request.headers.iter().filter(|(name, _)| name.eq_ignore_ascii_case("connection"));
    fields.any(|(_, value)| value.split(',').any(|word| word.trim().eq_ignore_ascii_case("close")))
}

fn bytes_of(request: Request) -> RequestBytes {
    RequestBytes {
        method: request.method,
        path: request.target,
        headers: request.headers,
        body: request.body,
    }
}

fn lock(responder: &Mutex<dyn Responder>) -> std::sync::MutexGuard<'_, dyn Responder + 'static> {
    // A panic while it was held cannot have left it half-changed.
    responder.lock().unwrap_or_else(PoisonError::into_inner)
}
