//! The mock providers of one case on real sockets: an address for each target.

use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::blackhole::Blackhole;
use super::lobby::Present;
use super::player::{Ending, Played, perform, stopped};
use super::refuser::Refuser;
use super::witness::{Label, Watcher, Witness};
use crate::fault::wire::{WireAct, head_alone, render};
use crate::io::clock::{Clock, TimeScale};
use crate::io::runner::Tamper;
use crate::mock::{self, Door, Upstream};
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

/// What a client is told that asks before it sends a body (RFC 9110 §10.1.1).
const CONTINUE: &[u8] = b"HTTP/1.1 100 Continue\r\n\r\n";

/// How long the connections of a case may take to notice that everybody has left.
const FAREWELL: Duration = Duration::from_secs(2);

/// Mock providers, listening. Dropping it closes everything.
#[derive(Debug)]
pub struct MockServer {
    addresses: Vec<SocketAddr>,
    refusers: Vec<Refuser>,
    blackholes: Vec<Blackhole>,
    tasks: JoinSet<()>,
    stop: watch::Sender<bool>,
    /// No further connection is taken.
    closing: watch::Sender<bool>,
}

/// Whoever decides what is done with a request.
pub trait Responder: Send {
    /// What a target does with a request that came at `now` by the server's clock, as acts ready to
    /// be performed.
    fn respond(&mut self, target: usize, request: &RequestBytes, now: Moment) -> Vec<WireAct>;

    /// The same, where requests of several cases come to one target: with the case's own witness.
    fn receive(
        &mut self,
        target: usize,
        request: &RequestBytes,
        now: Moment,
    ) -> (Vec<WireAct>, Option<Guest>) {
        (self.respond(target, request, now), None)
    }
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

/// A request that belongs to a case of its own.
#[derive(Debug)]
pub struct Guest {
    /// Writes that case's wall.
    pub(super) watcher: Watcher,
    /// Tells when that case is over.
    pub(super) stop: watch::Receiver<bool>,
    /// Counted until it has been served.
    pub(super) present: Present,
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
        let responder = Arc::new(Mutex::new(responder));
        let clock = Clock::start(TimeScale::REAL);
        let desk = Desk { responder, target: 0, scale, clock, tamper: None, witness: None, stop: stopped };
        server.accept_at(address, desk)?;
        Ok(server)
    }

    /// Listens on loopback, with a port of the system's choice for each target. What reaches the
    /// targets is told to the witness.
    ///
    /// # Errors
    /// When a socket cannot be had.
    pub fn start(
        upstream: Upstream,
        scale: TimeScale,
        tamper: Option<&Tamper>,
        witness: &Witness,
    ) -> io::Result<Self> {
        let (mut server, stopped) = Self::silent();
        let clock = witness.clock();
        let loopback = IpAddr::V4(Ipv4Addr::LOCALHOST);
        let label = |target: usize| (upstream.door(target), Label::of(&upstream.targets()[target]));
        let doors: Vec<(Door, Label)> = (0..upstream.targets().len()).map(label).collect();
        let responder: Arc<Mutex<dyn Responder>> = Arc::new(Mutex::new(upstream));
        for (target, (door, label)) in doors.into_iter().enumerate() {
            match door {
                Door::Refusing => {
                    let refuser = Refuser::bind(loopback)?;
                    server.addresses.push(refuser.address());
                    server.refusers.push(refuser);
                }
                Door::Silent => {
                    let blackhole = Blackhole::bind(loopback)?;
                    server.addresses.push(blackhole.address());
                    server.blackholes.push(blackhole);
                }
                Door::Open => {
                    let (responder, stop) = (Arc::clone(&responder), stopped.clone());
                    let (tamper, witness) = (tamper.cloned(), Some(witness.of(label)));
                    let desk = Desk { responder, target, scale, clock, tamper, witness, stop };
                    server.accept_at(SocketAddr::new(loopback, 0), desk)?;
                }
            }
        }
        Ok(server)
    }

    fn silent() -> (Self, watch::Receiver<bool>) {
        let (stop, stopped) = watch::channel(false);
        let (closing, _) = watch::channel(false);
        let (addresses, refusers, blackholes) = (Vec::new(), Vec::new(), Vec::new());
        (Self { addresses, refusers, blackholes, tasks: JoinSet::new(), stop, closing }, stopped)
    }

