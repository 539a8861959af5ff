//! The server: listeners, the hub and the store, started together and stopped together.

use std::collections::HashMap;
use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::{Duration, Instant};

use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, Semaphore, mpsc};
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::{sleep, timeout};

use super::door::{Door, Entry, Place};
use super::fresh::{fresh, now};
use super::http::{Pass, Reception};
use super::hub::{Hub, INBOX_BYTES, INBOX_MAX, INBOX_OF_ONE, ToHub, keep_stores};
use super::listen;
use super::outbox::{Outbox, Total};
use super::socket::Socket;
use super::wire::Wire;
use super::world::World;
use crate::gateway::hall::{Hall, Input};
use crate::gateway::settings::{AuthMode, Settings};
use crate::io::clock::{Clock, TimeScale};
use crate::io::router::Models;

/// The head of a request, in bytes.
const HEAD_MAX: usize = 16 << 10;

/// Its headers.
const HEADERS_MAX: usize = 100;

/// How long sockets have to go when the server stops.
const DRAIN: Duration = Duration::from_secs(3);

/// How long nothing is accepted where the system has nothing left to give.
const BREATH: Duration = Duration::from_millis(50);

/// A peer that acknowledges nothing for so long, of the ticks that it is sent, is gone.
const DEAD: Duration = Duration::from_secs(90);

/// What a connection hears for which there is no place.
const FULL: &[u8] = b"HTTP/1.1 503 Service Unavailable\r\ncontent-type: text/plain; charset=utf-8\r\n\
    content-length: 20\r\nconnection: close\r\n\r\nToo many connections";

/// What all parts of a server share.
pub(super) struct Shared {
    pub(super) hub: mpsc::Sender<ToHub>,
    pub(super) door: Arc<Door>,
    pub(super) auth: RwLock<AuthMode>,
    pub(super) began: Instant,
    pub(super) stopping: AtomicBool,
    /// Nobody hears the store's answers any more.
    pub(super) over: AtomicBool,
    /// Answers for models, where there are any.
    pub(super) models: Option<Arc<Models>>,
    next_conn: AtomicU64,
    total: Total,
    /// Bytes that may wait for the hall.
    room: Arc<Semaphore>,
    handshake: Duration,
    preauth_payload: usize,
    payload: usize,
}

/// A gateway that runs. Dropping it ends it at once; [`Server::stop`] ends it politely.
pub struct Server {
    /// The port on which it listens.
    pub port: u16,
    /// Its addresses.
    pub addresses: Vec<SocketAddr>,
    shared: Arc<Shared>,
    /// Listeners, and under them the connections.
    tasks: JoinSet<()>,
    hub: JoinHandle<()>,
    store: JoinHandle<()>,
}

impl Server {
    /// Starts a gateway on loopback. Port 0 lets the system choose one.
    ///
    /// # Errors
    /// When it cannot listen.
    pub async fn start(settings: Settings, world: World) -> io::Result<Self> {
        let most = listen::connections_max();
        let listeners = listen::loopback(settings.port).await?;
        let addresses = listeners.iter().map(TcpListener::local_addr).collect::<io::Result<Vec<_>>>()?;
        let port = addresses.first().map_or(settings.port, SocketAddr::port);
        let settings = Settings { port, ..settings };

        let (hub, inbox) = mpsc::channel(INBOX_MAX);
        let limits = settings.limits;
        let shared = Arc::new(Shared {
            hub,
            door: Door::new(limits.preauth_per_ip, most),
            auth: RwLock::new(settings.auth.clone()),
            began: Instant::now(),
            stopping: AtomicBool::new(false),
            over: AtomicBool::new(false),
            models: world.models.clone(),
            next_conn: AtomicU64::new(0),
            total: Total::default(),
            room: Arc::new(Semaphore::new(INBOX_BYTES.max(limits.payload))),
            handshake: limits.handshake,
            preauth_payload: limits.preauth_payload,
            payload: limits.payload,
        });
        let clock = Clock::start(TimeScale::REAL);
        let (questions, asked) = mpsc::unbounded_channel();
        let (answering, answers) = mpsc::unbounded_channel();
        let replies = answering.clone();
        let keeper = Arc::clone(&shared);
        let is_over = move || keeper.over.load(Ordering::Relaxed);
        let store = tokio::task::spawn_blocking(move || {
            keep_stores(world.store, world.nodes, asked, &replies, &is_over);
        });
        let hub = Hub {
            hall: Hall::new(settings, now(&clock)),
            clock,
            shared: Arc::clone(&shared),
            inbox,
            errands: world.errands,
            log: world.log,
            questions,
            answers,
            answering,
            boxes: HashMap::new(),
        };
        let hub = tokio::spawn(hub.run());
        let mut tasks = JoinSet::new();
        for listener in listeners {
            tasks.spawn(accept(listener, Arc::clone(&shared)));
        }
        Ok(Self { port, addresses, shared, tasks, hub, store })
    }

    /// Takes a changed config in. Sockets that came by a secret that changed are closed.
    pub async fn reconfigure(&self, settings: Settings) {
        let _ = self.shared.hub.send(ToHub::Input(Input::Reconfigured(Box::new(settings)))).await;
    }

    /// Stops: everybody hears it and is closed, what is under way is written out, and the store is
    /// done before this returns.
    pub async fn stop(mut self, reason: &str) {
        self.tasks.abort_all();
        while self.tasks.join_next().await.is_some() {}
        let _ = self.shared.hub.send(ToHub::Input(Input::Stop { reason: reason.to_owned() })).await;
        if timeout(DRAIN, &mut self.hub).await.is_err() {
            self.hub.abort();
            let _ = (&mut self.hub).await;
        }
        // What still waits was not answered, and nobody is left to hear it: the store finishes what it
        // is at. Its queue may be long, and a lock that another process holds is waited for each time.
        self.shared.over.store(true, Ordering::Relaxed);
        let _ = (&mut self.store).await;
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.hub.abort();
    }
}

/// Accepts connections for as long as it is let.
async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    loop {
        let Ok((stream, peer)) = listener.accept().await else {
            sleep(BREATH).await;
            continue;
        };
        let place = loop {
            match shared.door.place(tokio::time::Instant::now()) {
                Entry::In(place) => break Some(place),
                // Others wait where the system lets them.
                Entry::Soon => drop(timeout(BREATH, shared.door.room()).await),
                Entry::Full => break None,
            }
        };
        match place {
            Some(place) => drop(tokio::spawn(connection(Arc::clone(&shared), stream, peer, place))),
            None => drop(stream.try_write(FULL)),
        }
    }
}

/// A peer that is gone without a word is found out: every tick is a question to it.
fn find_out_the_dead(stream: &TcpStream) {
    let socket = socket2::SockRef::from(stream);
    #[cfg(any(target_os = "linux", target_os = "android"))]
    let _ = socket.set_tcp_user_timeout(Some(DEAD));
    // Elsewhere the system's own patience with what is not acknowledged holds.
    let _ = socket.set_tcp_keepalive(&socket2::TcpKeepalive::new().with_time(DEAD));
}

/// One connection: HTTP first, then perhaps a WebSocket, in one task.
async fn connection(shared: Arc<Shared>, stream: TcpStream, peer: SocketAddr, mut place: Place) {
    let Ok(local) = stream.local_addr() else { return };
    // Without it, an answer behind an event waits 40 ms for the peer's acknowledgement.
    let _ = stream.set_nodelay(true);
    find_out_the_dead(&stream);
    // What HTTP needs is given back before the socket begins its long life.
    let stays = Arc::new(Notify::new());
    let mut receiving = Box::pin(receive(shared, stream, (peer, local), Arc::clone(&stays)));
    let received = loop {
        tokio::select! {
            biased;
            socket = &mut receiving => break socket,
            () = stays.notified() => place.stay(),
            () = place.must_go() => break None,
        }
    };
    drop(receiving);
    if let Some(socket) = received {
        place.stay();
        socket.run().await;
    }
    drop(place);
}

/// Answers over HTTP until the connection ends, or becomes a WebSocket.
async fn receive(
    shared: Arc<Shared>,
    stream: TcpStream,
    (peer, local): (SocketAddr, SocketAddr),
    stays: Arc<Notify>,
) -> Option<Socket> {
    let reception = Reception { shared: Arc::clone(&shared), peer, local, stays, pass: Mutex::new(None) };
    let http = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(shared.handshake)
        .max_buf_size(HEAD_MAX)
        .max_headers(HEADERS_MAX)
        .serve_connection(TokioIo::new(stream), reception)
        .without_shutdown();
    let parts = http.await.ok()?;
    let mut stream = parts.io.into_inner();
    let pass = parts.service.pass.into_inner().unwrap_or_else(PoisonError::into_inner);
    let Some(Pass { permit, upgrade }) = pass else {
        let _ = stream.shutdown().await;
        return None;
    };
    let conn = shared.next_conn.fetch_add(1, Ordering::Relaxed) + 1;
    let outbox = Arc::new(Outbox::new(shared.total.clone()));
    let arrived = ToHub::Arrived { conn, upgrade, outbox: Arc::clone(&outbox), fresh: fresh().ok()? };
    shared.hub.send(arrived).await.ok()?;
    let wire = Wire::new(stream, &parts.read_buf, shared.preauth_payload);
    let (hub, payload) = (shared.hub.clone(), shared.payload);
    let (turns, room) = (Arc::new(Semaphore::new(INBOX_OF_ONE)), Arc::clone(&shared.room));
    Some(Socket { conn, wire, outbox, hub, permit: Some(permit), payload, turns, room })
}