    /// Waits until every connection has ended, as its client has left; those that stay are stopped.
    pub async fn finish(mut self) {
        let _ = self.closing.send(true);
        let left = async { while self.tasks.join_next().await.is_some() {} };
        if tokio::time::timeout(FAREWELL, left).await.is_err() {
            let _ = self.stop.send(true);
            while self.tasks.join_next().await.is_some() {}
        }
    }

    fn accept_at(&mut self, address: SocketAddr, desk: Desk) -> io::Result<()> {
        let listener = std::net::TcpListener::bind(address)?;
        listener.set_nonblocking(true)?;
        self.addresses.push(listener.local_addr()?);
        self.tasks.spawn(accept(TcpListener::from_std(listener)?, desk, self.closing.subscribe()));
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
        self.blackholes.clear();
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
    witness: Option<Watcher>,
    stop: watch::Receiver<bool>,
}

async fn accept(listener: TcpListener, desk: Desk, mut closing: watch::Receiver<bool>) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            () = stopped(&mut closing) => break,
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
    while connections.join_next().await.is_some() {}
}

async fn serve(mut stream: TcpStream, desk: Desk) {
    let mut reader = RequestReader::new();
    let mut ahead: Vec<u8> = Vec::new();
    let mut buffer = vec![0_u8; READ_BUFFER];
    loop {
        let asked = next_request(&mut stream, &mut reader, &ahead, &mut buffer, &desk).await;
        let Some(Asked { request, mut acts, guest }) = asked else { return };
        if let Some(tamper) = &desk.tamper {
            acts = tamper(acts);
        }
        let witness = guest.as_ref().map(|guest| &guest.watcher).or(desk.witness.as_ref());
        let stop = guest.as_ref().map_or(&desk.stop, |guest| &guest.stop).clone();
        let clock = witness.map_or(desk.clock, Watcher::clock);
        let seen = witness.zip(request).map(|(witness, request)| witness.arrived(request));
        let played = perform(stream, &acts, desk.scale, clock, stop).await;
        let Ok(Played { ending, wall }) = played else { return };
        if let Some(seen) = seen {
            seen.played(&acts, &wall);
        }
        if let Some(guest) = guest {
            guest.present.leave();
        }
        let Ending::Kept { stream: kept, ahead: more } = ending else { return };
        stream = kept;
        ahead = more;
    }
}

/// A request, where it was one, and what is done with it.
struct Asked {
    request: Option<RequestBytes>,
    acts: Vec<WireAct>,
    guest: Option<Guest>,
}

/// Reads the next request and asks the responder; `None` when the peer left. What is no HTTP gets
/// an answer, and is no request.
async fn next_request(
    stream: &mut TcpStream,
    reader: &mut RequestReader,
    ahead: &[u8],
    buffer: &mut [u8],
    desk: &Desk,
) -> Option<Asked> {
    let mut stop = desk.stop.clone();
    let mut read = reader.push(ahead);
    loop {
        match read {
            Ok(Some(request)) => {
                let keep_alive = request.keep_alive;
                let request = bytes_of(request);
                let (mut acts, guest) =
                    lock(&desk.responder).receive(desk.target, &request, desk.clock.now());
                if request.method == "HEAD" {
                    head_alone(&mut acts);
                }
                if !keep_alive {
                    acts.push(WireAct::Close);
                }
                return Some(Asked { request: Some(request), acts, guest });
            }
            // A client that asks first, as curl does for a long body, waits a second for this.
            Ok(None) if reader.take_expect_continue() => stream.write_all(CONTINUE).await.ok()?,
            Ok(None) => {}
            Err(error) => {
                let mut answer = Timeline::whole(error.status(), "text/plain", format!("{error}\n"));
                answer.acts.push(Act::Close);
                return Some(Asked { request: None, acts: render(&answer), guest: None });
            }
        }
        let came = tokio::select! {
            came = stream.read(buffer) => came,
            () = stopped(&mut stop) => return None,
        };
        let count = came.ok().filter(|count| *count > 0)?;
        read = reader.push(&buffer[..count]);
    }
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
